//! The fields of a form as the headers of the PUT that would store the same object.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html#RESTObjectPOST-requests-form-fields>

use http::{HeaderMap, HeaderName, HeaderValue};
use s3s::dto::Tagging;
use s3s::xml::{Deserialize, Deserializer};

use crate::http::auth::encode_into;
use crate::http::auth::s3::S3AuthError;

/// Fields that are headers under the same name.
const SAME: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-md5",
    "content-type",
    "expires",
];
/// Fields that sign the form, and say nothing about the object.
const OF_THE_SIGNATURE: &[&str] =
    &["x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-security-token", "x-amz-signature"];

/// The headers that fields stand for; other fields mean nothing to the object.
pub(super) fn headers(fields: &[(String, String)]) -> Result<HeaderMap, S3AuthError> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let (header, value) = match name.as_str() {
            "acl" => ("x-amz-acl", value.clone()),
            "tagging" => ("x-amz-tagging", tags(value)?),
            same if SAME.contains(&same) => (same, value.clone()),
            amz if amz.starts_with("x-amz-") && !OF_THE_SIGNATURE.contains(&amz) => (amz, value.clone()),
            _ => continue,
        };
        let pair = HeaderName::from_bytes(header.as_bytes()).ok().zip(HeaderValue::from_str(&value).ok());
        let (header, value) = pair.ok_or_else(|| {
            S3AuthError::invalid_argument(format!("The field '{name}' can not be stored with an object."))
        })?;
        headers.append(header, value);
    }
    Ok(headers)
}

/// Tags in XML as `key=value&key=value`.
fn tags(xml: &str) -> Result<String, S3AuthError> {
    let mut deserializer = Deserializer::new(xml.as_bytes());
    let read = Tagging::deserialize(&mut deserializer);
    let tagging = read.ok().filter(|_| deserializer.expect_eof().is_ok()).ok_or_else(|| {
        let message =
            "The XML you provided was not well-formed or did not validate against our published schema";
        S3AuthError::new("MalformedXML", 400, message)
    })?;
    let mut out = String::new();
    for tag in tagging.tag_set {
        if !out.is_empty() {
            out.push('&');
        }
        encode_into(&mut out, tag.key.as_deref().unwrap_or_default(), b"");
        out.push('=');
        encode_into(&mut out, tag.value.as_deref().unwrap_or_default(), b"");
    }
    Ok(out)
}

//! Signatures of version 2, which clients still send: boto3 presigns with them in us-east-1.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html>; which parameters belong to the
//! resource and that `x-amz-…` parameters count as headers is as botocore has it
//! (<https://github.com/boto/botocore/blob/develop/botocore/auth.py>, `HmacV1Auth`).

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use http::header::{CONTENT_TYPE, DATE};
use http::request::Parts;
use sha1::Sha1;

use super::{DeclaredPayload, S3AuthError, S3Caller, S3Expected, has_expired, no_date, parameter, text};
use crate::base64;
use crate::http::auth::key::is_equal;
use crate::http::auth::query;
use crate::http::{http_date, iso8601};
use crate::time::Timestamp;

/// Parameters that are signed with the resource.
const OF_THE_RESOURCE: &[&str] = &[
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "partNumber",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// Whether a policy, in base64, is signed with a secret.
pub(crate) fn signs_v2_policy(secret: &str, policy: &str, signature: &str) -> bool {
    is_equal(&sign(secret, policy), signature)
}

/// Checks a request that is signed in its `Authorization`: `key:signature`.
pub(super) fn in_header(
    head: &Parts,
    claim: &str,
    expected: &S3Expected<'_>,
) -> Result<S3Caller, S3AuthError> {
    let (access_key, signature) = claim.trim().rsplit_once(':').ok_or_else(|| {
        S3AuthError::invalid_argument(
            "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature",
        )
    })?;
    let secret = expected.secret(access_key)?;
    if let Some(secret) = secret {
        let amz_date = text(head, "x-amz-date");
        let date = text(head, DATE.as_str());
        expected.check_skew(amz_date.or(date).and_then(instant).ok_or_else(no_date)?)?;
        let date = if amz_date.is_some() { "" } else { date.unwrap_or_default() };
        verify(head, &[], date, secret, signature, expected)?;
    }
    caller(head, access_key)
}

/// Checks a request that is signed in its query.
pub(super) fn in_query(
    head: &Parts,
    query: &[(String, String)],
    expected: &S3Expected<'_>,
) -> Result<S3Caller, S3AuthError> {
    let wanted = |name| parameter(query, name).filter(|value| !value.is_empty());
    let (Some(access_key), Some(signature), Some(expires)) =
        (wanted("AWSAccessKeyId"), wanted("Signature"), wanted("Expires"))
    else {
        return Err(S3AuthError::access_denied(
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
        ));
    };
    let secret = expected.secret(access_key)?;
    let seconds: i64 = expires.parse().map_err(|_| {
        S3AuthError::access_denied(format!("Invalid date (should be seconds since epoch): {expires}"))
    })?;
    if expected.now > Timestamp::from_millis(seconds.saturating_mul(1000)) {
        return Err(has_expired());
    }
    if let Some(secret) = secret {
        verify(head, query, expires, secret, signature, expected)?;
    }
    caller(head, access_key)
}

fn caller(head: &Parts, access_key: &str) -> Result<S3Caller, S3AuthError> {
    let payload = DeclaredPayload::of(&head.headers)?;
    Ok(S3Caller { access_key: Some(access_key.to_owned()), region: None, signing: None, payload })
}

/// Reads a date that lies in the times of computers.
fn instant(text: &str) -> Option<Timestamp> {
    let time = http_date::parse(text).or_else(|| iso8601::parse_basic(text))?;
    (time.as_millis() >= 0).then_some(time)
}

fn verify(
    head: &Parts,
    query: &[(String, String)],
    date: &str,
    secret: &str,
    signature: &str,
    expected: &S3Expected<'_>,
) -> Result<(), S3AuthError> {
    let path = head.uri.path();
    let bucket = format!("{path}/");
    // Clients of version 2 end the path of a bucket with a slash when they sign, whether they send it or not.
    let is_bucket = expected.virtual_bucket.is_none() && path.len() > 1 && !path[1..].contains('/');
    let paths = [Some(path), is_bucket.then_some(bucket.as_str())];
    let is_right = paths.into_iter().flatten().any(|path| {
        let text = string_to_sign(head, query, date, (expected.virtual_bucket, path));
        is_equal(&sign(secret, &text), signature)
    });
    match is_right {
        true => Ok(()),
        false => Err(S3AuthError::mismatch()),
    }
}

/// What is signed. `query` is that of a signed URI, and `date` then the time of its end.
fn string_to_sign(
    head: &Parts,
    query: &[(String, String)],
    date: &str,
    (virtual_bucket, path): (Option<&str>, &str),
) -> String {
    let positional = |name: &str| text(head, name).or_else(|| parameter(query, name)).unwrap_or_default();
    let mut out = format!(
        "{}\n{}\n{}\n{date}\n",
        head.method,
        positional("content-md5"),
        positional(CONTENT_TYPE.as_str()),
    );
    for (name, values) in amz_headers(head, query) {
        out.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    if let Some(bucket) = virtual_bucket {
        out.push('/');
        out.push_str(bucket);
    }
    out.push_str(path);
    out.push_str(&sub_resources(head.uri.query().unwrap_or_default()));
    out
}

fn amz_headers(head: &Parts, query: &[(String, String)]) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in &head.headers {
        if name.as_str().starts_with("x-amz-") {
            let value = String::from_utf8_lossy(value.as_bytes()).trim().to_owned();
            found.entry(name.as_str().to_owned()).or_default().push(value);
        }
    }
    // A client may send what it has signed in both places.
    for (name, value) in query.iter().filter(|(name, _)| name.starts_with("x-amz-")) {
        found.entry(name.clone()).or_insert_with(|| vec![value.clone()]);
    }
    found
}

/// `?acl&versionId=3`: sorted, values decoded; a name without `=` stays without.
fn sub_resources(query: &str) -> String {
    let mut signed: Vec<(&str, String)> = query
        .split('&')
        .filter_map(|part| {
            let (name, value) =
                part.split_once('=').map_or((part, None), |(name, value)| (name, Some(value)));
            let value = value.map_or(String::new(), |value| format!("={}", query::decode(value)));
            OF_THE_RESOURCE.contains(&name).then_some((name, value))
        })
        .collect();
    signed.sort();
    let texts: Vec<String> = signed.into_iter().map(|(name, value)| format!("{name}{value}")).collect();
    if texts.is_empty() { String::new() } else { format!("?{}", texts.join("&")) }
}

fn sign(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(text.as_bytes());
    base64::encode(&mac.finalize().into_bytes())
}

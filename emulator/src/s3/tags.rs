//! Tags: how they arrive, and which are allowed.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html>

use s3s::dto;

use super::errors;
use crate::error::{ApiError, ErrorCode};

const OBJECT_TAGS_MAX: usize = 10;
const BUCKET_TAGS_MAX: usize = 50;
const KEY_LENGTH_MAX: usize = 128;
const VALUE_LENGTH_MAX: usize = 256;
/// Tags that AWS alone sets begin so.
const RESERVED_PREFIX: &str = "aws:";

/// Keys and values, in the order they were given.
pub(super) type Tags = Vec<(String, String)>;

/// The tags of a document, for an object.
pub(super) fn of_object(tagging: &dto::Tagging) -> Result<Tags, ApiError> {
    let tags = read(&tagging.tag_set)?;
    if tags.len() > OBJECT_TAGS_MAX {
        return Err(ApiError::new(ErrorCode::BadRequest, "Object tags cannot be greater than 10"));
    }
    check(&tags, "System tags cannot be added/updated by requester")?;
    Ok(tags)
}

/// The tags of a document, for a bucket.
pub(super) fn of_bucket(tagging: &dto::Tagging) -> Result<Tags, ApiError> {
    let tags = read(&tagging.tag_set)?;
    if tags.len() > BUCKET_TAGS_MAX {
        return Err(ApiError::new(ErrorCode::BadRequest, "Bucket tag count cannot be greater than 50"));
    }
    check(&tags, "System tags cannot be added/updated by requester")?;
    Ok(tags)
}

/// The tags of a header: `key=value&key=value`, encoded as in a query.
pub(super) fn of_header(text: &str) -> Result<Tags, ApiError> {
    let mut tags = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (Some(key), Some(value)) = (decoded(key), decoded(value)) else {
            let message = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query \
                           parameters without tag name duplicates.";
            return Err(errors::invalid_named_argument(message, "x-amz-tagging", text));
        };
        tags.push((key, value));
    }
    if tags.len() > OBJECT_TAGS_MAX {
        return Err(ApiError::new(ErrorCode::BadRequest, "Object tags cannot be greater than 10"));
    }
    check(&tags, "Your TagKey cannot be prefixed with aws:")?;
    Ok(tags)
}

/// Tags as documents have them, by key.
pub(super) fn shown(tags: &[(String, String)]) -> dto::TagSet {
    let shown =
        |(key, value): &(String, String)| dto::Tag { key: Some(key.clone()), value: Some(value.clone()) };
    let mut tags: Vec<_> = tags.iter().map(shown).collect();
    tags.sort_by(|one, other| one.key.cmp(&other.key));
    tags
}

fn read(set: &dto::TagSet) -> Result<Tags, ApiError> {
    let pair = |tag: &dto::Tag| Some((tag.key.clone()?, tag.value.clone()?));
    set.iter().map(pair).collect::<Option<Tags>>().ok_or_else(errors::malformed_xml)
}

fn check(tags: &Tags, reserved: &str) -> Result<(), ApiError> {
    let refusal =
        |message: &str, key: &str| ApiError::new(ErrorCode::InvalidTag, message).with("TagKey", key);
    for (at, (key, value)) in tags.iter().enumerate() {
        if key.is_empty() || key.chars().count() > KEY_LENGTH_MAX {
            return Err(refusal("The TagKey you have provided is invalid", key));
        }
        if value.chars().count() > VALUE_LENGTH_MAX {
            let error = ApiError::new(ErrorCode::InvalidTag, "The TagValue you have provided is invalid");
            return Err(error.with("TagKey", key.as_str()).with("TagValue", value.as_str()));
        }
        if key.starts_with(RESERVED_PREFIX) {
            return Err(refusal(reserved, key));
        }
        if tags[..at].iter().any(|(other, _)| other == key) {
            return Err(refusal("Cannot provide multiple Tags with the same key", key));
        }
    }
    Ok(())
}

/// Text as it stands in a query, decoded.
pub(super) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_read_as_a_query() {
        let tags = of_header("a=1&b+c=%C3%A9&d").unwrap();
        let expected = [("a", "1"), ("b c", "é"), ("d", "")];
        assert_eq!(tags, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert!(of_header("").unwrap().is_empty());
    }

    #[test]
    fn wrong_tags_are_refused() {
        let code = |text: &str| of_header(text).unwrap_err().code;
        assert_eq!(code("aws:x=1"), ErrorCode::InvalidTag);
        assert_eq!(code("a=1&a=2"), ErrorCode::InvalidTag);
        assert_eq!(code(&format!("{}=1", "k".repeat(129))), ErrorCode::InvalidTag);
        assert_eq!(code(&format!("k={}", "v".repeat(257))), ErrorCode::InvalidTag);
        assert_eq!(code("k=%2"), ErrorCode::InvalidArgument);
        let many: Vec<_> = (0..11).map(|number| format!("k{number}=v")).collect();
        assert_eq!(code(&many.join("&")), ErrorCode::BadRequest);
    }
}

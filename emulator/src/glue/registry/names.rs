//! What names, descriptions and the like must be. The registry words this in its own way, and not as other operations do.

use super::{MetadataKeyValuePair, wording};
use crate::error::ApiError;
use crate::glue::{Parameters, errors};
use crate::time::Timestamp;
use crate::validation::required;

const NAME_MAX: usize = 255;
const ARN_MAX: usize = 1000;
const DESCRIPTION_MAX: usize = 2048;
const METADATA_MAX: usize = 128;
const TAGS_MAX: usize = 50;

pub(super) fn check_registry(name: &str) -> Result<(), ApiError> {
    check(name, "registryName", NAME_MAX, in_name)
}

pub(super) fn check_schema(name: &str) -> Result<(), ApiError> {
    check(name, "schemaName", NAME_MAX, in_name)
}

pub(super) fn check_description(description: Option<&str>) -> Result<(), ApiError> {
    match description {
        Some(text) if text.len() > DESCRIPTION_MAX => Err(wording::wrong_length("description")),
        _ => Ok(()),
    }
}

pub(super) fn check_tags(tags: Option<&Parameters>) -> Result<(), ApiError> {
    match tags {
        Some(tags) if tags.len() > TAGS_MAX => {
            Err(errors::invalid_input("New Tags cannot be empty or more than 50"))
        }
        _ => Ok(()),
    }
}

/// What is behind the kind of resource in an ARN of Glue.
pub(super) fn in_arn<'a>(arn: &'a str, kind: &str) -> Result<&'a str, ApiError> {
    if arn.is_empty() || arn.len() > ARN_MAX {
        return Err(wording::wrong_length("registryArn"));
    }
    let mut parts = arn.splitn(6, ':');
    let is_glue = parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"))
        && parts.next() == Some("glue");
    if !is_glue {
        return Err(wording::not_valid("registryArn"));
    }
    let resource = parts.nth(2).and_then(|resource| resource.strip_prefix(kind)?.strip_prefix('/'));
    Ok(resource.unwrap_or_default())
}

/// The key and the value of a note.
pub(super) fn check_metadata(pair: MetadataKeyValuePair) -> Result<(String, String), ApiError> {
    let part = |text: Option<String>, parameter| {
        let text = text.ok_or_else(|| wording::wrong_length(parameter))?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || "+-=._/@".contains(c);
        check(&text, parameter, METADATA_MAX, allowed).map(|()| text)
    };
    Ok((part(pair.metadata_key, "key")?, part(pair.metadata_value, "value")?))
}

/// An id of a version: a UUID in small letters.
pub(super) fn check_version_id(id: &str) -> Result<(), ApiError> {
    let groups = id.split('-').map(str::len);
    let is_uuid = groups.eq([8, 4, 4, 4, 12])
        && id.chars().all(|c| c == '-' || c.is_ascii_digit() || ('a'..='f').contains(&c));
    if is_uuid { Ok(()) } else { Err(wording::not_valid("SchemaVersionId")) }
}

/// A time: here they are texts.
pub(super) fn time(time: Timestamp) -> String {
    let (year, month, day, hour, minute) = time.utc_minute();
    let millis = time.as_millis().rem_euclid(60_000);
    let (second, millis) = (millis / 1000, millis % 1000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// 32 hexadecimal digits as a UUID.
pub(super) fn uuid(hex: &str) -> String {
    let hex = required(Some(hex).filter(|hex| hex.len() == 32));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn check(text: &str, parameter: &str, most: usize, allowed: impl Fn(char) -> bool) -> Result<(), ApiError> {
    if text.is_empty() || text.len() > most {
        return Err(wording::wrong_length(parameter));
    }
    if !text.chars().all(allowed) {
        return Err(wording::not_valid(parameter));
    }
    Ok(())
}

fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_$#.".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids_have_their_characters() {
        assert!(check_registry("a-B_9$#.").is_ok());
        let message = |error: ApiError| error.message;
        let characters =
            "The parameter value contains one or more characters that are not valid. Parameter Name: ";
        let length = "The resource name contains too many or too few characters. Parameter Name: ";
        assert_eq!(message(check_registry("a,b").unwrap_err()), format!("{characters}registryName"));
        assert_eq!(message(check_schema(&"a".repeat(256)).unwrap_err()), format!("{length}schemaName"));
        assert!(check_version_id("01234567-89ab-cdef-0123-456789abcdef").is_ok());
        for bad in ["01234567-89ab-cdef-0123-456789abcdeg", "0123456789abcdef0123456789abcdef", ""] {
            assert_eq!(message(check_version_id(bad).unwrap_err()), format!("{characters}SchemaVersionId"));
        }
    }

    #[test]
    fn arns_are_taken_apart() {
        let arn = "arn:aws:glue:us-east-1:123456789012:schema/r/s";
        assert_eq!(in_arn(arn, "schema").unwrap(), "r/s");
        assert_eq!(in_arn(arn, "registry").unwrap(), "");
        assert!(in_arn("invalid:arn:aws:glue:us-east-1:1:registry/r", "registry").is_err());
    }

    #[test]
    fn times_are_texts() {
        assert_eq!(time(Timestamp::from_millis(1_700_000_000_123)), "2023-11-14T22:13:20.123Z");
    }
}

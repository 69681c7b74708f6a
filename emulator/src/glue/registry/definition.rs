//! Definitions of schemas, as far as they are looked into.

use serde_json::Value;

use super::wording;
use crate::error::ApiError;
use crate::glue::errors::invalid_input;

const DEFINITION_MAX: usize = 170_000;

/// A format that there is.
pub(super) fn data_format(name: String) -> Result<String, ApiError> {
    match name.as_str() {
        "AVRO" | "JSON" | "PROTOBUF" => Ok(name),
        _ => Err(invalid_input("Data format is not valid.")),
    }
}

/// A compatibility that there is.
pub(super) fn compatibility(name: Option<String>) -> Result<String, ApiError> {
    const ALL: [&str; 8] =
        ["NONE", "DISABLED", "BACKWARD", "BACKWARD_ALL", "FORWARD", "FORWARD_ALL", "FULL", "FULL_ALL"];
    let name = name.unwrap_or_else(|| "BACKWARD".to_owned());
    if ALL.contains(&name.as_str()) { Ok(name) } else { Err(invalid_input("Compatibility is not valid.")) }
}

/// That a definition can be read: those of Avro and JSON are documents of JSON.
pub(super) fn check(data_format: &str, text: &str) -> Result<(), ApiError> {
    check_length(text)?;
    if data_format == "PROTOBUF" {
        return Ok(());
    }
    document(text).map(|_| ()).map_err(|error| {
        invalid_input(format!("Schema definition of {data_format} data format is invalid: {error}"))
    })
}

pub(super) fn check_length(text: &str) -> Result<(), ApiError> {
    let fits = (1..=DEFINITION_MAX).contains(&text.chars().count());
    if fits { Ok(()) } else { Err(wording::wrong_length("SchemaDefinition")) }
}

/// Whether two definitions say the same: in JSON, whatever their layout and the order of their members.
pub(super) fn same(data_format: &str, left: &str, right: &str) -> bool {
    match (document(left), document(right)) {
        (Ok(left), Ok(right)) if data_format != "PROTOBUF" => left == right,
        _ => left == right,
    }
}

/// A definition is a document of any form, so there is no type for it.
fn document(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_the_same_whatever_their_layout() {
        assert!(same("AVRO", r#"{"type": "record", "name": "a"}"#, r#"{"name":"a","type":"record"}"#));
        assert!(!same("AVRO", r#"{"type":"int"}"#, r#"{"type":"long"}"#));
        assert!(!same("PROTOBUF", "message A {}", "message  A {}"));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let error = check("AVRO", r#"{"type":: "record"}"#).unwrap_err();
        assert!(error.message.starts_with("Schema definition of AVRO data format is invalid: "), "{error}");
        assert!(check("PROTOBUF", "syntax = \"proto2\";").is_ok());
        assert!(check("PROTOBUF", "").is_err());
        assert!(check("JSON", &format!("\"{}\"", "a".repeat(DEFINITION_MAX))).is_err());
    }
}

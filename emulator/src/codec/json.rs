//! AWS JSON 1.1: bytes ⇄ typed values.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::wording::type_error;
use crate::error::{ApiError, ErrorCode};

/// Decodes the body of a request.
pub(super) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        let message = if error.is_data() {
            type_error(&error.to_string())
        } else {
            // AWS says nothing about a body that is not JSON at all.
            String::new()
        };
        ApiError::new(ErrorCode::SerializationException, message)
    })
}

/// Encodes a response. An operation without output, of type `()`, answers an empty body.
pub(super) fn encode<T: Serialize>(response: &T) -> Vec<u8> {
    let body = serde_json::to_vec(response).expect("responses have text keys and no failing parts");
    if body == b"null" { Vec::new() } else { body }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use bytes::Bytes;
    use serde::Deserialize;

    use super::*;
    use crate::time::Timestamp;

    #[derive(Debug, Default, Deserialize)]
    #[serde(rename_all = "PascalCase", default)]
    struct Everything {
        name: Option<String>,
        #[serde(deserialize_with = "crate::codec::integer")]
        count: Option<i32>,
        #[serde(with = "crate::base64::optional_blob")]
        data: Option<Bytes>,
        at: Option<Timestamp>,
        list: Option<Vec<String>>,
        map: Option<BTreeMap<String, String>>,
        inner: Option<Box<Everything>>,
    }

    #[track_caller]
    fn refuses(body: &str, message: &str) {
        let error = decode::<Everything>(body.as_bytes()).unwrap_err();
        assert_eq!(error.code, ErrorCode::SerializationException);
        assert_eq!(error.message, message);
    }

    #[test]
    fn absent_and_null_members_are_none() {
        let everything: Everything =
            decode(br#"{"Name":null,"Count":null,"Data":null,"At":null,"Other":1}"#).unwrap();
        assert!(everything.name.is_none() && everything.count.is_none());
        assert!(everything.data.is_none() && everything.at.is_none());
        assert!(everything.list.is_none() && everything.map.is_none());
        assert!(everything.inner.is_none());
    }

    #[test]
    fn integers_are_cut_and_clamped() {
        let count = |text: &str| {
            let body = format!("{{\"Count\":{text}}}");
            decode::<Everything>(body.as_bytes()).unwrap().count
        };
        assert_eq!(count("3.9"), Some(3));
        assert_eq!(count("100000000000"), Some(i32::MAX));
        assert_eq!(count("1e300"), Some(i32::MAX));
    }

    #[test]
    fn wrong_types_are_worded_as_aws_words_them() {
        let big = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber";
        refuses(r#"{"Name":true}"#, "class java.lang.Boolean can not be converted to an String");
        refuses(r#"{"Name":5}"#, &format!("{big} can not be converted to an String"));
        refuses(r#"{"Name":[]}"#, "Start of list found where not expected");
        refuses(r#"{"Name":{}}"#, "Start of structure or map found where not expected.");
        refuses(r#"{"Count":"1, expected 2"}"#, "class java.lang.String can not be converted to an Integer");
        refuses(r#"{"Data":1}"#, &format!("{big} can not be converted to a Blob"));
        refuses(
            r#"{"Data":"abc"}"#,
            "'abc' can not be converted to a Blob: \
             Base64 encoded length is expected a multiple of 4 bytes but found: 3",
        );
        refuses(r#"{"At":"x"}"#, "class java.lang.String can not be converted to milliseconds since epoch");
        refuses(r#"{"List":"x"}"#, "Expected list or null");
        refuses(r#"{"Map":5}"#, "Expected map or null");
        refuses(r#"{"Inner":true}"#, "Expected null");
        refuses("{", "");
    }

    #[test]
    fn operation_without_output_has_an_empty_body() {
        assert_eq!(encode(&()), b"");
    }
}

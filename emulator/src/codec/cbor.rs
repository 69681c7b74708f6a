//! AWS CBOR 1.1: bytes ⇄ typed values.
//!
//! Source: the AWS SDK for Java, which sends maps and lists of indefinite length, byte strings for binary members and
//! milliseconds behind tag 1 for timestamps.

use ciborium::de::Error;
use ciborium::value::Value;
use serde::de::DeserializeOwned;
use serde::{Deserializer, Serialize, Serializer};

use super::wording::type_error;
use crate::error::{ApiError, ErrorCode};

/// Seconds since 1970 (RFC 8949 §3.4.2); AWS has milliseconds behind it.
const TIME_TAG: u64 = 1;
/// What `()` encodes as.
const NULL: u8 = 0xf6;

/// Decodes the body of a request.
pub(super) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let mut rest = body;
    let decoded = ciborium::from_reader(&mut rest);
    decoded.map_err(|error| {
        let message = match error {
            Error::Semantic(_, message) => type_error(&message),
            _ => String::new(),
        };
        ApiError::new(ErrorCode::SerializationException, message)
    })
}

/// Encodes a response.
pub(super) fn encode<T: Serialize>(response: &T) -> Vec<u8> {
    let mut body = Vec::new();
    ciborium::into_writer(response, &mut body).expect("memory takes every response");
    if body == [NULL] { Vec::new() } else { body }
}

/// Writes a point in time.
pub(crate) fn serialize_millis<S: Serializer>(millis: i64, serializer: S) -> Result<S::Ok, S::Error> {
    ciborium::tag::Required::<i64, TIME_TAG>(millis).serialize(serializer)
}

/// Reads a point in time: whole numbers are milliseconds, others seconds with a fraction; `None` for what is neither.
pub(crate) fn deserialize_millis<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i64>, D::Error> {
    let value: Value = serde::Deserialize::deserialize(input)?;
    let value = match value {
        Value::Tag(TIME_TAG, inner) => *inner,
        other => other,
    };
    Ok(match value {
        Value::Integer(millis) => i64::try_from(millis).ok(),
        Value::Float(secs) => Some((secs * 1000.0).round() as i64),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde::Deserialize;

    use super::*;
    use crate::time::Timestamp;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(rename_all = "PascalCase", default)]
    struct Request {
        name: Option<String>,
        #[serde(with = "crate::base64::optional_blob")]
        data: Option<Bytes>,
        #[serde(deserialize_with = "crate::codec::integer")]
        count: Option<i32>,
        at: Option<Timestamp>,
        list: Option<Vec<String>>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Response {
        #[serde(with = "crate::base64::blob")]
        data: Bytes,
        at: Timestamp,
    }

    #[test]
    fn what_java_sends_is_read() {
        // A map of indefinite length: Name, Data of 2 bytes, Count, At in milliseconds, a list of indefinite length.
        let mut body = vec![0xbf];
        body.extend(b"\x64Name\x61n\x64Data\x42\x00\xff\x65Count\x03\x64List\x9f\x61a\xff\x62At\xc1\x1b");
        body.extend(1_700_000_000_123_u64.to_be_bytes());
        body.push(0xff);
        let request: Request = decode(&body).unwrap();
        let expected = Request {
            name: Some("n".to_owned()),
            data: Some(Bytes::from_static(b"\x00\xff")),
            count: Some(3),
            at: Some(Timestamp::from_millis(1_700_000_000_123)),
            list: Some(vec!["a".to_owned()]),
        };
        assert_eq!(request, expected);
    }

    #[test]
    fn null_members_are_none() {
        let request: Request = decode(b"\xa4\x64Name\xf6\x64Data\xf6\x65Count\xf6\x62At\xf6").unwrap();
        assert_eq!(request, Request::default());
    }

    #[test]
    fn data_are_bytes_and_times_are_tagged_milliseconds() {
        let response = Response { data: Bytes::from_static(b"ab"), at: Timestamp::from_millis(7) };
        assert_eq!(encode(&response), b"\xa2\x64Data\x42ab\x62At\xc1\x07");
        assert_eq!(encode(&()), b"");
    }

    #[test]
    fn wrong_types_are_worded_and_broken_bytes_are_not() {
        let refusal = |body: &[u8]| decode::<Request>(body).unwrap_err();
        let error = refusal(b"\xa1\x64Name\xf5");
        assert_eq!(error.code, ErrorCode::SerializationException);
        assert_eq!(error.message, "class java.lang.Boolean can not be converted to an String");
        for broken in [&b""[..], b"\xbf", b"\xa1\x64Data\x5a\xff\xff\xff\xff", b"\xff", &[0x81; 4000]] {
            assert_eq!(refusal(broken).code, ErrorCode::SerializationException, "{broken:?}");
        }
    }
}

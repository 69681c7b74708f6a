//! Record formats: what a record must be, and how records stand in an object.
//!
//! Records are delivered as they are. Texts and JSON documents stand one after the other, each with a line end; bytes
//! follow each other with nothing between.
//!
//! Source: <https://docs.aws.amazon.com/streams/latest/dev/data-delivery-s3-about.html> for what is checked. It does
//! not say what stands between records; line ends are this emulator's choice.

use serde::de::IgnoredAny;

/// The formats that general purpose buckets take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordFormat {
    Json,
    String,
    ByteArray,
}

impl RecordFormat {
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "JSON" => Some(Self::Json),
            "STRING" => Some(Self::String),
            "BYTE_ARRAY" => Some(Self::ByteArray),
            _ => None,
        }
    }

    /// Why a record is none of this format.
    pub fn refusal(self, data: &[u8]) -> Option<String> {
        match self {
            Self::Json => serde_json::from_slice::<IgnoredAny>(data).err().map(|error| error.to_string()),
            Self::String => std::str::from_utf8(data).err().map(|error| error.to_string()),
            Self::ByteArray => None,
        }
    }

    /// Appends a record to an object.
    pub fn append(self, object: &mut Vec<u8>, data: &[u8]) {
        object.extend_from_slice(data);
        if self != Self::ByteArray && !data.ends_with(b"\n") {
            object.push(b'\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_checked_in_full_and_strings_are_utf_8() {
        for data in [&b"{\"a\":1}"[..], b" 7 ", b"\"x\"", b"[]\n"] {
            assert_eq!(RecordFormat::Json.refusal(data), None);
        }
        for data in [&b""[..], b"{", b"{} {}", b"\xff"] {
            assert!(RecordFormat::Json.refusal(data).is_some());
        }
        assert_eq!(RecordFormat::String.refusal("é".as_bytes()), None);
        assert!(RecordFormat::String.refusal(b"\xff").is_some());
        assert_eq!(RecordFormat::ByteArray.refusal(b"\xff"), None);
    }

    #[test]
    fn texts_end_with_a_line_and_bytes_do_not() {
        let object = |format: RecordFormat| {
            let mut object = Vec::new();
            for data in ["a", "b\n", ""] {
                format.append(&mut object, data.as_bytes());
            }
            object
        };
        assert_eq!(object(RecordFormat::String), b"a\nb\n\n");
        assert_eq!(object(RecordFormat::ByteArray), b"ab\n");
    }
}

//! Base64 with padding (RFC 4648 §4), strict as AWS is, and the serde form of binary members.

use std::fmt;

use bytes::Bytes;
use serde::de::{self, Visitor};
use serde::{Deserializer, Serializer};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const NOT_A_DIGIT: u8 = 0xff;
const DIGITS: [u8; 256] = digits();

/// Why a text is not base64, in AWS's words.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecodeError {
    #[error("Base64 encoded length is expected a multiple of 4 bytes but found: {0}")]
    Length(usize),
    #[error("Invalid Base64 character: '{0}'")]
    Character(char),
    // The typing error is AWS's.
    #[error("Invalid last non-pad Base64 character dectected")]
    LastCharacter,
}

/// The base64 text of `data`.
pub(crate) fn encode(data: &[u8]) -> String {
    let mut text = String::with_capacity(data.len().div_ceil(3) * 4);
    for chunk in data.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place <= chunk.len() {
                let digit = group >> (18 - 6 * place) & 0x3f;
                text.push(ALPHABET[digit as usize].into());
            } else {
                text.push('=');
            }
        }
    }
    text
}

/// The data of a base64 text.
pub(crate) fn decode(text: &str) -> Result<Vec<u8>, DecodeError> {
    if !text.len().is_multiple_of(4) {
        return Err(DecodeError::Length(text.len()));
    }
    let unpadded = text.strip_suffix('=').unwrap_or(text);
    let unpadded = unpadded.strip_suffix('=').unwrap_or(unpadded);
    let mut data = Vec::with_capacity(text.len() / 4 * 3);
    for chunk in unpadded.as_bytes().chunks(4) {
        let mut group = 0;
        for &byte in chunk {
            let digit = DIGITS[usize::from(byte)];
            if digit == NOT_A_DIGIT {
                return Err(DecodeError::Character(first_invalid(unpadded)));
            }
            group = group << 6 | u32::from(digit);
        }
        // Three bytes stand left-aligned in 24 bits; bits beyond the last whole byte must be 0.
        let group = group << (6 * (4 - chunk.len()));
        let bytes = chunk.len() * 6 / 8;
        let [_, group @ ..] = group.to_be_bytes();
        if group[bytes..].iter().any(|&byte| byte != 0) {
            return Err(DecodeError::LastCharacter);
        }
        data.extend_from_slice(&group[..bytes]);
    }
    Ok(data)
}

/// `Bytes` for responses: base64, or as they are where the format has bytes.
pub(crate) mod blob {
    use super::*;

    pub fn serialize<S: Serializer>(data: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        match serializer.is_human_readable() {
            true => serializer.serialize_str(&encode(data)),
            false => serializer.serialize_bytes(data),
        }
    }
}

/// `Option<Bytes>` for requests: base64 or null, or bytes where the format has them.
pub(crate) mod optional_blob {
    use super::*;

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Bytes>, D::Error> {
        input.deserialize_option(BlobVisitor)
    }
}

struct BlobVisitor;

impl<'de> Visitor<'de> for BlobVisitor {
    type Value = Option<Bytes>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a Blob")
    }

    fn visit_none<E: de::Error>(self) -> Result<Option<Bytes>, E> {
        Ok(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<Bytes>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, input: D) -> Result<Option<Bytes>, D::Error> {
        match input.is_human_readable() {
            true => input.deserialize_str(self),
            false => input.deserialize_byte_buf(self),
        }
    }

    fn visit_byte_buf<E: de::Error>(self, data: Vec<u8>) -> Result<Option<Bytes>, E> {
        Ok(Some(data.into()))
    }

    fn visit_bytes<E: de::Error>(self, data: &[u8]) -> Result<Option<Bytes>, E> {
        Ok(Some(Bytes::copy_from_slice(data)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Option<Bytes>, E> {
        let refuse = |error| de::Error::custom(format!("'{text}' can not be converted to a Blob: {error}"));
        decode(text).map(|data| Some(data.into())).map_err(refuse)
    }
}

const fn digits() -> [u8; 256] {
    let mut digits = [NOT_A_DIGIT; 256];
    let mut digit = 0;
    while digit < ALPHABET.len() {
        digits[ALPHABET[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
}

fn first_invalid(text: &str) -> char {
    let invalid = |character: &char| {
        let byte = u8::try_from(*character).unwrap_or(0);
        DIGITS[usize::from(byte)] == NOT_A_DIGIT
    };
    text.chars().find(invalid).unwrap_or('=')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn vectors_of_rfc_4648_encode_and_decode() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (data, text) in vectors {
            assert_eq!(encode(data.as_bytes()), text);
            assert_eq!(decode(text).unwrap(), data.as_bytes());
        }
    }

    #[test]
    fn refusals_are_worded_as_aws_words_them() {
        let refusal = |text| decode(text).unwrap_err().to_string();
        assert_eq!(refusal("=+/abcde"), "Invalid Base64 character: '='", "padding at the start");
        assert_eq!(refusal("ab c"), "Invalid Base64 character: ' '");
        assert_eq!(refusal("abé"), "Invalid Base64 character: 'é'");
        assert_eq!(refusal("a==="), "Invalid Base64 character: '='");
        assert_eq!(decode("abc"), Err(DecodeError::Length(3)));
        assert_eq!(decode("ab=="), Err(DecodeError::LastCharacter));
    }

    proptest! {
        #[test]
        fn decode_inverts_encode(data: Vec<u8>) {
            prop_assert_eq!(decode(&encode(&data)).unwrap(), data);
        }

        #[test]
        fn what_decodes_is_the_only_text_of_its_data(text in "[A-Za-z0-9+/]{0,7}={0,2}") {
            if let Ok(data) = decode(&text) {
                prop_assert_eq!(encode(&data), text);
            }
        }
    }
}

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
pub enum DecodeError {
    /// The length is no multiple of 4.
    #[error("Base64 encoded length is expected a multiple of 4 bytes but found: {0}")]
    Length(usize),
    /// It stands for nothing.
    #[error("Invalid Base64 character: '{0}'")]
    Character(char),
    /// It has bits beyond the last byte. The typing error is AWS's.
    #[error("Invalid last non-pad Base64 character dectected")]
    LastCharacter,
}

/// The base64 text of `data`.
pub fn encode(data: &[u8]) -> String {
    let digit = |group: u32, place: u32| ALPHABET[(group >> (18 - 6 * place) & 0x3f) as usize];
    let (groups, rest) = data.as_chunks::<3>();
    let mut text = Vec::with_capacity(data.len().div_ceil(3) * 4);
    text.resize(groups.len() * 4, 0);
    for (&[a, b, c], digits) in groups.iter().zip(text.as_chunks_mut::<4>().0) {
        let group = u32::from_be_bytes([0, a, b, c]);
        *digits = [digit(group, 0), digit(group, 1), digit(group, 2), digit(group, 3)];
    }
    match *rest {
        [a] => {
            let group = u32::from_be_bytes([0, a, 0, 0]);
            text.extend_from_slice(&[digit(group, 0), digit(group, 1), b'=', b'=']);
        }
        [a, b] => {
            let group = u32::from_be_bytes([0, a, b, 0]);
            text.extend_from_slice(&[digit(group, 0), digit(group, 1), digit(group, 2), b'=']);
        }
        _ => {}
    }
    String::from_utf8(text).expect("every digit is ASCII")
}

/// The data of a base64 text.
pub fn decode(text: &str) -> Result<Vec<u8>, DecodeError> {
    if !text.len().is_multiple_of(4) {
        return Err(DecodeError::Length(text.len()));
    }
    let unpadded = text.strip_suffix('=').unwrap_or(text);
    let unpadded = unpadded.strip_suffix('=').unwrap_or(unpadded);
    let (groups, rest) = unpadded.as_bytes().as_chunks::<4>();
    let mut data = Vec::with_capacity(unpadded.len() * 6 / 8);
    data.resize(groups.len() * 3, 0);
    let mut all_digits = 0;
    for (group, bytes) in groups.iter().zip(data.as_chunks_mut::<3>().0) {
        let [a, b, c, d] = group.map(|byte| DIGITS[usize::from(byte)]);
        all_digits |= a | b | c | d;
        *bytes = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
    }
    let mut last = 0;
    for &byte in rest {
        let digit = DIGITS[usize::from(byte)];
        all_digits |= digit;
        last = last << 6 | u32::from(digit);
    }
    if all_digits >= 64 {
        return Err(DecodeError::Character(first_invalid(unpadded)));
    }
    // Three bytes stand left-aligned in 24 bits; bits beyond the last whole byte must be 0.
    let [_, last @ ..] = (last << (6 * (4 - rest.len()))).to_be_bytes();
    let (whole, beyond) = last.split_at(rest.len() * 6 / 8);
    if beyond.iter().any(|&byte| byte != 0) {
        return Err(DecodeError::LastCharacter);
    }
    data.extend_from_slice(whole);
    Ok(data)
}

/// `Bytes` for responses: base64, or as they are where the format has bytes; null is read as nothing.
pub(crate) mod blob {
    use super::*;

    pub fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<Bytes, D::Error> {
        optional_blob::deserialize(input).map(Option::unwrap_or_default)
    }

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

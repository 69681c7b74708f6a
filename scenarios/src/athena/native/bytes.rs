//! Bytes: their parts, and what they are written as.
//!
//! Source: Trino's `VarbinaryFunctions`; Java's `Base64`; Guava's `BaseEncoding.base32`; airlift's `SliceUtf8`.

use super::registrar::Registrar;

use super::column::{Bytes, Float, Float32, Int, Int32, Text, function1, function2, function3};
use super::text::{padded_length, part};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function1::<Bytes, Text>(c, "wt_to_hex", |bytes| {
        Ok(Some(bytes.iter().map(|byte| format!("{byte:02X}")).collect()))
    })?;
    function1::<Bytes, Bytes>(c, "wt_from_hex", from_hex)?;
    function1::<Bytes, Text>(c, "wt_to_base64", |bytes| Ok(Some(encoded(bytes, &BASE64))))?;
    function1::<Bytes, Text>(c, "wt_to_base64url", |bytes| Ok(Some(encoded(bytes, &BASE64_URL))))?;
    function1::<Bytes, Text>(c, "wt_to_base32", |bytes| Ok(Some(encoded(bytes, &BASE32))))?;
    function1::<Bytes, Bytes>(c, "wt_from_base64", |text| from_base64(text, &BASE64))?;
    function1::<Bytes, Bytes>(c, "wt_from_base64url", |text| from_base64(text, &BASE64_URL))?;
    function1::<Bytes, Bytes>(c, "wt_from_base32", from_base32)?;
    function2::<Bytes, Text, Text>(c, "wt_from_utf8", from_utf8)?;
    function3::<Bytes, Int, Int, Bytes>(c, "wt_bytes_substr", |bytes, start, length| {
        Ok(Some(part(bytes, start, length).to_vec()))
    })?;
    function1::<Bytes, Bytes>(c, "wt_bytes_reverse", |bytes| {
        Ok(Some(bytes.iter().rev().copied().collect()))
    })?;
    function3::<Bytes, Int, Bytes, Bytes>(c, "wt_bytes_lpad", |bytes, length, with| {
        pad(bytes, length, with, true)
    })?;
    function3::<Bytes, Int, Bytes, Bytes>(c, "wt_bytes_rpad", |bytes, length, with| {
        pad(bytes, length, with, false)
    })?;
    function1::<Int, Bytes>(c, "wt_to_big_endian_64", |value| Ok(Some(value.to_be_bytes().to_vec())))?;
    function1::<Int32, Bytes>(c, "wt_to_big_endian_32", |value| Ok(Some(value.to_be_bytes().to_vec())))?;
    function1::<Bytes, Int>(c, "wt_from_big_endian_64", |bytes| Ok(Some(i64::from_be_bytes(whole(bytes)?))))?;
    function1::<Bytes, Int32>(c, "wt_from_big_endian_32", |bytes| {
        Ok(Some(i32::from_be_bytes(whole(bytes)?)))
    })?;
    function1::<Float, Bytes>(c, "wt_to_ieee754_64", |value| Ok(Some(value.to_be_bytes().to_vec())))?;
    function1::<Float32, Bytes>(c, "wt_to_ieee754_32", |value| Ok(Some(value.to_be_bytes().to_vec())))?;
    function1::<Bytes, Float>(c, "wt_from_ieee754_64", |bytes| {
        Ok(Some(f64::from_be_bytes(floating(bytes)?)))
    })?;
    function1::<Bytes, Float32>(c, "wt_from_ieee754_32", |bytes| {
        Ok(Some(f32::from_be_bytes(floating(bytes)?)))
    })
}

fn whole<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Failure> {
    let message = || format!("expected {N}-byte input, but got instead: {}", bytes.len());
    bytes.try_into().map_err(|_| Failure::argument(message()))
}

fn floating<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Failure> {
    let message = || format!("Input floating-point value must be exactly {N} bytes long");
    bytes.try_into().map_err(|_| Failure::argument(message()))
}

fn pad(bytes: &[u8], length: i64, with: &[u8], left: bool) -> Answer<Vec<u8>> {
    let length = padded_length(length, with.is_empty(), "bytes")?;
    if bytes.len() >= length {
        return Ok(Some(bytes[..length].to_vec()));
    }
    let padding: Vec<u8> = with.iter().copied().cycle().take(length - bytes.len()).collect();
    Ok(Some(if left { [&padding, bytes].concat() } else { [bytes, &padding].concat() }))
}

fn from_hex(text: &[u8]) -> Answer<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return Err(Failure::argument(format!("invalid input length {}", text.len())));
    }
    let digit = |byte: u8| {
        let digit = (byte as char).to_digit(16).map(|digit| digit as u8);
        digit.ok_or_else(|| {
            Failure::argument(format!("not a hexadecimal digit: \"{}\" = {byte}", byte as char))
        })
    };
    text.chunks_exact(2)
        .map(|pair| Ok(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect::<Result<_, _>>()
        .map(Some)
}

/// Digits of some bits each, and how many of them make a group with whole bytes.
struct Alphabet {
    digits: &'static [u8],
    bits: u32,
    group: usize,
}

const BASE64: Alphabet = Alphabet {
    digits: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    bits: 6,
    group: 4,
};
const BASE64_URL: Alphabet = Alphabet {
    digits: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    bits: 6,
    group: 4,
};
const BASE32: Alphabet = Alphabet { digits: b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", bits: 5, group: 8 };

fn encoded(bytes: &[u8], alphabet: &Alphabet) -> String {
    let Alphabet { digits, bits, group } = *alphabet;
    let mut out = String::new();
    for chunk in bytes.chunks(group * bits as usize / 8) {
        let start = out.len();
        let (mut held, mut count) = (0_u32, 0);
        for byte in chunk {
            held = held << 8 | u32::from(*byte);
            count += 8;
            while count >= bits {
                count -= bits;
                out.push(digits[(held >> count) as usize & (digits.len() - 1)] as char);
            }
            held &= (1 << count) - 1;
        }
        if count > 0 {
            out.push(digits[(held << (bits - count)) as usize] as char);
        }
        while out.len() - start < group {
            out.push('=');
        }
    }
    out
}

/// Whole bytes of digits; bits that are left over are dropped.
fn decoded(text: &[u8], alphabet: &Alphabet, unknown: impl Fn(u8) -> Failure) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let (mut held, mut count) = (0_u32, 0);
    for byte in text {
        let digit = alphabet.digits.iter().position(|digit| digit == byte).ok_or_else(|| unknown(*byte))?;
        held = held << alphabet.bits | digit as u32;
        count += alphabet.bits;
        if count >= 8 {
            count -= 8;
            out.push((held >> count) as u8);
            held &= (1 << count) - 1;
        }
    }
    Ok(out)
}

/// Padding may be left out, but not half of it.
fn from_base64(text: &[u8], alphabet: &Alphabet) -> Answer<Vec<u8>> {
    let digits = text.split(|byte| *byte == b'=').next().unwrap_or_default();
    let padding = text.len() - digits.len();
    let bytes =
        decoded(digits, alphabet, |byte| Failure::argument(format!("Illegal base64 character {byte:x}")))?;
    let fits = match digits.len() % 4 {
        0 => padding == 0,
        1 => return Err(Failure::argument("Last unit does not have enough valid bits")),
        rest => padding == 0 || padding == 4 - rest,
    };
    if !fits || text[digits.len()..].iter().any(|byte| *byte != b'=') {
        return Err(Failure::argument("Input byte array has wrong 4-byte ending unit"));
    }
    Ok(Some(bytes))
}

fn from_base32(text: &[u8]) -> Answer<Vec<u8>> {
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let digits = &text[..end];
    if matches!(digits.len() % 8, 1 | 3 | 6) {
        return Err(Failure::argument(format!("Invalid input length {}", digits.len())));
    }
    let unknown = |byte| Failure::argument(format!("Unrecognized character: {}", byte as char));
    decoded(digits, &BASE32, unknown).map(Some)
}

/// Text with a replacement, which may be empty, for each run of bytes that is no character.
fn from_utf8(bytes: &[u8], replacement: &str) -> Answer<String> {
    if replacement.chars().count() > 1 {
        let message = "Replacement character string must empty or a single character";
        return Err(Failure::argument(message));
    }
    let (mut out, mut rest) = (String::new(), bytes);
    while !rest.is_empty() {
        match character(rest) {
            Ok(c) => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
            Err(length) => {
                out.push_str(replacement);
                rest = &rest[length..];
            }
        }
    }
    Ok(Some(out))
}

/// The character at the beginning, or how many bytes belong to what is none: as many as its first byte announces,
/// as far as they follow.
fn character(bytes: &[u8]) -> Result<char, usize> {
    let announced = match bytes[0].leading_ones() as usize {
        0 => return Ok(bytes[0] as char),
        length @ 2..=6 => length,
        _ => return Err(1),
    };
    let follow = bytes[1..].iter().take(announced - 1).take_while(|byte| **byte & 0xC0 == 0x80).count();
    let length = follow + 1;
    let text = std::str::from_utf8(&bytes[..length]).ok();
    text.filter(|_| length == announced).and_then(|text| text.chars().next()).ok_or(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_javas() {
        let decode = |text: &str| from_base64(text.as_bytes(), &BASE64).ok().flatten();
        assert_eq!(decode("aGVsbG8="), Some(b"hello".to_vec()));
        assert_eq!(decode("aGVsbG8"), Some(b"hello".to_vec()));
        for text in ["a", "aa=", "aaa==", "aaaa=", "aa==aa==", "a-b_", "aa =="] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn base32_goes_both_ways() {
        for (plain, text) in
            [("", ""), ("f", "MY======"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI======")]
        {
            assert_eq!(encoded(plain.as_bytes(), &BASE32), text);
            assert_eq!(from_base32(text.as_bytes()).unwrap().as_deref(), Some(plain.as_bytes()));
        }
        assert!(from_base32(b"a").is_err() && from_base32(b"MY1=").is_err());
    }

    #[test]
    fn what_is_no_character_is_replaced_once() {
        let text = |bytes: &[u8]| from_utf8(bytes, "?").unwrap().unwrap();
        assert_eq!(text(b"X\xBF"), "X?");
        assert_eq!(text(b"\xED\xA0\x80a\xE2\x82b\xFF"), "?a?b?");
        assert_eq!(text("a😀".as_bytes()), "a😀");
    }
}

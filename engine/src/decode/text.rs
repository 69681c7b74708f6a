//! Text: Java's view of UTF-8, JSON escapes both ways, and the search for the end of a string.
//!
//! Spark decodes the record with an `InputStreamReader`, so invalid UTF-8 is replaced, never refused.
//! Jackson then works on UTF-16, where half a surrogate pair is a character like any other; it turns
//! into `?` when the value becomes UTF-8 again.

use std::borrow::Cow;

/// Digits of `\uXXXX` escapes as Jackson writes them.
const HEX: &[u8; 16] = b"0123456789ABCDEF";

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

/// The record as text, with one U+FFFD for every sequence Java's decoder calls malformed.
///
/// Differs from [`String::from_utf8_lossy`] in encoded surrogates, which Java replaces once, not
/// byte by byte. Source: `sun.nio.cs.UTF_8.Decoder`.
pub(super) fn java_utf8(mut bytes: &[u8]) -> Cow<'_, str> {
    let mut text = match std::str::from_utf8(bytes) {
        Ok(text) => return Cow::Borrowed(text),
        Err(_) => String::with_capacity(bytes.len()),
    };
    loop {
        match std::str::from_utf8(bytes) {
            Ok(rest) => {
                text.push_str(rest);
                return Cow::Owned(text);
            }
            Err(error) => {
                let (valid, rest) = bytes.split_at(error.valid_up_to());
                text.push_str(std::str::from_utf8(valid).expect("checked up to here"));
                text.push(char::REPLACEMENT_CHARACTER);
                bytes = &rest[malformed_length(rest, error.error_len())..];
            }
        }
    }
}

fn malformed_length(rest: &[u8], standard: Option<usize>) -> usize {
    match rest {
        [0xED, 0xA0..=0xBF, 0x80..=0xBF, ..] => 3,
        [0xED, 0xA0..=0xBF, ..] => 2,
        _ => standard.unwrap_or(rest.len()),
    }
}

/// Index of the first quote, backslash or control byte from `at` on; the length if there is none.
///
/// Looks at eight bytes at a time, for most strings are too short for a vectorised search to start up,
/// and control bytes must be found as well.
#[inline]
pub(super) fn find_stop(text: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let stops = stops(u64::from_le_bytes(*chunk));
        if stops != 0 {
            return at + (stops.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while at < text.len() && !matches!(text[at], b'"' | b'\\' | 0..0x20) {
        at += 1;
    }
    at
}

/// High bits at the bytes below 0x20, quotes and backslashes; exact up to the first one.
#[inline]
fn stops(word: u64) -> u64 {
    let quote = word ^ (ONES * 0x22);
    let backslash = word ^ (ONES * 0x5C);
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = quote.wrapping_sub(ONES) & !quote;
    let backslash = backslash.wrapping_sub(ONES) & !backslash;
    (control | quote | backslash) & HIGH_BITS
}

/// Reads the escape after a backslash; gives the character and how many bytes it took.
///
/// `None` for escapes Jackson refuses, and for halves of surrogate pairs, which no `str` can hold.
pub(super) fn unescape(text: &[u8]) -> Option<(char, usize)> {
    let simple = match text.first()? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        // The apostrophe is allowed because single quotes are.
        c @ (b'"' | b'/' | b'\\' | b'\'') => *c as char,
        b'u' => return unescape_unicode(text),
        _ => return None,
    };
    Some((simple, 1))
}

fn unescape_unicode(text: &[u8]) -> Option<(char, usize)> {
    let high = hex4(text.get(1..5)?)?;
    if let Some(c) = char::from_u32(high) {
        return Some((c, 5));
    }
    if text.get(5..7)? != b"\\u" {
        return None;
    }
    let low = hex4(text.get(7..11)?)?;
    if !(0xD800..0xDC00).contains(&high) || !(0xDC00..0xE000).contains(&low) {
        return None;
    }
    let c = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    Some((char::from_u32(c)?, 11))
}

fn hex4(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, b| Some(sum * 16 + char::from(*b).to_digit(16)?))
}

/// Writes a JSON string as Jackson's UTF-8 generator does: control characters escaped, characters
/// beyond U+FFFF as two escapes, everything else as it is.
/// Source: `UTF8JsonGenerator._outputMultiByteChar` (2.15).
pub(super) fn write_quoted(units: impl Iterator<Item = u16>, out: &mut Vec<u8>) {
    out.push(b'"');
    for unit in units {
        match unit {
            0x22 => out.extend_from_slice(b"\\\""),
            0x5C => out.extend_from_slice(b"\\\\"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x09 => out.extend_from_slice(b"\\t"),
            0x0A => out.extend_from_slice(b"\\n"),
            0x0C => out.extend_from_slice(b"\\f"),
            0x0D => out.extend_from_slice(b"\\r"),
            0x20..0x80 => out.push(unit as u8),
            0..0x20 | 0xD800..0xE000 => write_unicode_escape(unit, out),
            _ => {
                let c = char::from_u32(u32::from(unit)).expect("surrogates were escaped");
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
    out.push(b'"');
}

/// Whether [`write_quoted`] would give back the text between plain quotes.
pub(super) fn is_plain(text: &[u8]) -> bool {
    text.iter().all(|b| *b < 0xF0)
}

fn write_unicode_escape(unit: u16, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\\u");
    for shift in [12, 8, 4, 0] {
        out.push(HEX[usize::from(unit >> shift & 15)]);
    }
}

/// UTF-16 as Java's `getBytes(UTF_8)` encodes it: halves of surrogate pairs become `?`.
pub(super) fn java_string(units: &[u16]) -> String {
    char::decode_utf16(units.iter().copied()).map(|c| c.unwrap_or('?')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn malformed_utf8_is_replaced_as_java_does() {
        let cases: [(&[u8], &str); 7] = [
            (b"a\xffb", "a\u{fffd}b"),
            (b"\xed\xa0\x80y", "\u{fffd}y"),
            (b"\xed\xa0", "\u{fffd}"),
            (b"\xed\xa0A", "\u{fffd}A"),
            (b"\xe4\xb8", "\u{fffd}"),
            (b"\xf0\x80\x80", "\u{fffd}\u{fffd}\u{fffd}"),
            (b"\xf4\x90\x80\x80", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
        ];
        for (bytes, text) in cases {
            assert_eq!(java_utf8(bytes), text, "{bytes:x?}");
        }
    }

    #[test]
    fn escapes_are_read_and_halves_of_pairs_left_to_the_exact_reader() {
        let cases = [
            ("n", Some(('\n', 1))),
            ("'", Some(('\'', 1))),
            ("q", None),
            ("u00e9x", Some(('é', 5))),
            ("ud83d\\uDE00", Some(('😀', 11))),
            ("ud83d", None),
            ("ude00\\ud83d", None),
            ("u12", None),
        ];
        for (text, expected) in cases {
            assert_eq!(unescape(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn written_strings_escape_what_jackson_escapes() {
        let mut out = Vec::new();
        write_quoted("a/\"\\\u{1}\n\u{7f}é\u{2028}😀".encode_utf16(), &mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(text, "\"a/\\\"\\\\\\u0001\\n\u{7f}é\u{2028}\\uD83D\\uDE00\"");
    }

    proptest! {
        #[test]
        fn first_stop_is_the_one_a_plain_search_finds(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let expected = bytes.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20));
            prop_assert_eq!(find_stop(&bytes, 0), expected.unwrap_or(bytes.len()));
        }
    }
}

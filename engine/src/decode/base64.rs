//! Base64 of BINARY fields, decoded by Jackson while it scans the text.
//!
//! Blanks are allowed before each group of four, padding is required. A text that breaks leaves the
//! tokenizer in the middle of it, which decides how the rest of the record is read.
//! Source: `ReaderBasedJsonParser._decodeBase64`, `Base64Variants.MIME_NO_LINEFEEDS` (2.15).

use super::rejection::Reason;
use super::tokens::{Fault, Tokenized, Tokens};

const QUOTE: u16 = b'"' as u16;

/// One character of a group.
enum Symbol {
    Bits(u32),
    Padding,
    /// The closing quote.
    End,
    /// White space, allowed before a group only.
    Blank,
}

/// Decodes the current text token.
pub(super) fn decode(tokens: &mut Tokens) -> Tokenized<Vec<u8>> {
    if !tokens.is_unread() {
        // Texts in single quotes were read to their end with their token.
        let text = tokens.text()?;
        return decode_read(&text).map_err(|why| broken(tokens, why));
    }
    let mut bytes = Vec::new();
    while group(tokens, &mut bytes)? {}
    tokens.mark_read();
    Ok(bytes)
}

/// Decodes one group; false at the end of the text.
fn group(tokens: &mut Tokens, bytes: &mut Vec<u8>) -> Tokenized<bool> {
    let mut data = match symbol(tokens, 0)? {
        Symbol::Bits(bits) => bits,
        Symbol::End => return Ok(false),
        Symbol::Blank => return Ok(true),
        Symbol::Padding => return Err(broken(tokens, "unexpected padding")),
    };
    for index in 1..4 {
        match symbol(tokens, index)? {
            Symbol::Bits(bits) => data = data << 6 | bits,
            Symbol::Padding if index == 2 => {
                match symbol(tokens, 3)? {
                    Symbol::Padding => bytes.push((data >> 4) as u8),
                    _ => return Err(broken(tokens, "one more padding character is missing")),
                }
                return Ok(true);
            }
            Symbol::Padding if index == 3 => {
                bytes.extend_from_slice(&(data >> 2).to_be_bytes()[2..]);
                return Ok(true);
            }
            Symbol::End if index > 1 => {
                tokens.give_back();
                return Err(broken(tokens, "padding is missing"));
            }
            Symbol::Padding => return Err(broken(tokens, "unexpected padding")),
            Symbol::End | Symbol::Blank => return Err(broken(tokens, "not a base64 character")),
        }
    }
    bytes.extend_from_slice(&data.to_be_bytes()[1..]);
    Ok(true)
}

fn symbol(tokens: &mut Tokens, index: usize) -> Tokenized<Symbol> {
    let mut unit = tokens.take()?;
    while index == 0 && unit <= 0x20 {
        unit = tokens.take()?;
    }
    if unit == QUOTE {
        return Ok(Symbol::End);
    }
    let escaped = unit == u16::from(b'\\');
    if escaped {
        unit = tokens.escape()?;
        if index == 0 && unit <= 0x20 {
            return Ok(Symbol::Blank);
        }
    }
    match bits(unit) {
        Some(bits) => Ok(Symbol::Bits(bits)),
        None if unit == u16::from(b'=') => Ok(Symbol::Padding),
        None => Err(broken(tokens, "not a base64 character")),
    }
}

/// The same for a text at hand. Source: `Base64Variant.decode`.
fn decode_read(text: &[u16]) -> Result<Vec<u8>, &'static str> {
    let mut bytes = Vec::new();
    let mut rest = text;
    loop {
        while rest.first().is_some_and(|unit| *unit <= 0x20) {
            rest = &rest[1..];
        }
        if rest.is_empty() {
            return Ok(bytes);
        }
        let padding = u16::from(b'=');
        let Some((group, after)) = rest.split_first_chunk::<4>() else {
            return Err("padding is missing");
        };
        let wanted = match group {
            [_, _, third, fourth] if *third == padding && *fourth == padding => 2,
            [_, _, _, fourth] if *fourth == padding => 3,
            _ => 4,
        };
        let mut data = 0;
        for unit in &group[..wanted] {
            data = data << 6 | bits(*unit).ok_or("not a base64 character")?;
        }
        data <<= 6 * (4 - wanted);
        bytes.extend_from_slice(&data.to_be_bytes()[1..wanted]);
        rest = after;
    }
}

fn bits(unit: u16) -> Option<u32> {
    let value = match u8::try_from(unit).ok()? {
        c @ b'A'..=b'Z' => c - b'A',
        c @ b'a'..=b'z' => c - b'a' + 26,
        c @ b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

fn broken(tokens: &Tokens, why: &'static str) -> Fault {
    tokens.fault(Reason::Base64 { why })
}

#[cfg(test)]
mod tests {
    use super::super::rejection::Token;
    use super::*;

    fn decoded(json: &str) -> Option<Vec<u8>> {
        let mut tokens = Tokens::new(json);
        assert_eq!(tokens.advance(), Ok(Some(Token::Text)));
        decode(&mut tokens).ok()
    }

    #[test]
    fn groups_padding_and_blanks_are_read() {
        let cases = [
            ("\"aGVsbG8=\"", Some("hello")),
            ("\"YQ==\"", Some("a")),
            ("\"YWJj\"", Some("abc")),
            ("\"\"", Some("")),
            ("\"aGVs bG8=\"", Some("hello")),
            ("\"aGVs\\nbG8=\"", Some("hello")),
            ("\"\\u0061GVsbG8=\"", Some("hello")),
            ("'aGVs bG8='", Some("hello")),
            ("\"aGVsbG8\"", None),
            ("'aGVsbG8'", None),
            ("\"a==\"", None),
            ("\"Q\"", None),
            ("\"aG Vs\"", None),
            ("\"aGV$\"", None),
        ];
        for (json, expected) in cases {
            assert_eq!(decoded(json).as_deref(), expected.map(str::as_bytes), "{json}");
        }
    }
}

//! The query of a URI as names and values, and percent-encoding as signatures want it.
//!
//! Source: RFC 3986 §2.1–2.3.

/// The decoded names and values of a query, in their order; a name without `=` has an empty value.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Undoes percent-encoding; what is no such code stays as it is, what is no UTF-8 is replaced.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| first == b'%').and_then(hexadecimal);
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Appends `text`, with every byte percent-encoded that is not unreserved or in `kept`.
pub(crate) fn encode_into(out: &mut String, text: &str, kept: &[u8]) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            out.push('%');
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let number = digits.iter().try_fold(0, |number, &byte| Some(number * 16 + digit(byte)?))?;
    u8::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_without_values_have_empty_ones() {
        let found = pairs("a&b=&=c&&d=e=f&g%20h=%zz%4");
        let expected = [("a", ""), ("b", ""), ("", "c"), ("d", "e=f"), ("g h", "%zz%4")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    proptest! {
        #[test]
        fn decoding_inverts_encoding(text: String) {
            let mut encoded = String::new();
            encode_into(&mut encoded, &text, b"");
            prop_assert!(encoded.is_ascii());
            prop_assert_eq!(decode(&encoded), text);
        }
    }
}

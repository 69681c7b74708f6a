//! Writing JSON's scalars into a buffer without allocating.

/// Appends a string with its quotes, escaped.
pub(super) fn string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escaped(text, out);
    out.push(b'"');
}

/// Appends a string's inside: quotes, backslashes and control characters escaped (RFC 8259, section 7).
pub(super) fn escaped(text: &str, out: &mut Vec<u8>) {
    let mut plain_from = 0;
    for (index, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&text.as_bytes()[plain_from..index]);
        plain_from = index + 1;
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => {
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[hex(control >> 4), hex(control & 15)]);
            }
        }
    }
    out.extend_from_slice(&text.as_bytes()[plain_from..]);
}

/// Appends a whole number.
pub(super) fn integer(number: i64, out: &mut Vec<u8>) {
    if number < 0 {
        out.push(b'-');
    }
    let mut digits = [0; 20];
    let mut first = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}

/// Appends a finite number with all its digits and at least one decimal, so that it reads as a float.
pub(super) fn float(number: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{number:?}").as_bytes());
}

/// Appends `number / 10^decimals`: at least one decimal, no zeros behind the first.
pub(super) fn fixed(number: i64, decimals: u8, out: &mut Vec<u8>) {
    let scale = 10u64.pow(u32::from(decimals));
    if number < 0 {
        out.push(b'-');
    }
    integer((number.unsigned_abs() / scale) as i64, out);
    if decimals == 0 {
        return;
    }
    out.push(b'.');
    let start = out.len();
    let mut fraction = number.unsigned_abs() % scale;
    let mut place = scale / 10;
    while place > 0 && (fraction > 0 || out.len() == start) {
        out.push(b'0' + (fraction / place) as u8);
        fraction %= place;
        place /= 10;
    }
}

/// Appends the 36 characters of a random UUID (RFC 9562, version 4) made of 128 drawn bits.
pub(super) fn uuid(high: u64, low: u64, out: &mut Vec<u8>) {
    let high = high & 0xffff_ffff_ffff_0fff | 0x4000;
    let low = low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
    let bits = u128::from(high) << 64 | u128::from(low);
    for digit in 0..32 {
        if matches!(digit, 8 | 12 | 16 | 20) {
            out.push(b'-');
        }
        out.push(hex((bits >> (124 - 4 * digit)) as u8 & 15));
    }
}

fn hex(nibble: u8) -> u8 {
    b"0123456789abcdef"[usize::from(nibble)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn fixed_numbers_show_only_the_decimals_they_need() {
        assert_eq!(written(|out| fixed(1250, 2, out)), "12.5");
        assert_eq!(written(|out| fixed(1200, 2, out)), "12.0");
        assert_eq!(written(|out| fixed(-5, 2, out)), "-0.05");
        assert_eq!(written(|out| fixed(7, 0, out)), "7");
        assert_eq!(written(|out| fixed(1205, 2, out)), "12.05");
    }

    #[test]
    fn uuid_has_version_and_variant() {
        let text = written(|out| uuid(u64::MAX, u64::MAX, out));
        assert_eq!(text, "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(written(|out| uuid(0, 0, out)), "00000000-0000-4000-8000-000000000000");
    }

    proptest! {
        #[test]
        fn strings_read_back_as_written(text in any::<String>()) {
            let json = written(|out| string(&text, out));
            prop_assert_eq!(serde_json::from_str::<String>(&json).ok(), Some(text));
        }

        #[test]
        fn numbers_read_back_as_written(whole in any::<i64>(), real in -1e300..1e300f64) {
            prop_assert_eq!(written(|out| integer(whole, out)), whole.to_string());
            let json = written(|out| float(real, out));
            prop_assert_eq!(json.parse(), Ok(real));
            prop_assert!(serde_json::from_str::<f64>(&json).is_ok());
        }
    }
}

//! JSON numbers: one scan, then exact conversions.
//!
//! The scan gathers up to 19 digits as an integer, so that ordinary numbers need no second look.
//! Source of the rules: Jackson's `ReaderBasedJsonParser` and `ParserBase` (2.15), Java's `BigDecimal`.

/// Jackson reads no numbers of more digits, the exponent's included.
/// Source: `StreamReadConstraints.DEFAULT_MAX_NUM_LEN`.
pub(super) const NUMBER_DIGITS_MAX: usize = 1000;

/// Digits that always fit a `u64`.
const DIGITS_EXACT: u32 = 19;

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// A number token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number<'a> {
    /// The token's text, valid JSON.
    pub(super) text: &'a str,
    /// It has a fraction or an exponent.
    pub(super) float: bool,
    negative: bool,
    /// All digits of integer part and fraction, when `digits <= DIGITS_EXACT`.
    mantissa: u64,
    digits: u32,
    /// Power of ten the mantissa is scaled by.
    exponent: i32,
}

impl<'a> Number<'a> {
    /// Scans a JSON number at the start of `text`. `None` when there is none, or one that Jackson
    /// refuses (leading zeros, a bare point). The length is not limited here.
    pub(super) fn scan(text: &'a [u8]) -> Option<Self> {
        let mut at = usize::from(text.first() == Some(&b'-'));
        let negative = at == 1;
        let (mut mantissa, mut digits, mut exponent) = (0u64, 0u32, 0i32);
        let start = at;
        while let Some(digit) = digit(text, at) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
            at += 1;
        }
        digits += (at - start) as u32;
        if digits == 0 || (digits > 1 && text[start] == b'0') {
            return None;
        }
        let mut float = false;
        if text.get(at) == Some(&b'.') {
            float = true;
            at += 1;
            let start = at;
            while let Some(digit) = digit(text, at) {
                mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
                at += 1;
            }
            if at == start {
                return None;
            }
            digits += (at - start) as u32;
            exponent -= (at - start) as i32;
        }
        if matches!(text.get(at), Some(b'e' | b'E')) {
            float = true;
            let (value, end) = scan_exponent(text, at + 1)?;
            exponent = exponent.saturating_add(value);
            at = end;
        }
        let text = std::str::from_utf8(&text[..at]).expect("a scanned number is ASCII");
        Some(Number { text, float, negative, mantissa, digits, exponent })
    }

    /// The value of an integer token; `None` beyond 64 bits.
    pub(super) fn to_i64(self) -> Option<i64> {
        if self.digits < DIGITS_EXACT {
            let value = self.mantissa as i64;
            return Some(if self.negative { -value } else { value });
        }
        self.text.parse().ok()
    }

    /// The nearest double. An integer token `-0` is a positive zero, as it passes through a Java int.
    pub(super) fn to_f64(self) -> f64 {
        if self.digits <= DIGITS_EXACT && self.mantissa <= 1 << 53 {
            if self.mantissa == 0 && !self.float {
                return 0.0;
            }
            let value = self.mantissa as f64;
            // Both operands are exact, so one rounding gives the nearest double.
            let scaled = match self.exponent {
                0 => Some(value),
                1..=22 => Some(value * POWERS[self.exponent as usize]),
                -22..=-1 => Some(value / POWERS[-self.exponent as usize]),
                _ => None,
            };
            if let Some(value) = scaled {
                return if self.negative { -value } else { value };
            }
        }
        self.text.parse().expect("JSON numbers are Rust numbers")
    }

    /// The nearest float; long integers are rounded to a double first, as Jackson does.
    pub(super) fn to_f32(self) -> f32 {
        if self.float {
            return self.text.parse().expect("JSON numbers are Rust numbers");
        }
        match self.to_i64() {
            Some(value) => value as f32,
            None => self.to_f64() as f32,
        }
    }
}

/// Why a text is not a decimal of a given precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotDecimal {
    /// Not the text of a number.
    Text,
    /// A number of that many digits.
    Digits(usize),
}

/// A decimal's unscaled value, rounded half up (away from zero) to `scale`.
///
/// Takes what Java's `BigDecimal(String)` takes: a sign, digits with a point anywhere, an exponent.
/// Source: `Decimal.set(BigDecimal, precision, scale)`.
pub(super) fn parse_decimal(text: &str, precision: u8, scale: i8) -> Result<i128, NotDecimal> {
    let (negative, digits, exponent) = split_decimal(text).ok_or(NotDecimal::Text)?;
    let significant = digits.iter().position(|b| *b != b'0').unwrap_or(digits.len());
    let digits = &digits[significant..];
    if digits.is_empty() {
        return Ok(0);
    }
    // The number is `digits` × 10^shift in units of the last place of the result.
    let shift = i64::from(exponent) + i64::from(scale);
    let kept = digits.len() as i64 + shift;
    if kept > i64::from(precision) {
        return Err(NotDecimal::Digits(usize::try_from(kept).unwrap_or(usize::MAX)));
    }
    if kept < 0 {
        return Ok(0);
    }
    let kept = kept as usize;
    let digit = |at: usize| digits.get(at).map_or(0, |b| i128::from(b - b'0'));
    let mut value = (0..kept).fold(0i128, |sum, at| sum * 10 + digit(at));
    value += i128::from(digit(kept) >= 5);
    if value >= 10i128.pow(u32::from(precision)) {
        return Err(NotDecimal::Digits(usize::from(precision) + 1));
    }
    Ok(if negative { -value } else { value })
}

/// Sign, digits without the point, and the power of ten of the last digit.
fn split_decimal(text: &str) -> Option<(bool, Vec<u8>, i32)> {
    let negative = text.starts_with('-');
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (significand, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = significand.split_once('.').unwrap_or((significand, ""));
    let digits = [whole.as_bytes(), fraction.as_bytes()].concat();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let exponent = i64::from(exponent) - fraction.len() as i64;
    Some((negative, digits, i32::try_from(exponent).ok()?))
}

#[inline]
fn digit(text: &[u8], at: usize) -> Option<u64> {
    let digit = text.get(at)?.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

fn scan_exponent(text: &[u8], mut at: usize) -> Option<(i32, usize)> {
    let negative = text.get(at) == Some(&b'-');
    at += usize::from(matches!(text.get(at), Some(b'-' | b'+')));
    let start = at;
    let mut value = 0i32;
    while let Some(digit) = digit(text, at) {
        value = value.saturating_mul(10).saturating_add(digit as i32);
        at += 1;
    }
    (at > start).then_some((if negative { -value } else { value }, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Number<'_> {
        Number::scan(text.as_bytes()).expect("a number")
    }

    #[test]
    fn json_grammar_is_kept() {
        for text in ["", "-", "007", "00", "1.", "-.5", "1e", "1e+", "+1", ".5", "abc"] {
            assert!(Number::scan(text.as_bytes()).is_none(), "{text}");
        }
        for (text, token) in [("0,", "0"), ("-0.5}", "-0.5"), ("1E-2]", "1E-2"), ("12abc", "12")] {
            assert_eq!(number(text).text, token);
        }
    }

    #[test]
    fn integers_keep_every_bit_up_to_the_limits() {
        assert_eq!(number("9223372036854775807").to_i64(), Some(i64::MAX));
        assert_eq!(number("-9223372036854775808").to_i64(), Some(i64::MIN));
        assert_eq!(number("9223372036854775808").to_i64(), None);
        assert_eq!(number("18446744073709551616").to_i64(), None);
        assert_eq!(number("-0").to_i64(), Some(0));
    }

    #[test]
    fn zero_keeps_its_sign_only_as_a_float() {
        assert!(number("-0").to_f64().is_sign_positive());
        assert!(number("-0.0").to_f64().is_sign_negative());
        assert_eq!(number("1e400").to_f64(), f64::INFINITY);
        assert_eq!(number("123456789012345678").to_f32(), 1.234_567_9e17);
    }

    /// Recorded with Spark 3.5.4 (`from_json` into DECIMAL(10,2)).
    #[test]
    fn decimals_are_rounded_half_up_and_checked() {
        let cases = [
            ("1e2", Ok(10_000)),
            ("0.005", Ok(1)),
            ("-0.005", Ok(-1)),
            ("0.0049999", Ok(0)),
            ("12345678.995", Ok(1_234_567_900)),
            ("123456789.1", Err(NotDecimal::Digits(11))),
            ("99999999.995", Err(NotDecimal::Digits(11))),
            ("1e-1000", Ok(0)),
            ("0e999999999", Ok(0)),
            ("1e999999999", Err(NotDecimal::Digits(1_000_000_002))),
            ("5.", Ok(500)),
            (".5", Ok(50)),
            ("+5", Ok(500)),
            ("abc", Err(NotDecimal::Text)),
            (" 1", Err(NotDecimal::Text)),
            (".", Err(NotDecimal::Text)),
            ("", Err(NotDecimal::Text)),
            ("1.2.3", Err(NotDecimal::Text)),
            ("NaN", Err(NotDecimal::Text)),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_decimal(text, 10, 2), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn doubles_are_the_nearest_ones(text in "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?") {
            let parsed: f64 = text.parse().expect("a number");
            let expected = if text == "-0" { 0.0 } else { parsed };
            prop_assert_eq!(number(&text).to_f64().to_bits(), expected.to_bits());
        }

        #[test]
        fn integers_agree_with_the_standard_library(value in any::<i64>()) {
            prop_assert_eq!(number(&value.to_string()).to_i64(), Some(value));
        }
    }
}

//! Decimal numbers as unscaled 128-bit integers, with `java.math.BigDecimal`'s texts and Spark's rounding.
//!
//! Source: `org.apache.spark.sql.types.Decimal` (`fromString`, `changePrecision` with `ROUND_HALF_UP`).

use std::cmp::Ordering;

/// Digits that a decimal can have.
pub(super) const MAX_PRECISION: u8 = 38;

/// How the last digit is chosen when digits are cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    /// To the nearest, halves away from zero.
    HalfUp,
    /// To the nearest, halves to the even digit.
    HalfEven,
    /// Towards positive infinity.
    Ceiling,
    /// Towards negative infinity.
    Floor,
    /// Towards zero.
    Down,
}

/// `10^exponent`, while it fits.
pub(super) fn power_of_ten(exponent: u32) -> Option<i128> {
    10i128.checked_pow(exponent)
}

/// The number with another scale; `None` when it does not fit into `precision` digits.
pub(super) fn rescale(unscaled: i128, from: i8, to: i8, precision: u8, rounding: Rounding) -> Option<i128> {
    let value = match to.cmp(&from) {
        Ordering::Equal => unscaled,
        Ordering::Greater => unscaled.checked_mul(power_of_ten(u32::from(to.abs_diff(from)))?)?,
        Ordering::Less => match power_of_ten(u32::from(from.abs_diff(to))) {
            Some(unit) => divide_rounded(unscaled, unit, rounding),
            None => 0,
        },
    };
    fits(value, precision).then_some(value)
}

/// Whether a number has at most `precision` digits.
pub(super) fn fits(unscaled: i128, precision: u8) -> bool {
    power_of_ten(u32::from(precision)).is_none_or(|limit| unscaled.unsigned_abs() < limit.unsigned_abs())
}

/// The quotient, rounded to a whole number. The divisor must not be zero.
pub(super) fn divide_rounded(dividend: i128, divisor: i128, rounding: Rounding) -> i128 {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    if rest == 0 {
        return quotient;
    }
    let away = if (dividend < 0) == (divisor < 0) { 1 } else { -1 };
    // Twice the rest against the divisor, without doubling either.
    let half = rest.unsigned_abs().cmp(&(divisor.unsigned_abs() - rest.unsigned_abs()));
    let up = match rounding {
        Rounding::Down => false,
        Rounding::Ceiling => away > 0,
        Rounding::Floor => away < 0,
        Rounding::HalfUp => half != Ordering::Less,
        Rounding::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && quotient % 2 != 0),
    };
    if up { quotient + away } else { quotient }
}

/// Reads `[+-]digits[.digits][e[+-]digits]` at a scale; `None` for anything else and for what does not fit.
pub(super) fn parse(text: &str, precision: u8, scale: i8) -> Option<i128> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.as_bytes().first()? {
        b'-' => (true, &mantissa[1..]),
        b'+' => (false, &mantissa[1..]),
        _ => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let zeros = digits.iter().take_while(|b| **b == b'0').count();
    // Digits that stand before the place where the scale cuts.
    let kept = (whole.len() as i64).checked_add(exponent)?.checked_add(i64::from(scale))?;
    let kept = kept - zeros as i64;
    let digits = &digits[zeros..];
    if digits.is_empty() || kept < 0 {
        return Some(0);
    }
    if kept > i64::from(MAX_PRECISION) {
        return None;
    }
    let mut value = 0i128;
    for at in 0..kept as usize {
        value = value * 10 + i128::from(digits.get(at).map_or(0, |b| b - b'0'));
    }
    value += i128::from(digits.get(kept as usize).is_some_and(|b| *b >= b'5'));
    fits(value, precision).then_some(if negative { -value } else { value })
}

/// The number without exponent, e.g. `1.50`.
pub(super) fn plain_text(unscaled: i128, scale: i8) -> String {
    let digits = unscaled.unsigned_abs().to_string();
    let sign = if unscaled < 0 { "-" } else { "" };
    match usize::try_from(scale) {
        Ok(0) => format!("{sign}{digits}"),
        Ok(scale) => {
            let digits = format!("{digits:0>width$}", width = scale + 1);
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            format!("{sign}{whole}.{fraction}")
        }
        Err(_) => format!("{sign}{digits}{}", "0".repeat(usize::from(scale.unsigned_abs()))),
    }
}

/// `BigDecimal.toString`: numbers with more than five zeros after the point get an exponent.
pub(super) fn java_text(unscaled: i128, scale: i8) -> String {
    let digits = unscaled.unsigned_abs().to_string();
    let exponent = digits.len() as i32 - 1 - i32::from(scale);
    if exponent >= -6 {
        return plain_text(unscaled, scale);
    }
    let sign = if unscaled < 0 { "-" } else { "" };
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}E{exponent}")
}

/// The nearest double.
pub(super) fn to_double(unscaled: i128, scale: i8) -> f64 {
    format!("{unscaled}e{}", -i32::from(scale)).parse().expect("digits and an exponent are a number")
}

/// The nearest float.
pub(super) fn to_float(unscaled: i128, scale: i8) -> f32 {
    format!("{unscaled}e{}", -i32::from(scale)).parse().expect("digits and an exponent are a number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_rounded_half_up_at_the_scale() {
        let cases = [
            ("1.005", Some(101)),
            ("-1.005", Some(-101)),
            ("1.0049", Some(100)),
            (".5", Some(50)),
            ("5.", Some(500)),
            ("+7", Some(700)),
            ("1e3", Some(100_000)),
            ("1E-3", Some(0)),
            ("5e-3", Some(1)),
            ("0e99999999999", Some(0)),
            ("000000000000000000000000000000000000000000001", Some(100)),
            ("99999999.994", Some(9_999_999_999)),
            ("99999999.995", None),
            ("9223372036854775808", None),
            ("1e99999999999", None),
            ("", None),
            (".", None),
            ("-", None),
            ("NaN", None),
            ("1_0", None),
            ("1e", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text, 10, 2), expected, "{text}");
        }
    }

    #[test]
    fn rounding_modes_differ_at_halves_and_signs() {
        use Rounding::*;
        let cases = [
            (25, [3, 2, 3, 2, 2]),
            (35, [4, 4, 4, 3, 3]),
            (-25, [-3, -2, -2, -3, -2]),
            (-21, [-2, -2, -2, -3, -2]),
            (20, [2, 2, 2, 2, 2]),
        ];
        for (number, expected) in cases {
            let rounded =
                [HalfUp, HalfEven, Ceiling, Floor, Down].map(|mode| divide_rounded(number, 10, mode));
            assert_eq!(rounded, expected, "{number}");
        }
    }

    #[test]
    fn small_numbers_are_written_with_an_exponent() {
        for (unscaled, scale, expected) in [
            (150, 2, "1.50"),
            (-5, 2, "-0.05"),
            (1, 6, "0.000001"),
            (1, 7, "1E-7"),
            (123, 10, "1.23E-8"),
            (0, 7, "0E-7"),
            (12, 0, "12"),
        ] {
            assert_eq!(java_text(unscaled, scale), expected);
        }
    }
}

//! Arithmetic of decimals that needs more digits than DuckDB keeps: division, remainder, rounding.
//!
//! Decimals come and go as text, so that one function serves all precisions and scales.
//!
//! Source: Trino's `DecimalOperators`, `MathFunctions`; halves are rounded away from zero.

use super::registrar::Registrar;
use arrow::datatypes::i256;

use super::column::{Int32, Text, function2, function3};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function3::<Text, Text, Int32, Text>(c, "wt_decimal_divide", divide)?;
    function3::<Text, Text, Int32, Text>(c, "wt_decimal_modulo", modulo)?;
    function2::<Text, Int32, Text>(c, "wt_decimal_round", |text, digits| {
        round(text, digits, Rounding::HalfUp)
    })?;
    function2::<Text, Int32, Text>(c, "wt_decimal_truncate", |text, digits| {
        round(text, digits, Rounding::Down)
    })?;
    function2::<Text, Int32, Text>(c, "wt_decimal_ceil", |text, digits| {
        round(text, digits, Rounding::Ceiling)
    })?;
    function2::<Text, Int32, Text>(c, "wt_decimal_floor", |text, digits| round(text, digits, Rounding::Floor))
}

/// Where a remainder goes.
#[derive(Clone, Copy)]
enum Rounding {
    HalfUp,
    Down,
    Ceiling,
    Floor,
}

/// `unscaled / 10^scale`.
#[derive(Clone, Copy)]
struct Decimal {
    unscaled: i256,
    scale: i32,
}

fn overflow() -> Failure {
    Failure::named("NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow")
}

fn ten_to(exponent: i32) -> Result<i256, Failure> {
    let exponent = u32::try_from(exponent).map_err(|_| overflow())?;
    i256::from_i128(10).checked_pow(exponent).ok_or_else(overflow)
}

impl Decimal {
    fn parse(text: &str) -> Result<Self, Failure> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let unscaled = i256::from_string(&format!("{whole}{fraction}")).ok_or_else(overflow)?;
        Ok(Self { unscaled, scale: fraction.len() as i32 })
    }

    /// With more digits behind the point.
    fn at_scale(self, scale: i32) -> Result<i256, Failure> {
        self.unscaled.checked_mul(ten_to(scale - self.scale)?).ok_or_else(overflow)
    }
}

/// As text; more than 38 digits are too many.
fn text(unscaled: i256, scale: i32) -> Answer<String> {
    if unscaled.wrapping_abs() >= ten_to(38)? {
        return Err(overflow());
    }
    let digits = unscaled.wrapping_abs().to_string();
    let scale = usize::try_from(scale).map_err(|_| overflow())?;
    let digits = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < i256::ZERO { "-" } else { "" };
    let point = if scale == 0 { "" } else { "." };
    Ok(Some(format!("{sign}{whole}{point}{fraction}")))
}

/// A quotient without its fraction, which goes where the rounding says.
fn quotient(dividend: i256, divisor: i256, rounding: Rounding) -> Result<i256, Failure> {
    let whole = dividend.checked_div(divisor).ok_or_else(overflow)?;
    let rest = dividend.checked_rem(divisor).ok_or_else(overflow)?;
    let is_negative = (dividend < i256::ZERO) != (divisor < i256::ZERO);
    let away = match rounding {
        _ if rest == i256::ZERO => false,
        Rounding::Down => false,
        Rounding::Ceiling => !is_negative,
        Rounding::Floor => is_negative,
        Rounding::HalfUp => {
            let rest = rest.wrapping_abs();
            rest >= divisor.wrapping_abs().wrapping_sub(rest)
        }
    };
    Ok(match (away, is_negative) {
        (false, _) => whole,
        (true, true) => whole.wrapping_sub(i256::ONE),
        (true, false) => whole.wrapping_add(i256::ONE),
    })
}

fn divide(a: &str, b: &str, scale: i32) -> Answer<String> {
    let (a, b) = (Decimal::parse(a)?, Decimal::parse(b)?);
    if b.unscaled == i256::ZERO {
        return Err(Failure::named("DIVISION_BY_ZERO", "Division by zero"));
    }
    let dividend = a.at_scale(scale + b.scale)?;
    text(quotient(dividend, b.unscaled, Rounding::HalfUp)?, scale)
}

fn modulo(a: &str, b: &str, scale: i32) -> Answer<String> {
    let (a, b) = (Decimal::parse(a)?.at_scale(scale)?, Decimal::parse(b)?.at_scale(scale)?);
    if b == i256::ZERO {
        return Err(Failure::named("DIVISION_BY_ZERO", "Division by zero"));
    }
    text(a.checked_rem(b).ok_or_else(overflow)?, scale)
}

fn round(value: &str, digits: i32, rounding: Rounding) -> Answer<String> {
    let value = Decimal::parse(value)?;
    let dropped = value.scale - digits;
    if dropped <= 0 {
        return text(value.unscaled, value.scale);
    }
    // Beyond all digits there is nothing left.
    if dropped > 40 {
        return text(i256::ZERO, 0);
    }
    let unit = ten_to(dropped)?;
    let units = quotient(value.unscaled, unit, rounding)?;
    match digits >= 0 {
        true => text(units, digits),
        false => text(units.checked_mul(ten_to(-digits)?).ok_or_else(overflow)?, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_round_half_away_from_zero() {
        assert_eq!(divide("5", "3", 1).ok().flatten().as_deref(), Some("1.7"));
        assert_eq!(divide("-1", "8", 2).ok().flatten().as_deref(), Some("-0.13"));
        assert_eq!(divide("1.00", "0.4", 2).ok().flatten().as_deref(), Some("2.50"));
        assert!(divide("1", "0.00", 2).is_err());
    }

    #[test]
    fn remainders_have_the_sign_of_the_dividend() {
        assert_eq!(modulo("-5.5", "2.0", 1).ok().flatten().as_deref(), Some("-1.5"));
    }

    #[test]
    fn digits_are_rounded_on_both_sides_of_the_point() {
        assert_eq!(round("2.345", 2, Rounding::HalfUp).ok().flatten().as_deref(), Some("2.35"));
        assert_eq!(round("1250.4", -2, Rounding::HalfUp).ok().flatten().as_deref(), Some("1300"));
        assert_eq!(round("-1.2", 0, Rounding::Ceiling).ok().flatten().as_deref(), Some("-1"));
        assert_eq!(round("-1.2", 0, Rounding::Floor).ok().flatten().as_deref(), Some("-2"));
    }
}

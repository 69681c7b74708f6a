//! Rounding of numbers to a number of digits after the point, or before it where that is negative.
//!
//! Source: `RoundBase`, `Round` (half up), `BRound` (half even), `Ceil`, `Floor` in `mathExpressions.scala`.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
};
use arrow::array::{ArrayRef, PrimitiveArray};
use arrow::datatypes::DataType;
use datafusion_common::{Result, ScalarValue, exec_err};

use super::super::cast::double_text;
use super::super::decimal::{self, MAX_PRECISION, Rounding};
use super::rows::ints;
use crate::plan::Expr;

/// The type of `round(number, digits)`: decimals get the digits asked for, other numbers keep their type.
pub(super) fn rounded_type(args: &[Expr]) -> Result<DataType, String> {
    let digits = match args.get(1) {
        None => 0,
        Some(Expr::Literal(ScalarValue::Int32(Some(digits)))) => *digits,
        Some(_) => {
            return Err(
                "[DATATYPE_MISMATCH.NON_FOLDABLE_INPUT] the digits to round to must be an INT literal"
                    .to_owned(),
            );
        }
    };
    let DataType::Decimal128(precision, scale) = args[0].data_type() else { return Ok(args[0].data_type()) };
    // Rounding may carry into one digit more.
    let whole = i32::from(precision) - i32::from(scale) + 1;
    let (precision, scale) = match digits < 0 {
        true => (whole.max(1 - digits), 0),
        false => {
            let scale = digits.min(i32::from(scale));
            (whole + scale, scale)
        }
    };
    Ok(DataType::Decimal128(precision.min(i32::from(MAX_PRECISION)) as u8, scale as i8))
}

/// The type of `ceil` and `floor`.
pub(super) fn whole_type(args: &[Expr]) -> Result<DataType, String> {
    Ok(match args[0].data_type() {
        DataType::Decimal128(precision, scale) => {
            let digits = (i32::from(precision) - i32::from(scale) + 1).min(i32::from(MAX_PRECISION));
            DataType::Decimal128(digits as u8, 0)
        }
        _ => DataType::Int64,
    })
}

/// Rounds to whole numbers in one direction.
pub(super) fn to_whole(args: &[ArrayRef], returns: &DataType, rounding: Rounding) -> Result<ArrayRef> {
    let whole = |v: f64| if rounding == Rounding::Ceiling { v.ceil() } else { v.floor() };
    Ok(match args[0].data_type() {
        DataType::Float64 => {
            Arc::new(args[0].as_primitive::<Float64Type>().unary::<_, Int64Type>(|v| whole(v) as i64))
        }
        DataType::Decimal128(_, scale) => {
            round_decimals(args[0].as_primitive(), *scale, returns, 0, rounding)
        }
        _ => args[0].clone(),
    })
}

/// Rounds to the digits given by the second argument, a constant.
pub(super) fn to_digits(args: &[ArrayRef], returns: &DataType, rounding: Rounding) -> Result<ArrayRef> {
    use arrow::array::Array;
    let digits = match args.get(1) {
        Some(digits) if digits.is_empty() => 0,
        Some(_) => ints(args, 1).value(0),
        None => 0,
    };
    let array = &args[0];
    Ok(match array.data_type() {
        DataType::Int8 => integers::<Int8Type>(array, digits, rounding, |v| v as i8),
        DataType::Int16 => integers::<Int16Type>(array, digits, rounding, |v| v as i16),
        DataType::Int32 => integers::<Int32Type>(array, digits, rounding, |v| v as i32),
        DataType::Int64 => integers::<Int64Type>(array, digits, rounding, |v| v as i64),
        DataType::Float32 => {
            let round = |v: f32| round_double(f64::from(v), digits, rounding) as f32;
            Arc::new(array.as_primitive::<Float32Type>().unary::<_, Float32Type>(round))
        }
        DataType::Float64 => {
            let round = |v| round_double(v, digits, rounding);
            Arc::new(array.as_primitive::<Float64Type>().unary::<_, Float64Type>(round))
        }
        DataType::Decimal128(_, scale) => {
            round_decimals(array.as_primitive(), *scale, returns, digits, rounding)
        }
        other => return exec_err!("cannot round {other}"),
    })
}

fn round_decimals(
    values: &PrimitiveArray<Decimal128Type>,
    scale: i8,
    returns: &DataType,
    digits: i32,
    rounding: Rounding,
) -> ArrayRef {
    let DataType::Decimal128(precision, to) = returns else {
        unreachable!("decimals are rounded to decimals")
    };
    let digits = digits.clamp(-i32::from(MAX_PRECISION), i32::from(*to)) as i8;
    let round = |v: i128| {
        let rounded = decimal::rescale(v, scale, digits, MAX_PRECISION, rounding)?;
        decimal::rescale(rounded, digits, *to, *precision, rounding)
    };
    Arc::new(values.unary_opt::<_, Decimal128Type>(round).with_data_type(returns.clone()))
}

fn integers<T: arrow::datatypes::ArrowPrimitiveType>(
    array: &ArrayRef,
    digits: i32,
    rounding: Rounding,
    narrow: impl Fn(i128) -> T::Native,
) -> ArrayRef
where
    T::Native: Into<i64>,
{
    let unit = if digits < 0 { decimal::power_of_ten(digits.unsigned_abs()) } else { Some(1) };
    let round = |v: T::Native| {
        let value: i64 = v.into();
        narrow(unit.map_or(0, |unit| decimal::divide_rounded(i128::from(value), unit, rounding) * unit))
    };
    Arc::new(array.as_primitive::<T>().unary::<_, T>(round))
}

/// Rounds the decimal digits that Java prints, not the binary number.
fn round_double(value: f64, digits: i32, rounding: Rounding) -> f64 {
    if !value.is_finite() || value == 0.0 {
        return value;
    }
    let text = double_text(value);
    let (mantissa, exponent) = text.split_once('E').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().expect("an exponent is a number");
    let (whole, fraction) = mantissa.split_once('.').expect("a double's text has a point");
    let significant: i128 = format!("{whole}{fraction}").parse().expect("digits are a number");
    let last_place = exponent - fraction.len() as i32;
    let cut = (-i64::from(digits) - i64::from(last_place)).max(0);
    let rounded = match u32::try_from(cut).ok().and_then(decimal::power_of_ten) {
        Some(1) => return value,
        Some(unit) => decimal::divide_rounded(significant, unit, rounding),
        None => 0,
    };
    format!("{rounded}e{}", -digits).parse().expect("digits and an exponent are a number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_rounded_as_they_are_printed() {
        use Rounding::{HalfEven, HalfUp};
        let cases = [
            (2.5, 0, HalfUp, 3.0),
            (-2.5, 0, HalfUp, -3.0),
            (2.5, 0, HalfEven, 2.0),
            (1.005, 2, HalfUp, 1.01),
            (0.285, 2, HalfUp, 0.29),
            (1234.5, -2, HalfUp, 1200.0),
            (1250.0, -2, HalfEven, 1200.0),
            (1e300, 2, HalfUp, 1e300),
            (1e-300, 2, HalfUp, 0.0),
            (0.5, -3, HalfUp, 0.0),
        ];
        for (value, digits, rounding, expected) in cases {
            assert_eq!(round_double(value, digits, rounding), expected, "{value} {digits}");
        }
        assert!(round_double(f64::NAN, 1, HalfUp).is_nan());
    }
}

//! Sums, products, quotients and remainders of decimals, exact and then rounded to the type of the result; what does
//! not fit is null.
//!
//! Source: `DecimalPrecision`, `DecimalType.adjustPrecisionScale` (with `allowPrecisionLoss`), `Decimal`.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::Decimal128Type;
use arrow::array::{Array, ArrayRef, Decimal128Array};
use arrow::datatypes::{DataType, i256};
use datafusion_common::{Result, exec_err};
use datafusion_expr::ScalarUDF;

use super::decimal::{MAX_PRECISION, fits};
use super::scalar::scalar_function;
use crate::plan::BinaryOp;

/// Digits after the point that a result keeps even when digits before it are lost.
const MINIMUM_ADJUSTED_SCALE: i32 = 6;

/// The type of arithmetic on two decimals; `None` for other types and operators.
pub fn decimal_result(op: BinaryOp, left: &DataType, right: &DataType) -> Option<DataType> {
    let (DataType::Decimal128(p1, s1), DataType::Decimal128(p2, s2)) = (left, right) else { return None };
    let [p1, p2] = [p1, p2].map(|p| i32::from(*p));
    let [s1, s2] = [s1, s2].map(|s| i32::from(*s));
    let (precision, scale) = match op {
        BinaryOp::Add | BinaryOp::Subtract => {
            let scale = s1.max(s2);
            ((p1 - s1).max(p2 - s2) + scale + 1, scale)
        }
        BinaryOp::Multiply => (p1 + p2 + 1, s1 + s2),
        BinaryOp::Divide => {
            let scale = MINIMUM_ADJUSTED_SCALE.max(s1 + p2 + 1);
            (p1 - s1 + s2 + scale, scale)
        }
        BinaryOp::Remainder => {
            let scale = s1.max(s2);
            ((p1 - s1).min(p2 - s2) + scale, scale)
        }
        _ => return None,
    };
    Some(adjusted(precision, scale))
}

/// Cuts a type to 38 digits, at the expense of digits after the point while more than six are left.
fn adjusted(precision: i32, scale: i32) -> DataType {
    let most = i32::from(MAX_PRECISION);
    if precision <= most {
        return DataType::Decimal128(precision.max(1) as u8, scale as i8);
    }
    let whole = precision - scale;
    let scale = (most - whole).max(scale.min(MINIMUM_ADJUSTED_SCALE));
    DataType::Decimal128(MAX_PRECISION, scale as i8)
}

/// The operation as a function of two decimals, whatever their scales.
pub(super) fn operation(op: BinaryOp, returns: &DataType) -> Arc<ScalarUDF> {
    scalar_function("decimal_arithmetic", returns.clone(), move |args, returns| compute(op, args, returns))
}

fn compute(op: BinaryOp, args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let DataType::Decimal128(precision, scale) = returns else { return exec_err!("decimals give decimals") };
    let (left, right) = (args[0].as_primitive::<Decimal128Type>(), args[1].as_primitive::<Decimal128Type>());
    let scales = Scales { left: left.scale(), right: right.scale(), result: *scale };
    let value = |row: usize| {
        let both = left.is_valid(row) && right.is_valid(row);
        let exact = both.then(|| scales.apply(op, left.value(row), right.value(row))).flatten()?;
        exact.to_i128().filter(|v| fits(*v, *precision))
    };
    let values: Decimal128Array = (0..left.len()).map(value).collect();
    Ok(Arc::new(values.with_precision_and_scale(*precision, *scale)?))
}

/// Scales of the operands and of the result.
#[derive(Debug, Clone, Copy)]
struct Scales {
    left: i8,
    right: i8,
    result: i8,
}

impl Scales {
    /// The result at its scale; `None` for a zero divisor and for what no 256 bits hold.
    fn apply(self, op: BinaryOp, left: i128, right: i128) -> Option<i256> {
        let (l, r) = (i256::from_i128(left), i256::from_i128(right));
        let finer = self.left.max(self.right);
        let aligned = || Some((scaled(l, finer - self.left)?, scaled(r, finer - self.right)?));
        match op {
            BinaryOp::Add => aligned().and_then(|(l, r)| rounded(l.checked_add(r)?, finer, self.result)),
            BinaryOp::Subtract => aligned().and_then(|(l, r)| rounded(l.checked_sub(r)?, finer, self.result)),
            BinaryOp::Multiply => {
                rounded_between(l.checked_mul(r)?, i32::from(self.left) + i32::from(self.right), self.result)
            }
            BinaryOp::Divide => self.quotient(l, r),
            BinaryOp::Remainder => {
                aligned().and_then(|(l, r)| rounded(l.checked_rem(r)?, finer, self.result))
            }
            _ => None,
        }
    }

    /// Long division, digit by digit, so that no intermediate number is large.
    fn quotient(self, left: i256, right: i256) -> Option<i256> {
        if right == i256::ZERO {
            return None;
        }
        let negative = left.is_negative() != right.is_negative();
        let (left, right) = (left.wrapping_abs(), right.wrapping_abs());
        let digits = i32::from(self.result) - i32::from(self.left) + i32::from(self.right);
        let divisor = scaled(right, i8::try_from((-digits).max(0)).ok()?)?;
        let ten = i256::from_i128(10);
        let (mut quotient, mut rest) = (left.checked_div(divisor)?, left.checked_rem(divisor)?);
        for _ in 0..digits.max(0) {
            rest = rest.checked_mul(ten)?;
            quotient = quotient.checked_mul(ten)?.checked_add(rest.checked_div(divisor)?)?;
            rest = rest.checked_rem(divisor)?;
        }
        let up = rest.checked_mul(i256::from_i128(2))? >= divisor;
        let quotient = quotient.checked_add(i256::from_i128(i128::from(up)))?;
        Some(if negative { quotient.wrapping_neg() } else { quotient })
    }
}

fn scaled(value: i256, digits: i8) -> Option<i256> {
    (0..digits).try_fold(value, |value, _| value.checked_mul(i256::from_i128(10)))
}

fn rounded(value: i256, from: i8, to: i8) -> Option<i256> {
    rounded_between(value, i32::from(from), to)
}

/// The value at another scale, halves away from zero.
fn rounded_between(value: i256, from: i32, to: i8) -> Option<i256> {
    let dropped = from - i32::from(to);
    if dropped <= 0 {
        return scaled(value, i8::try_from(-dropped).ok()?);
    }
    let unit = scaled(i256::ONE, i8::try_from(dropped).ok()?)?;
    let (quotient, rest) = (value.checked_div(unit)?, value.checked_rem(unit)?);
    let up = rest.wrapping_abs().checked_mul(i256::from_i128(2))? >= unit;
    let step = if value.is_negative() { i256::MINUS_ONE } else { i256::ONE };
    if up { quotient.checked_add(step) } else { Some(quotient) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::decimal::plain_text;

    fn decimal(text: &str, precision: u8) -> Decimal128Array {
        let scale = text.split_once('.').map_or(0, |(_, fraction)| fraction.len()) as i8;
        let value: i128 = text.replace('.', "").parse().expect("digits");
        Decimal128Array::from(vec![value]).with_precision_and_scale(precision, scale).expect("it fits")
    }

    /// Types as Spark 3.5 prints them for these operands.
    #[test]
    fn results_have_sparks_types_and_are_rounded_half_up() {
        use BinaryOp::*;
        let cases = [
            (Add, ("1.50", 10), ("2.125", 6), (12, 3), Some("3.625")),
            (Subtract, ("1.50", 10), ("2.125", 6), (12, 3), Some("-0.625")),
            (Multiply, ("1.5", 2), ("-0.25", 3), (6, 3), Some("-0.375")),
            (Multiply, ("1.000000000000000001", 38), ("1.5000000000", 38), (38, 6), Some("1.500000")),
            (Divide, ("1.00", 10), ("3.00", 10), (23, 13), Some("0.3333333333333")),
            (Divide, ("2", 10), ("-3", 10), (21, 11), Some("-0.66666666667")),
            (Divide, ("2", 10), ("0", 10), (21, 11), None),
            (Remainder, ("-7.50", 10), ("2.0", 5), (6, 2), Some("-1.50")),
            (Remainder, ("7.50", 10), ("0.0", 5), (6, 2), None),
            (Add, ("99999999999999999999999999999999999999", 38), ("1", 38), (38, 0), None),
        ];
        for (op, (left, p1), (right, p2), (precision, scale), expected) in cases {
            let (left, right) = (decimal(left, p1), decimal(right, p2));
            let returns = decimal_result(op, left.data_type(), right.data_type()).expect("two decimals");
            assert_eq!(returns, DataType::Decimal128(precision, scale), "{op:?} {left:?} {right:?}");
            let args: [ArrayRef; 2] = [Arc::new(left), Arc::new(right)];
            let result = compute(op, &args, &returns).expect("decimals");
            let result = result.as_primitive::<Decimal128Type>();
            let text = result.is_valid(0).then(|| plain_text(result.value(0), scale));
            assert_eq!(text.as_deref(), expected, "{op:?} {args:?}");
        }
    }
}

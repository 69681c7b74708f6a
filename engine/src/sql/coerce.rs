//! Spark's implicit casts with ANSI off (`TypeCoercion`): which type two operands meet in.

use arrow::datatypes::{DataType, TimeUnit};
use datafusion_common::ScalarValue;

pub(super) use crate::expr::cast_to;
use crate::expr::{can_cast, find_function};
use crate::plan::{BinaryOp, Expr};

/// The operands of a binary operator, cast to the types that it works on. `None` when Spark knows no such operator.
pub(super) fn binary(op: BinaryOp, left: Expr, right: Expr) -> Option<Expr> {
    use BinaryOp::*;
    let (l, r) = (left.data_type(), right.data_type());
    let both = |to: &DataType| Some(Expr::binary(op, cast_to(left.clone(), to), cast_to(right.clone(), to)));
    match op {
        And | Or => both(&DataType::Boolean).filter(|_| is_boolean(&l) && is_boolean(&r)),
        // True is 1 (`BooleanEquality`).
        Eq | NotEq | NullSafeEq if is_truth(&l) && r.is_numeric() => both(&r),
        Eq | NotEq | NullSafeEq if is_truth(&r) && l.is_numeric() => both(&l),
        _ if op.is_comparison() => both(&comparison_type(&l, &r)?),
        Add | Subtract if is_day_arithmetic(op, &l, &r) => shifted_date(op, left, right),
        Add | Subtract if is_time(&l) || is_time(&r) => time_arithmetic(op, left, right),
        Add | Subtract if is_duration(&l) && is_duration(&r) => Some(Expr::binary(op, left, right)),
        _ if is_decimal_arithmetic(&l, &r) => Some(Expr::binary(op, as_decimal(left), as_decimal(right))),
        Divide => both(&DataType::Float64).filter(|_| is_arithmetic(&l) && is_arithmetic(&r)),
        _ => both(&arithmetic_type(&l, &r)?),
    }
}

/// Decimals keep their own precisions in arithmetic; integers join in as decimals, anything else makes doubles.
fn is_decimal_arithmetic(l: &DataType, r: &DataType) -> bool {
    let exact = |t: &DataType| matches!(decimal(t), Some(Some(_)));
    let is_decimal = |t: &DataType| matches!(t, DataType::Decimal128(..));
    exact(l) && exact(r) && (is_decimal(l) || is_decimal(r))
}

/// A constant integer takes as many digits as it has (`DecimalType.fromLiteral`).
fn as_decimal(expr: Expr) -> Expr {
    let constant = match &expr {
        Expr::Literal(ScalarValue::Int32(Some(value))) => Some(i64::from(*value)),
        Expr::Literal(ScalarValue::Int64(Some(value))) => Some(*value),
        _ => None,
    };
    if let Some(value) = constant {
        let digits = value.unsigned_abs().to_string().len() as u8;
        return Expr::Literal(ScalarValue::Decimal128(Some(i128::from(value)), digits, 0));
    }
    match decimal(&expr.data_type()) {
        Some(Some((precision, scale))) => cast_to(expr, &DataType::Decimal128(precision, scale)),
        _ => expr,
    }
}

fn is_truth(t: &DataType) -> bool {
    *t == DataType::Boolean
}

/// A date and a number of days: INT or less, on either side of a plus, on the right of a minus.
fn is_day_arithmetic(op: BinaryOp, l: &DataType, r: &DataType) -> bool {
    let days = |t: &DataType| matches!(t, DataType::Int8 | DataType::Int16 | DataType::Int32);
    let date = |t: &DataType| *t == DataType::Date32;
    (date(l) && days(r)) || (op == BinaryOp::Add && days(l) && date(r))
}

/// `date_add` or `date_sub`.
fn shifted_date(op: BinaryOp, left: Expr, right: Expr) -> Option<Expr> {
    let (date, days) = if left.data_type() == DataType::Date32 { (left, right) } else { (right, left) };
    let name = if op == BinaryOp::Add { "date_add" } else { "date_sub" };
    find_function(name)?.call(vec![date, days], &[None, None], common_type).ok()
}

fn is_boolean(t: &DataType) -> bool {
    matches!(t, DataType::Boolean | DataType::Null)
}

fn is_time(t: &DataType) -> bool {
    matches!(t, DataType::Timestamp(..) | DataType::Date32)
}

fn is_duration(t: &DataType) -> bool {
    matches!(t, DataType::Duration(_) | DataType::Interval(_))
}

fn is_arithmetic(t: &DataType) -> bool {
    t.is_numeric() || matches!(t, DataType::Utf8 | DataType::Null)
}

/// Timestamp ± interval, interval + timestamp, timestamp − timestamp.
fn time_arithmetic(op: BinaryOp, left: Expr, right: Expr) -> Option<Expr> {
    let timestamp = crate::expr::timestamp();
    let (l, r) = (left.data_type(), right.data_type());
    if let (DataType::Date32, Expr::Literal(ScalarValue::IntervalMonthDayNano(Some(interval)))) = (&l, &right)
        && interval.days == 0
        && interval.nanoseconds == 0
    {
        let months = if op == BinaryOp::Add { interval.months } else { -interval.months };
        let months = Expr::Literal(ScalarValue::from(months));
        return find_function("add_months")?.call(vec![left, months], &[None, None], common_type).ok();
    }
    match (is_time(&l), is_time(&r)) {
        (true, false) if is_duration(&r) => Some(Expr::binary(op, cast_to(left, &timestamp), right)),
        (false, true) if is_duration(&l) && op == BinaryOp::Add => {
            Some(Expr::binary(op, cast_to(right, &timestamp), left))
        }
        (true, true) if op == BinaryOp::Subtract => {
            Some(Expr::binary(op, cast_to(left, &timestamp), cast_to(right, &timestamp)))
        }
        _ => None,
    }
}

/// Text meets a number as a double.
fn arithmetic_type(l: &DataType, r: &DataType) -> Option<DataType> {
    use DataType::*;
    match (l, r) {
        (Null, Null) => Some(Float64),
        (Utf8, other) | (other, Utf8) if is_arithmetic(other) => Some(Float64),
        _ => common_type(l, r).filter(DataType::is_numeric),
    }
}

/// Text meets anything else as that other type (`TypeCoercion.findCommonTypeForBinaryComparison`).
fn comparison_type(l: &DataType, r: &DataType) -> Option<DataType> {
    use DataType::*;
    match (l, r) {
        (Utf8, Decimal128(..)) | (Decimal128(..), Utf8) => Some(Float64),
        (Utf8, other) | (other, Utf8) if can_cast(&Utf8, other) => Some(other.clone()),
        _ => common_type(l, r),
    }
}

/// The narrowest type that both fit in (`findTightestCommonType`), with text taking everything plain.
pub(super) fn common_type(l: &DataType, r: &DataType) -> Option<DataType> {
    use DataType::*;
    match (l, r) {
        (a, b) if a == b => Some(a.clone()),
        (Null, other) | (other, Null) => Some(other.clone()),
        (Timestamp(TimeUnit::Microsecond, zone), Date32)
        | (Date32, Timestamp(TimeUnit::Microsecond, zone)) => {
            Some(Timestamp(TimeUnit::Microsecond, zone.clone()))
        }
        (Utf8, other) | (other, Utf8) if other.is_numeric() || is_time(other) => Some(Utf8),
        (List(a), List(b)) => common_type(a.data_type(), b.data_type()).map(crate::types::array_type),
        (a, b) => wider_number(a, b),
    }
}

fn wider_number(l: &DataType, r: &DataType) -> Option<DataType> {
    use DataType::*;
    const ORDER: [DataType; 6] = [Int8, Int16, Int32, Int64, Float32, Float64];
    if let (Some(a), Some(b)) = (ORDER.iter().position(|t| t == l), ORDER.iter().position(|t| t == r)) {
        return Some(ORDER[a.max(b)].clone());
    }
    match (decimal(l)?, decimal(r)?) {
        (None, _) | (_, None) => Some(Float64),
        (Some((p1, s1)), Some((p2, s2))) => {
            let scale = s1.max(s2);
            let precision = (p1 as i8 - s1).max(p2 as i8 - s2) + scale;
            Some(Decimal128(precision.clamp(1, 38) as u8, scale))
        }
    }
}

/// Precision and scale that hold a number; `Some(None)` for floating point, `None` for no number.
fn decimal(t: &DataType) -> Option<Option<(u8, i8)>> {
    use DataType::*;
    Some(match t {
        Decimal128(p, s) => Some((*p, *s)),
        Int8 => Some((3, 0)),
        Int16 => Some((5, 0)),
        Int32 => Some((10, 0)),
        Int64 => Some((20, 0)),
        Float32 | Float64 => None,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_meets_a_number_as_the_number_in_a_comparison_and_as_a_double_in_a_sum() {
        assert_eq!(comparison_type(&DataType::Utf8, &DataType::Int64), Some(DataType::Int64));
        assert_eq!(arithmetic_type(&DataType::Utf8, &DataType::Int64), Some(DataType::Float64));
    }

    #[test]
    fn numbers_widen() {
        assert_eq!(common_type(&DataType::Int32, &DataType::Int64), Some(DataType::Int64));
        assert_eq!(common_type(&DataType::Int64, &DataType::Float32), Some(DataType::Float32));
        assert_eq!(
            common_type(&DataType::Decimal128(10, 2), &DataType::Int32),
            Some(DataType::Decimal128(12, 2))
        );
        assert_eq!(common_type(&DataType::Boolean, &DataType::Int32), None);
    }
}

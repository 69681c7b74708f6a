//! From the arguments of a call to what is accumulated: Spark's implicit casts and result types.
//!
//! Text where a number is wanted is read as a double; whole numbers are summed as 64-bit integers and averaged as
//! doubles.
//!
//! Source: `inputTypes` and `dataType` of Spark's aggregate expressions, `TypeCoercion.ImplicitTypeCasts`.

use arrow::datatypes::DataType;
use datafusion_common::ScalarValue;

use super::distinct::precision;
use super::{Accumulation, BindError, BoundAggregate, Extreme, Spread};
use crate::plan::Expr;
use crate::types::array_type;

type Bound = Result<BoundAggregate, BindError>;

/// Spark's greatest decimal precision.
const MAX_PRECISION: u8 = 38;

/// `count(*)` comes without arguments.
pub(super) fn count(mut args: Vec<Expr>) -> Bound {
    // A constant is null for every row or for none.
    args.retain(|arg| !matches!(arg, Expr::Literal(value) if !value.is_null()));
    let accumulation = Accumulation::Count;
    Ok(BoundAggregate { accumulation, args, data_type: DataType::Int64, nullable: false })
}

/// Counts a value that is null unless the condition holds.
pub(super) fn count_if(args: Vec<Expr>) -> Bound {
    let [condition] = exactly(args, "1")?;
    let condition = truth(condition)?;
    let yes = Expr::Literal(ScalarValue::Boolean(Some(true)));
    count(vec![Expr::Case { branches: vec![(condition, yes)], otherwise: None }])
}

pub(super) fn sum(args: Vec<Expr>) -> Bound {
    let [arg] = exactly(args, "1")?;
    let arg = number(arg)?;
    let data_type = match arg.data_type() {
        DataType::Decimal128(precision, scale) => bounded(precision + 10, scale),
        t if t.is_integer() => DataType::Int64,
        _ => DataType::Float64,
    };
    let arg = if data_type.is_decimal() { arg } else { cast(arg, &data_type) };
    Ok(nullable(Accumulation::Sum, vec![arg], data_type))
}

pub(super) fn average(args: Vec<Expr>) -> Bound {
    let [arg] = exactly(args, "1")?;
    let arg = number(arg)?;
    Ok(match arg.data_type() {
        DataType::Decimal128(precision, scale) => {
            nullable(Accumulation::Average, vec![arg], bounded(precision + 4, scale + 4))
        }
        _ => nullable(Accumulation::Average, vec![cast(arg, &DataType::Float64)], DataType::Float64),
    })
}

pub(super) fn spread(args: Vec<Expr>, spread: Spread) -> Bound {
    let [arg] = exactly(args, "1")?;
    let arg = cast(number(arg)?, &DataType::Float64);
    Ok(nullable(Accumulation::Spread(spread), vec![arg], DataType::Float64))
}

pub(super) fn extreme(args: Vec<Expr>, extreme: Extreme) -> Bound {
    let [arg] = exactly(args, "1")?;
    check_order(&arg, 0)?;
    let data_type = arg.data_type();
    Ok(nullable(Accumulation::Extreme(extreme), vec![arg], data_type))
}

pub(super) fn boolean(args: Vec<Expr>, which: Extreme) -> Bound {
    let [arg] = exactly(args, "1")?;
    extreme(vec![truth(arg)?], which)
}

pub(super) fn extreme_by(args: Vec<Expr>, extreme: Extreme) -> Bound {
    let [value, order] = exactly(args, "2")?;
    check_order(&order, 1)?;
    let data_type = value.data_type();
    Ok(nullable(Accumulation::ExtremeBy(extreme), vec![value, order], data_type))
}

pub(super) fn first(args: Vec<Expr>) -> Bound {
    at_end(args, |ignore_nulls| Accumulation::First { ignore_nulls })
}

pub(super) fn last(args: Vec<Expr>) -> Bound {
    at_end(args, |ignore_nulls| Accumulation::Last { ignore_nulls })
}

/// A value, and optionally whether nulls are passed over.
fn at_end(mut args: Vec<Expr>, accumulation: fn(bool) -> Accumulation) -> Bound {
    let flag = if args.len() == 2 { args.pop() } else { None };
    let ignore_nulls = match flag {
        None => false,
        Some(Expr::Literal(ScalarValue::Boolean(Some(flag)))) => flag,
        Some(_) => return Err(BindError::Type { argument: 1, expected: "a boolean literal" }),
    };
    let [arg] = exactly(args, "1 or 2")?;
    let data_type = arg.data_type();
    Ok(nullable(accumulation(ignore_nulls), vec![arg], data_type))
}

pub(super) fn collect(args: Vec<Expr>, distinct: bool) -> Bound {
    let [arg] = exactly(args, "1")?;
    if distinct {
        check_order(&arg, 0)?;
    }
    let data_type = array_type(arg.data_type());
    Ok(BoundAggregate {
        accumulation: Accumulation::Collect { distinct },
        args: vec![arg],
        data_type,
        nullable: false,
    })
}

/// A value, and optionally the relative error allowed, 0.05 unless given.
pub(super) fn approximate_distinct(mut args: Vec<Expr>) -> Bound {
    let error = if args.len() == 2 { args.pop() } else { None };
    let error = match error {
        None => 0.05,
        Some(Expr::Literal(ScalarValue::Float64(Some(error)))) => error,
        Some(Expr::Literal(ScalarValue::Decimal128(Some(digits), _, scale))) => {
            digits as f64 / 10f64.powi(i32::from(scale))
        }
        Some(_) => return Err(BindError::Type { argument: 1, expected: "a double literal" }),
    };
    let expected = "a relative error from 0.0003 to 0.39";
    let precision = precision(error).ok_or(BindError::Type { argument: 1, expected })?;
    let args = Vec::from(exactly::<1>(args, "1 or 2")?);
    let accumulation = Accumulation::ApproximateDistinct { precision };
    Ok(BoundAggregate { accumulation, args, data_type: DataType::Int64, nullable: false })
}

fn nullable(accumulation: Accumulation, args: Vec<Expr>, data_type: DataType) -> BoundAggregate {
    BoundAggregate { accumulation, args, data_type, nullable: true }
}

fn exactly<const N: usize>(args: Vec<Expr>, expected: &'static str) -> Result<[Expr; N], BindError> {
    args.try_into().map_err(|_| BindError::Count { expected })
}

/// Text is read as a double.
fn number(arg: Expr) -> Result<Expr, BindError> {
    match arg.data_type() {
        t if t.is_numeric() => Ok(arg),
        DataType::Utf8 | DataType::Null => Ok(cast(arg, &DataType::Float64)),
        _ => Err(BindError::Type { argument: 0, expected: "a number" }),
    }
}

fn truth(arg: Expr) -> Result<Expr, BindError> {
    match arg.data_type() {
        DataType::Boolean | DataType::Null => Ok(cast(arg, &DataType::Boolean)),
        _ => Err(BindError::Type { argument: 0, expected: "a boolean" }),
    }
}

fn cast(arg: Expr, to: &DataType) -> Expr {
    match arg.data_type() == *to {
        true => arg,
        false => Expr::Cast { input: Box::new(arg), to: to.clone() },
    }
}

/// A decimal type of at most the greatest precision (`DecimalType.bounded`).
fn bounded(precision: u8, scale: i8) -> DataType {
    DataType::Decimal128(precision.min(MAX_PRECISION), scale.min(MAX_PRECISION as i8))
}

/// Maps have no order and no equality.
fn check_order(arg: &Expr, argument: usize) -> Result<(), BindError> {
    match is_orderable(&arg.data_type()) {
        true => Ok(()),
        false => Err(BindError::Type { argument, expected: "a type that can be ordered" }),
    }
}

fn is_orderable(data_type: &DataType) -> bool {
    match data_type {
        DataType::Map(..) => false,
        DataType::List(item) => is_orderable(item.data_type()),
        DataType::Struct(fields) => fields.iter().all(|field| is_orderable(field.data_type())),
        _ => true,
    }
}

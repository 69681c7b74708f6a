//! Functions of numbers. What mathematics leaves undefined is null for logarithms and NaN elsewhere.
//!
//! Source: `mathExpressions.scala`, `arithmetic.scala`, `bitwiseExpressions.scala`.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
};
use arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array};
use arrow::compute::kernels::{numeric, zip::zip};
use arrow::datatypes::{ArrowPrimitiveType, DataType};
use datafusion_common::{Result, ScalarValue, exec_err};

use super::super::decimal::Rounding;
use super::super::division::null_where_zero;
use super::Implementation::{Kernel, Rewrite};
use super::rounding::{rounded_type, to_digits, to_whole, whole_type};
use super::rows::{bigints, doubles, int_or, ints, strict};
use super::signature::Class::*;
use super::signature::{Signature, cast_to, gives};
use super::{CommonType, Function, find, function};
use crate::plan::{BinaryOp, Expr};
use crate::types::sql_type_name;

const REAL: Signature = Signature::is(&[Double], gives::double).null_with_arguments();
const TWO_REALS: Signature = Signature::is(&[Double, Double], gives::double).null_with_arguments();
const LOGARITHM: Signature = Signature::is(&[Double], gives::double);
const SAME: Signature = Signature::like(&[Number], 0).null_with_arguments();
const WHOLE: Signature = Signature::of(&[WideNumber], whole_type);
const ROUND: Signature = Signature::of(&[Number, Int], rounded_type).optional(1);
const QUOTIENT: Signature = Signature::like(&[CommonNumber, CommonNumber], 0);
const SHIFT: Signature = Signature::like(&[IntOrBigint, Int], 0).null_with_arguments();
const CONSTANT: Signature = Signature::is(&[], gives::double).never_null();

pub(super) const FUNCTIONS: &[Function] = &[
    function("&", &[], BITS, Kernel(|a, _| bits(a, |x, y| x & y))),
    function("^", &[], BITS, Kernel(|a, _| bits(a, |x, y| x ^ y))),
    function("|", &[], BITS, Kernel(|a, _| bits(a, |x, y| x | y))),
    function("~", &[], Signature::of(&[Any], whole_number), Rewrite(flipped)),
    function("abs", &[], SAME, Kernel(abs)),
    function("acos", &[], REAL, Kernel(|a, _| real(a, f64::acos))),
    function("asin", &[], REAL, Kernel(|a, _| real(a, f64::asin))),
    function("atan", &[], REAL, Kernel(|a, _| real(a, f64::atan))),
    function("atan2", &[], TWO_REALS, Kernel(|a, _| two_reals(a, |y, x| Some(y.atan2(x))))),
    function("bit_count", &[], Signature::is(&[Bigint], gives::int).null_with_arguments(), Kernel(bit_count)),
    function("bround", &[], ROUND, Kernel(|a, t| to_digits(a, t, Rounding::HalfEven))),
    function("cbrt", &[], REAL, Kernel(|a, _| real(a, f64::cbrt))),
    function("ceil", &["ceiling"], WHOLE, Kernel(|a, t| to_whole(a, t, Rounding::Ceiling))),
    function("cos", &[], REAL, Kernel(|a, _| real(a, f64::cos))),
    function("cosh", &[], REAL, Kernel(|a, _| real(a, f64::cosh))),
    function("degrees", &[], REAL, Kernel(|a, _| real(a, f64::to_degrees))),
    function("div", &[], Signature::is(&[Bigint, Bigint], gives::bigint), Kernel(div)),
    function("e", &[], CONSTANT, Rewrite(|_, _| Ok(constant(std::f64::consts::E)))),
    function("exp", &[], REAL, Kernel(|a, _| real(a, f64::exp))),
    function("expm1", &[], REAL, Kernel(|a, _| real(a, f64::exp_m1))),
    function("floor", &[], WHOLE, Kernel(|a, t| to_whole(a, t, Rounding::Floor))),
    function("hypot", &[], TWO_REALS, Kernel(|a, _| two_reals(a, |x, y| Some(x.hypot(y))))),
    function("ln", &[], LOGARITHM, Kernel(|a, _| logarithm(a, 0.0, f64::ln))),
    function("log", &[], Signature::is(&[Double, Double], gives::double).optional(1), Kernel(log)),
    function("log10", &[], LOGARITHM, Kernel(|a, _| logarithm(a, 0.0, f64::log10))),
    function("log1p", &[], LOGARITHM, Kernel(|a, _| logarithm(a, -1.0, f64::ln_1p))),
    function("log2", &[], LOGARITHM, Kernel(|a, _| logarithm(a, 0.0, f64::log2))),
    function("mod", &[], QUOTIENT, Rewrite(remainder)),
    function("negative", &[], SAME, Rewrite(|mut args, _| Ok(Expr::Negate(Box::new(args.remove(0)))))),
    function("pi", &[], CONSTANT, Rewrite(|_, _| Ok(constant(std::f64::consts::PI)))),
    function("pmod", &[], QUOTIENT, Kernel(pmod)),
    function("positive", &[], SAME, Rewrite(|mut args, _| Ok(args.remove(0)))),
    function("power", &["pow"], TWO_REALS, Kernel(|a, _| two_reals(a, |x, y| Some(power(x, y))))),
    function("radians", &[], REAL, Kernel(|a, _| real(a, f64::to_radians))),
    function("rint", &[], REAL, Kernel(|a, _| real(a, f64::round_ties_even))),
    function("round", &[], ROUND, Kernel(|a, t| to_digits(a, t, Rounding::HalfUp))),
    function("shiftleft", &[], SHIFT, Kernel(|a, _| shift(a, i32::wrapping_shl, i64::wrapping_shl))),
    function("shiftright", &[], SHIFT, Kernel(|a, _| shift(a, i32::wrapping_shr, i64::wrapping_shr))),
    function("signum", &["sign"], REAL, Kernel(|a, _| real(a, sign))),
    function("sin", &[], REAL, Kernel(|a, _| real(a, f64::sin))),
    function("sinh", &[], REAL, Kernel(|a, _| real(a, f64::sinh))),
    function("sqrt", &[], REAL, Kernel(|a, _| real(a, f64::sqrt))),
    function("tan", &[], REAL, Kernel(|a, _| real(a, f64::tan))),
    function("tanh", &[], REAL, Kernel(|a, _| real(a, f64::tanh))),
];

const BITS: Signature = Signature::of(&[Common, Common], whole_number);

/// Bits are those of whole numbers.
fn whole_number(args: &[Expr]) -> Result<DataType, String> {
    match args[0].data_type() {
        whole if whole.is_integer() => Ok(whole),
        DataType::Null => Ok(DataType::Int32),
        other => Err(format!(
            "[DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE] bits are those of whole numbers, found {}",
            sql_type_name(&other)
        )),
    }
}

/// All whole numbers as BIGINT and back: the sign is extended, so the low bits are right.
fn bits(args: &[ArrayRef], combined: fn(i64, i64) -> i64) -> Result<ArrayRef> {
    let wide = [0, 1].map(|at| arrow::compute::cast(&args[at], &DataType::Int64));
    let wide = wide.into_iter().collect::<Result<Vec<_>, _>>()?;
    let (left, right) = (bigints(&wide, 0), bigints(&wide, 1));
    let result = strict::<i64, Int64Array>(&wide, |row| Some(combined(left.value(row), right.value(row))));
    Ok(arrow::compute::cast(&result, args[0].data_type())?)
}

/// `~x` is `-x - 1`; as the exclusive or with minus one it keeps its type.
fn flipped(mut args: Vec<Expr>, common: CommonType) -> Result<Expr, String> {
    let value = args.remove(0);
    let ones = cast_to(Expr::Literal(ScalarValue::from(-1)), &value.data_type());
    let function = find("^").expect("it is in the table above");
    function.call(vec![value, ones], &[None, None], common).map_err(|misuse| misuse.to_string())
}

fn constant(value: f64) -> Expr {
    Expr::Literal(value.into())
}

fn real(args: &[ArrayRef], value: fn(f64) -> f64) -> Result<ArrayRef> {
    Ok(Arc::new(doubles(args, 0).unary::<_, Float64Type>(value)))
}

fn two_reals(args: &[ArrayRef], value: impl Fn(f64, f64) -> Option<f64>) -> Result<ArrayRef> {
    let (left, right) = (doubles(args, 0), doubles(args, 1));
    Ok(strict::<f64, Float64Array>(args, |row| value(left.value(row), right.value(row))))
}

/// Null at and below the place where the logarithm has no value.
fn logarithm(args: &[ArrayRef], asymptote: f64, value: fn(f64) -> f64) -> Result<ArrayRef> {
    let defined = |v: f64| (v > asymptote || v.is_nan()).then(|| value(v));
    Ok(Arc::new(doubles(args, 0).unary_opt::<_, Float64Type>(defined)))
}

/// With two arguments the first is the base.
fn log(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    match args.len() {
        1 => logarithm(args, 0.0, f64::ln),
        _ => two_reals(args, |base, value| {
            let undefined = base <= 0.0 || value <= 0.0;
            (!undefined).then(|| value.ln() / base.ln())
        }),
    }
}

/// Java's power: one to NaN or infinity is NaN.
fn power(base: f64, exponent: f64) -> f64 {
    if base.abs() == 1.0 && !exponent.is_finite() { f64::NAN } else { base.powf(exponent) }
}

fn sign(value: f64) -> f64 {
    if value == 0.0 || value.is_nan() { value } else { value.signum() }
}

fn abs(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    fn each<T: ArrowPrimitiveType>(array: &ArrayRef, value: fn(T::Native) -> T::Native) -> ArrayRef {
        Arc::new(array.as_primitive::<T>().unary::<_, T>(value).with_data_type(array.data_type().clone()))
    }
    Ok(match returns {
        DataType::Int8 => each::<Int8Type>(&args[0], i8::wrapping_abs),
        DataType::Int16 => each::<Int16Type>(&args[0], i16::wrapping_abs),
        DataType::Int32 => each::<Int32Type>(&args[0], i32::wrapping_abs),
        DataType::Int64 => each::<Int64Type>(&args[0], i64::wrapping_abs),
        DataType::Float32 => each::<Float32Type>(&args[0], f32::abs),
        DataType::Float64 => each::<Float64Type>(&args[0], f64::abs),
        DataType::Decimal128(..) => each::<Decimal128Type>(&args[0], i128::abs),
        other => return exec_err!("abs of {other}"),
    })
}

fn bit_count(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let numbers = bigints(args, 0);
    Ok(strict::<i32, Int32Array>(args, |row| Some(numbers.value(row).count_ones() as i32)))
}

/// Division of whole numbers, towards zero; null by zero.
fn div(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (left, right) = (bigints(args, 0), bigints(args, 1));
    let quotient = |l: i64, r: i64| (r != 0).then(|| l.wrapping_div(r));
    Ok(strict::<i64, Int64Array>(args, |row| quotient(left.value(row), right.value(row))))
}

fn remainder(mut args: Vec<Expr>, _: super::CommonType) -> Result<Expr, String> {
    let right = args.remove(1);
    Ok(Expr::binary(BinaryOp::Remainder, args.remove(0), right))
}

/// The remainder; a negative one plus the divisor, and that taken modulo again. Null by zero.
fn pmod(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let divisor = null_where_zero(&args[1])?;
    let rest = numeric::rem(&args[0], &divisor)?;
    let shifted = numeric::rem(&numeric::add_wrapping(&rest, &divisor)?, &divisor)?;
    let zero = datafusion_common::ScalarValue::new_zero(rest.data_type())?.to_scalar()?;
    let negative = arrow::compute::kernels::cmp::lt(&rest, &zero)?;
    Ok(zip(&negative, &shifted, &rest)?)
}

fn shift(args: &[ArrayRef], int: fn(i32, u32) -> i32, bigint: fn(i64, u32) -> i64) -> Result<ArrayRef> {
    let by = |row: usize| int_or(args, 1, row, 0) as u32;
    Ok(match args[0].data_type() {
        DataType::Int64 => {
            strict::<i64, Int64Array>(args, |row| Some(bigint(bigints(args, 0).value(row), by(row))))
        }
        _ => strict::<i32, Int32Array>(args, |row| Some(int(ints(args, 0).value(row), by(row)))),
    })
}

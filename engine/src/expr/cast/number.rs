//! Numbers and booleans to each other, to instants and to bytes.
//!
//! Doubles become integers as in the JVM: truncated, saturated at the width of int or bigint, NaN is 0; tinyint and
//! smallint then keep the low bits of the int. Integers and decimals keep their low bits.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType,
};
use arrow::array::{ArrayRef, BinaryArray, BooleanArray, PrimitiveArray};
use arrow::datatypes::{ArrowPrimitiveType, DataType};
use datafusion_common::Result;

use super::super::decimal::{self, Rounding};
use super::to_text::double_text;
use super::unsupported;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// To anything but text and instants.
pub(super) fn from_number(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    use DataType::*;
    match (array.data_type(), to) {
        (Int8, Binary) => Ok(bytes::<Int8Type, 1>(array, i8::to_be_bytes)),
        (Int16, Binary) => Ok(bytes::<Int16Type, 2>(array, i16::to_be_bytes)),
        (Int32, Binary) => Ok(bytes::<Int32Type, 4>(array, i32::to_be_bytes)),
        (Int64, Binary) => Ok(bytes::<Int64Type, 8>(array, i64::to_be_bytes)),
        (Decimal128(_, scale), _) => from_decimal(array.as_primitive(), *scale, to),
        (Float32 | Float64, _) => from_double(&doubles(array)?, to),
        (Boolean | Int8 | Int16 | Int32 | Int64, _) => from_integer(&integers(array)?, to),
        (from, _) => unsupported(from, to),
    }
}

/// The number is seconds since the epoch; true is the first microsecond.
pub(super) fn to_timestamp(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    use DataType::*;
    let micros: PrimitiveArray<TimestampMicrosecondType> = match array.data_type() {
        Boolean => integers(array)?.unary(|v| v),
        Decimal128(_, scale) => {
            let unit = i128::from(MICROS_PER_SECOND);
            let micros = |v: i128| match v.checked_mul(unit) {
                Some(v) => decimal::rescale(v, *scale, 0, decimal::MAX_PRECISION, Rounding::Down),
                None => {
                    decimal::rescale(v, *scale, 0, decimal::MAX_PRECISION, Rounding::Down).map(|v| v * unit)
                }
            };
            array.as_primitive::<Decimal128Type>().unary_opt(|v| micros(v).map(|v| v as i64))
        }
        Float32 | Float64 => {
            doubles(array)?.unary_opt(|v| v.is_finite().then_some((v * MICROS_PER_SECOND as f64) as i64))
        }
        Int8 | Int16 | Int32 | Int64 => integers(array)?.unary(|v| v.saturating_mul(MICROS_PER_SECOND)),
        from => return unsupported(from, to),
    };
    Ok(Arc::new(micros.with_data_type(to.clone())))
}

fn bytes<T: ArrowPrimitiveType, const N: usize>(array: &ArrayRef, of: fn(T::Native) -> [u8; N]) -> ArrayRef {
    Arc::new(array.as_primitive::<T>().iter().map(|v| v.map(of)).collect::<BinaryArray>())
}

fn integers(array: &ArrayRef) -> Result<PrimitiveArray<Int64Type>> {
    match array.data_type() {
        DataType::Boolean => Ok(array.as_boolean().iter().map(|v| v.map(i64::from)).collect()),
        _ => Ok(arrow::compute::cast(array, &DataType::Int64)?.as_primitive().clone()),
    }
}

fn doubles(array: &ArrayRef) -> Result<PrimitiveArray<Float64Type>> {
    Ok(arrow::compute::cast(array, &DataType::Float64)?.as_primitive().clone())
}

/// Narrowing keeps the low bits.
pub(super) fn from_integer(values: &PrimitiveArray<Int64Type>, to: &DataType) -> Result<ArrayRef> {
    use DataType::*;
    Ok(match to {
        Int8 => Arc::new(values.unary::<_, Int8Type>(|v| v as i8)),
        Int16 => Arc::new(values.unary::<_, Int16Type>(|v| v as i16)),
        Int32 => Arc::new(values.unary::<_, Int32Type>(|v| v as i32)),
        Int64 => Arc::new(values.clone()),
        Float32 => Arc::new(values.unary::<_, Float32Type>(|v| v as f32)),
        Float64 => Arc::new(values.unary::<_, Float64Type>(|v| v as f64)),
        Boolean => Arc::new(values.iter().map(|v| v.map(|v| v != 0)).collect::<BooleanArray>()),
        Decimal128(precision, scale) => {
            let rescaled = |v: i64| decimal::rescale(v.into(), 0, *scale, *precision, Rounding::HalfUp);
            Arc::new(values.unary_opt::<_, Decimal128Type>(rescaled).with_data_type(to.clone()))
        }
        _ => return unsupported(&Int64, to),
    })
}

/// To a decimal by way of the text that Java writes.
pub(super) fn from_double(values: &PrimitiveArray<Float64Type>, to: &DataType) -> Result<ArrayRef> {
    use DataType::*;
    Ok(match to {
        Int8 => Arc::new(values.unary::<_, Int8Type>(|v| v as i32 as i8)),
        Int16 => Arc::new(values.unary::<_, Int16Type>(|v| v as i32 as i16)),
        Int32 => Arc::new(values.unary::<_, Int32Type>(|v| v as i32)),
        Int64 => Arc::new(values.unary::<_, Int64Type>(|v| v as i64)),
        Float32 => Arc::new(values.unary::<_, Float32Type>(|v| v as f32)),
        Float64 => Arc::new(values.clone()),
        Boolean => Arc::new(values.iter().map(|v| v.map(|v| v != 0.0)).collect::<BooleanArray>()),
        Decimal128(precision, scale) => {
            let parsed = |v: f64| decimal::parse(&double_text(v), *precision, *scale);
            Arc::new(values.unary_opt::<_, Decimal128Type>(parsed).with_data_type(to.clone()))
        }
        _ => return unsupported(&Float64, to),
    })
}

fn from_decimal(values: &PrimitiveArray<Decimal128Type>, scale: i8, to: &DataType) -> Result<ArrayRef> {
    use DataType::*;
    // The fraction is dropped; a whole number fits into as many digits as its decimal had.
    let whole =
        |v: i128| decimal::rescale(v, scale, 0, decimal::MAX_PRECISION, Rounding::Down).unwrap_or_default();
    Ok(match to {
        Float32 => Arc::new(values.unary::<_, Float32Type>(|v| decimal::to_float(v, scale))),
        Float64 => Arc::new(values.unary::<_, Float64Type>(|v| decimal::to_double(v, scale))),
        Boolean => Arc::new(values.iter().map(|v| v.map(|v| v != 0)).collect::<BooleanArray>()),
        Decimal128(precision, to_scale) => {
            let rescaled = |v| decimal::rescale(v, scale, *to_scale, *precision, Rounding::HalfUp);
            Arc::new(values.unary_opt::<_, Decimal128Type>(rescaled).with_data_type(to.clone()))
        }
        _ => return from_integer(&values.unary(|v| whole(v) as i64), to),
    })
}

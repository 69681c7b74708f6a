//! Instants, clock readings and dates to each other and to numbers.
//!
//! A date is no number and no truth value in any way: those casts give null.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow::array::{Array, ArrayRef, BooleanArray, PrimitiveArray, new_null_array};
use arrow::datatypes::{DataType, TimeUnit};
use datafusion_common::Result;

use super::number::{from_double, from_integer};
use super::unsupported;
use crate::decode::Zone;
use crate::time::{Reading, start_of_day};

const MICROS_PER_SECOND: i64 = 1_000_000;

/// From instants, readings and dates to anything but text.
pub(super) fn from_time(array: &ArrayRef, to: &DataType, zone: &dyn Zone) -> Result<ArrayRef> {
    use DataType::*;
    match (array.data_type(), to) {
        (Date32, Timestamp(TimeUnit::Microsecond, Some(_))) => {
            Ok(micros(array.as_primitive::<Date32Type>().unary(|days| start_of_day(days, zone)), to))
        }
        (Date32, Timestamp(TimeUnit::Microsecond, None)) => Ok(micros(
            array.as_primitive::<Date32Type>().unary(|d| i64::from(d) * 86_400 * MICROS_PER_SECOND),
            to,
        )),
        (Date32, Boolean) => Ok(new_null_array(to, array.len())),
        (Date32, number) if number.is_numeric() => Ok(new_null_array(to, array.len())),
        (Timestamp(TimeUnit::Microsecond, Some(_)), _) => from_instant(array.as_primitive(), to, zone),
        (Timestamp(TimeUnit::Microsecond, None), _) => from_reading(array.as_primitive(), to, zone),
        (from, _) => unsupported(from, to),
    }
}

fn from_instant(
    instants: &PrimitiveArray<TimestampMicrosecondType>,
    to: &DataType,
    zone: &dyn Zone,
) -> Result<ArrayRef> {
    use DataType::*;
    Ok(match to {
        Timestamp(TimeUnit::Microsecond, None) => micros(instants.unary(|v| Reading::at(v, zone).micros), to),
        Timestamp(TimeUnit::Microsecond, Some(_)) => micros(instants.clone(), to),
        Date32 => Arc::new(instants.unary::<_, Date32Type>(|v| Reading::at(v, zone).day_number() as i32)),
        Boolean => Arc::new(instants.iter().map(|v| v.map(|v| v != 0)).collect::<BooleanArray>()),
        Float32 | Float64 | Decimal128(..) => {
            from_double(&instants.unary::<_, Float64Type>(|v| v as f64 / MICROS_PER_SECOND as f64), to)?
        }
        Int8 | Int16 | Int32 | Int64 => {
            from_integer(&instants.unary::<_, Int64Type>(|v| v.div_euclid(MICROS_PER_SECOND)), to)?
        }
        _ => return unsupported(instants.data_type(), to),
    })
}

fn from_reading(
    readings: &PrimitiveArray<TimestampMicrosecondType>,
    to: &DataType,
    zone: &dyn Zone,
) -> Result<ArrayRef> {
    Ok(match to {
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => {
            micros(readings.unary(|micros| Reading { micros }.instant(zone)), to)
        }
        DataType::Date32 => {
            Arc::new(readings.unary::<_, Date32Type>(|micros| Reading { micros }.day_number() as i32))
        }
        _ => return unsupported(readings.data_type(), to),
    })
}

fn micros(values: PrimitiveArray<TimestampMicrosecondType>, to: &DataType) -> ArrayRef {
    Arc::new(values.with_data_type(to.clone()))
}

//! Numbers and times as Java has them: negation that wraps, one zero and one NaN where numbers are compared, and
//! days and months by the calendar of the session's zone.
//!
//! Source: `UnaryMinus`, `SQLOrderingUtil.compareDoubles`, `DateTimeUtils.timestampAddDayTime` (Spark 3.5.4).

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::{
    DurationMicrosecondType, Float32Type, Float64Type, IntervalMonthDayNanoType, TimestampMicrosecondType,
};
use arrow::array::{Array, ArrayRef, PrimitiveArray};
use arrow::compute::kernels::numeric::neg_wrapping;
use arrow::datatypes::DataType;
use datafusion_common::Result;
use datafusion_expr::ScalarUDF;

use super::scalar::scalar_function;
use crate::decode::Zone;
use crate::plan::BinaryOp;
use crate::time::Reading;
use crate::types::timestamp_type;

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// `-x`; the least number of its type is its own opposite.
pub(super) fn negative(data_type: &DataType) -> Arc<ScalarUDF> {
    scalar_function("negative", data_type.clone(), |args, _| Ok(neg_wrapping(&args[0])?))
}

/// Floating point numbers with 0 for -0 and one NaN for all: Spark holds them equal.
pub(super) fn one_zero(data_type: &DataType) -> Arc<ScalarUDF> {
    scalar_function("zero", data_type.clone(), |args, _| normalized(&args[0]))
}

/// `time + interval` and `time - interval`: months and whole days move the clock on the wall, the rest is time that
/// passes.
pub(super) fn shift_time(op: BinaryOp, zone: Arc<dyn Zone>) -> Arc<ScalarUDF> {
    let sign = if op == BinaryOp::Subtract { -1 } else { 1 };
    scalar_function("shift_time", timestamp_type(), move |args, returns| {
        let times = args[0].as_primitive::<TimestampMicrosecondType>();
        let shift = |row: usize| {
            if args.iter().any(|a| a.is_null(row)) {
                return None;
            }
            let (months, micros) = match args[1].data_type() {
                DataType::Duration(_) => (0, args[1].as_primitive::<DurationMicrosecondType>().value(row)),
                _ => {
                    let interval = args[1].as_primitive::<IntervalMonthDayNanoType>().value(row);
                    let days = i64::from(interval.days) * MICROS_PER_DAY;
                    (i64::from(interval.months), days + interval.nanoseconds / 1000)
                }
            };
            Some(shifted(times.value(row), sign * months, sign * micros, &*zone))
        };
        let rows: PrimitiveArray<TimestampMicrosecondType> = (0..times.len()).map(shift).collect();
        Ok(Arc::new(rows.with_data_type(returns.clone())))
    })
}

/// An instant moved by months and then by a length of time, whose whole days are those of the calendar. Where the
/// clock shows the result twice, the offset from before stays.
pub(crate) fn shifted(instant: i64, months: i64, micros: i64, zone: &dyn Zone) -> i64 {
    let (days, rest) = (micros / MICROS_PER_DAY, micros % MICROS_PER_DAY);
    if months == 0 && days == 0 {
        return instant.saturating_add(rest);
    }
    let reading = Reading::at(instant, zone);
    let date = reading.date().plus_months(months).days() + days;
    let local = Reading { micros: date * MICROS_PER_DAY + reading.micros_of_day() };
    let same_offset = local.micros - (reading.micros - instant);
    let moved = match Reading::at(same_offset, zone) == local {
        true => same_offset,
        false => local.instant(zone),
    };
    moved.saturating_add(rest)
}

fn normalized(array: &ArrayRef) -> Result<ArrayRef> {
    Ok(match array.data_type() {
        DataType::Float32 => {
            let value = |v: f32| if v.is_nan() { f32::NAN } else { v + 0.0 };
            Arc::new(array.as_primitive::<Float32Type>().unary::<_, Float32Type>(value))
        }
        DataType::Float64 => {
            let value = |v: f64| if v.is_nan() { f64::NAN } else { v + 0.0 };
            Arc::new(array.as_primitive::<Float64Type>().unary::<_, Float64Type>(value))
        }
        _ => array.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::zone_of;

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn a_day_is_a_day_of_the_calendar_and_an_hour_is_an_hour() {
        let zone = zone_of("America/New_York").unwrap();
        // 2024-03-10 01:30 in New York, half an hour before its clocks skip an hour.
        let before = 1_710_052_200_000_000;
        assert_eq!(shifted(before, 0, MICROS_PER_DAY, &*zone) - before, 23 * HOUR);
        assert_eq!(shifted(before, 0, HOUR, &*zone) - before, HOUR);
        assert_eq!(shifted(before, 0, -MICROS_PER_DAY, &*zone) - before, -24 * HOUR);
        assert_eq!(shifted(before, 1, 0, &*zone) - before, 31 * 24 * HOUR - HOUR);
    }

    #[test]
    fn all_zeros_and_all_nans_are_equal() {
        use arrow::array::Float64Array;
        let array: ArrayRef = Arc::new(Float64Array::from(vec![-0.0, -f64::NAN, 1.5]));
        let array = normalized(&array).unwrap();
        let bits: Vec<u64> =
            array.as_primitive::<Float64Type>().values().iter().map(|v| v.to_bits()).collect();
        assert_eq!(bits, [0, f64::NAN.to_bits(), 1.5f64.to_bits()]);
    }
}

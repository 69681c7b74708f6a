//! Values as text.

use super::registrar::Registrar;

use super::super::text_form::{
    double_text, interval_day_text, interval_month_text, real_text, time_text, timestamp_text, zoned_text,
};
use super::Failure;
use super::column::{Bool, Clock, Float, Float32, Instant, Int, Int32, Text, Zoned, function1, function2};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    // DuckDB's own `error` cannot stand inside TRY.
    function2::<Text, Text, Bool>(c, "wt_fail", |code, message| Err(Failure::named(code, message)))?;
    function1::<Float, Text>(c, "wt_double_text", |value| Ok(Some(double_text(value))))?;
    function1::<Float32, Text>(c, "wt_real_text", |value| Ok(Some(real_text(value))))?;
    function2::<Clock, Int32, Text>(c, "wt_time_text", |time, digits| {
        Ok(Some(time_text(time, digits as u8)))
    })?;
    function2::<Instant, Int32, Text>(c, "wt_timestamp_text", |time, digits| {
        Ok(Some(timestamp_text(time, digits as u8)))
    })?;
    function2::<Zoned, Int32, Text>(c, "wt_zoned_text", |(utc, zone), digits| {
        Ok(Some(zoned_text(utc, zone, digits as u8)))
    })?;
    function1::<Int, Text>(c, "wt_interval_day_text", |micros| Ok(Some(interval_day_text(micros))))?;
    function1::<Int, Text>(c, "wt_interval_month_text", |months| Ok(Some(interval_month_text(months))))
}

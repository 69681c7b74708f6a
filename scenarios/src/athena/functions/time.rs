//! Dates, times, instants and intervals.
//!
//! Units, patterns and zones are arithmetic of Trino's own, written in Rust (`native::time`); reading a field of a
//! date or a wall clock's time DuckDB does alike. A field of an instant is that of the clock of its zone (`wt_wall`).
//!
//! Not there: `from_unixtime_nanos` and `from_iso8601_timestamp_nanos`, whose answers have nine digits of the second.
//!
//! Source: <https://trino.io/docs/current/functions/datetime.html>

use super::super::error::SqlError;
use super::super::translate::{Call, Translator, Typed, text_of};
use super::super::types::Type;
use super::Special::{self, Scalar};

/// See [`super`].
#[rustfmt::skip]
pub(super) const SIGNATURES: &[&str] = &[
    "year(date) bigint = year({0})",
    "year(timestamp(p)) bigint = year({0})",
    "year(timestamp(p) with time zone) bigint = year(wt_wall({0}))",
    "year(interval year to month) bigint = ({0} // 12)",
    "quarter(date) bigint = quarter({0})",
    "quarter(timestamp(p)) bigint = quarter({0})",
    "quarter(timestamp(p) with time zone) bigint = quarter(wt_wall({0}))",
    "month(date) bigint = month({0})",
    "month(timestamp(p)) bigint = month({0})",
    "month(timestamp(p) with time zone) bigint = month(wt_wall({0}))",
    "month(interval year to month) bigint = ({0} % 12)",
    "week(date) bigint = week({0})",
    "week(timestamp(p)) bigint = week({0})",
    "week(timestamp(p) with time zone) bigint = week(wt_wall({0}))",
    "week_of_year(date) bigint = week({0})",
    "week_of_year(timestamp(p)) bigint = week({0})",
    "week_of_year(timestamp(p) with time zone) bigint = week(wt_wall({0}))",
    "day(date) bigint = day({0})",
    "day(timestamp(p)) bigint = day({0})",
    "day(timestamp(p) with time zone) bigint = day(wt_wall({0}))",
    "day(interval day to second) bigint = ({0} // 86400000000)",
    "day_of_month(date) bigint = day({0})",
    "day_of_month(timestamp(p)) bigint = day({0})",
    "day_of_month(timestamp(p) with time zone) bigint = day(wt_wall({0}))",
    "day_of_month(interval day to second) bigint = ({0} // 86400000000)",
    "day_of_week(date) bigint = isodow({0})",
    "day_of_week(timestamp(p)) bigint = isodow({0})",
    "day_of_week(timestamp(p) with time zone) bigint = isodow(wt_wall({0}))",
    "dow(date) bigint = isodow({0})",
    "dow(timestamp(p)) bigint = isodow({0})",
    "dow(timestamp(p) with time zone) bigint = isodow(wt_wall({0}))",
    "day_of_year(date) bigint = dayofyear({0})",
    "day_of_year(timestamp(p)) bigint = dayofyear({0})",
    "day_of_year(timestamp(p) with time zone) bigint = dayofyear(wt_wall({0}))",
    "doy(date) bigint = dayofyear({0})",
    "doy(timestamp(p)) bigint = dayofyear({0})",
    "doy(timestamp(p) with time zone) bigint = dayofyear(wt_wall({0}))",
    "year_of_week(date) bigint = isoyear({0})",
    "year_of_week(timestamp(p)) bigint = isoyear({0})",
    "year_of_week(timestamp(p) with time zone) bigint = isoyear(wt_wall({0}))",
    "yow(date) bigint = isoyear({0})",
    "yow(timestamp(p)) bigint = isoyear({0})",
    "yow(timestamp(p) with time zone) bigint = isoyear(wt_wall({0}))",
    "hour(time(p)) bigint = hour({0})",
    "hour(timestamp(p)) bigint = hour({0})",
    "hour(timestamp(p) with time zone) bigint = hour(wt_wall({0}))",
    "hour(interval day to second) bigint = ({0} % 86400000000 // 3600000000)",
    "minute(time(p)) bigint = minute({0})",
    "minute(timestamp(p)) bigint = minute({0})",
    "minute(timestamp(p) with time zone) bigint = minute(wt_wall({0}))",
    "minute(interval day to second) bigint = ({0} % 3600000000 // 60000000)",
    "second(time(p)) bigint = second({0})",
    "second(timestamp(p)) bigint = second({0})",
    "second(timestamp(p) with time zone) bigint = second(wt_wall({0}))",
    "second(interval day to second) bigint = ({0} % 60000000 // 1000000)",
    "millisecond(time(p)) bigint = (microsecond({0}) // 1000 % 1000)",
    "millisecond(timestamp(p)) bigint = (microsecond({0}) // 1000 % 1000)",
    "millisecond(timestamp(p) with time zone) bigint = (microsecond(wt_wall({0})) // 1000 % 1000)",
    "millisecond(interval day to second) bigint = ({0} % 1000000 // 1000)",
    "timezone_hour(timestamp(p) with time zone) bigint = (wt_offset_minutes({0}) // 60)",
    "timezone_minute(timestamp(p) with time zone) bigint = (wt_offset_minutes({0}) % 60)",
    "last_day_of_month(date) date = last_day({0})",
    "last_day_of_month(timestamp(p)) date = last_day({0})",
    "last_day_of_month(timestamp(p) with time zone) date = last_day(wt_wall({0}))",
    "date(date) date = {0}",
    "date(varchar) date = wt_text_to_date({0})",
    "date(timestamp(p)) date = CAST({0} AS DATE)",
    "date(timestamp(p) with time zone) date = CAST(wt_wall({0}) AS DATE)",
    "date_add(varchar, bigint, date) date = wt_add_date({*})",
    "date_add(varchar, bigint, time(p)) time(p) = wt_add_time({*})",
    "date_add(varchar, bigint, timestamp(p)) timestamp(p) = wt_add_timestamp({*})",
    "date_add(varchar, bigint, timestamp(p) with time zone) timestamp(p) with time zone = wt_add_zoned({*})",
    "date_trunc(varchar, date) date = wt_trunc_date({*})",
    "date_trunc(varchar, time(p)) time(p) = wt_trunc_time({*})",
    "date_trunc(varchar, timestamp(p)) timestamp(p) = wt_trunc_timestamp({*})",
    "date_trunc(varchar, timestamp(p) with time zone) timestamp(p) with time zone = wt_trunc_zoned({*})",
    "date_diff(varchar, date, date) bigint = wt_diff_date({*})",
    "date_diff(varchar, time(p), time(p)) bigint = wt_diff_time({*})",
    "date_diff(varchar, timestamp(p), timestamp(p)) bigint = wt_diff_timestamp({*})",
    "date_diff(varchar, timestamp(p) with time zone, timestamp(p) with time zone) bigint = wt_diff_zoned({*})",
    "at_timezone(timestamp(p) with time zone, varchar) timestamp(p) with time zone = wt_at_zone({0}, {1})",
    "at_timezone(timestamp(p) with time zone, interval day to second) timestamp(p) with time zone = wt_at_zone({0}, wt_interval_zone({1}))",
    "with_timezone(timestamp(p), varchar) timestamp(p) with time zone = wt_with_zone({0}, {1})",
    "current_timezone() varchar = 'UTC'",
    "date_format(timestamp(p), varchar) varchar = wt_date_format({0}, {1})",
    "date_format(timestamp(p) with time zone, varchar) varchar = wt_date_format_zoned({0}, {1})",
    "date_parse(varchar, varchar) timestamp(3) = wt_date_parse({0}, {1})",
    "format_datetime(timestamp(p), varchar) varchar = wt_format_datetime({0}, {1})",
    "format_datetime(timestamp(p) with time zone, varchar) varchar = wt_format_datetime_zoned({0}, {1})",
    "parse_datetime(varchar, varchar) timestamp(3) with time zone = wt_parse_datetime({0}, {1})",
    "from_unixtime(double) timestamp(3) with time zone = wt_from_unixtime({0}, 'UTC')",
    "from_unixtime(double, varchar) timestamp(3) with time zone = wt_from_unixtime({0}, {1})",
    "from_unixtime(double, bigint, bigint) timestamp(3) with time zone = wt_from_unixtime({0}, wt_offset_zone({1}, {2}))",
    "to_unixtime(timestamp(p)) double = (epoch_us({0}) / 1e6)",
    "to_unixtime(timestamp(p) with time zone) double = (epoch_us(({0}).utc) / 1e6)",
    "from_iso8601_timestamp(varchar) timestamp(3) with time zone = wt_from_iso8601_timestamp({0})",
    "from_iso8601_date(varchar) date = wt_from_iso8601_date({0})",
    "to_milliseconds(interval day to second) bigint = ({0} // 1000)",
    "parse_duration(varchar) interval day to second = wt_parse_duration({0})",
    "human_readable_seconds(double) varchar = wt_human_readable_seconds({0})",
];

/// See [`super`].
pub(super) const SPECIALS: &[(&str, Special)] = &[("to_iso8601", Scalar(to_iso8601))];

/// `2024-01-31T10:00:00.000`, with as many digits as the type has.
fn to_iso8601(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let refusal = call.unexpected(&[]);
    let values = call.values()?;
    let [value] = values.as_slice() else { return Err(refusal) };
    let text = || text_of(&value.sql, &value.ty).unwrap_or_default();
    let sql = match value.ty {
        Type::Date => text(),
        Type::Timestamp(_) => format!("replace({}, ' ', 'T')", text()),
        Type::TimestampTz(precision) => format!("wt_to_iso8601({}, {precision})", value.sql),
        _ => return Err(refusal),
    };
    Ok(Typed::new(sql, Type::VARCHAR))
}

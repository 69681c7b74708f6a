//! Functions on dates, times and instants.
//!
//! Source: Trino's `DateTimeFunctions` and its neighbours in `operator.scalar.{time,timestamp,timestamptz}`.

use super::registrar::Registrar;

use super::super::zone::Zone;
use super::calendar::{self, DAY, Kind, Unit};
use super::column::{Clock, Date, Float, Instant, Int, Int32, Text, Zoned, function1, function2, function3};
use super::time_pattern::{self, Part};
use super::{Answer, Failure, duration, iso8601, time_parse, time_print};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    register_arithmetic(c)?;
    register_zones(c)?;
    register_texts(c)
}

fn register_arithmetic(c: &Registrar<'_>) -> duckdb::Result<()> {
    function3::<Text, Int, Date, Date>(c, "wt_add_date", |unit, count, days| {
        let unit = Unit::named(unit, Kind::Date)?;
        let moved = in_time(calendar::add(unit, count, i64::from(days) * DAY))?;
        day(moved / DAY)
    })?;
    function3::<Text, Int, Clock, Clock>(c, "wt_add_time", |unit, count, time| {
        let unit = Unit::named(unit, Kind::Time)?;
        let Unit::Fixed(length) = unit else { return Ok(None) };
        // Times go round: only what is left of whole days counts.
        let moved = i128::from(time) + i128::from(count) * i128::from(length);
        Ok(Some(moved.rem_euclid(DAY.into()) as i64))
    })?;
    function3::<Text, Int, Instant, Instant>(c, "wt_add_timestamp", |unit, count, time| {
        let unit = Unit::named(unit, Kind::Timestamp)?;
        in_time(calendar::add(unit, count, time)).map(Some)
    })?;
    function3::<Text, Int, Zoned, Zoned>(c, "wt_add_zoned", |unit, count, (utc, name)| {
        let unit = Unit::named(unit, Kind::Timestamp)?;
        let moved = in_time(calendar::add_zoned(unit, count, utc, zone(name)?))?;
        Ok(Some((moved, name.to_owned())))
    })?;
    function2::<Date, Int, Date>(c, "wt_date_plus", |days, micros| match micros % DAY {
        0 => day(i64::from(days) + micros / DAY),
        _ => Err(Failure::argument("Cannot add hour, minutes or seconds to a date")),
    })?;
    function2::<Zoned, Int, Zoned>(c, "wt_zoned_plus", |(utc, zone), micros| {
        Ok(Some((in_time(utc.checked_add(micros))?, zone.to_owned())))
    })?;
    function2::<Text, Date, Date>(c, "wt_trunc_date", |unit, days| {
        let unit = Unit::named(unit, Kind::Date)?;
        Ok(Some((calendar::trunc(unit, i64::from(days) * DAY) / DAY) as i32))
    })?;
    function2::<Text, Clock, Clock>(c, "wt_trunc_time", |unit, time| {
        Ok(Some(calendar::trunc(Unit::named(unit, Kind::Time)?, time)))
    })?;
    function2::<Text, Instant, Instant>(c, "wt_trunc_timestamp", |unit, time| {
        Ok(Some(calendar::trunc(Unit::named(unit, Kind::Timestamp)?, time)))
    })?;
    function2::<Text, Zoned, Zoned>(c, "wt_trunc_zoned", |unit, (utc, name)| {
        let unit = Unit::named(unit, Kind::Timestamp)?;
        Ok(Some((calendar::trunc_zoned(unit, utc, zone(name)?), name.to_owned())))
    })?;
    register_differences(c)
}

fn register_differences(c: &Registrar<'_>) -> duckdb::Result<()> {
    function3::<Text, Date, Date, Int>(c, "wt_diff_date", |unit, from, to| {
        let unit = Unit::named(unit, Kind::Date)?;
        Ok(Some(calendar::diff(unit, i64::from(from) * DAY, i64::from(to) * DAY)))
    })?;
    function3::<Text, Clock, Clock, Int>(c, "wt_diff_time", |unit, from, to| {
        Ok(Some(calendar::diff(Unit::named(unit, Kind::Time)?, millis(from), millis(to))))
    })?;
    function3::<Text, Instant, Instant, Int>(c, "wt_diff_timestamp", |unit, from, to| {
        Ok(Some(calendar::diff(Unit::named(unit, Kind::Timestamp)?, millis(from), millis(to))))
    })?;
    function3::<Text, Zoned, Zoned, Int>(c, "wt_diff_zoned", |unit, (from, name), (to, _)| {
        let unit = Unit::named(unit, Kind::Timestamp)?;
        Ok(Some(calendar::diff_zoned(unit, millis(from), millis(to), zone(name)?)))
    })
}

fn register_zones(c: &Registrar<'_>) -> duckdb::Result<()> {
    function2::<Zoned, Text, Zoned>(c, "wt_at_zone", |(utc, _), name| Ok(Some((utc, zone(name)?.name()))))?;
    function2::<Instant, Text, Zoned>(c, "wt_with_zone", |local, name| {
        let zone = zone(name)?;
        Ok(Some((zone.utc(local), zone.name())))
    })?;
    function1::<Zoned, Text>(c, "wt_zone_name", |(_, zone)| Ok(Some(zone.to_owned())))?;
    function1::<Zoned, Int>(c, "wt_offset_minutes", |(utc, name)| {
        Ok(Some(zone(name)?.offset_seconds(utc) / 60))
    })?;
    function2::<Int, Int, Text>(c, "wt_offset_zone", |hours, minutes| {
        let all = hours.checked_mul(60).and_then(|hours| hours.checked_add(minutes));
        match all.filter(|all| all.unsigned_abs() <= 14 * 60) {
            Some(all) => Ok(Some(Zone::Offset(all as i32).name())),
            None => Err(Failure::argument(format!("Invalid offset minutes {}", all.unwrap_or(hours)))),
        }
    })?;
    function1::<Int, Text>(c, "wt_interval_zone", |micros| match micros % calendar::MINUTE {
        0 if micros.unsigned_abs() <= 14 * calendar::HOUR as u64 => {
            Ok(Some(Zone::Offset((micros / calendar::MINUTE) as i32).name()))
        }
        0 => Err(Failure::argument(format!("Invalid offset minutes {}", micros / calendar::MINUTE))),
        _ => Err(Failure::argument("Invalid time zone offset interval: interval contains seconds")),
    })?;
    function2::<Float, Text, Zoned>(c, "wt_from_unixtime", |seconds, name| {
        let zone = zone(name)?.name();
        let millis = (seconds * 1_000.0 + 0.5).floor();
        match millis.abs() < 9e15 {
            true => Ok(Some((millis as i64 * 1_000, zone))),
            // No number is nought to Java.
            false if millis.is_nan() => Ok(Some((0, zone))),
            false => Err(Failure::argument(format!("Millis overflow: {millis}"))),
        }
    })
}

fn register_texts(c: &Registrar<'_>) -> duckdb::Result<()> {
    function2::<Instant, Text, Text>(c, "wt_date_format", |time, pattern| {
        Ok(Some(time_print::print(&time_pattern::mysql(pattern)?, time, Zone::Offset(0))))
    })?;
    function2::<Zoned, Text, Text>(c, "wt_date_format_zoned", |(utc, name), pattern| {
        Ok(Some(time_print::print(&time_pattern::mysql(pattern)?, utc, zone(name)?)))
    })?;
    function2::<Text, Text, Instant>(c, "wt_date_parse", |text, pattern| {
        Ok(Some(time_parse::parse(&time_pattern::mysql(pattern)?, text)?.0))
    })?;
    function2::<Instant, Text, Text>(c, "wt_format_datetime", |time, pattern| {
        let parts = time_pattern::joda(pattern)?;
        if parts.iter().any(Part::is_zone) {
            return Err(Failure::argument(
                "format_datetime for TIMESTAMP type, cannot use 'Z' nor 'z' in format, as this type does not \
                 contain TZ information",
            ));
        }
        Ok(Some(time_print::print(&parts, time, Zone::Offset(0))))
    })?;
    function2::<Zoned, Text, Text>(c, "wt_format_datetime_zoned", |(utc, name), pattern| {
        Ok(Some(time_print::print(&time_pattern::joda(pattern)?, utc, zone(name)?)))
    })?;
    function2::<Text, Text, Zoned>(c, "wt_parse_datetime", |text, pattern| {
        let (local, zone) = time_parse::parse(&time_pattern::joda(pattern)?, text)?;
        let zone = zone.unwrap_or(Zone::Offset(0));
        Ok(Some((zone.utc(local), zone.name())))
    })?;
    function1::<Text, Zoned>(c, "wt_from_iso8601_timestamp", iso8601::timestamp)?;
    function1::<Text, Date>(c, "wt_from_iso8601_date", iso8601::date)?;
    function2::<Zoned, Int32, Text>(c, "wt_to_iso8601", |(utc, zone), digits| {
        Ok(Some(iso8601::text(utc, zone, digits as u8)))
    })?;
    function1::<Text, Int>(c, "wt_parse_duration", duration::parse)?;
    function1::<Float, Text>(c, "wt_human_readable_seconds", duration::human_readable)
}

/// A day that there is.
fn day(days: i64) -> Answer<i32> {
    i32::try_from(days).map(Some).map_err(|_| Failure::argument("integer overflow"))
}

/// Whole milliseconds, half up: Joda counts nothing smaller.
fn millis(micros: i64) -> i64 {
    (micros + 500).div_euclid(1_000) * 1_000
}

fn zone(name: &str) -> Result<Zone, Failure> {
    Zone::parse(name).ok_or_else(|| Failure::argument(format!("'{name}' is not a valid time zone")))
}

/// A time that there is; DuckDB's end with the year 294246.
fn in_time(micros: Option<i64>) -> Result<i64, Failure> {
    let end = i64::MAX - DAY;
    micros.filter(|micros| (-end..end).contains(micros)).ok_or_else(|| Failure::argument("integer overflow"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_counted_in_milliseconds() {
        assert_eq!(millis(1_499), 1_000);
        assert_eq!(millis(-1_500), -1_000);
    }

    #[test]
    fn a_time_beyond_all_is_refused() {
        assert!(in_time(calendar::add(Unit::Year, 1_000_000, 0)).is_err());
    }
}

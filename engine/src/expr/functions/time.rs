//! Functions of dates and times. Instants are taken apart in the session's zone.
//!
//! Text that only Spark 2 could read by a pattern fails the query, as it does in Spark 3.
//!
//! Source: `datetimeExpressions.scala`, `DateTimeUtils`, `SparkDateTimeUtils`.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::{Date32Type, Decimal128Type, TimestampMicrosecondType};
use arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array, StringArray, StructArray};
use arrow::datatypes::{DataType, TimeUnit};
use datafusion_common::{Result, ScalarValue, exec_datafusion_err, exec_err};

use super::super::can_cast;
use super::super::cast::trim_all;
use super::Implementation::{Kernel, Rewrite, Zoned};
use super::format::Moment;
use super::pattern::Pattern;
use super::rows::{
    Remembered, bigints, dates, doubles, instants, ints, strict, strict_typed, text, try_strict,
};
use super::signature::Class::*;
use super::signature::{Signature, cast_to, gives};
use super::{CommonType, Function, find, function};
use crate::decode::{FixedZone, Zone, zone_of};
use crate::expr::shifted;
use crate::plan::Expr;
use crate::time::{Date as CivilDate, Reading, start_of_day};
use crate::types::{sql_type_name, timestamp_type};

const MICROS_PER_SECOND: i64 = 1_000_000;
const DEFAULT_PATTERN: &str = "yyyy-MM-dd HH:mm:ss";

const DATE_PART: Signature = Signature::is(&[Date], gives::int).null_with_arguments();
const TIME_PART: Signature = Signature::is(&[Timestamp], gives::int).null_with_arguments();
const SHIFT_DATE: Signature = Signature::is(&[Date, Int], gives::date).null_with_arguments();
const FROM_EPOCH: Signature = Signature::is(&[Bigint], gives::timestamp).null_with_arguments();
const TO_EPOCH: Signature = Signature::is(&[Timestamp], gives::bigint).null_with_arguments();
const SHIFT_ZONE: Signature = Signature::is(&[Timestamp, Text], gives::timestamp).null_with_arguments();
const BY_PATTERN: Signature = Signature::is(&[Any, Text], gives::timestamp).optional(1);

pub(super) const FUNCTIONS: &[Function] = &[
    function("add_months", &[], SHIFT_DATE, Kernel(|a, _| Ok(shift_date(a, add_months)))),
    function("date_add", &["dateadd"], SHIFT_DATE, Kernel(|a, _| Ok(shift_date(a, i32::wrapping_add)))),
    function("date_format", &[], Signature::of(&[Timestamp, Text], written), Zoned(date_format)),
    function("date_from_unix_date", &[], Signature::is(&[Int], gives::date), Kernel(date_from_unix_date)),
    function("date_part", &["datepart"], Signature::is(&[Text, Any], gives::int), Rewrite(date_part)),
    function("date_sub", &[], SHIFT_DATE, Kernel(|a, _| Ok(shift_date(a, i32::wrapping_sub)))),
    function("date_trunc", &[], Signature::is(&[Text, Timestamp], gives::timestamp), Zoned(date_trunc)),
    function("datediff", &["date_diff"], Signature::is(&[Date, Date], gives::int), Kernel(date_diff)),
    function("day", &["dayofmonth"], DATE_PART, Kernel(|a, _| of_date(a, |d, _| i64::from(d.day)))),
    function("dayofweek", &[], DATE_PART, Kernel(|a, _| of_date(a, |_, days| (days + 4).rem_euclid(7) + 1))),
    function("dayofyear", &[], DATE_PART, Kernel(|a, _| of_date(a, |d, _| d.day_of_year()))),
    function("from_unixtime", &[], Signature::of(&[Bigint, Text], written).optional(1), Zoned(from_unixtime)),
    function("from_utc_timestamp", &[], SHIFT_ZONE, Kernel(|a, _| to_zone(a))),
    function("hour", &[], TIME_PART, Zoned(|a, _, z| of_time(a, z, |r| r.second_of_day() / 3600))),
    function("last_day", &[], Signature::is(&[Date], gives::date), Kernel(last_day)),
    function("make_date", &[], Signature::is(&[Int, Int, Int], gives::date), Kernel(make_date)),
    function("minute", &[], TIME_PART, Zoned(|a, _, z| of_time(a, z, |r| r.second_of_day() / 60 % 60))),
    function("month", &[], DATE_PART, Kernel(|a, _| of_date(a, |d, _| i64::from(d.month)))),
    function("months_between", &[], MONTHS_BETWEEN, Zoned(months_between)),
    function("next_day", &[], Signature::is(&[Date, Text], gives::date), Kernel(next_day)),
    function("quarter", &[], DATE_PART, Kernel(|a, _| of_date(a, |d, _| i64::from(d.month - 1) / 3 + 1))),
    function("second", &[], TIME_PART, Zoned(|a, _, z| of_time(a, z, |r| r.second_of_day() % 60))),
    function("timestamp_micros", &[], FROM_EPOCH, Kernel(|a, t| from_epoch(a, t, 1))),
    function("timestamp_millis", &[], FROM_EPOCH, Kernel(|a, t| from_epoch(a, t, 1000))),
    function("timestamp_seconds", &[], Signature::is(&[Number], gives::timestamp), Kernel(timestamp_seconds)),
    function(
        "timestampadd",
        &[],
        Signature::is(&[Text, Bigint, Timestamp], gives::timestamp),
        Zoned(add_units),
    ),
    function(
        "timestampdiff",
        &[],
        Signature::is(&[Text, Timestamp, Timestamp], gives::bigint),
        Zoned(units_between),
    ),
    function("to_date", &[], BY_PATTERN, Rewrite(to_date)),
    function("to_timestamp", &[], BY_PATTERN, Rewrite(to_timestamp)),
    function("to_utc_timestamp", &[], SHIFT_ZONE, Kernel(|a, _| from_zone(a))),
    function("trunc", &[], Signature::is(&[Date, Text], gives::date), Kernel(trunc)),
    function("unix_date", &[], Signature::is(&[Date], gives::int), Kernel(unix_date)),
    function("unix_micros", &[], TO_EPOCH, Kernel(|a, _| to_epoch(a, 1))),
    function("unix_millis", &[], TO_EPOCH, Kernel(|a, _| to_epoch(a, 1000))),
    function("unix_seconds", &[], TO_EPOCH, Kernel(|a, _| to_epoch(a, MICROS_PER_SECOND))),
    function("unix_timestamp", &["to_unix_timestamp"], BY_PATTERN, Rewrite(unix_timestamp)),
    function("weekday", &[], DATE_PART, Kernel(|a, _| of_date(a, |_, days| (days + 3).rem_euclid(7)))),
    function("weekofyear", &[], DATE_PART, Kernel(|a, _| of_date(a, week_of_year))),
    function("window_time", &[], Signature::is(&[Window], gives::timestamp), Kernel(window_time)),
    function("year", &[], DATE_PART, Kernel(|a, _| of_date(a, |d, _| d.year))),
];

/// The last argument, whether months are rounded to eight digits, may be left out.
const MONTHS_BETWEEN: Signature = Signature::is(&[Timestamp, Timestamp, Boolean], gives::double).optional(1);

/// Text by a pattern; what `to_timestamp` with a pattern comes down to.
static READ: Function =
    function("to_timestamp", &[], Signature::of(&[Text, Text], read), Zoned(read_by_pattern));

/// Seconds since the epoch, towards zero: no sum of times, so no bound of a join's state.
static SECONDS: Function = function("unix_timestamp", &[], TO_EPOCH, Kernel(seconds));

fn seconds(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let instants = instants(args, 0);
    Ok(strict::<i64, Int64Array>(args, |row| Some(instants.value(row) / MICROS_PER_SECOND)))
}

fn of_date(args: &[ArrayRef], part: impl Fn(CivilDate, i64) -> i64) -> Result<ArrayRef> {
    let days = dates(args, 0);
    Ok(strict::<i32, Int32Array>(args, |row| {
        let days = i64::from(days.value(row));
        Some(part(CivilDate::from_days(days), days) as i32)
    }))
}

/// Months, or microseconds, that a unit of time is long; whole days are those of the calendar.
fn unit_length(unit: &str) -> Result<(i64, i64)> {
    const MINUTE: i64 = 60 * MICROS_PER_SECOND;
    Ok(match unit.to_ascii_uppercase().as_str() {
        "YEAR" => (12, 0),
        "QUARTER" => (3, 0),
        "MONTH" => (1, 0),
        "WEEK" => (0, 7 * 24 * 60 * MINUTE),
        "DAY" | "DAYOFYEAR" => (0, 24 * 60 * MINUTE),
        "HOUR" => (0, 60 * MINUTE),
        "MINUTE" => (0, MINUTE),
        "SECOND" => (0, MICROS_PER_SECOND),
        "MILLISECOND" => (0, 1000),
        "MICROSECOND" => (0, 1),
        other => return exec_err!("[INVALID_PARAMETER_VALUE.DATETIME_UNIT] `{other}` is no unit of time"),
    })
}

/// Days and longer move the clock on the wall; what is shorter is time that passes.
fn add_units(args: &[ArrayRef], returns: &DataType, zone: &dyn Zone) -> Result<ArrayRef> {
    let (units, counts, times) = (text(args, 0), bigints(args, 1), instants(args, 2));
    let mut moved = Vec::with_capacity(times.len());
    for row in 0..args[0].len() {
        use arrow::array::Array;
        if args.iter().any(|a| a.is_null(row)) {
            moved.push(None);
            continue;
        }
        let (months, micros) = unit_length(units.value(row))?;
        let (count, time) = (counts.value(row), times.value(row));
        let micros = count.wrapping_mul(micros);
        moved.push(Some(match micros.abs() < 86_400_000_000 || months > 0 {
            true => shifted(time, count.wrapping_mul(months), micros, zone),
            false if unit_length(units.value(row))?.1 < 86_400_000_000 => time.wrapping_add(micros),
            false => shifted(time, 0, micros, zone),
        }));
    }
    Ok(strict_typed::<TimestampMicrosecondType>(args, returns, |row| moved[row]))
}

/// Whole units between two readings of the session's clock.
fn units_between(args: &[ArrayRef], _: &DataType, zone: &dyn Zone) -> Result<ArrayRef> {
    let (units, starts, ends) = (text(args, 0), instants(args, 1), instants(args, 2));
    try_strict::<i64, Int64Array>(args, |row| {
        let (months, micros) = unit_length(units.value(row))?;
        let [start, end] = [starts, ends].map(|times| Reading::at(times.value(row), zone));
        if months == 0 {
            return Ok(Some((end.micros - start.micros) / micros));
        }
        let number = |r: Reading| r.date().year * 12 + i64::from(r.date().month);
        let within = |r: Reading| (r.date().day, r.micros_of_day());
        let mut whole = number(end) - number(start);
        if whole > 0 && within(end) < within(start) {
            whole -= 1;
        } else if whole < 0 && within(end) > within(start) {
            whole += 1;
        }
        Ok(Some(whole / months))
    })
}

fn of_time(args: &[ArrayRef], zone: &dyn Zone, part: impl Fn(Reading) -> i64) -> Result<ArrayRef> {
    let instants = instants(args, 0);
    Ok(strict::<i32, Int32Array>(args, |row| Some(part(Reading::at(instants.value(row), zone)) as i32)))
}

/// ISO weeks begin on Monday and belong to the year of their Thursday.
fn week_of_year(_: CivilDate, days: i64) -> i64 {
    let thursday = CivilDate::from_days(days - (days + 3).rem_euclid(7) + 3);
    (thursday.day_of_year() - 1) / 7 + 1
}

fn shift_date(args: &[ArrayRef], shifted: fn(i32, i32) -> i32) -> ArrayRef {
    let (days, by) = (dates(args, 0), ints(args, 1));
    strict_typed::<Date32Type>(args, &DataType::Date32, |row| Some(shifted(days.value(row), by.value(row))))
}

fn add_months(days: i32, months: i32) -> i32 {
    CivilDate::from_days(days.into()).plus_months(months.into()).days() as i32
}

fn date_from_unix_date(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    Ok(strict_typed::<Date32Type>(args, returns, |row| Some(ints(args, 0).value(row))))
}

fn unix_date(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    Ok(strict::<i32, Int32Array>(args, |row| Some(dates(args, 0).value(row))))
}

fn date_diff(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (end, start) = (dates(args, 0), dates(args, 1));
    Ok(strict::<i32, Int32Array>(args, |row| Some(end.value(row).wrapping_sub(start.value(row)))))
}

fn last_day(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let last = |days: i32| CivilDate::from_days(days.into()).last_of_month().days() as i32;
    Ok(strict_typed::<Date32Type>(args, returns, |row| Some(last(dates(args, 0).value(row)))))
}

/// Null for a date that does not exist.
fn make_date(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let made = |row: usize| {
        let [year, month, day] = [0, 1, 2].map(|at| ints(args, at).value(row));
        let date = CivilDate {
            year: year.into(),
            month: u32::try_from(month).ok().filter(|m| (1..=12).contains(m))?,
            day: u32::try_from(day).ok().filter(|d| *d > 0)?,
        };
        i32::try_from(date.days()).ok().filter(|_| date.day <= date.last_of_month().day)
    };
    Ok(strict_typed::<Date32Type>(args, returns, made))
}

/// The next day of that name, by its first two or three letters or whole; null for another word.
fn next_day(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    // Thursday first: that is what 1970-01-01 was.
    const NAMES: [&str; 7] = ["THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY"];
    let (days, names) = (dates(args, 0), text(args, 1));
    let next = |row: usize| {
        let name = trim_all(names.value(row)).to_ascii_uppercase();
        let fits =
            |known: &&str| **known == name || ((2..=3).contains(&name.len()) && known.starts_with(&name));
        let wanted = NAMES.iter().position(fits)? as i32;
        let day = days.value(row);
        Some(day + 1 + (wanted - 1 - day).rem_euclid(7))
    };
    Ok(strict_typed::<Date32Type>(args, returns, next))
}

/// Whole months between days of the same number or month ends; else 31 days make a month.
fn months_between(args: &[ArrayRef], _: &DataType, zone: &dyn Zone) -> Result<ArrayRef> {
    let (left, right) = (instants(args, 0), instants(args, 1));
    let between = |row: usize| {
        let [end, start] = [left, right].map(|i| Reading::at(i.value(row), zone));
        let (e, s) = (end.date(), start.date());
        let months = ((e.year - s.year) * 12 + i64::from(e.month) - i64::from(s.month)) as f64;
        let last = |d: CivilDate| d == d.last_of_month();
        if e.day == s.day || (last(e) && last(s)) {
            return Some(months);
        }
        let days = (i64::from(e.day) - i64::from(s.day)) * 86_400;
        let seconds = days + end.second_of_day() - start.second_of_day();
        let exact = months + seconds as f64 / (31 * 86_400) as f64;
        let rounds = args.len() < 3 || args[2].as_boolean().value(row);
        Some(if rounds { (exact * 1e8).round() / 1e8 } else { exact })
    };
    Ok(strict::<f64, Float64Array>(args, between))
}

/// `date_part('hour', x)` is `hour(x)`.
fn date_part(mut args: Vec<Expr>, common: CommonType) -> Result<Expr, String> {
    let source = args.remove(1);
    let Expr::Literal(ScalarValue::Utf8(Some(part))) = &args[0] else {
        return Err("[DATATYPE_MISMATCH.NON_FOLDABLE_INPUT] the field of `date_part` must be a text literal"
            .to_owned());
    };
    let name = match part.to_lowercase().as_str() {
        "year" | "y" | "years" | "yr" | "yrs" => "year",
        "quarter" | "qtr" => "quarter",
        "month" | "mon" | "mons" | "months" => "month",
        "week" | "w" | "weeks" => "weekofyear",
        "day" | "d" | "days" => "day",
        "dayofweek" | "dow" => "dayofweek",
        "doy" => "dayofyear",
        "hour" | "h" | "hours" | "hr" | "hrs" => "hour",
        "minute" | "m" | "min" | "mins" | "minutes" => "minute",
        "second" | "s" | "sec" | "secs" | "seconds" => {
            return Err(
                "`date_part` of seconds, which has a fraction, is not supported; use `second`".to_owned()
            );
        }
        other => return Err(format!("`date_part` knows no field `{other}`")),
    };
    let function = find(name).expect("it is in the table above");
    function.call(vec![source], &[None], common).map_err(|misuse| misuse.to_string())
}

/// Date units that `trunc` and `date_trunc` share; null for other words.
fn trunc_date(days: i64, unit: &str) -> Option<i64> {
    let date = CivilDate::from_days(days);
    let month = match unit {
        "week" => return Some(days - (days + 3).rem_euclid(7)),
        "month" | "mon" | "mm" => date.month,
        "quarter" => (date.month - 1) / 3 * 3 + 1,
        "year" | "yyyy" | "yy" => 1,
        _ => return None,
    };
    Some(CivilDate { month, day: 1, ..date }.days())
}

fn trunc(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let (days, units) = (dates(args, 0), text(args, 1));
    let start = |row: usize| trunc_date(days.value(row).into(), &units.value(row).to_lowercase());
    Ok(strict_typed::<Date32Type>(args, returns, |row| start(row).map(|d| d as i32)))
}

/// Units below a day are cut off by the clock, so that a repeated hour stays where it is.
fn date_trunc(args: &[ArrayRef], returns: &DataType, zone: &dyn Zone) -> Result<ArrayRef> {
    let (units, instants) = (text(args, 0), instants(args, 1));
    let start = |row: usize| {
        let (unit, instant) = (units.value(row).to_lowercase(), instants.value(row));
        let reading = Reading::at(instant, zone);
        let length = match unit.as_str() {
            "microsecond" => 1,
            "millisecond" => 1000,
            "second" => MICROS_PER_SECOND,
            "minute" => 60 * MICROS_PER_SECOND,
            "hour" => 3600 * MICROS_PER_SECOND,
            "day" | "dd" => return Some(start_of_day(reading.day_number() as i32, zone)),
            unit => return Some(start_of_day(trunc_date(reading.day_number(), unit)? as i32, zone)),
        };
        Some(instant - reading.micros.rem_euclid(length))
    };
    Ok(strict_typed::<TimestampMicrosecondType>(args, returns, start))
}

fn from_epoch(args: &[ArrayRef], returns: &DataType, micros: i64) -> Result<ArrayRef> {
    let numbers = bigints(args, 0);
    let instant =
        |number: i64| number.checked_mul(micros).ok_or_else(|| exec_datafusion_err!("long overflow"));
    let values =
        numbers.try_unary::<_, TimestampMicrosecondType, datafusion_common::DataFusionError>(instant)?;
    Ok(Arc::new(values.with_data_type(returns.clone())))
}

/// Fractions count; infinity and NaN are null, seconds beyond the range of a timestamp fail the query.
fn timestamp_seconds(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let overflow = || exec_datafusion_err!("long overflow");
    let instants = match args[0].data_type() {
        DataType::Decimal128(_, scale) => {
            let decimals = args[0].as_primitive::<Decimal128Type>();
            let unit = 10i128.pow(u32::from(scale.unsigned_abs()));
            decimals.try_unary::<_, TimestampMicrosecondType, datafusion_common::DataFusionError>(|v| {
                let micros = v.checked_mul(i128::from(MICROS_PER_SECOND)).ok_or_else(overflow)?;
                match micros % unit {
                    0 => i64::try_from(micros / unit).map_err(|_| overflow()),
                    _ => exec_err!("Rounding necessary"),
                }
            })?
        }
        number if number.is_integer() => {
            let numbers = [arrow::compute::cast(&args[0], &DataType::Int64)?];
            return from_epoch(&numbers, returns, MICROS_PER_SECOND);
        }
        _ => {
            let numbers = [arrow::compute::cast(&args[0], &DataType::Float64)?];
            doubles(&numbers, 0).unary_opt(|v| v.is_finite().then_some((v * MICROS_PER_SECOND as f64) as i64))
        }
    };
    Ok(Arc::new(instants.with_data_type(returns.clone())))
}

fn to_epoch(args: &[ArrayRef], micros: i64) -> Result<ArrayRef> {
    let instants = instants(args, 0);
    Ok(strict::<i64, Int64Array>(args, |row| Some(instants.value(row).div_euclid(micros))))
}

fn zone_named(name: &str) -> Result<Arc<dyn Zone>> {
    zone_of(name).ok_or_else(|| exec_datafusion_err!("[INVALID_TIMEZONE] `{name}` is not a time zone"))
}

/// Moves instants so that UTC shows what the zone's clocks showed.
fn to_zone(args: &[ArrayRef]) -> Result<ArrayRef> {
    shift_zone(args, |instant, zone| Reading::at(instant, zone).micros)
}

/// Moves instants so that the zone's clocks show what UTC showed.
fn from_zone(args: &[ArrayRef]) -> Result<ArrayRef> {
    shift_zone(args, |instant, zone| Reading::at(instant, &FixedZone::UTC).instant(zone))
}

fn shift_zone(args: &[ArrayRef], shifted: impl Fn(i64, &dyn Zone) -> i64) -> Result<ArrayRef> {
    let (instants, zones) = (instants(args, 0), text(args, 1));
    let mut remembered = Remembered::new();
    let shifted = try_strict::<i64, Int64Array>(args, |row| {
        let zone = remembered.get(zones.value(row), zone_named)?;
        Ok(Some(shifted(instants.value(row), &**zone)))
    })?;
    Ok(arrow::compute::cast(&shifted, &timestamp_type())?)
}

/// A constant pattern is checked when the query is planned.
fn checked(args: &[Expr], check: fn(&Pattern) -> Result<(), String>) -> Result<(), String> {
    match args.get(1) {
        Some(Expr::Literal(ScalarValue::Utf8(Some(pattern)))) => check(&Pattern::parse(pattern)?),
        _ => Ok(()),
    }
}

fn written(args: &[Expr]) -> Result<DataType, String> {
    checked(args, Pattern::check_written)?;
    Ok(DataType::Utf8)
}

fn read(args: &[Expr]) -> Result<DataType, String> {
    checked(args, Pattern::check_read)?;
    Ok(timestamp_type())
}

fn date_format(args: &[ArrayRef], _: &DataType, zone: &dyn Zone) -> Result<ArrayRef> {
    let instants = instants(args, 0);
    write(args, zone, |row| instants.value(row))
}

/// Seconds since the epoch as text in the session's zone.
fn from_unixtime(args: &[ArrayRef], _: &DataType, zone: &dyn Zone) -> Result<ArrayRef> {
    let seconds = bigints(args, 0);
    write(args, zone, |row| seconds.value(row).wrapping_mul(MICROS_PER_SECOND))
}

fn write(args: &[ArrayRef], zone: &dyn Zone, instant: impl Fn(usize) -> i64) -> Result<ArrayRef> {
    let mut remembered = Remembered::new();
    try_strict::<String, StringArray>(args, |row| {
        let pattern = if args.len() > 1 { text(args, 1).value(row) } else { DEFAULT_PATTERN };
        let pattern = remembered.get(pattern, |pattern| {
            let parsed = Pattern::parse(pattern).map_err(|problem| exec_datafusion_err!("{problem}"))?;
            parsed.check_written().map_err(|problem| exec_datafusion_err!("{problem}"))?;
            Ok(parsed)
        })?;
        let instant = instant(row);
        let moment = Moment { reading: Reading::at(instant, zone), offset_seconds: zone.offset_at(instant) };
        Ok(Some(pattern.write(moment)))
    })
}

fn read_by_pattern(args: &[ArrayRef], returns: &DataType, zone: &dyn Zone) -> Result<ArrayRef> {
    let (texts, patterns) = (text(args, 0), text(args, 1));
    let mut remembered = Remembered::new();
    let instants = try_strict::<i64, Int64Array>(args, |row| {
        let pattern = remembered.get(patterns.value(row), |pattern| {
            let parsed = Pattern::parse(pattern).map_err(|problem| exec_datafusion_err!("{problem}"))?;
            parsed.check_read().map_err(|problem| exec_datafusion_err!("{problem}"))?;
            Ok(parsed)
        })?;
        let text = texts.value(row);
        match pattern.read(text, zone) {
            Some(instant) => Ok(Some(instant)),
            None => match pattern.read_before_3(text) {
                Some(old) => Err(exec_datafusion_err!("{}", old.message)),
                None => Ok(None),
            },
        }
    })?;
    Ok(arrow::compute::cast(&instants, returns)?)
}

/// Without a pattern, and for what is a time already, the cast; else text by the pattern.
fn to_timestamp(mut args: Vec<Expr>, _: CommonType) -> Result<Expr, String> {
    let source = args[0].data_type();
    let by_pattern = args.len() > 1 && matches!(source, DataType::Utf8 | DataType::Null);
    if by_pattern {
        let source = args.remove(0);
        args.insert(0, cast_to(source, &DataType::Utf8));
        let data_type = read(&args)?;
        return Ok(Expr::Call { function: &READ, args, data_type });
    }
    let time = matches!(source, DataType::Date32 | DataType::Timestamp(TimeUnit::Microsecond, _));
    match can_cast(&source, &timestamp_type()) && (args.len() == 1 || time) {
        true => Ok(cast_to(args.remove(0), &timestamp_type())),
        false => Err(format!(
            "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] a time cannot be read from {}",
            sql_type_name(&source)
        )),
    }
}

fn to_date(mut args: Vec<Expr>, common: CommonType) -> Result<Expr, String> {
    let source = args[0].data_type();
    if args.len() > 1 {
        return Ok(cast_to(to_timestamp(args, common)?, &DataType::Date32));
    }
    match can_cast(&source, &DataType::Date32) {
        true => Ok(cast_to(args.remove(0), &DataType::Date32)),
        false => Err(format!(
            "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] a date cannot be read from {}",
            sql_type_name(&source)
        )),
    }
}

/// Seconds since the epoch; text is read by the pattern, `yyyy-MM-dd HH:mm:ss` unless there is one.
fn unix_timestamp(mut args: Vec<Expr>, common: CommonType) -> Result<Expr, String> {
    if args.len() == 1 && args[0].data_type() == DataType::Utf8 {
        args.push(Expr::Literal(DEFAULT_PATTERN.into()));
    }
    let time = to_timestamp(args, common)?;
    SECONDS.call(vec![time], &[None], common).map_err(|misuse| misuse.to_string())
}

/// The last microsecond of a window.
fn window_time(args: &[ArrayRef], returns: &DataType) -> Result<ArrayRef> {
    let windows: &StructArray = args[0].as_struct();
    let ends = [arrow::compute::cast(windows.column(1), returns)?];
    let last = |row: usize| instants(&ends, 0).value(row) - 1;
    let whole = |row: usize| {
        use arrow::array::Array;
        windows.is_valid(row).then(|| last(row))
    };
    Ok(strict_typed::<TimestampMicrosecondType>(&ends, returns, whole))
}

//! Dates and times written by a pattern ([`super::time_pattern`]).

use super::super::text_form::{MONTHS, civil};
use super::super::zone::Zone;
use super::calendar::{DAY, HOUR, MINUTE, SECOND};
use super::time_pattern::{DAYS, Field, Part};

/// ISO 8601's week: its year, its number, and the day in it, Monday being 1.
pub fn iso_week(days: i64) -> (i64, i64, i64) {
    let weekday = (days + 3).rem_euclid(7);
    // The Thursday of a week is in the year that the week belongs to.
    let thursday = days - weekday + 3;
    let (year, _, _) = civil(thursday);
    (year, day_of_year(thursday).div_euclid(7) + 1, weekday + 1)
}

/// Days since the first of January.
fn day_of_year(days: i64) -> i64 {
    let (year, _, _) = civil(days);
    days - super::super::text_form::days_of(year, 1, 1).unwrap_or(days)
}

fn number(field: Field, local: i64) -> i64 {
    let days = local.div_euclid(DAY);
    let time = local.rem_euclid(DAY);
    let (year, month, day) = civil(days);
    let year_of_era = if year > 0 { year } else { 1 - year };
    let hour = time / HOUR;
    let from_one = |value: i64, most: i64| if value == 0 { most } else { value };
    match field {
        Field::Century => year_of_era / 100,
        Field::Year => year,
        Field::YearOfEra => year_of_era,
        Field::WeekYear => iso_week(days).0,
        Field::Month => month.into(),
        Field::Week => iso_week(days).1,
        Field::Day => day.into(),
        Field::DayOfWeek => iso_week(days).2,
        Field::DayOfYear => day_of_year(days) + 1,
        Field::Hour => hour,
        Field::ClockHour => from_one(hour, 24),
        Field::HalfdayHour => hour % 12,
        Field::HalfdayClockHour => from_one(hour % 12, 12),
        Field::Minute => time / MINUTE % 60,
        Field::Second => time / SECOND % 60,
    }
}

/// A name in full, or its first three letters.
fn name(names: &[&str], at: i64, short: bool) -> String {
    let name = names.get(at as usize).copied().unwrap_or_default();
    if short { name.chars().take(3).collect() } else { name.to_owned() }
}

/// An instant, as the clock of a zone shows it, in whole milliseconds.
pub fn print(parts: &[Part], utc: i64, zone: Zone) -> String {
    // Half up, as Trino rounds what Joda cannot hold.
    let utc = (utc + 500).div_euclid(1_000) * 1_000;
    let local = zone.local(utc);
    let days = local.div_euclid(DAY);
    let mut text = String::new();
    for part in parts {
        text += &match part {
            Part::Literal(literal) => literal.clone(),
            Part::Number(field, least, _) => padded(number(*field, local), *least),
            Part::ShortYear(field, _, _) => padded(number(*field, local).abs() % 100, 2),
            Part::Fraction(digits, _) => {
                let micros = format!("{:06}", local.rem_euclid(SECOND));
                let shown: String = micros.chars().take(*digits).collect();
                format!("{shown:0<digits$}")
            }
            Part::MonthName { short } => name(&MONTHS, i64::from(civil(days).1) - 1, *short),
            Part::DayName { short } => name(&DAYS, (days + 3).rem_euclid(7), *short),
            Part::Halfday => if local.rem_euclid(DAY) < 12 * HOUR { "AM" } else { "PM" }.to_owned(),
            Part::Era => if civil(days).0 > 0 { "AD" } else { "BC" }.to_owned(),
            Part::Offset { colon } => offset(zone.offset_seconds(utc), *colon),
            Part::ZoneId => zone.name(),
            Part::ZoneName => zone.abbreviation(utc),
        };
    }
    text
}

fn padded(number: i64, digits: usize) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{:0digits$}", number.abs())
}

/// `+0200` or `+02:00`, with seconds where an offset of old has them.
pub fn offset(seconds: i64, colon: bool) -> String {
    let (sign, size) = if seconds < 0 { ('-', -seconds) } else { ('+', seconds) };
    let colon = if colon { ":" } else { "" };
    let rest = if size % 60 == 0 { String::new() } else { format!("{colon}{:02}", size % 60) };
    format!("{sign}{:02}{colon}{:02}{rest}", size / 3_600, size / 60 % 60)
}

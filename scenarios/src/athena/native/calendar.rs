//! Arithmetic on a wall clock's readings: adding units, cutting them off, counting those that have passed.
//!
//! Source: the fields of Joda-Time (`BasicMonthOfYearDateTimeField`, `BasicGJChronology`, `ZonedChronology`), which
//! Trino's `DateTimeFunctions` calls.

use super::super::text_form::{civil, days_in, days_of};
use super::super::zone::Zone;
use super::Failure;

pub const SECOND: i64 = 1_000_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Always as long: microseconds.
    Fixed(i64),
    /// Weeks, which begin on Monday.
    Week,
    /// Months: 1, 3 in a quarter.
    Months(i64),
    Year,
}

/// Which units a type has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Date,
    Time,
    Timestamp,
}

impl Unit {
    /// A unit by its name, in upper or lower case.
    ///
    /// # Errors
    /// When the type does not have it.
    pub fn named(name: &str, kind: Kind) -> Result<Self, Failure> {
        let lower = name.to_lowercase();
        let unit = match lower.as_str() {
            "millisecond" => Self::Fixed(1_000),
            "second" => Self::Fixed(SECOND),
            "minute" => Self::Fixed(MINUTE),
            "hour" => Self::Fixed(HOUR),
            "day" => Self::Fixed(DAY),
            "week" => Self::Week,
            "month" => Self::Months(1),
            "quarter" => Self::Months(3),
            "year" => Self::Year,
            _ => return Err(no_field(&lower, kind)),
        };
        let fits = match kind {
            Kind::Timestamp => true,
            Kind::Time => unit.is_of_the_clock(),
            Kind::Date => !unit.is_of_the_clock(),
        };
        if fits { Ok(unit) } else { Err(no_field(&lower, kind)) }
    }

    /// Whether it is shorter than half a day: then it counts real time, not what a clock on the wall shows.
    fn is_of_the_clock(self) -> bool {
        matches!(self, Self::Fixed(micros) if micros <= HOUR)
    }
}

fn no_field(name: &str, kind: Kind) -> Failure {
    let kind = match kind {
        Kind::Date => "DATE",
        Kind::Time => "Time",
        Kind::Timestamp => "Timestamp",
    };
    Failure::argument(format!("'{name}' is not a valid {kind} field"))
}

/// A reading so many units later; a day that the month does not have is its last.
pub fn add(unit: Unit, count: i64, micros: i64) -> Option<i64> {
    match unit {
        Unit::Fixed(length) => count.checked_mul(length)?.checked_add(micros),
        Unit::Week => count.checked_mul(7 * DAY)?.checked_add(micros),
        Unit::Months(months) => add_months(count.checked_mul(months)?, micros),
        Unit::Year => add_months(count.checked_mul(12)?, micros),
    }
}

fn add_months(count: i64, micros: i64) -> Option<i64> {
    let (year, month, day) = civil(micros.div_euclid(DAY));
    let months = (year * 12 + i64::from(month) - 1).checked_add(count)?;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) as u32 + 1);
    if year.abs() > 292_000 {
        return None;
    }
    let date = days_of(year, month, day.min(days_in(year, month)))?;
    date.checked_mul(DAY)?.checked_add(micros.rem_euclid(DAY))
}

/// The beginning of the unit that a reading is in.
pub fn trunc(unit: Unit, micros: i64) -> i64 {
    let days = micros.div_euclid(DAY);
    let (year, month, _) = civil(days);
    let first = |month: u32| days_of(year, month, 1).unwrap_or(days) * DAY;
    match unit {
        Unit::Fixed(length) => micros.div_euclid(length) * length,
        // 1970 began on a Thursday.
        Unit::Week => (days - (days + 3).rem_euclid(7)) * DAY,
        Unit::Months(months) => first(month - (month - 1) % months as u32),
        Unit::Year => first(1),
    }
}

/// How many whole units lie between two readings.
pub fn diff(unit: Unit, from: i64, to: i64) -> i64 {
    match unit {
        Unit::Fixed(length) => (to - from) / length,
        Unit::Week => (to - from) / (7 * DAY),
        _ if to < from => -diff(unit, to, from),
        Unit::Months(months) => months_between(from, to) / months,
        Unit::Year => years_between(from, to),
    }
}

/// Whole months up to a later reading. The last day of a month completes it, however long the first one was.
fn months_between(from: i64, to: i64) -> i64 {
    let ((from_year, from_month, from_day), (to_year, to_month, to_day)) =
        (civil(from.div_euclid(DAY)), civil(to.div_euclid(DAY)));
    let months = (to_year - from_year) * 12 + i64::from(to_month) - i64::from(from_month);
    let is_last = to_day == days_in(to_year, to_month);
    let from_day = if is_last { from_day.min(to_day) } else { from_day };
    let behind = (to_day, to.rem_euclid(DAY)) < (from_day, from.rem_euclid(DAY));
    months - i64::from(behind)
}

fn years_between(from: i64, to: i64) -> i64 {
    const FEBRUARY_29: i64 = (31 + 28) * DAY;
    let (from_year, to_year) = (civil(from.div_euclid(DAY)).0, civil(to.div_euclid(DAY)).0);
    let inside = |micros: i64, year: i64| micros - days_of(year, 1, 1).unwrap_or_default() * DAY;
    let (mut start, mut end) = (inside(from, from_year), inside(to, to_year));
    let is_leap = |year| days_in(year, 2) == 29;
    if start >= FEBRUARY_29 {
        if is_leap(from_year) && !is_leap(to_year) {
            start -= DAY;
        } else if !is_leap(from_year) && end >= FEBRUARY_29 && is_leap(to_year) {
            end -= DAY;
        }
    }
    to_year - from_year - i64::from(end < start)
}

/// [`add`] for an instant: days and longer units by the clock of its zone.
pub fn add_zoned(unit: Unit, count: i64, utc: i64, zone: Zone) -> Option<i64> {
    match unit.is_of_the_clock() {
        true => add(unit, count, utc),
        false => Some(zone.utc_near(add(unit, count, zone.local(utc))?, utc)),
    }
}

/// [`trunc`] for an instant.
pub fn trunc_zoned(unit: Unit, utc: i64, zone: Zone) -> i64 {
    let local = zone.local(utc);
    match unit.is_of_the_clock() {
        true => trunc(unit, local) - (local - utc),
        false => zone.utc_near(trunc(unit, local), utc),
    }
}

/// [`diff`] for instants, by the clock of the first one's zone.
pub fn diff_zoned(unit: Unit, from: i64, to: i64, zone: Zone) -> i64 {
    match unit.is_of_the_clock() {
        true => diff(unit, from, to),
        false => diff(unit, zone.local(from), zone.local(to)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i64, month: u32, day: u32) -> i64 {
        days_of(year, month, day).unwrap() * DAY
    }

    #[test]
    fn a_month_is_over_on_its_last_day() {
        let months = |from, to| diff(Unit::Months(1), from, to);
        assert_eq!(months(at(2024, 1, 31), at(2024, 2, 29)), 1);
        assert_eq!(months(at(2024, 1, 31), at(2024, 2, 28)), 0);
        assert_eq!(months(at(2024, 2, 15), at(2024, 1, 16)), 0);
        assert_eq!(diff(Unit::Year, at(2024, 2, 29), at(2025, 2, 28)), 1);
        assert_eq!(diff(Unit::Year, at(2023, 6, 15), at(2024, 6, 14)), 0);
    }

    #[test]
    fn days_that_are_not_there_are_the_last_ones() {
        assert_eq!(add(Unit::Months(1), 1, at(2024, 1, 31)), Some(at(2024, 2, 29)));
        assert_eq!(add(Unit::Year, -1, at(2024, 2, 29)), Some(at(2023, 2, 28)));
        assert_eq!(add(Unit::Fixed(DAY), i64::MAX, 0), None);
        assert_eq!(trunc(Unit::Week, at(1969, 12, 31)), at(1969, 12, 29));
        assert_eq!(trunc(Unit::Months(3), at(2024, 12, 31)), at(2024, 10, 1));
    }

    #[test]
    fn a_day_of_a_zone_may_have_23_hours() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let noon_before = at(2024, 3, 30) + 11 * HOUR;
        assert_eq!(add_zoned(Unit::Fixed(DAY), 1, noon_before, berlin), Some(noon_before + 23 * HOUR));
        assert_eq!(diff_zoned(Unit::Fixed(DAY), noon_before, noon_before + 23 * HOUR, berlin), 1);
        assert_eq!(diff_zoned(Unit::Fixed(HOUR), noon_before, noon_before + 23 * HOUR, berlin), 23);
    }
}

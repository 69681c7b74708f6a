//! Days and times of a projected partition key: from a date to a date, at an interval.
//!
//! ```text
//! range    201701,201812 · NOW-3YEARS,NOW · 201801,NOW+1MONTH     both ends are included
//! format   yyyyMM · dd-MM-yyyy-HH-mm-ss
//! interval 1, and its unit MONTHS      may be left out where the format ends in days or months
//! ```
//!
//! `NOW` is the beginning of what the format can tell: of today, under `yyyy-MM-dd`.
//!
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html>

use super::super::text_form::{civil, days_in, days_of};
use super::date_pattern::{DAY, DatePattern, Precision};

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// So many months.
    Months(i64),
    /// So many microseconds.
    Micros(i64),
}

/// The first and the last instant, and the step from one to the next.
#[derive(Debug)]
pub(super) struct DateRange {
    first: i64,
    last: i64,
    interval: i64,
    unit: Unit,
}

/// What the properties of a key say.
pub(super) struct Settings<'a> {
    /// `projection.c.range`.
    pub range: &'a str,
    /// `projection.c.interval`.
    pub interval: Option<i64>,
    /// `projection.c.interval.unit`.
    pub unit: Option<&'a str>,
}

impl DateRange {
    /// Reads the settings; the error is a sentence.
    pub(super) fn read(settings: &Settings<'_>, pattern: &DatePattern, now: i64) -> Result<Self, String> {
        let ends: Vec<&str> = settings.range.split(',').collect();
        let ends =
            ends.into_iter().map(|end| bound(end, pattern, now)).collect::<Result<Vec<i64>, String>>()?;
        let [first, last] = ends[..] else {
            return Err(format!("A range is two dates, separated by a comma: \"{}\"", settings.range));
        };
        if first > last {
            return Err(format!("The range \"{}\" ends before it begins", settings.range));
        }
        let (interval, unit) = step(settings, pattern.precision())?;
        Ok(Self { first, last, interval, unit })
    }

    /// Every instant of it.
    pub(super) fn instants(&self) -> impl Iterator<Item = i64> {
        let next = |at: &i64| plus(*at, self.interval, self.unit);
        std::iter::successors(Some(self.first), next).take_while(|at| *at <= self.last)
    }
}

/// An end of a range: a date in the format, or one told from now.
fn bound(text: &str, pattern: &DatePattern, now: i64) -> Result<i64, String> {
    match from_now(text, now) {
        Some(instant) => pattern.read(&pattern.write(instant)),
        None => pattern.read(text),
    }
}

/// `NOW`, `NOW-3YEARS`, `NOW + 1 DAY`.
fn from_now(text: &str, now: i64) -> Option<i64> {
    let offset = text.trim().strip_prefix("NOW")?.trim();
    if offset.is_empty() {
        return Some(now);
    }
    let (sign, rest) = match offset.split_at_checked(1)? {
        ("+", rest) => (1, rest.trim_start()),
        ("-", rest) => (-1, rest.trim_start()),
        _ => return None,
    };
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let count: i64 = rest[..digits].parse().ok()?;
    let name = rest[digits..].trim_start();
    let unit = unit(name.strip_suffix('S').unwrap_or(name)).filter(|_| !name.starts_with("MILLI"))?;
    plus(now, sign * count, unit)
}

fn step(settings: &Settings<'_>, precision: Precision) -> Result<(i64, Unit), String> {
    let (interval, unit_name) = match precision {
        Precision::Month => (settings.interval.or(Some(1)), settings.unit.or(Some("MONTHS"))),
        Precision::Day => (settings.interval.or(Some(1)), settings.unit.or(Some("DAYS"))),
        Precision::Year | Precision::Time => (settings.interval, settings.unit),
    };
    let needed = |what| format!("{what} is required where dates are not of single days or single months");
    let interval = interval.ok_or_else(|| needed("interval"))?;
    let name = unit_name.ok_or_else(|| needed("interval.unit"))?.trim();
    let upper = name.to_ascii_uppercase();
    let unit =
        upper.strip_suffix('S').and_then(unit).ok_or_else(|| format!("Unknown unit of time: {name}"))?;
    Ok((interval, unit))
}

/// A unit by its name in the singular.
fn unit(name: &str) -> Option<Unit> {
    Some(match name {
        "YEAR" => Unit::Months(12),
        "MONTH" => Unit::Months(1),
        "WEEK" => Unit::Micros(7 * DAY),
        "DAY" => Unit::Micros(DAY),
        "HOUR" => Unit::Micros(DAY / 24),
        "MINUTE" => Unit::Micros(60_000_000),
        "SECOND" => Unit::Micros(1_000_000),
        "MILLISECOND" => Unit::Micros(1_000),
        _ => return None,
    })
}

/// An instant so many units later; `None` outside of the years 1 to 9999.
fn plus(micros: i64, count: i64, unit: Unit) -> Option<i64> {
    let later = match unit {
        Unit::Micros(size) => micros.checked_add(count.checked_mul(size)?)?,
        Unit::Months(size) => {
            let (year, month, day) = civil(micros.div_euclid(DAY));
            let months = (year * 12 + i64::from(month) - 1).checked_add(count.checked_mul(size)?)?;
            let (year, month) = (months.div_euclid(12), months.rem_euclid(12) as u32 + 1);
            if !(1..=9999).contains(&year) {
                return None;
            }
            days_of(year, month, day.min(days_in(year, month)))? * DAY + micros.rem_euclid(DAY)
        }
    };
    (1..=9999).contains(&civil(later.div_euclid(DAY)).0).then_some(later)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-02-29T15:04:05Z.
    const NOW: i64 = 1_709_219_045_000_000;

    fn dates(format: &str, range: &str, interval: Option<i64>, unit: Option<&str>) -> Result<String, String> {
        let pattern = DatePattern::parse(format)?;
        let range = DateRange::read(&Settings { range, interval, unit }, &pattern, NOW)?;
        Ok(range.instants().map(|at| pattern.write(at)).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_range_goes_by_its_interval_and_includes_both_ends() {
        let cases = [
            ("yyyy-MM", "2017-01,2017-03", None, None, "2017-01 2017-02 2017-03"),
            ("yyyy-MM", "2017-01,2017-06", Some(2), Some("MONTHS"), "2017-01 2017-03 2017-05"),
            ("yyyy-MM-dd", "2024-02-28,2024-03-01", None, None, "2024-02-28 2024-02-29 2024-03-01"),
            ("yyyy-MM-dd", "2024-02-01,2024-02-20", None, Some("weeks"), "2024-02-01 2024-02-08 2024-02-15"),
            (
                "yyyyMMddHH",
                "2024022923,2024030101",
                Some(1),
                Some("HOURS"),
                "2024022923 2024030100 2024030101",
            ),
            ("yyyy", "2022,NOW", Some(1), Some(" Years "), "2022 2023 2024"),
        ];
        for (format, range, interval, unit, expected) in cases {
            assert_eq!(dates(format, range, interval, unit).as_deref(), Ok(expected), "{format} {range}");
        }
    }

    #[test]
    fn an_end_may_be_told_from_now() {
        let cases = [
            ("yyyy-MM-dd", "NOW-1DAY,NOW", "2024-02-28 2024-02-29"),
            ("yyyy-MM-dd", " NOW - 1 DAYS , NOW ", "2024-02-28 2024-02-29"),
            ("yyyy-MM", "NOW-1MONTHS,NOW+1MONTH", "2024-01 2024-02 2024-03"),
            ("yyyyMMdd", "NOW+1YEAR,20250301", "20250228 20250301"),
            ("yyyyMMdd", "NOW+9HOURS,NOW+2DAYS", "20240301 20240302"),
        ];
        for (format, range, expected) in cases {
            assert_eq!(dates(format, range, None, None).as_deref(), Ok(expected), "{range}");
        }
    }

    #[test]
    fn settings_that_mean_nothing_are_refused() {
        let cases = [
            ("yyyy-MM-dd", "2024-01-01", None, None),
            ("yyyy-MM-dd", "2024-01-01,2024-01-02,2024-01-03", None, None),
            ("yyyy-MM-dd", "2024-01-02,2024-01-01", None, None),
            ("yyyy-MM-dd", "now,2024-12-01", None, None),
            ("yyyy-MM-dd", "2024-01-01,NOW+1DECADE", None, None),
            ("yyyy-MM-dd", "2024-01-01, 2024-01-02", None, None),
            ("yyyy-MM-dd-HH", "NOW-1DAY,NOW", None, None),
            ("yyyy-MM-dd-HH", "NOW-1DAY,NOW", Some(1), None),
            ("yyyy", "2020,2024", Some(1), None),
            ("yyyy-MM-dd", "NOW-1DAY,NOW", Some(1), Some("FORTNIGHTS")),
            ("yyyy-MM-dd", "2024-01-01,NOW+99999999YEARS", None, None),
        ];
        for (format, range, interval, unit) in cases {
            assert!(dates(format, range, interval, unit).is_err(), "{format} {range}");
        }
    }
}

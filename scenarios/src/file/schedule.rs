//! `schedule:` when a batch job starts, in the notation of EventBridge Scheduler: `cron(0 * * * ? *)`, `rate(1 hour)`.
//!
//! Source: <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>. Six fields: minute, hour, day
//! of month, month, day of week (1 is Sunday), year. Not read: `L`, `W` and `#`.

use super::from_text::{FromText, deserialize_from_text};
use super::utc_time::UtcTime;

/// When something starts, in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// At every instant that all fields allow.
    Cron(Box<Cron>),
    /// Every so many microseconds after the clock's start.
    Rate(i64),
}

/// The values that each field allows, ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: Vec<u32>,
    hours: Vec<u32>,
    days: Vec<u32>,
    months: Vec<u32>,
    /// From 1, Sunday.
    weekdays: Vec<u32>,
    years: Vec<u32>,
}

const MICROS_PER_MINUTE: i64 = 60_000_000;
const MINUTES_PER_DAY: i64 = 1440;
const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Schedule {
    /// The first start after `after`, if there is one. Rates count from `origin`.
    pub fn next(&self, after: UtcTime, origin: UtcTime) -> Option<UtcTime> {
        match self {
            Self::Rate(micros) => {
                let passed = (after.0 - origin.0).div_euclid(*micros);
                Some(UtcTime(origin.0 + (passed + 1) * micros))
            }
            Self::Cron(cron) => cron.next(after),
        }
    }
}

impl Cron {
    fn next(&self, after: UtcTime) -> Option<UtcTime> {
        let first_minute = after.0.div_euclid(MICROS_PER_MINUTE) + 1;
        let first_day = first_minute.div_euclid(MINUTES_PER_DAY);
        // Leap days on a given weekday come back within 40 years.
        (first_day..first_day + 15_000).filter(|day| self.allows_day(*day)).find_map(|day| {
            let from = (first_minute - day * MINUTES_PER_DAY).max(0);
            let minutes = self
                .hours
                .iter()
                .flat_map(|hour| self.minutes.iter().map(move |minute| i64::from(hour * 60 + minute)));
            let minute = minutes.into_iter().find(|minute| *minute >= from)?;
            Some(UtcTime((day * MINUTES_PER_DAY + minute) * MICROS_PER_MINUTE))
        })
    }

    fn allows_day(&self, day: i64) -> bool {
        let (year, month, of_month) = UtcTime(day * MINUTES_PER_DAY * MICROS_PER_MINUTE).date();
        // 1970-01-01 was a Thursday.
        let weekday = (day + 4).rem_euclid(7) as u32 + 1;
        self.years.binary_search(&(year as u32)).is_ok()
            && self.months.binary_search(&(month as u32)).is_ok()
            && self.days.binary_search(&(of_month as u32)).is_ok()
            && self.weekdays.binary_search(&weekday).is_ok()
    }
}

impl FromText for Schedule {
    const EXPECTED: &'static str = "a schedule such as `cron(0 * * * ? *)` or `rate(1 hour)`";

    fn from_text(text: &str) -> Option<Self> {
        let inner = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        match (inner("cron"), inner("rate")) {
            (Some(cron), _) => Some(Self::Cron(Box::new(Self::cron(cron)?))),
            (_, Some(rate)) => Self::rate(rate),
            _ => None,
        }
    }
}

impl Schedule {
    fn rate(text: &str) -> Option<Self> {
        let (number, unit) = text.trim().split_once(' ')?;
        let minutes = match unit.trim() {
            "minute" | "minutes" => 1,
            "hour" | "hours" => 60,
            "day" | "days" => MINUTES_PER_DAY,
            _ => return None,
        };
        let number = number.parse::<u32>().ok().filter(|number| *number > 0)?;
        Some(Self::Rate(i64::from(number) * minutes * MICROS_PER_MINUTE))
    }

    fn cron(text: &str) -> Option<Cron> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let [minutes, hours, days, months, weekdays, years] = fields[..] else { return None };
        // Of the two fields that name days, one says `?`: no value of its own.
        if (days == "?") == (weekdays == "?") {
            return None;
        }
        Some(Cron {
            minutes: field(minutes, 0, 59, &[])?,
            hours: field(hours, 0, 23, &[])?,
            days: field(days, 1, 31, &[])?,
            months: field(months, 1, 12, &MONTHS)?,
            weekdays: field(weekdays, 1, 7, &WEEKDAYS)?,
            years: field(years, 1970, 2199, &[])?,
        })
    }
}

deserialize_from_text!(Schedule);

/// The values of one field: `*`, `?`, and lists of numbers, ranges and steps.
fn field(text: &str, low: u32, high: u32, names: &[&str]) -> Option<Vec<u32>> {
    let value = |text: &str| {
        let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let value = named.map(|at| at as u32 + low).or_else(|| text.parse().ok())?;
        (low..=high).contains(&value).then_some(value)
    };
    let mut allowed = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<usize>().ok().filter(|step| *step > 0)?),
            None => (part, 1),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" || range == "?" => (low, high),
            Some((from, to)) => (value(from)?, value(to)?),
            // A step from one value runs to the end.
            None if part.contains('/') => (value(range)?, high),
            None => (value(range)?, value(range)?),
        };
        allowed.extend((from..=to).step_by(step));
    }
    allowed.sort_unstable();
    allowed.dedup();
    (!allowed.is_empty()).then_some(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(schedule: &str, after: &str, count: usize) -> Vec<String> {
        let schedule = Schedule::from_text(schedule).unwrap_or_else(|| panic!("{schedule} is a schedule"));
        let origin = UtcTime::from_text(after).unwrap();
        let starts = std::iter::successors(schedule.next(origin, origin), |t| schedule.next(*t, origin));
        starts.take(count).map(|t| String::from_utf8(t.iso_millis()[..16].to_vec()).unwrap()).collect()
    }

    #[test]
    fn cron_finds_the_instants_that_all_fields_allow() {
        assert_eq!(
            starts("cron(0 * * * ? *)", "2024-07-09T22:00:00Z", 3),
            ["2024-07-09T23:00", "2024-07-10T00:00", "2024-07-10T01:00"]
        );
        assert_eq!(
            starts("cron(0/20 9-10 ? * MON-FRI *)", "2024-07-12T10:30:00Z", 3),
            ["2024-07-12T10:40", "2024-07-15T09:00", "2024-07-15T09:20"]
        );
        assert_eq!(
            starts("cron(5,35 0 29 FEB ? *)", "2024-02-29T00:10:00Z", 2),
            ["2024-02-29T00:35", "2028-02-29T00:05"]
        );
        // Sunday is 1.
        assert_eq!(starts("cron(0 12 ? * 1 *)", "2026-11-21T00:00:00Z", 1), ["2026-11-22T12:00"]);
    }

    #[test]
    fn a_cron_that_has_passed_never_starts() {
        assert_eq!(starts("cron(0 0 1 1 ? 2020)", "2024-01-01T00:00:00Z", 1), Vec::<String>::new());
    }

    #[test]
    fn rates_count_from_the_start_of_the_clock() {
        assert_eq!(
            starts("rate(90 minutes)", "2024-07-09T22:10:00Z", 2),
            ["2024-07-09T23:40", "2024-07-10T01:10"]
        );
    }

    #[test]
    fn other_notations_are_refused() {
        for text in [
            "",
            "0 * * * ? *",
            "cron(0 * * * *)",
            "cron(0 * * * * *)",
            "cron(60 * * * ? *)",
            "cron(0 * L * ? *)",
            "cron(0 * ? * 6#3 *)",
            "cron(0/0 * * * ? *)",
            "rate(0 hours)",
            "rate(1 week)",
            "rate(1h)",
        ] {
            assert_eq!(Schedule::from_text(text), None, "{text}");
        }
    }
}

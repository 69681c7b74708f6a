//! The calendar: day numbers as dates, instants as text.
//!
//! Text is as Spark shows it: `2026-01-05 10:00:00`, with a fraction only where there is one, years beyond 9999 with
//! a plus sign. Source: `TimestampFormatter.getFractionFormatter`, `DateFormatter`.

use crate::decode::Zone;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// A day of the proleptic Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year; there is a year 0.
    pub year: i64,
    /// Month, from 1.
    pub month: u32,
    /// Day of the month, from 1.
    pub day: u32,
}

impl Date {
    /// The date of a day number (days since 1970-01-01), by counting in eras of 400 years that start in March.
    pub fn from_days(days: i64) -> Date {
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Date { year, month: month as u32, day: day as u32 }
    }

    /// Days since 1970-01-01. The date must exist.
    pub fn days(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let shifted_month = i64::from((self.month + 9) % 12);
        let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// The last day of the date's month.
    pub fn last_of_month(self) -> Date {
        Date { day: self.days_in_month(), ..self }
    }

    /// The date this many months later; the day is cut to the length of the month.
    pub fn plus_months(self, months: i64) -> Date {
        let count = self.year * 12 + i64::from(self.month) - 1 + months;
        let first = Date { year: count.div_euclid(12), month: count.rem_euclid(12) as u32 + 1, day: 1 };
        Date { day: self.day.min(first.days_in_month()), ..first }
    }

    /// Number of the day in its year, from 1.
    pub fn day_of_year(self) -> i64 {
        self.days() - Date { month: 1, day: 1, ..self }.days() + 1
    }

    fn days_in_month(self) -> u32 {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        match self.month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }
}

/// A reading of a clock on the wall: microseconds since 1970-01-01 00:00, without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Microseconds since 1970-01-01 00:00 by the clock.
    pub micros: i64,
}

impl Reading {
    /// What the clocks of a zone show at an instant, in microseconds since the epoch.
    pub fn at(instant_micros: i64, zone: &dyn Zone) -> Reading {
        let offset = i64::from(zone.offset_at(instant_micros)) * MICROS_PER_SECOND;
        Reading { micros: instant_micros.saturating_add(offset) }
    }

    /// The instant at which the clocks of a zone show this, in microseconds since the epoch.
    pub fn instant(self, zone: &dyn Zone) -> i64 {
        self.micros.saturating_sub(i64::from(zone.offset_of_local(self.micros)) * MICROS_PER_SECOND)
    }

    /// Days since 1970-01-01.
    pub fn day_number(self) -> i64 {
        self.micros.div_euclid(MICROS_PER_DAY)
    }

    /// The date.
    pub fn date(self) -> Date {
        Date::from_days(self.day_number())
    }

    /// Microseconds since midnight.
    pub fn micros_of_day(self) -> i64 {
        self.micros.rem_euclid(MICROS_PER_DAY)
    }

    /// Seconds since midnight.
    pub fn second_of_day(self) -> i64 {
        self.micros_of_day() / MICROS_PER_SECOND
    }
}

/// Midnight of a day in a zone, in microseconds since the epoch.
pub fn start_of_day(days: i32, zone: &dyn Zone) -> i64 {
    Reading { micros: i64::from(days).saturating_mul(MICROS_PER_DAY) }.instant(zone)
}

/// An instant in microseconds since the epoch, in UTC (`cast(timestamp as string)`).
pub fn timestamp_text(micros: i64) -> String {
    reading_text(Reading { micros })
}

/// A clock reading as text.
pub fn reading_text(reading: Reading) -> String {
    let seconds = reading.second_of_day();
    let fraction = reading.micros_of_day() % MICROS_PER_SECOND;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let text = format!("{} {hour:02}:{minute:02}:{second:02}", date_text(reading.date()));
    match fraction {
        0 => text,
        _ => format!("{text}.{}", format!("{fraction:06}").trim_end_matches('0')),
    }
}

/// A date as text.
pub fn date_text(date: Date) -> String {
    format!("{}-{:02}-{:02}", year_text(date.year, 4), date.month, date.day)
}

/// A year padded to a width; one that exceeds it gets its sign (`SignStyle.EXCEEDS_PAD`).
pub fn year_text(year: i64, width: usize) -> String {
    let digits = format!("{:0width$}", year.unsigned_abs());
    match year < 0 {
        true => format!("-{digits}"),
        false if digits.len() > width => format!("+{digits}"),
        false => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn instants_read_as_spark_writes_them() {
        assert_eq!(timestamp_text(0), "1970-01-01 00:00:00");
        assert_eq!(timestamp_text(-1), "1969-12-31 23:59:59.999999");
        assert_eq!(timestamp_text(1_709_251_199_500_000), "2024-02-29 23:59:59.5");
        assert_eq!(timestamp_text(253_402_300_800_000_000), "+10000-01-01 00:00:00");
    }

    #[test]
    fn months_are_cut_to_their_length() {
        let end = Date { year: 2024, month: 1, day: 31 };
        assert_eq!(end.plus_months(1), Date { year: 2024, month: 2, day: 29 });
        assert_eq!(end.plus_months(-2), Date { year: 2023, month: 11, day: 30 });
        assert_eq!(end.plus_months(1).last_of_month().day_of_year(), 60);
    }

    proptest! {
        #[test]
        fn day_numbers_and_dates_are_one_to_one(days in -200_000_000i64..200_000_000) {
            let date = Date::from_days(days);
            prop_assert_eq!(date.days(), days);
            prop_assert!(date < Date::from_days(days + 1));
        }
    }
}

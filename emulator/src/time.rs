//! Points in time as AWS sees them: milliseconds since 1970-01-01 UTC.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::codec::cbor;

/// Milliseconds since 1970-01-01T00:00:00Z; the only time there is here.
///
/// In AWS JSON 1.1 a timestamp is a number of seconds with a fraction, in AWS CBOR 1.1 tagged milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch; 0 for times before it, which AWS has no form for.
    pub const fn as_secs(self) -> u64 {
        if self.0 < 0 { 0 } else { self.0 as u64 / 1000 }
    }

    /// This time moved by `millis`, saturating.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this time; negative when `earlier` is later.
    pub const fn millis_since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Year, month (1–12), day (1–31), hour and minute in UTC.
    pub(crate) fn utc_minute(self) -> (i64, i64, i64, i64, i64) {
        let minutes = self.0.div_euclid(60_000);
        let (year, month, day) = civil_date(minutes.div_euclid(1440));
        let minute_of_day = minutes.rem_euclid(1440);
        (year, month, day, minute_of_day / 60, minute_of_day % 60)
    }

    /// As Java's `Date.toString` prints it in UTC: `Thu Jan 22 01:22:02 UTC 2015`.
    pub(crate) fn java_date(self) -> String {
        const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let secs = self.0.div_euclid(1000);
        let (year, month, day, hour, minute) = self.utc_minute();
        let weekday = WEEKDAYS[secs.div_euclid(86_400).rem_euclid(7) as usize];
        let month = MONTHS[month as usize - 1];
        let second = secs.rem_euclid(60);
        format!("{weekday} {month} {day:02} {hour:02}:{minute:02}:{second:02} UTC {year}")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match serializer.is_human_readable() {
            true => serializer.serialize_f64(self.0 as f64 / 1000.0),
            false => cbor::serialize_millis(self.0, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(SecondsVisitor);
        }
        let refusal = || de::Error::invalid_type(de::Unexpected::Str(""), &SecondsVisitor);
        cbor::deserialize_millis(deserializer)?.map(Timestamp).ok_or_else(refusal)
    }
}

struct SecondsVisitor;

impl Visitor<'_> for SecondsVisitor {
    type Value = Timestamp;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a Timestamp")
    }

    fn visit_i64<E: de::Error>(self, secs: i64) -> Result<Timestamp, E> {
        Ok(Timestamp(secs.saturating_mul(1000)))
    }

    fn visit_u64<E: de::Error>(self, secs: u64) -> Result<Timestamp, E> {
        self.visit_i64(i64::try_from(secs).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: de::Error>(self, secs: f64) -> Result<Timestamp, E> {
        // A float-to-integer cast saturates, so no number of seconds is out of range.
        Ok(Timestamp((secs * 1000.0).round() as i64))
    }
}

/// Year, month (1–12) and day (1–31) of a day counted from 1970-01-01, in the proleptic
/// Gregorian calendar. Years are counted from March so that the leap day is the last of its year.
pub(crate) fn civil_date(days: i64) -> (i64, i64, i64) {
    const DAYS_TO_1970_FROM_MARCH_OF_YEAR_0: i64 = 719_468;
    const DAYS_IN_400_YEARS: i64 = 146_097;
    let days = days + DAYS_TO_1970_FROM_MARCH_OF_YEAR_0;
    let era = days.div_euclid(DAYS_IN_400_YEARS);
    let day_of_era = days.rem_euclid(DAYS_IN_400_YEARS);
    let leap_days = day_of_era / 1460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn java_date_matches_the_form_aws_prints() {
        let cases = [
            (0, "Thu Jan 01 00:00:00 UTC 1970"),
            (1_421_889_722_000, "Thu Jan 22 01:22:02 UTC 2015"),
            (951_782_400_000, "Tue Feb 29 00:00:00 UTC 2000"),
            (1_709_251_199_999, "Thu Feb 29 23:59:59 UTC 2024"),
            (-1000, "Wed Dec 31 23:59:59 UTC 1969"),
        ];
        for (millis, text) in cases {
            assert_eq!(Timestamp(millis).java_date(), text);
        }
    }

    #[test]
    fn civil_dates_follow_each_other_for_800_years() {
        let mut previous = civil_date(-150_000);
        for days in -149_999..150_000 {
            let next = civil_date(days);
            let (year, month, day) = previous;
            let follows =
                next == (year, month, day + 1) || next == (year, month + 1, 1) || next == (year + 1, 1, 1);
            assert!(follows, "{previous:?} {next:?}");
            assert!(next.2 <= 31);
            previous = next;
        }
    }

    #[test]
    fn wire_form_is_seconds_with_a_fraction() {
        let text = serde_json::to_string(&Timestamp(1_700_000_000_123)).unwrap();
        assert_eq!(text, "1700000000.123");
        for (text, millis) in [("1700000000.123", 1_700_000_000_123), ("5", 5000), ("1.5E3", 1_500_000)] {
            let timestamp: Timestamp = serde_json::from_str(text).unwrap();
            assert_eq!(timestamp, Timestamp(millis));
        }
    }
}

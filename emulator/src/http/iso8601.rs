//! Instants and durations as text: `2026-01-05T10:00:00.5Z`, `20260105T100000Z`, `1h30m`.
//!
//! Source: ISO 8601-1:2019, extended and basic format.

use crate::time::{Timestamp, civil_date};

const DAY_MS: i64 = 86_400_000;

/// `2026-01-05T10:00:00Z`, with milliseconds where there are some.
pub(super) fn extended(time: Timestamp) -> String {
    let (year, month, day) = civil_date(time.as_millis().div_euclid(DAY_MS));
    let (hour, minute, second) = clock_face(time);
    let whole = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    match time.as_millis().rem_euclid(1000) {
        0 => whole + "Z",
        millis => format!("{whole}.{millis:03}Z"),
    }
}

/// `20260105T100000Z`, as signatures carry it.
pub(super) fn basic(time: Timestamp) -> String {
    let (year, month, day) = civil_date(time.as_millis().div_euclid(DAY_MS));
    let (hour, minute, second) = clock_face(time);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// Reads an instant in extended format: in UTC (`Z`) or with an offset (`+01:00`), seconds with a fraction or without.
pub(super) fn parse_extended(text: &str) -> Option<Timestamp> {
    let mut cursor = Cursor(text.as_bytes());
    let year = cursor.digits(4)?;
    cursor.one(b"-")?;
    let month = cursor.digits(2)?;
    cursor.one(b"-")?;
    let day = cursor.digits(2)?;
    cursor.one(b"Tt ")?;
    let hour = cursor.digits(2)?;
    cursor.one(b":")?;
    let minute = cursor.digits(2)?;
    cursor.one(b":")?;
    let second = cursor.digits(2)?;
    let millis = if cursor.one(b".").is_some() { cursor.fraction_ms()? } else { 0 };
    let offset_minutes = cursor.offset_minutes()?;
    let time = instant([year, month, day], [hour, minute, second])?;
    cursor.0.is_empty().then_some(time.plus_millis(millis - offset_minutes * 60_000))
}

/// Reads an instant in basic format, `20260105T100000Z`.
pub(super) fn parse_basic(text: &str) -> Option<Timestamp> {
    let mut cursor = Cursor(text.as_bytes());
    let date = [cursor.digits(4)?, cursor.digits(2)?, cursor.digits(2)?];
    cursor.one(b"T")?;
    let time = [cursor.digits(2)?, cursor.digits(2)?, cursor.digits(2)?];
    cursor.one(b"Z")?;
    cursor.0.is_empty().then(|| instant(date, time))?
}

/// Reads a duration such as `10m`, `1h30m`, `500ms` or `2d`, in milliseconds.
pub(super) fn parse_duration_ms(text: &str) -> Option<i64> {
    const UNITS: [(&str, i64); 5] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", DAY_MS)];
    let (mut total, mut rest) = (0_i64, text);
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let letters = rest[digits..].bytes().take_while(u8::is_ascii_alphabetic).count();
        let number: i64 = rest[..digits].parse().ok()?;
        let (_, unit_ms) = UNITS.iter().find(|(name, _)| *name == &rest[digits..digits + letters])?;
        total = total.checked_add(number.checked_mul(*unit_ms)?)?;
        rest = &rest[digits + letters..];
        if rest.is_empty() {
            return Some(total);
        }
    }
}

fn clock_face(time: Timestamp) -> (i64, i64, i64) {
    let second = time.as_millis().div_euclid(1000).rem_euclid(86_400);
    (second / 3600, second / 60 % 60, second % 60)
}

/// A date and a time of day in UTC, where they exist.
pub(super) fn instant([year, month, day]: [i64; 3], [hour, minute, second]: [i64; 3]) -> Option<Timestamp> {
    let days = day_number(year, month, day)?;
    let in_range = hour < 24 && minute < 60 && second < 60;
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second;
    in_range.then(|| Timestamp::from_millis(seconds * 1000))
}

/// Days from 1970-01-01 to a date that exists: [`civil_date`] turned round.
fn day_number(year: i64, month: i64, day: i64) -> Option<i64> {
    let year_from_march = year - i64::from(month <= 2);
    let (era, year_of_era) = (year_from_march.div_euclid(400), year_from_march.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    (civil_date(days) == (year, month, day)).then_some(days)
}

/// What is left to read.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits
            .iter()
            .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
    }

    fn one(&mut self, of: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        of.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// Digits behind a decimal point; what is finer than milliseconds is dropped.
    fn fraction_ms(&mut self) -> Option<i64> {
        let (mut millis, mut place, mut found) = (0, 100, false);
        while let Some(digit) = self.one(b"0123456789") {
            millis += i64::from(digit - b'0') * place;
            place /= 10;
            found = true;
        }
        found.then_some(millis)
    }

    fn offset_minutes(&mut self) -> Option<i64> {
        let sign = match self.one(b"Zz+-")? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = self.digits(2)?;
        self.one(b":")?;
        Some(sign * (hours * 60 + self.digits(2)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn instants_are_read_in_either_format() {
        let millis = |text| parse_extended(text).map(Timestamp::as_millis);
        assert_eq!(millis("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(millis("2024-02-29T23:59:59.9996Z"), Some(1_709_251_199_999));
        assert_eq!(millis("1970-01-01T01:00:00.5+01:00"), Some(500));
        assert_eq!(parse_basic("20150830T123600Z"), Some(Timestamp::from_millis(1_440_938_160_000)));
        for wrong in ["", "2023-02-29T00:00:00Z", "1970-01-01", "1970-01-01T24:00:00Z", "1970-01-01T00:00:00"]
        {
            assert_eq!(millis(wrong), None, "{wrong}");
        }
        assert_eq!(millis("1970-01-01T00:00:00Z "), None);
        assert_eq!(parse_basic("2015-08-30T12:36:00Z"), None);
    }

    #[test]
    fn durations_are_sums_of_units() {
        let cases = [("10m", 600_000), ("1h30m", 5_400_000), ("500ms", 500), ("2d", 172_800_000), ("0s", 0)];
        for (text, millis) in cases {
            assert_eq!(parse_duration_ms(text), Some(millis), "{text}");
        }
        for wrong in ["", "10", "m", "-1s", "1.5h", "10 m", "99999999999999d", "1µs"] {
            assert_eq!(parse_duration_ms(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn printing_and_reading_are_inverse(millis in -30_000_000_000_000_i64..200_000_000_000_000) {
            let time = Timestamp::from_millis(millis);
            prop_assert_eq!(parse_extended(&extended(time)), Some(time));
            let whole = Timestamp::from_millis(millis.div_euclid(1000) * 1000);
            prop_assert_eq!(parse_basic(&basic(time)), Some(whole));
        }
    }
}

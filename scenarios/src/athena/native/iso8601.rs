//! ISO 8601: `2020-05-11T11:15:05.055+01:00`, `2020-W10`, `2020-123`.
//!
//! Source: Joda-Time's `ISODateTimeFormat.dateTimeParser` and `dateElementParser`, which Trino's functions use.

use super::super::text_form::{date_text, days_of, timestamp_text};
use super::super::zone::Zone;
use super::calendar::{DAY, HOUR, MINUTE, SECOND};
use super::time_parse::malformed;
use super::time_print::iso_week;
use super::{Answer, Failure};

/// A text being read.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn takes(&mut self, signs: &[u8]) -> bool {
        let found = self.peek().is_some_and(|c| signs.contains(&c));
        self.at += usize::from(found);
        found
    }

    fn digits(&self) -> usize {
        self.text.as_bytes()[self.at..].iter().take_while(|c| c.is_ascii_digit()).count()
    }

    fn number(&mut self, most: usize, range: (i64, i64)) -> Option<i64> {
        let length = self.digits().min(most);
        let number = self.text[self.at..self.at + length].parse().ok()?;
        if !(range.0..=range.1).contains(&number) {
            return None;
        }
        self.at += length;
        Some(number)
    }

    /// Days since 1970.
    fn date(&mut self) -> Option<i64> {
        let sign = if self.takes(b"-") { -1 } else { 1 };
        if sign == 1 {
            self.takes(b"+");
        }
        let year = sign * self.number(9, (0, 290_000))?;
        if !self.takes(b"-") {
            return days_of(year, 1, 1);
        }
        if self.takes(b"W") {
            return self.week(year);
        }
        if self.digits() == 3 {
            let last = if days_of(year, 2, 29).is_some() { 366 } else { 365 };
            return Some(days_of(year, 1, 1)? + self.number(3, (1, last))? - 1);
        }
        let month = self.number(2, (1, 12))? as u32;
        let start = self.at;
        let day = if self.takes(b"-") { self.number(2, (1, 31))? } else { 1 };
        let days = days_of(year, month, day as u32);
        if days.is_none() {
            self.at = start;
        }
        days
    }

    fn week(&mut self, year: i64) -> Option<i64> {
        let fourth = days_of(year, 1, 4)?;
        let last = iso_week(days_of(year, 12, 28)?).1;
        let week = self.number(2, (1, last))?;
        let day = if self.takes(b"-") { self.number(1, (1, 7))? } else { 1 };
        Some(fourth - (fourth + 3).rem_euclid(7) + (week - 1) * 7 + day - 1)
    }

    /// Microseconds since midnight, in whole milliseconds.
    fn time(&mut self) -> Option<i64> {
        let mut micros = self.number(2, (0, 23))? * HOUR;
        for (unit, above) in [(MINUTE, HOUR), (SECOND, MINUTE)] {
            if self.takes(b".,") {
                return Some(micros + self.fraction(above)?);
            }
            if !self.takes(b":") {
                return Some(micros);
            }
            micros += self.number(2, (0, 59))? * unit;
        }
        if self.takes(b".,") {
            micros += self.fraction(SECOND)?;
        }
        Some(micros)
    }

    fn fraction(&mut self, unit: i64) -> Option<i64> {
        let length = self.digits();
        let digits = &self.text[self.at..self.at + length.min(9)];
        let number: i64 = digits.parse().ok()?;
        self.at += length;
        let micros = i128::from(number) * i128::from(unit) / 10_i128.pow(digits.len() as u32);
        Some(micros as i64 / 1_000 * 1_000)
    }

    /// `Z` or `+01:00`; UTC where nothing stands.
    fn zone(&mut self) -> Option<Zone> {
        if self.takes(b"Z") {
            return Some(Zone::Offset(0));
        }
        let sign = match self.peek() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Some(Zone::Offset(0)),
        };
        self.at += 1;
        let hours = self.number(2, (0, 23))? as i32;
        self.takes(b":");
        let minutes = if self.digits() >= 2 { self.number(2, (0, 59))? as i32 } else { 0 };
        Some(Zone::Offset(sign * (hours * 60 + minutes)))
    }

    fn done<T>(&self, value: Option<T>) -> Result<T, Failure> {
        value.filter(|_| self.at == self.text.len()).ok_or_else(|| malformed(self.text, self.at))
    }
}

/// A day since 1970.
pub fn date(text: &str) -> Answer<i32> {
    let mut reader = Reader { text, at: 0 };
    let days = reader.date();
    Ok(i32::try_from(reader.done(days)?).ok())
}

/// An instant, and the offset in the text.
pub fn timestamp(text: &str) -> Answer<(i64, String)> {
    let mut reader = Reader { text, at: 0 };
    let found = read_timestamp(&mut reader);
    let (local, zone) = reader.done(found)?;
    Ok(Some((zone.utc(local), zone.name())))
}

fn read_timestamp(reader: &mut Reader<'_>) -> Option<(i64, Zone)> {
    let days = if reader.peek() == Some(b'T') { 0 } else { reader.date()? };
    let mut micros = days.checked_mul(DAY)?;
    if !reader.takes(b"T") {
        return Some((micros, Zone::Offset(0)));
    }
    if reader.digits() > 0 {
        micros += reader.time()?;
    }
    Some((micros, reader.zone()?))
}

/// `2024-01-31T10:00:00.000+02:00`, or `Z` at Greenwich.
pub fn text(utc: i64, zone: &str, digits: u8) -> String {
    let zone = Zone::parse(zone).unwrap_or(Zone::Offset(0));
    let offset = match zone.offset_seconds(utc) {
        0 => "Z".to_owned(),
        seconds => super::time_print::offset(seconds, true),
    };
    let local = zone.local(utc);
    let length = date_text(local.div_euclid(DAY)).len();
    let text = timestamp_text(local, digits);
    format!("{}T{}{offset}", &text[..length], &text[length + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_and_days_of_the_year_are_dates() {
        let shown = |text: &str| date_text(date(text).unwrap().unwrap().into());
        assert_eq!(shown("2020-W10"), "2020-03-02");
        assert_eq!(shown("2020-W10-7"), "2020-03-08");
        assert_eq!(shown("2020-123"), "2020-05-02");
        assert_eq!(shown("2020-02"), "2020-02-01");
        for text in ["", "2023-366", "2020-13", "2023-02-29", "2020-05-11T00:00", "2021-W53"] {
            assert!(date(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_offset_is_kept_as_a_zone() {
        let (utc, zone) = timestamp("2020-05-11T11:15:05.055+01:00").unwrap().unwrap();
        assert_eq!(text(utc, &zone, 3), "2020-05-11T11:15:05.055+01:00");
        assert_eq!(timestamp("1970-01-01T01:30Z").unwrap().unwrap(), (90 * MINUTE, "UTC".to_owned()));
        assert!(timestamp("11.05.2020").is_err());
        assert!(timestamp("2020-05-11 11:15").is_err());
    }
}

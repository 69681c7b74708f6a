//! Instants in UTC: read from RFC 3339, kept as microseconds, written back without allocation.

use super::from_text::{FromText, deserialize_from_text};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UtcTime(pub i64);

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A date and a time of day, as printed.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    micros: i64,
}

impl UtcTime {
    /// `2026-01-05T10:00:00.123Z`: 24 bytes for the years 0 to 9999, milliseconds cut off, not rounded.
    pub fn iso_millis(self) -> [u8; 24] {
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let civil = self.civil();
        put(&mut text[0..4], civil.year);
        put(&mut text[5..7], civil.month);
        put(&mut text[8..10], civil.day);
        put(&mut text[11..13], civil.hour);
        put(&mut text[14..16], civil.minute);
        put(&mut text[17..19], civil.second);
        put(&mut text[20..23], civil.micros / 1000);
        text
    }

    /// Year, month and day, both from 1.
    pub fn date(self) -> (i64, i64, i64) {
        let civil = self.civil();
        (civil.year, civil.month, civil.day)
    }

    /// `2026-01-05 10:00:00.5`: the fraction as far as there is one.
    pub fn plain(self) -> String {
        let civil = self.civil();
        let fraction = match civil.micros {
            0 => String::new(),
            micros => format!(".{micros:06}").trim_end_matches('0').to_owned(),
        };
        let Civil { year, month, day, hour, minute, second, .. } = civil;
        format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{fraction}")
    }

    /// The time of day alone if it is on the same day as `other`, else all of it.
    pub fn beside(self, other: UtcTime) -> String {
        let plain = self.plain();
        match self.date() == other.date() {
            true => plain[11..].to_owned(),
            false => plain,
        }
    }

    /// The proleptic Gregorian date, by the era arithmetic of Howard Hinnant's "chrono-compatible low-level date
    /// algorithms": years begin in March, so that the leap day is the last of its year.
    fn civil(self) -> Civil {
        let (days, of_day) = (self.0.div_euclid(MICROS_PER_DAY), self.0.rem_euclid(MICROS_PER_DAY));
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let seconds = of_day / 1_000_000;
        Civil {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * march_month + 2) / 5 + 1,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            micros: of_day % 1_000_000,
        }
    }

    fn from_civil(civil: &Civil) -> Self {
        let year = civil.year - i64::from(civil.month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let march_month = (civil.month + 9) % 12;
        let day_of_year = (153 * march_month + 2) / 5 + civil.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468;
        let seconds = civil.hour * 3600 + civil.minute * 60 + civil.second;
        Self(days * MICROS_PER_DAY + seconds * 1_000_000 + civil.micros)
    }
}

impl FromText for UtcTime {
    const EXPECTED: &'static str = "an instant in UTC such as `2026-01-05T10:00:00Z`";

    fn from_text(text: &str) -> Option<Self> {
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
        let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
        let fraction_fits = (1..=6).contains(&fraction.len()) && fraction.bytes().all(|b| b.is_ascii_digit());
        let micros = if fraction_fits { format!("{fraction:0<6}").parse().ok()? } else { return None };
        let civil = Civil { year, month, day, hour, minute, second, micros };
        let time_fits = hour < 24 && minute < 60 && second < 60;
        let instant = Self::from_civil(&civil);
        // Impossible dates such as February 30 come back as another date.
        let back = instant.civil();
        let date_fits = (back.year, back.month, back.day) == (year, month, day);
        (time_fits && date_fits).then_some(instant)
    }
}

deserialize_from_text!(UtcTime);

/// Three numbers of fixed width with a separator between them.
fn numbers(text: &str, separator: char, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(separator);
    let mut found = [0; 3];
    for (number, width) in found.iter_mut().zip(widths) {
        let part = parts.next().filter(|part| part.len() == width)?;
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        *number = if digits { part.parse().ok()? } else { return None };
    }
    parts.next().is_none().then_some(found)
}

/// Writes a number into a field of digits, padded with zeros.
fn put(field: &mut [u8], mut number: i64) {
    for digit in field.iter_mut().rev() {
        *digit = b'0' + number.rem_euclid(10) as u8;
        number = number.div_euclid(10);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_instants_have_their_known_numbers() {
        let seconds = |text| UtcTime::from_text(text).map(|time| time.0 as f64 / 1e6);
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0.0));
        assert_eq!(seconds("2026-01-05T10:00:00Z"), Some(1_767_607_200.0));
        assert_eq!(seconds("2024-02-29T23:59:59.5Z"), Some(1_709_251_199.5));
        assert_eq!(seconds("1969-12-31T23:59:59Z"), Some(-1.0));
    }

    #[test]
    fn impossible_or_zoned_instants_are_refused() {
        for text in [
            "2026-02-30T00:00:00Z",
            "2026-01-05T24:00:00Z",
            "2026-01-05T10:00:00+01:00",
            "2026-01-05 10:00:00Z",
            "2026-1-5T10:00:00Z",
            "2026-01-05T10:00Z",
            "2026-13-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "10s",
            "",
            "2026-01-05T10:00:00.Z",
            "2026-01-05T10:00:00.1234567Z",
            "+026-01-05T10:00:00Z",
        ] {
            assert_eq!(UtcTime::from_text(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn printing_and_reading_are_inverse_to_the_millisecond(millis in -62_135_596_800_000i64..253_402_300_800_000) {
            let time = UtcTime(millis * 1000);
            let text = String::from_utf8(time.iso_millis().to_vec()).expect("digits are ASCII");
            prop_assert_eq!(UtcTime::from_text(&text), Some(time));
        }
    }
}

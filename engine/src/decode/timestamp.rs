//! Text to TIMESTAMP, TIMESTAMP_NTZ and DATE, as Spark's casts and its JSON reader do it.
//!
//! Accepted: `[+-]yyyy[-[m]m[-[d]d]]`, then after a blank or `T` `[h]h[:[m]m[:[s]s[.fraction]]]` and a
//! zone; a time alone is read as of today. Fractions are cut to microseconds. Blanks around are ignored.
//!
//! Source: `SparkDateTimeUtils.parseTimestampString`, `.stringToTimestamp`, `.stringToDate`.

use super::zone::{Zone, zone_of};
use chrono::{Datelike, NaiveDate};

const MICROS_PER_SECOND: i128 = 1_000_000;
const MICROS_PER_DAY: i128 = 86_400 * MICROS_PER_SECOND;

/// The parts of a timestamp text.
struct Parts<'a> {
    year: i32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    micros: u32,
    zone: Option<&'a str>,
    /// The text has no date.
    time_only: bool,
}

/// Microseconds since the epoch, or `None` where Spark's cast gives null.
///
/// `zone` is the session's zone, `now_micros` the instant whose date a bare time belongs to.
pub fn parse_timestamp(text: &str, zone: &dyn Zone, now_micros: i64) -> Option<i64> {
    let parts = split(text)?;
    let named = match parts.zone {
        Some(id) => Some(zone_of(trim_java(id))?),
        None => None,
    };
    let zone = named.as_deref().unwrap_or(zone);
    let days = match parts.time_only {
        true => today(zone, now_micros),
        false => days(parts.year, parts.month, parts.day)?,
    };
    let local = local_micros(days, &parts)?;
    let nearest = local.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
    let offset = i128::from(zone.offset_of_local(nearest));
    i64::try_from(local - offset * MICROS_PER_SECOND).ok()
}

/// Microseconds since 1970-01-01 00:00 on the wall clock; null when the text has a zone or no date.
pub fn parse_timestamp_ntz(text: &str) -> Option<i64> {
    let parts = split(text)?;
    if parts.time_only || parts.zone.is_some() {
        return None;
    }
    let days = days(parts.year, parts.month, parts.day)?;
    i64::try_from(local_micros(days, &parts)?).ok()
}

/// The same for a cast, which leaves out what the text says of a zone.
pub fn parse_timestamp_ntz_of_any_zone(text: &str) -> Option<i64> {
    let parts = split(text)?;
    if parts.time_only {
        return None;
    }
    let days = days(parts.year, parts.month, parts.day)?;
    i64::try_from(local_micros(days, &parts)?).ok()
}

/// Days since the epoch; whatever follows a blank or `T` after a whole date is ignored.
pub fn parse_date(text: &str) -> Option<i32> {
    let text = trim_spark(text.as_bytes());
    let (sign, text) = match text.first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let end = text.iter().position(|b| *b == b' ' || *b == b'T');
    let mut parts = [1u32; 3];
    let date = &text[..end.unwrap_or(text.len())];
    let count = date.split(|b| *b == b'-').count();
    if count > 3 || (end.is_some() && count < 3) {
        return None;
    }
    for (at, digits) in date.split(|b| *b == b'-').enumerate() {
        let wanted = if at == 0 { 4..=7 } else { 1..=2 };
        if !wanted.contains(&digits.len()) {
            return None;
        }
        parts[at] = number(digits)?;
    }
    days(sign * parts[0] as i32, parts[1], parts[2])
}

/// What Spark's JSON reader tries when [`parse_date`] gives nothing: a number of days.
///
/// The number was written by versions that counted in the Julian calendar before 1582-10-15.
/// Source: `JacksonParser`, `RebaseDateTime.rebaseJulianToGregorianDays`.
pub(super) fn parse_day_number(text: &str) -> Option<i32> {
    /// 1582-10-15, the first day of the Gregorian calendar.
    const GREGORIAN_START: i32 = -141_427;
    let number: i32 = text.parse().ok()?;
    match number < GREGORIAN_START {
        true => julian_as_gregorian(number),
        false => Some(number),
    }
}

/// Whether Spark 2's lenient formatter reads the start of the text as `yyyy-MM-dd HH:mm:ss`.
///
/// Spark refuses to choose when only that formatter does, and the query fails.
/// Source: `DateTimeFormatterHelper.checkParsedDiff`, `FastDateParser`.
pub(super) fn legacy_reads_timestamp(text: &str) -> bool {
    legacy_numbers(text, [b'-', b'-', b' ', b':', b':', 0]).is_some_and(|n| {
        let seconds = (n[3] * 60 + n[4]) * 60 + n[5];
        i64::try_from(lenient_days(n[0], n[1], n[2]) * MICROS_PER_DAY + seconds * MICROS_PER_SECOND).is_ok()
    })
}

/// Whether Spark 2's lenient formatter reads the start of the text as `yyyy-MM-dd`.
pub(super) fn legacy_reads_date(text: &str) -> bool {
    legacy_numbers(text, [b'-', b'-', 0])
        .is_some_and(|n| i32::try_from(lenient_days(n[0], n[1], n[2])).is_ok())
}

/// Splits a timestamp text; digits are counted and zones are cut out, but ranges are not checked.
fn split(text: &str) -> Option<Parts<'_>> {
    let bytes = trim_spark(text.as_bytes());
    let text = std::str::from_utf8(bytes).expect("only ASCII bytes were trimmed");
    let mut scan = Scan { bytes, at: 0 };
    let mut parts = Parts {
        year: 1,
        month: 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
        micros: 0,
        zone: None,
        time_only: false,
    };
    let sign = scan.sign();
    let hour_first = || bytes.iter().find(|b| !b.is_ascii_digit()) == Some(&b':');
    if sign.is_none() && (scan.take(b'T') || hour_first()) {
        parts.time_only = true;
        parts.hour = scan.number(1..=2)?;
    } else {
        parts.year = sign.unwrap_or(1) * scan.number(4..=6)? as i32;
        if !scan.date_rest(&mut parts)? {
            return Some(parts);
        }
        parts.hour = scan.number(1..=2)?;
    }
    scan.time_rest(&mut parts)?;
    if !scan.done() {
        parts.zone = Some(&text[scan.at..]);
    }
    Some(parts)
}

/// A walk over the bytes of a timestamp text.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn done(&self) -> bool {
        self.at == self.bytes.len()
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.bytes.get(self.at) == Some(&wanted);
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self) -> Option<i32> {
        if self.take(b'-') { Some(-1) } else { self.take(b'+').then_some(1) }
    }

    fn digits(&mut self) -> &[u8] {
        let rest = &self.bytes[self.at..];
        let len = rest.iter().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
        self.at += len;
        &rest[..len]
    }

    fn number(&mut self, lengths: std::ops::RangeInclusive<usize>) -> Option<u32> {
        let digits = self.digits();
        lengths.contains(&digits.len()).then(|| number(digits))?
    }

    /// Month, day and the blank before the time; false when the text ends before a time.
    fn date_rest(&mut self, parts: &mut Parts<'_>) -> Option<bool> {
        for part in [&mut parts.month, &mut parts.day] {
            if self.done() {
                return Some(false);
            }
            if !self.take(b'-') {
                return None;
            }
            *part = self.number(1..=2)?;
        }
        if self.done() {
            return Some(false);
        }
        (self.take(b' ') || self.take(b'T')).then_some(true)
    }

    /// Minute, second and fraction, as far as the text has them.
    fn time_rest(&mut self, parts: &mut Parts<'_>) -> Option<()> {
        for part in [&mut parts.minute, &mut parts.second] {
            if self.done() {
                return Some(());
            }
            if !self.take(b':') {
                return None;
            }
            *part = self.number(1..=2)?;
        }
        if self.take(b'.') {
            parts.micros = self.fraction();
        }
        Some(())
    }

    /// Up to six digits as microseconds; further digits are dropped.
    fn fraction(&mut self) -> u32 {
        let digits = self.digits();
        (0..6).fold(0, |sum, at| sum * 10 + digits.get(at).map_or(0, |b| u32::from(b - b'0')))
    }
}

/// `String.trim` of Java: everything up to the blank.
fn trim_java(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}

/// `UTF8String.trimAll`: white space and ISO control bytes.
fn trim_spark(text: &[u8]) -> &[u8] {
    let blank = |b: &u8| *b <= b' ' || *b == 0x7f;
    let start = text.iter().position(|b| !blank(b)).unwrap_or(text.len());
    let end = text.iter().rposition(|b| !blank(b)).map_or(start, |at| at + 1);
    &text[start..end]
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |sum, b| {
        let digit = b.is_ascii_digit().then(|| u32::from(b - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

fn today(zone: &dyn Zone, now_micros: i64) -> i32 {
    let local = i128::from(now_micros) + i128::from(zone.offset_at(now_micros)) * MICROS_PER_SECOND;
    local.div_euclid(MICROS_PER_DAY) as i32
}

fn local_micros(days: i32, parts: &Parts<'_>) -> Option<i128> {
    if parts.hour > 23 || parts.minute > 59 || parts.second > 59 {
        return None;
    }
    let seconds = i128::from((parts.hour * 60 + parts.minute) * 60 + parts.second);
    let time = seconds * MICROS_PER_SECOND + i128::from(parts.micros);
    Some(i128::from(days) * MICROS_PER_DAY + time)
}

/// Days since the epoch in the proleptic Gregorian calendar; `None` for days that do not exist.
fn days(year: i32, month: u32, day: u32) -> Option<i32> {
    // The calendar repeats every 400 years; chrono's years reach less far than Spark's.
    let (cycle, year) = (year.div_euclid(400), year.rem_euclid(400));
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    let days = i64::from(date.num_days_from_ce()) - 719_163 + i64::from(cycle) * 146_097;
    i32::try_from(days).ok()
}

/// The day of the same name in the Gregorian calendar, for a day number of the Julian one.
fn julian_as_gregorian(number: i32) -> Option<i32> {
    // Julian day 0-03-01 is day -719470 of the epoch; years counted from March end with the leap day.
    let since = i64::from(number) + 719_470;
    let (cycle, day) = (since.div_euclid(1461), since.rem_euclid(1461));
    let year_of_cycle = (day / 365).min(3);
    let day_of_year = day - year_of_cycle * 365;
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = cycle * 4 + year_of_cycle + i64::from(month <= 2);
    let year = i32::try_from(year).ok()?;
    // 29 February exists in fewer Gregorian years; it then means 1 March.
    days(year, month as u32, day_of_month as u32).or_else(|| days(year, 3, 1))
}

/// The numbers of a text in a lenient pattern; each may be preceded by blanks, the rest is ignored.
fn legacy_numbers<const N: usize>(text: &str, separators: [u8; N]) -> Option<[i128; N]> {
    let mut rest = text.as_bytes();
    let mut numbers = [0; N];
    for (number, separator) in numbers.iter_mut().zip(separators) {
        let blanks = rest.iter().take_while(|b| matches!(b, 9..=13 | 28..=32)).count();
        rest = &rest[blanks..];
        let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let digits = std::str::from_utf8(&rest[..len]).expect("digits are ASCII");
        *number = i128::from(digits.parse::<i32>().ok()?);
        rest = &rest[len..];
        if separator != 0 {
            rest = rest.strip_prefix(&[separator])?;
        }
    }
    Some(numbers)
}

/// Days since the epoch when months and days may overflow their ranges.
fn lenient_days(year: i128, month: i128, day: i128) -> i128 {
    let months = year * 12 + month - 1;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
    let (cycle, year) = (year.div_euclid(400), year.rem_euclid(400));
    let first = days(year as i32, month as u32 + 1, 1).expect("a first of a month exists");
    i128::from(first) + cycle * 146_097 + day - 1
}

#[cfg(test)]
mod tests {
    use super::super::zone::FixedZone;
    use super::*;

    const NOON: i64 = 1_709_294_400_000_000; // 2024-03-01T12:00:00Z
    const TEN: i64 = NOON - 7_200_000_000;

    fn utc(text: &str) -> Option<i64> {
        parse_timestamp(text, &FixedZone::UTC, NOON)
    }

    /// Recorded with Spark 3.5.4; the first block is also in the vector `parsing_time_casts`.
    #[test]
    fn timestamp_forms_are_read_as_spark_reads_them() {
        let midnight = Some(NOON - 12 * 3_600_000_000);
        let cases = [
            ("1709287200", None),
            ("1709287200.9", None),
            ("-1", None),
            ("", None),
            ("   ", None),
            ("abc", None),
            ("2024-03-01", midnight),
            ("2024-03-01 10:00:00", Some(TEN)),
            ("2024-03-01T10:00:00Z", Some(TEN)),
            ("2024-03-01T10:00:00+02:00", Some(TEN - 7_200_000_000)),
            ("2024-03-01 10:00:00.123456789", Some(TEN + 123_456)),
            ("2024-13-01", None),
            ("2024", Some(1_704_067_200_000_000)),
            ("2024-02-30 00:00:00", None),
            ("2024-3-1 1:2:3.4 +1:30", Some(1_709_249_523_400_000)),
            (" 2024-03-01 ", midnight),
            ("+2024-03-01", midnight),
            ("2024-03-01T", None),
            ("2024-03-01 10", Some(TEN)),
            ("2024-03-01 10:00", Some(TEN)),
            ("2024-03-01 10:00Z", None),
            ("2024-03-01 10:00:00 EST", Some(TEN + 18_000_000_000)),
            ("2024-03-01 10:00:00UTC+1", Some(TEN - 3_600_000_000)),
            ("294247-01-10 04:00:54.775807", Some(i64::MAX)),
            ("294247-01-10 04:00:54.775808", None),
            ("24-01-01", None),
            ("2024-03-01 24:00:00", None),
            ("+-2024-03-01", None),
            ("-+2024-03-01", None),
            ("10:00", Some(TEN)),
            ("T10:00:00", Some(TEN)),
            ("2024-03-01 10:00:00.Z", Some(TEN)),
        ];
        for (text, expected) in cases {
            assert_eq!(utc(text), expected, "{text}");
        }
    }

    #[test]
    fn zoneless_text_takes_the_session_zone() {
        let zone = FixedZone::east(-5 * 3600).expect("in range");
        let read = parse_timestamp("2024-03-01 10:00:00", &zone, NOON);
        assert_eq!(read, Some(TEN + 18_000_000_000));
        let zoned = parse_timestamp("2024-03-01 10:00:00Z", &zone, NOON);
        assert_eq!(zoned, Some(TEN));
    }

    #[test]
    fn wall_clock_text_must_have_a_date_and_no_zone() {
        assert_eq!(parse_timestamp_ntz("2024-03-01T10:00:00"), Some(TEN));
        assert_eq!(parse_timestamp_ntz("2024-03-01T10:00:00Z"), None);
        assert_eq!(parse_timestamp_ntz("10:00:00"), None);
    }

    /// Recorded with Spark 3.5.4.
    #[test]
    fn date_forms_are_read_as_spark_reads_them() {
        let cases = [
            ("2024-03-01", Some(19783)),
            ("2024-03-01T10:00:00Z", Some(19783)),
            ("2024-1-1 x", Some(19723)),
            ("2024-03-01x", None),
            ("19000", Some(6_220_080)),
            ("-1234", Some(-1_170_237)),
            ("123", None),
            ("9999999-01-01", None),
            ("2024-", None),
            ("2024 ", Some(19723)),
            ("2024 x", None),
            ("2024-01-01-", None),
            ("-", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_date(text), expected, "{text}");
        }
    }

    #[test]
    fn day_numbers_before_1582_are_rebased() {
        assert_eq!(parse_day_number("123"), Some(123));
        assert_eq!(parse_day_number("-12345678"), Some(-12_345_437));
        assert_eq!(parse_day_number("-141427"), Some(-141_427));
        assert_eq!(parse_day_number("-141428"), Some(-141_438));
        assert_eq!(parse_day_number("x"), None);
    }

    /// Recorded with Spark 3.5.4: true where the query failed with an upgrade exception.
    #[test]
    fn lenient_formatter_reads_impossible_dates() {
        for (text, expected) in [
            ("2024-13-01", true),
            ("2024-03-01x", true),
            ("2024/03/01", false),
            ("2024-3-123", true),
            ("99999999-01-01", false),
            ("2024-999999999-01", false),
            ("1-1-1", true),
        ] {
            assert_eq!(legacy_reads_date(text), expected, "{text}");
        }
        for (text, expected) in [
            ("2024-02-30 00:00:00", true),
            ("2024-02-30T00:00:00", false),
            (" 2024-13-01 10:00:00", true),
            ("2024-02-30 00:00: 00", true),
            ("-2024-02-30 00:00:00", false),
            ("299999-02-30 00:00:00", false),
            ("294247-01-10 04:00:54.775808", true),
        ] {
            assert_eq!(legacy_reads_timestamp(text), expected, "{text}");
        }
    }
}

//! Text read by a pattern. The whole text must fit; fields that the pattern lacks are those of 1970-01-01 00:00.
//!
//! As in Spark, a fraction may be shorter than the pattern has letters, and names and `AM` are read in any case.
//!
//! Source: `Iso8601TimestampFormatter.parse`, `DateTimeFormatterHelper.toZonedDateTime`.

use super::pattern::{Field, Item, MONTHS, Pattern};
use crate::decode::{Zone, zone_of};
use crate::time::{Date, Reading};

/// `java.time.Year.MAX_VALUE`.
const FARTHEST_YEAR: i64 = 999_999_999;

/// What has been read so far.
#[derive(Debug, Clone, Default)]
struct Parts {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    afternoon: Option<bool>,
    hour_of_half_day: Option<i64>,
    hour: Option<i64>,
    minute: Option<i64>,
    second: Option<i64>,
    micros: Option<i64>,
    before_christ: bool,
    zone: Option<String>,
}

impl Pattern {
    /// Whether every field can be read; Spark reads no weekdays and no quarters.
    pub(super) fn check_read(&self) -> Result<(), String> {
        fn reads(items: &[Item]) -> bool {
            items.iter().all(|item| match item {
                Item::Field(field, _) => !matches!(field, Field::Weekday | Field::Quarter),
                Item::Optional(items) => reads(items),
                Item::Plain(_) => true,
            })
        }
        match reads(&self.items) {
            true => Ok(()),
            false => Err("weekdays (`E`) and quarters (`Q`) can be written but not read".to_owned()),
        }
    }

    /// The instant that a text names, in microseconds; `None` when it does not fit.
    pub(super) fn read(&self, text: &str, zone: &dyn Zone) -> Option<i64> {
        let mut parts = Parts::default();
        let rest = read_items(&self.items, text, &mut parts)?;
        if !rest.is_empty() {
            return None;
        }
        let reading = parts.reading()?;
        match &parts.zone {
            Some(id) => Some(reading.instant(&*zone_of(id)?)),
            None => Some(reading.instant(zone)),
        }
    }
}

/// Why a text stops the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OnlyBefore3 {
    /// In Spark's words.
    pub(super) message: String,
}

impl Pattern {
    /// A text that does not fit, but would have until Spark 2: it had more than the pattern, or a number had other
    /// than so many digits. Spark 3 stops there (`checkParsedDiff`).
    pub(super) fn read_before_3(&self, text: &str) -> Option<OnlyBefore3> {
        let mut parts = Parts::default();
        if let Some(rest) = read_items(&self.items, text, &mut parts) {
            parts.reading().filter(|_| !rest.is_empty())?;
            let at = text.len() - rest.len();
            let message = format!("Text '{text}' could not be parsed, unparsed text found at index {at}");
            return Some(OnlyBefore3 { message });
        }
        let mut parts = Parts::default();
        let mut rest = text;
        for (at, item) in self.items.iter().enumerate() {
            let next = self.items.get(at + 1);
            rest = match item {
                Item::Plain(plain) => rest.strip_prefix(plain.as_str())?,
                Item::Field(field, count) => any_digits(*field, *count, next, rest, &mut parts)?,
                Item::Optional(_) => return None,
            };
        }
        parts.reading()?;
        Some(OnlyBefore3 { message: format!("Text '{text}' could not be parsed") })
    }
}

/// A number of any length, unless another one follows at once.
fn any_digits<'t>(
    field: Field,
    count: usize,
    next: Option<&Item>,
    text: &'t str,
    parts: &mut Parts,
) -> Option<&'t str> {
    let name = field == Field::Month && count > 2;
    match field {
        Field::Year | Field::Month | Field::Day | Field::Hour | Field::Minute | Field::Second if !name => {
            let text = text.trim_start_matches([' ', '\t']);
            let run = text.bytes().take_while(u8::is_ascii_digit).count();
            let length = if matches!(next, Some(Item::Field(..))) { run.min(count) } else { run };
            let number: i64 = text[..length].parse().ok()?;
            let slot = match field {
                Field::Year => &mut parts.year,
                Field::Month => &mut parts.month,
                Field::Day => &mut parts.day,
                Field::Hour => &mut parts.hour,
                Field::Minute => &mut parts.minute,
                _ => &mut parts.second,
            };
            *slot = Some(number);
            Some(&text[length..])
        }
        _ => read_field(field, count, 0, text, parts),
    }
}

impl Parts {
    fn reading(&self) -> Option<Reading> {
        let days = self.days()?;
        let hour = match (self.hour, self.hour_of_half_day) {
            (Some(hour), _) => hour,
            (None, Some(hour)) => hour + if self.afternoon? { 12 } else { 0 },
            (None, None) => 0,
        };
        let (minute, second) = (self.minute.unwrap_or(0), self.second.unwrap_or(0));
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let seconds = days.checked_mul(86_400)?.checked_add(hour * 3600 + minute * 60 + second)?;
        let micros = seconds.checked_mul(1_000_000)?.checked_add(self.micros.unwrap_or(0))?;
        Some(Reading { micros })
    }

    fn days(&self) -> Option<i64> {
        let year = self.year.unwrap_or(1970);
        let year = if self.before_christ { 1 - year } else { year };
        if year.abs() > FARTHEST_YEAR {
            return None;
        }
        if let (Some(day), None, None) = (self.day_of_year, self.month, self.day) {
            let date = Date::from_days(Date { year, month: 1, day: 1 }.days() + day - 1);
            return (day > 0 && date.year == year).then(|| date.days());
        }
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        let date = Date { year, month: u32::try_from(month).ok()?, day: u32::try_from(day).ok()? };
        let exists = (1..=12).contains(&month) && day > 0 && date.day <= date.last_of_month().day;
        exists.then(|| date.days())
    }
}

/// What is left of the text.
fn read_items<'t>(items: &[Item], mut text: &'t str, parts: &mut Parts) -> Option<&'t str> {
    for (at, item) in items.iter().enumerate() {
        text = match item {
            Item::Plain(plain) => strip_any_case(text, plain)?,
            Item::Field(field, count) => read_field(*field, *count, reserved(&items[at + 1..]), text, parts)?,
            Item::Optional(inner) => {
                let mut tried = parts.clone();
                match read_items(inner, text, &mut tried) {
                    Some(rest) => {
                        *parts = tried;
                        rest
                    }
                    None => text,
                }
            }
        };
    }
    Some(text)
}

fn strip_any_case<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// Digits that the fields directly behind will need: `yyyyMMdd` reads four digits for the year.
fn reserved(items: &[Item]) -> usize {
    let width = |item: &Item| match item {
        Item::Field(Field::Zone | Field::OffsetOrZ | Field::Offset | Field::OffsetPlain, _) => None,
        Item::Field(Field::HalfDay | Field::Era, _) => None,
        Item::Field(Field::Month, 3 | 4) => None,
        Item::Field(Field::Fraction, _) => Some(1),
        Item::Field(_, count) if *count > 1 => Some(*count),
        _ => None,
    };
    items.iter().map_while(width).sum()
}

fn read_field<'t>(
    field: Field,
    count: usize,
    reserved: usize,
    text: &'t str,
    parts: &mut Parts,
) -> Option<&'t str> {
    let slot = match field {
        Field::Year => return year(count, reserved, text, parts),
        Field::Month if count > 2 => return month_name(count, text, parts),
        Field::Fraction => return fraction(count, text, parts),
        Field::HalfDay => {
            let rest = strip_any_case(text, "AM");
            parts.afternoon = Some(rest.is_none());
            return rest.or_else(|| strip_any_case(text, "PM"));
        }
        Field::Era => {
            let rest = strip_any_case(text, "AD");
            parts.before_christ = rest.is_none();
            return rest.or_else(|| strip_any_case(text, "BC"));
        }
        Field::Zone | Field::OffsetOrZ | Field::Offset | Field::OffsetPlain => {
            return zone(field, text, parts);
        }
        Field::Weekday | Field::Quarter => return None,
        Field::Month => &mut parts.month,
        Field::Day => &mut parts.day,
        Field::DayOfYear => &mut parts.day_of_year,
        Field::HourOfHalfDay | Field::HourOfHalfDayFromZero => &mut parts.hour_of_half_day,
        Field::Hour | Field::HourFromOne => &mut parts.hour,
        Field::Minute => &mut parts.minute,
        Field::Second => &mut parts.second,
    };
    let longest = if count == 1 { 19 } else { count };
    let (number, rest) = digits(text, count, longest, reserved)?;
    *slot = Some(match field {
        Field::HourOfHalfDay if (1..=12).contains(&number) => number % 12,
        Field::HourFromOne if (1..=24).contains(&number) => number % 24,
        Field::HourOfHalfDayFromZero if number > 11 => return None,
        Field::HourOfHalfDay | Field::HourFromOne => return None,
        _ => number,
    });
    Some(rest)
}

/// A number of so many digits, leaving those that the following fields need.
fn digits(text: &str, least: usize, most: usize, reserved: usize) -> Option<(i64, &str)> {
    let run = text.bytes().take_while(u8::is_ascii_digit).count();
    let length = run.saturating_sub(reserved).clamp(least, most.max(least)).min(run);
    if length < least {
        return None;
    }
    Some((text[..length].parse().ok()?, &text[length..]))
}

/// Two letters are years from 2000; more than four digits need a sign.
fn year<'t>(count: usize, reserved: usize, text: &'t str, parts: &mut Parts) -> Option<&'t str> {
    let (sign, unsigned) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' if count >= 4 => (1, &text[1..]),
        _ => (1, text),
    };
    let signed = unsigned.len() < text.len();
    let most = match count {
        2 => 2,
        4.. if !signed => count,
        _ => 19,
    };
    if count == 2 && signed {
        return None;
    }
    let (number, rest) = digits(unsigned, count, most, reserved)?;
    // A plus sign says that there are more digits than the pattern asks for.
    if signed && sign > 0 && unsigned.len() - rest.len() <= count {
        return None;
    }
    parts.year = Some(if count == 2 { 2000 + number } else { sign * number });
    Some(rest)
}

fn month_name<'t>(count: usize, text: &'t str, parts: &mut Parts) -> Option<&'t str> {
    let name = |month: &'static str| if count == 3 { &month[..3] } else { month };
    let (at, rest) =
        MONTHS.iter().enumerate().find_map(|(at, month)| Some((at, strip_any_case(text, name(month))?)))?;
    parts.month = Some(at as i64 + 1);
    Some(rest)
}

fn fraction<'t>(count: usize, text: &'t str, parts: &mut Parts) -> Option<&'t str> {
    let run = text.bytes().take_while(u8::is_ascii_digit).count().min(count);
    if run == 0 {
        return None;
    }
    let digit = |at: usize| text.as_bytes().get(at).filter(|_| at < run).map_or(0, |b| i64::from(b - b'0'));
    parts.micros = Some((0..6).fold(0, |sum, at| sum * 10 + digit(at)));
    Some(&text[run..])
}

fn zone<'t>(field: Field, text: &'t str, parts: &mut Parts) -> Option<&'t str> {
    let belongs = |c: char| match field {
        Field::Zone => c.is_ascii_alphanumeric() || "/_+-:".contains(c),
        _ => c.is_ascii_digit() || "+-:Z".contains(c),
    };
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    let id = &text[..end];
    let known = match field {
        Field::Offset | Field::OffsetPlain => !id.starts_with('Z') && !id.is_empty(),
        _ => !id.is_empty(),
    };
    parts.zone = known.then(|| id.to_owned());
    known.then(|| &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{FixedZone, parse_timestamp};

    #[test]
    fn text_is_read_where_it_fits_the_pattern() {
        let cases = [
            ("yyyy-MM-dd HH:mm:ss", "2024-03-01 05:06:07", Some("2024-03-01 05:06:07")),
            ("yyyy-MM-dd HH:mm:ss", "2024-03-01 05:06:07 ", None),
            ("yyyy-MM-dd HH:mm:ss", "2024-3-01 05:06:07", None),
            ("yyyy-MM-dd", "2024-02-30", None),
            ("yyyyMMdd", "20240301", Some("2024-03-01")),
            ("yyyyMMddHHmmssSSS", "20240301050607123", Some("2024-03-01 05:06:07.123")),
            ("dd/MM/yy", "01/03/24", Some("2024-03-01")),
            ("d/M/y", "1/3/2024", Some("2024-03-01")),
            ("dd MMM yyyy", "01 mar 2024", Some("2024-03-01")),
            ("MMMM d, yyyy", "March 1, 2024", Some("2024-03-01")),
            ("HH:mm", "05:06", Some("1970-01-01 05:06:00")),
            ("HH:mm", "24:00", None),
            ("hh:mm a", "12:30 am", Some("1970-01-01 00:30:00")),
            ("hh:mm a", "01:30 PM", Some("1970-01-01 13:30:00")),
            ("yyyy-MM-dd HH:mm:ss.SSSSSS", "2024-03-01 05:06:07.12", Some("2024-03-01 05:06:07.12")),
            ("yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]", "2024-03-01T05:06:07", Some("2024-03-01 05:06:07")),
            (
                "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]",
                "2024-03-01T05:06:07.5+02:00",
                Some("2024-03-01 03:06:07.5"),
            ),
            ("yyyy-MM-dd'T'HH:mm:ssX", "2024-03-01T05:06:07Z", Some("2024-03-01 05:06:07")),
            ("yyyy-MM-dd HH:mm VV", "2024-03-01 05:06 Europe/Paris", Some("2024-03-01 04:06:00")),
            ("yyyy-DDD", "2024-060", Some("2024-02-29")),
            ("yyyy-DDD", "2023-366", None),
            ("yyyy", "+12024", Some("+12024-01-01")),
            ("yyyy", "12024", None),
        ];
        for (pattern, text, expected) in cases {
            let pattern = Pattern::parse(pattern).expect(pattern);
            let expected = expected.map(|t| parse_timestamp(t, &FixedZone::UTC, 0).expect(t));
            assert_eq!(pattern.read(text, &FixedZone::UTC), expected, "{text}");
        }
    }
}

//! Dates and times read by a pattern ([`super::time_pattern`]).
//!
//! What a text does not say is taken from 1970-01-01 00:00; a month or day without a year is of the year 2000.
//!
//! Source: Joda-Time's `DateTimeFormatterBuilder`, `DateTimeParserBucket` and `FormatUtils`.

use super::super::text_form::{MONTHS, days_in, days_of};
use super::super::zone::Zone;
use super::Failure;
use super::calendar::{DAY, HOUR, MINUTE, SECOND};
use super::time_pattern::{DAYS, Field, Part};
use super::time_print::iso_week;

/// What a text has said so far.
#[derive(Default)]
struct Said {
    numbers: Vec<(Field, i64)>,
    fraction: i64,
    afternoon: Option<bool>,
    before_christ: bool,
    zone: Option<Zone>,
}

/// The wall clock's reading in a text, and its zone when it names one.
///
/// # Errors
/// When the text does not look like the pattern, or means no time.
pub fn parse(parts: &[Part], text: &str) -> Result<(i64, Option<Zone>), Failure> {
    if parts.iter().any(|part| matches!(part, Part::Number(Field::Century, _, _))) {
        return Err(Failure::argument("Centuries are not read"));
    }
    let mut said = Said::default();
    let mut at = 0;
    for part in parts {
        at += said.take(part, &text[at..]).map_err(|skipped| malformed(text, at + skipped))?;
    }
    if at < text.len() {
        return Err(malformed(text, at));
    }
    let refusal = |reason: String| Failure::argument(format!("Cannot parse \"{text}\": {reason}"));
    Ok((said.local().map_err(refusal)?, said.zone))
}

/// Joda's sentence on a text that goes wrong at a place.
pub fn malformed(text: &str, at: usize) -> Failure {
    let end = text.char_indices().map(|(at, _)| at).find(|end| *end >= at + 32).unwrap_or(text.len());
    let sample = if end < text.len() { format!("{}...", &text[..end]) } else { text.to_owned() };
    Failure::argument(match at {
        0 => format!("Invalid format: \"{sample}\""),
        _ if at >= text.len() => format!("Invalid format: \"{sample}\" is too short"),
        _ => format!("Invalid format: \"{sample}\" is malformed at \"{}\"", &sample[at..]),
    })
}

/// How many bytes a part takes; where it goes wrong, how many of them were right.
type Taken = Result<usize, usize>;

impl Said {
    fn take(&mut self, part: &Part, text: &str) -> Taken {
        match part {
            Part::Literal(literal) => match starts_with(text, literal) {
                true => Ok(literal.len()),
                false => Err(0),
            },
            Part::Number(field, _, most) => {
                let (number, length) = digits(text, *most, is_signed(*field)).ok_or(0_usize)?;
                self.numbers.push((*field, number));
                Ok(length)
            }
            Part::ShortYear(field, pivot, lenient) => self.short_year(*field, *pivot, *lenient, text),
            Part::Fraction(_, most) => {
                let length = text.bytes().take(*most).take_while(u8::is_ascii_digit).count();
                if length == 0 {
                    return Err(0);
                }
                // Joda reads no further than to milliseconds.
                let millis = format!("{:0<3}", &text[..length.min(3)]);
                self.fraction = millis.parse::<i64>().unwrap_or_default() * 1_000;
                Ok(length)
            }
            Part::MonthName { .. } => self.name(Field::Month, &MONTHS, text),
            Part::DayName { .. } => self.name(Field::DayOfWeek, &DAYS, text),
            Part::Halfday => {
                self.afternoon = Some(word(text, &["AM", "PM"])?);
                Ok(2)
            }
            Part::Era => {
                self.before_christ = word(text, &["AD", "BC"])?;
                Ok(2)
            }
            Part::Offset { .. } => {
                let (seconds, length) = offset(text)?;
                self.zone = Some(Zone::Offset((seconds / 60) as i32));
                Ok(length)
            }
            Part::ZoneId => self.zone_named(text, Zone::parse),
            Part::ZoneName => self.zone_named(text, zone_of_abbreviation),
        }
    }

    fn short_year(&mut self, field: Field, pivot: i64, lenient: bool, text: &str) -> Taken {
        let plain = text.bytes().take_while(u8::is_ascii_digit).count();
        let signed = text.starts_with(['+', '-']);
        if lenient && (plain != 2 || signed) {
            let (year, length) = digits(text, 9, true).ok_or(0_usize)?;
            self.numbers.push((field, year));
            return Ok(length);
        }
        if plain < 2 {
            return Err(0);
        }
        let (year, length) = digits(text, 2, false).ok_or(0_usize)?;
        let low = pivot - 50;
        let low_digits = low.rem_euclid(100);
        let next = if year < low_digits { 100 } else { 0 };
        self.numbers.push((field, year + low + next - low_digits));
        Ok(length)
    }

    /// A name in full, or its first three letters.
    fn name(&mut self, field: Field, names: &[&str], text: &str) -> Taken {
        for length in [None, Some(3)] {
            let found =
                names.iter().position(|name| starts_with(text, &name[..length.unwrap_or(name.len())]));
            if let Some(at) = found {
                self.numbers.push((field, at as i64 + 1));
                return Ok(length.unwrap_or(names[at].len()));
            }
        }
        Err(0)
    }

    /// The longest name of a zone that the text begins with.
    fn zone_named(&mut self, text: &str, zone: impl Fn(&str) -> Option<Zone>) -> Taken {
        let most = text.bytes().take_while(|c| c.is_ascii_alphanumeric() || b"/_+-:".contains(c)).count();
        let length = (1..=most).rev().find(|length| zone(&text[..*length]).is_some()).ok_or(0_usize)?;
        self.zone = zone(&text[..length]);
        Ok(length)
    }

    fn get(&self, field: Field) -> Option<i64> {
        self.numbers.iter().rev().find(|(known, _)| *known == field).map(|(_, number)| *number)
    }

    /// A number in its range, or what it is by default.
    fn within(&self, field: Field, least: i64, most: i64, default: i64) -> Result<i64, String> {
        let Some(number) = self.get(field) else { return Ok(default) };
        if (least..=most).contains(&number) {
            return Ok(number);
        }
        Err(format!("Value {number} for {} must be in the range [{least},{most}]", joda_name(field)))
    }

    fn local(&self) -> Result<i64, String> {
        let midnight = self.day()?.checked_mul(DAY).ok_or("the year is too far away")?;
        let minute = self.within(Field::Minute, 0, 59, 0)?;
        let second = self.within(Field::Second, 0, 59, 0)?;
        let time = self.hour()? * HOUR + minute * MINUTE + second * SECOND + self.fraction;
        midnight.checked_add(time).ok_or_else(|| "the year is too far away".to_owned())
    }

    fn hour(&self) -> Result<i64, String> {
        let of_day = self.within(Field::ClockHour, 1, 24, 0)? % 24;
        let of_day = self.within(Field::Hour, 0, 23, of_day)?;
        let of_half = self.within(Field::HalfdayClockHour, 1, 12, of_day % 12)? % 12;
        let of_half = self.within(Field::HalfdayHour, 0, 11, of_half)?;
        Ok(of_half + if self.afternoon.unwrap_or(of_day >= 12) { 12 } else { 0 })
    }

    fn day(&self) -> Result<i64, String> {
        let weeks = self.get(Field::WeekYear).is_some() || self.get(Field::Week).is_some();
        let months = [Field::Month, Field::Day, Field::DayOfYear].iter().any(|f| self.get(*f).is_some());
        if weeks && !months {
            let year = self.year(Field::WeekYear)?.or(self.year(Field::Year)?).unwrap_or(1970);
            let fourth = days_of(year, 1, 4).ok_or("no such year")?;
            let monday = fourth - (fourth + 3).rem_euclid(7);
            let last = iso_week(days_of(year, 12, 28).unwrap_or(fourth)).1;
            let week = self.within(Field::Week, 1, last, 1)?;
            return Ok(monday + (week - 1) * 7 + self.within(Field::DayOfWeek, 1, 7, 1)? - 1);
        }
        let year = match self.year(Field::YearOfEra)?.or(self.year(Field::Year)?) {
            Some(year) => year,
            None if months => 2000,
            None => 1970,
        };
        let days = self.day_of(year)?;
        // A day of the week is one of the week that the rest means.
        let monday = days - (days + 3).rem_euclid(7);
        self.within(Field::DayOfWeek, 1, 7, 0).map(|day| if day == 0 { days } else { monday + day - 1 })
    }

    fn day_of(&self, year: i64) -> Result<i64, String> {
        let january = days_of(year, 1, 1).ok_or("no such year")?;
        if self.get(Field::DayOfYear).is_some() && self.get(Field::Day).is_none() {
            return Ok(january + self.within(Field::DayOfYear, 1, 337 + i64::from(days_in(year, 2)), 1)? - 1);
        }
        let month = self.within(Field::Month, 1, 12, 1)? as u32;
        let day = self.within(Field::Day, 1, days_in(year, month).into(), 1)? as u32;
        days_of(year, month, day).ok_or_else(|| "no such day".to_owned())
    }

    fn year(&self, field: Field) -> Result<Option<i64>, String> {
        if self.get(field).is_none() {
            return Ok(None);
        }
        // As far as microseconds since 1970 go.
        let year = self.within(field, -290_000, 290_000, 1970)?;
        Ok(Some(if self.before_christ && field != Field::WeekYear { 1 - year } else { year }))
    }
}

fn joda_name(field: Field) -> &'static str {
    match field {
        Field::Century => "centuryOfEra",
        Field::Year => "year",
        Field::YearOfEra => "yearOfEra",
        Field::WeekYear => "weekyear",
        Field::Month => "monthOfYear",
        Field::Week => "weekOfWeekyear",
        Field::Day => "dayOfMonth",
        Field::DayOfWeek => "dayOfWeek",
        Field::DayOfYear => "dayOfYear",
        Field::Hour => "hourOfDay",
        Field::ClockHour => "clockhourOfDay",
        Field::HalfdayHour => "hourOfHalfday",
        Field::HalfdayClockHour => "clockhourOfHalfday",
        Field::Minute => "minuteOfHour",
        Field::Second => "secondOfMinute",
    }
}

fn is_signed(field: Field) -> bool {
    matches!(field, Field::Century | Field::Year | Field::WeekYear)
}

/// A number of so many digits at most, and its length.
fn digits(text: &str, most: usize, signed: bool) -> Option<(i64, usize)> {
    let sign = usize::from(signed && text.starts_with(['+', '-']));
    let length = text[sign..].bytes().take(most).take_while(u8::is_ascii_digit).count();
    let number = text[sign..sign + length].parse::<i64>().ok()?;
    Some((if text.starts_with('-') { -number } else { number }, sign + length))
}

/// Whether a text begins with another, in upper or lower case.
fn starts_with(text: &str, word: &str) -> bool {
    let mut letters = text.chars();
    word.chars().all(|c| letters.next().is_some_and(|l| l == c || l.to_lowercase().eq(c.to_lowercase())))
        && text.is_char_boundary(word.len())
}

/// Whether the text begins with the second of two words.
fn word(text: &str, words: &[&str; 2]) -> Result<bool, usize> {
    words.iter().position(|word| starts_with(text, word)).map(|at| at == 1).ok_or(0)
}

/// Seconds of `+02`, `+0200`, `+02:00`, and its length.
fn offset(text: &str) -> Result<(i64, usize), usize> {
    let sign = match text.as_bytes().first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Err(0),
    };
    let pair = |at: usize| text.get(at..at + 2).filter(|pair| pair.bytes().all(|c| c.is_ascii_digit()));
    let number = |pair: &str| pair.parse::<i64>().unwrap_or_default();
    let hours = pair(1).map(number).filter(|hours| *hours < 24).ok_or(1_usize)?;
    let colon = usize::from(text.as_bytes().get(3) == Some(&b':'));
    match pair(3 + colon).map(number) {
        Some(minutes) if minutes < 60 => Ok((sign * (hours * 3_600 + minutes * 60), 5 + colon)),
        None if colon == 0 => Ok((sign * hours * 3_600, 3)),
        _ => Err(3 + colon),
    }
}

/// The abbreviations that Joda knows from the start.
fn zone_of_abbreviation(name: &str) -> Option<Zone> {
    Zone::parse(match name {
        "UT" | "UTC" | "GMT" => "UTC",
        "EST" | "EDT" => "America/New_York",
        "CST" | "CDT" => "America/Chicago",
        "MST" | "MDT" => "America/Denver",
        "PST" | "PDT" => "America/Los_Angeles",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::time_pattern::{joda, mysql};
    use super::super::time_print::print;
    use super::*;

    fn read(parts: Result<Vec<Part>, Failure>, text: &str) -> Result<String, String> {
        let (local, _) = parts.and_then(|parts| parse(&parts, text)).map_err(|failure| failure.message)?;
        Ok(print(&joda("yyyy-MM-dd HH:mm:ss.SSS").unwrap(), local, Zone::Offset(0)))
    }

    #[test]
    fn what_is_not_said_has_a_default() {
        assert_eq!(read(mysql("%m-%d"), "02-29").unwrap(), "2000-02-29 00:00:00.000");
        assert_eq!(read(joda("HH:mm"), "10:11").unwrap(), "1970-01-01 10:11:00.000");
        assert_eq!(read(joda("xxxx-'W'ww"), "2020-W10").unwrap(), "2020-03-02 00:00:00.000");
        assert_eq!(read(mysql("%l %p"), "12 am").unwrap(), "1970-01-01 00:00:00.000");
    }

    #[test]
    fn a_text_that_goes_on_is_malformed() {
        let sentence = read(mysql("%Y-%m-%d"), "2024-01-31 10:00").unwrap_err();
        assert_eq!(sentence, "Invalid format: \"2024-01-31 10:00\" is malformed at \" 10:00\"");
        assert_eq!(read(mysql("%Y-%m"), "2024-").unwrap_err(), "Invalid format: \"2024-\" is too short");
    }

    #[test]
    fn numbers_out_of_range_are_named() {
        let sentence = read(mysql("%Y-%m-%d"), "2023-02-29").unwrap_err();
        let range = "Value 29 for dayOfMonth must be in the range [1,28]";
        assert_eq!(sentence, format!("Cannot parse \"2023-02-29\": {range}"));
    }
}

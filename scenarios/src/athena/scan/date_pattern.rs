//! Dates written in a pattern of Java's `DateTimeFormatter`, as far as partitions are named by them.
//!
//! `yyyy/MM/dd` writes 2024-01-31 as `2024/01/31`; reading takes the same text and nothing else. What a pattern
//! leaves out is the first there is: `yyyyMM` reads the first day of a month.
//!
//! Not handled: years beyond 9999, weeks, quarters, names of days, zones, optional parts: such patterns are refused.
//!
//! Source: <https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html>

use super::super::text_form::{MONTHS, civil, days_in, days_of};

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400 * SECOND;

/// The finest thing that a pattern tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Precision {
    /// Years.
    Year,
    /// Months.
    Month,
    /// Days.
    Day,
    /// Hours, or finer than them.
    Time,
}

/// A pattern, taken apart.
#[derive(Debug)]
pub(super) struct DatePattern {
    items: Vec<Item>,
}

#[derive(Debug, PartialEq, Eq)]
enum Item {
    Literal(String),
    /// A number of at least and at most so many digits.
    Number(Field, usize, usize),
    /// A month's English name, or its first three letters.
    MonthName {
        short: bool,
    },
    /// `AM` or `PM`.
    HalfOfDay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Year,
    /// The last two digits, of years from 2000.
    YearOfCentury,
    Month,
    Day,
    DayOfYear,
    Hour,
    HourOfHalf,
    Minute,
    Second,
    /// Of a second, in so many digits.
    Fraction,
}

impl DatePattern {
    /// Takes a pattern apart; the error is a sentence.
    pub(super) fn parse(pattern: &str) -> Result<Self, String> {
        let mut items = Vec::new();
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            let run = rest.len() - rest.trim_start_matches(first).len();
            match first {
                '\'' => rest = quoted(rest, pattern, &mut items)?,
                'a'..='z' | 'A'..='Z' => {
                    items.push(lettered(first, run)?);
                    rest = &rest[run..];
                }
                '[' | ']' | '{' | '}' | '#' => {
                    return Err(format!("Pattern includes reserved character: '{first}'"));
                }
                _ => {
                    literal(&mut items, &rest[..first.len_utf8()]);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        Ok(Self { items })
    }

    /// What the finest part of the pattern tells.
    pub(super) fn precision(&self) -> Precision {
        let precise = self.items.iter().filter_map(|item| match item {
            Item::Literal(_) => None,
            Item::MonthName { .. } => Some(Precision::Month),
            Item::HalfOfDay => Some(Precision::Time),
            Item::Number(field, ..) => Some(match field {
                Field::Year | Field::YearOfCentury => Precision::Year,
                Field::Month => Precision::Month,
                Field::Day | Field::DayOfYear => Precision::Day,
                _ => Precision::Time,
            }),
        });
        precise.max().unwrap_or(Precision::Year)
    }

    /// An instant, in UTC, as the pattern has it.
    pub(super) fn write(&self, micros: i64) -> String {
        let (year, month, day) = civil(micros.div_euclid(DAY));
        let in_day = micros.rem_euclid(DAY);
        let seconds = in_day / SECOND;
        let hour = seconds / 3600;
        let mut text = String::new();
        for item in &self.items {
            match item {
                Item::Literal(literal) => text += literal,
                Item::MonthName { short } => {
                    let name = MONTHS[month as usize - 1];
                    text += if *short { &name[..3] } else { name };
                }
                Item::HalfOfDay => text += if hour < 12 { "AM" } else { "PM" },
                Item::Number(Field::Fraction, digits, _) => {
                    text += &format!("{:06}000", in_day % SECOND)[..*digits];
                }
                Item::Number(field, width, _) => {
                    let number = match field {
                        Field::Year => year,
                        Field::YearOfCentury => year.rem_euclid(100),
                        Field::Month => month.into(),
                        Field::Day => day.into(),
                        Field::DayOfYear => {
                            micros.div_euclid(DAY) - days_of(year, 1, 1).unwrap_or_default() + 1
                        }
                        Field::Hour => hour,
                        Field::HourOfHalf => (hour + 11) % 12 + 1,
                        Field::Minute => seconds / 60 % 60,
                        Field::Second | Field::Fraction => seconds % 60,
                    };
                    text += &format!("{number:0width$}");
                }
            }
        }
        text
    }

    /// The instant that a text names; the error is Java's sentence.
    pub(super) fn read(&self, text: &str) -> Result<i64, String> {
        let mut found = Found::default();
        let mut at = 0;
        for (index, item) in self.items.iter().enumerate() {
            let rest = &text[at..];
            let taken = match item {
                Item::Literal(literal) => rest.starts_with(literal.as_str()).then_some(literal.len()),
                Item::MonthName { short } => found.month_name(rest, *short),
                Item::HalfOfDay => found.half(rest),
                Item::Number(field, least, most) => {
                    found.number(*field, rest, *least, *most, self.reserved_after(index))
                }
            };
            at += taken.ok_or_else(|| format!("Text '{text}' could not be parsed at index {at}"))?;
        }
        if at < text.len() {
            return Err(format!("Text '{text}' could not be parsed, unparsed text found at index {at}"));
        }
        found.instant().map_err(|why| format!("Text '{text}' could not be parsed: {why}"))
    }

    /// Digits that numbers of a fixed width need, which follow a number without anything between.
    fn reserved_after(&self, index: usize) -> usize {
        let following = self.items[index + 1..].iter().map_while(|item| match item {
            Item::Number(_, least, most) if least == most => Some(least),
            _ => None,
        });
        following.sum()
    }
}

/// A part in quotes, of which two are one; `''` outside is a quote too.
fn quoted<'a>(rest: &'a str, pattern: &str, items: &mut Vec<Item>) -> Result<&'a str, String> {
    let mut rest = &rest[1..];
    if let Some(after) = rest.strip_prefix('\'') {
        literal(items, "'");
        return Ok(after);
    }
    loop {
        let Some((inside, after)) = rest.split_once('\'') else {
            return Err(format!("Pattern ends with an incomplete string literal: {pattern}"));
        };
        literal(items, inside);
        let Some(more) = after.strip_prefix('\'') else { return Ok(after) };
        literal(items, "'");
        rest = more;
    }
}

fn literal(items: &mut Vec<Item>, text: &str) {
    match items.last_mut() {
        Some(Item::Literal(before)) => before.push_str(text),
        _ => items.push(Item::Literal(text.to_owned())),
    }
}

/// What so many of a letter mean.
fn lettered(letter: char, count: usize) -> Result<Item, String> {
    const MOST: usize = 18;
    let two = |field| match count {
        1 => Ok(Item::Number(field, 1, MOST)),
        2 => Ok(Item::Number(field, 2, 2)),
        _ => Err(format!("Too many pattern letters: {letter}")),
    };
    match (letter, count) {
        ('y' | 'u', 2) => Ok(Item::Number(Field::YearOfCentury, 2, 2)),
        ('y' | 'u', 1 | 3) => Ok(Item::Number(Field::Year, count, MOST)),
        ('y' | 'u', 4) => Ok(Item::Number(Field::Year, 4, 4)),
        ('M' | 'L', 3) => Ok(Item::MonthName { short: true }),
        ('M' | 'L', 4) => Ok(Item::MonthName { short: false }),
        ('M' | 'L', _) => two(Field::Month),
        ('d', _) => two(Field::Day),
        ('D', 1) => Ok(Item::Number(Field::DayOfYear, 1, MOST)),
        ('D', 2 | 3) => Ok(Item::Number(Field::DayOfYear, count, 3)),
        ('H', _) => two(Field::Hour),
        ('h', _) => two(Field::HourOfHalf),
        ('m', _) => two(Field::Minute),
        ('s', _) => two(Field::Second),
        ('S', 1..=9) => Ok(Item::Number(Field::Fraction, count, count)),
        ('a', 1) => Ok(Item::HalfOfDay),
        _ => Err(format!("Unknown pattern letter: {letter}")),
    }
}

/// What a text has told so far.
#[derive(Default)]
struct Found {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: Option<i64>,
    hour_of_half: Option<i64>,
    afternoon: bool,
    minute: Option<i64>,
    second: Option<i64>,
    micros: i64,
}

impl Found {
    /// Takes a number off the front of a text: as long as it may be, and leaves so many digits to those after it.
    fn number(&mut self, field: Field, text: &str, least: usize, most: usize, left: usize) -> Option<usize> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let length = if least == most { least } else { digits.saturating_sub(left).min(most) };
        if length < least || length > digits {
            return None;
        }
        let value: i64 = text[..length].parse().ok()?;
        match field {
            Field::Year => self.year = Some(value),
            Field::YearOfCentury => self.year = Some(2000 + value),
            Field::Month => self.month = Some(value),
            Field::Day => self.day = Some(value),
            Field::DayOfYear => self.day_of_year = Some(value),
            Field::Hour => self.hour = Some(value),
            Field::HourOfHalf => self.hour_of_half = Some(value),
            Field::Minute => self.minute = Some(value),
            Field::Second => self.second = Some(value),
            Field::Fraction => self.micros = format!("{:0<6}", &text[..length])[..6].parse().ok()?,
        }
        Some(length)
    }

    fn month_name(&mut self, text: &str, short: bool) -> Option<usize> {
        let names = MONTHS.iter().map(|name| if short { &name[..3] } else { name });
        let (index, name) = names.enumerate().find(|(_, name)| text.starts_with(name))?;
        self.month = Some(index as i64 + 1);
        Some(name.len())
    }

    fn half(&mut self, text: &str) -> Option<usize> {
        self.afternoon = text.starts_with("PM");
        (self.afternoon || text.starts_with("AM")).then_some(2)
    }

    fn instant(&self) -> Result<i64, String> {
        let year = self.year.ok_or("no year is in it")?;
        let year = within("YearOfEra", 1, 9999, year)?;
        let month = within("MonthOfYear", 1, 12, self.month.unwrap_or(1))? as u32;
        let day = within("DayOfMonth", 1, 31, self.day.unwrap_or(1))? as u32;
        // Java takes the 31st of a shorter month for its last day.
        let first = days_of(year, month, day.min(days_in(year, month))).ok_or("there is no such day")?;
        let days = match self.day_of_year {
            Some(day) => days_of(year, 1, 1).unwrap_or(first) + within("DayOfYear", 1, 366, day)? - 1,
            None => first,
        };
        let hour = match self.hour_of_half {
            Some(hour) => within("ClockHourOfAmPm", 1, 12, hour)? % 12 + 12 * i64::from(self.afternoon),
            None => within("HourOfDay", 0, 23, self.hour.unwrap_or(0))?,
        };
        let minute = within("MinuteOfHour", 0, 59, self.minute.unwrap_or(0))?;
        let second = within("SecondOfMinute", 0, 59, self.second.unwrap_or(0))?;
        Ok(days * DAY + (hour * 3600 + minute * 60 + second) * SECOND + self.micros)
    }
}

fn within(field: &str, least: i64, most: i64, value: i64) -> Result<i64, String> {
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(format!("Invalid value for {field} (valid values {least} - {most}): {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2024-02-09T15:04:05.678Z.
    const INSTANT: i64 = 1_707_491_045_678_000;

    #[test]
    fn what_is_written_in_a_pattern_is_read_again() {
        let cases = [
            ("yyyyMM", "202402", "2024-02-01 00:00:00.000"),
            ("dd-MM-yyyy", "09-02-2024", "2024-02-09 00:00:00.000"),
            ("dd-MM-yyyy-HH-mm-ss", "09-02-2024-15-04-05", "2024-02-09 15:04:05.000"),
            ("yyyy/MM/dd/HH", "2024/02/09/15", "2024-02-09 15:00:00.000"),
            ("'year='yyyy'/month='M'/day='d", "year=2024/month=2/day=9", "2024-02-09 00:00:00.000"),
            ("yyMMdd", "240209", "2024-02-09 00:00:00.000"),
            ("yMMdd", "20240209", "2024-02-09 00:00:00.000"),
            ("d MMM uuuu, h a", "9 Feb 2024, 3 PM", "2024-02-09 15:00:00.000"),
            ("MMMM yyyy 'o''clock'", "February 2024 o'clock", "2024-02-01 00:00:00.000"),
            ("yyyy-DDD", "2024-040", "2024-02-09 00:00:00.000"),
            ("yyyyMMdd'T'HHmmssSSS", "20240209T150405678", "2024-02-09 15:04:05.678"),
        ];
        for (pattern, text, meant) in cases {
            let parsed = DatePattern::parse(pattern).unwrap();
            assert_eq!(parsed.write(INSTANT), text, "{pattern}");
            let read = parsed.read(text).unwrap();
            assert_eq!(super::super::super::text_form::timestamp_text(read, 3), meant, "{pattern}");
        }
    }

    #[test]
    fn every_day_of_a_century_is_read_as_it_is_written() {
        for pattern in ["yyyy-MM-dd", "d/M/yyyy", "yyyyDDD", "dd MMMM yy"] {
            let pattern = DatePattern::parse(pattern).unwrap();
            for day in (10_957..47_482).map(|day| day * DAY) {
                assert_eq!(pattern.read(&pattern.write(day)), Ok(day));
            }
        }
    }

    #[test]
    fn a_text_that_is_not_in_the_pattern_is_refused_in_javas_words() {
        let pattern = DatePattern::parse("yyyy-MM-dd").unwrap();
        for (text, why) in [
            ("2024/01/01", "Text '2024/01/01' could not be parsed at index 4"),
            ("2024-1-01", "Text '2024-1-01' could not be parsed at index 5"),
            (" 2024-01-01", "Text ' 2024-01-01' could not be parsed at index 0"),
            ("2024-01-01Z", "Text '2024-01-01Z' could not be parsed, unparsed text found at index 10"),
            (
                "2024-13-01",
                "Text '2024-13-01' could not be parsed: Invalid value for MonthOfYear (valid values 1 - 12): 13",
            ),
            ("", "Text '' could not be parsed at index 0"),
        ] {
            assert_eq!(pattern.read(text), Err(why.to_owned()));
        }
        assert_eq!(pattern.read("2023-02-31"), pattern.read("2023-02-28"));
    }

    #[test]
    fn what_is_not_known_of_patterns_is_refused() {
        for pattern in ["yyyy-MM-dd f", "YYYY", "ddd", "'open", "yyyy[MM]", "yyyyyy"] {
            assert!(DatePattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}

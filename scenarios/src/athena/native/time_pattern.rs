//! Patterns of dates and times, MySQL's (`%Y-%m-%d`) and Joda's (`yyyy-MM-dd`), as one list of parts.
//!
//! Not handled: names of months and days in another language than English, and Joda's long names of zones (`zzzz`).
//!
//! Source: Trino's `DateTimeFunctions.createDateTimeFormatter`; Joda-Time's `DateTimeFormat.parsePatternTo`.

use super::Failure;

/// A number of a date or time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Century,
    Year,
    YearOfEra,
    WeekYear,
    Month,
    Week,
    Day,
    DayOfWeek,
    DayOfYear,
    /// 0 to 23.
    Hour,
    /// 1 to 24.
    ClockHour,
    /// 0 to 11.
    HalfdayHour,
    /// 1 to 12.
    HalfdayClockHour,
    Minute,
    Second,
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Literal(String),
    /// A number: how many digits are written at least, and read at most.
    Number(Field, usize, usize),
    /// The last two digits of a year; the year that it is in the middle of the hundred that they may mean, and
    /// whether other lengths are read as whole years.
    ShortYear(Field, i64, bool),
    /// Digits behind the second's point: how many are written, and how many are read at most.
    Fraction(usize, usize),
    /// `January`, or `Jan`.
    MonthName {
        short: bool,
    },
    /// `Monday`, or `Mon`.
    DayName {
        short: bool,
    },
    /// `AM` or `PM`.
    Halfday,
    /// `AD` or `BC`.
    Era,
    /// `+0200`, or `+02:00`.
    Offset {
        colon: bool,
    },
    /// `Europe/Berlin`.
    ZoneId,
    /// `CET`.
    ZoneName,
}

use Part::*;

impl Part {
    /// Whether it is about a zone.
    pub fn is_zone(&self) -> bool {
        matches!(self, Offset { .. } | ZoneId | ZoneName)
    }
}

/// A pattern of MySQL's.
///
/// # Errors
/// When it has something that Trino does not take.
pub fn mysql(pattern: &str) -> Result<Vec<Part>, Failure> {
    let mut parts = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            // A sign at the end stands for nothing.
            '%' => parts.extend(chars.next().map(specifier).transpose()?.unwrap_or_default()),
            other => parts.push(Literal(other.to_string())),
        }
    }
    match parts.is_empty() {
        true => Err(Failure::argument("Both printing and parsing not supported")),
        false => Ok(parts),
    }
}

fn specifier(c: char) -> Result<Vec<Part>, Failure> {
    let colon = || Literal(":".to_owned());
    let (minute, second) = (Number(Field::Minute, 2, 2), Number(Field::Second, 2, 2));
    Ok(vec![match c {
        'a' => DayName { short: true },
        'b' => MonthName { short: true },
        'c' => Number(Field::Month, 1, 2),
        'd' => Number(Field::Day, 2, 2),
        'e' => Number(Field::Day, 1, 2),
        'f' => Fraction(6, 9),
        'H' => Number(Field::Hour, 2, 2),
        'h' | 'I' => Number(Field::HalfdayClockHour, 2, 2),
        'i' => minute,
        'j' => Number(Field::DayOfYear, 3, 3),
        'k' => Number(Field::Hour, 1, 2),
        'l' => Number(Field::HalfdayClockHour, 1, 2),
        'M' => MonthName { short: false },
        'm' => Number(Field::Month, 2, 2),
        'p' => Halfday,
        'r' => {
            let hour = Number(Field::HalfdayClockHour, 2, 2);
            return Ok(vec![hour, colon(), minute, colon(), second, Literal(" ".to_owned()), Halfday]);
        }
        'S' | 's' => second,
        'T' => return Ok(vec![Number(Field::Hour, 2, 2), colon(), minute, colon(), second]),
        'v' => Number(Field::Week, 2, 2),
        'x' => Number(Field::WeekYear, 4, 4),
        'W' => DayName { short: false },
        'Y' => Number(Field::Year, 4, 4),
        // 70 is 1970, 69 is 2069.
        'y' => ShortYear(Field::Year, 2020, false),
        'w' | 'U' | 'u' | 'V' | 'X' | 'D' => {
            return Err(Failure::argument(format!("%{c} not supported in date format string")));
        }
        other => Literal(other.to_string()),
    }])
}

/// A run of one letter, or a text.
enum Token {
    Letters(char, usize),
    Text(String),
}

/// A pattern of Joda's.
///
/// # Errors
/// When a letter in it means nothing.
pub fn joda(pattern: &str) -> Result<Vec<Part>, Failure> {
    if pattern.is_empty() {
        return Err(Failure::argument("Invalid pattern specification"));
    }
    let tokens = tokens(pattern);
    let next_is_number = |at: usize| match tokens.get(at + 1) {
        Some(Token::Letters(c, length)) => is_numeric(*c, *length),
        _ => false,
    };
    let parts = tokens.iter().enumerate().map(|(at, token)| match token {
        Token::Text(text) => Ok(Literal(text.clone())),
        Token::Letters(c, length) => letters(*c, *length, next_is_number(at)),
    });
    parts.collect()
}

fn is_numeric(letter: char, length: usize) -> bool {
    match letter {
        'M' => length <= 2,
        other => "cCxywWdehHmsSDFKkY".contains(other),
    }
}

fn letters(letter: char, length: usize, next_is_number: bool) -> Result<Part, Failure> {
    // Two digits are what follows the other digits alone where a number is behind them.
    let year = |field| match length {
        // Joda takes thirty years before today as the middle; here it is the same year on every day.
        2 => ShortYear(field, 1995, !next_is_number),
        _ => Number(field, length, if next_is_number { length } else { 9 }),
    };
    Ok(match letter {
        'G' => Era,
        'C' => Number(Field::Century, length, length.max(2)),
        'x' => year(Field::WeekYear),
        'y' => year(Field::Year),
        'Y' => year(Field::YearOfEra),
        'M' if length >= 3 => MonthName { short: length < 4 },
        'M' => Number(Field::Month, length, 2),
        'd' => Number(Field::Day, length, 2),
        'a' => Halfday,
        'h' => Number(Field::HalfdayClockHour, length, 2),
        'H' => Number(Field::Hour, length, 2),
        'k' => Number(Field::ClockHour, length, 2),
        'K' => Number(Field::HalfdayHour, length, 2),
        'm' => Number(Field::Minute, length, 2),
        's' => Number(Field::Second, length, 2),
        'S' => Fraction(length, length),
        'e' => Number(Field::DayOfWeek, length, 1),
        'E' => DayName { short: length < 4 },
        'D' => Number(Field::DayOfYear, length, 3),
        'w' => Number(Field::Week, length, 2),
        'z' if length < 4 => ZoneName,
        'z' => return Err(Failure::argument("Long names of time zones are not supported")),
        'Z' if length <= 2 => Offset { colon: length == 2 },
        'Z' => ZoneId,
        other => return Err(Failure::argument(format!("Illegal pattern component: {other}"))),
    })
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.peek().copied() {
        if c.is_ascii_alphabetic() {
            let mut length = 0;
            while chars.next_if_eq(&c).is_some() {
                length += 1;
            }
            tokens.push(Token::Letters(c, length));
            continue;
        }
        let (mut text, mut quoted) = (String::new(), false);
        while let Some(c) = chars.next_if(|c| quoted || !c.is_ascii_alphabetic()) {
            match c {
                '\'' if chars.next_if_eq(&'\'').is_some() => text.push('\''),
                '\'' => quoted = !quoted,
                other => text.push(other),
            }
        }
        tokens.push(Token::Text(text));
    }
    tokens
}

pub const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_letters_as_they_are() {
        let parts = joda("xxxx-'W'ww''").unwrap();
        assert_eq!(parts[1], Literal("-W".to_owned()));
        assert_eq!(parts[3], Literal("'".to_owned()));
        assert!(joda("yyyy-bb").is_err());
    }

    #[test]
    fn years_before_other_digits_have_the_digits_of_the_pattern() {
        assert_eq!(joda("yyyyMM").unwrap()[0], Number(Field::Year, 4, 4));
        assert_eq!(joda("yyyy-MM").unwrap()[0], Number(Field::Year, 4, 9));
    }

    #[test]
    fn what_mysql_has_and_trino_has_not_is_refused() {
        assert!(mysql("%D").is_err());
        assert_eq!(mysql("%%").unwrap(), vec![Literal("%".to_owned())]);
    }
}

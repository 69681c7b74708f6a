//! Patterns of dates and times, `yyyy-MM-dd HH:mm:ss`, split into fields and plain text.
//!
//! Letters that Spark refuses are refused with a sentence; so are zone names, which no kernel here writes.
//!
//! Source: Spark's "Datetime Patterns for Formatting and Parsing", `DateTimeFormatterHelper`,
//! `java.time.format.DateTimeFormatterBuilder.appendPattern`.

/// A pattern, ready to write and to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) items: Vec<Item>,
}

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// Text that stands for itself.
    Plain(String),
    /// A field and how often its letter is written.
    Field(Field, usize),
    /// What is between brackets: written always, read where it is there.
    Optional(Vec<Item>),
}

/// What a letter stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Era,
    Year,
    Month,
    Day,
    DayOfYear,
    Quarter,
    Weekday,
    HalfDay,
    /// 1 to 12.
    HourOfHalfDay,
    /// 0 to 11.
    HourOfHalfDayFromZero,
    /// 0 to 23.
    Hour,
    /// 1 to 24.
    HourFromOne,
    Minute,
    Second,
    Fraction,
    /// `X`: an offset, `Z` for zero.
    OffsetOrZ,
    /// `x`: an offset, digits for zero.
    Offset,
    /// `Z`: an offset, without a colon as a rule.
    OffsetPlain,
    /// `VV`, `z`: a zone's name.
    Zone,
}

impl Pattern {
    /// Splits a pattern; an error is a sentence for its author.
    pub(super) fn parse(text: &str) -> Result<Pattern, String> {
        let mut characters = text.chars().peekable();
        let mut open: Vec<Vec<Item>> = vec![Vec::new()];
        while let Some(c) = characters.next() {
            let item = match c {
                'a'..='z' | 'A'..='Z' => {
                    let mut count = 1;
                    while characters.next_if_eq(&c).is_some() {
                        count += 1;
                    }
                    field(c, count).ok_or_else(|| refused(text, &c.to_string().repeat(count)))?
                }
                '\'' => Item::Plain(quoted(&mut characters).ok_or_else(|| refused(text, "'"))?),
                '[' => {
                    open.push(Vec::new());
                    continue;
                }
                ']' => {
                    let items = open.pop().expect("the outermost list is never taken");
                    if open.is_empty() {
                        return Err(refused(text, "]"));
                    }
                    Item::Optional(items)
                }
                '{' | '}' | '#' => return Err(refused(text, &c.to_string())),
                plain => Item::Plain(plain.to_string()),
            };
            open.last_mut().expect("the outermost list is never taken").push(item);
        }
        // An open bracket is closed by the end.
        while open.len() > 1 {
            let items = open.pop().expect("there is more than one");
            open.last_mut().expect("there was more than one").push(Item::Optional(items));
        }
        Ok(Pattern { items: open.remove(0) })
    }
}

fn refused(pattern: &str, part: &str) -> String {
    format!("[INVALID_DATETIME_PATTERN] unrecognized datetime pattern: {pattern}, at `{part}`")
}

fn field(letter: char, count: usize) -> Option<Item> {
    let (field, most) = match letter {
        'G' => (Field::Era, 4),
        'y' | 'u' => (Field::Year, 6),
        'M' | 'L' => (Field::Month, 4),
        'd' => (Field::Day, 2),
        'D' => (Field::DayOfYear, 3),
        'Q' | 'q' => (Field::Quarter, 4),
        'E' => (Field::Weekday, 4),
        'a' => (Field::HalfDay, 1),
        'h' => (Field::HourOfHalfDay, 2),
        'K' => (Field::HourOfHalfDayFromZero, 2),
        'H' => (Field::Hour, 2),
        'k' => (Field::HourFromOne, 2),
        'm' => (Field::Minute, 2),
        's' => (Field::Second, 2),
        'S' => (Field::Fraction, 9),
        'X' => (Field::OffsetOrZ, 5),
        'x' => (Field::Offset, 5),
        'Z' => (Field::OffsetPlain, 5),
        'V' if count == 2 => (Field::Zone, 2),
        'z' => (Field::Zone, 4),
        _ => return None,
    };
    (count <= most).then_some(Item::Field(field, count))
}

/// The text up to the closing quote; two quotes are one.
fn quoted(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    let mut plain = String::new();
    loop {
        match characters.next()? {
            '\'' if characters.next_if_eq(&'\'').is_some() => plain.push('\''),
            '\'' if plain.is_empty() => return Some("'".to_owned()),
            '\'' => return Some(plain),
            c => plain.push(c),
        }
    }
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_split_into_fields_and_text() {
        let pattern = Pattern::parse("yyyy-MM'T'[HH]").expect("valid");
        let plain = |t: &str| Item::Plain(t.to_owned());
        let expected = vec![
            Item::Field(Field::Year, 4),
            plain("-"),
            Item::Field(Field::Month, 2),
            plain("T"),
            Item::Optional(vec![Item::Field(Field::Hour, 2)]),
        ];
        assert_eq!(pattern.items, expected);
        for refused in ["YYYY", "ww", "yyyy]", "{", "'open", "ddd", "A", "VVV"] {
            assert!(Pattern::parse(refused).is_err(), "{refused}");
        }
    }
}

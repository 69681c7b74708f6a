//! Cells of expected rows: values, and conditions on values.
//!
//! | written | accepts |
//! |---|---|
//! | `14`, `abc`, `true` | that value: numbers by value, instants by instant, everything else by its text |
//! | `null` | null (in a row that is a mapping: YAML's null) |
//! | `any` | everything, null too |
//! | `< 5`, `<= 5`, `> 5`, `>= 5` | numbers on that side; likewise instants: `> 2026-01-05 10:00:00` |
//! | `0.2 .. 1.5` | what is between the two, both included |
//! | `~ 3.14` | numbers that round to it: its last decimal may be off by half |
//! | `!= x` | everything but that value, null too; `!= null` everything but null |
//! | `'< 5'` | the text between the quotes, whatever it looks like; a quote in it is written twice |
//!
//! Null is on no side of anything.

use std::cmp::Ordering;
use std::fmt;

use crate::file::from_text::{FromText, deserialize_from_text};
use crate::file::utc_time::UtcTime;

/// What one value of a row has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Anything.
    Any,
    /// Null.
    Null,
    /// This value.
    Value(String),
    /// What fulfils a condition.
    Bound(Bound),
}

/// A condition on a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// As it stands in the file.
    written: String,
    condition: Condition,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    Compare(Comparison, Limit),
    Between(Limit, Limit),
    /// A plain number.
    Near(String),
    Not(Option<Canonical>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Below,
    AtMost,
    Above,
    AtLeast,
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Limit {
    Number(String),
    /// Microseconds since the epoch.
    Time(i64),
}

/// A value in a form that is the same for equal values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Canonical {
    /// A whole number.
    Int(i128),
    /// The bits of any other number.
    Float(u64),
    /// Microseconds since the epoch.
    Time(i64),
    /// Anything else.
    Text(String),
}

/// Operators, each before those that it begins like.
const COMPARISONS: &[(&str, Comparison)] = &[
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("<", Comparison::Below),
    (">", Comparison::Above),
];

impl Cell {
    /// A cell of a drawn table.
    ///
    /// # Errors
    /// An operator without anything to compare with; says what was expected.
    pub(super) fn drawn(text: &str) -> Result<Cell, &'static str> {
        match text.eq_ignore_ascii_case("null") {
            true => Ok(Cell::Null),
            false => Cell::of_text(text),
        }
    }

    /// A text of a row that is a mapping.
    ///
    /// # Errors
    /// As [`Cell::drawn`].
    pub(super) fn of_text(text: &str) -> Result<Cell, &'static str> {
        if let Some(inner) = quoted(text) {
            return Ok(Cell::Value(inner));
        }
        match text {
            "any" => Ok(Cell::Any),
            text => Ok(Bound::parse(text)?.map_or_else(|| Cell::Value(text.to_owned()), Cell::Bound)),
        }
    }

    /// Whether a value, or null, is what this cell asks for.
    pub fn accepts(&self, value: Option<&str>) -> bool {
        match (self, value) {
            (Cell::Any, _) => true,
            (Cell::Null, value) => value.is_none(),
            (Cell::Value(wanted), Some(value)) => wanted == value || canonical(wanted) == canonical(value),
            (Cell::Value(_), None) => false,
            (Cell::Bound(bound), value) => bound.accepts(value),
        }
    }

    /// Whether exactly one value, or null, fits.
    pub(crate) fn is_exact(&self) -> bool {
        matches!(self, Cell::Null | Cell::Value(_))
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Any => f.write_str("any"),
            Cell::Null => f.write_str("null"),
            Cell::Value(value) => f.write_str(value),
            Cell::Bound(bound) => bound.fmt(f),
        }
    }
}

impl Bound {
    /// Reads a condition; `None` when the text is none.
    ///
    /// # Errors
    /// An operator without anything to compare with; says what was expected.
    pub(super) fn parse(text: &str) -> Result<Option<Bound>, &'static str> {
        let condition = match Condition::parse(text)? {
            Some(condition) => condition,
            None => return Ok(None),
        };
        Ok(Some(Bound { written: text.to_owned(), condition }))
    }

    /// At most this number.
    pub(super) fn at_most(number: u64) -> Bound {
        let condition = Condition::Compare(Comparison::AtMost, Limit::Number(number.to_string()));
        Bound { written: format!("<= {number}"), condition }
    }

    /// Whether it compares with a number.
    pub(super) fn is_of_numbers(&self) -> bool {
        match &self.condition {
            Condition::Compare(_, limit) | Condition::Between(limit, _) => matches!(limit, Limit::Number(_)),
            Condition::Near(_) => true,
            Condition::Not(_) => false,
        }
    }

    /// Whether a value, or null, fulfils the condition.
    pub fn accepts(&self, value: Option<&str>) -> bool {
        match (&self.condition, value) {
            (Condition::Not(other), value) => value.map(canonical) != *other,
            (_, None) => false,
            (Condition::Compare(comparison, limit), Some(value)) => {
                limit.compare(value).is_some_and(|value_to_limit| comparison.holds(value_to_limit))
            }
            (Condition::Between(low, high), Some(value)) => {
                low.compare(value).is_some_and(Ordering::is_ge)
                    && high.compare(value).is_some_and(Ordering::is_le)
            }
            (Condition::Near(wanted), Some(value)) => is_near(wanted, value),
        }
    }
}

impl FromText for Bound {
    const EXPECTED: &'static str = "a condition on a number of rows, such as `< 10000`";

    fn from_text(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(number) => Some(Bound::at_most(number)),
            Err(_) => Bound::parse(text).ok()?.filter(Bound::is_of_numbers),
        }
    }
}

deserialize_from_text!(Bound);

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl Condition {
    fn parse(text: &str) -> Result<Option<Condition>, &'static str> {
        if let Some(other) = text.strip_prefix("!=") {
            let other = other.trim();
            let is_null = other.eq_ignore_ascii_case("null");
            let value = || canonical(&quoted(other).unwrap_or_else(|| other.to_owned()));
            return Ok(Some(Condition::Not((!is_null).then(value))));
        }
        if let Some(number) = text.strip_prefix('~') {
            let number = number.trim();
            let plain = number.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+'));
            let near = plain && number.parse::<f64>().is_ok();
            let wrong = "a plain number after `~`, or the text in single quotes";
            return if near { Ok(Some(Condition::Near(number.to_owned()))) } else { Err(wrong) };
        }
        for (operator, comparison) in COMPARISONS {
            if let Some(limit) = text.strip_prefix(operator) {
                let limit = Limit::parse(limit.trim());
                let limit = limit
                    .ok_or("a number or an instant after the comparison, or the text in single quotes")?;
                return Ok(Some(Condition::Compare(*comparison, limit)));
            }
        }
        let Some((low, high)) = text.split_once("..") else { return Ok(None) };
        match (Limit::parse(low.trim()), Limit::parse(high.trim())) {
            (Some(low @ Limit::Number(_)), Some(Limit::Number(high)))
                if low.compare(&high).is_some_and(Ordering::is_ge) =>
            {
                Ok(Some(Condition::Between(low, Limit::Number(high))))
            }
            (Some(Limit::Time(low)), Some(Limit::Time(high))) if low <= high => {
                Ok(Some(Condition::Between(Limit::Time(low), Limit::Time(high))))
            }
            (Some(_), Some(_)) => Err("a range that runs upwards, such as `0.2 .. 1.5`"),
            _ => Ok(None),
        }
    }
}

impl Comparison {
    fn holds(self, value_to_limit: Ordering) -> bool {
        match self {
            Comparison::Below => value_to_limit.is_lt(),
            Comparison::AtMost => value_to_limit.is_le(),
            Comparison::Above => value_to_limit.is_gt(),
            Comparison::AtLeast => value_to_limit.is_ge(),
        }
    }
}

impl Limit {
    fn parse(text: &str) -> Option<Limit> {
        if let Some(micros) = instant(text) {
            return Some(Limit::Time(micros));
        }
        let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
        is_number.then(|| Limit::Number(text.to_owned()))
    }

    /// How a value compares with the limit; `None` when it is no such thing.
    fn compare(&self, value: &str) -> Option<Ordering> {
        match self {
            Limit::Time(limit) => Some(instant(value)?.cmp(limit)),
            Limit::Number(limit) => match (value.parse::<i128>(), limit.parse::<i128>()) {
                (Ok(value), Ok(limit)) => Some(value.cmp(&limit)),
                _ => value.parse::<f64>().ok()?.partial_cmp(&limit.parse::<f64>().ok()?),
            },
        }
    }
}

/// Whether a value is a plain number to the last decimal that is written of it.
fn is_near(wanted: &str, value: &str) -> bool {
    let decimals = wanted.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let within = 0.5 * 10f64.powi(-(decimals as i32));
    match (wanted.parse::<f64>(), value.parse::<f64>()) {
        // A value exactly between two is near both, whatever its last bit.
        (Ok(wanted), Ok(value)) => (value - wanted).abs() <= within * (1.0 + 1e-9),
        _ => false,
    }
}

/// The text between single quotes.
fn quoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(inner.replace("''", "'"))
}

/// The form in which equal values are equal: `3` and `3.0`, `2026-01-05 10:00:05` and `2026-01-05T10:00:05.000Z`.
/// What only looks like a number, as `007` does, is text.
pub(crate) fn canonical(text: &str) -> Canonical {
    if let Some(micros) = instant(text) {
        return Canonical::Time(micros);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let padded = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if padded || !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return Canonical::Text(text.to_owned());
    }
    if let Ok(whole) = text.parse::<i128>() {
        return Canonical::Int(whole);
    }
    // No double is written with more than 17 digits; a decimal is, and then every one of them counts.
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain && digits.len() > 18 {
        let trimmed = text.trim_end_matches('0').trim_end_matches('.');
        return trimmed.parse().map_or_else(|_| Canonical::Text(trimmed.to_owned()), Canonical::Int);
    }
    match text.parse::<f64>() {
        Ok(number) if number.fract() == 0.0 && number.abs() < 9e15 => Canonical::Int(number as i128),
        Ok(number) => Canonical::Float(number.to_bits()),
        Err(_) => Canonical::Text(text.to_owned()),
    }
}

/// The instant that a text stands for, in microseconds since the epoch: a date and a time of day, with a blank or `T`
/// between them, in UTC or with an offset from it.
fn instant(text: &str) -> Option<i64> {
    const SHORTEST: usize = "2026-01-05 10:00:00".len();
    if text.len() < SHORTEST || !text.is_ascii() || !matches!(text.as_bytes()[10], b' ' | b'T') {
        return None;
    }
    let (date, time) = (&text[..10], &text[11..]);
    let (time, offset) = match time.find(['Z', '+', '-']) {
        None => (time, 0),
        Some(at) => (&time[..at], offset_minutes(&time[at..])?),
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    // Nanoseconds that are all zero are as good as none.
    let fraction = if fraction.len() > 6 { fraction.strip_suffix("000")? } else { fraction };
    let whole = UtcTime::from_text(&format!("{date}T{clock}.{fraction}Z"))?;
    Some(whole.0 - offset * 60_000_000)
}

/// `Z`, `+01:00`, `-0530`, `+01`.
fn offset_minutes(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, digits) = (if text.starts_with('-') { -1 } else { 1 }, text[1..].replace(':', ""));
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !matches!(digits.len(), 2 | 4) {
        return None;
    }
    let minutes = if digits.len() == 4 { digits[2..].parse::<i64>().ok()? } else { 0 };
    Some(sign * (digits[..2].parse::<i64>().ok()? * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cell: &str, accepted: &[Option<&str>], refused: &[Option<&str>]) {
        let parsed = Cell::drawn(cell).unwrap();
        for value in accepted {
            assert!(parsed.accepts(*value), "`{cell}` accepts {value:?}");
        }
        for value in refused {
            assert!(!parsed.accepts(*value), "`{cell}` refuses {value:?}");
        }
    }

    #[test]
    fn numbers_are_compared_by_value_and_padded_ones_are_names() {
        check("3", &[Some("3"), Some("3.0"), Some("3e0")], &[Some("03"), Some("3.5"), Some("three"), None]);
        check("007", &[Some("007")], &[Some("7")]);
        check("9007199254740993", &[Some("9007199254740993")], &[Some("9007199254740992")]);
        check("12345678901234567.891", &[Some("12345678901234567.8910")], &[Some("12345678901234567.892")]);
        check("0.1", &[Some("0.10")], &[Some("0.11")]);
    }

    #[test]
    fn instants_are_compared_as_instants() {
        let same = ["2026-01-05T10:00:05Z", "2026-01-05 10:00:05.000", "2026-01-05T11:00:05+01:00"].map(Some);
        check("2026-01-05 10:00:05", &same, &[Some("2026-01-05 10:00:06"), Some("2026-01-05"), None]);
        check(
            "2026-01-05 10:00:05.5",
            &[Some("2026-01-05 10:00:05.500000000")],
            &[Some("2026-01-05 10:00:05")],
        );
        check("2026-02-30 10:00:05", &[Some("2026-02-30 10:00:05")], &[Some("2026-03-02 10:00:05")]);
    }

    #[test]
    fn sides_are_open_or_closed_as_written() {
        check("< 5", &[Some("4.99"), Some("-1")], &[Some("5"), Some("x"), None]);
        check("<= 5", &[Some("5")], &[Some("5.01")]);
        check("> 0", &[Some("1")], &[Some("0"), None]);
        check(">= 9007199254740993", &[Some("9007199254740993")], &[Some("9007199254740992")]);
        check(
            "> 2026-01-05 10:00:00",
            &[Some("2026-01-05T10:00:01Z")],
            &[Some("2026-01-05 10:00:00"), Some("3")],
        );
    }

    #[test]
    fn ranges_include_both_ends() {
        check("0.2 .. 1.5", &[Some("0.2"), Some("1.5"), Some("1")], &[Some("0.19"), Some("1.51"), None]);
        check("-3..-1", &[Some("-2")], &[Some("0")]);
        check("a..b", &[Some("a..b")], &[Some("a")]);
    }

    #[test]
    fn near_is_half_of_the_last_decimal() {
        check("~ 3.14", &[Some("3.135"), Some("3.1449"), Some("3.14")], &[Some("3.146"), Some("3.13"), None]);
        check("~ 10", &[Some("10.4")], &[Some("10.6")]);
    }

    #[test]
    fn null_is_no_value_but_different_from_every_one() {
        check("null", &[None], &[Some("null"), Some("0")]);
        check("any", &[None, Some("any"), Some("x")], &[]);
        check("!= 3", &[None, Some("4")], &[Some("3.0")]);
        check("!= null", &[Some("3")], &[None]);
    }

    #[test]
    fn quotes_make_text_of_anything() {
        check("'< 5'", &[Some("< 5")], &[Some("4"), Some("'< 5'")]);
        check("'null'", &[Some("null")], &[None]);
        check("'it''s'", &[Some("it's")], &[]);
        check("", &[Some("")], &[None]);
    }

    #[test]
    fn operators_without_a_limit_are_refused() {
        for text in ["<", "< abc", ">= x", "~ many", "5 .. 1", "<html>"] {
            assert!(Cell::drawn(text).is_err(), "{text}");
        }
    }
}

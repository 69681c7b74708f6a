//! Regular expressions of Java, as far as linear-time matching knows them: no look-around, no back references.
//!
//! Java's `\d`, `\w` and `\s` are ASCII. Patterns that cannot be compiled fail the query, as an invalid pattern does
//! in Spark.
//!
//! Source: `regexpExpressions.scala`, `java.util.regex.Pattern`, `Matcher.appendReplacement`.

use arrow::array::{ArrayRef, BooleanArray, StringArray};
use arrow::datatypes::DataType;
use datafusion_common::{Result, exec_err};
use datafusion_functions::regex::compile_regex;

use super::rows::{Remembered, int_or, text, try_strict};
use super::text::lists;

/// Pieces of a replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Group(usize),
    Name(String),
}

/// The compiled pattern. Its type belongs to a crate that is not ours to name, so this is no function.
macro_rules! compiled {
    ($remembered:expr, $pattern:expr) => {
        $remembered.get($pattern, |pattern| Ok(compile_regex(&from_java(pattern), None)?))
    };
}

pub(super) fn matches(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (texts, patterns) = (text(args, 0), text(args, 1));
    let mut remembered = Remembered::new();
    try_strict::<bool, BooleanArray>(args, |row| {
        Ok(Some(compiled!(remembered, patterns.value(row))?.is_match(texts.value(row))))
    })
}

/// The group of the first match; empty where nothing matches.
pub(super) fn extract(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (texts, patterns) = (text(args, 0), text(args, 1));
    let mut remembered = Remembered::new();
    try_strict::<String, StringArray>(args, |row| {
        let regex = compiled!(remembered, patterns.value(row))?;
        let group = group(int_or(args, 2, row, 1), regex.captures_len())?;
        let captures = regex.captures(texts.value(row));
        let found = captures.and_then(|c| c.get(group).map(|m| m.as_str().to_owned()));
        Ok(Some(found.unwrap_or_default()))
    })
}

/// The group of every match.
pub(super) fn extract_all(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (texts, patterns) = (text(args, 0), text(args, 1));
    let mut remembered = Remembered::new();
    lists(args, |row| {
        let regex = compiled!(remembered, patterns.value(row))?;
        let group = group(int_or(args, 2, row, 1), regex.captures_len())?;
        let found = regex.captures_iter(texts.value(row));
        Ok(found.map(|c| c.get(group).map_or_else(String::new, |m| m.as_str().to_owned())).collect())
    })
}

fn group(wanted: i32, groups: usize) -> Result<usize> {
    match usize::try_from(wanted) {
        Ok(group) if group < groups => Ok(group),
        _ => exec_err!(
            "[INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX] expects group index between 0 and {}, but got {wanted}",
            groups - 1
        ),
    }
}

/// Replaces every match from a position on.
pub(super) fn replace(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (texts, patterns, by) = (text(args, 0), text(args, 1), text(args, 2));
    let mut remembered = Remembered::new();
    try_strict::<String, StringArray>(args, |row| {
        let regex = compiled!(remembered, patterns.value(row))?;
        let pieces = replacement(by.value(row), regex.captures_len())?;
        let value = texts.value(row);
        let Some(start) = byte_position(value, int_or(args, 3, row, 1)) else {
            return Ok(Some(value.to_owned()));
        };
        let mut result = value[..start].to_owned();
        let mut copied = start;
        for found in regex.captures_iter(&value[start..]) {
            let whole = found.get(0).expect("the whole match is group 0");
            result.push_str(&value[copied..start + whole.start()]);
            copied = start + whole.end();
            for piece in &pieces {
                result.push_str(match piece {
                    Piece::Text(text) => text,
                    Piece::Group(group) => found.get(*group).map_or("", |m| m.as_str()),
                    Piece::Name(name) => found.name(name).map_or("", |m| m.as_str()),
                });
            }
        }
        result.push_str(&value[copied..]);
        Ok(Some(result))
    })
}

/// Where a position, counted from 1 in characters, is in bytes; `None` beyond the text.
fn byte_position(text: &str, position: i32) -> Option<usize> {
    let skipped = usize::try_from(position).ok()?.checked_sub(1)?;
    match skipped {
        0 => Some(0),
        _ => text.char_indices().nth(skipped).map(|(at, _)| at),
    }
}

/// The parts between the matches. A positive limit is the most parts; the last one is then the rest.
pub(super) fn split(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let (texts, patterns) = (text(args, 0), text(args, 1));
    let mut remembered = Remembered::new();
    lists(args, |row| {
        let (value, pattern) = (texts.value(row), patterns.value(row));
        let limit =
            usize::try_from(int_or(args, 2, row, -1)).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX);
        if pattern.is_empty() && !value.is_empty() {
            return Ok(value.chars().take(limit).map(String::from).collect());
        }
        let regex = compiled!(remembered, pattern)?;
        let mut parts = Vec::new();
        let mut start = 0;
        for found in regex.find_iter(value) {
            if parts.len() + 1 >= limit {
                break;
            }
            // An empty match at the start would part nothing from the text.
            if found.end() > 0 {
                parts.push(value[start..found.start()].to_owned());
                start = found.end();
            }
        }
        parts.push(value[start..].to_owned());
        Ok(parts)
    })
}

/// Java's classes of characters as ASCII sets; `\Z` as the end.
fn from_java(pattern: &str) -> String {
    let mut result = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        if c != '\\' {
            result.push(c);
            continue;
        }
        match characters.next() {
            Some('d') => result.push_str("[0-9]"),
            Some('D') => result.push_str("[^0-9]"),
            Some('w') => result.push_str("[a-zA-Z_0-9]"),
            Some('W') => result.push_str("[^a-zA-Z_0-9]"),
            Some('s') => result.push_str("[ \\t\\n\\x0B\\f\\r]"),
            Some('S') => result.push_str("[^ \\t\\n\\x0B\\f\\r]"),
            Some('h') => result.push_str("[ \\t\\u{A0}]"),
            Some('Z') => result.push_str("\\z"),
            Some(next) => result.extend(['\\', next]),
            None => result.push('\\'),
        }
    }
    result
}

/// `$1` and `${name}` stand for groups, a backslash makes the next character plain.
fn replacement(text: &str, groups: usize) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some(next) => plain.push(next),
                None => return exec_err!("character to be escaped is missing in the replacement '{text}'"),
            },
            '$' => {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
                pieces.push(group_reference(text, groups, &mut characters)?);
            }
            c => plain.push(c),
        }
    }
    pieces.push(Piece::Text(plain));
    Ok(pieces)
}

/// What follows a `$`: as many digits as name a group, or a name in braces.
fn group_reference(
    text: &str,
    groups: usize,
    characters: &mut std::iter::Peekable<std::str::Chars<'_>>,
) -> Result<Piece> {
    if characters.next_if_eq(&'{').is_some() {
        let name: String = characters.by_ref().take_while(|c| *c != '}').collect();
        return Ok(Piece::Name(name));
    }
    let mut group: Option<usize> = None;
    while let Some(digit) = characters.peek().and_then(|c| c.to_digit(10)) {
        let next = group.unwrap_or(0) * 10 + digit as usize;
        if group.is_some() && next >= groups {
            break;
        }
        group = Some(next);
        characters.next();
    }
    match group {
        Some(group) if group < groups => Ok(Piece::Group(group)),
        Some(group) => exec_err!("no group {group} for the replacement '{text}'"),
        None => exec_err!("illegal group reference in the replacement '{text}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_name_as_many_digits_as_there_are_groups() {
        let text = |t: &str| Piece::Text(t.to_owned());
        let pieces = replacement("a$12\\$", 3).expect("valid");
        assert_eq!(pieces, [text("a"), Piece::Group(1), text("2$")]);
        assert!(replacement("$3", 3).is_err());
        assert!(replacement("$x", 3).is_err());
    }

    #[test]
    fn classes_are_ascii() {
        assert_eq!(from_java(r"[\d,]\\d"), r"[[0-9],]\\d");
    }
}

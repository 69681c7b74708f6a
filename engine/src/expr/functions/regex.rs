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
        $remembered.get($pattern, |pattern| {
            let pattern = from_java(pattern).map_err(datafusion_common::DataFusionError::Execution)?;
            Ok(compile_regex(&pattern, None)?)
        })
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

/// What this kind of matching cannot do, in the pattern's own words; `None` when there is nothing of it.
pub(super) fn beyond(pattern: &str) -> Option<String> {
    from_java(pattern).err()
}

/// The sets of ASCII that Java calls `\\p{Alpha}` and so on.
const POSIX: [(&str, &str); 12] = [
    ("Alpha", "alpha"),
    ("Lower", "lower"),
    ("Upper", "upper"),
    ("Digit", "digit"),
    ("Alnum", "alnum"),
    ("Punct", "punct"),
    ("Space", "space"),
    ("XDigit", "xdigit"),
    ("Cntrl", "cntrl"),
    ("Blank", "blank"),
    ("Graph", "graph"),
    ("Print", "print"),
];

/// Java's pattern in the words of the crate that matches: classes of characters as ASCII sets, a dot that leaves out
/// every line terminator, quoted parts escaped. The error names what there is no word for.
fn from_java(pattern: &str) -> Result<String, String> {
    let refused = |what: &str| {
        Err(format!(
            "{what} in the regular expression '{pattern}' is not supported: it needs more than one pass"
        ))
    };
    let every_character = pattern.contains("(?s");
    let mut result = String::with_capacity(pattern.len());
    let mut rest = pattern;
    // How many brackets are open: in them a parenthesis is a character.
    let mut depth: usize = 0;
    while let Some(c) = rest.chars().next() {
        if depth == 0 {
            if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|start| rest.starts_with(start)) {
                return refused("look-around");
            }
            if rest.starts_with("(?>") {
                return refused("an atomic group");
            }
            if ["*+", "++", "?+", "}+"].iter().any(|end| rest.starts_with(end)) {
                return refused("a possessive quantifier");
            }
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                rest = escaped(rest, &mut result).map_or_else(|what| refused(what).map(|_: String| ""), Ok)?
            }
            '[' if depth > 0 && rest.starts_with(':') => {
                depth += 1;
                result.push_str("[\\x3A");
                rest = &rest[1..];
            }
            '[' => {
                depth += 1;
                result.push('[');
                // A bracket that closes at once is a character.
                let negated = rest.starts_with('^');
                result.push_str(if negated { "^" } else { "" });
                rest = &rest[usize::from(negated)..];
            }
            ']' => {
                depth = depth.saturating_sub(1);
                result.push(']');
            }
            '.' if depth == 0 && !every_character => result.push_str("[^\\n\\r\\u{85}\\u{2028}\\u{2029}]"),
            c => result.push(c),
        }
    }
    Ok(result)
}

/// Writes what a backslash and the text behind it mean; gives the text behind that.
fn escaped<'p>(rest: &'p str, result: &mut String) -> Result<&'p str, &'static str> {
    let Some(c) = rest.chars().next() else {
        result.push('\\');
        return Ok(rest);
    };
    let behind = &rest[c.len_utf8()..];
    match c {
        'd' => result.push_str("[0-9]"),
        'D' => result.push_str("[^0-9]"),
        'w' => result.push_str("[a-zA-Z_0-9]"),
        'W' => result.push_str("[^a-zA-Z_0-9]"),
        's' => result.push_str("[ \\t\\n\\x0B\\f\\r]"),
        'S' => result.push_str("[^ \\t\\n\\x0B\\f\\r]"),
        'h' => result.push_str("[ \\t\\u{A0}]"),
        'Z' => result.push_str("\\z"),
        '1'..='9' | 'k' => return Err("a back reference"),
        'Q' => {
            let (quoted, behind) = behind.split_once("\\E").unwrap_or((behind, ""));
            for c in quoted.chars() {
                match c.is_ascii_punctuation() {
                    true => result.extend(['\\', c]),
                    false => result.push(c),
                }
            }
            return Ok(behind);
        }
        'p' | 'P' => {
            let posix = POSIX.iter().find_map(|(java, name)| {
                Some((behind.strip_prefix('{')?.strip_prefix(java)?.strip_prefix('}')?, name))
            });
            if let Some((behind, name)) = posix {
                let not = if c == 'P' { "^" } else { "" };
                result.push_str(&format!("[[:{not}{name}:]]"));
                return Ok(behind);
            }
            result.extend(['\\', c]);
        }
        c => result.extend(['\\', c]),
    }
    Ok(behind)
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
        let words = |pattern: &str| from_java(pattern).unwrap();
        assert_eq!(words(r"[\d,]\\d"), r"[[0-9],]\\d");
        assert_eq!(words(r"\Qa.b\E"), r"a\.b");
        assert_eq!(words(r"\p{Alpha}"), "[[:alpha:]]");
        assert_eq!(words("[[:alpha:]]"), r"[[\x3Aalpha:]]");
    }

    #[test]
    fn what_needs_more_than_one_pass_is_named() {
        for (pattern, what) in [
            ("(?=a)", "look-around"),
            ("(?<!a)b", "look-around"),
            ("(?>a)", "an atomic group"),
            ("a++", "a possessive quantifier"),
            (r"(a)\1", "a back reference"),
        ] {
            let problem = beyond(pattern).unwrap();
            assert!(problem.starts_with(what), "{problem}");
        }
        assert_eq!(beyond("[(?=]a+"), None);
    }
}

//! Regular expressions as Trino takes them: Java's syntax, groups in a replacement as `$1` and `${name}`.
//!
//! Not handled, and refused: lookaround, backreferences, atomic groups, possessive quantifiers, and `$` before the
//! newline that ends a text; the `regex` crate has none of them.
//!
//! Source: Trino's `JoniRegexpFunctions`.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::registrar::Registrar;
use arrow::array::{Array, ArrayRef, ListBuilder, StringBuilder};
use arrow::datatypes::{DataType, Field};
use regex::{Captures, Regex};

use super::column::{Bool, Column, Int, Int32, Text, Texts, function2, function3, function4};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function2::<Text, Text, Bool>(c, "wt_regexp_like", |text, pattern| {
        Ok(Some(Pattern::of(pattern, text)?.regex.is_match(text)))
    })?;
    function2::<Text, Text, Int>(c, "wt_regexp_count", |text, pattern| {
        Ok(Some(Pattern::of(pattern, text)?.matches(text).count() as i64))
    })?;
    function3::<Text, Text, Int, Text>(c, "wt_regexp_extract", extract)?;
    function3::<Text, Text, Int, Texts>(c, "wt_regexp_extract_all", extract_all)?;
    function4::<Text, Text, Int32, Int32, Int32>(c, "wt_regexp_position", position)?;
    function3::<Text, Text, Text, Text>(c, "wt_regexp_replace", replace)?;
    function2::<Text, Text, Texts>(c, "wt_regexp_split", split)?;
    function2::<Text, Text, TextLists>(c, "wt_regexp_groups", groups)?;
    function2::<Texts, Texts, Text>(c, "wt_regexp_join", |between, put| Ok(join(&between, &put)))
}

/// `VARCHAR[][]`, written only.
struct TextLists;

impl Column for TextLists {
    type In<'a> = ();
    type Out = Vec<Vec<Option<String>>>;

    fn data_type() -> DataType {
        DataType::List(Arc::new(Field::new_list_field(Texts::data_type(), true)))
    }

    fn read(_: &dyn Array, _: usize) {}

    fn write(values: Vec<Option<Self::Out>>, _: &[ArrayRef]) -> ArrayRef {
        let mut rows = ListBuilder::new(ListBuilder::new(StringBuilder::new()));
        for row in values {
            let is_list = row.is_some();
            for texts in row.into_iter().flatten() {
                rows.values().append_value(texts);
            }
            rows.append(is_list);
        }
        Arc::new(rows.finish())
    }
}

/// A pattern, compiled.
struct Pattern {
    source: String,
    regex: Regex,
    /// Whether `$` or `\Z` is in it, which would also match before a newline at the very end.
    has_end: bool,
}

thread_local! {
    /// The pattern that was used last: as a rule all rows have the same.
    static LAST: RefCell<Option<Rc<Pattern>>> = const { RefCell::new(None) };
}

impl Pattern {
    /// The pattern, ready for a text.
    fn of(source: &str, text: &str) -> Result<Rc<Self>, Failure> {
        let last = LAST.with_borrow(|last| last.clone().filter(|last| last.source == source));
        let pattern = match last {
            Some(pattern) => pattern,
            None => {
                let pattern = Rc::new(Self::compile(source)?);
                LAST.set(Some(Rc::clone(&pattern)));
                pattern
            }
        };
        if pattern.has_end && text.ends_with('\n') {
            return Err(refused(source, "`$` on a text that ends in a newline is not supported"));
        }
        Ok(pattern)
    }

    fn compile(source: &str) -> Result<Self, Failure> {
        let (text, has_end) = translated(source)?;
        match Regex::new(&text) {
            Ok(regex) => Ok(Self { source: source.to_owned(), regex, has_end }),
            Err(error) => {
                // The last line of many says what is wrong.
                let error = error.to_string();
                let reason = error.lines().last().unwrap_or_default();
                Err(refused(source, reason.trim_start_matches("error: ")))
            }
        }
    }

    /// All matches. Unlike the crate's own, an empty one may follow another at once.
    fn matches<'p, 't: 'p>(&'p self, text: &'t str) -> impl Iterator<Item = Captures<'t>> + 'p {
        self.matches_from(text, 0)
    }

    fn matches_from<'p, 't: 'p>(
        &'p self,
        text: &'t str,
        from: usize,
    ) -> impl Iterator<Item = Captures<'t>> + 'p {
        let mut next = Some(from);
        std::iter::from_fn(move || {
            let captures = self.regex.captures_at(text, next?)?;
            let whole = captures.get_match();
            next = match text[whole.end()..].chars().next() {
                _ if !whole.is_empty() => Some(whole.end()),
                Some(c) => Some(whole.end() + c.len_utf8()),
                None => None,
            };
            Some(captures)
        })
    }

    fn group(&self, group: i64) -> Result<usize, Failure> {
        let groups = self.regex.captures_len() - 1;
        match usize::try_from(group) {
            Err(_) => Err(Failure::argument("Group cannot be negative")),
            Ok(group) if group > groups => {
                Err(Failure::argument(format!("Pattern has {groups} groups. Cannot access group {group}")))
            }
            Ok(group) => Ok(group),
        }
    }
}

fn refused(pattern: &str, reason: &str) -> Failure {
    Failure::argument(format!("Invalid regular expression '{pattern}': {reason}"))
}

/// Java's syntax in the crate's, where both mean something else by the same text; and whether `$` is in it.
fn translated(source: &str) -> Result<(String, bool), Failure> {
    let (mut out, mut depth, mut has_end) = (String::new(), 0, false);
    let multiline = source.contains("(?m");
    let mut rest = source.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        match (c, next) {
            ('\\', Some('Q')) => {
                rest.next();
                let quoted: String = rest.clone().collect();
                let quoted = quoted.split("\\E").next().unwrap_or_default();
                out += &regex::escape(quoted);
                for _ in 0..quoted.chars().count() + 2 {
                    rest.next();
                }
            }
            ('\\', Some(escaped)) => {
                rest.next();
                has_end |= escaped == 'Z';
                match escaped {
                    '<' | '>' => out.push(escaped),
                    'Z' => out += "\\z",
                    'e' => out += "\\x1B",
                    _ => out.extend(['\\', escaped]),
                }
            }
            ('*' | '+' | '?' | '}', Some('+')) if depth == 0 => {
                return Err(refused(source, "possessive quantifiers are not supported"));
            }
            ('-' | '~', Some(same)) if depth > 0 && same == c => {
                return Err(refused(source, "`--` and `~~` inside brackets are not supported"));
            }
            ('[', _) => {
                depth += 1;
                out.push(c);
            }
            (']', _) if depth > 0 => {
                depth -= 1;
                out.push(c);
            }
            ('$', _) if depth == 0 => {
                has_end |= !multiline;
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    Ok((out, has_end))
}

fn group_text(captures: &Captures<'_>, group: usize) -> Option<String> {
    captures.get(group).map(|group| group.as_str().to_owned())
}

fn extract(text: &str, pattern: &str, group: i64) -> Answer<String> {
    let pattern = Pattern::of(pattern, text)?;
    let group = pattern.group(group)?;
    Ok(pattern.regex.captures(text).and_then(|captures| group_text(&captures, group)))
}

fn extract_all(text: &str, pattern: &str, group: i64) -> Answer<Vec<Option<String>>> {
    let pattern = Pattern::of(pattern, text)?;
    let group = pattern.group(group)?;
    Ok(Some(pattern.matches(text).map(|captures| group_text(&captures, group)).collect()))
}

fn position(text: &str, pattern: &str, start: i32, occurrence: i32) -> Answer<i32> {
    for (value, name) in [(start, "start position"), (occurrence, "occurrence")] {
        if value < 1 {
            return Err(Failure::argument(format!("{name} cannot be smaller than 1")));
        }
    }
    let Some((from, _)) = text.char_indices().nth(start as usize - 1) else { return Ok(Some(-1)) };
    let pattern = Pattern::of(pattern, text)?;
    let found = pattern.matches_from(text, from).nth(occurrence as usize - 1);
    Ok(Some(found.map_or(-1, |found| text[..found.get_match().start()].chars().count() as i32 + 1)))
}

fn split(text: &str, pattern: &str) -> Answer<Vec<Option<String>>> {
    let pattern = Pattern::of(pattern, text)?;
    let (mut parts, mut end) = (vec![], 0);
    for captures in pattern.matches(text) {
        let whole = captures.get_match();
        parts.push(Some(text[end..whole.start()].to_owned()));
        end = whole.end();
    }
    parts.push(Some(text[end..].to_owned()));
    Ok(Some(parts))
}

/// The groups of each match, the whole one not among them.
fn groups(text: &str, pattern: &str) -> Answer<Vec<Vec<Option<String>>>> {
    let pattern = Pattern::of(pattern, text)?;
    let all = pattern
        .matches(text)
        .map(|captures| (1..captures.len()).map(|group| group_text(&captures, group)).collect::<Vec<_>>());
    Ok(Some(all.collect()))
}

/// What was between matches and what is put in their place; null where null is put.
fn join(between: &[Option<&str>], put: &[Option<&str>]) -> Option<String> {
    let mut out = String::new();
    for (at, text) in between.iter().enumerate() {
        out += (*text)?;
        if let Some(put) = put.get(at) {
            out += (*put)?;
        }
    }
    Some(out)
}

fn replace(text: &str, pattern: &str, replacement: &str) -> Answer<String> {
    let pattern = Pattern::of(pattern, text)?;
    let (mut out, mut end) = (String::new(), 0);
    for captures in pattern.matches(text) {
        let whole = captures.get_match();
        out += &text[end..whole.start()];
        end = whole.end();
        append(&mut out, replacement, &captures, &pattern.regex)?;
    }
    Ok(Some(out + &text[end..]))
}

/// Appends a replacement: `$1`, `${name}`, and what stands behind a backslash as it is.
fn append(
    out: &mut String,
    replacement: &str,
    captures: &Captures<'_>,
    regex: &Regex,
) -> Result<(), Failure> {
    let illegal = || Failure::argument(format!("Illegal replacement sequence: {replacement}"));
    let unknown =
        |group: &str| Failure::argument(format!("Illegal replacement sequence: unknown group {group}"));
    let mut rest = replacement;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let escaped = rest.chars().next().ok_or_else(illegal)?;
                out.push(escaped);
                rest = &rest[escaped.len_utf8()..];
            }
            '$' if rest.starts_with('{') => {
                let (name, behind) = rest[1..].split_once('}').unwrap_or((&rest[1..], ""));
                if !regex.capture_names().flatten().any(|known| known == name) {
                    return Err(unknown(&format!("{{ {name} }}")));
                }
                out.push_str(captures.name(name).map_or("", |group| group.as_str()));
                rest = behind;
            }
            '$' => {
                let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
                if digits == 0 {
                    return Err(illegal());
                }
                // As many digits as there is a group for.
                let fits =
                    |length: &usize| rest[..*length].parse().is_ok_and(|group: usize| group < captures.len());
                let length = (1..=digits).take_while(fits).last().ok_or_else(|| unknown(&rest[..1]))?;
                let group = rest[..length].parse().unwrap_or_default();
                out.push_str(captures.get(group).map_or("", |group| group.as_str()));
                rest = &rest[length..];
            }
            c => out.push(c),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_match_may_follow_another() {
        assert_eq!(replace("abc", "b*", "-").unwrap().as_deref(), Some("-a--c-"));
    }

    #[test]
    fn java_means_otherwise() {
        assert_eq!(replace("a.b<c", r"\Q.b\E\<", "").unwrap().as_deref(), Some("ac"));
        for pattern in ["a++", "[a--b]", "foo(?=bar)", r"(a)\1", "("] {
            assert!(Pattern::compile(pattern).is_err(), "{pattern}");
        }
        assert!(Pattern::of("b$", "ab\n").is_err());
        assert!(Pattern::of("b$", "ab").is_ok());
    }

    #[test]
    fn groups_are_named_by_as_many_digits_as_fit() {
        assert_eq!(replace("ab", "(a)(b)", "$21\\$").unwrap().as_deref(), Some("b1$"));
        assert!(replace("ab", "(a)", "$2").is_err());
        assert_eq!(replace("xx", "(a)|x", "<$1>").unwrap().as_deref(), Some("<><>"));
    }
}

//! Errors of the SQL front end: what is wrong, where in the text, and what to do about it.

use std::ops::Range;

use sqlparser::tokenizer::{Location, Span};

use crate::spelling::edit_distance;

/// A place in the text that cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SqlError {
    /// What is wrong; where Spark has an error class it comes first, in brackets.
    pub message: String,
    /// Where, as a byte range of the text.
    pub span: Range<usize>,
    /// What to do next.
    pub help: Option<String>,
}

impl SqlError {
    pub(super) fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), span, help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Converts the parser's lines and columns into byte ranges.
pub(super) struct Places<'a> {
    text: &'a str,
    /// Byte offset of the start of each line.
    lines: Vec<usize>,
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let starts = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1);
        Self { text, lines: std::iter::once(0).chain(starts).collect() }
    }

    /// Byte offset of a location; both of its numbers count from 1, columns in characters.
    fn offset(&self, location: Location) -> usize {
        let Some(start) = self.lines.get((location.line as usize).wrapping_sub(1)) else {
            return self.text.len();
        };
        let skipped = (location.column as usize).saturating_sub(1);
        let line = &self.text[*start..];
        start + line.char_indices().nth(skipped).map_or(line.len(), |(i, _)| i)
    }

    pub(super) fn start(&self, span: Span) -> usize {
        self.offset(span.start)
    }

    /// The bytes of a span; empty spans (which the parser gives to some nodes) point at the start of the text.
    pub(super) fn range(&self, span: Span) -> Range<usize> {
        let start = self.offset(span.start);
        start..self.offset(span.end).max(start)
    }

    /// The text of a span.
    pub(super) fn text(&self, span: Range<usize>) -> &'a str {
        &self.text[span]
    }

    /// Length of the whole text.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The parser's messages end in `at Line: 3, Column: 7`, or speak of the end of the text.
    pub(super) fn parser_error(&self, message: &str) -> SqlError {
        let (what, place) = message.rsplit_once(" at Line: ").unwrap_or((message, ""));
        let mut numbers = place.split(", Column: ").map(str::parse::<u64>);
        let location = match (numbers.next(), numbers.next()) {
            (Some(Ok(line)), Some(Ok(column))) if line > 0 => Location { line, column },
            _ => {
                return SqlError::at(
                    self.text.len()..self.text.len(),
                    format!("[PARSE_SYNTAX_ERROR] syntax error: {}", lower(what)),
                );
            }
        };
        let start = self.offset(location);
        let token = self.text[start..].find(|c: char| c.is_whitespace()).unwrap_or(self.text.len() - start);
        SqlError::at(
            start..start + token.max(1).min(self.text.len() - start),
            format!("[PARSE_SYNTAX_ERROR] syntax error: {}", lower(what)),
        )
    }
}

/// The parser's sentence as ours: in lower case (but for keywords), without a full stop.
fn lower(message: &str) -> String {
    let message = message.trim_start_matches("sql parser error: ").trim_end_matches('.');
    let message = message.replace("found: EOF", "found: the end of the file");
    let keyword = message.chars().nth(1).is_some_and(char::is_uppercase);
    let mut chars = message.chars();
    match chars.next() {
        Some(first) if !keyword => first.to_lowercase().chain(chars).collect(),
        _ => message,
    }
}

/// The candidates closest to a misspelt name, best first, three at most.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let limit = name.len() / 2 + 1;
    let mut scored: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|c| (edit_distance(&name, &c.to_lowercase()), c))
        .filter(|(d, _)| *d <= limit)
        .collect();
    scored.sort();
    scored.dedup();
    scored.into_iter().map(|(_, c)| c).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_names_come_best_first() {
        assert_eq!(nearest("purchse_time", ["user_id", "purchase_time", "price"]), ["purchase_time"]);
        assert!(nearest("x", ["transaction_id"]).is_empty());
    }

    #[test]
    fn the_parsers_sentences_become_ours() {
        assert_eq!(
            lower("sql parser error: Expected: end of statement, found: EOF"),
            "expected: end of statement, found: the end of the file"
        );
        assert_eq!(
            lower("Expected close delimiter '`' before EOF."),
            "expected close delimiter '`' before EOF"
        );
        assert_eq!(lower("INTERVAL requires a unit"), "INTERVAL requires a unit");
    }

    #[test]
    fn places_count_characters_not_bytes() {
        let places = Places::new("-- é\nSELECT 'é', b");
        let span = Span { start: Location { line: 2, column: 13 }, end: Location { line: 2, column: 14 } };
        assert_eq!(places.text(places.range(span)), "b");
    }
}

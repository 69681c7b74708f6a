//! Takes out of the token stream what the parser does not know: `STREAMING` in `CREATE STREAMING TABLE`, and
//! `WATERMARK column DELAY OF INTERVAL n unit …` behind a stream reference. Positions stay as they are.
//!
//! Grammar: Spark 4.1, SPARK-53687 (`WATERMARK colName DELAY OF interval`).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::error::{Places, SqlError};
use super::lexical::tokenize;
use crate::types::interval::{Interval, parse_interval};

/// A `WATERMARK` clause.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WatermarkClause {
    pub(super) column: String,
    pub(super) column_span: Range<usize>,
    pub(super) delay: Interval,
    pub(super) delay_text: String,
    pub(super) delay_span: Range<usize>,
}

/// What is left for the parser, and what was taken out.
pub(super) struct Prepared {
    pub(super) tokens: Vec<TokenWithSpan>,
    /// By the byte offset of the `STREAM` keyword that each clause belongs to.
    pub(super) watermarks: BTreeMap<usize, WatermarkClause>,
    /// Byte offsets of the names of streaming tables.
    pub(super) streaming_tables: BTreeSet<usize>,
}

pub(super) fn prepare(text: &str, places: &Places<'_>) -> Result<Prepared, SqlError> {
    let tokens = tokenize(text).map_err(|e| {
        places.parser_error(&format!(
            "{} at Line: {}, Column: {}",
            e.message, e.location.line, e.location.column
        ))
    })?;
    let mut scan = Scan { tokens, at: 0, places };
    let mut prepared =
        Prepared { tokens: vec![], watermarks: BTreeMap::new(), streaming_tables: BTreeSet::new() };
    // The stream reference that a WATERMARK clause would belong to, and whether its parentheses are open.
    let (mut stream, mut depth) = (None, 0);
    while let Some(token) = scan.tokens.get(scan.at).cloned() {
        let after_create = prepared
            .tokens
            .iter()
            .rfind(|t| !is_blank(&t.token))
            .is_some_and(|t| is_word(&t.token, "CREATE"));
        if after_create && is_word(&token.token, "STREAMING") {
            scan.at += 1;
            prepared.streaming_tables.extend(scan.name_after_table());
            continue;
        }
        match &token.token {
            word if is_word(word, "STREAM") => (stream, depth) = (Some(places.start(token.span)), 0),
            Token::LParen if stream.is_some() => depth += 1,
            Token::RParen if stream.is_some() => depth -= 1,
            Token::Whitespace(_) => {}
            word if is_word(word, "WATERMARK") && depth == 0 && stream.is_some() => {
                let clause = scan.watermark()?;
                prepared.watermarks.insert(stream.take().expect("just checked"), clause);
                continue;
            }
            word if is_word(word, "INTERVAL") => {
                if let Some((length, end)) = scan.length() {
                    prepared.tokens.push(token);
                    prepared.tokens.extend(length);
                    scan.at = end;
                    continue;
                }
            }
            _ if depth == 0 => stream = None,
            _ => {}
        }
        prepared.tokens.push(token);
        scan.at += 1;
    }
    Ok(prepared)
}

struct Scan<'a> {
    tokens: Vec<TokenWithSpan>,
    at: usize,
    places: &'a Places<'a>,
}

impl Scan<'_> {
    /// Offset of the name in `TABLE [IF NOT EXISTS] name`, from the current position.
    fn name_after_table(&self) -> Option<usize> {
        let mut words = self.tokens[self.at..].iter().filter(|t| !is_blank(&t.token));
        words.next().filter(|t| is_word(&t.token, "TABLE"))?;
        let name = words.find(|t| !["IF", "NOT", "EXISTS"].iter().any(|w| is_word(&t.token, w)))?;
        Some(self.places.start(name.span))
    }

    /// The clause that starts at the current `WATERMARK`.
    fn watermark(&mut self) -> Result<WatermarkClause, SqlError> {
        self.at += 1;
        let column = self.next("the event-time column")?;
        let column_span = self.places.range(column.span);
        let Token::Word(word) = &column.token else {
            return Err(SqlError::at(column_span, "expected the event-time column after WATERMARK"));
        };
        for keyword in ["DELAY", "OF", "INTERVAL"] {
            let token = self.next(keyword)?;
            if !is_word(&token.token, keyword) {
                return Err(SqlError::at(self.places.range(token.span), format!("expected {keyword}"))
                    .help("write WATERMARK column DELAY OF INTERVAL 10 MINUTES"));
            }
        }
        let start = self.peek().map_or(self.places.len(), |t| self.places.start(t.span));
        let mut end = start;
        let mut parts: Vec<String> = Vec::new();
        let mut number = false;
        while let Some(token) = self.peek() {
            let part = match &token.token {
                Token::Number(number, _) => number.clone(),
                Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => text.clone(),
                Token::Minus => "-".to_owned(),
                // A number wants a unit: what stands there instead is what is wrong.
                Token::Word(word) if number || Interval::is_unit(&word.value) => word.value.clone(),
                _ => break,
            };
            number = matches!(token.token, Token::Number(..));
            end = self.places.range(token.span).end;
            parts.push(part);
            self.at += 1;
        }
        let delay_span = start..end.max(start);
        let delay = parse_interval(&parts.join(" ").replace("- ", "-")).map_err(|problem| {
            SqlError::at(delay_span.clone(), problem).help("write a delay such as INTERVAL 10 MINUTES")
        })?;
        let delay_text = self.places.text(delay_span.clone()).to_owned();
        Ok(WatermarkClause { column: word.value.clone(), column_span, delay, delay_text, delay_span })
    }

    /// What stands behind the current `INTERVAL`, in the one form that the parser knows, and the position behind it:
    /// `2 seconds 500 milliseconds` and `'2 seconds'` become a number of microseconds. `None` where the parser
    /// knows what is written.
    fn length(&self) -> Option<([TokenWithSpan; 2], usize)> {
        let mut words = self.tokens.iter().enumerate().skip(self.at + 1).filter(|(_, t)| !is_blank(&t.token));
        let mut text: Vec<&str> = Vec::new();
        let mut span: Option<Span> = None;
        let mut end = self.at;
        while let Some((at, first)) = words.next() {
            match (&first.token, words.clone().next()) {
                (Token::SingleQuotedString(quoted), after) if text.is_empty() => {
                    let unit = after.is_some_and(|(_, t)| is_unit(&t.token));
                    if unit {
                        return None;
                    }
                    text.push(quoted);
                    (span, end) = (Some(first.span), at + 1);
                    break;
                }
                (Token::Number(digits, _), Some((at, unit))) if is_unit(&unit.token) => {
                    let Token::Word(word) = &unit.token else { break };
                    text.extend([digits.as_str(), &word.value]);
                    (span, end) = (Some(span.unwrap_or(first.span).union(&unit.span)), at + 1);
                    words.next();
                }
                _ => break,
            }
        }
        if text.len() == 2 {
            return None;
        }
        let micros = parse_interval(&text.join(" ")).ok()?.fixed_micros()?;
        let number = Token::SingleQuotedString(micros.to_string());
        let tokens = [number, Token::make_keyword("MICROSECOND")];
        let span = span?;
        Some((tokens.map(|token| TokenWithSpan { token, span }), end))
    }

    /// The next token that is not blank, which becomes the current one.
    fn peek(&mut self) -> Option<TokenWithSpan> {
        while self.tokens.get(self.at).is_some_and(|t| is_blank(&t.token)) {
            self.at += 1;
        }
        self.tokens.get(self.at).filter(|t| t.token != Token::EOF).cloned()
    }

    fn next(&mut self, expected: &str) -> Result<TokenWithSpan, SqlError> {
        let end = self.places.len();
        let token = self.peek().ok_or_else(|| SqlError::at(end..end, format!("expected {expected}")))?;
        self.at += 1;
        Ok(token)
    }
}

fn is_unit(token: &Token) -> bool {
    matches!(token, Token::Word(word) if Interval::is_unit(&word.value))
}

fn is_blank(token: &Token) -> bool {
    matches!(token, Token::Whitespace(_))
}

fn is_word(token: &Token, keyword: &str) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(keyword))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_taken_out_and_belong_to_their_stream() {
        let text = "CREATE STREAMING TABLE t AS SELECT * FROM STREAM(a) WATERMARK ts DELAY OF INTERVAL 10 MINUTES AS x";
        let prepared = prepare(text, &Places::new(text)).unwrap();
        let clause = &prepared.watermarks[&text.find("STREAM(").unwrap()];
        assert_eq!((clause.column.as_str(), clause.delay.micros), ("ts", 600_000_000));
        assert_eq!(prepared.streaming_tables, BTreeSet::from([text.find("t AS").unwrap()]));
        let rest: String = prepared.tokens.iter().map(|t| t.token.to_string()).collect();
        assert!(
            !rest.contains("WATERMARK") && !rest.contains("STREAMING") && rest.contains("AS x"),
            "{rest}"
        );
    }

    #[test]
    fn a_column_called_watermark_is_left_alone() {
        let text = "SELECT watermark FROM STREAM(a)";
        assert!(prepare(text, &Places::new(text)).unwrap().watermarks.is_empty());
    }

    #[test]
    fn a_delay_that_is_no_interval_is_refused_where_it_stands() {
        let text = "SELECT 1 FROM STREAM(a) WATERMARK ts DELAY OF INTERVAL ten MINUTES";
        let error = prepare(text, &Places::new(text)).err().unwrap();
        assert_eq!(error.span.start, text.find("ten").unwrap());
    }

    #[test]
    fn a_word_that_is_no_unit_is_named() {
        let text = "SELECT 1 FROM STREAM(a) WATERMARK ts DELAY OF INTERVAL 10 PARSECS AS x";
        let error = prepare(text, &Places::new(text)).err().unwrap();
        assert!(error.message.starts_with("`PARSECS` is not a unit of time"), "{error}");
        assert_eq!(&text[error.span], "10 PARSECS");
    }
}

//! Scalars of JSON to scalars of the schema: which token each type takes and what becomes of it.
//!
//! | type | tokens taken |
//! |---|---|
//! | integers | integer tokens in range (TINYINT: −128 to 255, cut to eight bits) |
//! | FLOAT, DOUBLE | numbers; the texts NaN, Infinity, +INF, −INF and their long forms |
//! | DECIMAL | numbers; text as Java's BigDecimal reads it, commas removed |
//! | TIMESTAMP | text; integers as seconds |
//! | TIMESTAMP_NTZ, DATE | text |
//! | BOOLEAN | true, false |
//!
//! STRING takes everything and BINARY needs the tokenizer's help, so both are elsewhere.
//! Source: `JacksonParser.makeConverter` (3.5).

use super::builder::Column;
use super::cell::Cell;
use super::number::{NotDecimal, Number, parse_decimal};
use super::rejection::{Range, Reason, Token};
use super::timestamp::{
    legacy_reads_date, legacy_reads_timestamp, parse_date, parse_day_number, parse_timestamp,
    parse_timestamp_ntz,
};
use super::zone::Zone;
use std::sync::Arc;

/// What conversions depend on besides the value.
#[derive(Debug)]
pub(super) struct Conversion {
    pub(super) zone: Arc<dyn Zone>,
    pub(super) now_micros: i64,
}

impl Conversion {
    /// Converts a text for any column but STRING and BINARY.
    pub(super) fn text(&self, column: &Column, text: &str) -> Result<Cell, Reason> {
        if text.is_empty() {
            return Err(Reason::EmptyText);
        }
        match column {
            Column::Float32(_) => match special(text) {
                Some(value) => Ok(Cell::Float(value as f32)),
                None => Err(Reason::FloatText { text: text.to_owned() }),
            },
            Column::Float64(_) => match special(text) {
                Some(value) => Ok(Cell::Double(value)),
                None => Err(Reason::FloatText { text: text.to_owned() }),
            },
            Column::Decimal { precision, scale, .. } => decimal(&text.replace(',', ""), *precision, *scale),
            Column::Timestamp { zone: Some(_), .. } => self.timestamp(text),
            Column::Timestamp { zone: None, .. } => match parse_timestamp_ntz(text) {
                Some(micros) => Ok(Cell::Integer(micros)),
                None => Err(Reason::NotTime { text: text.to_owned() }),
            },
            Column::Date(_) => date(text),
            _ => Err(token(Token::Text, text)),
        }
    }

    /// Converts a number for any column but STRING.
    pub(super) fn number(&self, column: &Column, number: Number<'_>) -> Result<Cell, Reason> {
        match column {
            Column::Float32(_) => Ok(Cell::Float(number.to_f32())),
            Column::Float64(_) => Ok(Cell::Double(number.to_f64())),
            Column::Decimal { precision, scale, .. } => decimal(number.text, *precision, *scale),
            _ if number.float => Err(token(Token::Float, number.text)),
            Column::Int8(_) => integer(number, Range::Byte).map(|n| Cell::Integer(i64::from(n as i8))),
            Column::Int16(_) => integer(number, Range::Short).map(Cell::Integer),
            Column::Int32(_) => integer(number, Range::Int).map(Cell::Integer),
            Column::Int64(_) => integer(number, Range::Long).map(Cell::Integer),
            Column::Timestamp { zone: Some(_), .. } => {
                // Spark multiplies without a check.
                integer(number, Range::Long).map(|n| Cell::Integer(n.wrapping_mul(1_000_000)))
            }
            _ => Err(token(Token::Integer, number.text)),
        }
    }

    /// Converts a number outside JSON's grammar: `NaN`, `Infinity`, `-INF`, ….
    pub(super) fn special_number(&self, column: &Column, text: &str) -> Result<Cell, Reason> {
        let value = special(text).unwrap_or(f64::NAN);
        match column {
            Column::Float32(_) => Ok(Cell::Float(value as f32)),
            Column::Float64(_) => Ok(Cell::Double(value)),
            Column::Decimal { .. } => Err(Reason::NotDecimal { text: text.to_owned() }),
            _ => Err(token(Token::Float, text)),
        }
    }

    /// Converts `true` or `false` for any column but STRING.
    pub(super) fn boolean(&self, column: &Column, value: bool) -> Result<Cell, Reason> {
        match (column, value) {
            (Column::Boolean(_), value) => Ok(Cell::Boolean(value)),
            (_, true) => Err(token(Token::True, "true")),
            (_, false) => Err(token(Token::False, "false")),
        }
    }

    fn timestamp(&self, text: &str) -> Result<Cell, Reason> {
        let parse = |text: &str| parse_timestamp(text, &*self.zone, self.now_micros);
        // Spark 2 wrote `GMT+02:00` for an offset; the reader removes the name.
        match parse(text).or_else(|| parse(&without_gmt(text)?)) {
            Some(micros) => Ok(Cell::Integer(micros)),
            None if legacy_reads_timestamp(text) => Err(Reason::LegacyDate { text: text.to_owned() }),
            None => Err(Reason::NotTime { text: text.to_owned() }),
        }
    }
}

/// Numbers that Spark also takes as text, and Jackson as unquoted tokens.
pub(super) fn special(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "+INF" | "+Infinity" | "Infinity" => Some(f64::INFINITY),
        "-INF" | "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

fn date(text: &str) -> Result<Cell, Reason> {
    let days =
        parse_date(text).or_else(|| parse_date(&without_gmt(text)?)).or_else(|| parse_day_number(text));
    match days {
        Some(days) => Ok(Cell::Integer(i64::from(days))),
        None if legacy_reads_date(text) => Err(Reason::LegacyDate { text: text.to_owned() }),
        None => Err(Reason::NotTime { text: text.to_owned() }),
    }
}

fn without_gmt(text: &str) -> Option<String> {
    text.contains("GMT").then(|| text.replace("GMT", ""))
}

fn decimal(text: &str, precision: u8, scale: i8) -> Result<Cell, Reason> {
    match parse_decimal(text, precision, scale) {
        Ok(value) => Ok(Cell::Decimal(value)),
        Err(NotDecimal::Text) => Err(Reason::NotDecimal { text: text.to_owned() }),
        Err(NotDecimal::Digits(found)) => Err(Reason::Precision { found, max: precision }),
    }
}

fn integer(number: Number<'_>, range: Range) -> Result<i64, Reason> {
    let (min, max) = range.bounds();
    match number.to_i64() {
        Some(value) if min <= value && value <= max => Ok(value),
        _ => Err(Reason::Range { text: number.text.to_owned(), range }),
    }
}

fn token(token: Token, text: &str) -> Reason {
    Reason::Token { token, text: text.to_owned() }
}

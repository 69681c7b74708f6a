//! The exact reader: Spark's JSON converter over Jackson's tokens, exceptions and all.
//!
//! Takes the records the fast reader gives up. Values are gathered as cells and appended to the columns
//! at the end, since a later field of the same name may replace them.
//!
//! What an exception costs depends on where it is caught: a struct nulls the field and goes on, an
//! array is lost whole, a map is lost whole after its end, and an exception of the root struct's own
//! tokens loses the record. Exceptions that carry a partial value (a struct with a null field, an
//! array with such structs) lose nothing.
//!
//! Source: `JacksonParser` (3.5), `FailureSafeParser`, `JsonToStructs`.

use super::builder::{Column, StructColumn};
use super::cell::Cell;
use super::conversion::{Conversion, special};
use super::descent::{position, write_double, write_number};
use super::number::Number;
use super::rejection::{Note, Reason, Token};
use super::text::{java_string, write_quoted};
use super::tokens::{Fault, Tokens};
use crate::types::sql_type_name;

/// What became of one record.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Nothing but blanks.
    Blank,
    /// The cells of the row, one per field, and the first problem.
    Row(Vec<Cell>, Option<Box<Note>>),
    /// All fields are null.
    Lost(Box<Note>),
    /// The query fails in every mode.
    Fatal(Box<Note>),
}

/// An exception on its way out.
enum Thrown {
    /// The value is lost.
    Failed(Box<Note>),
    /// Something in the value is lost.
    Partial(Cell, Box<Note>),
    /// `SparkUpgradeException`.
    Fatal(Box<Note>),
}

type Converted<T> = Result<T, Thrown>;

struct Exact<'d> {
    tokens: Tokens,
    conversion: &'d Conversion,
}

/// Reads one record.
pub(super) fn read(text: &str, root: &StructColumn, conversion: &Conversion) -> Verdict {
    let mut exact = Exact { tokens: Tokens::new(text), conversion };
    let result = match exact.tokens.advance() {
        Ok(None) => return Verdict::Blank,
        Ok(Some(Token::StartObject)) => exact.object(root),
        Ok(Some(Token::Null)) => exact.fail(Reason::RootNull, String::new()),
        Ok(Some(Token::StartArray)) => exact.fail(Reason::RootArray, String::new()),
        Ok(Some(token)) => exact.fail_token(token, sql_type_name(&root.data_type())),
        Err(fault) => Err(thrown(fault)),
    };
    match result {
        Ok(cells) => Verdict::Row(cells, None),
        Err(Thrown::Partial(Cell::Struct(cells), note)) => Verdict::Row(cells, Some(note)),
        Err(Thrown::Partial(_, note) | Thrown::Failed(note)) => Verdict::Lost(note),
        Err(Thrown::Fatal(note)) => Verdict::Fatal(note),
    }
}

impl Exact<'_> {
    /// Converts the value at or behind the current token.
    fn value(&mut self, column: &Column) -> Converted<Cell> {
        if self.tokens.current() == Some(Token::FieldName) {
            self.tokens.advance().map_err(thrown)?;
        }
        let token = match self.tokens.current() {
            None | Some(Token::Null) => return Ok(Cell::Null),
            Some(token) => token,
        };
        match (column, token) {
            (Column::Text(_), _) => self.text(token),
            (Column::Binary(_), Token::Text) => self.binary(column),
            (Column::Struct(column), Token::StartObject) => self.object(column).map(Cell::Struct),
            (Column::Map(column), Token::StartObject) => self.map(&column.values),
            (Column::List(column), Token::StartArray) => self.array(&column.item),
            (_, Token::Text) => {
                let text = java_string(&self.tokens.text().map_err(thrown)?);
                self.judge(column, self.conversion.text(column, &text))
            }
            (_, Token::Integer | Token::Float) => {
                let text = java_string(&self.tokens.text().map_err(thrown)?);
                let cell = match Number::scan(text.as_bytes()) {
                    Some(number) => self.conversion.number(column, number),
                    None => self.conversion.special_number(column, &text),
                };
                self.judge(column, cell)
            }
            (_, Token::True) => self.judge(column, self.conversion.boolean(column, true)),
            (_, Token::False) => self.judge(column, self.conversion.boolean(column, false)),
            (_, token) => self.fail_token(token, sql_type_name(&column.data_type())),
        }
    }

    fn object(&mut self, column: &StructColumn) -> Converted<Vec<Cell>> {
        let mut cells = vec![Cell::Null; column.children.len()];
        let mut first: Option<Box<Note>> = None;
        while self.until(Token::EndObject)? {
            let name = self.tokens.name().map(java_string);
            let found = name.as_deref().and_then(|name| position(column, name.as_bytes()));
            let Some(at) = found else {
                self.tokens.skip_children().map_err(thrown)?;
                continue;
            };
            match self.value(&column.children[at]) {
                Ok(cell) => cells[at] = cell,
                Err(Thrown::Partial(cell, note)) => {
                    cells[at] = cell;
                    first.get_or_insert(within_field(note, &column.keys[at].name));
                }
                Err(Thrown::Failed(note)) => {
                    first.get_or_insert(within_field(note, &column.keys[at].name));
                    self.tokens.skip_children().map_err(thrown)?;
                }
                Err(Thrown::Fatal(note)) => {
                    return Err(Thrown::Fatal(within_field(note, &column.keys[at].name)));
                }
            }
        }
        match first {
            None => Ok(cells),
            Some(note) => Err(Thrown::Partial(Cell::Struct(cells), note)),
        }
    }

    fn map(&mut self, values: &Column) -> Converted<Cell> {
        let mut entries = Vec::new();
        let mut first: Option<Box<Note>> = None;
        let mut refused: Option<Box<Note>> = None;
        while self.until(Token::EndObject)? {
            let key = java_string(self.tokens.name().unwrap_or_default());
            match self.value(values) {
                Ok(cell) => entries.push((key, cell)),
                Err(Thrown::Partial(cell, note)) => {
                    first.get_or_insert(within_field(note, &key));
                    entries.push((key, cell));
                }
                // Spark catches even its upgrade exception here.
                Err(Thrown::Failed(note) | Thrown::Fatal(note)) => {
                    refused.get_or_insert(within_field(note, &key));
                    self.tokens.skip_children().map_err(thrown)?;
                }
            }
        }
        match (refused, first) {
            // Keys and values are then of different number, which the map's constructor refuses.
            (Some(refused), first) => Err(Thrown::Failed(first.unwrap_or(refused))),
            (None, Some(note)) => Err(Thrown::Partial(Cell::Map(entries), note)),
            (None, None) => Ok(Cell::Map(entries)),
        }
    }

    fn array(&mut self, item: &Column) -> Converted<Cell> {
        let mut cells = Vec::new();
        let mut first: Option<Box<Note>> = None;
        while self.until(Token::EndArray)? {
            match self.value(item) {
                Ok(cell) => cells.push(cell),
                Err(Thrown::Partial(cell, note)) => {
                    cells.push(cell);
                    first.get_or_insert(within_element(note));
                }
                Err(Thrown::Failed(note)) => return Err(Thrown::Failed(within_element(note))),
                Err(Thrown::Fatal(note)) => return Err(Thrown::Fatal(within_element(note))),
            }
        }
        match first {
            None => Ok(Cell::List(cells)),
            Some(note) => Err(Thrown::Partial(Cell::List(cells), note)),
        }
    }

    /// Moves on; false at the closing token, and when the parser has nothing to give.
    fn until(&mut self, end: Token) -> Converted<bool> {
        let token = self.tokens.advance().map_err(thrown)?;
        Ok(token.is_some_and(|token| token != end))
    }

    fn text(&mut self, token: Token) -> Converted<Cell> {
        let mut out = Vec::new();
        match token {
            Token::Text => {
                let text = self.tokens.text().map_err(thrown)?;
                out.extend_from_slice(java_string(&text).as_bytes());
            }
            // The generator refuses to close what it has not opened.
            Token::EndArray | Token::EndObject => {
                return self.fail_token(token, "STRING".to_owned());
            }
            token => self.copy(token, &mut out)?,
        }
        Ok(Cell::Bytes(out))
    }

    /// Writes the current value and all inside it. Source: `JsonGenerator.copyCurrentStructure`.
    fn copy(&mut self, token: Token, out: &mut Vec<u8>) -> Converted<()> {
        let mut depth = 0;
        let mut token = token;
        loop {
            if !matches!(out.last(), None | Some(b'{' | b'[' | b':'))
                && !matches!(token, Token::EndArray | Token::EndObject)
            {
                out.push(b',');
            }
            self.copy_token(token, out)?;
            match token {
                Token::StartObject | Token::StartArray => depth += 1,
                Token::EndObject | Token::EndArray => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(());
            }
            match self.tokens.advance().map_err(thrown)? {
                Some(next) => token = next,
                None => return Ok(()),
            }
        }
    }

    fn copy_token(&mut self, token: Token, out: &mut Vec<u8>) -> Converted<()> {
        let text = self.tokens.text().map_err(thrown)?;
        match token {
            Token::Text => write_quoted(text.into_iter(), out),
            Token::FieldName => {
                write_quoted(text.into_iter(), out);
                out.push(b':');
            }
            Token::Integer | Token::Float => {
                let text = java_string(&text);
                match Number::scan(text.as_bytes()) {
                    Some(number) => write_number(number, out),
                    None => write_double(special(&text).unwrap_or(f64::NAN), out),
                }
            }
            _ => out.extend_from_slice(java_string(&text).as_bytes()),
        }
        Ok(())
    }

    fn binary(&mut self, column: &Column) -> Converted<Cell> {
        match super::base64::decode(&mut self.tokens) {
            Ok(bytes) => Ok(Cell::Bytes(bytes)),
            Err(fault) => {
                let target = sql_type_name(&column.data_type());
                let note = Note::new(fault.reason, target, fault.offset);
                Err(Thrown::Failed(Box::new(note)))
            }
        }
    }

    fn judge(&self, column: &Column, result: Result<Cell, Reason>) -> Converted<Cell> {
        result.or_else(|reason| self.fail(reason, sql_type_name(&column.data_type())))
    }

    fn fail_token<T>(&mut self, token: Token, target: String) -> Converted<T> {
        let text = java_string(&self.tokens.text().map_err(thrown)?);
        match (token, text.as_str()) {
            (Token::Text, "") => self.fail(Reason::EmptyText, target),
            _ => self.fail(Reason::Token { token, text }, target),
        }
    }

    fn fail<T>(&self, reason: Reason, target: String) -> Converted<T> {
        let fatal = matches!(reason, Reason::LegacyDate { .. });
        let note = Box::new(Note::new(reason, target, self.tokens.offset()));
        Err(if fatal { Thrown::Fatal(note) } else { Thrown::Failed(note) })
    }
}

fn thrown(fault: Fault) -> Thrown {
    let note = Note::new(fault.reason, String::new(), fault.offset);
    Thrown::Failed(Box::new(note))
}

fn within_field(mut note: Box<Note>, name: &str) -> Box<Note> {
    note.within_field(name);
    note
}

fn within_element(mut note: Box<Note>) -> Box<Note> {
    note.within_element();
    note
}

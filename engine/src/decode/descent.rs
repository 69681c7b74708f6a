//! The fast reader: one pass over a record, straight into the columns.
//!
//! It knows JSON as Jackson reads it, minus everything unusual: syntax errors, repeated fields, single
//! quotes, `NaN` without quotes, halves of surrogate pairs. At the first of those it gives up, the
//! columns are rolled back to the record's start and the exact reader takes the record from its
//! beginning. So nothing here has to know what Spark does with broken text.
//!
//! Source of the rules for values: `JacksonParser.convertObject`, `.convertArray`, `.convertMap` (3.5).

use super::builder::{Column, ListColumn, MapColumn, StructColumn};
use super::conversion::Conversion;
use super::java_double::write_java_double;
use super::number::{NUMBER_DIGITS_MAX, Number};
use super::rejection::{Note, Reason, Token};
use super::text::{find_stop, is_plain, unescape, write_quoted};
use crate::types::sql_type_name;

/// Objects and arrays nested deeper are refused. Source: `StreamReadConstraints.DEFAULT_MAX_DEPTH`.
pub(super) const DEPTH_MAX: u32 = 1000;

/// The record is left to the exact reader.
#[derive(Debug)]
pub(super) struct Unusual;

type Fast<T> = Result<T, Unusual>;

/// What became of one value.
enum Outcome {
    /// One row was appended to the column.
    Appended,
    /// The value does not convert; nothing was appended.
    Refused,
}

/// A string of the record: as it stands there, or unescaped in the scratch buffer.
enum Piece<'a> {
    Raw(&'a [u8]),
    Unescaped,
}

/// The reading position in one record.
pub(super) struct Descent<'a, 'd> {
    text: &'a [u8],
    at: usize,
    depth: u32,
    scratch: &'d mut String,
    conversion: &'d Conversion,
    /// The record's first problem so far.
    note: Option<Box<Note>>,
}

/// What became of one record.
#[derive(Debug)]
pub(super) enum Record {
    /// Nothing but blanks.
    Blank,
    /// A row was appended; some field of it may be missing for the reason noted.
    Row(Option<Box<Note>>),
}

impl<'a, 'd> Descent<'a, 'd> {
    pub(super) fn new(text: &'a str, scratch: &'d mut String, conversion: &'d Conversion) -> Self {
        Descent { text: text.as_bytes(), at: 0, depth: 0, scratch, conversion, note: None }
    }

    /// Reads the record. Text after the object is not looked at.
    pub(super) fn record(mut self, root: &mut StructColumn) -> Fast<Record> {
        match self.after_blanks() {
            None => Ok(Record::Blank),
            Some(b'{') => {
                self.object(root)?;
                Ok(Record::Row(self.note))
            }
            Some(_) => Err(Unusual),
        }
    }

    fn value(&mut self, column: &mut Column) -> Fast<Outcome> {
        match (self.peek().ok_or(Unusual)?, column) {
            (b'"', Column::Text(column)) => {
                match self.string()? {
                    Piece::Raw(text) => column.push(text),
                    Piece::Unescaped => column.push(self.scratch.as_bytes()),
                }
                Ok(Outcome::Appended)
            }
            (b'n', column) => {
                self.literal(b"null")?;
                column.push_null();
                Ok(Outcome::Appended)
            }
            (_, Column::Text(column)) => {
                self.copy(column.open_row())?;
                column.end_row();
                Ok(Outcome::Appended)
            }
            (b'{', Column::Struct(column)) => self.object(column).map(|()| Outcome::Appended),
            (b'{', Column::Map(column)) => self.map(column),
            (b'[', Column::List(column)) => self.array(column),
            (b'"', column) => self.quoted(column),
            (b'-' | b'0'..=b'9', column) => self.number_value(column),
            (b't' | b'f', column) => self.boolean(column),
            (byte @ (b'{' | b'['), column) => {
                let offset = self.at;
                self.skip()?;
                let (token, text) = match byte {
                    b'{' => (Token::StartObject, "{"),
                    _ => (Token::StartArray, "["),
                };
                self.refuse(column, Reason::Token { token, text: text.to_owned() }, offset)
            }
            _ => Err(Unusual),
        }
    }

    fn object(&mut self, column: &mut StructColumn) -> Fast<()> {
        self.open()?;
        let row = column.len();
        let mut expected = 0;
        let mut more = !self.closes(b'}')?;
        while more {
            match self.field(column, expected)? {
                Some(at) => {
                    expected = at + 1;
                    // A repeated field replaces the first, or not if it fails: left to the exact reader.
                    if column.children[at].len() != row {
                        return Err(Unusual);
                    }
                    let unnoted = self.note.is_none();
                    if let Outcome::Refused = self.value(&mut column.children[at])? {
                        column.children[at].push_null();
                    }
                    if let (true, Some(note)) = (unnoted, &mut self.note) {
                        note.within_field(&column.keys[at].name);
                    }
                }
                None => self.skip()?,
            }
            more = self.goes_on(b'}')?;
        }
        column.end_row();
        self.depth -= 1;
        Ok(())
    }

    /// Reads a name and its colon; gives the field it names. Fields mostly come in schema order.
    #[inline]
    fn field(&mut self, column: &StructColumn, expected: usize) -> Fast<Option<usize>> {
        if self.peek() != Some(b'"') {
            return Err(Unusual);
        }
        let rest = &self.text[self.at + 1..];
        if let Some(key) = column.keys.get(expected)
            && let Some(quoted) = &key.quoted
            && rest.starts_with(quoted)
        {
            self.at += quoted.len() + 1;
            self.colon()?;
            return Ok(Some(expected));
        }
        let found = match self.string()? {
            Piece::Raw(name) => position(column, name),
            Piece::Unescaped => position(column, self.scratch.as_bytes()),
        };
        self.colon()?;
        Ok(found)
    }

    fn array(&mut self, column: &mut ListColumn) -> Fast<Outcome> {
        self.open()?;
        let unnoted = self.note.is_none();
        let mut refused = false;
        let mut more = !self.closes(b']')?;
        while more {
            if refused {
                self.skip()?;
            } else {
                // A refused element replaces what was noted of fields of earlier elements.
                let earlier = if unnoted { self.note.take() } else { None };
                refused = matches!(self.value(&mut column.item)?, Outcome::Refused);
                if earlier.is_some() && !refused {
                    self.note = earlier;
                }
            }
            more = self.goes_on(b']')?;
        }
        self.depth -= 1;
        if let (true, Some(note)) = (unnoted, &mut self.note) {
            note.within_element();
        }
        if refused {
            column.drop_open_row();
            return Ok(Outcome::Refused);
        }
        column.end_row();
        Ok(Outcome::Appended)
    }

    fn map(&mut self, column: &mut MapColumn) -> Fast<Outcome> {
        self.open()?;
        let mut refused = false;
        let mut more = !self.closes(b'}')?;
        while more {
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(Unusual);
            }
            match self.string()? {
                Piece::Raw(key) => column.keys.push(key),
                Piece::Unescaped => column.keys.push(self.scratch.as_bytes()),
            }
            let key = start..self.at;
            self.colon()?;
            let unnoted = self.note.is_none();
            if refused {
                self.skip()?;
            } else {
                refused = matches!(self.value(&mut column.values)?, Outcome::Refused);
            }
            if let (true, Some(note)) = (unnoted, &mut self.note) {
                let key = String::from_utf8_lossy(&self.text[key]);
                // With its escapes undone, as Jackson names it.
                let name = serde_json::from_str::<String>(&key);
                note.within_field(name.as_deref().unwrap_or(key.trim_matches('"')));
            }
            more = self.goes_on(b'}')?;
        }
        self.depth -= 1;
        if refused {
            column.drop_open_row();
            return Ok(Outcome::Refused);
        }
        column.end_row();
        Ok(Outcome::Appended)
    }

    fn quoted(&mut self, column: &mut Column) -> Fast<Outcome> {
        let offset = self.at;
        // Jackson decodes base64 while it scans, and stops in the middle of what is broken.
        if let Column::Binary(_) = column {
            return Err(Unusual);
        }
        let piece = self.string()?;
        let text = match piece {
            Piece::Raw(text) => std::str::from_utf8(text).expect("cut at ASCII bytes"),
            Piece::Unescaped => self.scratch.as_str(),
        };
        match self.conversion.text(column, text) {
            Ok(cell) => column.push(cell),
            // Whether the query fails depends on what surrounds the value.
            Err(Reason::LegacyDate { .. }) => return Err(Unusual),
            Err(reason) => return self.refuse(column, reason, offset),
        }
        Ok(Outcome::Appended)
    }

    fn number_value(&mut self, column: &mut Column) -> Fast<Outcome> {
        let offset = self.at;
        let number = self.number()?;
        match column {
            Column::Float64(column) => column.push(number.to_f64()),
            column => match self.conversion.number(column, number) {
                Ok(cell) => column.push(cell),
                Err(reason) => return self.refuse(column, reason, offset),
            },
        }
        Ok(Outcome::Appended)
    }

    fn boolean(&mut self, column: &mut Column) -> Fast<Outcome> {
        let offset = self.at;
        let value = self.peek() == Some(b't');
        self.literal(if value { b"true" } else { b"false" })?;
        match self.conversion.boolean(column, value) {
            Ok(cell) => column.push(cell),
            Err(reason) => return self.refuse(column, reason, offset),
        }
        Ok(Outcome::Appended)
    }

    #[cold]
    fn refuse(&mut self, column: &Column, reason: Reason, offset: usize) -> Fast<Outcome> {
        if self.note.is_none() {
            let target = sql_type_name(&column.data_type());
            self.note = Some(Box::new(Note::new(reason, target, offset)));
        }
        Ok(Outcome::Refused)
    }

    /// Passes over a value of any kind, checking its syntax.
    fn skip(&mut self) -> Fast<()> {
        match self.peek().ok_or(Unusual)? {
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => self.number().map(drop),
            b't' => self.literal(b"true"),
            b'f' => self.literal(b"false"),
            b'n' => self.literal(b"null"),
            b'[' => self.elements(|this| this.skip()),
            b'{' => self.members(|this| {
                this.string()?;
                this.colon()?;
                this.skip()
            }),
            _ => Err(Unusual),
        }
    }

    /// Writes a value of any kind but text as Jackson would print it, without blanks.
    fn copy(&mut self, out: &mut Vec<u8>) -> Fast<()> {
        match self.peek().ok_or(Unusual)? {
            b'"' => self.copy_string(out),
            b'-' | b'0'..=b'9' => {
                write_number(self.number()?, out);
                Ok(())
            }
            b't' => self.copy_literal(b"true", out),
            b'f' => self.copy_literal(b"false", out),
            b'n' => self.copy_literal(b"null", out),
            b'[' => {
                out.push(b'[');
                let start = out.len();
                self.elements(|this| {
                    if out.len() > start {
                        out.push(b',');
                    }
                    this.copy(out)
                })?;
                out.push(b']');
                Ok(())
            }
            b'{' => {
                out.push(b'{');
                let start = out.len();
                self.members(|this| {
                    if out.len() > start {
                        out.push(b',');
                    }
                    this.copy_string(out)?;
                    this.colon()?;
                    out.push(b':');
                    this.copy(out)
                })?;
                out.push(b'}');
                Ok(())
            }
            _ => Err(Unusual),
        }
    }

    fn copy_string(&mut self, out: &mut Vec<u8>) -> Fast<()> {
        match self.string()? {
            Piece::Raw(text) if is_plain(text) => {
                out.push(b'"');
                out.extend_from_slice(text);
                out.push(b'"');
            }
            Piece::Raw(text) => {
                let text = std::str::from_utf8(text).expect("cut at ASCII bytes");
                write_quoted(text.encode_utf16(), out);
            }
            Piece::Unescaped => write_quoted(self.scratch.encode_utf16(), out),
        }
        Ok(())
    }

    fn copy_literal(&mut self, literal: &[u8], out: &mut Vec<u8>) -> Fast<()> {
        self.literal(literal)?;
        out.extend_from_slice(literal);
        Ok(())
    }

    fn elements(&mut self, mut element: impl FnMut(&mut Self) -> Fast<()>) -> Fast<()> {
        self.open()?;
        let mut more = !self.closes(b']')?;
        while more {
            element(self)?;
            more = self.goes_on(b']')?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn members(&mut self, mut member: impl FnMut(&mut Self) -> Fast<()>) -> Fast<()> {
        self.open()?;
        let mut more = !self.closes(b'}')?;
        while more {
            if self.peek() != Some(b'"') {
                return Err(Unusual);
            }
            member(self)?;
            more = self.goes_on(b'}')?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// Passes over an opening bracket.
    fn open(&mut self) -> Fast<()> {
        self.at += 1;
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err(Unusual) } else { Ok(()) }
    }

    /// Takes the closing bracket if it comes right after the opening one.
    fn closes(&mut self, bracket: u8) -> Fast<bool> {
        let closes = self.after_blanks().ok_or(Unusual)? == bracket;
        self.at += usize::from(closes);
        Ok(closes)
    }

    /// After a value: true past a comma, false past the closing bracket.
    #[inline]
    fn goes_on(&mut self, bracket: u8) -> Fast<bool> {
        match self.after_blanks() {
            Some(b',') => {
                self.at += 1;
                self.after_blanks();
                Ok(true)
            }
            Some(byte) if byte == bracket => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(Unusual),
        }
    }

    #[inline]
    fn colon(&mut self) -> Fast<()> {
        if self.after_blanks() != Some(b':') {
            return Err(Unusual);
        }
        self.at += 1;
        self.after_blanks();
        Ok(())
    }

    #[inline]
    fn string(&mut self) -> Fast<Piece<'a>> {
        let start = self.at + 1;
        let stop = find_stop(self.text, start);
        match self.text.get(stop) {
            Some(b'"') => {
                self.at = stop + 1;
                Ok(Piece::Raw(&self.text[start..stop]))
            }
            Some(b'\\') => self.escaped(start, stop),
            _ => Err(Unusual),
        }
    }

    #[cold]
    fn escaped(&mut self, mut start: usize, mut stop: usize) -> Fast<Piece<'a>> {
        self.scratch.clear();
        loop {
            let raw = std::str::from_utf8(&self.text[start..stop]).expect("cut at ASCII bytes");
            self.scratch.push_str(raw);
            match self.text.get(stop) {
                Some(b'"') => {
                    self.at = stop + 1;
                    return Ok(Piece::Unescaped);
                }
                Some(b'\\') => {
                    let (c, len) = unescape(&self.text[stop + 1..]).ok_or(Unusual)?;
                    self.scratch.push(c);
                    start = stop + 1 + len;
                    stop = find_stop(self.text, start);
                }
                _ => return Err(Unusual),
            }
        }
    }

    #[inline]
    fn number(&mut self) -> Fast<Number<'a>> {
        let number = Number::scan(&self.text[self.at..]).ok_or(Unusual)?;
        self.at += number.text.len();
        // Signs and points do not count, but so near the limit the exact reader may count.
        if number.text.len() > NUMBER_DIGITS_MAX {
            return Err(Unusual);
        }
        Ok(number)
    }

    fn literal(&mut self, literal: &[u8]) -> Fast<()> {
        if !self.text[self.at..].starts_with(literal) {
            return Err(Unusual);
        }
        self.at += literal.len();
        Ok(())
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[inline]
    fn after_blanks(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                other => return other,
            }
        }
    }
}

/// Writes a number as Jackson's generator does: integers as they are, except `-0`; others through a
/// double, and infinite ones as text.
pub(super) fn write_number(number: Number<'_>, out: &mut Vec<u8>) {
    if !number.float {
        let text = if number.text == "-0" { "0" } else { number.text };
        return out.extend_from_slice(text.as_bytes());
    }
    write_double(number.to_f64(), out);
}

/// Writes a double as Jackson's generator does.
pub(super) fn write_double(value: f64, out: &mut Vec<u8>) {
    if value.is_finite() {
        return write_java_double(value, out);
    }
    out.push(b'"');
    write_java_double(value, out);
    out.push(b'"');
}

/// The field of that name; the last one should names repeat, as in `StructType.getFieldIndex`.
pub(super) fn position(column: &StructColumn, name: &[u8]) -> Option<usize> {
    column.keys.iter().rposition(|key| key.name.as_bytes() == name)
}

//! Jackson's tokenizer, character for character, including what it does after an error.
//!
//! Spark goes on using the parser after an exception: the exception of one field is caught, and the
//! next token is asked for. What comes then depends on how far the parser had read and on which token
//! it holds, so both are modelled here: the current token, the token waiting behind a field name,
//! whether the current text was read to its end, and the contexts. Only records that the fast reader
//! gives up come this way.
//!
//! Positions are UTF-16 units, as in Java. Source: `ReaderBasedJsonParser`, `ParserBase`,
//! `ParserMinimalBase` (jackson-core 2.15.2) with the features `from_json` turns on: single quotes and
//! non-numeric numbers.

use super::descent::DEPTH_MAX;
use super::number::NUMBER_DIGITS_MAX;
use super::rejection::{Reason, Token};

/// An exception of the parser and where it was standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) reason: Reason,
    /// In bytes of the record.
    pub(super) offset: usize,
}

pub(super) type Tokenized<T> = Result<T, Fault>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Root,
    Array,
    Object,
}

#[derive(Debug)]
struct Context {
    inside: Inside,
    /// Values begun so far.
    begun: usize,
    name: Option<Vec<u16>>,
}

/// The parser's state.
#[derive(Debug)]
pub(super) struct Tokens {
    units: Vec<u16>,
    at: usize,
    start: usize,
    current: Option<Token>,
    /// The value after a field name.
    waiting: Option<Token>,
    /// The current text was not read beyond its opening quote.
    unread: bool,
    /// Text of the last string or number.
    value: Vec<u16>,
    contexts: Vec<Context>,
}

impl Tokens {
    pub(super) fn new(text: &str) -> Self {
        Tokens {
            units: text.encode_utf16().collect(),
            at: 0,
            start: 0,
            current: None,
            waiting: None,
            unread: false,
            value: Vec::new(),
            contexts: vec![Context { inside: Inside::Root, begun: 0, name: None }],
        }
    }

    /// The current token.
    pub(super) fn current(&self) -> Option<Token> {
        self.current
    }

    /// Where the current token starts, in bytes.
    pub(super) fn offset(&self) -> usize {
        self.byte_offset(self.start)
    }

    /// The name of the field the current token belongs to. Opening brackets belong to the outer one.
    pub(super) fn name(&self) -> Option<&[u16]> {
        let outer = matches!(self.current, Some(Token::StartObject | Token::StartArray));
        let depth = self.contexts.len() - 1;
        let depth = if outer && depth > 0 { depth - 1 } else { depth };
        self.contexts[depth].name.as_deref()
    }

    /// Moves to the next token; `None` at the end, and once after an error behind a field name.
    pub(super) fn advance(&mut self) -> Tokenized<Option<Token>> {
        if self.current == Some(Token::FieldName) {
            return self.after_name();
        }
        if self.unread {
            self.finish_text()?;
        }
        let Some(mut unit) = self.skip_blanks_or_end()? else {
            self.current = None;
            return Ok(None);
        };
        if unit == u16::from(b']') || unit == u16::from(b'}') {
            self.close(unit)?;
            return Ok(self.current);
        }
        let context = self.context();
        context.begun += 1;
        if context.inside != Inside::Root && context.begun > 1 {
            unit = self.skip_comma(unit)?;
        }
        let in_object = self.context().inside == Inside::Object;
        if in_object {
            let name = self.field_name(unit)?;
            self.context().name = Some(name);
            self.current = Some(Token::FieldName);
            unit = self.skip_colon()?;
        }
        self.start = self.at - 1;
        let token = self.value(unit, in_object)?;
        if in_object {
            self.waiting = Some(token);
        } else {
            self.current = Some(token);
        }
        Ok(self.current)
    }

    /// Passes over the object or array that the current token opens; other tokens are left.
    pub(super) fn skip_children(&mut self) -> Tokenized<()> {
        let opens = |token| matches!(token, Some(Token::StartObject | Token::StartArray));
        if !opens(self.current) {
            return Ok(());
        }
        let mut open = 1;
        while open > 0 {
            match self.advance()? {
                None if self.contexts.len() > 1 => return Err(self.end_of_input()),
                None => return Ok(()),
                Some(Token::EndObject | Token::EndArray) => open -= 1,
                token => open += usize::from(opens(token)),
            }
        }
        Ok(())
    }

    /// The current token's text, reading a string to its end.
    pub(super) fn text(&mut self) -> Tokenized<Vec<u16>> {
        let literal = match self.current {
            Some(Token::Text) => {
                if self.unread {
                    self.finish_text()?;
                }
                return Ok(self.value.clone());
            }
            Some(Token::Integer | Token::Float) => return Ok(self.value.clone()),
            Some(Token::FieldName) => return Ok(self.name().unwrap_or_default().to_vec()),
            Some(Token::StartObject) => "{",
            Some(Token::EndObject) => "}",
            Some(Token::StartArray) => "[",
            Some(Token::EndArray) => "]",
            Some(Token::True) => "true",
            Some(Token::False) => "false",
            Some(Token::Null) | None => "null",
        };
        Ok(literal.encode_utf16().collect())
    }

    /// Whether the current text still stands unread behind its opening quote.
    pub(super) fn is_unread(&self) -> bool {
        self.unread
    }

    /// The text has been read by other means.
    pub(super) fn mark_read(&mut self) {
        self.unread = false;
    }

    /// Takes the next unit of an unread text.
    pub(super) fn take(&mut self) -> Tokenized<u16> {
        match self.units.get(self.at) {
            Some(unit) => {
                self.at += 1;
                Ok(*unit)
            }
            None => Err(self.end_of_input()),
        }
    }

    /// Gives the last unit back.
    pub(super) fn give_back(&mut self) {
        self.at -= 1;
    }

    /// An exception at the current position.
    pub(super) fn fault(&self, reason: Reason) -> Fault {
        Fault { reason, offset: self.byte_offset(self.at) }
    }

    /// Reads the escape after a backslash.
    pub(super) fn escape(&mut self) -> Tokenized<u16> {
        let unit = self.take()?;
        let plain = match u8::try_from(unit).unwrap_or(0) {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            c @ (b'"' | b'/' | b'\\' | b'\'') => c,
            b'u' => return self.unicode_escape(),
            _ => return Err(self.unexpected(unit, "an escape character")),
        };
        Ok(u16::from(plain))
    }

    fn unicode_escape(&mut self) -> Tokenized<u16> {
        let mut value = 0;
        for _ in 0..4 {
            let unit = self.take()?;
            let digit = char::from_u32(u32::from(unit)).and_then(|c| c.to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected(unit, "a hex digit"));
            };
            value = value * 16 + digit as u16;
        }
        Ok(value)
    }

    fn after_name(&mut self) -> Tokenized<Option<Token>> {
        let token = self.waiting.take();
        match token {
            Some(Token::StartArray) => self.enter(Inside::Array)?,
            Some(Token::StartObject) => self.enter(Inside::Object)?,
            _ => {}
        }
        self.current = token;
        Ok(token)
    }

    fn enter(&mut self, inside: Inside) -> Tokenized<()> {
        self.contexts.push(Context { inside, begun: 0, name: None });
        if self.contexts.len() - 1 > DEPTH_MAX as usize {
            let what = "the nesting depth";
            return Err(self.fault(Reason::Limit { what, max: DEPTH_MAX as usize }));
        }
        Ok(())
    }

    fn close(&mut self, unit: u16) -> Tokenized<()> {
        let (inside, token, expected) = match unit == u16::from(b']') {
            true => (Inside::Array, Token::EndArray, "`}`"),
            false => (Inside::Object, Token::EndObject, "`]`"),
        };
        if self.context().inside != inside {
            return Err(self.unexpected(unit, expected));
        }
        self.start = self.at - 1;
        self.contexts.pop();
        self.current = Some(token);
        Ok(())
    }

    fn value(&mut self, unit: u16, in_object: bool) -> Tokenized<Token> {
        match u8::try_from(unit).unwrap_or(0) {
            b'"' => {
                self.unread = true;
                Ok(Token::Text)
            }
            b'[' => {
                if !in_object {
                    self.enter(Inside::Array)?;
                }
                Ok(Token::StartArray)
            }
            b'{' => {
                if !in_object {
                    self.enter(Inside::Object)?;
                }
                Ok(Token::StartObject)
            }
            b't' => self.literal("true", 1, Token::True),
            b'f' => self.literal("false", 1, Token::False),
            b'n' => self.literal("null", 1, Token::Null),
            b'-' => self.negative_number(),
            b'0'..=b'9' => self.number(self.at - 1, self.at - 1),
            b'\'' => {
                self.value = self.quoted(b'\'')?;
                Ok(Token::Text)
            }
            b'N' => self.special("NaN", 1),
            b'I' => self.special("Infinity", 1),
            b'+' => {
                let unit = self.take()?;
                self.signed_special(unit, false)
            }
            _ => Err(self.invalid_token(unit, "a value")),
        }
    }

    fn literal(&mut self, literal: &str, matched: usize, token: Token) -> Tokenized<Token> {
        for expected in literal.encode_utf16().skip(matched) {
            if self.units.get(self.at) != Some(&expected) {
                return Err(self.invalid_token(0, "`true`, `false`, `null`, a number or a text"));
            }
            self.at += 1;
        }
        match self.units.get(self.at) {
            Some(unit) if is_identifier_part(*unit) => {
                Err(self.invalid_token(0, "`true`, `false`, `null`, a number or a text"))
            }
            _ => Ok(token),
        }
    }

    fn special(&mut self, text: &str, matched: usize) -> Tokenized<Token> {
        self.literal(text, matched, Token::Float)?;
        self.value = text.encode_utf16().collect();
        Ok(Token::Float)
    }

    /// `INF` or `Infinity` after a sign, of which the first unit was taken.
    fn signed_special(&mut self, unit: u16, negative: bool) -> Tokenized<Token> {
        let expected = if negative { "a digit after the minus sign" } else { "a value" };
        if unit != u16::from(b'I') {
            return Err(self.unexpected(unit, expected));
        }
        let unit = self.take()?;
        match (u8::try_from(unit).unwrap_or(0), negative) {
            (b'N', true) => self.special("-INF", 3),
            (b'N', false) => self.special("+INF", 3),
            (b'n', true) => self.special("-Infinity", 3),
            (b'n', false) => self.special("+Infinity", 3),
            _ => Err(self.unexpected(unit, expected)),
        }
    }

    fn negative_number(&mut self) -> Tokenized<Token> {
        let start = self.at - 1;
        let unit = self.take()?;
        match is_digit(unit) {
            true => self.number(start, self.at - 1),
            false => self.signed_special(unit, true),
        }
    }

    /// A number whose sign, if any, is at `start` and whose first digit, already taken, at `first`.
    ///
    /// Jackson scans numbers that start with zero with another routine, which on errors has taken the
    /// offending unit; the usual one stands behind the last mark (`.` or `e`) it was left at.
    fn number(&mut self, start: usize, first: usize) -> Tokenized<Token> {
        let zero = self.units[first] == u16::from(b'0');
        let mut at = self.digits_from(first);
        let whole = at - first;
        if zero && whole > 1 {
            self.at = first + 1;
            let says = "Invalid numeric value: Leading zeroes not allowed".to_owned();
            return Err(self.syntax("a number with leading zeros".to_owned(), "a number", says));
        }
        let mut mark = None;
        let (mut fraction, mut exponent) = (None, None);
        if self.is_at(at, b".") {
            mark = Some(at + 1);
            let end = self.digits_from(at + 1);
            if end == at + 1 {
                return Err(self.cut_number(end, zero, mark, "a digit after the decimal point"));
            }
            fraction = Some(end - at - 1);
            at = end;
        }
        if self.is_at(at, b"eE") {
            mark = mark.or(Some(at + 1));
            let signed = at + 1 + usize::from(self.is_at(at + 1, b"+-"));
            let end = self.digits_from(signed);
            if end == signed {
                return Err(self.cut_number(end, zero, mark, "a digit of the exponent"));
            }
            exponent = Some(end - signed);
            at = end;
        }
        self.at = at;
        self.value = self.units[start..at].to_vec();
        let float = fraction.is_some() || exponent.is_some();
        // The routine for leading zeros counts a missing part of a float as minus one digit.
        let missing = usize::from(fraction.is_none()) + usize::from(exponent.is_none());
        let digits = whole + fraction.unwrap_or(0) + exponent.unwrap_or(0);
        let digits = digits - if zero && float { missing } else { 0 };
        if digits > NUMBER_DIGITS_MAX {
            let what = "the number of digits";
            return Err(self.fault(Reason::Limit { what, max: NUMBER_DIGITS_MAX }));
        }
        Ok(if float { Token::Float } else { Token::Integer })
    }

    fn cut_number(&mut self, end: usize, zero: bool, mark: Option<usize>, expected: &'static str) -> Fault {
        let found = self.units.get(end).copied();
        self.at = match (zero, mark, found) {
            (false, Some(mark), Some(_)) => mark,
            (_, _, Some(_)) => end + 1,
            (_, _, None) => end,
        };
        match found {
            Some(unit) => self.unexpected(unit, expected),
            None => self.end_of_input(),
        }
    }

    fn digits_from(&self, at: usize) -> usize {
        let rest = &self.units[at.min(self.units.len())..];
        at + rest.iter().take_while(|unit| is_digit(**unit)).count()
    }

    fn is_at(&self, at: usize, bytes: &[u8]) -> bool {
        let found = self.units.get(at);
        found.is_some_and(|unit| bytes.iter().any(|byte| u16::from(*byte) == *unit))
    }

    fn field_name(&mut self, unit: u16) -> Tokenized<Vec<u16>> {
        match u8::try_from(unit).unwrap_or(0) {
            quote @ (b'"' | b'\'') => self.quoted(quote),
            _ => Err(self.unexpected(unit, "a quoted field name")),
        }
    }

    /// Reads an unread text; even when that fails it counts as read.
    fn finish_text(&mut self) -> Tokenized<()> {
        self.unread = false;
        self.value = self.quoted(b'"')?;
        Ok(())
    }

    fn quoted(&mut self, quote: u8) -> Tokenized<Vec<u16>> {
        let mut text = Vec::new();
        loop {
            let unit = self.take()?;
            match unit {
                unit if unit == u16::from(quote) => return Ok(text),
                0x5C => text.push(self.escape()?),
                0..0x20 => return Err(self.unexpected(unit, "an escape for a control character")),
                unit => text.push(unit),
            }
        }
    }

    fn skip_blanks_or_end(&mut self) -> Tokenized<Option<u16>> {
        match self.skip_blanks()? {
            None if self.contexts.len() > 1 => Err(self.end_of_input()),
            found => Ok(found),
        }
    }

    fn skip_comma(&mut self, unit: u16) -> Tokenized<u16> {
        if unit != u16::from(b',') {
            let expected = match self.context().inside {
                Inside::Object => "`,` or `}`",
                _ => "`,` or `]`",
            };
            return Err(self.unexpected(unit, expected));
        }
        self.skip_blanks()?.ok_or_else(|| self.end_of_input())
    }

    fn skip_colon(&mut self) -> Tokenized<u16> {
        let unit = self.skip_blanks()?.ok_or_else(|| self.end_of_input())?;
        if unit != u16::from(b':') {
            return Err(self.unexpected(unit, "`:`"));
        }
        self.skip_blanks()?.ok_or_else(|| self.end_of_input())
    }

    /// Takes the first unit that is no blank. Comments are errors, as they are not enabled.
    fn skip_blanks(&mut self) -> Tokenized<Option<u16>> {
        while let Some(unit) = self.units.get(self.at).copied() {
            self.at += 1;
            match unit {
                0x09 | 0x0A | 0x0D | 0x20 => {}
                0..0x20 => return Err(self.unexpected(unit, "white space or a token")),
                0x2F => return Err(self.unexpected(unit, "a token, as comments are not allowed")),
                unit => return Ok(Some(unit)),
            }
        }
        Ok(None)
    }

    /// An exception that first takes the rest of the word, as Jackson does to show it.
    fn invalid_token(&mut self, unit: u16, expected: &'static str) -> Fault {
        if unit == 0 || is_identifier_part(unit) {
            let word = self.units[self.at..].iter().take(256);
            self.at += word.take_while(|unit| is_identifier_part(**unit)).count();
            let word = String::from_utf16_lossy(&self.units[self.start..self.at]);
            return self.syntax(format!("`{word}`"), expected, format!("Unrecognized token '{word}'"));
        }
        self.unexpected(unit, expected)
    }

    fn unexpected(&self, unit: u16, expected: &'static str) -> Fault {
        let found = match char::from_u32(u32::from(unit)) {
            Some(c) if c.is_control() => format!("the control character {unit:#04x}"),
            Some(c) => format!("`{c}`"),
            None => "half a surrogate pair".to_owned(),
        };
        let says = match char::from_u32(u32::from(unit)) {
            Some(c @ ('}' | ']')) => {
                format!("Unexpected close marker '{c}'")
            }
            Some(c) if !c.is_control() => format!("Unexpected character ('{c}' (code {unit}))"),
            _ => "Unexpected character".to_owned(),
        };
        let mut fault = self.syntax(found, expected, says);
        fault.offset = self.byte_offset(self.at.saturating_sub(1));
        fault
    }

    fn end_of_input(&self) -> Fault {
        let expected = match self.contexts.last().map(|context| context.inside) {
            Some(Inside::Object) => "the rest of an object",
            Some(Inside::Array) => "the rest of an array",
            _ => "the rest of a value",
        };
        self.syntax("the end of the text".to_owned(), expected, "Unexpected end-of-input".to_owned())
    }

    fn syntax(&self, found: String, expected: &'static str, says: String) -> Fault {
        self.fault(Reason::Syntax { found, expected, says })
    }

    fn context(&mut self) -> &mut Context {
        self.contexts.last_mut().expect("the root context is never closed")
    }

    fn byte_offset(&self, at: usize) -> usize {
        let length = |unit: &u16| match unit {
            0..0x80 => 1,
            0x80..0x800 => 2,
            // Half of the four bytes of a pair.
            0xD800..0xE000 => 2,
            _ => 3,
        };
        self.units[..at.min(self.units.len())].iter().map(length).sum()
    }
}

fn is_digit(unit: u16) -> bool {
    (0x30..0x3A).contains(&unit)
}

/// `Character.isJavaIdentifierPart`, nearly: letters, digits, `_`, `$` and ignorable controls.
fn is_identifier_part(unit: u16) -> bool {
    match char::from_u32(u32::from(unit)) {
        Some(c) if c.is_ascii() => {
            c.is_ascii_alphanumeric()
                || matches!(c, '_' | '$' | '\0'..='\u{8}' | '\u{e}'..='\u{1b}' | '\u{7f}')
        }
        Some(c) => c.is_alphanumeric() || c.is_control(),
        None => false,
    }
}

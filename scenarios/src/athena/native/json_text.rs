//! JSON as text: read value by value, without looking at what stands behind; written as Jackson writes it.
//!
//! Numbers keep the text they are written in, since `json_extract_scalar` shows it.

use super::super::text_form::double_text;

/// So deep may lists and objects be nested (Jackson's `StreamReadConstraints`).
const DEPTH_MAX: usize = 1000;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number as it is written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// Names and values in the order of the text; a name may be there twice.
    Object(Vec<(String, Json)>),
}

/// Text that is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

type Read<T> = Result<T, Malformed>;

/// Reads a text from its beginning on.
pub struct Reader<'a> {
    text: &'a str,
    depth: usize,
}

impl Json {
    /// The value that is all of a text.
    pub fn parse(text: &str) -> Read<Self> {
        let mut reader = Reader::new(text);
        let value = reader.value()?;
        reader.end()?;
        Ok(value)
    }

    /// Whether it is neither a list nor an object.
    pub fn is_scalar(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Object(_))
    }

    /// Each object by its names in order, the last of equal ones.
    #[must_use]
    pub fn sorted(self) -> Self {
        match self {
            Self::List(items) => Self::List(items.into_iter().map(Self::sorted).collect()),
            Self::Object(fields) => {
                let fields = fields.into_iter().map(|(name, value)| (name, value.sorted()));
                let by_name: std::collections::BTreeMap<_, _> = fields.collect();
                Self::Object(by_name.into_iter().collect())
            }
            other => other,
        }
    }

    /// Without blanks; numbers with a point or an exponent as Java writes a double.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
            Self::Number(digits) => out.push_str(&number_text(digits)),
            Self::Text(text) => quote(text, out),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { "," });
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (at, (name, value)) in fields.iter().enumerate() {
                    out.push_str(if at == 0 { "" } else { "," });
                    quote(name, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// Whether a number is one with a point or an exponent.
pub fn is_float(digits: &str) -> bool {
    digits.contains(['.', 'e', 'E'])
}

fn number_text(digits: &str) -> String {
    match digits {
        "-0" => "0".to_owned(),
        digits if !is_float(digits) => digits.to_owned(),
        digits => double_json(digits.parse().unwrap_or(f64::NAN)),
    }
}

/// A double in JSON: what is not finite stands in quotes.
pub fn double_json(value: f64) -> String {
    match double_text(value) {
        text if value.is_finite() => text,
        text => format!("\"{text}\""),
    }
}

/// A text in quotes.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

impl<'a> Reader<'a> {
    /// At the beginning of a text.
    pub fn new(text: &'a str) -> Self {
        Self { text, depth: 0 }
    }

    /// What comes next, blanks aside.
    pub fn peek(&mut self) -> Option<char> {
        self.text = self.text.trim_start_matches([' ', '\t', '\n', '\r']);
        self.text.chars().next()
    }

    /// Nothing more may come.
    pub fn end(&mut self) -> Read<()> {
        if self.peek().is_none() { Ok(()) } else { Err(Malformed) }
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.text = &self.text[wanted.len_utf8()..];
        }
        found
    }

    fn expect(&mut self, wanted: char) -> Read<()> {
        if self.take(wanted) { Ok(()) } else { Err(Malformed) }
    }

    fn word(&mut self, word: &str, value: Json) -> Read<Json> {
        let rest = self.text.strip_prefix(word).ok_or(Malformed)?;
        // A name does not go on behind the word.
        if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            return Err(Malformed);
        }
        self.text = rest;
        Ok(value)
    }

    /// The next value.
    pub fn value(&mut self) -> Read<Json> {
        match self.peek().ok_or(Malformed)? {
            '{' => {
                let mut fields = Vec::new();
                self.fields(|reader, name| {
                    fields.push((name, reader.value()?));
                    Ok(true)
                })?;
                Ok(Json::Object(fields))
            }
            '[' => {
                let mut items = Vec::new();
                self.items(|reader, _| {
                    items.push(reader.value()?);
                    Ok(true)
                })?;
                Ok(Json::List(items))
            }
            '"' => self.string().map(Json::Text),
            't' => self.word("true", Json::Bool(true)),
            'f' => self.word("false", Json::Bool(false)),
            'n' => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    /// Goes through an object; `each` reads the value of a name, and says whether to go on.
    pub fn fields(&mut self, mut each: impl FnMut(&mut Self, String) -> Read<bool>) -> Read<()> {
        self.expect('{')?;
        self.nested('}', |reader, _| {
            if reader.peek() != Some('"') {
                return Err(Malformed);
            }
            let name = reader.string()?;
            reader.expect(':')?;
            each(reader, name)
        })
    }

    /// Goes through a list; `each` reads an element at its position, and says whether to go on.
    pub fn items(&mut self, each: impl FnMut(&mut Self, usize) -> Read<bool>) -> Read<()> {
        self.expect('[')?;
        self.nested(']', each)
    }

    fn nested(&mut self, close: char, mut each: impl FnMut(&mut Self, usize) -> Read<bool>) -> Read<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Malformed);
        }
        if !self.take(close) {
            for at in 0.. {
                if !each(self, at)? {
                    return Ok(());
                }
                if self.take(close) {
                    break;
                }
                self.expect(',')?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn string(&mut self) -> Read<String> {
        let mut out = String::new();
        let mut rest = self.text[1..].char_indices();
        while let Some((at, c)) = rest.next() {
            match c {
                '"' => {
                    self.text = &self.text[at + 2..];
                    return Ok(out);
                }
                '\\' => out.push(escaped(&mut rest)?),
                c if c < ' ' => return Err(Malformed),
                c => out.push(c),
            }
        }
        Err(Malformed)
    }

    fn number(&mut self) -> Read<Json> {
        let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let text = self.text;
        let mut length = usize::from(text.starts_with('-'));
        let whole = digits(&text[length..]);
        if whole == 0 || (whole > 1 && text[length..].starts_with('0')) {
            return Err(Malformed);
        }
        length += whole;
        if text[length..].starts_with('.') {
            let fraction = digits(&text[length + 1..]);
            if fraction == 0 {
                return Err(Malformed);
            }
            length += 1 + fraction;
        }
        if text[length..].starts_with(['e', 'E']) {
            length += 1;
            length += usize::from(text[length..].starts_with(['+', '-']));
            let exponent = digits(&text[length..]);
            if exponent == 0 {
                return Err(Malformed);
            }
            length += exponent;
        }
        self.text = &text[length..];
        // Letters do not go on behind a number.
        match self.text.chars().next() {
            None | Some(' ' | '\t' | '\n' | '\r' | ',' | ']' | '}' | ':') => {
                Ok(Json::Number(text[..length].to_owned()))
            }
            Some(_) => Err(Malformed),
        }
    }
}

/// The character behind a backslash; two escapes where it is beyond 16 bits.
fn escaped(rest: &mut std::str::CharIndices<'_>) -> Read<char> {
    let (_, c) = rest.next().ok_or(Malformed)?;
    Ok(match c {
        '"' | '\\' | '/' => c,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let high = unit(rest)?;
            if !(0xD800..0xDC00).contains(&high) {
                return Ok(char::from_u32(high).unwrap_or('\u{FFFD}'));
            }
            let mut ahead = rest.clone();
            let follows =
                ahead.next().is_some_and(|(_, c)| c == '\\') && ahead.next().is_some_and(|(_, c)| c == 'u');
            match follows.then(|| unit(&mut ahead)).transpose()? {
                Some(low) if (0xDC00..0xE000).contains(&low) => {
                    *rest = ahead;
                    char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)).ok_or(Malformed)?
                }
                _ => '\u{FFFD}',
            }
        }
        _ => return Err(Malformed),
    })
}

fn unit(rest: &mut std::str::CharIndices<'_>) -> Read<u32> {
    let mut unit = 0;
    for _ in 0..4 {
        let (_, c) = rest.next().ok_or(Malformed)?;
        unit = unit * 16 + c.to_digit(16).ok_or(Malformed)?;
    }
    Ok(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(text: &str) -> Read<String> {
        Json::parse(text).map(|json| json.sorted().text())
    }

    #[test]
    fn names_come_in_order_and_doubles_as_java_has_them() {
        let written = r#"{"a":[1.5,100.0,-7,null,true],"b":"é\n\u0001\"😀"}"#;
        let text = r#" { "b" : "\u00e9\n\u0001\"\ud83d\ude00", "a" : [ 1.50, 1e2, -7, null, true ] } "#;
        assert_eq!(again(text).as_deref(), Ok(written));
        assert_eq!(again(r#"{"a":1,"a":2}"#).as_deref(), Ok(r#"{"a":2}"#));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "", "nul", "01", "1.", "1e", "[1,]", "{a:1}", "{\"a\"}", "1 2", "'a'", "\"a", "\"\\x\"", "[1",
            "nullx",
        ] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
        assert!(Json::parse(&"[".repeat(100_000)).is_err());
    }
}

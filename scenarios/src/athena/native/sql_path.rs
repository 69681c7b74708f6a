//! The language of paths in `json_exists`, `json_value` and `json_query`: `lax $.children[*]?(@ > 10)`.
//!
//! Not handled, and refused: variables of `PASSING`, `like_regex`, `datetime()`, `keyvalue()`, and decimals outside a
//! filter.
//!
//! Source: Trino's `JsonPath.g4`; <https://trino.io/docs/current/functions/json.html#json-path-language>.

use super::json_text::Json;

/// A path with its mode.
#[derive(Debug)]
pub struct SqlPath {
    /// Whether lists are opened and what is missing is left out.
    pub is_lax: bool,
    /// The path.
    pub root: Path,
}

/// What leads to items.
#[derive(Debug)]
pub enum Path {
    /// `$`
    Context,
    /// `@`
    Current,
    /// `last`
    Last,
    Literal(Json),
    /// `.name`, `.*`
    Member(Box<Path>, Option<String>),
    /// `[0, 2 to last]`, `[*]`
    Elements(Box<Path>, Option<Vec<Subscript>>),
    /// `?(…)`
    Filter(Box<Path>, Box<Predicate>),
    /// `.size()`
    Method(Box<Path>, Method),
    Negative(Box<Path>),
    Binary(char, Box<Path>, Box<Path>),
}

/// A position, or the first and the last of some.
pub type Subscript = (Path, Option<Path>);

/// What an item is made into.
#[derive(Debug, Clone, Copy)]
pub enum Method {
    Type,
    Size,
    Double,
    Ceiling,
    Floor,
    Abs,
}

/// What is true, false or unknown of an item.
#[derive(Debug)]
pub enum Predicate {
    Compare(Compare, Path, Path),
    Exists(Path),
    StartsWith(Path, String),
    IsUnknown(Box<Predicate>),
    Not(Box<Predicate>),
    And(Box<Predicate>, Box<Predicate>),
    Or(Box<Predicate>, Box<Predicate>),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    Equal,
    NotEqual,
    Less,
    Greater,
    AtMost,
    AtLeast,
}

type Parsed<T> = Result<T, String>;

impl SqlPath {
    /// Reads a path; an error says what is wrong with it.
    pub fn parse(text: &str) -> Parsed<Self> {
        let mut parser = Parser { text, in_filter: 0 };
        let is_lax = match (parser.word("lax"), parser.word("strict")) {
            (true, _) => true,
            (_, true) => false,
            _ => return Err(format!("mismatched input '{text}' expecting {{'lax', 'strict'}}")),
        };
        let root = parser.sum()?;
        match parser.rest() {
            "" => Ok(Self { is_lax, root }),
            rest => Err(format!("mismatched input '{rest}'")),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    /// How many filters are around.
    in_filter: usize,
}

impl<'a> Parser<'a> {
    fn rest(&mut self) -> &'a str {
        self.text = self.text.trim_start_matches([' ', '\t', '\n', '\r']);
        self.text
    }

    fn take(&mut self, wanted: &str) -> bool {
        match self.rest().strip_prefix(wanted) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, wanted: &str) -> Parsed<()> {
        match self.take(wanted) {
            true => Ok(()),
            false => Err(format!("mismatched input '{}' expecting '{wanted}'", self.text)),
        }
    }

    fn identifier(&mut self) -> Option<&'a str> {
        let text = self.rest();
        let is_first = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        is_first.then(|| {
            self.text = &text[end..];
            &text[..end]
        })
    }

    fn word(&mut self, wanted: &str) -> bool {
        let before = self.text;
        let found = self.identifier() == Some(wanted);
        if !found {
            self.text = before;
        }
        found
    }

    /// A text in double quotes; two of them are one.
    fn string(&mut self) -> Parsed<String> {
        self.expect("\"")?;
        let mut out = String::new();
        loop {
            let end = self.text.find('"').ok_or("a text without an end")?;
            out += &self.text[..end];
            self.text = &self.text[end + 1..];
            if !self.text.starts_with('"') {
                return Ok(out);
            }
            out.push('"');
            self.text = &self.text[1..];
        }
    }

    fn sum(&mut self) -> Parsed<Path> {
        let mut left = self.product()?;
        while let Some(operator) = ['+', '-'].into_iter().find(|sign| self.take(&sign.to_string())) {
            left = Path::Binary(operator, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Parsed<Path> {
        let mut left = self.signed()?;
        while let Some(operator) = ['*', '/', '%'].into_iter().find(|sign| self.take(&sign.to_string())) {
            left = Path::Binary(operator, Box::new(left), Box::new(self.signed()?));
        }
        Ok(left)
    }

    fn signed(&mut self) -> Parsed<Path> {
        if self.take("-") {
            return Ok(Path::Negative(Box::new(self.signed()?)));
        }
        if self.take("+") {
            return Ok(Path::Negative(Box::new(Path::Negative(Box::new(self.signed()?)))));
        }
        self.accessors()
    }

    fn accessors(&mut self) -> Parsed<Path> {
        let mut path = self.primary()?;
        loop {
            path = if self.take(".") {
                self.member(Box::new(path))?
            } else if self.take("[") {
                Path::Elements(Box::new(path), self.subscripts()?)
            } else if self.take("?") {
                self.expect("(")?;
                self.in_filter += 1;
                let predicate = self.or()?;
                self.in_filter -= 1;
                self.expect(")")?;
                Path::Filter(Box::new(path), Box::new(predicate))
            } else {
                return Ok(path);
            };
        }
    }

    fn member(&mut self, path: Box<Path>) -> Parsed<Path> {
        if self.take("*") {
            return Ok(Path::Member(path, None));
        }
        if self.rest().starts_with('"') {
            return Ok(Path::Member(path, Some(self.string()?)));
        }
        let name = self.identifier().ok_or_else(|| format!("mismatched input '{}'", self.text))?;
        if !self.rest().starts_with('(') {
            return Ok(Path::Member(path, Some(name.to_owned())));
        }
        let method = match name {
            "type" => Method::Type,
            "size" => Method::Size,
            "double" => Method::Double,
            "ceiling" => Method::Ceiling,
            "floor" => Method::Floor,
            "abs" => Method::Abs,
            other => return Err(format!("the method {other}() is not supported")),
        };
        self.expect("(")?;
        self.expect(")")?;
        Ok(Path::Method(path, method))
    }

    fn subscripts(&mut self) -> Parsed<Option<Vec<Subscript>>> {
        if self.take("*") {
            self.expect("]")?;
            return Ok(None);
        }
        let mut subscripts = Vec::new();
        loop {
            let from = self.sum()?;
            let to = if self.word("to") { Some(self.sum()?) } else { None };
            subscripts.push((from, to));
            if !self.take(",") {
                break;
            }
        }
        self.expect("]")?;
        Ok(Some(subscripts))
    }

    fn primary(&mut self) -> Parsed<Path> {
        let text = self.rest();
        let Some(first) = text.chars().next() else { return Err("an expression is missing".to_owned()) };
        match first {
            '$' => {
                self.text = &text[1..];
                match self.text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
                    true => Err("variables are not supported".to_owned()),
                    false => Ok(Path::Context),
                }
            }
            '@' if self.in_filter > 0 => {
                self.text = &text[1..];
                Ok(Path::Current)
            }
            '(' => {
                self.text = &text[1..];
                let inner = self.sum()?;
                self.expect(")")?;
                Ok(inner)
            }
            '"' => Ok(Path::Literal(Json::Text(self.string()?))),
            '0'..='9' | '.' => self.number(),
            _ => match self.identifier() {
                Some("null") => Ok(Path::Literal(Json::Null)),
                Some("true") => Ok(Path::Literal(Json::Bool(true))),
                Some("false") => Ok(Path::Literal(Json::Bool(false))),
                Some("last") => Ok(Path::Last),
                _ => Err(format!("mismatched input '{text}'")),
            },
        }
    }

    fn number(&mut self) -> Parsed<Path> {
        let text = self.rest();
        let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let mut length = digits(text);
        let has_point =
            text[length..].starts_with('.') && !text[length + 1..].starts_with(char::is_alphabetic);
        if has_point {
            length += 1 + digits(&text[length + 1..]);
        }
        let exponent =
            text[length..].strip_prefix(['e', 'E']).map(|rest| rest.trim_start_matches(['+', '-']));
        let is_double = exponent.is_some_and(|rest| digits(rest) > 0);
        if let (true, Some(rest)) = (is_double, exponent) {
            length = text.len() - rest.len() + digits(rest);
        }
        if has_point && !is_double && self.in_filter == 0 {
            return Err("decimals are not supported outside a filter".to_owned());
        }
        let number = &text[..length];
        // As JSON writes it.
        let written = match number.strip_prefix('.') {
            Some(fraction) => format!("0.{fraction}"),
            None => number.strip_suffix('.').unwrap_or(number).replace(".e", "e").replace(".E", "E"),
        };
        self.text = &text[length..];
        Ok(Path::Literal(Json::Number(written)))
    }

    fn or(&mut self) -> Parsed<Predicate> {
        let mut left = self.and()?;
        while self.take("||") {
            left = Predicate::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Predicate> {
        let mut left = self.predicate()?;
        while self.take("&&") {
            left = Predicate::And(Box::new(left), Box::new(self.predicate()?));
        }
        Ok(left)
    }

    fn predicate(&mut self) -> Parsed<Predicate> {
        let start = self.rest();
        if start.starts_with('!') && !start.starts_with("!=") {
            self.text = &start[1..];
            return Ok(Predicate::Not(Box::new(self.delimited()?)));
        }
        // A bracket may hold a predicate or the left side of a comparison.
        if let Ok(predicate) = self.delimited() {
            if !self.word("is") {
                return Ok(predicate);
            }
            return match self.word("unknown") {
                true => Ok(Predicate::IsUnknown(Box::new(predicate))),
                false => Err(format!("mismatched input '{}' expecting 'unknown'", self.text)),
            };
        }
        self.text = start;
        self.comparison()
    }

    fn delimited(&mut self) -> Parsed<Predicate> {
        if self.word("exists") {
            self.expect("(")?;
            let path = self.sum()?;
            self.expect(")")?;
            return Ok(Predicate::Exists(path));
        }
        self.expect("(")?;
        let predicate = self.or()?;
        self.expect(")")?;
        Ok(predicate)
    }

    fn comparison(&mut self) -> Parsed<Predicate> {
        let left = self.sum()?;
        if self.word("starts") {
            return match self.word("with") {
                true => Ok(Predicate::StartsWith(left, self.string()?)),
                false => Err(format!("mismatched input '{}' expecting 'with'", self.text)),
            };
        }
        if self.word("like_regex") {
            return Err("like_regex is not supported".to_owned());
        }
        let signs = [
            ("==", Compare::Equal),
            ("<>", Compare::NotEqual),
            ("!=", Compare::NotEqual),
            ("<=", Compare::AtMost),
            (">=", Compare::AtLeast),
            ("<", Compare::Less),
            (">", Compare::Greater),
        ];
        match signs.into_iter().find(|(sign, _)| self.take(sign)) {
            Some((_, compare)) => Ok(Predicate::Compare(compare, left, self.sum()?)),
            None => Err(format!("mismatched input '{}' expecting a comparison", self.text)),
        }
    }
}

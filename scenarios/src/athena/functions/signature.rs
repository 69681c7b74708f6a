//! A function as one line: what it takes, what it gives, and how DuckDB does it.
//!
//! ```text
//! element_at(array(T), bigint) T = list_extract({0}, {1})
//! filter(array(T), function(T, boolean)) array(T) = list_filter({0}, {1})
//! sum(integer) bigint = CAST(@sum({0}) AS BIGINT)
//! ```
//!
//! Capital letters stand for types, `p` and `s` for digits; `...` behind the last type repeats it;
//! `count` is a whole number above zero that stands in the query as such. In the template
//! `{0}` is the first argument, `{*}` all of them, `{1*}` those from the second on, `{T}` DuckDB's name of a type;
//! `@` stands before the call that DISTINCT, ORDER BY, FILTER and OVER belong to.

use std::collections::BTreeMap;

use super::super::types::{RowField, Type, coerces, common};

/// One way to call a function.
#[derive(Debug, Clone)]
pub struct Signature {
    /// Its name, in lower case.
    pub name: &'static str,
    /// Types of arguments.
    pub params: Vec<Pattern>,
    /// Whether the last may be there any number of times.
    pub variadic: bool,
    /// The type of the answer.
    pub returns: Pattern,
    /// How DuckDB does it.
    pub template: &'static str,
}

/// A type with holes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// This type.
    Exact(Type),
    /// Any type; the same wherever the letter stands.
    Variable(char),
    /// Decimals of any precision and scale.
    Decimal,
    /// Decimals of 38 digits and the scale of the arguments.
    WideDecimal,
    /// A whole number above zero that stands in the query as such: for what DuckDB does right with no other.
    Count,
    /// Text of any length.
    Varchar,
    /// Padded text of any length.
    Char,
    /// Wall-clock readings of any precision.
    Timestamp,
    /// Instants of any precision.
    TimestampTz,
    /// Times of day of any precision.
    Time,
    /// A list.
    Array(Box<Pattern>),
    /// Keys and values.
    Map(Box<Pattern>, Box<Pattern>),
    /// Fields without names.
    Row(Vec<Pattern>),
    /// A lambda: what it takes, and what it gives.
    Function(Vec<Pattern>, Box<Pattern>),
}

/// What letters stand for in one call.
#[derive(Debug, Clone, Default)]
pub struct Bindings {
    types: BTreeMap<char, Type>,
    decimal: Option<(u8, u8)>,
    precision: Option<u8>,
}

impl Signature {
    /// Reads a line.
    ///
    /// # Panics
    /// When it is not written as the module says: lines are part of the program, and a test reads them all.
    pub fn parse(line: &'static str) -> Self {
        let (head, template) = line.split_once(" = ").unwrap_or_else(|| panic!("no template: {line}"));
        let (name, rest) = head.split_once('(').unwrap_or_else(|| panic!("no arguments: {line}"));
        let close = closing(rest).unwrap_or_else(|| panic!("no end of arguments: {line}"));
        let (params, returns) = (&rest[..close], rest[close + 1..].trim());
        let (params, variadic) = match params.trim().strip_suffix("...") {
            Some(params) => (params, true),
            None => (params, false),
        };
        let pattern = |text: &str| Pattern::parse(text).unwrap_or_else(|| panic!("no type `{text}`: {line}"));
        Self {
            name: name.trim(),
            params: split(params).into_iter().map(pattern).collect(),
            variadic,
            returns: pattern(returns),
            template: template.trim(),
        }
    }

    /// As an error message has it: `element_at(array(T), bigint)`.
    pub fn shown(&self) -> String {
        let params = self.params.iter().map(Pattern::shown).collect::<Vec<_>>().join(", ");
        format!("{}({params})", self.name)
    }

    /// Whether it is a quicker way for some calls, of which no error message speaks.
    pub fn is_shortcut(&self) -> bool {
        self.params.contains(&Pattern::Count)
    }

    /// The pattern of an argument.
    pub fn param(&self, at: usize) -> Option<&Pattern> {
        match self.params.get(at) {
            None if self.variadic => self.params.last(),
            found => found,
        }
    }

    /// Whether it takes so many arguments.
    pub fn takes(&self, arguments: usize) -> bool {
        match self.variadic {
            true => arguments + 1 >= self.params.len(),
            false => arguments == self.params.len(),
        }
    }
}

/// Where the bracket closes that is open before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Parts between the commas that stand in no brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (vec![], 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    let last = text[start..].trim();
    if !last.is_empty() {
        parts.push(last);
    }
    parts
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        let inside = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        let mut letters = text.chars();
        if let (Some(letter @ 'A'..='Z'), None) = (letters.next(), letters.next()) {
            return Some(Self::Variable(letter));
        }
        if let Some(element) = inside("array") {
            return Some(Self::Array(Box::new(Self::parse(element)?)));
        }
        if let Some(pair) = inside("map") {
            let pair = split(pair);
            return Some(Self::Map(
                Box::new(Self::parse(pair.first()?)?),
                Box::new(Self::parse(pair.get(1)?)?),
            ));
        }
        if let Some(fields) = inside("row") {
            return Some(Self::Row(split(fields).into_iter().map(Self::parse).collect::<Option<_>>()?));
        }
        if let Some(types) = inside("function") {
            let mut types = split(types).into_iter().map(Self::parse).collect::<Option<Vec<_>>>()?;
            let result = types.pop()?;
            return Some(Self::Function(types, Box::new(result)));
        }
        Some(match text {
            "decimal(p,s)" => Self::Decimal,
            "decimal(38,s)" => Self::WideDecimal,
            "count" => Self::Count,
            "varchar" => Self::Varchar,
            "char" => Self::Char,
            "timestamp(p)" => Self::Timestamp,
            "timestamp(p) with time zone" => Self::TimestampTz,
            "time(p)" => Self::Time,
            other => Self::Exact(super::super::type_text::parse_type(other)?),
        })
    }
}

impl Pattern {
    fn shown(&self) -> String {
        let all = |patterns: &[Pattern]| patterns.iter().map(Pattern::shown).collect::<Vec<_>>().join(", ");
        match self {
            Self::Exact(ty) => ty.to_string(),
            Self::Variable(letter) => letter.to_string(),
            Self::Decimal => "decimal(p,s)".to_owned(),
            Self::WideDecimal => "decimal(38,s)".to_owned(),
            Self::Count => "count".to_owned(),
            Self::Varchar => "varchar".to_owned(),
            Self::Char => "char(x)".to_owned(),
            Self::Timestamp => "timestamp(p)".to_owned(),
            Self::TimestampTz => "timestamp(p) with time zone".to_owned(),
            Self::Time => "time(p)".to_owned(),
            Self::Array(element) => format!("array({})", element.shown()),
            Self::Map(key, value) => format!("map({}, {})", key.shown(), value.shown()),
            Self::Row(fields) => format!("row({})", all(fields)),
            Self::Function(params, result) => format!("function({}, {})", all(params), result.shown()),
        }
    }
}

impl Bindings {
    /// Takes an argument's type in. With `coerce` types that can become one another fit too.
    pub fn bind(&mut self, pattern: &Pattern, ty: &Type, coerce: bool) -> bool {
        match (pattern, ty) {
            (Pattern::Function(_, _), _) => false,
            (Pattern::Variable(letter), _) => {
                let met = match self.types.get(letter) {
                    None => Some(ty.clone()),
                    Some(known)
                        if coerce || matches!(known, Type::Unknown) || matches!(ty, Type::Unknown) =>
                    {
                        common(known, ty)
                    }
                    Some(known) => alike(known, ty).then(|| common(known, ty)).flatten(),
                };
                met.is_some_and(|met| {
                    self.types.insert(*letter, met);
                    true
                })
            }
            (Pattern::Array(_) | Pattern::Map(_, _) | Pattern::Row(_), Type::Unknown) => true,
            (_, Type::Unknown) => true,
            (Pattern::Exact(wanted), _) => wanted == ty || (coerce && coerces(ty, wanted)),
            (Pattern::Count, _) => ty.is_integer(),
            (Pattern::Varchar, Type::Varchar(_)) => true,
            (Pattern::Varchar, Type::Char(_)) => coerce,
            (Pattern::Char, Type::Char(_)) => true,
            (Pattern::Decimal, _) => match ty {
                Type::Decimal(precision, scale) => self.bind_decimal(*precision, *scale),
                _ if coerce => ty.as_decimal().is_some_and(|(p, s)| self.bind_decimal(p, s)),
                _ => false,
            },
            (Pattern::Timestamp, Type::Timestamp(precision))
            | (Pattern::TimestampTz, Type::TimestampTz(precision))
            | (Pattern::Time, Type::Time(precision)) => self.bind_precision(*precision),
            (Pattern::TimestampTz, Type::Timestamp(precision)) if coerce => self.bind_precision(*precision),
            (Pattern::Timestamp | Pattern::TimestampTz, Type::Date) if coerce => self.bind_precision(3),
            (Pattern::Array(element), Type::Array(ty)) => self.bind(element, ty, coerce),
            (Pattern::Map(key, value), Type::Map(k, v)) => {
                self.bind(key, k, coerce) && self.bind(value, v, coerce)
            }
            (Pattern::Row(wanted), Type::Row(fields)) if wanted.len() == fields.len() => {
                wanted.iter().zip(fields).all(|(wanted, field)| self.bind(wanted, &field.ty, coerce))
            }
            _ => false,
        }
    }

    fn bind_decimal(&mut self, precision: u8, scale: u8) -> bool {
        let met = match self.decimal {
            None => (precision, scale),
            Some((p, s)) => {
                let scale = scale.max(s);
                ((scale + (p - s).max(precision.saturating_sub(scale))).min(38), scale)
            }
        };
        self.decimal = Some(met);
        true
    }

    fn bind_precision(&mut self, precision: u8) -> bool {
        self.precision = Some(self.precision.map_or(precision, |known| known.max(precision)));
        true
    }

    /// The type that a pattern stands for now.
    pub fn resolve(&self, pattern: &Pattern) -> Type {
        match pattern {
            Pattern::Exact(ty) => ty.clone(),
            Pattern::Variable(letter) => self.types.get(letter).cloned().unwrap_or(Type::Unknown),
            Pattern::Decimal => {
                let (precision, scale) = self.decimal.unwrap_or((38, 0));
                Type::Decimal(precision, scale)
            }
            Pattern::WideDecimal => Type::Decimal(38, self.decimal.map_or(0, |(_, scale)| scale)),
            Pattern::Count => Type::Bigint,
            Pattern::Varchar => Type::VARCHAR,
            Pattern::Char => Type::Char(1),
            Pattern::Timestamp => Type::Timestamp(self.precision.unwrap_or(3)),
            Pattern::TimestampTz => Type::TimestampTz(self.precision.unwrap_or(3)),
            Pattern::Time => Type::Time(self.precision.unwrap_or(3)),
            Pattern::Array(element) => Type::array(self.resolve(element)),
            Pattern::Map(key, value) => Type::map(self.resolve(key), self.resolve(value)),
            Pattern::Row(fields) => {
                let field = |pattern| RowField { name: None, ty: self.resolve(pattern) };
                Type::Row(fields.iter().map(field).collect())
            }
            Pattern::Function(_, result) => self.resolve(result),
        }
    }

    /// The type behind a letter.
    pub fn variable(&self, letter: char) -> Type {
        self.resolve(&Pattern::Variable(letter))
    }
}

/// Whether two types differ in nothing but lengths and NULLs.
pub(super) fn alike(one: &Type, other: &Type) -> bool {
    match (one, other) {
        (Type::Unknown, _) | (_, Type::Unknown) | (Type::Varchar(_), Type::Varchar(_)) => true,
        (Type::Array(a), Type::Array(b)) => alike(a, b),
        (Type::Map(ak, av), Type::Map(bk, bv)) => alike(ak, bk) && alike(av, bv),
        (Type::Row(a), Type::Row(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(&a.ty, &b.ty))
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_bound_by_arguments() {
        let signature = Signature::parse("contains(array(T), T) boolean = list_contains({0}, {1})");
        let mut bindings = Bindings::default();
        assert!(bindings.bind(&signature.params[0], &Type::array(Type::Bigint), true));
        assert!(bindings.bind(&signature.params[1], &Type::Integer, true));
        assert_eq!(bindings.variable('T'), Type::Bigint);
        assert!(!bindings.bind(&signature.params[1], &Type::VARCHAR, true));
    }

    #[test]
    fn the_last_of_some_repeats() {
        let signature = Signature::parse("concat(varchar, varchar...) varchar = concat({*})");
        assert!(signature.takes(2) && signature.takes(5) && !signature.takes(0));
        assert_eq!(signature.param(4), Some(&Pattern::Varchar));
    }
}

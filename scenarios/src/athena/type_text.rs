//! The text of a type in a query: `array(row(a integer, b varchar(3)))`.
//!
//! Source: the type grammar of Trino's `SqlBase.g4`.

use super::types::{RowField, Type};

/// The type that a text names; `None` when it names none.
pub fn parse_type(text: &str) -> Option<Type> {
    let mut reader = Reader { tokens: tokens(text), at: 0 };
    let ty = reader.parse_type()?;
    (reader.at == reader.tokens.len()).then_some(ty)
}

struct Reader {
    tokens: Vec<String>,
    at: usize,
}

/// Words in lower case (unless quoted), numbers, and single signs.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '"' {
            let mut name = String::from("\"");
            while let Some(c) = chars.next() {
                if c == '"' && chars.next_if_eq(&'"').is_none() {
                    break;
                }
                name.push(c);
            }
            tokens.push(name);
        } else if c.is_alphanumeric() || c == '_' {
            let mut word = c.to_lowercase().to_string();
            while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                word.extend(c.to_lowercase());
            }
            tokens.push(word);
        } else if !c.is_whitespace() {
            tokens.push(c.to_string());
        }
    }
    tokens
}

impl Reader {
    fn peek(&self) -> Option<&str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn takes(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self) -> Option<String> {
        let word = self.tokens.get(self.at)?.clone();
        self.at += 1;
        Some(word)
    }

    fn number<T: std::str::FromStr>(&mut self) -> Option<T> {
        self.word()?.parse().ok()
    }

    /// `(n)`, when it is there.
    fn length<T: std::str::FromStr>(&mut self) -> Option<Option<T>> {
        if !self.takes("(") {
            return Some(None);
        }
        let number = self.number()?;
        self.takes(")").then_some(Some(number))
    }

    fn parse_type(&mut self) -> Option<Type> {
        let name = self.word()?;
        Some(match name.as_str() {
            "boolean" => Type::Boolean,
            "tinyint" => Type::Tinyint,
            "smallint" => Type::Smallint,
            "int" | "integer" => Type::Integer,
            "bigint" => Type::Bigint,
            "real" | "float" => Type::Real,
            "double" => {
                self.takes("precision");
                Type::Double
            }
            "decimal" | "numeric" | "dec" => self.decimal()?,
            "varchar" => Type::Varchar(self.length()?),
            "char" => Type::Char(self.length()?.unwrap_or(1)),
            "varbinary" => Type::Varbinary,
            "date" => Type::Date,
            "json" => Type::Json,
            "uuid" => Type::Uuid,
            "time" => self.zoned(Type::Time, |_| None)?,
            "timestamp" => self.zoned(Type::Timestamp, |precision| Some(Type::TimestampTz(precision)))?,
            "interval" => match (self.word()?.as_str(), self.word()?.as_str(), self.word()?.as_str()) {
                ("day", "to", "second") => Type::IntervalDay,
                ("year", "to", "month") => Type::IntervalMonth,
                _ => return None,
            },
            "array" => Type::array(self.inside(|reader| reader.parse_type())?),
            "map" => {
                let (key, value) = self.inside(|reader| {
                    let key = reader.parse_type()?;
                    reader.takes(",").then_some(())?;
                    Some((key, reader.parse_type()?))
                })?;
                Type::map(key, value)
            }
            "row" => Type::Row(self.inside(Self::fields)?),
            _ => return None,
        })
    }

    /// What stands in round or angle brackets.
    fn inside<T>(&mut self, parse: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let close = match self.word()?.as_str() {
            "(" => ")",
            "<" => ">",
            _ => return None,
        };
        let found = parse(self)?;
        self.takes(close).then_some(found)
    }

    fn decimal(&mut self) -> Option<Type> {
        if !self.takes("(") {
            return Some(Type::Decimal(38, 0));
        }
        let precision = self.number()?;
        let scale = if self.takes(",") { self.number()? } else { 0 };
        let fits = (1..=38).contains(&precision) && scale <= precision;
        (self.takes(")") && fits).then_some(Type::Decimal(precision, scale))
    }

    fn zoned(&mut self, plain: fn(u8) -> Type, zoned: fn(u8) -> Option<Type>) -> Option<Type> {
        let precision = self.length()?.unwrap_or(3);
        if precision > 6 {
            return None;
        }
        if self.takes("with") {
            let rest = self.takes("time") && self.takes("zone");
            return zoned(precision).filter(|_| rest);
        }
        if self.takes("without") && !(self.takes("time") && self.takes("zone")) {
            return None;
        }
        Some(plain(precision))
    }

    fn fields(&mut self) -> Option<Vec<RowField>> {
        let mut fields = vec![];
        loop {
            fields.push(self.field()?);
            if !self.takes(",") {
                return Some(fields);
            }
        }
    }

    /// `name type`, or a type alone.
    fn field(&mut self) -> Option<RowField> {
        let start = self.at;
        if let Some(ty) = self.parse_type()
            && matches!(self.peek(), None | Some("," | ")" | ">"))
        {
            return Some(RowField { name: None, ty });
        }
        self.at = start;
        let name = self.word()?;
        self.takes(":");
        let name = name.strip_prefix('"').map(str::to_owned).unwrap_or(name);
        Some(RowField { name: Some(name), ty: self.parse_type()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_and_written_alike() {
        for text in [
            "array(row(a integer, b varchar(3)))",
            "map(varchar, array(double))",
            "timestamp(3) with time zone",
            "timestamp(6)",
            "decimal(10,2)",
            "interval day to second",
            "row(integer, varchar)",
            "char(4)",
        ] {
            assert_eq!(parse_type(text).unwrap().to_string(), text);
        }
        assert_eq!(parse_type("DOUBLE PRECISION"), Some(Type::Double));
        assert_eq!(parse_type("array<int>"), Some(Type::array(Type::Integer)));
        assert_eq!(parse_type("timestamp"), Some(Type::Timestamp(3)));
    }

    #[test]
    fn what_is_no_type_is_none() {
        for text in ["", "strin", "decimal(39,1)", "array(", "array(int", "int int", "timestamp(9)", "row()"]
        {
            assert_eq!(parse_type(text), None, "{text}");
        }
    }
}

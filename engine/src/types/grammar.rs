//! The grammar of type text, one recursive descent for both dialects.
//!
//! ```text
//! type   := plain | decimal [ '(' p [',' s] ')' ] | char '(' n ')' | array '<' type '>'
//!         | map '<' type ',' type '>' | struct '<' [ field (',' field)* ] '>'
//! field  := name [':'] type [NOT NULL] [COMMENT 'text']      Hive: the colon is required, no suffixes
//! schema := field (',' field)*                               Spark only
//! ```

use super::known::{Dialect, Word, nearest, word};
use super::{TypeError, array_type, map_type};
use arrow::datatypes::{DataType, Field, Fields, Schema};

/// Types nested deeper than this are refused, so that hostile text cannot exhaust the stack.
const DEPTH_MAX: usize = 128;

/// Largest precision of a decimal in Hive and Spark.
const PRECISION_MAX: u64 = 38;

/// Reads a column type as the Glue Data Catalog stores it. All fields are nullable.
///
/// Errors when the text is not one whole type.
pub fn parse_hive_type(text: &str) -> Result<DataType, TypeError> {
    Parser::new(text, Dialect::Hive).whole(Parser::data_type)
}

/// Reads a type in Spark's DDL, e.g. `ARRAY<STRUCT<a: LONG, b: STRING NOT NULL>>`.
///
/// Errors when the text is not one whole type.
pub fn parse_ddl_type(text: &str) -> Result<DataType, TypeError> {
    Parser::new(text, Dialect::Spark).whole(Parser::data_type)
}

/// Reads a schema in Spark's DDL, e.g. `k STRING, ts TIMESTAMP NOT NULL, n: LONG COMMENT 'x'`.
///
/// A comment is kept in the field's metadata under `comment`. Errors when the text is not a list of
/// columns. Source: `StructType.fromDDL`.
pub fn parse_ddl_schema(text: &str) -> Result<Schema, TypeError> {
    let fields = Parser::new(text, Dialect::Spark).whole(Parser::columns)?;
    Ok(Schema::new(fields))
}

struct Parser<'a> {
    text: &'a str,
    offset: usize,
    depth: usize,
    dialect: Dialect,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, dialect: Dialect) -> Self {
        Parser { text, offset: 0, depth: 0, dialect }
    }

    fn whole<T>(mut self, part: impl FnOnce(&mut Self) -> Result<T, TypeError>) -> Result<T, TypeError> {
        let value = part(&mut self)?;
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(self.unexpected("the end of the text")),
        }
    }

    fn columns(&mut self) -> Result<Fields, TypeError> {
        let mut fields = Vec::new();
        if self.peek().is_none() {
            return Ok(Fields::empty());
        }
        loop {
            fields.push(self.field()?);
            if !self.take(',') {
                return Ok(Fields::from(fields));
            }
        }
    }

    fn data_type(&mut self) -> Result<DataType, TypeError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let message = format!("types are nested deeper than {DEPTH_MAX}");
            return Err(self.error(self.offset, message, "a shallower type"));
        }
        let data_type = self.data_type_here();
        self.depth -= 1;
        data_type
    }

    fn data_type_here(&mut self) -> Result<DataType, TypeError> {
        let (offset, name) = self.type_name()?;
        match word(name, self.dialect) {
            Some(Word::Plain(plain)) => Ok(plain.data_type()),
            Some(Word::Decimal) => self.decimal(),
            Some(Word::Sized) => self.sized(),
            Some(Word::Array) => self.array(),
            Some(Word::Map) => self.map(),
            Some(Word::Struct) => self.struct_type(),
            None => Err(self.unknown(offset, name)),
        }
    }

    fn array(&mut self) -> Result<DataType, TypeError> {
        self.expect('<')?;
        let element = self.data_type()?;
        self.expect('>')?;
        Ok(array_type(element))
    }

    fn map(&mut self) -> Result<DataType, TypeError> {
        self.expect('<')?;
        let key = self.data_type()?;
        self.expect(',')?;
        let value = self.data_type()?;
        self.expect('>')?;
        Ok(map_type(key, value))
    }

    fn struct_type(&mut self) -> Result<DataType, TypeError> {
        self.expect('<')?;
        let mut fields = Vec::new();
        if self.take('>') {
            return Ok(DataType::Struct(Fields::empty()));
        }
        loop {
            fields.push(self.field()?);
            if self.take('>') {
                return Ok(DataType::Struct(Fields::from(fields)));
            }
            if !self.take(',') {
                return Err(self.unexpected("`,` or `>`"));
            }
        }
    }

    fn field(&mut self) -> Result<Field, TypeError> {
        let name = self.field_name()?;
        match self.dialect {
            Dialect::Hive => self.expect(':')?,
            Dialect::Spark => {
                self.take(':');
            }
        }
        let data_type = self.data_type()?;
        let mut field = Field::new(name, data_type, true);
        if self.dialect == Dialect::Spark {
            if self.take_word("NOT") {
                self.expect_word("NULL")?;
                field = field.with_nullable(false);
            }
            if self.take_word("COMMENT") {
                let comment = self.quoted_text()?;
                field = field.with_metadata([("comment".to_owned(), comment)].into());
            }
        }
        Ok(field)
    }

    fn decimal(&mut self) -> Result<DataType, TypeError> {
        if !self.take('(') {
            return Ok(DataType::Decimal128(10, 0));
        }
        let (at, precision) = self.integer()?;
        let (scale_at, scale) = if self.take(',') { self.integer()? } else { (at, 0) };
        self.expect(')')?;
        if precision == 0 || precision > PRECISION_MAX {
            let message = format!("decimal precision {precision} is out of range");
            return Err(self.error(at, message, "a precision from 1 to 38"));
        }
        if scale > precision {
            let message = format!("decimal scale {scale} is greater than the precision {precision}");
            return Err(self.error(scale_at, message, "a scale up to the precision"));
        }
        Ok(DataType::Decimal128(precision as u8, scale as i8))
    }

    fn sized(&mut self) -> Result<DataType, TypeError> {
        self.expect('(')?;
        let (offset, length) = self.integer()?;
        self.expect(')')?;
        if length == 0 {
            return Err(self.error(offset, "length 0 is out of range".to_owned(), "a length from 1"));
        }
        Ok(DataType::Utf8)
    }

    fn type_name(&mut self) -> Result<(usize, &'a str), TypeError> {
        self.skip_blanks();
        let offset = self.offset;
        let name = self.run(|c| c.is_alphanumeric() || c == '_');
        if name.is_empty() {
            return Err(self.unexpected("a type name"));
        }
        Ok((offset, name))
    }

    fn field_name(&mut self) -> Result<String, TypeError> {
        self.skip_blanks();
        if self.rest().starts_with('`') {
            return self.backquoted();
        }
        // Glue crawlers write names such as `user-id` without quotes; Spark's DDL refuses them.
        let hive = self.dialect == Dialect::Hive;
        let name = self.run(|c| match hive {
            true => !c.is_whitespace() && !":<>,()`".contains(c),
            false => c.is_alphanumeric() || c == '_',
        });
        if name.is_empty() {
            return Err(self.unexpected("a field name"));
        }
        Ok(name.to_owned())
    }

    fn backquoted(&mut self) -> Result<String, TypeError> {
        let start = self.offset;
        let mut name = String::new();
        self.offset += 1;
        loop {
            name.push_str(self.run(|c| c != '`'));
            if self.rest().starts_with("``") {
                self.offset += 2;
                name.push('`');
            } else if self.rest().starts_with('`') {
                self.offset += 1;
                return Ok(name);
            } else {
                let message = "the quoted name does not end".to_owned();
                return Err(self.error(start, message, "a closing backquote"));
            }
        }
    }

    /// A string literal in single or double quotes, with backslash escapes.
    fn quoted_text(&mut self) -> Result<String, TypeError> {
        let Some(quote) = self.peek().filter(|c| *c == '\'' || *c == '"') else {
            return Err(self.unexpected("a quoted text"));
        };
        let start = self.offset;
        self.offset += 1;
        let mut text = String::new();
        while let Some(c) = self.rest().chars().next() {
            self.offset += c.len_utf8();
            match c {
                '\\' => match self.rest().chars().next() {
                    Some(escaped) => {
                        self.offset += escaped.len_utf8();
                        text.push(unescaped(escaped));
                    }
                    None => break,
                },
                c if c == quote => return Ok(text),
                c => text.push(c),
            }
        }
        Err(self.error(start, "the quoted text does not end".to_owned(), "a closing quote"))
    }

    fn integer(&mut self) -> Result<(usize, u64), TypeError> {
        self.skip_blanks();
        let offset = self.offset;
        let digits = self.run(|c| c.is_ascii_digit());
        match digits.parse() {
            Ok(value) => Ok((offset, value)),
            Err(_) => Err(self.unexpected("a whole number")),
        }
    }

    fn run(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.offset += end;
        &rest[..end]
    }

    fn rest(&self) -> &'a str {
        &self.text[self.offset..]
    }

    fn skip_blanks(&mut self) {
        self.run(char::is_whitespace);
    }

    fn peek(&mut self) -> Option<char> {
        self.skip_blanks();
        self.rest().chars().next()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.offset += wanted.len_utf8();
        }
        found
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        self.skip_blanks();
        let start = self.offset;
        let found = self.run(|c| c.is_alphanumeric() || c == '_');
        let matches = found.eq_ignore_ascii_case(wanted);
        if !matches {
            self.offset = start;
        }
        matches
    }

    fn expect(&mut self, wanted: char) -> Result<(), TypeError> {
        match self.take(wanted) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("`{wanted}`"))),
        }
    }

    fn expect_word(&mut self, wanted: &str) -> Result<(), TypeError> {
        match self.take_word(wanted) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("`{wanted}`"))),
        }
    }

    fn unknown(&self, offset: usize, name: &str) -> TypeError {
        let message = match nearest(name, self.dialect) {
            Some(meant) => format!("unknown type `{name}`; did you mean `{meant}`?"),
            None => format!("unknown type `{name}`"),
        };
        self.error(offset, message, "a type name")
    }

    fn unexpected(&mut self, expected: &str) -> TypeError {
        let message = match self.peek() {
            Some(found) => format!("expected {expected}, found `{found}`"),
            None => format!("expected {expected}, found the end of the text"),
        };
        self.error(self.offset, message, expected)
    }

    fn error(&self, offset: usize, message: String, expected: &str) -> TypeError {
        TypeError { offset, message, expected: expected.to_owned() }
    }
}

fn unescaped(escaped: char) -> char {
    match escaped {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        '0' => '\0',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{timestamp_ntz_type, timestamp_type};
    use super::*;

    fn hive(text: &str) -> DataType {
        parse_hive_type(text).expect("valid type text")
    }

    fn field(name: &str, data_type: DataType) -> Field {
        Field::new(name, data_type, true)
    }

    #[test]
    fn every_plain_hive_type_is_read_in_any_case() {
        let cases = [
            ("boolean", DataType::Boolean),
            ("tinyint", DataType::Int8),
            ("SMALLINT", DataType::Int16),
            ("int", DataType::Int32),
            ("Integer", DataType::Int32),
            (" bigint ", DataType::Int64),
            ("float", DataType::Float32),
            ("double", DataType::Float64),
            ("string", DataType::Utf8),
            ("char(3)", DataType::Utf8),
            ("varchar( 65535 )", DataType::Utf8),
            ("binary", DataType::Binary),
            ("date", DataType::Date32),
            ("timestamp", timestamp_type()),
            ("timestamp_ntz", timestamp_ntz_type()),
            ("decimal", DataType::Decimal128(10, 0)),
            ("decimal(20)", DataType::Decimal128(20, 0)),
            ("DECIMAL ( 20 , 2 )", DataType::Decimal128(20, 2)),
        ];
        for (text, expected) in cases {
            assert_eq!(hive(text), expected, "{text}");
        }
    }

    #[test]
    fn nested_hive_types_are_read() {
        let product = DataType::Struct(Fields::from(vec![
            field("sku", DataType::Utf8),
            field("2nd_price", DataType::Float64),
            field("odd name", map_type(DataType::Utf8, DataType::Int64)),
        ]));
        assert_eq!(
            hive("array< struct<sku:string, 2nd_price : double,`odd name`:map<string,bigint>> >"),
            array_type(product)
        );
        assert_eq!(hive("struct<>"), DataType::Struct(Fields::empty()));
    }

    #[test]
    fn ddl_takes_aliases_colons_not_null_and_comments() {
        let text = "k STRING, ts TIMESTAMP NOT NULL, n: LONG, s SHORT, b byte, r REAL, d DEC(5,1), \
                    m NUMERIC, body STRUCT<a: BIGINT, b: ARRAY<STRING>> COMMENT 'it\\'s'";
        let schema = parse_ddl_schema(text).expect("valid DDL");
        let types: Vec<_> = schema.fields().iter().map(|f| f.data_type().clone()).collect();
        assert_eq!(
            types[2..8],
            [
                DataType::Int64,
                DataType::Int16,
                DataType::Int8,
                DataType::Float32,
                DataType::Decimal128(5, 1),
                DataType::Decimal128(10, 0),
            ]
        );
        assert!(!schema.field(1).is_nullable());
        assert!(schema.field(0).is_nullable());
        assert_eq!(schema.field(8).metadata().get("comment").map(String::as_str), Some("it's"));
    }

    #[test]
    fn errors_name_the_place_and_the_nearest_type() {
        let cases = [
            ("array<strng>", 6, "unknown type `strng`; did you mean `string`?"),
            ("struct<a:int,b>", 14, "expected `:`, found `>`"),
            ("array<int", 9, "expected `>`, found the end of the text"),
            ("int int", 4, "expected the end of the text, found `i`"),
            ("decimal(39,2)", 8, "decimal precision 39 is out of range"),
            ("decimal(5,6)", 10, "decimal scale 6 is greater than the precision 5"),
            ("", 0, "expected a type name, found the end of the text"),
            ("struct<`a:int>", 7, "the quoted name does not end"),
            ("long", 0, "unknown type `long`; did you mean `bigint`?"),
        ];
        for (text, offset, message) in cases {
            let error = parse_hive_type(text).expect_err(text);
            assert_eq!((error.offset, error.message.as_str()), (offset, message), "{text}");
        }
    }

    #[test]
    fn hostile_nesting_is_refused_without_exhausting_the_stack() {
        let text = "array<".repeat(100_000);
        let error = parse_hive_type(&text).expect_err("too deep");
        assert_eq!(error.message, "types are nested deeper than 128");
    }
}

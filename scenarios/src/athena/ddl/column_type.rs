//! Types of columns in Hive's grammar.
//! Source: <https://docs.aws.amazon.com/athena/latest/ug/data-types.html>.

use std::fmt;

use super::cursor::{Cursor, Parsed};
use super::token::Kind;

/// A type, as the Glue Data Catalog has it: lower case, nothing white.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnType(String);

/// Types of one word.
const PLAIN: [&str; 11] = [
    "boolean",
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "double",
    "float",
    "string",
    "binary",
    "date",
    "timestamp",
];

/// The most digits that a decimal has.
const DIGITS_MAX: u32 = 38;
/// The longest that a `char` can be.
const CHAR_MAX: u32 = 255;
/// The longest that a `varchar` can be.
const VARCHAR_MAX: u32 = 65_535;

impl ColumnType {
    /// As the catalog has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the type that is next.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Parsed<Self> {
        let mut text = String::new();
        read(cursor, &mut text)?;
        Ok(Self(text))
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn read(cursor: &mut Cursor<'_>, text: &mut String) -> Parsed<()> {
    let before = *cursor;
    let token = cursor.peek();
    if token.kind != Kind::Word {
        return Err(cursor.no_alternative());
    }
    cursor.take();
    let name = token.text.to_ascii_lowercase();
    match name.as_str() {
        "integer" => text.push_str("int"),
        "decimal" | "dec" | "numeric" => decimal(cursor, text)?,
        "char" => sized(cursor, text, "char", CHAR_MAX)?,
        "varchar" => sized(cursor, text, "varchar", VARCHAR_MAX)?,
        "array" => {
            opened(cursor, text, "array<")?;
            read(cursor, text)?;
            closed(cursor, text)?;
        }
        "map" => {
            opened(cursor, text, "map<")?;
            read(cursor, text)?;
            cursor.expect_sign(",")?;
            text.push(',');
            read(cursor, text)?;
            closed(cursor, text)?;
        }
        "struct" => fields(cursor, text)?,
        plain if PLAIN.contains(&plain) => text.push_str(plain),
        _ => return Err(unknown(before, token.text)),
    }
    Ok(())
}

/// Hive names the word and the two that follow it.
fn unknown(at: Cursor<'_>, name: &str) -> super::SyntaxError {
    let mut ahead = at;
    ahead.take();
    let (second, third) = (ahead.take().shown(), ahead.peek().shown());
    at.parse_exception(&format!("cannot recognize input near '{name}' '{second}' '{third}' in column type"))
}

fn opened(cursor: &mut Cursor<'_>, text: &mut String, written: &str) -> Parsed<()> {
    if !cursor.sign("<") {
        let what = format!("mismatched input '{}' expecting < near", cursor.peek().shown());
        let name = written.trim_end_matches('<');
        return Err(cursor.parse_exception(&format!("{what} '{name}' in {name} type")));
    }
    text.push_str(written);
    Ok(())
}

fn closed(cursor: &mut Cursor<'_>, text: &mut String) -> Parsed<()> {
    cursor.expect_sign(">")?;
    text.push('>');
    Ok(())
}

/// `struct<a:int,b:string COMMENT '…'>`; a comment has no place in the catalog's text.
fn fields(cursor: &mut Cursor<'_>, text: &mut String) -> Parsed<()> {
    opened(cursor, text, "struct<")?;
    loop {
        text.push_str(&cursor.name()?);
        cursor.expect_sign(":")?;
        text.push(':');
        read(cursor, text)?;
        if cursor.keyword("COMMENT") {
            cursor.text()?;
        }
        if !cursor.sign(",") {
            return closed(cursor, text);
        }
        text.push(',');
    }
}

/// `decimal` is `decimal(10,0)`, `decimal(5)` is `decimal(5,0)`.
fn decimal(cursor: &mut Cursor<'_>, text: &mut String) -> Parsed<()> {
    let (mut precision, mut scale) = (10, 0);
    if cursor.sign("(") {
        let at = *cursor;
        precision = cursor.number::<u32>()?;
        if cursor.sign(",") {
            scale = cursor.number::<u32>()?;
        }
        cursor.expect_sign(")")?;
        if precision == 0 || precision > DIGITS_MAX || scale > precision {
            let what = format!("Decimal precision {precision} and scale {scale} out of allowed range");
            return Err(at.parse_exception(&what));
        }
    }
    text.push_str(&format!("decimal({precision},{scale})"));
    Ok(())
}

fn sized(cursor: &mut Cursor<'_>, text: &mut String, name: &str, max: u32) -> Parsed<()> {
    cursor.expect_sign("(")?;
    let at = *cursor;
    let length = cursor.number::<u32>()?;
    cursor.expect_sign(")")?;
    if length == 0 || length > max {
        let what = format!("{name} length {length} out of allowed range [1, {max}]");
        return Err(at.parse_exception(&what));
    }
    text.push_str(&format!("{name}({length})"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(sql: &str) -> Result<String, String> {
        let mut cursor = Cursor::new(sql);
        let parsed = ColumnType::read(&mut cursor).and_then(|parsed| cursor.end().map(|()| parsed));
        parsed.map(|parsed| parsed.to_string()).map_err(|error| error.message)
    }

    #[test]
    fn types_are_written_as_the_catalog_has_them() {
        for (sql, expected) in [
            ("INT", "int"),
            ("integer", "int"),
            ("Decimal ( 10 , 2 )", "decimal(10,2)"),
            ("decimal", "decimal(10,0)"),
            ("decimal(5)", "decimal(5,0)"),
            ("VARCHAR(10)", "varchar(10)"),
            ("char(255)", "char(255)"),
            ("array< int >", "array<int>"),
            ("map<string,array<map<int,double>>>", "map<string,array<map<int,double>>>"),
            (
                "STRUCT<A : INT COMMENT 'x', `select`:array<struct<c:date>>>",
                "struct<a:int,select:array<struct<c:date>>>",
            ),
            ("timestamp", "timestamp"),
        ] {
            assert_eq!(parsed(sql).as_deref(), Ok(expected), "{sql}");
        }
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for (sql, expected) in [
            (
                "foo)",
                "FAILED: ParseException line 1:0 cannot recognize input near 'foo' ')' '<EOF>' in column type",
            ),
            (
                "map",
                "FAILED: ParseException line 1:3 mismatched input '<EOF>' expecting < near 'map' in map type",
            ),
            ("array<1>", "line 1:7: no viable alternative at input 'array<1'"),
            ("struct<a int>", "line 1:10: mismatched input 'int'. Expecting: ':'"),
            (
                "decimal(2,5)",
                "FAILED: ParseException line 1:8 Decimal precision 2 and scale 5 out of allowed range",
            ),
            ("varchar", "line 1:8: mismatched input '<EOF>'. Expecting: '('"),
            (
                "varchar(0)",
                "FAILED: ParseException line 1:8 varchar length 0 out of allowed range [1, 65535]",
            ),
        ] {
            assert_eq!(parsed(sql), Err(expected.to_owned()), "{sql}");
        }
    }
}

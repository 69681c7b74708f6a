//! A place in the text, and the steps that every statement takes from it.

use super::error::SyntaxError;
use super::statement::TableName;
use super::token::{self, Dialect, Kind, Token};

/// What steps of the parser come to.
pub type Parsed<T> = Result<T, SyntaxError>;

/// A place in the text.
#[derive(Debug, Clone, Copy)]
pub struct Cursor<'a> {
    sql: &'a str,
    at: usize,
    /// How what follows is read.
    pub dialect: Dialect,
}

impl<'a> Cursor<'a> {
    /// The start of a text.
    pub fn new(sql: &'a str) -> Self {
        Self { sql, at: 0, dialect: Dialect::Hive }
    }

    /// The next token; it stays the next.
    pub fn peek(&self) -> Token<'a> {
        token::next(self.sql, self.at, self.dialect)
    }

    /// The next token, which is then behind.
    pub fn take(&mut self) -> Token<'a> {
        let token = self.peek();
        self.at = token.end();
        token
    }

    /// Steps over a keyword if it is next.
    pub fn keyword(&mut self, keyword: &str) -> bool {
        let found = self.peek().is(keyword);
        if found {
            self.take();
        }
        found
    }

    /// Steps over keywords if all of them are next, in this order.
    pub fn keywords(&mut self, keywords: &[&str]) -> bool {
        let before = *self;
        let found = keywords.iter().all(|keyword| self.keyword(keyword));
        if !found {
            *self = before;
        }
        found
    }

    /// Steps over one of some keywords.
    ///
    /// # Errors
    /// When none of them is next.
    pub fn one_of<'k>(&mut self, keywords: &[&'k str]) -> Parsed<&'k str> {
        match keywords.iter().find(|keyword| self.keyword(keyword)) {
            Some(keyword) => Ok(keyword),
            None => Err(self.expecting(keywords)),
        }
    }

    /// Steps over keywords that must come now.
    ///
    /// # Errors
    /// When another token is next.
    pub fn expect(&mut self, keywords: &[&str]) -> Parsed<()> {
        for keyword in keywords {
            self.one_of(&[keyword])?;
        }
        Ok(())
    }

    /// Steps over a sign if it is next.
    pub fn sign(&mut self, sign: &str) -> bool {
        let found = self.peek().is_sign(sign);
        if found {
            self.take();
        }
        found
    }

    /// Steps over a sign that must come now.
    ///
    /// # Errors
    /// When another token is next.
    pub fn expect_sign(&mut self, sign: &str) -> Parsed<()> {
        if self.sign(sign) { Ok(()) } else { Err(self.expecting(&[sign])) }
    }

    /// `item, item, …`, one at least.
    ///
    /// # Errors
    /// What an item answers.
    pub fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.sign(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// `(item, item, …)`, one at least.
    ///
    /// # Errors
    /// What an item answers, and when a parenthesis is missing.
    pub fn parenthesised<T>(&mut self, item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        self.expect_sign("(")?;
        let items = self.list(item)?;
        if self.sign(")") { Ok(items) } else { Err(self.expecting(&[")", ","])) }
    }

    /// A string.
    ///
    /// # Errors
    /// When something else is next.
    pub fn text(&mut self) -> Parsed<String> {
        let token = self.peek();
        let is_text = match self.dialect {
            Dialect::Hive => matches!(token.kind, Kind::Text | Kind::DoubleQuoted),
            Dialect::Trino => token.kind == Kind::Text,
        };
        if !is_text {
            return Err(self.expecting(&["<string>"]));
        }
        let token = self.take();
        Ok(token::content(&token, self.dialect))
    }

    /// A number without sign or fraction.
    ///
    /// # Errors
    /// When something else is next, or it is too large.
    pub fn number<N: std::str::FromStr>(&mut self) -> Parsed<N> {
        let token = self.peek();
        let number = (token.kind == Kind::Number).then(|| token.text.parse().ok()).flatten();
        let number = number.ok_or_else(|| self.expecting(&["<integer>"]))?;
        self.take();
        Ok(number)
    }

    /// One name, folded to lower case: Athena's names have no case.
    ///
    /// # Errors
    /// When something else is next.
    pub fn name(&mut self) -> Parsed<String> {
        let token = self.peek();
        match (token.kind, self.dialect) {
            (Kind::Word | Kind::Backquoted, _) | (Kind::DoubleQuoted, Dialect::Trino) => {
                self.take();
                Ok(token::content(&token, self.dialect).to_lowercase())
            }
            // Hive reads a string there.
            (Kind::DoubleQuoted, Dialect::Hive) => Err(self.no_alternative()),
            (Kind::Number, _) => Err(self.no_alternative()),
            _ => Err(self.expecting(&["<identifier>"])),
        }
    }

    /// `[[catalog.]database.]table`.
    ///
    /// # Errors
    /// When no name is next, or it has more than three parts.
    pub fn table_name(&mut self) -> Parsed<TableName> {
        let mut parts = Vec::new();
        loop {
            let backquoted = self.peek().kind == Kind::Backquoted;
            let part = self.name()?;
            // Hive takes a name in backquotes apart, as its own SHOW CREATE TABLE prints it.
            match backquoted && self.dialect == Dialect::Hive {
                true => parts.extend(part.split('.').map(str::to_owned)),
                false => parts.push(part),
            }
            if !self.sign(".") {
                break;
            }
        }
        let shown = parts.join(".");
        let mut parts = parts.into_iter().rev();
        let name = parts.next().unwrap_or_default();
        let table = TableName { name, database: parts.next(), catalog: parts.next() };
        match parts.next() {
            None => Ok(table),
            Some(_) => Err(self.refused(format!("Invalid table name {shown}"))),
        }
    }

    /// A database: `[catalog.]database`. The catalog is the account's own, the only one there is.
    ///
    /// # Errors
    /// When no name is next.
    pub fn database_name(&mut self) -> Parsed<String> {
        let name = self.name()?;
        if name == OWN_CATALOG && self.sign(".") { self.name() } else { Ok(name) }
    }

    /// What is left, up to the end without the semicolon; nothing is left then.
    ///
    /// # Errors
    /// When another statement follows.
    pub fn rest(&mut self) -> Parsed<(usize, &'a str)> {
        let start = token::skip_blanks(self.sql, self.at);
        let mut end = start;
        while !matches!(self.peek().kind, Kind::End) && !self.peek().is_sign(";") {
            end = self.take().end();
        }
        self.end()?;
        Ok((start, &self.sql[start..end]))
    }

    /// What stands between parentheses, which may hold others; the place is behind them then.
    ///
    /// # Errors
    /// When a parenthesis is missing.
    pub fn enclosed(&mut self) -> Parsed<(usize, &'a str)> {
        self.expect_sign("(")?;
        let start = self.at;
        let mut depth = 1;
        loop {
            let token = self.peek();
            match token.kind {
                Kind::End | Kind::Open => return Err(self.expecting(&[")"])),
                Kind::Sign if token.text == "(" => depth += 1,
                Kind::Sign if token.text == ")" => depth -= 1,
                _ => {}
            }
            self.take();
            if depth == 0 {
                return Ok((start, &self.sql[start..token.start]));
            }
        }
    }

    /// Whether nothing follows but semicolons.
    pub fn at_end(&self) -> bool {
        let mut ahead = *self;
        while ahead.sign(";") {}
        ahead.peek().kind == Kind::End
    }

    /// The end of the statement.
    ///
    /// # Errors
    /// When something follows.
    pub fn end(&mut self) -> Parsed<()> {
        if self.at_end() {
            Ok(())
        } else if self.peek().is_sign(";") {
            Err(self.refused(format!("Only one sql statement is allowed. Got: {}", self.sql)))
        } else {
            Err(self.expecting(&["<EOF>"]))
        }
    }

    /// What is next is none of these.
    pub fn expecting(&self, expected: &[&str]) -> SyntaxError {
        let shown = |expected: &&str| match expected.starts_with('<') && expected.len() > 2 {
            true => (*expected).to_owned(),
            false => format!("'{expected}'"),
        };
        let expected: Vec<_> = expected.iter().map(shown).collect();
        let found = self.peek().shown();
        self.placed(&format!("mismatched input '{found}'. Expecting: {}", expected.join(", ")))
    }

    /// What is next can be nothing that a statement goes on with.
    pub fn no_alternative(&self) -> SyntaxError {
        let start = token::skip_blanks(self.sql, 0);
        let read = self.sql[start..self.peek().end()].replace('\r', "\\r").replace('\n', "\\n");
        self.placed(&format!("no viable alternative at input '{}'", read.replace('\t', "\\t")))
    }

    /// A sentence about the next token, with its place.
    pub fn placed(&self, what: &str) -> SyntaxError {
        let (line, column) = self.place();
        SyntaxError { line, column, message: format!("line {line}:{column}: {what}") }
    }

    /// A sentence of Hive's about the next token; its columns count from 0.
    pub fn parse_exception(&self, what: &str) -> SyntaxError {
        let (line, column) = self.place();
        let message = format!("FAILED: ParseException line {line}:{} {what}", column - 1);
        SyntaxError { line, column, message }
    }

    /// A sentence about the statement as a whole.
    pub fn refused(&self, message: impl Into<String>) -> SyntaxError {
        let (line, column) = self.place();
        SyntaxError { line, column, message: message.into() }
    }

    /// Line and column of the next token. What is white before the statement does not count, as on Athena.
    fn place(&self) -> (usize, usize) {
        let begin = self.sql.len() - self.sql.trim_start().len();
        let before = &self.sql[begin..self.peek().start.max(begin)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before[line_start..].encode_utf16().count() + 1;
        (before.matches('\n').count() + 1, column)
    }
}

/// Name of the catalog of the account.
pub const OWN_CATALOG: &str = "awsdatacatalog";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_athena_counts_them() {
        for (sql, place) in [
            ("x", (1, 1)),
            ("   x", (1, 1)),
            ("\n\n x", (1, 1)),
            ("/* c */ x", (1, 9)),
            ("-- c\n  x", (2, 3)),
            ("/* 😀 */ x", (1, 10)),
            ("-- only", (1, 8)),
            ("/* only */", (1, 11)),
        ] {
            assert_eq!(Cursor::new(sql).place(), place, "{sql:?}");
        }
    }

    #[test]
    fn names_have_up_to_three_parts() {
        let name = |sql| {
            let TableName { catalog, database, name } = Cursor::new(sql).table_name().unwrap();
            [catalog, database, Some(name)].into_iter().flatten().collect::<Vec<_>>().join("/")
        };
        assert_eq!(name("T"), "t");
        assert_eq!(name("`a b` . C"), "a b/c");
        assert_eq!(name("AwsDataCatalog.db.t"), "awsdatacatalog/db/t");
        assert_eq!(name("`db.t`"), "db/t");
        assert!(Cursor::new("a.b.c.d").table_name().is_err());
        let error = Cursor::new("DESCRIBE").name().and(Cursor::new("\"t\"").name()).unwrap_err();
        assert_eq!(error.message, "line 1:1: no viable alternative at input '\"t\"'");
    }

    #[test]
    fn parentheses_inside_strings_do_not_close() {
        let mut cursor = Cursor::new("(SELECT ')' FROM (VALUES 1)) TO");
        cursor.dialect = Dialect::Trino;
        assert_eq!(cursor.enclosed().unwrap(), (1, "SELECT ')' FROM (VALUES 1)"));
        assert!(cursor.keyword("to"));
    }
}

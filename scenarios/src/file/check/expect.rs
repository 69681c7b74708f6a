//! `expect:` the rows that a query has to give: none, a list of mappings, or a table drawn with pipes.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Unexpected, Visitor};

use super::cell::{Bound, Cell};
use crate::file::entries::Entries;

/// The expected rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// `empty`: no row at all.
    Empty,
    /// These rows, in any order, each once.
    Rows(ExpectedRows),
}

/// Rows under the columns that are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedRows {
    /// Column names, in the order of their first appearance.
    pub columns: Vec<String>,
    /// A cell per column. What a mapping leaves out may be anything.
    pub rows: Vec<Vec<Cell>>,
}

/// What can stand under `expect`.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum ExpectText {
    Rows(Expect),
    /// A condition on one number.
    Bound(Bound),
}

pub(super) const EXPECTED: &str = "`empty`, a list of rows, or a table whose cells are divided by `|`";

impl<'de> Deserialize<'de> for ExpectText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ExpectVisitor;

        impl<'de> Visitor<'de> for ExpectVisitor {
            type Value = ExpectText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<ExpectText, E> {
                let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
                match lines.as_slice() {
                    ["empty"] => Ok(ExpectText::Rows(Expect::Empty)),
                    [header, rows @ ..] if header.contains('|') || !rows.is_empty() => {
                        table(header, rows).map(|rows| ExpectText::Rows(Expect::Rows(rows)))
                    }
                    [line] => match Bound::parse(line.trim()) {
                        Ok(Some(bound)) => Ok(ExpectText::Bound(bound)),
                        Ok(None) => Err(E::invalid_value(Unexpected::Str(text), &self)),
                        Err(expected) => Err(E::invalid_value(Unexpected::Str(text), &expected)),
                    },
                    [] | [_, ..] => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<ExpectText, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = list.next_element()? {
                    rows.push(row);
                }
                Ok(ExpectText::Rows(Expect::Rows(mappings(&rows))))
            }
        }

        deserializer.deserialize_any(ExpectVisitor)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CellVisitor;

        impl Visitor<'_> for CellVisitor {
            type Value = Cell;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a single value")
            }

            fn visit_unit<E: Error>(self) -> Result<Cell, E> {
                Ok(Cell::Null)
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Cell, E> {
                Ok(Cell::Value(value.to_string()))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Cell, E> {
                Ok(Cell::Value(value.to_string()))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Cell, E> {
                Ok(Cell::Value(value.to_string()))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Cell, E> {
                Ok(Cell::Value(value.to_string()))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Cell, E> {
                Cell::of_text(value).map_err(|expected| E::invalid_value(Unexpected::Str(value), &expected))
            }
        }

        deserializer.deserialize_any(CellVisitor)
    }
}

/// Rows under every column that some of them names.
fn mappings(written: &[Entries<Cell>]) -> ExpectedRows {
    let mut columns: Vec<String> = Vec::new();
    for name in written.iter().flat_map(Entries::names) {
        if !columns.iter().any(|column| column.eq_ignore_ascii_case(name)) {
            columns.push(name.to_owned());
        }
    }
    let cell = |row: &Entries<Cell>, column: &str| {
        let found = row.iter().find(|(name, _)| name.eq_ignore_ascii_case(column));
        found.map_or(Cell::Any, |(_, cell)| cell.clone())
    };
    let cells = |row| columns.iter().map(|column| cell(row, column)).collect();
    ExpectedRows { rows: written.iter().map(cells).collect(), columns }
}

/// Reads a drawn table. A rule such as `---|---` under the header is decoration.
fn table<E: Error>(header: &str, rows: &[&str]) -> Result<ExpectedRows, E> {
    let is_rule =
        |line: &str| line.contains('-') && line.chars().all(|c| matches!(c, '-' | '|' | '+' | ':' | ' '));
    let columns = cells(header);
    let twice = columns.iter().enumerate().find(|(at, column)| columns[..*at].contains(column));
    if let Some((_, column)) = twice {
        let found = format!("the column `{column}` twice");
        return Err(E::invalid_value(Unexpected::Other(&found), &"a header that names each column once"));
    }
    let rows: Vec<Vec<String>> = rows.iter().filter(|line| !is_rule(line)).map(|line| cells(line)).collect();
    if let Some(row) = rows.iter().find(|row| row.len() != columns.len()) {
        let found = format!("the row `{}`", row.join(" | "));
        let expected = format!("{} cells in each row, as in the header", columns.len());
        return Err(E::invalid_value(Unexpected::Other(&found), &expected.as_str()));
    }
    let cell = |text: &String| {
        let wrong = |expected| E::invalid_value(Unexpected::Other(&format!("the cell `{text}`")), &expected);
        Cell::drawn(text).map_err(wrong)
    };
    let rows = rows.iter().map(|row| row.iter().map(cell).collect()).collect::<Result<_, E>>()?;
    Ok(ExpectedRows { columns, rows })
}

/// Cells between pipes. A pipe within single quotes divides nothing.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let inner = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')).unwrap_or(line);
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in inner.chars() {
        let cell = cells.last_mut().expect("there is always a last cell");
        match c {
            '|' if !quoted => cells.push(String::new()),
            '\'' if quoted || cell.trim().is_empty() => {
                quoted = !quoted;
                cell.push(c);
            }
            c => cell.push(c),
        }
    }
    // A quote that is never closed is a letter like any other.
    match quoted {
        true => inner.split('|').map(|cell| cell.trim().to_owned()).collect(),
        false => cells.into_iter().map(|cell| cell.trim().to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expect(yaml: &str) -> Result<Expect, serde_saphyr::Error> {
        serde_saphyr::from_str(yaml).map(|text| match text {
            ExpectText::Rows(expect) => expect,
            ExpectText::Bound(bound) => panic!("{bound} are no rows"),
        })
    }

    fn rows(columns: &[&str], cells: &[&[&str]]) -> Expect {
        let texts = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let row = |row: &&[&str]| row.iter().map(|cell| Cell::drawn(cell).unwrap()).collect();
        Expect::Rows(ExpectedRows { columns: texts(columns), rows: cells.iter().map(row).collect() })
    }

    #[test]
    fn drawn_table_keeps_header_and_rows() {
        let drawn = expect("|\n  id | at\n  ---|---\n  T1 | 10:00\n  T2 |\n").expect("it is a table");
        assert_eq!(drawn, rows(&["id", "at"], &[&["T1", "10:00"], &["T2", ""]]));
    }

    #[test]
    fn one_column_needs_no_pipe() {
        assert_eq!(expect("|\n  n\n  < 5\n").expect("it is a table"), rows(&["n"], &[&["< 5"]]));
    }

    #[test]
    fn a_quoted_pipe_divides_nothing() {
        let drawn = expect("|\n  a | b\n  '1|2' | it's\n").expect("it is a table");
        assert_eq!(drawn, rows(&["a", "b"], &[&["'1|2'", "it's"]]));
    }

    #[test]
    fn mappings_may_leave_columns_out() {
        let listed = expect("[{ a: '14', b: 2 }, { b: null, c: '< 3' }, { A: true }]").expect("it is a list");
        let expected =
            rows(&["a", "b", "c"], &[&["14", "2", "any"], &["any", "null", "< 3"], &["true", "any", "any"]]);
        assert_eq!(listed, expected);
    }

    #[test]
    fn empty_is_a_word_and_other_words_are_refused() {
        assert_eq!(expect("empty").ok(), Some(Expect::Empty));
        for yaml in
            ["nothing", "|\n  a | b\n  1\n", "|\n  a | a\n  1 | 2\n", "|\n  a | b\n  1 | < x\n", "'< x'"]
        {
            assert!(expect(yaml).is_err(), "{yaml}");
        }
    }
}

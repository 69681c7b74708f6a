//! `checks:` SQL over what the run left behind, and the rows it must give.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Unexpected, Visitor};
use serde_saphyr::Spanned;

use super::entries::Entries;

/// One question and its expected answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What reports call it.
    pub name: Spanned<String>,
    /// One query.
    pub sql: Spanned<String>,
    /// The rows it must return.
    pub expect: Spanned<Expect>,
}

/// The expected rows, in the form they were written in.
#[derive(Debug, Clone, PartialEq)]
pub enum Expect {
    /// `empty`: no row at all.
    Empty,
    /// A list of mappings from column to value. A row may leave columns out.
    Rows(Vec<Entries<Cell>>),
    /// A table drawn with pipes: a header line, then one line per row.
    Table(Table),
}

/// A table of text cells, trimmed. Each row has as many cells as the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Column names.
    pub header: Vec<String>,
    /// The cells of each row.
    pub rows: Vec<Vec<String>>,
}

/// A value in a row that was written as a mapping.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// `null` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text, also a condition such as `< 200000`.
    Text(String),
}

const EXPECTED: &str = "`empty`, a list of rows, or a table whose cells are divided by `|`";

impl<'de> Deserialize<'de> for Expect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ExpectVisitor;

        impl<'de> Visitor<'de> for ExpectVisitor {
            type Value = Expect;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Expect, E> {
                let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
                match lines.as_slice() {
                    ["empty"] => Ok(Expect::Empty),
                    [header, rows @ ..] if header.contains('|') || !rows.is_empty() => {
                        table(header, rows).map(Expect::Table)
                    }
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Expect, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = list.next_element()? {
                    rows.push(row);
                }
                Ok(Expect::Rows(rows))
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
                Ok(Cell::Bool(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Cell, E> {
                Ok(Cell::Int(value))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Cell, E> {
                Ok(i64::try_from(value).map_or(Cell::Float(value as f64), Cell::Int))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Cell, E> {
                Ok(Cell::Float(value))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Cell, E> {
                Ok(Cell::Text(value.to_owned()))
            }
        }

        deserializer.deserialize_any(CellVisitor)
    }
}

/// Reads a drawn table. A rule such as `---|---` under the header is decoration.
fn table<E: Error>(header: &str, rows: &[&str]) -> Result<Table, E> {
    let is_rule = |line: &str| line.chars().all(|c| matches!(c, '-' | '|' | '+' | ':' | ' '));
    let header = cells(header);
    let rows: Vec<Vec<String>> = rows.iter().filter(|line| !is_rule(line)).map(|line| cells(line)).collect();
    match rows.iter().find(|row| row.len() != header.len()) {
        None => Ok(Table { header, rows }),
        Some(row) => {
            let found = format!("the row `{}`", row.join(" | "));
            let expected = format!("{} cells in each row, as in the header", header.len());
            Err(E::invalid_value(Unexpected::Other(&found), &expected.as_str()))
        }
    }
}

fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let inner = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')).unwrap_or(line);
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expect(yaml: &str) -> Result<Expect, serde_saphyr::Error> {
        serde_saphyr::from_str(yaml)
    }

    fn texts(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn drawn_table_keeps_header_and_rows() {
        let drawn = expect("|\n  id | at\n  ---|---\n  T1 | 10:00\n  T2 |\n").expect("it is a table");
        let rows = vec![texts(&["T1", "10:00"]), texts(&["T2", ""])];
        assert_eq!(drawn, Expect::Table(Table { header: texts(&["id", "at"]), rows }));
    }

    #[test]
    fn one_column_needs_no_pipe() {
        let drawn = expect("|\n  n\n  5\n").expect("it is a table");
        assert_eq!(drawn, Expect::Table(Table { header: texts(&["n"]), rows: vec![texts(&["5"])] }));
    }

    #[test]
    fn rows_as_mappings_keep_types() {
        let Ok(Expect::Rows(rows)) = expect("[{ a: '14', b: 2, c: 1.5, d: null, e: true, f: '< 3' }]") else {
            panic!("it is a list of rows")
        };
        let cells: Vec<&Cell> = rows[0].iter().map(|(_, cell)| cell).collect();
        let text = |text: &str| Cell::Text(text.to_owned());
        let wanted = [text("14"), Cell::Int(2), Cell::Float(1.5), Cell::Null, Cell::Bool(true), text("< 3")];
        assert_eq!(cells, wanted.iter().collect::<Vec<_>>());
    }

    #[test]
    fn empty_is_a_word_and_other_words_are_refused() {
        assert_eq!(expect("empty").ok(), Some(Expect::Empty));
        assert!(expect("nothing").is_err());
        assert!(expect("|\n  a | b\n  1\n").is_err());
    }
}

//! Expected rows against actual rows: order does not matter, the difference is what is shown.

use super::database::Rows;
use crate::file::{Cell, Entries, Expect};
use crate::report::Verdict;

/// Rows of a difference that are shown; the rest is counted.
const SHOWN: usize = 10;

/// Judges an answer.
pub(super) fn judge(expect: &Expect, actual: &Rows) -> Verdict {
    match expect {
        Expect::Empty => judge_empty(actual),
        Expect::Rows(rows) => {
            let columns = mentioned(rows);
            let wanted = |row: &Entries<Cell>| columns.iter().map(|c| row.get(c).map(cell)).collect();
            judge_rows(&columns, rows.iter().map(wanted).collect(), actual)
        }
        Expect::Table(table) => {
            let rows = table.rows.iter().map(|row| row.iter().map(|text| Some(written(text))).collect());
            judge_rows(&table.header, rows.collect(), actual)
        }
    }
}

fn judge_empty(actual: &Rows) -> Verdict {
    match actual.rows.len() {
        0 => Verdict::Passed,
        n => Verdict::Failed {
            summary: format!("expected no row, found {n}"),
            difference: shown(actual.rows.iter().map(|row| format!("+ {}", line(&actual.columns, row)))),
        },
    }
}

/// An expected value: `None` accepts anything, `Some(None)` is null.
type Wanted = Option<Option<String>>;

fn judge_rows(columns: &[String], wanted: Vec<Vec<Wanted>>, actual: &Rows) -> Verdict {
    let Some(positions) = positions(columns, &actual.columns) else {
        return Verdict::Failed {
            summary: format!("expected columns {}, found {}", columns.join(", "), actual.columns.join(", ")),
            difference: vec![],
        };
    };
    let mut found: Vec<Option<&Vec<Option<String>>>> = actual.rows.iter().map(Some).collect();
    let mut missing = Vec::new();
    for row in &wanted {
        let fits = |candidate: &&mut Option<&Vec<Option<String>>>| {
            candidate
                .is_some_and(|values| row.iter().zip(&positions).all(|(w, p)| matches_value(w, &values[*p])))
        };
        match found.iter_mut().find(fits) {
            Some(slot) => *slot = None,
            None => missing.push(row),
        }
    }
    let surplus: Vec<_> = found.into_iter().flatten().collect();
    if missing.is_empty() && surplus.is_empty() {
        return Verdict::Passed;
    }
    let minus = missing.iter().map(|row| {
        let values: Vec<Option<String>> =
            row.iter().map(|w| w.clone().unwrap_or(Some("any".into()))).collect();
        format!("- {}", line(columns, &values))
    });
    let plus = surplus.iter().map(|row| format!("+ {}", line(&actual.columns, row)));
    Verdict::Failed {
        summary: format!(
            "{} expected rows are missing, {} rows were not expected",
            missing.len(),
            surplus.len()
        ),
        difference: shown(minus.chain(plus)),
    }
}

fn positions(columns: &[String], actual: &[String]) -> Option<Vec<usize>> {
    columns.iter().map(|c| actual.iter().position(|a| a.eq_ignore_ascii_case(c))).collect()
}

/// Every column that some expected row names, in order of first appearance.
fn mentioned(rows: &[Entries<Cell>]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for name in rows.iter().flat_map(Entries::names) {
        if !columns.iter().any(|c| c == name) {
            columns.push(name.to_owned());
        }
    }
    columns
}

/// Equal as text, or equal as numbers: `3` is `3.0`.
fn matches_value(wanted: &Wanted, actual: &Option<String>) -> bool {
    match (wanted, actual) {
        (None, _) => true,
        (Some(None), None) => true,
        (Some(Some(wanted)), Some(actual)) => {
            wanted == actual
                || matches!((wanted.parse::<f64>(), actual.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
        }
        _ => false,
    }
}

fn cell(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Null => None,
        Cell::Bool(value) => Some(value.to_string()),
        Cell::Int(value) => Some(value.to_string()),
        Cell::Float(value) => Some(value.to_string()),
        Cell::Text(value) => Some(value.clone()),
    }
}

/// In a drawn table `null` is null.
fn written(text: &str) -> Option<String> {
    (!text.eq_ignore_ascii_case("null")).then(|| text.to_owned())
}

fn line(columns: &[String], values: &[Option<String>]) -> String {
    let pair = |(c, v): (&String, &Option<String>)| format!("{c} = {}", v.as_deref().unwrap_or("null"));
    columns.iter().zip(values).map(pair).collect::<Vec<_>>().join(", ")
}

fn shown(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = lines.collect();
    if all.len() > SHOWN {
        let rest = all.len() - SHOWN;
        all.truncate(SHOWN);
        all.push(format!("… and {rest} more"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::ExpectedTable;

    fn rows(values: &[[Option<&str>; 2]]) -> Rows {
        Rows {
            columns: vec!["id".into(), "n".into()],
            rows: values.iter().map(|row| row.iter().map(|v| v.map(str::to_owned)).collect()).collect(),
        }
    }

    fn table(cells: &[[&str; 2]]) -> Expect {
        let text = |row: &[&str; 2]| row.iter().map(|c| (*c).to_owned()).collect();
        Expect::Table(ExpectedTable {
            header: vec!["id".into(), "n".into()],
            rows: cells.iter().map(text).collect(),
        })
    }

    #[test]
    fn rows_are_compared_without_order_and_numbers_by_value() {
        let actual = rows(&[[Some("b"), Some("2")], [Some("a"), None]]);
        assert_eq!(judge(&table(&[["a", "null"], ["b", "2.0"]]), &actual), Verdict::Passed);
    }

    #[test]
    fn each_expected_row_takes_one_actual_row() {
        let twice = table(&[["a", "1"], ["a", "1"]]);
        let Verdict::Failed { difference, .. } = judge(&twice, &rows(&[[Some("a"), Some("1")]])) else {
            panic!("one row cannot stand for two");
        };
        assert_eq!(difference, ["- id = a, n = 1"]);
    }

    #[test]
    fn a_row_too_many_is_shown() {
        let Verdict::Failed { summary, difference } = judge(&Expect::Empty, &rows(&[[Some("a"), Some("1")]]))
        else {
            panic!("a row is not nothing");
        };
        assert_eq!((summary.as_str(), difference.len()), ("expected no row, found 1", 1));
    }
}

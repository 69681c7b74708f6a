//! Expected rows against actual rows: order does not matter, each expected row takes one actual row, and what is
//! shown is the difference.

use std::collections::BTreeMap;

use super::database::Rows;
use super::table::{Layout, WIDTH, drawn, shown};
use crate::file::{Canonical, Cell, Expect, ExpectedRows, canonical};
use crate::report::{ReportRow, Verdict};

/// Rows of one kind that are shown; the rest is counted.
const SHOWN: usize = 10;

/// Rows of one kind among which the most alike are looked for, and that go into the report.
const CONSIDERED: usize = 200;

/// Judges an answer.
pub(super) fn judge(expect: &Expect, actual: &Rows) -> Verdict {
    match expect {
        Expect::Empty => judge_empty(actual, &format!("expected no row, found {}", actual.rows.len())),
        Expect::Rows(expected) => judge_rows(expected, actual),
    }
}

/// No row is expected; `summary` is what is said if there are some.
pub(super) fn judge_empty(actual: &Rows, summary: &str) -> Verdict {
    if actual.rows.is_empty() {
        return Verdict::Passed;
    }
    let unexpected: Vec<Vec<String>> = actual.rows.iter().map(|row| texts(row)).collect();
    let diff = Difference { columns: &actual.columns, pairs: vec![], missing: vec![], unexpected };
    failed(summary.to_owned(), diff.lines(), vec![], named(&actual.columns, &actual.rows))
}

fn failed(
    summary: String,
    difference: Vec<String>,
    missing: Vec<ReportRow>,
    unexpected: Vec<ReportRow>,
) -> Verdict {
    let (expected, actual, why) = (vec![], vec![], vec![]);
    Verdict::Failed { summary, expected, actual, difference, why, missing, unexpected }
}

/// Judges rows under the columns that are expected; other columns are not looked at.
pub(super) fn judge_rows(expected: &ExpectedRows, actual: &Rows) -> Verdict {
    let ExpectedRows { columns, rows } = expected;
    let positions: Vec<usize> =
        columns.iter().filter_map(|column| position(&actual.columns, column)).collect();
    if positions.len() < columns.len() {
        let found = actual.columns.join(", ");
        return Verdict::failed(format!("expected columns {}, found {found}", columns.join(", ")));
    }
    let found: Vec<Vec<Option<&str>>> =
        actual.rows.iter().map(|row| positions.iter().map(|at| row[*at].as_deref()).collect()).collect();
    let Matching { missing, unexpected } = matching(rows, &found);
    if missing.is_empty() && unexpected.is_empty() {
        return Verdict::Passed;
    }
    let summary = summary(missing.len(), unexpected.len(), rows.len() - missing.len());
    let written = |row: &Vec<Cell>| row.iter().map(Cell::to_string).collect::<Vec<_>>();
    let looked_at: Vec<Vec<String>> =
        found.iter().map(|row| row.iter().map(|value| shown(*value)).collect()).collect();
    let pairs = pairs(rows, &found, &missing, &unexpected);
    let rest = |all: &[usize], taken: &dyn Fn(usize) -> bool| {
        all.iter().copied().filter(|row| !taken(*row)).collect::<Vec<_>>()
    };
    let difference = Difference {
        columns,
        missing: rest(&missing, &|row| pairs.iter().any(|pair| pair.0 == row))
            .into_iter()
            .map(|row| written(&rows[row]))
            .collect(),
        unexpected: rest(&unexpected, &|row| pairs.iter().any(|pair| pair.1 == row))
            .into_iter()
            .map(|row| looked_at[row].clone())
            .collect(),
        pairs: pairs
            .iter()
            .map(|(one, other)| Pair {
                expected: written(&rows[*one]),
                actual: looked_at[*other].clone(),
                differ: rows[*one]
                    .iter()
                    .zip(&found[*other])
                    .map(|(cell, value)| !cell.accepts(*value))
                    .collect(),
            })
            .collect(),
    };
    let cells = |row: &usize| {
        let value = |cell: &Cell| match cell {
            Cell::Null => None,
            cell => Some(cell.to_string()),
        };
        let known = columns.iter().zip(&rows[*row]).filter(|(_, cell)| cell.is_exact());
        ReportRow(known.map(|(column, cell)| (column.clone(), value(cell))).collect())
    };
    let unexpected: Vec<Vec<Option<String>>> =
        unexpected.iter().map(|row| actual.rows[*row].clone()).collect();
    Verdict::Failed {
        summary,
        expected: drawn(columns, &rows.iter().map(written).collect::<Vec<_>>(), SHOWN),
        actual: drawn(columns, &looked_at, SHOWN),
        difference: difference.lines(),
        why: vec![],
        missing: missing.iter().take(CONSIDERED).map(cells).collect(),
        unexpected: named(&actual.columns, &unexpected),
    }
}

fn summary(missing: usize, unexpected: usize, as_expected: usize) -> String {
    let rows = |n: usize, one: &str, many: &str| match n {
        0 => None,
        1 => Some(format!("1 row {one}")),
        n => Some(format!("{n} rows {many}")),
    };
    let parts = [
        rows(missing, "is missing", "are missing"),
        rows(unexpected, "was not expected", "were not expected"),
        rows(as_expected, "is as expected", "are as expected"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn position(columns: &[String], column: &str) -> Option<usize> {
    columns.iter().position(|c| c.eq_ignore_ascii_case(column))
}

fn texts(row: &[Option<String>]) -> Vec<String> {
    row.iter().map(|value| shown(value.as_deref())).collect()
}

/// The first rows as they go into the report.
pub(super) fn named(columns: &[String], rows: &[Vec<Option<String>>]) -> Vec<ReportRow> {
    let row =
        |row: &Vec<Option<String>>| ReportRow(columns.iter().cloned().zip(row.iter().cloned()).collect());
    rows.iter().take(CONSIDERED).map(row).collect()
}

/// Rows that found no partner, by their positions.
struct Matching {
    missing: Vec<usize>,
    unexpected: Vec<usize>,
}

/// Gives as many expected rows as possible an actual row of their own.
///
/// A row of plain values can take any of the rows that are equal to it, since these are equal to each other in all
/// that anyone looks at. Only rows with conditions need more thought, and get it last.
fn matching(expected: &[Vec<Cell>], actual: &[Vec<Option<&str>>]) -> Matching {
    let mut free: BTreeMap<Vec<Option<Canonical>>, Vec<usize>> = BTreeMap::new();
    for (at, row) in actual.iter().enumerate().rev() {
        free.entry(row.iter().map(|value| value.map(canonical)).collect()).or_default().push(at);
    }
    let (mut missing, mut conditions) = (Vec::new(), Vec::new());
    for (at, row) in expected.iter().enumerate() {
        let key: Option<Vec<Option<Canonical>>> = row.iter().map(exact).collect();
        match key {
            None => conditions.push(at),
            Some(key) => match free.get_mut(&key).and_then(Vec::pop) {
                Some(_) => {}
                None => missing.push(at),
            },
        }
    }
    let mut free: Vec<usize> = free.into_values().flatten().collect();
    free.sort_unstable();
    let mut pairs = Augmenting { expected, actual, free: &free, taken: vec![None; free.len()] };
    missing.extend(conditions.into_iter().filter(|row| !pairs.place(*row)));
    let unexpected =
        free.iter().zip(&pairs.taken).filter(|(_, by)| by.is_none()).map(|(row, _)| *row).collect();
    missing.sort_unstable();
    Matching { missing, unexpected }
}

/// The one value that a cell accepts.
fn exact(cell: &Cell) -> Option<Option<Canonical>> {
    match cell {
        Cell::Null => Some(None),
        Cell::Value(value) => Some(Some(canonical(value))),
        Cell::Any | Cell::Bound(_) => None,
    }
}

/// Pairs rows with conditions: one that finds its candidates taken makes another one look elsewhere.
struct Augmenting<'r> {
    expected: &'r [Vec<Cell>],
    actual: &'r [Vec<Option<&'r str>>],
    free: &'r [usize],
    /// By which expected row, for every free one.
    taken: Vec<Option<usize>>,
}

impl Augmenting<'_> {
    fn place(&mut self, row: usize) -> bool {
        let mut tried = vec![false; self.free.len()];
        self.try_place(row, &mut tried)
    }

    fn try_place(&mut self, row: usize, tried: &mut [bool]) -> bool {
        for at in 0..self.free.len() {
            let values = &self.actual[self.free[at]];
            let accepted = || self.expected[row].iter().zip(values).all(|(cell, value)| cell.accepts(*value));
            if tried[at] || !accepted() {
                continue;
            }
            tried[at] = true;
            let free = match self.taken[at] {
                None => true,
                Some(other) => self.try_place(other, tried),
            };
            if free {
                self.taken[at] = Some(row);
                return true;
            }
        }
        false
    }
}

/// Missing rows with the unexpected rows that are most like them: the more columns agree, the sooner.
fn pairs(
    expected: &[Vec<Cell>],
    actual: &[Vec<Option<&str>>],
    missing: &[usize],
    unexpected: &[usize],
) -> Vec<(usize, usize)> {
    let mut candidates = Vec::new();
    for one in missing.iter().take(CONSIDERED) {
        for other in unexpected.iter().take(CONSIDERED) {
            let cells = expected[*one].iter().zip(&actual[*other]);
            // What accepts anything says nothing.
            let alike = cells.filter(|(cell, value)| **cell != Cell::Any && cell.accepts(**value)).count();
            if alike > 0 {
                candidates.push((std::cmp::Reverse(alike), *one, *other));
            }
        }
    }
    candidates.sort_unstable();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (_, one, other) in candidates {
        if pairs.iter().all(|pair| pair.0 != one && pair.1 != other) {
            pairs.push((one, other));
        }
    }
    pairs.sort_unstable();
    pairs
}

/// What is shown of a difference.
struct Difference<'c> {
    columns: &'c [String],
    pairs: Vec<Pair>,
    missing: Vec<Vec<String>>,
    unexpected: Vec<Vec<String>>,
}

/// A missing row and the unexpected one most like it.
struct Pair {
    expected: Vec<String>,
    actual: Vec<String>,
    /// In which columns they differ.
    differ: Vec<bool>,
}

impl Difference<'_> {
    /// A header, then rows with `-` if they are missing and `+` if they were not expected.
    fn lines(&self) -> Vec<String> {
        let pairs = &self.pairs[..self.pairs.len().min(SHOWN)];
        let missing = &self.missing[..self.missing.len().min(SHOWN - pairs.len())];
        let unexpected = &self.unexpected[..self.unexpected.len().min(SHOWN - pairs.len())];
        let in_pairs = pairs.iter().flat_map(|pair| [pair.expected.as_slice(), pair.actual.as_slice()]);
        let alone = missing.iter().chain(unexpected).map(Vec::as_slice);
        let layout = Layout::new(std::iter::once(self.columns).chain(in_pairs).chain(alone), WIDTH - 2);
        let mut lines = vec![format!("  {}", layout.line(self.columns))];
        for pair in pairs {
            let [one, other] = layout.pair(&pair.expected, &pair.actual, &pair.differ);
            lines.extend([
                format!("- {one}"),
                format!("+ {other}"),
                format!("  {}", layout.marks(&pair.differ)),
            ]);
        }
        lines.extend(missing.iter().map(|row| format!("- {}", layout.line(row))));
        lines.extend(unexpected.iter().map(|row| format!("+ {}", layout.line(row))));
        let more_pairs = self.pairs.len() - pairs.len();
        let more_missing = more_pairs + self.missing.len() - missing.len();
        let more_unexpected = more_pairs + self.unexpected.len() - unexpected.len();
        match (more_missing, more_unexpected) {
            (0, 0) => {}
            (missing, 0) => lines.push(format!("… and {missing} more that are missing")),
            (0, unexpected) => lines.push(format!("… and {unexpected} more that were not expected")),
            (missing, unexpected) => {
                lines.push(format!(
                    "… and {missing} more that are missing, {unexpected} that were not expected"
                ));
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(values: &[[Option<&str>; 2]]) -> Rows {
        Rows {
            columns: vec!["id".into(), "n".into()],
            rows: values.iter().map(|row| row.iter().map(|v| v.map(str::to_owned)).collect()).collect(),
        }
    }

    fn expected(drawn: &[[&str; 2]]) -> Expect {
        let text = |text: &&str| match *text {
            "any" => Cell::Any,
            "null" => Cell::Null,
            text => Cell::Value(text.to_owned()),
        };
        Expect::Rows(ExpectedRows {
            columns: vec!["id".into(), "n".into()],
            rows: drawn.iter().map(|row| row.iter().map(text).collect()).collect(),
        })
    }

    fn difference(expect: &Expect, actual: &Rows) -> (String, Vec<String>) {
        match judge(expect, actual) {
            Verdict::Failed { summary, difference, .. } => (summary, difference),
            other => panic!("it differs, but is {other:?}"),
        }
    }

    #[test]
    fn rows_are_compared_without_order_and_numbers_by_value() {
        let actual = rows(&[[Some("b"), Some("2")], [Some("a"), None]]);
        assert_eq!(judge(&expected(&[["a", "null"], ["b", "2.0"]]), &actual), Verdict::Passed);
    }

    #[test]
    fn each_expected_row_takes_one_actual_row() {
        let twice = expected(&[["a", "1"], ["a", "1"]]);
        let (summary, lines) = difference(&twice, &rows(&[[Some("a"), Some("1")]]));
        assert_eq!(summary, "1 row is missing, 1 row is as expected");
        assert_eq!(lines, ["  id | n", "- a  | 1"]);
    }

    #[test]
    fn a_condition_leaves_a_row_to_the_one_that_needs_it() {
        let actual = rows(&[[Some("a"), Some("1")], [Some("b"), Some("1")]]);
        assert_eq!(judge(&expected(&[["any", "1"], ["a", "any"]]), &actual), Verdict::Passed);
        assert_eq!(judge(&expected(&[["any", "1"], ["a", "1"]]), &actual), Verdict::Passed);
        assert_ne!(judge(&expected(&[["any", "2"], ["a", "any"]]), &actual), Verdict::Passed);
    }

    #[test]
    fn a_missing_row_stands_above_the_one_most_like_it() {
        let actual = rows(&[[Some("x"), Some("7")], [Some("b"), Some("20")], [Some("c"), None]]);
        let (summary, lines) = difference(&expected(&[["a", "1"], ["b", "2"], ["c", "null"]]), &actual);
        assert_eq!(summary, "2 rows are missing, 2 rows were not expected, 1 row is as expected");
        assert_eq!(lines, ["  id | n", "- b  | 2", "+ b  | 20", "       ^^", "- a  | 1", "+ x  | 7"]);
    }

    #[test]
    fn what_is_not_shown_is_counted() {
        let many: Vec<[Option<&str>; 2]> = vec![[Some("a"), Some("1")]; 25];
        let (summary, lines) = difference(&Expect::Empty, &rows(&many));
        assert_eq!((summary.as_str(), lines.len()), ("expected no row, found 25", 12));
        assert_eq!(lines.last().unwrap(), "… and 15 more that were not expected");
    }

    #[test]
    fn columns_that_are_not_there_are_named() {
        let (summary, _) = difference(&expected(&[]), &Rows { columns: vec!["id".into()], rows: vec![] });
        assert_eq!(summary, "expected columns id, n, found id");
    }

    #[test]
    fn a_failure_is_laid_out_in_sections() {
        let verdict = judge(&expected(&[["a", "1"]]), &rows(&[[Some("a"), Some("2")]]));
        let expected = [
            "expected",
            "  id | n",
            "  ---|--",
            "  a  | 1",
            "actual",
            "  id | n",
            "  ---|--",
            "  a  | 2",
            "difference",
            "    id | n",
            "  - a  | 1",
            "  + a  | 2",
            "         ^",
        ];
        assert_eq!(verdict.details(), expected);
    }

    proptest! {
        /// As many rows find a partner as in the best of all assignments.
        #[test]
        fn no_other_assignment_pairs_more_rows(
            cells in proptest::collection::vec((0usize..4, 0usize..4), 0..5),
            values in proptest::collection::vec((0usize..3, 0usize..3), 0..5),
        ) {
            let cell = |n: usize| if n == 3 { Cell::Any } else { Cell::Value(n.to_string()) };
            let expected: Vec<Vec<Cell>> = cells.iter().map(|(a, b)| vec![cell(*a), cell(*b)]).collect();
            let texts = ["0", "1", "2"];
            let actual: Vec<Vec<Option<&str>>> =
                values.iter().map(|(a, b)| vec![Some(texts[*a]), Some(texts[*b])]).collect();
            let Matching { missing, unexpected } = matching(&expected, &actual);
            let paired = expected.len() - missing.len();
            prop_assert_eq!(paired, actual.len() - unexpected.len());
            prop_assert_eq!(paired, most(&expected, &actual, &mut vec![false; actual.len()]));
        }
    }

    fn most(expected: &[Vec<Cell>], actual: &[Vec<Option<&str>>], taken: &mut Vec<bool>) -> usize {
        let Some((first, rest)) = expected.split_first() else { return 0 };
        let mut best = most(rest, actual, taken);
        for at in 0..actual.len() {
            if !taken[at] && first.iter().zip(&actual[at]).all(|(cell, value)| cell.accepts(*value)) {
                taken[at] = true;
                best = best.max(1 + most(rest, actual, taken));
                taken[at] = false;
            }
        }
        best
    }
}

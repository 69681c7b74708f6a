//! Snapshots: the rows that queries gave when somebody looked at them and found them right, in a file beside the
//! scenario.
//!
//! ```text
//! # The rows that the checks of a scenario gave; written by --update.
//!
//! ## one row per order
//!
//! id | note
//! ---|------
//! T1 | null
//! T2 | 'null'
//! ```
//! One section per check. A pipe in a cell is `\|`, a line break `\n`, a backslash `\\`. Text that would not be read
//! back as it is (empty, `null`, blanks around it, a quote before it) stands in single quotes.
//!
//! Rows are in the order of the query if it says `ORDER BY`, else sorted: numbers by value, before texts.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::compare::judge_rows;
use super::database::Rows;
use super::table::{Layout, drawn, shown};
use crate::file::{Cell, ExpectedRows};
use crate::report::Verdict;

const HEADING: &str = "# The rows that the checks of a scenario gave; written by --update.\n";

/// Rows of an answer without a snapshot that are shown.
const SHOWN: usize = 10;

/// The snapshots of a scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshots {
    sections: Vec<Section>,
}

/// The rows of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    name: String,
    rows: Rows,
}

/// What is done with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SnapshotMode {
    /// It is compared; without a snapshot the check is pending.
    #[default]
    Compare,
    /// It becomes the snapshot.
    Update,
    /// As [`SnapshotMode::Compare`], where nobody is there to look at rows.
    Ci,
}

/// What the next line of a section is.
enum Next {
    Header,
    /// The line below the header, which may be missing.
    Rule,
    Row,
}

/// A snapshot file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the snapshots: {problem}")]
pub struct SnapshotError {
    /// From 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
}

/// Where the snapshots of a scenario file are: beside it, under its name.
pub fn snapshot_path(scenario: &Path) -> PathBuf {
    let name = scenario.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let stem = [".wt.yaml", ".wt.yml", ".yaml", ".yml"].iter().find_map(|end| name.strip_suffix(end));
    scenario.with_file_name(format!("{}.wt.snap", stem.unwrap_or(&name)))
}

impl Snapshots {
    /// Reads a file.
    ///
    /// # Errors
    /// The first line that does not fit.
    pub fn parse(text: &str) -> Result<Self, SnapshotError> {
        let mut sections: Vec<Section> = Vec::new();
        let mut next = Next::Row;
        for (at, line) in text.lines().enumerate() {
            let wrong = |problem: String| SnapshotError { line: at + 1, problem };
            if let Some(name) = line.strip_prefix("## ") {
                let name = unescaped(name.trim_end()).map_err(wrong)?;
                if sections.iter().any(|section| section.name == name) {
                    return Err(wrong(format!("a second section `{name}`")));
                }
                sections.push(Section { name, rows: Rows { columns: vec![], rows: vec![] } });
                next = Next::Header;
                continue;
            }
            if line.trim().is_empty() || sections.is_empty() && line.starts_with('#') {
                continue;
            }
            let Some(Section { rows: Rows { columns, rows }, .. }) = sections.last_mut() else {
                return Err(wrong("expected `## ` and the name of a check".to_owned()));
            };
            match next {
                Next::Header => {
                    *columns = cells(line).map(unescaped).collect::<Result<_, _>>().map_err(wrong)?;
                    next = Next::Rule;
                }
                Next::Rule if is_rule(line) => next = Next::Row,
                Next::Rule | Next::Row => {
                    let row: Vec<_> = cells(line).map(value).collect::<Result<_, _>>().map_err(wrong)?;
                    if row.len() != columns.len() {
                        let (expected, found) = (columns.len(), row.len());
                        return Err(wrong(format!(
                            "expected {expected} cells as in the header, found {found}"
                        )));
                    }
                    rows.push(row);
                    next = Next::Row;
                }
            }
        }
        Ok(Self { sections })
    }

    /// Judges the rows of a check, which are in a stable order ([`stable`]).
    pub fn judge(&mut self, name: &str, rows: &Rows, mode: SnapshotMode) -> Verdict {
        let section = self.sections.iter_mut().find(|section| section.name == name);
        match (mode, section) {
            (SnapshotMode::Update, Some(section)) => section.rows = rows.clone(),
            (SnapshotMode::Update, None) => {
                self.sections.push(Section { name: name.to_owned(), rows: rows.clone() });
            }
            (_, Some(section)) => return compare(&section.rows, rows),
            (SnapshotMode::Compare, None) => return pending("run with --update to write it", rows),
            (SnapshotMode::Ci, None) => {
                return pending("run with --update to write it, look at the rows and commit them", rows);
            }
        }
        Verdict::Passed
    }

    /// Sections that belong to none of the scenario's checks.
    pub fn unused<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
        let names: BTreeSet<&str> = names.into_iter().collect();
        let unused = self.sections.iter().filter(|section| !names.contains(section.name.as_str()));
        unused.map(|section| section.name.clone()).collect()
    }

    /// Removes what [`Snapshots::unused`] names.
    pub fn remove_unused<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) {
        let names: BTreeSet<&str> = names.into_iter().collect();
        self.sections.retain(|section| names.contains(section.name.as_str()));
    }

    /// Whether there is no section.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let sections = self.sections.iter().map(|Section { name, rows }| {
            let columns: Vec<String> = rows.columns.iter().map(|column| escaped(column)).collect();
            let cells: Vec<Vec<String>> = rows
                .rows
                .iter()
                .map(|row| row.iter().map(|value| written(value.as_deref())).collect())
                .collect();
            let layout = Layout::new(
                std::iter::once(columns.as_slice()).chain(cells.iter().map(Vec::as_slice)),
                usize::MAX,
            );
            let lines: String = cells.iter().map(|row| layout.line(row) + "\n").collect();
            format!("\n## {}\n\n{}\n{}\n{lines}", escaped(name), layout.line(&columns), layout.rule())
        });
        std::iter::once(HEADING.to_owned()).chain(sections).collect()
    }
}

fn compare(recorded: &Rows, rows: &Rows) -> Verdict {
    if recorded.columns != rows.columns {
        let columns = |rows: &Rows| rows.columns.join(", ");
        return Verdict::failed(format!(
            "the snapshot has columns {}, found {}",
            columns(recorded),
            columns(rows)
        ));
    }
    let cell = |value: &Option<String>| value.clone().map_or(Cell::Null, Cell::Value);
    let expected = ExpectedRows {
        columns: recorded.columns.clone(),
        rows: recorded.rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
    };
    let mut verdict = judge_rows(&expected, rows);
    if let Verdict::Failed { summary, .. } = &mut verdict {
        *summary = format!("the rows differ from the snapshot: {summary}; --update accepts them");
    }
    verdict
}

fn pending(what_to_do: &str, rows: &Rows) -> Verdict {
    let cells: Vec<Vec<String>> =
        rows.rows.iter().map(|row| row.iter().map(|value| shown(value.as_deref())).collect()).collect();
    let summary = format!("there is no snapshot of these rows yet: {what_to_do}");
    Verdict::Pending { summary, rows: drawn(&rows.columns, &cells, SHOWN) }
}

/// Rows in an order that does not depend on how a query was run: that of the query if it gives one, else sorted.
pub(super) fn stable(sql: &str, mut rows: Rows) -> Rows {
    if !is_ordered(sql) {
        rows.rows.sort_by(|a, b| {
            a.iter().zip(b).map(|(a, b)| order(a, b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
        });
    }
    rows
}

/// Null, then numbers, then texts.
fn order(a: &Option<String>, b: &Option<String>) -> Ordering {
    let number = |value: &Option<String>| value.as_deref().and_then(|text| text.parse::<f64>().ok());
    let rank = |value: &Option<String>| match (value, number(value)) {
        (None, _) => 0,
        (_, Some(_)) => 1,
        _ => 2,
    };
    let numbers = || match (number(a), number(b)) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => Ordering::Equal,
    };
    rank(a).cmp(&rank(b)).then_with(numbers).then_with(|| a.cmp(b))
}

/// Whether the whole query, not only a part in parentheses, says `ORDER BY`.
fn is_ordered(sql: &str) -> bool {
    let mut outermost = String::new();
    let mut depth = 0usize;
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let end = match c {
            '\'' | '"' => rest[1..].find(c).map(|at| at + 2),
            '-' if rest.starts_with("--") => rest.find('\n'),
            '/' if rest.starts_with("/*") => rest.find("*/").map(|at| at + 2),
            _ => None,
        };
        match (end, c) {
            (Some(_), _) => outermost.push(' '),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, c) if depth == 0 => outermost.push(c.to_ascii_lowercase()),
            _ => {}
        }
        rest = &rest[end.unwrap_or(c.len_utf8())..];
    }
    let words: Vec<&str> = outermost.split_whitespace().collect();
    words.windows(2).any(|pair| pair == ["order", "by"])
}

/// A cell's text.
fn written(value: Option<&str>) -> String {
    let Some(text) = value else { return "null".to_owned() };
    let misread =
        text.is_empty() || text.eq_ignore_ascii_case("null") || text.starts_with('\'') || text.trim() != text;
    if misread { format!("'{}'", escaped(text)) } else { escaped(text) }
}

/// The value of a cell's text.
fn value(cell: &str) -> Result<Option<String>, String> {
    let quoted = cell.strip_prefix('\'').filter(|_| cell.len() > 1).and_then(|cell| cell.strip_suffix('\''));
    match quoted {
        Some(text) => unescaped(text).map(Some),
        None if cell == "null" => Ok(None),
        None => unescaped(cell).map(Some),
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        plain.push(match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                Some(same @ ('\\' | '|')) => same,
                other => {
                    return Err(format!("`\\{}` means nothing", other.map_or(String::new(), String::from)));
                }
            },
            letter => letter,
        });
    }
    Ok(plain)
}

/// The texts between pipes, without the blanks around them.
fn cells(line: &str) -> impl Iterator<Item = &str> {
    let mut escapes = false;
    let divides = move |c: char| {
        let divider = c == '|' && !escapes;
        escapes = c == '\\' && !escapes;
        divider
    };
    line.split(divides).map(str::trim)
}

fn is_rule(line: &str) -> bool {
    line.contains("-") && line.chars().all(|c| matches!(c, '-' | '|'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(columns: &[&str], values: &[&[Option<&str>]]) -> Rows {
        Rows {
            columns: columns.iter().map(|c| (*c).to_owned()).collect(),
            rows: values.iter().map(|row| row.iter().map(|v| v.map(str::to_owned)).collect()).collect(),
        }
    }

    #[test]
    fn a_file_is_readable_and_read_back() {
        let mut snapshots = Snapshots::default();
        let answer = rows(&["id", "note"], &[&[Some("T1"), None], &[Some("a|b\nc"), Some("null")]]);
        assert_eq!(snapshots.judge("one row per order", &answer, SnapshotMode::Update), Verdict::Passed);
        assert_eq!(snapshots.judge("nothing", &rows(&["n"], &[]), SnapshotMode::Update), Verdict::Passed);
        let text = "\
# The rows that the checks of a scenario gave; written by --update.

## one row per order

id      | note
--------|-------
T1      | null
a\\|b\\nc | 'null'

## nothing

n
-
";
        assert_eq!(snapshots.to_text(), text);
        assert_eq!(Snapshots::parse(text), Ok(snapshots));
    }

    #[test]
    fn a_row_of_dashes_is_a_row() {
        let mut snapshots = Snapshots::default();
        snapshots.judge("a", &rows(&["n"], &[&[Some("-")]]), SnapshotMode::Update);
        assert_eq!(Snapshots::parse(&snapshots.to_text()), Ok(snapshots));
    }

    #[test]
    fn without_a_snapshot_a_check_is_pending() {
        let mut snapshots = Snapshots::default();
        let answer = rows(&["n"], &[&[Some("1")]]);
        for mode in [SnapshotMode::Compare, SnapshotMode::Ci] {
            let Verdict::Pending { summary, rows } = snapshots.judge("a", &answer, mode) else {
                panic!("there is nothing to compare with");
            };
            assert!(summary.contains("run with --update to write it"), "{summary}");
            assert_eq!(rows, ["n", "-", "1"]);
        }
        assert!(snapshots.is_empty());
    }

    #[test]
    fn other_rows_or_columns_differ() {
        let mut snapshots = Snapshots::default();
        snapshots.judge("a", &rows(&["n"], &[&[Some("1")]]), SnapshotMode::Update);
        assert_eq!(snapshots.judge("a", &rows(&["n"], &[&[Some("1")]]), SnapshotMode::Ci), Verdict::Passed);
        for (answer, expected) in [
            (rows(&["n"], &[&[Some("2")]]), "1 row is missing, 1 row was not expected"),
            (rows(&["n"], &[&[Some("1")], &[Some("1")]]), "1 row was not expected, 1 row is as expected"),
            (rows(&["n", "m"], &[&[Some("1"), None]]), "the snapshot has columns n, found n, m"),
        ] {
            match snapshots.judge("a", &answer, SnapshotMode::Compare) {
                Verdict::Failed { summary, .. } => assert!(summary.contains(expected), "{summary}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn sections_of_no_check_can_be_found_and_removed() {
        let mut snapshots = Snapshots::parse("## a\n\nn\n-\n1\n\n## b\n\nn\n-\n").unwrap();
        assert_eq!(snapshots.unused(["a", "c"]), ["b"]);
        snapshots.remove_unused(["a", "c"]);
        assert_eq!(snapshots.unused(["a"]), <[String; 0]>::default());
        assert!(!snapshots.to_text().contains("## b"));
    }

    #[test]
    fn mistakes_in_a_file_are_shown_with_their_line() {
        for (text, line, problem) in [
            ("1 | 2\n", 1, "expected `## `"),
            ("## a\nn\n-\n1 | 2\n", 4, "expected 1 cells"),
            ("## a\nn\n## a\n", 3, "a second section `a`"),
            ("## a\nn\n-\n\\x\n", 4, "`\\x` means nothing"),
        ] {
            let error = Snapshots::parse(text).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(error.problem.contains(problem), "{error}");
        }
    }

    #[test]
    fn rows_are_sorted_unless_the_query_orders_them() {
        let answer = rows(&["n"], &[&[Some("b")], &[Some("10")], &[None], &[Some("9")]]);
        let sorted = rows(&["n"], &[&[None], &[Some("9")], &[Some("10")], &[Some("b")]]);
        assert_eq!(stable("SELECT n FROM (SELECT * FROM t ORDER BY n)", answer.clone()), sorted);
        assert_eq!(stable("SELECT 'order by' -- order by\n FROM t /* ORDER BY */", answer.clone()), sorted);
        assert_eq!(stable("SELECT n FROM t\n Order\n By n", answer.clone()), answer);
    }

    #[test]
    fn the_file_stands_beside_the_scenario() {
        assert_eq!(snapshot_path(Path::new("my/shop.wt.yaml")), Path::new("my/shop.wt.snap"));
        assert_eq!(snapshot_path(Path::new("shop.yml")), Path::new("shop.wt.snap"));
    }

    proptest! {
        #[test]
        fn every_answer_is_read_back(
            name in "[^\r\n]{1,10}",
            columns in proptest::collection::vec("[a-z|\\\\]{1,5}", 1..4),
            seeds in proptest::collection::vec(proptest::option::of("[-a'|\\\\\n\r n]{0,4}|null|NULL|'|''"), 0..12),
        ) {
            let values: Vec<Vec<Option<String>>> = seeds.chunks_exact(columns.len()).map(<[_]>::to_vec).collect();
            let mut snapshots = Snapshots::default();
            let answer = Rows { columns, rows: values };
            snapshots.judge(name.trim(), &answer, SnapshotMode::Update);
            prop_assert_eq!(Snapshots::parse(&snapshots.to_text()), Ok(snapshots));
        }
    }
}

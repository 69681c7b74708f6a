//! Differences from Spark, for people: one line and a block per recording that differs, the count last.

use std::fmt::Write;

use wavetank::scenarios::conform::{Batch, ConformReport, Difference, Failure, RowsDifference, Verdict};

const GREEN: &str = "\x1b[32m";
const RED: &str = "\x1b[31m";
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// The whole report. The last line is the count and nothing else.
pub fn render(report: &ConformReport) -> String {
    let mut text: String =
        report.failures().map(|(verdict, difference)| failure(verdict, difference)).collect();
    let colour = if report.passed() { GREEN } else { RED };
    text += &format!("{colour}{} passed, {} failed{PLAIN}\n", report.passed, report.failed);
    text
}

/// One recording that differs.
pub fn failure(verdict: &Verdict, difference: &Difference) -> String {
    let Verdict { id, file, .. } = verdict;
    let head = format!("{RED}FAILED{PLAIN} {BOLD}{id}{PLAIN} ({})\n", file.display());
    let details: String = details(difference).lines().map(|line| format!("  {line}\n")).collect();
    head + &details + "\n"
}

fn details(difference: &Difference) -> String {
    match difference {
        Difference::NotRun { reason } => format!("not replayed to its end: {reason}"),
        Difference::Error { expected, actual } => {
            format!("the outcome differs\n{}", sides(&error(expected.as_ref()), &error(actual.as_ref())))
        }
        Difference::OutputSchema { expected, actual } => {
            format!("the output columns differ\n{}", sides(&columns(expected), &columns(actual)))
        }
        Difference::MissingBatch { expected } => {
            format!("{} was not run\n{}", title(expected), sides(&contents(expected), "no such batch"))
        }
        Difference::ExtraBatch { actual } => {
            format!(
                "{} was run, but not by Spark\n{}",
                title(actual),
                sides("no such batch", &contents(actual))
            )
        }
        Difference::Batch { batch, step, cause, fields, rows: differing } => {
            let mut text = format!("batch {batch} (step {step}, {cause}) differs\n");
            let width = fields.iter().map(|f| f.field.len()).max().unwrap_or(0);
            for field in fields {
                let (name, expected, actual) = (&field.field, &field.expected, &field.actual);
                // Writing to a string does not fail.
                let _ = writeln!(text, "  {name:<width$}  expected {expected}, actual {actual}");
            }
            text + &differing.as_ref().map(rows).unwrap_or_default()
        }
    }
}

fn rows(difference: &RowsDifference) -> String {
    let mut text = String::new();
    for pair in &difference.pairs {
        let side = |row: Option<&_>| row.map_or_else(|| "no such row".to_owned(), ToString::to_string);
        text += &sides(&side(pair.expected.as_ref()), &side(pair.actual.as_ref()));
    }
    if difference.expected_more + difference.actual_more > 0 {
        let (expected, actual) = (difference.expected_more, difference.actual_more);
        let _ = writeln!(text, "  and {expected} more rows of Spark's, {actual} of ours");
    }
    text
}

/// Spark's side above ours, so that what differs stands in one column.
fn sides(expected: &str, actual: &str) -> String {
    format!("  expected {expected}\n  actual   {actual}\n")
}

fn title(batch: &Batch) -> String {
    format!("batch {} (step {}, {})", batch.batch, batch.step, batch.cause.name())
}

fn contents(batch: &Batch) -> String {
    let Batch { num_input_rows, watermark_ms, rows, .. } = batch;
    format!("{num_input_rows} records, {} rows, watermark {watermark_ms} ms", rows.len())
}

fn columns(columns: &[(String, String)]) -> String {
    let columns: Vec<String> = columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
    columns.join(", ")
}

fn error(failure: Option<&Failure>) -> String {
    match failure {
        Some(Failure { phase, message }) => format!("error in phase {}: {message}", phase.name()),
        None => "no error".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wavetank::scenarios::conform::{FieldDifference, Phase, RowPair, SCHEMA};

    use super::*;

    fn rendered(difference: Difference) -> String {
        let verdict =
            |difference| Verdict { id: "seed_000".into(), file: "seed_000.json".into(), difference };
        let vectors = vec![verdict(None), verdict(Some(difference))];
        let text = render(&ConformReport { schema: SCHEMA, passed: 1, failed: 1, vectors });
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn a_batch_shows_its_counters_and_rows_side_by_side() {
        let field = |name: &str, expected: &str, actual: &str| FieldDifference {
            field: name.into(),
            expected: expected.into(),
            actual: actual.into(),
        };
        let pair = |expected, actual| RowPair { expected, actual };
        let rows = RowsDifference {
            pairs: vec![
                pair(Some(json!({"k": "a", "n": 1})), Some(json!({"k": "a", "n": 2}))),
                pair(Some(json!({"k": "b", "n": 3})), None),
            ],
            expected_more: 4,
            actual_more: 0,
        };
        let difference = Difference::Batch {
            batch: 3,
            step: 2,
            cause: "no_data",
            fields: vec![field("watermark_ms", "10", "20"), field("cause", "no_data", "data")],
            rows: Some(rows),
        };
        let expected = "\
FAILED seed_000 (seed_000.json)
  batch 3 (step 2, no_data) differs
    watermark_ms  expected 10, actual 20
    cause         expected no_data, actual data
    expected {\"k\":\"a\",\"n\":1}
    actual   {\"k\":\"a\",\"n\":2}
    expected {\"k\":\"b\",\"n\":3}
    actual   no such row
    and 4 more rows of Spark's, 0 of ours

1 passed, 1 failed
";
        assert_eq!(rendered(difference), expected);
    }

    #[test]
    fn an_error_on_one_side_is_shown_with_its_phase() {
        let failure = Failure { phase: Phase::Start, message: "not supported".into() };
        let text = rendered(Difference::Error { expected: Some(failure), actual: None });
        let block = "    expected error in phase start: not supported\n    actual   no error\n";
        assert!(text.contains(block), "{text}");
    }
}

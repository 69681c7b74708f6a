//! Holds a replayed run against a recorded one.
//!
//! Everything that is recorded counts, except the name of Spark's exception class. Rows of a batch are a multiset
//! unless the recording says that they are ordered; integers are equal exactly, other numbers within a relative
//! 10⁻¹².

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::vector::{Batch, Failure, Outcome, State};

/// Greatest relative difference of two doubles that count as equal: sums depend on the order of their terms.
const TOLERANCE: f64 = 1e-12;

/// Rows of a difference that are shown.
const ROWS_SHOWN: usize = 10;

/// The first thing in which a run differs from its recording.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Difference {
    /// The recording was not run to its end.
    NotRun {
        /// Why.
        reason: String,
    },
    /// One of both failed, or both did in different ways.
    Error {
        /// What Spark said, if it failed.
        expected: Option<Failure>,
        /// What was said here.
        actual: Option<Failure>,
    },
    /// Names or types of the output columns differ.
    OutputSchema {
        /// Spark's, as name and type.
        expected: Vec<(String, String)>,
        /// Ours.
        actual: Vec<(String, String)>,
    },
    /// A batch of Spark's was not run.
    MissingBatch {
        /// What Spark did in it.
        expected: Batch,
    },
    /// A batch was run that Spark did not run.
    ExtraBatch {
        /// What was done in it.
        actual: Batch,
    },
    /// A batch did something else; all batches before it agree.
    Batch {
        /// Spark's batch id.
        batch: u32,
        /// The step that caused it in Spark.
        step: usize,
        /// Why it ran in Spark.
        cause: &'static str,
        /// Counters and watermarks that differ.
        fields: Vec<FieldDifference>,
        /// The rows, if they differ.
        rows: Option<RowsDifference>,
    },
}

/// A counter or a watermark that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldDifference {
    /// Its name in the recording.
    pub field: String,
    /// Spark's value.
    pub expected: String,
    /// Ours.
    pub actual: String,
}

/// The rows of a batch that have no equal on the other side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowsDifference {
    /// Spark's row and ours side by side, those first that resemble each other most.
    pub pairs: Vec<RowPair>,
    /// Further rows of Spark's that are not shown.
    pub expected_more: usize,
    /// Further rows of ours.
    pub actual_more: usize,
}

/// Two rows side by side; one of them may have no partner.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowPair {
    /// Spark's.
    pub expected: Option<Value>,
    /// Ours.
    pub actual: Option<Value>,
}

/// Compares two runs; `None` when they agree.
pub fn compare(expected: &Outcome, actual: &Outcome, ordered: bool) -> Option<Difference> {
    match (expected, actual) {
        (
            Outcome::Ran { output_schema, batches },
            Outcome::Ran { output_schema: actual_schema, batches: actual_batches },
        ) => {
            if output_schema != actual_schema {
                return Some(Difference::OutputSchema {
                    expected: output_schema.clone(),
                    actual: actual_schema.clone(),
                });
            }
            compare_batches(batches, actual_batches, ordered)
        }
        (Outcome::Failed(expected), Outcome::Failed(actual)) if is_same_failure(expected, actual) => None,
        _ => Some(Difference::Error { expected: failure(expected), actual: failure(actual) }),
    }
}

fn failure(outcome: &Outcome) -> Option<Failure> {
    match outcome {
        Outcome::Ran { .. } => None,
        Outcome::Failed(failure) => Some(failure.clone()),
    }
}

fn compare_batches(expected: &[Batch], actual: &[Batch], ordered: bool) -> Option<Difference> {
    for (expected, actual) in expected.iter().zip(actual) {
        let fields = differing_fields(expected, actual);
        let rows = differing_rows(&expected.rows, &actual.rows, ordered);
        if !fields.is_empty() || rows.is_some() {
            let Batch { batch, step, cause, .. } = *expected;
            return Some(Difference::Batch { batch, step, cause: cause.name(), fields, rows });
        }
    }
    if let Some(expected) = expected.get(actual.len()) {
        return Some(Difference::MissingBatch { expected: expected.clone() });
    }
    actual.get(expected.len()).map(|actual| Difference::ExtraBatch { actual: actual.clone() })
}

fn differing_fields(expected: &Batch, actual: &Batch) -> Vec<FieldDifference> {
    let mut fields = Vec::new();
    let mut field = |name: &str, expected: String, actual: String| {
        if expected != actual {
            fields.push(FieldDifference { field: name.to_owned(), expected, actual });
        }
    };
    field("batch", expected.batch.to_string(), actual.batch.to_string());
    field("step", expected.step.to_string(), actual.step.to_string());
    field("cause", expected.cause.name().to_owned(), actual.cause.name().to_owned());
    field("num_input_rows", expected.num_input_rows.to_string(), actual.num_input_rows.to_string());
    field("watermark_ms", expected.watermark_ms.to_string(), actual.watermark_ms.to_string());
    field("next_watermark_ms", expected.next_watermark_ms.to_string(), actual.next_watermark_ms.to_string());
    let operators = |batch: &Batch| {
        let names: Vec<&str> = batch.state.iter().map(|state| state.op.as_str()).collect();
        names.join(", ")
    };
    field("state operators", operators(expected), operators(actual));
    if operators(expected) == operators(actual) {
        for (at, (expected, actual)) in expected.state.iter().zip(&actual.state).enumerate() {
            for ((name, expected), (_, actual)) in counters(expected).into_iter().zip(counters(actual)) {
                // A counter that the recording lacks is not compared.
                if let Some(expected) = expected {
                    let actual = actual.map_or_else(|| "none".to_owned(), |n| n.to_string());
                    field(&format!("state[{at}].{name}"), expected.to_string(), actual);
                }
            }
        }
    }
    fields
}

fn counters(state: &State) -> [(&'static str, Option<u64>); 5] {
    [
        ("rows_total", Some(state.rows_total)),
        ("rows_updated", Some(state.rows_updated)),
        ("rows_removed", Some(state.rows_removed)),
        ("rows_dropped_by_watermark", Some(state.rows_dropped_by_watermark)),
        ("dropped_duplicates", state.dropped_duplicates),
    ]
}

fn differing_rows(expected: &[Value], actual: &[Value], ordered: bool) -> Option<RowsDifference> {
    let pairs = match ordered {
        true => unequal_places(expected, actual),
        false => pair_up(without_equals(expected, actual)),
    };
    if pairs.is_empty() {
        return None;
    }
    let hidden = &pairs[pairs.len().min(ROWS_SHOWN)..];
    Some(RowsDifference {
        expected_more: hidden.iter().filter(|pair| pair.expected.is_some()).count(),
        actual_more: hidden.iter().filter(|pair| pair.actual.is_some()).count(),
        pairs: pairs.into_iter().take(ROWS_SHOWN).collect(),
    })
}

/// Place by place, for rows whose order counts.
fn unequal_places(expected: &[Value], actual: &[Value]) -> Vec<RowPair> {
    let places = 0..expected.len().max(actual.len());
    let pairs = places.map(|at| (expected.get(at), actual.get(at)));
    let unequal = pairs.filter(|pair| match pair {
        (Some(expected), Some(actual)) => !is_equal(expected, actual),
        _ => true,
    });
    unequal.map(|(e, a)| RowPair { expected: e.cloned(), actual: a.cloned() }).collect()
}

/// What is left of two multisets when equal rows are taken away in pairs.
///
/// Rows with the same text go first, since nearly all do; only the rest is compared number by number.
fn without_equals<'r>(expected: &'r [Value], actual: &'r [Value]) -> (Vec<&'r Value>, Vec<&'r Value>) {
    let mut by_text: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for row in actual {
        by_text.entry(row.to_string()).or_default().push(row);
    }
    let mut missing = Vec::new();
    for row in expected {
        if by_text.get_mut(&row.to_string()).and_then(Vec::pop).is_none() {
            missing.push(row);
        }
    }
    let mut unexpected: Vec<&Value> = by_text.into_values().flatten().collect();
    missing.retain(|row| match unexpected.iter().position(|other| is_equal(row, other)) {
        Some(at) => {
            unexpected.remove(at);
            false
        }
        None => true,
    });
    missing.sort_by_key(|row| row.to_string());
    (missing, unexpected)
}

/// Puts each row beside the one of the other side that it shares the most fields with.
fn pair_up((missing, mut unexpected): (Vec<&Value>, Vec<&Value>)) -> Vec<RowPair> {
    let mut pairs = Vec::new();
    let mut alone = Vec::new();
    for expected in missing {
        let shared = unexpected.iter().map(|actual| shared_fields(expected, actual)).enumerate();
        let best = shared.max_by_key(|(at, shared)| (*shared, std::cmp::Reverse(*at)));
        match best {
            Some((at, shared)) if shared > 0 => {
                let actual = unexpected.remove(at);
                pairs.push(RowPair { expected: Some(expected.clone()), actual: Some(actual.clone()) });
            }
            _ => alone.push(RowPair { expected: Some(expected.clone()), actual: None }),
        }
    }
    let unexpected = unexpected.into_iter().map(|row| RowPair { expected: None, actual: Some(row.clone()) });
    pairs.into_iter().chain(alone).chain(unexpected).collect()
}

fn shared_fields(a: &Value, b: &Value) -> usize {
    let (Some(a), Some(b)) = (a.as_object(), b.as_object()) else { return 0 };
    a.iter().filter(|(name, value)| b.get(*name).is_some_and(|other| is_equal(value, other))).count()
}

fn is_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => match (x.as_i64(), y.as_i64()) {
            (Some(x), Some(y)) => x == y,
            _ => x.as_f64().zip(y.as_f64()).is_some_and(|(x, y)| is_close(x, y)),
        },
        (Value::Array(x), Value::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| is_equal(x, y))
        }
        (Value::Object(x), Value::Object(y)) => {
            let names: BTreeSet<&String> = x.keys().chain(y.keys()).collect();
            let equal =
                |name: &&String| matches!((x.get(*name), y.get(*name)), (Some(x), Some(y)) if is_equal(x, y));
            names.iter().all(equal)
        }
        _ => a == b,
    }
}

fn is_close(x: f64, y: f64) -> bool {
    (x - y).abs() <= TOLERANCE * x.abs().max(y.abs())
}

/// Ours may say less than Spark or go on differently after the first sentence; an error class in brackets settles it.
fn is_same_failure(expected: &Failure, actual: &Failure) -> bool {
    let (recorded, ours) = (mask_ids(&expected.message), mask_ids(&actual.message));
    let is_same_class = error_class(&recorded).is_some_and(|class| error_class(&ours) == Some(class));
    let is_same_text = ours.starts_with(first_sentence(&recorded)) || recorded.starts_with(&ours);
    expected.phase == actual.phase && !ours.is_empty() && (is_same_class || is_same_text)
}

fn first_sentence(text: &str) -> &str {
    let end = text.find(". ").unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

/// `CANNOT_PARSE_INTERVAL` of `[CANNOT_PARSE_INTERVAL] Unable to …`.
fn error_class(text: &str) -> Option<&str> {
    let (class, _) = text.strip_prefix('[')?.split_once(']')?;
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_' || c == '.';
    (!class.is_empty() && class.chars().all(is_name)).then_some(class)
}

/// Column ids change from run to run: `lts#12`, `id#7L` and `lts#12-T10000ms` become `…#_`.
fn mask_ids(text: &str) -> String {
    let mut parts = text.split('#');
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push('#');
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() == part.len() {
            masked.push_str(part);
            continue;
        }
        let rest = rest.strip_prefix('L').unwrap_or(rest);
        masked.push('_');
        masked.push_str(without_delay(rest).unwrap_or(rest));
    }
    masked
}

/// What follows `-T10000ms`.
fn without_delay(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("-T")?;
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() < digits.len() { rest.strip_prefix("ms") } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::vector::{Cause, Phase};
    use super::*;

    fn batch(id: u32, rows: &[Value]) -> Batch {
        let state = State {
            op: "dedupe".into(),
            rows_total: 1,
            rows_updated: 1,
            rows_removed: 0,
            rows_dropped_by_watermark: 0,
            dropped_duplicates: Some(2),
        };
        Batch {
            batch: id,
            step: 0,
            cause: Cause::Data,
            num_input_rows: 3,
            watermark_ms: 0,
            next_watermark_ms: 10,
            rows: rows.to_vec(),
            state: vec![state],
        }
    }

    fn ran(batches: &[Batch]) -> Outcome {
        Outcome::Ran { output_schema: vec![("k".into(), "string".into())], batches: batches.to_vec() }
    }

    fn failed(phase: Phase, message: &str) -> Outcome {
        Outcome::Failed(Failure { phase, message: message.into() })
    }

    fn rows(expected: &[Value], actual: &[Value], ordered: bool) -> Option<RowsDifference> {
        differing_rows(expected, actual, ordered)
    }

    #[test]
    fn equal_runs_have_no_difference() {
        let run = ran(&[batch(0, &[json!({"k": 1})]), batch(1, &[])]);
        assert_eq!(compare(&run, &run, false), None);
    }

    #[test]
    fn rows_are_a_multiset_unless_they_are_ordered() {
        let (a, b) = (json!({"k": 1}), json!({"k": 2}));
        let there = [a.clone(), b.clone(), a.clone()];
        let back = [b.clone(), a.clone(), a.clone()];
        assert_eq!(rows(&there, &back, false), None);
        assert!(rows(&there, &back, true).is_some());
        let fewer = rows(&there, &back[..2], false).unwrap();
        assert_eq!(fewer.pairs, [RowPair { expected: Some(a), actual: None }]);
    }

    #[test]
    fn doubles_are_close_and_integers_equal() {
        let sum = 0.1 + 0.2;
        assert_eq!(rows(&[json!({"x": [0.3]})], &[json!({"x": [sum]})], false), None);
        assert_eq!(rows(&[json!({"x": 2})], &[json!({"x": 2.0})], false), None);
        assert!(rows(&[json!({"x": 0.3})], &[json!({"x": 0.300_000_1})], false).is_some());
        let (big, next) = (9_007_199_254_740_993_i64, 9_007_199_254_740_992_i64);
        assert!(rows(&[json!({"x": big})], &[json!({"x": next})], false).is_some());
        assert!(rows(&[json!({"x": "NaN"})], &[json!({"x": null})], false).is_some());
    }

    #[test]
    fn a_null_field_is_not_a_missing_one() {
        assert!(rows(&[json!({"a": 1, "b": null})], &[json!({"a": 1})], false).is_some());
    }

    #[test]
    fn differing_rows_stand_beside_the_ones_they_resemble() {
        let expected = [json!({"k": "a", "n": 1}), json!({"k": "b", "n": 2}), json!({"k": "c", "n": 3})];
        let actual = [json!({"k": "c", "n": 3}), json!({"k": "b", "n": 7}), json!({"k": "z", "n": 9})];
        let difference = rows(&expected, &actual, false).unwrap();
        let pair = |expected: Option<&Value>, actual: Option<&Value>| RowPair {
            expected: expected.cloned(),
            actual: actual.cloned(),
        };
        assert_eq!(
            difference.pairs,
            [
                pair(Some(&expected[1]), Some(&actual[1])),
                pair(Some(&expected[0]), None),
                pair(None, Some(&actual[2]))
            ]
        );
    }

    #[test]
    fn only_the_first_rows_are_shown_and_the_rest_is_counted() {
        let many: Vec<Value> = (0..25).map(|n| json!({"n": n})).collect();
        let difference = rows(&many, &[], false).unwrap();
        assert_eq!((difference.pairs.len(), difference.expected_more, difference.actual_more), (10, 15, 0));
    }

    #[test]
    fn the_first_batch_that_differs_is_named_with_its_fields() {
        let mut other = batch(1, &[]);
        other.num_input_rows = 4;
        other.state[0].rows_total = 9;
        other.state[0].dropped_duplicates = None;
        let (expected, actual) = (ran(&[batch(0, &[]), batch(1, &[])]), ran(&[batch(0, &[]), other]));
        let Some(Difference::Batch { batch: 1, fields, rows: None, .. }) = compare(&expected, &actual, false)
        else {
            panic!("batch 1 differs in its counters");
        };
        let names: Vec<&str> = fields.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(names, ["num_input_rows", "state[0].rows_total", "state[0].dropped_duplicates"]);
        assert_eq!(fields[2].actual, "none");
    }

    #[test]
    fn counters_that_were_not_recorded_do_not_count() {
        let mut recorded = batch(0, &[]);
        recorded.state[0].dropped_duplicates = None;
        assert_eq!(compare(&ran(&[recorded]), &ran(&[batch(0, &[])]), false), None);
    }

    #[test]
    fn missing_and_extra_batches_are_told_apart() {
        let (one, two) = (ran(&[batch(0, &[])]), ran(&[batch(0, &[]), batch(1, &[])]));
        assert!(matches!(compare(&two, &one, false), Some(Difference::MissingBatch { .. })));
        assert!(matches!(compare(&one, &two, false), Some(Difference::ExtraBatch { .. })));
    }

    #[test]
    fn errors_agree_in_phase_and_first_sentence_or_class() {
        let equal = |recorded: &str, ours: &str| {
            compare(&failed(Phase::Run, recorded), &failed(Phase::Run, ours), false).is_none()
        };
        assert!(equal("It broke. Mend it by hand.", "It broke; see above"));
        assert!(equal("It broke. Mend it by hand.", "It bro"));
        assert!(equal("[BAD_CAST] The value 'a' …", "[BAD_CAST] another text"));
        assert!(equal("columns: (lts#_,rts#_)", "columns: (lts#3,rts#14L)"));
        assert!(!equal("It broke. Mend it.", "It bent"));
        assert!(!equal("It broke.", ""));
        assert!(!equal("[BAD_CAST] a", "[BAD_NAME] a"));
        let (run, start) = (failed(Phase::Run, "no"), failed(Phase::Start, "no"));
        assert!(matches!(compare(&run, &start, false), Some(Difference::Error { .. })));
        assert!(matches!(compare(&run, &ran(&[]), false), Some(Difference::Error { actual: None, .. })));
    }

    #[test]
    fn ids_are_masked_as_the_recorder_does() {
        assert_eq!(
            mask_ids("a#12, b#7L, c#3-T10000ms + d#3-Tms, # and #x"),
            "a#_, b#_, c#_ + d#_-Tms, # and #x"
        );
    }

    proptest! {
        #[test]
        fn the_order_of_rows_never_matters(
            mut values in prop::collection::vec((0..4_i64, -1.0..1.0_f64), 0..12),
            seed in 0..1000_usize,
        ) {
            let row = |(k, x): &(i64, f64)| json!({"k": k, "x": x});
            let expected: Vec<Value> = values.iter().map(row).collect();
            let turn = if values.is_empty() { 0 } else { seed % values.len() };
            values.rotate_left(turn);
            // A different sum order moves the last digit only.
            let actual: Vec<Value> = values.iter().map(|(k, x)| row(&(*k, x * (1.0 + 1e-15)))).collect();
            prop_assert_eq!(rows(&expected, &actual, false), None);
        }
    }
}

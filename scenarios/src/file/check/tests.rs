//! Checks as people write them, right and wrong.

use super::{At, Check, Expectation, Invariant, Question};
use crate::file::{FileError, ScenarioFile};

const BEFORE: &str = "\
scenario: a test
use: { pipeline: pipeline.sql }
resources:
  streams: { orders: { shards: 1 } }
  buckets: [lake]
  databases: { shop: { orders-table: { stream: orders, columns: { id: string } } } }
job:
  database: shop
  sink: { table: out, path: s3://lake/out/, format: parquet }
  checkpoint: s3://lake/checkpoint/
  starting_position: trim_horizon
clock: { start: 2026-01-05T22:00:00Z, tick: 10s, for: 1h }
checks:
";

/// The line of the first check.
const LINE: usize = 14;

fn parse(check: &str) -> Result<Check, FileError> {
    let file = ScenarioFile::parse("shop.wt.yaml", &format!("{BEFORE}  - {check}\n"))?;
    Ok(file.checks.into_iter().next().expect("there is one check"))
}

fn right(check: &str) -> Check {
    parse(check).unwrap_or_else(|error| panic!("{check}: {error} at {:?}", error.line_column()))
}

/// The message and the text that is marked.
#[track_caller]
fn check_wrong(check: &str, message: &str, marked: &str) {
    let error = parse(check).expect_err("the check is wrong");
    let text = format!("{BEFORE}  - {check}\n");
    assert_eq!((error.message(), &text[error.span()]), (message, marked), "{check}");
    assert!(error.line_column().0 >= LINE);
}

fn invariant(check: &str) -> (String, Invariant) {
    let Check { name, question: Question::Invariant(invariant), .. } = right(check) else {
        panic!("{check} is an invariant")
    };
    (name.value, invariant.value)
}

#[test]
fn a_query_has_rows_or_a_snapshot() {
    let rows = right("{ name: a, sql: SELECT 1, expect: empty }");
    assert_eq!(rows.question.sql().as_deref(), Some("SELECT 1"));
    assert!(matches!(rows.question.expectation(), Some(Expectation::Rows(_))));
    let snapshot = right("{ name: a, sql: SELECT 1, snapshot: true }");
    assert!(matches!(snapshot.question.expectation(), Some(Expectation::Snapshot(_))));
}

#[test]
fn events_are_a_query() {
    let check = right("{ name: a, events: it's, expect: empty }");
    let sql = "SELECT * FROM wavetank.events WHERE bus = 'it''s' ORDER BY time";
    assert_eq!(check.question.sql().as_deref(), Some(sql));
}

#[test]
fn invariants_are_called_what_they_are_unless_they_have_a_name() {
    assert_eq!(invariant("invariant: exactly_once"), ("exactly_once".to_owned(), Invariant::ExactlyOnce));
    let (name, law) = invariant("{ name: same, invariant: same_as_batch }");
    assert_eq!((name.as_str(), law), ("same", Invariant::SameAsBatch));
    assert_eq!(invariant("invariant: no_unexplained_loss").1, Invariant::NoUnexplainedLoss);
}

#[test]
fn a_bounded_state_has_its_bound_in_either_form() {
    for (check, most) in [("max: 9", 9), ("expect: '< 10'", 9), ("expect: 0 .. 9", 9)] {
        let (_, Invariant::BoundedState { rows }) =
            invariant(&format!("{{ invariant: bounded_state, {check} }}"))
        else {
            panic!("it bounds the state")
        };
        assert!(rows.accepts(Some(&most.to_string())) && !rows.accepts(Some("10")), "{check}");
    }
}

#[test]
fn any_check_can_be_asked_at_a_moment() {
    let at =
        |written: &str| right(&format!("{{ invariant: exactly_once, at: {written} }}")).at.unwrap().value;
    assert!(matches!(at("+1h5m"), At::After(_)));
    assert!(matches!(at("22:05:00"), At::TimeOfDay(_)));
    assert!(matches!(at("2026-01-06T01:00:00Z"), At::Instant(_)));
    check_wrong(
        "{ invariant: exactly_once, at: 01:00:00 }",
        "check 1 is asked before the clock starts",
        "01:00:00",
    );
    check_wrong(
        "{ invariant: exactly_once, at: soon }",
        "expected a moment such as `15:05:00`, `2026-01-05T15:05:00Z`, or `+1h5m` after the clock's start, found `soon`",
        "soon",
    );
}

#[test]
fn unknown_words_are_told_the_nearest() {
    check_wrong(
        "{ name: a, sqll: SELECT 1, expect: empty }",
        "unknown key `sqll` in check 1; did you mean `sql`?",
        "sqll",
    );
    check_wrong(
        "invariant: exactly_onc",
        "unknown value `exactly_onc` for `invariant` of check 1; did you mean `exactly_once`?",
        "exactly_onc",
    );
}

#[test]
fn what_cannot_stand_together_is_refused_at_the_second() {
    let cannot = |key: &str, beside: &str| format!("`{key}` cannot stand beside `{beside}` in check 1");
    check_wrong("{ name: a, sql: SELECT 1, events: bus, expect: empty }", &cannot("events", "sql"), "bus");
    check_wrong(
        "{ name: a, sql: SELECT 1, expect: empty, snapshot: true }",
        &cannot("snapshot", "expect"),
        "true",
    );
    check_wrong(
        "{ name: a, sql: SELECT 1, invariant: exactly_once }",
        &cannot("invariant", "sql"),
        "exactly_once",
    );
    check_wrong("{ invariant: exactly_once, snapshot: true }", &cannot("snapshot", "invariant"), "true");
    check_wrong("{ invariant: exactly_once, expect: empty }", &cannot("expect", "invariant"), "empty");
    check_wrong("{ invariant: bounded_state, max: 5, expect: < 6 }", &cannot("expect", "max"), "< 6");
    let max = "`max` needs `invariant: bounded_state` in check 1";
    check_wrong("{ invariant: exactly_once, max: 5 }", max, "5");
    check_wrong("{ name: a, sql: SELECT 1, expect: empty, max: 5 }", max, "5");
}

#[test]
fn what_is_missing_is_asked_for() {
    check_wrong("{ name: a, sql: SELECT 1 }", "check 1 needs the key `expect`", "name");
    check_wrong("{ sql: SELECT 1, expect: empty }", "check 1 needs the key `name`", "sql");
    check_wrong("{ name: a, expect: empty }", "check 1 asks nothing", "name");
    check_wrong("{ invariant: bounded_state }", "check 1 needs the key `max`", "invariant");
    check_wrong(
        "{ name: a, sql: SELECT 1, snapshot: false }",
        "check 1 expects nothing: `snapshot` is only ever `true`",
        "false",
    );
    check_wrong(
        "{ name: a, sql: SELECT 1, expect: '< 5' }",
        "expected `empty`, a list of rows, or a table whose cells are divided by `|`, found a condition on one number",
        "'< 5'",
    );
    check_wrong(
        "{ invariant: bounded_state, expect: empty }",
        "expected a condition on a number of rows, such as `< 10000`",
        "empty",
    );
}

#[test]
fn operators_without_a_limit_show_the_cell() {
    check_wrong(
        "{ name: a, sql: SELECT 1, expect: [{ n: < x }] }",
        "expected a number or an instant after the comparison, or the text in single quotes, found `< x`",
        "< x",
    );
}

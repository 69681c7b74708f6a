//! What goes to standard output, and what does not: people get 80 columns, scripts get one document.

use crate::user::{SCENARIO, User};

/// A check that passes, one that finds too much, one whose columns are not there, and one that is no SQL.
const CHECKS: &str = "
  - name: nothing to see
    sql: SELECT 1 WHERE false
    expect: empty
  - name: a check with a name that is rather long and goes on for quite a while, so that it must be broken
    sql: SELECT transaction_id, user_id, sku, name, category, price FROM enriched_purchases
    expect: empty
  - name: columns
    sql: SELECT transaction_id, user_id, sku, name, category, price, quantity_purchased FROM enriched_purchases
    expect: [{ total: 3 }]
  - name: no such column
    sql: SELECT transaction_id, user_id, sku, name, category, price, quantity_purchased, rec_tme FROM enriched_purchases
    expect: empty
";

/// A query that does not fit a line, and whose mistake is at the far end.
const WIDE: &str =
    "SELECT sku, name, category, price, quantity_purchased, purchase_time, usr_id FROM enriched_purchases";

/// The output without the one line that tells how long it took.
fn timeless(out: &str) -> String {
    let (timing, rest): (Vec<&str>, Vec<&str>) = out.lines().partition(|line| line.contains(" events/s)"));
    assert_eq!(timing.len(), 1, "{out}");
    rest.join("\n")
}

#[track_caller]
fn fits_80_columns(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
    }
}

#[test]
fn summary_of_a_run_that_passes_fits_80_columns_and_has_no_colours_in_a_pipe() {
    let user = User::new();
    let answer = user.runs(&[]);
    answer.ended(0);
    fits_80_columns(&answer.out);
    assert!(!answer.out.contains('\x1b'), "an escape in a pipe: {:?}", answer.out);
    assert_eq!(answer.err, "", "no progress in a pipe");
    assert!(answer.out.contains("5 of 5 checks passed"), "{}", answer.out);
}

#[test]
fn summary_of_a_run_that_fails_fits_80_columns_and_has_no_colours_in_a_pipe() {
    let user = User::new();
    user.write_checks(CHECKS);
    let answer = user.runs(&[]);
    answer.ended(1);
    fits_80_columns(&answer.out);
    assert!(!answer.out.contains('\x1b'), "an escape in a pipe: {:?}", answer.out);
    assert_eq!(answer.err, "", "no progress in a pipe");
    assert!(answer.out.contains("1 of 4 checks passed"), "{}", answer.out);
}

#[test]
fn caret_stands_below_the_word_that_duckdb_does_not_know() {
    let user = User::new();
    for sql in ["SELECT usr_id FROM enriched_purchases", WIDE] {
        user.write_checks(&format!("  - name: no such column\n    sql: {sql}\n    expect: empty\n"));
        let out = user.runs(&[]).ended(1).out.clone();
        let lines: Vec<&str> = out.lines().collect();
        let caret = lines.iter().position(|line| line.trim() == "^").expect("there is a caret");
        let column = lines[caret].chars().count() - 1;
        let marked: String = lines[caret - 1].chars().skip(column).collect();
        assert!(marked.starts_with("usr_id"), "{out}");
    }
}

#[test]
fn json_is_one_document_and_nothing_else() {
    let user = User::new();
    user.write_checks(CHECKS);
    let answer = user.runs(&["--format", "json", "--seed", "7"]);
    answer.ended(1);
    assert_eq!(answer.err, "");
    let document: serde_json::Value = serde_json::from_str(&answer.out).expect("it is one document");
    assert_eq!(document["schema"], "wavetank.run/2");
    assert_eq!(document["seed"], 7);
    assert_eq!(document["streams"][0]["read"], document["streams"][0]["sent"]);
    let checks = document["checks"].as_array().expect("checks are a list");
    let verdicts: Vec<_> = checks.iter().map(|check| check["verdict"].as_str().unwrap_or("none")).collect();
    assert_eq!(verdicts, ["passed", "failed", "failed", "broken"]);
    assert_eq!(checks[1]["file"], SCENARIO);
}

#[test]
fn kept_report_is_the_json_that_is_printed() {
    let user = User::new();
    let answer = user.runs(&["--format", "json", "--keep", "kept"]);
    answer.ended(0);
    let kept = std::fs::read_to_string(user.folder().join("kept/report.json")).expect("it is kept");
    assert_eq!(kept, answer.out);
}

#[test]
fn same_seed_prints_the_same_apart_from_the_timing() {
    let user = User::new();
    let of = |seed| timeless(&user.runs(&["--seed", seed]).ended(0).out);
    assert_eq!(of("7"), of("7"));
    let without_seed = |out: String| out.replace("seed 7", "").replace("seed 8", "");
    assert_ne!(without_seed(of("7")), without_seed(of("8")), "the seed changes nothing but its own name");
}

#[test]
fn json_of_the_same_seed_is_the_same_to_the_byte() {
    let user = User::new();
    let of = |seed| user.runs(&["--format", "json", "--seed", seed]).out;
    assert_eq!(of("7"), of("7"));
    assert_ne!(of("7"), of("8"));
}

#[test]
fn quiet_run_speaks_only_of_what_went_wrong() {
    let user = User::new();
    assert_eq!(user.runs(&["--quiet"]).ended(0).out, "");
    user.write_checks(CHECKS);
    assert!(user.runs(&["--quiet"]).ended(1).out.contains("✗ columns"));
}

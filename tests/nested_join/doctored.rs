//! Pipelines that are a little wrong. The scenario's own checks must notice: what they recompute is not what the
//! engine was told to do.

use crate::rig::{RECOMPUTATION, Size, edited, failed, run};

/// Which checks fail when the pipeline has `to` in the place of `from`.
#[track_caller]
fn check(from: &str, to: &str, wanted: &[&str]) {
    let scenario = edited(&[], &[(from, to)]);
    let report = run(&scenario, Size { seed: 42, events: 3000 }).report;
    assert!(report.jobs[0].rows > 0, "a pipeline that joins nothing is more than a little wrong");
    assert_eq!(failed(&report), wanted, "{:#?}", report.checks);
}

#[test]
fn range_that_is_a_second_too_wide_is_noticed() {
    let outside = "nobody joined outside the 30 seconds";
    check("INTERVAL 30 SECONDS;", "INTERVAL 31 SECONDS;", &[RECOMPUTATION, outside]);
}

#[test]
fn range_that_is_a_second_too_narrow_is_noticed() {
    check("INTERVAL 30 SECONDS;", "INTERVAL 29 SECONDS;", &[RECOMPUTATION]);
}

#[test]
fn filter_that_nobody_asked_for_is_noticed() {
    let view = "FROM STREAM(`recommender-stream-table`)";
    check(view, &format!("{view} WHERE likelihood_score < 9"), &[RECOMPUTATION]);
}

#[test]
fn watermark_that_follows_too_closely_is_noticed() {
    check("DELAY OF INTERVAL 10 MINUTES", "DELAY OF INTERVAL 5 SECONDS", &[RECOMPUTATION]);
}

#[test]
fn array_that_is_not_exploded_in_full_is_noticed() {
    let view = "LATERAL VIEW explode(body.basket_items) b AS item";
    check(view, &format!("{view} WHERE item.product.quantity_purchased > 1"), &[RECOMPUTATION]);
}

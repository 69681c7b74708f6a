//! Every law on a small join.

use wavetank::scenarios::file::Vary;
use wavetank::scenarios::property::scenario::Ending;
use wavetank::scenarios::scenario::Scenario;

use crate::rig::{found, scenario, tried, tried_on};

#[track_caller]
fn holds(name: &str, cases: u64) {
    let (result, files) = tried(name, cases);
    assert_eq!(result.result, Ending::Held, "{name}");
    assert!(files.is_empty());
}

#[test]
fn disorder_within_the_delay_changes_nothing() {
    let (result, _) = tried("disorder within the delay changes nothing", 64);
    assert_eq!(result.result, Ending::Held);
    assert_eq!(result.never_met, Vec::<&str>::new(), "{:?}", result.met);
    assert!(!result.met.contains_key("a late row"), "{:?}", result.met);
}

#[test]
fn disorder_beyond_the_delay_is_found_and_shrunk() {
    let (result, files) = tried("disorder beyond the delay changes nothing", 64);
    let found = found(&result);
    assert!(found.timeline.len() <= 4, "{:#?}", found.timeline);
    assert!(found.reason.starts_with("the table has 1 row too few"), "{}", found.reason);
    assert_eq!(found.not_written, None);
    assert!(
        files[0].text.contains("expect: |\n      id | ordered             | paid\n"),
        "{}",
        files[0].text
    );
}

#[test]
fn rows_are_written_once_and_accounted_for() {
    holds("written once", 24);
    holds("accounted for", 24);
}

#[test]
fn model_and_batch_agree() {
    holds("as the model has it", 24);
    holds("as a batch has it", 8);
}

#[test]
fn bounds_of_the_state_hold_or_are_passed() {
    holds("little in state", 24);
    let (result, files) = tried("very little in state", 24);
    let found = found(&result);
    assert!(found.reason.starts_with("2 rows are in state after batch "), "{}", found.reason);
    // Two records that wait: nothing less passes the bound.
    assert_eq!(found.timeline.join(" ").matches(":").count(), 4, "{:#?}", found.timeline);
    assert!(files[0].text.contains("invariant: bounded_state, expect: \"< 2\""), "{}", files[0].text);
}

#[test]
fn queries_without_a_row_hold_and_others_are_shrunk() {
    holds("paid in time", 8);
    let (result, files) = tried("nobody pays twice", 8);
    let found = found(&result);
    assert_eq!(found.reason, "expected no row, found 1");
    assert!(found.timeline.len() <= 2, "{:#?}", found.timeline);
    assert!(
        files[0].text.contains("GROUP BY id HAVING count(*) > 1\n    expect: empty"),
        "{}",
        files[0].text
    );
}

#[test]
fn generated_traffic_becomes_lines() {
    let (result, files) = tried_on(&scenario("traffic"), "order does not matter", 2, 40);
    let found = found(&result);
    assert!(found.timeline.len() <= 4, "{:#?}", found.timeline);
    assert_eq!(found.not_written, None);
    assert!(!files[0].text.contains("generate:"), "{}", files[0].text);
    let (result, _) = tried_on(&scenario("traffic"), "crashes do not matter", 2, 8);
    assert_eq!(result.result, Ending::Held);
}

#[test]
fn properties_of_the_library_hold() {
    for entry in wavetank::scenarios::library::SCENARIOS {
        let scenario = Scenario::load(entry.name).unwrap();
        for property in &scenario.file.properties {
            let (result, _) = tried_on(&scenario, &property.name.value, 2, 4);
            assert_eq!(result.result, Ending::Held, "{}: {}", entry.name, property.name.value);
        }
    }
}

#[test]
fn the_same_is_found_by_any_number_of_threads() {
    let scenario = scenario("payments");
    for name in ["very little in state", "disorder within the delay changes nothing"] {
        let one = tried_on(&scenario, name, 1, 20);
        assert_eq!(one, tried_on(&scenario, name, 3, 20));
    }
}

#[test]
fn all_kinds_are_known_by_their_names() {
    let names: Vec<&str> = Vary::ALL.into_iter().map(Vary::name).collect();
    let wanted = ["arrival", "batching", "duplicates", "crash_points", "resharding", "parallelism", "faults"];
    assert_eq!(names, wanted);
}

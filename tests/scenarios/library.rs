//! The library: every scenario passes.

use wavetank::scenarios::library::{self, SCENARIOS};
use wavetank::scenarios::scenario::Scenario;

use crate::rig::{problems, ran, ran_with};

#[track_caller]
fn passes(name: &str) {
    let report = ran(&Scenario::load(name).unwrap());
    assert_eq!(problems(&report), Vec::<String>::new());
    assert!(report.passed() && report.checks.len() + report.timeline.len() > 2);
}

#[test]
fn nested_joins_pass() {
    for name in ["nested-join-happy", "nested-join-late", "nested-join-crashes"] {
        passes(name);
    }
}

#[test]
fn both_ways_to_count_hits_per_hour_pass() {
    passes("hourly-windows");
    passes("hourly-aggregation");
}

#[test]
fn bronze_to_silver_to_gold_passes() {
    passes("bronze-silver-gold");
}

#[test]
fn a_thousand_fake_users_pass() {
    passes("fake-users");
}

#[test]
fn fake_users_pass_when_their_objects_are_too_many_to_be_read_one_by_one() {
    let scenario = Scenario::load("fake-users").unwrap();
    let report = ran_with(&scenario, |options| options.events = Some(6_000));
    assert_eq!(problems(&report), Vec::<String>::new());
    assert_eq!(report.checks.len(), 3);
}

#[test]
fn a_scenario_to_begin_with_passes() {
    let files = library::starter("mine");
    let read = |name: &str| {
        let (name, text) = files.iter().find(|(file, _)| file == name).unwrap();
        Ok((name.clone(), text.clone()))
    };
    let scenario = Scenario::plan(&files[0].0, &files[0].1, read).unwrap();
    assert_eq!(problems(&ran(&scenario)), Vec::<String>::new());
}

#[test]
fn every_scenario_of_the_library_is_run_by_some_test() {
    // `nested-join` has tests of its own.
    let run = [
        "nested-join-happy",
        "nested-join-late",
        "nested-join",
        "nested-join-crashes",
        "hourly-windows",
        "hourly-aggregation",
        "bronze-silver-gold",
        "fake-users",
    ];
    assert_eq!(SCENARIOS.iter().map(|entry| entry.name).collect::<Vec<_>>(), run);
}

#[test]
fn a_job_that_appends_counts_an_hour_that_is_run_again_twice() {
    let entry = library::find("hourly-aggregation").unwrap();
    let appends = entry.pipelines[0].1.replace("INSERT OVERWRITE", "INSERT INTO");
    let read = |name: &str| Ok((name.to_owned(), appends.clone()));
    let report = ran(&Scenario::plan("hourly.wt.yaml", entry.file, read).unwrap());
    let failed = problems(&report).join("\n");
    assert!(failed.contains("after the re-run it has the late file too, and nothing twice"), "{failed}");
    assert!(failed.contains("every hour is counted once"), "{failed}");
}

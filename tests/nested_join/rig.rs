//! The scenario, as it is or with one thing in it replaced, and runs of it in folders of their own.

use std::ops::ControlFlow;

use tempfile::TempDir;
use wavetank::scenarios::library;
use wavetank::scenarios::report::{RunReport, Verdict};
use wavetank::scenarios::run::{self, Observer, RunError, RunOptions};
use wavetank::scenarios::scenario::Scenario;

/// The check that computes the answer once more from the raw records.
pub const RECOMPUTATION: &str =
    "every on-time pair joined exactly once, as a batch join of the raw input has it";

/// A finished run with what it left behind.
pub struct Finished {
    pub folder: TempDir,
    pub report: RunReport,
}

/// Seed and size of a run.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub seed: u64,
    pub events: u64,
}

/// Threads of a run unless a test is about them.
const PARALLELISM: usize = 2;

/// The scenario of the library.
pub fn nested_join() -> Scenario {
    edited(&[], &[])
}

/// The scenario with pieces of its file and of its pipeline replaced; each piece must be there.
pub fn edited(file: &[(&str, &str)], pipeline: &[(&str, &str)]) -> Scenario {
    let entry = library::find("nested-join").expect("the library has it");
    let pipeline = replaced(entry.pipelines[0].1, pipeline);
    let read = |path: &str| Ok((path.to_owned(), pipeline.clone()));
    Scenario::plan("nested-join.wt.yaml", &replaced(entry.file, file), read)
        .unwrap_or_else(|error| panic!("{}:{:?}: {error}", error.file(), error.line_column()))
}

/// The scenario with far more records late, doubled and broken than an hour of a shop has.
pub fn stormy() -> Scenario {
    edited(
        &[
            ("late: { share: 1%", "late: { share: 15%"),
            ("late: { share: 0.5%", "late: { share: 15%"),
            ("duplicates: 0.5%             #", "duplicates: 10% #"),
            ("duplicates: 0.5%\n", "duplicates: 10%\n"),
            ("share: 0.2%", "share: 10%"),
            ("share: 0.1%", "share: 10%"),
        ],
        &[],
    )
}

/// Runs to the end and keeps everything.
pub fn run(scenario: &Scenario, size: Size) -> Finished {
    run_parallel(scenario, size, PARALLELISM)
}

/// The same with so many threads.
pub fn run_parallel(scenario: &Scenario, size: Size, parallelism: usize) -> Finished {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let options = RunOptions { parallelism, ..options(size, &folder) };
    let report = run::run(scenario, options, &mut ()).expect("the run finishes");
    Finished { folder, report }
}

fn options(size: Size, folder: &TempDir) -> RunOptions {
    RunOptions {
        seed: Some(size.seed),
        events: Some(size.events),
        keep: true,
        parallelism: PARALLELISM,
        ..RunOptions::new(folder.path())
    }
}

/// Runs with somebody watching.
pub fn run_observed(
    scenario: &Scenario,
    size: Size,
    folder: &TempDir,
    observer: &mut dyn Observer,
) -> Result<RunReport, RunError> {
    run::run(scenario, options(size, folder), observer)
}

/// Names of the checks that did not pass.
pub fn failed(report: &RunReport) -> Vec<&str> {
    let failed = report.checks.iter().filter(|check| check.verdict != Verdict::Passed);
    failed.map(|check| check.name.as_str()).collect()
}

fn replaced(text: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is to be replaced and is not there");
        text.replacen(from, to, 1)
    })
}

/// Ends the run at one of its triggers, counted from 1.
struct EndsAt {
    last: u32,
    triggers: u32,
}

impl Observer for EndsAt {
    fn trigger(&mut self, _: u64, _: f64) -> ControlFlow<()> {
        self.triggers += 1;
        if self.triggers < self.last { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }
}

#[test]
fn run_that_is_interrupted_ends_at_that_trigger() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut observer = EndsAt { last: 3, triggers: 0 };
    let result = run_observed(&nested_join(), Size { seed: 42, events: 300 }, &folder, &mut observer);
    assert!(matches!(result, Err(RunError::Interrupted)), "{result:?}");
    assert_eq!(observer.triggers, 3);
    assert!(!folder.path().join("report.json").exists(), "no report of half a run");
}

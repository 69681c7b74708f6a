//! The canonical workload end to end: `nested-join` from generated records to judged checks.
//!
//! Prints the size of the answer beside the rate, so that nobody gets faster by changing it. Under `cargo test` it
//! runs once with the smoke size.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use wavetank::scenarios::report::RunReport;
use wavetank::scenarios::run::{RunOptions, run};
use wavetank::scenarios::scenario::Scenario;

mod common;

const EVENTS_SMOKE: u64 = 200;
const EVENTS_FULL: u64 = 10_000;

fn once(scenario: &Scenario, events: u64, folder: &tempfile::TempDir) -> RunReport {
    let options = RunOptions {
        seed: None,
        events: Some(events),
        folder: folder.path().to_owned(),
        keep: false,
        parallelism: 2,
        snapshots: Default::default(),
    };
    run(scenario, options, &mut ()).expect("the library scenario runs")
}

fn nested_join(criterion: &mut Criterion) {
    let events = if common::is_measured() { EVENTS_FULL } else { EVENTS_SMOKE };
    let scenario = Scenario::load("nested-join").expect("the library has it");
    let fresh = || tempfile::tempdir().expect("a temporary folder can be created");
    let report = once(&scenario, events, &fresh());
    assert!(report.passed(), "a wrong answer has no speed");
    let sent: u64 = report.streams.iter().map(|s| s.sent).sum();
    println!(
        "nested-join: {sent} records, {} rows, {} bytes of Parquet",
        report.jobs[0].rows, report.jobs[0].bytes
    );
    let mut group = criterion.benchmark_group("nested-join");
    group.sample_size(10).throughput(Throughput::Elements(sent));
    group.bench_function("end to end", |bencher| {
        bencher.iter_batched_ref(
            fresh,
            |folder| black_box(once(&scenario, events, folder)),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, nested_join);
criterion_main!(benches);

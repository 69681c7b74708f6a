//! How many small scenarios one core runs in a second: a timeline of eight events, in process, with everything that a
//! run has (services, checkpoint, sink, catalog, the verdict on each line) and without DuckDB, which nobody asks. And how
//! many cases of a property it tries on eight such events: each is a run whose table is held against another's.
//!
//! Under `cargo test` it runs once.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wavetank::scenarios::check::SnapshotMode;
use wavetank::scenarios::property::scenario::{Ending, Options, try_property};
use wavetank::scenarios::property::search::Search;
use wavetank::scenarios::run::{RunOptions, Runner};
use wavetank::scenarios::scenario::Scenario;

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SCENARIO: &str = "\
scenario: eight events
resources:
  streams: { orders: { shards: 1 }, payments: { shards: 1 } }
  buckets: [lake]
  databases:
    shop:
      orders: { stream: orders, columns: { id: string, at: bigint } }
      payments: { stream: payments, columns: { id: string, at: bigint } }
use: { pipeline: pipeline.sql }
job:
  database: shop
  sink: { table: paid, path: s3://lake/paid/, format: parquet }
  checkpoint: s3://lake/checkpoint/
  starting_position: trim_horizon
clock: { start: 2026-01-05T10:00:00Z, tick: 10s }
shapes:
  O: { stream: orders, row: { id: $id, at: $t } }
  P: { stream: payments, row: { id: $id, at: $t } }
timeline: |
  O 1 10:00:00, P 1 10:00:20 | emits 1
  O 2 10:05:00               | emits 0
  P 2 10:05:30               | emits 1
  O 3 10:30:00, P 3 10:30:05 | emits 1, watermark 10:20:00
  P 4 10:10:00, O 4 10:09:00 | drops 2 late
";

const PIPELINE: &str = "\
CREATE TEMPORARY VIEW o AS SELECT id, timestamp_seconds(at) AS ordered FROM STREAM(orders);
CREATE TEMPORARY VIEW p AS SELECT id, timestamp_seconds(at) AS paid FROM STREAM(payments);
CREATE STREAMING TABLE paid AS
SELECT o.id, o.ordered, p.paid
FROM STREAM(o) WATERMARK ordered DELAY OF INTERVAL 10 MINUTES AS o
JOIN STREAM(p) WATERMARK paid DELAY OF INTERVAL 10 MINUTES AS p
  ON o.id = p.id AND p.paid BETWEEN o.ordered AND o.ordered + INTERVAL 1 MINUTE;
";

fn small_runs(criterion: &mut Criterion) {
    let read = |_: &str| Ok(("pipeline.sql".to_owned(), PIPELINE.to_owned()));
    let scenario = Scenario::plan("eight.wt.yaml", SCENARIO, read).expect("the scenario is right");
    let options = RunOptions {
        seed: None,
        events: None,
        folder: "unused".into(),
        keep: false,
        parallelism: 1,
        snapshots: SnapshotMode::Compare,
    };
    let mut runner = Runner::default();
    let mut once = || runner.run(&scenario, options.clone(), &mut ()).expect("it runs");
    let report = once();
    assert!(report.passed(), "a wrong answer has no speed: {:?}", report.timeline);
    let mut group = criterion.benchmark_group("timeline");
    group.throughput(Throughput::Elements(1));
    group.bench_function("eight events", |bencher| bencher.iter(|| black_box(once())));
    group.finish();
}

/// The same events in the order in which they happened, none of them late.
const PROPERTY: &str = "\
timeline: |
  O 1 10:00:00, P 1 10:00:20
  O 2 10:05:00
  P 2 10:05:30
  O 3 10:30:00, P 3 10:30:05
  O 4 10:39:00, P 4 10:39:30
properties:
  - { vary: [arrival, batching], within: 9m, hold: same_output }
";

/// Cases of a property that are tried at once.
const CASES: u64 = 256;

fn property_cases(criterion: &mut Criterion) {
    let read = |_: &str| Ok(("pipeline.sql".to_owned(), PIPELINE.to_owned()));
    let (before, _) = SCENARIO.split_once("timeline:").expect("it has one");
    let scenario = Scenario::plan("eight.wt.yaml", &format!("{before}{PROPERTY}"), read);
    let scenario = scenario.expect("the scenario is right");
    let options = Options {
        name: "eight.wt.yaml",
        search: Search { seed: 1, first: 0, cases: CASES, jobs: 1 },
        events: None,
        folder: "unused".into(),
        after: &|_| true,
    };
    let once = || try_property(&scenario, &scenario.file.properties[0], &options).0;
    let result = once();
    assert_eq!((result.result, result.cases), (Ending::Held, CASES), "a wrong answer has no speed");
    let mut group = criterion.benchmark_group("property");
    group.throughput(Throughput::Elements(CASES));
    group.bench_function("cases of eight events", |bencher| bencher.iter(|| black_box(once())));
    group.finish();
}

criterion_group!(benches, small_runs, property_cases);
criterion_main!(benches);

//! The parts of a micro-batch, each alone: decoding, explode and flatten, window aggregation, deduplication, Parquet,
//! PutRecords, a checkpoint that is read again, and the jobs from end to end. The join at several sizes of its state is
//! in `state_cost`. Under `cargo test` each runs once, small.

use std::hint::black_box;

use arrow::array::RecordBatch;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use wavetank::bench::data::{Traffic, put_request};
use wavetank::bench::streaming::{Stage, scenario};
use wavetank::bench::{Options, Workload};
use wavetank::emulator::kinesis::{CreateStream, CreateStreamRequest, PUT_RECORDS_ENTRIES_MAX, PutRecords};
use wavetank::emulator::{Emulator, Identity, Storage, Timestamp};
use wavetank::engine::batch::BatchId;
use wavetank::engine::checkpoint::Checkpoint;
use wavetank::engine::query::{QueryOptions, QueryParts, StreamingQuery};
use wavetank::engine::session::Session;
use wavetank::engine::sink::{FileFormat, FileSink, FileTarget, Sink};
use wavetank::engine::source::Source;
use wavetank::engine::sql;

use common::memory::{AnyTable, Feed, Memory, Nowhere, records};
use common::nested;

mod common;

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const NOW: Timestamp = Timestamp::from_millis(1_767_607_200_000);

fn events() -> u64 {
    if common::is_measured() { 100_000 } else { 500 }
}

fn json(criterion: &mut Criterion) {
    let records = nested::draw(events());
    let bytes: usize = records.iter().flatten().map(Vec::len).sum();
    let mut group = criterion.benchmark_group("json");
    group.sample_size(10).throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("decode", |bencher| {
        bencher.iter(|| {
            for (at, records) in records.iter().enumerate() {
                nested::decode(at, records, |rows| drop(black_box(rows)));
            }
        });
    });
    group.bench_function("decode, explode, flatten", |bencher| {
        bencher.iter(|| {
            for (at, records) in records.iter().enumerate() {
                nested::flatten(at, records, |rows| drop(black_box(rows)));
            }
        });
    });
    group.finish();
}

fn parquet(criterion: &mut Criterion) {
    let mut rows: Vec<RecordBatch> = Vec::new();
    nested::flatten(0, &nested::draw(events())[0], |batch| rows.push(batch));
    let count: usize = rows.iter().map(RecordBatch::num_rows).sum();
    let target = FileTarget {
        database: "shop".into(),
        table: "flat".into(),
        location: "s3://lake/flat/".into(),
        prefix: "flat/".into(),
        partition_by: vec![],
        format: FileFormat::Parquet,
        replace: false,
    };
    let (store, catalog) = (Box::new(Memory::default()), Box::new(AnyTable));
    let schema = rows[0].schema();
    let mut sink = FileSink::new(target, &schema, Session::default(), store, catalog).expect("a sink");
    let mut group = criterion.benchmark_group("parquet");
    group.sample_size(10).throughput(Throughput::Elements(count as u64));
    group.bench_function("write", |bencher| {
        bencher.iter(|| black_box(sink.write(BatchId(0), &rows).expect("it is written")));
    });
    group.finish();
}

fn put_records(criterion: &mut Criterion) {
    let records = Traffic::draw(Workload::Dedup, &common::parameters(PUT_RECORDS_ENTRIES_MAX as u64));
    let records: Vec<_> = records.measured.into_iter().flatten().flatten().collect();
    let emulator = Emulator::open(Storage::Memory, Identity::default()).expect("an emulator");
    emulator.call::<CreateStream>(NOW, CreateStreamRequest::new("orders", 2)).expect("a stream");
    let request = || put_request("orders", &records);
    let mut group = criterion.benchmark_group("kinesis");
    group.throughput(Throughput::Elements(records.len() as u64));
    group.bench_function("PutRecords", |bencher| {
        bencher.iter_batched(
            request,
            |request| black_box(emulator.call::<PutRecords>(NOW, request).expect("they are put")),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// A join's state read from its checkpoint, as a process does that starts again.
fn checkpoint(criterion: &mut Criterion) {
    const QUERY: &str = "
        CREATE TEMPORARY VIEW p AS SELECT body.transaction_id AS id,
               timestamp_seconds(CAST(body.purchase_time AS BIGINT)) AS t
        FROM STREAM(`nested-purchase-stream-table`);
        CREATE TEMPORARY VIEW r AS SELECT purchase_id AS id, timestamp_seconds(recommendation_processed_time) AS t
        FROM STREAM(`recommender-stream-table`);
        CREATE STREAMING TABLE pairs AS SELECT p.id, p.t, r.t AS rec_time
        FROM STREAM(p) WATERMARK t DELAY OF INTERVAL 1 DAY AS p
        JOIN STREAM(r) WATERMARK t DELAY OF INTERVAL 1 DAY AS r
          ON p.id = r.id AND r.t BETWEEN p.t AND p.t + INTERVAL 30 SECONDS";
    let pipeline = sql::plan(QUERY, &nested::Streams).expect("the query is valid");
    let (store, feeds) = (Memory::default(), [Feed::default(), Feed::default()]);
    let start = || {
        let parts = QueryParts {
            sources: feeds.iter().map(|feed| Box::new(feed.clone()) as Box<dyn Source>).collect(),
            sink: Box::new(Nowhere),
            checkpoint: Checkpoint::new(Box::new(store.clone()), ""),
            options: QueryOptions::default(),
        };
        StreamingQuery::start(&pipeline, parts, 0).expect("the query starts")
    };
    let mut query = start();
    let drawn = nested::draw(events());
    for batch in 0..4 {
        for (feed, drawn) in feeds.iter().zip(&drawn) {
            let part = drawn.len() * batch / 4..drawn.len() * (batch + 1) / 4;
            *feed.0.borrow_mut() = (batch as u64 + 1, records(&drawn[part], 0));
        }
        query.run_batch(0).expect("the batch runs").expect("there are records");
    }
    let rows = query.kept_rows().len();
    drop(query);
    let mut group = criterion.benchmark_group("checkpoint");
    group.sample_size(10).throughput(Throughput::Elements(rows as u64));
    group.bench_function("start again", |bencher| {
        bencher.iter(|| {
            let query = start();
            assert_eq!(black_box(query).next_batch(), BatchId(4));
        });
    });
    group.finish();
}

/// A job's micro-batches from shards to Parquet; the second half of them is measured.
fn jobs(criterion: &mut Criterion) {
    for workload in [Workload::Join, Workload::Hourly, Workload::Dedup] {
        let mut parameters = common::parameters(events());
        parameters.batch_events = events() / 4;
        let traffic = Traffic::draw(workload, &parameters);
        let scenario = scenario(workload);
        let [warm, measured] = [&traffic.measured[..2], &traffic.measured[2..]];
        let records: usize = measured.iter().flatten().map(Vec::len).sum();
        let warmed = || {
            let mut stage = Stage::new(&scenario, Storage::Memory, 1).expect("the job starts");
            for batch in warm {
                stage.put(traffic.tables, batch).expect("records are put");
                stage.trigger().expect("the batch runs");
            }
            measured.iter().for_each(|batch| stage.put(traffic.tables, batch).expect("records are put"));
            stage
        };
        let mut group = criterion.benchmark_group("job");
        group.sample_size(10).throughput(Throughput::Elements(records as u64));
        group.bench_function(workload.name(), |bencher| {
            bencher.iter_batched_ref(
                warmed,
                |stage| black_box(stage.trigger().expect("the batch runs")),
                BatchSize::PerIteration,
            );
        });
        group.finish();
    }
}

/// A whole workload of the command, state filled before: what a checkpoint costs is in it.
fn command(criterion: &mut Criterion) {
    let parameters = wavetank::bench::Parameters {
        state_rows: Some(events() / 2),
        batch_events: events() / 4,
        ..common::parameters(events() / 4)
    };
    let options = Options { parameters, keep: None };
    let mut group = criterion.benchmark_group("command");
    group.sample_size(10);
    group.bench_function("bench join", |bencher| {
        bencher.iter(|| black_box(wavetank::bench::run(Workload::Join, &options, &mut ()).expect("it runs")));
    });
    group.finish();
}

criterion_group!(benches, json, parquet, put_records, checkpoint, jobs, command);
criterion_main!(benches);

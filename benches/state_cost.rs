//! What a micro-batch costs when the state is small, large and very large: the same batch has to cost the same.
//!
//! Two streams are joined on a key and a range of times. The state is filled with rows that wait; then each
//! measured batch brings as many rows as the watermark takes out, so that the state keeps its size. Sizes in rows
//! come from `STATE_ROWS` (comma-separated), by default 10 thousand, 1 million and 5 million. Under `cargo test` it
//! runs once with a small state.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use duckdb::arrow::array::{Int64Array, StringArray, TimestampMicrosecondArray, UInt64Array};
use duckdb::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use duckdb::arrow::record_batch::RecordBatch;
use wavetank::engine::batch::{BatchId, RECORD_ID};
use wavetank::engine::ledger::Ledger;
use wavetank::engine::operator::{Extent, OperatorTree, TreeOptions};
use wavetank::engine::plan::OutputMode;
use wavetank::engine::plan::optimize::optimize;
use wavetank::engine::session::Session;
use wavetank::engine::sql::{self, Tables};
use wavetank::engine::types::timestamp_type;
use wavetank::engine::watermark::Watermark;

/// Rows of each side that a measured batch brings.
const BATCH_ROWS: i64 = 1000;

/// Distance of two rows' event times.
const STEP_MICROS: i64 = 1000;

const QUERY: &str = "
    CREATE STREAMING TABLE pairs AS
    SELECT l.k, l.v AS left_value, r.v AS right_value
    FROM STREAM(lefts) WATERMARK t DELAY OF INTERVAL 0 SECONDS AS l
    JOIN STREAM(rights) WATERMARK t DELAY OF INTERVAL 0 SECONDS AS r
      ON l.k = r.k AND r.t BETWEEN l.t AND l.t + INTERVAL 1 SECOND";

struct Streams(SchemaRef);

impl Tables for Streams {
    fn schema(&self, _: &str) -> Option<SchemaRef> {
        Some(self.0.clone())
    }

    fn names(&self) -> Vec<String> {
        vec!["lefts".into(), "rights".into()]
    }
}

fn columns() -> Vec<Field> {
    vec![
        Field::new("k", DataType::Utf8, true),
        Field::new("t", timestamp_type(), true),
        Field::new("v", DataType::Int64, true),
    ]
}

/// A join whose state holds a number of rows per side, and the time of the next row.
struct Rig {
    tree: OperatorTree,
    schema: SchemaRef,
    batch: u32,
    next: i64,
    kept: i64,
}

impl Rig {
    fn filled(state_rows: i64) -> Rig {
        let streams = Streams(Arc::new(Schema::new(columns())));
        let pipeline = sql::plan(QUERY, &streams).expect("the query is valid");
        let options = TreeOptions { session: &Session::default(), mode: OutputMode::Append };
        let tree = OperatorTree::build(&optimize(pipeline.plan), &options).expect("the query can run");
        let mut fields = columns();
        fields.push(Field::new(RECORD_ID, DataType::UInt64, false));
        let schema = Arc::new(Schema::new(fields));
        let mut rig = Rig { tree, schema, batch: 0, next: 0, kept: state_rows / 2 };
        while rig.next < rig.kept {
            let inputs = rig.inputs(100_000.min(rig.kept - rig.next));
            rig.run(inputs);
        }
        rig
    }

    /// New rows for a batch, so many per side.
    fn inputs(&mut self, rows: i64) -> Vec<Vec<RecordBatch>> {
        let times = self.next..self.next + rows;
        let side = |prefix: &str| {
            let keys: StringArray = times.clone().map(|n| Some(format!("{prefix}-{n:012}"))).collect();
            let micros = TimestampMicrosecondArray::from_iter_values(times.clone().map(|n| n * STEP_MICROS));
            let values = Int64Array::from_iter_values(times.clone());
            let ids = UInt64Array::from_iter_values(times.clone().map(|n| n as u64));
            RecordBatch::try_new(
                self.schema.clone(),
                vec![Arc::new(keys), Arc::new(micros.with_timezone("UTC")), Arc::new(values), Arc::new(ids)],
            )
            .expect("the columns fit the schema")
        };
        // Keys of the two sides differ: rows wait, and leave unmatched.
        let inputs = vec![vec![side("left")], vec![side("right")]];
        self.next += rows;
        inputs
    }

    /// One batch, which takes out as many rows as come in once the state is full, and what of the state it saves.
    fn run(&mut self, inputs: Vec<Vec<RecordBatch>>) -> usize {
        let passed = ((self.next - self.kept) * STEP_MICROS / 1000).max(0);
        let watermark = Watermark { millis: passed };
        let result =
            self.tree.run(BatchId(self.batch), inputs, Ledger::default(), Watermark::ZERO, watermark);
        self.batch += 1;
        black_box(self.tree.save(Extent::Delta).expect("the state can be saved"));
        let result = result.expect("the batch runs");
        result.state.iter().map(|(_, state)| state.rows_total as usize).sum()
    }
}

fn state_cost(criterion: &mut Criterion) {
    let measured = std::env::args().any(|arg| arg == "--bench");
    let sizes = if measured { "10000,1000000,5000000" } else { "2000" };
    let sizes = std::env::var("STATE_ROWS").unwrap_or_else(|_| sizes.into());
    let mut group = criterion.benchmark_group("state-cost");
    group.throughput(Throughput::Elements(2 * BATCH_ROWS as u64));
    for size in sizes.split(',').map(|size| size.trim().parse::<i64>().expect("a number of rows")) {
        let mut rig = Rig::filled(size);
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter_custom(|batches| {
                let inputs: Vec<_> = (0..batches).map(|_| rig.inputs(BATCH_ROWS)).collect();
                let started = Instant::now();
                for inputs in inputs {
                    black_box(rig.run(inputs));
                }
                started.elapsed()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, state_cost);
criterion_main!(benches);

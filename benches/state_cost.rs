//! What a micro-batch costs when the state is small, large and very large: the same batch has to cost the same.
//!
//! Two streams of JSON are joined on a key and a range of times. The state is filled with rows that wait; then each
//! measured batch brings as many rows as the watermark takes out, so that the state keeps its size. A batch is all
//! that a trigger does: plan, decode, join, save what has changed, commit; sink and store are in memory. Sizes in rows
//! come from `STATE_ROWS` (comma-separated), by default 10 thousand, 1 million and 5 million; batches that fill the
//! state have `FILL_ROWS` rows per side. Under `cargo test` it runs once with a small state.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use arrow::datatypes::SchemaRef;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use wavetank::engine::checkpoint::Checkpoint;
use wavetank::engine::ports::ShardRecord;
use wavetank::engine::query::{QueryOptions, QueryParts, StreamingQuery};
use wavetank::engine::source::{Records, Source};
use wavetank::engine::sql::{self, Tables};
use wavetank::engine::types::parse_ddl_schema;

use common::memory::{Feed, Memory, Nowhere};

mod common;

/// Rows of each side that a measured batch brings.
const BATCH_ROWS: i64 = 1000;

/// Distance of two rows' event times.
const STEP_MILLIS: i64 = 1;

/// Orders of three items, of which the join keeps the sum.
const QUERY: &str = "
    CREATE TEMPORARY VIEW l AS SELECT k, t, v, items[0].price + items[1].price + items[2].price AS total
    FROM STREAM(lefts);
    CREATE TEMPORARY VIEW r AS SELECT k, t, v, items[0].price + items[1].price + items[2].price AS total
    FROM STREAM(rights);
    CREATE STREAMING TABLE pairs AS
    SELECT l.k, l.v AS left_value, r.v AS right_value, l.total + r.total AS total
    FROM STREAM(l) WATERMARK t DELAY OF INTERVAL {delay} MILLISECONDS AS l
    JOIN STREAM(r) WATERMARK t DELAY OF INTERVAL {delay} MILLISECONDS AS r
      ON l.k = r.k AND r.t = l.t";

const SCHEMA: &str = "k STRING, t TIMESTAMP, v BIGINT, \
    items ARRAY<STRUCT<sku: STRING, name: STRING, category: STRING, price: DOUBLE, quantity: INT>>";

const ITEMS: &str = r#"[{"sku":"product-17","name":"a small red teapot","category":"kitchen","price":12.5,"quantity":1},
    {"sku":"product-904","name":"garden hose, 25 m","category":"garden","price":39.99,"quantity":2},
    {"sku":"product-333","name":"a box of pencils","category":"office","price":4.2,"quantity":3}]"#;

struct Streams(SchemaRef);

impl Tables for Streams {
    fn schema(&self, _: &str) -> Option<SchemaRef> {
        Some(self.0.clone())
    }

    fn names(&self) -> Vec<String> {
        vec!["lefts".into(), "rights".into()]
    }
}

/// A join whose state holds a number of rows, and the time of the next row.
struct Rig {
    query: StreamingQuery,
    feeds: [Feed; 2],
    next: i64,
}

impl Rig {
    /// The watermark stays behind by as much as the state shall hold of each side.
    fn filled(state_rows: i64) -> Rig {
        let kept = state_rows / 2;
        let query = QUERY.replace("{delay}", &(kept * STEP_MILLIS).to_string());
        let schema = parse_ddl_schema(SCHEMA).expect("the schema is valid");
        let pipeline = sql::plan(&query, &Streams(Arc::new(schema))).expect("the query is valid");
        let feeds = [Feed::default(), Feed::default()];
        let parts = QueryParts {
            sources: feeds.iter().map(|feed| Box::new(feed.clone()) as Box<dyn Source>).collect(),
            sink: Box::new(Nowhere),
            checkpoint: Checkpoint::new(Box::new(Memory::default()), ""),
            options: QueryOptions::default(),
        };
        let query = StreamingQuery::start(&pipeline, parts, 0).expect("the query can start");
        let mut rig = Rig { query, feeds, next: 0 };
        let filling =
            std::env::var("FILL_ROWS").map_or(100_000, |rows| rows.parse().expect("a number of rows"));
        while rig.next < kept {
            let records = rig.records(filling.min(kept - rig.next));
            rig.run(records);
        }
        rig
    }

    /// Records of the next batch, so many per side. Keys of the two sides differ: rows wait, and leave unmatched.
    fn records(&mut self, rows: i64) -> [Records; 2] {
        let times = self.next..self.next + rows;
        self.next += rows;
        ["left", "right"].map(|side| {
            let record = |n: i64| {
                let (seconds, millis) = (n * STEP_MILLIS / 1000, n * STEP_MILLIS % 1000);
                let (minutes, seconds) = (seconds / 60, seconds % 60);
                let (hours, minutes) = (minutes / 60, minutes % 60);
                let (day, hours) = (1 + hours / 24, hours % 24);
                let time = format!("2026-01-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z");
                let data =
                    format!("{{\"k\":\"{side}-{n:012}\",\"t\":\"{time}\",\"v\":{n},\"items\":{ITEMS}}}");
                ShardRecord {
                    sequence_number: n.to_string().into(),
                    partition_key: Default::default(),
                    arrival_millis: 0,
                    data: data.into(),
                }
            };
            times.clone().map(record).collect()
        })
    }

    /// One trigger over these records.
    fn run(&mut self, records: [Records; 2]) -> u64 {
        for (feed, records) in self.feeds.iter().zip(records) {
            let mut feed = feed.0.borrow_mut();
            *feed = (feed.0 + 1, records);
        }
        let report = self.query.run_batch(0).expect("the batch runs").expect("there are records");
        report.progress.state.iter().map(|(_, state)| state.rows_total).sum()
    }
}

fn state_cost(criterion: &mut Criterion) {
    let measured = common::is_measured();
    let sizes = if measured { "10000,1000000,5000000" } else { "2000" };
    let sizes = std::env::var("STATE_ROWS").unwrap_or_else(|_| sizes.into());
    let mut group = criterion.benchmark_group("state-cost");
    group.throughput(Throughput::Elements(2 * BATCH_ROWS as u64));
    for size in sizes.split(',').map(|size| size.trim().parse::<i64>().expect("a number of rows")) {
        let mut rig = Rig::filled(size);
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter_custom(|batches| {
                let records: Vec<_> = (0..batches).map(|_| rig.records(BATCH_ROWS)).collect();
                let started = Instant::now();
                for records in records {
                    black_box(rig.run(records));
                }
                started.elapsed()
            });
        });
        // The state has kept its size, give or take the batch whose watermark comes with the next one.
        let records = rig.records(BATCH_ROWS);
        let kept = rig.run(records) as i64;
        assert!((size..size + 5 * BATCH_ROWS).contains(&kept), "{kept} rows are kept instead of {size}");
    }
    group.finish();
}

criterion_group!(benches, state_cost);
criterion_main!(benches);

//! How many cases of a law one core tries in a second: a join of eight events over five triggers in a tank, as
//! `wavetank::proptest` runs it; and the tool's own laws, all of them, on what they draw.
//!
//! Under `cargo test` it runs once.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wavetank::engine::query::QueryOptions;
use wavetank::engine::sql::{self, Tables};
use wavetank::engine::types::parse_ddl_schema;
use wavetank::scenarios::property::coverage::Coverage;
use wavetank::scenarios::property::laws::{Bench, Subject};
use wavetank::scenarios::property::search::case_rng;
use wavetank::scenarios::property::tank::{Tank, TankOptions};

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PIPELINE: &str = "
    CREATE STREAMING TABLE paid AS
    SELECT o.id, o.ordered, p.paid
    FROM STREAM(orders) WATERMARK ordered DELAY OF INTERVAL 10 MINUTES AS o
    JOIN STREAM(payments) WATERMARK paid DELAY OF INTERVAL 10 MINUTES AS p
      ON o.id = p.id AND p.paid BETWEEN o.ordered AND o.ordered + INTERVAL 1 MINUTE";

/// Before each trigger: table, id, time.
const LINES: [&[(&str, u8, &str)]; 5] = [
    &[("orders", 1, "10:00:00"), ("payments", 1, "10:00:20")],
    &[("orders", 2, "10:05:00")],
    &[("payments", 2, "10:05:30")],
    &[("orders", 3, "10:30:00"), ("payments", 3, "10:30:05")],
    &[("payments", 4, "10:10:00"), ("orders", 4, "10:09:00")],
];

struct Shop;

impl Tables for Shop {
    fn schema(&self, table: &str) -> Option<arrow::datatypes::SchemaRef> {
        let time = if table == "orders" { "ordered" } else { "paid" };
        parse_ddl_schema(&format!("id INT, {time} TIMESTAMP")).ok().map(Arc::new)
    }

    fn names(&self) -> Vec<String> {
        vec!["orders".to_owned(), "payments".to_owned()]
    }
}

fn eight_events(criterion: &mut Criterion) {
    let pipeline = Arc::new(sql::plan(PIPELINE, &Shop).expect("the pipeline is right"));
    let options = TankOptions { query: QueryOptions::default(), snapshot_each_batch: false };
    let mut group = criterion.benchmark_group("cases");
    group.throughput(Throughput::Elements(1));
    group.bench_function("join of eight events", |bencher| {
        bencher.iter(|| {
            let mut tank = Tank::new(Arc::clone(&pipeline), options.clone());
            for line in LINES {
                for (table, id, time) in line {
                    let column = if *table == "orders" { "ordered" } else { "paid" };
                    let text = format!(r#"{{"id":{id},"{column}":"2026-01-05 {time}"}}"#);
                    assert!(tank.put(table, [text.into()]));
                }
                tank.settle().expect("nothing goes wrong");
            }
            let rows: u64 = tank.batches().iter().map(|ran| ran.report.progress.output_rows).sum();
            assert_eq!(rows, 3);
            black_box(tank.into_batches())
        });
    });
    let (mut number, mut bench, mut coverage) = (0, Bench::default(), Coverage::default());
    group.bench_function("every law, as drawn", |bencher| {
        bencher.iter(|| {
            number += 1;
            let Some((subject, lines)) = Subject::draw(&case_rng(5, number)) else { return };
            assert_eq!(subject.judge(&lines, None, &mut bench, &mut coverage), None, "case {number}");
        });
    });
    group.finish();
}

criterion_group!(benches, eight_events);
criterion_main!(benches);

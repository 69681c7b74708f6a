//! The join alone, Arrow in and Arrow out, beside DuckDB's batch hash join of the same rows on one thread.
//!
//! The engine's join does more: it takes the rows in ten micro-batches, drops what is late, keeps what may still match
//! and evicts what the watermark has passed. DuckDB has both tables in memory and joins them once. Prints the ratio;
//! under `cargo test` it runs once, small.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use common::nested;
use duckdb::Connection;
use wavetank::engine::batch::{BatchId, RECORD_ID, SourceRows};
use wavetank::engine::ledger::Ledger;
use wavetank::engine::sql::Tables;
use wavetank::engine::watermark::Watermark;

mod common;

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCHES: usize = 10;

/// Watermark delays of the two sides, in milliseconds.
const DELAYS: [i64; 2] = [600_000, 30_000];

const JOIN: &str = "
    CREATE STREAMING TABLE joined AS
    SELECT p.purchase_time, p.transaction_id, p.user_id, p.sku, p.name, p.category, p.price, p.quantity_purchased,
           r.next_best_product_sku, r.likelihood_score, r.rec_time
    FROM STREAM(purchases) WATERMARK purchase_time DELAY OF INTERVAL 10 MINUTES AS p
    JOIN STREAM(recommendations) WATERMARK rec_time DELAY OF INTERVAL 30 SECONDS AS r
      ON p.transaction_id = r.purchase_id
     AND r.rec_time BETWEEN p.purchase_time AND p.purchase_time + INTERVAL 30 SECONDS";

const BATCH_JOIN: &str = "
    CREATE OR REPLACE TABLE joined AS
    SELECT p.*, r.next_best_product_sku, r.likelihood_score, r.rec_time
    FROM purchases p JOIN recommendations r ON p.transaction_id = r.purchase_id
     AND r.rec_time BETWEEN p.purchase_time AND p.purchase_time + INTERVAL 30 SECONDS";

const NAMES: [&str; 2] = ["purchases", "recommendations"];

/// The flat tables as streams.
struct Flat(Vec<SchemaRef>);

impl Tables for Flat {
    fn schema(&self, table: &str) -> Option<SchemaRef> {
        NAMES.iter().position(|name| *name == table).map(|at| Arc::clone(&self.0[at]))
    }

    fn names(&self) -> Vec<String> {
        NAMES.iter().map(|name| (*name).to_owned()).collect()
    }
}

fn main() {
    let (events, rounds) = if common::is_measured() { (1_000_000, 5) } else { (2000, 1) };
    let records = nested::draw(events);
    let rows: Vec<Vec<RecordBatch>> = (0..2)
        .map(|at| {
            let mut rows = Vec::new();
            nested::flatten(at, &records[at], |batch| rows.push(batch));
            rows
        })
        .collect();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let connection = loaded(&rows);
    for _ in 0..rounds {
        let (time, matched) = stream(&rows);
        ours.push(time);
        let begun = Instant::now();
        connection.execute_batch(BATCH_JOIN).expect("DuckDB joins");
        theirs.push(begun.elapsed());
        let all: u64 =
            connection.query_row("SELECT count(*) FROM joined", [], |row| row.get(0)).expect("a count");
        // What is late does not join; nothing joins that DuckDB does not know of.
        assert!(matched <= all && matched * 100 >= all * 95, "{matched} of {all} pairs");
    }
    let (ours, theirs) = (common::median(ours), common::median(theirs));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("join operator {ours:.1?}, DuckDB's batch hash join {theirs:.1?}, ratio {ratio:.2}");
}

/// Both tables in DuckDB, without the ids of records.
fn loaded(rows: &[Vec<RecordBatch>]) -> Connection {
    let connection = Connection::open_in_memory().expect("DuckDB");
    connection
        .execute_batch("SET threads = 1; SET TimeZone = 'UTC'")
        .or_else(|_| {
            // Without ICU there is no zone to set, and it is UTC.
            connection.execute_batch("SET threads = 1")
        })
        .expect("settings");
    for (name, rows) in NAMES.iter().zip(rows) {
        let columns = |batch: &RecordBatch| -> Vec<usize> { (0..batch.num_columns() - 1).collect() };
        let fields = rows[0].schema();
        let fields = fields.fields().iter().take(fields.fields().len() - 1);
        let typed = |field: &Arc<arrow::datatypes::Field>| {
            let sql = match field.data_type() {
                arrow::datatypes::DataType::Timestamp(..) => "TIMESTAMP",
                arrow::datatypes::DataType::Int64 => "BIGINT",
                arrow::datatypes::DataType::Float64 => "DOUBLE",
                _ => "VARCHAR",
            };
            format!("{} {sql}", field.name())
        };
        let typed: Vec<String> = fields.map(typed).collect();
        connection.execute_batch(&format!("CREATE TABLE {name} ({})", typed.join(", "))).expect("a table");
        let mut appender = connection.appender(name).expect("an appender");
        for batch in rows {
            let batch = without_zone(&batch.project(&columns(batch)).expect("columns"));
            appender.append_record_batch(batch).expect("rows");
        }
    }
    connection
}

/// Instants as DuckDB has them where no zone is known.
fn without_zone(rows: &RecordBatch) -> RecordBatch {
    use arrow::datatypes::{DataType, Field, TimeUnit};
    let plain = DataType::Timestamp(TimeUnit::Microsecond, None);
    let column = |column: &arrow::array::ArrayRef| match column.data_type() {
        DataType::Timestamp(..) => arrow::compute::cast(column, &plain).expect("an instant stays one"),
        _ => Arc::clone(column),
    };
    let columns: Vec<_> = rows.columns().iter().map(column).collect();
    let schema = rows.schema();
    let names = schema.fields().iter().zip(&columns);
    let fields: Vec<Field> = names.map(|(f, c)| Field::new(f.name(), c.data_type().clone(), true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("the same rows")
}

/// The rows in ten micro-batches; how long the join took, and how many pairs it found.
fn stream(rows: &[Vec<RecordBatch>]) -> (Duration, u64) {
    let plain = |batch: &RecordBatch| {
        let fields =
            batch.schema().fields().iter().filter(|f| f.name() != RECORD_ID).cloned().collect::<Vec<_>>();
        Arc::new(Schema::new(fields))
    };
    let tables = Flat(rows.iter().map(|batches| plain(&batches[0])).collect());
    let mut tree = nested::tree(JOIN, &tables);
    let (mut late, mut eviction) = (Watermark::ZERO, Watermark::ZERO);
    let (mut taken, mut matched) = (Duration::ZERO, 0);
    let mut reached: [Option<i64>; 2] = [None; 2];
    for batch in 0..BATCHES {
        let part = |side: &Vec<RecordBatch>| {
            let at = |batch: usize| side.len() * batch / BATCHES;
            side[at(batch)..at(batch + 1)].to_vec()
        };
        let inputs: Vec<_> = rows.iter().map(part).collect();
        let inputs: Vec<&dyn SourceRows> = inputs.iter().map(|rows| rows as &dyn SourceRows).collect();
        let begun = Instant::now();
        let result = tree.run(BatchId(batch as u32), &inputs, Ledger::new(false), late, eviction);
        let result = result.expect("the batch runs");
        taken += begun.elapsed();
        matched += result.rows.iter().map(|rows| rows.num_rows() as u64).sum::<u64>();
        for (side, seen) in result.observations.iter().enumerate() {
            reached[side] = reached[side].max(seen.max_millis.map(|millis| millis - DELAYS[side]));
        }
        late = eviction;
        if let [Some(left), Some(right)] = reached {
            eviction = Watermark { millis: left.min(right).max(eviction.millis) };
        }
    }
    (taken, matched)
}

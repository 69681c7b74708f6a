//! The system tables: what a run knows about its rows, as columns that SQL can query.
//!
//! | table | one row per | columns |
//! |---|---|---|
//! | `wavetank.input` | record read | stream, shard, sequence_number, partition_key, arrival, batch, data |
//! | `wavetank.dropped` | row lost | stream, shard, sequence_number, event_time, arrival, watermark, operator, batch, reason |
//! | `wavetank.rejected` | record that did not decode | stream, shard, sequence_number, batch, field, detail |
//! | `wavetank.state` | row kept at the end | stream, shard, sequence_number, event_time, operator, matched |
//! | `wavetank.batches` | micro-batch | batch, trigger_time, watermark, next_watermark, input_records, output_rows, late_rows, state_rows |
//!
//! Times are timestamps in UTC. `data` is null where the bytes are no text.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, StringArray, TimestampMicrosecondArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::record_batch::RecordBatch;
use wavetank_engine::batch::RecordId;
use wavetank_engine::ledger::{KeptRow, LossReason};
use wavetank_engine::query::BatchReport;

/// A system table with the rows that have come together since it was last taken.
pub struct SystemRows {
    /// Name within the schema `wavetank`.
    pub table: &'static str,
    /// The rows.
    pub rows: RecordBatch,
}

/// Remembers where each record came from, so that every fact about a row can name it.
#[derive(Default)]
pub struct Recorder {
    /// Stream name per source of the pipeline.
    streams: Vec<String>,
    origins: BTreeMap<(u32, u8), Vec<Origin>>,
    /// Rows lost by source and reason.
    lost: BTreeMap<(u8, LossReason), u64>,
    rejected: u64,
}

#[derive(Clone)]
struct Origin {
    shard: Arc<str>,
    sequence_number: String,
    arrival_micros: i64,
}

impl Recorder {
    /// A recorder for sources that read the given streams.
    pub fn new(streams: Vec<String>) -> Self {
        Self { streams, ..Default::default() }
    }

    /// Rows lost so far: stream, reason, count.
    pub fn lost(&self) -> impl Iterator<Item = (&str, LossReason, u64)> {
        self.lost.iter().map(|((source, reason), rows)| (self.stream(*source), *reason, *rows))
    }

    /// Records rejected so far.
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// Takes in one batch and gives the rows for the system tables.
    pub fn batch(&mut self, report: &BatchReport) -> Vec<SystemRows> {
        let mut tables = vec![SystemRows { table: "batches", rows: batches(report) }];
        for (source, read) in report.inputs.iter().enumerate().filter(|(_, read)| !read.records.is_empty()) {
            let shards: Vec<Arc<str>> = read.shards.iter().map(|s| s.as_str().into()).collect();
            let origins = read.records.iter().map(|record| Origin {
                shard: shards[record.shard as usize].clone(),
                sequence_number: record.sequence_number.clone(),
                arrival_micros: record.arrival_millis * 1000,
            });
            self.origins.insert((report.progress.batch.0, source as u8), origins.collect());
            tables.push(SystemRows { table: "input", rows: self.input(report, source) });
        }
        for loss in &report.ledger.losses {
            *self.lost.entry((loss.record.source, loss.reason)).or_default() += 1;
        }
        self.rejected += report.ledger.rejected.len() as u64;
        if !report.ledger.losses.is_empty() {
            tables.push(SystemRows { table: "dropped", rows: self.dropped(report) });
        }
        if !report.ledger.rejected.is_empty() {
            tables.push(SystemRows { table: "rejected", rows: self.rejected_rows(report) });
        }
        tables
    }

    /// The rows that operators keep.
    pub fn state(&self, kept: &[KeptRow]) -> SystemRows {
        let origins: Vec<&Origin> = kept.iter().map(|row| self.origin(row.record)).collect();
        let rows = record_batch(
            "state",
            vec![
                text(kept.iter().map(|row| self.stream(row.record.source))),
                text(origins.iter().map(|o| &*o.shard)),
                text(origins.iter().map(|o| &o.sequence_number)),
                times(kept.iter().map(|row| row.event_time)),
                text(kept.iter().map(|row| row.operator)),
                Arc::new(kept.iter().map(|row| Some(row.matched)).collect::<BooleanArray>()),
            ],
        );
        SystemRows { table: "state", rows }
    }

    fn stream(&self, source: u8) -> &str {
        &self.streams[usize::from(source)]
    }

    fn origin(&self, record: RecordId) -> &Origin {
        &self.origins[&(record.batch.0, record.source)][record.index as usize]
    }

    fn input(&self, report: &BatchReport, source: usize) -> RecordBatch {
        let (batch, read) = (i64::from(report.progress.batch.0), &report.inputs[source]);
        let records = &read.records;
        record_batch(
            "input",
            vec![
                text(records.iter().map(|_| self.stream(source as u8))),
                text(records.iter().map(|r| &read.shards[r.shard as usize])),
                text(records.iter().map(|r| &r.sequence_number)),
                text(records.iter().map(|r| &r.partition_key)),
                times(records.iter().map(|r| Some(r.arrival_millis * 1000))),
                Arc::new(Int64Array::from_value(batch, records.len())),
                Arc::new(records.iter().map(|r| std::str::from_utf8(&r.data).ok()).collect::<StringArray>()),
            ],
        )
    }

    fn dropped(&self, report: &BatchReport) -> RecordBatch {
        let losses = &report.ledger.losses;
        let origins: Vec<&Origin> = losses.iter().map(|loss| self.origin(loss.record)).collect();
        record_batch(
            "dropped",
            vec![
                text(losses.iter().map(|loss| self.stream(loss.record.source))),
                text(origins.iter().map(|o| &*o.shard)),
                text(origins.iter().map(|o| &o.sequence_number)),
                times(losses.iter().map(|loss| loss.event_time)),
                times(origins.iter().map(|o| Some(o.arrival_micros))),
                times(losses.iter().map(|loss| loss.watermark.map(|w| w.micros()))),
                text(losses.iter().map(|loss| loss.operator)),
                Arc::new(losses.iter().map(|loss| i64::from(loss.batch.0)).collect::<Int64Array>()),
                text(losses.iter().map(|loss| loss.reason.name())),
            ],
        )
    }

    fn rejected_rows(&self, report: &BatchReport) -> RecordBatch {
        let rejected = &report.ledger.rejected;
        let origins: Vec<&Origin> = rejected.iter().map(|r| self.origin(r.record)).collect();
        record_batch(
            "rejected",
            vec![
                text(rejected.iter().map(|r| self.stream(r.record.source))),
                text(origins.iter().map(|o| &*o.shard)),
                text(origins.iter().map(|o| &o.sequence_number)),
                Arc::new(rejected.iter().map(|r| i64::from(r.record.batch.0)).collect::<Int64Array>()),
                Arc::new(rejected.iter().map(|r| r.field.as_deref()).collect::<StringArray>()),
                text(rejected.iter().map(|r| &r.detail)),
            ],
        )
    }
}

fn batches(report: &BatchReport) -> RecordBatch {
    let progress = &report.progress;
    let late: u64 = progress.state.iter().map(|(_, state)| state.rows_dropped_by_watermark).sum();
    let kept: u64 = progress.state.iter().map(|(_, state)| state.rows_total).sum();
    let count = |n: u64| -> ArrayRef { Arc::new(UInt64Array::from(vec![n])) };
    record_batch(
        "batches",
        vec![
            Arc::new(Int64Array::from(vec![i64::from(progress.batch.0)])),
            times([Some(progress.timestamp_millis * 1000)].into_iter()),
            times([Some(progress.watermark.micros())].into_iter()),
            times([Some(progress.next_watermark.micros())].into_iter()),
            count(progress.input_records.iter().sum()),
            count(progress.output_rows),
            count(late),
            count(kept),
        ],
    )
}

/// Every system table with its columns.
pub fn schemas() -> Vec<(&'static str, SchemaRef)> {
    ["input", "dropped", "rejected", "state", "batches"]
        .into_iter()
        .map(|table| (table, schema(table)))
        .collect()
}

fn schema(table: &str) -> SchemaRef {
    let time = || DataType::Timestamp(TimeUnit::Microsecond, None);
    let origin = [("stream", DataType::Utf8), ("shard", DataType::Utf8), ("sequence_number", DataType::Utf8)];
    let rest = match table {
        "input" => vec![
            ("partition_key", DataType::Utf8),
            ("arrival", time()),
            ("batch", DataType::Int64),
            ("data", DataType::Utf8),
        ],
        "dropped" => vec![
            ("event_time", time()),
            ("arrival", time()),
            ("watermark", time()),
            ("operator", DataType::Utf8),
            ("batch", DataType::Int64),
            ("reason", DataType::Utf8),
        ],
        "rejected" => vec![("batch", DataType::Int64), ("field", DataType::Utf8), ("detail", DataType::Utf8)],
        "state" => vec![("event_time", time()), ("operator", DataType::Utf8), ("matched", DataType::Boolean)],
        "batches" => {
            let counts = ["input_records", "output_rows", "late_rows", "state_rows"];
            let times = ["trigger_time", "watermark", "next_watermark"];
            let mut columns = vec![("batch", DataType::Int64)];
            columns.extend(times.map(|name| (name, time())));
            columns.extend(counts.map(|name| (name, DataType::UInt64)));
            return fields(columns);
        }
        other => unreachable!("no system table is called {other}"),
    };
    fields(origin.into_iter().chain(rest).collect())
}

fn fields(columns: Vec<(&str, DataType)>) -> SchemaRef {
    Arc::new(Schema::new(
        columns.into_iter().map(|(name, kind)| Field::new(name, kind, true)).collect::<Vec<_>>(),
    ))
}

fn record_batch(table: &str, columns: Vec<ArrayRef>) -> RecordBatch {
    RecordBatch::try_new(schema(table), columns).expect("a system table's columns follow its schema")
}

fn text<T: AsRef<str>>(values: impl Iterator<Item = T>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn times(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<TimestampMicrosecondArray>())
}

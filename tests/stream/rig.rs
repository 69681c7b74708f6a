//! A streaming query over ports in memory: records are strings in a shared list, the sink keeps the rows, the
//! checkpoint is in a bucket of an emulator that has no files.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use duckdb::arrow::datatypes::SchemaRef;
use duckdb::arrow::record_batch::RecordBatch;
use wavetank::emulator::s3::{CreateBucket, CreateBucketRequest};
use wavetank::emulator::{Emulator, Identity, Storage};
use wavetank::engine::batch::BatchId;
use wavetank::engine::checkpoint::Checkpoint;
use wavetank::engine::error::Result;
use wavetank::engine::plan::Pipeline;
use wavetank::engine::ports::ShardRecord;
use wavetank::engine::query::{BatchReport, QueryOptions, QueryParts, StreamingQuery};
use wavetank::engine::sink::{Sink, SinkReport};
use wavetank::engine::source::{OffsetRange, Offsets, ShardOffset, Source, SourceRead};
use wavetank::engine::sql::{self, SqlError, Tables};
use wavetank::engine::watermark::WatermarkPolicy;
use wavetank::scenarios::adapters::{BucketStore, Services};
use wavetank::scenarios::clock::VirtualClock;

/// Everything that was ever put into one table, in order of arrival.
pub type Feed = Rc<RefCell<Vec<String>>>;

/// The rows of every batch that the sink took and nobody has fetched yet.
pub type Written = Rc<RefCell<Vec<RecordBatch>>>;

const SHARD: &str = "shard-0";
const BUCKET: &str = "checkpoints";

/// The schemas that a pipeline is planned against.
#[derive(Debug, Clone, Default)]
pub struct Schemas(pub BTreeMap<String, SchemaRef>);

impl Tables for Schemas {
    fn schema(&self, table: &str) -> Option<SchemaRef> {
        self.0.get(table).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

/// What a rig may differ in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings {
    pub policy: WatermarkPolicy,
    /// Kinesis with `avoidEmptyBatches=false`: each trigger counts as new data.
    pub always_new: bool,
    /// The ledger says what became of every row.
    pub trace: bool,
    /// Threads; 0 is one.
    pub parallelism: usize,
}

/// A running query with everything around it.
pub struct Rig {
    pub query: StreamingQuery,
    feeds: BTreeMap<String, Feed>,
    written: Written,
    now_millis: i64,
}

/// One executed micro-batch.
pub struct Batch {
    pub report: BatchReport,
    pub rows: Vec<RecordBatch>,
}

/// Plans SQL text.
pub fn plan(sql: &str, schemas: &Schemas) -> Result<Pipeline, SqlError> {
    sql::plan(sql, schemas)
}

impl Rig {
    pub fn start(pipeline: &Pipeline, settings: Settings) -> Result<Rig> {
        let tables: Vec<String> = pipeline.sources.iter().map(|s| s.table.clone()).collect();
        let feeds: BTreeMap<String, Feed> = tables.iter().map(|t| (t.clone(), Feed::default())).collect();
        let source = |table: &String| -> Box<dyn Source> {
            Box::new(MemorySource { feed: Rc::clone(&feeds[table]), always_new: settings.always_new })
        };
        let written = Written::default();
        let parts = QueryParts {
            sources: tables.iter().map(source).collect(),
            sink: Box::new(MemorySink { written: Rc::clone(&written) }),
            checkpoint: Checkpoint::new(Box::new(store(&services())), ""),
            options: QueryOptions {
                policy: settings.policy,
                trace: settings.trace,
                parallelism: settings.parallelism.max(1),
                ..QueryOptions::default()
            },
        };
        let query = StreamingQuery::start(pipeline, parts, 0)?;
        Ok(Rig { query, feeds, written, now_millis: 0 })
    }

    /// Puts records into a table.
    pub fn add(&self, table: &str, records: impl IntoIterator<Item = String>) {
        let feed = self.feeds.get(table).unwrap_or_else(|| panic!("the pipeline does not read `{table}`"));
        feed.borrow_mut().extend(records);
    }

    /// One trigger. `None` when there was nothing to do.
    pub fn trigger(&mut self) -> Result<Option<Batch>> {
        self.now_millis += 1000;
        let report = self.query.run_batch(self.now_millis)?;
        Ok(report.map(|report| self.batch(report)))
    }

    /// The end of input: batches until nothing is left to do.
    pub fn end(&mut self) -> Result<Vec<Batch>> {
        let mut batches = Vec::new();
        while let Some(report) = self.query.drain(self.now_millis)? {
            self.query.commit_batch()?;
            batches.push(self.batch(report));
            assert!(batches.len() < 1000, "a query comes to an end");
        }
        Ok(batches)
    }

    fn batch(&self, report: BatchReport) -> Batch {
        Batch { report, rows: std::mem::take(&mut *self.written.borrow_mut()) }
    }

    /// Triggers until nothing is left to do.
    pub fn drain(&mut self) -> Result<Vec<Batch>> {
        let mut batches = Vec::new();
        while let Some(batch) = self.trigger()? {
            batches.push(batch);
            assert!(batches.len() < 1000, "a drained query comes to rest");
        }
        Ok(batches)
    }
}

/// An emulator without files, with one empty bucket.
pub fn services() -> Services {
    let emulator = Emulator::open(Storage::Memory, Identity::default()).expect("memory can be opened");
    let services = Services { emulator: Arc::new(emulator), clock: VirtualClock::at(0) };
    services.call::<CreateBucket>(CreateBucketRequest::new(BUCKET)).expect("the bucket is new");
    services
}

/// The bucket as an object store.
pub fn store(services: &Services) -> BucketStore {
    BucketStore { services: services.clone(), bucket: BUCKET.to_owned() }
}

/// One shard; a sequence number is the position in the feed.
pub struct MemorySource {
    pub feed: Feed,
    pub always_new: bool,
}

fn offsets(offset: ShardOffset) -> Offsets {
    Offsets(BTreeMap::from([(SHARD.to_owned(), offset)]))
}

/// Number of records up to and including an offset.
fn read_until(offsets: &Offsets) -> usize {
    match offsets.0.get(SHARD) {
        Some(ShardOffset::After(sequence_number)) => {
            1 + sequence_number.parse::<usize>().expect("the source wrote this offset")
        }
        _ => 0,
    }
}

impl Source for MemorySource {
    fn initial(&mut self, _: i64) -> Result<Offsets> {
        Ok(offsets(ShardOffset::TrimHorizon))
    }

    fn latest(&mut self, _: &Offsets, _: i64) -> Result<Offsets> {
        Ok(offsets(match self.feed.borrow().len() {
            0 => ShardOffset::TrimHorizon,
            length => ShardOffset::After((length - 1).to_string()),
        }))
    }

    fn read(&mut self, range: &OffsetRange) -> Result<SourceRead> {
        let feed = self.feed.borrow();
        let positions = read_until(&range.start)..read_until(&range.end);
        let record = |position: usize| ShardRecord {
            sequence_number: position.to_string().into(),
            partition_key: Default::default(),
            arrival_millis: 0,
            data: feed[position].clone().into(),
        };
        Ok(SourceRead {
            shards: vec![SHARD.to_owned()],
            records: positions.map(record).collect(),
            ..Default::default()
        })
    }

    fn always_new(&self) -> bool {
        self.always_new
    }
}

/// Keeps what it is given.
pub struct MemorySink {
    pub written: Written,
}

impl Sink for MemorySink {
    fn prepare(&mut self) -> Result<()> {
        Ok(())
    }

    fn recover(&mut self, _: BatchId) -> Result<()> {
        Ok(())
    }

    fn write(&mut self, _: BatchId, rows: &[RecordBatch]) -> Result<SinkReport> {
        self.written.borrow_mut().extend(rows.iter().cloned());
        let rows = rows.iter().map(|batch| batch.num_rows() as u64).sum();
        Ok(SinkReport { rows, objects: 0, bytes: 0 })
    }
}

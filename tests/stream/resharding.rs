//! A stream that is resharded while a query reads it: whatever is split, merged, restarted and torn down in between,
//! each record is read once, and the records of a key stay in their order.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use duckdb::arrow::record_batch::RecordBatch;
use proptest::prelude::*;
use serde_json::json;
use wavetank::emulator::kinesis::{
    CreateStream, CreateStreamRequest, ListShards, ListShardsRequest, MergeShards, MergeShardsRequest,
    PutRecords, PutRecordsRequest, PutRecordsRequestEntry, Shard, ShardFilter, SplitShard, SplitShardRequest,
};
use wavetank::engine::batch::BatchId;
use wavetank::engine::checkpoint::Checkpoint;
use wavetank::engine::error::Result;
use wavetank::engine::query::{QueryOptions, QueryParts, StreamingQuery};
use wavetank::engine::sink::{Sink, SinkReport};
use wavetank::engine::source::{InitialPosition, KinesisOptions, KinesisSource};
use wavetank::scenarios::adapters::{KinesisStreams, Services};

use crate::rig::{services, store};
use crate::rows::lines;
use crate::script::pipeline;

const STREAM: &str = "events";
const KEYS: u32 = 12;
const HOUR_MILLIS: i64 = 3_600_000;

/// What the sink holds of each batch; a batch that runs again replaces what it wrote.
type Table = Rc<RefCell<BTreeMap<BatchId, Vec<String>>>>;

struct TableSink(Table);

impl Sink for TableSink {
    fn prepare(&mut self) -> Result<()> {
        Ok(())
    }

    fn recover(&mut self, _: BatchId) -> Result<()> {
        Ok(())
    }

    fn write(&mut self, batch: BatchId, rows: &[RecordBatch]) -> Result<SinkReport> {
        let rows = lines(rows);
        let report = SinkReport { rows: rows.len() as u64, objects: 0, bytes: 0 };
        self.0.borrow_mut().insert(batch, rows);
        Ok(report)
    }
}

/// A stream, a query that reads it, and everything that was put.
struct World {
    services: Services,
    query: StreamingQuery,
    table: Table,
    position: InitialPosition,
    put: u32,
}

impl World {
    fn start(position: InitialPosition, shards: i32) -> World {
        let services = services();
        services.clock.advance_to(1_700_000_000_000);
        services.call::<CreateStream>(CreateStreamRequest::new(STREAM, shards)).unwrap();
        let table = Table::default();
        let query = query(&services, &table, position);
        World { services, query, table, position, put: 0 }
    }

    /// The process ends, and another one goes on.
    fn restart(&mut self) {
        self.query = query(&self.services, &self.table, self.position);
    }

    fn wait(&self, millis: i64) {
        self.services.clock.advance_to(self.services.clock.now_millis() + millis);
    }

    /// Puts numbered records, their keys in turn.
    fn put(&mut self, records: u32) {
        let entry = |n: u32| {
            let key = format!("key-{}", n % KEYS);
            PutRecordsRequestEntry::new(key.clone(), json!({ "k": key, "n": n }).to_string())
        };
        let entries: Vec<_> = (self.put..self.put + records).map(entry).collect();
        if !entries.is_empty() {
            self.services.call::<PutRecords>(PutRecordsRequest::new(STREAM, entries)).unwrap();
        }
        self.put += records;
    }

    /// Shards that take records, by hash key.
    fn open(&self) -> Vec<Shard> {
        let filter = ShardFilter { r#type: Some("AT_LATEST".to_owned()), ..ShardFilter::default() };
        let request = ListShardsRequest { shard_filter: Some(filter), ..ListShardsRequest::new(STREAM) };
        let mut open = self.services.call::<ListShards>(request).unwrap().shards;
        open.sort_by_key(|shard| shard.hash_key_range.start);
        open
    }

    fn split(&self, which: usize) {
        let open = self.open();
        let shard = &open[which % open.len()];
        let (start, end) = (shard.hash_key_range.start.0, shard.hash_key_range.end.0);
        let middle = start + (end - start) / 2;
        let request = SplitShardRequest::new(STREAM, shard.shard_id, middle.to_string());
        self.services.call::<SplitShard>(request).unwrap();
    }

    fn merge(&self, which: usize) {
        let open = self.open();
        if open.len() > 1 {
            let low = which % (open.len() - 1);
            let request = MergeShardsRequest::new(STREAM, open[low].shard_id, open[low + 1].shard_id);
            self.services.call::<MergeShards>(request).unwrap();
        }
    }

    /// One trigger; a process that is torn down in the middle has not committed it.
    fn trigger(&mut self, torn: bool) {
        let now = self.services.clock.now_millis();
        self.query.execute_batch(now).unwrap();
        match torn {
            true => self.restart(),
            false => self.query.commit_batch().unwrap(),
        }
    }

    /// The numbers that were read of each key, in the order in which the sink got them.
    fn read(&self) -> BTreeMap<String, Vec<u32>> {
        let mut read: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for row in self.table.borrow().values().flatten() {
            let (key, n) = row.split_once(' ').unwrap();
            read.entry(key.to_owned()).or_default().push(n.parse().unwrap());
        }
        read
    }

    fn expected(&self) -> BTreeMap<String, Vec<u32>> {
        let mut expected: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        (0..self.put).for_each(|n| expected.entry(format!("key-{}", n % KEYS)).or_default().push(n));
        expected
    }
}

fn query(services: &Services, table: &Table, starting_position: InitialPosition) -> StreamingQuery {
    let pipeline = pipeline(
        "CREATE STREAMING TABLE o AS SELECT k, n FROM STREAM(events)",
        &[(STREAM, "k STRING, n INT")],
    );
    let options = KinesisOptions {
        starting_position,
        records_per_read_max: 3,
        avoid_empty_batches: true,
        ..KinesisOptions::default()
    };
    let source = KinesisSource::new(STREAM, options, Box::new(KinesisStreams(services.clone())));
    let parts = QueryParts {
        sources: vec![Box::new(source)],
        sink: Box::new(TableSink(Rc::clone(table))),
        checkpoint: Checkpoint::new(Box::new(store(services)), ""),
        options: QueryOptions::default(),
    };
    StreamingQuery::start(&pipeline, parts, services.clock.now_millis()).unwrap()
}

#[test]
fn a_split_and_a_merge_in_the_middle_of_a_run_lose_nothing_and_double_nothing() {
    for position in [InitialPosition::TrimHorizon, InitialPosition::Latest] {
        let mut world = World::start(position, 2);
        world.put(30);
        world.trigger(false);
        world.put(30);
        world.split(0);
        world.put(30);
        // The batch that has both parent and children runs twice.
        world.trigger(true);
        world.trigger(false);
        world.put(30);
        world.merge(1);
        world.restart();
        world.put(30);
        world.trigger(false);
        assert_eq!(world.read(), world.expected(), "{position:?}");
        world.wait(1000);
        let batches = world.table.borrow().len();
        world.trigger(false);
        assert_eq!(world.table.borrow().len(), batches, "nothing is left to do");
    }
}

#[test]
fn closed_shards_whose_records_are_gone_are_no_error() {
    let mut world = World::start(InitialPosition::TrimHorizon, 1);
    world.put(30);
    world.trigger(false);
    world.split(0);
    world.wait(25 * HOUR_MILLIS);
    world.put(30);
    world.trigger(true);
    world.trigger(false);
    world.restart();
    world.put(30);
    world.trigger(false);
    assert_eq!(world.read(), world.expected());
    // Unread records that are gone are gone.
    world.put(30);
    world.merge(0);
    world.wait(25 * HOUR_MILLIS);
    world.trigger(false);
    world.put(30);
    world.trigger(false);
    let read: usize = world.read().values().map(Vec::len).sum();
    assert_eq!(read as u32, world.put - 30);
}

#[test]
fn an_iterator_outlives_no_long_pause_but_the_query_does() {
    let mut world = World::start(InitialPosition::TrimHorizon, 1);
    for _ in 0..3 {
        world.put(20);
        world.trigger(false);
        // Iterators live for five minutes.
        world.wait(6 * 60_000);
    }
    assert_eq!(world.read(), world.expected());
}

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
enum Step {
    Put(u32),
    Split(usize),
    Merge(usize),
    Trigger { torn: bool },
    Restart,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1u32..30).prop_map(Step::Put),
        2 => (0usize..8).prop_map(Step::Split),
        2 => (0usize..8).prop_map(Step::Merge),
        3 => prop::bool::weighted(0.2).prop_map(|torn| Step::Trigger { torn }),
        1 => Just(Step::Restart),
        // Within what the stream keeps, and longer than an iterator lives.
        1 => (0i64..20).prop_map(|minutes| Step::Wait(minutes * 60_000)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_resharded_each_record_is_read_once_and_keys_keep_their_order(
        steps in prop::collection::vec(step(), 1..30), shards in 1i32..4, latest in any::<bool>(),
    ) {
        let position = if latest { InitialPosition::Latest } else { InitialPosition::TrimHorizon };
        let mut world = World::start(position, shards);
        // Until its first batch, a query without a checkpoint starts where it is started.
        world.put(1);
        world.trigger(false);
        for step in steps {
            match step {
                Step::Put(records) => world.put(records),
                Step::Split(which) => world.split(which),
                Step::Merge(which) => world.merge(which),
                Step::Trigger { torn } => world.trigger(torn),
                Step::Restart => world.restart(),
                Step::Wait(millis) => world.wait(millis),
            }
        }
        // Shards are listed again a second later.
        world.wait(1000);
        world.trigger(false);
        // A batch that was torn down runs as it was planned; what came after it is in the next one.
        world.trigger(false);
        prop_assert_eq!(world.read(), world.expected());
    }
}

//! A query's surroundings in memory: streams that only grow, a sink that keeps rows, objects in a map.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use wavetank_engine::batch::BatchId;
use wavetank_engine::error::Result;
use wavetank_engine::ports::{ObjectStore, PortResult, ShardRecord, joined};
use wavetank_engine::sink::{Sink, SinkReport};
use wavetank_engine::source::{OffsetRange, Offsets, ShardOffset, Source, SourceRead};

const SHARD: &str = "shard-0";

/// Everything that was ever put into one stream, in order.
pub type Feed = Rc<RefCell<Vec<Bytes>>>;

/// The rows that the sink has taken and nobody has fetched yet.
pub type Written = Rc<RefCell<Vec<RecordBatch>>>;

/// One reader of a feed: one shard, its sequence numbers are positions.
pub struct FeedSource {
    /// What it reads.
    pub feed: Feed,
}

impl Source for FeedSource {
    fn initial(&mut self, _: i64) -> Result<Offsets> {
        Ok(offsets(ShardOffset::TrimHorizon))
    }

    fn latest(&mut self, _: &Offsets, _: i64) -> Result<Offsets> {
        Ok(offsets(match self.feed.borrow().len().checked_sub(1) {
            None => ShardOffset::TrimHorizon,
            Some(last) => ShardOffset::After(last.to_string()),
        }))
    }

    fn read(&mut self, range: &OffsetRange) -> Result<SourceRead> {
        let feed = self.feed.borrow();
        let record = |position: usize| ShardRecord {
            sequence_number: position.to_string().into(),
            partition_key: Default::default(),
            arrival_millis: 0,
            data: feed[position].clone(),
        };
        let positions = read_until(&range.start)..read_until(&range.end);
        Ok(SourceRead {
            shards: vec![SHARD.to_owned()],
            records: positions.map(record).collect(),
            ..Default::default()
        })
    }
}

/// Keeps what it is given.
pub struct KeepingSink {
    /// Where to.
    pub written: Written,
}

impl Sink for KeepingSink {
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

/// Objects under keys, shared by all its clones.
#[derive(Debug, Clone, Default)]
pub struct Objects(Rc<RefCell<BTreeMap<String, Bytes>>>);

impl Objects {
    /// Removes an object; whether there was one.
    pub fn remove(&self, key: &str) -> bool {
        self.0.borrow_mut().remove(key).is_some()
    }

    /// Every key that starts with the prefix, in byte order.
    pub fn keys(&self, prefix: &str) -> Vec<String> {
        self.0.borrow().keys().filter(|key| key.starts_with(prefix)).cloned().collect()
    }
}

impl ObjectStore for Objects {
    fn put_pieces(&mut self, key: &str, pieces: Vec<Bytes>) -> PortResult<()> {
        self.0.borrow_mut().insert(key.to_owned(), joined(pieces));
        Ok(())
    }

    fn get(&mut self, key: &str) -> PortResult<Option<Bytes>> {
        Ok(self.0.borrow().get(key).cloned())
    }

    fn delete(&mut self, key: &str) -> PortResult<()> {
        self.remove(key);
        Ok(())
    }

    fn list(&mut self, prefix: &str) -> PortResult<Vec<String>> {
        Ok(self.keys(prefix))
    }
}

fn offsets(offset: ShardOffset) -> Offsets {
    Offsets(BTreeMap::from([(SHARD.to_owned(), offset)]))
}

/// Number of records up to and including an offset.
fn read_until(offsets: &Offsets) -> usize {
    match offsets.0.get(SHARD) {
        Some(ShardOffset::After(position)) => {
            1 + position.parse::<usize>().expect("the source wrote this offset")
        }
        _ => 0,
    }
}

//! What stands around a query in memory: streams that are handed to it, a sink that counts, a store of objects.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use arrow::array::RecordBatch;
use wavetank::engine::batch::BatchId;
use wavetank::engine::error::Result;
use wavetank::engine::ports::{
    Bytes, Catalog, ObjectStore, PortResult, ShardRecord, TableDefinition, joined,
};
use wavetank::engine::sink::{Sink, SinkReport};
use wavetank::engine::source::{OffsetRange, Offsets, Records, ShardOffset, Source, SourceRead};

/// The records of the next batch.
#[derive(Clone, Default)]
pub struct Feed(pub Rc<RefCell<(u64, Records)>>);

fn offsets(at: u64) -> Offsets {
    Offsets(BTreeMap::from([("shard-0".to_owned(), ShardOffset::After(at.to_string()))]))
}

impl Source for Feed {
    fn initial(&mut self, _: i64) -> Result<Offsets> {
        Ok(offsets(0))
    }

    fn latest(&mut self, _: &Offsets, _: i64) -> Result<Offsets> {
        Ok(offsets(self.0.borrow().0))
    }

    fn read(&mut self, _: &OffsetRange) -> Result<SourceRead> {
        let records = std::mem::take(&mut self.0.borrow_mut().1);
        Ok(SourceRead { shards: vec!["shard-0".into()], records, ..Default::default() })
    }
}

/// Counts rows and forgets them.
pub struct Nowhere;

impl Sink for Nowhere {
    fn prepare(&mut self) -> Result<()> {
        Ok(())
    }

    fn recover(&mut self, _: BatchId) -> Result<()> {
        Ok(())
    }

    fn write(&mut self, _: BatchId, rows: &[RecordBatch]) -> Result<SinkReport> {
        let rows = rows.iter().map(|batch| batch.num_rows() as u64).sum();
        Ok(SinkReport { rows, ..SinkReport::default() })
    }
}

/// Objects that clones share.
#[derive(Clone, Default)]
pub struct Memory(Rc<RefCell<BTreeMap<String, Bytes>>>);

impl ObjectStore for Memory {
    fn put_pieces(&mut self, key: &str, pieces: Vec<Bytes>) -> PortResult<()> {
        self.0.borrow_mut().insert(key.to_owned(), joined(pieces));
        Ok(())
    }

    fn get(&mut self, key: &str) -> PortResult<Option<Bytes>> {
        Ok(self.0.borrow().get(key).cloned())
    }

    fn delete(&mut self, key: &str) -> PortResult<()> {
        self.0.borrow_mut().remove(key);
        Ok(())
    }

    fn list(&mut self, prefix: &str) -> PortResult<Vec<String>> {
        Ok(self.0.borrow().keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }
}

/// Takes every table.
pub struct AnyTable;

impl Catalog for AnyTable {
    fn ensure_table(&mut self, _: &TableDefinition) -> PortResult<()> {
        Ok(())
    }

    fn ensure_partitions(
        &mut self,
        _: &TableDefinition,
        _: &BTreeMap<Vec<String>, String>,
    ) -> PortResult<()> {
        Ok(())
    }
}

/// Records of one shard, numbered from `first`.
pub fn records(data: &[Vec<u8>], first: u64) -> Records {
    let numbered = data.iter().zip(first..);
    let record = |(data, number): (&Vec<u8>, u64)| ShardRecord {
        sequence_number: number.to_string().into(),
        partition_key: Default::default(),
        arrival_millis: 0,
        data: Bytes::from(data.clone()),
    };
    numbered.map(record).collect()
}

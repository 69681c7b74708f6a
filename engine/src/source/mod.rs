//! Sources: where the records of a micro-batch come from, and how far a query has read.

mod files;
mod kinesis;
mod partition_key;
mod records;
mod sequence_number;

use std::collections::BTreeMap;

use arrow::array::ArrayRef;
use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub use files::{FileOptions, FileSource, ObjectFormat};
pub(crate) use files::{ObjectReader, TableObject};
pub use kinesis::{InitialPosition, KinesisOptions, KinesisSource};
pub use partition_key::PartitionKey;
pub use records::{RecordRun, Records};
pub use sequence_number::SequenceNumber;

use crate::error::Result;
use crate::ports::ShardRecord;

/// How far one shard has been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShardOffset {
    /// Nothing yet; everything kept is still to come.
    #[serde(rename = "trim_horizon")]
    TrimHorizon,
    /// Nothing yet; only what arrives at or after this instant (ms since the epoch) counts.
    #[serde(rename = "at_timestamp_millis")]
    AtTimestamp(i64),
    /// Up to and including this sequence number.
    #[serde(rename = "after")]
    After(String),
}

/// How far a source has been read, per shard.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Offsets(pub BTreeMap<String, ShardOffset>);

/// What a micro-batch reads of a source: start exclusive, end inclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetRange {
    /// The end of the batch before.
    pub start: Offsets,
    /// The end of this batch.
    pub end: Offsets,
}

/// One record as the source delivers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRecord {
    /// Index of the shard in [`SourceRead::shards`].
    pub shard: u32,
    /// Orders the records of one shard.
    pub sequence_number: SequenceNumber,
    /// What the producer routed it by.
    pub partition_key: PartitionKey,
    /// When the stream took it in, in milliseconds since the epoch.
    pub arrival_millis: i64,
    /// The producer's bytes.
    pub data: Bytes,
}

impl SourceRecord {
    /// A record of the shard with this index.
    fn of_shard(shard: u32, record: ShardRecord) -> Self {
        let ShardRecord { sequence_number, partition_key, arrival_millis, data } = record;
        Self { shard, sequence_number, partition_key, arrival_millis, data }
    }
}

/// Everything that a batch reads of one source: shard by shard in the order of shard ids, each in its own order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SourceRead {
    /// Shard ids that [`SourceRecord::shard`] points into.
    pub shards: Vec<String>,
    /// The records.
    pub records: Records,
    /// The records as rows of the source table, where the source has no bytes to decode: as many rows as records.
    pub rows: Option<Vec<RecordBatch>>,
    /// Columns of the source table whose values hold for a whole shard: position of the column, one value per shard.
    pub shard_columns: Vec<(usize, ArrayRef)>,
}

impl SourceRead {
    /// The bytes of each record.
    pub fn data(&self) -> Vec<&[u8]> {
        self.records.data(0..self.records.len()).collect()
    }
}

/// A stream of records that can be read again from any offset.
pub trait Source {
    /// Where a query that has no checkpoint starts. `now` in milliseconds since the epoch.
    fn initial(&mut self, now_millis: i64) -> Result<Offsets>;
    /// How far a batch that starts at `start` may read now. Equal to `start` when there is nothing new. `now` in
    /// milliseconds since the epoch.
    fn latest(&mut self, start: &Offsets, now_millis: i64) -> Result<Offsets>;
    /// The records of a range. The same range gives the same records for ever.
    fn read(&mut self, range: &OffsetRange) -> Result<SourceRead>;
    /// Whether the source counts as having new data at every trigger, records or not
    /// (Kinesis with `avoidEmptyBatches=false`).
    fn always_new(&self) -> bool {
        false
    }
}

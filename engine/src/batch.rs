//! The values that a micro-batch is made of: its identity, where its rows come from, what operators are told.

use std::fmt;
use std::sync::Arc;

use arrow::array::{UInt64Array, cast::AsArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type};
use arrow::record_batch::RecordBatch;
use serde::{Deserialize, Serialize};

use crate::ledger::Ledger;
use crate::plan::Column;
use crate::progress::StateProgress;
use crate::seeded_bug::SeededBug;
use crate::watermark::{EventTimeObservation, Watermarks};

/// Identity of a micro-batch: consecutive from 0, no-data batches included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BatchId(pub u32);

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl BatchId {
    /// The batch after this one.
    pub fn next(self) -> BatchId {
        BatchId(self.0 + 1)
    }
}

/// Identity of one input record: the batch that read it, its source, and its position in that read.
///
/// Every row carries the id of the record that it came from through decoding, projection and state, so that a
/// row that is lost can be traced to its stream, shard and sequence number. A replayed batch reads the same
/// records in the same order and gives them the same ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId {
    /// The batch that read the record.
    pub batch: BatchId,
    /// Index of the source in the pipeline.
    pub source: u8,
    /// Position among the records that the batch read from that source.
    pub index: u32,
}

impl RecordId {
    const INDEX_BITS: u32 = 28;
    const SOURCE_BITS: u32 = 8;
    /// Most records that one batch may read from one source.
    pub const INDEX_LIMIT: u32 = 1 << Self::INDEX_BITS;

    /// One integer: batch, then source, then index, so that order is order of arrival.
    pub fn pack(self) -> u64 {
        assert!(self.index < Self::INDEX_LIMIT, "a batch reads fewer than {} records", Self::INDEX_LIMIT);
        assert!(self.batch.0 < 1 << 28, "a query runs fewer than 2^28 batches");
        u64::from(self.batch.0) << (Self::INDEX_BITS + Self::SOURCE_BITS)
            | u64::from(self.source) << Self::INDEX_BITS
            | u64::from(self.index)
    }

    /// The inverse of [`RecordId::pack`].
    pub fn unpack(packed: u64) -> RecordId {
        RecordId {
            batch: BatchId((packed >> (Self::INDEX_BITS + Self::SOURCE_BITS)) as u32),
            source: (packed >> Self::INDEX_BITS) as u8,
            index: packed as u32 & (Self::INDEX_LIMIT - 1),
        }
    }
}

/// Name of the hidden last column of every batch between operators: the packed [`RecordId`] of each row.
pub const RECORD_ID: &str = "__record";

/// Arrow schema of the rows between two operators: their columns and the hidden record id.
pub(crate) fn row_schema(columns: &[Column]) -> SchemaRef {
    let mut fields: Vec<Field> = columns.iter().map(Column::field).collect();
    fields.push(Field::new(RECORD_ID, DataType::UInt64, false));
    Arc::new(Schema::new(fields))
}

/// The record ids of a batch between operators.
pub(crate) fn record_ids(batch: &RecordBatch) -> &UInt64Array {
    let last = batch.num_columns() - 1;
    debug_assert_eq!(batch.schema_ref().field(last).name(), RECORD_ID);
    batch.column(last).as_primitive::<UInt64Type>()
}

/// What an operator is told about the running micro-batch, and where it reports to.
pub struct BatchContext<'a> {
    /// Which batch.
    pub batch: BatchId,
    /// This operator's watermarks; meaningful for stateful operators.
    pub watermarks: Watermarks,
    /// Receives every row that is lost, with the reason.
    pub ledger: &'a mut Ledger,
    /// Counters of the running stateful operator.
    pub state: &'a mut StateProgress,
    /// What the running event-time operator has seen.
    pub observation: &'a mut EventTimeObservation,
    /// Threads that may work on the batch, at least one.
    pub parallelism: usize,
    /// A mistake to make.
    pub(crate) seeded_bug: Option<SeededBug>,
}

impl BatchContext<'_> {
    /// The same for a part of the batch that is worked on beside others, and notes for itself.
    pub(crate) fn part<'b>(
        &self,
        ledger: &'b mut Ledger,
        state: &'b mut StateProgress,
        observation: &'b mut EventTimeObservation,
    ) -> BatchContext<'b> {
        let Self { batch, watermarks, parallelism, seeded_bug, .. } = *self;
        BatchContext { batch, watermarks, ledger, state, observation, parallelism, seeded_bug }
    }

    /// Whether this mistake is to be made.
    pub(crate) fn makes(&self, bug: SeededBug) -> bool {
        self.seeded_bug == Some(bug)
    }
}

/// Where an operator's output goes.
pub type Output<'a> = dyn FnMut(RecordBatch) -> crate::error::Result<()> + 'a;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_ids_pack_in_order_of_arrival() {
        let id = |batch, source, index| RecordId { batch: BatchId(batch), source, index };
        let ids = [id(0, 0, 0), id(0, 0, 7), id(0, 1, 0), id(3, 0, RecordId::INDEX_LIMIT - 1), id(4, 255, 1)];
        assert!(ids.is_sorted_by_key(|i| i.pack()));
        assert!(ids.iter().all(|i| RecordId::unpack(i.pack()) == *i));
    }
}

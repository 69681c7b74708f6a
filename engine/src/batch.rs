//! The values that a micro-batch is made of: its identity, where its rows come from, what operators are told.

use std::fmt;
use std::sync::Arc;

use arrow::array::{UInt64Array, cast::AsArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type};
use arrow::record_batch::RecordBatch;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::ledger::Ledger;
use crate::parallel;
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

/// The rows that a batch reads of one source, in pieces that are made when they are wanted, on any thread: what a
/// piece is made of is gone when the next one needs the memory.
pub trait SourceRows: Sync {
    /// How many pieces there are.
    fn pieces(&self) -> usize;
    /// One piece; the hidden record id is its last column. What was wrong with its records goes into the ledger.
    fn piece(&self, at: usize, ledger: &mut Ledger) -> Result<RecordBatch>;
}

impl SourceRows for Vec<RecordBatch> {
    fn pieces(&self) -> usize {
        self.len()
    }

    fn piece(&self, at: usize, _: &mut Ledger) -> Result<RecordBatch> {
        Ok(self[at].clone())
    }
}

/// Makes the rows that come of one piece of the input.
type Make<'a> = dyn Fn(usize) -> Result<Vec<RecordBatch>> + Sync + 'a;

/// What a stateful operator takes of one side, in pieces that are made when they are wanted.
pub struct Inputs<'a> {
    pieces: usize,
    make: Box<Make<'a>>,
}

impl<'a> Inputs<'a> {
    /// So many pieces, each made by this function.
    pub(crate) fn new(pieces: usize, make: impl Fn(usize) -> Result<Vec<RecordBatch>> + Sync + 'a) -> Self {
        Self { pieces, make: Box::new(make) }
    }

    /// Batches that are there.
    pub(crate) fn ready(batches: Vec<RecordBatch>) -> Self {
        Self::new(batches.len(), move |at| Ok(vec![batches[at].clone()]))
    }

    /// Does something with each batch that has rows. Pieces are made and worked on side by side; what has become of
    /// them is taken in order, by this thread, while others go on.
    pub(crate) fn for_each<R: Send>(
        &self,
        threads: usize,
        work: impl Fn(RecordBatch) -> Result<R> + Sync,
        mut take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        let work = |at: usize| -> Result<Vec<R>> {
            (self.make)(at)?.into_iter().filter(|rows| rows.num_rows() > 0).map(&work).collect()
        };
        parallel::for_each(threads, (0..self.pieces).collect(), work, |done| {
            done?.into_iter().try_for_each(&mut take)
        })
    }

    /// The batches that have rows.
    pub(crate) fn batches(&self, threads: usize) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        self.for_each(threads, Ok, |rows| {
            batches.push(rows);
            Ok(())
        })?;
        Ok(batches)
    }
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

/// What an operator is told, apart from where it reports to: parts of a batch that are worked on beside each other are
/// told the same, and note for themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchFacts {
    pub(crate) batch: BatchId,
    pub(crate) watermarks: Watermarks,
    pub(crate) parallelism: usize,
    /// Whether the ledger takes traces.
    pub(crate) traced: bool,
    pub(crate) seeded_bug: Option<SeededBug>,
}

impl BatchFacts {
    /// A context that reports there.
    pub(crate) fn context<'a>(
        self,
        ledger: &'a mut Ledger,
        state: &'a mut StateProgress,
        observation: &'a mut EventTimeObservation,
    ) -> BatchContext<'a> {
        let Self { batch, watermarks, parallelism, seeded_bug, .. } = self;
        BatchContext { batch, watermarks, ledger, state, observation, parallelism, seeded_bug }
    }
}

impl BatchContext<'_> {
    pub(crate) fn facts(&self) -> BatchFacts {
        let Self { batch, watermarks, parallelism, seeded_bug, .. } = *self;
        BatchFacts { batch, watermarks, parallelism, traced: self.ledger.is_traced(), seeded_bug }
    }

    /// Whether this mistake is to be made.
    pub(crate) fn makes(&self, bug: SeededBug) -> bool {
        self.seeded_bug == Some(bug)
    }
}

/// Where an operator's output goes.
pub type Output<'a> = dyn FnMut(RecordBatch) -> Result<()> + 'a;

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

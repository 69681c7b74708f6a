//! Records of a shard that came in one call, as they lie in its log.

use std::ops::Range;

use super::record_block::PackedRecords;
use super::{Record, SequenceNumber, ShardId};
use crate::time::Timestamp;

/// Some records of a block. They share its memory; what there is to say of each is said when it is asked for.
#[derive(Debug, Clone)]
pub struct RecordSpan {
    pub(super) shard: ShardId,
    pub(super) shard_created: Timestamp,
    pub(super) arrival: Timestamp,
    /// Number of the block's first record.
    pub(super) counter_first: u64,
    pub(super) encryption_type: Option<&'static str>,
    pub(super) block: PackedRecords,
    /// Which of the block's records these are.
    pub(super) places: Range<usize>,
}

impl RecordSpan {
    /// How many they are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The data of some of them.
    ///
    /// # Panics
    /// When there are fewer.
    pub fn data(&self, places: Range<usize>) -> impl Iterator<Item = &[u8]> {
        self.block.data(self.within_block(places))
    }

    /// Some of them.
    ///
    /// # Panics
    /// When there are fewer.
    pub fn records(&self, places: Range<usize>) -> impl Iterator<Item = Record> {
        let places = self.within_block(places);
        places.clone().zip(self.block.records(places)).map(|(place, record)| Record {
            sequence_number: self.number(place),
            approximate_arrival_timestamp: self.arrival,
            partition_key: record.partition_key,
            encryption_type: self.encryption_type,
            data: record.data,
        })
    }

    /// The number of the last of them.
    pub(super) fn last(&self) -> SequenceNumber {
        self.number(self.places.end - 1)
    }

    fn number(&self, place: usize) -> SequenceNumber {
        let counter = self.counter_first + place as u64;
        SequenceNumber::new(self.shard, self.shard_created, counter, self.arrival)
    }

    fn within_block(&self, places: Range<usize>) -> Range<usize> {
        assert!(places.end <= self.len(), "there are {} records, not {}", self.len(), places.end);
        self.places.start + places.start..self.places.start + places.end
    }
}

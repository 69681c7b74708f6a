//! What a channel has to deliver by a time.
//!
//! An interval begins with the arrival of the oldest record that is not delivered, and lasts as long as data may be
//! old. When it has ended, what arrived in it, in whatever shard, is one batch. So the batches depend on the records
//! alone, not on how often somebody asks.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::kinesis::ShardId;
use crate::time::Timestamp;

/// A record that is not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Undelivered {
    pub counter: u64,
    pub arrival: Timestamp,
    pub partition_key: String,
    pub data: Bytes,
}

/// The records that arrived in one interval.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    /// When the interval ended.
    pub due: Timestamp,
    /// By shard, in the order of arrival; no shard without records.
    pub shards: Vec<(ShardId, Vec<Undelivered>)>,
}

/// When the interval ends that the oldest record begins.
pub(super) fn due(oldest: Timestamp, freshness_secs: i64) -> Timestamp {
    oldest.plus_millis(freshness_secs * 1000)
}

/// The batches that are due at `now`, in their order.
pub(super) fn plan(
    mut shards: Vec<(ShardId, VecDeque<Undelivered>)>,
    freshness_secs: i64,
    now: Timestamp,
) -> Vec<Batch> {
    let mut batches = Vec::new();
    loop {
        let heads = shards.iter().filter_map(|(_, records)| records.front());
        let Some(oldest) = heads.map(|record| record.arrival).min() else { return batches };
        let due = due(oldest, freshness_secs);
        if due > now {
            return batches;
        }
        let taken = shards.iter_mut().map(|(shard, records)| (*shard, take_before(records, due)));
        batches.push(Batch { due, shards: taken.filter(|(_, records)| !records.is_empty()).collect() });
    }
}

/// The first records, up to one that arrived at `end` or later.
fn take_before(records: &mut VecDeque<Undelivered>, end: Timestamp) -> Vec<Undelivered> {
    let count = records.iter().take_while(|record| record.arrival < end).count();
    records.drain(..count).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shard(index: u32, arrivals: &[i64]) -> (ShardId, VecDeque<Undelivered>) {
        let record = |(counter, arrival): (u64, &i64)| Undelivered {
            counter,
            arrival: Timestamp::from_millis(*arrival),
            partition_key: "k".to_owned(),
            data: Bytes::new(),
        };
        (ShardId::new(index), (1..).zip(arrivals).map(record).collect())
    }

    fn counters(batch: &Batch) -> Vec<(u32, u64)> {
        let of_shard = |(shard, records): &(ShardId, Vec<Undelivered>)| {
            records.iter().map(|record| (shard.index(), record.counter)).collect::<Vec<_>>()
        };
        batch.shards.iter().flat_map(of_shard).collect()
    }

    #[test]
    fn interval_begins_with_the_oldest_record_of_any_shard() {
        let shards = vec![shard(0, &[1000, 5999, 6000]), shard(1, &[2000]), shard(2, &[])];
        assert!(plan(shards.clone(), 5, Timestamp::from_millis(5999)).is_empty());
        let batches = plan(shards.clone(), 5, Timestamp::from_millis(6000));
        assert_eq!(batches.len(), 1);
        assert_eq!(batches[0].due, Timestamp::from_millis(6000));
        assert_eq!(counters(&batches[0]), [(0, 1), (0, 2), (1, 1)]);
        let batches = plan(shards, 5, Timestamp::from_millis(11_000));
        assert_eq!(batches.iter().map(|batch| batch.due.as_millis()).collect::<Vec<_>>(), [6000, 11_000]);
        assert_eq!(counters(&batches[1]), [(0, 3)]);
    }

    proptest! {
        #[test]
        fn every_record_is_in_one_batch_however_time_went(
            arrivals in prop::collection::vec(prop::collection::vec(0_i64..100_000, 0..20), 1..4),
        ) {
            let shards: Vec<_> = (0..).zip(&arrivals).map(|(index, arrivals)| shard(index, arrivals)).collect();
            let batches = plan(shards, 7, Timestamp::from_millis(1_000_000));
            let mut seen: Vec<_> = batches.iter().flat_map(counters).collect();
            seen.sort();
            let all = (0_u32..).zip(&arrivals).flat_map(|(index, arrivals)| {
                (1..=arrivals.len() as u64).map(move |counter| (index, counter))
            });
            prop_assert_eq!(seen, all.collect::<Vec<_>>());
        }
    }
}

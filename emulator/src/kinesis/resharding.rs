//! Resharding: shards are closed, and others take over their hash keys.
//!
//! A closed shard can be read until the last of its records is older than the
//! stream keeps; then it is gone, and nothing says that it ever was.
//!
//! Source: kinesalite's tests for times and sequence numbers; moto for what a closed shard is told.

use serde::{Deserialize, Serialize};

use super::life_cycle::{self, Change};
use super::{HashKey, HashKeyRange, ShardId, errors, stream};
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::{ShardRow, StreamRow, StreamStatus};
use crate::time::Timestamp;

/// How much later than its parents a child has its sequence numbers begin, in milliseconds.
const CHILD_LATER_MS: i64 = 1000;

/// Shards of one stream that a request wants to reshard, in the order in which it names them.
pub(super) struct Candidates {
    pub stream: StreamRow,
    pub shards: Vec<ShardRow>,
}

impl Candidates {
    /// Finds stream and shards by the names in a request.
    pub fn find(
        ctx: &Context<'_>,
        name: Option<&str>,
        arn: Option<&str>,
        shards: &[&str],
    ) -> Result<Self, ApiError> {
        let account = &ctx.identity.account;
        let name = stream::name(ctx.identity, name, arn)?;
        let id = |shard: &&str| {
            ShardId::parse(shard).ok_or_else(|| errors::shard_not_found(shard, &name, account))
        };
        let ids = shards.iter().map(id).collect::<Result<Vec<ShardId>, _>>()?;
        let stream = stream::find(ctx, Some(&name), None)?;
        life_cycle::check_active(ctx, &stream)?;
        let row = |id: ShardId| {
            let row = ctx.store.find_shard(stream.id, id)?.filter(|shard| stream.keeps(shard, ctx.now));
            row.ok_or_else(|| errors::shard_not_found(&id.to_string(), &name, account))
        };
        let shards = ids.into_iter().map(row).collect::<Result<_, ApiError>>()?;
        Ok(Self { stream, shards })
    }

    /// Refuses what cannot be resharded at all: streams that scale by themselves, and closed shards.
    pub fn check_open(&self, ctx: &Context<'_>) -> Result<(), ApiError> {
        let (name, account) = (&self.stream.name, &ctx.identity.account);
        if self.stream.is_on_demand() {
            return Err(errors::on_demand(name, account));
        }
        match self.shards.iter().find(|shard| shard.closed.is_some()) {
            Some(closed) => Err(errors::shard_is_closed(closed.id, name, account)),
            None => Ok(()),
        }
    }

    /// Has others with these hash keys, which have to be the same together, take the place of the shards.
    pub fn reshard(&self, ctx: &mut Context<'_>, children: &[HashKeyRange]) -> Result<(), ApiError> {
        let parents = self.shards.iter().map(|shard| shard.id.index()).collect();
        let replacement = Replacement {
            parents,
            children: children.iter().map(|keys| (keys.start.0, keys.end.0)).collect(),
        };
        let change = Change::Reshard(vec![replacement]);
        life_cycle::begin(ctx, &self.stream, StreamStatus::Updating, change)
    }
}

/// Refuses more shards than an account may have.
pub(super) fn check_limit(ctx: &Context<'_>, more: u32) -> Result<(), ApiError> {
    let current = ctx.store.count_open_shards(None)?;
    let limit = i64::from(ctx.settings.shard_limit);
    if current + i64::from(more) > limit {
        return Err(errors::shard_limit_exceeded(ctx.identity, current, limit, more));
    }
    Ok(())
}

/// Shards that take the place of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Replacement {
    /// Indexes of the one that is split, or the two that are merged.
    pub parents: Vec<u32>,
    /// Least and greatest hash key of each that comes.
    pub children: Vec<(u128, u128)>,
}

/// Closes shards and opens others in their place, one replacement after the other.
pub(super) fn replace(
    ctx: &mut Context<'_>,
    stream: &StreamRow,
    replacements: &[Replacement],
    at: Timestamp,
) -> Result<(), ApiError> {
    for replacement in replacements {
        replace_one(ctx, stream, replacement, at)?;
    }
    // What nobody can see any more would stay for ever: nothing is put into a closed shard.
    Ok(ctx.store.trim_stream(stream.id, stream.trim_horizon(at))?)
}

fn replace_one(
    ctx: &Context<'_>,
    stream: &StreamRow,
    replacement: &Replacement,
    at: Timestamp,
) -> Result<(), ApiError> {
    let parents: Vec<ShardId> = replacement.parents.iter().copied().map(ShardId::new).collect();
    let mut latest = at;
    for parent in &parents {
        let row = ctx.store.find_shard(stream.id, *parent)?;
        latest = latest.max(row.expect("a shard that is replaced is there").created);
        ctx.store.close_shard(stream.id, *parent, at)?;
    }
    let first = ctx.store.next_shard_index(stream.id)?;
    for (index, (start, end)) in (first..).zip(&replacement.children) {
        let hash_keys = HashKeyRange { start: HashKey(*start), end: HashKey(*end) };
        let child = ShardRow {
            opened: at,
            parent: parents.first().copied(),
            adjacent_parent: parents.get(1).copied(),
            ..ShardRow::new(ShardId::new(index), hash_keys, latest.plus_millis(CHILD_LATER_MS))
        };
        ctx.store.insert_shard(stream.id, &child)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinesis::{
        CreateStream, CreateStreamRequest, DescribeStreamSummary, DescribeStreamSummaryRequest, GetRecords,
        GetRecordsRequest, GetRecordsResponse, GetShardIterator, GetShardIteratorRequest,
        IncreaseStreamRetentionPeriod, IncreaseStreamRetentionPeriodRequest, ListShards, ListShardsRequest,
        MergeShards, MergeShardsRequest, PutRecords, PutRecordsRequest, PutRecordsRequestEntry, Shard,
        SplitShard, SplitShardRequest,
    };
    use crate::{Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const HOUR_MS: i64 = 3_600_000;
    /// The middle of all hash keys.
    const MIDDLE: u128 = 1 << 127;

    fn emulator() -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        emulator.call::<CreateStream>(NOW, CreateStreamRequest::new("orders", 1)).unwrap();
        emulator
    }

    fn split(emulator: &Emulator, now: Timestamp, shard: u32, at: u128) {
        let request = SplitShardRequest::new("orders", ShardId::new(shard), at.to_string());
        emulator.call::<SplitShard>(now, request).unwrap();
    }

    fn merge(emulator: &Emulator, now: Timestamp, shard: u32, adjacent: u32) {
        let request = MergeShardsRequest::new("orders", ShardId::new(shard), ShardId::new(adjacent));
        emulator.call::<MergeShards>(now, request).unwrap();
    }

    fn shards(emulator: &Emulator, now: Timestamp) -> Vec<Shard> {
        emulator.call::<ListShards>(now, ListShardsRequest::new("orders")).unwrap().shards
    }

    fn indexes(shards: &[Shard]) -> Vec<u32> {
        shards.iter().map(|shard| shard.shard_id.index()).collect()
    }

    /// Puts one record under each explicit hash key; answers the shards that took them.
    fn put(emulator: &Emulator, now: Timestamp, keys: &[u128]) -> Vec<u32> {
        let entry = |key: &u128| PutRecordsRequestEntry {
            explicit_hash_key: Some(key.to_string()),
            ..PutRecordsRequestEntry::new("k", key.to_string())
        };
        let request = PutRecordsRequest::new("orders", keys.iter().map(entry).collect());
        let answer = emulator.call::<PutRecords>(now, request).unwrap();
        answer.records.iter().map(|record| record.shard_id.unwrap().index()).collect()
    }

    fn read(emulator: &Emulator, now: Timestamp, shard: u32, limit: i32) -> GetRecordsResponse {
        let request = GetShardIteratorRequest::new("orders", ShardId::new(shard), "TRIM_HORIZON");
        let iterator = emulator.call::<GetShardIterator>(now, request).unwrap().shard_iterator;
        next(emulator, now, iterator, limit)
    }

    fn next(emulator: &Emulator, now: Timestamp, iterator: String, limit: i32) -> GetRecordsResponse {
        let request = GetRecordsRequest { limit: Some(limit), ..GetRecordsRequest::new(iterator) };
        emulator.call::<GetRecords>(now, request).unwrap()
    }

    #[test]
    fn children_take_over_the_hash_keys_and_the_records() {
        let emulator = emulator();
        assert_eq!(put(&emulator, NOW, &[0, MIDDLE, u128::MAX]), [0, 0, 0]);
        split(&emulator, NOW, 0, MIDDLE);
        assert_eq!(put(&emulator, NOW, &[0, MIDDLE - 1, MIDDLE, u128::MAX]), [1, 1, 2, 2]);
        merge(&emulator, NOW, 1, 2);
        assert_eq!(put(&emulator, NOW, &[0, MIDDLE, u128::MAX]), [3, 3, 3]);
        let all = shards(&emulator, NOW);
        let family: Vec<_> = all
            .iter()
            .map(|shard| (shard.shard_id, shard.parent_shard_id, shard.adjacent_parent_shard_id))
            .collect();
        let id = ShardId::new;
        let expected = [
            (id(0), None, None),
            (id(1), Some(id(0)), None),
            (id(2), Some(id(0)), None),
            (id(3), Some(id(1)), Some(id(2))),
        ];
        assert_eq!(family, expected);
        assert_eq!(all[3].hash_key_range, all[0].hash_key_range);
        let open: Vec<bool> =
            all.iter().map(|shard| shard.sequence_number_range.ending_sequence_number.is_none()).collect();
        assert_eq!(open, [false, false, false, true]);
    }

    #[test]
    fn sequence_numbers_of_children_come_after_those_of_their_parents() {
        let emulator = emulator();
        put(&emulator, NOW, &[0]);
        split(&emulator, NOW, 0, MIDDLE);
        put(&emulator, NOW, &[0]);
        // Two generations in one moment.
        split(&emulator, NOW, 1, 7);
        put(&emulator, NOW, &[0]);
        let first = |shard| read(&emulator, NOW, shard, 10).records[0].sequence_number;
        assert!(first(0) < first(1) && first(1) < first(3));
        let all = shards(&emulator, NOW);
        let range = |at: usize| all[at].sequence_number_range.clone();
        assert!(first(0) < range(0).ending_sequence_number.unwrap());
        assert!(range(0).ending_sequence_number.unwrap() < range(1).starting_sequence_number);
        assert!(range(1).ending_sequence_number.unwrap() < range(3).starting_sequence_number);
    }

    #[test]
    fn a_closed_shard_is_read_to_its_end_and_names_its_children() {
        let emulator = emulator();
        put(&emulator, NOW, &[0, 1, 2]);
        split(&emulator, NOW, 0, MIDDLE);
        let page = read(&emulator, NOW, 0, 2);
        assert_eq!((page.records.len(), &page.child_shards), (2, &None));
        // The page with the last records does not know yet that they are.
        let page = next(&emulator, NOW, page.next_shard_iterator.unwrap(), 2);
        assert_eq!((page.records.len(), page.millis_behind_latest, &page.child_shards), (1, 0, &None));
        let page = next(&emulator, NOW, page.next_shard_iterator.unwrap(), 2);
        assert_eq!((page.records.len(), page.next_shard_iterator), (0, None));
        let children = page.child_shards.unwrap();
        let parents: Vec<_> =
            children.iter().map(|c| (c.shard_id.index(), c.parent_shards.clone())).collect();
        let parent = ShardId::new(0);
        assert_eq!(parents, [(1, vec![parent]), (2, vec![parent])]);
        let latest = GetShardIteratorRequest::new("orders", parent, "LATEST");
        let latest = emulator.call::<GetShardIterator>(NOW, latest).unwrap().shard_iterator;
        let page = next(&emulator, NOW, latest, 1);
        assert_eq!((page.records.len(), page.next_shard_iterator), (0, None));
        assert_eq!(page.child_shards.unwrap().len(), 2);
        // An open shard goes on.
        let page = read(&emulator, NOW, 1, 1);
        assert!(page.next_shard_iterator.is_some() && page.child_shards.is_none());
    }

    #[test]
    fn both_parents_of_a_merged_shard_name_it() {
        let emulator = emulator();
        split(&emulator, NOW, 0, MIDDLE);
        merge(&emulator, NOW, 1, 2);
        for parent in [1, 2] {
            let children = read(&emulator, NOW, parent, 1).child_shards.unwrap();
            assert_eq!(children.len(), 1);
            assert_eq!(children[0].parent_shards, [ShardId::new(1), ShardId::new(2)]);
        }
    }

    #[test]
    fn an_iterator_from_before_the_split_reads_what_is_left() {
        let emulator = emulator();
        put(&emulator, NOW, &[0]);
        let page = read(&emulator, NOW, 0, 10);
        put(&emulator, NOW, &[1]);
        split(&emulator, NOW, 0, MIDDLE);
        let page = next(&emulator, NOW, page.next_shard_iterator.unwrap(), 10);
        assert_eq!(page.records.len(), 1);
        let page = next(&emulator, NOW, page.next_shard_iterator.unwrap(), 10);
        assert_eq!((page.records.len(), page.next_shard_iterator), (0, None));
    }

    #[test]
    fn a_closed_shard_is_gone_when_the_stream_keeps_nothing_of_it() {
        let emulator = emulator();
        put(&emulator, NOW, &[0]);
        split(&emulator, NOW, 0, MIDDLE);
        let day_later = NOW.plus_millis(24 * HOUR_MS);
        assert_eq!(indexes(&shards(&emulator, day_later)), [0, 1, 2]);
        let gone = day_later.plus_millis(1);
        assert_eq!(indexes(&shards(&emulator, gone)), [1, 2]);
        let request = GetShardIteratorRequest::new("orders", ShardId::new(0), "TRIM_HORIZON");
        let error = emulator.call::<GetShardIterator>(gone, request).unwrap_err();
        assert!(error.message.starts_with("Shard shardId-000000000000 in stream orders"), "{error}");
        // Ids go on, and what was swept does not come back.
        split(&emulator, gone, 1, 7);
        assert_eq!(indexes(&shards(&emulator, gone)), [1, 2, 3, 4]);
        let request = IncreaseStreamRetentionPeriodRequest::new("orders", 48);
        emulator.call::<IncreaseStreamRetentionPeriod>(gone, request).unwrap();
        assert_eq!(indexes(&shards(&emulator, gone)), [1, 2, 3, 4]);
    }

    #[test]
    fn the_summary_counts_open_shards() {
        let emulator = emulator();
        split(&emulator, NOW, 0, MIDDLE);
        split(&emulator, NOW, 2, MIDDLE + 7);
        let request = DescribeStreamSummaryRequest::new("orders");
        let summary =
            emulator.call::<DescribeStreamSummary>(NOW, request).unwrap().stream_description_summary;
        assert_eq!((summary.open_shard_count, summary.stream_status), (3, StreamStatus::Active));
    }
}

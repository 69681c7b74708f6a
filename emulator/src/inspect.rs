//! What an emulator holds, for people and tests: no operation of AWS tells it.

use serde::Serialize;

use crate::emulator::Emulator;
use crate::error::ApiError;
use crate::kinesis::{ShardId, stream_arn};
use crate::store::{BucketRow, Purpose, StreamRow};
use crate::time::Timestamp;

/// A stream and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StreamState {
    /// Its ARN, which says whose it is and where.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its shards by index, closed ones included.
    pub shards: Vec<ShardState>,
}

/// A shard and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShardState {
    /// Its name.
    pub id: ShardId,
    /// Whether it takes records.
    pub open: bool,
    /// Records that can be read.
    pub records: u64,
}

/// A bucket and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BucketState {
    /// Its name.
    pub name: String,
    /// Objects that a listing has.
    pub objects: u64,
    /// Bytes of their content.
    pub bytes: u64,
}

impl Emulator {
    /// Every bucket with how much is in it.
    ///
    /// # Errors
    /// `InternalFailure` when the store fails.
    pub fn buckets(&self) -> Result<Vec<BucketState>, ApiError> {
        // No time is involved.
        self.in_transaction(Timestamp::default(), Purpose::Read, |ctx| {
            let buckets = ctx.store.buckets()?.into_iter();
            let state = |bucket: BucketRow| {
                let (objects, bytes) = ctx.store.count_objects(&bucket.name)?;
                Ok(BucketState { name: bucket.name, objects, bytes })
            };
            buckets.map(state).collect()
        })
    }

    /// Every stream with its shards and how many records can be read from each at `now`.
    ///
    /// # Errors
    /// `InternalFailure` when the store fails.
    pub fn streams(&self, now: Timestamp) -> Result<Vec<StreamState>, ApiError> {
        self.in_transaction(now, Purpose::Read, |ctx| {
            let streams = ctx.store.list_streams("", i64::MAX as usize)?;
            streams
                .into_iter()
                .map(|stream| {
                    let counts = ctx.store.count_records(stream.id, horizon(&stream, now))?;
                    let shards = ctx.store.list_shards(stream.id)?.into_iter().map(|shard| ShardState {
                        id: shard.id,
                        open: shard.closed.is_none(),
                        records: counts.get(&shard.id).copied().unwrap_or_default(),
                    });
                    Ok(StreamState {
                        shards: shards.collect(),
                        arn: stream_arn(self.identity(), &stream.name),
                        name: stream.name,
                    })
                })
                .collect()
        })
    }
}

/// Records that arrived before this time are gone at `now`.
fn horizon(stream: &StreamRow, now: Timestamp) -> Timestamp {
    stream.trim_horizon(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinesis::{
        CreateStream, CreateStreamRequest, PutRecords, PutRecordsRequest, PutRecordsRequestEntry,
    };
    use crate::{Identity, Storage};

    #[test]
    fn records_are_counted_until_they_are_too_old_to_be_read() {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let now = Timestamp::from_millis(1_700_000_000_000);
        for name in ["b", "a"] {
            emulator.call::<CreateStream>(now, CreateStreamRequest::new(name, 2)).unwrap();
        }
        let later = now.plus_millis(1000);
        let entries = |count: usize| vec![PutRecordsRequestEntry::new("k", "data"); count];
        emulator.call::<PutRecords>(now, PutRecordsRequest::new("a", entries(3))).unwrap();
        emulator.call::<PutRecords>(later, PutRecordsRequest::new("a", entries(2))).unwrap();
        let counts = |now| {
            let streams = emulator.streams(now).unwrap();
            let count = |stream: &StreamState| stream.shards.iter().map(|shard| shard.records).sum::<u64>();
            streams
                .iter()
                .map(|stream| (stream.name.clone(), stream.shards.len(), count(stream)))
                .collect::<Vec<_>>()
        };
        assert_eq!(counts(later), [("a".to_owned(), 2, 5), ("b".to_owned(), 2, 0)]);
        let day = 86_400_000;
        assert_eq!(counts(now.plus_millis(day + 1))[0].2, 2);
    }
}

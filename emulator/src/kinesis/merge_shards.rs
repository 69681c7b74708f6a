//! `MergeShards`: one shard takes the place of two whose hash keys are next to each other.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html>

use serde::Deserialize;

use super::resharding::Candidates;
use super::{HashKeyRange, ShardId, errors, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct MergeShards;

impl Operation for MergeShards {
    const NAME: &'static str = "Kinesis_20131202.MergeShards";
    const RULES: &'static [Rule<MergeShardsRequest>] = &[
        field("shardToMerge", |r| text(&r.shard_to_merge), stream::REQUIRED_NAME),
        field("adjacentShardToMerge", |r| text(&r.adjacent_shard_to_merge), stream::REQUIRED_NAME),
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    type Request = MergeShardsRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: MergeShardsRequest) -> Result<(), ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let (shard, adjacent) = (required(request.shard_to_merge), required(request.adjacent_shard_to_merge));
        let found = Candidates::find(ctx, name, arn, &[&shard, &adjacent])?;
        let (low, high) = (&found.shards[0], &found.shards[1]);
        if low.hash_keys.end.0.checked_add(1) != Some(high.hash_keys.start.0) {
            let account = &ctx.identity.account;
            return Err(errors::shards_not_adjacent(low.id, high.id, &found.stream.name, account));
        }
        found.check_open(ctx)?;
        found.reshard(ctx, &[HashKeyRange { start: low.hash_keys.start, end: high.hash_keys.end }])
    }
}

/// What `MergeShards` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MergeShardsRequest {
    /// Required: the shard with the lower hash keys.
    pub shard_to_merge: Option<String>,
    /// Required: the shard with the hash keys that follow.
    pub adjacent_shard_to_merge: Option<String>,
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
}

impl MergeShardsRequest {
    /// Merges two shards of the stream of this name, the one with the lower hash keys first.
    pub fn new(stream_name: impl Into<String>, shard: ShardId, adjacent: ShardId) -> Self {
        Self {
            shard_to_merge: Some(shard.to_string()),
            adjacent_shard_to_merge: Some(adjacent.to_string()),
            stream_name: Some(stream_name.into()),
            stream_arn: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::kinesis::{CreateStream, CreateStreamRequest};
    use crate::{Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn emulator() -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        emulator.call::<CreateStream>(NOW, CreateStreamRequest::new("orders", 3)).unwrap();
        emulator
    }

    fn merge(emulator: &Emulator, shard: u32, adjacent: u32) -> Result<(), ApiError> {
        let request = MergeShardsRequest::new("orders", ShardId::new(shard), ShardId::new(adjacent));
        emulator.call::<MergeShards>(NOW, request)
    }

    #[test]
    fn shards_are_named_in_the_order_of_their_hash_keys() {
        for (shard, adjacent) in [(0, 2), (1, 0), (2, 0), (1, 1)] {
            let error = merge(&emulator(), shard, adjacent).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidArgumentException);
            let expected = format!(
                "Shards shardId-{shard:012} and shardId-{adjacent:012} in stream orders under account 123456789012 \
                 are not an adjacent pair of shards eligible for merging"
            );
            assert_eq!(error.message, expected);
        }
    }

    #[test]
    fn closed_shards_are_not_merged() {
        let emulator = emulator();
        merge(&emulator, 0, 1).unwrap();
        for (shard, adjacent, closed) in [(0, 1, 0), (1, 2, 1)] {
            let error = merge(&emulator, shard, adjacent).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidArgumentException);
            let expected =
                format!("Shard shardId-{closed:012} in stream orders under account 123456789012 has");
            assert!(error.message.starts_with(&expected), "{error}");
        }
        // What came of it and the last one make one again.
        merge(&emulator, 3, 2).unwrap();
    }

    #[test]
    fn missing_shards_are_named() {
        for (shard, adjacent) in [(5, 0), (0, 5)] {
            let error = merge(&emulator(), shard, adjacent).unwrap_err();
            assert_eq!(error.code, ErrorCode::ResourceNotFoundException);
            let expected =
                "Could not find shard shardId-000000000005 in stream orders under account 123456789012.";
            assert_eq!(error.message, expected);
        }
    }
}

//! `SplitShard`: two shards take the place of one.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html>

use serde::Deserialize;

use super::put_records::EXPLICIT_HASH_KEY_PATTERN;
use super::resharding::{self, Candidates};
use super::{HashKey, HashKeyRange, ShardId, errors, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct SplitShard;

impl Operation for SplitShard {
    const NAME: &'static str = "Kinesis_20131202.SplitShard";
    const RULES: &'static [Rule<SplitShardRequest>] = &[
        field(
            "newStartingHashKey",
            |r| text(&r.new_starting_hash_key),
            &[Required, Pattern(&EXPLICIT_HASH_KEY_PATTERN)],
        ),
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("shardToSplit", |r| text(&r.shard_to_split), stream::REQUIRED_NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    type Request = SplitShardRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: SplitShardRequest) -> Result<(), ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let shard = required(request.shard_to_split);
        let found = Candidates::find(ctx, name, arn, &[&shard])?;
        resharding::check_limit(ctx, 1)?;
        let key = required(request.new_starting_hash_key);
        let shard = &found.shards[0];
        let halves = halves(shard.hash_keys, &key).ok_or_else(|| {
            errors::invalid_split(&key, shard.id, shard.hash_keys, &found.stream.name, &ctx.identity.account)
        })?;
        found.check_open(ctx)?;
        found.reshard(ctx, &halves)
    }
}

/// What `SplitShard` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct SplitShardRequest {
    /// Required: the least hash key of the second child, a decimal number greater than one plus that of the shard
    /// and less than its greatest.
    pub new_starting_hash_key: Option<String>,
    /// Required.
    pub shard_to_split: Option<String>,
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
}

impl SplitShardRequest {
    /// Splits a shard of the stream of this name at a hash key.
    pub fn new(stream_name: impl Into<String>, shard: ShardId, at: impl Into<String>) -> Self {
        Self {
            new_starting_hash_key: Some(at.into()),
            shard_to_split: Some(shard.to_string()),
            stream_name: Some(stream_name.into()),
            stream_arn: None,
        }
    }
}

/// The two parts of a range, the second of which starts at `key`; `None` where AWS does not cut.
fn halves(whole: HashKeyRange, key: &str) -> Option<[HashKeyRange; 2]> {
    let key = HashKey::parse(key).filter(|key| *key < whole.end)?;
    let least = whole.start.0.checked_add(1)?;
    let end = HashKey(key.0.checked_sub(1)?);
    (key.0 > least)
        .then_some([HashKeyRange { start: whole.start, end }, HashKeyRange { start: key, end: whole.end }])
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

    fn request(shard: &str, key: &str) -> SplitShardRequest {
        SplitShardRequest {
            shard_to_split: Some(shard.to_owned()),
            ..SplitShardRequest::new("orders", ShardId::new(0), key)
        }
    }

    #[track_caller]
    fn refuses(emulator: &Emulator, request: SplitShardRequest, code: ErrorCode, message: &str) {
        let error = emulator.call::<SplitShard>(NOW, request).unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (code, message));
    }

    #[test]
    fn both_children_have_two_hash_keys_at_least() {
        let code = ErrorCode::InvalidArgumentException;
        let in_between = |key: &str| {
            format!(
                "NewStartingHashKey {key} used in SplitShard() on shard shardId-000000000000 in stream orders under \
                 account 123456789012 is not both greater than one plus the shard's StartingHashKey 0 and less than \
                 the shard's EndingHashKey 113427455640312821154458202477256070484."
            )
        };
        let greatest = "113427455640312821154458202477256070484";
        let no_hash_key = "999999999999999999999999999999999999999";
        for key in ["0", "1", greatest, no_hash_key] {
            refuses(&emulator(), request("shard-0", key), code, &in_between(key));
        }
        for key in ["2", "113427455640312821154458202477256070483"] {
            emulator().call::<SplitShard>(NOW, request("anything-0", key)).unwrap();
        }
    }

    #[test]
    fn a_shard_is_split_once() {
        let emulator = emulator();
        emulator.call::<SplitShard>(NOW, request("shard-0", "7")).unwrap();
        let expected = "Shard shardId-000000000000 in stream orders under account 123456789012 has already been \
                        merged or split, and thus is not eligible for merging or splitting.";
        refuses(&emulator, request("shard-0", "7"), ErrorCode::InvalidArgumentException, expected);
    }

    #[test]
    fn names_are_read_before_the_stream_is_looked_for() {
        let code = ErrorCode::ResourceNotFoundException;
        let elsewhere = |shard: &str| SplitShardRequest {
            stream_name: Some("nowhere".to_owned()),
            ..request(shard, "7")
        };
        let account = "under account 123456789012";
        let no_stream = format!("Stream nowhere {account} not found.");
        refuses(&emulator(), elsewhere("2147483647"), code, &no_stream);
        let no_name = format!("Could not find shard 2147483648 in stream nowhere {account}.");
        refuses(&emulator(), elsewhere("2147483648"), code, &no_name);
        let no_shard = format!("Could not find shard shardId-000000000005 in stream orders {account}.");
        refuses(&emulator(), request("shardId-5", "7"), code, &no_shard);
    }

    #[test]
    fn streams_that_scale_by_themselves_are_not_resharded() {
        let emulator = emulator();
        let create = CreateStreamRequest { stream_name: Some("own".to_owned()), ..Default::default() };
        emulator.call::<CreateStream>(NOW, create).unwrap();
        let request = SplitShardRequest::new("own", ShardId::new(0), "7");
        let expected = "Request is invalid. Stream own under account 123456789012 is in On-Demand mode.";
        refuses(&emulator, request, ErrorCode::ValidationException, expected);
    }
}

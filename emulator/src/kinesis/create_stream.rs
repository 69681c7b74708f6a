//! `CreateStream`: a stream with shards that share the hash keys evenly.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html>

use serde::Deserialize;

use super::{HashKeyRange, ShardId, StreamModeDetails, errors, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::{ShardRow, StreamRow};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, number, required, text};

/// Shards of an on-demand stream, and of one made without a count (LocalStack's AWS snapshots).
const SHARD_COUNT_DEFAULT: u32 = 4;
/// Shards of an account: the quota of the greatest regions.
pub(super) const SHARD_LIMIT: i64 = 20_000;
const RETENTION_HOURS_DEFAULT: i64 = 24;
const PROVISIONED: &str = "PROVISIONED";
pub(super) const ON_DEMAND: &str = "ON_DEMAND";

/// See the module.
pub struct CreateStream;

impl Operation for CreateStream {
    const NAME: &'static str = "Kinesis_20131202.CreateStream";
    const RULES: &'static [Rule<CreateStreamRequest>] = &[
        field("shardCount", |r| number(&r.shard_count), &[Range(1, 100_000)]),
        field("streamName", |r| text(&r.stream_name), stream::REQUIRED_NAME),
        inside(|r, found| found.within("streamModeDetails", &r.stream_mode_details, MODE)),
    ];
    type Request = CreateStreamRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: CreateStreamRequest) -> Result<(), ApiError> {
        let (mode, shard_count) = capacity(&request);
        let name = required(request.stream_name);
        if ctx.store.find_stream(&name)?.is_some() {
            return Err(errors::stream_exists(&name, &ctx.identity.account));
        }
        let current = ctx.store.count_open_shards(None)?;
        if current + i64::from(shard_count) > SHARD_LIMIT {
            let identity = ctx.identity;
            return Err(errors::shard_limit_exceeded(identity, current, SHARD_LIMIT, shard_count));
        }
        let stream = ctx.store.insert_stream(&StreamRow {
            id: 0,
            name,
            created: ctx.now,
            mode: mode.to_owned(),
            retention_hours: RETENTION_HOURS_DEFAULT,
        })?;
        for (index, hash_keys) in (0..).zip(HashKeyRange::split_evenly(shard_count)) {
            let shard = ShardRow::new(ShardId::new(index), hash_keys, ctx.now);
            ctx.store.insert_shard(stream, &shard)?;
        }
        Ok(())
    }
}

const MODE: &[Rule<StreamModeDetails>] =
    &[field("streamMode", |m| text(&m.stream_mode), &[Required, OneOf(&[PROVISIONED, ON_DEMAND])])];

/// What `CreateStream` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateStreamRequest {
    /// Required.
    pub stream_name: Option<String>,
    /// From 1; 4 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub shard_count: Option<i32>,
    /// When absent: on-demand without a shard count, else provisioned.
    pub stream_mode_details: Option<StreamModeDetails>,
}

impl CreateStreamRequest {
    /// A provisioned stream of `shard_count` shards.
    pub fn new(stream_name: impl Into<String>, shard_count: i32) -> Self {
        Self {
            stream_name: Some(stream_name.into()),
            shard_count: Some(shard_count),
            stream_mode_details: None,
        }
    }
}

/// Mode and number of shards.
fn capacity(request: &CreateStreamRequest) -> (&'static str, u32) {
    let details = request.stream_mode_details.as_ref();
    let mode = details.and_then(|details| details.stream_mode.as_deref());
    let count = request.shard_count.and_then(|count| u32::try_from(count).ok());
    match (mode, count) {
        (Some(ON_DEMAND), _) | (None, None) => (ON_DEMAND, SHARD_COUNT_DEFAULT),
        (_, count) => (PROVISIONED, count.unwrap_or(SHARD_COUNT_DEFAULT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::kinesis::{DescribeStreamSummary, DescribeStreamSummaryRequest};
    use crate::{Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn emulator() -> Emulator {
        Emulator::open(Storage::Memory, Identity::default()).unwrap()
    }

    fn refusal(emulator: &Emulator, request: CreateStreamRequest) -> ApiError {
        emulator.call::<CreateStream>(NOW, request).unwrap_err()
    }

    #[test]
    fn stream_without_a_shard_count_is_on_demand_with_four_shards() {
        let emulator = emulator();
        let request = CreateStreamRequest { stream_name: Some("orders".to_owned()), ..Default::default() };
        emulator.call::<CreateStream>(NOW, request).unwrap();
        let request = DescribeStreamSummaryRequest::new("orders");
        let answer = emulator.call::<DescribeStreamSummary>(NOW, request).unwrap();
        let summary = answer.stream_description_summary;
        assert_eq!(summary.open_shard_count, 4);
        assert_eq!(summary.stream_status, "ACTIVE");
        assert_eq!(summary.stream_mode_details.stream_mode.unwrap(), "ON_DEMAND");
    }

    #[test]
    fn stream_that_exists_is_refused() {
        let emulator = emulator();
        let request = CreateStreamRequest::new("orders", 1);
        emulator.call::<CreateStream>(NOW, request.clone()).unwrap();
        let error = refusal(&emulator, request);
        assert_eq!(error.code, ErrorCode::ResourceInUseException);
        assert_eq!(error.message, "Stream orders under account 123456789012 already exists.");
    }

    #[test]
    fn too_many_shards_are_refused_and_not_allocated() {
        let error = refusal(&emulator(), CreateStreamRequest::new("orders", 100_000));
        assert_eq!(error.code, ErrorCode::LimitExceededException);
        let start = "This request would exceed the shard limit for the account 123456789012 in \
                     us-east-1. Current shard count for the account: 0. Limit: 20000. ";
        assert!(error.message.starts_with(start), "{}", error.message);
    }

    #[test]
    fn broken_rules_are_reported_together() {
        let mut request = CreateStreamRequest::new("", 0);
        request.stream_mode_details = Some(StreamModeDetails { stream_mode: Some("CHEAP".to_owned()) });
        let expected = "4 validation errors detected: \
             Value '0' at 'shardCount' failed to satisfy constraint: \
             Member must have value greater than or equal to 1; \
             Value '' at 'streamName' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; \
             Value '' at 'streamName' failed to satisfy constraint: \
             Member must have length greater than or equal to 1; \
             Value 'CHEAP' at 'streamModeDetails.streamMode' failed to satisfy constraint: \
             Member must satisfy enum value set: [PROVISIONED, ON_DEMAND]";
        assert_eq!(refusal(&emulator(), request).message, expected);
    }
}

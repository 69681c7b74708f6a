//! `CreateStream`: a stream with shards that share the hash keys evenly.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html>

use std::collections::BTreeMap;

use serde::Deserialize;

use super::life_cycle::{self, Change};
use super::{HashKeyRange, RECORD_BYTES_MAX, ShardId, StreamModeDetails, errors, resharding, stream, tags};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::{ShardRow, StreamRow, StreamStatus};
use crate::validation::Constraint::{self, *};
use crate::validation::{Rule, field, inside, map, number, required, text};

/// Shards of an on-demand stream, and of one made without a count (LocalStack's AWS snapshots).
const SHARD_COUNT_DEFAULT: u32 = 4;
const RETENTION_HOURS_DEFAULT: i64 = 24;
const RECORD_KIB_DEFAULT: i32 = (RECORD_BYTES_MAX / 1024) as i32;
pub(super) const PROVISIONED: &str = "PROVISIONED";
pub(super) const ON_DEMAND: &str = "ON_DEMAND";
/// Records are spread evenly, whatever their keys.
pub(super) const AUTO: &str = "AUTO";
/// The hash key of a record decides its shard.
pub(super) const USER_PARTITION_KEY: &str = "USER_PARTITION_KEY";
pub(super) const STRATEGIES: &[&str] = &[AUTO, USER_PARTITION_KEY];

/// On the greatest record of a stream, in KiB.
pub(super) const RECORD_SIZE: &[Constraint] = &[Range(1024, 10_240)];
/// The same, where a request cannot do without.
pub(super) const REQUIRED_RECORD_SIZE: &[Constraint] = &[Required, Range(1024, 10_240)];
/// On a throughput that is asked for ahead of its use.
pub(super) const WARM_THROUGHPUT: &[Constraint] = &[Range(0, i32::MAX as i64)];
/// The same, where a request cannot do without.
pub(super) const REQUIRED_WARM_THROUGHPUT: &[Constraint] = &[Required, Range(0, i32::MAX as i64)];

/// See the module.
pub struct CreateStream;

impl Operation for CreateStream {
    const NAME: &'static str = "Kinesis_20131202.CreateStream";
    const RULES: &'static [Rule<CreateStreamRequest>] = &[
        field("shardCount", |r| number(&r.shard_count), &[Range(1, 100_000)]),
        field("streamName", |r| text(&r.stream_name), stream::REQUIRED_NAME),
        inside(|r, found| found.within("streamModeDetails", &r.stream_mode_details, MODE)),
        field("tags", |r| map(&r.tags), tags::TAGS),
        field("warmThroughputMiBps", |r| number(&r.warm_throughput_mibps), WARM_THROUGHPUT),
        field("maxRecordSizeInKiB", |r| number(&r.max_record_size_in_kib), RECORD_SIZE),
        field("recordDistributionStrategy", |r| text(&r.record_distribution_strategy), &[OneOf(STRATEGIES)]),
    ];
    type Request = CreateStreamRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: CreateStreamRequest) -> Result<(), ApiError> {
        let (mode, shard_count) = capacity(&request);
        let name = required(request.stream_name.clone());
        if ctx.store.find_stream(&name)?.is_some() {
            return Err(errors::stream_exists(&name, &ctx.identity.account));
        }
        resharding::check_limit(ctx, shard_count)?;
        let strategy = request.record_distribution_strategy.as_deref().unwrap_or(USER_PARTITION_KEY);
        check_on_demand_settings(mode, strategy, request.warm_throughput_mibps)?;
        let tags = request.tags.unwrap_or_default();
        tags::check_new(&tags, &name, ctx)?;
        let mut stream = StreamRow {
            id: 0,
            name,
            created: ctx.now,
            mode: mode.to_owned(),
            retention_hours: RETENTION_HOURS_DEFAULT,
            status: StreamStatus::Creating,
            key_id: None,
            shard_level_metrics: Vec::new(),
            record_kib_max: request.max_record_size_in_kib.unwrap_or(RECORD_KIB_DEFAULT).into(),
            warm_mibps: request.warm_throughput_mibps.map(i64::from),
            distribution: strategy.to_owned(),
        };
        stream.id = ctx.store.insert_stream(&stream)?;
        tags::add(ctx, &stream::arn(ctx.identity, &stream.name), &tags)?;
        life_cycle::begin(ctx, &stream, StreamStatus::Creating, Change::Create { shards: shard_count })
    }
}

/// Gives a stream its first shards, which say that they were made so much earlier than the stream.
pub(super) fn create_shards(
    ctx: &Context<'_>,
    stream: &StreamRow,
    count: u32,
    earlier_ms: i64,
) -> Result<(), ApiError> {
    let created = stream.created.plus_millis(-earlier_ms);
    for (index, hash_keys) in (0..).zip(HashKeyRange::split_evenly(count)) {
        let shard =
            ShardRow { opened: stream.created, ..ShardRow::new(ShardId::new(index), hash_keys, created) };
        ctx.store.insert_shard(stream.id, &shard)?;
    }
    Ok(())
}

/// Refuses for provisioned streams what only on-demand streams have.
fn check_on_demand_settings(mode: &str, strategy: &str, warm: Option<i32>) -> Result<(), ApiError> {
    if mode == ON_DEMAND {
        return Ok(());
    }
    if strategy == AUTO {
        return Err(errors::invalid_argument(
            "RecordDistributionStrategy AUTO is supported for on-demand streams only.",
        ));
    }
    match warm {
        Some(_) => {
            Err(errors::invalid_argument("WarmThroughputMiBps is supported for on-demand streams only."))
        }
        None => Ok(()),
    }
}

pub(super) const MODE: &[Rule<StreamModeDetails>] =
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
    #[serde(deserialize_with = "crate::codec::structure")]
    pub stream_mode_details: Option<StreamModeDetails>,
    /// Up to 50.
    pub tags: Option<BTreeMap<String, String>>,
    /// On-demand streams only: throughput in MiB/s that is there at once.
    #[serde(rename = "WarmThroughputMiBps", deserialize_with = "crate::codec::integer")]
    pub warm_throughput_mibps: Option<i32>,
    /// Greatest record, 1024 to 10,240 KiB; 1024 when absent.
    #[serde(rename = "MaxRecordSizeInKiB", deserialize_with = "crate::codec::integer")]
    pub max_record_size_in_kib: Option<i32>,
    /// `AUTO` (on-demand streams only) or `USER_PARTITION_KEY`, which is meant when absent.
    pub record_distribution_strategy: Option<String>,
}

impl CreateStreamRequest {
    /// A provisioned stream of `shard_count` shards.
    pub fn new(stream_name: impl Into<String>, shard_count: i32) -> Self {
        Self { stream_name: Some(stream_name.into()), shard_count: Some(shard_count), ..Self::default() }
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
        assert_eq!(summary.stream_status, StreamStatus::Active);
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

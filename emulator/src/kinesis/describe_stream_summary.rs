//! `DescribeStreamSummary`: a stream without its shards.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html>

use serde::{Deserialize, Serialize};

use super::{StreamModeDetails, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::{StreamRow, StreamStatus};
use crate::time::Timestamp;
use crate::validation::{Rule, field, text};

/// See the module.
pub struct DescribeStreamSummary;

impl Operation for DescribeStreamSummary {
    const NAME: &'static str = "Kinesis_20131202.DescribeStreamSummary";
    const RULES: &'static [Rule<DescribeStreamSummaryRequest>] = &[
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    const READS_ONLY: bool = true;
    type Request = DescribeStreamSummaryRequest;
    type Response = DescribeStreamSummaryResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DescribeStreamSummaryRequest,
    ) -> Result<DescribeStreamSummaryResponse, ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let stream = stream::find(ctx, name, arn)?;
        let on_demand = stream.is_on_demand();
        let summary = StreamDescriptionSummary {
            stream_arn: stream::arn(ctx.identity, &stream.name),
            stream_status: stream.status,
            retention_period_hours: stream.retention_hours,
            stream_creation_timestamp: stream.created,
            encryption_type: stream.encryption_type(),
            open_shard_count: ctx.store.count_open_shards(Some(stream.id))?,
            consumer_count: ctx.store.count_consumers(stream.id)?,
            channel_count: some(ctx.store.count_channels(stream.id)?),
            queue_count: some(ctx.store.count_queues(stream.id)?),
            warm_throughput: WarmThroughput::of(&stream),
            max_record_size_in_kib: stream.record_kib_max,
            stream_name: stream.name,
            stream_mode_details: StreamModeDetails { stream_mode: Some(stream.mode) },
            enhanced_monitoring: vec![EnhancedMetrics { shard_level_metrics: stream.shard_level_metrics }],
            key_id: stream.key_id,
            record_distribution_strategy: on_demand.then_some(stream.distribution),
        };
        Ok(DescribeStreamSummaryResponse { stream_description_summary: summary })
    }
}

/// What `DescribeStreamSummary` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeStreamSummaryRequest {
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
}

impl DescribeStreamSummaryRequest {
    /// Describes the stream of this name.
    pub fn new(stream_name: impl Into<String>) -> Self {
        Self { stream_name: Some(stream_name.into()), stream_arn: None }
    }
}

/// What `DescribeStreamSummary` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeStreamSummaryResponse {
    /// The stream.
    pub stream_description_summary: StreamDescriptionSummary,
}

/// A stream without its shards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamDescriptionSummary {
    /// Its name.
    pub stream_name: String,
    /// Its ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: String,
    /// What it is doing.
    pub stream_status: StreamStatus,
    /// How capacity is provided.
    pub stream_mode_details: StreamModeDetails,
    /// How long records are kept, in hours.
    pub retention_period_hours: i64,
    /// When it was created.
    pub stream_creation_timestamp: Timestamp,
    /// Always one entry.
    pub enhanced_monitoring: Vec<EnhancedMetrics>,
    /// `NONE` or `KMS`.
    pub encryption_type: &'static str,
    /// The key that encrypts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// Shards that take records.
    pub open_shard_count: i64,
    /// Registered consumers.
    pub consumer_count: i64,
    /// Throughput that was asked for ahead of its use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_throughput: Option<WarmThroughput>,
    /// Greatest record, in KiB.
    #[serde(rename = "MaxRecordSizeInKiB")]
    pub max_record_size_in_kib: i64,
    /// Channels that deliver it, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_count: Option<i64>,
    /// Of an on-demand stream: `AUTO` or `USER_PARTITION_KEY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record_distribution_strategy: Option<String>,
    /// Queues on it, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_count: Option<i64>,
}

/// A count of something that is there.
fn some(count: i64) -> Option<i64> {
    (count > 0).then_some(count)
}

/// Throughput that was asked for ahead of its use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WarmThroughput {
    /// What it is going to be, in MiB/s.
    #[serde(rename = "TargetMiBps")]
    pub target_mibps: i64,
    /// What it is, in MiB/s.
    #[serde(rename = "CurrentMiBps")]
    pub current_mibps: i64,
}

impl WarmThroughput {
    pub(super) fn of(stream: &StreamRow) -> Option<Self> {
        stream.warm_mibps.map(|mibps| Self { target_mibps: mibps, current_mibps: mibps })
    }
}

/// Metrics that are collected per shard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EnhancedMetrics {
    /// Their names.
    pub shard_level_metrics: Vec<String>,
}

//! `DescribeStreamSummary`: a stream without its shards.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html>

use serde::{Deserialize, Serialize};

use super::{RECORD_BYTES_MAX, StreamModeDetails, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
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
        let summary = StreamDescriptionSummary {
            stream_arn: stream::arn(ctx.identity, &stream.name),
            stream_name: stream.name,
            stream_status: "ACTIVE",
            stream_mode_details: StreamModeDetails { stream_mode: Some(stream.mode) },
            retention_period_hours: stream.retention_hours,
            stream_creation_timestamp: stream.created,
            enhanced_monitoring: vec![EnhancedMetrics::default()],
            encryption_type: "NONE",
            open_shard_count: ctx.store.count_open_shards(Some(stream.id))?,
            consumer_count: 0,
            max_record_size_in_kib: RECORD_BYTES_MAX / 1024,
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
    /// Always `ACTIVE`.
    pub stream_status: &'static str,
    /// How capacity is provided.
    pub stream_mode_details: StreamModeDetails,
    /// How long records are kept, in hours.
    pub retention_period_hours: i64,
    /// When it was created.
    pub stream_creation_timestamp: Timestamp,
    /// Always one empty entry.
    pub enhanced_monitoring: Vec<EnhancedMetrics>,
    /// Always `NONE`.
    pub encryption_type: &'static str,
    /// Shards that take records.
    pub open_shard_count: i64,
    /// Always 0.
    pub consumer_count: i64,
    /// Greatest record, in KiB.
    #[serde(rename = "MaxRecordSizeInKiB")]
    pub max_record_size_in_kib: usize,
}

/// Metrics that are collected per shard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EnhancedMetrics {
    /// Always empty.
    pub shard_level_metrics: Vec<String>,
}

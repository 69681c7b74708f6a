//! `DescribeStream`: a stream with its shards, a page at a time.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStream.html>

use serde::{Deserialize, Serialize};

use super::list_shards::shard_id;
use super::{EnhancedMetrics, Shard, StreamModeDetails, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::StreamStatus;
use crate::time::Timestamp;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number, text};

const LIMIT_DEFAULT: i32 = 100;

/// See the module.
pub struct DescribeStream;

impl Operation for DescribeStream {
    const NAME: &'static str = "Kinesis_20131202.DescribeStream";
    const RULES: &'static [Rule<DescribeStreamRequest>] = &[
        field("limit", |r| number(&r.limit), &[Range(1, 10_000)]),
        field("exclusiveStartShardId", |r| text(&r.exclusive_start_shard_id), stream::NAME),
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    const READS_ONLY: bool = true;
    type Request = DescribeStreamRequest;
    type Response = DescribeStreamResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DescribeStreamRequest,
    ) -> Result<DescribeStreamResponse, ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let stream = stream::find(ctx, name, arn)?;
        let after = request.exclusive_start_shard_id.as_deref().map(shard_id).transpose()?;
        let limit = request.limit.unwrap_or(LIMIT_DEFAULT) as usize;
        let shards = ctx.store.list_shards(stream.id)?;
        let mut listed = shards.iter().filter(|shard| Some(shard.id) > after && stream.keeps(shard, ctx.now));
        let page: Vec<Shard> = listed.by_ref().take(limit).map(Shard::from).collect();
        let description = StreamDescription {
            stream_arn: stream::arn(ctx.identity, &stream.name),
            stream_status: stream.status,
            shards: page,
            has_more_shards: listed.next().is_some(),
            retention_period_hours: stream.retention_hours,
            stream_creation_timestamp: stream.created,
            encryption_type: stream.encryption_type(),
            stream_name: stream.name,
            stream_mode_details: StreamModeDetails { stream_mode: Some(stream.mode) },
            enhanced_monitoring: vec![EnhancedMetrics { shard_level_metrics: stream.shard_level_metrics }],
            key_id: stream.key_id,
        };
        Ok(DescribeStreamResponse { stream_description: description })
    }
}

/// What `DescribeStream` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeStreamRequest {
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Shards in one answer, at most; 100 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub limit: Option<i32>,
    /// Describes the shards after this one.
    pub exclusive_start_shard_id: Option<String>,
}

impl DescribeStreamRequest {
    /// Describes the stream of this name.
    pub fn new(stream_name: impl Into<String>) -> Self {
        Self { stream_name: Some(stream_name.into()), ..Self::default() }
    }
}

/// What `DescribeStream` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeStreamResponse {
    /// The stream.
    pub stream_description: StreamDescription,
}

/// A stream with its shards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamDescription {
    /// Its name.
    pub stream_name: String,
    /// Its ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: String,
    /// What it is doing.
    pub stream_status: StreamStatus,
    /// How capacity is provided.
    pub stream_mode_details: StreamModeDetails,
    /// Shards by index, closed ones included.
    pub shards: Vec<Shard>,
    /// Whether another call would describe more.
    pub has_more_shards: bool,
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinesis::{CreateStream, CreateStreamRequest};
    use crate::{Emulator, Identity, Storage};

    #[test]
    fn pages_describe_every_shard_once() {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let now = Timestamp::from_millis(1_700_000_000_000);
        emulator.call::<CreateStream>(now, CreateStreamRequest::new("orders", 5)).unwrap();
        let mut request = DescribeStreamRequest { limit: Some(2), ..DescribeStreamRequest::new("orders") };
        let mut indexes = Vec::new();
        loop {
            let page = emulator.call::<DescribeStream>(now, request.clone()).unwrap().stream_description;
            indexes.extend(page.shards.iter().map(|shard| shard.shard_id.index()));
            if !page.has_more_shards {
                break;
            }
            request.exclusive_start_shard_id = page.shards.last().map(|shard| shard.shard_id.to_string());
        }
        assert_eq!(indexes, [0, 1, 2, 3, 4]);
    }
}

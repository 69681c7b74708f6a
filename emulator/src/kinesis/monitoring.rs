//! Metrics per shard: which ones a stream is told to collect. None are collected.

use serde::Serialize;

use super::stream;
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::StreamRow;
use crate::validation::Constraint::{self, *};

/// Every metric at once.
pub(super) const ALL: &str = "ALL";

/// On metrics in requests.
pub(super) const METRICS: &[Constraint] = &[Required, Length(1, 7), MembersOf(NAMES)];

const NAMES: &[&str] = &[
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
    ALL,
];

/// What both operations on metrics answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EnhancedMonitoringResponse {
    /// The stream, by name.
    pub stream_name: String,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: String,
    /// What was collected before.
    pub current_shard_level_metrics: Vec<String>,
    /// What is collected from now on.
    pub desired_shard_level_metrics: Vec<String>,
}

/// Has a stream collect these metrics from now on.
pub(super) fn set(
    ctx: &Context<'_>,
    stream: StreamRow,
    desired: Vec<String>,
) -> Result<EnhancedMonitoringResponse, ApiError> {
    let changed = StreamRow { shard_level_metrics: desired, ..stream.clone() };
    ctx.store.update_stream(&changed)?;
    Ok(EnhancedMonitoringResponse {
        stream_arn: stream::arn(ctx.identity, &stream.name),
        stream_name: stream.name,
        current_shard_level_metrics: stream.shard_level_metrics,
        desired_shard_level_metrics: changed.shard_level_metrics,
    })
}

//! `DisableEnhancedMonitoring`: fewer metrics per shard.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DisableEnhancedMonitoring.html>

use serde::Deserialize;

use super::monitoring::{self, EnhancedMonitoringResponse};
use super::stream;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text, texts};

/// See the module.
pub struct DisableEnhancedMonitoring;

impl Operation for DisableEnhancedMonitoring {
    const NAME: &'static str = "Kinesis_20131202.DisableEnhancedMonitoring";
    const RULES: &'static [Rule<DisableEnhancedMonitoringRequest>] = &[
        field("shardLevelMetrics", |r| texts(&r.shard_level_metrics), monitoring::METRICS),
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    type Request = DisableEnhancedMonitoringRequest;
    type Response = EnhancedMonitoringResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DisableEnhancedMonitoringRequest,
    ) -> Result<EnhancedMonitoringResponse, ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let stream = stream::find(ctx, name, arn)?;

        let stopped = required(request.shard_level_metrics);
        let stays = |metric: &&String| {
            !stopped.contains(metric) && !stopped.iter().any(|name| name == monitoring::ALL)
        };
        let desired = stream.shard_level_metrics.iter().filter(stays).cloned().collect();
        monitoring::set(ctx, stream, desired)
    }
}

/// What `DisableEnhancedMonitoring` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DisableEnhancedMonitoringRequest {
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Required: names of metrics, or `ALL`.
    pub shard_level_metrics: Option<Vec<String>>,
}

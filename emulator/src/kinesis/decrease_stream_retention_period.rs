//! `DecreaseStreamRetentionPeriod`: a stream keeps its records for a shorter time.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DecreaseStreamRetentionPeriod.html>

use serde::Deserialize;

use super::{errors, retention, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, number, required, text};

/// See the module.
pub struct DecreaseStreamRetentionPeriod;

impl Operation for DecreaseStreamRetentionPeriod {
    const NAME: &'static str = "Kinesis_20131202.DecreaseStreamRetentionPeriod";
    const RULES: &'static [Rule<DecreaseStreamRetentionPeriodRequest>] = &[
        field("retentionPeriodHours", |r| number(&r.retention_period_hours), retention::HOURS),
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    type Request = DecreaseStreamRetentionPeriodRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: DecreaseStreamRetentionPeriodRequest) -> Result<(), ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let stream = stream::find(ctx, name, arn)?;
        let hours = retention::check(required(request.retention_period_hours))?;
        if hours > stream.retention_hours {
            return Err(errors::retention_not_decreased(hours, &stream.name, stream.retention_hours));
        }
        retention::set(ctx, &stream, hours)
    }
}

/// What `DecreaseStreamRetentionPeriod` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DecreaseStreamRetentionPeriodRequest {
    /// Required: 24 to 8760, not more than now.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub retention_period_hours: Option<i32>,
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
}

impl DecreaseStreamRetentionPeriodRequest {
    /// Has the stream of this name keep its records for so many hours only.
    pub fn new(stream_name: impl Into<String>, hours: i32) -> Self {
        Self { retention_period_hours: Some(hours), stream_name: Some(stream_name.into()), stream_arn: None }
    }
}

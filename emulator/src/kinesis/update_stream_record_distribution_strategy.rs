//! `UpdateStreamRecordDistributionStrategy`: whether keys decide the shards of records, or the service does.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamRecordDistributionStrategy.html>

use serde::Deserialize;

use super::create_stream::{AUTO, STRATEGIES};
use super::{errors, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::StreamRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct UpdateStreamRecordDistributionStrategy;

impl Operation for UpdateStreamRecordDistributionStrategy {
    const NAME: &'static str = "Kinesis_20131202.UpdateStreamRecordDistributionStrategy";
    const RULES: &'static [Rule<UpdateStreamRecordDistributionStrategyRequest>] = &[
        field("streamARN", |r| text(&r.stream_arn), stream::REQUIRED_ARN),
        field(
            "recordDistributionStrategy",
            |r| text(&r.record_distribution_strategy),
            &[Required, OneOf(STRATEGIES)],
        ),
    ];
    type Request = UpdateStreamRecordDistributionStrategyRequest;
    type Response = ();

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateStreamRecordDistributionStrategyRequest,
    ) -> Result<(), ApiError> {
        let stream = stream::find(ctx, None, request.stream_arn.as_deref())?;
        let distribution = required(request.record_distribution_strategy);
        if distribution == AUTO && !stream.is_on_demand() {
            return Err(errors::invalid_argument(
                "RecordDistributionStrategy AUTO is supported for on-demand streams only.",
            ));
        }
        Ok(ctx.store.update_stream(&StreamRow { distribution, ..stream })?)
    }
}

/// What `UpdateStreamRecordDistributionStrategy` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateStreamRecordDistributionStrategyRequest {
    /// Required.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Required: `AUTO` (on-demand streams only) or `USER_PARTITION_KEY`.
    pub record_distribution_strategy: Option<String>,
}

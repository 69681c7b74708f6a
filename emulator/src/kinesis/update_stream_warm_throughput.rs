//! `UpdateStreamWarmThroughput`: throughput that is there before it is used.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamWarmThroughput.html>

use serde::{Deserialize, Serialize};

use super::account_settings::Commitment;
use super::create_stream::REQUIRED_WARM_THROUGHPUT;
use super::life_cycle::{self, Change};
use super::{WarmThroughput, errors, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::{StreamRow, StreamStatus};
use crate::validation::{Rule, field, number, text};

/// See the module.
pub struct UpdateStreamWarmThroughput;

impl Operation for UpdateStreamWarmThroughput {
    const NAME: &'static str = "Kinesis_20131202.UpdateStreamWarmThroughput";
    const RULES: &'static [Rule<UpdateStreamWarmThroughputRequest>] = &[
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
        field("warmThroughputMiBps", |r| number(&r.warm_throughput_mibps), REQUIRED_WARM_THROUGHPUT),
    ];
    type Request = UpdateStreamWarmThroughputRequest;
    type Response = UpdateStreamWarmThroughputResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateStreamWarmThroughputRequest,
    ) -> Result<UpdateStreamWarmThroughputResponse, ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let stream = stream::find(ctx, name, arn)?;

        life_cycle::check_active(ctx, &stream)?;
        if !stream.is_on_demand() {
            return Err(errors::invalid_request("Warm throughput is supported for on-demand streams only."));
        }
        if !Commitment::load(ctx)?.is_on() {
            return Err(errors::invalid_request(
                "Warm throughput needs an account with MinimumThroughputBillingCommitment enabled; \
                 see UpdateAccountSettings.",
            ));
        }
        let changed =
            StreamRow { warm_mibps: request.warm_throughput_mibps.map(i64::from), ..stream.clone() };
        ctx.store.update_stream(&changed)?;
        life_cycle::begin(ctx, &stream, StreamStatus::Updating, Change::Settle)?;
        Ok(UpdateStreamWarmThroughputResponse {
            stream_arn: stream::arn(ctx.identity, &stream.name),
            stream_name: stream.name,
            warm_throughput: WarmThroughput::of(&changed),
        })
    }
}

/// What `UpdateStreamWarmThroughput` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateStreamWarmThroughputRequest {
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// Required: MiB/s.
    #[serde(rename = "WarmThroughputMiBps", deserialize_with = "crate::codec::integer")]
    pub warm_throughput_mibps: Option<i32>,
}

/// What `UpdateStreamWarmThroughput` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateStreamWarmThroughputResponse {
    /// The stream, by name.
    pub stream_name: String,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: String,
    /// What it has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_throughput: Option<WarmThroughput>,
}

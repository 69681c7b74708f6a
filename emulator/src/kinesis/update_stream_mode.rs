//! `UpdateStreamMode`: between provisioned and on-demand capacity.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamMode.html>

use serde::Deserialize;

use super::create_stream::{MODE, PROVISIONED, USER_PARTITION_KEY, WARM_THROUGHPUT};
use super::life_cycle::{self, Change};
use super::{StreamModeDetails, errors, queues, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::StreamStatus;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, number, required, structure, text};

/// See the module.
pub struct UpdateStreamMode;

impl Operation for UpdateStreamMode {
    const NAME: &'static str = "Kinesis_20131202.UpdateStreamMode";
    const RULES: &'static [Rule<UpdateStreamModeRequest>] = &[
        field("streamARN", |r| text(&r.stream_arn), stream::REQUIRED_ARN),
        field("streamModeDetails", |r| structure(&r.stream_mode_details), &[Required]),
        inside(|r, found| found.within("streamModeDetails", &r.stream_mode_details, MODE)),
        field("warmThroughputMiBps", |r| number(&r.warm_throughput_mibps), WARM_THROUGHPUT),
    ];
    type Request = UpdateStreamModeRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: UpdateStreamModeRequest) -> Result<(), ApiError> {
        let stream = stream::find(ctx, None, request.stream_arn.as_deref())?;
        life_cycle::check_active(ctx, &stream)?;
        let mode = required(required(request.stream_mode_details).stream_mode);
        if mode == PROVISIONED && request.warm_throughput_mibps.is_some() {
            return Err(errors::invalid_argument(
                "WarmThroughputMiBps is supported for on-demand streams only.",
            ));
        }
        if mode == PROVISIONED {
            queues::check_none(ctx, &stream)?;
        }
        let mut changed = stream.clone();
        if mode == PROVISIONED {
            // Neither is there without on-demand capacity.
            changed.distribution = USER_PARTITION_KEY.to_owned();
            changed.warm_mibps = None;
        } else if let Some(mibps) = request.warm_throughput_mibps {
            changed.warm_mibps = Some(mibps.into());
        }
        changed.mode = mode;
        ctx.store.update_stream(&changed)?;
        life_cycle::begin(ctx, &stream, StreamStatus::Updating, Change::Settle)
    }
}

/// What `UpdateStreamMode` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateStreamModeRequest {
    /// Required.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Required.
    #[serde(deserialize_with = "crate::codec::structure")]
    pub stream_mode_details: Option<StreamModeDetails>,
    /// With on-demand capacity: throughput in MiB/s that is there at once.
    #[serde(rename = "WarmThroughputMiBps", deserialize_with = "crate::codec::integer")]
    pub warm_throughput_mibps: Option<i32>,
}

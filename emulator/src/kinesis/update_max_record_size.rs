//! `UpdateMaxRecordSize`: how great a record of a stream may be.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html>

use serde::Deserialize;

use super::create_stream::REQUIRED_RECORD_SIZE;
use super::life_cycle::{self, Change};
use super::stream;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::{StreamRow, StreamStatus};
use crate::validation::{Rule, field, number, required, text};

/// See the module.
pub struct UpdateMaxRecordSize;

impl Operation for UpdateMaxRecordSize {
    const NAME: &'static str = "Kinesis_20131202.UpdateMaxRecordSize";
    const RULES: &'static [Rule<UpdateMaxRecordSizeRequest>] = &[
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
        field("maxRecordSizeInKiB", |r| number(&r.max_record_size_in_kib), REQUIRED_RECORD_SIZE),
    ];
    type Request = UpdateMaxRecordSizeRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: UpdateMaxRecordSizeRequest) -> Result<(), ApiError> {
        let stream = stream::find(ctx, None, request.stream_arn.as_deref())?;
        life_cycle::check_active(ctx, &stream)?;
        let record_kib_max = required(request.max_record_size_in_kib).into();
        ctx.store.update_stream(&StreamRow { record_kib_max, ..stream.clone() })?;
        life_cycle::begin(ctx, &stream, StreamStatus::Updating, Change::Settle)
    }
}

/// What `UpdateMaxRecordSize` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateMaxRecordSizeRequest {
    /// The stream.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Required: 1024 to 10,240 KiB.
    #[serde(rename = "MaxRecordSizeInKiB", deserialize_with = "crate::codec::integer")]
    pub max_record_size_in_kib: Option<i32>,
}

//! `StopStreamEncryption`: a stream says no more that a key encrypts it.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StopStreamEncryption.html>

use serde::Deserialize;

use super::life_cycle::{self, Change};
use super::stream;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::{StreamRow, StreamStatus};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, text};

/// See the module.
pub struct StopStreamEncryption;

impl Operation for StopStreamEncryption {
    const NAME: &'static str = "Kinesis_20131202.StopStreamEncryption";
    const RULES: &'static [Rule<StopStreamEncryptionRequest>] = &[
        field("encryptionType", |r| text(&r.encryption_type), &[Required, OneOf(&["NONE", "KMS"])]),
        field("keyId", |r| text(&r.key_id), &[Required, Length(1, 2048)]),
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    type Request = StopStreamEncryptionRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: StopStreamEncryptionRequest) -> Result<(), ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let stream = stream::find(ctx, name, arn)?;

        life_cycle::check_active(ctx, &stream)?;
        ctx.store.update_stream(&StreamRow { key_id: None, ..stream.clone() })?;
        life_cycle::begin(ctx, &stream, StreamStatus::Updating, Change::Settle)
    }
}

/// What `StopStreamEncryption` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct StopStreamEncryptionRequest {
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Required: `KMS` is the only encryption there is.
    pub encryption_type: Option<String>,
    /// Required: a key by id, ARN or alias. It is kept and shown; nothing is encrypted.
    pub key_id: Option<String>,
}

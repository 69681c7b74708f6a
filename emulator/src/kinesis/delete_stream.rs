//! `DeleteStream`: a stream, its shards and their records are gone at once.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html>

use serde::Deserialize;

use super::{channels, queues, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, text};

/// See the module.
pub struct DeleteStream;

impl Operation for DeleteStream {
    const NAME: &'static str = "Kinesis_20131202.DeleteStream";
    const RULES: &'static [Rule<DeleteStreamRequest>] = &[
        field("streamName", |r| text(&r.stream_name), stream::NAME),
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
    ];
    type Request = DeleteStreamRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: DeleteStreamRequest) -> Result<(), ApiError> {
        let (name, arn) = (request.stream_name.as_deref(), request.stream_arn.as_deref());
        let stream = stream::find(ctx, name, arn)?;
        channels::check_none(ctx, &stream)?;
        queues::check_none(ctx, &stream)?;
        Ok(ctx.store.delete_stream(stream.id)?)
    }
}

/// What `DeleteStream` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteStreamRequest {
    /// The stream, by name.
    pub stream_name: Option<String>,
    /// The stream, by ARN.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
}

impl DeleteStreamRequest {
    /// Deletes the stream of this name.
    pub fn new(stream_name: impl Into<String>) -> Self {
        Self { stream_name: Some(stream_name.into()), stream_arn: None }
    }
}

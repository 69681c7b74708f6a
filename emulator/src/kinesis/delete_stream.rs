//! `DeleteStream`: a stream goes, with its shards, their records and its consumers.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html>

use serde::Deserialize;

use super::life_cycle::{self, Change};
use super::{channels, errors, queues, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::StreamStatus;
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
        let consumers = ctx.store.count_consumers(stream.id)?;
        if consumers > 0 && request.enforce_consumer_deletion != Some(true) {
            let account = &ctx.identity.account;
            return Err(errors::in_use(format!(
                "Stream {} under account {account} has {consumers} registered consumers; deregister them first, or \
                 set EnforceConsumerDeletion.",
                stream.name
            )));
        }
        channels::check_none(ctx, &stream)?;
        queues::check_none(ctx, &stream)?;
        life_cycle::begin(ctx, &stream, StreamStatus::Deleting, Change::Delete)
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
    /// Whether registered consumers go with it instead of being in the way.
    pub enforce_consumer_deletion: Option<bool>,
}

impl DeleteStreamRequest {
    /// Deletes the stream of this name.
    pub fn new(stream_name: impl Into<String>) -> Self {
        Self { stream_name: Some(stream_name.into()), ..Self::default() }
    }
}

//! `DeregisterStreamConsumer`: a consumer is one no more.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeregisterStreamConsumer.html>

use serde::Deserialize;

use super::{consumer, stream};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, text};

/// See the module.
pub struct DeregisterStreamConsumer;

impl Operation for DeregisterStreamConsumer {
    const NAME: &'static str = "Kinesis_20131202.DeregisterStreamConsumer";
    const RULES: &'static [Rule<DeregisterStreamConsumerRequest>] = &[
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
        field("consumerName", |r| text(&r.consumer_name), stream::NAME),
        field("consumerARN", |r| text(&r.consumer_arn), &[Length(1, 2048)]),
    ];
    type Request = DeregisterStreamConsumerRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: DeregisterStreamConsumerRequest) -> Result<(), ApiError> {
        let (arn, name) = (request.stream_arn.as_deref(), request.consumer_name.as_deref());
        let (stream, row) = consumer::find_named(ctx, arn, name, request.consumer_arn.as_deref())?;
        ctx.store.forget_resource(&consumer::arn(ctx.identity, &stream, &row))?;
        Ok(ctx.store.delete_consumer(stream.id, &row.name)?)
    }
}

/// What `DeregisterStreamConsumer` asks: the consumer by its ARN, or by its stream and its name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeregisterStreamConsumerRequest {
    /// The stream.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// The consumer, by name.
    pub consumer_name: Option<String>,
    /// The consumer, by ARN.
    #[serde(rename = "ConsumerARN")]
    pub consumer_arn: Option<String>,
}

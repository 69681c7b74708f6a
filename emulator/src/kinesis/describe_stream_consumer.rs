//! `DescribeStreamConsumer`: a consumer, by name or ARN.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamConsumer.html>

use serde::{Deserialize, Serialize};

use super::consumer::{self, Consumer, ConsumerDescription};
use super::stream;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, text};

/// See the module.
pub struct DescribeStreamConsumer;

impl Operation for DescribeStreamConsumer {
    const NAME: &'static str = "Kinesis_20131202.DescribeStreamConsumer";
    const RULES: &'static [Rule<DescribeStreamConsumerRequest>] = &[
        field("streamARN", |r| text(&r.stream_arn), stream::ARN),
        field("consumerName", |r| text(&r.consumer_name), stream::NAME),
        field("consumerARN", |r| text(&r.consumer_arn), &[Length(1, 2048)]),
    ];
    const READS_ONLY: bool = true;
    type Request = DescribeStreamConsumerRequest;
    type Response = DescribeStreamConsumerResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DescribeStreamConsumerRequest,
    ) -> Result<DescribeStreamConsumerResponse, ApiError> {
        let (arn, name) = (request.stream_arn.as_deref(), request.consumer_name.as_deref());
        let (stream, row) = consumer::find_named(ctx, arn, name, request.consumer_arn.as_deref())?;
        let Consumer { consumer_name, consumer_arn, consumer_status, consumer_creation_timestamp } =
            consumer::shown(ctx, &stream, row);
        let description = ConsumerDescription {
            consumer_name,
            consumer_arn,
            consumer_status,
            consumer_creation_timestamp,
            stream_arn: stream::arn(ctx.identity, &stream.name),
        };
        Ok(DescribeStreamConsumerResponse { consumer_description: description })
    }
}

/// What `DescribeStreamConsumer` asks: the consumer by its ARN, or by its stream and its name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeStreamConsumerRequest {
    /// The stream.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// The consumer, by name.
    pub consumer_name: Option<String>,
    /// The consumer, by ARN.
    #[serde(rename = "ConsumerARN")]
    pub consumer_arn: Option<String>,
}

/// What `DescribeStreamConsumer` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeStreamConsumerResponse {
    /// The consumer.
    pub consumer_description: ConsumerDescription,
}

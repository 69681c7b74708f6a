//! `RegisterStreamConsumer`: a consumer that shards push their records to.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::consumer::{self, Consumer};
use super::{errors, stream, tags};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::ConsumerRow;
use crate::validation::{Rule, field, map, required, text};

/// Consumers of one stream.
const CONSUMERS_MAX: i64 = 20;
/// Consumers that are made at a time.
const CREATING_MAX: i64 = 5;

/// See the module.
pub struct RegisterStreamConsumer;

impl Operation for RegisterStreamConsumer {
    const NAME: &'static str = "Kinesis_20131202.RegisterStreamConsumer";
    const RULES: &'static [Rule<RegisterStreamConsumerRequest>] = &[
        field("streamARN", |r| text(&r.stream_arn), stream::REQUIRED_ARN),
        field("consumerName", |r| text(&r.consumer_name), stream::REQUIRED_NAME),
        field("tags", |r| map(&r.tags), tags::TAGS),
    ];
    type Request = RegisterStreamConsumerRequest;
    type Response = RegisterStreamConsumerResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: RegisterStreamConsumerRequest,
    ) -> Result<RegisterStreamConsumerResponse, ApiError> {
        let stream = stream::find(ctx, None, request.stream_arn.as_deref())?;
        let name = required(request.consumer_name);
        let account = &ctx.identity.account;
        if ctx.store.find_consumer(stream.id, &name)?.is_some() {
            return Err(errors::in_use(format!(
                "Consumer {name} under stream {} already exists for account {account}.",
                stream.name
            )));
        }
        if ctx.store.count_consumers(stream.id)? >= CONSUMERS_MAX {
            return Err(errors::limit_exceeded(format!(
                "Stream {} under account {account} has {CONSUMERS_MAX} registered consumers already.",
                stream.name
            )));
        }
        let still_creating = ctx.now.plus_millis(-ctx.settings.transition_ms);
        if ctx.settings.transition_ms > 0 && ctx.store.count_consumers_since(still_creating)? >= CREATING_MAX
        {
            return Err(errors::limit_exceeded(format!(
                "{CREATING_MAX} consumers are in the CREATING status."
            )));
        }
        let tags = request.tags.unwrap_or_default();
        tags::check_new(&tags, &name, ctx)?;
        let row = ConsumerRow { name, created: ctx.now };
        ctx.store.insert_consumer(stream.id, &row)?;
        tags::add(ctx, &consumer::arn(ctx.identity, &stream, &row), &tags)?;
        Ok(RegisterStreamConsumerResponse { consumer: consumer::shown(ctx, &stream, row) })
    }
}

/// What `RegisterStreamConsumer` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct RegisterStreamConsumerRequest {
    /// Required.
    #[serde(rename = "StreamARN")]
    pub stream_arn: Option<String>,
    /// Required: unique within the stream.
    pub consumer_name: Option<String>,
    /// Up to 50.
    pub tags: Option<BTreeMap<String, String>>,
}

/// What `RegisterStreamConsumer` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RegisterStreamConsumerResponse {
    /// The consumer.
    pub consumer: Consumer,
}

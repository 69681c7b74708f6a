//! Consumers with enhanced fan-out: how requests name them, and what all operations know of them.

use serde::Serialize;

use super::errors;
use super::{resource_arn, stream};
use crate::emulator::Identity;
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::{ConsumerRow, StreamRow};
use crate::time::Timestamp;

/// A consumer, as it is registered and listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Consumer {
    /// Its name.
    pub consumer_name: String,
    /// Its ARN.
    #[serde(rename = "ConsumerARN")]
    pub consumer_arn: String,
    /// `CREATING` or `ACTIVE`.
    pub consumer_status: &'static str,
    /// When it was registered.
    pub consumer_creation_timestamp: Timestamp,
}

/// A consumer, as it is described.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ConsumerDescription {
    /// Its name.
    pub consumer_name: String,
    /// Its ARN.
    #[serde(rename = "ConsumerARN")]
    pub consumer_arn: String,
    /// `CREATING` or `ACTIVE`.
    pub consumer_status: &'static str,
    /// When it was registered.
    pub consumer_creation_timestamp: Timestamp,
    /// Its stream.
    #[serde(rename = "StreamARN")]
    pub stream_arn: String,
}

/// The parts of a consumer's ARN: that of its stream, its name, and when it was made, in seconds.
pub(super) struct ConsumerArn<'a> {
    pub whole: &'a str,
    pub stream: &'a str,
    pub name: &'a str,
}

impl<'a> ConsumerArn<'a> {
    pub fn parse(arn: &'a str) -> Option<Self> {
        let (stream, rest) = arn.split_once("/consumer/")?;
        let (name, created) = rest.rsplit_once(':')?;
        let digits = !created.is_empty() && created.bytes().all(|byte| byte.is_ascii_digit());
        (resource_arn::is_arn(stream, "stream") && digits).then_some(Self { whole: arn, stream, name })
    }
}

/// The ARN of a consumer.
pub(super) fn arn(identity: &Identity, stream: &StreamRow, consumer: &ConsumerRow) -> String {
    let stream = stream::arn(identity, &stream.name);
    format!("{stream}/consumer/{}:{}", consumer.name, consumer.created.as_secs())
}

/// What operations show of a consumer.
pub(super) fn shown(ctx: &Context<'_>, stream: &StreamRow, row: ConsumerRow) -> Consumer {
    let age_ms = ctx.now.millis_since(row.created);
    Consumer {
        consumer_arn: arn(ctx.identity, stream, &row),
        consumer_status: if age_ms < ctx.settings.transition_ms { "CREATING" } else { "ACTIVE" },
        consumer_creation_timestamp: row.created,
        consumer_name: row.name,
    }
}

/// The consumer that an ARN names.
pub(super) fn find(ctx: &Context<'_>, named: &ConsumerArn<'_>) -> Result<(StreamRow, ConsumerRow), ApiError> {
    let missing = || not_found(ctx, named.whole);
    let stream = stream::find(ctx, None, Some(named.stream)).map_err(|_| missing())?;
    let row = ctx.store.find_consumer(stream.id, named.name)?.ok_or_else(missing)?;
    match arn(ctx.identity, &stream, &row) == named.whole {
        true => Ok((stream, row)),
        false => Err(missing()),
    }
}

/// The consumer that a request names: by its ARN, or by its stream and its name, or by all that say the same.
pub(super) fn find_named(
    ctx: &Context<'_>,
    stream_arn: Option<&str>,
    name: Option<&str>,
    consumer_arn: Option<&str>,
) -> Result<(StreamRow, ConsumerRow), ApiError> {
    let found = match (consumer_arn, stream_arn, name) {
        (Some(arn), ..) => {
            let parsed = ConsumerArn::parse(arn).ok_or_else(|| not_found(ctx, arn))?;
            find(ctx, &parsed)?
        }
        (None, Some(stream_arn), Some(name)) => {
            let stream = stream::find(ctx, None, Some(stream_arn))?;
            let row = ctx.store.find_consumer(stream.id, name)?.ok_or_else(|| not_found(ctx, name))?;
            (stream, row)
        }
        _ => {
            return Err(errors::invalid_argument(
                "Either ConsumerARN, or StreamARN and ConsumerName must be provided.",
            ));
        }
    };
    let (stream, row) = &found;
    let conflicts = name.is_some_and(|name| name != row.name)
        || stream_arn.is_some_and(|arn| arn != stream::arn(ctx.identity, &stream.name));
    match conflicts {
        true => Err(errors::invalid_argument(
            "StreamARN, ConsumerName and ConsumerARN do not name the same consumer.",
        )),
        false => Ok(found),
    }
}

/// Source: moto's tests.
fn not_found(ctx: &Context<'_>, consumer: &str) -> ApiError {
    errors::not_found(format!("Consumer {consumer}, account {} not found.", ctx.identity.account))
}

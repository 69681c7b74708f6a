//! `CreateQueue`: a queue on an on-demand stream, `ACTIVE` at once.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateQueue.html>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::attributes::{MAX_RECEIVES_DEFAULT, VISIBILITY_SECS_DEFAULT};
use super::starting_position::Start;
use super::{QueueAttributes, QueueDescription, QueueStreamConfiguration, errors, queue as named};
use crate::error::ApiError;
use crate::kinesis::{on_demand, stream, tags};
use crate::operation::{Context, Operation};
use crate::store::QueueRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, list, map, required, text};

const ACTIVE: &str = "ACTIVE";
/// Queues and registered consumers of a stream, together: the limit of On-demand Standard.
const CONSUMERS_MAX: i64 = 20;
/// What is printed for a stream's configuration inside a message.
const STREAM_SHOWN: &str = "QueueStreamConfiguration";

/// See the module.
pub struct CreateQueue;

impl Operation for CreateQueue {
    const NAME: &'static str = "Kinesis_20131202.CreateQueue";
    const RULES: &'static [Rule<CreateQueueRequest>] = &[
        field("queueName", |r| text(&r.queue_name), stream::REQUIRED_NAME),
        field(
            "streamConfigurationList",
            |r| list(&r.stream_configuration_list, STREAM_SHOWN),
            &[Required, Length(1, 10_000)],
        ),
        inside(|r, found| {
            let streams = &r.stream_configuration_list;
            found.each("streamConfigurationList", streams, QueueStreamConfiguration::RULES)
        }),
        inside(|r, found| found.within("queueAttributes", &r.queue_attributes, QueueAttributes::RULES)),
        field("tags", |r| map(&r.tags), tags::TAGS),
    ];
    type Request = CreateQueueRequest;
    type Response = CreateQueueResponse;

    fn call(ctx: &mut Context<'_>, request: CreateQueueRequest) -> Result<CreateQueueResponse, ApiError> {
        let source = source(required(request.stream_configuration_list))?;
        let start = Start::of(source.starting_position)?;
        let name = required(request.queue_name);
        if ctx.store.queue_name_exists(&name)? {
            return Err(errors::queue_exists(&name, &ctx.identity.account));
        }
        let stream = stream::find(ctx, None, source.stream_arn.as_deref())?;
        on_demand::check(ctx, &stream)?;
        let tags = request.tags.unwrap_or_default();
        tags::check_new(&tags, &name, ctx)?;
        if ctx.store.count_queues(stream.id)? + ctx.store.count_consumers(stream.id)? >= CONSUMERS_MAX {
            return Err(errors::too_many_queues(&stream.name, &ctx.identity.account, CONSUMERS_MAX));
        }
        let mut queue = QueueRow {
            id: ctx.ids.next_hex(),
            name,
            created: ctx.now,
            status: ACTIVE.to_owned(),
            stream: stream.id,
            start_type: start.name().to_owned(),
            start: start.shown(ctx, &stream),
            cutoff: start.cutoff(),
            stream_name: stream.name,
            stream_created: stream.created,
            visibility_secs: VISIBILITY_SECS_DEFAULT,
            max_receives: Some(MAX_RECEIVES_DEFAULT),
        };
        request.queue_attributes.unwrap_or_default().apply(&mut queue)?;
        ctx.store.insert_queue(&queue)?;
        tags::add(ctx, &named::arn(ctx.identity, &queue.id), &tags)?;
        for shard in ctx.store.list_shards(stream.id)? {
            ctx.store.set_queue_position(&queue.id, shard.id, start.counter(&shard))?;
        }
        Ok(CreateQueueResponse { queue_description: QueueDescription::new(ctx.identity, queue) })
    }
}

/// What `CreateQueue` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateQueueRequest {
    /// Required; no two queues of an account have the same.
    pub queue_name: Option<String>,
    /// Required: one stream.
    pub stream_configuration_list: Option<Vec<QueueStreamConfiguration>>,
    /// How long records are in flight, and when they become dead letters.
    pub queue_attributes: Option<QueueAttributes>,
    /// Keys and values.
    pub tags: Option<BTreeMap<String, String>>,
}

/// What `CreateQueue` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateQueueResponse {
    /// The new queue.
    pub queue_description: QueueDescription,
}

/// The one stream of a queue.
fn source(mut streams: Vec<QueueStreamConfiguration>) -> Result<QueueStreamConfiguration, ApiError> {
    let found = streams.len();
    streams.pop().filter(|_| found == 1).ok_or_else(|| errors::streams_not_one(found))
}

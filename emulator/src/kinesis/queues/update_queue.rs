//! `UpdateQueue`: how long records are in flight from now on, and when they become dead letters; both at once.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateQueue.html>

use serde::{Deserialize, Serialize};

use super::{QueueAttributes, QueueDescription, queue};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, required, structure, text};

/// See the module.
pub struct UpdateQueue;

impl Operation for UpdateQueue {
    const NAME: &'static str = "Kinesis_20131202.UpdateQueue";
    const RULES: &'static [Rule<UpdateQueueRequest>] = &[
        field("queueARN", |r| text(&r.queue_arn), queue::ARN),
        field("queueAttributes", |r| structure(&r.queue_attributes), &[Required]),
        inside(|r, found| found.within("queueAttributes", &r.queue_attributes, QueueAttributes::RULES)),
    ];
    type Request = UpdateQueueRequest;
    type Response = UpdateQueueResponse;

    fn call(ctx: &mut Context<'_>, request: UpdateQueueRequest) -> Result<UpdateQueueResponse, ApiError> {
        // What is a dead letter by now stays one, whatever counts from now on.
        let (mut queue, _) = queue::find_by_now(ctx, &required(request.queue_arn))?;
        required(request.queue_attributes).apply(&mut queue)?;
        ctx.store.update_queue(&queue)?;
        Ok(UpdateQueueResponse { queue_description: QueueDescription::new(ctx.identity, queue) })
    }
}

/// What `UpdateQueue` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateQueueRequest {
    /// Required.
    #[serde(rename = "QueueARN")]
    pub queue_arn: Option<String>,
    /// Required; what is absent stays as it is.
    pub queue_attributes: Option<QueueAttributes>,
}

/// What `UpdateQueue` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdateQueueResponse {
    /// The queue after the update.
    pub queue_description: QueueDescription,
}

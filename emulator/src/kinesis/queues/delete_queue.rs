//! `DeleteQueue`: a queue is gone, and its receipt handles mean nothing any more; the stream keeps its records.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteQueue.html>

use serde::Deserialize;

use super::queue;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct DeleteQueue;

impl Operation for DeleteQueue {
    const NAME: &'static str = "Kinesis_20131202.DeleteQueue";
    const RULES: &'static [Rule<DeleteQueueRequest>] =
        &[field("queueARN", |r| text(&r.queue_arn), queue::ARN)];
    type Request = DeleteQueueRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: DeleteQueueRequest) -> Result<(), ApiError> {
        let arn = required(request.queue_arn);
        let queue = queue::find(ctx, &arn)?;
        ctx.store.forget_resource(&arn)?;
        Ok(ctx.store.delete_queue(&queue.id)?)
    }
}

/// What `DeleteQueue` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteQueueRequest {
    /// Required.
    #[serde(rename = "QueueARN")]
    pub queue_arn: Option<String>,
}

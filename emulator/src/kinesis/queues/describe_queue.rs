//! `DescribeQueue`: a queue, its stream and its attributes.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeQueue.html>

use serde::{Deserialize, Serialize};

use super::{QueueDescription, queue};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct DescribeQueue;

impl Operation for DescribeQueue {
    const NAME: &'static str = "Kinesis_20131202.DescribeQueue";
    const RULES: &'static [Rule<DescribeQueueRequest>] =
        &[field("queueARN", |r| text(&r.queue_arn), queue::ARN)];
    const READS_ONLY: bool = true;
    type Request = DescribeQueueRequest;
    type Response = DescribeQueueResponse;

    fn call(ctx: &mut Context<'_>, request: DescribeQueueRequest) -> Result<DescribeQueueResponse, ApiError> {
        let queue = queue::find(ctx, &required(request.queue_arn))?;
        Ok(DescribeQueueResponse { queue_description: QueueDescription::new(ctx.identity, queue) })
    }
}

/// What `DescribeQueue` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DescribeQueueRequest {
    /// Required.
    #[serde(rename = "QueueARN")]
    pub queue_arn: Option<String>,
}

/// What `DescribeQueue` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeQueueResponse {
    /// The queue.
    pub queue_description: QueueDescription,
}

//! `AcknowledgeQueueRecords`: received records are not handed out again.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AcknowledgeQueueRecords.html>

use super::{EntriesResponse, ReceiptsRequest};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct AcknowledgeQueueRecords;

impl Operation for AcknowledgeQueueRecords {
    const NAME: &'static str = "Kinesis_20131202.AcknowledgeQueueRecords";
    const RULES: &'static [Rule<ReceiptsRequest>] = ReceiptsRequest::RULES;
    type Request = ReceiptsRequest;
    type Response = EntriesResponse;

    fn call(ctx: &mut Context<'_>, request: ReceiptsRequest) -> Result<EntriesResponse, ApiError> {
        request.answer(ctx, false, |queue, record| {
            Ok(ctx.store.delete_queue_record(&queue.id, record.shard, record.counter)?)
        })
    }
}

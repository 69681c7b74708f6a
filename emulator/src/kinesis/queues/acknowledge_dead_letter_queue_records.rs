//! `AcknowledgeDeadLetterQueueRecords`: received dead letters are done with.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AcknowledgeDeadLetterQueueRecords.html>

use super::{EntriesResponse, ReceiptsRequest};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct AcknowledgeDeadLetterQueueRecords;

impl Operation for AcknowledgeDeadLetterQueueRecords {
    const NAME: &'static str = "Kinesis_20131202.AcknowledgeDeadLetterQueueRecords";
    const RULES: &'static [Rule<ReceiptsRequest>] = ReceiptsRequest::RULES;
    type Request = ReceiptsRequest;
    type Response = EntriesResponse;

    fn call(ctx: &mut Context<'_>, request: ReceiptsRequest) -> Result<EntriesResponse, ApiError> {
        request.answer(ctx, true, |queue, record| {
            Ok(ctx.store.delete_queue_record(&queue.id, record.shard, record.counter)?)
        })
    }
}

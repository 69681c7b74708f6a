//! `RestoreDeadLetterQueueRecords`: received dead letters are visible again as records never received.
//! Source: botocore's model of Kinesis (1.44.5),
//! <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RestoreDeadLetterQueueRecords.html>

use super::{EntriesResponse, ReceiptsRequest};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::QueueRecordRow;
use crate::validation::Rule;

/// See the module.
pub struct RestoreDeadLetterQueueRecords;

impl Operation for RestoreDeadLetterQueueRecords {
    const NAME: &'static str = "Kinesis_20131202.RestoreDeadLetterQueueRecords";
    const RULES: &'static [Rule<ReceiptsRequest>] = ReceiptsRequest::RULES;
    type Request = ReceiptsRequest;
    type Response = EntriesResponse;

    fn call(ctx: &mut Context<'_>, request: ReceiptsRequest) -> Result<EntriesResponse, ApiError> {
        request.answer(ctx, true, |queue, record| {
            let restored = QueueRecordRow { is_dead: false, receives: 0, visible: ctx.now, ..record };
            Ok(ctx.store.upsert_queue_record(&queue.id, &restored)?)
        })
    }
}

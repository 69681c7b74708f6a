//! Receipt handles: which record of which queue was received, and how often it had been received then.

use super::errors;
use crate::error::ApiError;
use crate::kinesis::ShardId;
use crate::opaque;
use crate::operation::Context;
use crate::store::{QueueRecordRow, QueueRow};

const LISTING: &str = "queue-records";

/// The handle of the latest receive of a record.
pub(super) fn seal(queue: &QueueRow, record: &QueueRecordRow) -> String {
    let QueueRecordRow { shard, counter, deliveries, is_dead, .. } = record;
    opaque::seal_token(LISTING, &(&queue.id, shard.index(), counter, deliveries, is_dead))
}

/// The record whose latest receive gave this handle, to an operation on dead letters or on others.
///
/// # Errors
/// `InvalidArgumentException` for a text that is no handle of this queue, and for one of an earlier receive;
/// `ResourceNotFoundException` for a record that the queue is done with.
pub(super) fn open(
    ctx: &Context<'_>,
    queue: &QueueRow,
    is_dead: bool,
    handle: &str,
) -> Result<QueueRecordRow, ApiError> {
    let opened: Option<(String, u32, u64, i64, bool)> = opaque::open_token(LISTING, handle);
    let (_, shard, counter, deliveries, was_dead) =
        opened.filter(|(id, ..)| *id == queue.id).ok_or_else(errors::invalid_receipt_handle)?;
    let record = ctx.store.find_queue_record(&queue.id, ShardId::new(shard), counter)?;
    let record = record.ok_or_else(errors::record_not_found)?;
    let latest = record.deliveries == deliveries && record.is_dead == was_dead && was_dead == is_dead;
    if latest { Ok(record) } else { Err(errors::stale_receipt_handle()) }
}

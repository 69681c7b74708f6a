//! Queues: how requests name them, and what becomes of their records as time goes on.

use super::errors;
use crate::emulator::Identity;
use crate::error::ApiError;
use crate::kinesis::resource_arn;
use crate::operation::Context;
use crate::store::{QueueRow, StreamRow};
use crate::validation::Constraint::{self, *};
use crate::validation::TextPattern;

/// On ARNs of queues.
pub(super) const ARN: &[Constraint] = &[Required, Pattern(&ARN_PATTERN), Length(1, 2048)];

const KIND: &str = "queue";

const ARN_PATTERN: TextPattern = TextPattern {
    regex: r"arn:aws.*:kinesis:.*:\d{12}:queue/\S+",
    matches: |text| resource_arn::is_arn(text, KIND),
};

/// The ARN of the queue with this id.
pub(super) fn arn(identity: &Identity, id: &str) -> String {
    resource_arn::arn(identity, KIND, id)
}

/// Refuses the ARN of a queue that is not there.
pub(in crate::kinesis) fn check_there(ctx: &Context<'_>, arn: &str) -> Result<(), ApiError> {
    find(ctx, arn).map(|_| ())
}

/// The queue that an ARN names.
pub(super) fn find(ctx: &Context<'_>, arn: &str) -> Result<QueueRow, ApiError> {
    let queue = match resource_arn::own_id(ctx.identity, arn, KIND) {
        Some(id) => ctx.store.find_queue(id)?,
        None => None,
    };
    queue.ok_or_else(|| errors::queue_not_found(arn, &ctx.identity.account))
}

/// The queue that an ARN names, as it is by now, and its stream: what the stream does not keep any more is forgotten,
/// and what was received often enough without being acknowledged is a dead letter.
pub(super) fn find_by_now(ctx: &Context<'_>, arn: &str) -> Result<(QueueRow, StreamRow), ApiError> {
    let queue = find(ctx, arn)?;
    // A stream with queues is not deleted.
    let stream = ctx.store.find_stream(&queue.stream_name)?.filter(|stream| stream.id == queue.stream);
    let stream = stream.ok_or_else(|| errors::queue_not_found(arn, &ctx.identity.account))?;
    ctx.store.expire_queue_records(&queue.id, stream.trim_horizon(ctx.now))?;
    if let Some(max_receives) = queue.max_receives {
        ctx.store.bury_queue_records(&queue.id, max_receives, ctx.now)?;
    }
    Ok((queue, stream))
}

/// Refuses a stream that has queues: it can be neither deleted nor provisioned.
pub(in crate::kinesis) fn check_none(ctx: &Context<'_>, stream: &StreamRow) -> Result<(), ApiError> {
    match ctx.store.count_queues(stream.id)? {
        0 => Ok(()),
        _ => Err(errors::stream_has_queues(&stream.name, &ctx.identity.account)),
    }
}

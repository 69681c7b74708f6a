//! Streams that channels and queues can be made on: named by ARN, and in on-demand mode.

use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::store::StreamRow;

/// Refuses a provisioned stream. The sentence is this emulator's own, after that for on-demand streams.
pub(super) fn check(ctx: &Context<'_>, stream: &StreamRow) -> Result<(), ApiError> {
    if stream.is_on_demand() {
        return Ok(());
    }
    let (name, account) = (&stream.name, &ctx.identity.account);
    let message =
        format!("Request is invalid. Stream {name} under account {account} is not in On-Demand mode.");
    Err(ApiError::new(ErrorCode::ValidationException, message))
}

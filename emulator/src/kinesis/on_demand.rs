//! Streams that channels and queues can be made on: named by ARN, and in on-demand mode.

use super::life_cycle;
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::store::StreamRow;

/// Refuses a stream that is being changed, and a provisioned one. The sentence is this emulator's own, after that for on-demand streams.
pub(super) fn check(ctx: &Context<'_>, stream: &StreamRow) -> Result<(), ApiError> {
    life_cycle::check_active(ctx, stream)?;
    if stream.is_on_demand() {
        return Ok(());
    }
    let (name, account) = (&stream.name, &ctx.identity.account);
    let message =
        format!("Request is invalid. Stream {name} under account {account} is not in On-Demand mode.");
    Err(ApiError::new(ErrorCode::ValidationException, message))
}

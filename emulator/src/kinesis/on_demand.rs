//! Streams that channels and queues can be made on: named by ARN, and in on-demand mode.

use super::resource_arn;
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::store::StreamRow;
use crate::validation::Constraint::{self, *};
use crate::validation::TextPattern;

/// On ARNs of streams that a request cannot do without.
pub(super) const STREAM_ARN: &[Constraint] = &[Required, Pattern(&ARN_PATTERN), Length(1, 2048)];

const ARN_PATTERN: TextPattern = TextPattern {
    regex: r"arn:aws.*:kinesis:.*:\d{12}:stream/\S+",
    matches: |text| resource_arn::is_arn(text, "stream"),
};

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

//! How long the tokens of listings are good for.

use crate::error::{ApiError, ErrorCode};
use crate::time::Timestamp;

/// Milliseconds from the answer that gives a token to the last call that may use it.
/// Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html>
pub(super) const LIFETIME_MS: i64 = 300_000;

/// Refuses a token that has expired, with `ExpiredNextTokenException`.
pub(super) fn check_age(issued_ms: i64, now: Timestamp) -> Result<(), ApiError> {
    if now.millis_since(Timestamp::from_millis(issued_ms)) <= LIFETIME_MS {
        return Ok(());
    }
    let message = "The pagination token passed to the operation has expired.";
    Err(ApiError::new(ErrorCode::ExpiredNextTokenException, message))
}

//! Kinesis's sentences. Source: kinesalite's tests, recorded against AWS, unless said otherwise.

use super::{HashKeyRange, ITERATOR_LIFETIME_MS, PUT_RECORDS_BYTES_MAX, ShardId};
use crate::emulator::Identity;
use crate::error::{ApiError, ErrorCode};
use crate::store::StreamStatus;
use crate::time::Timestamp;

/// An argument that is well formed and still wrong.
pub(super) fn invalid_argument(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidArgumentException, message)
}

pub(super) fn stream_not_found(stream: &str, account: &str) -> ApiError {
    let message = format!("Stream {stream} under account {account} not found.");
    ApiError::new(ErrorCode::ResourceNotFoundException, message)
}

/// For what can only be done to a stream that nothing is being done to.
pub(super) fn stream_not_active(stream: &str, account: &str, status: StreamStatus) -> ApiError {
    let status = status.name();
    let message = format!("Stream {stream} under account {account} not ACTIVE, instead in state {status}");
    ApiError::new(ErrorCode::ResourceInUseException, message)
}

/// For a request that was only to be tried, and would have succeeded.
pub(super) fn dry_run() -> ApiError {
    let message = "Request would have succeeded, but the DryRun parameter was specified.";
    ApiError::new(ErrorCode::DryRunOperationException, message)
}

/// For a shard that has had enough for now.
pub(super) fn throttled(shard: ShardId, stream: &str, account: &str) -> ApiError {
    let message = format!("Rate exceeded for shard {shard} in stream {stream} under account {account}.");
    ApiError::new(ErrorCode::ProvisionedThroughputExceededException, message)
}

/// For what is limited otherwise than by what a request may hold.
pub(super) fn limit_exceeded(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::LimitExceededException, message)
}

/// For a request that is well formed and does not fit what it is about.
pub(super) fn invalid_request(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::ValidationException, message)
}

/// For a resource that is not there, or is not as the request wants it.
pub(super) fn not_found(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::ResourceNotFoundException, message)
}

/// For a resource that somebody else uses.
pub(super) fn in_use(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::ResourceInUseException, message)
}

pub(super) fn stream_exists(stream: &str, account: &str) -> ApiError {
    let message = format!("Stream {stream} under account {account} already exists.");
    ApiError::new(ErrorCode::ResourceInUseException, message)
}

/// For a shard that the stream does not have, or a stream that is not there.
pub(super) fn shard_does_not_exist(shard: ShardId, stream: &str, account: &str) -> ApiError {
    let message = format!("Shard {shard} in stream {stream} under account {account} does not exist");
    ApiError::new(ErrorCode::ResourceNotFoundException, message)
}

/// For a text that cannot be the name of a shard.
pub(super) fn shard_not_found(shard: &str, stream: &str, account: &str) -> ApiError {
    let message = format!("Could not find shard {shard} in stream {stream} under account {account}.");
    ApiError::new(ErrorCode::ResourceNotFoundException, message)
}

pub(super) fn shard_limit_exceeded(
    identity: &Identity,
    current: i64,
    limit: i64,
    requested: u32,
) -> ApiError {
    let Identity { account, region } = identity;
    let message = format!(
        "This request would exceed the shard limit for the account {account} in {region}. \
         Current shard count for the account: {current}. Limit: {limit}. \
         Number of additional shards that would have resulted from this request: {requested}. \
         Refer to the AWS Service Limits page \
         (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) \
         for current limits and how to request higher limits."
    );
    ApiError::new(ErrorCode::LimitExceededException, message)
}

/// For a hash key at which a shard cannot be split.
pub(super) fn invalid_split(
    key: &str,
    shard: ShardId,
    keys: HashKeyRange,
    stream: &str,
    account: &str,
) -> ApiError {
    let HashKeyRange { start, end } = keys;
    invalid_argument(format!(
        "NewStartingHashKey {key} used in SplitShard() on shard {shard} in stream {stream} under account {account} \
         is not both greater than one plus the shard's StartingHashKey {start} and less than the shard's \
         EndingHashKey {end}."
    ))
}

pub(super) fn shards_not_adjacent(shard: ShardId, other: ShardId, stream: &str, account: &str) -> ApiError {
    invalid_argument(format!(
        "Shards {shard} and {other} in stream {stream} under account {account} are not an adjacent pair of shards \
         eligible for merging"
    ))
}

/// Source: moto.
pub(super) fn shard_is_closed(shard: ShardId, stream: &str, account: &str) -> ApiError {
    invalid_argument(format!(
        "Shard {shard} in stream {stream} under account {account} has already been merged or split, and thus is \
         not eligible for merging or splitting."
    ))
}

/// For what only provisioned streams can do. Source: moto.
pub(super) fn on_demand(stream: &str, account: &str) -> ApiError {
    let message =
        format!("Request is invalid. Stream {stream} under account {account} is in On-Demand mode.");
    ApiError::new(ErrorCode::ValidationException, message)
}

pub(super) fn retention_too_short(hours: i32, least: i32) -> ApiError {
    invalid_argument(format!(
        "Minimum allowed retention period is {least} hours. Requested retention period ({hours} hours) is too short."
    ))
}

/// Source: moto, for the number; 168 hours until 2020.
pub(super) fn retention_too_long(hours: i32, most: i32) -> ApiError {
    invalid_argument(format!(
        "Maximum allowed retention period is {most} hours. Requested retention period ({hours} hours) is too long."
    ))
}

pub(super) fn retention_not_increased(hours: i64, stream: &str, existing: i64) -> ApiError {
    invalid_argument(format!(
        "Requested retention period ({hours} hours) for stream {stream} can not be shorter than existing retention \
         period ({existing} hours). Use DecreaseRetentionPeriod API."
    ))
}

pub(super) fn retention_not_decreased(hours: i64, stream: &str, existing: i64) -> ApiError {
    invalid_argument(format!(
        "Requested retention period ({hours} hours) for stream {stream} can not be longer than existing retention \
         period ({existing} hours). Use IncreaseRetentionPeriod API."
    ))
}

pub(super) fn invalid_explicit_hash_key(key: &str) -> ApiError {
    invalid_argument(format!(
        "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. \
         Specified value was {key}"
    ))
}

/// A record whose key and data are together greater than the stream takes. Source: moto.
pub(super) fn record_too_large(member: &str, bytes_max: usize) -> ApiError {
    let message = format!(
        "1 validation error detected: Value at '{member}' failed to satisfy constraint: \
         Member must have length less than or equal to {bytes_max}"
    );
    ApiError::new(ErrorCode::ValidationException, message)
}

/// Records that are too great together. Source: moto, which says 5 MB, the limit until 2025.
pub(super) fn records_too_large() -> ApiError {
    let limit = PUT_RECORDS_BYTES_MAX >> 20;
    invalid_argument(format!("Records size exceeds {limit} MB limit"))
}

pub(super) fn invalid_shard_iterator() -> ApiError {
    invalid_argument("Invalid ShardIterator.")
}

pub(super) fn expired_iterator(issued: Timestamp, now: Timestamp) -> ApiError {
    let message = format!(
        "Iterator expired. The iterator was created at time {} while right now it is {} which is \
         further in the future than the tolerated delay of {ITERATOR_LIFETIME_MS} milliseconds.",
        issued.java_date(),
        now.java_date()
    );
    ApiError::new(ErrorCode::ExpiredIteratorException, message)
}

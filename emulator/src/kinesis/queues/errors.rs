//! Refusals of queues. The codes are those of the model, the sentences this emulator's own.

use crate::error::{ApiError, ErrorCode};
use crate::kinesis::errors::invalid_argument;

pub(super) fn queue_not_found(arn: &str, account: &str) -> ApiError {
    let message = format!("Queue {arn} under account {account} not found.");
    ApiError::new(ErrorCode::ResourceNotFoundException, message)
}

pub(super) fn queue_exists(name: &str, account: &str) -> ApiError {
    let message = format!("Queue {name} under account {account} already exists.");
    ApiError::new(ErrorCode::ResourceInUseException, message)
}

/// For a stream that cannot be deleted or provisioned yet.
pub(super) fn stream_has_queues(stream: &str, account: &str) -> ApiError {
    let message = format!("Stream {stream} under account {account} has queues. Delete them first.");
    ApiError::new(ErrorCode::ResourceInUseException, message)
}

pub(super) fn too_many_queues(stream: &str, account: &str, limit: i64) -> ApiError {
    let message = format!(
        "Stream {stream} under account {account} has {limit} queues and registered consumers, which is the limit."
    );
    ApiError::new(ErrorCode::LimitExceededException, message)
}

pub(super) fn streams_not_one(found: usize) -> ApiError {
    invalid_argument(format!(
        "A queue delivers records from one stream. StreamConfigurationList has {found}."
    ))
}

pub(super) fn no_timestamp() -> ApiError {
    let message = "Timestamp is required for a starting position of type AT_TIMESTAMP.";
    ApiError::new(ErrorCode::ValidationException, message)
}

pub(super) fn timestamp_of_other_type(position: &str) -> ApiError {
    let message = format!("Timestamp cannot be specified for a starting position of type {position}.");
    ApiError::new(ErrorCode::ValidationException, message)
}

pub(super) fn no_max_receive_count() -> ApiError {
    let message = "MaxReceiveCount is required for a dead-letter configuration of type BUILT_IN.";
    ApiError::new(ErrorCode::ValidationException, message)
}

pub(super) fn invalid_receipt_handle() -> ApiError {
    invalid_argument("The receipt handle is not one of this queue.")
}

/// For the handle of a record that was received again since, or became a dead letter, or was restored.
pub(super) fn stale_receipt_handle() -> ApiError {
    invalid_argument("The receipt handle is not that of the latest receive of the record.")
}

/// For the handle of a record that was acknowledged, or that the stream does not keep any more.
pub(super) fn record_not_found() -> ApiError {
    let message = "The record is not in the queue any more.";
    ApiError::new(ErrorCode::ResourceNotFoundException, message)
}

//! Refusals of channels. The codes are those of the model, the sentences this emulator's own.

use crate::error::{ApiError, ErrorCode};
use crate::kinesis::errors::invalid_argument;

pub(super) fn channel_not_found(arn: &str, account: &str) -> ApiError {
    let message = format!("Channel {arn} under account {account} not found.");
    ApiError::new(ErrorCode::ResourceNotFoundException, message)
}

pub(super) fn channel_exists(name: &str, account: &str) -> ApiError {
    let message = format!("Channel {name} under account {account} already exists.");
    ApiError::new(ErrorCode::ResourceInUseException, message)
}

/// For a stream that cannot be deleted yet.
pub(super) fn stream_has_channels(stream: &str, account: &str) -> ApiError {
    let message = format!("Stream {stream} under account {account} has channels. Delete them first.");
    ApiError::new(ErrorCode::ResourceInUseException, message)
}

pub(super) fn not_one_destination() -> ApiError {
    invalid_argument(
        "Specify either S3DestinationConfiguration or S3TablesDestinationConfiguration, but not both.",
    )
}

pub(super) fn s3_tables() -> ApiError {
    invalid_argument(
        "S3TablesDestinationConfiguration is not supported: this emulator does not deliver to S3 Tables.",
    )
}

pub(super) fn compression(kind: &str) -> ApiError {
    invalid_argument(format!(
        "CompressionType {kind} is not supported: this emulator delivers objects without compression (NONE)."
    ))
}

pub(super) fn gsr_json() -> ApiError {
    invalid_argument(
        "RecordFormatType GSR_JSON is not supported for a general purpose Amazon S3 destination. \
         Use JSON, STRING or BYTE_ARRAY.",
    )
}

pub(super) fn streams_not_one(found: usize) -> ApiError {
    invalid_argument(format!("One stream is supported per channel. StreamConfigurationList has {found}."))
}

pub(super) fn freshness(found: i32, least: i32, most: i32) -> ApiError {
    invalid_argument(format!(
        "DataFreshnessInSeconds must be from {least} to {most}. Specified value was {found}."
    ))
}

pub(super) fn key_template(why: &str) -> ApiError {
    invalid_argument(format!("OutputKeyTemplate is invalid: {why}."))
}

pub(super) fn nothing_to_update() -> ApiError {
    invalid_argument("Specify S3DestinationConfiguration or LoggingConfiguration.")
}

//! S3's sentences. Source:
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html> and answers of the service.

use crate::error::{ApiError, ErrorCode};

pub(super) fn no_such_bucket() -> ApiError {
    let message = "The specified bucket does not exist";
    ApiError::new(ErrorCode::NoSuchBucket, message)
}

pub(super) fn no_such_key() -> ApiError {
    ApiError::new(ErrorCode::NoSuchKey, "The specified key does not exist.")
}

pub(super) fn invalid_bucket_name() -> ApiError {
    let message = "The specified bucket is not valid.";
    ApiError::new(ErrorCode::InvalidBucketName, message)
}

pub(super) fn bucket_already_owned() -> ApiError {
    let message = "Your previous request to create the named bucket succeeded and you already own it.";
    ApiError::new(ErrorCode::BucketAlreadyOwnedByYou, message)
}

pub(super) fn key_too_long() -> ApiError {
    ApiError::new(ErrorCode::KeyTooLongError, "Your key is too long")
}

pub(super) fn invalid_argument(message: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidArgument, message)
}

pub(super) fn invalid_range() -> ApiError {
    let message = "The requested range is not satisfiable";
    ApiError::new(ErrorCode::InvalidRange, message)
}

pub(super) fn precondition_failed() -> ApiError {
    let message = "At least one of the pre-conditions you specified did not hold";
    ApiError::new(ErrorCode::PreconditionFailed, message)
}

pub(super) fn not_implemented() -> ApiError {
    let message = "A header you provided implies functionality that is not implemented";
    ApiError::new(ErrorCode::NotImplemented, message)
}

//! S3's sentences. Source:
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html> and answers of the service.

use crate::error::{ApiError, ErrorCode};

pub(super) fn access_denied() -> ApiError {
    ApiError::new(ErrorCode::AccessDenied, "Access Denied")
}

pub(super) fn no_such_bucket(name: &str) -> ApiError {
    let message = "The specified bucket does not exist";
    ApiError::new(ErrorCode::NoSuchBucket, message).with("BucketName", name)
}

pub(super) fn bucket_not_empty(name: &str) -> ApiError {
    let message = "The bucket you tried to delete is not empty";
    ApiError::new(ErrorCode::BucketNotEmpty, message).with("BucketName", name)
}

pub(super) fn no_such_key(key: &str) -> ApiError {
    ApiError::new(ErrorCode::NoSuchKey, "The specified key does not exist.").with("Key", key)
}

pub(super) fn no_such_version(key: &str, version_id: &str) -> ApiError {
    let error = ApiError::new(ErrorCode::NoSuchVersion, "The specified version does not exist.");
    error.with("Key", key).with("VersionId", version_id)
}

pub(super) fn no_such_upload(upload_id: &str) -> ApiError {
    let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been \
                   aborted or completed.";
    ApiError::new(ErrorCode::NoSuchUpload, message).with("UploadId", upload_id)
}

pub(super) fn invalid_bucket_name(name: &str) -> ApiError {
    let message = "The specified bucket is not valid.";
    ApiError::new(ErrorCode::InvalidBucketName, message).with("BucketName", name)
}

pub(super) fn bucket_already_owned(name: &str) -> ApiError {
    let message = "Your previous request to create the named bucket succeeded and you already own it.";
    ApiError::new(ErrorCode::BucketAlreadyOwnedByYou, message).with("BucketName", name)
}

pub(super) fn bucket_already_exists(name: &str) -> ApiError {
    let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the \
                   system. Please select a different name and try again.";
    ApiError::new(ErrorCode::BucketAlreadyExists, message).with("BucketName", name)
}

pub(super) fn key_too_long() -> ApiError {
    ApiError::new(ErrorCode::KeyTooLongError, "Your key is too long").with("MaxSizeAllowed", "1024")
}

pub(super) fn invalid_argument(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidArgument, message)
}

/// An argument that is wrong, by its name and value.
pub(super) fn invalid_named_argument(
    message: impl Into<String>,
    name: &str,
    value: impl Into<String>,
) -> ApiError {
    invalid_argument(message).with("ArgumentName", name).with("ArgumentValue", value)
}

pub(super) fn invalid_request(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidRequest, message)
}

pub(super) fn invalid_range(range: &str, size: u64) -> ApiError {
    let message = "The requested range is not satisfiable";
    let error = ApiError::new(ErrorCode::InvalidRange, message).with("RangeRequested", range);
    error.with("ActualObjectSize", size.to_string()).with("content-range", format!("bytes */{size}"))
}

pub(super) fn precondition_failed(condition: &str) -> ApiError {
    let message = "At least one of the pre-conditions you specified did not hold";
    ApiError::new(ErrorCode::PreconditionFailed, message).with("Condition", condition)
}

pub(super) fn not_implemented() -> ApiError {
    let message = "A header you provided implies functionality that is not implemented";
    ApiError::new(ErrorCode::NotImplemented, message)
}

pub(super) fn malformed_xml() -> ApiError {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    ApiError::new(ErrorCode::MalformedXml, message)
}

pub(super) fn method_not_allowed(method: &str, resource: &str) -> ApiError {
    let message = "The specified method is not allowed against this resource.";
    let error = ApiError::new(ErrorCode::MethodNotAllowed, message);
    error.with("Method", method).with("ResourceType", resource)
}

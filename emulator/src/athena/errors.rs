//! Athena's sentences. Source: moto's tests, and errors quoted in public issue threads.

use crate::error::{ApiError, ErrorCode};

/// The member that says which kind of wrong request it was.
pub(crate) const ATHENA_ERROR_CODE: &str = "AthenaErrorCode";

/// Kind of a wrong request that names something that is not there, or says something that cannot be.
pub(super) const INVALID_INPUT: &str = "INVALID_INPUT";

/// A request that cannot be answered.
pub(super) fn invalid_request(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidRequestException, message).with(ATHENA_ERROR_CODE, INVALID_INPUT)
}

/// A text that is no statement.
pub(super) fn malformed_query(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidRequestException, message).with(ATHENA_ERROR_CODE, "MALFORMED_QUERY")
}

pub(super) fn query_execution_not_found(id: &str) -> ApiError {
    invalid_request(format!("QueryExecution {id} was not found"))
}

pub(super) fn work_group_not_found() -> ApiError {
    invalid_request("WorkGroup is not found.")
}

pub(super) fn named_query_not_found(id: &str) -> ApiError {
    invalid_request(format!("NamedQuery {id} was not found"))
}

pub(super) fn prepared_statement_not_found(name: &str, work_group: &str) -> ApiError {
    let message = format!("PreparedStatement {name} was not found in workGroup {work_group}");
    ApiError::new(ErrorCode::ResourceNotFoundException, message)
}

pub(super) fn data_catalog_not_found(name: &str) -> ApiError {
    invalid_request(format!("DataCatalog {name} was not found"))
}

pub(super) fn capacity_reservation_not_found() -> ApiError {
    invalid_request("Capacity reservation does not exist")
}

pub(super) fn already_exists(kind: &str) -> ApiError {
    invalid_request(format!("{kind} already exists"))
}

/// A token that was used for something else before.
pub(super) fn token_reused() -> ApiError {
    invalid_request("Idempotent parameters do not match")
}

pub(super) fn metadata(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::MetadataException, message)
}

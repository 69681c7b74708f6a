//! Glue's sentences. Source: moto's tests, and errors quoted in public issue threads.

use crate::error::{ApiError, ErrorCode};

pub(super) fn database_not_found(name: &str) -> ApiError {
    not_found(format!("Database {name} not found."))
}

/// AWS also answers "Entity Not Found" here, where Lake Formation governs the catalog.
pub(super) fn table_not_found(name: &str) -> ApiError {
    not_found(format!("Table {name} not found."))
}

pub(super) fn partition_not_found() -> ApiError {
    not_found("Cannot find partition.".to_owned())
}

pub(super) fn version_not_found() -> ApiError {
    not_found("Version not found.".to_owned())
}

/// A thing of some kind that has a name.
pub(super) fn named_not_found(kind: &str, name: &str) -> ApiError {
    not_found(format!("{kind} {name} not found."))
}

pub(super) fn already_exists(kind: &str) -> ApiError {
    let message = format!("{kind} already exists.");
    ApiError::new(ErrorCode::AlreadyExistsException, message)
}

pub(super) fn invalid_input(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidInputException, message)
}

pub(super) fn concurrent_modification() -> ApiError {
    let message = "Update table failed due to concurrent modifications.";
    ApiError::new(ErrorCode::ConcurrentModificationException, message)
}

pub(super) fn not_found(message: String) -> ApiError {
    ApiError::new(ErrorCode::EntityNotFoundException, message)
}

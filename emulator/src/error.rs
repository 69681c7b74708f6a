//! What AWS answers when it refuses: one table of codes, one error type.
//!
//! Whether an error travels as JSON `__type` or as XML is decided where bytes are framed.

use std::fmt;

use crate::store::StoreError;

/// Who has to change something: clients retry server faults only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The request was wrong.
    Client,
    /// The service failed.
    Server,
}

/// Codes of errors, named as AWS names them.
#[allow(missing_docs)] // The names are AWS's own; a sentence on each would repeat them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    // Of every AWS JSON service.
    InternalFailure,
    SerializationException,
    UnknownOperationException,
    ValidationException,
    // Kinesis.
    DryRunOperationException,
    ExpiredIteratorException,
    ExpiredNextTokenException,
    InvalidArgumentException,
    LimitExceededException,
    ProvisionedThroughputExceededException,
    ResourceInUseException,
    ResourceNotFoundException,
    // S3.
    BucketAlreadyOwnedByYou,
    InvalidArgument,
    InvalidBucketName,
    InvalidRange,
    KeyTooLongError,
    NoSuchBucket,
    NoSuchKey,
    NotImplemented,
    PreconditionFailed,
    // Glue.
    AlreadyExistsException,
    ConcurrentModificationException,
    EntityNotFoundException,
    InvalidInputException,
}

impl ErrorCode {
    /// Name on the wire, HTTP status, and whose fault it is.
    pub const fn wire(self) -> (&'static str, u16, Fault) {
        use ErrorCode::*;
        use Fault::*;
        match self {
            InternalFailure => ("InternalFailure", 500, Server),
            SerializationException => ("SerializationException", 400, Client),
            UnknownOperationException => ("UnknownOperationException", 400, Client),
            ValidationException => ("ValidationException", 400, Client),

            DryRunOperationException => ("DryRunOperationException", 400, Client),
            ExpiredIteratorException => ("ExpiredIteratorException", 400, Client),
            ExpiredNextTokenException => ("ExpiredNextTokenException", 400, Client),
            InvalidArgumentException => ("InvalidArgumentException", 400, Client),
            LimitExceededException => ("LimitExceededException", 400, Client),
            ProvisionedThroughputExceededException => ("ProvisionedThroughputExceededException", 400, Client),
            ResourceInUseException => ("ResourceInUseException", 400, Client),
            ResourceNotFoundException => ("ResourceNotFoundException", 400, Client),

            BucketAlreadyOwnedByYou => ("BucketAlreadyOwnedByYou", 409, Client),
            InvalidArgument => ("InvalidArgument", 400, Client),
            InvalidBucketName => ("InvalidBucketName", 400, Client),
            InvalidRange => ("InvalidRange", 416, Client),
            KeyTooLongError => ("KeyTooLongError", 400, Client),
            NoSuchBucket => ("NoSuchBucket", 404, Client),
            NoSuchKey => ("NoSuchKey", 404, Client),
            NotImplemented => ("NotImplemented", 501, Server),
            PreconditionFailed => ("PreconditionFailed", 412, Client),

            AlreadyExistsException => ("AlreadyExistsException", 400, Client),
            ConcurrentModificationException => ("ConcurrentModificationException", 400, Client),
            EntityNotFoundException => ("EntityNotFoundException", 400, Client),
            InvalidInputException => ("InvalidInputException", 400, Client),
        }
    }

    /// Name on the wire.
    pub const fn name(self) -> &'static str {
        self.wire().0
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// An answer that refuses: a code, and a message in AWS's wording.
///
/// An empty message means that AWS sends none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// What kind of refusal this is.
    pub code: ErrorCode,
    /// AWS's sentence about it.
    pub message: String,
}

impl ApiError {
    /// An error of `code` that says `message`.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The answer to an operation name that no service has.
    pub(crate) fn unknown_operation() -> Self {
        Self::new(ErrorCode::UnknownOperationException, "")
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::new(ErrorCode::InternalFailure, error.to_string())
    }
}

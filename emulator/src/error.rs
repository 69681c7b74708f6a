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
    AccessControlListNotSupported,
    AccessDenied,
    BadDigest,
    BadRequest,
    BucketAlreadyExists,
    BucketAlreadyOwnedByYou,
    BucketNotEmpty,
    ConditionalRequestConflict,
    EntityTooLarge,
    EntityTooSmall,
    IllegalLocationConstraintException,
    IllegalVersioningConfigurationException,
    InvalidArgument,
    InvalidBucketName,
    InvalidBucketState,
    InvalidCopyRange,
    InvalidDigest,
    InvalidLocationConstraint,
    InvalidObjectState,
    InvalidPart,
    InvalidPartNumber,
    InvalidPartOrder,
    InvalidRange,
    InvalidRedirectLocation,
    InvalidRequest,
    InvalidRetentionPeriod,
    InvalidStorageClass,
    InvalidTag,
    InvalidTargetBucketForLogging,
    KeyTooLongError,
    MalformedAcl,
    MalformedPolicy,
    MalformedXml,
    MetadataTooLarge,
    MissingRequestBodyError,
    MethodNotAllowed,
    NoSuchBucket,
    NoSuchBucketPolicy,
    NoSuchConfiguration,
    NoSuchCorsConfiguration,
    NoSuchKey,
    NoSuchLifecycleConfiguration,
    NoSuchObjectLockConfiguration,
    NoSuchPublicAccessBlockConfiguration,
    NoSuchTagSet,
    NoSuchUpload,
    NoSuchVersion,
    NoSuchWebsiteConfiguration,
    NotImplemented,
    NotModified,
    ObjectLockConfigurationNotFoundError,
    ObjectNotInActiveTierError,
    OwnershipControlsNotFoundError,
    PreconditionFailed,
    RestoreAlreadyInProgress,
    ReplicationConfigurationNotFoundError,
    ServerSideEncryptionConfigurationNotFoundError,
    // Glue.
    AlreadyExistsException,
    ConcurrentModificationException,
    ConditionCheckFailureException,
    EntityNotFoundException,
    InvalidInputException,
    InvalidStateException,
    ResourceNumberLimitExceededException,
    // Athena.
    InternalServerException,
    InvalidRequestException,
    MetadataException,
    TooManyRequestsException,
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

            AccessControlListNotSupported => ("AccessControlListNotSupported", 400, Client),
            AccessDenied => ("AccessDenied", 403, Client),
            BadRequest => ("BadRequest", 400, Client),
            BadDigest => ("BadDigest", 400, Client),
            BucketAlreadyExists => ("BucketAlreadyExists", 409, Client),
            BucketAlreadyOwnedByYou => ("BucketAlreadyOwnedByYou", 409, Client),
            BucketNotEmpty => ("BucketNotEmpty", 409, Client),
            ConditionalRequestConflict => ("ConditionalRequestConflict", 409, Client),
            EntityTooLarge => ("EntityTooLarge", 400, Client),
            EntityTooSmall => ("EntityTooSmall", 400, Client),
            IllegalLocationConstraintException => ("IllegalLocationConstraintException", 400, Client),
            IllegalVersioningConfigurationException => {
                ("IllegalVersioningConfigurationException", 400, Client)
            }
            InvalidArgument => ("InvalidArgument", 400, Client),
            InvalidBucketName => ("InvalidBucketName", 400, Client),
            InvalidBucketState => ("InvalidBucketState", 409, Client),
            InvalidCopyRange => ("InvalidRange", 400, Client),
            InvalidDigest => ("InvalidDigest", 400, Client),
            InvalidLocationConstraint => ("InvalidLocationConstraint", 400, Client),
            InvalidObjectState => ("InvalidObjectState", 403, Client),
            InvalidPart => ("InvalidPart", 400, Client),
            InvalidPartNumber => ("InvalidPartNumber", 416, Client),
            InvalidPartOrder => ("InvalidPartOrder", 400, Client),
            InvalidRange => ("InvalidRange", 416, Client),
            InvalidRedirectLocation => ("InvalidRedirectLocation", 400, Client),
            InvalidRequest => ("InvalidRequest", 400, Client),
            InvalidRetentionPeriod => ("InvalidRetentionPeriod", 400, Client),
            InvalidStorageClass => ("InvalidStorageClass", 400, Client),
            InvalidTag => ("InvalidTag", 400, Client),
            InvalidTargetBucketForLogging => ("InvalidTargetBucketForLogging", 400, Client),
            KeyTooLongError => ("KeyTooLongError", 400, Client),
            MalformedAcl => ("MalformedACLError", 400, Client),
            MalformedPolicy => ("MalformedPolicy", 400, Client),
            MalformedXml => ("MalformedXML", 400, Client),
            MetadataTooLarge => ("MetadataTooLarge", 400, Client),
            MissingRequestBodyError => ("MissingRequestBodyError", 400, Client),
            MethodNotAllowed => ("MethodNotAllowed", 405, Client),
            NoSuchBucket => ("NoSuchBucket", 404, Client),
            NoSuchBucketPolicy => ("NoSuchBucketPolicy", 404, Client),
            NoSuchConfiguration => ("NoSuchConfiguration", 404, Client),
            NoSuchCorsConfiguration => ("NoSuchCORSConfiguration", 404, Client),
            NoSuchKey => ("NoSuchKey", 404, Client),
            NoSuchLifecycleConfiguration => ("NoSuchLifecycleConfiguration", 404, Client),
            NoSuchObjectLockConfiguration => ("NoSuchObjectLockConfiguration", 404, Client),
            NoSuchPublicAccessBlockConfiguration => ("NoSuchPublicAccessBlockConfiguration", 404, Client),
            NoSuchTagSet => ("NoSuchTagSet", 404, Client),
            NoSuchUpload => ("NoSuchUpload", 404, Client),
            NoSuchVersion => ("NoSuchVersion", 404, Client),
            NoSuchWebsiteConfiguration => ("NoSuchWebsiteConfiguration", 404, Client),
            NotImplemented => ("NotImplemented", 501, Server),
            NotModified => ("NotModified", 304, Client),
            ObjectLockConfigurationNotFoundError => ("ObjectLockConfigurationNotFoundError", 404, Client),
            ObjectNotInActiveTierError => ("ObjectNotInActiveTierError", 403, Client),
            OwnershipControlsNotFoundError => ("OwnershipControlsNotFoundError", 404, Client),
            RestoreAlreadyInProgress => ("RestoreAlreadyInProgress", 409, Client),
            PreconditionFailed => ("PreconditionFailed", 412, Client),
            ReplicationConfigurationNotFoundError => ("ReplicationConfigurationNotFoundError", 404, Client),
            ServerSideEncryptionConfigurationNotFoundError => {
                ("ServerSideEncryptionConfigurationNotFoundError", 404, Client)
            }

            AlreadyExistsException => ("AlreadyExistsException", 400, Client),
            ConcurrentModificationException => ("ConcurrentModificationException", 400, Client),
            ConditionCheckFailureException => ("ConditionCheckFailureException", 400, Client),
            EntityNotFoundException => ("EntityNotFoundException", 400, Client),
            InvalidInputException => ("InvalidInputException", 400, Client),
            InvalidStateException => ("InvalidStateException", 400, Client),
            ResourceNumberLimitExceededException => ("ResourceNumberLimitExceededException", 400, Client),

            InternalServerException => ("InternalServerException", 500, Server),
            InvalidRequestException => ("InvalidRequestException", 400, Client),
            MetadataException => ("MetadataException", 400, Client),
            TooManyRequestsException => ("TooManyRequestsException", 400, Client),
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
    /// What S3 says beside it: elements of the answer's body, and headers, by name.
    pub details: Vec<(&'static str, String)>,
}

impl ApiError {
    /// An error of `code` that says `message`.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new() }
    }

    /// The same, with a detail: a header where the name is one (`x-amz-…`), else an element.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
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

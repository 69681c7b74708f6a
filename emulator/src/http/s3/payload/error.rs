//! What can be wrong with a body, and S3's words for it.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList>; the chunk that is too
//! small as an answer of AWS quoted in <https://github.com/versity/versitygw/issues/1683>.

use crate::http::auth::s3::S3AuthError;

/// Why a body cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::http) enum PayloadError {
    /// Its length is another than the head says, or the client has gone.
    #[error("You did not provide the number of bytes specified by the Content-Length HTTP header")]
    Incomplete,
    /// The chunks stop before the last one.
    #[error("The request body terminated unexpectedly")]
    Cut,
    /// What stands where a chunk should begin or end is something else.
    #[error("The request body is not in the aws-chunked encoding that its headers declare")]
    Malformed,
    /// A chunk that others follow is under 8 KiB.
    #[error("Only the last chunk is allowed to have a size less than 8192 bytes")]
    ChunkTooSmall,
    /// The trailers are no trailers, or others than the head announces.
    #[error(
        "The request contained trailing data that was not well-formed or did not conform to our published schema."
    )]
    MalformedTrailer,
    /// A chunk or the trailers are signed wrongly.
    #[error(
        "The request signature we calculated does not match the signature you provided. Check your key and \
         signing method."
    )]
    SignatureMismatch,
    /// The head declares another SHA-256.
    #[error("The provided 'x-amz-content-sha256' header does not match what was computed.")]
    DigestMismatch,
    /// No byte came for too long.
    #[error(
        "Your socket connection to the server was not read from or written to within the timeout period. Idle \
         connections will be closed."
    )]
    TooSlow,
}

impl PayloadError {
    fn code_and_status(self) -> (&'static str, u16) {
        match self {
            Self::Incomplete | Self::Cut => ("IncompleteBody", 400),
            Self::Malformed => ("InvalidRequest", 400),
            Self::ChunkTooSmall => ("InvalidChunkSizeError", 403),
            Self::MalformedTrailer => ("MalformedTrailerError", 400),
            Self::SignatureMismatch => ("SignatureDoesNotMatch", 403),
            Self::DigestMismatch => ("XAmzContentSHA256Mismatch", 400),
            Self::TooSlow => ("RequestTimeout", 400),
        }
    }
}

impl From<PayloadError> for S3AuthError {
    fn from(error: PayloadError) -> Self {
        let (code, status) = error.code_and_status();
        Self::new(code, status, error.to_string())
    }
}

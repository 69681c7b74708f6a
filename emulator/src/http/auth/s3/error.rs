//! Refusals in S3's codes, with its statuses and its words.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList>

/// A refusal of a request by its signature, its policy or its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct S3AuthError {
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    pub message: String,
}

impl S3AuthError {
    pub fn new(code: &'static str, status: u16, message: impl Into<String>) -> Self {
        Self { code, status, message: message.into() }
    }

    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::new("AccessDenied", 403, message)
    }

    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new("InvalidArgument", 400, message)
    }

    /// A header asks for something that there is not.
    pub fn not_implemented(value: &str) -> Self {
        let message = "A header you provided implies functionality that is not implemented";
        Self::new("NotImplemented", 501, format!("{message}: {value}"))
    }

    /// The signature is another than the one that this request would have.
    pub fn mismatch() -> Self {
        let message = "The request signature we calculated does not match the signature you provided. Check your \
                       key and signing method.";
        Self::new("SignatureDoesNotMatch", 403, message)
    }
}

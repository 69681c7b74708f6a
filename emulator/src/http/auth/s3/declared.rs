//! The form in which a body is sent, as its head declares it.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>, and for bodies that only
//! `Content-Encoding` tells about <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>.

use http::HeaderMap;
use http::header::CONTENT_ENCODING;

use super::error::S3AuthError;
use crate::http::auth::key::hexadecimal_bytes;

/// How a body is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeclaredPayload {
    /// As it is.
    Unsigned,
    /// As it is, and this is its SHA-256.
    Digest([u8; 32]),
    /// As `aws-chunked`.
    Chunked(ChunkedForm),
}

/// The forms of `aws-chunked`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChunkedForm {
    /// Each chunk has a signature.
    Signed,
    /// Each chunk has a signature, and so have the trailers behind them.
    SignedWithTrailers,
    /// Trailers may follow the chunks; nothing has a signature.
    Unsigned,
}

impl DeclaredPayload {
    /// What `x-amz-content-sha256` declares; where it declares nothing, `Content-Encoding` may.
    pub fn of(headers: &HeaderMap) -> Result<Self, S3AuthError> {
        let declared = headers.get("x-amz-content-sha256").map(|value| value.to_str().unwrap_or("?"));
        match declared {
            None | Some("UNSIGNED-PAYLOAD") if is_aws_chunked(headers) => {
                Ok(Self::Chunked(ChunkedForm::Unsigned))
            }
            None | Some("UNSIGNED-PAYLOAD") => Ok(Self::Unsigned),
            Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD") => Ok(Self::Chunked(ChunkedForm::Signed)),
            Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") => {
                Ok(Self::Chunked(ChunkedForm::SignedWithTrailers))
            }
            Some("STREAMING-UNSIGNED-PAYLOAD-TRAILER") => Ok(Self::Chunked(ChunkedForm::Unsigned)),
            Some(asymmetric) if asymmetric.starts_with("STREAMING-AWS4-ECDSA-P256-SHA256") => {
                Err(S3AuthError::not_implemented(asymmetric))
            }
            Some(text) => hexadecimal_bytes(text).map(Self::Digest).ok_or_else(|| {
                S3AuthError::invalid_argument(
                    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
                     STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid \
                     sha256 value.",
                )
            }),
        }
    }
}

/// Whether a body that has no declared digest is in chunks. The encoding alone does not say so: boto3 passes on what
/// its user puts there, and sends the body as it is.
fn is_aws_chunked(headers: &HeaderMap) -> bool {
    let encoded = headers.get_all(CONTENT_ENCODING).iter().any(|value| {
        let codings = value.to_str().unwrap_or_default().split(',');
        codings.map(str::trim).any(|coding| coding.eq_ignore_ascii_case("aws-chunked"))
    });
    encoded && (headers.contains_key("x-amz-decoded-content-length") || headers.contains_key("x-amz-trailer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(headers: &[(&'static str, &str)]) -> Result<DeclaredPayload, S3AuthError> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        DeclaredPayload::of(&headers)
    }

    #[test]
    fn the_digest_header_names_the_form() {
        let sha256 = |value: &str| declared(&[("x-amz-content-sha256", value)]);
        let chunked = |form| Ok(DeclaredPayload::Chunked(form));
        assert_eq!(declared(&[]), Ok(DeclaredPayload::Unsigned));
        assert_eq!(sha256("UNSIGNED-PAYLOAD"), Ok(DeclaredPayload::Unsigned));
        assert_eq!(sha256(&"0A".repeat(32)), Ok(DeclaredPayload::Digest([10; 32])));
        assert_eq!(sha256("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), chunked(ChunkedForm::Signed));
        let with_trailers = sha256("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER");
        assert_eq!(with_trailers, chunked(ChunkedForm::SignedWithTrailers));
        assert_eq!(sha256("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), chunked(ChunkedForm::Unsigned));
        for asymmetric in
            ["STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"]
        {
            let error = sha256(asymmetric).unwrap_err();
            assert_eq!((error.code, error.status), ("NotImplemented", 501));
            assert!(error.message.contains(asymmetric));
        }
        for wrong in ["", "0a", "invalid", &"0g".repeat(32), &"ä".repeat(32)] {
            assert_eq!(sha256(wrong).unwrap_err().code, "InvalidArgument", "{wrong}");
        }
    }

    #[test]
    fn an_encoding_alone_makes_no_chunks() {
        let encoding = ("content-encoding", "gzip, AWS-chunked");
        let length = ("x-amz-decoded-content-length", "3");
        assert_eq!(declared(&[encoding]), Ok(DeclaredPayload::Unsigned));
        assert_eq!(declared(&[length]), Ok(DeclaredPayload::Unsigned));
        assert_eq!(declared(&[encoding, length]), Ok(DeclaredPayload::Chunked(ChunkedForm::Unsigned)));
    }
}

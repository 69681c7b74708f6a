//! Who calls S3: by the head of a request alone, for its body may be long.
//!
//! ```text
//!                 in a header                       in the query, with an end
//! version 4   Authorization: AWS4-HMAC-SHA256 …    X-Amz-Algorithm, X-Amz-Credential, …
//! version 2   Authorization: AWS key:signature     AWSAccessKeyId, Signature, Expires
//! ```
//!
//! A server without credentials is lenient: it believes every signature that has the form of one, but not after its
//! end. One with credentials takes only what is signed with one of them. Who sends no signature at all is anonymous to
//! both; what that may do is not decided here.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html>

mod chunk;
mod declared;
mod error;
#[cfg(test)]
mod tests;
mod v2;
mod v4;

use http::header::AUTHORIZATION;
use http::request::Parts;

use super::{Credentials, query};
use crate::time::Timestamp;

pub(crate) use chunk::ChunkSigning;
pub(crate) use declared::{ChunkedForm, DeclaredPayload};
pub(crate) use error::S3AuthError;
pub(crate) use v2::signs_v2_policy;
pub(crate) use v4::{is_v4_policy_signature, split_credential};

/// How far the clocks of client and server may be apart.
const SKEW_MS: i64 = 15 * 60 * 1000;

/// Who sends a request, and how its body is to be read.
#[derive(Debug, Clone)]
pub(crate) struct S3Caller {
    /// None for an anonymous one.
    pub access_key: Option<String>,
    /// The region that the request is signed for; version 2 names none.
    pub region: Option<String>,
    /// What signatures of chunks are checked with; none where they are not checked.
    pub signing: Option<ChunkSigning>,
    pub payload: DeclaredPayload,
}

/// What a request is checked against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct S3Expected<'a> {
    /// The keys that requests must be signed with; none where any will do.
    pub credentials: &'a [Credentials],
    /// The time by the clock that clients sign by.
    pub now: Timestamp,
    /// The bucket, where the host names it instead of the path.
    pub virtual_bucket: Option<&'a str>,
}

impl<'a> S3Expected<'a> {
    fn is_strict(&self) -> bool {
        !self.credentials.is_empty()
    }

    /// The secret that belongs to a key; none for a lenient server.
    pub fn secret(&self, access_key: &str) -> Result<Option<&'a str>, S3AuthError> {
        let found = self.credentials.iter().find(|pair| pair.access_key == access_key);
        match found {
            Some(pair) => Ok(Some(&pair.secret_key)),
            None if !self.is_strict() => Ok(None),
            None => Err(S3AuthError::new(
                "InvalidAccessKeyId",
                403,
                "The AWS Access Key Id you provided does not exist in our records.",
            )),
        }
    }

    /// Whether a request signed at this time is neither too old nor too young.
    fn check_skew(&self, signed_at: Timestamp) -> Result<(), S3AuthError> {
        if self.now.millis_since(signed_at).abs() <= SKEW_MS {
            return Ok(());
        }
        let message = "The difference between the request time and the current time is too large.";
        Err(S3AuthError::new("RequestTimeTooSkewed", 403, message))
    }
}

/// Finds out who sends a request.
pub(crate) fn check(head: &Parts, expected: &S3Expected<'_>) -> Result<S3Caller, S3AuthError> {
    let query = head.uri.query().map(query::pairs).unwrap_or_default();
    let has = |wanted: &[&str]| query.iter().any(|(name, _)| wanted.contains(&name.as_str()));
    let authorization = head.headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap_or("?"));
    let authorization = authorization.map(str::trim).filter(|value| !value.is_empty());
    let query_v4 = has(&["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"]);
    let query_v2 = has(&["AWSAccessKeyId", "Signature"]);
    match (authorization, query_v4, query_v2) {
        (None, false, false) => {
            let payload = DeclaredPayload::of(&head.headers)?;
            Ok(S3Caller { access_key: None, region: None, signing: None, payload })
        }
        (None, true, false) => v4::in_query(head, &query, expected),
        (None, false, true) => v2::in_query(head, &query, expected),
        (Some(header), false, false) => match header.split_once(' ') {
            Some(("AWS4-HMAC-SHA256", claim)) => v4::in_header(head, claim, expected),
            Some(("AWS", claim)) => v2::in_header(head, claim, expected),
            _ if header == "AWS4-HMAC-SHA256" => v4::in_header(head, "", expected),
            _ => Err(S3AuthError::invalid_argument("Unsupported Authorization Type")),
        },
        _ => Err(S3AuthError::invalid_argument(
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
             parameter or the Authorization header should be specified",
        )),
    }
}

/// A header that is there and is text.
fn text<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    head.headers.get(name).and_then(|value| value.to_str().ok())
}

/// The value of a parameter, decoded.
fn parameter<'a>(query: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    query.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
}

fn no_date() -> S3AuthError {
    S3AuthError::access_denied("AWS authentication requires a valid Date or x-amz-date header")
}

fn has_expired() -> S3AuthError {
    S3AuthError::access_denied("Request has expired")
}

//! Who calls: signatures of version 4, in a header or in the query.
//!
//! Every request is looked at as AWS does before it looks at the signature ([`claim`]); whether the signature is right
//! is asked only of a server with strict authentication ([`verify`]).
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

mod canonical;
mod claim;
mod key;
mod query;
pub(super) mod s3;
mod sign;
#[cfg(test)]
mod vectors;
mod verify;

pub(super) use claim::{AuthError, Claim, claim};
pub(super) use query::{decode, encode_into, pairs};
pub use sign::{SigningScope, sign};
pub(super) use verify::{Expected, verify};

/// The one way to sign that there is.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The last part of every scope.
const TERMINATOR: &str = "aws4_request";

/// A pair of keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// What requests show.
    pub access_key: String,
    /// What they are signed with.
    pub secret_key: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Credentials").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

/// Whether a request has a signature, in a header or in the query, that is whole. It may still be wrong.
pub fn has_signature(head: &http::request::Parts) -> bool {
    claim(head).is_ok()
}

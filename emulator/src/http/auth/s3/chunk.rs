//! The signatures of chunks, each made over the one before it.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>

use crate::http::auth::key::{SigningKey, hexadecimal, is_equal, sha256_hex};
use crate::http::auth::{SigningScope, TERMINATOR};

/// What the signatures of chunks are checked with, and the last one that was right.
#[derive(Clone)]
pub(crate) struct ChunkSigning {
    key: SigningKey,
    /// `date/region/service/aws4_request`.
    scope: String,
    /// When the request was signed, in basic format.
    stamp: String,
    previous: String,
}

impl ChunkSigning {
    /// Starts from the signature of the head, the seed.
    pub fn new(secret: &str, scope: &SigningScope<'_>, stamp: &str, seed: &str) -> Self {
        let date = stamp.get(..8).unwrap_or(stamp);
        Self {
            key: SigningKey::new(secret, scope, date),
            scope: format!("{date}/{}/{}/{TERMINATOR}", scope.region, scope.service),
            stamp: stamp.to_owned(),
            previous: seed.to_owned(),
        }
    }

    /// Whether this signs a chunk with this SHA-256 behind the chunks before.
    pub fn takes_chunk(&mut self, signature: &str, digest: &[u8]) -> bool {
        let nothing = sha256_hex(b"");
        let digest = hexadecimal(digest);
        self.takes("AWS4-HMAC-SHA256-PAYLOAD", &format!("{nothing}\n{digest}"), signature)
    }

    /// Whether this signs the trailers behind the chunks: names in lower case.
    pub fn takes_trailers(&mut self, signature: &str, trailers: &[(String, String)]) -> bool {
        let canonical: String = trailers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        self.takes("AWS4-HMAC-SHA256-TRAILER", &sha256_hex(canonical.as_bytes()), signature)
    }

    fn takes(&mut self, algorithm: &str, digests: &str, signature: &str) -> bool {
        let Self { scope, stamp, previous, .. } = &*self;
        let right = self.key.sign(&format!("{algorithm}\n{stamp}\n{scope}\n{previous}\n{digests}"));
        let is_right = is_equal(&right, signature);
        self.previous = right;
        is_right
    }
}

impl std::fmt::Debug for ChunkSigning {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ChunkSigning").field("scope", &self.scope).finish_non_exhaustive()
    }
}

//! Signing a request before it is sent.

use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderName, HeaderValue};

use super::canonical::{self, PathForm};
use super::key::{sha256_hex, signature};
use super::{ALGORITHM, Credentials, TERMINATOR};
use crate::http::iso8601;
use crate::time::Timestamp;

/// What a signature is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigningScope<'a> {
    /// Such as `us-east-1`.
    pub region: &'a str,
    /// Such as `kinesis`.
    pub service: &'a str,
}

/// Signs a request: sets `Host` where it is missing, `X-Amz-Date`, for S3 `X-Amz-Content-Sha256`, and `Authorization`.
///
/// `Host`, `Content-Type` and all headers that start with `x-amz-` are signed.
pub fn sign(
    head: &mut Parts,
    body: &[u8],
    credentials: &Credentials,
    scope: &SigningScope<'_>,
    now: Timestamp,
) {
    let stamp = iso8601::basic(now);
    let payload = sha256_hex(body);
    let host = canonical::host(head).unwrap_or_default().to_owned();
    set(head, HOST, &host);
    set(head, HeaderName::from_static("x-amz-date"), &stamp);
    if PathForm::of(scope.service) == PathForm::AsIs {
        set(head, HeaderName::from_static("x-amz-content-sha256"), &payload);
    }
    let named = head.headers.keys().map(HeaderName::as_str);
    let is_signed =
        |name: &&str| [HOST.as_str(), CONTENT_TYPE.as_str()].contains(name) || name.starts_with("x-amz-");
    let mut signed: Vec<&str> = named.filter(is_signed).collect();
    signed.sort_unstable();
    let canonical = canonical::request(head, &signed, &payload, PathForm::of(scope.service));
    let signature = signature(&credentials.secret_key, scope, &stamp, &canonical);
    let authorization = format!(
        "{ALGORITHM} Credential={}/{}/{}/{}/{TERMINATOR}, SignedHeaders={}, Signature={signature}",
        credentials.access_key,
        &stamp[..8],
        scope.region,
        scope.service,
        signed.join(";"),
    );
    set(head, AUTHORIZATION, &authorization);
}

/// A value that no header can have is left out, and the receiver then refuses the signature.
fn set(head: &mut Parts, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        head.headers.insert(name, value);
    }
}

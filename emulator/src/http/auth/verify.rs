//! Whether a signature is right, and AWS's words when it is not.

use http::request::Parts;

use super::canonical::{self, PathForm};
use super::claim::{AuthError, Claim};
use super::key::{is_equal, sha256_hex, signature};
use super::{ALGORITHM, Credentials, SigningScope, TERMINATOR};
use crate::http::iso8601;
use crate::time::Timestamp;

/// How far the clocks of client and server may be apart.
const SKEW_MS: i64 = 15 * 60 * 1000;

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your \
                        AWS Secret Access Key and signing method. Consult the service documentation for details.";
const UNKNOWN_KEY: &str = "The security token included in the request is invalid.";

/// What a request must be signed for.
pub(crate) struct Expected<'a> {
    /// The keys that requests may be signed with.
    pub credentials: &'a [Credentials],
    /// None where the request does not say what it is for.
    pub service: Option<&'a str>,
    /// The time by the clock that clients sign by.
    pub now: Timestamp,
}

/// Checks a claim in AWS's order: its form, its key, its time, its scope, and the signature itself.
pub(crate) fn verify(
    head: &Parts,
    body: &[u8],
    claim: &Claim,
    expected: &Expected<'_>,
) -> Result<(), AuthError> {
    if claim.algorithm != ALGORITHM {
        let message = format!("Unsupported AWS 'algorithm': '{}'.", claim.algorithm);
        return Err(AuthError::incomplete(message));
    }
    let parts: Vec<&str> = claim.credential.split('/').collect();
    let [access_key, date, region, service, terminator] = parts[..] else {
        return Err(AuthError::incomplete(format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. \
             keyid/date/region/service/term, got '{}'",
            claim.credential
        )));
    };
    let signer = expected.credentials.iter().find(|pair| pair.access_key == access_key);
    let Some(Credentials { secret_key, .. }) = signer else {
        return Err(AuthError::new("UnrecognizedClientException", UNKNOWN_KEY));
    };
    let signed_headers: Vec<&str> = claim.signed_headers.split(';').collect();
    if !signed_headers.contains(&"host") {
        let message = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
        return Err(AuthError::invalid(message));
    }
    check_time(claim, date, expected.now)?;
    check_scope([service, terminator], expected)?;
    let scope = SigningScope { region, service };
    let payload = payload(head, body, claim, service);
    let canonical = canonical::request(head, &signed_headers, &payload, PathForm::of(service));
    match is_equal(&signature(secret_key, &scope, &claim.stamp, &canonical), &claim.signature) {
        true => Ok(()),
        false => Err(AuthError::invalid(MISMATCH)),
    }
}

fn check_time(claim: &Claim, date: &str, now: Timestamp) -> Result<(), AuthError> {
    let stamp = &claim.stamp;
    let Some(signed_at) = iso8601::parse_basic(stamp) else {
        return Err(AuthError::incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{stamp}'. See http://en.wikipedia.org/wiki/ISO_8601"
        )));
    };
    if date != &stamp[..8] {
        return Err(AuthError::invalid(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
             '{date}' != '{}', from '{stamp}'.",
            &stamp[..8]
        )));
    }
    let (past, future, shown) = (now.plus_millis(-SKEW_MS), now.plus_millis(SKEW_MS), iso8601::basic(now));
    if signed_at > future {
        return Err(AuthError::invalid(format!(
            "Signature not yet current: {stamp} is still later than {} ({shown} + 15 min.)",
            iso8601::basic(future)
        )));
    }
    let held_ms = match &claim.expires {
        Some(seconds) => expiry_ms(seconds)?,
        None => SKEW_MS,
    };
    if now.millis_since(signed_at) <= held_ms {
        return Ok(());
    }
    let message = match claim.expires {
        Some(_) => "Signature expired: the request was signed to hold until an earlier time.".to_owned(),
        None => format!(
            "Signature expired: {stamp} is now earlier than {} ({shown} - 15 min.)",
            iso8601::basic(past)
        ),
    };
    Err(AuthError::invalid(message))
}

/// How long a signed URI holds: at most a week, and the skew when it does not say.
fn expiry_ms(seconds: &str) -> Result<i64, AuthError> {
    const WEEK_S: i64 = 7 * 24 * 3600;
    match seconds {
        "" => Ok(SKEW_MS),
        seconds => seconds
            .parse::<i64>()
            .ok()
            .filter(|seconds| (1..=WEEK_S).contains(seconds))
            .map(|seconds| seconds * 1000)
            .ok_or_else(|| AuthError::incomplete("X-Amz-Expires must be between 1 and 604800 seconds.")),
    }
}

/// Every region is emulated, so none is wrong.
fn check_scope([service, terminator]: [&str; 2], expected: &Expected<'_>) -> Result<(), AuthError> {
    if let Some(wanted) = expected.service.filter(|wanted| *wanted != service) {
        return Err(AuthError::invalid(format!(
            "Credential should be scoped to correct service: '{wanted}'. "
        )));
    }
    if terminator != TERMINATOR {
        return Err(AuthError::invalid(format!(
            "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'."
        )));
    }
    Ok(())
}

/// What was signed in the place of the body: what the request says, where that can be true; else the body's digest.
fn payload(head: &Parts, body: &[u8], claim: &Claim, service: &str) -> String {
    const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
    let said = head.headers.get("x-amz-content-sha256").and_then(|value| value.to_str().ok());
    match said {
        Some(said) if said == UNSIGNED || said.starts_with("STREAMING-") => said.to_owned(),
        None if claim.expires.is_some() && service == "s3" => UNSIGNED.to_owned(),
        _ => sha256_hex(body),
    }
}

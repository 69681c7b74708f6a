//! Signatures of version 4 on requests to S3.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>

use http::header::DATE;
use http::request::Parts;

use super::{
    ChunkSigning, ChunkedForm, DeclaredPayload, S3AuthError, S3Caller, S3Expected, has_expired, no_date,
    parameter, text,
};
use crate::http::auth::canonical::{self, PathForm};
use crate::http::auth::key::{SigningKey, is_equal, signature};
use crate::http::auth::{ALGORITHM, SigningScope, TERMINATOR};
use crate::http::{http_date, iso8601};
use crate::time::Timestamp;

const SERVICE: &str = "s3";
const CONTENT_SHA256: &str = "x-amz-content-sha256";
/// Seconds for which a URI may hold, at most: a week.
const EXPIRES_MAX: i64 = 7 * 24 * 3600;

const EXPECTED_CREDENTIAL: &str = "expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";

/// What a request says about its signature.
struct Claim<'a> {
    credential: Credential<'a>,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
    stamp: String,
    /// What is signed for the body.
    payload: &'a str,
    /// Makes the refusal of a scope.
    malformed: fn(String) -> S3AuthError,
}

/// The parts of `key/date/region/service/aws4_request`.
pub(crate) struct Credential<'a> {
    pub access_key: &'a str,
    pub date: &'a str,
    pub region: &'a str,
    pub service: &'a str,
    pub terminator: &'a str,
}

/// Takes a credential apart, from its end: a key may have slashes.
pub(crate) fn split_credential(text: &str) -> Option<Credential<'_>> {
    let mut parts = text.rsplitn(5, '/');
    let (terminator, service, region, date) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let access_key = parts.next().filter(|key| !key.is_empty())?;
    let is_date = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
    is_date.then_some(Credential { access_key, date, region, service, terminator })
}

/// Whether this is the signature of a policy, which is signed as it is, in base64.
pub(crate) fn is_v4_policy_signature(
    secret: &str,
    credential: &Credential<'_>,
    policy: &str,
    signature: &str,
) -> bool {
    let scope = SigningScope { region: credential.region, service: credential.service };
    is_equal(&SigningKey::new(secret, &scope, credential.date).sign(policy), signature)
}

/// Checks a request that is signed in its `Authorization`.
pub(super) fn in_header(
    head: &Parts,
    claim: &str,
    expected: &S3Expected<'_>,
) -> Result<S3Caller, S3AuthError> {
    let parts: Vec<_> = claim.split([',', ' ']).filter_map(|part| part.split_once('=')).collect();
    let part = |wanted: &str| parts.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
    let (Some(credential), Some(signed_headers), Some(signature)) =
        (part("Credential"), part("SignedHeaders"), part("Signature"))
    else {
        let components = "the authorization header requires three components: Credential, SignedHeaders, and \
                          Signature.";
        return Err(malformed_header(components.to_owned()));
    };
    let credential = split_credential(credential)
        .ok_or_else(|| malformed_header(format!("the Credential is mal-formed; {EXPECTED_CREDENTIAL}")))?;
    let payload = text(head, CONTENT_SHA256);
    if expected.is_strict() && payload.is_none() {
        let message = "Missing required header for this request: x-amz-content-sha256";
        return Err(S3AuthError::new("InvalidRequest", 400, message));
    }
    let payload = payload.unwrap_or("UNSIGNED-PAYLOAD");
    let signed_headers = signed_headers.split(';').collect();
    let signed_at = signed_at(head);
    if expected.is_strict() {
        // AWS looks for the key before it looks at the time.
        expected.secret(credential.access_key)?;
        expected.check_skew(signed_at.ok_or_else(no_date)?)?;
    }
    let stamp = iso8601::basic(signed_at.unwrap_or(expected.now));
    let claim = Claim { credential, signed_headers, signature, stamp, payload, malformed: malformed_header };
    verify(head, &claim, expected)
}

/// Checks a request that is signed in its query.
pub(super) fn in_query(
    head: &Parts,
    query: &[(String, String)],
    expected: &S3Expected<'_>,
) -> Result<S3Caller, S3AuthError> {
    let wanted = |name| parameter(query, name).filter(|value| !value.is_empty());
    let (
        Some(algorithm),
        Some(credential),
        Some(signature),
        Some(stamp),
        Some(signed_headers),
        Some(expires),
    ) = (
        wanted("X-Amz-Algorithm"),
        wanted("X-Amz-Credential"),
        wanted("X-Amz-Signature"),
        wanted("X-Amz-Date"),
        wanted("X-Amz-SignedHeaders"),
        wanted("X-Amz-Expires"),
    )
    else {
        return Err(malformed_query(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
             X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
        ));
    };
    if algorithm != ALGORITHM {
        return Err(malformed_query("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\""));
    }
    let credential = split_credential(credential).ok_or_else(|| {
        let message = "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed;";
        malformed_query(format!("{message} {EXPECTED_CREDENTIAL}"))
    })?;
    let signed_at = iso8601::parse_basic(stamp).ok_or_else(|| {
        malformed_query("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
    })?;
    let held_s = expires_s(expires)?;
    expected.secret(credential.access_key)?;
    check_validity(signed_at, held_s, expected)?;
    let payload = text(head, CONTENT_SHA256).or_else(|| parameter(query, "X-Amz-Content-Sha256"));
    let claim = Claim {
        credential,
        signed_headers: signed_headers.split(';').collect(),
        signature,
        stamp: stamp.to_owned(),
        payload: payload.unwrap_or("UNSIGNED-PAYLOAD"),
        malformed: malformed_query,
    };
    verify(head, &claim, expected)
}

/// When a request was signed: `x-amz-date` counts before `Date`, and either may be in either format.
fn signed_at(head: &Parts) -> Option<Timestamp> {
    let stamp = text(head, "x-amz-date").or_else(|| text(head, DATE.as_str()))?;
    iso8601::parse_basic(stamp).or_else(|| http_date::parse(stamp))
}

fn expires_s(text: &str) -> Result<i64, S3AuthError> {
    let number: i64 = text.parse().map_err(|_| malformed_query("X-Amz-Expires should be a number"))?;
    match number {
        ..=0 => Err(malformed_query("X-Amz-Expires must be non-negative")),
        1..=EXPIRES_MAX => Ok(number),
        _ => Err(malformed_query(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less \
             than 604800 seconds",
        )),
    }
}

/// Whether a signed URI holds now: asked of lenient servers too, for that is what one tries out with them.
fn check_validity(signed_at: Timestamp, held_s: i64, expected: &S3Expected<'_>) -> Result<(), S3AuthError> {
    let age_ms = expected.now.millis_since(signed_at);
    if age_ms > held_s * 1000 {
        return Err(has_expired());
    }
    if expected.is_strict() && age_ms < -super::SKEW_MS {
        return Err(S3AuthError::access_denied("Request is not yet valid"));
    }
    Ok(())
}

fn verify(head: &Parts, claim: &Claim<'_>, expected: &S3Expected<'_>) -> Result<S3Caller, S3AuthError> {
    let Credential { access_key, region, .. } = claim.credential;
    let declared = DeclaredPayload::of(&head.headers)?;
    let mut signing = None;
    if let Some(secret) = expected.secret(access_key)? {
        check_scope(claim)?;
        check_signed_headers(head, claim)?;
        let mut names = claim.signed_headers.clone();
        names.sort_unstable();
        let canonical = canonical::request(head, &names, claim.payload, PathForm::AsIs);
        let scope = SigningScope { region, service: SERVICE };
        let right = signature(secret, &scope, &claim.stamp, &canonical);
        if !is_equal(&right, claim.signature) {
            return Err(S3AuthError::mismatch());
        }
        let signed = [ChunkedForm::Signed, ChunkedForm::SignedWithTrailers];
        if signed.map(DeclaredPayload::Chunked).contains(&declared) {
            signing = Some(ChunkSigning::new(secret, &scope, &claim.stamp, &right));
        }
    }
    let region = Some(region.to_owned()).filter(|region| !region.is_empty());
    Ok(S3Caller { access_key: Some(access_key.to_owned()), region, signing, payload: declared })
}

/// Every region is emulated, so none is wrong.
fn check_scope(claim: &Claim<'_>) -> Result<(), S3AuthError> {
    let Credential { date, service, terminator, .. } = claim.credential;
    let stamped = claim.stamp.get(..8).unwrap_or_default();
    if date != stamped {
        return Err((claim.malformed)(format!(
            "Invalid credential date \"{date}\". This date is not the same as X-Amz-Date: \"{stamped}\"."
        )));
    }
    if service != SERVICE {
        return Err((claim.malformed)(format!(
            "incorrect service \"{service}\". This endpoint belongs to \"{SERVICE}\"."
        )));
    }
    if terminator != TERMINATOR {
        return Err((claim.malformed)(format!(
            "incorrect terminator \"{terminator}\". This endpoint uses \"{TERMINATOR}\"."
        )));
    }
    Ok(())
}

/// The host must be signed, and all headers that mean something to S3.
fn check_signed_headers(head: &Parts, claim: &Claim<'_>) -> Result<(), S3AuthError> {
    // Its value is signed in another place.
    let needs_none = |name: &str| name == CONTENT_SHA256;
    let named = head.headers.keys().map(http::HeaderName::as_str);
    let mut needed = named.filter(|name| name.starts_with("x-amz-") && !needs_none(name)).chain(["host"]);
    match needed.all(|name| claim.signed_headers.contains(&name)) {
        true => Ok(()),
        false => {
            Err(S3AuthError::access_denied("There were headers present in the request which were not signed"))
        }
    }
}

fn malformed_header(what: String) -> S3AuthError {
    let message = format!("The authorization header is malformed; {what}");
    S3AuthError::new("AuthorizationHeaderMalformed", 400, message)
}

fn malformed_query(message: impl Into<String>) -> S3AuthError {
    S3AuthError::new("AuthorizationQueryParametersError", 400, message)
}

//! Which part of the server answers a request: decided by its head alone.

use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN};
use http::request::Parts;

use super::request::header;
use super::{auth, s3};

/// The parts of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// `/_wavetank/…`: of this server, not of AWS.
    Control,
    /// A browser asks what it may send.
    Preflight,
    /// S3: whatever is signed for it or addresses it, and paths that no other service has.
    S3,
    /// The query protocol.
    Query,
    /// AWS JSON, and whatever no service claims: AWS answers that in the same way.
    AwsJson,
}

/// Where a request goes.
pub(super) fn route(head: &Parts) -> Route {
    let path = head.uri.path();
    if path == "/_wavetank" || path.starts_with("/_wavetank/") || path == "/moto-api/reset" {
        return Route::Control;
    }
    if is_s3(head) {
        return Route::S3;
    }
    if head.method == Method::OPTIONS && head.headers.contains_key(ORIGIN) {
        return Route::Preflight;
    }
    let content_type = header(head, CONTENT_TYPE.as_str()).unwrap_or_default();
    let is_form = content_type.split(';').next().unwrap_or_default().trim();
    let is_form = is_form.eq_ignore_ascii_case("application/x-www-form-urlencoded");
    let has_target = head.headers.contains_key("x-amz-target");
    let query = head.uri.query().map(auth::pairs).unwrap_or_default();
    let names_action = query.iter().any(|(name, _)| name == "Action");
    match head.method {
        Method::POST if !has_target && (is_form || names_action) => Route::Query,
        Method::GET if names_action => Route::Query,
        _ => Route::AwsJson,
    }
}

/// Whether a request is for S3. What is signed for another service is that service's, whatever its path.
fn is_s3(head: &Parts) -> bool {
    if head.headers.contains_key("x-amz-target") {
        return false;
    }
    if let Some(service) = signed_for(head) {
        return service == "s3";
    }
    let query = head.uri.query().map(auth::pairs).unwrap_or_default();
    if query.iter().any(|(name, _)| name == "AWSAccessKeyId") || s3::is_virtual_host(head) {
        return true;
    }
    let content_type = header(head, CONTENT_TYPE.as_str()).unwrap_or_default();
    let is_aws_json = content_type.starts_with("application/x-amz-");
    head.uri.path() != "/" && !is_aws_json
}

/// The service in the scope of a signature; version 2 is spoken by S3 alone.
fn signed_for(head: &Parts) -> Option<String> {
    if let Some(authorization) = header(head, AUTHORIZATION.as_str()) {
        if authorization.starts_with("AWS ") {
            return Some("s3".to_owned());
        }
        let (_, credential) = authorization.split_once("Credential=")?;
        return credential.split(',').next()?.split('/').nth(3).map(str::to_owned);
    }
    let query = head.uri.query().map(auth::pairs).unwrap_or_default();
    let (_, credential) = query.iter().find(|(name, _)| name == "X-Amz-Credential")?;
    credential.split('/').nth(3).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Method, URI, headers.
    type Head = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

    const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    const JSON: (&str, &str) = ("content-type", "application/x-amz-json-1.1");
    const TARGET: (&str, &str) = ("x-amz-target", "Kinesis_20131202.ListStreams");

    const CASES: &[(Head, Route)] = &[
        (("GET", "/_wavetank/health", &[]), Route::Control),
        (("OPTIONS", "/_wavetank", &[]), Route::Control),
        (("POST", "/moto-api/reset", &[]), Route::Control),
        (("POST", "/_wavetanks", &[JSON]), Route::AwsJson),
        (("OPTIONS", "/", &[("origin", "x")]), Route::Preflight),
        (("OPTIONS", "/", &[]), Route::AwsJson),
        (("POST", "/", &[FORM]), Route::Query),
        (("GET", "/?Action=GetCallerIdentity", &[]), Route::Query),
        (("POST", "/", &[JSON, TARGET]), Route::AwsJson),
        (("POST", "/any/path", &[FORM, TARGET]), Route::AwsJson),
        (("GET", "/?action=a", &[]), Route::AwsJson),
    ];

    #[test]
    fn requests_find_their_service_by_their_head() {
        for ((method, uri, headers), expected) in CASES {
            let mut request = http::Request::builder().method(*method).uri(*uri);
            for (name, value) in *headers {
                request = request.header(*name, *value);
            }
            let head = request.body(()).unwrap().into_parts().0;
            assert_eq!(route(&head), *expected, "{method} {uri} {headers:?}");
        }
    }
}

//! Browsers of other sites: what they ask before a request, and what they may see of its answer.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html>

use http::header::{ORIGIN, VARY};
use http::request::Parts;
use http::{HeaderValue, StatusCode, Uri};

use super::address;
use super::error_body::ErrorAnswer;
use crate::emulator::Emulator;
use crate::http::auth;
use crate::http::auth::s3::S3AuthError;
use crate::http::request::header;
use crate::http::response::{Response, set, whole};
use crate::s3::{CorsAnswer, CorsQuestion, MatchCors};
use crate::time::Timestamp;

const VARIES: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/// Answers a browser that asks before it sends.
pub(super) fn preflight(emulator: &Emulator, head: &Parts, path: &Uri) -> Result<Response, ErrorAnswer> {
    let asked = header(head, "access-control-request-method");
    let (Some(mut question), Some(method)) = (question(head, path), asked) else {
        let message = "Insufficient information. Origin request header needed.";
        return Err(S3AuthError::new("BadRequest", 400, message).into());
    };
    question.method = method.to_owned();
    let headers = header(head, "access-control-request-headers").unwrap_or_default();
    question.headers =
        headers.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    // No time is involved.
    let Some(rule) = emulator.call::<MatchCors>(Timestamp::default(), question)? else {
        let message = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of \
                       Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are \
                       not whitelisted by the resource's CORS spec.";
        return Err(S3AuthError::new("AccessForbidden", 403, message).into());
    };
    let mut response = whole(StatusCode::OK, None, "");
    say(&mut response, &rule);
    if let Some(seconds) = rule.max_age {
        set(&mut response, "access-control-max-age", &seconds.to_string());
    }
    if let Some(headers) = &rule.headers {
        set(&mut response, "access-control-allow-headers", headers);
    }
    Ok(response)
}

/// What a browser says with a request; none when it is none of another site.
pub(super) fn question(head: &Parts, path: &Uri) -> Option<CorsQuestion> {
    let origin = header(head, ORIGIN.as_str())?.to_owned();
    let method = header(head, "access-control-request-method").unwrap_or(head.method.as_str());
    let bucket = auth::decode(address::encoded_names(path.path()).0);
    Some(CorsQuestion { bucket, origin, method: method.to_owned(), headers: Vec::new() })
}

/// Lets scripts of another site read an answer, where a rule says so.
pub(super) fn open(emulator: &Emulator, question: CorsQuestion, response: &mut Response) {
    if let Ok(Some(rule)) = emulator.call::<MatchCors>(Timestamp::default(), question) {
        say(response, &rule);
    }
}

fn say(response: &mut Response, rule: &CorsAnswer) {
    set(response, "access-control-allow-origin", &rule.origin);
    set(response, "access-control-allow-methods", &rule.methods);
    if rule.origin != "*" {
        set(response, "access-control-allow-credentials", "true");
    }
    if let Some(exposed) = &rule.exposed {
        set(response, "access-control-expose-headers", exposed);
    }
    response.headers_mut().insert(VARY, HeaderValue::from_static(VARIES));
}

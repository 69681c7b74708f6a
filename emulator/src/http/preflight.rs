//! CORS: what AWS tells browsers, which is that everything goes.
//!
//! Source: kinesalite's tests, recorded against AWS.

use http::StatusCode;

use super::request::Received;
use super::response::{Response, set, whole};

/// Headers that scripts may read.
const EXPOSED: &str =
    "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date";

/// Answers a browser that asks before it sends.
pub(super) fn answer(request: &Received) -> Response {
    let mut response = whole(StatusCode::OK, None, "");
    set(&mut response, "access-control-allow-origin", "*");
    let echoed = [
        ("access-control-request-headers", "access-control-allow-headers"),
        ("access-control-request-method", "access-control-allow-methods"),
    ];
    for (asked, allowed) in echoed {
        if let Some(value) = request.header(asked) {
            set(&mut response, allowed, value);
        }
    }
    set(&mut response, "access-control-max-age", "172800");
    response
}

/// Lets scripts of other origins read an answer.
pub(super) fn open(response: &mut Response) {
    set(response, "access-control-allow-origin", "*");
    set(response, "access-control-expose-headers", EXPOSED);
}

//! The AWS JSON protocol, in JSON and in CBOR: the checks that AWS makes, in its order, then the operation.
//!
//! Body and content type come first, then the form of the body, then the operation, then the signature. So a body that
//! is no JSON is a `SerializationException` even where the operation does not exist. Decoding the body is the one
//! expensive check and is left to the operation; it is made on its own only where something else is wrong.
//!
//! Source: kinesalite's order, recorded against AWS
//! (<https://github.com/mhart/kinesalite/blob/master/test/connection.js>).

use std::sync::Arc;

use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde::Serialize;
use serde::de::IgnoredAny;

use super::event_stream::{self, EventSource};
use super::request::Received;
use super::response::{Response, set, whole};
use super::service::{Service, run};
use crate::athena::{ATHENA_ERROR_CODE, StartQueryExecution};
use crate::codec::Codec;
use crate::emulator::Emulator;
use crate::error::{ApiError, ErrorCode};
use crate::kinesis::{SubscribeToShard, Subscription};
use crate::operation::Operation;
use crate::operations;
use crate::time::Timestamp;

/// Taken by AWS as far as the check of the body, and refused in a form of its own.
const DEPRECATED: &str = "application/json";

/// Answers a request to a service that speaks AWS JSON, or to none at all.
pub(super) fn answer(service: &Service, request: &Received) -> Response {
    if request.head.method != Method::POST {
        return undetermined();
    }
    let content_type = request.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    let codec = Codec::of_content_type(content_type);
    let target = request.header("x-amz-target").unwrap_or_default();
    if request.body.is_empty() {
        let code = match is_known(target) {
            true => ErrorCode::SerializationException,
            false => ErrorCode::UnknownOperationException,
        };
        return refusal(codec.unwrap_or(Codec::Cbor), &ApiError::new(code, ""));
    }
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    match codec {
        Some(codec) => call(service, request, codec, target),
        None if essence.eq_ignore_ascii_case(DEPRECATED) => deprecated(&request.body),
        None => unknown_type(target),
    }
}

/// The answer to a request on which the server failed.
pub(super) fn internal_failure(request: &Received) -> Response {
    let content_type = request.header(CONTENT_TYPE.as_str()).unwrap_or_default();
    let codec = Codec::of_content_type(content_type).unwrap_or(Codec::Json);
    refusal(codec, &ApiError::new(ErrorCode::InternalFailure, ""))
}

fn call(service: &Service, request: &Received, codec: Codec, target: &str) -> Response {
    let not_decoded = || refusal(codec, &ApiError::new(ErrorCode::SerializationException, ""));
    if !begins_structure(codec, &request.body) {
        return not_decoded();
    }
    let service_name = target.split('.').next().and_then(signing_name);
    let meant = match is_known(target) {
        false => Err(refusal(codec, &ApiError::unknown_operation())),
        true => service
            .authenticate(request, service_name)
            .map_err(|error| error_response(codec, StatusCode::BAD_REQUEST, error.code, &error.message)),
    };
    let claim = match meant {
        Ok(claim) => claim,
        Err(refused) => return if decodes(codec, &request.body) { refused } else { not_decoded() },
    };
    let now = service.clock.now();
    let answered = service.emulator(&claim).and_then(|emulator| match target {
        SubscribeToShard::NAME => {
            let subscription = emulator.subscribe(now, codec, &request.body)?;
            Ok(events(service, codec, Subscribed { emulator, subscription }))
        }
        _ => {
            let body = run(&emulator, || emulator.invoke(now, target, codec, &request.body))?;
            if target == StartQueryExecution::NAME {
                service.queries.run_one(emulator, service.clock.clone());
            }
            Ok(whole(StatusCode::OK, Some(codec.content_type()), body))
        }
    });
    answered.unwrap_or_else(|error| refusal(codec, &error))
}

fn events(service: &Service, codec: Codec, source: Subscribed) -> Response {
    let (clock, stopping) = (service.clock.clone(), service.stopping.clone());
    event_stream::answer(source, "SubscribeToShardEvent", codec, clock, stopping)
}

/// A consumer that waits for the records of a shard.
struct Subscribed {
    emulator: Arc<Emulator>,
    subscription: Subscription,
}

impl EventSource for Subscribed {
    fn next_event(&mut self, now: Timestamp) -> Result<Option<Vec<u8>>, ApiError> {
        self.emulator.next_event(now, &mut self.subscription)
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.subscription.is_over(now)
    }
}

/// Whether there is an operation of this name.
fn is_known(target: &str) -> bool {
    operations::find(target).is_some() || target == SubscribeToShard::NAME
}

/// The name under which requests to a service are signed.
fn signing_name(service: &str) -> Option<&'static str> {
    match service {
        "AWSGlue" => Some("glue"),
        "AmazonAthena" => Some("athena"),
        name if name.starts_with("Kinesis_") => Some("kinesis"),
        _ => None,
    }
}

/// Whether a body begins as a structure or a list does.
fn begins_structure(codec: Codec, body: &[u8]) -> bool {
    match codec {
        Codec::Json => {
            let first = body.iter().find(|byte| !b" \t\r\n".contains(byte));
            first.is_some_and(|byte| b"{[".contains(byte))
        }
        // Major types 4 and 5, and 6 for a tag in front of them.
        Codec::Cbor => body.first().is_some_and(|byte| (0x80..=0xdf).contains(byte)),
    }
}

fn decodes(codec: Codec, body: &[u8]) -> bool {
    match codec {
        Codec::Json => serde_json::from_slice::<IgnoredAny>(body).is_ok(),
        Codec::Cbor => ciborium::from_reader::<IgnoredAny, _>(body).is_ok(),
    }
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    #[serde(rename = "__type")]
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    capital_message: Option<&'a str>,
    #[serde(rename = "AthenaErrorCode", skip_serializing_if = "Option::is_none")]
    athena_error_code: Option<&'a str>,
}

impl<'a> ErrorBody<'a> {
    fn of(code: &'a str, message: &'a str) -> Self {
        let message = Some(message).filter(|message| !message.is_empty());
        let is_capital = code == ErrorCode::SerializationException.name();
        Self {
            code,
            message: message.filter(|_| !is_capital),
            capital_message: message.filter(|_| is_capital),
            athena_error_code: None,
        }
    }
}

/// An error of an operation as an answer.
fn refusal(codec: Codec, error: &ApiError) -> Response {
    let (name, status, _) = error.code.wire();
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let athena = error.details.iter().find(|(detail, _)| *detail == ATHENA_ERROR_CODE);
    let athena_error_code = athena.map(|(_, value)| value.as_str());
    respond_error(codec, status, name, ErrorBody { athena_error_code, ..ErrorBody::of(name, &error.message) })
}

fn error_response(codec: Codec, status: StatusCode, code: &str, message: &str) -> Response {
    respond_error(codec, status, code, ErrorBody::of(code, message))
}

fn respond_error(codec: Codec, status: StatusCode, code: &str, body: ErrorBody<'_>) -> Response {
    let mut response = whole(status, Some(codec.content_type()), codec.encode(&body));
    set(&mut response, "x-amzn-errortype", code);
    response
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct DeprecatedBody {
    output: DeprecatedOutput,
    version: &'static str,
}

#[derive(Serialize)]
struct DeprecatedOutput {
    #[serde(rename = "__type")]
    code: &'static str,
}

/// AWS goes no further with `application/json`.
fn deprecated(body: &[u8]) -> Response {
    let is_request = begins_structure(Codec::Json, body) && decodes(Codec::Json, body);
    let (status, code) = match is_request {
        true => (StatusCode::NOT_FOUND, "com.amazon.coral.service#UnknownOperationException"),
        false => (StatusCode::BAD_REQUEST, "com.amazon.coral.service#SerializationException"),
    };
    let body = DeprecatedBody { output: DeprecatedOutput { code }, version: "1.0" };
    whole(status, Some(DEPRECATED), Codec::Json.encode(&body))
}

/// The answer to a body of a type that no service reads.
fn unknown_type(target: &str) -> Response {
    let mut parts = target.split('.').map(|part| !part.is_empty());
    match (parts.next(), parts.next()) {
        (Some(true), Some(true)) => whole(StatusCode::NOT_FOUND, None, "<UnknownOperationException/>\n"),
        _ => undetermined(),
    }
}

/// The answer to what looks like a call of no service.
pub(super) fn undetermined() -> Response {
    let body = "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized\
                </Message>\n</AccessDeniedException>\n";
    whole(StatusCode::FORBIDDEN, None, body)
}

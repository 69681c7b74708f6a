//! Answers that go on: events in frames, as `SubscribeToShard` sends them.
//!
//! ```text
//! initial-response  {}
//! SubscribeToShardEvent  {"Records":[…],…}     as often as there is one
//! exception  {"message":"…"}                   where it ends in an error
//! ```
//!
//! Each frame has a length, headers, a payload and two checksums.
//! Source: <https://smithy.io/2.0/aws/amazon-eventstream.html>

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::Bytes;
use serde::Serialize;
use tokio::sync::{mpsc, watch};

use super::clock::ServerClock;
use super::response::{Pieces, Response, streamed};
use crate::codec::Codec;
use crate::error::{ApiError, ErrorCode};
use crate::time::Timestamp;

const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";
/// How often a source is asked for its next event.
const POLL: Duration = Duration::from_millis(50);
/// Frames that wait for a client to read them.
const FRAMES_AHEAD: usize = 4;

/// Where the events of one answer come from.
pub(super) trait EventSource: Send + 'static {
    /// The payload of the next event, encoded; none when there is nothing to say at `now`.
    ///
    /// # Errors
    /// What AWS would send before it ends the stream.
    fn next_event(&mut self, now: Timestamp) -> Result<Option<Vec<u8>>, ApiError>;

    /// Whether no event will come any more.
    fn is_over(&self, now: Timestamp) -> bool;
}

/// Answers with the events of a source, until it is over, the client goes or the server ends. Runs on the caller's
/// runtime.
pub(super) fn answer(
    source: impl EventSource,
    event_type: &'static str,
    codec: Codec,
    clock: Arc<ServerClock>,
    stopping: watch::Receiver<bool>,
) -> Response {
    let (frames, pieces) = mpsc::channel(FRAMES_AHEAD);
    tokio::spawn(send_all(source, event_type, codec, clock, stopping, frames));
    streamed(CONTENT_TYPE, Pieces(pieces))
}

async fn send_all(
    mut source: impl EventSource,
    event_type: &'static str,
    codec: Codec,
    clock: Arc<ServerClock>,
    mut stopping: watch::Receiver<bool>,
    frames: mpsc::Sender<Bytes>,
) {
    let initial = event("initial-response", codec, codec.encode(&NoMembers {}));
    let mut goes_on = frames.send(initial).await.is_ok();
    while goes_on && !source.is_over(clock.now()) {
        let asked = catch_unwind(AssertUnwindSafe(|| source.next_event(clock.now())));
        goes_on = match asked.unwrap_or_else(|_| Err(ApiError::new(ErrorCode::InternalFailure, ""))) {
            Ok(Some(payload)) => tokio::select! {
                sent = frames.send(event(event_type, codec, payload)) => sent.is_ok(),
                _ = stopping.wait_for(|stopping| *stopping) => false,
            },
            Ok(None) => tokio::select! {
                () = tokio::time::sleep(POLL) => true,
                () = frames.closed() => false,
                _ = stopping.wait_for(|stopping| *stopping) => false,
            },
            Err(error) => {
                // A client that has gone does not miss the reason.
                let _ = frames.send(exception(codec, &error)).await;
                false
            }
        };
    }
}

#[derive(Serialize)]
struct NoMembers {}

#[derive(Serialize)]
struct ExceptionBody<'a> {
    message: &'a str,
}

fn event(event_type: &'static str, codec: Codec, payload: Vec<u8>) -> Bytes {
    frame([(":event-type", event_type), content_type(codec), (":message-type", "event")], payload)
}

fn exception(codec: Codec, error: &ApiError) -> Bytes {
    let payload = codec.encode(&ExceptionBody { message: &error.message });
    let kind = (":exception-type", error.code.name());
    frame([kind, content_type(codec), (":message-type", "exception")], payload)
}

fn content_type(codec: Codec) -> (&'static str, &'static str) {
    let value = match codec {
        Codec::Json => "application/json",
        Codec::Cbor => "application/cbor",
    };
    (":content-type", value)
}

fn frame(headers: [(&'static str, &'static str); 3], payload: Vec<u8>) -> Bytes {
    let headers = headers.map(|(name, value)| Header::new(name, HeaderValue::String(value.into())));
    let message = Message::new_from_parts(headers.into(), payload);
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).expect("payloads and headers are far below the limits of a frame");
    bytes.into()
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use aws_smithy_eventstream::frame::read_message_from;
    use http_body_util::BodyExt;

    use super::*;

    /// Says what it was given, then is over or waits.
    struct Script {
        events: VecDeque<Result<Option<Vec<u8>>, ApiError>>,
        waits: bool,
    }

    impl EventSource for Script {
        fn next_event(&mut self, _: Timestamp) -> Result<Option<Vec<u8>>, ApiError> {
            self.events.pop_front().unwrap_or(Ok(None))
        }

        fn is_over(&self, _: Timestamp) -> bool {
            self.events.is_empty() && !self.waits
        }
    }

    fn played(script: Script, codec: Codec, stopping: watch::Receiver<bool>) -> Vec<(String, String, Bytes)> {
        let clock = Arc::new(ServerClock::new(|| Timestamp::from_millis(0)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut bytes = runtime.block_on(async {
            let response = answer(script, "SubscribeToShardEvent", codec, clock, stopping);
            assert_eq!(response.headers()["content-type"], CONTENT_TYPE);
            response.into_body().collect().await.unwrap().to_bytes()
        });
        let mut messages = Vec::new();
        while !bytes.is_empty() {
            let message = read_message_from(&mut bytes).unwrap();
            let header = |index: usize| {
                let header: &Header = &message.headers()[index];
                header.value().as_string().unwrap().as_str().to_owned()
            };
            messages.push((header(2), header(0), message.payload().clone()));
        }
        messages
    }

    #[test]
    fn events_follow_an_initial_response_and_an_error_ends_them() {
        let error = ApiError::new(ErrorCode::ResourceNotFoundException, "Stream gone.");
        let events =
            [Ok(Some(b"{\"a\":1}".to_vec())), Ok(None), Err(error), Ok(Some(b"never sent".to_vec()))];
        let (_still_running, stopping) = watch::channel(false);
        let messages = played(Script { events: events.into(), waits: true }, Codec::Json, stopping);
        let text = |kind: &str, name: &str, payload: &'static str| {
            (kind.to_owned(), name.to_owned(), Bytes::from_static(payload.as_bytes()))
        };
        let expected = [
            text("event", "initial-response", "{}"),
            text("event", "SubscribeToShardEvent", "{\"a\":1}"),
            text("exception", "ResourceNotFoundException", "{\"message\":\"Stream gone.\"}"),
        ];
        assert_eq!(messages, expected);
    }

    #[test]
    fn stream_ends_when_its_source_is_over_and_when_the_server_ends() {
        let (server, stopping) = watch::channel(false);
        let over = Script { events: [Ok(Some(vec![0xa0]))].into(), waits: false };
        let messages = played(over, Codec::Cbor, stopping.clone());
        assert_eq!(messages.len(), 2);
        assert_eq!(messages[0].2, Bytes::from_static(&[0xa0]));
        server.send(true).unwrap();
        let endless = Script { events: VecDeque::new(), waits: true };
        assert_eq!(played(endless, Codec::Json, stopping).len(), 1);
    }
}

//! Answers: a whole body, or one that goes on.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};
use http_body_util::{Either, Full};
use hyper::body::{Body, Frame};
use tokio::sync::mpsc;

/// An answer on its way out.
pub(super) type Response = http::Response<Either<Full<Bytes>, Pieces>>;

/// A body that is sent piece by piece, until its sender is dropped.
pub(super) struct Pieces(pub mpsc::Receiver<Bytes>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

/// An answer with a body, and what type it is of where that is known.
pub(super) fn whole(
    status: StatusCode,
    content_type: Option<&'static str>,
    body: impl Into<Bytes>,
) -> Response {
    let mut response = Response::new(Either::Left(Full::new(body.into())));
    *response.status_mut() = status;
    if let Some(content_type) = content_type {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response
}

/// An answer of some type that goes on.
pub(super) fn streamed(content_type: &'static str, pieces: Pieces) -> Response {
    let mut response = Response::new(Either::Right(pieces));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// An answer that goes on, whatever it is.
pub(super) fn streamed_body(pieces: Pieces) -> Response {
    Response::new(Either::Right(pieces))
}

/// Sets a header; a value that no header can have is left out.
pub(super) fn set(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

/// Text as it may stand in XML.
pub(super) fn xml_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            '"' => escaped += "&quot;",
            // XML 1.0 has no place for other control characters, not even escaped.
            char if char.is_control() && !"\t\n\r".contains(char) => escaped.push('\u{fffd}'),
            char => escaped.push(char),
        }
    }
    escaped
}

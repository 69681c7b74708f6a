//! A request as data: its head, and its whole body.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

/// Bytes of a body, at most: more than the 10 MiB of a PutRecords call in base64.
pub(super) const BODY_MAX: usize = 16 * 1024 * 1024;
/// Bytes that are read and thrown away so that a client that sends too many gets to read the answer.
const DISCARDED_MAX: usize = 64 * 1024 * 1024;
/// How long a client may take to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(60);
/// Space set aside on a client's word alone.
const TRUSTED_LENGTH: usize = 1024 * 1024;

/// A request that has arrived in full.
pub(super) struct Received {
    pub head: Parts,
    pub body: Bytes,
}

/// Why a body did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyError {
    /// Longer than [`BODY_MAX`].
    TooLarge,
    /// It took longer than [`BODY_TIMEOUT`].
    TooSlow,
    /// The client has gone, or breaks the rules of HTTP.
    Broken,
}

impl Received {
    /// The value of a header, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

/// The value of a header, if it is there and is text.
pub(super) fn header<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    head.headers.get(name).and_then(|value| value.to_str().ok())
}

/// Reads a body to its end. One that arrives in one piece is not copied, any other once.
pub(super) async fn read_body(head: &Parts, body: Incoming) -> Result<Bytes, BodyError> {
    // A client that waits for permission to send is answered before it sends.
    let waits = head.headers.contains_key(http::header::EXPECT);
    if waits && body.size_hint().lower() > BODY_MAX as u64 {
        return Err(BodyError::TooLarge);
    }
    tokio::time::timeout(BODY_TIMEOUT, read_all(body)).await.unwrap_or(Err(BodyError::TooSlow))
}

async fn read_all(mut body: Incoming) -> Result<Bytes, BodyError> {
    if body.size_hint().lower() > BODY_MAX as u64 {
        return discard(body).await;
    }
    let Some(first) = next(&mut body).await? else { return Ok(Bytes::new()) };
    if body.is_end_stream() {
        return Ok(first);
    }
    let more = (body.size_hint().lower() as usize).min(TRUSTED_LENGTH);
    let mut whole = BytesMut::with_capacity(first.len() + more);
    whole.extend_from_slice(&first);
    drop(first);
    while let Some(piece) = next(&mut body).await? {
        if whole.len() + piece.len() > BODY_MAX {
            return discard(body).await;
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

async fn discard(mut body: Incoming) -> Result<Bytes, BodyError> {
    let mut discarded = 0;
    while let Some(piece) = next(&mut body).await? {
        discarded += piece.len();
        if discarded > DISCARDED_MAX {
            break;
        }
    }
    Err(BodyError::TooLarge)
}

/// The next data of a body; trailers are passed over.
async fn next(body: &mut Incoming) -> Result<Option<Bytes>, BodyError> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyError::Broken)?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

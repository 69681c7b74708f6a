//! Bodies that are documents: read whole, and held against what the request says of them.

use bytes::{Bytes, BytesMut};
use hyper::body::Incoming;

use super::content;
use super::error_body::ErrorAnswer;
use super::payload::Payload;
use crate::error::{ApiError, ErrorCode};
use crate::http::auth;
use crate::s3::Content;
use http::Method;
use http::request::Parts;

/// Bytes of a document, at most: ten thousand parts fit in with room to spare.
const DOCUMENT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Reads a document to its end.
pub(super) async fn read(head: &Parts, mut payload: Payload<Incoming>) -> Result<Bytes, ErrorAnswer> {
    let mut whole = BytesMut::new();
    while let Some(piece) = payload.next().await? {
        if whole.len() + piece.len() > DOCUMENT_BYTES_MAX {
            let message = "Your request was too big.";
            return Err(ErrorAnswer { code: "MaxMessageLengthExceeded".to_owned(), ..too_large(message) });
        }
        whole.extend_from_slice(&piece);
    }
    let document = whole.freeze();
    // What completes an upload brings the checksum of the object, not its own.
    if is_completion(head) {
        return Ok(document);
    }
    content::brought(head)?;
    let mut integrity = content::integrity(head);
    let trailers = payload.trailers().iter();
    integrity.add_trailers(trailers.map(|(name, value)| (name.as_str(), value.as_str())));
    let algorithms: Vec<_> = integrity.algorithms().collect();
    integrity.check(&Content::of_bytes(document.clone(), &algorithms))?;
    Ok(document)
}

fn is_completion(head: &Parts) -> bool {
    let query = head.uri.query().map(auth::pairs).unwrap_or_default();
    head.method == Method::POST && query.iter().any(|(name, _)| name == "uploadId")
}

fn too_large(message: &str) -> ErrorAnswer {
    ApiError::new(ErrorCode::EntityTooLarge, message).into()
}

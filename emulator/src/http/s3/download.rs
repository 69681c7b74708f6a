//! Content on its way to a client: at once if it is short, else piece by piece as the client takes it.

use crate::http::response::{Pieces, Response, streamed_body, whole};
use crate::store::BodyReader;
use bytes::Bytes;
use http::StatusCode;
use tokio::sync::mpsc;

/// Up to this length content is read before it is answered.
const AT_ONCE_MAX: u64 = 1024 * 1024;
/// Pieces that are read ahead of the client.
const PIECES_AHEAD: usize = 2;

/// An answer with this content.
pub(super) fn response(content: BodyReader) -> Response {
    if content.len() <= AT_ONCE_MAX {
        return match content.read_all() {
            Ok(bytes) => whole(StatusCode::OK, None, bytes),
            Err(_) => whole(StatusCode::INTERNAL_SERVER_ERROR, None, Bytes::new()),
        };
    }
    let (sender, pieces) = mpsc::channel(PIECES_AHEAD);
    tokio::task::spawn_blocking(move || send(content, &sender));
    streamed_body(Pieces(pieces))
}

/// A file that cannot be read ends the answer before its length, which the client sees.
fn send(mut content: BodyReader, sender: &mpsc::Sender<Bytes>) {
    while let Ok(Some(piece)) = content.next_piece() {
        if sender.blocking_send(piece).is_err() {
            return;
        }
    }
}

//! Bodies for tests, in pieces.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};

/// A body that comes in pieces, then ends as it is told to.
pub(in crate::http) struct Pieces {
    pub pieces: VecDeque<Bytes>,
    pub end: End,
}

/// How a body ends.
pub(in crate::http) enum End {
    Well,
    /// The client goes.
    Broken,
    /// The client sends nothing more, and stays.
    Silent,
}

impl Pieces {
    /// Cuts a body into pieces of these sizes in turn.
    pub fn cut(body: &[u8], sizes: &[usize]) -> Self {
        let (mut pieces, mut rest) = (VecDeque::new(), body);
        for &size in sizes.iter().cycle() {
            let (piece, after) = rest.split_at(size.clamp(1, rest.len().max(1)).min(rest.len()));
            pieces.push_back(Bytes::copy_from_slice(piece));
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        Self { pieces, end: End::Well }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match (self.pieces.pop_front(), &self.end) {
            (Some(piece), _) => Poll::Ready(Some(Ok(Frame::data(piece)))),
            (None, End::Well) => Poll::Ready(None),
            (None, End::Broken) => Poll::Ready(Some(Err("gone"))),
            (None, End::Silent) => Poll::Pending,
        }
    }
}

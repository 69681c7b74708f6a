//! The body of a request, piece by piece, in whatever form it is sent.
//!
//! ```text
//! as it is        bytes ──────────────────────────► Some(piece)… None     SHA-256 compared at the end if declared
//! aws-chunked     size, data, size, data, trailers ► Some(piece)… None     and then trailers()
//! ```
//!
//! Pieces are slices of what arrived: nothing is copied, and nothing is held but one line between two chunks. So a
//! digest or a signature that is wrong shows only once its bytes have been handed out: who stores them may keep them
//! only after `None`.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>

mod chunks;
mod encoding;
mod error;
#[cfg(test)]
pub(super) mod sample;
#[cfg(test)]
mod tests;

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::request::Parts;
use http_body_util::BodyExt;
use hyper::body::Body;
use sha2::{Digest, Sha256};

pub(in crate::http) use encoding::content_encoding_without_aws_chunked;
pub(in crate::http) use error::PayloadError;

use crate::http::auth::s3::{ChunkSigning, DeclaredPayload};
use crate::http::request::header;
use chunks::{Announced, Chunks};

/// How long a client may send nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// A body that is being read.
pub(in crate::http) struct Payload<B> {
    body: B,
    form: Form,
    length: Option<u64>,
    /// What has arrived and is not yet decoded.
    rest: Bytes,
    trailers: Vec<(String, String)>,
    /// None while there is more to come.
    end: Option<Result<(), PayloadError>>,
    patience: Duration,
}

enum Form {
    Plain,
    /// The digest so far, and the declared one.
    Digested(Sha256, [u8; 32]),
    Chunked(Box<Chunks>),
}

impl<B: Body<Data = Bytes> + Unpin> Payload<B> {
    /// Reads a body in the form that its head declares. Without `signing`, signatures of chunks are passed over.
    pub fn new(head: &Parts, declared: DeclaredPayload, signing: Option<ChunkSigning>, body: B) -> Self {
        let number = |name| header(head, name).and_then(|text| text.trim().parse().ok());
        let decoded_length = number("x-amz-decoded-content-length");
        let (form, length) = match declared {
            DeclaredPayload::Unsigned => (Form::Plain, number(CONTENT_LENGTH.as_str())),
            DeclaredPayload::Digest(digest) => {
                (Form::Digested(Sha256::new(), digest), number(CONTENT_LENGTH.as_str()))
            }
            DeclaredPayload::Chunked(form) => {
                let announced = Announced { form, decoded_length, trailers: announced_trailers(head) };
                (Form::Chunked(Box::new(Chunks::new(announced, signing))), decoded_length)
            }
        };
        let (rest, trailers) = (Bytes::new(), Vec::new());
        Self { body, form, length, rest, trailers, end: None, patience: PATIENCE }
    }

    /// Bytes that there will be, as the head declares them.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The next bytes, never none; `None` at the end, once all that can be checked is right. An error stays.
    ///
    /// Loses nothing when it is dropped while it waits.
    pub async fn next(&mut self) -> Result<Option<Bytes>, PayloadError> {
        if let Some(end) = self.end {
            return end.map(|()| None);
        }
        let next = self.advance().await;
        match &next {
            Ok(Some(_)) => {}
            Ok(None) => self.end = Some(Ok(())),
            Err(error) => self.end = Some(Err(*error)),
        }
        next
    }

    /// What stood behind the chunks, sorted by names in lower case; nothing before the end.
    pub fn trailers(&self) -> &[(String, String)] {
        &self.trailers
    }

    async fn advance(&mut self) -> Result<Option<Bytes>, PayloadError> {
        loop {
            let data = self.form.decode(&mut self.rest)?.filter(|data| !data.is_empty());
            if data.is_some() {
                return Ok(data);
            }
            match self.receive().await? {
                Some(piece) => self.rest = piece,
                None => {
                    self.trailers = self.form.finish()?;
                    return Ok(None);
                }
            }
        }
    }

    /// The next piece as it arrives; trailers of HTTP itself are passed over.
    async fn receive(&mut self) -> Result<Option<Bytes>, PayloadError> {
        loop {
            let frame = tokio::time::timeout(self.patience, self.body.frame()).await;
            let Some(frame) = frame.map_err(|_| PayloadError::TooSlow)? else { return Ok(None) };
            if let Ok(data) = frame.map_err(|_| PayloadError::Incomplete)?.into_data() {
                return Ok(Some(data));
            }
        }
    }
}

impl Form {
    fn decode(&mut self, piece: &mut Bytes) -> Result<Option<Bytes>, PayloadError> {
        match self {
            Self::Plain => Ok(Some(std::mem::take(piece))),
            Self::Digested(hasher, _) => {
                hasher.update(&piece);
                Ok(Some(std::mem::take(piece)))
            }
            Self::Chunked(chunks) => chunks.decode(piece),
        }
    }

    fn finish(&mut self) -> Result<Vec<(String, String)>, PayloadError> {
        match self {
            Self::Plain => Ok(Vec::new()),
            Self::Digested(hasher, declared) => match hasher.finalize_reset()[..] == declared[..] {
                true => Ok(Vec::new()),
                false => Err(PayloadError::DigestMismatch),
            },
            Self::Chunked(chunks) => chunks.finish(),
        }
    }
}

fn announced_trailers(head: &Parts) -> Vec<String> {
    let values = head.headers.get_all("x-amz-trailer").iter();
    let names = values.flat_map(|value| value.to_str().unwrap_or_default().split(','));
    names.map(|name| name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty()).collect()
}

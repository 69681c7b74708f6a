//! `aws-chunked`: chunks with their sizes and signatures, then trailers.
//!
//! ```text
//! 10000;chunk-signature=ad80…\r\n  (65,536 bytes) \r\n
//! 0;chunk-signature=b6c6…\r\n
//! x-amz-checksum-crc32c:sOO8/Q==\r\n
//! x-amz-trailer-signature:d81f…\r\n
//! \r\n
//! ```
//!
//! Taken too are lines that end in a line feed alone, and trailers with empty lines between or none at the end: AWS's
//! own examples and clients differ in that. Whatever stands behind the last chunk belongs to the trailers.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>

use bytes::{Buf, Bytes};
use http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use super::error::PayloadError;
use crate::http::auth::s3::{ChunkSigning, ChunkedForm};

/// Bytes of a line between chunks, at most; a signature takes 64.
const LINE_MAX: usize = 1024;
/// Bytes of all trailers, at most.
const TRAILERS_MAX: usize = 8 * 1024;
/// Bytes of a signed chunk that another follows, at least.
const CHUNK_MIN: u64 = 8192;

const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// What the head says about chunks.
#[derive(Debug)]
pub(super) struct Announced {
    pub form: ChunkedForm,
    /// Bytes of all chunks.
    pub decoded_length: Option<u64>,
    /// The names of trailers, in lower case.
    pub trailers: Vec<String>,
}

/// Reads chunks from pieces that are cut anywhere.
#[derive(Debug)]
pub(super) struct Chunks {
    announced: Announced,
    /// None where signatures are passed over.
    signing: Option<ChunkSigning>,
    place: Place,
    /// The line that has been read in part.
    line: Vec<u8>,
    /// The signature of the chunk that is being read, and its digest so far.
    signature: String,
    hasher: Sha256,
    /// Of the chunk that was read last.
    size: Option<u64>,
    decoded: u64,
    trailer_bytes: usize,
    trailers: Vec<(String, String)>,
}

/// What comes next.
#[derive(Debug, Clone, Copy)]
enum Place {
    Size,
    Data { left: u64 },
    EndOfData,
    Trailers,
}

impl Chunks {
    pub fn new(announced: Announced, signing: Option<ChunkSigning>) -> Self {
        let signing = signing.filter(|_| announced.form != ChunkedForm::Unsigned);
        Self {
            announced,
            signing,
            place: Place::Size,
            line: Vec::new(),
            signature: String::new(),
            hasher: Sha256::new(),
            size: None,
            decoded: 0,
            trailer_bytes: 0,
            trailers: Vec::new(),
        }
    }

    /// Takes the next data out of a piece; none once the piece is used up.
    pub fn decode(&mut self, piece: &mut Bytes) -> Result<Option<Bytes>, PayloadError> {
        while !piece.is_empty() {
            match self.place {
                Place::Data { left } => return self.data(piece, left).map(Some),
                Place::Size => {
                    if let Some(line) = self.line(piece, PayloadError::Malformed)? {
                        self.start_chunk(&line)?;
                    }
                }
                Place::EndOfData => {
                    if let Some(line) = self.line(piece, PayloadError::Malformed)? {
                        check(line.is_empty(), PayloadError::Malformed)?;
                        self.place = Place::Size;
                    }
                }
                Place::Trailers => {
                    if let Some(line) = self.line(piece, PayloadError::MalformedTrailer)? {
                        self.trailer(&line)?;
                    }
                }
            }
        }
        Ok(None)
    }

    /// Checks at the end of the body that nothing is missing, and gives the trailers.
    pub fn finish(&mut self) -> Result<Vec<(String, String)>, PayloadError> {
        check(matches!(self.place, Place::Trailers), PayloadError::Cut)?;
        let line = std::mem::take(&mut self.line);
        self.trailer(line.trim_ascii_end())?;
        let complete = self.announced.decoded_length.is_none_or(|length| length == self.decoded);
        check(complete, PayloadError::Incomplete)?;
        let mut trailers = std::mem::take(&mut self.trailers);
        trailers.sort();
        let (signatures, trailers): (Vec<_>, Vec<_>) =
            trailers.into_iter().partition(|(name, _)| name == TRAILER_SIGNATURE);
        let has = |wanted: &String| trailers.iter().any(|(name, _)| name == wanted);
        check(self.announced.trailers.iter().all(has), PayloadError::MalformedTrailer)?;
        let may_have = self.announced.form != ChunkedForm::Signed;
        check(may_have || trailers.is_empty(), PayloadError::MalformedTrailer)?;
        if let Some(signing) = &mut self.signing
            && self.announced.form == ChunkedForm::SignedWithTrailers
        {
            let [(_, signature)] = &signatures[..] else { return Err(PayloadError::MalformedTrailer) };
            check(signing.takes_trailers(signature, &trailers), PayloadError::SignatureMismatch)?;
        }
        Ok(trailers)
    }

    fn data(&mut self, piece: &mut Bytes, left: u64) -> Result<Bytes, PayloadError> {
        let count = usize::try_from(left).map_or(piece.len(), |left| left.min(piece.len()));
        let data = piece.split_to(count);
        if self.signing.is_some() {
            self.hasher.update(&data);
        }
        let left = left - count as u64;
        self.place = Place::Data { left };
        if left == 0 {
            self.check_signature()?;
            self.place = Place::EndOfData;
        }
        Ok(data)
    }

    /// Reads `size;chunk-signature=…`.
    fn start_chunk(&mut self, line: &[u8]) -> Result<(), PayloadError> {
        let line = str::from_utf8(line).map_err(|_| PayloadError::Malformed)?;
        let (size, extensions) = line.split_once(';').unwrap_or((line, ""));
        // The parser of numbers takes a sign.
        check(size.bytes().all(|byte| byte.is_ascii_hexdigit()), PayloadError::Malformed)?;
        let size = u64::from_str_radix(size, 16).map_err(|_| PayloadError::Malformed)?;
        let signature = extensions.split(';').find_map(|part| part.trim().strip_prefix("chunk-signature="));
        self.signature = signature.unwrap_or_default().to_owned();
        let signed = self.announced.form != ChunkedForm::Unsigned;
        let follows_small = self.size.is_some_and(|before| before < CHUNK_MIN);
        check(!(signed && size > 0 && follows_small), PayloadError::ChunkTooSmall)?;
        self.decoded = self.decoded.checked_add(size).ok_or(PayloadError::Malformed)?;
        let fits = self.announced.decoded_length.is_none_or(|length| self.decoded <= length);
        check(fits, PayloadError::Incomplete)?;
        self.size = Some(size);
        self.place = Place::Data { left: size };
        if size == 0 {
            self.check_signature()?;
            self.place = Place::Trailers;
        }
        Ok(())
    }

    fn check_signature(&mut self) -> Result<(), PayloadError> {
        let Some(signing) = &mut self.signing else { return Ok(()) };
        let digest = self.hasher.finalize_reset();
        check(signing.takes_chunk(&self.signature, &digest), PayloadError::SignatureMismatch)
    }

    fn trailer(&mut self, line: &[u8]) -> Result<(), PayloadError> {
        if line.is_empty() {
            return Ok(());
        }
        self.trailer_bytes += line.len();
        check(self.trailer_bytes <= TRAILERS_MAX, PayloadError::MalformedTrailer)?;
        let text = str::from_utf8(line).ok().and_then(|line| line.split_once(':'));
        let (name, value) = text.ok_or(PayloadError::MalformedTrailer)?;
        let name =
            HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| PayloadError::MalformedTrailer)?;
        let value = value.trim();
        check(HeaderValue::from_str(value).is_ok(), PayloadError::MalformedTrailer)?;
        self.trailers.push((name.as_str().to_owned(), value.to_owned()));
        Ok(())
    }

    /// Takes a line out of a piece, without its end; none where it goes on in the next piece.
    fn line(&mut self, piece: &mut Bytes, too_long: PayloadError) -> Result<Option<Vec<u8>>, PayloadError> {
        let end = piece.iter().take(LINE_MAX + 1).position(|&byte| byte == b'\n');
        let count = end.unwrap_or(piece.len());
        check(self.line.len() + count <= LINE_MAX, too_long)?;
        self.line.extend_from_slice(&piece.split_to(count));
        if end.is_none() {
            return Ok(None);
        }
        piece.advance(1);
        let mut line = std::mem::take(&mut self.line);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(Some(line))
    }
}

fn check(holds: bool, otherwise: PayloadError) -> Result<(), PayloadError> {
    if holds { Ok(()) } else { Err(otherwise) }
}

//! `multipart/form-data`: fields, then a file that is read piece by piece.
//!
//! ```text
//! --boundary\r\n
//! Content-Disposition: form-data; name="key"\r\n\r\n
//! photos/a.jpg\r\n
//! --boundary\r\n
//! Content-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n
//! (the file)\r\n
//! --boundary--\r\n
//! ```
//!
//! S3 wants the file last: what stands behind it is read and passed over. Some clients give every field a file name,
//! so the name of the field alone tells which is the file.
//!
//! Source: RFC 7578, RFC 2046 §5.1.1, and for the limit
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>

use bytes::{Buf, Bytes, BytesMut};
use hyper::body::Body;

use crate::http::auth::decode;
use crate::http::auth::s3::S3AuthError;
use crate::http::s3::payload::Payload;

/// Bytes of everything before the file, at most.
const FIELDS_MAX: usize = 20 * 1024;
/// Bytes of a boundary, at most (RFC 2046 §5.1.1).
const BOUNDARY_MAX: usize = 70;

/// A form up to its file.
pub(super) struct Multipart<B> {
    /// Names in lower case and values, in the order of the form.
    pub fields: Vec<(String, String)>,
    /// What the file is called where it comes from; empty where that is not said.
    pub filename: String,
    pub file: Contents<B>,
}

/// The contents of the file.
pub(super) struct Contents<B> {
    payload: Payload<B>,
    /// `\r\n--boundary`: what ends the file.
    delimiter: Vec<u8>,
    /// What has arrived: its start may be that of the delimiter.
    rest: Bytes,
    is_over: bool,
}

/// The boundary that the type of a body names.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let (media_type, parameters) = content_type.split_once(';')?;
    if !media_type.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameter(parameters, "boundary")?;
    (1..=BOUNDARY_MAX).contains(&boundary.len()).then_some(boundary)
}

impl<B: Body<Data = Bytes> + Unpin> Multipart<B> {
    /// Reads a form up to the contents of its file.
    pub async fn read(payload: Payload<B>, boundary: &str) -> Result<Self, S3AuthError> {
        let mut reader = Reader { payload, buffer: BytesMut::new(), left: FIELDS_MAX };
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        // The first boundary stands at the start of a line, but no line may stand before it.
        reader.until(&delimiter[2..]).await?;
        let mut fields = Vec::new();
        loop {
            let padding = reader.until(b"\r\n").await?;
            if padding.starts_with(b"--") {
                let message = "POST requires exactly one file upload per request.";
                return Err(S3AuthError::invalid_argument(message));
            }
            let headers = reader.until(b"\r\n\r\n").await?;
            let disposition = disposition(&headers).ok_or_else(malformed)?;
            if disposition.name == "file" {
                let Reader { payload, buffer, .. } = reader;
                let file = Contents { payload, delimiter, rest: buffer.freeze(), is_over: false };
                return Ok(Self { fields, filename: disposition.filename, file });
            }
            let value = reader.until(&delimiter).await?;
            let value = String::from_utf8(value.to_vec()).map_err(|_| malformed())?;
            fields.push((disposition.name, value));
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Contents<B> {
    /// The next bytes of the file, never none; `None` at its end, once the whole body has been read.
    pub async fn next(&mut self) -> Result<Option<Bytes>, S3AuthError> {
        while !self.is_over {
            if let Some(at) = find(&self.rest, &self.delimiter) {
                let data = self.rest.split_to(at);
                self.is_over = true;
                self.rest = Bytes::new();
                if !data.is_empty() {
                    return Ok(Some(data));
                }
                break;
            }
            let sure = self.rest.len() - start_of(&self.delimiter, &self.rest);
            if sure > 0 {
                return Ok(Some(self.rest.split_to(sure)));
            }
            let piece = self.payload.next().await?.ok_or_else(malformed)?;
            self.rest = match self.rest.is_empty() {
                true => piece,
                false => [&self.rest[..], &piece].concat().into(),
            };
        }
        while self.payload.next().await?.is_some() {}
        Ok(None)
    }
}

/// Reads what stands before the file.
struct Reader<B> {
    payload: Payload<B>,
    buffer: BytesMut,
    /// Bytes that there may still be.
    left: usize,
}

impl<B: Body<Data = Bytes> + Unpin> Reader<B> {
    /// What stands before a mark, which is passed over.
    async fn until(&mut self, mark: &[u8]) -> Result<BytesMut, S3AuthError> {
        let mut searched = 0;
        loop {
            if let Some(at) = find(&self.buffer[searched..], mark) {
                let found = self.buffer.split_to(searched + at);
                self.buffer.advance(mark.len());
                self.left = self.left.checked_sub(found.len() + mark.len()).ok_or_else(too_long)?;
                return Ok(found);
            }
            searched = self.buffer.len().saturating_sub(mark.len() - 1);
            if self.buffer.len() > self.left {
                return Err(too_long());
            }
            let piece = self.payload.next().await?.ok_or_else(malformed)?;
            self.buffer.extend_from_slice(&piece);
        }
    }
}

struct Disposition {
    /// In lower case.
    name: String,
    filename: String,
}

/// Reads what the headers of a part call it.
fn disposition(headers: &[u8]) -> Option<Disposition> {
    let headers = str::from_utf8(headers).ok()?;
    let named = headers.split("\r\n").filter_map(|line| line.split_once(':'));
    let (_, value) = { named }.find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))?;
    let (kind, parameters) = value.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    let name = parameter(parameters, "name")?.to_ascii_lowercase();
    let encoded = parameter(parameters, "filename*");
    let encoded = encoded.as_deref().and_then(|text| text.rsplit_once("''")).map(|(_, text)| decode(text));
    let filename = encoded.or_else(|| parameter(parameters, "filename")).unwrap_or_default();
    // Some browsers say in which folder it is.
    let filename = filename.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    Some(Disposition { name, filename })
}

/// The value of `wanted` in `a=b; c="d"`. A backslash stands for itself but before a quote: browsers write paths so.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([';', ' ', '\t']);
        let (value, behind) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let (value, behind) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), behind)
            }
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = behind;
    }
    None
}

/// The text up to a quote, and what is behind it.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = quoted;
    loop {
        let (text, after) = rest.split_once('"')?;
        match text.strip_suffix('\\') {
            Some(before) => value.extend([before, "\""]),
            None => {
                value.push_str(text);
                return Some((value, after));
            }
        }
        rest = after;
    }
}

fn find(data: &[u8], mark: &[u8]) -> Option<usize> {
    let first = mark.first()?;
    let mut from = 0;
    while let Some(at) = data.get(from..)?.iter().position(|byte| byte == first) {
        if data[from + at..].starts_with(mark) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// How many bytes at the end of `data` may be the start of a mark.
fn start_of(mark: &[u8], data: &[u8]) -> usize {
    (1..mark.len()).rev().find(|&count| data.ends_with(&mark[..count])).unwrap_or(0)
}

fn malformed() -> S3AuthError {
    let message = "The body of your POST request is not well-formed multipart/form-data.";
    S3AuthError::new("MalformedPOSTRequest", 400, message)
}

fn too_long() -> S3AuthError {
    let message = "Your POST request fields preceding the upload file were too large.";
    S3AuthError::new("MaxPostPreDataLengthExceeded", 400, message)
}

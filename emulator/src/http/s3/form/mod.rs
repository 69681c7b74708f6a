//! Uploads from browsers: `POST /bucket` with a form, whose fields say what a PUT says in its headers.
//!
//! ```text
//! multipart ─► fields ─► signer    whose form it is
//!          │         ├─► policy    what its maker allows
//!          │         ├─► headers   of the PUT that would do the same
//!          │         └─► success   what to answer
//!          └─► file, piece by piece, held against the length that the policy allows
//! ```
//!
//! All fields stand before the file and are checked before a byte of it is read. A policy binds on lenient servers
//! too: only its signature is believed there.
//!
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>, and the statuses that Ceph's s3-tests
//! expect (<https://github.com/ceph/s3-tests/blob/master/s3tests/functional/test_s3.py>, `test_post_object_…`)

mod headers;
mod multipart;
mod policy;
mod signer;
mod success;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use hyper::body::Body;

pub(in crate::http) use success::Success;

use super::payload::Payload;
use crate::http::auth::s3::{S3AuthError, S3Expected};
use crate::http::request::header;
use multipart::{Contents, Multipart};
use policy::Policy;

/// What a field may say for the name of the file.
const FILENAME: &str = "${filename}";

/// A form up to its file.
pub(in crate::http) struct Form<B> {
    /// The key of the object.
    pub key: String,
    /// Who has signed the form; none for an anonymous one.
    pub access_key: Option<String>,
    /// The region it is signed for; version 2 names none.
    pub region: Option<String>,
    /// The headers of the PUT that would store the same object.
    pub headers: HeaderMap,
    pub success: Success,
    pub file: FormFile<B>,
}

/// The file in a form.
pub(in crate::http) struct FormFile<B> {
    contents: Contents<B>,
    /// Bytes that it may have.
    range: RangeInclusive<u64>,
    length: u64,
}

impl<B: Body<Data = Bytes> + Unpin> Form<B> {
    /// Reads a form up to its file, and checks it.
    pub async fn read(
        head: &Parts,
        payload: Payload<B>,
        bucket: &str,
        expected: &S3Expected<'_>,
    ) -> Result<Self, S3AuthError> {
        let content_type = header(head, CONTENT_TYPE.as_str()).unwrap_or_default();
        let boundary = multipart::boundary(content_type).ok_or_else(|| {
            let message = "Bucket POST must be of the enclosure-type multipart/form-data";
            S3AuthError::new("PreconditionFailed", 412, message)
        })?;
        let Multipart { mut fields, filename, file } = Multipart::read(payload, &boundary).await?;
        for (_, value) in &mut fields {
            *value = value.replace(FILENAME, &filename);
        }
        let key = key(&fields)?;
        let signer = signer::signer(&fields, expected)?;
        let mut range = 0..=u64::MAX;
        if let Some((_, text)) = fields.iter().find(|(name, _)| name == "policy") {
            let policy = Policy::parse(text)?;
            policy.check(&fields, bucket, expected.now)?;
            range = policy.length();
        }
        Ok(Self {
            key,
            access_key: signer.access_key,
            region: signer.region,
            headers: headers::headers(&fields)?,
            success: Success::of(&fields),
            file: FormFile { contents: file, range, length: 0 },
        })
    }
}

impl<B: Body<Data = Bytes> + Unpin> FormFile<B> {
    /// The next bytes of the file, never none; `None` at its end, once its length is known to be allowed.
    pub async fn next(&mut self) -> Result<Option<Bytes>, S3AuthError> {
        let piece = self.contents.next().await?;
        match &piece {
            Some(piece) => {
                self.length += piece.len() as u64;
                if self.length > *self.range.end() {
                    let message = "Your proposed upload exceeds the maximum allowed size";
                    return Err(S3AuthError::new("EntityTooLarge", 400, message));
                }
            }
            None if self.length < *self.range.start() => {
                let message = "Your proposed upload is smaller than the minimum allowed size";
                return Err(S3AuthError::new("EntityTooSmall", 400, message));
            }
            None => {}
        }
        Ok(piece)
    }
}

fn key(fields: &[(String, String)]) -> Result<String, S3AuthError> {
    let key = fields.iter().find(|(name, _)| name == "key").map(|(_, value)| value.as_str());
    match key {
        Some("") => Err(S3AuthError::invalid_argument("User key must have a length greater than 0.")),
        Some(key) => Ok(key.to_owned()),
        None => Err(S3AuthError::invalid_argument(
            "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the \
             fields.",
        )),
    }
}

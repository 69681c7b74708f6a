//! `GetObject`: an object or a part of it.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html>

use std::collections::BTreeMap;
use std::ops::Range;

use bytes::Bytes;

use super::byte_range::Resolved;
use super::{ByteRange, ContentRange, ETag, errors};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::time::Timestamp;
use crate::validation::Rule;

/// See the module.
pub struct GetObject;

impl Operation for GetObject {
    const NAME: &'static str = "s3:GetObject";
    const RULES: &'static [Rule<GetObjectRequest>] = &[];
    const READS_ONLY: bool = true;
    type Request = GetObjectRequest;
    type Response = GetObjectResponse;

    fn call(ctx: &mut Context<'_>, request: GetObjectRequest) -> Result<GetObjectResponse, ApiError> {
        let object = super::find_object(ctx, &request.bucket, &request.key)?;
        let part = resolve(request.range, object.size_bytes)?;
        let content_range = part.as_ref().map(|part| ContentRange {
            first: part.start,
            last: part.end - 1,
            total: object.size_bytes,
        });
        let range = part.unwrap_or(0..object.size_bytes);
        Ok(GetObjectResponse {
            body: ctx.store.read_body(object.body, range)?,
            content_range,
            content_type: object.content_type,
            e_tag: ETag::stored(object.e_tag),
            last_modified: object.modified,
            user_metadata: object.user_metadata,
        })
    }
}

/// What `GetObject` asks.
#[derive(Debug, Clone, Default)]
pub struct GetObjectRequest {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// Which part; the whole object when absent.
    pub range: Option<ByteRange>,
}

impl GetObjectRequest {
    /// Gets the whole object.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), range: None }
    }
}

/// What `GetObject` answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetObjectResponse {
    /// The content, or the part asked for.
    pub body: Bytes,
    /// Which part it is; absent for the whole object.
    pub content_range: Option<ContentRange>,
    /// As it was put.
    pub content_type: String,
    /// Of the whole object.
    pub e_tag: ETag,
    /// When it was put.
    pub last_modified: Timestamp,
    /// As it was put.
    pub user_metadata: BTreeMap<String, String>,
}

fn resolve(range: Option<ByteRange>, total: u64) -> Result<Option<Range<u64>>, ApiError> {
    match range.map(|range| range.resolve(total)) {
        Some(Resolved::Part(part)) => Ok(Some(part)),
        Some(Resolved::Whole) | None => Ok(None),
        Some(Resolved::Unsatisfiable) => Err(errors::invalid_range()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::s3::{
        CreateBucket, CreateBucketRequest, DeleteObject, DeleteObjectRequest, HeadObject, HeadObjectRequest,
        PutObject, PutObjectRequest,
    };
    use crate::{Emulator, Identity, Storage};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn check(storage: Storage) {
        let emulator = Emulator::open(storage, Identity::default()).unwrap();
        let bucket = CreateBucketRequest::new("lake");
        emulator.call::<CreateBucket>(NOW, bucket).unwrap();
        let put = PutObjectRequest {
            content_type: Some("text/plain".to_owned()),
            user_metadata: BTreeMap::from([("origin".to_owned(), "test".to_owned())]),
            ..PutObjectRequest::new("lake", "key", "0123456789")
        };
        emulator.call::<PutObject>(NOW, put).unwrap();

        let whole = GetObjectRequest::new("lake", "key");
        let object = emulator.call::<GetObject>(NOW.plus_millis(5), whole.clone()).unwrap();
        assert_eq!(object.body, "0123456789");
        assert_eq!(object.content_range, None);
        assert_eq!(object.content_type, "text/plain");
        assert_eq!(object.last_modified, NOW);
        assert_eq!(object.user_metadata["origin"], "test");

        let part = GetObjectRequest { range: Some(ByteRange::FromTo(2, Some(4))), ..whole.clone() };
        let part = emulator.call::<GetObject>(NOW, part).unwrap();
        assert_eq!(part.body, "234");
        assert_eq!(part.content_range.unwrap().to_string(), "bytes 2-4/10");
        assert_eq!(part.e_tag, object.e_tag);

        let beyond = GetObjectRequest { range: Some(ByteRange::FromTo(10, None)), ..whole.clone() };
        let error = emulator.call::<GetObject>(NOW, beyond).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidRange);

        let head = HeadObjectRequest::new("lake", "key");
        let head = emulator.call::<HeadObject>(NOW, head).unwrap();
        assert_eq!((head.content_length, head.e_tag), (10, object.e_tag));

        for _ in 0..2 {
            let delete = DeleteObjectRequest::new("lake", "key");
            emulator.call::<DeleteObject>(NOW, delete).unwrap();
        }
        let error = emulator.call::<GetObject>(NOW, whole).unwrap_err();
        assert_eq!(error.code, ErrorCode::NoSuchKey);
    }

    #[test]
    fn object_in_memory_is_read_whole_and_in_parts() {
        check(Storage::Memory);
    }

    #[test]
    fn object_in_a_directory_is_read_whole_and_in_parts() {
        let directory = tempfile::tempdir().unwrap();
        check(Storage::Directory(directory.path().to_owned()));
    }
}

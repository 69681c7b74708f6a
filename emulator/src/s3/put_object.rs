//! `PutObject`: an object in place of any other of its key.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>

use std::collections::BTreeMap;

use bytes::Bytes;

use super::{ETag, bucket, errors, object_key};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::{BodyId, ObjectRow};
use crate::validation::Rule;

const CONTENT_TYPE_DEFAULT: &str = "binary/octet-stream";

/// See the module.
pub struct PutObject;

impl Operation for PutObject {
    const NAME: &'static str = "s3:PutObject";
    const RULES: &'static [Rule<PutObjectRequest>] = &[];
    type Request = PutObjectRequest;
    type Response = PutObjectResponse;

    fn call(ctx: &mut Context<'_>, request: PutObjectRequest) -> Result<PutObjectResponse, ApiError> {
        object_key::check(&request.key)?;
        bucket::check_exists(ctx, &request.bucket)?;
        let replaced = ctx.store.find_object(&request.bucket, &request.key)?;
        check_condition(request.if_none_match.as_deref(), replaced.as_ref())?;
        let e_tag = ETag::of_body(&request.body);
        let object = ObjectRow {
            key: request.key,
            body: BodyId(ctx.ids.next_number()),
            size_bytes: request.body.len() as u64,
            e_tag: e_tag.to_string(),
            modified: ctx.now,
            content_type: request.content_type.unwrap_or_else(|| CONTENT_TYPE_DEFAULT.to_owned()),
            user_metadata: request.user_metadata,
        };
        ctx.store.write_body(object.body, request.body)?;
        ctx.store.upsert_object(&request.bucket, &object)?;
        if let Some(replaced) = replaced {
            ctx.store.release_body(replaced.body)?;
        }
        Ok(PutObjectResponse { e_tag })
    }
}

/// What `PutObject` asks.
#[derive(Debug, Clone, Default)]
pub struct PutObjectRequest {
    /// The bucket's name.
    pub bucket: String,
    /// 1 to 1024 bytes of UTF-8.
    pub key: String,
    /// The content.
    pub body: Bytes,
    /// `binary/octet-stream` when absent.
    pub content_type: Option<String>,
    /// The `x-amz-meta-…` headers, without that prefix.
    pub user_metadata: BTreeMap<String, String>,
    /// `*`: put only if there is no object of this key. S3 takes nothing else here.
    pub if_none_match: Option<String>,
}

impl PutObjectRequest {
    /// Puts an object with nothing but a body.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { bucket: bucket.into(), key: key.into(), body: body.into(), ..Self::default() }
    }
}

/// What `PutObject` answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutObjectResponse {
    /// Of the new object.
    pub e_tag: ETag,
}

fn check_condition(if_none_match: Option<&str>, found: Option<&ObjectRow>) -> Result<(), ApiError> {
    match (if_none_match, found) {
        (Some("*"), Some(_)) => Err(errors::precondition_failed()),
        (Some("*"), None) | (None, _) => Ok(()),
        (Some(_), _) => Err(errors::not_implemented()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::s3::{CreateBucket, CreateBucketRequest};
    use crate::{Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn emulator() -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let request = CreateBucketRequest::new("lake");
        emulator.call::<CreateBucket>(NOW, request).unwrap();
        emulator
    }

    #[test]
    fn conditional_put_succeeds_once() {
        let emulator = emulator();
        let put = |condition: &str| {
            let request = PutObjectRequest {
                if_none_match: Some(condition.to_owned()),
                ..PutObjectRequest::new("lake", "key", "body")
            };
            emulator.call::<PutObject>(NOW, request)
        };
        let e_tag = put("*").unwrap().e_tag;
        assert_eq!(e_tag.as_str(), "\"841a2d689ad86bd1611447453c22c6fc\"");
        assert_eq!(put("*").unwrap_err().code, ErrorCode::PreconditionFailed);
        assert_eq!(put("x").unwrap_err().code, ErrorCode::NotImplemented);
    }

    #[test]
    fn bucket_must_be_there_and_key_short_enough() {
        let refusal = |bucket: &str, key: String| {
            let request = PutObjectRequest::new(bucket, key, "");
            emulator().call::<PutObject>(NOW, request).unwrap_err().code
        };
        assert_eq!(refusal("nowhere", "k".to_owned()), ErrorCode::NoSuchBucket);
        assert_eq!(refusal("lake", "k".repeat(1025)), ErrorCode::KeyTooLongError);
    }
}

//! `HeadObject`: an object without its body.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html>

use std::collections::BTreeMap;

use super::ETag;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::time::Timestamp;
use crate::validation::Rule;

/// See the module.
pub struct HeadObject;

impl Operation for HeadObject {
    const NAME: &'static str = "s3:HeadObject";
    const RULES: &'static [Rule<HeadObjectRequest>] = &[];
    const READS_ONLY: bool = true;
    type Request = HeadObjectRequest;
    type Response = HeadObjectResponse;

    fn call(ctx: &mut Context<'_>, request: HeadObjectRequest) -> Result<HeadObjectResponse, ApiError> {
        let object = super::find_object(ctx, &request.bucket, &request.key)?;
        Ok(HeadObjectResponse {
            content_length: object.size_bytes,
            content_type: object.content_type,
            e_tag: ETag::stored(object.e_tag),
            last_modified: object.modified,
            user_metadata: object.user_metadata,
        })
    }
}

/// What `HeadObject` asks.
#[derive(Debug, Clone)]
pub struct HeadObjectRequest {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key.
    pub key: String,
}

impl HeadObjectRequest {
    /// Asks for the object of this key.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into() }
    }
}

/// What `HeadObject` answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadObjectResponse {
    /// Bytes of the body.
    pub content_length: u64,
    /// As it was put.
    pub content_type: String,
    /// Of the body.
    pub e_tag: ETag,
    /// When it was put.
    pub last_modified: Timestamp,
    /// As it was put.
    pub user_metadata: BTreeMap<String, String>,
}

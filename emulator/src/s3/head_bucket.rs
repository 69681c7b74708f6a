//! `HeadBucket`: whether a bucket is there, and where.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>

use super::bucket;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct HeadBucket;

impl Operation for HeadBucket {
    const NAME: &'static str = "s3:HeadBucket";
    const RULES: &'static [Rule<HeadBucketRequest>] = &[];
    const READS_ONLY: bool = true;
    type Request = HeadBucketRequest;
    type Response = HeadBucketResponse;

    fn call(ctx: &mut Context<'_>, request: HeadBucketRequest) -> Result<HeadBucketResponse, ApiError> {
        bucket::check_exists(ctx, &request.bucket)?;
        Ok(HeadBucketResponse { bucket_region: ctx.identity.region.clone() })
    }
}

/// What `HeadBucket` asks.
#[derive(Debug, Clone)]
pub struct HeadBucketRequest {
    /// The bucket's name.
    pub bucket: String,
}

impl HeadBucketRequest {
    /// Asks for the bucket of this name.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self { bucket: bucket.into() }
    }
}

/// What `HeadBucket` answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadBucketResponse {
    /// Where the bucket is.
    pub bucket_region: String,
}

//! `CreateBucket`, which depends on the endpoint it is sent to; `HeadBucket` and `PutBucketTagging`, whose answers s3s
//! frames otherwise than S3.

use http::StatusCode;
use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result};

use super::{answered, ask, exchange};
use crate::s3::documents::{BucketTags, PutDocument};
use crate::s3::{CreateBucket, CreateBucketRequest, HeadBucket};

pub(in crate::http::s3) async fn create(
    request: S3Request<CreateBucketInput>,
) -> S3Result<S3Response<CreateBucketOutput>> {
    let exchange = exchange(&request)?;
    let region = exchange.region.clone().filter(|region| !region.is_empty());
    answered(&exchange, ask::<CreateBucket>(&exchange, CreateBucketRequest { input: request.input, region }))
}

pub(in crate::http::s3) async fn head(
    request: S3Request<HeadBucketInput>,
) -> S3Result<S3Response<HeadBucketOutput>> {
    let exchange = exchange(&request)?;
    exchange.add_header("content-type", "application/xml".to_owned());
    answered(&exchange, ask::<HeadBucket>(&exchange, request.input))
}

pub(in crate::http::s3) async fn put_tags(
    request: S3Request<PutBucketTaggingInput>,
) -> S3Result<S3Response<PutBucketTaggingOutput>> {
    let exchange = exchange(&request)?;
    exchange.set_status(StatusCode::NO_CONTENT);
    answered(&exchange, ask::<PutDocument<BucketTags>>(&exchange, request.input))
}

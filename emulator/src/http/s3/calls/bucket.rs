//! `CreateBucket`, which depends on the endpoint it is sent to.

use s3s::dto::{CreateBucketInput, CreateBucketOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::{answered, ask, exchange};
use crate::s3::{CreateBucket, CreateBucketRequest};

pub(in crate::http::s3) async fn create(
    request: S3Request<CreateBucketInput>,
) -> S3Result<S3Response<CreateBucketOutput>> {
    let exchange = exchange(&request)?;
    let region = exchange.region.clone().filter(|region| !region.is_empty());
    answered(&exchange, ask::<CreateBucket>(&exchange, CreateBucketRequest { input: request.input, region }))
}

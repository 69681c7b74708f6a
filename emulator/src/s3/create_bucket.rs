//! `CreateBucket`: an empty bucket in the emulator's region.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>

use super::{bucket, errors};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// In the oldest region a bucket can be created again, for compatibility (AWS's page says so).
const REGION_THAT_REPEATS: &str = "us-east-1";

/// See the module.
pub struct CreateBucket;

impl Operation for CreateBucket {
    const NAME: &'static str = "s3:CreateBucket";
    const RULES: &'static [Rule<CreateBucketRequest>] = &[];
    type Request = CreateBucketRequest;
    type Response = CreateBucketResponse;

    fn call(ctx: &mut Context<'_>, request: CreateBucketRequest) -> Result<CreateBucketResponse, ApiError> {
        if !bucket::is_valid_name(&request.bucket) {
            return Err(errors::invalid_bucket_name());
        }
        let created = ctx.store.insert_bucket(&request.bucket, ctx.now)?;
        if !created && ctx.identity.region != REGION_THAT_REPEATS {
            return Err(errors::bucket_already_owned());
        }
        Ok(CreateBucketResponse { location: format!("/{}", request.bucket) })
    }
}

/// What `CreateBucket` asks.
#[derive(Debug, Clone)]
pub struct CreateBucketRequest {
    /// Its name.
    pub bucket: String,
}

impl CreateBucketRequest {
    /// Creates the bucket of this name.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self { bucket: bucket.into() }
    }
}

/// What `CreateBucket` answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateBucketResponse {
    /// Path of the bucket.
    pub location: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::{Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn create_twice(region: &str) -> Result<CreateBucketResponse, ApiError> {
        let identity = Identity { region: region.to_owned(), ..Identity::default() };
        let emulator = Emulator::open(Storage::Memory, identity).unwrap();
        let request = CreateBucketRequest::new("lake");
        emulator.call::<CreateBucket>(NOW, request.clone()).unwrap();
        emulator.call::<CreateBucket>(NOW, request)
    }

    #[test]
    fn creating_again_is_refused_except_in_the_oldest_region() {
        assert_eq!(create_twice("us-east-1").unwrap().location, "/lake");
        let error = create_twice("eu-central-1").unwrap_err();
        assert_eq!(error.code, ErrorCode::BucketAlreadyOwnedByYou);
    }

    #[test]
    fn bad_name_is_refused() {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let request = CreateBucketRequest::new("No");
        let error = emulator.call::<CreateBucket>(NOW, request).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidBucketName);
    }
}

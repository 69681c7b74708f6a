//! `DeleteObject`: afterwards there is no object of the key, whether there was one or not.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html>

use super::bucket;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct DeleteObject;

impl Operation for DeleteObject {
    const NAME: &'static str = "s3:DeleteObject";
    const RULES: &'static [Rule<DeleteObjectRequest>] = &[];
    type Request = DeleteObjectRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: DeleteObjectRequest) -> Result<(), ApiError> {
        bucket::check_exists(ctx, &request.bucket)?;
        if let Some(object) = ctx.store.find_object(&request.bucket, &request.key)? {
            ctx.store.delete_object(&request.bucket, &request.key)?;
            ctx.store.release_body(object.body)?;
        }
        Ok(())
    }
}

/// What `DeleteObject` asks.
#[derive(Debug, Clone)]
pub struct DeleteObjectRequest {
    /// The bucket's name.
    pub bucket: String,
    /// The object's key.
    pub key: String,
}

impl DeleteObjectRequest {
    /// Deletes the object of this key.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), key: key.into() }
    }
}

//! What all operations on uploads in parts share.

use super::access::Permission;
use super::{bucket, errors};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::{BucketRow, UploadRow};
use crate::validation::Rule;

const PART_NUMBER_MAX: i32 = 10_000;

/// An upload that is under way, in a bucket that the caller may write into.
pub(super) fn find(
    ctx: &Context<'_>,
    bucket: &str,
    key: &str,
    upload_id: &str,
) -> Result<(BucketRow, UploadRow), ApiError> {
    let bucket = bucket::open(ctx, bucket, Permission::Write)?;
    let upload = ctx.store.find_upload(&bucket.name, key, upload_id)?;
    let upload = upload.ok_or_else(|| errors::no_such_upload(upload_id))?;
    Ok((bucket, upload))
}

/// Refuses a number that no part can have.
pub(super) fn check_number(number: i32) -> Result<(), ApiError> {
    if (1..=PART_NUMBER_MAX).contains(&number) {
        return Ok(());
    }
    let message = "Part number must be an integer between 1 and 10000, inclusive";
    Err(errors::invalid_named_argument(message, "partNumber", number.to_string()))
}

/// The algorithm that an upload was started with.
pub(super) fn algorithm(upload: &UploadRow) -> Option<super::ChecksumAlgorithm> {
    upload.attributes.checksums.keys().next().and_then(|name| super::ChecksumAlgorithm::named(name))
}

/// The algorithm that an upload was started with, for who receives a part before it is put.
pub struct UploadAlgorithm;

impl Operation for UploadAlgorithm {
    const NAME: &'static str = "s3:UploadAlgorithm";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    /// Bucket, key and upload.
    type Request = (String, String, String);
    type Response = Option<super::ChecksumAlgorithm>;

    fn call(ctx: &mut Context<'_>, (bucket, key, id): Self::Request) -> Result<Self::Response, ApiError> {
        Ok(algorithm(&find(ctx, &bucket, &key, &id)?.1))
    }
}

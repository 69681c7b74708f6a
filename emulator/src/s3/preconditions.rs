//! What is asked before a request is worth reading: whose the bucket is, and whether anything may be put into it.

use super::access::Permission;
use super::{bucket, errors, owner};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// Refuses a request whose sender expects the bucket to be another account's (`x-amz-expected-bucket-owner`).
pub struct CheckBucketOwner;

impl Operation for CheckBucketOwner {
    const NAME: &'static str = "s3:CheckBucketOwner";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    /// The bucket, and the account.
    type Request = (String, String);
    type Response = ();

    fn call(ctx: &mut Context<'_>, (name, expected): Self::Request) -> Result<(), ApiError> {
        let bucket = bucket::find(ctx, &name)?;
        if owner::account(ctx, &bucket.owner) == expected {
            return Ok(());
        }
        Err(errors::access_denied())
    }
}

/// Refuses content before it is sent where it could not be put.
pub struct CheckPut;

impl Operation for CheckPut {
    const NAME: &'static str = "s3:CheckPut";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    /// The bucket.
    type Request = String;
    type Response = ();

    fn call(ctx: &mut Context<'_>, name: Self::Request) -> Result<(), ApiError> {
        bucket::open(ctx, &name, Permission::Write).map(|_| ())
    }
}

//! `ListBuckets`: the caller's buckets, by name.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>

use s3s::dto;

use super::{Caller, bucket, errors, owner, times};
use crate::error::ApiError;
use crate::opaque;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

const LISTING: &str = "buckets";
const BUCKETS_MAX: i32 = 10_000;

/// See the module.
pub struct ListBuckets;

impl Operation for ListBuckets {
    const NAME: &'static str = "s3:ListBuckets";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::ListBucketsInput;
    type Response = dto::ListBucketsOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        if *ctx.caller == Caller::Anonymous {
            return Err(errors::access_denied());
        }
        let max = request.max_buckets.unwrap_or(BUCKETS_MAX);
        if !(1..=BUCKETS_MAX).contains(&max) {
            let message = format!("Argument max-buckets must be an integer between 1 and {BUCKETS_MAX}");
            return Err(errors::invalid_named_argument(message, "max-buckets", max.to_string()));
        }
        let after: Option<String> =
            match &request.continuation_token {
                None => None,
                Some(token) => Some(opaque::open_token(LISTING, token).ok_or_else(|| {
                    errors::invalid_argument("The continuation token provided is incorrect")
                })?),
            };
        let prefix = request.prefix.as_deref().unwrap_or_default();
        let mut rows = ctx.store.buckets()?;
        rows.retain(|row| {
            row.owner == ctx.caller.owner()
                && row.name.starts_with(prefix)
                && after.as_ref().is_none_or(|after| row.name > *after)
                && request.bucket_region.as_deref().is_none_or(|region| bucket::region(ctx, row) == region)
        });
        let more = rows.len() > max as usize;
        rows.truncate(max as usize);
        let token = rows.last().filter(|_| more).map(|last| opaque::seal_token(LISTING, &last.name));
        let paged = request.max_buckets.is_some() || request.prefix.is_some();
        let shown = |row: &crate::store::BucketRow| dto::Bucket {
            bucket_region: paged.then(|| bucket::region(ctx, row).to_owned()),
            creation_date: Some(times::shown(row.created)),
            name: Some(row.name.clone()),
        };
        Ok(dto::ListBucketsOutput {
            buckets: Some(rows.iter().map(shown).collect()),
            continuation_token: token,
            owner: Some(owner::shown(ctx, ctx.caller.owner())),
            prefix: request.prefix,
        })
    }
}

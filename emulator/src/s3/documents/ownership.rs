//! Whose the objects are that others put into a bucket. It is kept and answered.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html>

use s3s::dto;

use super::{Deletable, Kind, Put, find, keep, none};
use crate::error::{ApiError, ErrorCode};

use crate::operation::Context;
use crate::store::BucketRow;

/// See the module.
pub(crate) struct Ownership;

impl Kind for Ownership {
    const KIND: &'static str = "ownershipControls";
    const PUT: &'static str = "s3:PutBucketOwnershipControls";
    const GET: &'static str = "s3:GetBucketOwnershipControls";
    type Document = dto::OwnershipControls;
    type Put = dto::PutBucketOwnershipControlsInput;
    type PutAnswer = dto::PutBucketOwnershipControlsOutput;
    type Get = dto::GetBucketOwnershipControlsInput;
    type Answer = dto::GetBucketOwnershipControlsOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put::only(input.bucket, input.ownership_controls)
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let found = document.ok_or_else(|| {
            none(
                ErrorCode::OwnershipControlsNotFoundError,
                "The bucket ownership controls were not found",
                bucket,
            )
        })?;
        Ok(Self::Answer { ownership_controls: Some(found) })
    }
}

impl Deletable for Ownership {
    const DELETE: &'static str = "s3:DeleteBucketOwnershipControls";
    type Delete = dto::DeleteBucketOwnershipControlsInput;
    type DeleteAnswer = dto::DeleteBucketOwnershipControlsOutput;

    fn delete(input: &Self::Delete) -> (&str, &str) {
        (&input.bucket, "")
    }
}

/// Whether a bucket has no access control lists.
pub(in crate::s3) fn is_owner_enforced(ctx: &Context<'_>, bucket: &str) -> Result<bool, ApiError> {
    let controls = find::<Ownership>(ctx, bucket)?;
    let rule = controls.and_then(|controls| controls.rules.into_iter().next());
    Ok(rule.is_some_and(|rule| rule.object_ownership.as_str() == dto::ObjectOwnership::BUCKET_OWNER_ENFORCED))
}

/// Gives a new bucket its controls.
pub(in crate::s3) fn set_ownership(
    ctx: &Context<'_>,
    bucket: &str,
    object_ownership: dto::ObjectOwnership,
) -> Result<(), ApiError> {
    let controls = dto::OwnershipControls { rules: vec![dto::OwnershipControlsRule { object_ownership }] };
    keep::<Ownership>(ctx, bucket, &controls)
}

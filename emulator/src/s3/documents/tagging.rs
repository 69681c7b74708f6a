//! The tags of a bucket.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html>

use s3s::dto;

use super::{Deletable, Kind, Put, none};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::s3::tags;
use crate::store::BucketRow;

/// See the module.
pub(crate) struct BucketTags;

impl Kind for BucketTags {
    const KIND: &'static str = "tagging";
    const PUT: &'static str = "s3:PutBucketTagging";
    const GET: &'static str = "s3:GetBucketTagging";
    type Document = dto::Tagging;
    type Put = dto::PutBucketTaggingInput;
    type PutAnswer = dto::PutBucketTaggingOutput;
    type Get = dto::GetBucketTaggingInput;
    type Answer = dto::GetBucketTaggingOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put::only(input.bucket, input.tagging)
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn check(
        _ctx: &mut Context<'_>,
        _bucket: &BucketRow,
        document: &mut Self::Document,
    ) -> Result<(), ApiError> {
        tags::of_bucket(document).map(|_| ())
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let message = "The TagSet does not exist";
        let found = document
            .filter(|found| !found.tag_set.is_empty())
            .ok_or_else(|| none(ErrorCode::NoSuchTagSet, message, bucket))?;
        Ok(Self::Answer { tag_set: found.tag_set })
    }
}

impl Deletable for BucketTags {
    const DELETE: &'static str = "s3:DeleteBucketTagging";
    type Delete = dto::DeleteBucketTaggingInput;
    type DeleteAnswer = dto::DeleteBucketTaggingOutput;

    fn delete(input: &Self::Delete) -> (&str, &str) {
        (&input.bucket, "")
    }
}

//! Whether public access is blocked. It is kept and answered.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html>

use s3s::dto;

use super::{Deletable, Kind, Put, none};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::s3::errors;
use crate::store::BucketRow;

/// See the module.
pub(crate) struct PublicAccess;

impl Kind for PublicAccess {
    const KIND: &'static str = "publicAccessBlock";
    const PUT: &'static str = "s3:PutPublicAccessBlock";
    const GET: &'static str = "s3:GetPublicAccessBlock";
    type Document = dto::PublicAccessBlockConfiguration;
    type Put = dto::PutPublicAccessBlockInput;
    type PutAnswer = dto::PutPublicAccessBlockOutput;
    type Get = dto::GetPublicAccessBlockInput;
    type Answer = dto::GetPublicAccessBlockOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put::only(input.bucket, input.public_access_block_configuration)
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn check(
        _ctx: &mut Context<'_>,
        _bucket: &BucketRow,
        document: &mut Self::Document,
    ) -> Result<(), ApiError> {
        let settings = [
            &mut document.block_public_acls,
            &mut document.block_public_policy,
            &mut document.ignore_public_acls,
            &mut document.restrict_public_buckets,
        ];
        if settings.iter().all(|setting| setting.is_none()) {
            return Err(errors::invalid_request("Must specify at least one configuration."));
        }
        // What is not said is off.
        settings.into_iter().for_each(|setting| *setting = Some(setting.unwrap_or_default()));
        Ok(())
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let found = document.ok_or_else(|| {
            none(
                ErrorCode::NoSuchPublicAccessBlockConfiguration,
                "The public access block configuration was not found",
                bucket,
            )
        })?;
        Ok(Self::Answer { public_access_block_configuration: Some(found) })
    }
}

impl Deletable for PublicAccess {
    const DELETE: &'static str = "s3:DeletePublicAccessBlock";
    type Delete = dto::DeletePublicAccessBlockInput;
    type DeleteAnswer = dto::DeletePublicAccessBlockOutput;

    fn delete(input: &Self::Delete) -> (&str, &str) {
        (&input.bucket, "")
    }
}

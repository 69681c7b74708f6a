//! How a bucket says that its new objects are encrypted.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html>

use s3s::dto;

use super::{Deletable, Kind, Put, check_valid, none};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::store::BucketRow;

/// See the module.
pub(crate) struct EncryptionKind;

impl Kind for EncryptionKind {
    const KIND: &'static str = "encryption";
    const PUT: &'static str = "s3:PutBucketEncryption";
    const GET: &'static str = "s3:GetBucketEncryption";
    type Document = dto::ServerSideEncryptionConfiguration;
    type Put = dto::PutBucketEncryptionInput;
    type PutAnswer = dto::PutBucketEncryptionOutput;
    type Get = dto::GetBucketEncryptionInput;
    type Answer = dto::GetBucketEncryptionOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put::only(input.bucket, input.server_side_encryption_configuration)
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn check(
        _ctx: &mut Context<'_>,
        _bucket: &BucketRow,
        document: &mut Self::Document,
    ) -> Result<(), ApiError> {
        let named = |rule: &dto::ServerSideEncryptionRule| {
            rule.apply_server_side_encryption_by_default.as_ref().is_none_or(|default| {
                let key_fits =
                    default.kms_master_key_id.is_none() || default.sse_algorithm.as_str() != "AES256";
                ["AES256", "aws:kms", "aws:kms:dsse"].contains(&default.sse_algorithm.as_str()) && key_fits
            })
        };
        check_valid(document.rules.len() == 1 && document.rules.iter().all(named))
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let found = document.ok_or_else(|| {
            none(
                ErrorCode::ServerSideEncryptionConfigurationNotFoundError,
                "The server side encryption configuration was not found",
                bucket,
            )
        })?;
        Ok(Self::Answer { server_side_encryption_configuration: Some(found) })
    }
}

impl Deletable for EncryptionKind {
    const DELETE: &'static str = "s3:DeleteBucketEncryption";
    type Delete = dto::DeleteBucketEncryptionInput;
    type DeleteAnswer = dto::DeleteBucketEncryptionOutput;

    fn delete(input: &Self::Delete) -> (&str, &str) {
        (&input.bucket, "")
    }
}

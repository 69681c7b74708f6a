//! How a bucket says that its new objects are encrypted.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html>

use s3s::dto;

use super::{Deletable, Kind, Put, check_valid};
use crate::error::ApiError;
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
        check_valid(document.rules.len() == 1 && document.rules.iter().all(named))?;
        // What is not said is off.
        document
            .rules
            .iter_mut()
            .for_each(|rule| rule.bucket_key_enabled = Some(rule.bucket_key_enabled == Some(true)));
        Ok(())
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let _ = bucket;
        let found = document.unwrap_or_else(usual);
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

/// What every bucket has had since January 2023, unless it is told otherwise: S3's own keys.
fn usual() -> dto::ServerSideEncryptionConfiguration {
    let by_default = dto::ServerSideEncryptionByDefault {
        kms_master_key_id: None,
        sse_algorithm: dto::ServerSideEncryption::from_static(dto::ServerSideEncryption::AES256),
    };
    let rule = dto::ServerSideEncryptionRule {
        apply_server_side_encryption_by_default: Some(by_default),
        bucket_key_enabled: Some(false),
    };
    dto::ServerSideEncryptionConfiguration { rules: vec![rule] }
}

//! Whether versions can be locked, and how new ones are.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html>

use s3s::dto;

use super::{Kind, Put, check_valid, none};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::s3::bucket;
use crate::store::BucketRow;

/// See the module.
pub(crate) struct ObjectLockKind;

impl Kind for ObjectLockKind {
    const KIND: &'static str = "object-lock";
    const PUT: &'static str = "s3:PutObjectLockConfiguration";
    const GET: &'static str = "s3:GetObjectLockConfiguration";
    type Document = dto::ObjectLockConfiguration;
    type Put = dto::PutObjectLockConfigurationInput;
    type PutAnswer = dto::PutObjectLockConfigurationOutput;
    type Get = dto::GetObjectLockConfigurationInput;
    type Answer = dto::GetObjectLockConfigurationOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put { bucket: input.bucket, id: String::new(), document: input.object_lock_configuration }
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn check(
        ctx: &mut Context<'_>,
        bucket: &BucketRow,
        document: &mut Self::Document,
    ) -> Result<(), ApiError> {
        let enabled = document.object_lock_enabled.as_ref().map(dto::ObjectLockEnabled::as_str);
        check_valid(enabled == Some("Enabled"))?;
        if let Some(retention) = document.rule.as_ref().and_then(|rule| rule.default_retention.as_ref()) {
            check_retention(retention)?;
        }
        if !bucket::is_versioned(bucket) {
            let message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration";
            return Err(none(ErrorCode::InvalidBucketState, message, bucket));
        }
        ctx.store.update_bucket(&BucketRow { object_lock: true, ..bucket.clone() })?;
        Ok(())
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let enabled = || dto::ObjectLockConfiguration {
            object_lock_enabled: Some(dto::ObjectLockEnabled::from_static(dto::ObjectLockEnabled::ENABLED)),
            rule: None,
        };
        let found = document.or_else(|| bucket.object_lock.then(enabled)).ok_or_else(|| {
            let message = "Object Lock configuration does not exist for this bucket";
            none(ErrorCode::ObjectLockConfigurationNotFoundError, message, bucket)
        })?;
        Ok(Self::Answer { object_lock_configuration: Some(found) })
    }
}

fn check_retention(retention: &dto::DefaultRetention) -> Result<(), ApiError> {
    let mode = retention.mode.as_ref().map(dto::ObjectLockRetentionMode::as_str);
    check_valid(matches!(mode, Some("GOVERNANCE" | "COMPLIANCE")))?;
    check_valid(retention.days.is_some() != retention.years.is_some())?;
    if retention.days.or(retention.years).is_some_and(|period| period < 1) {
        let message = "Default retention period must be a positive integer value.";
        return Err(ApiError::new(ErrorCode::InvalidRetentionPeriod, message));
    }
    Ok(())
}

//! Where access is logged to. It is not: the document is kept and answered.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html>

use s3s::dto;

use super::{Kind, Put};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::store::BucketRow;

/// See the module.
pub(crate) struct Logging;

impl Kind for Logging {
    const KIND: &'static str = "logging";
    const PUT: &'static str = "s3:PutBucketLogging";
    const GET: &'static str = "s3:GetBucketLogging";
    type Document = dto::BucketLoggingStatus;
    type Put = dto::PutBucketLoggingInput;
    type PutAnswer = dto::PutBucketLoggingOutput;
    type Get = dto::GetBucketLoggingInput;
    type Answer = dto::GetBucketLoggingOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put::only(input.bucket, input.bucket_logging_status)
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn check(
        ctx: &mut Context<'_>,
        _bucket: &BucketRow,
        document: &mut Self::Document,
    ) -> Result<(), ApiError> {
        let Some(enabled) = &document.logging_enabled else { return Ok(()) };
        if ctx.store.find_bucket(&enabled.target_bucket)?.is_none() {
            let message = "The target bucket for logging does not exist, is not owned by you, or does not have the \
                           appropriate grants for the log-delivery group to write to it.";
            return Err(ApiError::new(ErrorCode::InvalidTargetBucketForLogging, message));
        }
        Ok(())
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let _ = bucket;
        Ok(Self::Answer { logging_enabled: document.and_then(|found| found.logging_enabled) })
    }
}

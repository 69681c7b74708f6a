//! Whether transfers are accelerated. It is kept and answered.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAccelerateConfiguration.html>

use s3s::dto;

use super::{Kind, Put, check_valid};
use crate::error::ApiError;
use crate::operation::Context;
use crate::s3::errors;
use crate::store::BucketRow;

/// See the module.
pub(crate) struct Accelerate;

impl Kind for Accelerate {
    const KIND: &'static str = "accelerate";
    const PUT: &'static str = "s3:PutBucketAccelerateConfiguration";
    const GET: &'static str = "s3:GetBucketAccelerateConfiguration";
    type Document = dto::AccelerateConfiguration;
    type Put = dto::PutBucketAccelerateConfigurationInput;
    type PutAnswer = dto::PutBucketAccelerateConfigurationOutput;
    type Get = dto::GetBucketAccelerateConfigurationInput;
    type Answer = dto::GetBucketAccelerateConfigurationOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put::only(input.bucket, input.accelerate_configuration)
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn check(
        _ctx: &mut Context<'_>,
        bucket: &BucketRow,
        document: &mut Self::Document,
    ) -> Result<(), ApiError> {
        if bucket.name.contains('.') {
            let message =
                "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names";
            return Err(errors::invalid_request(message));
        }
        let status = document.status.as_ref().map(dto::BucketAccelerateStatus::as_str);
        check_valid(matches!(status, Some("Enabled" | "Suspended")))
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let _ = bucket;
        Ok(Self::Answer { request_charged: None, status: document.and_then(|found| found.status) })
    }
}

//! Who pays for requests. It is kept and answered.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketRequestPayment.html>

use s3s::dto;

use super::{Kind, Put};
use crate::error::ApiError;

use crate::store::BucketRow;

/// See the module.
pub(crate) struct RequestPayment;

impl Kind for RequestPayment {
    const KIND: &'static str = "requestPayment";
    const PUT: &'static str = "s3:PutBucketRequestPayment";
    const GET: &'static str = "s3:GetBucketRequestPayment";
    type Document = dto::RequestPaymentConfiguration;
    type Put = dto::PutBucketRequestPaymentInput;
    type PutAnswer = dto::PutBucketRequestPaymentOutput;
    type Get = dto::GetBucketRequestPaymentInput;
    type Answer = dto::GetBucketRequestPaymentOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put::only(input.bucket, input.request_payment_configuration)
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let _ = bucket;
        let owner = || dto::Payer::from_static(dto::Payer::BUCKET_OWNER);
        Ok(Self::Answer { payer: Some(document.map_or_else(owner, |found| found.payer)) })
    }
}

//! How a bucket is served as a website. None is here: it is kept and answered.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html>

use s3s::dto;

use super::{Deletable, Kind, Put, none};
use crate::error::{ApiError, ErrorCode};

use crate::store::BucketRow;

/// See the module.
pub(crate) struct Website;

impl Kind for Website {
    const KIND: &'static str = "website";
    const PUT: &'static str = "s3:PutBucketWebsite";
    const GET: &'static str = "s3:GetBucketWebsite";
    type Document = dto::WebsiteConfiguration;
    type Put = dto::PutBucketWebsiteInput;
    type PutAnswer = dto::PutBucketWebsiteOutput;
    type Get = dto::GetBucketWebsiteInput;
    type Answer = dto::GetBucketWebsiteOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put::only(input.bucket, input.website_configuration)
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let message = "The specified bucket does not have a website configuration";
        let found = document.ok_or_else(|| none(ErrorCode::NoSuchWebsiteConfiguration, message, bucket))?;
        let dto::WebsiteConfiguration {
            error_document,
            index_document,
            redirect_all_requests_to,
            routing_rules,
        } = found;
        Ok(Self::Answer { error_document, index_document, redirect_all_requests_to, routing_rules })
    }
}

impl Deletable for Website {
    const DELETE: &'static str = "s3:DeleteBucketWebsite";
    type Delete = dto::DeleteBucketWebsiteInput;
    type DeleteAnswer = dto::DeleteBucketWebsiteOutput;

    fn delete(input: &Self::Delete) -> (&str, &str) {
        (&input.bucket, "")
    }
}

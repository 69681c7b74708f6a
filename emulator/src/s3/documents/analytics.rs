//! What is analysed of a bucket. Nothing is: the documents are kept and answered.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAnalyticsConfiguration.html>

use s3s::dto;

use super::{Deletable, Kind, Put, all, none};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::s3::access::Permission;
use crate::s3::bucket;
use crate::validation::Rule;

use crate::store::BucketRow;

/// See the module.
pub(crate) struct Analytics;

impl Kind for Analytics {
    const KIND: &'static str = "analytics";
    const PUT: &'static str = "s3:PutBucketAnalyticsConfiguration";
    const GET: &'static str = "s3:GetBucketAnalyticsConfiguration";
    type Document = dto::AnalyticsConfiguration;
    type Put = dto::PutBucketAnalyticsConfigurationInput;
    type PutAnswer = dto::PutBucketAnalyticsConfigurationOutput;
    type Get = dto::GetBucketAnalyticsConfigurationInput;
    type Answer = dto::GetBucketAnalyticsConfigurationOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put { bucket: input.bucket, id: input.id, document: Some(input.analytics_configuration) }
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, &input.id)
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let found = document.ok_or_else(|| {
            none(ErrorCode::NoSuchConfiguration, "The specified configuration does not exist.", bucket)
        })?;
        Ok(Self::Answer { analytics_configuration: Some(found) })
    }
}

impl Deletable for Analytics {
    const DELETE: &'static str = "s3:DeleteBucketAnalyticsConfiguration";
    type Delete = dto::DeleteBucketAnalyticsConfigurationInput;
    type DeleteAnswer = dto::DeleteBucketAnalyticsConfigurationOutput;

    fn delete(input: &Self::Delete) -> (&str, &str) {
        (&input.bucket, &input.id)
    }
}

/// All documents of the kind.
pub(crate) struct ListAnalytics;

impl Operation for ListAnalytics {
    const NAME: &'static str = "s3:ListBucketAnalyticsConfigurations";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::ListBucketAnalyticsConfigurationsInput;
    type Response = dto::ListBucketAnalyticsConfigurationsOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        bucket::open(ctx, &request.bucket, Permission::Own)?;
        let found = all::<Analytics>(ctx, &request.bucket)?;
        Ok(Self::Response {
            analytics_configuration_list: (!found.is_empty()).then_some(found),
            is_truncated: Some(false),
            ..Self::Response::default()
        })
    }
}

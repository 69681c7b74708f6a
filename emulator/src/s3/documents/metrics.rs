//! What is measured of a bucket. Nothing is: the documents are kept and answered.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketMetricsConfiguration.html>

use s3s::dto;

use super::{Deletable, Kind, Put, all, none};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::s3::access::Permission;
use crate::s3::bucket;
use crate::validation::Rule;

use crate::store::BucketRow;

/// See the module.
pub(crate) struct MetricsKind;

impl Kind for MetricsKind {
    const KIND: &'static str = "metrics";
    const PUT: &'static str = "s3:PutBucketMetricsConfiguration";
    const GET: &'static str = "s3:GetBucketMetricsConfiguration";
    type Document = dto::MetricsConfiguration;
    type Put = dto::PutBucketMetricsConfigurationInput;
    type PutAnswer = dto::PutBucketMetricsConfigurationOutput;
    type Get = dto::GetBucketMetricsConfigurationInput;
    type Answer = dto::GetBucketMetricsConfigurationOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put { bucket: input.bucket, id: input.id, document: Some(input.metrics_configuration) }
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, &input.id)
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let found = document.ok_or_else(|| {
            none(ErrorCode::NoSuchConfiguration, "The specified configuration does not exist.", bucket)
        })?;
        Ok(Self::Answer { metrics_configuration: Some(found) })
    }
}

impl Deletable for MetricsKind {
    const DELETE: &'static str = "s3:DeleteBucketMetricsConfiguration";
    type Delete = dto::DeleteBucketMetricsConfigurationInput;
    type DeleteAnswer = dto::DeleteBucketMetricsConfigurationOutput;

    fn delete(input: &Self::Delete) -> (&str, &str) {
        (&input.bucket, &input.id)
    }
}

/// All documents of the kind.
pub(crate) struct ListMetrics;

impl Operation for ListMetrics {
    const NAME: &'static str = "s3:ListBucketMetricsConfigurations";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::ListBucketMetricsConfigurationsInput;
    type Response = dto::ListBucketMetricsConfigurationsOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        bucket::open(ctx, &request.bucket, Permission::Own)?;
        let found = all::<MetricsKind>(ctx, &request.bucket)?;
        Ok(Self::Response {
            metrics_configuration_list: (!found.is_empty()).then_some(found),
            is_truncated: Some(false),
            ..Self::Response::default()
        })
    }
}

//! Where objects are moved as they are used. They are not: the documents are kept and answered.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketIntelligentTieringConfiguration.html>

use s3s::dto;

use super::{Deletable, Kind, Put, all, none};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::s3::access::Permission;
use crate::s3::bucket;
use crate::validation::Rule;

use crate::store::BucketRow;

/// See the module.
pub(crate) struct IntelligentTiering;

impl Kind for IntelligentTiering {
    const KIND: &'static str = "intelligent-tiering";
    const PUT: &'static str = "s3:PutBucketIntelligentTieringConfiguration";
    const GET: &'static str = "s3:GetBucketIntelligentTieringConfiguration";
    type Document = dto::IntelligentTieringConfiguration;
    type Put = dto::PutBucketIntelligentTieringConfigurationInput;
    type PutAnswer = dto::PutBucketIntelligentTieringConfigurationOutput;
    type Get = dto::GetBucketIntelligentTieringConfigurationInput;
    type Answer = dto::GetBucketIntelligentTieringConfigurationOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put { bucket: input.bucket, id: input.id, document: Some(input.intelligent_tiering_configuration) }
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, &input.id)
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let found = document.ok_or_else(|| {
            none(ErrorCode::NoSuchConfiguration, "The specified configuration does not exist.", bucket)
        })?;
        Ok(Self::Answer { intelligent_tiering_configuration: Some(found) })
    }
}

impl Deletable for IntelligentTiering {
    const DELETE: &'static str = "s3:DeleteBucketIntelligentTieringConfiguration";
    type Delete = dto::DeleteBucketIntelligentTieringConfigurationInput;
    type DeleteAnswer = dto::DeleteBucketIntelligentTieringConfigurationOutput;

    fn delete(input: &Self::Delete) -> (&str, &str) {
        (&input.bucket, &input.id)
    }
}

/// All documents of the kind.
pub(crate) struct ListIntelligentTiering;

impl Operation for ListIntelligentTiering {
    const NAME: &'static str = "s3:ListBucketIntelligentTieringConfigurations";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::ListBucketIntelligentTieringConfigurationsInput;
    type Response = dto::ListBucketIntelligentTieringConfigurationsOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        bucket::open(ctx, &request.bucket, Permission::Own)?;
        let found = all::<IntelligentTiering>(ctx, &request.bucket)?;
        Ok(Self::Response {
            intelligent_tiering_configuration_list: (!found.is_empty()).then_some(found),
            is_truncated: Some(false),
            ..Self::Response::default()
        })
    }
}

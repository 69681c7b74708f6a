//! What is listed of a bucket, and where to. Nothing is: the documents are kept and answered.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketInventoryConfiguration.html>

use s3s::dto;

use super::{Deletable, Kind, Put, all, none};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::s3::access::Permission;
use crate::s3::bucket;
use crate::validation::Rule;

use crate::store::BucketRow;

/// See the module.
pub(crate) struct Inventory;

impl Kind for Inventory {
    const KIND: &'static str = "inventory";
    const PUT: &'static str = "s3:PutBucketInventoryConfiguration";
    const GET: &'static str = "s3:GetBucketInventoryConfiguration";
    type Document = dto::InventoryConfiguration;
    type Put = dto::PutBucketInventoryConfigurationInput;
    type PutAnswer = dto::PutBucketInventoryConfigurationOutput;
    type Get = dto::GetBucketInventoryConfigurationInput;
    type Answer = dto::GetBucketInventoryConfigurationOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put { bucket: input.bucket, id: input.id, document: Some(input.inventory_configuration) }
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, &input.id)
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let found = document.ok_or_else(|| {
            none(ErrorCode::NoSuchConfiguration, "The specified configuration does not exist.", bucket)
        })?;
        Ok(Self::Answer { inventory_configuration: Some(found) })
    }
}

impl Deletable for Inventory {
    const DELETE: &'static str = "s3:DeleteBucketInventoryConfiguration";
    type Delete = dto::DeleteBucketInventoryConfigurationInput;
    type DeleteAnswer = dto::DeleteBucketInventoryConfigurationOutput;

    fn delete(input: &Self::Delete) -> (&str, &str) {
        (&input.bucket, &input.id)
    }
}

/// All documents of the kind.
pub(crate) struct ListInventories;

impl Operation for ListInventories {
    const NAME: &'static str = "s3:ListBucketInventoryConfigurations";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::ListBucketInventoryConfigurationsInput;
    type Response = dto::ListBucketInventoryConfigurationsOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        bucket::open(ctx, &request.bucket, Permission::Own)?;
        let found = all::<Inventory>(ctx, &request.bucket)?;
        Ok(Self::Response {
            inventory_configuration_list: (!found.is_empty()).then_some(found),
            is_truncated: Some(false),
            ..Self::Response::default()
        })
    }
}

//! `PutObjectTagging`, `GetObjectTagging`, `DeleteObjectTagging`: the tags of a version.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html> and its neighbours.

use s3s::dto;

use super::access::{self, Permission};
use super::{object, tags};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct PutObjectTagging;

impl Operation for PutObjectTagging {
    const NAME: &'static str = "s3:PutObjectTagging";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = dto::PutObjectTaggingInput;
    type Response = dto::PutObjectTaggingOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let version_id = request.version_id.as_deref();
        let (bucket, mut object) = object::find(ctx, &request.bucket, &request.key, version_id, "PUT")?;
        access::to_object(ctx, &object, Permission::Own)?;
        object.attributes.tags = tags::of_object(&request.tagging)?;
        ctx.store.update_object_attributes(&bucket.name, &object)?;
        super::notifications::notify(ctx, &bucket, "ObjectTagging:Put", &object)?;
        Ok(dto::PutObjectTaggingOutput { version_id: object::shown_version(&bucket, &object) })
    }
}

/// See the module.
pub struct GetObjectTagging;

impl Operation for GetObjectTagging {
    const NAME: &'static str = "s3:GetObjectTagging";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::GetObjectTaggingInput;
    type Response = dto::GetObjectTaggingOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let version_id = request.version_id.as_deref();
        let (bucket, object) = object::find(ctx, &request.bucket, &request.key, version_id, "GET")?;
        access::to_object(ctx, &object, Permission::Own)?;
        Ok(dto::GetObjectTaggingOutput {
            tag_set: tags::shown(&object.attributes.tags),
            version_id: object::shown_version(&bucket, &object),
        })
    }
}

/// See the module.
pub struct DeleteObjectTagging;

impl Operation for DeleteObjectTagging {
    const NAME: &'static str = "s3:DeleteObjectTagging";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = dto::DeleteObjectTaggingInput;
    type Response = dto::DeleteObjectTaggingOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let version_id = request.version_id.as_deref();
        let (bucket, mut object) = object::find(ctx, &request.bucket, &request.key, version_id, "DELETE")?;
        access::to_object(ctx, &object, Permission::Own)?;
        object.attributes.tags.clear();
        ctx.store.update_object_attributes(&bucket.name, &object)?;
        super::notifications::notify(ctx, &bucket, "ObjectTagging:Delete", &object)?;
        Ok(dto::DeleteObjectTaggingOutput { version_id: object::shown_version(&bucket, &object) })
    }
}

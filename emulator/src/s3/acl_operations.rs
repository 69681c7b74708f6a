//! `GetBucketAcl`, `PutBucketAcl`, `GetObjectAcl`, `PutObjectAcl`: access control lists, as documents.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html> and its neighbours.

use s3s::dto;

use super::access::{self, Permission};
use super::acl::{self, Asked};
use super::{bucket, errors, object, owner};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Rule;

/// See the module.
pub struct GetBucketAcl;

impl Operation for GetBucketAcl {
    const NAME: &'static str = "s3:GetBucketAcl";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::GetBucketAclInput;
    type Response = dto::GetBucketAclOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let bucket = bucket::open(ctx, &request.bucket, Permission::ReadAcl)?;
        let found = acl::of_bucket(ctx, &bucket)?;
        Ok(dto::GetBucketAclOutput {
            grants: Some(acl::shown(ctx, found.as_ref(), &bucket.owner)),
            owner: Some(owner::shown(ctx, &bucket.owner)),
        })
    }
}

/// See the module.
pub struct PutBucketAcl;

impl Operation for PutBucketAcl {
    const NAME: &'static str = "s3:PutBucketAcl";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = dto::PutBucketAclInput;
    type Response = dto::PutBucketAclOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let bucket = bucket::open(ctx, &request.bucket, Permission::WriteAcl)?;
        let asked = Asked {
            canned: request.acl.as_ref().map(dto::BucketCannedACL::as_str),
            headers: grants([
                ("FULL_CONTROL", &request.grant_full_control),
                ("READ", &request.grant_read),
                ("READ_ACP", &request.grant_read_acp),
                ("WRITE", &request.grant_write),
                ("WRITE_ACP", &request.grant_write_acp),
            ]),
            policy: request.access_control_policy.as_ref(),
        };
        refuse_nothing(&asked)?;
        let list = acl::read(ctx, &asked, &bucket.owner, &bucket)?;
        acl::set_of_bucket(ctx, &bucket.name, list.as_ref())?;
        Ok(dto::PutBucketAclOutput::default())
    }
}

/// See the module.
pub struct GetObjectAcl;

impl Operation for GetObjectAcl {
    const NAME: &'static str = "s3:GetObjectAcl";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::GetObjectAclInput;
    type Response = dto::GetObjectAclOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let (_, object) =
            object::find(ctx, &request.bucket, &request.key, request.version_id.as_deref(), "GET")?;
        access::to_object(ctx, &object, Permission::ReadAcl)?;
        let owner = &object.attributes.owner;
        Ok(dto::GetObjectAclOutput {
            grants: Some(acl::shown(ctx, object.attributes.acl.as_ref(), owner)),
            owner: Some(owner::shown(ctx, owner)),
            request_charged: None,
        })
    }
}

/// See the module.
pub struct PutObjectAcl;

impl Operation for PutObjectAcl {
    const NAME: &'static str = "s3:PutObjectAcl";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = dto::PutObjectAclInput;
    type Response = dto::PutObjectAclOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let (bucket, mut object) =
            object::find(ctx, &request.bucket, &request.key, request.version_id.as_deref(), "PUT")?;
        access::to_object(ctx, &object, Permission::WriteAcl)?;
        let asked = Asked {
            canned: request.acl.as_ref().map(dto::ObjectCannedACL::as_str),
            headers: grants([
                ("FULL_CONTROL", &request.grant_full_control),
                ("READ", &request.grant_read),
                ("READ_ACP", &request.grant_read_acp),
                ("WRITE", &request.grant_write),
                ("WRITE_ACP", &request.grant_write_acp),
            ]),
            policy: request.access_control_policy.as_ref(),
        };
        refuse_nothing(&asked)?;
        object.attributes.acl = acl::read(ctx, &asked, &object.attributes.owner, &bucket)?;
        ctx.store.update_object_attributes(&bucket.name, &object)?;
        Ok(dto::PutObjectAclOutput::default())
    }
}

/// The headers that grant something.
pub(super) fn grants<'a, const N: usize>(
    headers: [(&'static str, &'a Option<String>); N],
) -> Vec<(&'static str, &'a str)> {
    let given = headers.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    given.collect()
}

fn refuse_nothing(asked: &Asked<'_>) -> Result<(), ApiError> {
    if asked.canned.is_none() && asked.headers.is_empty() && asked.policy.is_none() {
        let message = "Your request was missing a required header";
        return Err(errors::invalid_request(message).with("MissingHeaderName", "x-amz-acl"));
    }
    Ok(())
}

//! `DeleteBucket`, `HeadBucket`, `GetBucketLocation`, `GetBucketVersioning`, `PutBucketVersioning`: one bucket.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html> and its neighbours.

use s3s::dto;

use super::access::Permission;
use super::{bucket, errors};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::store::BucketRow;
use crate::validation::Rule;

/// See the module.
pub struct DeleteBucket;

impl Operation for DeleteBucket {
    const NAME: &'static str = "s3:DeleteBucket";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = dto::DeleteBucketInput;
    type Response = dto::DeleteBucketOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let bucket = bucket::open(ctx, &request.bucket, Permission::Own)?;
        if ctx.store.bucket_holds(&bucket.name)? {
            return Err(errors::bucket_not_empty(&bucket.name));
        }
        // Uploads that are under way end with their bucket.
        loop {
            let uploads = ctx.store.uploads_after(&bucket.name, ("", ""), 100)?;
            for upload in &uploads {
                for part in ctx.store.parts(&upload.upload_id)? {
                    ctx.store.release_body(&part.body)?;
                }
                ctx.store.delete_upload(&bucket.name, upload)?;
            }
            if uploads.is_empty() {
                break;
            }
        }
        ctx.store.delete_bucket(&bucket.name)?;
        Ok(dto::DeleteBucketOutput::default())
    }
}

/// See the module.
pub struct HeadBucket;

impl Operation for HeadBucket {
    const NAME: &'static str = "s3:HeadBucket";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::HeadBucketInput;
    type Response = dto::HeadBucketOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let bucket = bucket::open(ctx, &request.bucket, Permission::Read)?;
        let bucket_region = Some(bucket::region(ctx, &bucket).to_owned());
        Ok(dto::HeadBucketOutput { bucket_region, ..Default::default() })
    }
}

/// See the module.
pub struct GetBucketLocation;

impl Operation for GetBucketLocation {
    const NAME: &'static str = "s3:GetBucketLocation";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::GetBucketLocationInput;
    type Response = dto::GetBucketLocationOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let bucket = bucket::open(ctx, &request.bucket, Permission::Own)?;
        // The oldest region has no name here.
        let named = Some(bucket::region(ctx, &bucket)).filter(|region| *region != "us-east-1");
        let location_constraint = named.map(|region| dto::BucketLocationConstraint::from(region.to_owned()));
        Ok(dto::GetBucketLocationOutput { location_constraint })
    }
}

/// See the module.
pub struct GetBucketVersioning;

impl Operation for GetBucketVersioning {
    const NAME: &'static str = "s3:GetBucketVersioning";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::GetBucketVersioningInput;
    type Response = dto::GetBucketVersioningOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let bucket = bucket::open(ctx, &request.bucket, Permission::Own)?;
        let status = bucket.versioning.map(dto::BucketVersioningStatus::from);
        Ok(dto::GetBucketVersioningOutput { mfa_delete: None, status })
    }
}

/// See the module.
pub struct PutBucketVersioning;

impl Operation for PutBucketVersioning {
    const NAME: &'static str = "s3:PutBucketVersioning";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = dto::PutBucketVersioningInput;
    type Response = dto::PutBucketVersioningOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let bucket = bucket::open(ctx, &request.bucket, Permission::Own)?;
        let dto::VersioningConfiguration { mfa_delete, status } = request.versioning_configuration;
        if mfa_delete.is_some_and(|mfa| mfa.as_str() == "Enabled") {
            return Err(ApiError::new(ErrorCode::NotImplemented, "MFA delete is not implemented"));
        }
        let Some(status) = status else {
            let message = "The Versioning element must be specified";
            return Err(ApiError::new(ErrorCode::IllegalVersioningConfigurationException, message));
        };
        if ![bucket::ENABLED, bucket::SUSPENDED].contains(&status.as_str()) {
            return Err(errors::malformed_xml());
        }
        if bucket.object_lock && status.as_str() == bucket::SUSPENDED {
            let message = "An Object Lock configuration is present on this bucket, so the versioning state cannot \
                           be changed.";
            let error = ApiError::new(ErrorCode::InvalidBucketState, message);
            return Err(error.with("BucketName", bucket.name));
        }
        ctx.store.update_bucket(&BucketRow { versioning: Some(status.as_str().to_owned()), ..bucket })?;
        Ok(dto::PutBucketVersioningOutput::default())
    }
}

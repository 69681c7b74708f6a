//! `PutObjectRetention`, `GetObjectRetention`, `PutObjectLegalHold`, `GetObjectLegalHold`: the locks of a version.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html> and its neighbours.

use s3s::dto;

use super::access::{self, Permission};
use super::{locks, object, times};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::store::Retention;
use crate::validation::Rule;

/// See the module.
pub struct PutObjectRetention;

impl Operation for PutObjectRetention {
    const NAME: &'static str = "s3:PutObjectRetention";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = dto::PutObjectRetentionInput;
    type Response = dto::PutObjectRetentionOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let version_id = request.version_id.as_deref();
        let (bucket, mut object) = object::find(ctx, &request.bucket, &request.key, version_id, "PUT")?;
        access::to_object(ctx, &object, Permission::Own)?;
        locks::check_locking(&bucket)?;
        let asked = request.retention.unwrap_or_default();
        let wanted = match (asked.mode, asked.retain_until_date) {
            // An empty document takes the retention away.
            (None, None) => None,
            (Some(mode), Some(until)) => Some(locks::retention(mode.as_str(), times::read(&until), ctx.now)?),
            _ => return Err(super::errors::malformed_xml()),
        };
        let bypass = request.bypass_governance_retention == Some(true);
        locks::check_change(&object, wanted.as_ref(), bypass, ctx.now)?;
        object.attributes.retention = wanted;
        ctx.store.update_object_attributes(&bucket.name, &object)?;
        Ok(dto::PutObjectRetentionOutput::default())
    }
}

/// See the module.
pub struct GetObjectRetention;

impl Operation for GetObjectRetention {
    const NAME: &'static str = "s3:GetObjectRetention";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::GetObjectRetentionInput;
    type Response = dto::GetObjectRetentionOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let version_id = request.version_id.as_deref();
        let (bucket, object) = object::find(ctx, &request.bucket, &request.key, version_id, "GET")?;
        access::to_object(ctx, &object, Permission::Own)?;
        locks::check_locking(&bucket)?;
        let Retention { mode, until } = object.attributes.retention.ok_or_else(no_lock)?;
        let retention = dto::ObjectLockRetention {
            mode: Some(dto::ObjectLockRetentionMode::from(mode)),
            retain_until_date: Some(times::shown(until)),
        };
        Ok(dto::GetObjectRetentionOutput { retention: Some(retention) })
    }
}

/// See the module.
pub struct PutObjectLegalHold;

impl Operation for PutObjectLegalHold {
    const NAME: &'static str = "s3:PutObjectLegalHold";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = dto::PutObjectLegalHoldInput;
    type Response = dto::PutObjectLegalHoldOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let version_id = request.version_id.as_deref();
        let (bucket, mut object) = object::find(ctx, &request.bucket, &request.key, version_id, "PUT")?;
        access::to_object(ctx, &object, Permission::Own)?;
        locks::check_locking(&bucket)?;
        let status = request.legal_hold.and_then(|hold| hold.status);
        let status = status.as_ref().map(dto::ObjectLockLegalHoldStatus::as_str).unwrap_or_default();
        object.attributes.legal_hold = Some(locks::hold(status)?);
        ctx.store.update_object_attributes(&bucket.name, &object)?;
        Ok(dto::PutObjectLegalHoldOutput::default())
    }
}

/// See the module.
pub struct GetObjectLegalHold;

impl Operation for GetObjectLegalHold {
    const NAME: &'static str = "s3:GetObjectLegalHold";
    const RULES: &'static [Rule<Self::Request>] = &[];
    const READS_ONLY: bool = true;
    type Request = dto::GetObjectLegalHoldInput;
    type Response = dto::GetObjectLegalHoldOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let version_id = request.version_id.as_deref();
        let (bucket, object) = object::find(ctx, &request.bucket, &request.key, version_id, "GET")?;
        access::to_object(ctx, &object, Permission::Own)?;
        locks::check_locking(&bucket)?;
        let on = object.attributes.legal_hold.ok_or_else(no_lock)?;
        let status = dto::ObjectLockLegalHoldStatus::from_static(if on { "ON" } else { "OFF" });
        let legal_hold = dto::ObjectLockLegalHold { status: Some(status) };
        Ok(dto::GetObjectLegalHoldOutput { legal_hold: Some(legal_hold) })
    }
}

fn no_lock() -> ApiError {
    let message = "The specified object does not have a ObjectLock configuration";
    ApiError::new(ErrorCode::NoSuchObjectLockConfiguration, message)
}

//! `RestoreObject`: makes the content of an archived object readable for some days. It is at once.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html>

use s3s::dto;

use super::access::{self, Permission};
use super::{attributes_shown, errors, object};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::validation::Rule;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// See the module.
pub struct RestoreObject;

impl Operation for RestoreObject {
    const NAME: &'static str = "s3:RestoreObject";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = dto::RestoreObjectInput;
    type Response = Restored;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let version_id = request.version_id.as_deref();
        let (bucket, mut object) = object::find(ctx, &request.bucket, &request.key, version_id, "POST")?;
        access::to_object(ctx, &object, Permission::Own)?;
        let asked = request.restore_request.unwrap_or_default();
        if asked.type_.is_some() || asked.select_parameters.is_some() || asked.output_location.is_some() {
            let message = "restore requests that select are not implemented";
            return Err(ApiError::new(ErrorCode::NotImplemented, message));
        }
        if !attributes_shown::is_archived(&object) {
            let message = "The operation is not valid for the object's storage class";
            let class = object.attributes.storage_class();
            return Err(ApiError::new(ErrorCode::InvalidObjectState, message).with("StorageClass", class));
        }
        let days = asked.days.filter(|days| *days > 0).ok_or_else(errors::malformed_xml)?;
        let was_there = object.attributes.restored_until.is_some_and(|until| until > ctx.now);
        object.attributes.restored_until = Some(ctx.now.plus_millis(i64::from(days) * DAY_MS));
        ctx.store.update_object_attributes(&bucket.name, &object)?;
        Ok(Restored { was_there })
    }
}

/// What `RestoreObject` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// Whether it was readable before: 200, else 202.
    pub was_there: bool,
}

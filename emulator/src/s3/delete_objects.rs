//! `DeleteObjects`: up to a thousand keys or versions, each for itself.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>

use s3s::dto;

use super::access::Permission;
use super::conditions::DeleteConditions;
use super::delete_object::{self, Deleted, Wanted};
use super::{bucket, errors};
use crate::error::{ApiError, ErrorCode};
use crate::operation::{Context, Operation};
use crate::validation::Rule;

const KEYS_MAX: usize = 1000;

/// See the module.
pub struct DeleteObjects;

impl Operation for DeleteObjects {
    const NAME: &'static str = "s3:DeleteObjects";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = dto::DeleteObjectsInput;
    type Response = dto::DeleteObjectsOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let bucket = bucket::open(ctx, &request.bucket, Permission::Write)?;
        let dto::Delete { objects, quiet } = request.delete;
        if objects.is_empty() || objects.len() > KEYS_MAX {
            return Err(errors::malformed_xml());
        }
        let (mut deleted, mut failed) = (Vec::new(), Vec::new());
        for object in objects {
            let wanted = Wanted {
                key: &object.key,
                version_id: object.version_id.as_deref().filter(|id| !id.is_empty()),
                conditions: DeleteConditions {
                    e_tag: object.e_tag.as_ref().map(dto::ETag::value),
                    modified: object.last_modified_time.as_ref(),
                    size: object.size,
                },
                bypass: request.bypass_governance_retention == Some(true),
            };
            match delete_object::delete(ctx, &bucket, &wanted) {
                Ok(done) => deleted.push(shown(&object, done)),
                // A store that fails fails for all.
                Err(error) if error.code == ErrorCode::InternalFailure => return Err(error),
                Err(error) => failed.push(dto::Error {
                    code: Some(error.code.name().to_owned()),
                    key: Some(object.key.clone()),
                    message: Some(error.message),
                    version_id: object.version_id.clone(),
                }),
            }
        }
        let deleted = Some(deleted).filter(|deleted| !deleted.is_empty() && quiet != Some(true));
        let errors = Some(failed).filter(|failed| !failed.is_empty());
        Ok(dto::DeleteObjectsOutput { deleted, errors, request_charged: None })
    }
}

fn shown(object: &dto::ObjectIdentifier, deleted: Deleted) -> dto::DeletedObject {
    dto::DeletedObject {
        delete_marker: deleted.is_marker.then_some(true),
        delete_marker_version_id: deleted.version_id.filter(|_| deleted.is_marker),
        key: Some(object.key.clone()),
        version_id: object.version_id.clone().filter(|id| !id.is_empty()),
    }
}

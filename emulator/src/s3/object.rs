//! Objects: finding a version, putting one in place of others, taking one away.

use super::access::{self, Permission};
use super::{Caller, bucket, errors, locks, notifications};
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::{Body, BucketRow, ETag, ObjectAttributes, ObjectRow};

/// The id of versions from the time when a bucket kept none.
pub(super) const NULL_VERSION: &str = "null";

/// The version that is asked for, or the current one; a delete marker is refused as AWS does, for a method that HTTP
/// names so.
pub(super) fn find(
    ctx: &Context<'_>,
    bucket: &str,
    key: &str,
    version_id: Option<&str>,
    method: &str,
) -> Result<(BucketRow, ObjectRow), ApiError> {
    let bucket = bucket::find(ctx, bucket)?;
    let object = match version_id {
        None => ctx.store.current_object(&bucket.name, key)?,
        Some(version_id) => {
            check_version_id(version_id)?;
            ctx.store.object_version(&bucket.name, key, version_id)?
        }
    };
    let Some(object) = object else {
        // Who may not list does not learn what is not there.
        access::to_bucket(ctx, &bucket, Permission::Read)?;
        return Err(match version_id {
            None => errors::no_such_key(key),
            Some(version_id) => errors::no_such_version(key, version_id),
        });
    };
    if object.body.is_none() {
        let error = match version_id {
            None => errors::no_such_key(key),
            Some(_) => errors::method_not_allowed(method, "DeleteMarker").with("allow", "DELETE"),
        };
        let error = error.with("x-amz-delete-marker", "true");
        return Err(error.with("x-amz-version-id", object.version_id));
    }
    Ok((bucket, object))
}

/// Refuses what cannot be the id of a version.
pub(super) fn check_version_id(text: &str) -> Result<(), ApiError> {
    let is_minted = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if text == NULL_VERSION || is_minted {
        return Ok(());
    }
    Err(errors::invalid_named_argument("Invalid version id specified", "versionId", text))
}

/// The same for somebody who reads it.
pub(super) fn open(
    ctx: &Context<'_>,
    bucket: &str,
    key: &str,
    version_id: Option<&str>,
    method: &str,
) -> Result<(BucketRow, ObjectRow), ApiError> {
    let (bucket, object) = find(ctx, bucket, key, version_id, method)?;
    access::to_object(ctx, &object, Permission::Read)?;
    Ok((bucket, object))
}

/// Stores a new object. Where the bucket keeps versions it comes before the others, else in place of them.
pub(super) fn put(
    ctx: &mut Context<'_>,
    bucket: &BucketRow,
    key: String,
    (body, e_tag): (Body, impl Into<ETag>),
    mut attributes: ObjectAttributes,
    event: &str,
) -> Result<ObjectRow, ApiError> {
    if attributes.retention.is_none() && bucket.object_lock {
        attributes.retention = locks::default_retention(ctx, bucket)?;
    }
    // What nobody signed for is the bucket owner's.
    attributes.owner = match ctx.caller {
        Caller::Anonymous => bucket.owner.clone(),
        caller => caller.owner().to_owned(),
    };
    let version_id = make_room(ctx, bucket, &key)?;
    let (rank, body, e_tag) = (i64::MIN, Some(body), e_tag.into());
    let object = ObjectRow { key, version_id, body, e_tag, modified: ctx.now, attributes, rank };
    ctx.store.push_object(&bucket.name, &object)?;
    notifications::notify(ctx, bucket, event, &object)?;
    Ok(object)
}

/// The id of a new version, after whatever it replaces is gone.
pub(super) fn make_room(ctx: &mut Context<'_>, bucket: &BucketRow, key: &str) -> Result<String, ApiError> {
    if bucket::is_versioned(bucket) {
        return Ok(ctx.ids.next_hex());
    }
    let replaced = match bucket.versioning {
        None => ctx.store.current_object(&bucket.name, key)?,
        Some(_) => ctx.store.object_version(&bucket.name, key, NULL_VERSION)?,
    };
    if let Some(replaced) = replaced {
        remove(ctx, bucket, &replaced)?;
    }
    Ok(NULL_VERSION.to_owned())
}

/// Removes a version for good.
pub(super) fn remove(ctx: &mut Context<'_>, bucket: &BucketRow, object: &ObjectRow) -> Result<(), ApiError> {
    ctx.store.delete_object_row(&bucket.name, object)?;
    if let Some(body) = &object.body {
        ctx.store.release_body(body)?;
    }
    Ok(())
}

/// The id of a version that has just come: none unless the bucket keeps versions.
pub(super) fn new_version(bucket: &BucketRow, object: &ObjectRow) -> Option<String> {
    bucket::is_versioned(bucket).then(|| object.version_id.clone())
}

/// The version's id as answers have it: none where the bucket never kept versions.
pub(super) fn shown_version(bucket: &BucketRow, object: &ObjectRow) -> Option<String> {
    bucket.versioning.as_ref().map(|_| object.version_id.clone())
}

//! `DeleteObject`: afterwards a key has no object, whether it had one or not. Where the bucket keeps versions a delete
//! marker comes before them; a version that is named goes for good.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html>

use s3s::dto;

use super::access::Permission;
use super::conditions::DeleteConditions;
use super::{bucket, locks, notifications, object};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::{BucketRow, ObjectAttributes, ObjectRow};
use crate::validation::Rule;

/// See the module.
pub struct DeleteObject;

impl Operation for DeleteObject {
    const NAME: &'static str = "s3:DeleteObject";
    const RULES: &'static [Rule<Self::Request>] = &[];
    type Request = dto::DeleteObjectInput;
    type Response = dto::DeleteObjectOutput;

    fn call(ctx: &mut Context<'_>, request: Self::Request) -> Result<Self::Response, ApiError> {
        let bucket = bucket::open(ctx, &request.bucket, Permission::Write)?;
        let e_tag = request.if_match.as_ref();
        let any = e_tag.is_some_and(dto::ETagCondition::is_any).then_some("*");
        let named = e_tag.and_then(|condition| condition.as_etag()).map(dto::ETag::value);
        let conditions = DeleteConditions {
            e_tag: any.or(named),
            modified: request.if_match_last_modified_time.as_ref(),
            size: request.if_match_size,
        };
        let wanted = Wanted {
            key: &request.key,
            version_id: request.version_id.as_deref(),
            conditions,
            bypass: request.bypass_governance_retention == Some(true),
        };
        let deleted = delete(ctx, &bucket, &wanted)?;
        Ok(dto::DeleteObjectOutput {
            delete_marker: deleted.is_marker.then_some(true),
            version_id: deleted.version_id,
            request_charged: None,
        })
    }
}

/// One version, or one key, that is to go.
pub(super) struct Wanted<'a> {
    pub key: &'a str,
    pub version_id: Option<&'a str>,
    pub conditions: DeleteConditions<'a>,
    /// Whether governance is to be passed over.
    pub bypass: bool,
}

/// What has gone, or come.
#[derive(Debug, Default)]
pub(super) struct Deleted {
    /// Whether a delete marker has come, or one has gone.
    pub is_marker: bool,
    /// Of the marker that has come, or of the version that has gone.
    pub version_id: Option<String>,
}

/// Deletes one version, or one key.
pub(super) fn delete(
    ctx: &mut Context<'_>,
    bucket: &BucketRow,
    wanted: &Wanted<'_>,
) -> Result<Deleted, ApiError> {
    match wanted.version_id {
        Some(version_id) => delete_version(ctx, bucket, wanted, version_id),
        None => delete_key(ctx, bucket, wanted),
    }
}

fn delete_version(
    ctx: &mut Context<'_>,
    bucket: &BucketRow,
    wanted: &Wanted<'_>,
    version_id: &str,
) -> Result<Deleted, ApiError> {
    object::check_version_id(version_id)?;
    let found = ctx.store.object_version(&bucket.name, wanted.key, version_id)?;
    wanted.conditions.check(found.as_ref(), wanted.key)?;
    let Some(found) = found else {
        let version_id = Some(version_id.to_owned());
        return Ok(Deleted { is_marker: false, version_id });
    };
    locks::check_delete(&found, wanted.bypass, ctx.now)?;
    object::remove(ctx, bucket, &found)?;
    notifications::notify(ctx, bucket, "ObjectRemoved:Delete", &found)?;
    Ok(Deleted { is_marker: found.body.is_none(), version_id: object::shown_version(bucket, &found) })
}

fn delete_key(ctx: &mut Context<'_>, bucket: &BucketRow, wanted: &Wanted<'_>) -> Result<Deleted, ApiError> {
    let current = ctx.store.current_object(&bucket.name, wanted.key)?;
    wanted.conditions.check(current.as_ref(), wanted.key)?;
    if bucket.versioning.is_none() {
        if let Some(current) = current {
            object::remove(ctx, bucket, &current)?;
            notifications::notify(ctx, bucket, "ObjectRemoved:Delete", &current)?;
        }
        return Ok(Deleted::default());
    }
    let version_id = object::make_room(ctx, bucket, wanted.key)?;
    let marker = ObjectRow {
        key: wanted.key.to_owned(),
        version_id,
        body: None,
        e_tag: String::new().into(),
        modified: ctx.now,
        attributes: ObjectAttributes { owner: ctx.caller.owner().to_owned(), ..ObjectAttributes::default() },
        rank: i64::MIN,
    };
    ctx.store.push_object(&bucket.name, &marker)?;
    notifications::notify(ctx, bucket, "ObjectRemoved:DeleteMarkerCreated", &marker)?;
    Ok(Deleted { is_marker: true, version_id: Some(marker.version_id) })
}

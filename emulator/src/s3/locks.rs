//! Object lock: versions that may not be deleted, for a time or until somebody lets them.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html>

use s3s::dto;

use super::documents::{self, ObjectLockKind};
use super::{errors, times};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::store::{BucketRow, ObjectRow, Retention};
use crate::time::Timestamp;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const COMPLIANCE: &str = "COMPLIANCE";
const GOVERNANCE: &str = "GOVERNANCE";

/// The retention that a bucket gives new objects.
pub(super) fn default_retention(
    ctx: &Context<'_>,
    bucket: &BucketRow,
) -> Result<Option<Retention>, ApiError> {
    let configured = documents::find::<ObjectLockKind>(ctx, &bucket.name)?;
    let rule = configured.and_then(|configured| configured.rule).and_then(|rule| rule.default_retention);
    let Some(rule) = rule else { return Ok(None) };
    let days = rule.days.unwrap_or_default() as i64 + rule.years.unwrap_or_default() as i64 * 365;
    let mode = rule.mode.map(|mode| mode.as_str().to_owned());
    Ok(mode.map(|mode| Retention { mode, until: ctx.now.plus_millis(days.saturating_mul(DAY_MS)) }))
}

/// The retention that a put asks for.
pub(super) fn retention_of_headers(
    bucket: &BucketRow,
    mode: Option<&dto::ObjectLockMode>,
    until: Option<&dto::Timestamp>,
    now: Timestamp,
) -> Result<Option<Retention>, ApiError> {
    let (mode, until) = match (mode, until) {
        (None, None) => return Ok(None),
        (Some(mode), Some(until)) => (mode.as_str(), times::read(until)),
        _ => {
            let message =
                "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied";
            return Err(errors::invalid_argument(message));
        }
    };
    check_locking(bucket)?;
    retention(mode, until, now).map(Some)
}

/// The legal hold that a put asks for.
pub(super) fn hold_of_header(
    bucket: &BucketRow,
    status: Option<&dto::ObjectLockLegalHoldStatus>,
) -> Result<Option<bool>, ApiError> {
    let Some(status) = status else { return Ok(None) };
    check_locking(bucket)?;
    hold(status.as_str()).map(Some)
}

/// A retention that makes sense.
pub(super) fn retention(mode: &str, until: Timestamp, now: Timestamp) -> Result<Retention, ApiError> {
    if ![GOVERNANCE, COMPLIANCE].contains(&mode) {
        return Err(errors::malformed_xml());
    }
    if until <= now {
        return Err(errors::invalid_argument("The retain until date must be in the future!"));
    }
    Ok(Retention { mode: mode.to_owned(), until })
}

/// Whether `ON` or `OFF` is meant.
pub(super) fn hold(status: &str) -> Result<bool, ApiError> {
    match status {
        "ON" => Ok(true),
        "OFF" => Ok(false),
        _ => Err(errors::malformed_xml()),
    }
}

/// Refuses locks where the bucket has none.
pub(super) fn check_locking(bucket: &BucketRow) -> Result<(), ApiError> {
    if bucket.object_lock {
        return Ok(());
    }
    Err(errors::invalid_request("Bucket is missing Object Lock Configuration"))
}

/// Refuses to delete a version that is locked. `bypass`: whether the request asks for governance to be passed over.
pub(super) fn check_delete(object: &ObjectRow, bypass: bool, now: Timestamp) -> Result<(), ApiError> {
    if object.attributes.legal_hold == Some(true) || is_retained(object, bypass, now) {
        let message = "Access Denied because object protected by object lock.";
        return Err(ApiError::new(ErrorCode::AccessDenied, message));
    }
    Ok(())
}

/// Refuses a retention that is weaker than the one there is.
pub(super) fn check_change(
    object: &ObjectRow,
    wanted: Option<&Retention>,
    bypass: bool,
    now: Timestamp,
) -> Result<(), ApiError> {
    let Some(kept) = &object.attributes.retention else { return Ok(()) };
    let stronger = wanted.is_some_and(|wanted| wanted.until >= kept.until && wanted.mode == kept.mode);
    if stronger || !is_retained(object, bypass, now) {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::AccessDenied, "Access Denied because object protected by object lock."))
}

fn is_retained(object: &ObjectRow, bypass: bool, now: Timestamp) -> bool {
    let holds = |retention: &Retention| retention.until > now && !(bypass && retention.mode == GOVERNANCE);
    object.attributes.retention.as_ref().is_some_and(holds)
}

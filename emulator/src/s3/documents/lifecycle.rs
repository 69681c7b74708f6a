//! What becomes of objects as they age. Nothing does here: the rules are kept and answered.
//! Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html>

use s3s::dto;

use super::{Deletable, Kind, Put, check_valid, none};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::s3::{errors, times};
use crate::store::BucketRow;

/// See the module.
pub(crate) struct Lifecycle;

impl Kind for Lifecycle {
    const KIND: &'static str = "lifecycle";
    const PUT: &'static str = "s3:PutBucketLifecycleConfiguration";
    const GET: &'static str = "s3:GetBucketLifecycleConfiguration";
    type Document = dto::BucketLifecycleConfiguration;
    type Put = dto::PutBucketLifecycleConfigurationInput;
    type PutAnswer = dto::PutBucketLifecycleConfigurationOutput;
    type Get = dto::GetBucketLifecycleConfigurationInput;
    type Answer = dto::GetBucketLifecycleConfigurationOutput;

    fn put(input: Self::Put) -> Put<Self::Document> {
        Put { bucket: input.bucket, id: String::new(), document: input.lifecycle_configuration }
    }

    fn get(input: &Self::Get) -> (&str, &str) {
        (&input.bucket, "")
    }

    fn check(
        ctx: &mut Context<'_>,
        _bucket: &BucketRow,
        document: &mut Self::Document,
    ) -> Result<(), ApiError> {
        check_valid((1..=RULES_MAX).contains(&document.rules.len()))?;
        for rule in &mut document.rules {
            check_rule(rule)?;
            if rule.id.as_deref().is_none_or(str::is_empty) {
                rule.id = Some(ctx.ids.next_hex());
            }
        }
        Ok(())
    }

    fn answer(bucket: &BucketRow, document: Option<Self::Document>) -> Result<Self::Answer, ApiError> {
        let message = "The lifecycle configuration does not exist";
        let found = document.ok_or_else(|| none(ErrorCode::NoSuchLifecycleConfiguration, message, bucket))?;
        Ok(Self::Answer { rules: Some(found.rules), transition_default_minimum_object_size: None })
    }
}

impl Deletable for Lifecycle {
    const DELETE: &'static str = "s3:DeleteBucketLifecycle";
    type Delete = dto::DeleteBucketLifecycleInput;
    type DeleteAnswer = dto::DeleteBucketLifecycleOutput;

    fn delete(input: &Self::Delete) -> (&str, &str) {
        (&input.bucket, "")
    }
}

const RULES_MAX: usize = 1000;
const ID_LENGTH_MAX: usize = 255;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn check_rule(rule: &dto::LifecycleRule) -> Result<(), ApiError> {
    if rule.id.as_ref().is_some_and(|id| id.len() > ID_LENGTH_MAX) {
        return Err(errors::invalid_argument("ID length should not exceed allowed limit of 255"));
    }
    check_valid(["Enabled", "Disabled"].contains(&rule.status.as_str()))?;
    // Either the old prefix or a filter says what a rule is for.
    check_valid(rule.prefix.is_some() != rule.filter.is_some())?;
    let acts = rule.expiration.is_some()
        || rule.transitions.is_some()
        || rule.noncurrent_version_expiration.is_some()
        || rule.noncurrent_version_transitions.is_some()
        || rule.abort_incomplete_multipart_upload.is_some();
    if !acts {
        return Err(errors::invalid_request("At least one action needs to be specified in a rule."));
    }
    let transitions = rule.noncurrent_version_transitions.iter().flatten();
    let is_complete = |transition: &dto::NoncurrentVersionTransition| {
        transition.noncurrent_days.is_some() && transition.storage_class.is_some()
    };
    check_valid(transitions.into_iter().all(is_complete))?;
    if let Some(filter) = &rule.filter {
        let single = [
            filter.prefix.is_some(),
            filter.tag.is_some(),
            filter.object_size_greater_than.is_some(),
            filter.object_size_less_than.is_some(),
        ];
        let count = single.into_iter().filter(|given| *given).count();
        check_valid(count <= 1 && !(count == 1 && filter.and.is_some()))?;
    }
    rule.expiration.as_ref().map_or(Ok(()), check_expiration)
}

fn check_expiration(expiration: &dto::LifecycleExpiration) -> Result<(), ApiError> {
    let given = [expiration.date.is_some(), expiration.days.is_some()];
    let marker = expiration.expired_object_delete_marker.is_some();
    check_valid(given.into_iter().filter(|given| *given).count() + usize::from(marker) == 1)?;
    if expiration.days.is_some_and(|days| days < 1) {
        let message = "'Days' for Expiration action must be a positive integer";
        return Err(errors::invalid_argument(message));
    }
    let at_midnight = |date: &dto::Timestamp| times::read(date).as_millis().rem_euclid(DAY_MS) == 0;
    if expiration.date.as_ref().is_some_and(|date| !at_midnight(date)) {
        return Err(errors::invalid_argument("'Date' must be at midnight GMT"));
    }
    Ok(())
}

//! Tags: what the operations on them have in common.

use serde::{Deserialize, Serialize};

use super::errors;
use crate::error::ApiError;
use crate::operation::Context;
use crate::validation::Constraint::{self, *};

/// Tags of one resource, at most.
const TAGS_MAX: usize = 50;

/// On tags in requests.
pub(super) const TAGS: &[Constraint] = &[Length(0, 200)];

/// A tag.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Tag {
    /// What it is called.
    pub key: String,
    /// What it says.
    pub value: String,
}

/// Sets tags of a resource.
pub(super) fn add(ctx: &Context<'_>, arn: &str, tags: Vec<Tag>) -> Result<(), ApiError> {
    for tag in &tags {
        if !(1..=128).contains(&tag.key.chars().count()) || tag.value.chars().count() > 256 {
            return Err(errors::invalid_request(format!("Tag {} is too short or too long", tag.key)));
        }
        ctx.store.set_tag(arn, &tag.key, &tag.value)?;
    }
    match ctx.store.tags(arn)?.len() > TAGS_MAX {
        true => Err(errors::invalid_request(format!("A resource has {TAGS_MAX} tags at most"))),
        false => Ok(()),
    }
}

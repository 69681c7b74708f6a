//! Tags of databases, tables, functions, connections, registries and schemas, by their ARNs.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_TagResource.html>

mod get_tags;
mod tag_resource;
mod untag_resource;

pub use get_tags::{GetTags, GetTagsRequest, GetTagsResponse};
pub use tag_resource::{TagResource, TagResourceRequest, TagResourceResponse};
pub use untag_resource::{UntagResource, UntagResourceRequest, UntagResourceResponse};

use super::Parameters;
use super::errors;
use crate::error::ApiError;
use crate::operation::Context;
use crate::validation::Constraint::{self, *};

/// A resource has no more.
const TAGS_MAX: usize = 50;

/// On tags that come with a new resource.
pub(super) const TAGS: &[Constraint] = &[Length(0, TAGS_MAX), KeyLength(1, 128), ValueLength(0, 256)];

/// On tags of a request that is about nothing else.
const REQUIRED_TAGS: &[Constraint] = &[Required, Length(0, TAGS_MAX), KeyLength(1, 128), ValueLength(0, 256)];

/// Sets tags of a resource.
pub(super) fn apply_tags(
    ctx: &Context<'_>,
    resource: &str,
    tags: Option<Parameters>,
) -> Result<(), ApiError> {
    for (key, value) in tags.iter().flatten() {
        ctx.store.set_tag(resource, key, value)?;
    }
    if tags.is_some() && ctx.store.tags(resource)?.len() > TAGS_MAX {
        return Err(errors::invalid_input(format!("A resource has at most {TAGS_MAX} tags.")));
    }
    Ok(())
}

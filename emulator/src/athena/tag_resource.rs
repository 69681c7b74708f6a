//! `TagResource`: sets tags.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_TagResource.html>

use serde::{Deserialize, Serialize};

use super::{Tag, resource, tags};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, list, required, text};

/// See the module.
pub struct TagResource;

impl Operation for TagResource {
    const NAME: &'static str = "AmazonAthena.TagResource";
    const RULES: &'static [Rule<TagResourceRequest>] = &[
        field("resourceARN", |r| text(&r.resource_arn), &[Required, Length(1, 1011)]),
        field("tags", |r| list(&r.tags, "Tag"), &[Required, Length(0, 200)]),
    ];
    type Request = TagResourceRequest;
    type Response = TagResourceResponse;

    fn call(ctx: &mut Context<'_>, request: TagResourceRequest) -> Result<TagResourceResponse, ApiError> {
        let arn = required(request.resource_arn);
        resource::check(ctx, &arn)?;
        tags::add(ctx, &arn, required(request.tags))?;
        Ok(TagResourceResponse {})
    }
}

/// What `TagResource` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TagResourceRequest {
    /// Required.
    #[serde(rename = "ResourceARN")]
    pub resource_arn: Option<String>,
    /// Required.
    pub tags: Option<Vec<Tag>>,
}

/// What `TagResource` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TagResourceResponse {}

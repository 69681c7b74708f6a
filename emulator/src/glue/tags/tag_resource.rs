//! `TagResource`: sets tags of a resource.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_TagResource.html>

use serde::{Deserialize, Serialize};

use super::REQUIRED_TAGS;
use crate::error::ApiError;
use crate::glue::tags::apply_tags;
use crate::glue::{Parameters, arn};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, map, required, text};

/// See the module.
pub struct TagResource;

impl Operation for TagResource {
    const NAME: &'static str = "AWSGlue.TagResource";
    const RULES: &'static [Rule<TagResourceRequest>] = &[
        field("resourceArn", |r| text(&r.resource_arn), &[Required, Length(1, 10240)]),
        field("tagsToAdd", |r| map(&r.tags_to_add), REQUIRED_TAGS),
    ];
    type Request = TagResourceRequest;
    type Response = TagResourceResponse;

    fn call(ctx: &mut Context<'_>, request: TagResourceRequest) -> Result<TagResourceResponse, ApiError> {
        let resource = required(request.resource_arn);
        arn::check(ctx, &resource)?;
        apply_tags(ctx, &resource, request.tags_to_add)?;
        Ok(TagResourceResponse {})
    }
}

/// What `TagResource` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TagResourceRequest {
    /// Required: the ARN of something that there is.
    pub resource_arn: Option<String>,
    /// Required: up to 50.
    pub tags_to_add: Option<Parameters>,
}

/// What `TagResource` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TagResourceResponse {}

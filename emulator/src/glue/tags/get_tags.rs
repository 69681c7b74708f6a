//! `GetTags`: the tags of a resource.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetTags.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::{Parameters, arn};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetTags;

impl Operation for GetTags {
    const NAME: &'static str = "AWSGlue.GetTags";
    const RULES: &'static [Rule<GetTagsRequest>] =
        &[field("resourceArn", |r| text(&r.resource_arn), &[Required, Length(1, 10240)])];
    const READS_ONLY: bool = true;
    type Request = GetTagsRequest;
    type Response = GetTagsResponse;

    fn call(ctx: &mut Context<'_>, request: GetTagsRequest) -> Result<GetTagsResponse, ApiError> {
        let resource = required(request.resource_arn);
        arn::check(ctx, &resource)?;
        Ok(GetTagsResponse { tags: ctx.store.tags(&resource)? })
    }
}

/// What `GetTags` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetTagsRequest {
    /// Required: the ARN of something that there is.
    pub resource_arn: Option<String>,
}

/// What `GetTags` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetTagsResponse {
    /// The tags.
    pub tags: Parameters,
}

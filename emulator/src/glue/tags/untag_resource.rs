//! `UntagResource`: removes tags of a resource.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_UntagResource.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::arn;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text, texts};

/// See the module.
pub struct UntagResource;

impl Operation for UntagResource {
    const NAME: &'static str = "AWSGlue.UntagResource";
    const RULES: &'static [Rule<UntagResourceRequest>] = &[
        field("resourceArn", |r| text(&r.resource_arn), &[Required, Length(1, 10240)]),
        field("tagsToRemove", |r| texts(&r.tags_to_remove), &[Required, Length(0, 50), MemberLength(1, 128)]),
    ];
    type Request = UntagResourceRequest;
    type Response = UntagResourceResponse;

    fn call(ctx: &mut Context<'_>, request: UntagResourceRequest) -> Result<UntagResourceResponse, ApiError> {
        let resource = required(request.resource_arn);
        arn::check(ctx, &resource)?;
        for key in required(request.tags_to_remove) {
            ctx.store.delete_tag(&resource, &key)?;
        }
        Ok(UntagResourceResponse {})
    }
}

/// What `UntagResource` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UntagResourceRequest {
    /// Required: the ARN of something that there is.
    pub resource_arn: Option<String>,
    /// Required: up to 50 keys.
    pub tags_to_remove: Option<Vec<String>>,
}

/// What `UntagResource` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UntagResourceResponse {}

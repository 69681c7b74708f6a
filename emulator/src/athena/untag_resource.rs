//! `UntagResource`: removes tags.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_UntagResource.html>

use serde::{Deserialize, Serialize};

use super::resource;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text, texts};

/// See the module.
pub struct UntagResource;

impl Operation for UntagResource {
    const NAME: &'static str = "AmazonAthena.UntagResource";
    const RULES: &'static [Rule<UntagResourceRequest>] = &[
        field("resourceARN", |r| text(&r.resource_arn), &[Required, Length(1, 1011)]),
        field("tagKeys", |r| texts(&r.tag_keys), &[Required, MemberLength(1, 128)]),
    ];
    type Request = UntagResourceRequest;
    type Response = UntagResourceResponse;

    fn call(ctx: &mut Context<'_>, request: UntagResourceRequest) -> Result<UntagResourceResponse, ApiError> {
        let arn = required(request.resource_arn);
        resource::check(ctx, &arn)?;
        for key in required(request.tag_keys) {
            ctx.store.delete_tag(&arn, &key)?;
        }
        Ok(UntagResourceResponse {})
    }
}

/// What `UntagResource` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UntagResourceRequest {
    /// Required.
    #[serde(rename = "ResourceARN")]
    pub resource_arn: Option<String>,
    /// Required.
    pub tag_keys: Option<Vec<String>>,
}

/// What `UntagResource` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UntagResourceResponse {}

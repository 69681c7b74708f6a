//! `GetResourcePolicy`: the policy on a resource; an empty answer where there is none.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetResourcePolicy.html>

use serde::{Deserialize, Serialize};

use super::GluePolicy;
use crate::error::ApiError;
use crate::glue::policies;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, text};

/// See the module.
pub struct GetResourcePolicy;

impl Operation for GetResourcePolicy {
    const NAME: &'static str = "AWSGlue.GetResourcePolicy";
    const RULES: &'static [Rule<GetResourcePolicyRequest>] =
        &[field("resourceArn", |r| text(&r.resource_arn), &[Length(1, 10240)])];
    const READS_ONLY: bool = true;
    type Request = GetResourcePolicyRequest;
    type Response = GetResourcePolicyResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetResourcePolicyRequest,
    ) -> Result<GetResourcePolicyResponse, ApiError> {
        let resource = policies::resource(ctx, request.resource_arn);
        let policy = ctx.store.catalog_policy(&resource)?.map(GluePolicy::new);
        Ok(GetResourcePolicyResponse { policy })
    }
}

/// What `GetResourcePolicy` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetResourcePolicyRequest {
    /// What it is on; the catalog when absent.
    pub resource_arn: Option<String>,
}

/// What `GetResourcePolicy` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetResourcePolicyResponse {
    /// The policy.
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    pub policy: Option<GluePolicy>,
}

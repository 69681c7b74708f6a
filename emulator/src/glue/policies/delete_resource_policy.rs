//! `DeleteResourcePolicy`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteResourcePolicy.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::policies;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, text};

/// See the module.
pub struct DeleteResourcePolicy;

impl Operation for DeleteResourcePolicy {
    const NAME: &'static str = "AWSGlue.DeleteResourcePolicy";
    const RULES: &'static [Rule<DeleteResourcePolicyRequest>] = &[
        field("resourceArn", |r| text(&r.resource_arn), &[Length(1, 10240)]),
        field("policyHashCondition", |r| text(&r.policy_hash_condition), &[Length(1, 255)]),
    ];
    type Request = DeleteResourcePolicyRequest;
    type Response = DeleteResourcePolicyResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeleteResourcePolicyRequest,
    ) -> Result<DeleteResourcePolicyResponse, ApiError> {
        let resource = policies::resource(ctx, request.resource_arn);
        let found = ctx.store.catalog_policy(&resource)?.ok_or_else(policies::not_found)?;
        policies::check_hash(Some(&found), request.policy_hash_condition.as_deref())?;
        ctx.store.delete_catalog_policy(&resource)?;
        Ok(DeleteResourcePolicyResponse {})
    }
}

/// What `DeleteResourcePolicy` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteResourcePolicyRequest {
    /// What it is on; the catalog when absent.
    pub resource_arn: Option<String>,
    /// Only if this is the hash of the policy that is there.
    pub policy_hash_condition: Option<String>,
}

/// What `DeleteResourcePolicy` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeleteResourcePolicyResponse {}

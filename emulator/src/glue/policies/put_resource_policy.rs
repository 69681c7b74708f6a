//! `PutResourcePolicy`: kept and answered, without effect.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_PutResourcePolicy.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::policies;
use crate::operation::{Context, Operation};
use crate::store::PolicyRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct PutResourcePolicy;

impl Operation for PutResourcePolicy {
    const NAME: &'static str = "AWSGlue.PutResourcePolicy";
    const RULES: &'static [Rule<PutResourcePolicyRequest>] = &[
        field("policyInJson", |r| text(&r.policy_in_json), &[Required, Length(2, usize::MAX)]),
        field("resourceArn", |r| text(&r.resource_arn), &[Length(1, 10240)]),
        field("policyHashCondition", |r| text(&r.policy_hash_condition), &[Length(1, 255)]),
        field(
            "policyExistsCondition",
            |r| text(&r.policy_exists_condition),
            &[OneOf(&["MUST_EXIST", "NOT_EXIST", "NONE"])],
        ),
        field("enableHybrid", |r| text(&r.enable_hybrid), &[OneOf(&["TRUE", "FALSE"])]),
    ];
    type Request = PutResourcePolicyRequest;
    type Response = PutResourcePolicyResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: PutResourcePolicyRequest,
    ) -> Result<PutResourcePolicyResponse, ApiError> {
        let resource = policies::resource(ctx, request.resource_arn);
        let found = ctx.store.catalog_policy(&resource)?;
        policies::check_existence(found.is_some(), request.policy_exists_condition.as_deref())?;
        policies::check_hash(found.as_ref(), request.policy_hash_condition.as_deref())?;
        let created = found.map_or(ctx.now, |found| found.created);
        let policy = required(request.policy_in_json);
        let policy_hash = policies::hash(&policy);
        ctx.store.set_catalog_policy(&PolicyRow { resource, policy, created, updated: ctx.now })?;
        Ok(PutResourcePolicyResponse { policy_hash })
    }
}

/// What `PutResourcePolicy` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PutResourcePolicyRequest {
    /// Required.
    pub policy_in_json: Option<String>,
    /// What it is on; the catalog when absent.
    pub resource_arn: Option<String>,
    /// Only if this is the hash of the policy that is there.
    pub policy_hash_condition: Option<String>,
    /// Only if there is a policy (`MUST_EXIST`) or none (`NOT_EXIST`).
    pub policy_exists_condition: Option<String>,
    /// For Lake Formation; without effect.
    pub enable_hybrid: Option<String>,
}

/// What `PutResourcePolicy` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutResourcePolicyResponse {
    /// The hash of the policy.
    pub policy_hash: String,
}

//! `PutResourcePolicy`: a policy is attached to a resource. It is kept and shown, and nothing is refused by it.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutResourcePolicy.html>

use serde::Deserialize;

use super::{errors, resource};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct PutResourcePolicy;

impl Operation for PutResourcePolicy {
    const NAME: &'static str = "Kinesis_20131202.PutResourcePolicy";
    const RULES: &'static [Rule<PutResourcePolicyRequest>] = &[
        field("resourceARN", |r| text(&r.resource_arn), resource::ARN),
        field("policy", |r| text(&r.policy), &[Required]),
    ];
    type Request = PutResourcePolicyRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: PutResourcePolicyRequest) -> Result<(), ApiError> {
        let (arn, policy) = (required(request.resource_arn), required(request.policy));
        resource::check(ctx, &arn)?;
        if serde_json::from_str::<serde::de::IgnoredAny>(&policy).is_err() {
            return Err(errors::invalid_argument("Policy is not valid JSON."));
        }
        Ok(ctx.store.set_policy(&arn, &policy)?)
    }
}

/// What `PutResourcePolicy` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PutResourcePolicyRequest {
    /// Required: a stream, a consumer, a channel or a queue.
    #[serde(rename = "ResourceARN")]
    pub resource_arn: Option<String>,
    /// Required: JSON.
    pub policy: Option<String>,
}

//! `GetResourcePolicy`: the policy of a resource.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetResourcePolicy.html>

use serde::{Deserialize, Serialize};

use super::resource;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetResourcePolicy;

impl Operation for GetResourcePolicy {
    const NAME: &'static str = "Kinesis_20131202.GetResourcePolicy";
    const RULES: &'static [Rule<GetResourcePolicyRequest>] =
        &[field("resourceARN", |r| text(&r.resource_arn), resource::ARN)];
    const READS_ONLY: bool = true;
    type Request = GetResourcePolicyRequest;
    type Response = GetResourcePolicyResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetResourcePolicyRequest,
    ) -> Result<GetResourcePolicyResponse, ApiError> {
        let arn = required(request.resource_arn);
        resource::check(ctx, &arn)?;
        // Without one AWS answers an empty policy.
        let policy = ctx.store.policy(&arn)?.unwrap_or_else(|| "{}".to_owned());
        Ok(GetResourcePolicyResponse { policy })
    }
}

/// What `GetResourcePolicy` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetResourcePolicyRequest {
    /// Required: a stream, a consumer, a channel or a queue.
    #[serde(rename = "ResourceARN")]
    pub resource_arn: Option<String>,
}

/// What `GetResourcePolicy` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetResourcePolicyResponse {
    /// The policy as it was given; `{}` without one.
    pub policy: String,
}

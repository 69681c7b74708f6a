//! `DeleteResourcePolicy`: the policy of a resource goes.
//! Source: <https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteResourcePolicy.html>

use serde::Deserialize;

use super::{errors, resource};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct DeleteResourcePolicy;

impl Operation for DeleteResourcePolicy {
    const NAME: &'static str = "Kinesis_20131202.DeleteResourcePolicy";
    const RULES: &'static [Rule<DeleteResourcePolicyRequest>] =
        &[field("resourceARN", |r| text(&r.resource_arn), resource::ARN)];
    type Request = DeleteResourcePolicyRequest;
    type Response = ();

    fn call(ctx: &mut Context<'_>, request: DeleteResourcePolicyRequest) -> Result<(), ApiError> {
        let arn = required(request.resource_arn);
        resource::check(ctx, &arn)?;
        match ctx.store.delete_policy(&arn)? {
            true => Ok(()),
            false => Err(errors::not_found(format!("No resource policy found for resource ARN {arn}."))),
        }
    }
}

/// What `DeleteResourcePolicy` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteResourcePolicyRequest {
    /// Required: a stream, a consumer, a channel or a queue.
    #[serde(rename = "ResourceARN")]
    pub resource_arn: Option<String>,
}

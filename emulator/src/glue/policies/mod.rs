//! Policies on the catalog and what is in it: kept and shown, without effect.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_PutResourcePolicy.html>; conditions and their errors from
//! moto's tests.

mod delete_resource_policy;
mod get_resource_policies;
mod get_resource_policy;
mod put_resource_policy;

pub use delete_resource_policy::{
    DeleteResourcePolicy, DeleteResourcePolicyRequest, DeleteResourcePolicyResponse,
};
pub use get_resource_policies::{
    GetResourcePolicies, GetResourcePoliciesRequest, GetResourcePoliciesResponse,
};
pub use get_resource_policy::{GetResourcePolicy, GetResourcePolicyRequest, GetResourcePolicyResponse};
pub use put_resource_policy::{PutResourcePolicy, PutResourcePolicyRequest, PutResourcePolicyResponse};

use md5::{Digest, Md5};
use serde::Serialize;

use super::{arn, errors};
use crate::error::{ApiError, ErrorCode};
use crate::operation::Context;
use crate::store::PolicyRow;
use crate::time::Timestamp;

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GluePolicy {
    /// As it was given.
    pub policy_in_json: String,
    /// Its hash, for conditions.
    pub policy_hash: String,
    /// When it was first put.
    pub create_time: Timestamp,
    /// When it was last put.
    pub update_time: Timestamp,
}

impl GluePolicy {
    fn new(row: PolicyRow) -> Self {
        Self {
            policy_hash: hash(&row.policy),
            policy_in_json: row.policy,
            create_time: row.created,
            update_time: row.updated,
        }
    }
}

/// What a policy is on.
fn resource(ctx: &Context<'_>, arn: Option<String>) -> String {
    arn.unwrap_or_else(|| arn::catalog(ctx))
}

fn hash(policy: &str) -> String {
    Md5::digest(policy).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check_existence(exists: bool, condition: Option<&str>) -> Result<(), ApiError> {
    let refusal = |message| Err(ApiError::new(ErrorCode::ResourceNumberLimitExceededException, message));
    match condition {
        Some("MUST_EXIST") if !exists => refusal("Policy does not exist"),
        Some("NOT_EXIST") if exists => refusal("Policy already exists"),
        _ => Ok(()),
    }
}

fn check_hash(found: Option<&PolicyRow>, condition: Option<&str>) -> Result<(), ApiError> {
    match (found, condition) {
        (Some(row), Some(wanted)) if hash(&row.policy) != wanted => {
            let message = "Policy hash condition not met";
            Err(ApiError::new(ErrorCode::ConcurrentModificationException, message))
        }
        _ => Ok(()),
    }
}

fn not_found() -> ApiError {
    errors::not_found("Policy does not exist".to_owned())
}

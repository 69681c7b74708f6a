//! `GetResourcePolicies`: every policy, by resource, a page at a time.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetResourcePolicies.html>

use serde::{Deserialize, Serialize};

use super::GluePolicy;
use crate::error::ApiError;
use crate::glue::paging;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number};

const LISTING: &str = "policies";
const RESULTS_MAX: usize = 1000;

/// See the module.
pub struct GetResourcePolicies;

impl Operation for GetResourcePolicies {
    const NAME: &'static str = "AWSGlue.GetResourcePolicies";
    const RULES: &'static [Rule<GetResourcePoliciesRequest>] =
        &[field("maxResults", |r| number(&r.max_results), &[Range(1, 1000)])];
    const READS_ONLY: bool = true;
    type Request = GetResourcePoliciesRequest;
    type Response = GetResourcePoliciesResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetResourcePoliciesRequest,
    ) -> Result<GetResourcePoliciesResponse, ApiError> {
        let limit = request.max_results.map_or(RESULTS_MAX, |limit| limit as usize);
        let after: Option<String> = paging::start(LISTING, request.next_token.as_deref())?;
        let mut rows = ctx.store.list_catalog_policies(&after.unwrap_or_default(), limit + 1)?;
        let next_token = paging::cut(LISTING, &mut rows, limit, |row| row.resource.clone());
        let list = rows.into_iter().map(GluePolicy::new).collect();
        Ok(GetResourcePoliciesResponse { get_resource_policies_response_list: list, next_token })
    }
}

/// What `GetResourcePolicies` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetResourcePoliciesRequest {
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Policies in one answer, at most; 1000 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
}

/// What `GetResourcePolicies` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetResourcePoliciesResponse {
    /// The policies.
    pub get_resource_policies_response_list: Vec<GluePolicy>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

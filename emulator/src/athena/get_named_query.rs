//! `GetNamedQuery`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetNamedQuery.html>

use serde::{Deserialize, Serialize};

use super::{NamedQuery, named_query, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetNamedQuery;

impl Operation for GetNamedQuery {
    const NAME: &'static str = "AmazonAthena.GetNamedQuery";
    const RULES: &'static [Rule<GetNamedQueryRequest>] =
        &[field("namedQueryId", |r| text(&r.named_query_id), rules::REQUIRED)];
    const READS_ONLY: bool = true;
    type Request = GetNamedQueryRequest;
    type Response = GetNamedQueryResponse;

    fn call(ctx: &mut Context<'_>, request: GetNamedQueryRequest) -> Result<GetNamedQueryResponse, ApiError> {
        let named_query = named_query::find(ctx, &required(request.named_query_id))?;
        Ok(GetNamedQueryResponse { named_query })
    }
}

/// What `GetNamedQuery` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetNamedQueryRequest {
    /// Required.
    pub named_query_id: Option<String>,
}

/// What `GetNamedQuery` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetNamedQueryResponse {
    /// The query.
    pub named_query: NamedQuery,
}

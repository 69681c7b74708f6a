//! `DeleteNamedQuery`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteNamedQuery.html>

use serde::{Deserialize, Serialize};

use super::{named_query, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct DeleteNamedQuery;

impl Operation for DeleteNamedQuery {
    const NAME: &'static str = "AmazonAthena.DeleteNamedQuery";
    const RULES: &'static [Rule<DeleteNamedQueryRequest>] =
        &[field("namedQueryId", |r| text(&r.named_query_id), rules::REQUIRED)];
    type Request = DeleteNamedQueryRequest;
    type Response = DeleteNamedQueryResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: DeleteNamedQueryRequest,
    ) -> Result<DeleteNamedQueryResponse, ApiError> {
        let query = named_query::find(ctx, &required(request.named_query_id))?;
        ctx.store.delete_named_query(&query.named_query_id)?;
        Ok(DeleteNamedQueryResponse {})
    }
}

/// What `DeleteNamedQuery` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteNamedQueryRequest {
    /// Required.
    pub named_query_id: Option<String>,
}

/// What `DeleteNamedQuery` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeleteNamedQueryResponse {}

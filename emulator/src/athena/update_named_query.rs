//! `UpdateNamedQuery`: gives a named query another name, text and description.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdateNamedQuery.html>

use serde::{Deserialize, Serialize};

use super::{named_query, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct UpdateNamedQuery;

impl Operation for UpdateNamedQuery {
    const NAME: &'static str = "AmazonAthena.UpdateNamedQuery";
    const RULES: &'static [Rule<UpdateNamedQueryRequest>] = &[
        field("namedQueryId", |r| text(&r.named_query_id), rules::REQUIRED),
        field("name", |r| text(&r.name), rules::NAME),
        field("description", |r| text(&r.description), &[Length(0, 1024)]),
        field("queryString", |r| text(&r.query_string), rules::QUERY),
    ];
    type Request = UpdateNamedQueryRequest;
    type Response = UpdateNamedQueryResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: UpdateNamedQueryRequest,
    ) -> Result<UpdateNamedQueryResponse, ApiError> {
        let mut query = named_query::find(ctx, &required(request.named_query_id))?;
        query.name = required(request.name);
        query.query_string = required(request.query_string);
        query.description = request.description.or(query.description);
        ctx.store.update_named_query(&query)?;
        Ok(UpdateNamedQueryResponse {})
    }
}

/// What `UpdateNamedQuery` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateNamedQueryRequest {
    /// Required.
    pub named_query_id: Option<String>,
    /// Required.
    pub name: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// Required.
    pub query_string: Option<String>,
}

/// What `UpdateNamedQuery` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpdateNamedQueryResponse {}

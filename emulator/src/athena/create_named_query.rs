//! `CreateNamedQuery`.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateNamedQuery.html>

use serde::{Deserialize, Serialize};

use super::work_group::{self, PRIMARY};
use super::{NamedQuery, errors, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct CreateNamedQuery;

impl Operation for CreateNamedQuery {
    const NAME: &'static str = "AmazonAthena.CreateNamedQuery";
    const RULES: &'static [Rule<CreateNamedQueryRequest>] = &[
        field("name", |r| text(&r.name), rules::NAME),
        field("description", |r| text(&r.description), rules::DESCRIPTION),
        field("database", |r| text(&r.database), &[Required, Length(1, 255)]),
        field("queryString", |r| text(&r.query_string), rules::QUERY),
        field("clientRequestToken", |r| text(&r.client_request_token), rules::TOKEN),
        field("workGroup", |r| text(&r.work_group), rules::WORK_GROUP),
    ];
    type Request = CreateNamedQueryRequest;
    type Response = CreateNamedQueryResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: CreateNamedQueryRequest,
    ) -> Result<CreateNamedQueryResponse, ApiError> {
        let token = request.client_request_token.as_deref();
        let work_group = work_group::find(ctx, request.work_group.as_deref().unwrap_or(PRIMARY))?.name;
        let query = NamedQuery {
            name: required(request.name),
            description: request.description,
            database: required(request.database),
            query_string: required(request.query_string),
            named_query_id: ctx.ids.next_uuid(),
            work_group,
        };
        if let Some(token) = token
            && let Some(earlier) = ctx.store.named_query_of_token(token)?
        {
            let named_query_id = earlier.named_query_id.clone();
            let is_same = NamedQuery { named_query_id, ..query } == earlier;
            let named_query_id = earlier.named_query_id;
            return if is_same {
                Ok(CreateNamedQueryResponse { named_query_id })
            } else {
                Err(errors::token_reused())
            };
        }
        ctx.store.insert_named_query(&query, token)?;
        Ok(CreateNamedQueryResponse { named_query_id: query.named_query_id })
    }
}

/// What `CreateNamedQuery` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateNamedQueryRequest {
    /// Required.
    pub name: Option<String>,
    /// For people.
    pub description: Option<String>,
    /// Required.
    pub database: Option<String>,
    /// Required.
    pub query_string: Option<String>,
    /// A call with a token that was used before is answered as then.
    pub client_request_token: Option<String>,
    /// `primary` when absent.
    pub work_group: Option<String>,
}

/// What `CreateNamedQuery` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateNamedQueryResponse {
    /// The id.
    pub named_query_id: String,
}

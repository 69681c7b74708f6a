//! `BatchGetNamedQuery`: several named queries.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetNamedQuery.html>

use serde::{Deserialize, Serialize};

use super::{NamedQuery, errors};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, texts};

/// See the module.
pub struct BatchGetNamedQuery;

impl Operation for BatchGetNamedQuery {
    const NAME: &'static str = "AmazonAthena.BatchGetNamedQuery";
    const RULES: &'static [Rule<BatchGetNamedQueryRequest>] =
        &[field("namedQueryIds", |r| texts(&r.named_query_ids), &[Required, Length(1, 50)])];
    const READS_ONLY: bool = true;
    type Request = BatchGetNamedQueryRequest;
    type Response = BatchGetNamedQueryResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: BatchGetNamedQueryRequest,
    ) -> Result<BatchGetNamedQueryResponse, ApiError> {
        let (mut named_queries, mut unprocessed_named_query_ids) = (Vec::new(), Vec::new());
        for id in required(request.named_query_ids) {
            match ctx.store.find_named_query(&id)? {
                Some(query) => named_queries.push(query),
                None => unprocessed_named_query_ids.push(UnprocessedNamedQueryId::not_found(id)),
            }
        }
        Ok(BatchGetNamedQueryResponse { named_queries, unprocessed_named_query_ids })
    }
}

/// An id that nothing has, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UnprocessedNamedQueryId {
    /// The id.
    pub named_query_id: String,
    /// Athena's code.
    pub error_code: &'static str,
    /// Its sentence.
    pub error_message: String,
}

impl UnprocessedNamedQueryId {
    fn not_found(id: String) -> Self {
        let error_message = errors::named_query_not_found(&id).message;
        Self { named_query_id: id, error_code: errors::INVALID_INPUT, error_message }
    }
}

/// What `BatchGetNamedQuery` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BatchGetNamedQueryRequest {
    /// Required.
    pub named_query_ids: Option<Vec<String>>,
}

/// What `BatchGetNamedQuery` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchGetNamedQueryResponse {
    /// Those that there are.
    pub named_queries: Vec<NamedQuery>,
    /// The others.
    pub unprocessed_named_query_ids: Vec<UnprocessedNamedQueryId>,
}

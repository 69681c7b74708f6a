//! `BatchGetQueryExecution`: what is known of several executions.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetQueryExecution.html>

use serde::{Deserialize, Serialize};

use super::{QueryExecution, errors};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, texts};

/// See the module.
pub struct BatchGetQueryExecution;

impl Operation for BatchGetQueryExecution {
    const NAME: &'static str = "AmazonAthena.BatchGetQueryExecution";
    const RULES: &'static [Rule<BatchGetQueryExecutionRequest>] = &[field(
        "queryExecutionIds",
        |r| texts(&r.query_execution_ids),
        &[Required, Length(1, 50), MemberLength(1, 128)],
    )];
    const READS_ONLY: bool = true;
    type Request = BatchGetQueryExecutionRequest;
    type Response = BatchGetQueryExecutionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: BatchGetQueryExecutionRequest,
    ) -> Result<BatchGetQueryExecutionResponse, ApiError> {
        let (mut query_executions, mut unprocessed_query_execution_ids) = (Vec::new(), Vec::new());
        for id in required(request.query_execution_ids) {
            match ctx.store.find_execution(&id)? {
                Some(row) => query_executions.push(row.execution),
                None => unprocessed_query_execution_ids.push(UnprocessedQueryExecutionId::not_found(id)),
            }
        }
        Ok(BatchGetQueryExecutionResponse { query_executions, unprocessed_query_execution_ids })
    }
}

/// An id that nothing has, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UnprocessedQueryExecutionId {
    /// The id.
    pub query_execution_id: String,
    /// Athena's code.
    pub error_code: &'static str,
    /// Its sentence.
    pub error_message: String,
}

impl UnprocessedQueryExecutionId {
    fn not_found(id: String) -> Self {
        let error_message = errors::query_execution_not_found(&id).message;
        Self { query_execution_id: id, error_code: errors::INVALID_INPUT, error_message }
    }
}

/// What `BatchGetQueryExecution` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BatchGetQueryExecutionRequest {
    /// Required.
    pub query_execution_ids: Option<Vec<String>>,
}

/// What `BatchGetQueryExecution` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchGetQueryExecutionResponse {
    /// Those that there are.
    pub query_executions: Vec<QueryExecution>,
    /// The others.
    pub unprocessed_query_execution_ids: Vec<UnprocessedQueryExecutionId>,
}

//! `GetQueryExecution`: what is known of an execution.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryExecution.html>

use serde::{Deserialize, Serialize};

use super::{QueryExecution, execution, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetQueryExecution;

impl Operation for GetQueryExecution {
    const NAME: &'static str = "AmazonAthena.GetQueryExecution";
    const RULES: &'static [Rule<GetQueryExecutionRequest>] =
        &[field("queryExecutionId", |r| text(&r.query_execution_id), rules::EXECUTION_ID)];
    const READS_ONLY: bool = true;
    type Request = GetQueryExecutionRequest;
    type Response = GetQueryExecutionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetQueryExecutionRequest,
    ) -> Result<GetQueryExecutionResponse, ApiError> {
        let row = execution::find(ctx, &required(request.query_execution_id))?;
        Ok(GetQueryExecutionResponse { query_execution: row.execution })
    }
}

/// What `GetQueryExecution` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetQueryExecutionRequest {
    /// Required.
    pub query_execution_id: Option<String>,
}

impl GetQueryExecutionRequest {
    /// Asks for the execution of an id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { query_execution_id: Some(id.into()) }
    }
}

/// What `GetQueryExecution` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetQueryExecutionResponse {
    /// The execution.
    pub query_execution: QueryExecution,
}

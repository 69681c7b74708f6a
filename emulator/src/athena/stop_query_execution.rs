//! `StopQueryExecution`: cancels a query that waits or runs; one that has ended stays as it is.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_StopQueryExecution.html>

use serde::{Deserialize, Serialize};

use std::sync::atomic::Ordering;

use super::{QueryState, execution, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct StopQueryExecution;

impl Operation for StopQueryExecution {
    const NAME: &'static str = "AmazonAthena.StopQueryExecution";
    const RULES: &'static [Rule<StopQueryExecutionRequest>] =
        &[field("queryExecutionId", |r| text(&r.query_execution_id), rules::EXECUTION_ID)];
    type Request = StopQueryExecutionRequest;
    type Response = StopQueryExecutionResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: StopQueryExecutionRequest,
    ) -> Result<StopQueryExecutionResponse, ApiError> {
        let mut row = execution::find(ctx, &required(request.query_execution_id))?;
        if row.execution.status.state.is_final() {
            return Ok(StopQueryExecutionResponse {});
        }
        // What runs hears it when it next asks, and what it comes to is not looked at any more.
        if let Some(stop) = ctx.volatile.stops.get(&row.execution.query_execution_id) {
            stop.store(true, Ordering::Relaxed);
        }
        execution::end(&mut row, QueryState::Cancelled, ctx.now);
        row.execution.status.state_change_reason = Some(execution::CANCELLED_BY_USER.to_owned());
        ctx.store.update_execution(&row)?;
        Ok(StopQueryExecutionResponse {})
    }
}

/// What `StopQueryExecution` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct StopQueryExecutionRequest {
    /// Required.
    pub query_execution_id: Option<String>,
}

/// What `StopQueryExecution` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StopQueryExecutionResponse {}

//! `GetQueryRuntimeStatistics`: what an execution took, in detail.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryRuntimeStatistics.html>

use serde::{Deserialize, Serialize};

use super::{QueryState, execution, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

/// See the module.
pub struct GetQueryRuntimeStatistics;

impl Operation for GetQueryRuntimeStatistics {
    const NAME: &'static str = "AmazonAthena.GetQueryRuntimeStatistics";
    const RULES: &'static [Rule<GetQueryRuntimeStatisticsRequest>] =
        &[field("queryExecutionId", |r| text(&r.query_execution_id), rules::EXECUTION_ID)];
    const READS_ONLY: bool = true;
    type Request = GetQueryRuntimeStatisticsRequest;
    type Response = GetQueryRuntimeStatisticsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetQueryRuntimeStatisticsRequest,
    ) -> Result<GetQueryRuntimeStatisticsResponse, ApiError> {
        let row = execution::find(ctx, &required(request.query_execution_id))?;
        let statistics = row.execution.statistics;
        let timeline = QueryRuntimeStatisticsTimeline {
            query_queue_time_in_millis: statistics.query_queue_time_in_millis,
            service_pre_processing_time_in_millis: statistics.service_pre_processing_time_in_millis,
            query_planning_time_in_millis: statistics.query_planning_time_in_millis,
            engine_execution_time_in_millis: statistics.engine_execution_time_in_millis,
            service_processing_time_in_millis: statistics.service_processing_time_in_millis,
            total_execution_time_in_millis: statistics.total_execution_time_in_millis,
        };
        let rows =
            (row.execution.status.state == QueryState::Succeeded).then_some(QueryRuntimeStatisticsRows {
                input_bytes: statistics.data_scanned_in_bytes,
                output_bytes: row.hidden.output_bytes,
                output_rows: row.hidden.output_rows,
            });
        let query_runtime_statistics = QueryRuntimeStatistics { timeline, rows };
        Ok(GetQueryRuntimeStatisticsResponse { query_runtime_statistics })
    }
}

/// What an execution took. Stages of its plan are not told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueryRuntimeStatistics {
    /// Time.
    pub timeline: QueryRuntimeStatisticsTimeline,
    /// Rows and bytes, of an execution that has succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<QueryRuntimeStatisticsRows>,
}

/// What took which time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueryRuntimeStatisticsTimeline {
    /// While it waited.
    pub query_queue_time_in_millis: i64,
    /// Always 0.
    pub service_pre_processing_time_in_millis: i64,
    /// Always 0.
    pub query_planning_time_in_millis: i64,
    /// While it ran.
    pub engine_execution_time_in_millis: i64,
    /// Always 0.
    pub service_processing_time_in_millis: i64,
    /// From submission to end.
    pub total_execution_time_in_millis: i64,
}

/// Rows and bytes, in and out. How many rows were read is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueryRuntimeStatisticsRows {
    /// Bytes of objects that were read.
    pub input_bytes: u64,
    /// Bytes of the result.
    pub output_bytes: u64,
    /// Rows of the result.
    pub output_rows: u64,
}

/// What `GetQueryRuntimeStatistics` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetQueryRuntimeStatisticsRequest {
    /// Required.
    pub query_execution_id: Option<String>,
}

/// What `GetQueryRuntimeStatistics` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetQueryRuntimeStatisticsResponse {
    /// What it took.
    pub query_runtime_statistics: QueryRuntimeStatistics,
}

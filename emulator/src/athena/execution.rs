//! Executions of queries: what clients see of them, and what they do not.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html>
//!
//! ```text
//! QUEUED ──► RUNNING ──► SUCCEEDED
//!    │          ├──────► FAILED
//!    └──────────┴──────► CANCELLED
//! ```

use serde::{Deserialize, Serialize};

use super::{ColumnInfo, EngineVersion, QueryError, ResultConfiguration, StatementType, errors};
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::ExecutionRow;
use crate::time::Timestamp;

/// Why an execution was cancelled that a client has stopped.
pub(super) const CANCELLED_BY_USER: &str = "Query cancelled by user";

/// An execution of a query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueryExecution {
    /// The id.
    pub query_execution_id: String,
    /// The text.
    pub query: String,
    /// What kind of statement it is.
    pub statement_type: StatementType,
    /// The same in detail.
    pub substatement_type: String,
    /// Where its result is.
    pub result_configuration: ResultConfiguration,
    /// Whether an earlier result may do.
    pub result_reuse_configuration: ResultReuseConfiguration,
    /// What names without a catalog or a database mean.
    pub query_execution_context: QueryExecutionContext,
    /// How far it is.
    pub status: QueryExecutionStatus,
    /// What it took.
    pub statistics: QueryExecutionStatistics,
    /// The work group.
    pub work_group: String,
    /// The engine.
    pub engine_version: EngineVersion,
    /// Values for the `?` in the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_parameters: Option<Vec<String>>,
}

/// What names without a catalog or a database mean.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct QueryExecutionContext {
    /// The database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// The catalog; `AwsDataCatalog` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
}

/// Whether an earlier result may do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ResultReuseConfiguration {
    /// Whether, and how old it may be.
    pub result_reuse_by_age_configuration: ResultReuseByAgeConfiguration,
}

/// Whether an earlier result may do, and how old it may be.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ResultReuseByAgeConfiguration {
    /// Whether it may.
    pub enabled: bool,
    /// How old it may be; 60 when absent.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "crate::codec::integer")]
    pub max_age_in_minutes: Option<i32>,
}

/// How far an execution is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueryExecutionStatus {
    /// Where it is.
    pub state: QueryState,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_change_reason: Option<String>,
    /// When a client started it.
    pub submission_date_time: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_date_time: Option<Timestamp>,
    /// What was wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub athena_error: Option<AthenaError>,
}

/// Where an execution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum QueryState {
    /// It waits.
    Queued,
    /// It runs.
    Running,
    /// It came to its end.
    Succeeded,
    /// It did not.
    Failed,
    /// A client, or a limit, has ended it.
    Cancelled,
}

impl QueryState {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Whether it stays so.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// What was wrong, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AthenaError {
    /// 1: system, 2: user, 3: other.
    pub error_category: i32,
    /// See <https://docs.aws.amazon.com/athena/latest/ug/error-reference.html>.
    pub error_type: i32,
    /// Whether it may go well another time.
    pub retryable: bool,
    /// The sentence.
    pub error_message: String,
}

/// What an execution took.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QueryExecutionStatistics {
    /// While it ran.
    pub engine_execution_time_in_millis: i64,
    /// Bytes of objects that were read.
    pub data_scanned_in_bytes: u64,
    /// The list of the files that it wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_manifest_location: Option<String>,
    /// From submission to end.
    pub total_execution_time_in_millis: i64,
    /// While it waited.
    pub query_queue_time_in_millis: i64,
    /// Always 0.
    pub service_pre_processing_time_in_millis: i64,
    /// Always 0: it is part of what the engine takes.
    pub query_planning_time_in_millis: i64,
    /// Always 0.
    pub service_processing_time_in_millis: i64,
    /// Whether an earlier result did.
    pub result_reuse_information: ResultReuseInformation,
}

/// Whether an earlier result did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResultReuseInformation {
    /// Whether it did.
    pub reused_previous_result: bool,
}

/// What clients do not see of an execution.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Hidden {
    /// The folder of results, with a `/` at its end.
    pub folder: String,
    /// When it began to run.
    pub started: Option<Timestamp>,
    /// What it may scan.
    pub bytes_cutoff: Option<u64>,
    /// What the result is made of.
    pub columns: Vec<ColumnInfo>,
    /// Rows of the result.
    pub output_rows: u64,
    /// Bytes of the result.
    pub output_bytes: u64,
    /// Rows that were written elsewhere.
    pub update_count: Option<u64>,
}

/// The execution of an id.
pub(super) fn find(ctx: &Context<'_>, id: &str) -> Result<ExecutionRow, ApiError> {
    ctx.store.find_execution(id)?.ok_or_else(|| errors::query_execution_not_found(id))
}

/// Ends an execution in a final state.
pub(super) fn end(row: &mut ExecutionRow, state: QueryState, now: Timestamp) {
    let ExecutionRow { execution, hidden, .. } = row;
    let submitted = execution.status.submission_date_time;
    // A clock that was set back makes no negative times.
    let started = hidden.started.unwrap_or(now).max(submitted);
    let now = now.max(started);
    execution.status.state = state;
    execution.status.completion_date_time = Some(now);
    execution.statistics.query_queue_time_in_millis = started.millis_since(submitted);
    execution.statistics.engine_execution_time_in_millis = now.millis_since(started);
    execution.statistics.total_execution_time_in_millis = now.millis_since(submitted);
}

/// Ends an execution that went wrong.
pub(super) fn fail(row: &mut ExecutionRow, error: QueryError, now: Timestamp) {
    end(row, QueryState::Failed, now);
    let QueryError { category, error_type, retryable, message } = error;
    row.execution.status.state_change_reason = Some(message.clone());
    row.execution.status.athena_error =
        Some(AthenaError { error_category: category, error_type, retryable, error_message: message });
}

/// Ends the executions that an earlier process has left; the time of the last thing known of each is that of its end.
pub(crate) fn fail_abandoned(rows: Vec<ExecutionRow>) -> impl Iterator<Item = ExecutionRow> {
    rows.into_iter().map(|mut row| {
        let last = row.hidden.started.unwrap_or(row.execution.status.submission_date_time);
        fail(&mut row, QueryError::system("the process that was to run the query has ended"), last);
        row
    })
}

//! `StartQueryExecution`: queues a query, or answers it with an earlier result.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html>

use serde::{Deserialize, Serialize};

use super::execution::{self, Hidden};
use super::metadata_catalog::BUILT_IN;
use super::work_group::{self, PRIMARY};
use super::{
    EngineVersion, QueryExecution, QueryExecutionContext, QueryExecutionStatistics, QueryExecutionStatus,
    QueryState, ResultConfiguration, ResultReuseConfiguration, StatementKind, WorkGroup, WorkGroupState,
    errors, output, rules, statement,
};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::ExecutionRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, number, required, text, texts};

/// How old a result may be that is used again, where a client does not say.
const MAX_AGE_MINUTES: i32 = 60;
const MILLIS_PER_MINUTE: i64 = 60_000;

/// See the module.
pub struct StartQueryExecution;

impl Operation for StartQueryExecution {
    const NAME: &'static str = "AmazonAthena.StartQueryExecution";
    const RULES: &'static [Rule<StartQueryExecutionRequest>] = &[
        field("queryString", |r| text(&r.query_string), rules::QUERY),
        field("clientRequestToken", |r| text(&r.client_request_token), rules::TOKEN),
        inside(|r, found| found.within("queryExecutionContext", &r.query_execution_context, CONTEXT)),
        field("workGroup", |r| text(&r.work_group), rules::WORK_GROUP),
        field(
            "executionParameters",
            |r| texts(&r.execution_parameters),
            &[Length(1, usize::MAX), MemberLength(1, 1024)],
        ),
        inside(|r, found| found.within("resultReuseConfiguration", &r.result_reuse_configuration, REUSE)),
    ];
    type Request = StartQueryExecutionRequest;
    type Response = StartQueryExecutionResponse;

    fn call(
        ctx: &mut Context<'_>,
        mut request: StartQueryExecutionRequest,
    ) -> Result<StartQueryExecutionResponse, ApiError> {
        let token = request.client_request_token.take();
        if let Some(earlier) =
            token.as_deref().map(|token| ctx.store.execution_of_token(token)).transpose()?
            && let Some(earlier) = earlier
        {
            return repeated(earlier, &request);
        }
        let group = work_group::find(ctx, request.work_group.as_deref().unwrap_or(PRIMARY))?;
        if group.state == WorkGroupState::Disabled {
            return Err(errors::invalid_request(format!("WorkGroup {} is disabled.", group.name)));
        }
        let settings = effective(&group, request.result_configuration.clone())?;
        let kind = classify(ctx, request.query_string.as_deref().unwrap_or_default())?;
        let mut row = queued(ctx, request, &group, settings, &kind, token)?;
        if let Some(earlier) = reusable(ctx, &row, &kind)? {
            reuse(ctx, &mut row, earlier);
        }
        ctx.store.insert_execution(&row)?;
        Ok(StartQueryExecutionResponse { query_execution_id: row.execution.query_execution_id })
    }
}

const CONTEXT: &[Rule<QueryExecutionContext>] = &[
    field("database", |c| text(&c.database), &[Length(1, 255)]),
    field("catalog", |c| text(&c.catalog), &[Length(1, 256)]),
];

const REUSE: &[Rule<ResultReuseConfiguration>] = &[field(
    "resultReuseByAgeConfiguration.maxAgeInMinutes",
    |r| number(&r.result_reuse_by_age_configuration.max_age_in_minutes),
    &[Range(0, 10_080)],
)];

/// What names mean; the built-in catalog is shown in lower case, as AWS shows it.
fn context(asked: Option<QueryExecutionContext>) -> QueryExecutionContext {
    let QueryExecutionContext { database, catalog } = asked.unwrap_or_default();
    let catalog = catalog.map(|name| match name.eq_ignore_ascii_case(BUILT_IN) {
        true => name.to_lowercase(),
        false => name,
    });
    QueryExecutionContext { database, catalog }
}

/// A call that comes again is answered again, if it is the same.
fn repeated(
    earlier: ExecutionRow,
    request: &StartQueryExecutionRequest,
) -> Result<StartQueryExecutionResponse, ApiError> {
    let QueryExecution { query_execution_id, query, query_execution_context, execution_parameters, .. } =
        earlier.execution;
    let is_same = request.query_string.as_ref() == Some(&query)
        && context(request.query_execution_context.clone()) == query_execution_context
        && request.execution_parameters == execution_parameters
        && request.work_group.as_deref().unwrap_or(PRIMARY) == earlier.execution.work_group;
    match is_same {
        true => Ok(StartQueryExecutionResponse { query_execution_id }),
        false => Err(errors::token_reused()),
    }
}

/// Where results go: the work group's settings come before the client's where they are enforced, else behind them.
fn effective(group: &WorkGroup, asked: Option<ResultConfiguration>) -> Result<ResultConfiguration, ApiError> {
    let has_location = |settings: &ResultConfiguration| settings.output_location.is_some();
    let own = group.configuration.result_configuration.clone().filter(has_location);
    let asked = asked.filter(has_location);
    let settings = if group.configuration.is_enforced() { own.or(asked) } else { asked.or(own) };
    settings.ok_or_else(|| {
        errors::invalid_request(
            "No output location provided. An output location is required either through the Workgroup result \
             configuration setting or as an API input.",
        )
    })
}

fn classify(ctx: &Context<'_>, sql: &str) -> Result<StatementKind, ApiError> {
    match ctx.sql {
        Some(runner) => runner.classify(sql).map_err(errors::malformed_query),
        None => Ok(statement::guess(sql)),
    }
}

fn queued(
    ctx: &mut Context<'_>,
    request: StartQueryExecutionRequest,
    group: &WorkGroup,
    settings: ResultConfiguration,
    kind: &StatementKind,
    request_token: Option<String>,
) -> Result<ExecutionRow, ApiError> {
    let folder = output::folder(settings.output_location.as_deref().unwrap_or_default())?;
    let id = ctx.ids.next_uuid();
    let output_location = Some(output::location(&folder, &id, output::format_of(kind)));
    let effective = group.configuration.engine_version.clone().unwrap_or_else(EngineVersion::auto);
    let execution = QueryExecution {
        query_execution_id: id,
        query: required(request.query_string),
        statement_type: kind.statement_type,
        substatement_type: kind.substatement_type.clone(),
        result_configuration: ResultConfiguration { output_location, ..settings },
        result_reuse_configuration: request.result_reuse_configuration.unwrap_or_default(),
        query_execution_context: context(request.query_execution_context),
        status: QueryExecutionStatus {
            state: QueryState::Queued,
            state_change_reason: None,
            submission_date_time: ctx.now,
            completion_date_time: None,
            athena_error: None,
        },
        statistics: QueryExecutionStatistics::default(),
        work_group: group.name.clone(),
        engine_version: effective,
        execution_parameters: request.execution_parameters,
    };
    let bytes_cutoff = group.configuration.bytes_scanned_cutoff_per_query.map(|bytes| bytes as u64);
    let hidden = Hidden { folder, bytes_cutoff, ..Hidden::default() };
    Ok(ExecutionRow { number: 0, request_token, execution, hidden })
}

/// An earlier execution whose result does for this one: of the same text and parameters, in the same work group,
/// catalog and database, and not too old.
fn reusable(
    ctx: &Context<'_>,
    row: &ExecutionRow,
    kind: &StatementKind,
) -> Result<Option<ExecutionRow>, ApiError> {
    let QueryExecution { query, work_group, query_execution_context, execution_parameters, .. } =
        &row.execution;
    let age = &row.execution.result_reuse_configuration.result_reuse_by_age_configuration;
    if !age.enabled || kind.substatement_type != "SELECT" {
        return Ok(None);
    }
    let minutes = age.max_age_in_minutes.unwrap_or(MAX_AGE_MINUTES);
    let oldest = ctx.now.plus_millis(-i64::from(minutes) * MILLIS_PER_MINUTE);
    let does = |earlier: &ExecutionRow| {
        let earlier = &earlier.execution;
        !earlier.statistics.result_reuse_information.reused_previous_result
            && earlier.status.completion_date_time.is_some_and(|time| time >= oldest)
            && earlier.query_execution_context == *query_execution_context
            && earlier.execution_parameters == *execution_parameters
    };
    Ok(ctx.store.successes_of(work_group, query)?.into_iter().find(does))
}

/// Makes an execution of an earlier result, which stays where it is.
fn reuse(ctx: &Context<'_>, row: &mut ExecutionRow, earlier: ExecutionRow) {
    row.hidden.started = Some(ctx.now);
    execution::end(row, QueryState::Succeeded, ctx.now);
    row.execution.statistics.result_reuse_information.reused_previous_result = true;
    row.execution.result_configuration = earlier.execution.result_configuration;
    row.hidden.folder = earlier.hidden.folder;
    row.hidden.columns = earlier.hidden.columns;
    row.hidden.output_rows = earlier.hidden.output_rows;
    row.hidden.output_bytes = earlier.hidden.output_bytes;
}

/// What `StartQueryExecution` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct StartQueryExecutionRequest {
    /// Required.
    pub query_string: Option<String>,
    /// A call with a token that was used before is answered as then.
    pub client_request_token: Option<String>,
    /// What names without a catalog or a database mean.
    pub query_execution_context: Option<QueryExecutionContext>,
    /// Where results go.
    pub result_configuration: Option<ResultConfiguration>,
    /// `primary` when absent.
    pub work_group: Option<String>,
    /// Values for the `?` in the text.
    pub execution_parameters: Option<Vec<String>>,
    /// Whether an earlier result may do.
    pub result_reuse_configuration: Option<ResultReuseConfiguration>,
}

impl StartQueryExecutionRequest {
    /// Runs a text and puts its result into a folder: `s3://bucket/prefix/`.
    pub fn new(query: impl Into<String>, output_location: impl Into<String>) -> Self {
        let output_location = Some(output_location.into());
        let settings = ResultConfiguration { output_location, ..ResultConfiguration::default() };
        Self { query_string: Some(query.into()), result_configuration: Some(settings), ..Self::default() }
    }
}

/// What `StartQueryExecution` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StartQueryExecutionResponse {
    /// The execution.
    pub query_execution_id: String,
}

//! `GetQueryResults`: rows of a result, read from the object that holds it.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html>

use s3s::dto;
use serde::{Deserialize, Serialize};

use super::result_reader::{Cells, RowReader};
use super::result_text::ResultFormat;
use super::{
    ColumnInfo, QueryExecution, QueryState, StatementKind, errors, execution, output, paging, rules,
};
use crate::error::{ApiError, ErrorCode};
use crate::opaque;
use crate::operation::{Context, Operation};
use crate::s3::{GetObject, input};
use crate::store::{BodyReader, ExecutionRow, StoreError};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

const LISTING: &str = "query results";
/// Rows of a page, at most.
const ROWS_MAX: i32 = 1000;
const MANIFEST: &str = "DATA_MANIFEST";

/// See the module.
pub struct GetQueryResults;

impl Operation for GetQueryResults {
    const NAME: &'static str = "AmazonAthena.GetQueryResults";
    const RULES: &'static [Rule<GetQueryResultsRequest>] = &[
        field("queryExecutionId", |r| text(&r.query_execution_id), rules::EXECUTION_ID),
        field("queryResultType", |r| text(&r.query_result_type), &[OneOf(&["DATA_MANIFEST", "DATA_ROWS"])]),
    ];
    const READS_ONLY: bool = true;
    type Request = GetQueryResultsRequest;
    type Response = GetQueryResultsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetQueryResultsRequest,
    ) -> Result<GetQueryResultsResponse, ApiError> {
        let limit =
            paging::limit_of(request.max_results.map(|rows| if rows == 0 { -1 } else { rows }), ROWS_MAX)?;
        let row = execution::find(ctx, &required(request.query_execution_id))?;
        check_succeeded(row.execution.status.state)?;
        let is_manifest = request.query_result_type.as_deref() == Some(MANIFEST);
        let result = ResultObject::of(&row, is_manifest)?;
        let start: Option<(String, u64)> = paging::start(LISTING, request.next_token.as_deref())?;
        let id = &row.execution.query_execution_id;
        let start = match start {
            Some((of, _)) if of != *id => return Err(errors::invalid_request("Invalid pagination token")),
            Some((_, position)) => position,
            None => 0,
        };
        let (rows, next) = result.read(ctx, start, limit)?;
        let next_token = next.map(|position| opaque::seal_token(LISTING, &(id, position)));
        let column_info = result.columns;
        Ok(GetQueryResultsResponse {
            update_count: row.hidden.update_count.unwrap_or_default(),
            result_set: ResultSet { rows, result_set_metadata: ResultSetMetadata { column_info } },
            next_token,
        })
    }
}

fn check_succeeded(state: QueryState) -> Result<(), ApiError> {
    let name = state.name();
    match state {
        QueryState::Succeeded => Ok(()),
        QueryState::Queued | QueryState::Running => {
            Err(errors::invalid_request(format!("Query has not yet finished. Current state: {name}")))
        }
        QueryState::Failed | QueryState::Cancelled => Err(errors::invalid_request(format!(
            "Query did not finish successfully. Final query state: {name}"
        ))),
    }
}

/// The object that holds rows.
struct ResultObject {
    location: String,
    /// None where there is no object.
    format: Option<ResultFormat>,
    columns: Vec<ColumnInfo>,
}

impl ResultObject {
    fn of(row: &ExecutionRow, is_manifest: bool) -> Result<Self, ApiError> {
        let QueryExecution { statement_type, substatement_type, result_configuration, .. } = &row.execution;
        let format = output::format_of(&StatementKind::new(*statement_type, substatement_type.clone()));
        let location = result_configuration.output_location.clone().unwrap_or_default();
        match (is_manifest, format) {
            (false, format) => Ok(Self { location, format, columns: row.hidden.columns.clone() }),
            (true, None) => Ok(Self {
                location: output::manifest(&location),
                format: Some(ResultFormat::Text),
                columns: vec![ColumnInfo::new("location", "varchar", i32::MAX, 0)],
            }),
            (true, Some(_)) => Err(errors::invalid_request(
                "QueryResultType DATA_MANIFEST is for statements that write files: CTAS, INSERT and UNLOAD",
            )),
        }
    }

    /// Up to `limit` rows from a position in bytes on, and the position of those that follow.
    fn read(
        &self,
        ctx: &mut Context<'_>,
        start: u64,
        limit: usize,
    ) -> Result<(Vec<Row>, Option<u64>), ApiError> {
        let Some(format) = self.format else { return Ok((Vec::new(), None)) };
        let mut reader = RowReader::new(format, self.columns.len(), open(ctx, &self.location, start)?);
        let mut rows = Vec::new();
        while rows.len() < limit {
            let Some(cells) = reader.next_row().map_err(StoreError::Body)? else { break };
            rows.push(Row::new(cells));
        }
        let next = (!reader.is_at_end()).then(|| start + reader.consumed());
        Ok((rows, next))
    }
}

/// Opens a result at a position.
fn open(ctx: &mut Context<'_>, location: &str, start: u64) -> Result<BodyReader, ApiError> {
    let (bucket, key) = output::parse(location).unwrap_or_default();
    let mut request = input::get_object(bucket, key);
    request.range = (start > 0).then_some(dto::Range::Int { first: start, last: None });
    let object = match ctx.buckets {
        Some(other) => other.call_as::<GetObject>(&other.caller_of(ctx.identity), ctx.now, request),
        None => GetObject::call(ctx, request),
    };
    match object {
        Ok(object) => Ok(object.content),
        Err(error) => Err(match error.code {
            ErrorCode::NoSuchBucket | ErrorCode::NoSuchKey | ErrorCode::InvalidRange => {
                errors::invalid_request("Could not find results")
            }
            ErrorCode::AccessDenied => errors::invalid_request("Access denied when reading query results"),
            _ => error,
        }),
    }
}

/// What `GetQueryResults` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetQueryResultsRequest {
    /// Required.
    pub query_execution_id: Option<String>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Rows in one answer, at most, the header among them; 1000 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// `DATA_ROWS`, or `DATA_MANIFEST` for the files that a statement has written.
    pub query_result_type: Option<String>,
}

impl GetQueryResultsRequest {
    /// Gets the first page of a result.
    pub fn new(id: impl Into<String>) -> Self {
        Self { query_execution_id: Some(id.into()), ..Self::default() }
    }
}

/// What `GetQueryResults` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetQueryResultsResponse {
    /// Rows that the statement has written elsewhere.
    pub update_count: u64,
    /// Rows, and what they are made of.
    pub result_set: ResultSet,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// Rows, and what they are made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResultSet {
    /// The rows; the first of the first page has the names of the columns, where the statement is DML.
    pub rows: Vec<Row>,
    /// What they are made of.
    pub result_set_metadata: ResultSetMetadata,
}

/// What rows are made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResultSetMetadata {
    /// The columns.
    pub column_info: Vec<ColumnInfo>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Row {
    /// A cell for each column.
    pub data: Vec<Datum>,
}

impl Row {
    fn new(cells: Cells) -> Self {
        Self { data: cells.into_iter().map(|var_char_value| Datum { var_char_value }).collect() }
    }
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Datum {
    /// Absent where it is null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub var_char_value: Option<String>,
}

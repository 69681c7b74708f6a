//! `ListPreparedStatements`: a work group's prepared statements by name.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListPreparedStatements.html>

use serde::{Deserialize, Serialize};

use super::{PreparedStatement, paging, rules, work_group};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::time::Timestamp;
use crate::validation::{Rule, field, required, text};

const LISTING: &str = "prepared statements";

/// See the module.
pub struct ListPreparedStatements;

impl Operation for ListPreparedStatements {
    const NAME: &'static str = "AmazonAthena.ListPreparedStatements";
    const RULES: &'static [Rule<ListPreparedStatementsRequest>] =
        &[field("workGroup", |r| text(&r.work_group), rules::REQUIRED_WORK_GROUP)];
    const READS_ONLY: bool = true;
    type Request = ListPreparedStatementsRequest;
    type Response = ListPreparedStatementsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: ListPreparedStatementsRequest,
    ) -> Result<ListPreparedStatementsResponse, ApiError> {
        let limit = paging::limit(request.max_results)?;
        let group = work_group::find(ctx, &required(request.work_group))?.name;
        let after: Option<String> = paging::start(LISTING, request.next_token.as_deref())?;
        let mut rows = ctx.store.list_prepared_statements(&group, &after.unwrap_or_default(), limit + 1)?;
        let next_token = paging::cut(LISTING, &mut rows, limit, |row| row.statement_name.clone());
        let summary = |row: PreparedStatement| PreparedStatementSummary {
            statement_name: row.statement_name,
            last_modified_time: row.last_modified_time,
        };
        let prepared_statements = rows.into_iter().map(summary).collect();
        Ok(ListPreparedStatementsResponse { prepared_statements, next_token })
    }
}

/// A prepared statement without its text.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PreparedStatementSummary {
    /// The name.
    pub statement_name: String,
    /// When it was created or changed.
    pub last_modified_time: Timestamp,
}

/// What `ListPreparedStatements` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListPreparedStatementsRequest {
    /// Required.
    pub work_group: Option<String>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Entries in one answer, at most; 50 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
}

/// What `ListPreparedStatements` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListPreparedStatementsResponse {
    /// Statements.
    pub prepared_statements: Vec<PreparedStatementSummary>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

//! `ListQueryExecutions`: ids of a work group's executions, the last first.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListQueryExecutions.html>

use serde::{Deserialize, Serialize};

use super::work_group::{self, PRIMARY};
use super::{paging, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, text};

const LISTING: &str = "query executions";

/// See the module.
pub struct ListQueryExecutions;

impl Operation for ListQueryExecutions {
    const NAME: &'static str = "AmazonAthena.ListQueryExecutions";
    const RULES: &'static [Rule<ListQueryExecutionsRequest>] =
        &[field("workGroup", |r| text(&r.work_group), rules::WORK_GROUP)];
    const READS_ONLY: bool = true;
    type Request = ListQueryExecutionsRequest;
    type Response = ListQueryExecutionsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: ListQueryExecutionsRequest,
    ) -> Result<ListQueryExecutionsResponse, ApiError> {
        let limit = paging::limit(request.max_results)?;
        let group = work_group::find(ctx, request.work_group.as_deref().unwrap_or(PRIMARY))?.name;
        let before = paging::start(LISTING, request.next_token.as_deref())?;
        let mut rows = ctx.store.list_executions(&group, before, limit + 1)?;
        let next_token = paging::cut(LISTING, &mut rows, limit, |(number, _)| *number);
        let query_execution_ids = rows.into_iter().map(|(_, id)| id).collect();
        Ok(ListQueryExecutionsResponse { query_execution_ids, next_token })
    }
}

/// What `ListQueryExecutions` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListQueryExecutionsRequest {
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Entries in one answer, at most; 50 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// `primary` when absent.
    pub work_group: Option<String>,
}

/// What `ListQueryExecutions` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListQueryExecutionsResponse {
    /// Ids.
    pub query_execution_ids: Vec<String>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

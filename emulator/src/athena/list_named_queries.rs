//! `ListNamedQueries`: ids of a work group's named queries.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListNamedQueries.html>

use serde::{Deserialize, Serialize};

use super::work_group::{self, PRIMARY};
use super::{paging, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, text};

const LISTING: &str = "named queries";

/// See the module.
pub struct ListNamedQueries;

impl Operation for ListNamedQueries {
    const NAME: &'static str = "AmazonAthena.ListNamedQueries";
    const RULES: &'static [Rule<ListNamedQueriesRequest>] =
        &[field("workGroup", |r| text(&r.work_group), rules::WORK_GROUP)];
    const READS_ONLY: bool = true;
    type Request = ListNamedQueriesRequest;
    type Response = ListNamedQueriesResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: ListNamedQueriesRequest,
    ) -> Result<ListNamedQueriesResponse, ApiError> {
        let limit = paging::limit(request.max_results)?;
        let group = work_group::find(ctx, request.work_group.as_deref().unwrap_or(PRIMARY))?.name;
        let after: Option<String> = paging::start(LISTING, request.next_token.as_deref())?;
        let mut named_query_ids =
            ctx.store.list_named_queries(&group, &after.unwrap_or_default(), limit + 1)?;
        let next_token = paging::cut(LISTING, &mut named_query_ids, limit, String::clone);
        Ok(ListNamedQueriesResponse { named_query_ids, next_token })
    }
}

/// What `ListNamedQueries` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListNamedQueriesRequest {
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Entries in one answer, at most; 50 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// `primary` when absent.
    pub work_group: Option<String>,
}

/// What `ListNamedQueries` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListNamedQueriesResponse {
    /// Ids.
    pub named_query_ids: Vec<String>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

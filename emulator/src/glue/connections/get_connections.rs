//! `GetConnections`: connections by name, a page at a time.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetConnections.html>

use serde::{Deserialize, Serialize};

use super::Connection;
use crate::error::ApiError;
use crate::glue::paging;
use crate::operation::{Context, Operation};
use crate::store::ConnectionRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number};

const LISTING: &str = "connections";
const RESULTS_MAX: usize = 1000;

/// See the module.
pub struct GetConnections;

impl Operation for GetConnections {
    const NAME: &'static str = "AWSGlue.GetConnections";
    const RULES: &'static [Rule<GetConnectionsRequest>] =
        &[field("maxResults", |r| number(&r.max_results), &[Range(1, 1000)])];
    const READS_ONLY: bool = true;
    type Request = GetConnectionsRequest;
    type Response = GetConnectionsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetConnectionsRequest,
    ) -> Result<GetConnectionsResponse, ApiError> {
        let limit = request.max_results.map_or(RESULTS_MAX, |limit| limit as usize);
        let after: Option<String> = paging::start(LISTING, request.next_token.as_deref())?;
        let mut rows = ctx.store.list_connections(&after.unwrap_or_default())?;
        let filter = request.filter.unwrap_or_default();
        rows.retain(|row| filter.holds(row));
        let next_token = paging::cut(LISTING, &mut rows, limit, |row| row.name.clone());
        let hide_password = request.hide_password == Some(true);
        let connections = rows.into_iter().map(|row| Connection::new(row, hide_password));
        Ok(GetConnectionsResponse { connection_list: connections.collect(), next_token })
    }
}

/// What `GetConnections` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetConnectionsRequest {
    /// Which ones; all when absent.
    pub filter: Option<GetConnectionsFilter>,
    /// Leaves passwords away.
    pub hide_password: Option<bool>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Connections in one answer, at most; 1000 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
}

/// What `GetConnections` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetConnectionsResponse {
    /// Connections by name.
    pub connection_list: Vec<Connection>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// Which connections to list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetConnectionsFilter {
    /// All of these must be among the connection's own.
    pub match_criteria: Option<Vec<String>>,
    /// Such as `JDBC`.
    pub connection_type: Option<String>,
}

impl GetConnectionsFilter {
    fn holds(&self, row: &ConnectionRow) -> bool {
        let own = row.input.match_criteria.as_deref().unwrap_or_default();
        let criteria = self.match_criteria.iter().flatten().all(|wanted| own.contains(wanted));
        criteria && (self.connection_type.is_none() || self.connection_type == row.input.connection_type)
    }
}

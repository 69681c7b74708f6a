//! `GetTableVersions`: what a table says and said, the newest version first, a page at a time.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetTableVersions.html>

use serde::{Deserialize, Serialize};

use super::TableVersion;
use crate::error::ApiError;
use crate::glue::name::NAME;
use crate::glue::{paging, table};
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, number, text};

const LISTING: &str = "versions";

/// See the module.
pub struct GetTableVersions;

impl Operation for GetTableVersions {
    const NAME: &'static str = "AWSGlue.GetTableVersions";
    const RULES: &'static [Rule<GetTableVersionsRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableName", |r| text(&r.table_name), NAME),
        field("maxResults", |r| number(&r.max_results), paging::MAX_RESULTS),
    ];
    const READS_ONLY: bool = true;
    type Request = GetTableVersionsRequest;
    type Response = GetTableVersionsResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: GetTableVersionsRequest,
    ) -> Result<GetTableVersionsResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.table_name)?;
        let limit = paging::limit(request.max_results);
        let before: Option<i64> = paging::start(LISTING, request.next_token.as_deref())?;
        let mut rows = ctx.store.list_archived_tables(&table, before.unwrap_or(table.version), limit + 1)?;
        if before.is_none() {
            rows.insert(0, table);
        }
        let next_token = paging::cut(LISTING, &mut rows, limit, |row| row.version);
        let table_versions = rows.into_iter().map(|row| TableVersion::new(ctx, row));
        Ok(GetTableVersionsResponse { table_versions: table_versions.collect(), next_token })
    }
}

/// What `GetTableVersions` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetTableVersionsRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_name: Option<String>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Versions in one answer, at most; 100 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
}

/// What `GetTableVersions` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetTableVersionsResponse {
    /// Versions, the newest first.
    pub table_versions: Vec<TableVersion>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

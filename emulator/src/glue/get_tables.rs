//! `GetTables`: the tables of a database by name, a page at a time.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetTables.html>

use serde::{Deserialize, Serialize};

use super::name::{NAME, folded};
use super::pattern::NamePattern;
use super::{Table, database, paging};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, number, text};

const LISTING: &str = "tables";

/// See the module.
pub struct GetTables;

impl Operation for GetTables {
    const NAME: &'static str = "AWSGlue.GetTables";
    const RULES: &'static [Rule<GetTablesRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("expression", |r| text(&r.expression), &[Length(0, 2048)]),
        field("maxResults", |r| number(&r.max_results), paging::MAX_RESULTS),
    ];
    const READS_ONLY: bool = true;
    type Request = GetTablesRequest;
    type Response = GetTablesResponse;

    fn call(ctx: &mut Context<'_>, request: GetTablesRequest) -> Result<GetTablesResponse, ApiError> {
        let expression = request.expression.filter(|expression| !expression.is_empty());
        let pattern = expression.as_deref().map(NamePattern::new).transpose()?;
        let database = database::find(ctx, &folded(request.database_name))?.name;
        let limit = paging::limit(request.max_results);
        let after: Option<String> = paging::start(LISTING, request.next_token.as_deref())?;
        let after = after.unwrap_or_default();
        let wanted = |name: &str| pattern.as_ref().is_none_or(|pattern| pattern.matches(name));
        let mut rows = ctx.store.list_tables(&database, &after, limit + 1, wanted)?;
        let next_token = paging::cut(LISTING, &mut rows, limit, |row| row.name.clone());
        let tables = rows.into_iter().map(|row| Table::new(ctx, row));
        Ok(GetTablesResponse { table_list: tables.collect(), next_token })
    }
}

/// What `GetTables` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetTablesRequest {
    /// Required.
    pub database_name: Option<String>,
    /// A pattern of names, such as `orders*|*_2024`; an empty one is that of every name.
    pub expression: Option<String>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Tables in one answer, at most; 100 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
}

impl GetTablesRequest {
    /// Gets the tables of the database of this name.
    pub fn new(database_name: impl Into<String>) -> Self {
        Self { database_name: Some(database_name.into()), ..Self::default() }
    }
}

/// What `GetTables` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetTablesResponse {
    /// Tables by name.
    pub table_list: Vec<Table>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

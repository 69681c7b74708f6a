//! `ListDatabases`: databases by name.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListDatabases.html>

use serde::{Deserialize, Serialize};

use super::metadata_catalog::{self, DEFAULT_DATABASE};
use super::{Database, paging, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, required, text};

const LISTING: &str = "databases";

/// See the module.
pub struct ListDatabases;

impl Operation for ListDatabases {
    const NAME: &'static str = "AmazonAthena.ListDatabases";
    const RULES: &'static [Rule<ListDatabasesRequest>] = &[
        field("catalogName", |r| text(&r.catalog_name), rules::CATALOG),
        field("workGroup", |r| text(&r.work_group), rules::WORK_GROUP),
    ];
    const READS_ONLY: bool = true;
    type Request = ListDatabasesRequest;
    type Response = ListDatabasesResponse;

    fn call(ctx: &mut Context<'_>, request: ListDatabasesRequest) -> Result<ListDatabasesResponse, ApiError> {
        metadata_catalog::check(ctx, &required(request.catalog_name))?;
        let limit = paging::limit(request.max_results)?;
        let after: Option<String> = paging::start(LISTING, request.next_token.as_deref())?;
        let after = after.unwrap_or_default();
        let rows = ctx.store.list_databases(&after, limit + 1)?;
        let mut databases: Vec<Database> = rows.into_iter().map(Database::of).collect();
        show_default(&mut databases, &after);
        let next_token = paging::cut(LISTING, &mut databases, limit, |database| database.name.clone());
        Ok(ListDatabasesResponse { database_list: databases, next_token })
    }
}

/// Puts the database that is always there into its place, where nobody has made it.
fn show_default(databases: &mut Vec<Database>, after: &str) {
    let is_there = databases.iter().any(|database| database.name == DEFAULT_DATABASE);
    if is_there || after >= DEFAULT_DATABASE {
        return;
    }
    let at = databases.partition_point(|database| database.name.as_str() < DEFAULT_DATABASE);
    databases.insert(at, Database::default_one());
}

/// What `ListDatabases` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListDatabasesRequest {
    /// Required.
    pub catalog_name: Option<String>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Entries in one answer, at most; 50 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// Not looked at.
    pub work_group: Option<String>,
}

/// What `ListDatabases` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListDatabasesResponse {
    /// Databases.
    pub database_list: Vec<Database>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

//! `ListTableMetadata`: tables of a database by name.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListTableMetadata.html>

use serde::{Deserialize, Serialize};

use regex::Regex;

use super::{TableMetadata, errors, metadata_catalog, paging, rules};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text};

const LISTING: &str = "tables";

/// See the module.
pub struct ListTableMetadata;

impl Operation for ListTableMetadata {
    const NAME: &'static str = "AmazonAthena.ListTableMetadata";
    const RULES: &'static [Rule<ListTableMetadataRequest>] = &[
        field("catalogName", |r| text(&r.catalog_name), rules::CATALOG),
        field("databaseName", |r| text(&r.database_name), rules::NAME),
        field("expression", |r| text(&r.expression), &[Length(0, 256)]),
        field("workGroup", |r| text(&r.work_group), rules::WORK_GROUP),
    ];
    const READS_ONLY: bool = true;
    type Request = ListTableMetadataRequest;
    type Response = ListTableMetadataResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: ListTableMetadataRequest,
    ) -> Result<ListTableMetadataResponse, ApiError> {
        metadata_catalog::check(ctx, &required(request.catalog_name))?;
        let database = metadata_catalog::find_database(ctx, &required(request.database_name))?.name;
        let limit = paging::limit(request.max_results)?;
        let matches = matcher(request.expression.as_deref())?;
        let after: String = paging::start(LISTING, request.next_token.as_deref())?.unwrap_or_default();
        let mut rows = ctx.store.list_tables(&database, &after, limit + 1, matches)?;
        let next_token = paging::cut(LISTING, &mut rows, limit, |row| row.name.clone());
        let table_metadata_list = rows.into_iter().map(TableMetadata::of).collect();
        Ok(ListTableMetadataResponse { table_metadata_list, next_token })
    }
}

/// Whether a name matches; a text that is no expression is refused.
fn matcher(expression: Option<&str>) -> Result<impl Fn(&str) -> bool, ApiError> {
    let expression = expression.filter(|expression| !expression.is_empty());
    let compiled = expression.map(|expression| Regex::new(&format!("^(?:{expression})$"))).transpose();
    let compiled =
        compiled.map_err(|_| errors::invalid_request("Expression is not a valid regular expression"))?;
    Ok(move |name: &str| compiled.as_ref().is_none_or(|expression| expression.is_match(name)))
}

/// What `ListTableMetadata` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListTableMetadataRequest {
    /// Required.
    pub catalog_name: Option<String>,
    /// Required.
    pub database_name: Option<String>,
    /// A regular expression that names must match as a whole.
    pub expression: Option<String>,
    /// Goes on where an earlier answer ended.
    pub next_token: Option<String>,
    /// Entries in one answer, at most; 50 when absent.
    #[serde(deserialize_with = "crate::codec::integer")]
    pub max_results: Option<i32>,
    /// Not looked at.
    pub work_group: Option<String>,
}

/// What `ListTableMetadata` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTableMetadataResponse {
    /// Tables.
    pub table_metadata_list: Vec<TableMetadata>,
    /// Where another call goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

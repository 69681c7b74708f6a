//! `GetTable`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_GetTable.html>

use serde::{Deserialize, Serialize};

use super::name::{NAME, folded};
use super::{Table, table};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, text};

/// See the module.
pub struct GetTable;

impl Operation for GetTable {
    const NAME: &'static str = "AWSGlue.GetTable";
    const RULES: &'static [Rule<GetTableRequest>] =
        &[field("databaseName", |r| text(&r.database_name), NAME), field("name", |r| text(&r.name), NAME)];
    const READS_ONLY: bool = true;
    type Request = GetTableRequest;
    type Response = GetTableResponse;

    fn call(ctx: &mut Context<'_>, request: GetTableRequest) -> Result<GetTableResponse, ApiError> {
        let table = table::find(ctx, &folded(request.database_name), &folded(request.name))?;
        Ok(GetTableResponse { table: Table::new(ctx, table) })
    }
}

/// What `GetTable` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetTableRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub name: Option<String>,
}

impl GetTableRequest {
    /// Gets the table of this name.
    pub fn new(database_name: impl Into<String>, name: impl Into<String>) -> Self {
        Self { database_name: Some(database_name.into()), name: Some(name.into()) }
    }
}

/// What `GetTable` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetTableResponse {
    /// The table.
    pub table: Table,
}

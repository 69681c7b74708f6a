//! `DeleteTable`: a table and its partitions are gone; the data they point to stays.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteTable.html>

use serde::{Deserialize, Serialize};

use super::name::NAME;
use super::table;
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::validation::{Rule, field, text};

/// See the module.
pub struct DeleteTable;

impl Operation for DeleteTable {
    const NAME: &'static str = "AWSGlue.DeleteTable";
    const RULES: &'static [Rule<DeleteTableRequest>] =
        &[field("databaseName", |r| text(&r.database_name), NAME), field("name", |r| text(&r.name), NAME)];
    type Request = DeleteTableRequest;
    type Response = DeleteTableResponse;

    fn call(ctx: &mut Context<'_>, request: DeleteTableRequest) -> Result<DeleteTableResponse, ApiError> {
        let table = table::named(ctx, request.database_name, request.name)?;
        table::delete(ctx, &table)?;
        Ok(DeleteTableResponse {})
    }
}

/// What `DeleteTable` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteTableRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub name: Option<String>,
}

impl DeleteTableRequest {
    /// Deletes the table of this name.
    pub fn new(database_name: impl Into<String>, name: impl Into<String>) -> Self {
        Self { database_name: Some(database_name.into()), name: Some(name.into()) }
    }
}

/// What `DeleteTable` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeleteTableResponse {}

//! `BatchDeleteTable`: up to 100 tables, each deleted or refused by itself.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteTable.html>

use serde::{Deserialize, Serialize};

use crate::error::ApiError;
use crate::glue::name::{NAME, folded};
use crate::glue::{ErrorDetail, database, table};
use crate::operation::{Context, Operation};
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, required, text, texts};

/// See the module.
pub struct BatchDeleteTable;

impl Operation for BatchDeleteTable {
    const NAME: &'static str = "AWSGlue.BatchDeleteTable";
    const RULES: &'static [Rule<BatchDeleteTableRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field(
            "tablesToDelete",
            |r| texts(&r.tables_to_delete),
            &[Required, Length(0, 100), MemberLength(1, 255)],
        ),
    ];
    type Request = BatchDeleteTableRequest;
    type Response = BatchDeleteTableResponse;

    fn call(
        ctx: &mut Context<'_>,
        request: BatchDeleteTableRequest,
    ) -> Result<BatchDeleteTableResponse, ApiError> {
        let database = database::find(ctx, &folded(request.database_name))?;
        let mut errors = Vec::new();
        for name in required(request.tables_to_delete) {
            match table::find(ctx, &database.name, &name.to_lowercase()) {
                Ok(table) => table::delete(ctx, &table)?,
                Err(error) => {
                    errors.push(TableError { table_name: name, error_detail: ErrorDetail::of(error)? })
                }
            }
        }
        Ok(BatchDeleteTableResponse { errors })
    }
}

/// What `BatchDeleteTable` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct BatchDeleteTableRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required: up to 100 names.
    pub tables_to_delete: Option<Vec<String>>,
}

/// What `BatchDeleteTable` answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BatchDeleteTableResponse {
    /// The tables that were not deleted, in the order of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<TableError>,
}

/// A table that was not deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TableError {
    /// Its name.
    pub table_name: String,
    /// Why.
    pub error_detail: ErrorDetail,
}

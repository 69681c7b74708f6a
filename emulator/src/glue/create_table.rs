//! `CreateTable`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateTable.html>

use serde::{Deserialize, Serialize};

use super::name::{NAME, folded};
use super::table::TABLE_INPUT;
use super::{TableInput, database, errors};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::TableRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, required, structure, text};

/// See the module.
pub struct CreateTable;

impl Operation for CreateTable {
    const NAME: &'static str = "AWSGlue.CreateTable";
    const RULES: &'static [Rule<CreateTableRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableInput", |r| structure(&r.table_input), &[Required]),
        inside(|r, found| found.within("tableInput", &r.table_input, TABLE_INPUT)),
    ];
    type Request = CreateTableRequest;
    type Response = CreateTableResponse;

    fn call(ctx: &mut Context<'_>, request: CreateTableRequest) -> Result<CreateTableResponse, ApiError> {
        let database = database::find(ctx, &folded(request.database_name))?;
        let input = required(request.table_input);
        let table = TableRow {
            database: database.name,
            name: folded(input.name.clone()),
            created: ctx.now,
            updated: ctx.now,
            version: 0,
            input,
        };
        if ctx.store.insert_table(&table)? {
            Ok(CreateTableResponse {})
        } else {
            Err(errors::already_exists("Table"))
        }
    }
}

/// What `CreateTable` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateTableRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required.
    pub table_input: Option<TableInput>,
}

impl CreateTableRequest {
    /// Creates a table in a database.
    pub fn new(database_name: impl Into<String>, table_input: TableInput) -> Self {
        Self { database_name: Some(database_name.into()), table_input: Some(table_input) }
    }
}

/// What `CreateTable` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreateTableResponse {}

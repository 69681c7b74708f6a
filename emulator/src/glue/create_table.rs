//! `CreateTable`.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateTable.html>

use serde::{Deserialize, Serialize};

use super::indexes::{self, PARTITION_INDEX, PartitionIndex};
use super::name::{NAME, folded};
use super::table::{self, OpenTableFormat, TABLE_INPUT};
use super::{TableInput, database, errors};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::TableRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, list, required, structure, text};

/// What AWS prints for an index inside a message; the number after the sign is any.
const INDEX_SHOWN: &str = "com.amazonaws.services.glue.model.PartitionIndex@0";

/// See the module.
pub struct CreateTable;

impl Operation for CreateTable {
    const NAME: &'static str = "AWSGlue.CreateTable";
    const RULES: &'static [Rule<CreateTableRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableInput", |r| structure(&r.table_input), &[Required]),
        field("partitionIndexes", |r| list(&r.partition_indexes, INDEX_SHOWN), &[Length(0, 3)]),
        inside(|r, found| found.within("tableInput", &r.table_input, TABLE_INPUT)),
        inside(|r, found| found.each("partitionIndexes", &r.partition_indexes, PARTITION_INDEX)),
    ];
    type Request = CreateTableRequest;
    type Response = CreateTableResponse;

    fn call(ctx: &mut Context<'_>, request: CreateTableRequest) -> Result<CreateTableResponse, ApiError> {
        table::refuse_open_format(request.open_table_format_input)?;
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
        if !ctx.store.insert_table(&table)? {
            return Err(errors::already_exists("Table"));
        }
        for index in request.partition_indexes.into_iter().flatten() {
            indexes::create(ctx, &table, index)?;
        }
        Ok(CreateTableResponse {})
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
    /// Indexes on partitions that the table has from the beginning: up to 3.
    pub partition_indexes: Option<Vec<PartitionIndex>>,
    /// Refused: Iceberg's metadata is not written here.
    pub open_table_format_input: Option<OpenTableFormat>,
}

impl CreateTableRequest {
    /// Creates a table in a database.
    pub fn new(database_name: impl Into<String>, table_input: TableInput) -> Self {
        Self { database_name: Some(database_name.into()), table_input: Some(table_input), ..Self::default() }
    }
}

/// What `CreateTable` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CreateTableResponse {}

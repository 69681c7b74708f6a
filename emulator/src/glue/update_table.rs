//! `UpdateTable`: replaces what a table says, as a new version.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html>

use serde::{Deserialize, Serialize};

use super::name::{NAME, folded};
use super::table::OpenTableFormat;
use super::table::TABLE_INPUT;
use super::{TableInput, errors, table};
use crate::error::ApiError;
use crate::operation::{Context, Operation};
use crate::store::TableRow;
use crate::validation::Constraint::*;
use crate::validation::{Rule, field, inside, required, structure, text};

/// See the module.
pub struct UpdateTable;

impl Operation for UpdateTable {
    const NAME: &'static str = "AWSGlue.UpdateTable";
    const RULES: &'static [Rule<UpdateTableRequest>] = &[
        field("databaseName", |r| text(&r.database_name), NAME),
        field("tableInput", |r| structure(&r.table_input), &[Required]),
        inside(|r, found| found.within("tableInput", &r.table_input, TABLE_INPUT)),
    ];
    type Request = UpdateTableRequest;
    type Response = UpdateTableResponse;

    fn call(ctx: &mut Context<'_>, request: UpdateTableRequest) -> Result<UpdateTableResponse, ApiError> {
        table::refuse_open_format(request.update_open_table_format_input)?;
        let input = required(request.table_input);
        let name = folded(input.name.clone());
        let table = table::find(ctx, &folded(request.database_name), &name)?;
        let expected = request.version_id.unwrap_or_else(|| table.version.to_string());
        if expected != table.version.to_string() {
            return Err(errors::concurrent_modification());
        }
        if request.skip_archive != Some(true) {
            ctx.store.archive_table(&table)?;
        }
        ctx.store.update_table(&TableRow { updated: ctx.now, version: table.version + 1, input, ..table })?;
        Ok(UpdateTableResponse {})
    }
}

/// What `UpdateTable` asks.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateTableRequest {
    /// Required.
    pub database_name: Option<String>,
    /// Required; names the table.
    pub table_input: Option<TableInput>,
    /// Forgets what the table said, instead of keeping it as an earlier version.
    pub skip_archive: Option<bool>,
    /// Update only if the table is at this version.
    pub version_id: Option<String>,
    /// Refused: Iceberg's own updates of tables are not emulated.
    pub update_open_table_format_input: Option<OpenTableFormat>,
}

impl UpdateTableRequest {
    /// Updates a table of a database.
    pub fn new(database_name: impl Into<String>, table_input: TableInput) -> Self {
        Self { database_name: Some(database_name.into()), table_input: Some(table_input), ..Self::default() }
    }
}

/// What `UpdateTable` answers: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UpdateTableResponse {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;
    use crate::glue::{
        Column, CreateDatabase, CreateDatabaseRequest, CreateTable, CreateTableRequest, DeleteTable,
        DeleteTableRequest, GetTable, GetTableRequest, GetTables, GetTablesRequest, StorageDescriptor,
    };
    use crate::{Emulator, Identity, Storage, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn emulator() -> Emulator {
        let emulator = Emulator::open(Storage::Memory, Identity::default()).unwrap();
        let request = CreateDatabaseRequest::new("sales");
        emulator.call::<CreateDatabase>(NOW, request).unwrap();
        emulator
    }

    fn input(name: &str, column_type: &str) -> TableInput {
        TableInput {
            name: Some(name.to_owned()),
            storage_descriptor: Some(StorageDescriptor {
                columns: Some(vec![Column::new("items", column_type)]),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    #[track_caller]
    fn refused<T: std::fmt::Debug>(result: Result<T, ApiError>, code: ErrorCode, message: &str) {
        let error = result.unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (code, message));
    }

    #[test]
    fn table_lives_through_create_update_and_delete() {
        let emulator = emulator();
        let nested = "array<struct<sku:string,qty:int>>";
        let create = CreateTableRequest::new("Sales", input("Orders", "string"));
        emulator.call::<CreateTable>(NOW, create.clone()).unwrap();
        refused(
            emulator.call::<CreateTable>(NOW, create),
            ErrorCode::AlreadyExistsException,
            "Table already exists.",
        );

        let later = NOW.plus_millis(1000);
        let update = UpdateTableRequest::new("sales", input("ORDERS", nested));
        emulator.call::<UpdateTable>(later, update.clone()).unwrap();
        let get = GetTableRequest::new("sales", "orders");
        let table = emulator.call::<GetTable>(later, get.clone()).unwrap().table;
        assert_eq!(table.input.name.as_deref(), Some("orders"));
        assert_eq!((table.create_time, table.update_time), (NOW, later));
        assert_eq!(table.version_id, "1");
        let columns = table.input.storage_descriptor.unwrap().columns.unwrap();
        assert_eq!(columns[0].r#type.as_deref(), Some(nested));

        let stale = UpdateTableRequest { version_id: Some("0".to_owned()), ..update };
        refused(
            emulator.call::<UpdateTable>(later, stale),
            ErrorCode::ConcurrentModificationException,
            "Update table failed due to concurrent modifications.",
        );

        let delete = DeleteTableRequest::new("sales", "orders");
        emulator.call::<DeleteTable>(later, delete.clone()).unwrap();
        for result in [
            emulator.call::<GetTable>(later, get).map(|_| ()),
            emulator.call::<DeleteTable>(later, delete).map(|_| ()),
        ] {
            let code = ErrorCode::EntityNotFoundException;
            refused(result, code, "Table orders not found.");
        }
    }

    #[test]
    fn missing_database_is_named_before_the_missing_table() {
        let emulator = emulator();
        let get = GetTableRequest::new("nosuchdatabase", "orders");
        let code = ErrorCode::EntityNotFoundException;
        let message = "Database nosuchdatabase not found.";
        refused(emulator.call::<GetTable>(NOW, get), code, message);
        let create = CreateTableRequest::new("nosuchdatabase", input("orders", "int"));
        refused(emulator.call::<CreateTable>(NOW, create), code, message);
    }

    #[test]
    fn tables_are_listed_in_pages_and_by_patterns() {
        let emulator = emulator();
        for name in ["c", "a", "b"] {
            let create = CreateTableRequest::new("sales", input(name, "int"));
            emulator.call::<CreateTable>(NOW, create).unwrap();
        }
        let first = GetTablesRequest {
            max_results: Some(2),
            expression: Some(String::new()),
            ..GetTablesRequest::new("sales")
        };
        let first = emulator.call::<GetTables>(NOW, first).unwrap();
        let second = GetTablesRequest { next_token: first.next_token, ..GetTablesRequest::new("sales") };
        let second = emulator.call::<GetTables>(NOW, second).unwrap();
        assert_eq!(second.next_token, None);
        let tables = first.table_list.into_iter().chain(second.table_list);
        let names: Vec<_> = tables.filter_map(|table| table.input.name).collect();
        assert_eq!(names, ["a", "b", "c"]);

        for (expression, expected) in
            [("a*|C", vec!["a", "c"]), ("nothing", vec![]), ("[bc]", vec!["b", "c"])]
        {
            let request = GetTablesRequest {
                expression: Some(expression.to_owned()),
                ..GetTablesRequest::new("sales")
            };
            let found = emulator.call::<GetTables>(NOW, request).unwrap().table_list.into_iter();
            let names: Vec<_> = found.filter_map(|table| table.input.name).collect();
            assert_eq!(names, expected, "{expression}");
        }
        let request = GetTablesRequest { expression: Some("(".to_owned()), ..GetTablesRequest::new("sales") };
        let error = emulator.call::<GetTables>(NOW, request).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInputException);
    }

    #[test]
    fn rules_reach_into_the_description_of_a_table() {
        let mut bad = input("", "int");
        bad.partition_keys = Some(vec![Column::new("", "string")]);
        let create = CreateTableRequest::new("sales", bad);
        refused(
            emulator().call::<CreateTable>(NOW, create),
            ErrorCode::ValidationException,
            "2 validation errors detected: \
             Value '' at 'tableInput.name' failed to satisfy constraint: \
             Member must have length greater than or equal to 1; \
             Value '' at 'tableInput.partitionKeys.1.member.name' failed to satisfy constraint: \
             Member must have length greater than or equal to 1",
        );
    }
}

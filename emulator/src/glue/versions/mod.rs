//! What tables said before they were updated: versions, numbered from 0, of which the newest is the table itself.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_TableVersion.html>

mod batch_delete_table_version;
mod delete_table_version;
mod get_table_version;
mod get_table_versions;

pub use batch_delete_table_version::{
    BatchDeleteTableVersion, BatchDeleteTableVersionRequest, BatchDeleteTableVersionResponse,
    TableVersionError,
};
pub use delete_table_version::{DeleteTableVersion, DeleteTableVersionRequest, DeleteTableVersionResponse};
pub use get_table_version::{GetTableVersion, GetTableVersionRequest, GetTableVersionResponse};
pub use get_table_versions::{GetTableVersions, GetTableVersionsRequest, GetTableVersionsResponse};

use serde::Serialize;

use super::{Table, errors};
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::TableRow;

/// A version of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TableVersion {
    /// What it says.
    pub table: Table,
    /// Its number.
    pub version_id: String,
}

impl TableVersion {
    fn new(ctx: &Context<'_>, row: TableRow) -> Self {
        Self { version_id: row.version.to_string(), table: Table::new(ctx, row) }
    }
}

/// A table at one of its versions; at the newest one when none is named.
fn find(ctx: &Context<'_>, table: TableRow, version: Option<&str>) -> Result<TableRow, ApiError> {
    let number = version.map_or(Ok(table.version), number)?;
    if number == table.version {
        return Ok(table);
    }
    ctx.store.find_archived_table(&table, number)?.ok_or_else(errors::version_not_found)
}

/// Forgets an earlier version; the newest one is the table.
fn delete(ctx: &Context<'_>, table: &TableRow, version: &str) -> Result<(), ApiError> {
    let number = number(version)?;
    if number == table.version {
        return Err(errors::invalid_input("Cannot delete the latest version of a table."));
    }
    let found = ctx.store.delete_archived_table(table, number)?;
    if found { Ok(()) } else { Err(errors::version_not_found()) }
}

fn number(version: &str) -> Result<i64, ApiError> {
    version.parse().map_err(|_| errors::invalid_input(format!("Version '{version}' is not an integer.")))
}

//! Tables.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html>

use serde::{Deserialize, Serialize};

use super::name::NAME;
use super::storage_descriptor::{COLUMN, Column, STORAGE_DESCRIPTOR, StorageDescriptor};
use super::{Parameters, database, errors};
use crate::error::ApiError;
use crate::operation::Context;
use crate::store::TableRow;
use crate::time::Timestamp;
use crate::validation::{Rule, field, inside, text};

/// A table as clients describe it. Members that a client does not send stay absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TableInput {
    /// Required; folded to lower case.
    pub name: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// When it was last read, as clients tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_access_time: Option<Timestamp>,
    /// When statistics were last computed, as clients tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_analyzed_time: Option<Timestamp>,
    /// Days to keep data, as clients understand it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "crate::codec::integer")]
    pub retention: Option<i32>,
    /// Where and how the data is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_descriptor: Option<StorageDescriptor>,
    /// Columns whose values are in the locations of partitions, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_keys: Option<Vec<Column>>,
    /// For views.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view_original_text: Option<String>,
    /// For views.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view_expanded_text: Option<String>,
    /// `EXTERNAL_TABLE`, `VIRTUAL_VIEW`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_type: Option<String>,
    /// Properties.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Parameters>,
}

/// A table as the catalog describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Table {
    /// What the client said; the name is folded to lower case.
    #[serde(flatten)]
    pub input: TableInput,
    /// Its database.
    pub database_name: String,
    /// When it was created.
    pub create_time: Timestamp,
    /// When it was last created or updated.
    pub update_time: Timestamp,
    /// `0` when created; counts updates.
    pub version_id: String,
    /// The account.
    pub catalog_id: String,
    /// Always `false`.
    pub is_registered_with_lake_formation: bool,
    /// Always `false`.
    pub is_multi_dialect_view: bool,
}

impl Table {
    pub(super) fn new(ctx: &Context<'_>, row: TableRow) -> Self {
        let name = Some(row.name);
        let partition_keys = row.input.partition_keys.or_else(|| Some(Vec::new()));
        let retention = row.input.retention.or(Some(0));
        Self {
            input: TableInput { name, partition_keys, retention, ..row.input },
            database_name: row.database,
            create_time: row.created,
            update_time: row.updated,
            version_id: row.version.to_string(),
            catalog_id: ctx.identity.account.clone(),
            is_registered_with_lake_formation: false,
            is_multi_dialect_view: false,
        }
    }
}

/// The table of names that are folded already.
pub(super) fn find(ctx: &Context<'_>, database: &str, name: &str) -> Result<TableRow, ApiError> {
    if let Some(table) = ctx.store.find_table(database, name)? {
        return Ok(table);
    }
    // What is missing is the database, or else the table.
    database::find(ctx, database)?;
    Err(errors::table_not_found(name))
}

/// On descriptions of tables.
pub(super) const TABLE_INPUT: &[Rule<TableInput>] = &[
    field("name", |t| text(&t.name), NAME),
    inside(|t, found| {
        found.within("storageDescriptor", &t.storage_descriptor, STORAGE_DESCRIPTOR);
    }),
    inside(|t, found| found.each("partitionKeys", &t.partition_keys, COLUMN)),
];

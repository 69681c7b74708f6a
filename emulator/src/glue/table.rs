//! Tables.
//! Source: <https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html>

use serde::{Deserialize, Serialize};

use super::name::{NAME, folded};
use super::storage_descriptor::{COLUMN, Column, STORAGE_DESCRIPTOR, StorageDescriptor};
use super::{Parameters, arn, database, errors};
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
    /// The table that this one is a link to; kept without effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_table: Option<TableIdentifier>,
    /// For views in several dialects; kept without effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view_definition: Option<ViewDefinition>,
}

/// A table of any catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct TableIdentifier {
    /// Its catalog.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog_id: Option<String>,
    /// Its database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_name: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// A view in several dialects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ViewDefinition {
    /// Whether engines must not look into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_protected: Option<bool>,
    /// The role that it is read as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definer: Option<String>,
    /// Tables that it reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_objects: Option<Vec<String>>,
    /// Its text, once for each dialect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub representations: Option<Vec<ViewRepresentation>>,
}

/// A view in one dialect.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ViewRepresentation {
    /// `REDSHIFT`, `ATHENA` or `SPARK`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect_version: Option<String>,
    /// The query as it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view_original_text: Option<String>,
    /// The query with names written out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view_expanded_text: Option<String>,
    /// The connection that validates it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_connection: Option<String>,
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
    /// The account that created it: there are no users here.
    pub created_by: String,
    /// `0` when created; counts updates.
    pub version_id: String,
    /// The account.
    pub catalog_id: String,
    /// Always `false`.
    pub is_registered_with_lake_formation: bool,
    /// Whether it is a view in several dialects.
    pub is_multi_dialect_view: bool,
}

impl Table {
    pub(super) fn new(ctx: &Context<'_>, row: TableRow) -> Self {
        let name = Some(row.name);
        let partition_keys = row.input.partition_keys.or_else(|| Some(Vec::new()));
        let is_multi_dialect_view = row.input.view_definition.is_some();
        let retention = row.input.retention.or(Some(0));
        Self {
            input: TableInput { name, partition_keys, retention, ..row.input },
            database_name: row.database,
            create_time: row.created,
            update_time: row.updated,
            created_by: format!("arn:aws:iam::{}:root", ctx.identity.account),
            version_id: row.version.to_string(),
            catalog_id: ctx.identity.account.clone(),
            is_registered_with_lake_formation: false,
            is_multi_dialect_view,
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

/// The table of a request's names.
pub(super) fn named(
    ctx: &Context<'_>,
    database: Option<String>,
    name: Option<String>,
) -> Result<TableRow, ApiError> {
    find(ctx, &folded(database), &folded(name))
}

/// A table's description in Iceberg's own form, of which nothing is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct OpenTableFormat {}

/// Refuses what would have Glue write Iceberg's metadata.
pub(super) fn refuse_open_format(input: Option<OpenTableFormat>) -> Result<(), ApiError> {
    match input {
        None => Ok(()),
        Some(_) => Err(errors::invalid_input(
            "OpenTableFormatInput is not emulated: let the client write Iceberg's metadata, and create the table \
             with the parameters table_type and metadata_location",
        )),
    }
}

/// Deletes a table and all that is about it.
pub(super) fn delete(ctx: &Context<'_>, table: &TableRow) -> Result<(), ApiError> {
    let arn = arn::table(ctx, &table.database, &table.name);
    ctx.store.delete_table(&table.database, &table.name)?;
    Ok(ctx.store.forget_resource(&arn)?)
}

/// On descriptions of tables.
pub(super) const TABLE_INPUT: &[Rule<TableInput>] = &[
    field("name", |t| text(&t.name), NAME),
    inside(|t, found| {
        found.within("storageDescriptor", &t.storage_descriptor, STORAGE_DESCRIPTOR);
    }),
    inside(|t, found| found.each("partitionKeys", &t.partition_keys, COLUMN)),
];

//! The databases and tables of a catalog, as Athena shows them: those of Glue's.
//! Source: <https://docs.aws.amazon.com/athena/latest/APIReference/API_TableMetadata.html>

use serde::Serialize;

use super::{data_catalog, errors};
use crate::error::ApiError;
use crate::glue::{Column, Parameters, StorageDescriptor};
use crate::operation::Context;
use crate::store::{DatabaseRow, TableRow};
use crate::time::Timestamp;

/// The catalog that is always there.
pub(super) const BUILT_IN: &str = "AwsDataCatalog";
/// The database that Athena makes when it is first used.
pub(super) const DEFAULT_DATABASE: &str = "default";

/// A database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Database {
    /// The name.
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Properties.
    pub parameters: Parameters,
}

impl Database {
    pub(super) fn of(row: DatabaseRow) -> Self {
        let (description, parameters) = (row.input.description, row.input.parameters);
        Self { name: row.name, description, parameters: parameters.unwrap_or_default() }
    }

    /// The database that is shown where nobody has made it.
    pub(super) fn default_one() -> Self {
        let description = Some("Default Hive database".to_owned());
        Self { name: DEFAULT_DATABASE.to_owned(), description, parameters: Parameters::new() }
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TableMetadata {
    /// The name.
    pub name: String,
    /// When it was created.
    pub create_time: Timestamp,
    /// When it was last read, as clients tell it.
    pub last_access_time: Timestamp,
    /// `EXTERNAL_TABLE`, `VIRTUAL_VIEW`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_type: Option<String>,
    /// Columns in the files, in order.
    pub columns: Vec<ColumnMetadata>,
    /// Columns whose values are in the locations of partitions, in order.
    pub partition_keys: Vec<ColumnMetadata>,
    /// Properties, and how the data is stored: `location`, `inputformat`, `outputformat`, `serde.…`.
    pub parameters: Parameters,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ColumnMetadata {
    /// The name.
    pub name: String,
    /// The type, as the catalog has it.
    #[serde(rename = "Type", skip_serializing_if = "Option::is_none")]
    pub column_type: Option<String>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl TableMetadata {
    pub(super) fn of(row: TableRow) -> Self {
        let mut parameters = row.input.parameters.unwrap_or_default();
        let storage = row.input.storage_descriptor.unwrap_or_default();
        parameters.extend(storage_parameters(&storage));
        Self {
            name: row.name,
            create_time: row.created,
            last_access_time: row.input.last_access_time.unwrap_or_default(),
            table_type: row.input.table_type,
            columns: columns(storage.columns),
            partition_keys: columns(row.input.partition_keys),
            parameters,
        }
    }
}

fn columns(columns: Option<Vec<Column>>) -> Vec<ColumnMetadata> {
    let shown = |column: Column| ColumnMetadata {
        name: column.name.unwrap_or_default(),
        column_type: column.r#type,
        comment: column.comment,
    };
    columns.into_iter().flatten().map(shown).collect()
}

/// How data is stored, in the words that Athena has for it among properties.
fn storage_parameters(storage: &StorageDescriptor) -> impl Iterator<Item = (String, String)> {
    let serde = storage.serde_info.clone().unwrap_or_default();
    let own = [
        ("location", storage.location.clone()),
        ("inputformat", storage.input_format.clone()),
        ("outputformat", storage.output_format.clone()),
        ("serde.serialization.lib", serde.serialization_library),
    ];
    let of_serde = serde.parameters.unwrap_or_default();
    let of_serde = of_serde.into_iter().map(|(name, value)| (format!("serde.param.{name}"), value));
    own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).chain(of_serde)
}

/// Whether a name is that of the built-in catalog: in any case, as `awsdatacatalog` is common.
pub(super) fn is_built_in(name: &str) -> bool {
    name.eq_ignore_ascii_case(BUILT_IN)
}

/// Refuses a catalog whose databases are not those of this account's Glue.
pub(super) fn check(ctx: &Context<'_>, name: &str) -> Result<(), ApiError> {
    let catalog = data_catalog::find(ctx, name)?;
    let account = catalog.parameters.as_ref().and_then(|parameters| parameters.get("catalog-id"));
    let is_own = account.is_none_or(|account| *account == ctx.identity.account);
    match catalog.catalog_type == "GLUE" && is_own {
        true => Ok(()),
        false => {
            Err(errors::metadata(format!("the metadata of the catalog {name} is not reachable from here")))
        }
    }
}

/// The database of a name; that which is always there may be in no row.
pub(super) fn find_database(ctx: &mut Context<'_>, name: &str) -> Result<Database, ApiError> {
    match ctx.store.find_database(&name.to_lowercase())? {
        Some(row) => Ok(Database::of(row)),
        None if name.eq_ignore_ascii_case(DEFAULT_DATABASE) => Ok(Database::default_one()),
        None => Err(not_found(ctx, &format!("Database {name} not found."))),
    }
}

/// Glue's sentence about what it does not have, as Athena hands it on: with what its client for Java adds.
pub(super) fn not_found(ctx: &mut Context<'_>, sentence: &str) -> ApiError {
    let request = ctx.ids.next_uuid();
    errors::metadata(format!(
        "{sentence} (Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; \
         Request ID: {request}; Proxy: null)"
    ))
}

//! `information_schema`: the catalog as tables, listed anew for each query.
//! Sources: <https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog.html>, from which the columns are, with
//! `comment` and `extra_info`; Trino's `InformationSchemaTable`.
//!
//! ```text
//! schemata  catalog_name, schema_name
//! tables    table_catalog, table_schema, table_name, table_type
//! views     table_catalog, table_schema, table_name, view_definition
//! columns   table_catalog, table_schema, table_name, column_name, ordinal_position, column_default, is_nullable,
//!           data_type, comment, extra_info
//! ```
//!
//! A table with a column whose type is not known has no columns here. Not here: roles and privileges.

use std::collections::BTreeSet;

use wavetank_emulator::ApiError;
use wavetank_emulator::glue::{Column, TableInput};

use super::ddl::{Catalog, view_query};
use super::error::SqlError;
use super::lake::{failed, hive_type};
use super::translate::{Listing, OutputColumn};
use super::types::Type;

/// The schema's name.
pub const NAME: &str = "information_schema";

/// The catalog's name, as results have it.
const CATALOG: &str = "awsdatacatalog";

/// The tables of the schema with their columns.
const TABLES: [(&str, &[&str]); 4] = [
    (
        "columns",
        &[
            "table_catalog",
            "table_schema",
            "table_name",
            "column_name",
            ORDINAL,
            "column_default",
            "is_nullable",
            "data_type",
            "comment",
            "extra_info",
        ],
    ),
    ("schemata", &["catalog_name", "schema_name"]),
    ("tables", &["table_catalog", "table_schema", "table_name", "table_type"]),
    ("views", &["table_catalog", "table_schema", "table_name", "view_definition"]),
];

/// The one column that is a number.
const ORDINAL: &str = "ordinal_position";

type Row = Vec<Option<String>>;

/// The rows of a table of the schema; `None` when it has none of that name.
///
/// # Errors
/// When the catalog refuses.
pub fn listing(name: &str, catalog: &dyn Catalog) -> Result<Option<Listing>, SqlError> {
    let Some((_, columns)) = TABLES.iter().find(|(table, _)| *table == name) else { return Ok(None) };
    let mut rows = Vec::new();
    for schema in schemas(catalog).map_err(|error| failed(&error))? {
        let schema = schema.as_str();
        match name {
            "schemata" => rows.push(texts([CATALOG, schema])),
            name if schema == NAME => rows.extend(own(name)),
            name => {
                let tables = catalog.tables(schema).map_err(|error| failed(&error))?;
                rows.extend(tables.iter().flat_map(|table| of_table(name, schema, table)));
            }
        }
    }
    Ok(Some(Listing { columns: columns.iter().map(|column| output(column)).collect(), rows }))
}

fn schemas(catalog: &dyn Catalog) -> Result<BTreeSet<String>, ApiError> {
    let names = catalog.databases()?.into_iter().filter_map(|database| database.name);
    Ok(names.chain([NAME.to_owned()]).collect())
}

fn output(name: &str) -> OutputColumn {
    let ty = if name == ORDINAL { Type::Bigint } else { Type::VARCHAR };
    OutputColumn { name: name.to_owned(), ty }
}

/// What the schema tells about itself.
fn own(name: &str) -> Vec<Row> {
    let column = |table: &str, (at, column): (usize, &&str)| {
        described(NAME, table, at, column, &output(column).ty, (None, None))
    };
    match name {
        "tables" => TABLES.iter().map(|(table, _)| texts([CATALOG, NAME, table, "BASE TABLE"])).collect(),
        "columns" => TABLES
            .iter()
            .flat_map(|(table, columns)| columns.iter().enumerate().map(|each| column(table, each)))
            .collect(),
        _ => vec![],
    }
}

/// The rows of a table of the schema about a table of the catalog.
fn of_table(name: &str, schema: &str, table: &TableInput) -> Vec<Row> {
    let table_name = table.name.as_deref().unwrap_or_default();
    let is_view = table.table_type.as_deref() == Some("VIRTUAL_VIEW");
    match name {
        "tables" => {
            let kind = if is_view { "VIEW" } else { "BASE TABLE" };
            vec![texts([CATALOG, schema, table_name, kind])]
        }
        "views" if is_view => {
            let definition = view_query(table).map(|(sql, _)| sql).unwrap_or_default();
            vec![texts([CATALOG, schema, table_name, &definition])]
        }
        "columns" => columns(schema, table_name, table).unwrap_or_default(),
        _ => vec![],
    }
}

/// A table's columns and then its keys; `None` when the type of one is not known.
fn columns(schema: &str, table_name: &str, table: &TableInput) -> Option<Vec<Row>> {
    let storage = table.storage_descriptor.as_ref();
    let columns = storage.and_then(|storage| storage.columns.as_deref()).unwrap_or_default();
    let keys = table.partition_keys.as_deref().unwrap_or_default();
    let columns = columns.iter().map(|column| (column, None));
    let keys = keys.iter().map(|column| (column, Some("partition key")));
    let row = |(at, (column, extra)): (usize, (&Column, Option<&str>))| {
        let ty = hive_type(column.r#type.as_deref().unwrap_or("string"))?;
        let name = column.name.as_deref().unwrap_or_default().to_lowercase();
        Some(described(schema, table_name, at, &name, &ty, (column.comment.as_deref(), extra)))
    };
    columns.chain(keys).enumerate().map(row).collect()
}

fn described(
    schema: &str,
    table: &str,
    at: usize,
    column: &str,
    ty: &Type,
    (comment, extra): (Option<&str>, Option<&str>),
) -> Row {
    let mut row = texts([CATALOG, schema, table, column]);
    row.extend([Some((at + 1).to_string()), None, Some("YES".to_owned()), Some(ty.to_string())]);
    row.extend([comment.map(str::to_owned), extra.map(str::to_owned)]);
    row
}

fn texts<const N: usize>(cells: [&str; N]) -> Row {
    cells.map(|cell| Some(cell.to_owned())).into()
}

//! Catalog tables as DuckDB views: columns and types are the catalog's, objects are listed from S3 and read where
//! they lie, partitions are those that are registered. A small table is read once and for all, since every query
//! would open each of its objects several times.
//!
//! Tables that a stream feeds have no objects and are left out, as Athena cannot query them either.

use std::path::PathBuf;

use wavetank_emulator::ApiError;
use wavetank_emulator::glue::{
    Column, GetDatabases, GetDatabasesRequest, GetPartitions, GetPartitionsRequest, GetTables,
    GetTablesRequest, StorageDescriptor, Table,
};
use wavetank_emulator::s3::{ListObjectsV2, ListObjectsV2Request};
use wavetank_engine::types::{TypeError, parse_hive_type};

use super::database::{quote, sql_type};
use crate::adapters::Services;

/// Why a table cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The emulator refused a call.
    #[error("reading the catalog failed")]
    Api(#[from] ApiError),
    /// A column has a type that nobody knows.
    #[error("column `{column}` of table `{table}` has an unknown type")]
    Type {
        /// Name of the table.
        table: String,
        /// Name of the column.
        column: String,
        /// What is wrong with it.
        #[source]
        source: TypeError,
    },
    /// The objects are in memory, where DuckDB cannot read them.
    #[error("object `{key}` of bucket `{bucket}` is not in a file; open the emulator with a data directory")]
    NotInFile {
        /// Name of the bucket.
        bucket: String,
        /// The object's key.
        key: String,
    },
}

/// A view to create.
pub(super) struct View {
    pub(super) database: String,
    pub(super) sql: String,
}

/// Up to this size of its objects a table is read into memory.
const SMALL_TABLE_BYTES_MAX: u64 = 64 << 20;

/// Objects that share partition values.
struct Part {
    values: Vec<String>,
    files: Vec<File>,
}

/// An object where it lies.
struct File {
    path: PathBuf,
    bytes: u64,
}

/// A view for every table of the catalog that has a location.
pub(super) fn all(services: &Services) -> Result<Vec<View>, ViewError> {
    let mut views = Vec::new();
    for database in databases(services)? {
        for table in tables(services, &database)? {
            if let Some(location) =
                location(table.input.storage_descriptor.as_ref()).filter(|l| l.starts_with("s3://"))
            {
                views.push(View {
                    sql: view(services, &database, &table, &location)?,
                    database: database.clone(),
                });
            }
        }
    }
    Ok(views)
}

fn databases(services: &Services) -> Result<Vec<String>, ApiError> {
    let mut request = GetDatabasesRequest::default();
    let mut names = Vec::new();
    loop {
        let page = services.call::<GetDatabases>(request.clone())?;
        names.extend(page.database_list.into_iter().filter_map(|d| d.input.name));
        match page.next_token {
            None => return Ok(names),
            token => request.next_token = token,
        }
    }
}

fn tables(services: &Services, database: &str) -> Result<Vec<Table>, ApiError> {
    let mut request = GetTablesRequest::new(database);
    let mut tables = Vec::new();
    loop {
        let page = services.call::<GetTables>(request.clone())?;
        tables.extend(page.table_list);
        match page.next_token {
            None => return Ok(tables),
            token => request.next_token = token,
        }
    }
}

fn location(storage: Option<&StorageDescriptor>) -> Option<String> {
    storage?.location.clone()
}

fn view(services: &Services, database: &str, table: &Table, location: &str) -> Result<String, ViewError> {
    let name = table.input.name.clone().unwrap_or_default();
    let storage = table.input.storage_descriptor.clone().unwrap_or_default();
    let columns = typed(&name, storage.columns.as_deref().unwrap_or_default())?;
    let keys = typed(&name, table.input.partition_keys.as_deref().unwrap_or_default())?;
    let serde = storage.serde_info.as_ref().and_then(|serde| serde.serialization_library.as_deref());
    let classification = table.input.parameters.as_ref().and_then(|all| all.get("classification"));
    let format = serde.or(classification.map(String::as_str)).unwrap_or_default();
    let json = format.to_ascii_lowercase().contains("json");
    let parts = match keys.is_empty() {
        true => vec![Part { values: vec![], files: files(services, location)? }],
        false => partitions(services, database, &name)?,
    };
    let selects: Vec<String> = parts
        .iter()
        .filter(|p| !p.files.is_empty())
        .map(|part| select(part, &columns, &keys, json))
        .collect();
    let body = match selects.is_empty() {
        true => empty(&columns, &keys),
        false => selects.join(" UNION ALL "),
    };
    let bytes: u64 = parts.iter().flat_map(|part| &part.files).map(|file| file.bytes).sum();
    let kind = if bytes <= SMALL_TABLE_BYTES_MAX { "TABLE" } else { "VIEW" };
    Ok(format!("CREATE {kind} {}.{} AS {body};", quote(database), quote(&name)))
}

/// Column names with DuckDB's types.
fn typed(table: &str, columns: &[Column]) -> Result<Vec<(String, String)>, ViewError> {
    let one = |column: &Column| {
        let name = column.name.clone().unwrap_or_default();
        match parse_hive_type(column.r#type.as_deref().unwrap_or("string")) {
            Ok(data_type) => Ok((name, sql_type(&data_type))),
            Err(source) => Err(ViewError::Type { table: table.to_owned(), column: name, source }),
        }
    };
    columns.iter().map(one).collect()
}

fn select(part: &Part, columns: &[(String, String)], keys: &[(String, String)], json: bool) -> String {
    let text = |value: &str| format!("'{}'", value.replace('\'', "''"));
    let mut items: Vec<String> =
        columns.iter().map(|(name, kind)| format!("CAST({0} AS {kind}) AS {0}", quote(name))).collect();
    items.extend(part.values.iter().zip(keys).map(|(value, (name, kind))| match value.as_str() {
        "__HIVE_DEFAULT_PARTITION__" => format!("CAST(NULL AS {kind}) AS {}", quote(name)),
        value => format!("CAST({} AS {kind}) AS {}", text(value), quote(name)),
    }));
    let files: Vec<String> = part.files.iter().map(|file| text(&file.path.display().to_string())).collect();
    let (items, files) = (items.join(", "), files.join(", "));
    if json {
        let typed = columns.iter().map(|(name, kind)| format!("{}: {}", text(name), text(kind)));
        let typed = typed.collect::<Vec<_>>().join(", ");
        return format!(
            "SELECT {items} FROM read_json([{files}], format = 'newline_delimited', columns = {{{typed}}}, \
             hive_partitioning = false)"
        );
    }
    format!("SELECT {items} FROM read_parquet([{files}], union_by_name = true, hive_partitioning = false)")
}

fn empty(columns: &[(String, String)], keys: &[(String, String)]) -> String {
    let null = |(name, kind): &(String, String)| format!("CAST(NULL AS {kind}) AS {}", quote(name));
    let items: Vec<String> = columns.iter().chain(keys).map(null).collect();
    format!("SELECT {} WHERE false", items.join(", "))
}

fn partitions(services: &Services, database: &str, table: &str) -> Result<Vec<Part>, ViewError> {
    let mut request = GetPartitionsRequest::new(database, table);
    let mut parts = Vec::new();
    loop {
        let page = services.call::<GetPartitions>(request.clone())?;
        for partition in page.partitions {
            let location = location(partition.input.storage_descriptor.as_ref()).unwrap_or_default();
            let values = partition.input.values.unwrap_or_default();
            parts.push(Part { values, files: files(services, &location)? });
        }
        match page.next_token {
            None => return Ok(parts),
            token => request.next_token = token,
        }
    }
}

/// The files that hold the objects under an S3 location.
fn files(services: &Services, location: &str) -> Result<Vec<File>, ViewError> {
    let path = location.strip_prefix("s3://").unwrap_or(location);
    let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
    let mut request = ListObjectsV2Request::new(bucket, prefix);
    let mut files = Vec::new();
    loop {
        let page = services.call::<ListObjectsV2>(request.clone())?;
        for object in page.contents.into_iter().filter(|object| object.size > 0) {
            match services.emulator.object_file(bucket, &object.key)? {
                Some(path) => files.push(File { path, bytes: object.size }),
                None => return Err(ViewError::NotInFile { bucket: bucket.to_owned(), key: object.key }),
            }
        }
        match page.next_continuation_token {
            None => return Ok(files),
            token => request.continuation_token = token,
        }
    }
}

//! Catalog tables as DuckDB views: columns and types are the catalog's, objects are listed from S3 and read where
//! they lie, partitions are those that are registered. A small table is read once and for all, since every query
//! would open each of its objects several times. A table of very many small objects is handed over object by object
//! ([`super::many_objects`]).
//!
//! Tables that a stream feeds have no objects and are left out, as Athena cannot query them either.

use std::path::PathBuf;

use wavetank_emulator::ApiError;
use wavetank_emulator::glue::{
    Column, GetDatabases, GetDatabasesRequest, GetPartitions, GetPartitionsRequest, GetTables,
    GetTablesRequest, StorageDescriptor, Table,
};
use wavetank_engine::error::EngineError;
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
    /// An object cannot be read.
    #[error("object `{key}` of bucket `{bucket}` cannot be read")]
    Unreadable {
        /// Name of the bucket.
        bucket: String,
        /// The object's key.
        key: String,
        /// Why not.
        #[source]
        source: Box<EngineError>,
    },
    /// Its rows do not fit the table.
    #[error("the rows of an object do not fit the table")]
    Arrow(#[from] arrow::error::ArrowError),
    /// The objects are in memory, where DuckDB cannot read them.
    #[error("object `{key}` of bucket `{bucket}` is not in a file; open the emulator with a data directory")]
    NotInFile {
        /// Name of the bucket.
        bucket: String,
        /// The object's key.
        key: String,
    },
}

/// A table of the catalog on its way into the database.
pub(super) struct View {
    pub(super) database: String,
    pub(super) name: String,
    pub(super) content: Content,
}

/// How a table's rows get there.
pub(super) enum Content {
    /// DuckDB reads the objects itself.
    Sql(String),
    /// There are so many small objects that each is fetched and handed over.
    Many(ManyObjects),
}

/// A table of many small objects.
pub(super) struct ManyObjects {
    /// Names and DuckDB's types.
    pub(super) columns: Vec<(String, String)>,
    /// The partition keys, likewise.
    pub(super) keys: Vec<(String, String)>,
    /// Whether the objects are JSON lines; else they are Parquet.
    pub(super) json: bool,
    pub(super) parts: Vec<Part>,
}

/// Up to this size of its objects a table is read into memory.
const SMALL_TABLE_BYTES_MAX: u64 = 64 << 20;

/// With more objects than this, which are small on average, opening them costs more than reading them.
const OBJECTS_OPENED_MAX: usize = 5_000;
const SMALL_OBJECT_BYTES: u64 = 64 << 10;

/// Objects that share partition values.
pub(super) struct Part {
    pub(super) values: Vec<String>,
    pub(super) bucket: String,
    pub(super) objects: Vec<Listed>,
}

/// An object by its key.
pub(super) struct Listed {
    pub(super) key: String,
    bytes: u64,
}

/// The tables of the catalog that have a location and whose names are wanted.
pub(super) fn all(services: &Services, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<View>, ViewError> {
    let mut views = Vec::new();
    for database in databases(services)? {
        for table in tables(services, &database)? {
            let name = table.input.name.clone().unwrap_or_default();
            let location = location(table.input.storage_descriptor.as_ref());
            let Some(location) = location.filter(|l| l.starts_with("s3://") && wanted(&name)) else {
                continue;
            };
            let content = content(services, &database, &name, &table, &location)?;
            views.push(View { database: database.clone(), name, content });
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

fn content(
    services: &Services,
    database: &str,
    name: &str,
    table: &Table,
    location: &str,
) -> Result<Content, ViewError> {
    let storage = table.input.storage_descriptor.clone().unwrap_or_default();
    let columns = typed(name, storage.columns.as_deref().unwrap_or_default())?;
    let keys = typed(name, table.input.partition_keys.as_deref().unwrap_or_default())?;
    let serde = storage.serde_info.as_ref().and_then(|serde| serde.serialization_library.as_deref());
    let classification = table.input.parameters.as_ref().and_then(|all| all.get("classification"));
    let format = serde.or(classification.map(String::as_str)).unwrap_or_default();
    let json = format.to_ascii_lowercase().contains("json");
    let parts = match keys.is_empty() {
        true => vec![part(services, vec![], location)?],
        false => partitions(services, database, name)?,
    };
    let objects: usize = parts.iter().map(|part| part.objects.len()).sum();
    let bytes: u64 = parts.iter().flat_map(|part| &part.objects).map(|object| object.bytes).sum();
    if objects > OBJECTS_OPENED_MAX && bytes / objects as u64 <= SMALL_OBJECT_BYTES {
        return Ok(Content::Many(ManyObjects { columns, keys, json, parts }));
    }
    let body = match objects {
        0 => empty(&columns, &keys),
        _ => select(&files(services, &parts)?, &columns, &keys, json),
    };
    let kind = if bytes <= SMALL_TABLE_BYTES_MAX { "TABLE" } else { "VIEW" };
    Ok(Content::Sql(format!("CREATE {kind} {}.{} AS {body};", quote(database), quote(name))))
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

/// One scan of all files; a list beside it says which partition each is in.
fn select(
    files: &[(PathBuf, &[String])],
    columns: &[(String, String)],
    keys: &[(String, String)],
    json: bool,
) -> String {
    let text = |value: &str| format!("'{}'", value.replace('\'', "''"));
    let mut items: Vec<String> =
        columns.iter().map(|(name, kind)| format!("CAST(r.{0} AS {kind}) AS {0}", quote(name))).collect();
    items.extend(keys.iter().enumerate().map(|(at, (name, kind))| {
        format!("CAST(nullif(p.k{at}, '__HIVE_DEFAULT_PARTITION__') AS {kind}) AS {}", quote(name))
    }));
    let paths: Vec<String> = files.iter().map(|(path, _)| text(&path.display().to_string())).collect();
    let (items, list) = (items.join(", "), paths.join(", "));
    let named = if keys.is_empty() { "" } else { ", filename = true" };
    let scan = match json {
        true => {
            let typed = columns.iter().map(|(name, kind)| format!("{}: {}", text(name), text(kind)));
            let typed = typed.collect::<Vec<_>>().join(", ");
            format!(
                "read_json([{list}], format = 'newline_delimited', columns = {{{typed}}}, hive_partitioning = false{named})"
            )
        }
        false => format!("read_parquet([{list}], union_by_name = true, hive_partitioning = false{named})"),
    };
    if keys.is_empty() {
        return format!("SELECT {items} FROM {scan} r");
    }
    let row = |(path, (_, values)): (&String, &(PathBuf, &[String]))| {
        let values = values.iter().map(|value| text(value));
        format!("({})", std::iter::once(path.clone()).chain(values).collect::<Vec<_>>().join(", "))
    };
    let rows: Vec<String> = paths.iter().zip(files).map(row).collect();
    let names: Vec<String> = (0..keys.len()).map(|at| format!("k{at}")).collect();
    format!(
        "SELECT {items} FROM {scan} r JOIN (VALUES {}) p(file, {}) ON r.filename = p.file",
        rows.join(", "),
        names.join(", ")
    )
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
            parts.push(part(services, values, &location)?);
        }
        match page.next_token {
            None => return Ok(parts),
            token => request.next_token = token,
        }
    }
}

/// The objects under an S3 location.
fn part(services: &Services, values: Vec<String>, location: &str) -> Result<Part, ViewError> {
    let path = location.strip_prefix("s3://").unwrap_or(location);
    let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
    let listed = services.objects(bucket, prefix)?.into_iter().map(|(key, bytes)| Listed { key, bytes });
    let objects = listed.filter(|object| object.bytes > 0).collect();
    Ok(Part { values, bucket: bucket.to_owned(), objects })
}

/// The files that hold the objects, each with its partition's values.
fn files<'p>(services: &Services, parts: &'p [Part]) -> Result<Vec<(PathBuf, &'p [String])>, ViewError> {
    let mut files = Vec::new();
    for part in parts {
        for object in &part.objects {
            match services.emulator.object_file(&part.bucket, &object.key)? {
                Some(path) => files.push((path, part.values.as_slice())),
                None => {
                    let (bucket, key) = (part.bucket.clone(), object.key.clone());
                    return Err(ViewError::NotInFile { bucket, key });
                }
            }
        }
    }
    Ok(files)
}

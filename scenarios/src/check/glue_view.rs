//! Catalog tables as DuckDB sees them in checks: read as Athena reads them ([`crate::athena::scan`]), with columns and
//! types from the catalog, objects from S3 and those partitions that are registered. A small table is read once and for
//! all, since every query would open each of its objects several times. A table of very many small objects is handed over
//! object by object ([`super::many_objects`]).
//!
//! Tables that a stream feeds have no objects and are left out, as Athena cannot query them either.

use wavetank_emulator::ApiError;
use wavetank_emulator::glue::{GetDatabases, GetDatabasesRequest, GetTables, GetTablesRequest, Table};
use wavetank_engine::error::EngineError;

use super::database::quote;
use crate::adapters::Services;
use crate::athena::error::SqlError;
use crate::athena::lake::Lake;
use crate::athena::scan::{Part, Whole};
use crate::athena::translate::{Found, Tables};

/// Why a table cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// The emulator refused a call.
    #[error("reading the catalog failed")]
    Api(#[from] ApiError),
    /// It is not as Athena could read it.
    #[error("table `{table}` cannot be read")]
    Table {
        /// Name of the table.
        table: String,
        /// What is wrong with it.
        #[source]
        source: SqlError,
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

/// The tables of the catalog that have a location and whose names are wanted.
pub(super) fn all(
    services: &Services,
    lake: &Lake<'_>,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<View>, ViewError> {
    let mut views = Vec::new();
    for database in databases(services)? {
        for table in tables(services, &database)? {
            let name = table.input.name.clone().unwrap_or_default();
            let storage = table.input.storage_descriptor.as_ref();
            let location = storage.and_then(|storage| storage.location.as_deref()).unwrap_or_default();
            if !location.starts_with("s3://") || !wanted(&name) {
                continue;
            }
            let content = content(lake, &database, &name)
                .map_err(|source| ViewError::Table { table: name.clone(), source })?;
            views.extend(content.map(|content| View { database: database.clone(), name, content }));
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

/// What a table becomes; a view of Athena's is none.
fn content(lake: &Lake<'_>, database: &str, name: &str) -> Result<Option<Content>, SqlError> {
    let Some(Found::Table(shape)) = lake.find(database, name)? else { return Ok(None) };
    let named = |columns: &[crate::athena::translate::OutputColumn]| {
        columns.iter().map(|column| (column.name.clone(), column.ty.duckdb())).collect()
    };
    let (columns, keys) = (named(&shape.columns), named(&shape.keys));
    let whole = Whole::of(shape, lake)?;
    let (objects, bytes) = whole.size();
    let is_many = objects > OBJECTS_OPENED_MAX && bytes / objects as u64 <= SMALL_OBJECT_BYTES;
    if is_many && (whole.is_json() || whole.is_parquet()) {
        let json = whole.is_json();
        return Ok(Some(Content::Many(ManyObjects { columns, keys, json, parts: whole.parts })));
    }
    let kind = if bytes <= SMALL_TABLE_BYTES_MAX { "TABLE" } else { "VIEW" };
    let body = whole.sql(lake)?;
    Ok(Some(Content::Sql(format!("CREATE {kind} {}.{} AS {body};", quote(database), quote(name)))))
}

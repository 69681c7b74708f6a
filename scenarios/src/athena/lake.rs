//! What a query reads: the tables of the catalog, and the objects of S3 as files.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wavetank_emulator::glue::{
    Column, GetDatabase, GetDatabaseRequest, GetPartitions, GetPartitionsRequest, GetTable, GetTableRequest,
    Partition, TableInput,
};
use wavetank_emulator::s3::{GetObject, ListObjectsV2, input};
use wavetank_emulator::{ApiError, Emulator, ErrorCode, Timestamp};
use wavetank_engine::types::parse_hive_type;

use super::ddl::{GlueCatalog, view_query};
use super::error::SqlError;
use super::information_schema;
use super::translate::{Found, OutputColumn, TableShape, Tables};
use super::type_text::parse_type;
use super::types::Type;

/// Tables that were looked for, by database and name.
type Known = BTreeMap<(String, String), Option<Arc<TableInput>>>;

/// Tables and objects, as one query finds them.
pub struct Lake<'a> {
    emulator: &'a Emulator,
    now: Timestamp,
    /// Where objects go that are in memory only, so that DuckDB can read them.
    folder: &'a Path,
    tables: RefCell<Known>,
}

/// An object that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// How long it is.
    pub bytes: u64,
}

impl Object {
    /// `s3://bucket/key`.
    pub fn location(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.key)
    }
}

impl<'a> Lake<'a> {
    /// The tables and objects of an emulator.
    pub fn new(emulator: &'a Emulator, now: Timestamp, folder: &'a Path) -> Self {
        Self { emulator, now, folder, tables: RefCell::default() }
    }

    /// A table as the catalog has it.
    ///
    /// # Errors
    /// When the catalog fails.
    pub fn table(&self, database: &str, name: &str) -> Result<Option<Arc<TableInput>>, SqlError> {
        let key = (database.to_owned(), name.to_owned());
        if let Some(known) = self.tables.borrow().get(&key) {
            return Ok(known.clone());
        }
        let request = GetTableRequest::new(database, name);
        let found = match self.emulator.call::<GetTable>(self.now, request) {
            Ok(answer) => Some(Arc::new(answer.table.input)),
            Err(ApiError { code: ErrorCode::EntityNotFoundException, .. }) => None,
            Err(error) => return Err(failed(&error)),
        };
        self.tables.borrow_mut().insert(key, found.clone());
        Ok(found)
    }

    /// All partitions of a table, by their values.
    ///
    /// # Errors
    /// When the catalog fails.
    pub fn partitions(&self, database: &str, table: &str) -> Result<Vec<Partition>, SqlError> {
        let mut request = GetPartitionsRequest::new(database, table);
        request.exclude_column_schema = Some(true);
        let mut partitions = Vec::new();
        loop {
            let page = self.emulator.call::<GetPartitions>(self.now, request.clone());
            let page = page.map_err(|error| failed(&error))?;
            partitions.extend(page.partitions);
            match page.next_token {
                None => return Ok(partitions),
                token => request.next_token = token,
            }
        }
    }

    /// The query's own folder.
    pub fn folder(&self) -> &Path {
        self.folder
    }

    /// When the query was submitted, in microseconds since 1970.
    pub fn now_micros(&self) -> i64 {
        self.now.as_millis() * 1000
    }

    /// The objects below a location that hold rows: not empty, and not hidden by `_` or `.` before their names.
    ///
    /// # Errors
    /// When the location is none of S3, or its bucket is not there.
    pub fn objects(&self, location: &str) -> Result<Vec<Object>, SqlError> {
        let (bucket, prefix) = place_of(location)?;
        let mut request = input::list_objects(&bucket, folder_of(&prefix));
        let mut objects = Vec::new();
        loop {
            let page = self.emulator.s3().call::<ListObjectsV2>(self.now, request.clone());
            let page = page.map_err(|error| failed(&error))?;
            let listed = page.contents.into_iter().flatten();
            let listed =
                listed.filter_map(|object| Some((object.key?, object.size.unwrap_or_default() as u64)));
            let visible = listed.filter(|(key, bytes)| *bytes > 0 && !is_hidden(key, &prefix));
            objects.extend(visible.map(|(key, bytes)| Object { bucket: bucket.clone(), key, bytes }));
            match page.next_continuation_token {
                None => return Ok(objects),
                token => request.continuation_token = token,
            }
        }
    }

    /// The file that has an object's body: the emulator's own, or a copy where it has none.
    ///
    /// # Errors
    /// When the object is gone, or the disk is full.
    pub fn file(&self, object: &Object) -> Result<PathBuf, SqlError> {
        let file = self.emulator.s3().object_file(&object.bucket, &object.key);
        if let Some(path) = file.map_err(|error| failed(&error))? {
            return Ok(path);
        }
        if self.folder.as_os_str().is_empty() {
            let message =
                format!("{} is in memory only: open the emulator with a data directory", object.location());
            return Err(SqlError::new("HIVE_CANNOT_OPEN_SPLIT", message));
        }
        let request = input::get_object(&object.bucket, &object.key);
        let body = self.emulator.s3().call::<GetObject>(self.now, request).map_err(|error| failed(&error))?;
        let body = body.into_bytes().map_err(|error| failed(&error))?;
        let path = self.folder.join(format!("object-{:x}", name_hash(object)));
        std::fs::write(&path, body)
            .map_err(|error| SqlError::new("GENERIC_INTERNAL_ERROR", error.to_string()))?;
        Ok(path)
    }
}

impl Tables for Lake<'_> {
    fn find(&self, database: &str, name: &str) -> Result<Option<Found>, SqlError> {
        if database == information_schema::NAME {
            let catalog = GlueCatalog::new(self.emulator, self.now);
            return Ok(information_schema::listing(name, &catalog)?.map(Found::Listing));
        }
        let Some(table) = self.table(database, name)? else { return Ok(None) };
        if table.table_type.as_deref() == Some("VIRTUAL_VIEW") {
            return match view_query(&table) {
                Some((sql, database)) => Ok(Some(Found::View { sql, database })),
                None => Err(SqlError::new(
                    "INVALID_VIEW",
                    format!("View '{database}.{name}' was not made by Athena and cannot be read"),
                )),
            };
        }
        let storage = table.storage_descriptor.clone().unwrap_or_default();
        let columns = typed(name, storage.columns.as_deref().unwrap_or_default())?;
        let keys = typed(name, table.partition_keys.as_deref().unwrap_or_default())?;
        let (database, name) = (database.to_owned(), name.to_owned());
        Ok(Some(Found::Table(Arc::new(TableShape { database, name, columns, keys }))))
    }

    fn has_database(&self, name: &str) -> Result<bool, SqlError> {
        // Athena has these whether the catalog has them or not.
        if name == "default" || name == information_schema::NAME {
            return Ok(true);
        }
        match self.emulator.call::<GetDatabase>(self.now, GetDatabaseRequest::new(name)) {
            Ok(_) => Ok(true),
            Err(ApiError { code: ErrorCode::EntityNotFoundException, .. }) => Ok(false),
            Err(error) => Err(failed(&error)),
        }
    }
}

fn typed(table: &str, columns: &[Column]) -> Result<Vec<OutputColumn>, SqlError> {
    let one = |column: &Column| {
        let name = column.name.clone().unwrap_or_default().to_lowercase();
        let text = column.r#type.as_deref().unwrap_or("string");
        match hive_type(text) {
            Some(ty) => Ok(OutputColumn { name, ty }),
            None => Err(SqlError::new(
                "HIVE_INVALID_METADATA",
                format!(
                    "column `{name}` of table `{table}` has the type `{text}`, which nothing is known of"
                ),
            )),
        }
    };
    columns.iter().map(one).collect()
}

/// The type that a text of the catalog's names.
pub fn hive_type(text: &str) -> Option<Type> {
    let text = text.trim().to_lowercase();
    if text.starts_with("varchar") || text.starts_with("char") {
        return parse_type(&text);
    }
    parse_hive_type(&text).ok().map(|data_type| Type::of_arrow(&data_type))
}

/// Bucket and prefix of a location.
///
/// # Errors
/// When it is none of S3.
pub fn place_of(location: &str) -> Result<(String, String), SqlError> {
    let schemes = ["s3://", "s3a://", "s3n://"];
    let path = schemes.iter().find_map(|scheme| location.strip_prefix(scheme));
    let Some(path) = path.filter(|path| !path.starts_with('/') && !path.is_empty()) else {
        let message = format!("the location `{location}` is not one of S3 (s3://bucket/prefix/)");
        return Err(SqlError::new("HIVE_INVALID_METADATA", message));
    };
    let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
    Ok((bucket.to_owned(), prefix.to_owned()))
}

/// A prefix that ends where a folder does.
pub fn folder_of(prefix: &str) -> String {
    match prefix.is_empty() || prefix.ends_with('/') {
        true => prefix.to_owned(),
        false => format!("{prefix}/"),
    }
}

fn is_hidden(key: &str, prefix: &str) -> bool {
    let below = key.strip_prefix(prefix).unwrap_or(key);
    below.split('/').any(|part| part.starts_with(['_', '.'])) || key.ends_with('/')
}

/// A name for a copy; objects of one query have different ones.
fn name_hash(object: &Object) -> u128 {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in object.bucket.bytes().chain([b'/']).chain(object.key.bytes()) {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    hash
}

/// A failure of the emulator's, in a query.
pub fn failed(error: &ApiError) -> SqlError {
    let code = match error.code {
        ErrorCode::NoSuchBucket => "HIVE_FILESYSTEM_ERROR",
        ErrorCode::EntityNotFoundException => "SCHEMA_NOT_FOUND",
        _ => "GENERIC_INTERNAL_ERROR",
    };
    SqlError::new(code, error.message.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_below_hidden_folders_hold_no_rows() {
        assert!(is_hidden("t/_temporary/a.parquet", "t/"));
        assert!(is_hidden("t/.crc", "t/"));
        assert!(!is_hidden("_t/a.parquet", "_t/"));
    }

    #[test]
    fn text_types_of_the_catalog_keep_their_lengths() {
        assert_eq!(hive_type("VARCHAR(10)"), Some(Type::Varchar(Some(10))));
        assert_eq!(hive_type("string"), Some(Type::VARCHAR));
        assert_eq!(hive_type("struct<a:int>").unwrap().to_string(), "row(a integer)");
        assert_eq!(hive_type("nonsense"), None);
    }
}

//! Statements that write rows: `CREATE TABLE AS`, `INSERT INTO`, `UNLOAD`. DuckDB writes files into the query's folder,
//! and these are put into S3 as objects; partitions and the table come last, so that nobody sees half of it.

mod folders;
mod format;
mod properties;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use wavetank_emulator::glue::{
    BatchCreatePartition, BatchCreatePartitionRequest, PartitionInput, StorageDescriptor, TableInput,
};
use wavetank_emulator::s3::{PutObject, PutObjectRequest};
use wavetank_emulator::{Emulator, Timestamp};

use super::ddl::{Catalog, CreateTableAs, GlueCatalog, Insert, TableName, Unload};
use super::error::SqlError;
use super::lake::{Lake, failed, place_of};
use super::query::{Ready, ready};
use super::session::Limits;
use super::translate::{Circumstances, OutputColumn, Typed, coerce};
use super::types::{Type, coerces, literal, quoted};
use folders::{escaped, files_below, key_text, partition_values};
use format::{FileFormat, written_like};
use properties::Properties;
use table::{checked, described, typed};

/// Partitions that one statement may write: Athena's "100 open writers".
const PARTITIONS_MAX: usize = 100;
/// Partitions that one call of the catalog takes.
const PARTITIONS_AT_ONCE: usize = 100;

/// What a statement that writes needs.
pub struct Writing<'a> {
    /// The catalog and the objects.
    pub emulator: &'a Emulator,
    /// The time now.
    pub clock: &'a dyn Fn() -> Timestamp,
    /// What the query reads.
    pub lake: &'a Lake<'a>,
    /// Where files are made.
    pub folder: &'a Path,
    /// The id of the query, which names its files.
    pub id: &'a str,
    /// Where results go, and tables without a place of their own.
    pub output_location: &'a str,
    /// Under which the query runs.
    pub circumstances: Circumstances,
    /// What it may use.
    pub limits: Limits,
    /// Whether it is to stop.
    pub stopped: &'a AtomicBool,
}

/// What was written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows.
    pub rows: u64,
    /// Bytes that the query has read.
    pub scanned: u64,
    /// `s3://…` of each object.
    pub locations: Vec<String>,
}

/// Where rows go and what they look like there.
struct Target {
    location: String,
    format: FileFormat,
    columns: Vec<OutputColumn>,
    /// How many of the columns, the last ones, are partition keys.
    keys: usize,
}

/// A partition that a statement has written into.
struct WrittenPartition {
    values: Vec<String>,
    location: String,
}

/// `CREATE TABLE … AS`.
///
/// # Errors
/// Why there is no such table now.
pub fn create_table_as(writing: Writing<'_>, create: &CreateTableAs) -> Result<Written, SqlError> {
    let (database, name) = writing.named(&create.table);
    if writing.lake.table(&database, &name)?.is_some() {
        if create.if_not_exists {
            return Ok(Written::default());
        }
        return Err(already_exists(&database, &name));
    }
    let properties = Properties::of(&create.properties);
    properties.known(&[
        "format",
        "parquet_compression",
        "orc_compression",
        "write_compression",
        "compression_level",
        "external_location",
        "partitioned_by",
        "bucketed_by",
        "bucket_count",
        "field_delimiter",
        "is_external",
        "table_type",
        "location",
    ])?;
    if properties.text("table_type").is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg")) {
        return Err(SqlError::new("NOT_SUPPORTED", "Iceberg tables are not supported"));
    }
    let ready = writing.ready(&create.query.text)?;
    let columns = checked(&ready.translation.relation.columns)?;
    let location = match properties.text("external_location").or(properties.text("location")) {
        Some(location) => location,
        None => format!("{}tables/{}/", writing.output_location, writing.id),
    };
    let location = format!("{}/", location.trim_end_matches('/'));
    writing.must_be_empty(&location)?;
    let keys = writing.keys(&columns, &properties.texts("partitioned_by"))?;
    let format = properties.format(&properties.text("format").unwrap_or("PARQUET".to_owned()))?;
    let table = described(&name, &columns, keys, &location, &format, &properties, (writing.clock)())?;
    let target = Target { location, format, columns, keys };
    let (written, partitions) = match create.with_data {
        true => writing.write(&ready, &target)?,
        false => (Written::default(), vec![]),
    };
    let catalog = GlueCatalog::new(writing.emulator, (writing.clock)());
    if !catalog.create_table(&database, table.clone()).map_err(|error| failed(&error))? {
        return Err(already_exists(&database, &name));
    }
    writing.register((&database, &name), &table, partitions)?;
    Ok(written)
}

fn already_exists(database: &str, name: &str) -> SqlError {
    let message = format!("line 1:1: Destination table 'awsdatacatalog.{database}.{name}' already exists");
    SqlError::new("TABLE_ALREADY_EXISTS", message)
}

/// `INSERT INTO`.
///
/// # Errors
/// Why nothing has come in.
pub fn insert(writing: Writing<'_>, insert: &Insert) -> Result<Written, SqlError> {
    let (database, name) = writing.named(&insert.table);
    let Some(table) = writing.lake.table(&database, &name)? else {
        let message = format!("line 1:1: Table 'awsdatacatalog.{database}.{name}' does not exist");
        return Err(SqlError::new("TABLE_NOT_FOUND", message));
    };
    if table.table_type.as_deref() == Some("VIRTUAL_VIEW") {
        return Err(SqlError::new("NOT_SUPPORTED", "line 1:1: Inserting into views is not supported"));
    }
    let storage = table.storage_descriptor.clone().unwrap_or_default();
    let columns = typed(storage.columns.as_deref().unwrap_or_default())?;
    let key_columns = typed(table.partition_keys.as_deref().unwrap_or_default())?;
    let format = written_like(&table)?;
    let ready = writing.ready(&insert.query.text)?;
    let all: Vec<OutputColumn> = columns.into_iter().chain(key_columns.iter().cloned()).collect();
    let ready = placed(ready, &all, &insert.columns)?;
    let location = storage.location.clone().unwrap_or_default();
    let location = format!("{}/", location.trim_end_matches('/'));
    let target = Target { location, format, columns: all, keys: key_columns.len() };
    let (written, partitions) = writing.write(&ready, &target)?;
    writing.register((&database, &name), &table, partitions)?;
    Ok(written)
}

/// `UNLOAD`.
///
/// # Errors
/// Why nothing was written.
pub fn unload(writing: Writing<'_>, unload: &Unload) -> Result<Written, SqlError> {
    let properties = Properties::of(&unload.properties);
    properties.known(&["format", "compression", "compression_level", "field_delimiter", "partitioned_by"])?;
    let Some(format) = properties.text("format") else {
        return Err(SqlError::new("INVALID_PROPERTY", "UNLOAD needs the property format"));
    };
    let format = properties.format(&format)?;
    let ready = writing.ready(&unload.query.text)?;
    let columns = checked(&ready.translation.relation.columns)?;
    let keys = writing.keys(&columns, &properties.texts("partitioned_by"))?;
    let location = format!("{}/", unload.location.trim_end_matches('/'));
    writing.must_be_empty(&location)?;
    let target = Target { location, format, columns, keys };
    Ok(writing.write(&ready, &target)?.0)
}

impl Writing<'_> {
    fn named(&self, table: &TableName) -> (String, String) {
        let database = table.database.clone().or(self.circumstances.database.clone()).unwrap_or_default();
        (database.to_lowercase(), table.name.to_lowercase())
    }

    fn files(&self) -> PathBuf {
        self.folder.join("written")
    }

    fn ready(&self, sql: &str) -> Result<Ready, SqlError> {
        std::fs::create_dir_all(self.files()).map_err(|error| disk(&error))?;
        ready(sql, &self.circumstances, self.lake, self.limits)
    }

    fn must_be_empty(&self, location: &str) -> Result<(), SqlError> {
        match self.lake.objects(location)?.is_empty() {
            true => Ok(()),
            false => Err(SqlError::new(
                "HIVE_PATH_ALREADY_EXISTS",
                format!("Target directory for table already exists and is not empty: {location}"),
            )),
        }
    }

    /// How many of the columns are keys: they must be the last ones, in this order.
    fn keys(&self, columns: &[OutputColumn], names: &[String]) -> Result<usize, SqlError> {
        let at = columns.len().saturating_sub(names.len());
        let last = columns[at..].iter().map(|column| column.name.as_str());
        let same = last.eq(names
            .iter()
            .map(|name| name.to_lowercase())
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str));
        match same && (names.is_empty() || at > 0) {
            true => Ok(names.len()),
            false => Err(SqlError::new(
                "HIVE_COLUMN_ORDER_MISMATCH",
                "Partition keys must be the last columns in the table and in the same order as the table properties: \
                 [".to_owned() + &names.join(", ") + "]",
            )),
        }
    }

    /// Writes what a query answers, and puts it into S3.
    fn write(&self, ready: &Ready, target: &Target) -> Result<(Written, Vec<WrittenPartition>), SqlError> {
        let (folder, extension) = (self.files(), target.format.extension());
        let first_key = target.columns.len() - target.keys;
        let relation = &ready.translation.relation;
        let values = relation.columns.iter().zip(&target.columns).enumerate().map(|(at, (column, to))| {
            let value = coerce(Typed::new(format!("q.c{at}"), column.ty.clone()), &to.ty);
            (value, to.clone())
        });
        let mut values: Vec<(Typed, OutputColumn)> = values.collect();
        let keys = values.split_off(first_key);
        let mut items = target.format.items(&values);
        items.extend(keys.iter().map(|(value, to)| format!("{} AS {}", key_text(value), quoted(&to.name))));
        let items = items.join(", ");
        let keys: Vec<String> =
            target.columns[first_key..].iter().map(|column| quoted(&column.name)).collect();
        let (path, partition_by) = match keys.is_empty() {
            true => (folder.join(format!("part.{extension}")), String::new()),
            false => (folder.clone(), format!(", PARTITION_BY ({}), OVERWRITE_OR_IGNORE", keys.join(", "))),
        };
        let sql = format!(
            "COPY (SELECT {items} FROM ({}) q) TO {} ({}{partition_by})",
            relation.sql,
            literal(&path.display().to_string()),
            target.format.options()
        );
        let rows = ready.session.execute(&sql, self.stopped)?;
        let mut written = Written { rows, scanned: ready.bytes, locations: vec![] };
        let mut partitions: BTreeMap<Vec<String>, String> = BTreeMap::new();
        for (number, file) in files_below(&folder).map_err(|error| disk(&error))?.into_iter().enumerate() {
            if rows == 0 {
                break;
            }
            let values = partition_values(&folder, &file);
            let subfolder: String =
                values.iter().map(|(name, value)| format!("{name}={}/", escaped(value))).collect();
            let location = format!("{}{subfolder}", target.location);
            let object = format!("{location}{}_{number:05}.{extension}", self.id);
            self.put(&object, &file)?;
            written.locations.push(object);
            if target.keys > 0 {
                partitions.insert(values.into_iter().map(|(_, value)| value).collect(), location);
            }
        }
        if partitions.len() > PARTITIONS_MAX {
            let message = format!("Exceeded limit of {PARTITIONS_MAX} open writers for partitions/buckets");
            return Err(SqlError::new("HIVE_TOO_MANY_OPEN_PARTITIONS", message));
        }
        let partitions =
            partitions.into_iter().map(|(values, location)| WrittenPartition { values, location }).collect();
        Ok((written, partitions))
    }

    fn put(&self, location: &str, file: &Path) -> Result<(), SqlError> {
        use std::io::Read;
        let (bucket, key) = place_of(location)?;
        let mut writer = self.emulator.s3().content_writer(&[]);
        let mut source = std::fs::File::open(file).map_err(|error| disk(&error))?;
        let mut piece = vec![0; 1 << 20];
        loop {
            let read = source.read(&mut piece).map_err(|error| disk(&error))?;
            if read == 0 {
                break;
            }
            writer.write(bytes::Bytes::copy_from_slice(&piece[..read])).map_err(|error| disk(&error))?;
        }
        let content = writer.finish().map_err(|error| disk(&error))?;
        let request = PutObjectRequest::new(bucket, key, content);
        self.emulator.s3().call::<PutObject>((self.clock)(), request).map_err(|error| failed(&error))?;
        Ok(())
    }

    /// Makes partitions known that were not; those that were keep what is said of them.
    fn register(
        &self,
        (database, name): (&str, &str),
        table: &TableInput,
        partitions: Vec<WrittenPartition>,
    ) -> Result<(), SqlError> {
        let inputs: Vec<PartitionInput> = partitions
            .into_iter()
            .map(|partition| PartitionInput {
                values: Some(partition.values),
                storage_descriptor: table
                    .storage_descriptor
                    .clone()
                    .map(|storage| StorageDescriptor { location: Some(partition.location), ..storage }),
                parameters: Some(BTreeMap::new()),
                ..PartitionInput::default()
            })
            .collect();
        for some in inputs.chunks(PARTITIONS_AT_ONCE) {
            let request = BatchCreatePartitionRequest::new(database, name, some.to_vec());
            let answer = self.emulator.call::<BatchCreatePartition>((self.clock)(), request);
            let errors = answer.map_err(|error| failed(&error))?.errors;
            let other =
                errors.into_iter().find(|error| error.error_detail.error_code != "AlreadyExistsException");
            if let Some(error) = other {
                return Err(SqlError::new("HIVE_METASTORE_ERROR", error.error_detail.error_message));
            }
        }
        Ok(())
    }
}

fn disk(error: &std::io::Error) -> SqlError {
    SqlError::new("GENERIC_INTERNAL_ERROR", format!("files of the query: {error}"))
}

/// The query's columns in the order of the table's, null where it gives none.
fn placed(mut ready: Ready, table: &[OutputColumn], names: &[String]) -> Result<Ready, SqlError> {
    let given = ready.translation.relation.columns.clone();
    let names: Vec<String> = match names.is_empty() {
        true => table.iter().map(|column| column.name.clone()).collect(),
        false => names.iter().map(|name| name.to_lowercase()).collect(),
    };
    let expected: Vec<&OutputColumn> = names
        .iter()
        .map(|name| {
            let found = table.iter().find(|column| column.name == *name);
            found.ok_or_else(|| {
                SqlError::new(
                    "COLUMN_NOT_FOUND",
                    format!("line 1:1: Insert column name does not exist in target table: {name}"),
                )
            })
        })
        .collect::<Result<_, _>>()?;
    let mismatched = names.len() != given.len()
        || expected
            .iter()
            .zip(&given)
            .any(|(to, from)| !coerces(&from.ty, &to.ty) && !shortens(&from.ty, &to.ty));
    if mismatched {
        let shown = |columns: Vec<&OutputColumn>| {
            columns.iter().map(|column| column.ty.to_string()).collect::<Vec<_>>().join(", ")
        };
        let message = format!(
            "line 1:1: Insert query has mismatched column types: Table: [{}], Query: [{}]",
            shown(expected),
            shown(given.iter().collect())
        );
        return Err(SqlError::new("TYPE_MISMATCH", message));
    }
    let items = table.iter().enumerate().map(|(at, column)| {
        match names.iter().position(|name| *name == column.name) {
            Some(from) => {
                let value = coerce(Typed::new(format!("i.c{from}"), given[from].ty.clone()), &column.ty);
                format!("{} AS c{at}", value.sql)
            }
            None => format!("CAST(NULL AS {}) AS c{at}", column.ty.duckdb()),
        }
    });
    let items = items.collect::<Vec<_>>().join(", ");
    let relation = &mut ready.translation.relation;
    relation.sql = format!("SELECT {items} FROM ({}) i", relation.sql);
    relation.columns = table.to_vec();
    Ok(ready)
}

/// A longer text may go where a shorter one is wanted; numbers may become narrower where they fit.
fn shortens(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Varchar(_), Type::Varchar(_) | Type::Char(_)) => true,
        (from, to) => from.is_integer() && to.is_integer(),
    }
}

//! DuckDB in place of Athena: the catalog's tables as views over the sink's objects, read where they lie, and the
//! system tables of the run.
//!
//! Extensions are neither loaded nor installed: only what is compiled into both builds of DuckDB is used.

use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;

use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, TimeUnit};
use arrow::record_batch::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use duckdb::Connection;

use super::glue_view::{self, Content, ViewError};
use super::many_objects;
use crate::adapters::Services;
use crate::athena::lake::Lake;
use crate::athena::native::Functions;
use crate::athena::session::{Limits, seal, watched};
use crate::recorder::{self, SystemRows};

/// System rows that are written at once.
const ROWS_PER_APPEND: usize = 16_384;

/// The database of one run.
pub struct CheckDatabase {
    connection: OnceCell<Connection>,
    /// Opening takes as long as a small run, so it goes on beside it until the database is needed.
    opening: Cell<Option<JoinHandle<duckdb::Result<Connection>>>>,
    /// Databases of the catalog that are schemas here.
    attached: BTreeSet<String>,
    functions: Functions,
    /// Whether anything else can be read no more.
    is_sealed: Cell<bool>,
    /// System rows that are not yet in the database.
    waiting: BTreeMap<&'static str, Vec<RecordBatch>>,
}

/// The answer to a query, as text; null is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// Column names.
    pub columns: Vec<String>,
    /// Values, row by row.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Why the database could not be filled.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// DuckDB refused a statement.
    #[error("duckdb refused a statement")]
    DuckDb(#[from] duckdb::Error),
    /// System rows do not fit together.
    #[error("cannot collect system rows")]
    Arrow(#[source] arrow::error::ArrowError),
    /// The catalog holds something that cannot be shown as a view.
    #[error(transparent)]
    View(#[from] ViewError),
}

impl CheckDatabase {
    /// An empty database with the system tables. It opens in the background; whether that went well is known when
    /// it is first used.
    pub fn open() -> Self {
        let opening = Cell::new(Some(std::thread::spawn(open)));
        let (attached, waiting) = (BTreeSet::new(), BTreeMap::new());
        let functions = Functions::default();
        Self {
            connection: OnceCell::new(),
            opening,
            attached,
            functions,
            is_sealed: Cell::new(false),
            waiting,
        }
    }

    /// One for many runs in the same folder, whose objects have the same names and other bytes.
    pub(crate) fn of_one_folder() -> Result<Self, DatabaseError> {
        let database = Self::open();
        database.connection()?.execute_batch("SET enable_external_file_cache = false;")?;
        Ok(database)
    }

    /// Empties the system tables. The catalog's are attached anew by every run.
    pub(crate) fn clear(&mut self) -> Result<(), DatabaseError> {
        self.waiting.clear();
        let deletes =
            recorder::schemas().into_iter().map(|(table, _)| format!("DELETE FROM wavetank.{table};"));
        let deletes: String = deletes.collect();
        Ok(self.connection()?.execute_batch(&deletes)?)
    }

    fn connection(&self) -> duckdb::Result<&Connection> {
        if let Some(opening) = self.opening.take() {
            let opened = opening.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            return Ok(self.connection.get_or_init(|| opened));
        }
        // Opened before; if that failed, its error was given then and is found again.
        match self.connection.get() {
            Some(connection) => Ok(connection),
            None => {
                let opened = open()?;
                Ok(self.connection.get_or_init(|| opened))
            }
        }
    }

    /// Adds rows to system tables. They are collected and written together: an append costs DuckDB as much for
    /// one row as for a thousand.
    pub fn append(&mut self, tables: Vec<SystemRows>) -> Result<(), DatabaseError> {
        for SystemRows { table, rows } in tables {
            let waiting = self.waiting.entry(table).or_default();
            waiting.push(rows);
            if waiting.iter().map(RecordBatch::num_rows).sum::<usize>() >= ROWS_PER_APPEND {
                self.flush(table)?;
            }
        }
        Ok(())
    }

    fn flush(&mut self, table: &'static str) -> Result<(), DatabaseError> {
        let rows = self.waiting.remove(table).unwrap_or_default();
        let Some(first) = rows.first() else { return Ok(()) };
        let all = concat_batches(first.schema_ref(), &rows).map_err(DatabaseError::Arrow)?;
        self.connection()?.appender_to_db(table, "wavetank")?.append_record_batch(all)?;
        Ok(())
    }

    /// Makes every queryable table of the catalog a view, and the job's database the one that plain names mean.
    /// Rows that still wait are written first.
    /// Only tables whose names are wanted: to show one costs time, and a check is about few.
    pub fn attach_catalog(
        &mut self,
        services: &Services,
        database: &str,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<(), DatabaseError> {
        for (table, _) in recorder::schemas() {
            self.flush(table)?;
        }
        self.connection()?.execute_batch("SET schema = 'main';")?;
        for old in std::mem::take(&mut self.attached) {
            self.connection()?.execute_batch(&format!("DROP SCHEMA IF EXISTS {} CASCADE;", quote(&old)))?;
        }
        let objects = services.emulator.objects_folder().map(Path::to_owned).unwrap_or_default();
        self.seal(&objects)?;
        let lake = Lake::new(&services.emulator, services.clock.now(), Path::new(""));
        for view in glue_view::all(services, &lake, wanted)? {
            self.attached.insert(view.database.clone());
            self.connection()?
                .execute_batch(&format!("CREATE SCHEMA IF NOT EXISTS {};", quote(&view.database)))?;
            match &view.content {
                Content::Sql(sql) => self.execute(sql)?,
                Content::Many(table) => {
                    many_objects::load(self, services, (&view.database, &view.name), table)?;
                }
            }
        }
        self.attached.insert(database.to_lowercase());
        let database = quote(&database.to_lowercase());
        self.connection()?.execute_batch(&format!(
            "CREATE SCHEMA IF NOT EXISTS {database}; SET schema = '{}';",
            database.replace('\'', "''")
        ))?;
        Ok(())
    }

    /// From here on DuckDB reads nothing but the emulator's objects, and a kept run's ledger beside them.
    fn seal(&self, objects: &Path) -> duckdb::Result<()> {
        if self.is_sealed.replace(true) {
            return Ok(());
        }
        let whole = objects.canonicalize().unwrap_or_else(|_| objects.to_owned());
        // `<run>/emulator/objects` and `<run>/ledger`.
        let ledger = |objects: &Path| objects.parent().and_then(Path::parent).map(|run| run.join("ledger"));
        let folders = [ledger(objects), ledger(&whole), Some(objects.to_owned()), Some(whole)];
        let folders: Vec<PathBuf> = folders.into_iter().flatten().collect();
        let folders = folders.iter().filter(|folder| !folder.as_os_str().is_empty());
        seal(self.connection()?, folders.map(PathBuf::as_path))
    }

    /// Makes a table anew, with these rows.
    pub(super) fn replace_table(
        &self,
        schema: &str,
        table: &str,
        columns: &str,
        rows: &[RecordBatch],
    ) -> duckdb::Result<()> {
        let name = format!("{}.{}", quote(schema), quote(table));
        self.execute(&format!("CREATE OR REPLACE TABLE {name} ({columns})"))?;
        let mut appender = self.connection()?.appender_to_db(table, schema)?;
        rows.iter().try_for_each(|rows| appender.append_record_batch(rows.clone()))
    }

    /// Adds rows to a table, which casts them to its types.
    pub(super) fn append_rows(
        &self,
        schema: &str,
        table: &str,
        rows: RecordBatch,
    ) -> Result<(), DatabaseError> {
        Ok(self.connection()?.appender_to_db(table, schema)?.append_record_batch(rows)?)
    }

    /// Runs statements whose answers nobody wants.
    pub(crate) fn execute(&self, sql: &str) -> duckdb::Result<()> {
        let connection = self.connection()?;
        self.functions.teach(connection, sql)?;
        connection.execute_batch(sql)
    }

    /// Reads a system table from a Parquet file that [`CheckDatabase::export`] has written.
    pub fn import(&self, table: &str, file: &std::path::Path) -> Result<(), duckdb::Error> {
        let file = file.display().to_string().replace('\'', "''");
        self.connection()?.execute_batch(&format!(
            "INSERT INTO wavetank.{table} BY NAME SELECT * FROM read_parquet('{file}');"
        ))
    }

    /// Writes a system table to a Parquet file.
    pub fn export(&self, table: &str, file: &std::path::Path) -> Result<(), duckdb::Error> {
        let file = file.display().to_string().replace('\'', "''");
        self.connection()?.execute_batch(&format!("COPY wavetank.{table} TO '{file}' (FORMAT parquet);"))
    }

    /// Runs a query and collects its answer.
    pub fn query(&self, sql: &str) -> Result<Rows, duckdb::Error> {
        let connection = self.connection()?;
        let run = || {
            let mut statement = connection.prepare(sql)?;
            let batches: Vec<RecordBatch> = statement.query_arrow([])?.collect();
            let columns = statement.column_names();
            let rows = batches.iter().flat_map(texts).collect();
            Ok(Rows { columns, rows })
        };
        watched(connection, Limits::default().time, &AtomicBool::new(false), run).0
    }
}

/// A database with empty system tables.
fn open() -> duckdb::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    let mut sql = String::from(
        "SET autoinstall_known_extensions = false; SET autoload_known_extensions = false; CREATE SCHEMA wavetank;",
    );
    for (table, schema) in recorder::schemas() {
        let columns =
            schema.fields().iter().map(|f| format!("{} {}", quote(f.name()), sql_type(f.data_type())));
        let columns = columns.collect::<Vec<_>>().join(", ");
        sql += &format!("CREATE TABLE wavetank.{table} ({columns});");
    }
    connection.execute_batch(&sql)?;
    Ok(connection)
}

/// The values of a batch as people write them in a scenario.
fn texts(batch: &RecordBatch) -> Vec<Vec<Option<String>>> {
    let options = FormatOptions::new().with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.f"));
    let formatters: Vec<_> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options).expect("duckdb's types can all be shown"))
        .collect();
    let value = |row: usize, column: usize| {
        batch.column(column).is_valid(row).then(|| formatters[column].value(row).to_string())
    };
    (0..batch.num_rows())
        .map(|row| (0..formatters.len()).map(|column| value(row, column)).collect())
        .collect()
}

/// An identifier in quotes.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// DuckDB's name of a type.
pub(super) fn sql_type(data_type: &DataType) -> String {
    use DataType::*;
    match data_type {
        Boolean => "BOOLEAN".into(),
        Int8 => "TINYINT".into(),
        Int16 => "SMALLINT".into(),
        Int32 => "INTEGER".into(),
        Int64 => "BIGINT".into(),
        UInt64 => "UBIGINT".into(),
        Float32 => "FLOAT".into(),
        Float64 => "DOUBLE".into(),
        Decimal128(precision, scale) => format!("DECIMAL({precision}, {scale})"),
        Utf8 => "VARCHAR".into(),
        Binary => "BLOB".into(),
        Date32 => "DATE".into(),
        Timestamp(TimeUnit::Microsecond, _) => "TIMESTAMP".into(),
        List(element) => format!("{}[]", sql_type(element.data_type())),
        Struct(fields) => {
            let fields = fields.iter().map(|f| format!("{} {}", quote(f.name()), sql_type(f.data_type())));
            format!("STRUCT({})", fields.collect::<Vec<_>>().join(", "))
        }
        Map(entries, _) => match entries.data_type() {
            Struct(fields) => {
                format!("MAP({}, {})", sql_type(fields[0].data_type()), sql_type(fields[1].data_type()))
            }
            _ => unreachable!("map entries are structs"),
        },
        other => unreachable!("no catalog type maps to {other}"),
    }
}

//! A scan of a query, made a view of DuckDB's: which partitions there are, which of them the query wants, which objects
//! are in them, and how these become the columns that the catalog promises.
//!
//! ```text
//! catalog or projection ── partitions ── conditions on keys ── objects ── scan0(c0, c1, …, path)
//! ```
//!
//! Columns are found by name, in Parquet and in JSON; a column that an object lacks is null. Keys come from the catalog,
//! never from the names of objects.

mod date_pattern;
mod date_range;
mod format;
mod partitions;
mod projection;
mod rows;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use wavetank_emulator::glue::TableInput;

use super::duck_error::in_athenas_words;
use super::error::SqlError;
use super::lake::{Lake, Object};
use super::session::Session;
use super::translate::{Scan, TableShape, Typed};
use super::types::{Type, literal, quoted};

pub use format::Format;

/// With more partitions than this, a list of files says which partition each is of.
const BRANCHES_MAX: usize = 64;

/// What a scan has come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// Bytes of the objects.
    pub bytes: u64,
    /// Folders that DuckDB reads from.
    pub folders: BTreeSet<PathBuf>,
}

/// Objects with the same values for the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The values, in the order of the keys.
    pub values: Vec<String>,
    /// The objects.
    pub objects: Vec<Object>,
}

/// All of a table, for whoever does not know yet what will be asked of it.
pub struct Whole {
    scan: Scan,
    format: Format,
    /// Its partitions, or the table as one.
    pub parts: Vec<Part>,
}

impl Whole {
    /// Finds all partitions and objects of a table.
    ///
    /// # Errors
    /// As [`prepare`].
    pub fn of(shape: Arc<TableShape>, lake: &Lake<'_>) -> Result<Self, SqlError> {
        let used = (0..shape.columns.len() + shape.keys.len()).collect();
        let alias = "t".to_owned();
        let scan = Scan { table: shape, used, path: false, conditions: vec![], alias };
        let table = table_of(&scan, lake)?;
        let format = Format::of(&table)?;
        let parts = parts(partitions::all(&scan, &table, lake)?, lake)?;
        Ok(Self { scan, format, parts })
    }

    /// Whether its objects are lines of JSON.
    pub fn is_json(&self) -> bool {
        matches!(self.format, Format::Json { .. })
    }

    /// Whether its objects are Parquet.
    pub fn is_parquet(&self) -> bool {
        self.format == Format::Parquet
    }

    /// How many objects there are, and their bytes.
    pub fn size(&self) -> (usize, u64) {
        let objects = self.parts.iter().flat_map(|part| &part.objects);
        objects.fold((0, 0), |(count, bytes), object| (count + 1, bytes + object.bytes))
    }

    /// A query of DuckDB's for all rows, the columns under their own names.
    ///
    /// # Errors
    /// When an object cannot be read.
    pub fn sql(&self, lake: &Lake<'_>) -> Result<String, SqlError> {
        let (files, _) = files(&self.parts, lake)?;
        let body = body(&self.scan, &self.format, &self.parts, &files);
        let names = used(&self.scan).map(|(at, name, _)| format!("c{at} AS {}", quoted(name)));
        Ok(format!("SELECT {} FROM ({body})", names.collect::<Vec<_>>().join(", ")))
    }
}

fn table_of(scan: &Scan, lake: &Lake<'_>) -> Result<Arc<TableInput>, SqlError> {
    let shape = &scan.table;
    lake.table(&shape.database, &shape.name)?.ok_or_else(|| {
        let message = format!("Table 'awsdatacatalog.{}.{}' does not exist", shape.database, shape.name);
        SqlError::new("TABLE_NOT_FOUND", message)
    })
}

/// The objects of partitions, of those that have any.
fn parts(partitions: Vec<(Vec<String>, String)>, lake: &Lake<'_>) -> Result<Vec<Part>, SqlError> {
    let mut parts = Vec::new();
    for (values, location) in partitions {
        let objects = lake.objects(&location)?;
        if !objects.is_empty() {
            parts.push(Part { values, objects });
        }
    }
    Ok(parts)
}

/// The files of each partition's objects, and what there is to know of them all.
fn files(parts: &[Part], lake: &Lake<'_>) -> Result<(Vec<Vec<String>>, Scanned), SqlError> {
    let (mut all, mut scanned) = (Vec::new(), Scanned::default());
    for part in parts {
        let mut paths = Vec::new();
        for object in &part.objects {
            let path = lake.file(object)?;
            scanned.bytes += object.bytes;
            scanned.folders.extend(path.parent().map(PathBuf::from));
            paths.push(path.display().to_string());
        }
        all.push(paths);
    }
    Ok((all, scanned))
}

/// Makes the view `scan<at>`.
///
/// # Errors
/// When the table cannot be read, or the catalog says something about it that cannot be.
pub fn prepare(at: usize, scan: &Scan, lake: &Lake<'_>, session: &Session) -> Result<Scanned, SqlError> {
    let table = table_of(scan, lake)?;
    let format = Format::of(&table)?;
    let all = partitions::all(scan, &table, lake)?;
    let parts = parts(partitions::wanted(at, scan, all, session)?, lake)?;
    let (files, scanned) = files(&parts, lake)?;
    let body = body(scan, &format, &parts, &files);
    let sql = format!("CREATE TEMP VIEW scan{at} AS {body}");
    session.connection_for(&sql)?.execute_batch(&sql).map_err(|error| in_athenas_words(&error))?;
    Ok(scanned)
}

/// The columns that the query uses: position, name and type.
fn used(scan: &Scan) -> impl Iterator<Item = (usize, &str, &Type)> {
    let all = scan.table.columns.iter().chain(&scan.table.keys);
    let all = all.enumerate().filter(|(at, _)| scan.used.contains(at));
    all.map(|(at, column)| (at, column.name.as_str(), &column.ty))
}

fn body(scan: &Scan, format: &Format, parts: &[Part], files: &[Vec<String>]) -> String {
    if parts.is_empty() {
        return empty(scan);
    }
    match parts.len() <= BRANCHES_MAX || (scan.table.keys.is_empty() && !scan.path) {
        true => {
            let branches = parts.iter().zip(files).map(|(part, files)| branch(scan, format, part, files));
            branches.collect::<Vec<_>>().join(" UNION ALL ")
        }
        false => listed(scan, format, parts, files),
    }
}

/// One partition: its keys are constants.
fn branch(scan: &Scan, format: &Format, part: &Part, files: &[String]) -> String {
    let first_key = scan.table.columns.len();
    let keys = part.values.iter().enumerate().map(|(key, value)| (first_key + key, literal(value)));
    let path = scan.path.then(|| {
        let pairs = files
            .iter()
            .zip(&part.objects)
            .map(|(file, object)| format!("WHEN {} THEN {}", literal(file), literal(&object.location())));
        format!("CASE filename {} END", pairs.collect::<Vec<_>>().join(" "))
    });
    let source = rows::source(scan, format, files, &part.objects, scan.path);
    select(scan, keys.collect(), path, &source)
}

/// Many partitions: their keys stand in a list beside the names of files.
fn listed(scan: &Scan, format: &Format, parts: &[Part], files: &[Vec<String>]) -> String {
    let first_key = scan.table.columns.len();
    let mut rows = Vec::new();
    for (part, files) in parts.iter().zip(files) {
        let values: Vec<String> = part.values.iter().map(|value| literal(value)).collect();
        for (file, object) in files.iter().zip(&part.objects) {
            let cells = [literal(file), literal(&object.location())];
            let cells: Vec<String> = cells.into_iter().chain(values.iter().cloned()).collect();
            rows.push(format!("({})", cells.join(", ")));
        }
    }
    let names: Vec<String> = (0..scan.table.keys.len()).map(|key| format!("k{key}")).collect();
    let all_files: Vec<String> = files.iter().flatten().cloned().collect();
    let objects: Vec<Object> = parts.iter().flat_map(|part| part.objects.clone()).collect();
    let source = rows::source(scan, format, &all_files, &objects, true);
    let source = format!(
        "{source} JOIN (VALUES {}) p(file, location, {}) ON filename = p.file",
        rows.join(", "),
        names.join(", ")
    );
    let keys = (0..scan.table.keys.len()).map(|key| (first_key + key, format!("p.k{key}")));
    select(scan, keys.collect(), scan.path.then(|| "p.location".to_owned()), &source)
}

fn select(scan: &Scan, keys: Vec<(usize, String)>, path: Option<String>, source: &str) -> String {
    let first_key = scan.table.columns.len();
    let mut items: Vec<String> =
        used(scan).filter(|(at, _, _)| *at < first_key).map(|(at, _, _)| format!("r{at} AS c{at}")).collect();
    for (at, text) in keys.into_iter().filter(|(at, _)| scan.used.contains(at)) {
        let ty = &scan.table.keys[at - first_key].ty;
        items.push(format!("{} AS c{at}", partitions::key_value(&text, ty)));
    }
    items.extend(path.map(|path| format!("{path} AS path")));
    if items.is_empty() {
        items.push("1 AS nothing".to_owned());
    }
    format!("SELECT {} FROM {source}", items.join(", "))
}

/// A table without objects.
fn empty(scan: &Scan) -> String {
    let mut items: Vec<String> =
        used(scan).map(|(at, _, ty)| format!("CAST(NULL AS {}) AS c{at}", ty.duckdb())).collect();
    items.push("CAST(NULL AS VARCHAR) AS path".to_owned());
    format!("SELECT {} WHERE false", items.join(", "))
}

/// Columns of the objects that the query uses.
fn data_columns(scan: &Scan) -> Vec<(usize, &str, &Type)> {
    let first_key = scan.table.columns.len();
    used(scan).filter(|(at, _, _)| *at < first_key).collect()
}

/// A value under the name by which `select` finds it.
fn named(at: usize, value: &Typed) -> String {
    format!("{} AS r{at}", value.sql)
}

/// A list of files as DuckDB reads it.
fn list(files: &[String]) -> String {
    format!("[{}]", files.iter().map(|file| literal(file)).collect::<Vec<_>>().join(", "))
}

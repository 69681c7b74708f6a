//! A query from its text to its rows.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;

use arrow::array::Array;

use super::dialect::parse_query;
use super::error::SqlError;
use super::lake::Lake;
use super::scan;
use super::session::{Limits, Session};
use super::show;
use super::translate::{Circumstances, OutputColumn, Translation, translate};

/// A query that DuckDB is ready to run.
pub struct Ready {
    /// DuckDB, with a view for each scan.
    pub session: Session,
    /// The query and its columns.
    pub translation: Translation,
    /// Bytes of the objects that it reads.
    pub bytes: u64,
}

/// Translates a query and finds out what it reads. Nothing but its objects can be read from then on.
///
/// # Errors
/// When the query is refused.
pub fn ready(
    sql: &str,
    circumstances: &Circumstances,
    lake: &Lake<'_>,
    limits: Limits,
) -> Result<Ready, SqlError> {
    let query = parse_query(sql)?;
    let translation = translate(&query, lake, circumstances)?;
    let session = Session::open(limits, lake.folder())?;
    let (mut bytes, mut folders) = (0, BTreeSet::new());
    for (at, scan) in translation.scans.iter().enumerate() {
        let scanned = scan::prepare(at, scan, lake, &session)?;
        bytes += scanned.bytes;
        folders.extend(scanned.folders);
    }
    folders.insert(lake.folder().to_owned());
    session.seal(&folders)?;
    Ok(Ready { session, translation, bytes })
}

/// Runs a query; each row comes as texts.
///
/// # Errors
/// When it fails, is stopped, or answers too much; what `each` says.
pub fn rows(
    ready: &Ready,
    stopped: &AtomicBool,
    mut each: impl FnMut(&[Option<String>]) -> Result<(), SqlError>,
) -> Result<(), SqlError> {
    let columns: &[OutputColumn] = &ready.translation.relation.columns;
    let (mut bytes, most) = (0u64, ready.session.result_bytes_max());
    ready.session.stream(&ready.translation.relation.sql, stopped, |batch| {
        for (array, column) in batch.columns().iter().zip(columns) {
            // What is not as the translation promised must not be shown as if it were.
            // Nothing but nulls may have any type: DuckDB folds them.
            let is_null = array.null_count() == array.len();
            if !is_null && !show::fits(array.data_type(), &column.ty) {
                let message = format!(
                    "column '{}' came as {} and not as {}",
                    column.name,
                    array.data_type(),
                    column.ty
                );
                return Err(SqlError::new("GENERIC_INTERNAL_ERROR", message));
            }
        }
        for row in 0..batch.num_rows() {
            let arrays = batch.columns().iter().zip(columns);
            let cells: Vec<_> = arrays.map(|(array, column)| show::cell(array, row, &column.ty)).collect();
            bytes += cells.iter().map(|cell| cell.as_ref().map_or(1, String::len) as u64 + 3).sum::<u64>();
            if bytes > most {
                let message = format!("the result is greater than {} MiB", most >> 20);
                return Err(SqlError::new("EXCEEDED_RESULT_LIMIT", message));
            }
            each(&cells)?;
        }
        Ok(())
    })
}

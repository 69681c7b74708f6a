//! The port to what runs SQL. Nothing in this crate knows a database: one is given to the emulator from outside.
//!
//! ```text
//! StartQueryExecution ── classify ── QUEUED
//!          run_query ── RUNNING ── run ── SUCCEEDED, FAILED, CANCELLED
//!                                   └ columns and rows ── ResultWriter ── s3://…/<id>.csv
//! ```

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::ResultWriter;
use crate::emulator::Emulator;
use crate::error::ApiError;
use crate::time::Timestamp;

/// Runs the SQL of Athena: implemented outside.
pub trait SqlRunner: Send + Sync {
    /// What kind of statement a text is.
    ///
    /// # Errors
    /// Why the text is no statement: `StartQueryExecution` refuses it with this sentence, and Athena's code
    /// `MALFORMED_QUERY`.
    fn classify(&self, sql: &str) -> Result<StatementKind, String>;

    /// Runs a statement to its end on the calling thread, with the emulator's lock free; rows go to `results` as they
    /// come.
    ///
    /// # Errors
    /// Why the query is `FAILED`, or that it was stopped.
    fn run(&self, task: &QueryTask<'_>, results: &mut ResultWriter) -> Result<QueryOutcome, QueryFailure>;
}

/// The three kinds of statements that Athena tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum StatementType {
    /// `CREATE TABLE`, `ALTER TABLE`, `MSCK REPAIR TABLE`: the result is text without a header.
    Ddl,
    /// `SELECT`, `INSERT`, `CREATE TABLE AS SELECT`: the result is CSV, or what the statement writes.
    Dml,
    /// `SHOW`, `DESCRIBE`, `EXPLAIN`: the result is text without a header.
    Utility,
}

/// What kind of statement a text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementKind {
    /// One of the three.
    pub statement_type: StatementType,
    /// `SELECT`, `CREATE_TABLE_AS_SELECT`, `INSERT`, `UNLOAD`, `SHOW_TABLES`, … as Athena names them.
    pub substatement_type: String,
}

impl StatementKind {
    /// A kind by its two names.
    pub fn new(statement_type: StatementType, substatement_type: impl Into<String>) -> Self {
        Self { statement_type, substatement_type: substatement_type.into() }
    }
}

/// A statement that is to be run.
pub struct QueryTask<'a> {
    /// Where the catalog is; its [`Emulator::s3`] has the objects.
    pub emulator: &'a Emulator,
    /// When the query was submitted: what `CURRENT_TIMESTAMP` says.
    pub now: Timestamp,
    /// The time now, for what the runner puts and creates.
    pub clock: &'a dyn Fn() -> Timestamp,
    /// The id of the execution.
    pub id: &'a str,
    /// The text, as it came.
    pub sql: &'a str,
    /// Values for the `?` in the text, each a literal in SQL.
    pub parameters: &'a [String],
    /// The catalog that names without one mean.
    pub catalog: &'a str,
    /// The database that names without one mean.
    pub database: Option<&'a str>,
    /// The work group.
    pub work_group: &'a str,
    /// The folder that results go to, with a `/` at its end: `s3://bucket/prefix/`.
    pub output_location: &'a str,
    /// The query is to fail once it has scanned more.
    pub bytes_cutoff: Option<u64>,
    /// Becomes true when a client has the query stopped; see [`QueryTask::check_stopped`].
    pub stopped: &'a AtomicBool,
}

impl QueryTask<'_> {
    /// Ends a query that a client wants stopped: to be called now and then.
    ///
    /// # Errors
    /// [`QueryFailure::Stopped`].
    pub fn check_stopped(&self) -> Result<(), QueryFailure> {
        match self.stopped.load(Ordering::Relaxed) {
            true => Err(QueryFailure::Stopped),
            false => Ok(()),
        }
    }
}

/// What a statement came to, beside its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryOutcome {
    /// Bytes of objects that were read.
    pub data_scanned_bytes: u64,
    /// Rows that were written, for statements that write.
    pub update_count: Option<u64>,
    /// Locations of the files written, for CTAS, `INSERT` and `UNLOAD`.
    pub data_manifest: Option<Vec<String>>,
}

/// Why a statement did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryFailure {
    /// A client had it stopped.
    Stopped,
    /// It scanned more than [`QueryTask::bytes_cutoff`] allows. What a query has scanned in all is looked at when it
    /// ends, so this is for runners that can tell earlier.
    CutOff {
        /// Bytes of objects that were read so far.
        data_scanned_bytes: u64,
    },
    /// It is wrong, or something that it needs is.
    Refused(QueryError),
}

/// What is wrong, in Athena's terms.
/// Source: <https://docs.aws.amazon.com/athena/latest/ug/error-reference.html>.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// 1: system, 2: user, 3: other.
    pub category: i32,
    /// See the page.
    pub error_type: i32,
    /// Whether it may go well another time.
    pub retryable: bool,
    /// `SYNTAX_ERROR: line 1:8: Column 'x' cannot be resolved …`
    pub message: String,
}

impl QueryError {
    /// Something that whoever wrote the query can put right.
    pub fn user(error_type: i32, message: impl Into<String>) -> Self {
        Self { category: 2, error_type, retryable: false, message: message.into() }
    }

    /// Something that failed below the query.
    pub fn system(message: impl Into<String>) -> Self {
        Self { category: 1, error_type: INTERNAL_ERROR, retryable: true, message: message.into() }
    }
}

/// "Internal error. Athena encountered an unexpected internal error."
const INTERNAL_ERROR: i32 = 200;

impl From<QueryError> for QueryFailure {
    fn from(error: QueryError) -> Self {
        Self::Refused(error)
    }
}

impl From<io::Error> for QueryFailure {
    fn from(error: io::Error) -> Self {
        QueryError::system(format!("the result could not be written: {error}")).into()
    }
}

impl From<ApiError> for QueryFailure {
    fn from(error: ApiError) -> Self {
        QueryError::system(error.to_string()).into()
    }
}

//! DuckDB for one query: a database of its own, with those of Athena's functions that it names, sealed from everything but the objects that the
//! query reads, and stopped when it is to be or has had enough.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arrow::record_batch::RecordBatch;
use duckdb::Connection;

use super::duck_error::in_athenas_words;
use super::error::SqlError;
use super::native::Functions;
use super::types::literal;

/// How often a running query is looked at.
const POLL: Duration = Duration::from_millis(10);

/// What a query may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory; what does not fit goes to the disk.
    pub memory_bytes: u64,
    /// Bytes of disk for what does not fit into memory.
    pub disk_bytes: u64,
    /// Bytes that a result may come to.
    pub result_bytes: u64,
    /// How long it may run.
    pub time: Duration,
    /// Threads; DuckDB's own choice where there is none.
    pub threads: Option<usize>,
}

impl Default for Limits {
    /// Athena's half an hour, and what a laptop can spare.
    fn default() -> Self {
        Self {
            memory_bytes: 4 << 30,
            disk_bytes: 16 << 30,
            result_bytes: 4 << 30,
            time: Duration::from_secs(30 * 60),
            threads: None,
        }
    }
}

/// An open database.
pub struct Session {
    connection: Connection,
    functions: Functions,
    limits: Limits,
}

impl Session {
    /// An empty one; what does not fit into memory goes into `folder`.
    ///
    /// # Errors
    /// When DuckDB does not open.
    pub fn open(limits: Limits, folder: &Path) -> Result<Self, SqlError> {
        let opened = Connection::open_in_memory().and_then(|connection| {
            let mut settings = format!(
                "SET autoinstall_known_extensions = false; SET autoload_known_extensions = false; \
                 SET memory_limit = '{}MiB'; SET temp_directory = {}; SET max_temp_directory_size = '{}MiB';",
                limits.memory_bytes >> 20,
                literal(&folder.join("spill").display().to_string()),
                limits.disk_bytes >> 20,
            );
            if let Some(threads) = limits.threads {
                settings += &format!(" SET threads = {};", threads.max(1));
            }
            connection.execute_batch(&settings)?;
            Ok(connection)
        });
        let connection = opened.map_err(|error| in_athenas_words(&error))?;
        Ok(Self { connection, functions: Functions::default(), limits })
    }

    /// The database itself, for what goes before the query: `sql`, whose functions it knows from here on.
    ///
    /// # Errors
    /// When DuckDB refuses a function.
    pub fn connection_for(&self, sql: &str) -> Result<&Connection, SqlError> {
        self.functions.teach(&self.connection, sql).map_err(|error| in_athenas_words(&error))?;
        Ok(&self.connection)
    }

    /// From here on nothing can be read or written but in these folders, nothing loaded, and no setting changed.
    ///
    /// # Errors
    /// When DuckDB refuses.
    pub fn seal(&self, folders: &BTreeSet<PathBuf>) -> Result<(), SqlError> {
        seal(&self.connection, folders.iter().map(PathBuf::as_path)).map_err(|error| in_athenas_words(&error))
    }

    /// Runs a query; its rows come in batches.
    ///
    /// # Errors
    /// When the query fails, is stopped, or takes too long; what `each` says.
    pub fn stream(
        &self,
        sql: &str,
        stopped: &AtomicBool,
        mut each: impl FnMut(&RecordBatch) -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        self.watched(stopped, || {
            let connection = self.connection_for(sql)?;
            let mut statement = connection.prepare(sql).map_err(|error| in_athenas_words(&error))?;
            let batches = statement.stream_arrow([]).map_err(|error| in_athenas_words(&error))?;
            for batch in batches {
                each(&batch)?;
            }
            Ok(())
        })
    }

    /// Runs a statement; answers the number of rows that it has written.
    ///
    /// # Errors
    /// As [`Session::stream`].
    pub fn execute(&self, sql: &str, stopped: &AtomicBool) -> Result<u64, SqlError> {
        self.watched(stopped, || {
            let rows =
                self.connection_for(sql)?.execute(sql, []).map_err(|error| in_athenas_words(&error))?;
            Ok(rows as u64)
        })
    }

    fn watched<T>(
        &self,
        stopped: &AtomicBool,
        run: impl FnOnce() -> Result<T, SqlError>,
    ) -> Result<T, SqlError> {
        let (outcome, is_late) = watched(&self.connection, self.limits.time, stopped, run);
        match outcome {
            Err(_) if is_late => {
                let minutes = self.limits.time.as_secs_f64() / 60.0;
                let message = format!("Query timeout: it may run for {minutes:.0} minutes");
                Err(SqlError::new("EXCEEDED_TIME_LIMIT", message))
            }
            Err(_) if stopped.load(Ordering::Relaxed) => {
                Err(SqlError::new("USER_CANCELED", "Query was canceled"))
            }
            outcome => outcome,
        }
    }

    /// Bytes that a result may come to.
    pub fn result_bytes_max(&self) -> u64 {
        self.limits.result_bytes
    }
}

/// Runs something that DuckDB does, and interrupts it when it is to stop or has run too long; whether it had.
pub fn watched<T>(
    connection: &Connection,
    limit: Duration,
    stopped: &AtomicBool,
    run: impl FnOnce() -> T,
) -> (T, bool) {
    let (done, late) = (AtomicBool::new(false), AtomicBool::new(false));
    let interrupt = connection.interrupt_handle();
    let polls = (limit.as_millis() / POLL.as_millis()).max(1);
    let outcome = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            for _ in 0..polls {
                std::thread::park_timeout(POLL);
                if done.load(Ordering::Acquire) {
                    return;
                }
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
            }
            late.store(!stopped.load(Ordering::Relaxed), Ordering::Release);
            // A query that is only about to begin does not feel the first.
            while !done.load(Ordering::Acquire) {
                interrupt.interrupt();
                std::thread::park_timeout(POLL);
            }
        });
        let outcome = run();
        done.store(true, Ordering::Release);
        watch.thread().unpark();
        outcome
    });
    (outcome, late.load(Ordering::Acquire))
}

/// From here on nothing can be read or written but in these folders, nothing loaded, and no setting changed.
///
/// # Errors
/// When DuckDB refuses.
pub fn seal<'f>(connection: &Connection, folders: impl IntoIterator<Item = &'f Path>) -> duckdb::Result<()> {
    let folders = folders.into_iter().map(|folder| literal(&format!("{}/", folder.display())));
    connection.execute_batch(&format!(
        "SET allowed_directories = [{}]; SET enable_external_access = false; SET lock_configuration = true;",
        folders.collect::<Vec<_>>().join(", ")
    ))
}

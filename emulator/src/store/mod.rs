//! All state: rows in SQLite, bodies of objects beside it. The only place that knows SQL.
//!
//! A [`Transaction`] is what operations are lent. Its methods are grouped by what they touch, in
//! files of their own: streams and shards, the shard log, consumers, channels, queues, tags and policies, buckets,
//! objects, uploads, bodies, the catalog, the schema registry.

mod bodies;
mod buckets;
mod catalog;
mod catalog_settings;
mod channels;
mod column_statistics;
mod connections;
mod consumers;
mod e_tag;
mod executions;
mod functions;
mod group_commit;
mod migrate;
mod object_attributes;
mod object_events;
mod objects;
mod partitions;
mod queries;
mod queues;
mod registry;
mod resources;
mod shard_log;
mod streams;
mod uploads;
mod work_groups;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};

use bodies::{Bodies, BodyChanges, SmallBodies};
pub(crate) use bodies::{Body, BodyId, Piece, Shelf};
pub use bodies::{BodyReader, BodyWriter, NewBody};
pub(crate) use buckets::BucketRow;
pub(crate) use catalog::{DatabaseRow, TableRow};
pub(crate) use catalog_settings::PolicyRow;
pub(crate) use channels::ChannelRow;
pub(crate) use column_statistics::StatisticsOf;
pub(crate) use connections::ConnectionRow;
pub(crate) use consumers::ConsumerRow;
pub(crate) use e_tag::{ETag, digest_of, of_digest};
pub(crate) use executions::ExecutionRow;
pub(crate) use functions::FunctionRow;
pub(crate) use group_commit::GroupCommit;
pub(crate) use object_attributes::{Acl, AclGrant, Encryption, ObjectAttributes, PartAttributes, Retention};
pub(crate) use object_events::ObjectEventRow;
pub(crate) use objects::ObjectRow;
pub(crate) use partitions::{NewPartition, PartitionPage, PartitionRow};
pub(crate) use queues::{QueueRecordRow, QueueRow};
pub(crate) use registry::{MetadataRow, RegistryRow, SchemaRow, SchemaVersionRow};
pub(crate) use shard_log::LogBlock;
pub(crate) use streams::{ShardRow, StreamRow, StreamStatus};
pub(crate) use uploads::{CompletedUpload, PartRow, UploadRow};

use crate::athena::{self, QueryState};

/// More than the number of different statements, so that each is prepared once.
const STATEMENTS_CACHED: usize = 256;

/// Pages that SQLite keeps in memory.
const CACHE_KIBIBYTES: i64 = 64 * 1024;

/// Every table that holds what clients have made.
const TABLES: [&str; 41] = [
    "executions",
    "work_groups",
    "named_queries",
    "prepared_statements",
    "data_catalogs",
    "capacity_reservations",
    "account_settings",
    "scalings",
    "resource_policies",
    "tags",
    "consumers",
    "queue_records",
    "queue_shards",
    "queues",
    "channel_shards",
    "channels",
    "schema_version_metadata",
    "schema_versions",
    "registry_schemas",
    "registries",
    "catalog_policies",
    "connections",
    "functions",
    "column_statistics",
    "partition_indexes",
    "table_versions",
    "partitions",
    "tables",
    "databases",
    "object_events",
    "completed_uploads",
    "parts",
    "uploads",
    "bucket_documents",
    "shared_bodies",
    "small_bodies",
    "objects",
    "buckets",
    "shard_log",
    "shards",
    "streams",
];

/// Where state is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// In this process only.
    Memory,
    /// In a directory: rows in `emulator.sqlite`, bodies under `objects/`.
    Directory(PathBuf),
    /// In a directory of the same layout, for a run that nobody goes back to: nothing is forced to the disk.
    Scratch(PathBuf),
    /// Rows and small bodies in memory, other bodies in a directory: a scratch for little data.
    SmallScratch(PathBuf),
}

impl Storage {
    /// The directory, where there is one.
    pub fn directory(&self) -> Option<&Path> {
        match self {
            Self::Memory => None,
            Self::Directory(path) | Self::Scratch(path) | Self::SmallScratch(path) => Some(path),
        }
    }
}

/// Why a store does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory is neither there nor can it be made.
    #[error("cannot create the directory '{}'", path.display())]
    Directory {
        /// The directory asked for.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// What is in the database was not written by this program, or is damaged.
    #[error("the emulator's database holds an entry that does not decode")]
    Entry(#[source] serde_json::Error),
    /// SQLite refuses the file.
    #[error("cannot open the emulator's database")]
    Database(#[from] rusqlite::Error),
    /// Another process has the directory open.
    #[error("'{}' is in use by another process; end that one, or use another directory", path.display())]
    InUse {
        /// The directory asked for.
        path: PathBuf,
    },
    /// The directory was written by a later version of this program.
    #[error(
        "'{}' was written by a newer version of wavetank (schema version {found}, this one knows versions up to \
         {known}); use that version, or another directory",
        path.display()
    )]
    NewerSchema {
        /// The directory asked for.
        path: PathBuf,
        /// Version in the file.
        found: usize,
        /// Newest version known here.
        known: usize,
    },
}

impl OpenError {
    /// The same error, saying which directory it is about.
    fn at(self, directory: Option<&Path>) -> Self {
        let Some(directory) = directory else { return self };
        match self {
            Self::Database(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                Self::InUse { path: directory.to_owned() }
            }
            Self::NewerSchema { found, known, .. } => {
                Self::NewerSchema { path: directory.to_owned(), found, known }
            }
            other => other,
        }
    }
}

/// A failure below the operations; clients see an `InternalFailure`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error("the emulator's database failed: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("the body of an object could not be read or written: {0}")]
    Body(#[from] io::Error),
    #[error("a stored catalog entry does not decode: {0}")]
    Entry(#[from] serde_json::Error),
}

/// The result of everything below.
pub(crate) type Result<T, E = StoreError> = std::result::Result<T, E>;

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Nothing is going to change, so there is nothing to begin and to commit.
    Read,
    /// All changes are to stay, or none.
    Change,
}

/// All state of one emulator.
pub(crate) struct Store {
    connection: Connection,
    bodies: Bodies,
    /// Whether the rows are there after the process.
    outlives: bool,
    /// Whether the rows are there after a power cut.
    lasting: bool,
}

impl Store {
    pub fn open(storage: Storage) -> Result<Self, OpenError> {
        let lasting = matches!(storage, Storage::Directory(_));
        let place = storage.directory().map(Path::to_owned);
        let outlives = matches!(storage, Storage::Directory(_) | Storage::Scratch(_));
        let (mut connection, bodies) = match storage {
            Storage::Memory => (Connection::open_in_memory()?, Bodies::in_memory()),
            Storage::SmallScratch(directory) => {
                let objects = directory.join("objects");
                create_directory(&objects)?;
                let small = SmallBodies::Memory(BTreeMap::new());
                (Connection::open_in_memory()?, Bodies::in_directory(objects, false, small))
            }
            Storage::Directory(directory) | Storage::Scratch(directory) => {
                let objects = directory.join("objects");
                create_directory(&objects)?;
                let connection = Connection::open(directory.join("emulator.sqlite"))?;
                (connection, Bodies::in_directory(objects, lasting, SmallBodies::Rows))
            }
        };
        configure(&connection, lasting)
            .map_err(OpenError::from)
            .and_then(|()| migrate::migrate(&mut connection))
            .and_then(|()| bodies.settle(&connection))
            .map_err(|error| error.at(place.as_deref()))?;
        Ok(Self { connection, bodies, outlives, lasting })
    }

    /// What forces commits to the disk, where the rows are to survive a power cut.
    pub fn group_commit(&self) -> Result<Option<GroupCommit>, OpenError> {
        let Some(database) = self.connection.path().filter(|_| self.lasting) else { return Ok(None) };
        let database = Path::new(database);
        let refusal = |source| OpenError::Directory { path: database.to_owned(), source };
        GroupCommit::open(database).map(Some).map_err(refusal)
    }

    /// What writers of bodies share with the store.
    pub fn shelf(&self) -> &Arc<Shelf> {
        self.bodies.shelf()
    }

    /// How many ids were minted by the last committed transaction.
    pub fn ids_minted(&self) -> Result<u64, OpenError> {
        let sql = "SELECT ids_minted FROM emulator";
        let minted: i64 = self.connection.query_row(sql, (), |row| row.get(0))?;
        Ok(minted as u64)
    }

    /// Removes everything, as if the store had just been made.
    pub fn clear(&mut self) -> Result<()> {
        let transaction = self.connection.unchecked_transaction()?;
        for table in TABLES {
            transaction.prepare_cached(&format!("DELETE FROM {table}"))?.execute(())?;
        }
        transaction.prepare_cached("DELETE FROM sqlite_sequence")?.execute(())?;
        transaction.prepare_cached("UPDATE emulator SET ids_minted = 0")?.execute(())?;
        transaction.commit()?;
        Ok(self.bodies.clear()?)
    }

    /// Ends the queries that an earlier process has left waiting or running.
    pub fn fail_abandoned_queries(&mut self) -> Result<(), OpenError> {
        let fail = |transaction: Transaction<'_>| {
            for state in [QueryState::Queued, QueryState::Running] {
                let rows = transaction.executions_in(state)?;
                athena::fail_abandoned(rows).try_for_each(|row| transaction.update_execution(&row))?;
            }
            transaction.commit().map(|_| ())
        };
        self.begin(Purpose::Change).and_then(fail).map_err(|error| match error {
            StoreError::Database(error) => OpenError::Database(error),
            StoreError::Entry(error) => OpenError::Entry(error),
            StoreError::Body(source) => OpenError::Directory { path: PathBuf::new(), source },
        })
    }

    pub fn begin(&mut self, purpose: Purpose) -> Result<Transaction<'_>> {
        if purpose == Purpose::Change {
            run(&self.connection, "BEGIN")?;
        }
        Ok(Transaction {
            sql: &self.connection,
            bodies: &mut self.bodies,
            changes: BodyChanges::default(),
            outlives: self.outlives,
            ended: purpose == Purpose::Read,
        })
    }
}

/// Runs a statement without parsing it anew: an idle consumer begins and commits a thousand transactions a second.
fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute(()).map(|_| ())
}

/// All state, lent to one operation: all of its changes come to stay, or none.
pub(crate) struct Transaction<'a> {
    sql: &'a Connection,
    bodies: &'a mut Bodies,
    changes: BodyChanges,
    /// Whether the rows are there after the process.
    outlives: bool,
    /// Whether it was committed or rolled back, or never begun.
    ended: bool,
}

impl Drop for Transaction<'_> {
    /// An operation that panics leaves nothing behind.
    fn drop(&mut self) {
        if !self.ended {
            let _ = run(self.sql, "ROLLBACK");
        }
    }
}

impl Transaction<'_> {
    /// Notes how many ids were minted, for the process that opens the store next.
    pub fn save_ids_minted(&self, minted: u64) -> Result<()> {
        if !self.outlives {
            return Ok(());
        }
        let sql = "UPDATE emulator SET ids_minted = ?1";
        self.sql.prepare_cached(sql)?.execute([minted as i64])?;
        Ok(())
    }

    /// Commits the rows. Answers the bodies with files that no row points to any more: these may go once the commit is on
    /// the disk, where it is to be, for until then a power cut may bring the rows back.
    pub fn commit(mut self) -> Result<Vec<BodyId>> {
        if self.ended {
            return Ok(Vec::new());
        }
        if let Err(error) = run(self.sql, "COMMIT") {
            self.bodies.remove_all(&self.changes.written);
            return Err(error.into());
        }
        self.ended = true;
        let garbage = std::mem::take(&mut self.changes.unreferenced);
        Ok(self.bodies.forget_all(garbage))
    }

    /// Undoes the rows and removes the bodies written for them.
    pub fn roll_back(mut self) -> Result<()> {
        if self.ended {
            return Ok(());
        }
        self.bodies.remove_all(&self.changes.written);
        self.ended = true;
        Ok(run(self.sql, "ROLLBACK")?)
    }
}

fn create_directory(path: &Path) -> Result<(), OpenError> {
    std::fs::create_dir_all(path).map_err(|source| OpenError::Directory { path: path.to_owned(), source })
}

/// Lasting: WAL with `synchronous = NORMAL`, and [`GroupCommit`] beside it: what was answered survives the end of the
/// process and a power cut. Else: nothing that outlives the process.
fn configure(connection: &Connection, lasting: bool) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    // Without it SQLite looks at the bound values and prepares some statements anew at each call.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Whoever has the directory keeps it: waiting would not help.
    connection.busy_timeout(std::time::Duration::ZERO)?;
    let (journal, synchronous) = if lasting { ("WAL", "NORMAL") } else { ("MEMORY", "OFF") };
    // One process at a time: no locks to take and to look at in each transaction.
    connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))?;
    connection.pragma_update_and_check(None, "journal_mode", journal, |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIBIBYTES)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_table_of_clients_is_emptied_by_a_clear() {
        let store = Store::open(Storage::Memory).unwrap();
        let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('emulator', 'sqlite_sequence')";
        let mut statement = store.connection.prepare(sql).unwrap();
        let names = statement.query_map((), |row| row.get::<_, String>(0)).unwrap();
        let names: BTreeSet<String> = names.map(Result::unwrap).collect();
        assert_eq!(names, TABLES.map(str::to_owned).into());
    }
}

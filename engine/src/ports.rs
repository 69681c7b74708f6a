//! The ports: what the engine needs of the world, as few methods as it can do with.
//!
//! Implemented by the harness over the emulator, in process or over HTTP. All calls are synchronous; time is an
//! argument of the query, so there is no clock among them.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;

use crate::sink::FileFormat;
use crate::source::{ObjectFormat, PartitionKey, RecordRun, SequenceNumber};

/// What objects and records hold; named here so that whoever implements a port needs no crate for it.
pub use bytes::Bytes;

/// Why a port gave up; the query stops and says so.
pub type PortError = Box<dyn std::error::Error + Send + Sync>;

/// What an adapter knows of a failure that the engine can do something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Too much was asked for at once (`ProvisionedThroughputExceededException`): the same call may succeed later.
    Throttled,
    /// A stream's iterator was not used for too long (`ExpiredIteratorException`): a new one goes on.
    ExpiredIterator,
}

/// A failure of a known kind, as a [`PortError`]. Whatever is not marked like this ends the batch.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct PortFailure {
    /// What can be done about it.
    pub kind: FailureKind,
    /// The failure itself.
    pub cause: PortError,
}

impl PortFailure {
    /// The kind of an error, if its adapter has marked it.
    pub fn kind_of(error: &PortError) -> Option<FailureKind> {
        error.downcast_ref::<PortFailure>().map(|failure| failure.kind)
    }
}

/// Result of a port call.
pub type PortResult<T> = std::result::Result<T, PortError>;

/// Objects under keys. A put replaces the whole object or does nothing.
pub trait ObjectStore {
    /// Stores an object under a key; the object may have been made in pieces, which [`joined`] puts together for a
    /// store that needs that.
    fn put_pieces(&mut self, key: &str, pieces: Vec<Bytes>) -> PortResult<()>;
    /// Stores an object in one piece under a key.
    fn put(&mut self, key: &str, body: Bytes) -> PortResult<()> {
        self.put_pieces(key, vec![body])
    }
    /// The object under a key, if there is one.
    fn get(&mut self, key: &str) -> PortResult<Option<Bytes>>;
    /// Removes the object under a key; not an error when there is none.
    fn delete(&mut self, key: &str) -> PortResult<()>;
    /// Every key that starts with the prefix, in byte order.
    fn list(&mut self, prefix: &str) -> PortResult<Vec<String>>;
}

/// An object in one piece.
pub fn joined(mut pieces: Vec<Bytes>) -> Bytes {
    if pieces.len() == 1 { pieces.remove(0) } else { pieces.concat().into() }
}

/// A table that a sink writes: what the catalog has to know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TableDefinition {
    /// Database name.
    pub database: String,
    /// Table name.
    pub table: String,
    /// Columns in the files, without the partition columns.
    pub schema: SchemaRef,
    /// Partition columns, outermost first.
    pub partition_keys: SchemaRef,
    /// Where the files are: `s3://bucket/prefix/`.
    pub location: String,
    /// What the files are.
    pub format: FileFormat,
}

/// The catalog, as far as a sink registers its output in it. Both calls are idempotent.
pub trait Catalog {
    /// Creates the table if there is none of that name.
    fn ensure_table(&mut self, table: &TableDefinition) -> PortResult<()>;
    /// Registers partitions (values in the order of the partition keys, and the location of each).
    fn ensure_partitions(
        &mut self,
        table: &TableDefinition,
        partitions: &BTreeMap<Vec<String>, String>,
    ) -> PortResult<()>;
}

/// A table as the catalog has it, with all that reading and writing its objects takes.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredTable {
    /// Database name.
    pub database: String,
    /// Table name.
    pub table: String,
    /// Columns in the objects, without the partition columns.
    pub schema: SchemaRef,
    /// Partition columns, outermost first; none has the name of another column.
    pub partition_keys: SchemaRef,
    /// Where the objects are: `s3://bucket/prefix/`.
    pub location: String,
    /// What the objects are.
    pub format: ObjectFormat,
}

/// A registered partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPartition {
    /// Values in the order of the partition keys, as text.
    pub values: Vec<String>,
    /// Where the objects are.
    pub location: String,
}

/// Where a table goes that a batch job is to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTable {
    /// The database that it is created in.
    pub database: String,
    /// Where its objects go: `s3://bucket/prefix/`.
    pub location: String,
    /// What its objects are.
    pub format: FileFormat,
}

/// The catalog, as far as a batch job reads it. Names are compared without regard to case.
pub trait BatchTables {
    /// The table of that name; without a database that of the job's own.
    fn table(&mut self, database: Option<&str>, table: &str) -> PortResult<Option<StoredTable>>;
    /// Every table as statements name it, for the suggestion in an error.
    fn names(&mut self) -> PortResult<Vec<String>>;
    /// The registered partitions of a table that has partition keys.
    fn partitions(&mut self, table: &StoredTable) -> PortResult<Vec<StoredPartition>>;
    /// The only objects of a table that a run is to read, instead of all that are in its place. Objects of a table with
    /// partition keys lie in folders `key=value/`.
    fn only(&mut self, _table: &StoredTable) -> PortResult<Option<Vec<String>>> {
        Ok(None)
    }
    /// Where a table goes that is written and does not exist; `None` when there has to be one.
    fn new_table(&mut self, _database: Option<&str>, _table: &str) -> PortResult<Option<NewTable>> {
        Ok(None)
    }
}

/// Where to start reading a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartPosition<'a> {
    /// At the oldest record that is kept.
    TrimHorizon,
    /// At the first record that arrived at or after an instant (milliseconds since the epoch).
    AtTimestamp(i64),
    /// Behind the record with this sequence number.
    AfterSequenceNumber(&'a str),
}

/// One record of a shard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardRecord {
    /// Orders the records of one shard.
    pub sequence_number: SequenceNumber,
    /// What the producer routed it by.
    pub partition_key: PartitionKey,
    /// When the stream took it in, in milliseconds since the epoch.
    pub arrival_millis: i64,
    /// The producer's bytes.
    pub data: Bytes,
}

/// Answer to one read of a shard.
#[derive(Debug, Clone)]
pub struct RecordsPage {
    /// Records in the order of the shard, as they came; a run may be empty, and all may although more follow.
    pub records: Vec<Arc<dyn RecordRun>>,
    /// Where to go on; `None` at the end of a closed shard.
    pub next_iterator: Option<String>,
    /// How far behind the tip the reader is; 0 when it has caught up.
    pub behind_millis: i64,
}

/// Kinesis, as far as a consumer needs it.
pub trait StreamApi {
    /// Ids of the stream's shards, closed ones included as long as their records are kept. Ids rise with the time at
    /// which shards came about, so that those that were split or merged come before what came of them.
    fn list_shards(&mut self, stream: &str) -> PortResult<Vec<String>>;
    /// A cursor into a shard.
    fn shard_iterator(&mut self, stream: &str, shard: &str, from: StartPosition<'_>) -> PortResult<String>;
    /// The next records at a cursor, `limit` at most.
    fn get_records(&mut self, iterator: &str, limit: usize) -> PortResult<RecordsPage>;
    /// Waits. Where time is the harness's, none passes: that is what happens without this method.
    fn pause(&mut self, _millis: u64) {}
}

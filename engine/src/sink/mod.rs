//! Sinks: where the rows of a micro-batch go.

mod blocks;
mod file;
mod foreach_batch;
mod json;
mod parquet;

use arrow::compute::concat_batches;
use arrow::datatypes::{Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use bytes::Bytes;

pub(crate) use file::partitioned;
pub use file::{FileSink, FileTarget};
pub use foreach_batch::ForeachBatchSink;
pub use parquet::read_parquet;

use crate::batch::BatchId;
use crate::error::Result;
use crate::session::Session;

/// What a table's objects are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Parquet, compressed with Snappy.
    Parquet,
    /// One JSON object per line.
    Json,
}

impl FileFormat {
    /// Every format.
    pub const ALL: [FileFormat; 2] = [FileFormat::Parquet, FileFormat::Json];

    /// How names of objects end.
    pub fn extension(self) -> &'static str {
        match self {
            FileFormat::Parquet => "snappy.parquet",
            FileFormat::Json => "json",
        }
    }

    /// What the catalog calls it (`classification`).
    pub fn classification(self) -> &'static str {
        match self {
            FileFormat::Parquet => "parquet",
            FileFormat::Json => "json",
        }
    }
}

/// Rows as one object in pieces; the same rows give the same bytes.
pub(crate) fn encode(
    format: FileFormat,
    rows: &[RecordBatch],
    schema: &SchemaRef,
    session: &Session,
    threads: usize,
) -> Result<Vec<Bytes>> {
    match format {
        FileFormat::Parquet => parquet::encode(rows, schema, threads),
        FileFormat::Json => Ok(vec![json::encode(&concat_batches(schema, rows)?, session)?]),
    }
}

/// Writes many objects of the same columns.
pub(crate) enum Encoder {
    Parquet(Box<parquet::FileWriter>),
    Json(Session),
}

impl Encoder {
    pub(crate) fn new(format: FileFormat, schema: &Schema, session: &Session) -> Result<Self> {
        Ok(match format {
            FileFormat::Parquet => Encoder::Parquet(Box::new(parquet::FileWriter::new(schema)?)),
            FileFormat::Json => Encoder::Json(session.clone()),
        })
    }

    /// Rows as one object; the same rows give the same bytes.
    pub(crate) fn encode(&self, rows: &RecordBatch) -> Result<Bytes> {
        match self {
            Encoder::Parquet(writer) => writer.encode(rows),
            Encoder::Json(session) => json::encode(rows, session),
        }
    }
}

/// What a sink did with one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SinkReport {
    /// Rows written.
    pub rows: u64,
    /// Objects written.
    pub objects: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// Receives the rows of each micro-batch. A batch that was not committed comes again, with the same rows.
pub trait Sink {
    /// Runs before the first batch: makes the target known to the catalog.
    fn prepare(&mut self) -> Result<()>;
    /// Runs when a query goes on, before anything else: takes back what this batch and later ones may have left
    /// half done.
    fn recover(&mut self, next: BatchId) -> Result<()>;
    /// Takes the rows of a batch, in the columns of the query's output.
    fn write(&mut self, batch: BatchId, rows: &[RecordBatch]) -> Result<SinkReport>;
}

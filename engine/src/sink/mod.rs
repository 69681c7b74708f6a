//! Sinks: where the rows of a micro-batch go.

mod parquet;

use arrow::record_batch::RecordBatch;

pub use self::parquet::{ParquetSink, ParquetTarget};

use crate::batch::BatchId;
use crate::error::Result;

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

/// Receives the rows of each micro-batch once; the same batch with the same rows gives the same objects.
pub trait Sink {
    /// Runs before the first batch: makes the target known to the catalog.
    fn prepare(&mut self) -> Result<()>;
    /// Takes the rows of a batch, in the columns of the query's output.
    fn write(&mut self, batch: BatchId, rows: &[RecordBatch]) -> Result<SinkReport>;
}

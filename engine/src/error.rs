//! Errors of the engine. Data problems are not among them: a record that does not decode, a late row and a row
//! without a key are facts in the [`crate::ledger`].

use crate::batch::BatchId;

/// What can stop a query.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// An expression failed while it was computed; the planner should have refused it.
    #[error("cannot evaluate an expression")]
    Evaluation(#[source] datafusion_common::DataFusionError),
    /// An Arrow kernel failed.
    #[error("cannot process a batch of rows")]
    Arrow(#[from] arrow::error::ArrowError),
    /// A Parquet file could not be encoded.
    #[error("cannot encode a Parquet file")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A source table has a column that JSON cannot be decoded into.
    #[error(transparent)]
    Decode(#[from] crate::decode::DecodeError),
    /// The query cannot run, as Spark would say when it starts or in its first batch.
    #[error("{message}")]
    Refused {
        /// Spark's own words.
        message: String,
        /// What to change.
        help: String,
    },
    /// A port of the engine (stream, object store, catalog) gave up.
    #[error("{operation} failed")]
    Port {
        /// What was tried, in words.
        operation: String,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A checkpoint holds something that this engine did not write.
    #[error("checkpoint file `{key}` is not usable: {problem}")]
    CorruptCheckpoint {
        /// Key of the object.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The checkpoint location already belongs to a query that has run.
    #[error("checkpoint `{prefix}` already holds batch {batch}")]
    CheckpointInUse {
        /// Where the checkpoint is.
        prefix: String,
        /// Its latest planned batch.
        batch: BatchId,
    },
}

/// Shorthand for results of the engine.
pub type Result<T, E = EngineError> = std::result::Result<T, E>;

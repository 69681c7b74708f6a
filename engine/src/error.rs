//! Errors of the engine. Data problems are not among them: a record that does not decode, a late row and a row
//! without a key are facts in the [`crate::ledger`].

use crate::batch::BatchId;

/// A record that stops a query, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableRecord {
    /// The source table.
    pub table: String,
    /// Shard that the record came from.
    pub shard: String,
    /// Its place in the shard.
    pub sequence_number: String,
    /// What was found and what was expected.
    pub detail: String,
    /// Spark's own words.
    pub spark_error: String,
}

/// What can stop a query.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A value stops the query, as it would stop Spark: an overflow, a text that no pattern of Spark 3 reads.
    #[error("{0}")]
    Expression(String),
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
    /// A record that the query fails on: the mode is `FAILFAST`, or it holds a date that only Spark 2 could read.
    #[error("{}", .0.spark_error)]
    UnreadableRecord(Box<UnreadableRecord>),
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
    /// An object of a checkpoint is missing or damaged.
    #[error("checkpoint file `{key}` cannot be used: {problem}")]
    CorruptCheckpoint {
        /// Key of the object.
        key: String,
        /// What is wrong with it.
        problem: String,
        /// What to do.
        help: String,
        /// Objects that can be removed, and the query goes on with the same answer; none when there is no such way.
        removable: Vec<String>,
    },
    /// An object of a table is gone or damaged, or its columns are not those of the table.
    #[error("object `{key}` cannot be read: {problem}")]
    UnreadableObject {
        /// Key of the object.
        key: String,
        /// What is wrong with it.
        problem: String,
        /// What to do.
        help: String,
    },
    /// A batch failed half way: the operators may have had its rows, so running it again would count them twice.
    #[error("the query stopped in batch {batch} and cannot go on")]
    Stopped {
        /// The batch that failed.
        batch: BatchId,
    },
}

impl EngineError {
    /// An error of an expression: what functions say of a value is said as it is.
    pub(crate) fn evaluation(error: datafusion_common::DataFusionError) -> Self {
        match error {
            datafusion_common::DataFusionError::Execution(message) => EngineError::Expression(message),
            other => EngineError::Evaluation(other),
        }
    }
}

impl From<crate::plan::support::Refusal> for EngineError {
    fn from(refusal: crate::plan::support::Refusal) -> Self {
        EngineError::Refused { message: refusal.message, help: refusal.help }
    }
}

/// Shorthand for results of the engine.
pub type Result<T, E = EngineError> = std::result::Result<T, E>;

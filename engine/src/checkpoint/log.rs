//! What is written once, and the entries of the offset log and the commit log.

use serde::{Deserialize, Serialize};

use crate::batch::BatchId;
use crate::source::Offsets;
use crate::watermark::WatermarkPolicy;

/// What a query is as long as its checkpoint lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Tables that are read, in the order of the pipeline's sources.
    pub sources: Vec<String>,
    /// Stateful operators, last of the pipeline first.
    pub operators: Vec<String>,
    /// How several event-time columns make one watermark. A restart keeps it, whatever the query says by then, as
    /// Spark pins it in the offset log.
    pub watermark_policy: WatermarkPolicy,
}

/// What a batch is going to read and under which circumstances: enough to run it again with the same result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OffsetEntry {
    /// Which batch.
    pub batch: BatchId,
    /// Trigger time in milliseconds since the epoch.
    pub batch_timestamp_millis: i64,
    /// The global watermark that the batch runs with.
    pub batch_watermark_millis: i64,
    /// End offsets, per source; the start is the entry before.
    pub sources: Vec<Offsets>,
}

/// A batch that the sink has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitEntry {
    /// Which batch.
    pub batch: BatchId,
    /// The global watermark of the next batch.
    pub next_batch_watermark_millis: i64,
}

//! Entries of the offset log and the commit log.

use serde::{Deserialize, Serialize};

use crate::batch::BatchId;
use crate::source::Offsets;

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

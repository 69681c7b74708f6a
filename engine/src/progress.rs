//! What a query reports of each micro-batch, under Spark's metric names (`StreamingQueryProgress`).

use crate::batch::BatchId;
use crate::watermark::Watermark;

/// Counters of one stateful operator in one batch (Spark `StateOperatorProgress`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateProgress {
    /// Rows kept after the batch.
    pub rows_total: u64,
    /// Rows put by the batch.
    pub rows_updated: u64,
    /// Rows removed without being emitted.
    pub rows_removed: u64,
    /// Input rows dropped because they were late.
    pub rows_dropped_by_watermark: u64,
    /// Input rows dropped because their key had been seen; only deduplication counts them.
    pub dropped_duplicates: Option<u64>,
}

/// One executed micro-batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryProgress {
    /// Which batch.
    pub batch: BatchId,
    /// Trigger time in milliseconds since the epoch: what `current_timestamp()` is in this batch.
    pub timestamp_millis: i64,
    /// Records read, per source.
    pub input_records: Vec<u64>,
    /// Rows handed to the sink.
    pub output_rows: u64,
    /// The watermark that the batch ran with.
    pub watermark: Watermark,
    /// The watermark that the next batch will run with.
    pub next_watermark: Watermark,
    /// Greatest event time seen per event-time operator, in milliseconds; `None` where no row came by.
    pub event_time_max_millis: Vec<Option<i64>>,
    /// Per stateful operator, last of the pipeline first.
    pub state: Vec<(&'static str, StateProgress)>,
}

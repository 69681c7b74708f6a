//! What a query reports of each micro-batch, under Spark's metric names (`StreamingQueryProgress`).

use crate::batch::BatchId;
use crate::plan::Delay;
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

impl StateProgress {
    /// Adds what a part of the batch has counted; the number of rows kept is not among it.
    pub(crate) fn absorb(&mut self, part: StateProgress) {
        self.rows_updated += part.rows_updated;
        self.rows_removed += part.rows_removed;
        self.rows_dropped_by_watermark += part.rows_dropped_by_watermark;
        if let Some(more) = part.dropped_duplicates {
            *self.dropped_duplicates.get_or_insert(0) += more;
        }
    }
}

/// What one event-time operator (`withWatermark`) contributes to the watermark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTimeProgress {
    /// Name of the declared column.
    pub column: String,
    /// The streams that its rows come from, as indices into [`crate::plan::Pipeline::sources`], in ascending order.
    pub sources: Vec<usize>,
    /// How far its watermark trails.
    pub delay: Delay,
    /// Greatest event time that it has seen in this batch, in milliseconds; `None` when no row came by.
    pub max_millis: Option<i64>,
    /// How far it has come by itself, this batch included, in milliseconds: the greatest event time since the query was
    /// last started, less the delay; 0 as long as no row has come by. The policy makes the query's watermark of these
    /// values.
    pub reached_millis: i64,
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
    /// Per event-time operator, in plan pre-order (left before right).
    pub event_time: Vec<EventTimeProgress>,
    /// Per stateful operator, last of the pipeline first.
    pub state: Vec<(&'static str, StateProgress)>,
}

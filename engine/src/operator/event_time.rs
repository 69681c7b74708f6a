//! Event-time operator (`withWatermark`): observes the greatest event time that passes. Drops nothing.
//!
//! Schema: unchanged. A null event time counts as the epoch (Spark reads 0 from the null field); times floor to
//! milliseconds. Only rows that *reach* this operator count: the optimizer may have moved filters below it.

use arrow::array::Array;
use arrow::array::cast::AsArray;
use arrow::array::types::TimestampMicrosecondType;
use arrow::compute::max;
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;

use super::Operator;
use crate::batch::{BatchContext, Output};
use crate::error::Result;
use crate::seeded_bug::SeededBug;

/// Spark takes the field of the row for a long. Of a window, that is where in the row it is: 24 bytes from byte 16.
const PLACE_OF_WINDOW: i64 = (16 << 32) | 24;

pub(super) struct EventTimeOperator {
    /// Position of the event-time column.
    pub(super) index: usize,
}

impl Operator for EventTimeOperator {
    fn process(&self, input: RecordBatch, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        let times = input.column(self.index);
        if let DataType::Struct(_) = times.data_type() {
            if input.num_rows() > 0 {
                ctx.observation.observe(PLACE_OF_WINDOW);
            }
            return out(input);
        }
        let times = times.as_primitive::<TimestampMicrosecondType>();
        if let Some(latest) = max(times) {
            let up = if ctx.makes(SeededBug::WatermarkIsCeiled) { 999 } else { 0 };
            ctx.observation.observe(latest.saturating_add(up));
        }
        if times.null_count() > 0 {
            ctx.observation.observe(0);
        }
        out(input)
    }
}

//! The late filter of stateful operators: input at or before the late watermark is dropped and reported.
//!
//! Source: `WatermarkSupport.watermarkExpression`, `StateStoreWriter.applyRemovingRowsOlderThanWatermark`.

use std::sync::Arc;

use arrow::array::types::TimestampMicrosecondType;
use arrow::array::{Array, ArrayRef, BooleanArray, PrimitiveArray, TimestampMicrosecondArray, cast::AsArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;

use crate::batch::{BatchContext, RecordId, record_ids};
use crate::error::{EngineError, Result};
use crate::ledger::{Loss, LossReason};
use crate::plan::Column;
use crate::seeded_bug::SeededBug;

/// Position of the event-time column among an operator's columns, if there is one.
///
/// # Errors
/// When there are two: Spark refuses them when it plans the first batch.
pub(super) fn event_time_column(columns: &[Column]) -> Result<Option<usize>> {
    let mut tagged = columns.iter().enumerate().filter(|(_, c)| c.delay.is_some());
    let first = tagged.next();
    if tagged.next().is_none() {
        return Ok(first.map(|(position, _)| position));
    }
    let names = columns.iter().filter(|c| c.delay.is_some()).map(|c| format!("{}#{}", c.name, c.id.0));
    Err(EngineError::Refused {
        message: format!(
            "More than one event time columns are available. Please ensure there is at most one event time column \
             per stream. event time columns: ({})",
            names.collect::<Vec<_>>().join(",")
        ),
        help: "drop one of them before this step, or make it a plain column with `+ interval 0 seconds`"
            .into(),
    })
}

/// The instants by which rows are judged, in microseconds: a window counts by its end.
pub(super) fn event_times(column: &ArrayRef) -> PrimitiveArray<TimestampMicrosecondType> {
    match column.data_type() {
        DataType::Struct(_) => {
            let window = column.as_struct();
            let end = event_times(window.column(window.num_columns() - 1));
            match window.nulls() {
                Some(nulls) => {
                    let nulls = arrow::buffer::NullBuffer::union(Some(nulls), end.nulls());
                    PrimitiveArray::new(end.values().clone(), nulls)
                }
                None => end,
            }
        }
        _ => {
            let times = column.as_primitive::<TimestampMicrosecondType>();
            times.clone().with_timezone_opt(None::<Arc<str>>)
        }
    }
}

/// Which rows are late; a null time is not.
pub(super) fn late_rows(times: &TimestampMicrosecondArray, ctx: &BatchContext<'_>) -> Result<BooleanArray> {
    let bound = TimestampMicrosecondArray::new_scalar(ctx.watermarks.late.micros());
    let late = match ctx.makes(SeededBug::LateIsExclusive) {
        false => arrow::compute::kernels::cmp::lt_eq(times, &bound)?,
        true => arrow::compute::kernels::cmp::lt(times, &bound)?,
    };
    Ok(crate::expr::true_rows(&late))
}

/// Splits off late rows and reports them.
pub(super) fn drop_late(
    input: RecordBatch,
    event_time: usize,
    operator: &'static str,
    ctx: &mut BatchContext<'_>,
) -> Result<RecordBatch> {
    let times = event_times(input.column(event_time));
    let late = late_rows(&times, ctx)?;
    if late.true_count() == 0 {
        return Ok(input);
    }
    ctx.state.rows_dropped_by_watermark += late.true_count() as u64;
    report_late(&input, &times, &late, operator, ctx);
    Ok(filter_record_batch(&input, &arrow::compute::not(&late)?)?)
}

/// Writes late rows into the ledger.
pub(super) fn report_late(
    input: &RecordBatch,
    times: &TimestampMicrosecondArray,
    late: &BooleanArray,
    operator: &'static str,
    ctx: &mut BatchContext<'_>,
) {
    if ctx.makes(SeededBug::LateIsSilent) {
        return;
    }
    let ids = record_ids(input);
    ctx.ledger.losses.extend(late.values().set_indices().map(|row| Loss {
        record: RecordId::unpack(ids.value(row)),
        batch: ctx.batch,
        reason: LossReason::Late,
        operator,
        event_time: Some(times.value(row)),
        watermark: Some(ctx.watermarks.late),
    }));
}

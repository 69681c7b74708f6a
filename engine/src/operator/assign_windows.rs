//! Time windows: each row once per window that it falls into.
//!
//! Schema: input columns, then `struct<start: timestamp, end: timestamp>`, then the record id (repeated). A row
//! without a time falls into no window and is reported.
//!
//! ```text
//! 10 minutes every 5:  10:07  →  [10:05, 10:15), [10:00, 10:10)
//! ```

use std::sync::Arc;

use arrow::array::types::TimestampMicrosecondType;
use arrow::array::{Array, ArrayRef, PrimitiveArray, StructArray, UInt32Array, cast::AsArray};
use arrow::compute::take_record_batch;
use arrow::datatypes::{DataType, SchemaRef};
use arrow::record_batch::RecordBatch;

use super::Operator;
use crate::batch::{BatchContext, Output, RecordId, record_ids, row_schema};
use crate::error::Result;
use crate::expr::{CompiledExpr, compile};
use crate::ledger::{Loss, LossReason};
use crate::plan::{Column, Expr, TimeWindow};
use crate::session::Session;

pub(super) struct AssignWindows {
    time: CompiledExpr,
    window: TimeWindow,
    schema: SchemaRef,
}

impl AssignWindows {
    pub(super) fn new(
        time: &Expr,
        window: TimeWindow,
        column: &Column,
        input: &[Column],
        session: &Session,
    ) -> Result<Self> {
        let mut output = input.to_vec();
        output.push(column.clone());
        Ok(Self { time: compile(time, input, session)?, window, schema: row_schema(&output) })
    }
}

impl Operator for AssignWindows {
    fn process(&self, input: RecordBatch, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        let times = self.time.evaluate(&input)?;
        let times = times.as_primitive::<TimestampMicrosecondType>();
        report_without_time(&input, times, ctx);
        let (mut rows, mut starts) = (Vec::new(), Vec::new());
        for row in (0..times.len()).filter(|row| times.is_valid(*row)) {
            for start in self.window.starts(times.value(row)) {
                rows.push(row as u32);
                starts.push(start);
            }
        }
        let ends: Vec<i64> = starts.iter().map(|start| start + self.window.duration).collect();
        let windows = window_column(&self.schema, starts, ends);
        out(append(&input, rows, windows, &self.schema)?)
    }
}

/// Rows that can be in no window.
pub(super) fn report_without_time(
    input: &RecordBatch,
    times: &PrimitiveArray<TimestampMicrosecondType>,
    ctx: &mut BatchContext<'_>,
) {
    let ids = record_ids(input);
    let without = (0..times.len()).filter(|row| times.is_null(*row));
    ctx.ledger.losses.extend(without.map(|row| Loss {
        record: RecordId::unpack(ids.value(row)),
        batch: ctx.batch,
        reason: LossReason::NullEventTime,
        operator: "window",
        event_time: None,
        watermark: None,
    }));
}

/// Windows as the column that stands before the record id in `schema`.
pub(super) fn window_column(schema: &SchemaRef, starts: Vec<i64>, ends: Vec<i64>) -> ArrayRef {
    let field = &schema.fields()[schema.fields().len() - 2];
    let DataType::Struct(fields) = field.data_type() else { unreachable!("a window is a struct") };
    let bound = |micros: Vec<i64>| -> ArrayRef {
        let array = PrimitiveArray::<TimestampMicrosecondType>::from(micros);
        Arc::new(array.with_data_type(fields[0].data_type().clone()))
    };
    Arc::new(StructArray::new(fields.clone(), vec![bound(starts), bound(ends)], None))
}

/// Input rows at the given positions with one more column before the record id.
pub(super) fn append(
    input: &RecordBatch,
    rows: Vec<u32>,
    column: ArrayRef,
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    let repeated = take_record_batch(input, &UInt32Array::from(rows))?;
    let mut arrays: Vec<ArrayRef> = repeated.columns().to_vec();
    arrays.insert(arrays.len() - 1, column);
    Ok(RecordBatch::try_new(Arc::clone(schema), arrays)?)
}

//! Sessions: each row with the session that it would be alone in, `[time, time + gap)`.
//!
//! Schema: input columns, then `struct<start: timestamp, end: timestamp>`, then the record id. A row without a time,
//! or with a gap that is null or not positive, is in no session and is reported.

use std::sync::Arc;

use arrow::array::types::{DurationMicrosecondType, IntervalMonthDayNanoType, TimestampMicrosecondType};
use arrow::array::{Array, ArrayRef, PrimitiveArray, cast::AsArray};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::record_batch::RecordBatch;

use super::Operator;
use super::assign_windows::{append, report_without_time, window_column};
use crate::batch::{BatchContext, Output, RecordId, record_ids, row_schema};
use crate::decode::Zone;
use crate::error::Result;
use crate::expr::{CompiledExpr, compile, shifted};
use crate::ledger::{Loss, LossReason};
use crate::plan::{Column, Expr};
use crate::session::Session;

pub(super) struct AssignSessions {
    time: CompiledExpr,
    gap: CompiledExpr,
    /// By whose calendar gaps of days and months count.
    zone: Arc<dyn Zone>,
    schema: SchemaRef,
}

/// Where the session of each row alone ends; nothing where its gap is null.
fn ends(
    times: &PrimitiveArray<TimestampMicrosecondType>,
    gaps: &ArrayRef,
    zone: &dyn Zone,
) -> Vec<Option<i64>> {
    let gap = |row: usize| match gaps.data_type() {
        DataType::Duration(_) => (0, gaps.as_primitive::<DurationMicrosecondType>().value(row)),
        _ => {
            let gap = gaps.as_primitive::<IntervalMonthDayNanoType>().value(row);
            (i64::from(gap.months), gap.nanoseconds / 1000)
        }
    };
    let end = |row: usize| {
        let (months, micros) = gap(row);
        shifted(times.value(row), months, micros, zone)
    };
    (0..times.len()).map(|row| (times.is_valid(row) && gaps.is_valid(row)).then(|| end(row))).collect()
}

impl AssignSessions {
    pub(super) fn new(
        time: &Expr,
        gap: &Expr,
        column: &Column,
        input: &[Column],
        session: &Session,
    ) -> Result<Self> {
        let mut output = input.to_vec();
        output.push(column.clone());
        let (time, gap) = (compile(time, input, session)?, compile(gap, input, session)?);
        Ok(Self { time, gap, zone: session.zone.clone(), schema: row_schema(&output) })
    }
}

impl Operator for AssignSessions {
    fn process(&self, input: RecordBatch, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        let times = self.time.evaluate(&input)?;
        let times = times.as_primitive::<TimestampMicrosecondType>();
        let gaps = self.gap.evaluate(&input)?;
        let ends_at = ends(times, &gaps, &*self.zone);
        report_without_time(&input, times, ctx);
        let ids = record_ids(&input);
        let (mut rows, mut starts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for row in (0..times.len()).filter(|row| times.is_valid(*row)) {
            if let Some(end) = ends_at[row].filter(|end| *end > times.value(row)) {
                rows.push(row as u32);
                starts.push(times.value(row));
                ends.push(end);
            } else {
                ctx.ledger.losses.push(Loss {
                    record: RecordId::unpack(ids.value(row)),
                    batch: ctx.batch,
                    reason: LossReason::NoSession,
                    operator: "session_window",
                    event_time: Some(times.value(row)),
                    watermark: None,
                });
            }
        }
        let sessions = window_column(&self.schema, starts, ends);
        out(append(&input, rows, sessions, &self.schema)?)
    }
}

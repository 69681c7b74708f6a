//! Aggregation: rows of a micro-batch become groups, groups meet the stored ones, and come out when the output mode
//! says so.
//!
//! Schema: key columns, aggregates, then the record id of the group's first record. Each batch accumulates on its
//! own ([`batch_groups`]); at its end its groups are merged into the state ([`group_state`]), by equal keys
//! ([`grouped`]) or, for sessions, where they touch ([`sessions`]). The late filter drops groups of the batch, not
//! rows; the ledger has every row.
//!
//! Source: `StateStoreSaveExec`, `SessionWindowStateStoreSaveExec` (Spark 3.5.4).

mod batch_groups;
mod calls;
mod group_state;
mod grouped;
mod sessions;
#[cfg(test)]
mod tests;

use arrow::array::{Array, BooleanArray, TimestampMicrosecondArray, UInt32Array};
use arrow::record_batch::RecordBatch;

use super::StatefulOperator;
use super::late::{event_time_column, event_times, late_rows, report_late};
use super::tree::TreeOptions;
use crate::batch::{BatchContext, RecordId, record_ids};
use crate::error::{EngineError, Result};
use crate::ledger::{Trace, TraceEvent};
use crate::plan::{AggregateExpr, Column, ColumnId, OutputMode};
use batch_groups::{BatchGroups, Partial};
use calls::Calls;
use grouped::GroupAggregate;
use sessions::SessionAggregate;

/// The operator of an aggregation over rows with columns `input`.
///
/// # Errors
/// When sessions are the only key: Spark refuses that when it plans the first batch.
pub(super) fn aggregate(
    keys: &[ColumnId],
    sessions: Option<ColumnId>,
    aggregates: &[(AggregateExpr, Column)],
    input: &[Column],
    options: &TreeOptions<'_>,
) -> Result<Box<dyn StatefulOperator>> {
    let grouping = Grouping::new(keys, aggregates, input, options)?;
    let Some(session) = sessions else { return Ok(Box::new(GroupAggregate::new(grouping)?)) };
    if keys.len() < 2 {
        return Err(EngineError::Refused {
            message: "Global aggregation with session window in streaming query is not supported.".into(),
            help: "group by another column as well, if need be a constant such as `1 AS one`".into(),
        });
    }
    let session = keys.iter().position(|key| *key == session);
    let session = session.expect("the planner made the session column a key");
    Ok(Box::new(SessionAggregate::new(grouping, session)?))
}

/// What both kinds of aggregation are told.
struct Grouping {
    keys: Vec<Column>,
    /// Positions of the keys in the input.
    positions: Vec<usize>,
    /// Position of the event time among the keys, if there is one.
    event_time: Option<usize>,
    calls: Calls,
    results: Vec<Column>,
    mode: OutputMode,
}

impl Grouping {
    fn new(
        keys: &[ColumnId],
        aggregates: &[(AggregateExpr, Column)],
        input: &[Column],
        options: &TreeOptions<'_>,
    ) -> Result<Self> {
        let position = |key: &ColumnId| {
            let position = input.iter().position(|column| column.id == *key);
            position.expect("the planner resolved the grouping keys")
        };
        let positions: Vec<usize> = keys.iter().map(position).collect();
        let keys: Vec<Column> = positions.iter().map(|at| input[*at].clone()).collect();
        Ok(Self {
            event_time: event_time_column(&keys)?,
            keys,
            positions,
            calls: Calls::new(aggregates, input, options.session)?,
            results: aggregates.iter().map(|(_, column)| column.clone()).collect(),
            mode: options.mode,
        })
    }

    /// Columns of the rows that come out.
    fn output(&self) -> Vec<Column> {
        self.keys.iter().chain(&self.results).cloned().collect()
    }

    /// Takes input rows into the batch's groups; the late ones among them are reported.
    fn take(
        &self,
        batch: &mut BatchGroups,
        input: &RecordBatch,
        drops_late: bool,
        operator: &'static str,
        ctx: &mut BatchContext<'_>,
    ) -> Result<()> {
        let times = self.event_time.map(|key| event_times(input.column(self.positions[key])));
        let late = times.as_ref().filter(|_| drops_late).map(|times| late_rows(times, ctx)).transpose()?;
        if let (Some(times), Some(late)) = (&times, &late) {
            report_late(input, times, late, operator, ctx);
        }
        if ctx.ledger.is_traced() {
            trace_grouped(input, times.as_ref(), late.as_ref(), operator, ctx);
        }
        batch.add(input, &self.positions, &self.calls)
    }

    /// The batch's groups that are not late; counts the others.
    fn in_time(&self, groups: Partial, drops_late: bool, ctx: &mut BatchContext<'_>) -> Result<Partial> {
        let Some(key) = self.event_time.filter(|_| drops_late) else { return Ok(groups) };
        let late = late_rows(&event_times(&groups.keys[key]), ctx)?;
        if late.true_count() == 0 {
            return Ok(groups);
        }
        ctx.state.rows_dropped_by_watermark += late.true_count() as u64;
        let kept = (0..late.len() as u32).filter(|group| !late.value(*group as usize));
        groups.take(&UInt32Array::from_iter_values(kept))
    }
}

/// Notes the rows that go into groups: all but the late ones.
fn trace_grouped(
    input: &RecordBatch,
    times: Option<&TimestampMicrosecondArray>,
    late: Option<&BooleanArray>,
    operator: &'static str,
    ctx: &mut BatchContext<'_>,
) {
    let rows = (0..input.num_rows()).filter(|row| late.is_none_or(|late| !late.value(*row)));
    ctx.ledger.traces.extend(rows.map(|row| Trace {
        record: RecordId::unpack(record_ids(input).value(row)),
        batch: ctx.batch,
        operator,
        event_time: times.filter(|times| times.is_valid(row)).map(|times| times.value(row)),
        event: TraceEvent::Grouped,
    }));
}

//! Operators that look at one row at a time and remember nothing.

use std::sync::Arc;

use arrow::array::types::TimestampMicrosecondType;
use arrow::array::{Array, ArrayRef, PrimitiveArray, StructArray, cast::AsArray};
use arrow::datatypes::DataType;
use wavetank_engine::batch::BatchId;
use wavetank_engine::error::Result;
use wavetank_engine::ledger::{Loss, LossReason};
use wavetank_engine::plan::{BinaryOp, Expr, FilterOrigin, LogicalPlan, TimeWindow};
use wavetank_engine::session::Session;

use super::rows::{Row, RowExpr, null, time_of};
use super::tree::loss;

/// What becomes of a row.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Project { exprs: Vec<RowExpr> },
    Filter { condition: RowExpr, reason: LossReason },
    Explode { array: RowExpr, outer: bool, element: DataType },
    Window { time: RowExpr, window: TimeWindow, column: DataType },
    Session { time: RowExpr, end: RowExpr, column: DataType },
}

impl Step {
    /// The step that a plan's uppermost operator is, if it is one.
    pub(super) fn of(plan: &LogicalPlan, session: &Session) -> Result<Option<Step>> {
        Ok(Some(match plan {
            LogicalPlan::Project { input, columns } => {
                let (input, exprs) = (input.columns(), columns.iter().map(|(expr, _)| expr));
                let exprs = exprs.map(|expr| RowExpr::new(expr, &input, session));
                Step::Project { exprs: exprs.collect::<Result<_>>()? }
            }
            LogicalPlan::Filter { input, predicate, origin } => Step::Filter {
                condition: RowExpr::new(predicate, &input.columns(), session)?,
                reason: match origin {
                    FilterOrigin::Query => LossReason::Filtered,
                    FilterOrigin::NullKey => LossReason::NullKey,
                    FilterOrigin::NullEventTime => LossReason::NullEventTime,
                    FilterOrigin::NoElements => LossReason::NoElements,
                },
            },
            LogicalPlan::Explode { input, array, outer, column } => Step::Explode {
                array: RowExpr::new(array, &input.columns(), session)?,
                outer: *outer,
                element: column.data_type.clone(),
            },
            LogicalPlan::Window { input, time, window, column } => Step::Window {
                time: RowExpr::new(time, &input.columns(), session)?,
                window: *window,
                column: column.data_type.clone(),
            },
            LogicalPlan::Session { input, time, gap, column } => {
                let end = Expr::binary(BinaryOp::Add, time.clone(), gap.clone());
                Step::Session {
                    time: RowExpr::new(time, &input.columns(), session)?,
                    end: RowExpr::new(&end, &input.columns(), session)?,
                    column: column.data_type.clone(),
                }
            }
            _ => return Ok(None),
        }))
    }

    /// The rows that one row becomes. A row that becomes none is reported.
    pub(super) fn apply(&self, row: Row, batch: BatchId, losses: &mut Vec<Loss>) -> Result<Vec<Row>> {
        let record = row.record;
        let mut lose = |reason, operator, event_time| {
            losses.push(Loss { event_time, ..loss(batch, record, reason, operator) });
            Ok(vec![])
        };
        match self {
            Step::Project { exprs } => {
                let values = exprs.iter().map(|expr| expr.value(&row)).collect::<Result<_>>()?;
                Ok(vec![Row { values, record }])
            }
            Step::Filter { condition, reason } => match condition.holds(&row)? {
                true => Ok(vec![row]),
                false => lose(*reason, "filter", None),
            },
            Step::Explode { array, outer, element } => match elements(&array.value(&row)?) {
                elements if !elements.is_empty() => Ok(with_each(&row, elements)),
                _ if *outer => Ok(with_each(&row, vec![null(element)])),
                _ => lose(LossReason::NoElements, "explode", None),
            },
            Step::Window { time, window, column } => match time_of(&time.value(&row)?) {
                None => lose(LossReason::NullEventTime, "window", None),
                Some(time) => {
                    let spans = windows(*window, time).into_iter();
                    Ok(with_each(&row, spans.map(|(start, end)| span(column, start, end)).collect()))
                }
            },
            Step::Session { time, end, column } => {
                let Some(time) = time_of(&time.value(&row)?) else {
                    return lose(LossReason::NullEventTime, "window", None);
                };
                match time_of(&end.value(&row)?).filter(|end| *end > time) {
                    None => lose(LossReason::NoSession, "session_window", Some(time)),
                    Some(end) => Ok(with_each(&row, vec![span(column, time, end)])),
                }
            }
        }
    }
}

/// A row once per value, with the value as its last column.
fn with_each(row: &Row, values: Vec<ArrayRef>) -> Vec<Row> {
    let with = |value| {
        let mut row = row.clone();
        row.values.push(value);
        row
    };
    values.into_iter().map(with).collect()
}

/// The elements of a list; of a null, none.
fn elements(list: &ArrayRef) -> Vec<ArrayRef> {
    if list.is_null(0) {
        return vec![];
    }
    let elements = list.as_list::<i32>().value(0);
    (0..elements.len()).map(|at| elements.slice(at, 1)).collect()
}

/// Every window `[start, end)` that holds the instant: its start is a whole number of slides from the offset.
fn windows(window: TimeWindow, time: i64) -> Vec<(i64, i64)> {
    let mut start = time - (time - window.offset).rem_euclid(window.slide);
    let mut all = Vec::new();
    while time < start + window.duration {
        all.push((start, start + window.duration));
        start -= window.slide;
    }
    all
}

/// A window or a session as a value.
pub(super) fn span(data_type: &DataType, start: i64, end: i64) -> ArrayRef {
    let DataType::Struct(fields) = data_type else { unreachable!("a window is a struct") };
    let bound = |micros: i64| -> ArrayRef {
        let array = PrimitiveArray::<TimestampMicrosecondType>::from(vec![micros]);
        Arc::new(array.with_data_type(fields[0].data_type().clone()))
    };
    Arc::new(StructArray::new(fields.clone(), vec![bound(start), bound(end)], None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_in_every_window_that_starts_up_to_a_duration_before_it() {
        let window = TimeWindow { duration: 50, slide: 20, offset: 3 };
        assert_eq!(windows(window, 23), [(23, 73), (3, 53), (-17, 33)]);
        assert_eq!(windows(window, 42), [(23, 73), (3, 53)]);
        assert_eq!(windows(window, -1), [(-17, 33), (-37, 13)]);
    }
}

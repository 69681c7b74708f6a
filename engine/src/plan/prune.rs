//! Event-time columns that nobody reads any more are dropped in front of an operator that keeps rows.
//!
//! Spark prunes every column that nothing above needs, and puts the projection above the event-time operator, which
//! needs its own. For an answer that matters where the event time itself goes: a side of a join whose time is in neither
//! the condition nor the output has no late rows, and the same holds for a deduplication.
//!
//! Source: `ColumnPruning` (Spark 3.5.4).

use std::collections::BTreeSet;

use super::column::ids;
use super::{AggregateExpr, Column, ColumnId, Expr, LogicalPlan};

/// Drops them everywhere in a plan all of whose columns are wanted.
pub(super) fn prune(plan: LogicalPlan) -> LogicalPlan {
    let all = ids(&plan.columns());
    below(plan, &all)
}

/// The plan without what is neither required nor used in it. All other columns may still be there.
fn below(plan: LogicalPlan, required: &BTreeSet<ColumnId>) -> LogicalPlan {
    let with = |more: BTreeSet<ColumnId>| -> BTreeSet<ColumnId> { required.union(&more).copied().collect() };
    let under = |input: Box<LogicalPlan>, more: BTreeSet<ColumnId>| Box::new(below(*input, &with(more)));
    match plan {
        LogicalPlan::Stream { .. } => plan,
        LogicalPlan::Project { input, columns } => {
            let columns: Vec<(Expr, Column)> =
                columns.into_iter().filter(|(_, column)| required.contains(&column.id)).collect();
            let read = columns.iter().flat_map(|(expr, _)| expr.references()).collect();
            LogicalPlan::Project { input: Box::new(below(*input, &read)), columns }
        }
        LogicalPlan::Filter { input, predicate, origin } => {
            let input = under(input, predicate.references());
            LogicalPlan::Filter { input, predicate, origin }
        }
        LogicalPlan::Explode { input, array, outer, column } => {
            let input = under(input, array.references());
            LogicalPlan::Explode { input, array, outer, column }
        }
        LogicalPlan::EventTime { input, column, delay } => {
            LogicalPlan::EventTime { input: under(input, [column].into()), column, delay }
        }
        LogicalPlan::Window { input, time, window, column } => {
            LogicalPlan::Window { input: under(input, time.references()), time, window, column }
        }
        LogicalPlan::Session { input, time, gap, column } => {
            let read = time.references().into_iter().chain(gap.references()).collect();
            LogicalPlan::Session { input: under(input, read), time, gap, column }
        }
        LogicalPlan::Aggregate { input, keys, session, aggregates } => {
            let calls = aggregates.iter().flat_map(|(call, _)| read_by(call));
            let read = keys.iter().copied().chain(calls).collect();
            LogicalPlan::Aggregate { input: Box::new(below(*input, &read)), keys, session, aggregates }
        }
        // What is left of the inputs has to be the same in all of them.
        LogicalPlan::Union { inputs, columns } => {
            let all = |input: LogicalPlan| {
                let own = ids(&input.columns());
                below(input, &own)
            };
            LogicalPlan::Union { inputs: inputs.into_iter().map(all).collect(), columns }
        }
        // Without its time it would not know when to forget.
        LogicalPlan::Deduplicate { input, keys, within_watermark: true } => {
            let all = ids(&input.columns());
            LogicalPlan::Deduplicate { input: Box::new(below(*input, &all)), keys, within_watermark: true }
        }
        LogicalPlan::Deduplicate { input, keys, within_watermark } => {
            let read = with(keys.iter().copied().collect());
            let input = Box::new(without_times(below(*input, &read), &read));
            LogicalPlan::Deduplicate { input, keys, within_watermark }
        }
        LogicalPlan::Join { left, right, kind, condition } => {
            let read = with(condition.iter().flat_map(Expr::references).collect());
            let side = |side: LogicalPlan| Box::new(without_times(below(side, &read), &read));
            LogicalPlan::Join { left: side(*left), right: side(*right), kind, condition }
        }
        LogicalPlan::RowWindow { .. } => plan,
    }
}

/// The plan without event-time columns that are not read.
fn without_times(plan: LogicalPlan, read: &BTreeSet<ColumnId>) -> LogicalPlan {
    let columns = plan.columns();
    let is_wanted = |column: &Column| column.delay.is_none() || read.contains(&column.id);
    if columns.iter().all(is_wanted) {
        return plan;
    }
    let wanted = columns.into_iter().filter(is_wanted);
    let columns = wanted.map(|column| (column.reference(), column)).collect();
    LogicalPlan::Project { input: Box::new(plan), columns }
}

fn read_by(call: &AggregateExpr) -> impl Iterator<Item = ColumnId> {
    call.args.iter().chain(&call.filter).flat_map(Expr::references)
}

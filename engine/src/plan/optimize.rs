//! The rewrites of Spark's optimizer that change an answer, and only those.
//!
//! A row counts towards the watermark when it reaches the event-time operator, so it matters on which side of
//! that operator a filter stands. Spark moves deterministic conjuncts that do not read the event-time column below
//! it, among them the one-sided conjuncts of a join condition and the `IS NOT NULL` that it infers for join keys:
//! a row with a null join key does not advance the watermark of an inner join.
//!
//! Source: `PushPredicateThroughNonJoin`, `PushPredicateThroughJoin`, `InferFiltersFromConstraints` (Spark 3.5.4).

use std::collections::{BTreeMap, BTreeSet};

use super::column::ids;
use super::{Column, ColumnId, Expr, FilterOrigin, JoinKind, LogicalPlan, conjunction, split_conjunction};

/// A conjunct on its way down, and who asked for it.
type Predicate = (Expr, FilterOrigin);

/// Applies every rewrite.
pub fn optimize(plan: LogicalPlan) -> LogicalPlan {
    match plan {
        LogicalPlan::Stream { .. } => plan,
        LogicalPlan::Project { input, columns } => {
            LogicalPlan::Project { input: Box::new(optimize(*input)), columns }
        }
        LogicalPlan::Filter { input, predicate, origin } => {
            let predicates = split_conjunction(&predicate).into_iter().map(|p| (p, origin)).collect();
            push(optimize(*input), predicates)
        }
        LogicalPlan::Explode { input, array, outer, column } => {
            LogicalPlan::Explode { input: Box::new(optimize(*input)), array, outer, column }
        }
        LogicalPlan::EventTime { input, column, delay } => {
            LogicalPlan::EventTime { input: Box::new(optimize(*input)), column, delay }
        }
        LogicalPlan::Join { left, right, kind: JoinKind::Inner, condition } => {
            inner_join(optimize(*left), optimize(*right), condition)
        }
    }
}

/// Moves one-sided conjuncts below an inner join and adds what its condition says about nulls.
fn inner_join(left: LogicalPlan, right: LogicalPlan, condition: Option<Expr>) -> LogicalPlan {
    let conjuncts = condition.as_ref().map(split_conjunction).unwrap_or_default();
    let not_null: BTreeSet<ColumnId> = conjuncts.iter().flat_map(Expr::null_intolerant_columns).collect();
    let (mut for_left, mut for_right, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    let (left_columns, right_columns) = (left.columns(), right.columns());
    let (left_ids, right_ids) = (ids(&left_columns), ids(&right_columns));
    for conjunct in conjuncts {
        let references = conjunct.references();
        if references.is_subset(&left_ids) {
            for_left.push((conjunct, FilterOrigin::Query));
        } else if references.is_subset(&right_ids) {
            for_right.push((conjunct, FilterOrigin::Query));
        } else {
            kept.push(conjunct);
        }
    }
    for_left.extend(not_null_filters(&left_columns, &not_null));
    for_right.extend(not_null_filters(&right_columns, &not_null));
    LogicalPlan::Join {
        left: Box::new(push(left, for_left)),
        right: Box::new(push(right, for_right)),
        kind: JoinKind::Inner,
        condition: conjunction(kept),
    }
}

fn not_null_filters(columns: &[Column], constrained: &BTreeSet<ColumnId>) -> Vec<Predicate> {
    let nullable = columns.iter().filter(|c| c.nullable && constrained.contains(&c.id));
    let filter = |c: &Column| {
        let column = Expr::Column { id: c.id, data_type: c.data_type.clone(), nullable: true };
        let origin = match c.delay {
            Some(_) => FilterOrigin::NullEventTime,
            None => FilterOrigin::NullKey,
        };
        (Expr::IsNotNull(Box::new(column)), origin)
    };
    nullable.map(filter).collect()
}

/// Puts predicates as far below `plan` as makes a difference: under every event-time operator that they do not
/// concern, and no further.
fn push(plan: LogicalPlan, predicates: Vec<Predicate>) -> LogicalPlan {
    if predicates.is_empty() {
        return plan;
    }
    if !observes_event_time(&plan) {
        return wrap(plan, predicates);
    }
    match plan {
        LogicalPlan::EventTime { input, column, delay } => {
            let (above, below) = split(predicates, |p| p.references().contains(&column));
            wrap(LogicalPlan::EventTime { input: Box::new(push(*input, below)), column, delay }, above)
        }
        LogicalPlan::Project { input, columns } => {
            let with: BTreeMap<ColumnId, Expr> = columns.iter().map(|(e, c)| (c.id, e.clone())).collect();
            let below = predicates.into_iter().map(|(p, origin)| (p.substitute(&with), origin)).collect();
            LogicalPlan::Project { input: Box::new(push(*input, below)), columns }
        }
        LogicalPlan::Filter { input, predicate, origin } => {
            LogicalPlan::Filter { input: Box::new(push(*input, predicates)), predicate, origin }
        }
        LogicalPlan::Explode { input, array, outer, column } => {
            let (above, below) = split(predicates, |p| p.references().contains(&column.id));
            wrap(LogicalPlan::Explode { input: Box::new(push(*input, below)), array, outer, column }, above)
        }
        LogicalPlan::Join { left, right, kind: JoinKind::Inner, condition } => {
            let (left_ids, right_ids) = (ids(&left.columns()), ids(&right.columns()));
            let (for_left, rest) = split(predicates, |p| p.references().is_subset(&left_ids));
            let (for_right, above) = split(rest, |p| p.references().is_subset(&right_ids));
            let left = Box::new(push(*left, for_left));
            let right = Box::new(push(*right, for_right));
            wrap(LogicalPlan::Join { left, right, kind: JoinKind::Inner, condition }, above)
        }
        LogicalPlan::Stream { .. } => wrap(plan, predicates),
    }
}

fn split(predicates: Vec<Predicate>, is_first: impl Fn(&Expr) -> bool) -> (Vec<Predicate>, Vec<Predicate>) {
    predicates.into_iter().partition(|(predicate, _)| is_first(predicate))
}

fn wrap(plan: LogicalPlan, predicates: Vec<Predicate>) -> LogicalPlan {
    predicates.into_iter().fold(plan, |input, (predicate, origin)| LogicalPlan::Filter {
        input: Box::new(input),
        predicate,
        origin,
    })
}

fn observes_event_time(plan: &LogicalPlan) -> bool {
    matches!(plan, LogicalPlan::EventTime { .. }) || plan.inputs().into_iter().any(observes_event_time)
}

//! What is known of a plan's rows, and what follows from it.
//!
//! Source: `QueryPlanConstraints`, `ConstraintHelper.inferAdditionalConstraints` (Spark 3.5.4).

use std::collections::{BTreeMap, BTreeSet};

use super::column::ids;
use super::{BinaryOp, ColumnId, Expr, JoinKind, LogicalPlan, split_conjunction};

/// Predicates that every row of the plan fulfils.
pub(super) fn constraints(plan: &LogicalPlan) -> Vec<Expr> {
    match plan {
        LogicalPlan::Stream { .. } | LogicalPlan::Union { .. } => vec![],
        LogicalPlan::Filter { input, predicate, .. } => {
            let mut all = constraints(input);
            all.extend(split_conjunction(predicate));
            all
        }
        LogicalPlan::Project { input, columns } => {
            let renamed: BTreeMap<ColumnId, Expr> = columns
                .iter()
                .filter_map(|(expr, column)| match expr {
                    Expr::Column { id, .. } => Some((*id, column.reference())),
                    _ => None,
                })
                .collect();
            let survives = |e: &Expr| e.references().iter().all(|id| renamed.contains_key(id));
            constraints(input).iter().filter(|e| survives(e)).map(|e| e.substitute(&renamed)).collect()
        }
        LogicalPlan::Aggregate { input, keys, .. } => {
            let of_keys = |e: &Expr| e.references().iter().all(|id| keys.contains(id));
            constraints(input).into_iter().filter(of_keys).collect()
        }
        LogicalPlan::Join { left, right, kind, condition } => {
            let condition = || condition.as_ref().map(split_conjunction).unwrap_or_default();
            match kind {
                JoinKind::Inner => [constraints(left), constraints(right), condition()].concat(),
                JoinKind::LeftSemi => {
                    let own = ids(&left.columns());
                    let of_left = condition().into_iter().filter(|e| e.references().is_subset(&own));
                    [constraints(left), of_left.collect()].concat()
                }
                JoinKind::LeftOuter | JoinKind::LeftAnti => constraints(left),
                JoinKind::RightOuter => constraints(right),
                JoinKind::FullOuter => vec![],
            }
        }
        LogicalPlan::Explode { input, .. }
        | LogicalPlan::Window { input, .. }
        | LogicalPlan::Session { input, .. }
        | LogicalPlan::EventTime { input, .. }
        | LogicalPlan::RowWindow { input, .. }
        | LogicalPlan::Deduplicate { input, .. } => constraints(input),
    }
}

/// What follows from predicates that all hold: what they compare is not null, and what holds for a column holds for
/// the columns equal to it.
pub(super) fn infer(known: &[Expr]) -> Vec<Expr> {
    let mut inferred: Vec<Expr> = Vec::new();
    let not_null: BTreeSet<ColumnId> = known.iter().flat_map(Expr::null_intolerant_columns).collect();
    for column in known.iter().flat_map(columns) {
        let Expr::Column { id, .. } = &column else { continue };
        let predicate = Expr::IsNotNull(Box::new(column.clone()));
        if not_null.contains(id) && !inferred.contains(&predicate) {
            inferred.push(predicate);
        }
    }
    for equality in known {
        let Some((a, b)) = equal_columns(equality) else { continue };
        for predicate in known.iter().filter(|p| *p != equality) {
            for (from, to) in [(&a, &b), (&b, &a)] {
                let Expr::Column { id, .. } = from else { continue };
                if !predicate.references().contains(id) {
                    continue;
                }
                let other = predicate.substitute(&BTreeMap::from([(*id, to.clone())]));
                if !known.contains(&other) && !inferred.contains(&other) && !is_tautology(&other) {
                    inferred.push(other);
                }
            }
        }
    }
    inferred
}

/// `x = x`, which substitution in `x = y` gives.
fn is_tautology(predicate: &Expr) -> bool {
    matches!(predicate, Expr::Binary { left, right, .. } if left == right) && !is_never(predicate)
}

/// `x < x`, which no row fulfils.
pub(super) fn is_never(predicate: &Expr) -> bool {
    matches!(predicate, Expr::Binary { op: BinaryOp::Lt | BinaryOp::Gt, left, right } if left == right)
}

fn equal_columns(predicate: &Expr) -> Option<(Expr, Expr)> {
    match predicate {
        Expr::Binary { op: BinaryOp::Eq, left, right } => match (left.as_ref(), right.as_ref()) {
            (a @ Expr::Column { .. }, b @ Expr::Column { .. }) => Some((a.clone(), b.clone())),
            _ => None,
        },
        _ => None,
    }
}

/// Every column reference in an expression, in order.
fn columns(expr: &Expr) -> Vec<Expr> {
    match expr {
        Expr::Column { .. } => vec![expr.clone()],
        other => other.operands().into_iter().flat_map(columns).collect(),
    }
}

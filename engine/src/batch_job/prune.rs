//! What a query demands of the rows of one of its tables: the conditions that can be checked before anything is read.
//!
//! Conditions are followed from the top of the plan down to the table, through everything that leaves the rows that
//! they rule out without a trace: projections, other conditions, unions, grouping by the columns that they read,
//! and the sides of a join whose rows would not come out alone. The plan stays as it is.

use std::collections::BTreeMap;

use crate::plan::{Column, ColumnId, Expr, JoinKind, LogicalPlan, ids, split_conjunction};

/// The columns of a source and the conditions on them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Conditions {
    pub(super) columns: Vec<Column>,
    /// Conjuncts over these columns.
    pub(super) conjuncts: Vec<Expr>,
}

/// What a plan demands of the rows of one of its sources.
pub(super) fn conditions(plan: &LogicalPlan, source: usize) -> Conditions {
    let mut found = Conditions::default();
    follow(plan, vec![], source, &mut found);
    found
}

fn follow(plan: &LogicalPlan, conjuncts: Vec<Expr>, source: usize, found: &mut Conditions) {
    match plan {
        LogicalPlan::Stream { source: this, columns } if *this == source => {
            *found = Conditions { columns: columns.clone(), conjuncts };
        }
        LogicalPlan::Stream { .. } | LogicalPlan::RowWindow { .. } => {}
        LogicalPlan::Project { input, columns } => {
            let with: BTreeMap<ColumnId, Expr> = columns.iter().map(|(e, c)| (c.id, e.clone())).collect();
            let below = conjuncts.iter().map(|conjunct| conjunct.substitute(&with)).collect();
            follow(input, below, source, found);
        }
        LogicalPlan::Filter { input, predicate, .. } => {
            let own = split_conjunction(predicate);
            follow(input, [conjuncts, own].concat(), source, found);
        }
        LogicalPlan::Explode { input, .. }
        | LogicalPlan::Window { input, .. }
        | LogicalPlan::Session { input, .. }
        | LogicalPlan::EventTime { input, .. } => {
            follow(input, over(conjuncts, &input.columns()), source, found);
        }
        LogicalPlan::Aggregate { input, keys, session, .. } => {
            let keys = keys.iter().filter(|key| Some(**key) != *session).copied().collect::<Vec<_>>();
            follow(input, only_of(conjuncts, &keys), source, found);
        }
        LogicalPlan::Deduplicate { input, keys, .. } => {
            follow(input, only_of(conjuncts, keys), source, found);
        }
        LogicalPlan::Union { inputs, columns } => {
            for input in inputs {
                let own = input.columns();
                let with: BTreeMap<ColumnId, Expr> =
                    columns.iter().map(|c| c.id).zip(own.iter().map(Column::reference)).collect();
                let below = conjuncts.iter().map(|conjunct| conjunct.substitute(&with)).collect();
                follow(input, below, source, found);
            }
        }
        LogicalPlan::Join { left, right, kind, condition } => {
            let on = condition.as_ref().map(split_conjunction).unwrap_or_default();
            let (above_left, on_left) = applies_to_left(*kind);
            let (above_right, on_right) = applies_to_right(*kind);
            let of = |above: bool, on_too: bool, side: &LogicalPlan| {
                let from_above = if above { conjuncts.clone() } else { vec![] };
                let from_on = if on_too { on.clone() } else { vec![] };
                over([from_above, from_on].concat(), &side.columns())
            };
            follow(left, of(above_left, on_left, left), source, found);
            follow(right, of(above_right, on_right, right), source, found);
        }
    }
}

/// Whether conditions above a join, and those of the join itself, rule out rows of the left side.
fn applies_to_left(kind: JoinKind) -> (bool, bool) {
    match kind {
        JoinKind::Inner | JoinKind::LeftSemi => (true, true),
        JoinKind::LeftOuter | JoinKind::LeftAnti => (true, false),
        JoinKind::RightOuter => (false, true),
        JoinKind::FullOuter => (false, false),
    }
}

/// The same for the right side.
fn applies_to_right(kind: JoinKind) -> (bool, bool) {
    match kind {
        JoinKind::Inner => (true, true),
        JoinKind::RightOuter => (true, false),
        JoinKind::LeftOuter | JoinKind::LeftSemi | JoinKind::LeftAnti => (false, true),
        JoinKind::FullOuter => (false, false),
    }
}

/// The conjuncts that read these columns only.
fn over(conjuncts: Vec<Expr>, columns: &[Column]) -> Vec<Expr> {
    let own = ids(columns);
    conjuncts.into_iter().filter(|conjunct| conjunct.references().is_subset(&own)).collect()
}

fn only_of(conjuncts: Vec<Expr>, keys: &[ColumnId]) -> Vec<Expr> {
    let reads_keys = |conjunct: &Expr| conjunct.references().iter().all(|id| keys.contains(id));
    conjuncts.into_iter().filter(|c| !c.references().is_empty() && reads_keys(c)).collect()
}

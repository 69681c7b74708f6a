//! A join condition, taken apart: key equalities and the rest.

use std::collections::BTreeSet;

use crate::operator::Side;
use crate::plan::{BinaryOp, Column, ColumnId, Expr, ids, split_conjunction};

/// A join condition, split into key equalities and the rest.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct JoinCondition {
    /// What has to be equal.
    pub(crate) equalities: Vec<Equality>,
    /// Every other conjunct.
    pub(crate) residual: Vec<Expr>,
}

/// One key of a join.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Equality {
    /// Over the left side.
    pub(crate) left: Expr,
    /// Over the right side.
    pub(crate) right: Expr,
    /// Written as `<=>`: Spark computes such keys, so they are no event-time columns to it.
    pub(crate) null_safe: bool,
}

impl JoinCondition {
    pub(super) fn keys(&self, side: Side) -> impl Iterator<Item = &Expr> {
        self.equalities.iter().map(move |e| if side == Side::Left { &e.left } else { &e.right })
    }

    /// The first key that is an event-time column, left keys before right keys: both sides then evict by it.
    pub(crate) fn event_time_key(&self, left: &[Column], right: &[Column]) -> Option<usize> {
        let tagged = |expr: &Expr, columns: &[Column]| match expr {
            Expr::Column { id, .. } => columns.iter().any(|c| c.id == *id && c.delay.is_some()),
            _ => false,
        };
        let by_left = self.equalities.iter().position(|e| !e.null_safe && tagged(&e.left, left));
        by_left.or_else(|| self.equalities.iter().position(|e| !e.null_safe && tagged(&e.right, right)))
    }

    /// The conjuncts that read nothing but one side, and those that need both.
    pub(super) fn residual_by_side(&self, left: &[Column], right: &[Column]) -> ResidualConditions {
        let (left, right) = (ids(left), ids(right));
        let mut split = ResidualConditions::default();
        for conjunct in &self.residual {
            let references = conjunct.references();
            let place = match (references.is_subset(&left), references.is_subset(&right)) {
                (true, false) => &mut split.left,
                (false, true) => &mut split.right,
                _ => &mut split.both,
            };
            place.push(conjunct.clone());
        }
        split
    }
}

/// Conjuncts beside the keys, by what they read.
#[derive(Debug, Clone, Default)]
pub(super) struct ResidualConditions {
    pub(super) left: Vec<Expr>,
    pub(super) right: Vec<Expr>,
    pub(super) both: Vec<Expr>,
}

/// Splits a condition by which side its parts read (Spark `ExtractEquiJoinKeys`).
pub(crate) fn split_condition(condition: Option<&Expr>, left: &[Column], right: &[Column]) -> JoinCondition {
    let (left, right) = (ids(left), ids(right));
    let only = |expr: &Expr, side: &BTreeSet<ColumnId>| {
        let references = expr.references();
        !references.is_empty() && references.is_subset(side)
    };
    let mut split = JoinCondition::default();
    for conjunct in condition.map(split_conjunction).unwrap_or_default() {
        let equality = match &conjunct {
            Expr::Binary { op: op @ (BinaryOp::Eq | BinaryOp::NullSafeEq), left: a, right: b } => {
                let pair = match (only(a, &left) && only(b, &right), only(b, &left) && only(a, &right)) {
                    (true, _) => Some((a, b)),
                    (_, true) => Some((b, a)),
                    _ => None,
                };
                pair.map(|(left, right)| Equality {
                    left: (**left).clone(),
                    right: (**right).clone(),
                    null_safe: *op == BinaryOp::NullSafeEq,
                })
            }
            _ => None,
        };
        match equality {
            Some(equality) => split.equalities.push(equality),
            None => split.residual.push(conjunct),
        }
    }
    split
}

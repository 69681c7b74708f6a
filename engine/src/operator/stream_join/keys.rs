//! Join keys: taken out of the condition, computed per row, hashed, and compared column by column.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, UInt32Array};
use arrow::compute::kernels::cmp::eq;
use arrow::compute::{and_kleene, take};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use datafusion_common::hash_utils::{RandomState, create_hashes};

use super::Side;
use crate::batch::row_schema;
use crate::error::{EngineError, Result};
use crate::expr::{CompiledExpr, compile, true_rows};
use crate::plan::{BinaryOp, Column, ColumnId, Expr, split_conjunction};

/// Fixed, so that the same rows take the same way through the state in every run.
const HASH_SEED: u64 = 0x77617665_74616e6b;

/// A join condition, split into key equalities and the rest.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct JoinCondition {
    /// Pairs of expressions over the left and over the right side that have to be equal.
    pub(crate) equalities: Vec<(Expr, Expr)>,
    /// Every other conjunct, over both sides.
    pub(crate) residual: Vec<Expr>,
}

impl JoinCondition {
    pub(super) fn keys(&self, side: Side) -> impl Iterator<Item = &Expr> {
        self.equalities.iter().map(move |(left, right)| if side == Side::Left { left } else { right })
    }

    /// The first key that is an event-time column, left keys before right keys: both sides then evict by it.
    pub(super) fn event_time_key(&self, own: &[Column], other: &[Column], side: Side) -> Option<usize> {
        let (left, right) = if side == Side::Left { (own, other) } else { (other, own) };
        let tagged = |expr: &Expr, columns: &[Column]| matches!(expr, Expr::Column { id, .. } if columns.iter().any(|c| c.id == *id && c.delay.is_some()));
        let by_left = self.equalities.iter().position(|(l, _)| tagged(l, left));
        by_left.or_else(|| self.equalities.iter().position(|(_, r)| tagged(r, right)))
    }
}

/// Splits a condition by which side its parts read (Spark `ExtractEquiJoinKeys`).
pub(crate) fn split_condition(condition: Option<&Expr>, left: &[Column], right: &[Column]) -> JoinCondition {
    let ids = |columns: &[Column]| columns.iter().map(|c| c.id).collect::<BTreeSet<ColumnId>>();
    let (left, right) = (ids(left), ids(right));
    let only = |expr: &Expr, side: &BTreeSet<ColumnId>| {
        let references = expr.references();
        !references.is_empty() && references.is_subset(side)
    };
    let mut split = JoinCondition::default();
    for conjunct in condition.map(split_conjunction).unwrap_or_default() {
        match &conjunct {
            Expr::Binary { op: BinaryOp::Eq, left: a, right: b } if only(a, &left) && only(b, &right) => {
                split.equalities.push(((**a).clone(), (**b).clone()));
            }
            Expr::Binary { op: BinaryOp::Eq, left: a, right: b } if only(b, &left) && only(a, &right) => {
                split.equalities.push(((**b).clone(), (**a).clone()));
            }
            _ => split.residual.push(conjunct),
        }
    }
    split
}

/// How one side's keys are obtained: plain columns are read where they are, others are computed and appended.
pub(super) struct Keys {
    positions: Vec<usize>,
    computed: Vec<(CompiledExpr, Field)>,
}

impl Keys {
    pub(super) fn new<'a>(keys: impl Iterator<Item = &'a Expr>, columns: &[Column]) -> Result<Self> {
        let (mut positions, mut computed) = (Vec::new(), Vec::new());
        for key in keys {
            let plain = match key {
                Expr::Column { id, .. } => columns.iter().position(|c| c.id == *id),
                _ => None,
            };
            positions.push(match plain {
                Some(position) => position,
                None => {
                    let field = Field::new(format!("__key{}", computed.len()), key.data_type(), true);
                    computed.push((compile(key, columns)?, field));
                    // Behind the columns and the record id.
                    columns.len() + computed.len()
                }
            });
        }
        Ok(Self { positions, computed })
    }

    /// Positions of the keys in a stored row.
    pub(super) fn positions(&self) -> Vec<usize> {
        self.positions.clone()
    }

    /// Layout of a stored row: columns, record id, computed keys.
    pub(super) fn stored_schema(&self, columns: &[Column]) -> SchemaRef {
        let rows = row_schema(columns);
        let mut fields: Vec<_> = rows.fields().iter().cloned().collect();
        fields.extend(self.computed.iter().map(|(_, field)| Arc::new(field.clone())));
        Arc::new(Schema::new(fields))
    }

    /// Appends the computed keys to input rows; returns the stored layout and the key columns.
    pub(super) fn extend(&self, input: RecordBatch) -> Result<(RecordBatch, Vec<ArrayRef>)> {
        let rows = match self.computed.is_empty() {
            true => input,
            false => {
                let mut arrays = input.columns().to_vec();
                let mut fields: Vec<_> = input.schema_ref().fields().iter().cloned().collect();
                for (expr, field) in &self.computed {
                    arrays.push(expr.evaluate(&input)?);
                    fields.push(Arc::new(field.clone()));
                }
                RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?
            }
        };
        let keys = self.positions.iter().map(|p| rows.column(*p).clone()).collect();
        Ok((rows, keys))
    }
}

/// One hash per row over all key columns.
pub(super) fn hash(keys: &[ArrayRef], rows: usize) -> Result<Vec<u64>> {
    let mut hashes = vec![0; rows];
    create_hashes(keys, &RandomState::with_seed(HASH_SEED), &mut hashes).map_err(EngineError::Evaluation)?;
    Ok(hashes)
}

/// Which candidates really have equal keys; null equals nothing.
pub(super) fn equal(probe: &[ArrayRef], rows: &UInt32Array, other: &[ArrayRef]) -> Result<BooleanArray> {
    let mut all: Option<BooleanArray> = None;
    for (probe, other) in probe.iter().zip(other) {
        let equal = eq(&take(probe, rows, None)?, other)?;
        all = Some(match all {
            Some(all) => and_kleene(&all, &equal)?,
            None => equal,
        });
    }
    Ok(true_rows(&all.expect("a stream-stream join has at least one key")))
}

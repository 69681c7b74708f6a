//! When rows are late, and when state leaves, per batch and stateful operator: a table that the recomputation joins.
//!
//! | column | |
//! |---|---|
//! | `batch` | |
//! | `late<n>` | operator n drops what is at or before this on arrival |
//! | `evict<n>` | operator n lets go of what is at or before this, in microseconds like all of these |
//! | `left<n>`, `right<n>` | the same for a side of join n; null where nothing ever leaves |
//!
//! The global watermarks are those that the batches ran with. How they reach an operator through the joins below it is
//! the model's doing, not the engine's.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use wavetank_engine::batch::BatchId;
use wavetank_engine::error::Result;
use wavetank_engine::plan::optimize::optimize;
use wavetank_engine::plan::{LogicalPlan, Pipeline};
use wavetank_engine::query::QueryOptions;
use wavetank_engine::watermark::Watermark;

use crate::model::{Model, SideTiming, join_timing};

/// The schema in which the recomputation keeps its tables.
pub(super) const SCHEMA: &str = "recomputed";

/// The times of a query's operators.
pub(super) struct Timing {
    model: Model,
    /// Per stateful operator in plan pre-order, for a join.
    joins: Vec<Option<[SideTiming; 2]>>,
}

impl Timing {
    /// What is known of a query before it runs.
    pub(super) fn new(pipeline: &Pipeline, options: &QueryOptions) -> Result<Self> {
        let mut joins = Vec::new();
        collect(&optimize(pipeline.plan.clone()), &mut joins)?;
        Ok(Self { model: Model::new(pipeline, options)?, joins })
    }

    /// The sides of a join.
    pub(super) fn join(&self, operator: usize) -> Option<&[SideTiming; 2]> {
        self.joins.get(operator)?.as_ref()
    }

    /// The names of the table's columns.
    pub(super) fn columns(&self) -> Vec<String> {
        let of = |(n, join): (usize, &Option<_>)| {
            let sides = join.as_ref().map(|_| [format!("left{n}"), format!("right{n}")]);
            [format!("late{n}"), format!("evict{n}")].into_iter().chain(sides.into_iter().flatten())
        };
        std::iter::once("batch".to_owned()).chain(self.joins.iter().enumerate().flat_map(of)).collect()
    }

    /// The table, for batches with the watermarks that they ran with.
    pub(super) fn table(&self, batches: &[(BatchId, Watermark)]) -> Result<RecordBatch> {
        let mut columns: Vec<Vec<Option<i64>>> = vec![vec![]; self.columns().len()];
        let mut previous = Watermark::ZERO;
        for (batch, watermark) in batches {
            let late = self.model.watermarks_at(previous)?;
            let eviction = self.model.watermarks_at(*watermark)?;
            let mut row = vec![Some(i64::from(batch.0))];
            for (n, join) in self.joins.iter().enumerate() {
                row.extend([Some(late[n].micros()), Some(eviction[n].micros())]);
                for side in join.iter().flatten() {
                    row.push(side.mark(eviction[n]).map(Watermark::micros));
                }
            }
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
            previous = *watermark;
        }
        let array = |values: Vec<Option<i64>>| Arc::new(Int64Array::from(values)) as ArrayRef;
        let named = self.columns().into_iter().zip(columns.into_iter().map(array));
        Ok(RecordBatch::try_from_iter_with_nullable(named.map(|(name, array)| (name, array, true)))?)
    }
}

/// Stateful operators in plan pre-order.
fn collect(plan: &LogicalPlan, joins: &mut Vec<Option<[SideTiming; 2]>>) -> Result<()> {
    match plan {
        LogicalPlan::Join { left, right, condition, .. } => {
            joins.push(Some(join_timing(condition.as_ref(), &left.columns(), &right.columns())?));
        }
        LogicalPlan::Aggregate { .. } | LogicalPlan::Deduplicate { .. } => joins.push(None),
        _ => {}
    }
    plan.inputs().into_iter().try_for_each(|input| collect(input, joins))
}

//! The slow model: what a streaming query has to answer, recomputed row by row from the records of each batch.
//!
//! It is there to judge the engine, so it shares nothing with the engine's operators and their state. Rows are plain
//! values in a `Vec`, a join is a loop in a loop, a group keeps all its rows and is computed from them whenever it
//! comes out, and every eviction looks at everything that is kept. What it takes from the engine is what comes before
//! the operators (the decoder's rows, the plan as optimized: pushed filters decide what moves a watermark) and what
//! has no memory (expressions, and aggregate functions over the rows of one group).
//!
//! A batch is given as it was run for good. What Spark forgets when a query is started again, the model forgets when
//! it is told of the restart ([`ModelBatch::restarted`]): everything else, state included, it has seen itself.
//!
//! ```text
//! records ──decode──► rows ──► tree ─┬─► rows for the sink
//!                             │  ▲   ├─► losses
//!              event times ───┘  └── watermarks, propagated
//! ```
//!
//! Sums of doubles are taken in the order of arrival and may differ from the engine's in their last digits. The order
//! of rows in a batch means nothing, nor does the order in which rows leave a join: what a later operator makes of
//! that order (the first row of a key, the record that stands for a group) is nothing to compare.
//!
//! Source: Spark 3.5.4, the classes named in each file.

mod bounds;
mod dedup;
mod groups;
mod input;
mod join;
mod rows;
mod sessions;
mod steps;
#[cfg(test)]
mod tests;
mod tree;
mod watermarks;

use std::collections::BTreeSet;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use wavetank_engine::batch::{BatchId, RecordId};
use wavetank_engine::error::Result;
use wavetank_engine::ledger::{KeptRow, Loss, LossReason};
use wavetank_engine::plan::optimize::optimize;
use wavetank_engine::plan::{Pipeline, SourceTable, support};
use wavetank_engine::progress::StateProgress;
use wavetank_engine::query::{QueryOptions, output_schema};
use wavetank_engine::session::Session;
use wavetank_engine::watermark::{Watermark, Watermarks};

pub use input::ModelInput;
pub(crate) use join::{SideTiming, join_timing};
use tree::{Node, Run, Tree};
use watermarks::Tracker;

/// One batch as the query ran it for good: its last, committed execution.
#[derive(Debug, Clone)]
pub struct ModelBatch {
    /// Which one.
    pub batch: BatchId,
    /// What was read, per source of the pipeline; nothing at all in a batch without data.
    pub inputs: Vec<ModelInput>,
    /// Whether the query was started anew before it ran this batch: what single event-time operators had reached is
    /// forgotten then, the global watermark is not.
    pub restarted: bool,
}

impl ModelBatch {
    /// A batch from the records that it read, per source of the pipeline and in the order of reading.
    ///
    /// # Errors
    /// A schema or a mode that `from_json` does not take, and the record on which a `FAILFAST` stream fails.
    pub fn decode(
        pipeline: &Pipeline,
        session: &Session,
        batch: BatchId,
        records: &[Vec<&[u8]>],
        restarted: bool,
    ) -> Result<Self> {
        let sources = pipeline.sources.iter().zip(records).enumerate();
        let input = |(i, (table, records)): (usize, (&SourceTable, &Vec<&[u8]>))| {
            input::decode(table, session, batch, i as u8, records)
        };
        Ok(Self { batch, inputs: sources.map(input).collect::<Result<_>>()?, restarted })
    }
}

/// What a batch has to do.
#[derive(Debug, Clone)]
pub struct ModelOutcome {
    /// Rows for the sink under the query's columns; their order means nothing.
    pub rows: Vec<RecordBatch>,
    /// Rows lost on the way; their order means nothing.
    pub losses: Vec<Loss>,
    /// The watermark that the batch ran with.
    pub watermark: Watermark,
    /// The watermark of the next batch.
    pub next_watermark: Watermark,
    /// Rows in state after the batch, of all operators.
    pub state_rows: u64,
    /// Counters per stateful operator, last of the pipeline first.
    pub state: Vec<(&'static str, StateProgress)>,
}

/// A query and everything that it still remembers of its batches.
#[derive(Clone)]
pub struct Model {
    root: Node,
    tracker: Tracker,
    /// The watermark of the batch before: it decides what is late.
    previous: Watermark,
    /// What each stateful operator evicted by in the last batch since the start of the process.
    evicted_by: Option<Vec<Watermark>>,
    no_data_batches: bool,
    schema: SchemaRef,
}

impl Model {
    /// The model of a query before its first batch.
    ///
    /// # Errors
    /// What Spark refuses when the query starts or when it plans its first batch.
    pub fn new(pipeline: &Pipeline, options: &QueryOptions) -> Result<Self> {
        support::check(&pipeline.plan, options.mode)?;
        let plan = optimize(pipeline.plan.clone());
        let Tree { root, delays, stateful } = Tree::build(&plan, options)?;
        debug_assert_eq!(stateful, root.operators().len());
        Ok(Self {
            root,
            tracker: Tracker::new(options.policy, delays),
            previous: Watermark::ZERO,
            evicted_by: None,
            no_data_batches: options.no_data_batches,
            schema: output_schema(pipeline),
        })
    }

    /// Whether a batch without data would run now (`shouldRunAnotherBatch`): some operator that the watermark can
    /// change anything for would see a higher one than in the batch before. Never right after a restart.
    ///
    /// # Errors
    /// A watermark that is declared twice.
    pub fn needs_batch(&self) -> Result<bool> {
        let Some(last) = self.evicted_by.as_ref().filter(|_| self.no_data_batches) else { return Ok(false) };
        let next = self.root.watermarks(self.tracker.global())?;
        let operators = self.root.operators();
        Ok(operators.iter().enumerate().any(|(i, operator)| operator.heeds_watermark() && next[i] > last[i]))
    }

    /// The watermark that each stateful operator works with when the global one is this, in plan pre-order.
    ///
    /// # Errors
    /// A watermark that is declared twice.
    pub(crate) fn watermarks_at(&self, global: Watermark) -> Result<Vec<Watermark>> {
        self.root.watermarks(global)
    }

    /// The rows in state after the last batch; their order means nothing.
    pub fn kept_rows(&self) -> Vec<KeptRow> {
        self.root.operators().into_iter().flat_map(|operator| operator.kept()).collect()
    }

    /// What the batch does. Batches come in their order.
    ///
    /// # Errors
    /// Expressions that cannot be evaluated, and a watermark that is declared twice.
    pub fn run(&mut self, batch: ModelBatch) -> Result<ModelOutcome> {
        if batch.restarted {
            self.tracker.forget();
            self.evicted_by = None;
        }
        let watermark = self.tracker.global();
        let (late, eviction) = (self.root.watermarks(self.previous)?, self.root.watermarks(watermark)?);
        let both = late.iter().zip(&eviction);
        let mut run = Run::new(
            batch.batch,
            batch.inputs.iter().map(ModelInput::rows).collect(),
            both.map(|(late, eviction)| Watermarks { late: *late, eviction: *eviction }).collect(),
            self.tracker.operators(),
        );
        let rows = self.root.run(&mut run)?;
        self.tracker.advance(&run.seen);
        self.previous = watermark;
        self.evicted_by = Some(eviction);
        let rejected: BTreeSet<RecordId> = batch.inputs.iter().flat_map(|i| i.rejected.clone()).collect();
        let rows = match rows.is_empty() {
            true => vec![],
            false => vec![rows::batch_of(&rows, &self.schema)?],
        };
        Ok(ModelOutcome {
            rows,
            losses: run.losses.into_iter().map(|loss| blamed(loss, &rejected)).collect(),
            watermark,
            next_watermark: self.tracker.global(),
            state_rows: run.state.iter().map(|(_, state)| state.rows_total).sum(),
            state: run.state,
        })
    }
}

/// A row that misses a value was lost as malformed if its record, read by this batch, did not decode in full.
fn blamed(loss: Loss, rejected: &BTreeSet<RecordId>) -> Loss {
    use LossReason::{Malformed, NoElements, NoSession, NullEventTime, NullKey};
    let misses_a_value = matches!(loss.reason, NullKey | NullEventTime | NoElements | NoSession);
    match misses_a_value && rejected.contains(&loss.record) {
        true => Loss { reason: Malformed, ..loss },
        false => loss,
    }
}

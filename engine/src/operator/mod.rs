//! Physical operators: one file each, columns in, columns out.
//!
//! Rows move bottom-up as Arrow batches whose last column is the hidden record id ([`crate::batch::RECORD_ID`]).
//! A micro-batch first pushes every input batch through [`Operator::process`], then calls [`Operator::finish`]
//! once; a join gets all of its left input before any of its right.

mod aggregate;
mod assign_sessions;
mod assign_windows;
mod deduplicate;
mod event_time;
mod explode;
mod filter;
mod late;
mod project;
mod state;
pub mod stream_join;
mod tree;

pub use state::{Extent, StateChange};
pub use tree::{EventTimeSource, OperatorState, OperatorTree, TreeOptions};

use arrow::record_batch::RecordBatch;

use crate::batch::{BatchContext, Output};
use crate::error::Result;
use crate::ledger::KeptRow;
use crate::watermark::Watermark;

/// A row-at-a-time relation between input and output, on columns.
pub trait Operator {
    /// Takes one batch and pushes what can be emitted now.
    fn process(&mut self, input: RecordBatch, ctx: &mut BatchContext<'_>, out: &mut Output<'_>)
    -> Result<()>;
}

/// Which input of a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Processed first.
    Left,
    /// Processed second.
    Right,
}

impl Side {
    /// The opposite side.
    pub fn other(self) -> Side {
        match self {
            Side::Left => Side::Right,
            Side::Right => Side::Left,
        }
    }
}

/// An operator with state between batches, over one input or two.
pub trait StatefulOperator {
    /// Spark's name of the operator, as progress and ledger show it.
    fn name(&self) -> &'static str;
    /// Names of what its state is found by; another set of keys makes another state.
    fn keys(&self) -> Vec<String>;
    /// Takes one batch of one side; all of the left side comes first. A single input is the left one.
    fn process(
        &mut self,
        side: Side,
        input: RecordBatch,
        ctx: &mut BatchContext<'_>,
        out: &mut Output<'_>,
    ) -> Result<()>;
    /// Runs after the last input of the micro-batch: emits what is due, then evicts.
    fn finish(&mut self, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()>;
    /// The rows in state, for whoever wants to know where a row is.
    fn kept(&self) -> Vec<KeptRow>;
    /// How many there are.
    fn rows(&self) -> usize;
    /// Lower bound of event times that this operator can still emit, given its input watermark.
    fn output_watermark(&self, input: Watermark) -> Watermark {
        input
    }
    /// Whether a batch without data could change anything once the eviction watermark has risen.
    fn evicts(&self) -> bool;
    /// The state, or what has changed of it since it was last saved or loaded: always the same number of tables.
    fn save(&mut self, extent: Extent) -> Result<Vec<StateChange>>;
    /// Takes over a state that [`StatefulOperator::save`] gave; the operator is new.
    fn load(&mut self, tables: &[StateChange]) -> Result<()>;
}

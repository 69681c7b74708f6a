//! Physical operators: one file each, columns in, columns out.
//!
//! Rows move bottom-up as Arrow batches whose last column is the hidden record id ([`crate::batch::RECORD_ID`]).
//! What stands between a source and the first stateful operator has no memory ([`Operator`]), so the pieces of a
//! source go through it side by side, on as many threads as the query may use. A stateful operator
//! ([`StatefulOperator`]) takes all of a side at once, a join its left side before its right, and is called once more
//! to finish. It has the pieces made when it wants them ([`Inputs`]): a piece is decoded, taken through what is below
//! and, where that changes no state, through the operator itself, before the thread turns to the next one. Results are
//! put together in the order of the input, so threads change no byte.

mod aggregate;
mod assign_sessions;
mod assign_windows;
mod deduplicate;
mod event_time;
mod explode;
mod filter;
mod flatten;
mod late;
mod project;
mod state;
pub mod stream_join;
mod tree;

pub use state::{Extent, StateChange, StateTable};
pub use tree::{EventTimeSource, OperatorState, OperatorTree, SavedOperator, TreeOptions};

use arrow::record_batch::RecordBatch;

use crate::batch::{BatchContext, Inputs, Output};
use crate::error::Result;
use crate::ledger::KeptRow;
use crate::watermark::Watermark;

/// A row-at-a-time relation between input and output, on columns. Batches may go through it side by side.
pub trait Operator: Send + Sync {
    /// Takes one batch and pushes what comes of it.
    fn process(&self, input: RecordBatch, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()>;
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
    /// Takes all of one side; the left side comes first. A single input is the left one.
    fn process(
        &mut self,
        side: Side,
        inputs: Inputs<'_>,
        ctx: &mut BatchContext<'_>,
        out: &mut Output<'_>,
    ) -> Result<()>;
    /// Runs after the last input of the micro-batch: emits what is due, then evicts.
    fn finish(&mut self, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()>;
    /// The rows in state, for whoever wants to know where a row is.
    fn kept(&self) -> Vec<KeptRow>;
    /// How many there are.
    fn rows(&self) -> usize;
    /// Bytes of memory that they take, with everything by which they are found.
    fn bytes(&self) -> Result<usize>;
    /// Lower bound of event times that this operator can still emit, given its input watermark.
    fn output_watermark(&self, input: Watermark) -> Watermark {
        input
    }
    /// Whether a batch without data could change anything once the eviction watermark has risen.
    fn evicts(&self) -> bool;
    /// The state, or what has changed of it since it was last saved or loaded: always the same number of tables.
    /// Found out by so many threads.
    fn save(&mut self, extent: Extent, threads: usize) -> Result<Vec<StateTable<'_>>>;
    /// Takes over a state that [`StatefulOperator::save`] gave; the operator is new.
    fn load(&mut self, tables: &[StateChange]) -> Result<()>;
}

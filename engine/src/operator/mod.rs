//! Physical operators: one file each, columns in, columns out.
//!
//! Rows move bottom-up as Arrow batches whose last column is the hidden record id ([`crate::batch::RECORD_ID`]).
//! A micro-batch first pushes every input batch through [`Operator::process`], then calls [`Operator::finish`]
//! once; a join gets all of its left input before any of its right.

mod event_time;
mod explode;
mod filter;
mod project;
pub mod stream_join;
mod tree;

pub use tree::OperatorTree;

use arrow::record_batch::RecordBatch;

use crate::batch::{BatchContext, Output};
use crate::error::Result;
use crate::ledger::KeptRow;
use crate::watermark::{Watermark, Watermarks};

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

/// An operator with two inputs and state between batches.
pub trait BinaryOperator {
    /// Spark's name of the operator, as progress and ledger show it.
    fn name(&self) -> &'static str;
    /// Takes one batch of one side; all of the left side comes first.
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
    /// Lower bound of event times that this operator can still emit, given its input watermark.
    fn output_watermark(&self, input: Watermark) -> Watermark;
    /// Whether a batch without data would change anything, given this operator's watermarks in it.
    fn needs_batch(&self, next: &Watermarks) -> bool;
}

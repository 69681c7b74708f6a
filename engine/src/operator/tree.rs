//! The operators of a query as a tree, and how one micro-batch runs through it.

use arrow::record_batch::RecordBatch;

use super::event_time::EventTimeOperator;
use super::explode::Explode;
use super::filter::Filter;
use super::project::Project;
use super::stream_join::{StreamJoin, split_condition};
use super::{BinaryOperator, Operator, Side};
use crate::batch::{BatchContext, BatchId};
use crate::error::{EngineError, Result};
use crate::ledger::{KeptRow, Ledger};
use crate::plan::{Delay, JoinKind, LogicalPlan};
use crate::progress::StateProgress;
use crate::watermark::{EventTimeObservation, Watermark, Watermarks};

/// A query's operators with their state.
pub struct OperatorTree {
    root: Node,
    /// Delays of the event-time operators in plan pre-order.
    delays: Vec<Delay>,
    /// Names of the stateful operators, last of the pipeline first.
    stateful: Vec<&'static str>,
}

enum Node {
    Source { index: usize },
    Unary { input: Box<Node>, operator: Box<dyn Operator>, event_time: Option<usize> },
    Binary { left: Box<Node>, right: Box<Node>, operator: Box<dyn BinaryOperator>, stateful: usize },
}

/// Everything that one run of the tree reads and writes.
struct Run {
    batch: BatchId,
    inputs: Vec<Vec<RecordBatch>>,
    ledger: Ledger,
    observations: Vec<EventTimeObservation>,
    watermarks: Vec<Watermarks>,
    states: Vec<StateProgress>,
}

/// What a micro-batch left behind.
#[derive(Debug)]
pub struct BatchResult {
    /// Rows for the sink; the hidden record id is their last column.
    pub rows: Vec<RecordBatch>,
    /// Rows lost on the way.
    pub ledger: Ledger,
    /// What each event-time operator saw.
    pub observations: Vec<EventTimeObservation>,
    /// Counters per stateful operator, last of the pipeline first.
    pub state: Vec<(&'static str, StateProgress)>,
}

impl OperatorTree {
    /// Operators for an optimized plan.
    pub fn build(plan: &LogicalPlan) -> Result<Self> {
        let mut tree = Self { root: Node::Source { index: 0 }, delays: vec![], stateful: vec![] };
        tree.root = tree.node(plan)?;
        Ok(tree)
    }

    /// Delays of the event-time operators in plan pre-order: what the watermark tracker needs to know.
    pub fn delays(&self) -> &[Delay] {
        &self.delays
    }

    fn node(&mut self, plan: &LogicalPlan) -> Result<Node> {
        Ok(match plan {
            LogicalPlan::Stream { source, .. } => Node::Source { index: *source },
            LogicalPlan::Project { input, columns } => {
                self.unary(input, Box::new(Project::new(columns, &input.columns())?))?
            }
            LogicalPlan::Filter { input, predicate, origin } => {
                self.unary(input, Box::new(Filter::new(predicate, *origin, &input.columns())?))?
            }
            LogicalPlan::Explode { input, array, outer, column } => {
                self.unary(input, Box::new(Explode::new(array, *outer, column, &input.columns())?))?
            }
            LogicalPlan::EventTime { input, column, delay } => {
                let event_time = Some(self.delays.len());
                self.delays.push(*delay);
                let index = input.columns().iter().position(|c| c.id == *column);
                let index = index.expect("the planner resolved the event-time column");
                let input = Box::new(self.node(input)?);
                Node::Unary { input, operator: Box::new(EventTimeOperator { index }), event_time }
            }
            LogicalPlan::Join { left, right, kind: JoinKind::Inner, condition } => {
                let stateful = self.stateful.len();
                let (columns, other) = (left.columns(), right.columns());
                let split = split_condition(condition.as_ref(), &columns, &other);
                if split.equalities.is_empty() {
                    return Err(EngineError::Refused {
                        message: "Stream-stream join without equality predicate is not supported.".into(),
                        help: "add a condition such as `a.id = b.id` to the join".into(),
                    });
                }
                let join = StreamJoin::new(&split, &columns, &other)?;
                self.stateful.push(join.name());
                let (left, right) = (Box::new(self.node(left)?), Box::new(self.node(right)?));
                Node::Binary { left, right, operator: Box::new(join), stateful }
            }
        })
    }

    fn unary(&mut self, input: &LogicalPlan, operator: Box<dyn Operator>) -> Result<Node> {
        Ok(Node::Unary { input: Box::new(self.node(input)?), operator, event_time: None })
    }

    /// Runs one micro-batch. `late` and `eviction` are the global watermarks of the batch before and of this one.
    pub fn run(
        &mut self,
        batch: BatchId,
        inputs: Vec<Vec<RecordBatch>>,
        ledger: Ledger,
        late: Watermark,
        eviction: Watermark,
    ) -> Result<BatchResult> {
        let mut run = Run {
            batch,
            inputs,
            ledger,
            observations: vec![EventTimeObservation::default(); self.delays.len()],
            watermarks: self.propagated(late, eviction),
            states: vec![StateProgress::default(); self.stateful.len()],
        };
        let mut rows = Vec::new();
        self.root.run(&mut run, &mut |batch, _| {
            rows.push(batch);
            Ok(())
        })?;
        let state = self.stateful.iter().copied().zip(run.states).collect();
        Ok(BatchResult { rows, ledger: run.ledger, observations: run.observations, state })
    }

    /// Whether a batch without data would change anything at the given global watermarks.
    pub fn needs_batch(&self, late: Watermark, eviction: Watermark) -> bool {
        self.root.needs_batch(&self.propagated(late, eviction))
    }

    /// The rows in state, operator by operator.
    pub fn kept(&self) -> Vec<KeptRow> {
        let mut kept = Vec::new();
        self.root.collect_kept(&mut kept);
        kept
    }

    /// Each stateful operator's own watermarks: the global ones, propagated through the operators below it.
    fn propagated(&self, late: Watermark, eviction: Watermark) -> Vec<Watermarks> {
        let mut inputs =
            [vec![Watermark::ZERO; self.stateful.len()], vec![Watermark::ZERO; self.stateful.len()]];
        self.root.propagate(late, &mut inputs[0]);
        self.root.propagate(eviction, &mut inputs[1]);
        let [late, eviction] = inputs;
        late.into_iter().zip(eviction).map(|(late, eviction)| Watermarks { late, eviction }).collect()
    }
}

impl Run {
    fn context(&mut self, stateful: Option<usize>, event_time: Option<usize>) -> Context<'_> {
        Context { run: self, stateful, event_time, spare: Default::default() }
    }
}

/// Builds a [`BatchContext`] out of the parts of a run that one operator may touch.
struct Context<'a> {
    run: &'a mut Run,
    stateful: Option<usize>,
    event_time: Option<usize>,
    /// What operators without state or event time write to.
    spare: (StateProgress, EventTimeObservation),
}

impl Context<'_> {
    fn lend(&mut self) -> BatchContext<'_> {
        let none = Watermarks { late: Watermark::ZERO, eviction: Watermark::ZERO };
        BatchContext {
            batch: self.run.batch,
            watermarks: self.stateful.map_or(none, |i| self.run.watermarks[i]),
            ledger: &mut self.run.ledger,
            state: match self.stateful {
                Some(i) => &mut self.run.states[i],
                None => &mut self.spare.0,
            },
            observation: match self.event_time {
                Some(i) => &mut self.run.observations[i],
                None => &mut self.spare.1,
            },
        }
    }
}

/// Receives a node's output; may run the nodes above it.
type Downstream<'a> = dyn FnMut(RecordBatch, &mut Run) -> Result<()> + 'a;

impl Node {
    fn run(&mut self, run: &mut Run, out: &mut Downstream<'_>) -> Result<()> {
        match self {
            Node::Source { index } => {
                for batch in run.inputs[*index].clone() {
                    out(batch, run)?;
                }
                Ok(())
            }
            Node::Unary { input, operator, event_time } => input.run(run, &mut |batch, run| {
                let mut produced = Vec::new();
                let mut context = run.context(None, *event_time);
                operator.process(batch, &mut context.lend(), &mut |b| keep(b, &mut produced))?;
                forward(produced, run, out)
            }),
            Node::Binary { left, right, operator, stateful } => {
                for (side, input) in [(Side::Left, left), (Side::Right, right)] {
                    input.run(run, &mut |batch, run| {
                        let mut produced = Vec::new();
                        let mut context = run.context(Some(*stateful), None);
                        operator
                            .process(side, batch, &mut context.lend(), &mut |b| keep(b, &mut produced))?;
                        forward(produced, run, out)
                    })?;
                }
                let mut produced = Vec::new();
                let mut context = run.context(Some(*stateful), None);
                operator.finish(&mut context.lend(), &mut |b| keep(b, &mut produced))?;
                forward(produced, run, out)
            }
        }
    }

    /// This node's output watermark; writes each stateful operator's input watermark on the way up
    /// (`WatermarkPropagator`). `None` without an event-time operator below.
    fn propagate(&self, global: Watermark, inputs: &mut [Watermark]) -> Option<Watermark> {
        match self {
            Node::Source { .. } => None,
            Node::Unary { event_time: Some(_), input, .. } => {
                input.propagate(global, inputs);
                Some(global)
            }
            Node::Unary { input, .. } => input.propagate(global, inputs),
            Node::Binary { left, right, operator, stateful } => {
                let sides = [left.propagate(global, inputs), right.propagate(global, inputs)];
                let input = sides.into_iter().flatten().min().unwrap_or(Watermark::ZERO);
                inputs[*stateful] = input;
                Some(if global == Watermark::ZERO { global } else { operator.output_watermark(input) })
            }
        }
    }

    fn collect_kept(&self, kept: &mut Vec<KeptRow>) {
        match self {
            Node::Source { .. } => {}
            Node::Unary { input, .. } => input.collect_kept(kept),
            Node::Binary { left, right, operator, .. } => {
                kept.extend(operator.kept());
                left.collect_kept(kept);
                right.collect_kept(kept);
            }
        }
    }

    fn needs_batch(&self, next: &[Watermarks]) -> bool {
        match self {
            Node::Source { .. } => false,
            Node::Unary { input, .. } => input.needs_batch(next),
            Node::Binary { left, right, operator, stateful } => {
                operator.needs_batch(&next[*stateful]) || left.needs_batch(next) || right.needs_batch(next)
            }
        }
    }
}

fn keep(batch: RecordBatch, produced: &mut Vec<RecordBatch>) -> Result<()> {
    if batch.num_rows() > 0 {
        produced.push(batch);
    }
    Ok(())
}

fn forward(produced: Vec<RecordBatch>, run: &mut Run, out: &mut Downstream<'_>) -> Result<()> {
    produced.into_iter().try_for_each(|batch| out(batch, run))
}

//! The operators of a plan as a tree, and the way of a batch through it.
//!
//! A node gives all its rows of a batch at once: those of its inputs have gone through it, left before right.
//! Operators are numbered in plan pre-order, so the last of the pipeline comes first.

use arrow::array::Array;
use arrow::datatypes::DataType;
use wavetank_engine::batch::{BatchId, RecordId};
use wavetank_engine::error::Result;
use wavetank_engine::ledger::{KeptRow, Loss, LossReason};
use wavetank_engine::plan::{Delay, LogicalPlan};
use wavetank_engine::progress::StateProgress;
use wavetank_engine::query::QueryOptions;
use wavetank_engine::watermark::{Watermark, Watermarks};

use super::dedup::Dedup;
use super::groups::{Grouping, Groups};
use super::join::Join;
use super::rows::{Row, time_of};
use super::sessions::Sessions;
use super::steps::Step;
use super::watermarks::{is_passed, observe, refused};

/// What Spark sees of a window in the place of a time: where in the row it is, 24 bytes from byte 16.
const PLACE_OF_WINDOW: i64 = (16 << 32) | 24;

/// A plan's operators.
#[derive(Clone)]
pub(super) enum Node {
    Stream { source: usize },
    Union { inputs: Vec<Node> },
    EventTime { input: Box<Node>, column: usize, number: usize },
    Step { input: Box<Node>, step: Step },
    Stateful { inputs: Vec<Node>, operator: Operator, number: usize },
}

/// An operator that remembers rows.
#[derive(Clone)]
pub(super) enum Operator {
    Join(Box<Join>),
    Groups(Box<Groups>),
    Sessions(Box<Sessions>),
    Dedup(Box<Dedup>),
}

/// A tree, and what is known of it.
pub(super) struct Tree {
    pub(super) root: Node,
    /// Of the event-time operators.
    pub(super) delays: Vec<Delay>,
    /// Number of stateful operators.
    pub(super) stateful: usize,
}

/// A batch on its way.
pub(super) struct Run {
    batch: BatchId,
    inputs: Vec<Vec<Row>>,
    /// Per stateful operator.
    watermarks: Vec<Watermarks>,
    pub(super) losses: Vec<Loss>,
    /// Greatest event time per event-time operator, in milliseconds.
    pub(super) seen: Vec<Option<i64>>,
    /// Per stateful operator.
    pub(super) state: Vec<(&'static str, StateProgress)>,
}

/// What a stateful operator is told about a batch, and where it reports to.
pub(super) struct Turn<'r> {
    pub(super) batch: BatchId,
    pub(super) operator: &'static str,
    pub(super) watermarks: Watermarks,
    pub(super) losses: &'r mut Vec<Loss>,
    pub(super) counts: StateProgress,
}

impl Run {
    pub(super) fn new(
        batch: BatchId,
        inputs: Vec<Vec<Row>>,
        watermarks: Vec<Watermarks>,
        event_times: usize,
    ) -> Self {
        let state = vec![("", StateProgress::default()); watermarks.len()];
        Self { batch, inputs, watermarks, losses: vec![], seen: vec![None; event_times], state }
    }
}

/// A loss of which nothing but its reason is known.
pub(super) fn loss(batch: BatchId, record: RecordId, reason: LossReason, operator: &'static str) -> Loss {
    Loss { record, batch, reason, operator, event_time: None, watermark: None }
}

impl Turn<'_> {
    /// Whether a row is late; then it is reported. Counting is the operator's.
    pub(super) fn drops_late(&mut self, row: &Row, time: Option<i64>) -> bool {
        let late = is_passed(time, self.watermarks.late);
        if late {
            let watermark = Some(self.watermarks.late);
            let loss = loss(self.batch, row.record, LossReason::Late, self.operator);
            self.losses.push(Loss { event_time: time, watermark, ..loss });
        }
        late
    }

    /// Reports a row for which no watermark was asked.
    pub(super) fn lose(&mut self, row: &Row, reason: LossReason) {
        self.losses.push(loss(self.batch, row.record, reason, self.operator));
    }
}

impl Tree {
    pub(super) fn build(plan: &LogicalPlan, options: &QueryOptions) -> Result<Tree> {
        let mut builder = Builder { options, delays: vec![], stateful: 0 };
        let root = builder.node(plan)?;
        Ok(Tree { root, delays: builder.delays, stateful: builder.stateful })
    }
}

struct Builder<'o> {
    options: &'o QueryOptions,
    delays: Vec<Delay>,
    stateful: usize,
}

impl Builder<'_> {
    fn node(&mut self, plan: &LogicalPlan) -> Result<Node> {
        let options = self.options;
        if let Some(step) = Step::of(plan, &options.session)? {
            let input = self.node(plan.inputs()[0])?;
            return Ok(Node::Step { input: Box::new(input), step });
        }
        Ok(match plan {
            LogicalPlan::Stream { source, .. } => Node::Stream { source: *source },
            LogicalPlan::Union { inputs, .. } => {
                Node::Union { inputs: inputs.iter().map(|input| self.node(input)).collect::<Result<_>>()? }
            }
            LogicalPlan::EventTime { input, column, delay } => {
                let number = self.delays.len();
                self.delays.push(*delay);
                let column = input.columns().iter().position(|c| c.id == *column);
                let column = column.expect("the planner resolved the event-time column");
                Node::EventTime { input: Box::new(self.node(input)?), column, number }
            }
            LogicalPlan::Join { left, right, kind, condition } => {
                let (left, right) = (left.columns(), right.columns());
                let join = Join::new(*kind, condition.as_ref(), &left, &right, &options.session)?;
                self.stateful(plan, Operator::Join(Box::new(join)))?
            }
            LogicalPlan::Deduplicate { input, keys, within_watermark } => {
                let dedup = Dedup::new(keys, *within_watermark, &input.columns())?;
                self.stateful(plan, Operator::Dedup(Box::new(dedup)))?
            }
            LogicalPlan::Aggregate { input, keys, session, aggregates } => {
                let grouping = Grouping::new(keys, aggregates, &input.columns(), options)?;
                let operator = match session {
                    None => Operator::Groups(Box::new(Groups::new(grouping))),
                    Some(session) => Operator::Sessions(Box::new(Sessions::new(grouping, *session)?)),
                };
                self.stateful(plan, operator)?
            }
            _ => unreachable!("the other operators remember nothing, or were refused"),
        })
    }

    fn stateful(&mut self, plan: &LogicalPlan, operator: Operator) -> Result<Node> {
        let number = self.stateful;
        self.stateful += 1;
        let inputs = plan.inputs().into_iter().map(|input| self.node(input)).collect::<Result<_>>()?;
        Ok(Node::Stateful { inputs, operator, number })
    }
}

impl Node {
    /// The rows that come out of this node in a batch.
    pub(super) fn run(&mut self, run: &mut Run) -> Result<Vec<Row>> {
        match self {
            // No two nodes read the same source.
            Node::Stream { source } => {
                Ok(run.inputs.get_mut(*source).map(std::mem::take).unwrap_or_default())
            }
            Node::Union { inputs } => {
                let rows = inputs.iter_mut().map(|input| input.run(run)).collect::<Result<Vec<_>>>()?;
                Ok(rows.concat())
            }
            Node::EventTime { input, column, number } => {
                let rows = input.run(run)?;
                for row in &rows {
                    let value = &row.values[*column];
                    let time = match value.data_type() {
                        DataType::Struct(_) => Some(PLACE_OF_WINDOW),
                        _ => time_of(value),
                    };
                    observe(&mut run.seen[*number], time);
                }
                Ok(rows)
            }
            Node::Step { input, step } => {
                let mut rows = Vec::new();
                for row in input.run(run)? {
                    rows.extend(step.apply(row, run.batch, &mut run.losses)?);
                }
                Ok(rows)
            }
            Node::Stateful { inputs, operator, number } => {
                let rows = inputs.iter_mut().map(|input| input.run(run)).collect::<Result<Vec<_>>>()?;
                let mut turn = Turn {
                    batch: run.batch,
                    operator: operator.name(),
                    watermarks: run.watermarks[*number],
                    losses: &mut run.losses,
                    counts: StateProgress::default(),
                };
                let rows = operator.run(rows, &mut turn)?;
                run.state[*number] = (turn.operator, turn.counts);
                Ok(rows)
            }
        }
    }

    /// The watermark that each stateful operator works with when the global one is this
    /// (`WatermarkPropagator`).
    ///
    /// # Errors
    /// A watermark that is declared above another one.
    pub(super) fn watermarks(&self, global: Watermark) -> Result<Vec<Watermark>> {
        let mut all = vec![Watermark::ZERO; self.operators().len()];
        if global != Watermark::ZERO {
            self.propagate(global, &mut all)?;
        }
        Ok(all)
    }

    /// This node's output watermark, `None` where no event-time operator is below; fills in the input watermarks of
    /// stateful operators.
    fn propagate(&self, global: Watermark, operators: &mut [Watermark]) -> Result<Option<Watermark>> {
        let below = self.inputs().into_iter().map(|input| input.propagate(global, operators));
        let below = below.collect::<Result<Vec<_>>>()?.into_iter().flatten().min();
        match self {
            Node::EventTime { .. } if below.is_some() => Err(refused("Redefining watermark is disallowed.")),
            Node::EventTime { .. } => Ok(Some(global)),
            Node::Stateful { operator, number, .. } => {
                let input = below.unwrap_or(Watermark::ZERO);
                operators[*number] = input;
                Ok(Some(operator.output_watermark(input)))
            }
            _ => Ok(below),
        }
    }

    fn inputs(&self) -> Vec<&Node> {
        match self {
            Node::Stream { .. } => vec![],
            Node::EventTime { input, .. } | Node::Step { input, .. } => vec![input],
            Node::Union { inputs } | Node::Stateful { inputs, .. } => inputs.iter().collect(),
        }
    }

    /// The stateful operators in the order of their numbers.
    pub(super) fn operators(&self) -> Vec<&Operator> {
        let own = match self {
            Node::Stateful { operator, .. } => Some(operator),
            _ => None,
        };
        own.into_iter().chain(self.inputs().into_iter().flat_map(Node::operators)).collect()
    }
}

impl Operator {
    fn name(&self) -> &'static str {
        match self {
            Operator::Join(_) => "symmetricHashJoin",
            Operator::Groups(_) => "stateStoreSave",
            Operator::Sessions(_) => "defaultName",
            Operator::Dedup(dedup) => dedup.name(),
        }
    }

    fn run(&mut self, mut inputs: Vec<Vec<Row>>, turn: &mut Turn<'_>) -> Result<Vec<Row>> {
        let last = inputs.pop().expect("a stateful operator has an input");
        match self {
            Operator::Join(join) => {
                let left = inputs.pop().expect("a join has two inputs");
                join.run(left, last, turn)
            }
            Operator::Groups(groups) => groups.run(last, turn),
            Operator::Sessions(sessions) => sessions.run(last, turn),
            Operator::Dedup(dedup) => dedup.run(last, turn),
        }
    }

    /// The rows that it remembers, or those that stand for groups.
    pub(super) fn kept(&self) -> Vec<KeptRow> {
        match self {
            Operator::Join(join) => join.kept(self.name()),
            Operator::Groups(groups) => groups.kept(self.name()),
            Operator::Sessions(sessions) => sessions.kept(self.name()),
            Operator::Dedup(dedup) => dedup.kept(),
        }
    }

    fn output_watermark(&self, input: Watermark) -> Watermark {
        match self {
            Operator::Join(join) => join.output_watermark(input),
            _ => input,
        }
    }

    /// Whether a higher watermark alone can be a reason for a batch.
    pub(super) fn heeds_watermark(&self) -> bool {
        match self {
            Operator::Join(join) => join.evicts(),
            Operator::Groups(groups) => groups.evicts(),
            Operator::Sessions(sessions) => sessions.evicts(),
            Operator::Dedup(_) => true,
        }
    }
}

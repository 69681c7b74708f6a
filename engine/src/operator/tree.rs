//! The operators of a query as a tree, and how one micro-batch runs through it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::aggregate::aggregate;
use super::assign_sessions::AssignSessions;
use super::assign_windows::AssignWindows;
use super::deduplicate::Deduplicate;
use super::event_time::EventTimeOperator;
use super::explode::Explode;
use super::filter::Filter;
use super::flatten::Flatten;
use super::project::Project;
use super::stream_join::{Matcher, StreamJoin, split_condition};
use super::{Extent, Operator, Side, StateChange, StateTable, StatefulOperator};
use crate::batch::{BatchContext, BatchFacts, BatchId, Inputs, SourceRows, row_schema};
use crate::error::{EngineError, Result};
use crate::ledger::{KeptRow, Ledger};
use crate::plan::{Delay, Expr, FilterOrigin, JoinKind, LogicalPlan, OutputMode};
use crate::progress::StateProgress;
use crate::seeded_bug::SeededBug;
use crate::session::Session;
use crate::watermark::{EventTimeObservation, Watermark, Watermarks};

/// A query's operators with their state.
pub struct OperatorTree {
    root: Node,
    /// The event-time operators in plan pre-order.
    event_times: Vec<EventTimeSource>,
    /// Names of the stateful operators, last of the pipeline first.
    stateful: Vec<&'static str>,
    /// Each stateful operator's eviction watermark in the last batch; `None` before the first one of this process.
    last_evictions: Vec<Option<Watermark>>,
    parallelism: usize,
    seeded_bug: Option<SeededBug>,
}

enum Node {
    /// A source, and what its batches go through before anything that remembers them.
    Source {
        index: usize,
        steps: Vec<Step>,
    },
    Unary {
        input: Box<Node>,
        step: Step,
    },
    Stateful {
        inputs: Vec<Node>,
        operator: Box<dyn StatefulOperator>,
        index: usize,
    },
    Union {
        inputs: Vec<Node>,
        schema: SchemaRef,
    },
}

/// An operator without memory; the number of its event time, if it watches one.
struct Step {
    operator: Box<dyn Operator>,
    event_time: Option<usize>,
}

/// Where an event-time operator has its times from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTimeSource {
    /// Name of the declared column.
    pub column: String,
    /// The streams under it, as indices into [`crate::plan::Pipeline::sources`], in ascending order.
    pub sources: Vec<usize>,
    /// How far the watermark trails.
    pub delay: Delay,
}

/// The saved state of one stateful operator: its tables, or how they have changed.
#[derive(Debug, Clone, PartialEq)]
pub struct OperatorState {
    /// Spark's name of the operator.
    pub operator: String,
    /// What its rows are found by.
    pub keys: Vec<String>,
    /// Always the same number of them.
    pub tables: Vec<StateChange>,
}

/// The same on its way into the checkpoint.
pub struct SavedOperator<'a> {
    /// Spark's name of the operator.
    pub operator: String,
    /// What its rows are found by.
    pub keys: Vec<String>,
    /// As [`StatefulOperator::save`] gives them.
    pub tables: Vec<StateTable<'a>>,
}

impl SavedOperator<'_> {
    /// All of it at once.
    pub fn whole(&self) -> Result<OperatorState> {
        let tables = self.tables.iter().map(StateTable::whole).collect::<Result<_>>()?;
        Ok(OperatorState { operator: self.operator.clone(), keys: self.keys.clone(), tables })
    }
}

/// What the operators of a query are built under.
pub struct TreeOptions<'a> {
    /// Settings of expressions.
    pub session: &'a Session,
    /// What aggregations hand on.
    pub mode: OutputMode,
    /// Threads that work on a batch, at least one.
    pub parallelism: usize,
    /// A mistake to make.
    pub seeded_bug: Option<SeededBug>,
}

/// The streams that a plan reads.
fn sources(plan: &LogicalPlan) -> BTreeSet<usize> {
    match plan {
        LogicalPlan::Stream { source, .. } => BTreeSet::from([*source]),
        other => other.inputs().into_iter().flat_map(sources).collect(),
    }
}

/// Everything that one run of the tree reads and writes.
struct Run<'a> {
    batch: BatchId,
    inputs: &'a [&'a dyn SourceRows],
    ledger: Ledger,
    observations: Vec<EventTimeObservation>,
    watermarks: Vec<Watermarks>,
    states: Vec<StateProgress>,
    parallelism: usize,
    seeded_bug: Option<SeededBug>,
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
    ///
    /// # Errors
    /// What Spark refuses when it plans the first batch.
    pub fn build(plan: &LogicalPlan, options: &TreeOptions<'_>) -> Result<Self> {
        let mut builder = Builder { options, event_times: vec![], stateful: vec![] };
        let root = builder.node(plan)?;
        let Builder { event_times, stateful, .. } = builder;
        let last_evictions = vec![None; stateful.len()];
        let TreeOptions { parallelism, seeded_bug, .. } = *options;
        Ok(Self { root, event_times, stateful, last_evictions, parallelism, seeded_bug })
    }

    /// The event-time operators in plan pre-order.
    pub fn event_times(&self) -> &[EventTimeSource] {
        &self.event_times
    }

    /// How often the pieces of a source are made in a batch.
    pub fn reads(&self, source: usize) -> usize {
        self.root.reads(source)
    }

    /// Runs one micro-batch over the rows of each source. `late` and `eviction` are the global watermarks of the batch
    /// before and of this one.
    pub fn run(
        &mut self,
        batch: BatchId,
        inputs: &[&dyn SourceRows],
        ledger: Ledger,
        late: Watermark,
        eviction: Watermark,
    ) -> Result<BatchResult> {
        let late = if self.seeded_bug == Some(SeededBug::LateByThisBatch) { eviction } else { late };
        let mut run = Run {
            batch,
            inputs,
            ledger,
            observations: vec![EventTimeObservation::default(); self.event_times.len()],
            watermarks: self.propagated(late, eviction)?,
            states: vec![StateProgress::default(); self.stateful.len()],
            parallelism: self.parallelism,
            seeded_bug: self.seeded_bug,
        };
        let mut rows = Vec::new();
        self.root.run(&mut run, &mut |batch, _| {
            rows.push(batch);
            Ok(())
        })?;
        for (last, watermarks) in self.last_evictions.iter_mut().zip(&run.watermarks) {
            *last = Some(watermarks.eviction);
        }
        let state = self.stateful.iter().copied().zip(run.states).collect();
        Ok(BatchResult { rows, ledger: run.ledger, observations: run.observations, state })
    }

    /// Whether a batch without data would change anything at the given global watermarks: whether some operator
    /// that evicts would do so at a higher watermark than in the batch before (`shouldRunAnotherBatch`).
    pub fn needs_batch(&self, late: Watermark, eviction: Watermark) -> Result<bool> {
        let next = self.propagated(late, eviction)?;
        let rises = |index: usize| self.last_evictions[index].is_some_and(|last| next[index].eviction > last);
        Ok(self.root.operators().iter().any(|(index, operator)| operator.evicts() && rises(*index)))
    }

    /// Whether the end of input would take rows out of the state, if they are still there: whether some operator that
    /// evicts keeps any, and has not been told of the end yet.
    pub fn holds_back(&self) -> Result<bool> {
        let end = self.propagated(Watermark::ZERO, Watermark::END)?;
        let rises =
            |index: usize| end[index].eviction > self.last_evictions[index].unwrap_or(Watermark::ZERO);
        let holds = |(index, operator): &(usize, &dyn StatefulOperator)| {
            operator.evicts() && operator.rows() > 0 && rises(*index)
        };
        Ok(self.root.operators().iter().any(holds))
    }

    /// The rows in state, operator by operator.
    pub fn kept(&self) -> Vec<KeptRow> {
        self.root.operators().iter().flat_map(|(_, operator)| operator.kept()).collect()
    }

    /// Bytes of memory that the rows in state take, with everything by which they are found.
    pub fn state_bytes(&self) -> Result<usize> {
        self.root.operators().iter().map(|(_, operator)| operator.bytes()).sum()
    }

    /// Names of the stateful operators, last of the pipeline first.
    pub fn stateful(&self) -> &[&'static str] {
        &self.stateful
    }

    /// Whether anything is kept between batches.
    pub fn is_stateful(&self) -> bool {
        !self.stateful.is_empty()
    }

    /// The state, or what has changed of it since it was last saved or loaded; per stateful operator, last of the
    /// pipeline first.
    pub fn save(&mut self, extent: Extent) -> Result<Vec<SavedOperator<'_>>> {
        let (mut states, threads) = (Vec::new(), self.parallelism);
        self.root.for_each_operator(&mut |operator| {
            let (name, keys) = (operator.name().into(), operator.keys());
            states.push(SavedOperator { operator: name, keys, tables: operator.save(extent, threads)? });
            Ok(())
        })?;
        Ok(states)
    }

    /// Takes over a saved state of the same operators; the tree has to be new.
    pub fn load(&mut self, states: &[OperatorState]) -> Result<()> {
        let (mut saved, bug) = (states.iter(), self.seeded_bug);
        self.root.for_each_operator(&mut |operator| match saved.next() {
            Some(state) if bug == Some(SeededBug::MatchesAreForgotten) => {
                let tables: Vec<_> = state.tables.iter().map(StateChange::without_matches).collect();
                operator.load(&tables)
            }
            Some(state) => operator.load(&state.tables),
            None => Ok(()),
        })
    }

    /// Each stateful operator's own watermarks: the global ones, propagated through the operators below it.
    fn propagated(&self, late: Watermark, eviction: Watermark) -> Result<Vec<Watermarks>> {
        let mut inputs =
            [vec![Watermark::ZERO; self.stateful.len()], vec![Watermark::ZERO; self.stateful.len()]];
        for (global, inputs) in [late, eviction].into_iter().zip(&mut inputs) {
            if global != Watermark::ZERO {
                self.root.propagate(global, inputs)?;
            }
        }
        let [late, eviction] = inputs;
        Ok(late.into_iter().zip(eviction).map(|(late, eviction)| Watermarks { late, eviction }).collect())
    }
}

/// Turns plan nodes into operators and numbers them.
struct Builder<'a> {
    options: &'a TreeOptions<'a>,
    event_times: Vec<EventTimeSource>,
    stateful: Vec<&'static str>,
}

impl Builder<'_> {
    fn node(&mut self, plan: &LogicalPlan) -> Result<Node> {
        let session = self.options.session;
        Ok(match plan {
            LogicalPlan::Stream { source, .. } => Node::Source { index: *source, steps: vec![] },
            LogicalPlan::RowWindow { .. } => unreachable!("refused when the query started"),
            LogicalPlan::Project { input, columns } => {
                if let LogicalPlan::Explode { input: rows, array, outer, column } = &**input {
                    let exploded = (array, *outer, column);
                    if let Some(flatten) = Flatten::new(columns, exploded, &rows.columns(), session)? {
                        return self.unary(rows, flatten);
                    }
                }
                self.unary(input, Project::new(columns, &input.columns(), session)?)?
            }
            LogicalPlan::Filter { input, origin: FilterOrigin::NullKey, .. }
                if self.options.seeded_bug == Some(SeededBug::NullKeysJoin) =>
            {
                self.node(input)?
            }
            LogicalPlan::Filter { input, predicate, origin } => {
                self.unary(input, Filter::new(predicate, *origin, &input.columns(), session)?)?
            }
            LogicalPlan::Explode { input, array, outer, column } => {
                self.unary(input, Explode::new(array, *outer, column, &input.columns(), session)?)?
            }
            LogicalPlan::Window { input, time, window, column } => {
                self.unary(input, AssignWindows::new(time, *window, column, &input.columns(), session)?)?
            }
            LogicalPlan::Session { input, time, gap, column } => {
                self.unary(input, AssignSessions::new(time, gap, column, &input.columns(), session)?)?
            }
            LogicalPlan::EventTime { input, column, delay } => {
                let event_time = Some(self.event_times.len());
                let columns = input.columns();
                let index = columns.iter().position(|c| c.id == *column);
                let index = index.expect("the planner resolved the event-time column");
                let sources = sources(input).into_iter().collect();
                let column = columns[index].name.clone();
                self.event_times.push(EventTimeSource { column, sources, delay: *delay });
                self.node(input)?.under(Step { operator: Box::new(EventTimeOperator { index }), event_time })
            }
            LogicalPlan::Union { inputs, columns } => {
                let inputs = inputs.iter().map(|input| self.node(input)).collect::<Result<_>>()?;
                Node::Union { inputs, schema: row_schema(columns) }
            }
            LogicalPlan::Join { left, right, kind, condition } => {
                let join = self.join(left, right, *kind, condition.as_ref(), plan)?;
                self.stateful(join, &[left, right])?
            }
            LogicalPlan::Deduplicate { input, keys, within_watermark } => {
                let columns = input.columns();
                let operator: Box<dyn StatefulOperator> = match within_watermark {
                    false => Box::new(Deduplicate::new(keys, &columns, session)?),
                    true => Box::new(Deduplicate::within_watermark(keys, &columns, session)?),
                };
                self.stateful(operator, &[input])?
            }
            LogicalPlan::Aggregate { input, keys, session: sessions, aggregates } => {
                let columns = input.columns();
                let operator = aggregate(keys, *sessions, aggregates, &columns, self.options)?;
                self.stateful(operator, &[input])?
            }
        })
    }

    fn unary(&mut self, input: &LogicalPlan, operator: impl Operator + 'static) -> Result<Node> {
        Ok(self.node(input)?.under(Step { operator: Box::new(operator), event_time: None }))
    }

    fn stateful(&mut self, operator: Box<dyn StatefulOperator>, inputs: &[&LogicalPlan]) -> Result<Node> {
        let index = self.stateful.len();
        self.stateful.push(operator.name());
        let inputs = inputs.iter().map(|input| self.node(input)).collect::<Result<_>>()?;
        Ok(Node::Stateful { inputs, operator, index })
    }

    fn join(
        &self,
        left: &LogicalPlan,
        right: &LogicalPlan,
        kind: JoinKind,
        condition: Option<&Expr>,
        plan: &LogicalPlan,
    ) -> Result<Box<dyn StatefulOperator>> {
        let (left, right) = (left.columns(), right.columns());
        let split = split_condition(condition, &left, &right);
        if split.equalities.is_empty() {
            return Err(EngineError::Refused {
                message: "Stream-stream join without equality predicate is not supported.".into(),
                help: "add a condition such as `a.id = b.id` to the join".into(),
            });
        }
        let output = plan.columns();
        let matcher = Matcher::new(kind, &split, &left, &right, &output, self.options.session)?;
        Ok(Box::new(StreamJoin::new(matcher)))
    }
}

impl<'r> Run<'r> {
    /// What an operator is told; watermarks are those of a stateful one.
    fn facts(&self, stateful: Option<usize>) -> BatchFacts {
        let none = Watermarks { late: Watermark::ZERO, eviction: Watermark::ZERO };
        BatchFacts {
            batch: self.batch,
            watermarks: stateful.map_or(none, |i| self.watermarks[i]),
            parallelism: self.parallelism,
            traced: self.ledger.is_traced(),
            seeded_bug: self.seeded_bug,
        }
    }

    fn context(&mut self, stateful: Option<usize>, event_time: Option<usize>) -> Context<'_, 'r> {
        Context { run: self, stateful, event_time, spare: Default::default() }
    }
}

/// Builds a [`BatchContext`] out of the parts of a run that one operator may touch.
struct Context<'a, 'r> {
    run: &'a mut Run<'r>,
    stateful: Option<usize>,
    event_time: Option<usize>,
    /// What operators without state or event time write to.
    spare: (StateProgress, EventTimeObservation),
}

impl Context<'_, '_> {
    fn lend(&mut self) -> BatchContext<'_> {
        let facts = self.run.facts(self.stateful);
        let state = match self.stateful {
            Some(i) => &mut self.run.states[i],
            None => &mut self.spare.0,
        };
        let observation = match self.event_time {
            Some(i) => &mut self.run.observations[i],
            None => &mut self.spare.1,
        };
        facts.context(&mut self.run.ledger, state, observation)
    }
}

/// The pieces of a source and what they go through before anything that remembers them. What is noted on the way is
/// kept until all pieces have been made, and then told in their order.
struct SourcePieces<'a> {
    rows: &'a dyn SourceRows,
    steps: &'a [Step],
    facts: BatchFacts,
    notes: Mutex<BTreeMap<usize, Notes>>,
}

/// What was noted of one piece.
struct Notes {
    ledger: Ledger,
    /// By the numbers of the event times.
    observations: Vec<(usize, EventTimeObservation)>,
}

impl<'a> SourcePieces<'a> {
    fn of(source: usize, steps: &'a [Step], run: &Run<'a>) -> Self {
        let facts = BatchFacts { parallelism: 1, ..run.facts(None) };
        Self { rows: run.inputs[source], steps, facts, notes: Mutex::default() }
    }

    fn inputs(&self) -> Inputs<'_> {
        Inputs::new(self.rows.pieces(), |at| {
            let mut notes = Notes { ledger: Ledger::new(self.facts.traced), observations: vec![] };
            let rows = self.rows.piece(at, &mut notes.ledger)?;
            let rows = notes.take(rows, self.steps, self.facts)?;
            self.notes.lock().unwrap_or_else(PoisonError::into_inner).insert(at, notes);
            Ok(rows)
        })
    }

    /// Tells what was noted.
    fn note(self, run: &mut Run<'_>) {
        for notes in self.notes.into_inner().unwrap_or_else(PoisonError::into_inner).into_values() {
            run.ledger.append(notes.ledger);
            for (number, observation) in notes.observations {
                run.observations[number].absorb(observation);
            }
        }
    }
}

impl Notes {
    /// Takes rows through steps that follow each other.
    fn take(&mut self, rows: RecordBatch, steps: &[Step], facts: BatchFacts) -> Result<Vec<RecordBatch>> {
        let mut rows = vec![rows];
        for step in steps {
            let (mut state, mut observation) = Default::default();
            let mut ctx = facts.context(&mut self.ledger, &mut state, &mut observation);
            let mut produced = Vec::new();
            for rows in rows {
                step.operator.process(rows, &mut ctx, &mut |batch| keep(batch, &mut produced))?;
            }
            rows = produced;
            self.observations.extend(step.event_time.map(|number| (number, observation)));
        }
        Ok(rows)
    }
}

/// Receives a node's output; may run the nodes above it.
type Downstream<'a> = dyn FnMut(RecordBatch, &mut Run<'_>) -> Result<()> + 'a;

impl Node {
    fn run(&mut self, run: &mut Run<'_>, out: &mut Downstream<'_>) -> Result<()> {
        match self {
            Node::Source { index, steps } => {
                let pieces = SourcePieces::of(*index, steps, run);
                let rows = pieces.inputs().batches(run.parallelism)?;
                pieces.note(run);
                forward(rows, run, out)
            }
            Node::Unary { input, step } => input.run(run, &mut |batch, run| {
                let mut produced = Vec::new();
                let mut context = run.context(None, step.event_time);
                step.operator.process(batch, &mut context.lend(), &mut |b| keep(b, &mut produced))?;
                forward(produced, run, out)
            }),
            Node::Stateful { inputs, operator, index } => {
                if run.seeded_bug == Some(SeededBug::EvictsBeforeInput) {
                    let mut produced = Vec::new();
                    let mut context = run.context(Some(*index), None);
                    operator.finish(&mut context.lend(), &mut |b| keep(b, &mut produced))?;
                    forward(produced, run, out)?;
                }
                for (side, input) in [Side::Left, Side::Right].into_iter().zip(inputs) {
                    let mut produced = Vec::new();
                    let mut out_of = |batch| keep(batch, &mut produced);
                    if let Node::Source { index: source, steps } = input {
                        let pieces = SourcePieces::of(*source, steps, run);
                        let below = run.ledger.take();
                        let mut context = run.context(Some(*index), None);
                        operator.process(side, pieces.inputs(), &mut context.lend(), &mut out_of)?;
                        let above = std::mem::replace(&mut run.ledger, below);
                        pieces.note(run);
                        run.ledger.append(above);
                    } else {
                        let mut batches = Vec::new();
                        input.run(run, &mut |batch, _| keep(batch, &mut batches))?;
                        let mut context = run.context(Some(*index), None);
                        let inputs = Inputs::ready(batches);
                        operator.process(side, inputs, &mut context.lend(), &mut out_of)?;
                    }
                    forward(produced, run, out)?;
                }
                let mut produced = Vec::new();
                let mut context = run.context(Some(*index), None);
                operator.finish(&mut context.lend(), &mut |b| keep(b, &mut produced))?;
                forward(produced, run, out)
            }
            Node::Union { inputs, schema } => inputs.iter_mut().try_for_each(|input| {
                input.run(run, &mut |batch, run| {
                    out(RecordBatch::try_new(Arc::clone(schema), batch.columns().to_vec())?, run)
                })
            }),
        }
    }

    /// A step on top of the node.
    fn under(self, step: Step) -> Node {
        match self {
            Node::Source { index, mut steps } => {
                steps.push(step);
                Node::Source { index, steps }
            }
            input => Node::Unary { input: Box::new(input), step },
        }
    }

    /// How often the pieces of a source are made in a batch.
    fn reads(&self, source: usize) -> usize {
        match self {
            Node::Source { index, .. } => usize::from(*index == source),
            node => node.inputs().iter().map(|input| input.reads(source)).sum(),
        }
    }

    /// How many event times the node itself watches.
    fn event_times(&self) -> usize {
        match self {
            Node::Source { steps, .. } => steps.iter().filter(|step| step.event_time.is_some()).count(),
            Node::Unary { step, .. } => usize::from(step.event_time.is_some()),
            _ => 0,
        }
    }

    fn inputs(&self) -> &[Node] {
        match self {
            Node::Source { .. } => &[],
            Node::Unary { input, .. } => std::slice::from_ref(input),
            Node::Stateful { inputs, .. } | Node::Union { inputs, .. } => inputs,
        }
    }

    /// This node's output watermark; writes each stateful operator's input watermark on the way up
    /// (`WatermarkPropagator`). `None` without an event-time operator below.
    fn propagate(&self, global: Watermark, operators: &mut [Watermark]) -> Result<Option<Watermark>> {
        let mut input: Option<Watermark> = None;
        for node in self.inputs() {
            let below = node.propagate(global, operators)?;
            input = input.into_iter().chain(below).min();
        }
        if self.event_times() + usize::from(input.is_some()) > 1 && self.event_times() > 0 {
            return Err(redefined_watermark());
        }
        Ok(match self {
            node if node.event_times() > 0 => Some(global),
            Node::Stateful { operator, index, .. } => {
                let input = input.unwrap_or(Watermark::ZERO);
                operators[*index] = input;
                Some(operator.output_watermark(input))
            }
            _ => input,
        })
    }

    /// Stateful operators and their numbers, last of the pipeline first.
    fn operators(&self) -> Vec<(usize, &dyn StatefulOperator)> {
        let mut operators = match self {
            Node::Stateful { operator, index, .. } => vec![(*index, operator.as_ref())],
            _ => vec![],
        };
        operators.extend(self.inputs().iter().flat_map(Node::operators));
        operators
    }

    fn for_each_operator<'a>(
        &'a mut self,
        with: &mut dyn FnMut(&'a mut dyn StatefulOperator) -> Result<()>,
    ) -> Result<()> {
        match self {
            Node::Source { .. } => Ok(()),
            Node::Unary { input, .. } => input.for_each_operator(with),
            Node::Stateful { inputs, operator, .. } => {
                with(operator.as_mut())?;
                inputs.iter_mut().try_for_each(|input| input.for_each_operator(with))
            }
            Node::Union { inputs, .. } => {
                inputs.iter_mut().try_for_each(|input| input.for_each_operator(with))
            }
        }
    }
}

/// Spark finds it out when it propagates the first watermark that is not zero.
fn redefined_watermark() -> EngineError {
    EngineError::Refused {
        message: "Redefining watermark is disallowed. You can set the config \
                  'spark.sql.streaming.statefulOperator.allowMultiple' to 'false' to restore the previous behavior. \
                  Note that multiple stateful operators will be disallowed."
            .into(),
        help: "declare the watermark once, on the stream; group by `window(window, …)` further on".into(),
    }
}

fn keep(batch: RecordBatch, produced: &mut Vec<RecordBatch>) -> Result<()> {
    if batch.num_rows() > 0 {
        produced.push(batch);
    }
    Ok(())
}

fn forward(produced: Vec<RecordBatch>, run: &mut Run<'_>, out: &mut Downstream<'_>) -> Result<()> {
    produced.into_iter().try_for_each(|batch| out(batch, run))
}

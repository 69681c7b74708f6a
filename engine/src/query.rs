//! The micro-batch loop: **start reading here**.
//!
//! [`StreamingQuery::run_batch`] is one trigger. In Spark's order: ask every source how far it can read, decide
//! whether there is a batch, write the offset log, read and decode, run the operators, save their state, hand the
//! rows to the sink, advance the watermark, write the commit log. What a crash in between leads to is in
//! [`crate::checkpoint`].
//!
//! Source: `MicroBatchExecution` (Spark 3.5.4).

use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use crate::batch::{BatchId, RecordId, SourceRows, record_ids};
use crate::checkpoint::{Checkpoint, CommitEntry, Identity, OffsetEntry, Past, continuation};
use crate::error::{EngineError, Result};
use crate::input::Input;
use crate::ledger::{KeptRow, Ledger, Trace, TraceEvent};
use crate::operator::{EventTimeSource, Extent, OperatorTree, SavedOperator, TreeOptions};
use crate::plan::{Column, LogicalPlan, OutputMode, Pipeline, optimize::optimize, support};
use crate::progress::{EventTimeProgress, QueryProgress};
use crate::seeded_bug::SeededBug;
use crate::session::Session;
use crate::sink::{Sink, SinkReport};
use crate::source::{OffsetRange, Offsets, Source, SourceRead};
use crate::watermark::{EventTimeObservation, Watermark, WatermarkPolicy, WatermarkTracker};

/// A running query: its operators with their state, and how far it has come.
pub struct StreamingQuery {
    plan: LogicalPlan,
    /// `None` when Spark would refuse the plan in its first batch: the refusal is that batch's error.
    tree: Option<OperatorTree>,
    inputs: Vec<Input>,
    sink: Box<dyn Sink>,
    checkpoint: Checkpoint,
    tracker: WatermarkTracker,
    options: QueryOptions,
    /// Where the last committed batch ended, per source.
    committed: Vec<Offsets>,
    next: BatchId,
    /// Set from the planning of the next batch to its commit, so also after it has failed.
    under_way: bool,
    /// The plan of the next batch, if it is one that runs again.
    replay: Option<OffsetEntry>,
    /// What a batch that has run is going to be committed with, and where it has read to.
    executed: Option<(CommitEntry, Vec<Offsets>)>,
    /// The watermark of the batch before the next one: it decides what is late.
    previous: Watermark,
    schema: SchemaRef,
}

/// How a query is run: what Spark takes from the writer's output mode and from its session's configuration.
#[derive(Debug, Clone)]
pub struct QueryOptions {
    /// How several event-time columns make one watermark.
    pub policy: WatermarkPolicy,
    /// What aggregations hand to the sink.
    pub mode: OutputMode,
    /// Settings of expressions.
    pub session: Session,
    /// Whether a batch without data runs when only the watermark has moved
    /// (`spark.sql.streaming.noDataMicroBatches.enabled`).
    pub no_data_batches: bool,
    /// Threads that work on a batch, at least one. The result is the same for any number.
    pub parallelism: usize,
    /// Whether the ledger also says what became of the rows that were not lost ([`Ledger::traces`]). Costs memory in
    /// proportion to the rows of a batch and to their matches.
    pub trace: bool,
    /// A mistake to make, for tests of tests.
    #[doc(hidden)]
    pub seeded_bug: Option<SeededBug>,
}

impl Default for QueryOptions {
    /// Spark's defaults: slowest stream, append, UTC, with no-data batches; one thread, no traces.
    fn default() -> Self {
        Self {
            policy: WatermarkPolicy::default(),
            mode: OutputMode::default(),
            session: Session::default(),
            no_data_batches: true,
            parallelism: 1,
            trace: false,
            seeded_bug: None,
        }
    }
}

/// What one executed micro-batch did.
#[derive(Debug)]
pub struct BatchReport {
    /// Counters and watermarks.
    pub progress: QueryProgress,
    /// What the sink wrote.
    pub sink: SinkReport,
    /// Rows lost and records rejected.
    pub ledger: Ledger,
    /// What was read, per source; positions are the [`RecordId::index`]es of the batch.
    pub inputs: Vec<SourceRead>,
}

/// What a query is made of, beside its plan.
pub struct QueryParts {
    /// One source per [`Pipeline::sources`] entry, in the same order.
    pub sources: Vec<Box<dyn Source>>,
    /// Receives the rows.
    pub sink: Box<dyn Sink>,
    /// Where it goes on from if it has run before.
    pub checkpoint: Checkpoint,
    /// How it is run.
    pub options: QueryOptions,
}

/// Schema of the rows that a pipeline's sink receives.
pub fn output_schema(pipeline: &Pipeline) -> SchemaRef {
    Arc::new(Schema::new(pipeline.plan.columns().iter().map(Column::field).collect::<Vec<Field>>()))
}

impl StreamingQuery {
    /// Builds the operators and finds out where to start: at the beginning, or where the checkpoint says.
    /// `now_millis` is the time of the start.
    ///
    /// # Errors
    /// What Spark refuses when a query starts, a checkpoint of another query or a damaged one, and ports that fail.
    /// What Spark refuses in the first batch is that batch's error.
    pub fn start(pipeline: &Pipeline, parts: QueryParts, now_millis: i64) -> Result<Self> {
        assert_eq!(pipeline.sources.len(), parts.sources.len(), "one source per stream of the pipeline");
        let QueryParts { sources, mut sink, mut checkpoint, mut options } = parts;
        support::check(&pipeline.plan, options.mode)?;
        let plan = optimize(pipeline.plan.clone());
        let mut tree = match build_tree(&plan, &options) {
            Ok(tree) => Some(tree),
            Err(EngineError::Refused { .. }) => None,
            Err(error) => return Err(error),
        };
        let identity = identity(pipeline, tree.as_ref(), &options);
        let past = checkpoint.open(&identity)?;
        let mut inputs = Vec::new();
        for (source, table) in sources.into_iter().zip(&pipeline.sources) {
            inputs.push(Input::new(table, source, &options.session, options.parallelism)?);
        }
        sink.prepare()?;
        let (mut next, mut replay, mut before, mut global) = (BatchId(0), None, None, Watermark::ZERO);
        if let Some(past) = past {
            continuation::check(&past.identity, &identity)?;
            options.policy = past.identity.watermark_policy;
            if let Some(tree) = tree.as_mut().filter(|tree| past.next > BatchId(0) && tree.is_stateful()) {
                let state = checkpoint.load_state(past.next)?;
                let empty = tree.save(Extent::Snapshot)?;
                let empty = empty.iter().map(SavedOperator::whole).collect::<Result<Vec<_>>>()?;
                continuation::check_state(&state, &empty)?;
                tree.load(&state)?;
            }
            sink.recover(past.next)?;
            global = Watermark { millis: past.watermark_millis };
            Past { next, replay, before, .. } = past;
        }
        let previous =
            before.as_ref().map_or(Watermark::ZERO, |b| Watermark { millis: b.batch_watermark_millis });
        let committed = match before {
            Some(before) => before.sources,
            None => inputs.iter_mut().map(|input| input.source.initial(now_millis)).collect::<Result<_>>()?,
        };
        let delays = tree.iter().flat_map(|tree| tree.event_times()).map(|declared| declared.delay).collect();
        let policy = match options.seeded_bug {
            Some(SeededBug::PolicyIsSwapped) => options.policy.other(),
            _ => options.policy,
        };
        let mut tracker = WatermarkTracker::new(policy, delays, global);
        tracker.ignores_silence = options.seeded_bug == Some(SeededBug::SilenceDoesNotCount);
        let schema = output_schema(pipeline);
        Ok(Self {
            plan,
            tree,
            inputs,
            sink,
            checkpoint,
            tracker,
            options,
            committed,
            next,
            under_way: false,
            replay,
            executed: None,
            previous,
            schema,
        })
    }

    /// The watermark that the next batch will run with.
    pub fn watermark(&self) -> Watermark {
        self.tracker.current()
    }

    /// The batch that comes next.
    pub fn next_batch(&self) -> BatchId {
        self.next
    }

    /// The value that each event-time operator has reached on its own, in plan pre-order, in milliseconds.
    pub fn watermarks_by_operator(&self) -> &[Option<i64>] {
        self.tracker.operators()
    }

    /// The rows that the operators keep in state.
    pub fn kept_rows(&self) -> Vec<KeptRow> {
        self.tree.as_ref().map(OperatorTree::kept).unwrap_or_default()
    }

    /// Bytes of memory that these rows take, with everything by which they are found
    /// (Spark's `memoryUsedBytes`, measured instead of estimated).
    pub fn state_bytes(&self) -> Result<usize> {
        self.tree.as_ref().map_or(Ok(0), OperatorTree::state_bytes)
    }

    /// Runs one trigger at `now_millis`. `None` when there was nothing to do.
    ///
    /// # Errors
    /// As [`StreamingQuery::execute_batch`] and [`StreamingQuery::commit_batch`].
    pub fn run_batch(&mut self, now_millis: i64) -> Result<Option<BatchReport>> {
        let report = self.execute_batch(now_millis)?;
        self.commit_batch()?;
        Ok(report)
    }

    /// Whether a batch without data is due: the watermark has moved, and it would emit or evict something.
    ///
    /// # Errors
    /// As [`StreamingQuery::execute_batch`].
    pub fn owes_batch(&self) -> Result<bool> {
        match &self.tree {
            Some(tree) if self.runs_no_data_batches() => {
                tree.needs_batch(self.previous, self.tracker.current())
            }
            _ => Ok(false),
        }
    }

    fn runs_no_data_batches(&self) -> bool {
        self.options.no_data_batches && self.options.seeded_bug != Some(SeededBug::NoDataBatchIsSkipped)
    }

    /// The first part of a trigger: everything but the commit, so that what the batch did can be stored under its
    /// id before it counts as done. `None` when there was nothing to do.
    ///
    /// # Errors
    /// Ports that fail, and what Spark refuses in the first batch. A query that failed in a batch is over: every
    /// later trigger is [`EngineError::Stopped`].
    pub fn execute_batch(&mut self, now_millis: i64) -> Result<Option<BatchReport>> {
        self.check_at_rest()?;
        let plan = match self.replay.take() {
            Some(plan) => Some(plan),
            None => self.plan_batch(now_millis)?,
        };
        plan.map(|plan| self.execute_plan(plan)).transpose()
    }

    /// The end of input: a batch without data whose watermark is [`Watermark::END`]. All windows close, all that
    /// waited in joins leaves, with nulls where the join is an outer one. To be committed by
    /// [`StreamingQuery::commit_batch`] and called again until there is nothing left to do, which is `None`: no
    /// state, no event time, or a state that no watermark takes out. Before that the query should have read what
    /// there is to read; a batch that has to run again comes first.
    ///
    /// The batch is logged like any other and runs again after a crash. Whatever the query reads later is late.
    ///
    /// Spark has no end of input: a stream's last windows stay open for ever. This is the harness's, as Beam's
    /// watermark that is advanced to infinity.
    ///
    /// # Errors
    /// As [`StreamingQuery::execute_batch`].
    pub fn drain(&mut self, now_millis: i64) -> Result<Option<BatchReport>> {
        self.check_at_rest()?;
        let plan = match self.replay.take() {
            Some(plan) => plan,
            None if !self.holds_back()? => return Ok(None),
            None => {
                self.tracker.end();
                self.log_plan(now_millis, self.committed.clone())?
            }
        };
        self.execute_plan(plan).map(Some)
    }

    /// Whether anything waits for the end of input.
    fn holds_back(&self) -> Result<bool> {
        match &self.tree {
            Some(tree) if self.previous < Watermark::END => tree.holds_back(),
            _ => Ok(false),
        }
    }

    fn check_at_rest(&self) -> Result<()> {
        if self.under_way { Err(EngineError::Stopped { batch: self.next }) } else { Ok(()) }
    }

    fn execute_plan(&mut self, plan: OffsetEntry) -> Result<BatchReport> {
        self.under_way = true;
        let end = plan.sources;
        let watermark = Watermark { millis: plan.batch_watermark_millis };
        let starts = self.committed.iter().cloned();
        let ranges: Vec<OffsetRange> =
            starts.zip(&end).map(|(start, end)| OffsetRange { start, end: end.clone() }).collect();
        let report = self.execute(plan.batch, plan.batch_timestamp_millis, &ranges, watermark)?;
        let next_batch_watermark_millis = report.progress.next_watermark.millis;
        self.executed = Some((CommitEntry { batch: plan.batch, next_batch_watermark_millis }, end));
        self.previous = watermark;
        Ok(report)
    }

    /// The second part of a trigger: the batch that has run, if one has, counts as done.
    ///
    /// # Errors
    /// The checkpoint's store fails. The query is over then.
    pub fn commit_batch(&mut self) -> Result<()> {
        let Some((commit, end)) = self.executed.take() else { return Ok(()) };
        self.checkpoint.commit(&commit)?;
        self.committed = end;
        self.next = commit.batch.next();
        self.under_way = false;
        Ok(())
    }

    /// Decides whether there is a batch, and if so writes its plan into the offset log.
    fn plan_batch(&mut self, now_millis: i64) -> Result<Option<OffsetEntry>> {
        let mut end = Vec::new();
        for (input, start) in self.inputs.iter_mut().zip(&self.committed) {
            end.push(input.source.latest(start, now_millis)?);
        }
        match self.is_due(&end)? {
            true => self.log_plan(now_millis, end).map(Some),
            false => Ok(None),
        }
    }

    /// Writes the plan of the next batch, which runs at the present watermark, into the offset log.
    fn log_plan(&mut self, now_millis: i64, sources: Vec<Offsets>) -> Result<OffsetEntry> {
        let plan = OffsetEntry {
            batch: self.next,
            batch_timestamp_millis: now_millis,
            batch_watermark_millis: self.tracker.current().millis,
            sources,
        };
        self.under_way = true;
        self.checkpoint.plan(&plan)?;
        Ok(plan)
    }

    /// A batch runs when a source has moved, or when a no-data batch would emit or evict something.
    fn is_due(&self, end: &[Offsets]) -> Result<bool> {
        let new_data = self.committed != end || self.inputs.iter().any(|input| input.source.always_new());
        match &self.tree {
            // The next batch's late watermark is the watermark of the batch that has just run.
            Some(tree) if !new_data && self.runs_no_data_batches() => {
                tree.needs_batch(self.previous, self.tracker.current())
            }
            _ => Ok(new_data),
        }
    }

    fn execute(
        &mut self,
        batch: BatchId,
        now_millis: i64,
        ranges: &[OffsetRange],
        watermark: Watermark,
    ) -> Result<BatchReport> {
        let tree = match &mut self.tree {
            Some(tree) => tree,
            none => none.insert(build_tree(&self.plan, &self.options)?),
        };
        let mut ledger = Ledger::new(self.options.trace);
        let mut reads = Vec::new();
        for (input, range) in self.inputs.iter_mut().zip(ranges) {
            reads.push(input.source.read(range)?);
        }
        let mut result = {
            let rows = source_rows(batch, &self.inputs, &reads, tree, &mut ledger)?;
            let rows: Vec<&dyn SourceRows> = rows.iter().map(AsRef::as_ref).collect();
            tree.run(batch, &rows, ledger, self.previous, watermark)?
        };
        result.ledger.rejected.sort_by_key(|rejected| rejected.record);
        result.ledger.blame_rejections();
        if self.options.trace {
            trace_written(batch, &result.rows, &mut result.ledger);
        }
        let rows = for_sink(&result.rows, &self.schema)?;
        if tree.is_stateful() {
            let states = tree.save(self.checkpoint.next_extent())?;
            self.checkpoint.save_state(batch.next(), &states, self.options.parallelism)?;
        }
        let sink = self.sink.write(batch, &rows)?;
        self.tracker.update(&result.observations);
        let next_watermark = self.tracker.current();
        assert!(next_watermark >= watermark, "the watermark never goes back");
        let progress = QueryProgress {
            batch,
            timestamp_millis: now_millis,
            input_records: reads.iter().map(|r| r.records.len() as u64).collect(),
            output_rows: sink.rows,
            watermark,
            next_watermark,
            event_time: event_time_progress(tree, &result.observations, &self.tracker),
            state: result.state,
        };
        Ok(BatchReport { progress, sink, ledger: result.ledger, inputs: reads })
    }
}

/// What was read as rows, decoded when the operators want them; once now where they want them twice or not at all.
fn source_rows<'a>(
    batch: BatchId,
    inputs: &'a [Input],
    reads: &'a [SourceRead],
    tree: &OperatorTree,
    ledger: &mut Ledger,
) -> Result<Vec<Box<dyn SourceRows + 'a>>> {
    let rows_of = |(index, (input, read)): (usize, (&'a Input, &'a SourceRead))| {
        let rows = input.rows(batch, index as u8, read);
        Ok(match tree.reads(index) {
            1 => Box::new(rows) as Box<dyn SourceRows>,
            _ => Box::new(rows.decoded(ledger)?),
        })
    };
    inputs.iter().zip(reads).enumerate().map(rows_of).collect()
}

/// The rows without their record ids, under the names of the query's columns.
fn for_sink(rows: &[RecordBatch], schema: &SchemaRef) -> Result<Vec<RecordBatch>> {
    let strip = |batch: &RecordBatch| {
        let columns: Vec<usize> = (0..schema.fields().len()).collect();
        Ok(RecordBatch::try_new(Arc::clone(schema), batch.project(&columns)?.columns().to_vec())?)
    };
    rows.iter().map(strip).collect()
}

/// What a batch's event times did to the watermark, operator by operator; the tracker has them already.
fn event_time_progress(
    tree: &OperatorTree,
    seen: &[EventTimeObservation],
    tracker: &WatermarkTracker,
) -> Vec<EventTimeProgress> {
    let operators = tree.event_times().iter().zip(seen).zip(tracker.operators());
    let progress =
        |((declared, seen), reached): ((&EventTimeSource, &EventTimeObservation), &Option<i64>)| {
            EventTimeProgress {
                column: declared.column.clone(),
                sources: declared.sources.clone(),
                delay: declared.delay,
                max_millis: seen.max_millis,
                reached_millis: reached.unwrap_or(0),
            }
        };
    operators.map(progress).collect()
}

/// Notes the rows that the sink gets.
fn trace_written(batch: BatchId, rows: &[RecordBatch], ledger: &mut Ledger) {
    let ids = rows.iter().flat_map(|rows| record_ids(rows).values());
    ledger.traces.extend(ids.map(|id| Trace {
        record: RecordId::unpack(*id),
        batch,
        operator: Trace::SINK,
        event_time: None,
        event: TraceEvent::Written,
    }));
}

/// What the checkpoint remembers the query by.
fn identity(pipeline: &Pipeline, tree: Option<&OperatorTree>, options: &QueryOptions) -> Identity {
    let operators = tree.map(OperatorTree::stateful).unwrap_or_default();
    Identity {
        sources: pipeline.sources.iter().map(|source| source.table.clone()).collect(),
        operators: operators.iter().map(|name| (*name).to_owned()).collect(),
        watermark_policy: options.policy,
    }
}

fn build_tree(plan: &LogicalPlan, options: &QueryOptions) -> Result<OperatorTree> {
    let QueryOptions { session, mode, parallelism, seeded_bug, .. } = options;
    let (parallelism, seeded_bug) = ((*parallelism).max(1), *seeded_bug);
    OperatorTree::build(plan, &TreeOptions { session, mode: *mode, parallelism, seeded_bug })
}

//! The micro-batch loop: **start reading here**.
//!
//! [`StreamingQuery::run_batch`] is one trigger. In Spark's order: ask every source how far it can read, decide
//! whether there is a batch, write the offset log, read and decode, run the operators, hand the rows to the sink,
//! advance the watermark, write the commit log.
//!
//! Source: `MicroBatchExecution` (Spark 3.5.4).

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use crate::batch::BatchId;
use crate::checkpoint::{Checkpoint, CommitEntry, OffsetEntry, Recovery};
use crate::error::{EngineError, Result};
use crate::input::Input;
use crate::ledger::{KeptRow, Ledger};
use crate::operator::{OperatorTree, TreeOptions, TreeState};
use crate::plan::{Column, LogicalPlan, OutputMode, Pipeline, optimize::optimize, support};
use crate::progress::QueryProgress;
use crate::session::Session;
use crate::sink::{Sink, SinkReport};
use crate::source::{OffsetRange, Offsets, Source, SourceRead};
use crate::watermark::{Watermark, WatermarkPolicy, WatermarkTracker};

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
    /// Threads that decode a batch's records, at least one. The result is the same for any number.
    pub parallelism: usize,
}

impl Default for QueryOptions {
    /// Spark's defaults: slowest stream, append, UTC, with no-data batches; one thread.
    fn default() -> Self {
        Self {
            policy: WatermarkPolicy::default(),
            mode: OutputMode::default(),
            session: Session::default(),
            no_data_batches: true,
            parallelism: 1,
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
    /// Where offsets and commits are recorded.
    pub checkpoint: Checkpoint,
    /// How it is run.
    pub options: QueryOptions,
    /// What a query goes on from that has run before.
    pub resume: Option<Resume>,
}

/// A query's past: what its checkpoint says, and the state that its operators had when the next batch was due.
#[derive(Debug)]
pub struct Resume {
    /// From [`Checkpoint::open`].
    pub recovery: Recovery,
    /// From [`StreamingQuery::save_state`].
    pub state: TreeState,
}

/// Schema of the rows that a pipeline's sink receives.
pub fn output_schema(pipeline: &Pipeline) -> SchemaRef {
    Arc::new(Schema::new(pipeline.plan.columns().iter().map(Column::field).collect::<Vec<Field>>()))
}

impl StreamingQuery {
    /// Builds the operators and finds out where to start. `now_millis` is the time of the start.
    ///
    /// # Errors
    /// What Spark refuses when a query starts, and ports that fail. What Spark refuses in the first batch is that
    /// batch's error.
    pub fn start(pipeline: &Pipeline, parts: QueryParts, now_millis: i64) -> Result<Self> {
        assert_eq!(pipeline.sources.len(), parts.sources.len(), "one source per stream of the pipeline");
        let QueryParts { sources, mut sink, checkpoint, options, resume } = parts;
        support::check(&pipeline.plan, options.mode)?;
        let plan = optimize(pipeline.plan.clone());
        let mut tree = match build_tree(&plan, &options) {
            Ok(tree) => Some(tree),
            Err(EngineError::Refused { .. }) => None,
            Err(error) => return Err(error),
        };
        let mut inputs = Vec::new();
        let mut committed = Vec::new();
        for (mut source, table) in sources.into_iter().zip(&pipeline.sources) {
            committed.push(source.initial(now_millis)?);
            inputs.push(Input::new(table, source, &options.session, options.parallelism)?);
        }
        sink.prepare()?;
        let delays = tree.as_ref().map(|tree| tree.delays().to_vec()).unwrap_or_default();
        let mut global = Watermark::ZERO;
        let (mut next, mut replay, mut previous) = (BatchId(0), None, Watermark::ZERO);
        if let Some(Resume { recovery, state }) = resume {
            if let Some(tree) = &mut tree {
                tree.load(state)?;
            }
            if let Some(before) = recovery.before {
                previous = Watermark { millis: before.batch_watermark_millis };
                committed = before.sources;
            }
            (next, replay, global) = (recovery.next, recovery.replay, recovery.watermark);
        }
        let tracker = WatermarkTracker::new(options.policy, delays, global);
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
            previous,
            schema,
        })
    }

    /// The watermark that the next batch will run with.
    pub fn watermark(&self) -> Watermark {
        self.tracker.current()
    }

    /// The value that each event-time operator has reached on its own, in plan pre-order, in milliseconds.
    pub fn watermarks_by_operator(&self) -> &[Option<i64>] {
        self.tracker.operators()
    }

    /// The rows that the operators keep in state.
    pub fn kept_rows(&self) -> Vec<KeptRow> {
        self.tree.as_ref().map(OperatorTree::kept).unwrap_or_default()
    }

    /// Everything that the operators keep, for a query that goes on from here.
    pub fn save_state(&mut self) -> Result<TreeState> {
        self.tree.as_mut().map(OperatorTree::save).transpose().map(Option::unwrap_or_default)
    }

    /// Runs one trigger at `now_millis`. `None` when there was nothing to do.
    ///
    /// # Errors
    /// Ports that fail, and what Spark refuses in the first batch. A query that failed in a batch is over: every
    /// later trigger is [`EngineError::Stopped`].
    pub fn run_batch(&mut self, now_millis: i64) -> Result<Option<BatchReport>> {
        if self.under_way {
            return Err(EngineError::Stopped { batch: self.next });
        }
        let start = self.committed.clone();
        let plan = match self.replay.take() {
            Some(plan) => plan,
            None => match self.plan_batch(&start, now_millis)? {
                Some(plan) => plan,
                None => return Ok(None),
            },
        };
        self.under_way = true;
        let end = plan.sources;
        let watermark = Watermark { millis: plan.batch_watermark_millis };
        let ranges: Vec<OffsetRange> =
            start.into_iter().zip(&end).map(|(start, end)| OffsetRange { start, end: end.clone() }).collect();
        let report = self.execute(plan.batch, plan.batch_timestamp_millis, &ranges, watermark)?;
        let next_batch_watermark_millis = report.progress.next_watermark.millis;
        self.checkpoint.commit(&CommitEntry { batch: plan.batch, next_batch_watermark_millis })?;
        self.committed = end;
        self.previous = watermark;
        self.next = plan.batch.next();
        self.under_way = false;
        Ok(Some(report))
    }

    /// Decides whether there is a batch, and if so writes its plan into the offset log.
    fn plan_batch(&mut self, start: &[Offsets], now_millis: i64) -> Result<Option<OffsetEntry>> {
        let mut end = Vec::new();
        for (input, start) in self.inputs.iter_mut().zip(start) {
            end.push(input.source.latest(start)?);
        }
        let watermark = self.tracker.current();
        if !self.is_due(start, &end, watermark)? {
            return Ok(None);
        }
        let plan = OffsetEntry {
            batch: self.next,
            batch_timestamp_millis: now_millis,
            batch_watermark_millis: watermark.millis,
            sources: end,
        };
        self.under_way = true;
        self.checkpoint.plan(&plan)?;
        Ok(Some(plan))
    }

    /// A batch runs when a source has moved, or when a no-data batch would emit or evict something.
    fn is_due(&self, start: &[Offsets], end: &[Offsets], watermark: Watermark) -> Result<bool> {
        let new_data = start != end || self.inputs.iter().any(|input| input.source.always_new());
        match &self.tree {
            // The next batch's late watermark is the watermark of the batch that has just run.
            Some(tree) if !new_data && self.options.no_data_batches => {
                tree.needs_batch(self.previous, watermark)
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
        let mut ledger = Ledger::default();
        let (mut reads, mut chunks) = (Vec::new(), Vec::new());
        for (index, (input, range)) in self.inputs.iter_mut().zip(ranges).enumerate() {
            let read = input.source.read(range)?;
            chunks.push(input.decode(batch, index as u8, &read, &mut ledger)?);
            reads.push(read);
        }
        let rejected: BTreeSet<u64> = ledger.rejected.iter().map(|r| r.record.pack()).collect();
        let mut result = tree.run(batch, chunks, ledger, self.previous, watermark)?;
        result.ledger.blame_rejections(&rejected);
        let rows = self.for_sink(&result.rows)?;
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
            event_time_max_millis: result.observations.iter().map(|o| o.max_millis).collect(),
            state: result.state,
        };
        Ok(BatchReport { progress, sink, ledger: result.ledger, inputs: reads })
    }

    /// The rows without their record ids, under the names of the query's columns.
    fn for_sink(&self, rows: &[RecordBatch]) -> Result<Vec<RecordBatch>> {
        let strip = |batch: &RecordBatch| {
            let columns: Vec<usize> = (0..self.schema.fields().len()).collect();
            Ok(RecordBatch::try_new(self.schema.clone(), batch.project(&columns)?.columns().to_vec())?)
        };
        rows.iter().map(strip).collect()
    }
}

fn build_tree(plan: &LogicalPlan, options: &QueryOptions) -> Result<OperatorTree> {
    OperatorTree::build(plan, &TreeOptions { session: &options.session, mode: options.mode })
}

//! The micro-batch loop: **start reading here**.
//!
//! [`StreamingQuery::run_batch`] is one trigger. In Spark's order: ask every source how far it can read, decide
//! whether there is a batch, write the offset log, read and decode, run the operators, hand the rows to the sink,
//! advance the watermark, write the commit log.
//!
//! Source: `MicroBatchExecution` (Spark 3.5.4).

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, UInt64Array};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use crate::batch::{BatchId, RECORD_ID, RecordId};
use crate::checkpoint::{Checkpoint, CommitEntry, OffsetEntry};
use crate::decode::{JsonDecoder, JsonOptions};
use crate::error::Result;
use crate::ledger::{KeptRow, Ledger, RejectedRecord};
use crate::operator::OperatorTree;
use crate::plan::{Column, Pipeline, optimize::optimize};
use crate::progress::QueryProgress;
use crate::sink::{Sink, SinkReport};
use crate::source::{OffsetRange, Offsets, Source, SourceRead};
use crate::watermark::{Watermark, WatermarkPolicy, WatermarkTracker};

/// Records that are decoded into one Arrow batch.
const RECORDS_PER_CHUNK: usize = 8192;

/// A running query: its operators with their state, and how far it has come.
pub struct StreamingQuery {
    tree: OperatorTree,
    inputs: Vec<Input>,
    sink: Box<dyn Sink>,
    checkpoint: Checkpoint,
    tracker: WatermarkTracker,
    /// Where the last committed batch ended, per source.
    committed: Vec<Offsets>,
    next: BatchId,
    /// The watermark of the batch before the next one: it decides what is late.
    previous: Watermark,
    schema: SchemaRef,
}

/// One source and the decoder of its records.
struct Input {
    source: Box<dyn Source>,
    decoder: JsonDecoder,
    /// Columns of the source table and the hidden record id.
    schema: SchemaRef,
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
    /// How several event-time columns make one watermark.
    pub policy: WatermarkPolicy,
}

/// Schema of the rows that a pipeline's sink receives.
pub fn output_schema(pipeline: &Pipeline) -> SchemaRef {
    Arc::new(Schema::new(pipeline.plan.columns().iter().map(Column::field).collect::<Vec<Field>>()))
}

impl StreamingQuery {
    /// Builds the operators and finds out where to start. `now_millis` is the time of the start.
    ///
    /// # Errors
    /// What Spark refuses when a query starts, and ports that fail.
    pub fn start(pipeline: &Pipeline, parts: QueryParts, now_millis: i64) -> Result<Self> {
        assert_eq!(pipeline.sources.len(), parts.sources.len(), "one source per stream of the pipeline");
        let QueryParts { sources, mut sink, checkpoint, policy } = parts;
        let tree = OperatorTree::build(&optimize(pipeline.plan.clone()))?;
        let mut inputs = Vec::new();
        let mut committed = Vec::new();
        for (mut source, table) in sources.into_iter().zip(&pipeline.sources) {
            committed.push(source.initial(now_millis)?);
            let decoder = JsonDecoder::new(table.schema.clone(), JsonOptions::default())?;
            inputs.push(Input { source, decoder, schema: with_record_id(&table.schema) });
        }
        sink.prepare()?;
        let tracker = WatermarkTracker::new(policy, tree.delays().to_vec(), Watermark::ZERO);
        let schema = output_schema(pipeline);
        Ok(Self {
            tree,
            inputs,
            sink,
            checkpoint,
            tracker,
            committed,
            next: BatchId(0),
            previous: Watermark::ZERO,
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
        self.tree.kept()
    }

    /// Runs one trigger at `now_millis`. `None` when there was nothing to do.
    pub fn run_batch(&mut self, now_millis: i64) -> Result<Option<BatchReport>> {
        let start = self.committed.clone();
        let mut end = Vec::new();
        for (input, start) in self.inputs.iter_mut().zip(&start) {
            end.push(input.source.latest(start)?);
        }
        let watermark = self.tracker.current();
        if !self.is_due(&start, &end, watermark) {
            return Ok(None);
        }
        let batch = self.next;
        self.checkpoint.plan(&OffsetEntry {
            batch,
            batch_timestamp_millis: now_millis,
            batch_watermark_millis: watermark.millis,
            sources: end.clone(),
        })?;
        let ranges: Vec<OffsetRange> =
            start.into_iter().zip(&end).map(|(start, end)| OffsetRange { start, end: end.clone() }).collect();
        let report = self.execute(batch, now_millis, &ranges, watermark)?;
        let next_batch_watermark_millis = report.progress.next_watermark.millis;
        self.checkpoint.commit(&CommitEntry { batch, next_batch_watermark_millis })?;
        self.committed = end;
        self.previous = watermark;
        self.next = batch.next();
        Ok(Some(report))
    }

    /// A batch runs when a source has moved, or when a no-data batch would emit or evict something.
    fn is_due(&self, start: &[Offsets], end: &[Offsets], watermark: Watermark) -> bool {
        let new_data = start != end || self.inputs.iter().any(|input| input.source.always_new());
        let started = self.next > BatchId(0);
        // The next batch's late watermark is the watermark of the batch that has just run.
        new_data || started && self.tree.needs_batch(self.previous, watermark)
    }

    fn execute(
        &mut self,
        batch: BatchId,
        now_millis: i64,
        ranges: &[OffsetRange],
        watermark: Watermark,
    ) -> Result<BatchReport> {
        let mut ledger = Ledger::default();
        let (mut reads, mut chunks) = (Vec::new(), Vec::new());
        for (index, (input, range)) in self.inputs.iter_mut().zip(ranges).enumerate() {
            let read = input.source.read(range)?;
            chunks.push(input.decode(batch, index as u8, &read, &mut ledger)?);
            reads.push(read);
        }
        let rejected: BTreeSet<u64> = ledger.rejected.iter().map(|r| r.record.pack()).collect();
        let mut result = self.tree.run(batch, chunks, ledger, self.previous, watermark)?;
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

fn with_record_id(schema: &Schema) -> SchemaRef {
    let mut fields: Vec<Arc<Field>> =
        schema.fields().iter().map(|f| Arc::new(f.as_ref().clone().with_nullable(true))).collect();
    fields.push(Arc::new(Field::new(RECORD_ID, arrow::datatypes::DataType::UInt64, false)));
    Arc::new(Schema::new(fields))
}

impl Input {
    /// Decodes what a batch read, chunk by chunk; records that do not fit go on with nulls and into the ledger.
    fn decode(
        &mut self,
        batch: BatchId,
        source: u8,
        read: &SourceRead,
        ledger: &mut Ledger,
    ) -> Result<Vec<RecordBatch>> {
        let mut chunks = Vec::new();
        for (chunk, records) in read.records.chunks(RECORDS_PER_CHUNK).enumerate() {
            let first = (chunk * RECORDS_PER_CHUNK) as u32;
            let id = |offset: u32| RecordId { batch, source, index: first + offset };
            let decoded = self.decoder.decode(records.iter().map(|r| Some(r.data.as_ref())));
            ledger.rejected.extend(decoded.rejected.into_iter().map(|r| RejectedRecord {
                record: id(r.row),
                field: r.field,
                detail: r.detail,
            }));
            let ids: UInt64Array = (0..records.len() as u32).map(|offset| id(offset).pack()).collect();
            let mut arrays: Vec<ArrayRef> = decoded.rows.columns().to_vec();
            arrays.push(Arc::new(ids));
            chunks.push(RecordBatch::try_new(self.schema.clone(), arrays)?);
        }
        Ok(chunks)
    }
}

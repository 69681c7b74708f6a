//! A query and its surroundings in memory: streams, a checkpoint, a table, and a process that dies as a timeline says.
//!
//! What is not there is what cannot change an answer: services, requests, files. Each call of the checkpoint and of the
//! sink is counted, so that the process can die before or after any of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use wavetank_engine::batch::BatchId;
use wavetank_engine::checkpoint::Checkpoint;
use wavetank_engine::error::{EngineError, Result};
use wavetank_engine::ledger::KeptRow;
use wavetank_engine::plan::{OutputMode, Pipeline};
use wavetank_engine::ports::{ObjectStore, PortResult};
use wavetank_engine::query::{BatchReport, QueryOptions, QueryParts, StreamingQuery};
use wavetank_engine::session::Session;
use wavetank_engine::sink::{Sink, SinkReport};
use wavetank_engine::source::{Source, SourceRead};

use crate::clock::VirtualClock;
use crate::conform::memory::{Feed, FeedSource, Objects};
use crate::faults::{Calls, Faults, Faulty, Rule, Until, Verdict};
use crate::file::CrashPoint;
use crate::rng::Rng;

/// A query that is not at rest after so many batches without new records never will be.
const BATCHES_MAX: usize = 1000;

/// Between two triggers, in milliseconds.
const TRIGGER_MILLIS: i64 = 1000;

/// A batch as it was run for good.
pub struct Ran {
    /// What it did.
    pub report: BatchReport,
    /// Whether the query was started anew before it.
    pub restarted: bool,
    /// What the table has of it.
    pub rows: Vec<RecordBatch>,
    /// Whether it was the end of input that made it run.
    pub at_the_end: bool,
}

impl Ran {
    /// The bytes of each record that it has read, source by source.
    pub fn records(&self) -> Vec<Vec<&[u8]>> {
        self.report.inputs.iter().map(SourceRead::data).collect()
    }
}

/// How a timeline is run.
#[derive(Debug, Clone)]
pub struct TankOptions {
    /// The query's own options.
    pub query: QueryOptions,
    /// Whether the whole state is written with every batch.
    pub snapshot_each_batch: bool,
}

/// A query with everything around it.
pub struct Tank {
    pipeline: Arc<Pipeline>,
    options: TankOptions,
    feeds: BTreeMap<String, Feed>,
    objects: Objects,
    table: Table,
    clock: VirtualClock,
    faults: Faults,
    query: Option<StreamingQuery>,
    /// A batch that has run, and may or may not have been committed.
    pending: Option<Ran>,
    restarted: bool,
    crashes: u64,
    /// Batches that the table held already when they ran.
    ran_twice: u64,
    batches: Vec<Ran>,
}

impl Tank {
    /// Before the first start.
    pub fn new(pipeline: Arc<Pipeline>, options: TankOptions) -> Self {
        let feeds = pipeline.sources.iter().map(|source| (source.table.clone(), Feed::default()));
        let clock = VirtualClock::at(0);
        Self {
            feeds: feeds.collect(),
            pipeline,
            options,
            objects: Objects::default(),
            table: Table::default(),
            faults: Faults::new(clock.clone(), []),
            clock,
            query: None,
            pending: None,
            restarted: false,
            crashes: 0,
            ran_twice: 0,
            batches: vec![],
        }
    }

    /// The query.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// What its sink is given.
    pub fn mode(&self) -> OutputMode {
        self.options.query.mode
    }

    /// The settings of its expressions.
    pub fn session(&self) -> &Session {
        &self.options.query.session
    }

    /// The batches that were committed so far.
    pub fn batches(&self) -> &[Ran] {
        &self.batches
    }

    /// The same, when nothing more is to run.
    pub fn into_batches(self) -> Vec<Ran> {
        self.batches
    }

    /// How often the process has died.
    pub fn crashes(&self) -> u64 {
        self.crashes
    }

    /// Batches that the table held already when they ran.
    pub fn ran_twice(&self) -> u64 {
        self.ran_twice
    }

    /// Whether the process has run no batch since it was started again.
    pub fn rests_anew(&self) -> bool {
        self.restarted
    }

    /// Starts the query.
    ///
    /// # Errors
    /// What Spark refuses when a query starts.
    pub fn start(&mut self) -> Result<()> {
        self.persist(|tank| tank.ensure_started().map(|()| None::<()>)).map(|_| ())
    }

    /// Puts records into a stream; whether the query reads one of that name.
    pub fn put(&mut self, stream: &str, records: impl IntoIterator<Item = Bytes>) -> bool {
        let feed = self.feeds.get(stream);
        if let Some(feed) = feed {
            feed.borrow_mut().extend(records);
        }
        feed.is_some()
    }

    /// The process will die at a call of the checkpoint or the sink, counted from now on from 0, before it takes effect
    /// or after; and perhaps so many calls later again.
    pub fn crash_at(&mut self, call: u64, after: bool, again: Option<u64>) {
        let verdict = if after { Verdict::CrashAfter } else { Verdict::CrashBefore };
        let first = self.faults.calls() + call;
        let again = again.map(|more| (first + more, Verdict::CrashBefore));
        self.faults.decide([(first, verdict)].into_iter().chain(again));
    }

    /// The process will die at a point of the next batch that has it.
    pub fn crash_in(&mut self, point: CrashPoint) {
        if point == CrashPoint::Now {
            self.faults.kill();
            return;
        }
        let (calls, verdict) = (Calls::Point(point), point.verdict());
        let rng = Rng::new(0);
        self.faults.add(Rule { calls, verdict, share: 1.0, until: Until::Triggers, rng });
    }

    /// It will not die any more.
    pub fn calm(&mut self) {
        self.faults.decide([]);
    }

    /// Stops the query at rest, and starts it again from its checkpoint.
    ///
    /// # Errors
    /// As [`Tank::trigger`].
    pub fn restart(&mut self) -> Result<()> {
        self.query = None;
        self.restarted = true;
        self.settle()
    }

    /// The end of input: what waits in state comes out.
    ///
    /// # Errors
    /// As [`Tank::trigger`].
    pub fn drain(&mut self) -> Result<()> {
        while self.persist(|tank| tank.attempt(true))?.is_some() {}
        Ok(())
    }

    /// Triggers until nothing is left to do.
    ///
    /// # Errors
    /// As [`Tank::trigger`].
    pub fn settle(&mut self) -> Result<()> {
        for _ in 0..BATCHES_MAX {
            if self.trigger()?.is_none() {
                return Ok(());
            }
        }
        panic!("after {BATCHES_MAX} batches without new records the query is not at rest");
    }

    /// One trigger, with as many restarts as its crashes make it need; `None` when there was nothing to do.
    ///
    /// # Errors
    /// What Spark refuses in the first batch, and a query that fails where no crash is the reason.
    pub fn trigger(&mut self) -> Result<Option<()>> {
        self.clock.advance_to(self.clock.now_millis() + TRIGGER_MILLIS);
        let ran = self.persist(|tank| tank.attempt(false));
        self.faults.next_trigger();
        ran
    }

    /// Does something until the process lives to see its end.
    fn persist<T>(&mut self, mut attempt: impl FnMut(&mut Self) -> Result<Option<T>>) -> Result<Option<T>> {
        loop {
            match attempt(self) {
                Err(_) if self.faults.killed() => {
                    self.faults.restart();
                    self.query = None;
                    self.restarted = true;
                    self.crashes += 1;
                }
                outcome => return outcome,
            }
        }
    }

    fn ensure_started(&mut self) -> Result<()> {
        if self.query.is_some() {
            return Ok(());
        }
        let parts = self.parts();
        let query = StreamingQuery::start(&self.pipeline, parts, self.clock.now_millis())?;
        // What the process did not live to see committed was committed if the query goes on behind it.
        let committed = self.pending.take().filter(|ran| ran.report.progress.batch < query.next_batch());
        self.query = Some(query);
        if let Some(ran) = committed {
            self.batches.push(ran);
        }
        Ok(())
    }

    /// One batch, if there is one to run.
    fn attempt(&mut self, at_the_end: bool) -> Result<Option<()>> {
        self.ensure_started()?;
        let now = self.clock.now_millis();
        let query = self.query.as_mut().expect("it was started above");
        self.ran_twice += u64::from(self.table.holds(query.next_batch()));
        let report = match at_the_end {
            true => query.drain(now)?,
            false => query.execute_batch(now)?,
        };
        let Some(report) = report else { return Ok(None) };
        let rows = self.table.rows(report.progress.batch);
        let restarted = std::mem::take(&mut self.restarted);
        self.pending = Some(Ran { report, restarted, rows, at_the_end });
        query.commit_batch()?;
        self.batches.extend(self.pending.take());
        Ok(Some(()))
    }

    fn parts(&self) -> QueryParts {
        let (faults, objects) = (self.faults.clone(), self.objects.clone());
        let source = |table: &String| -> Box<dyn Source> {
            Box::new(FeedSource { feed: Rc::clone(&self.feeds[table]) })
        };
        let store = Faulty { inner: objects, port: "checkpoint", faults: faults.clone() };
        let mut checkpoint = Checkpoint::new(Box::new(store), "c/");
        if self.options.snapshot_each_batch {
            checkpoint = checkpoint.with_snapshots_only();
        }
        let staged = Staged { batch: None, table: self.table.clone() };
        QueryParts {
            sources: self.pipeline.sources.iter().map(|s| source(&s.table)).collect(),
            sink: Box::new(TableSink { staged: Faulty { inner: staged, port: "sink", faults } }),
            checkpoint,
            options: self.options.query.clone(),
        }
    }

    /// The rows in state.
    pub fn kept(&self) -> Vec<KeptRow> {
        self.query.as_ref().map(StreamingQuery::kept_rows).unwrap_or_default()
    }
}

/// Rows under the ids of their batches; shared by all its clones.
#[derive(Clone, Default)]
struct Table(Rc<RefCell<BTreeMap<BatchId, Vec<RecordBatch>>>>);

impl Table {
    fn holds(&self, batch: BatchId) -> bool {
        self.0.borrow().contains_key(&batch)
    }

    fn rows(&self, batch: BatchId) -> Vec<RecordBatch> {
        self.0.borrow().get(&batch).cloned().unwrap_or_default()
    }
}

/// A table as a store with one call: what stands ready is put.
struct Staged {
    batch: Option<(BatchId, Vec<RecordBatch>)>,
    table: Table,
}

impl ObjectStore for Staged {
    fn put_pieces(&mut self, _: &str, _: Vec<Bytes>) -> PortResult<()> {
        self.table.0.borrow_mut().extend(self.batch.take());
        Ok(())
    }

    fn get(&mut self, _: &str) -> PortResult<Option<Bytes>> {
        Ok(None)
    }

    fn delete(&mut self, _: &str) -> PortResult<()> {
        Ok(())
    }

    fn list(&mut self, _: &str) -> PortResult<Vec<String>> {
        Ok(vec![])
    }
}

struct TableSink {
    staged: Faulty<Staged>,
}

impl Sink for TableSink {
    fn prepare(&mut self) -> Result<()> {
        Ok(())
    }

    fn recover(&mut self, _: BatchId) -> Result<()> {
        Ok(())
    }

    fn write(&mut self, batch: BatchId, rows: &[RecordBatch]) -> Result<SinkReport> {
        self.staged.inner.batch = Some((batch, rows.to_vec()));
        let put = self.staged.put(&format!("t/{}", batch.0), Bytes::new());
        put.map_err(|source| EngineError::Port { operation: "writing rows".into(), source })?;
        Ok(SinkReport { rows: rows.iter().map(|rows| rows.num_rows() as u64).sum(), objects: 1, bytes: 0 })
    }
}

//! A query and its surroundings in memory: streams, a checkpoint, a table, and a process that dies as a timeline says.
//!
//! What is not there is what cannot change an answer: services, requests, files. Each call of the checkpoint and of the
//! sink is counted, so that the process can die before or after any of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use wavetank_engine::batch::BatchId;
use wavetank_engine::checkpoint::Checkpoint;
use wavetank_engine::error::{EngineError, Result};
use wavetank_engine::ledger::KeptRow;
use wavetank_engine::plan::Pipeline;
use wavetank_engine::ports::{ObjectStore, PortResult};
use wavetank_engine::query::{BatchReport, QueryOptions, QueryParts, StreamingQuery};
use wavetank_engine::sink::{Sink, SinkReport};
use wavetank_engine::source::Source;

use super::line::{Line, Stop};
use crate::clock::VirtualClock;
use crate::conform::memory::{Feed, FeedSource, Objects};
use crate::faults::{Faults, Faulty, Verdict};
use crate::property::coverage::{Coverage, Event};

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

/// Everything that came of a timeline.
pub struct History {
    /// Batches in their order.
    pub batches: Vec<Ran>,
    /// Whether the last process has run no batch before it came to rest: such a one owes none.
    pub rests_anew: bool,
    /// What the state holds when nothing more arrives.
    pub kept_at_rest: Vec<KeptRow>,
    /// What it still holds at the end of input.
    pub kept_at_end: Vec<KeptRow>,
}

/// How a timeline is run.
#[derive(Debug, Clone)]
pub struct TankOptions {
    /// The query's own options.
    pub query: QueryOptions,
    /// Whether the whole state is written with every batch.
    pub snapshot_each_batch: bool,
}

/// Runs a timeline to its end, and to the end of input.
///
/// # Errors
/// A query that fails where no crash of the timeline is the reason.
pub fn run(
    pipeline: &Pipeline,
    options: &TankOptions,
    lines: &[Line],
    coverage: &mut Coverage,
) -> Result<History> {
    let mut tank = Tank::new(pipeline, options);
    tank.persist(|tank| tank.ensure_started().map(|()| None::<()>))?;
    for line in lines {
        tank.line(line, coverage)?;
    }
    tank.faults.decide([]);
    tank.settle()?;
    let (kept_at_rest, rests_anew) = (tank.kept(), tank.restarted);
    while tank.persist(|tank| tank.attempt(true))?.is_some() {}
    let kept_at_end = tank.kept();
    coverage.add(Event::BatchRanTwice, tank.ran_twice);
    for ran in &tank.batches {
        coverage.batch(&ran.report, ran.restarted);
    }
    Ok(History { rests_anew, kept_at_rest, kept_at_end, batches: tank.batches })
}

struct Tank<'p> {
    pipeline: &'p Pipeline,
    options: &'p TankOptions,
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

impl<'p> Tank<'p> {
    fn new(pipeline: &'p Pipeline, options: &'p TankOptions) -> Self {
        let feeds = pipeline.sources.iter().map(|source| (source.table.clone(), Feed::default()));
        let clock = VirtualClock::at(0);
        Self {
            pipeline,
            options,
            feeds: feeds.collect(),
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

    fn line(&mut self, line: &Line, coverage: &mut Coverage) -> Result<()> {
        match line.stop {
            None => self.faults.decide([]),
            Some(Stop::Clean) => {
                self.faults.decide([]);
                self.query = None;
                self.restarted = true;
                // What a new process does before the line's records arrive belongs to its start.
                self.settle()?;
            }
            Some(Stop::Crash { call, after, again }) => {
                let verdict = if after { Verdict::CrashAfter } else { Verdict::CrashBefore };
                let first = self.faults.calls() + call;
                let again = again.map(|more| (first + more, Verdict::CrashBefore));
                self.faults.decide([(first, verdict)].into_iter().chain(again));
            }
        }
        for (stream, records) in &line.data {
            if let Some(feed) = self.feeds.get(stream) {
                feed.borrow_mut().extend(records.iter().map(|record| Bytes::from(record.0.clone())));
            }
        }
        let (batches, crashes) = (self.batches.len(), self.crashes);
        match line.busy {
            true => drop(self.trigger()?),
            false => self.settle()?,
        }
        coverage.note(Event::IdleTrigger, self.batches.len() == batches);
        coverage.add(Event::Crash, self.crashes - crashes);
        coverage.note(Event::CrashWhileRecovering, self.crashes > crashes + 1);
        Ok(())
    }
}

impl Tank<'_> {
    /// Triggers until nothing is left to do.
    fn settle(&mut self) -> Result<()> {
        for _ in 0..BATCHES_MAX {
            if self.trigger()?.is_none() {
                return Ok(());
            }
        }
        panic!("after {BATCHES_MAX} batches without new records the query is not at rest");
    }

    fn trigger(&mut self) -> Result<Option<()>> {
        self.clock.advance_to(self.clock.now_millis() + TRIGGER_MILLIS);
        self.persist(|tank| tank.attempt(false))
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
        let query = StreamingQuery::start(self.pipeline, parts, self.clock.now_millis())?;
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

    fn kept(&self) -> Vec<KeptRow> {
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
    fn put(&mut self, _: &str, _: Bytes) -> PortResult<()> {
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

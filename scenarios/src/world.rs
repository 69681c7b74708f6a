//! The world that a scenario runs in: services, producers and the query, under one virtual clock and under faults.
//!
//! [`World::run`] is the whole loop: until each trigger, what arrives by then is put; then the query runs a batch. A
//! query whose process dies, or whose batch fails and may be retried, starts again from its checkpoint at once.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use wavetank_emulator::{ApiError, Emulator, Identity, OpenError, Storage};
use wavetank_engine::checkpoint::Checkpoint;
use wavetank_engine::error::EngineError;
use wavetank_engine::ports::ObjectStore;
use wavetank_engine::query::{BatchReport, QueryOptions, QueryParts, StreamingQuery, output_schema};
use wavetank_engine::retry::BatchRetries;
use wavetank_engine::session::Session;
use wavetank_engine::sink::{FileSink, FileTarget};
use wavetank_engine::source::{InitialPosition, KinesisOptions, KinesisSource, Source};
use wavetank_engine::trigger::Trigger;

use crate::adapters::{BucketStore, GlueCatalog, KinesisStreams, Services};
use crate::check;
use crate::clock::VirtualClock;
use crate::faults::{Faults, Faulty, Verdict};
use crate::file::StartingPosition;
use crate::keep::KeepError;
use crate::producer::Producer;
use crate::resources::create_resources;
use crate::scenario::Scenario;

/// Told after every trigger how far the run has come.
pub trait Observer {
    /// Records sent so far, and the virtual time as a share of the scenario's length. A break ends the run.
    fn trigger(&mut self, sent: u64, share: f64) -> ControlFlow<()>;
}

impl Observer for () {
    fn trigger(&mut self, _: u64, _: f64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// A batch that was committed.
pub struct Committed {
    /// What it did when it ran for the last time.
    pub report: BatchReport,
    /// Whether the query was started again between the batch before and this run.
    pub restarted: bool,
}

/// Told of every batch that was committed, once each and in order, whatever was crashed in between.
pub trait Witness {
    /// One batch.
    fn committed(&mut self, batch: Committed) -> Result<(), RunError>;
}

/// Why a run could not be finished. Failed checks are not among these.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The emulator's data directory cannot be used.
    #[error("cannot open the emulator's data directory")]
    Open(#[from] OpenError),
    /// A call of the scenario itself was refused.
    #[error("{doing} was refused by the emulator")]
    Refused {
        /// What was tried, in words.
        doing: String,
        /// The service's answer.
        #[source]
        source: ApiError,
    },
    /// The query stopped.
    #[error("the streaming query stopped")]
    Query(#[from] EngineError),
    /// The observer asked for an end.
    #[error("interrupted")]
    Interrupted,
    /// The results could not be laid out.
    #[error("cannot keep the results in `{folder}`")]
    Keep {
        /// Where they should go.
        folder: PathBuf,
        /// Why not.
        #[source]
        source: KeepError,
    },
    /// The database of the checks could not be filled.
    #[error("cannot fill the database that checks run in")]
    Database(#[from] check::DatabaseError),
}

/// How a world is set up.
#[derive(Debug, Clone)]
pub struct WorldOptions {
    /// Instead of the scenario's own number of events.
    pub events: Option<u64>,
    /// Where the emulator keeps what it holds.
    pub storage: Storage,
    /// Threads that decode a batch's records.
    pub parallelism: usize,
    /// Whether to do what an error about a damaged checkpoint advises, where that is to remove objects.
    pub follow_advice: bool,
}

/// Everything that runs under the clock.
pub struct World<'a> {
    /// The services and the clock.
    pub services: Services,
    /// What happens to the query's calls.
    pub faults: Faults,
    /// What has been put into the streams.
    pub producer: Producer,
    scenario: &'a Scenario,
    options: WorldOptions,
    /// `None` before the first start and while the process is dead.
    query: Option<StreamingQuery>,
    /// A batch that has run, and may or may not have been committed.
    pending: Option<Committed>,
    restarted: bool,
    retries: BatchRetries,
    start_millis: i64,
}

impl<'a> World<'a> {
    /// The scenario's resources in a new emulator; nothing has been put and nothing has run.
    pub fn new(
        scenario: &'a Scenario,
        options: WorldOptions,
        verdicts: impl IntoIterator<Item = (u64, Verdict)>,
    ) -> Result<Self, RunError> {
        let file = &scenario.file;
        let start_millis = file.clock.start.value.0.div_euclid(1000);
        let clock = VirtualClock::at(start_millis);
        let emulator = Emulator::open(options.storage.clone(), Identity::default())?;
        let services = Services { emulator: Arc::new(emulator), clock: clock.clone() };
        create_resources(scenario, &services)?;
        Ok(Self {
            services,
            faults: Faults::new(clock, verdicts),
            producer: Producer::new(file, options.events),
            scenario,
            options,
            query: None,
            pending: None,
            restarted: false,
            retries: BatchRetries::new(file.job.batch_max_retries.value),
            start_millis,
        })
    }

    /// The query, once it has started.
    pub fn query(&self) -> Option<&StreamingQuery> {
        self.query.as_ref()
    }

    /// Virtual milliseconds since the start.
    pub fn elapsed_millis(&self) -> i64 {
        self.services.clock.now_millis() - self.start_millis
    }

    /// Trigger by trigger, until everything was sent and read and a batch has changed nothing.
    pub fn run(&mut self, witness: &mut dyn Witness, observer: &mut dyn Observer) -> Result<(), RunError> {
        let file = &self.scenario.file;
        let interval = file.job.trigger.as_ref().unwrap_or(&file.clock.tick).value.micros() / 1000;
        let trigger = Trigger::ProcessingTime { interval_millis: interval };
        let length = (file.clock.length.value.micros() / 1000).max(1);
        let mut next = self.start_millis;
        loop {
            let sent = self.producer.send_until(next, &self.services);
            sent.map_err(|source| RunError::Refused { doing: "PutRecords".into(), source })?;
            let started = self.services.clock.now_millis();
            let settled = self.trigger(witness)?;
            let share = (next - self.start_millis) as f64 / length as f64;
            if observer.trigger(self.producer.sent(), share).is_break() {
                return Err(RunError::Interrupted);
            }
            if settled && self.producer.is_done() {
                return Ok(());
            }
            next = trigger.next(started);
            self.faults.next_trigger();
        }
    }

    /// One trigger, with as many restarts as it takes. True when it changed nothing and, without new records, the
    /// next would not either.
    fn trigger(&mut self, witness: &mut dyn Witness) -> Result<bool, RunError> {
        loop {
            match self.attempt(witness) {
                Ok(settled) => return Ok(settled),
                Err(RunError::Query(error)) => self.stop(error)?,
                Err(other) => return Err(other),
            }
        }
    }

    fn attempt(&mut self, witness: &mut dyn Witness) -> Result<bool, RunError> {
        let now = self.services.clock.now_millis();
        if self.query.is_none() {
            let parts = parts(self.scenario, &self.services, &self.faults, self.options.parallelism)?;
            let query = StreamingQuery::start(&self.scenario.pipeline, parts, now)?;
            // What the process did not live to see committed was committed if the query goes on behind it.
            let committed = self.pending.take().filter(|b| b.report.progress.batch < query.next_batch());
            self.query = Some(query);
            if let Some(batch) = committed {
                witness.committed(batch)?;
            }
        }
        let query = self.query.as_mut().expect("it was started above");
        let Some(report) = query.execute_batch(now)? else { return Ok(true) };
        let progress = &report.progress;
        let settled = progress.input_records.iter().all(|records| *records == 0)
            && progress.watermark == progress.next_watermark;
        let restarted = std::mem::take(&mut self.restarted);
        self.pending = Some(Committed { report, restarted });
        query.commit_batch()?;
        self.retries.succeeded();
        let batch = self.pending.take().expect("it has just run");
        witness.committed(batch)?;
        Ok(settled)
    }

    /// What becomes of a query that has stopped: a process that was killed starts again, a batch that failed is
    /// retried as Glue does it, everything else is an error.
    fn stop(&mut self, error: EngineError) -> Result<(), RunError> {
        match error {
            _ if self.faults.killed() => self.faults.restart(),
            EngineError::CorruptCheckpoint { ref removable, .. }
                if self.options.follow_advice && !removable.is_empty() =>
            {
                let bucket = self.scenario.file.job.checkpoint.value.bucket().to_owned();
                let mut store = BucketStore { services: self.services.clone(), bucket };
                let removed = removable.iter().try_for_each(|key| store.delete(key));
                removed
                    .map_err(|source| EngineError::Port { operation: "following advice".into(), source })?;
            }
            EngineError::Port { .. } => match self.retries.failed() {
                Some(pause) => self.services.clock.advance_to(self.services.clock.now_millis() + pause),
                None => return Err(error.into()),
            },
            error => return Err(error.into()),
        }
        self.query = None;
        self.restarted = true;
        Ok(())
    }
}

/// The stream behind each source of the pipeline.
pub(crate) fn source_streams(scenario: &Scenario) -> Vec<String> {
    let tables = scenario.file.job_tables();
    let stream = |table: &str| {
        let found = tables.iter().find(|(name, _)| name.eq_ignore_ascii_case(table));
        found
            .and_then(|(_, t)| t.stream.as_ref())
            .expect("the pipeline was planned against these tables")
            .value
            .clone()
    };
    scenario.pipeline.sources.iter().map(|source| stream(&source.table)).collect()
}

/// The table that the scenario's query writes.
pub(crate) fn sink_target(scenario: &Scenario) -> FileTarget {
    let job = &scenario.file.job;
    let path = &job.sink.path.value;
    FileTarget {
        database: job.database.value.clone(),
        table: job.sink.table.value.clone(),
        location: as_folder(path.as_str()),
        prefix: as_folder(path.prefix()),
        partition_by: job.sink.partition_by.iter().map(|c| c.value.clone()).collect(),
        format: job.sink.format.into(),
        replace: false,
    }
}

/// How the scenario's query is run.
pub(crate) fn query_options(parallelism: usize) -> QueryOptions {
    QueryOptions { parallelism, ..QueryOptions::default() }
}

fn parts(
    scenario: &Scenario,
    services: &Services,
    faults: &Faults,
    parallelism: usize,
) -> Result<QueryParts, EngineError> {
    let job = &scenario.file.job;
    let options = KinesisOptions {
        starting_position: match job.starting_position {
            StartingPosition::Latest => InitialPosition::Latest,
            StartingPosition::TrimHorizon => InitialPosition::TrimHorizon,
        },
        fetch_records_per_shard_max: job.max_fetch_records_per_shard.value as usize,
        avoid_empty_batches: job.avoid_empty_batches,
        ..Default::default()
    };
    let source = |stream: String| {
        let inner = KinesisStreams(services.clone());
        let api = Box::new(Faulty { inner, port: "stream", faults: faults.clone() });
        Box::new(KinesisSource::new(stream, options.clone(), api)) as Box<dyn Source>
    };
    let store = |port: &'static str, bucket: &str| {
        let inner = BucketStore { services: services.clone(), bucket: bucket.to_owned() };
        Box::new(Faulty { inner, port, faults: faults.clone() })
    };
    let target = sink_target(scenario);
    let schema = output_schema(&scenario.pipeline);
    let catalog =
        Box::new(Faulty { inner: GlueCatalog(services.clone()), port: "catalog", faults: faults.clone() });
    let checkpoint = &job.checkpoint.value;
    Ok(QueryParts {
        sources: source_streams(scenario).into_iter().map(source).collect(),
        sink: Box::new(FileSink::new(
            target,
            &schema,
            Session::default(),
            store("sink", job.sink.path.value.bucket()),
            catalog,
        )?),
        checkpoint: Checkpoint::new(store("checkpoint", checkpoint.bucket()), as_folder(checkpoint.prefix())),
        options: query_options(parallelism),
    })
}

/// A path that ends in a slash, unless it is empty.
pub(crate) fn as_folder(path: &str) -> String {
    match path.is_empty() || path.ends_with('/') {
        true => path.to_owned(),
        false => format!("{path}/"),
    }
}

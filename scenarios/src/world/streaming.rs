//! One streaming job: its query, trigger by trigger, with as many restarts as its faults make it need.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use arrow::record_batch::RecordBatch;
use wavetank_engine::batch::BatchId;
use wavetank_engine::checkpoint::Checkpoint;
use wavetank_engine::error::EngineError;
use wavetank_engine::plan::{OutputMode, Pipeline, SourceTable};
use wavetank_engine::ports::{ObjectStore, StreamApi};
use wavetank_engine::query::{BatchReport, QueryOptions, QueryParts, StreamingQuery, output_schema};
use wavetank_engine::retry::BatchRetries;
use wavetank_engine::session::Session;
use wavetank_engine::sink::{FileSink, FileTarget, Sink, SinkReport};
use wavetank_engine::source::{
    FileOptions, FileSource, InitialPosition, KinesisOptions, KinesisSource, ObjectFormat, Source,
};
use wavetank_engine::trigger::Trigger;

use super::{Committed, RunError, Witness};
use crate::adapters::{BucketStore, Endpoint, GlueCatalog, HttpStreams, KinesisStreams, Services};
use crate::faults::{Faults, Faulty, Process};
use crate::file::{Job, Length, Mode, ScenarioFile, StartingPosition, StreamingJob, Table, TableFormat};

/// The rows that a sink was given, by batch.
type Given = Rc<RefCell<BTreeMap<BatchId, Vec<RecordBatch>>>>;

/// A sink that remembers the rows of each batch until they are asked for.
struct Remembering {
    sink: FileSink,
    given: Given,
}

impl Sink for Remembering {
    fn prepare(&mut self) -> Result<(), EngineError> {
        self.sink.prepare()
    }

    fn recover(&mut self, next: BatchId) -> Result<(), EngineError> {
        self.sink.recover(next)
    }

    fn write(&mut self, batch: BatchId, rows: &[RecordBatch]) -> Result<SinkReport, EngineError> {
        self.given.borrow_mut().insert(batch, rows.to_vec());
        self.sink.write(batch, rows)
    }
}

/// A streaming job while the scenario runs.
pub struct StreamingRun<'a> {
    /// Its place among the scenario's jobs.
    pub process: Process,
    /// The job itself.
    pub job: &'a Job,
    streaming: &'a StreamingJob,
    pipeline: &'a Pipeline,
    file: &'a ScenarioFile,
    services: Services,
    faults: Faults,
    options: QueryOptions,
    follow_advice: bool,
    /// Where its streams are, when not in the same process.
    streams: Option<Endpoint>,
    /// `None` before the first start and while the process is dead.
    query: Option<StreamingQuery>,
    /// A batch that has run, and may or may not have been committed.
    pending: Option<Committed>,
    restarted: bool,
    batches: u32,
    /// Whether the last batch has read as much as it was allowed to of some source.
    cut_short: bool,
    /// When it first started, in milliseconds.
    started_millis: Option<i64>,
    retries: BatchRetries,
    given: Option<Given>,
    /// When the next trigger fires, in milliseconds.
    pub(super) next_trigger: i64,
    /// Whether the last trigger found nothing to do, and the next would not either without new records.
    pub(super) settled: bool,
    /// Whether the process is to stay as it is: not started yet, or dead until it is restarted.
    pub(super) down: bool,
}

impl<'a> StreamingRun<'a> {
    pub(super) fn new(
        (process, job, streaming, pipeline): (Process, &'a Job, &'a StreamingJob, &'a Pipeline),
        file: &'a ScenarioFile,
        services: &Services,
        faults: &Faults,
        settings: &super::WorldOptions,
    ) -> Self {
        Self {
            process,
            job,
            streaming,
            pipeline,
            file,
            services: services.clone(),
            faults: faults.of(process),
            options: query_options(streaming, settings.parallelism, settings.trace),
            follow_advice: settings.follow_advice,
            streams: settings.streams.clone(),
            query: None,
            pending: None,
            restarted: false,
            batches: 0,
            cut_short: false,
            started_millis: None,
            retries: BatchRetries::new(streaming.batch_max_retries.value),
            given: settings.remember_rows.then(Given::default),
            next_trigger: services.clock.now_millis(),
            settled: false,
            down: false,
        }
    }

    /// The query, while its process lives.
    pub fn query(&self) -> Option<&StreamingQuery> {
        self.query.as_ref()
    }

    /// The job as the file has it.
    pub fn streaming(&self) -> &'a StreamingJob {
        self.streaming
    }

    /// What it runs.
    pub fn pipeline(&self) -> &'a Pipeline {
        self.pipeline
    }

    /// When it first started, in milliseconds, if it reads only what arrives from then on.
    pub fn latest_from_millis(&self) -> Option<i64> {
        match self.streaming.starting_position {
            StartingPosition::Latest => self.started_millis,
            StartingPosition::At(time) => Some(time.0.div_euclid(1000)),
            StartingPosition::TrimHorizon => None,
        }
    }

    /// The streams behind its sources.
    pub fn streams(&self) -> Vec<String> {
        source_streams(self.file, self.job, self.pipeline)
    }

    /// Its trigger.
    pub(super) fn trigger_interval(&self) -> Trigger {
        let interval = self.streaming.trigger.as_ref().unwrap_or(&self.file.clock.tick).value.micros() / 1000;
        Trigger::ProcessingTime { interval_millis: interval.max(1) }
    }

    /// Batches that were committed so far.
    pub(super) fn batches(&self) -> u32 {
        self.batches
    }

    /// When its next trigger is that would do anything; `event` is when the producers do something next. Where every
    /// trigger runs a batch, records or not (Glue's `avoidEmptyBatches=false`), that is the next one.
    pub(super) fn next_instant(&self, event: Option<i64>) -> Option<i64> {
        if self.down {
            return None;
        }
        match (self.settled, self.streaming.avoid_empty_batches, event) {
            (false, _, _) => Some(self.next_trigger),
            (true, _, None) => None,
            (true, false, Some(_)) => Some(self.next_trigger),
            (true, true, Some(event)) if event <= self.next_trigger => Some(self.next_trigger),
            (true, true, Some(event)) => Some(self.trigger_interval().next(event - 1)),
        }
    }

    /// Whether its trigger fires at an instant. Without new records only where every trigger runs a batch, and only
    /// as long as `more_to_come`.
    pub(super) fn is_due(&self, at: i64, more_to_come: bool) -> bool {
        let runs_anyway = !self.streaming.avoid_empty_batches && more_to_come;
        !self.down && self.next_trigger <= at && (!self.settled || runs_anyway)
    }

    /// One trigger, with as many restarts as it takes. True when it changed nothing and, without new records, the
    /// next would not either.
    pub(super) fn trigger(&mut self, witness: &mut dyn Witness) -> Result<bool, RunError> {
        self.persist(witness, Self::attempt)
    }

    /// One trigger, and the batches that it leads to: for what one batch was not allowed to read, and without data
    /// for a watermark that has moved. Spark's own tests run a query so (`processAllAvailable`).
    pub(super) fn trigger_until_settled(&mut self, witness: &mut dyn Witness) -> Result<(), RunError> {
        loop {
            self.trigger(witness)?;
            let query = self.query.as_ref().expect("a trigger leaves a query that runs");
            if !self.cut_short && !query.owes_batch()? {
                return Ok(());
            }
        }
    }

    /// Starts the query if it is not running, without a trigger.
    pub(super) fn start(&mut self, witness: &mut dyn Witness) -> Result<(), RunError> {
        self.persist(witness, |run, witness| run.ensure_started(witness).map(|()| true)).map(|_| ())
    }

    /// The process dies.
    pub(super) fn kill(&mut self) {
        self.faults.kill();
        self.query = None;
        self.restarted = true;
    }

    /// Does something until it goes well, with as many restarts as it takes.
    fn persist(
        &mut self,
        witness: &mut dyn Witness,
        mut attempt: impl FnMut(&mut Self, &mut dyn Witness) -> Result<bool, RunError>,
    ) -> Result<bool, RunError> {
        if self.faults.killed() {
            self.faults.restart();
        }
        loop {
            match attempt(self, witness) {
                Ok(settled) => return Ok(settled),
                Err(RunError::Query(error)) => self.stop(error)?,
                Err(other) => return Err(other),
            }
        }
    }

    fn ensure_started(&mut self, witness: &mut dyn Witness) -> Result<(), RunError> {
        if self.query.is_some() {
            return Ok(());
        }
        let now = self.services.clock.now_millis();
        let query = StreamingQuery::start(self.pipeline, self.parts()?, now)?;
        self.started_millis.get_or_insert(now);
        // What the process did not live to see committed was committed if the query goes on behind it.
        let committed = self.pending.take().filter(|b| b.report.progress.batch < query.next_batch());
        self.batches = query.next_batch().0;
        self.query = Some(query);
        committed.map_or(Ok(()), |batch| witness.committed(batch))
    }

    fn attempt(&mut self, witness: &mut dyn Witness) -> Result<bool, RunError> {
        self.ensure_started(witness)?;
        let now = self.services.clock.now_millis();
        let query = self.query.as_mut().expect("it was started above");
        self.cut_short = false;
        let Some(report) = query.execute_batch(now)? else { return Ok(true) };
        let progress = &report.progress;
        let settled = progress.input_records.iter().all(|records| *records == 0)
            && progress.watermark == progress.next_watermark;
        let limit = self.streaming.max_fetch_records_per_shard.value;
        self.cut_short = progress.input_records.iter().any(|records| *records >= limit);
        self.commit(report, witness)?;
        Ok(settled)
    }

    /// One step of the end of input. True when nothing is left that waits for it.
    pub(super) fn drain(&mut self, witness: &mut dyn Witness) -> Result<bool, RunError> {
        self.persist(witness, |run, witness| {
            run.ensure_started(witness)?;
            let now = run.services.clock.now_millis();
            match run.query.as_mut().expect("it was started above").drain(now)? {
                Some(report) => run.commit(report, witness).map(|()| false),
                None => Ok(true),
            }
        })
    }

    fn commit(&mut self, report: BatchReport, witness: &mut dyn Witness) -> Result<(), RunError> {
        let restarted = std::mem::take(&mut self.restarted);
        self.pending = Some(Committed { job: self.process, report, restarted });
        self.query.as_mut().expect("a batch has run").commit_batch()?;
        self.retries.succeeded();
        let batch = self.pending.take().expect("it has just run");
        self.batches = batch.report.progress.batch.next().0;
        witness.committed(batch)
    }

    /// What becomes of a query that has stopped: a process that was killed starts again, a batch that failed is
    /// retried as Glue does it, everything else is an error.
    fn stop(&mut self, error: EngineError) -> Result<(), RunError> {
        match error {
            _ if self.faults.killed() => self.faults.restart(),
            EngineError::CorruptCheckpoint { ref removable, .. }
                if self.follow_advice && !removable.is_empty() =>
            {
                let bucket = self.streaming.checkpoint.value.bucket().to_owned();
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

    fn parts(&self) -> Result<QueryParts, EngineError> {
        let streams = source_streams(self.file, self.job, self.pipeline);
        let store = |port: &'static str, bucket: &str| {
            let inner = BucketStore { services: self.services.clone(), bucket: bucket.to_owned() };
            Box::new(Faulty { inner, port, faults: self.faults.clone() })
        };
        let catalog = GlueCatalog(self.services.clone());
        let catalog = Box::new(Faulty { inner: catalog, port: "catalog", faults: self.faults.clone() });
        let target = sink_target(self.job, self.streaming);
        let schema = output_schema(self.pipeline);
        let sink_store = store("sink", self.streaming.sink.path.value.bucket());
        let checkpoint = &self.streaming.checkpoint.value;
        let sources = self.pipeline.sources.iter().zip(streams).enumerate();
        let sources = sources.map(|(index, (source, stream))| match self.folder(&source.table) {
            Some(table) => self.files(index, source, table),
            None => self.source(stream),
        });
        Ok(QueryParts {
            sources: sources.collect::<Result<_, _>>()?,
            sink: self.remembering(
                FileSink::new(target, &schema, Session::default(), sink_store, catalog)?
                    .with_parallelism(self.options.parallelism),
            ),
            checkpoint: Checkpoint::new(
                store("checkpoint", checkpoint.bucket()),
                as_folder(checkpoint.prefix()),
            ),
            options: self.options.clone(),
        })
    }

    /// The sink; one that also remembers what it is given, if somebody wants to know.
    fn remembering(&self, sink: FileSink) -> Box<dyn Sink> {
        match &self.given {
            Some(given) => Box::new(Remembering { sink, given: Rc::clone(given) }),
            None => Box::new(sink),
        }
    }

    /// Takes the rows that the sink was given for a batch when it ran for the last time.
    pub fn take_given(&self, batch: BatchId) -> Vec<RecordBatch> {
        let given = self.given.as_ref().and_then(|given| given.borrow_mut().remove(&batch));
        given.unwrap_or_default()
    }

    /// The table behind a source that is not fed by a stream: its objects are read as one.
    fn folder(&self, table: &str) -> Option<&'a Table> {
        let mut tables = self.file.tables(self.job).iter();
        let (_, table) = tables.find(|(name, _)| name.eq_ignore_ascii_case(table))?;
        table.stream.is_none().then_some(table)
    }

    fn files(
        &self,
        index: usize,
        source: &SourceTable,
        table: &Table,
    ) -> Result<Box<dyn Source>, EngineError> {
        let Some(location) = &table.location else {
            let message = format!("table `{}` has neither a stream nor a location", source.table);
            return Err(EngineError::Refused {
                message,
                help: "give it one of both in `resources`".to_owned(),
            });
        };
        let store = |port: &'static str, bucket: &str| {
            let inner = BucketStore { services: self.services.clone(), bucket: bucket.to_owned() };
            Box::new(Faulty { inner, port, faults: self.faults.clone() }) as Box<dyn ObjectStore>
        };
        let options = FileOptions {
            prefix: as_folder(location.value.prefix()),
            format: match table.format {
                TableFormat::Json => ObjectFormat::JsonLines,
                TableFormat::Parquet => ObjectFormat::Parquet,
            },
            schema: source.schema.clone(),
            files_per_trigger_max: None,
            session: Session::default(),
        };
        let checkpoint = &self.streaming.checkpoint.value;
        let log = (store("checkpoint", checkpoint.bucket()), &*as_folder(checkpoint.prefix()));
        Ok(Box::new(FileSource::new(options, store("source", location.value.bucket()), log, index)))
    }

    fn source(&self, stream: String) -> Result<Box<dyn Source>, EngineError> {
        let connection = &self.streaming.connection_options;
        let millis = |length: Length| length.0.as_millis() as u64;
        let options = KinesisOptions {
            starting_position: match self.streaming.starting_position {
                StartingPosition::Latest => InitialPosition::Latest,
                StartingPosition::TrimHorizon => InitialPosition::TrimHorizon,
                StartingPosition::At(time) => InitialPosition::AtTimestamp(time.0.div_euclid(1000)),
            },
            fetch_records_per_shard_max: self.streaming.max_fetch_records_per_shard.value as usize,
            avoid_empty_batches: self.streaming.avoid_empty_batches,
            records_per_read_max: connection.max_record_per_read.max(1) as usize,
            describe_shard_interval_millis: connection.describe_shard_interval.micros() / 1000,
            idle_between_reads_millis: connection
                .add_idle_time_between_reads
                .then(|| millis(connection.idle_time_between_reads)),
            retries: connection.num_retries,
            retry_interval_millis: millis(connection.retry_interval),
            retry_interval_millis_max: millis(connection.max_retry_interval),
        };
        let (port, faults) = ("stream", self.faults.clone());
        let api: Box<dyn StreamApi> = match &self.streams {
            None => Box::new(Faulty { inner: KinesisStreams(self.services.clone()), port, faults }),
            Some(endpoint) => {
                let opened = HttpStreams::new(endpoint.clone());
                let inner = opened.map_err(|error| EngineError::Port {
                    operation: "opening a connection".into(),
                    source: error.into(),
                })?;
                Box::new(Faulty { inner, port, faults })
            }
        };
        Ok(Box::new(KinesisSource::new(stream, options, api)))
    }
}

/// The stream, or the table of files, behind each source of a pipeline.
pub(crate) fn source_streams(file: &ScenarioFile, job: &Job, pipeline: &Pipeline) -> Vec<String> {
    let tables = file.tables(job);
    let stream = |table: &str| {
        let found = tables.iter().find(|(name, _)| name.eq_ignore_ascii_case(table));
        let (name, table) = found.expect("the pipeline was planned against these tables");
        table.stream.as_ref().map_or_else(|| name.to_owned(), |stream| stream.value.clone())
    };
    pipeline.sources.iter().map(|source| stream(&source.table)).collect()
}

/// The table that a streaming job writes.
pub(crate) fn sink_target(job: &Job, streaming: &StreamingJob) -> FileTarget {
    let path = &streaming.sink.path.value;
    FileTarget {
        database: job.database.value.clone(),
        table: streaming.sink.table.value.clone(),
        location: as_folder(path.as_str()),
        prefix: as_folder(path.prefix()),
        partition_by: streaming.sink.partition_by.iter().map(|c| c.value.clone()).collect(),
        format: streaming.sink.format.into(),
        replace: streaming.sink.mode.as_ref().is_some_and(|mode| mode.value == Mode::Complete),
    }
}

/// How a streaming job's query is run.
pub(crate) fn query_options(job: &StreamingJob, parallelism: usize, trace: bool) -> QueryOptions {
    let mode = match job.sink.mode.as_ref().map(|mode| mode.value).unwrap_or_default() {
        Mode::Append => OutputMode::Append,
        Mode::Update => OutputMode::Update,
        Mode::Complete => OutputMode::Complete,
    };
    QueryOptions { mode, parallelism, trace, ..QueryOptions::default() }
}

/// A path that ends in a slash, unless it is empty.
pub(crate) fn as_folder(path: &str) -> String {
    match path.is_empty() || path.ends_with('/') {
        true => path.to_owned(),
        false => format!("{path}/"),
    }
}

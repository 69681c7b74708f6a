//! One run of a scenario: resources, producers and query under one virtual clock, then the checks.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use wavetank_emulator::glue::{
    Column, CreateDatabase, CreateDatabaseRequest, CreateTable, CreateTableRequest,
};
use wavetank_emulator::glue::{StorageDescriptor, TableInput};
use wavetank_emulator::kinesis::{CreateStream, CreateStreamRequest};
use wavetank_emulator::s3::{CreateBucket, CreateBucketRequest};
use wavetank_emulator::{ApiError, Emulator, Identity, OpenError, Storage};
use wavetank_engine::checkpoint::Checkpoint;
use wavetank_engine::error::EngineError;
use wavetank_engine::ledger::LossReason;
use wavetank_engine::query::{QueryOptions, QueryParts, StreamingQuery, output_schema};
use wavetank_engine::sink::{ParquetSink, ParquetTarget};
use wavetank_engine::source::{InitialPosition, KinesisOptions, KinesisSource, Source};
use wavetank_engine::trigger::Trigger;

use crate::adapters::{BucketStore, GlueCatalog, KinesisStreams, Services};
use crate::check::{self, CheckDatabase};
use crate::clock::VirtualClock;
use crate::file::{Entries, StartingPosition, Table, TableFormat};
use crate::generate::leading_events;
use crate::keep::{KeepError, keep};
use crate::producer::Producer;
use crate::recorder::Recorder;
use crate::report::{LostRows, RunReport, SCHEMA, SinkTotals, StreamReport};
use crate::scenario::Scenario;

/// Up to this many events a run that keeps nothing has its emulator in memory.
const EVENTS_IN_MEMORY: u64 = 50_000;

/// What a run may change of its scenario, and where it works.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Instead of the scenario's own seed.
    pub seed: Option<u64>,
    /// Instead of the scenario's own number of events.
    pub events: Option<u64>,
    /// Where the run works: an empty folder, or one that does not exist yet. The emulator's data directory is in
    /// it, under `emulator`.
    pub folder: PathBuf,
    /// Whether to lay out the results in the folder for people: objects under their keys, system tables as Parquet.
    pub keep: bool,
    /// Threads that decode a batch's records. The result is the same for any number.
    pub parallelism: usize,
}

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

/// Runs a scenario from its first trigger until nothing is left to do.
pub fn run(
    scenario: &Scenario,
    options: RunOptions,
    observer: &mut dyn Observer,
) -> Result<RunReport, RunError> {
    let mut file = scenario.file.clone();
    file.seed = options.seed.unwrap_or(file.seed);
    let scenario = &Scenario { file, pipeline: scenario.pipeline.clone() };
    let mut tank = Tank::fill(scenario, &options)?;
    tank.run(observer)?;
    let report = tank.report()?;
    if options.keep {
        let kept = keep(&options.folder, &scenario.file, &tank.services, &tank.database, &report);
        kept.map_err(|source| RunError::Keep { folder: options.folder.clone(), source })?;
    }
    Ok(report)
}

/// Everything that runs under the clock.
struct Tank<'a> {
    scenario: &'a Scenario,
    services: Services,
    producer: Producer,
    query: StreamingQuery,
    recorder: Recorder,
    database: CheckDatabase,
    totals: SinkTotals,
    read: Vec<u64>,
    batches: u64,
    state_rows: u64,
}

impl<'a> Tank<'a> {
    fn fill(scenario: &'a Scenario, options: &RunOptions) -> Result<Self, RunError> {
        let database = CheckDatabase::open();
        let file = &scenario.file;
        let start = file.clock.start.value.0.div_euclid(1000);
        let directory = options.folder.join("emulator");
        let storage = match (options.keep, leading_events(file, options.events) <= EVENTS_IN_MEMORY) {
            (true, _) => Storage::Directory(directory),
            (false, false) => Storage::Scratch(directory),
            (false, true) => Storage::SmallScratch(directory),
        };
        let emulator = Emulator::open(storage, Identity::default())?;
        let services = Services { emulator: Arc::new(emulator), clock: VirtualClock::at(start) };
        create_resources(scenario, &services)?;
        let query = StreamingQuery::start(&scenario.pipeline, parts(scenario, &services, options)?, start)?;
        Ok(Self {
            scenario,
            producer: Producer::new(file, options.events),
            query,
            recorder: Recorder::new(source_streams(scenario)),
            database,
            totals: SinkTotals {
                table: format!("{}.{}", file.job.database.value, file.job.sink.table.value),
                ..Default::default()
            },
            read: vec![0; scenario.pipeline.sources.len()],
            batches: 0,
            state_rows: 0,
            services,
        })
    }

    /// Trigger by trigger: what arrives until then is put, then the query runs. Ends when everything was sent and
    /// read and a batch has changed nothing.
    fn run(&mut self, observer: &mut dyn Observer) -> Result<(), RunError> {
        let file = &self.scenario.file;
        let interval = file.job.trigger.as_ref().unwrap_or(&file.clock.tick).value.micros() / 1000;
        let trigger = Trigger::ProcessingTime { interval_millis: interval };
        let start = self.services.clock.now_millis();
        let length = (file.clock.length.value.micros() / 1000).max(1);
        let mut next = start;
        loop {
            let sent = self.producer.send_until(next, &self.services);
            sent.map_err(|source| RunError::Refused { doing: "PutRecords".into(), source })?;
            let settled = self.trigger(next)?;
            if observer.trigger(self.producer.sent(), (next - start) as f64 / length as f64).is_break() {
                return Err(RunError::Interrupted);
            }
            if settled && self.producer.is_done() {
                return Ok(());
            }
            next = trigger.next(next);
        }
    }

    /// One trigger. True when it changed nothing and, without new records, the next would not either.
    fn trigger(&mut self, now_millis: i64) -> Result<bool, RunError> {
        let Some(report) = self.query.run_batch(now_millis)? else { return Ok(true) };
        self.batches += 1;
        self.totals.rows += report.sink.rows;
        self.totals.objects += report.sink.objects;
        self.totals.bytes += report.sink.bytes;
        for (read, records) in self.read.iter_mut().zip(&report.progress.input_records) {
            *read += records;
        }
        self.state_rows = report.progress.state.iter().map(|(_, state)| state.rows_total).sum();
        self.database.append(self.recorder.batch(&report))?;
        let progress = &report.progress;
        Ok(progress.input_records.iter().all(|n| *n == 0) && progress.watermark == progress.next_watermark)
    }

    fn report(&mut self) -> Result<RunReport, RunError> {
        let file = &self.scenario.file;
        self.database.append(vec![self.recorder.state(&self.query.kept_rows())])?;
        self.database.attach_catalog(&self.services, &file.job.database.value)?;
        let checks = file.checks.iter().map(|c| check::run(&self.database, c, &file.source)).collect();
        let start = file.clock.start.value.0.div_euclid(1000);
        Ok(RunReport {
            schema: SCHEMA,
            scenario: file.scenario.value.clone(),
            engine: file.engine.name(),
            seed: file.seed,
            streams: self.streams(),
            sink: self.totals.clone(),
            lost: LossReason::ALL
                .iter()
                .flat_map(|reason| self.recorder.lost().filter(move |(_, r, _)| r == reason))
                .map(|(stream, reason, rows)| LostRows {
                    stream: stream.to_owned(),
                    reason: reason.name(),
                    rows,
                })
                .collect(),
            records_rejected: self.recorder.rejected(),
            batches: self.batches,
            watermark: self.query.watermark().to_string(),
            state_rows: self.state_rows,
            virtual_seconds: (self.services.clock.now_millis() - start) / 1000,
            checks,
        })
    }

    fn streams(&self) -> Vec<StreamReport> {
        let sent = self.producer.reports();
        let read = source_streams(self.scenario);
        let report = |name: &str| {
            let mut report = sent.get(name).cloned().unwrap_or_default();
            report.stream = name.to_owned();
            let of_stream = read.iter().zip(&self.read).filter(|(stream, _)| *stream == name);
            report.read = of_stream.map(|(_, records)| records).sum();
            report
        };
        self.scenario.file.resources.streams.names().map(report).collect()
    }
}

/// The stream behind each source of the pipeline.
fn source_streams(scenario: &Scenario) -> Vec<String> {
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

fn parts(scenario: &Scenario, services: &Services, run: &RunOptions) -> Result<QueryParts, EngineError> {
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
        let api = Box::new(KinesisStreams(services.clone()));
        Box::new(KinesisSource::new(stream, options.clone(), api)) as Box<dyn Source>
    };
    let store =
        |bucket: &str| Box::new(BucketStore { services: services.clone(), bucket: bucket.to_owned() });
    let path = &job.sink.path.value;
    let target = ParquetTarget {
        database: job.database.value.clone(),
        table: job.sink.table.value.clone(),
        location: as_folder(path.as_str()),
        prefix: as_folder(path.prefix()),
        partition_by: job.sink.partition_by.iter().map(|c| c.value.clone()).collect(),
    };
    let schema = output_schema(&scenario.pipeline);
    let catalog = Box::new(GlueCatalog(services.clone()));
    let checkpoint = &job.checkpoint.value;
    Ok(QueryParts {
        sources: source_streams(scenario).into_iter().map(source).collect(),
        sink: Box::new(ParquetSink::new(target, &schema, store(path.bucket()), catalog)?),
        checkpoint: Checkpoint::new(store(checkpoint.bucket()), as_folder(checkpoint.prefix())),
        options: QueryOptions { parallelism: run.parallelism, ..QueryOptions::default() },
    })
}

/// A path that ends in a slash, unless it is empty.
fn as_folder(path: &str) -> String {
    match path.is_empty() || path.ends_with('/') {
        true => path.to_owned(),
        false => format!("{path}/"),
    }
}

fn create_resources(scenario: &Scenario, services: &Services) -> Result<(), RunError> {
    let resources = &scenario.file.resources;
    let refused = |doing: String| move |source| RunError::Refused { doing, source };
    for (name, stream) in resources.streams.iter() {
        let request = CreateStreamRequest::new(name, stream.shards.value as i32);
        services.call::<CreateStream>(request).map_err(refused(format!("CreateStream `{name}`")))?;
    }
    for bucket in &resources.buckets {
        let request = CreateBucketRequest::new(&bucket.value);
        services
            .call::<CreateBucket>(request)
            .map_err(refused(format!("CreateBucket `{}`", bucket.value)))?;
    }
    for (database, tables) in resources.databases.iter() {
        let request = CreateDatabaseRequest::new(database);
        services.call::<CreateDatabase>(request).map_err(refused(format!("CreateDatabase `{database}`")))?;
        for (name, table) in tables.iter() {
            let request = CreateTableRequest::new(database, table_input(name, table));
            services.call::<CreateTable>(request).map_err(refused(format!("CreateTable `{name}`")))?;
        }
    }
    Ok(())
}

/// The catalog entry of a scenario's table. A stream's table names it as Glue does, in its parameters.
fn table_input(name: &str, table: &Table) -> TableInput {
    let columns = |entries: &Entries<serde_saphyr::Spanned<String>>| {
        entries.iter().map(|(name, kind)| Column::new(name, &kind.value)).collect::<Vec<_>>()
    };
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let stream = table.stream.as_ref().map(|stream| {
        [pair("typeOfData", "kinesis"), pair("streamName", &stream.value)].into_iter().collect()
    });
    let classification = match table.format {
        TableFormat::Json => "json",
        TableFormat::Parquet => "parquet",
    };
    TableInput {
        name: Some(name.to_owned()),
        storage_descriptor: Some(StorageDescriptor {
            columns: Some(columns(&table.columns)),
            location: table.location.as_ref().map(|l| l.value.as_str().to_owned()),
            parameters: stream,
            ..Default::default()
        }),
        partition_keys: Some(columns(&table.partition_keys)),
        table_type: Some("EXTERNAL_TABLE".to_owned()),
        parameters: Some([pair("classification", classification)].into_iter().collect()),
        ..Default::default()
    }
}

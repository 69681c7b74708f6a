//! One run of a scenario: a [`World`] that is let run, everything recorded, then the checks.

use std::path::PathBuf;

use wavetank_emulator::Storage;
use wavetank_engine::ledger::LossReason;
use wavetank_engine::plan::LogicalPlan;

use crate::check::{self, CheckDatabase};
use crate::generate::leading_events;
use crate::keep::keep;
use crate::recorder::Recorder;
use crate::report::{LostRows, RunReport, SCHEMA, SinkTotals, StreamReport};
use crate::scenario::Scenario;
use crate::world::{Committed, Witness, World, WorldOptions, source_streams};

pub use crate::world::{Observer, RunError};

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

/// Runs a scenario from its first trigger until nothing is left to do.
pub fn run(
    scenario: &Scenario,
    options: RunOptions,
    observer: &mut dyn Observer,
) -> Result<RunReport, RunError> {
    let scenario = &scenario.with_seed(options.seed);
    let mut record = Record::new(scenario);
    let mut world = World::new(scenario, world_options(scenario, &options), [])?;
    world.run(&mut record, observer)?;
    let report = record.report(scenario, &world)?;
    if options.keep {
        let kept = keep(&options.folder, &scenario.file, &world.services, &record.database, &report);
        kept.map_err(|source| RunError::Keep { folder: options.folder.clone(), source })?;
    }
    Ok(report)
}

fn world_options(scenario: &Scenario, options: &RunOptions) -> WorldOptions {
    let directory = options.folder.join("emulator");
    let storage = match (options.keep, leading_events(&scenario.file, options.events) <= EVENTS_IN_MEMORY) {
        (true, _) => Storage::Directory(directory),
        (false, false) => Storage::Scratch(directory),
        (false, true) => Storage::SmallScratch(directory),
    };
    WorldOptions { events: options.events, storage, parallelism: options.parallelism, follow_advice: false }
}

/// What is done to the rows last, in a word.
fn last_step(plan: &LogicalPlan) -> &'static str {
    match plan {
        LogicalPlan::Join { .. } => "joined",
        LogicalPlan::Aggregate { .. } => "grouped",
        other => match other.inputs()[..] {
            [input] => last_step(input),
            _ => "written",
        },
    }
}

/// What a run's batches leave behind: rows of the system tables, and totals.
struct Record {
    recorder: Recorder,
    database: CheckDatabase,
    totals: SinkTotals,
    /// Records read, per source.
    read: Vec<u64>,
    batches: u64,
    state_rows: u64,
}

impl Witness for Record {
    fn committed(&mut self, batch: Committed) -> Result<(), RunError> {
        let report = batch.report;
        self.batches += 1;
        self.totals.rows += report.sink.rows;
        self.totals.objects += report.sink.objects;
        self.totals.bytes += report.sink.bytes;
        for (read, records) in self.read.iter_mut().zip(&report.progress.input_records) {
            *read += records;
        }
        self.state_rows = report.progress.state.iter().map(|(_, state)| state.rows_total).sum();
        self.database.append(self.recorder.batch(&report))?;
        Ok(())
    }
}

impl Record {
    fn new(scenario: &Scenario) -> Self {
        let job = &scenario.file.job;
        Self {
            // Opens in the background, so it is begun first.
            database: CheckDatabase::open(),
            recorder: Recorder::new(source_streams(scenario)),
            totals: SinkTotals {
                by: last_step(&scenario.pipeline.plan),
                table: format!("{}.{}", job.database.value, job.sink.table.value),
                ..Default::default()
            },
            read: vec![0; scenario.pipeline.sources.len()],
            batches: 0,
            state_rows: 0,
        }
    }

    fn report(&mut self, scenario: &Scenario, world: &World<'_>) -> Result<RunReport, RunError> {
        let file = &scenario.file;
        let query = world.query().expect("a run that has ended has a query");
        self.database.append(vec![self.recorder.state(&query.kept_rows())])?;
        self.database.attach_catalog(&world.services, &file.job.database.value)?;
        let checks = file.checks.iter().map(|c| check::run(&self.database, c, &file.source)).collect();
        Ok(RunReport {
            schema: SCHEMA,
            scenario: file.scenario.value.clone(),
            engine: file.engine.name(),
            seed: file.seed,
            streams: self.streams(scenario, world),
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
            watermark: query.watermark().to_string(),
            state_rows: self.state_rows,
            virtual_seconds: world.elapsed_millis() / 1000,
            checks,
        })
    }

    fn streams(&self, scenario: &Scenario, world: &World<'_>) -> Vec<StreamReport> {
        let sent = world.producer.reports();
        let read = source_streams(scenario);
        let report = |name: &str| {
            let mut report = sent.get(name).cloned().unwrap_or_default();
            report.stream = name.to_owned();
            let of_stream = read.iter().zip(&self.read).filter(|(stream, _)| *stream == name);
            report.read = of_stream.map(|(_, records)| records).sum();
            report
        };
        scenario.file.resources.streams.names().map(report).collect()
    }
}

//! One run of a scenario: a [`World`] that is let run, everything recorded, then the checks.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use wavetank_emulator::{Emulator, Storage};
use wavetank_engine::plan::LogicalPlan;
use wavetank_engine::watermark::Watermark;

use crate::check::{self, CheckDatabase};
use crate::chronicle::Chronicle;
use crate::faults::Process;
use crate::file::JobKind;
use crate::generate::leading_events;
use crate::keep::keep;
use crate::line_check;
use crate::recorder::{ReadFrom, RecordedJob, Recorder, reasons};
use crate::report::{JobReport, LineFailure, LineReport, LostRows, RunReport, SCHEMA, StreamReport};
use crate::scenario::{Plan, Scenario};
use crate::story::Teller;
use crate::world::{Committed, StreamingRun, Witness, World, WorldOptions, source_streams};

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
    Runner::default().run(scenario, options, observer)
}

/// Runs scenarios one after the other. To open an emulator takes as long as a small run, so one that lives in memory
/// is emptied and used again.
#[derive(Default)]
pub struct Runner {
    spare: Option<Arc<Emulator>>,
}

impl Runner {
    /// Runs a scenario from its first trigger until nothing is left to do.
    pub fn run(
        &mut self,
        scenario: &Scenario,
        options: RunOptions,
        observer: &mut dyn Observer,
    ) -> Result<RunReport, RunError> {
        let reseeded = options.seed.map(|seed| scenario.with_seed(Some(seed)));
        let scenario = reseeded.as_ref().unwrap_or(scenario);
        let mut record = Record::new(scenario, options.keep);
        let mut settings = record.world_options(scenario, &options);
        let in_memory = settings.storage == Storage::Memory;
        settings.spare = self.spare.take().filter(|_| in_memory);
        let mut world = World::new(scenario, settings, [])?;
        if record.database.is_some() {
            world.faults.trace();
        }
        world.run(&mut record, observer)?;
        let report = record.report(scenario, &mut world)?;
        if let (true, Some(database)) = (options.keep, &record.database) {
            let kept = keep(&options.folder, &scenario.file, &world.services, database, &report);
            kept.map_err(|source| RunError::Keep { folder: options.folder.clone(), source })?;
        }
        if in_memory {
            let emulator = Arc::clone(&world.services.emulator);
            self.spare = emulator.clear().is_ok().then_some(emulator);
        }
        Ok(report)
    }
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

/// What a run's batches leave behind: rows of the system tables, totals, and all of it where a timeline asks.
struct Record {
    recorder: Recorder,
    /// Only where something is going to be asked of it: it takes longer to open than a small run.
    database: Option<CheckDatabase>,
    chronicle: Option<Chronicle>,
    jobs: BTreeMap<Process, JobReport>,
    /// Records read, per job and source.
    read: BTreeMap<Process, Vec<u64>>,
    streams: BTreeMap<Process, Vec<String>>,
    /// Batches since the last instant.
    fresh: Vec<Committed>,
}

impl Witness for Record {
    fn committed(&mut self, batch: Committed) -> Result<(), RunError> {
        let (progress, sink) = (&batch.report.progress, &batch.report.sink);
        let job = self.jobs.entry(batch.job).or_default();
        job.batches += 1;
        job.rows += sink.rows;
        job.objects += sink.objects;
        job.bytes += sink.bytes;
        job.state_rows = progress.state.iter().map(|(_, state)| state.rows_total).sum();
        let read = self.read.entry(batch.job).or_insert_with(|| vec![0; progress.input_records.len()]);
        for (read, records) in read.iter_mut().zip(&progress.input_records) {
            *read += records;
        }
        self.recorder.count(&batch);
        self.fresh.push(batch);
        Ok(())
    }

    fn instant(&mut self, world: &mut World<'_>) -> Result<(), RunError> {
        self.take_fresh(world)
    }
}

impl Record {
    fn new(scenario: &Scenario, keep: bool) -> Self {
        let file = &scenario.file;
        // Opens in the background, so it is begun first.
        let database = (keep || !file.checks.is_empty()).then(CheckDatabase::open);
        let mut streams = BTreeMap::new();
        let (mut jobs, mut recorded) = (BTreeMap::new(), BTreeMap::new());
        for (process, (job, plan)) in file.jobs.iter().zip(&scenario.plans).enumerate() {
            let (JobKind::Streaming(streaming), Plan::Streaming(pipeline)) = (&job.kind, plan) else {
                continue;
            };
            let read = source_streams(file, job, pipeline);
            let table = format!("{}.{}", job.database.value, streaming.sink.table.value);
            let (name, by) = (job.name.value.clone(), last_step(&pipeline.plan));
            jobs.insert(process, JobReport { job: name.clone(), by, table, ..Default::default() });
            recorded.insert(process, RecordedJob { name, streams: read.clone() });
            streams.insert(process, read);
        }
        let chronicle = (!file.timeline.lines.is_empty()).then(Chronicle::default);
        let recorder = Recorder::new(recorded);
        Self { recorder, database, chronicle, jobs, read: BTreeMap::new(), streams, fresh: Vec::new() }
    }

    fn world_options(&self, scenario: &Scenario, options: &RunOptions) -> WorldOptions {
        let directory = options.folder.join("emulator");
        let small = leading_events(&scenario.file, options.events) <= EVENTS_IN_MEMORY;
        let storage = match (options.keep, small, &self.database) {
            (true, _, _) => Storage::Directory(directory),
            (false, false, _) => Storage::Scratch(directory),
            // Nobody is going to read its objects from files.
            (false, true, None) => Storage::Memory,
            (false, true, Some(_)) => Storage::SmallScratch(directory),
        };
        let parallelism = options.parallelism;
        let trace = self.chronicle.is_some() || options.keep;
        WorldOptions {
            events: options.events,
            storage,
            spare: None,
            parallelism,
            follow_advice: false,
            trace,
        }
    }

    /// Writes down what has happened since the last instant.
    fn take_fresh(&mut self, world: &World<'_>) -> Result<(), RunError> {
        let file = &world.scenario().file;
        for batch in std::mem::take(&mut self.fresh) {
            if let Some(database) = &mut self.database {
                database.append(self.recorder.batch(&batch, file, &world.producer))?;
            }
            if let Some(chronicle) = &mut self.chronicle {
                chronicle.add(batch);
            }
        }
        let calls = world.faults.take_trace();
        match &mut self.database {
            Some(database) if !calls.is_empty() => {
                Ok(database.append(vec![self.recorder.api_calls(&calls)])?)
            }
            _ => Ok(()),
        }
    }

    fn report(&mut self, scenario: &Scenario, world: &mut World<'_>) -> Result<RunReport, RunError> {
        self.take_fresh(world)?;
        for job in &world.jobs {
            self.end_of_job(job, world)?;
        }
        let file = &scenario.file;
        let mut checks = Vec::new();
        if let Some(database) = &mut self.database {
            database.attach_catalog(&world.services, default_database(scenario))?;
            checks.extend(file.checks.iter().map(|c| check::run(database, c, &file.source)));
        }
        Ok(RunReport {
            schema: SCHEMA,
            scenario: file.scenario.value.clone(),
            engine: file.engine.name(),
            seed: file.seed,
            streams: self.sent(world),
            jobs: self.jobs.values().cloned().collect(),
            lost: self.lost(),
            records_rejected: self.recorder.rejected(),
            virtual_seconds: world.elapsed_millis() / 1000,
            timeline: self.timeline(scenario, world),
            checks,
        })
    }

    /// Writes down what a job leaves behind.
    fn end_of_job(&mut self, job: &StreamingRun<'_>, world: &World<'_>) -> Result<(), RunError> {
        let Some(query) = job.query() else { return Ok(()) };
        let kept = query.kept_rows();
        if let Some(report) = self.jobs.get_mut(&job.process) {
            let watermark = query.watermark();
            report.watermark = (watermark != Watermark::ZERO).then(|| watermark.to_string());
        }
        if let Some(database) = &mut self.database {
            database.append(vec![self.recorder.state(job.process, &kept)])?;
            for source in 0..job.streams().len() as u8 {
                let from = ReadFrom {
                    latest_from_millis: job.latest_from_millis(),
                    trim_horizon_millis: world.trim_horizon_millis(),
                };
                let file = &world.scenario().file;
                let rows = self.recorder.unread(job.process, source, from, file, &world.producer);
                database.append(rows)?;
            }
        }
        if let Some(chronicle) = &mut self.chronicle {
            chronicle.end(job.process, kept);
        }
        Ok(())
    }

    fn lost(&self) -> Vec<LostRows> {
        let of = |reason: &'static str| self.recorder.lost().filter(move |(_, r, _)| *r == reason);
        let row = |(stream, reason, rows): (&str, &'static str, u64)| LostRows {
            stream: stream.to_owned(),
            reason,
            rows,
        };
        reasons().flat_map(of).map(row).collect()
    }

    /// What was sent, with what was read of it.
    fn sent(&self, world: &World<'_>) -> Vec<StreamReport> {
        let mut reports = world.producer.reports();
        for report in &mut reports {
            let of_stream = |job: &Process| {
                let pairs = self.streams[job].iter().zip(self.read.get(job).into_iter().flatten());
                pairs.filter(|(stream, _)| **stream == report.stream).map(|(_, read)| read).sum::<u64>()
            };
            report.read = self.streams.keys().map(of_stream).sum();
        }
        reports.retain(|report| report.sent > 0 || report.read > 0);
        reports
    }

    fn timeline(&self, scenario: &Scenario, world: &World<'_>) -> Vec<LineReport> {
        let Some(chronicle) = &self.chronicle else { return Vec::new() };
        let file = &scenario.file;
        let (producer, streams) = (&world.producer, &self.streams);
        let teller = Teller { file, producer, chronicle, streams };
        let jobs: Vec<(Process, &str)> =
            world.jobs.iter().map(|job| (job.process, job.job.name.value.as_str())).collect();
        let outcomes = world.lines.iter().filter(|o| !file.timeline.lines[o.line].expect.is_empty());
        let report = |outcome: &crate::world::LineOutcome| {
            let line = &file.timeline.lines[outcome.line];
            let failures = line_check::judge(&teller, outcome, &jobs).into_iter().map(LineFailure::from);
            LineReport {
                file: file.source.name.clone(),
                line: line.number,
                text: file.line_text(line).to_owned(),
                failures: failures.collect(),
            }
        };
        outcomes.map(report).collect()
    }
}

/// The database that plain names mean in a check: the first job's, or the first there is.
fn default_database(scenario: &Scenario) -> &str {
    let file = &scenario.file;
    let of_job = file.jobs.first().map(|job| job.database.value.as_str());
    of_job.or_else(|| file.resources.databases.names().next()).unwrap_or("default")
}

//! What a run's batches leave behind: rows of the system tables, totals, the chronicle where a timeline asks for it,
//! and the verdicts.

use std::collections::BTreeMap;

use wavetank_emulator::Storage;
use wavetank_engine::plan::LogicalPlan;
use wavetank_engine::watermark::Watermark;

use super::exactly_once::Shadow;
use super::{LiveProgress, RunOptions};
use crate::check::{CheckDatabase, Judge, Recomputation, SnapshotMode, Snapshots, TableHolds};
use crate::chronicle::Chronicle;
use crate::faults::Process;
use crate::file::{Check, Invariant, JobKind, Mode, Question, ScenarioFile};
use crate::generate::leading_events;
use crate::line_check;
use crate::recorder::{ReadFrom, RecordedJob, Recorder, reasons};
use crate::report::{
    CheckResult, JobReport, LineFailure, LineReport, LostRows, RunReport, SCHEMA, StreamReport, Verdict,
};
use crate::scenario::{Plan, Scenario};
use crate::story::Teller;
use crate::world::{
    Committed, LineOutcome, RunError, StreamingRun, Witness, World, WorldOptions, query_options,
    source_streams,
};

/// Up to this many events a run that keeps nothing has its emulator in memory.
const EVENTS_IN_MEMORY: u64 = 50_000;

/// What a run leaves behind, while it runs.
pub(super) struct Record<'s> {
    scenario: &'s Scenario,
    recorder: Recorder,
    /// Only where something is going to be asked of it: it takes longer to open than a small run.
    database: Option<CheckDatabase>,
    chronicle: Option<Chronicle>,
    /// The table of each streaming job as it should be, where a check asks.
    shadows: BTreeMap<Process, Shadow>,
    /// The batch query of each streaming job, where a check asks.
    recomputations: BTreeMap<Process, Recomputation>,
    jobs: BTreeMap<Process, JobReport>,
    /// Records read, per job and source.
    read: BTreeMap<Process, Vec<u64>>,
    streams: BTreeMap<Process, Vec<String>>,
    /// Batches since the last instant.
    fresh: Vec<Committed>,
    /// Verdicts of checks that were asked already, by their place in the file.
    judged: BTreeMap<usize, CheckResult>,
    snapshots: Snapshots,
    mode: SnapshotMode,
    events_recorded: usize,
}

impl Witness for Record<'_> {
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
        self.take_fresh(world)?;
        let now = world.services.clock.now_millis();
        let file = &self.scenario.file;
        let due = |check: &Check| {
            let at = check.at.as_ref().map(|at| at.value.micros(file.clock.start.value).div_euclid(1000));
            at.is_some_and(|at| at <= now)
        };
        let checks = file.checks.iter().enumerate();
        let due: Vec<usize> = checks
            .filter(|(place, check)| !self.judged.contains_key(place) && due(check))
            .map(|(place, _)| place)
            .collect();
        self.judge(&due, world)
    }
}

impl<'s> Record<'s> {
    /// Nothing yet; in a database that is empty, if there is one.
    pub fn new(scenario: &'s Scenario, options: &RunOptions, database: Option<CheckDatabase>) -> Self {
        let file = &scenario.file;
        // Opens in the background, so it is begun first.
        let asks = options.keep || !file.checks.is_empty();
        let database = asks.then(|| database.unwrap_or_else(CheckDatabase::open));
        let mut streams = BTreeMap::new();
        let (mut jobs, mut recorded) = (BTreeMap::new(), BTreeMap::new());
        let mut recomputations = BTreeMap::new();
        for (process, (job, plan)) in file.jobs.iter().zip(&scenario.plans).enumerate() {
            let name = job.name.value.clone();
            let mut report = JobReport { job: name.clone(), by: "written", ..Default::default() };
            if let (JobKind::Streaming(streaming), Plan::Streaming(pipeline)) = (&job.kind, plan) {
                let read = source_streams(file, job, pipeline);
                report.by = last_step(&pipeline.plan);
                report.table = format!("{}.{}", job.database.value, streaming.sink.table.value);
                if asks_for(file, &Invariant::SameAsBatch) {
                    let holds = match streaming.sink.mode.as_ref().map(|mode| mode.value) {
                        Some(Mode::Complete) => TableHolds::Latest,
                        _ => TableHolds::EveryBatch,
                    };
                    let options = query_options(streaming, 1, false);
                    recomputations.insert(process, Recomputation::new(pipeline, &options, holds));
                }
                recorded.insert(process, RecordedJob { name, streams: read.clone() });
                streams.insert(process, read);
            }
            jobs.insert(process, report);
        }
        Self {
            scenario,
            recorder: Recorder::new(recorded),
            database,
            chronicle: (!file.timeline.lines.is_empty()).then(Chronicle::default),
            shadows: BTreeMap::new(),
            recomputations,
            jobs,
            read: BTreeMap::new(),
            streams,
            fresh: Vec::new(),
            judged: BTreeMap::new(),
            snapshots: scenario.snapshots.clone(),
            mode: options.snapshots,
            events_recorded: 0,
        }
    }

    /// What was done so far.
    pub fn progress(&self) -> LiveProgress {
        LiveProgress {
            batches: self.jobs.values().map(|job| job.batches).sum(),
            read: self.read.values().flatten().sum(),
            rows: self.jobs.values().map(|job| job.rows).sum(),
        }
    }

    /// Whether somebody wants to know of every call.
    pub fn wants_calls(&self, options: &RunOptions) -> bool {
        options.keep || self.scenario.file.checks_mention("api_calls")
    }

    /// The database of the checks, if there is one.
    pub fn database(&self) -> Option<&CheckDatabase> {
        self.database.as_ref()
    }

    /// The database of the checks, which is needed no more.
    pub fn into_database(self) -> Option<CheckDatabase> {
        self.database
    }

    /// What the run needs of its world.
    pub fn world_options(&self, options: &RunOptions) -> WorldOptions {
        let file = &self.scenario.file;
        let directory = options.folder.join("emulator");
        let small = leading_events(file, options.events) <= EVENTS_IN_MEMORY;
        let storage = match (options.keep, small, &self.database) {
            (true, _, _) => Storage::Directory(directory),
            (false, false, _) => Storage::Scratch(directory),
            // Nobody is going to read its objects from files.
            (false, true, None) => Storage::Memory,
            (false, true, Some(_)) => Storage::SmallScratch(directory),
        };
        WorldOptions {
            events: options.events,
            storage,
            spare: None,
            parallelism: options.parallelism,
            follow_advice: false,
            trace: self.chronicle.is_some()
                || options.keep
                || asks_for(file, &Invariant::NoUnexplainedLoss)
                || file.checks_mention("lineage"),
            remember_rows: asks_for(file, &Invariant::ExactlyOnce),
            live_from: None,
            streams: None,
        }
    }

    /// Writes down what has happened since the last instant.
    fn take_fresh(&mut self, world: &World<'_>) -> Result<(), RunError> {
        let file = &self.scenario.file;
        for batch in std::mem::take(&mut self.fresh) {
            self.shadow(&batch, world)?;
            if let Some(recomputation) = self.recomputations.get_mut(&batch.job) {
                recomputation.take(&batch.report)?;
            }
            if let Some(database) = &mut self.database {
                database.append(self.recorder.batch(&batch, file, &world.producer))?;
            }
            if let Some(chronicle) = &mut self.chronicle {
                chronicle.add(batch);
            }
        }
        let calls = world.faults.take_trace();
        let Some(database) = &mut self.database else { return Ok(()) };
        if !calls.is_empty() {
            database.append(vec![self.recorder.api_calls(&calls)])?;
        }
        let events = &world.events[self.events_recorded..];
        if !events.is_empty() {
            database.append(vec![Recorder::events(events)])?;
            self.events_recorded = world.events.len();
        }
        Ok(())
    }

    /// Writes what a sink was given for a batch a second time.
    fn shadow(&mut self, batch: &Committed, world: &World<'_>) -> Result<(), RunError> {
        if !asks_for(&self.scenario.file, &Invariant::ExactlyOnce) {
            return Ok(());
        }
        let Some(job) = world.jobs.iter().find(|job| job.process == batch.job) else { return Ok(()) };
        let shadow = match self.shadows.remove(&batch.job) {
            Some(shadow) => shadow,
            None => Shadow::new(job)?,
        };
        let shadow = self.shadows.entry(batch.job).or_insert(shadow);
        let id = batch.report.progress.batch;
        Ok(shadow.write(id, &job.take_given(id))?)
    }

    /// Asks some of the checks now.
    fn judge(&mut self, checks: &[usize], world: &World<'_>) -> Result<(), RunError> {
        let (Some(database), false) = (&mut self.database, checks.is_empty()) else { return Ok(()) };
        let file = &self.scenario.file;
        let named = |table: &str| {
            let asked = checks.iter().map(|place| &file.checks[*place].question);
            let table = table.to_lowercase();
            let sinks = world.jobs.iter().map(|job| job.streaming().sink.table.value.to_lowercase());
            let law = asks_for(file, &Invariant::SameAsBatch) && sinks.into_iter().any(|sink| sink == table);
            law || asked.filter_map(Question::sql).any(|sql| sql.to_lowercase().contains(&table))
        };
        database.attach_catalog(&world.services, default_database(file), &named)?;
        let shadows = &mut self.shadows;
        let mut exactly_once = |_: &CheckDatabase| {
            let verdicts = shadows.values_mut().map(|shadow| shadow.judge(&world.services));
            verdicts.into_iter().find(|verdict| *verdict != Verdict::Passed).unwrap_or(Verdict::Passed)
        };
        let recomputations = &self.recomputations;
        let mut same_as_batch = |database: &CheckDatabase| {
            let verdicts = world.jobs.iter().filter_map(|job| {
                let recomputation = recomputations.get(&job.process)?;
                let sink = &job.streaming().sink;
                let folders: Vec<String> =
                    sink.partition_by.iter().map(|column| column.value.clone()).collect();
                let table = format!("\"{}\".\"{}\"", job.job.database.value.to_lowercase(), sink.table.value);
                Some(recomputation.judge(database, &table, &folders))
            });
            verdicts.into_iter().find(|verdict| *verdict != Verdict::Passed).unwrap_or(Verdict::Passed)
        };
        let mut judge = Judge {
            database,
            source: &file.source,
            snapshots: &mut self.snapshots,
            mode: self.mode,
            exactly_once: Some(&mut exactly_once),
            same_as_batch: Some(&mut same_as_batch),
        };
        for place in checks {
            self.judged.insert(*place, judge.judge(&file.checks[*place]));
        }
        Ok(())
    }

    /// Ends the run: what is in state, the checks that are left, and the summary.
    pub fn report(&mut self, world: &mut World<'_>) -> Result<RunReport, RunError> {
        self.take_fresh(world)?;
        for job in &world.jobs {
            self.end_of_job(job, world)?;
        }
        for batch in &world.batch_jobs {
            let Some(report) = self.jobs.get_mut(&batch.process) else { continue };
            let totals = batch.totals;
            (report.runs, report.failed) = (totals.runs, totals.failed);
            (report.rows, report.objects, report.bytes) = (totals.rows, totals.objects, totals.bytes);
        }
        let file = &self.scenario.file;
        let left: Vec<usize> =
            (0..file.checks.len()).filter(|place| !self.judged.contains_key(place)).collect();
        self.judge(&left, world)?;
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
            timeline: self.timeline(world),
            checks: self.judged.values().cloned().collect(),
            snapshots: self.snapshots_now(),
        })
    }

    /// The snapshots as the run leaves them, if it was to record them.
    fn snapshots_now(&mut self) -> Option<String> {
        (self.mode == SnapshotMode::Update).then(|| {
            let names = self.scenario.file.checks.iter().map(|check| check.name.value.as_str());
            self.snapshots.remove_unused(names);
            self.snapshots.to_text()
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
                let file = &self.scenario.file;
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

    fn timeline(&self, world: &World<'_>) -> Vec<LineReport> {
        let Some(chronicle) = &self.chronicle else { return Vec::new() };
        let file = &self.scenario.file;
        let (producer, streams) = (&world.producer, &self.streams);
        let teller = Teller { file, producer, chronicle, streams };
        let jobs: Vec<(Process, &str)> =
            world.jobs.iter().map(|job| (job.process, job.job.name.value.as_str())).collect();
        let outcomes = world.lines.iter().filter(|o| !file.timeline.lines[o.line].expect.is_empty());
        let report = |outcome: &LineOutcome| {
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

/// Whether some check is this law.
fn asks_for(file: &ScenarioFile, law: &Invariant) -> bool {
    let asked = |check: &Check| matches!(&check.question, Question::Invariant(asked) if asked.value == *law);
    file.checks.iter().any(asked)
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

/// The database that plain names mean in a check: the first job's, or the first there is.
fn default_database(file: &ScenarioFile) -> &str {
    let of_job = file.jobs.first().map(|job| job.database.value.as_str());
    of_job.or_else(|| file.resources.databases.names().next()).unwrap_or("default")
}

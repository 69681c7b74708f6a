//! One batch job: run from beginning to end each time that the clock, a new object or somebody starts it.
//!
//! A run that fails is an event on the bus that the job names, as a workflow around a Glue job would publish it.

use std::collections::BTreeMap;

use wavetank_emulator::ApiError;
use wavetank_emulator::s3::{
    ObjectEvent, ObjectEventsWait, TakeObjectEvents, WatchObjects, WatchObjectsRequest,
};
use wavetank_engine::batch_job::{BatchJob as Program, BatchJobReport, BatchPorts, RunId};
use wavetank_engine::error::EngineError;
use wavetank_engine::session::Session;
use wavetank_engine::sql::plan_batch;

use super::RunError;
use crate::adapters::{GlueCatalog, GlueTables, Lake, Services};
use crate::faults::{Faults, Faulty, Process};
use crate::file::{BatchJob, Entries, Job, Parameter, ScenarioFile, Start, UtcTime};

/// A batch job while the scenario runs.
pub struct BatchRun<'a> {
    /// Its place among the scenario's jobs.
    pub process: Process,
    /// The job itself.
    pub job: &'a Job,
    batch: &'a BatchJob,
    text: &'a str,
    file: &'a ScenarioFile,
    services: Services,
    faults: Faults,
    tables: GlueTables,
    /// Planned once, where no run differs from another but in what it reads.
    planned: Option<Program>,
    /// The table that new objects belong to: `database.table`.
    created_in: Option<String>,
    /// Whose object events start it.
    watches: Option<String>,
    /// Whether the events that start it are put with those of the buses.
    records_events: bool,
    next_start: Option<UtcTime>,
    /// Runs that went well, and what they wrote.
    pub totals: BatchTotals,
}

/// What a batch job has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BatchTotals {
    /// Runs that went well.
    pub runs: u64,
    /// Runs that failed.
    pub failed: u64,
    /// Rows read.
    pub rows_read: u64,
    /// Rows written.
    pub rows: u64,
    /// Objects written.
    pub objects: u64,
    /// Bytes written.
    pub bytes: u64,
}

/// An event on a bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BusEvent {
    /// When, in milliseconds.
    pub millis: i64,
    /// Name of the bus.
    pub bus: String,
    /// Who published it.
    pub source: String,
    /// What kind of event it is.
    pub detail_type: String,
    /// A JSON object.
    pub detail: String,
}

/// The detail of an event about a run that has failed, under the keys of Glue's own event.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct FailedRun<'a> {
    job_name: &'a str,
    job_run_id: &'a str,
    state: &'a str,
    message: String,
}

impl<'a> BatchRun<'a> {
    pub(super) fn new(
        (process, job, batch, text): (Process, &'a Job, &'a BatchJob, &'a str),
        file: &'a ScenarioFile,
        services: &Services,
        faults: &Faults,
    ) -> Self {
        let start = file.clock.start.value;
        let next_start = match &batch.start {
            // A job that is due when the clock starts, starts.
            Start::Schedule(schedule) => schedule.next(UtcTime(start.0 - 1), start),
            Start::ObjectCreated(_) | Start::ByHand => None,
        };
        Self {
            process,
            job,
            batch,
            text,
            file,
            services: services.clone(),
            faults: faults.of(process),
            tables: GlueTables::new(services.clone(), job.database.value.clone()),
            planned: None,
            created_in: created_in(batch, file),
            watches: None,
            records_events: false,
            next_start,
            totals: BatchTotals::default(),
        }
    }

    /// Has S3 tell of the objects that start it, from now on.
    pub(super) fn watch(&mut self, records_events: bool) -> Result<(), ApiError> {
        self.records_events = records_events;
        let Start::ObjectCreated(on) = &self.batch.start else { return Ok(()) };
        let request = WatchObjectsRequest {
            bucket: on.created.value.bucket().to_owned(),
            prefix: on.created.value.prefix().to_owned(),
            suffix: on.suffix.clone(),
            function: self.job.name.value.clone(),
        };
        self.watches = Some(self.services.call::<WatchObjects>(request)?);
        Ok(())
    }

    /// When the clock starts it next, up to the end of the scenario.
    pub(super) fn next_start(&self) -> Option<i64> {
        let end = self.file.traffic_end();
        self.next_start.filter(|start| *start <= end).map(|start| start.0.div_euclid(1000))
    }

    /// Runs it for every start that is due.
    pub(super) fn run_due(&mut self, at: i64, events: &mut Vec<BusEvent>) -> Result<(), RunError> {
        let Start::Schedule(schedule) = &self.batch.start else { return Ok(()) };
        while self.next_start().is_some_and(|start| start <= at) {
            let Some(start) = self.next_start else { break };
            self.next_start = schedule.next(start, self.file.clock.start.value);
            self.run_planned_anew(start, &Entries::default(), events)?;
        }
        Ok(())
    }

    /// Runs it once with other parameters.
    pub(super) fn run_by_hand(
        &mut self,
        parameters: &Entries<String>,
        events: &mut Vec<BusEvent>,
    ) -> Result<(), RunError> {
        let now = UtcTime(self.services.clock.now_millis() * 1000);
        self.run_planned_anew(now, parameters, events)
    }

    /// Runs it once for each new object that it was told of; `true` when there was one.
    pub(super) fn run_created(&mut self, events: &mut Vec<BusEvent>) -> Result<bool, RunError> {
        let Some(target) = self.watches.clone() else { return Ok(false) };
        let refused = |source| RunError::Refused { doing: "taking S3's events".into(), source };
        if !self.services.call::<ObjectEventsWait>(target.clone()).map_err(refused)? {
            return Ok(false);
        }
        let told = self.services.call::<TakeObjectEvents>(target).map_err(refused)?;
        for event in told {
            let Some((name, bucket, key)) = event.object() else { continue };
            if self.records_events {
                events.push(self.told(event, name));
            }
            let Some(table) = self.created_in.clone() else { continue };
            self.tables.only.insert(table, vec![format!("s3://{bucket}/{key}")]);
            let id = run_name(&key);
            let outcome = match self.planned.take() {
                Some(mut program) => {
                    let outcome = self.execute(&mut program, &id);
                    self.planned = Some(program);
                    outcome
                }
                None => self
                    .plan(&self.variables(self.file.clock.start.value, &Entries::default()))
                    .and_then(|mut program| {
                        let outcome = self.execute(&mut program, &id);
                        self.planned = Some(program);
                        outcome
                    }),
            };
            self.settle(outcome, &id, events)?;
        }
        Ok(true)
    }

    /// An event of S3 among those of the buses.
    fn told(&self, event: ObjectEvent, name: String) -> BusEvent {
        BusEvent {
            millis: self.services.clock.now_millis(),
            bus: event.target,
            source: "aws:s3".to_owned(),
            detail_type: name,
            detail: event.message,
        }
    }

    fn run_planned_anew(
        &mut self,
        scheduled: UtcTime,
        parameters: &Entries<String>,
        events: &mut Vec<BusEvent>,
    ) -> Result<(), RunError> {
        let number = self.totals.runs + self.totals.failed;
        let id = format!("{}-{number:04}", self.job.name.value);
        let variables = self.variables(scheduled, parameters);
        let outcome = self.plan(&variables).and_then(|mut program| self.execute(&mut program, &id));
        self.settle(outcome, &id, events)
    }

    fn plan(&mut self, variables: &BTreeMap<String, String>) -> Result<Program, EngineError> {
        let program = plan_batch(self.text, variables, &mut self.tables).map_err(|error| {
            EngineError::Refused { message: error.message, help: error.help.unwrap_or_default() }
        })?;
        Program::new(&program, &Session::default())
    }

    fn execute(&mut self, program: &mut Program, id: &str) -> Result<BatchJobReport, EngineError> {
        let faults = &self.faults;
        let mut store = Faulty { inner: Lake(self.services.clone()), port: "lake", faults: faults.clone() };
        let inner = GlueCatalog(self.services.clone());
        let mut catalog = Faulty { inner, port: "catalog", faults: faults.clone() };
        let mut ports = BatchPorts { tables: &mut self.tables, store: &mut store, catalog: &mut catalog };
        program.run(&mut ports, &RunId::new(id)?)
    }

    /// Counts a run; one that failed is told to the bus, or ends the scenario where there is none.
    fn settle(
        &mut self,
        outcome: Result<BatchJobReport, EngineError>,
        id: &str,
        events: &mut Vec<BusEvent>,
    ) -> Result<(), RunError> {
        let error = match outcome {
            Ok(report) => {
                self.totals.runs += 1;
                for statement in &report.statements {
                    self.totals.rows_read += statement.rows_read;
                    self.totals.rows += statement.rows_written;
                    self.totals.objects += statement.objects.len() as u64;
                    self.totals.bytes += statement.bytes;
                }
                return Ok(());
            }
            Err(error) => error,
        };
        self.totals.failed += 1;
        self.faults.restart();
        let Some(bus) = &self.batch.on_failure else { return Err(RunError::Batch(error)) };
        let job_name = self.job.name.value.as_str();
        let detail = FailedRun { job_name, job_run_id: id, state: "FAILED", message: chain(&error) };
        events.push(BusEvent {
            millis: self.services.clock.now_millis(),
            bus: bus.value.clone(),
            source: job_name.to_owned(),
            detail_type: "Glue Job State Change".to_owned(),
            detail: serde_json::to_string(&detail).expect("texts are JSON"),
        });
        Ok(())
    }

    fn variables(&self, scheduled: UtcTime, parameters: &Entries<String>) -> BTreeMap<String, String> {
        variables(self.batch, self.file, scheduled, parameters)
    }
}

/// What `${name}` means in a run that was to start at an instant.
pub(crate) fn variables(
    batch: &BatchJob,
    file: &ScenarioFile,
    scheduled: UtcTime,
    parameters: &Entries<String>,
) -> BTreeMap<String, String> {
    let own = batch.parameters.iter().map(|(name, parameter)| {
        let value = match parameter {
            Parameter::Text(text) => text.clone(),
            Parameter::Time(time) => time.scheduled_time.resolve(file.clock.start.value, scheduled).plain(),
        };
        (name.to_owned(), value)
    });
    let given = parameters.iter().map(|(name, value)| (name.to_owned(), value.clone()));
    own.chain(given).collect()
}

/// The table under whose location a job's new objects are put: `database.table`.
fn created_in(batch: &BatchJob, file: &ScenarioFile) -> Option<String> {
    let Start::ObjectCreated(on) = &batch.start else { return None };
    let path = &on.created.value;
    let tables = file.resources.databases.iter();
    let mut tables =
        tables.flat_map(|(database, tables)| tables.iter().map(move |(name, t)| (database, name, t)));
    let found = tables.find(|(_, _, table)| {
        table.location.as_ref().is_some_and(|location| {
            location.value.bucket() == path.bucket() && path.prefix().starts_with(location.value.prefix())
        })
    });
    found.map(|(database, table, _)| format!("{database}.{table}").to_lowercase())
}

/// The name of a run from the key of the object that started it: `users/join_date=…/4f…9.json` becomes `4f…9`.
fn run_name(key: &str) -> String {
    let file = key.rsplit('/').next().unwrap_or(key);
    let stem = file.split('.').next().unwrap_or(file);
    let allowed = |c: char| if c.is_alphanumeric() || "-_".contains(c) { c } else { '-' };
    stem.chars().map(allowed).collect()
}

/// An error and its causes as one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

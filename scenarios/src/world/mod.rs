//! The world that a scenario runs in: services, producers and jobs, under one virtual clock and under faults.
//!
//! [`World::run`] is the whole of it: first the lines of the timeline, one trigger each; then the clock runs from
//! instant to instant (the next trigger, the next fault), what arrives by then is put, and the queries that are due run
//! a batch. A query whose process dies, or whose batch fails and may be retried, starts again from its checkpoint at
//! once.

mod batch;
mod disturb;
mod streaming;
mod timeline;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use wavetank_emulator::{ApiError, Emulator, Identity, OpenError, Storage};
use wavetank_engine::error::EngineError;
use wavetank_engine::query::BatchReport;

use crate::adapters::{Endpoint, Services};
use crate::check;
use crate::clock::VirtualClock;
use crate::faults::{Faults, Process, Verdict};
use crate::file::JobKind;
use crate::keep::KeepError;
use crate::producer::Producer;
use crate::resources::create_resources;
use crate::scenario::{Plan, Scenario};
use disturb::Disturbances;

pub use batch::{BatchRun, BatchTotals, BusEvent};
pub use streaming::StreamingRun;
pub use timeline::LineOutcome;

pub(crate) use batch::variables;
pub(crate) use streaming::{query_options, sink_target, source_streams};

/// Told after every instant at which something ran how far the run has come.
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
    /// Whose, by its place among the scenario's jobs.
    pub job: Process,
    /// What it did when it ran for the last time.
    pub report: BatchReport,
    /// Whether the query was started again between the batch before and this run.
    pub restarted: bool,
}

/// Told of every batch that was committed, once each and in order, whatever was crashed in between.
pub trait Witness {
    /// One batch.
    fn committed(&mut self, batch: Committed) -> Result<(), RunError>;

    /// An instant at which something ran is over.
    fn instant(&mut self, _world: &mut World<'_>) -> Result<(), RunError> {
        Ok(())
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
    /// A run of a batch job failed, and the scenario has no bus that hears of it.
    #[error("the batch job failed")]
    Batch(#[source] EngineError),
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
#[derive(Clone)]
pub struct WorldOptions {
    /// Instead of the scenario's own number of events.
    pub events: Option<u64>,
    /// Where the emulator keeps what it holds.
    pub storage: Storage,
    /// An emulator that holds nothing, to be used in place of a new one.
    pub spare: Option<Arc<Emulator>>,
    /// Threads that decode a batch's records.
    pub parallelism: usize,
    /// Whether to do what an error about a damaged checkpoint advises, where that is to remove objects.
    pub follow_advice: bool,
    /// Whether queries say what became of every row, not only of those that were lost.
    pub trace: bool,
    /// Whether what sinks are given is kept until [`StreamingRun::take_given`] asks for it.
    pub remember_rows: bool,
    /// Where somebody outside moves time and puts records: when it is now, in milliseconds, instead of the scenario's
    /// start. What the spare emulator has of the scenario's resources is left as it is.
    pub live_from: Option<i64>,
    /// Where the streams are that jobs read, when they are not in the world's own emulator.
    pub streams: Option<Endpoint>,
}

/// Everything that runs under the clock.
pub struct World<'a> {
    /// The services and the clock.
    pub services: Services,
    /// What happens to the queries' calls.
    pub faults: Faults,
    /// What has been put into streams and objects.
    pub producer: Producer,
    /// The streaming jobs, in the order of the file.
    pub jobs: Vec<StreamingRun<'a>>,
    /// The batch jobs, in the order of the file.
    pub batch_jobs: Vec<BatchRun<'a>>,
    /// What was put on event buses.
    pub events: Vec<BusEvent>,
    /// What came of each line of the timeline so far.
    pub lines: Vec<LineOutcome>,
    scenario: &'a Scenario,
    options: WorldOptions,
    disturbances: Disturbances<'a>,
    /// When somebody wants to look, in milliseconds, ascending.
    moments: Vec<i64>,
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
        let start_millis = options.live_from.unwrap_or(file.clock.start.value.0.div_euclid(1000));
        let clock = VirtualClock::at(start_millis);
        let emulator = match &options.spare {
            Some(spare) => Arc::clone(spare),
            None => Arc::new(Emulator::open(options.storage.clone(), Identity::default())?),
        };
        let services = Services { emulator, clock: clock.clone() };
        create_resources(scenario, &services, options.live_from.is_some())?;
        let faults = Faults::new(clock, verdicts);
        let (mut jobs, mut batch_jobs) = (Vec::new(), Vec::new());
        for (process, (job, plan)) in file.jobs.iter().zip(&scenario.plans).enumerate() {
            match (&job.kind, plan) {
                (JobKind::Streaming(streaming), Plan::Streaming(pipeline)) => {
                    let what = (process, job, &**streaming, &**pipeline);
                    jobs.push(StreamingRun::new(what, file, &services, &faults, &options));
                }
                (JobKind::Batch(batch), Plan::Batch(text)) => {
                    let what = (process, job, &**batch, text.as_str());
                    let mut run = BatchRun::new(what, file, &services, &faults);
                    let watched = run.watch(file.checks_mention("events"));
                    watched.map_err(|source| RunError::Refused {
                        doing: "asking for S3's events".into(),
                        source,
                    })?;
                    batch_jobs.push(run);
                }
                _ => unreachable!("a plan is of its job's kind"),
            }
        }
        let mut moments: Vec<i64> = file
            .checks
            .iter()
            .filter_map(|check| check.at.as_ref())
            .map(|at| at.value.micros(file.clock.start.value).div_euclid(1000))
            .collect();
        moments.sort_unstable();
        Ok(Self {
            jobs,
            batch_jobs,
            events: Vec::new(),
            moments,
            faults,
            producer: Producer::new(file, options.events),
            lines: Vec::new(),
            disturbances: Disturbances::of(file),
            services,
            scenario,
            options,
            start_millis,
        })
    }

    /// The scenario.
    pub fn scenario(&self) -> &'a Scenario {
        self.scenario
    }

    /// What arrived in a stream before this has passed its retention period, in milliseconds.
    pub fn trim_horizon_millis(&self) -> i64 {
        const RETENTION_MILLIS: i64 = 24 * 3_600_000;
        self.services.clock.now_millis() - RETENTION_MILLIS
    }

    /// Virtual milliseconds since the start.
    pub fn elapsed_millis(&self) -> i64 {
        self.services.clock.now_millis() - self.start_millis
    }

    /// The timeline, then the clock until everything was sent and read and nothing changes any more.
    pub fn run(&mut self, witness: &mut dyn Witness, observer: &mut dyn Observer) -> Result<(), RunError> {
        self.run_timeline(witness, observer)?;
        let now = self.services.clock.now_millis();
        for job in &mut self.jobs {
            job.next_trigger = job.next_trigger.max(now);
        }
        let file = &self.scenario.file;
        if file.timeline.lines.is_empty() || !file.generate.is_empty() || file.clock.length.is_some() {
            self.run_clock(witness, observer)?;
        }
        if file.clock.drain {
            self.drain(witness)?;
        }
        Ok(())
    }

    /// Lets time come to an instant at which somebody outside wants to know: every job that is due runs, whatever it
    /// ran before, since anybody may have put anything.
    pub fn run_live(&mut self, at: i64, witness: &mut dyn Witness) -> Result<(), RunError> {
        self.services.clock.advance_to(at);
        self.run_batch_jobs(at)?;
        for index in 0..self.jobs.len() {
            self.jobs[index].settled = false;
            self.trigger_if_due(index, at, witness)?;
        }
        self.end_of_instant(witness)
    }

    /// Runs the jobs that objects have started which somebody outside has put.
    pub fn run_told(&mut self, at: i64) -> Result<(), RunError> {
        self.services.clock.advance_to(at);
        self.run_chained_jobs()
    }

    /// When the next job is due, in milliseconds.
    pub fn next_live_millis(&self) -> Option<i64> {
        let triggers = self.jobs.iter().map(|job| job.next_trigger);
        triggers.chain(self.batch_jobs.iter().filter_map(BatchRun::next_start)).min()
    }

    /// The end of input: what waits in state comes out.
    fn drain(&mut self, witness: &mut dyn Witness) -> Result<(), RunError> {
        for index in 0..self.jobs.len() {
            let job = &mut self.jobs[index];
            if !job.down {
                // What an earlier job has let out may be what this one reads.
                job.trigger_until_settled(witness)?;
                while !job.drain(witness)? {}
            }
        }
        self.end_of_instant(witness)
    }

    /// From instant to instant, until there is none at which anything would happen.
    fn run_clock(&mut self, witness: &mut dyn Witness, observer: &mut dyn Observer) -> Result<(), RunError> {
        let length = self.scenario.file.clock.length.map_or(1, |length| (length.micros() / 1000).max(1));
        while let Some(at) = self.next_instant() {
            self.arrive(at)?;
            self.disturb(at)?;
            self.run_batch_jobs(at)?;
            for index in 0..self.jobs.len() {
                self.trigger_if_due(index, at, witness)?;
            }
            self.end_of_instant(witness)?;
            let begun = self.scenario.file.traffic_start().0.div_euclid(1000);
            let share = (at - begun) as f64 / length as f64;
            if observer.trigger(self.producer.sent(), share).is_break() {
                return Err(RunError::Interrupted);
            }
        }
        Ok(())
    }

    /// When something happens next.
    fn next_instant(&mut self) -> Option<i64> {
        let (event, moment) = (self.producer.next_event(), self.next_moment());
        let triggers = self.jobs.iter().filter_map(|job| job.next_instant(event));
        triggers.chain(moment).min()
    }

    /// When the next thing happens that does not wait for a trigger: a fault, the start of a batch job, a look.
    fn next_moment(&mut self) -> Option<i64> {
        let waits_for_objects = !self.batch_jobs.is_empty();
        let event = if waits_for_objects { self.producer.next_event() } else { None };
        let starts = self.batch_jobs.iter().filter_map(BatchRun::next_start);
        starts.chain(self.disturbances.next()).chain(self.moments.first().copied()).chain(event).min()
    }

    /// Runs the batch jobs that an instant or a new object starts.
    fn run_batch_jobs(&mut self, at: i64) -> Result<(), RunError> {
        for job in &mut self.batch_jobs {
            job.run_created(&mut self.events)?;
            job.run_due(at, &mut self.events)?;
        }
        self.run_chained_jobs()
    }

    /// What a job has written may start others. One that starts itself goes on at the next instant.
    fn run_chained_jobs(&mut self) -> Result<(), RunError> {
        for _ in 0..self.batch_jobs.len() {
            let mut ran = false;
            for job in &mut self.batch_jobs {
                ran |= job.run_created(&mut self.events)?;
            }
            if !ran {
                break;
            }
        }
        Ok(())
    }

    fn trigger_if_due(&mut self, index: usize, at: i64, witness: &mut dyn Witness) -> Result<(), RunError> {
        let more_to_come = self.producer.next_event().is_some();
        let job = &mut self.jobs[index];
        if !job.is_due(at, more_to_come) {
            return Ok(());
        }
        let (started, batches) = (self.services.clock.now_millis(), job.batches());
        let settled = job.trigger(witness)?;
        job.next_trigger = job.trigger_interval().next(started);
        if job.batches() > batches {
            // What one job has written may be what another one reads.
            self.jobs.iter_mut().for_each(|job| job.settled = false);
        }
        self.jobs[index].settled = settled;
        Ok(())
    }

    /// Sends what arrives up to an instant.
    fn arrive(&mut self, at: i64) -> Result<(), RunError> {
        let sent_before = self.producer.sent();
        let sent = self.producer.send_until(at, &self.services);
        sent.map_err(|source| RunError::Refused { doing: "putting the scenario's records".into(), source })?;
        if self.producer.sent() > sent_before {
            self.jobs.iter_mut().for_each(|job| job.settled = false);
        }
        Ok(())
    }

    fn end_of_instant(&mut self, witness: &mut dyn Witness) -> Result<(), RunError> {
        self.faults.next_trigger();
        let now = self.services.clock.now_millis();
        self.moments.retain(|moment| *moment > now);
        witness.instant(self)
    }
}

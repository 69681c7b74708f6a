//! `faults:` what goes wrong, and when. A line of a timeline may hold a fault too, written the same way.
//!
//! ```yaml
//! faults:
//!   - { at: 10:20:00, crash: before_commit }
//!   - { every: 7m, kinesis: { throttle: 20%, for: 30s } }
//!   - { at: 10:40:00, reshard: { stream: orders, split: shardId-000000000000 } }
//! ```

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::Entries;
use super::duration::Length;
use super::error::{FileError, Source};
use super::instant::Instant;
use super::share::Share;

/// A fault and when it happens.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultEntry {
    /// When.
    pub when: When,
    /// What.
    pub fault: Spanned<Fault>,
}

/// When a fault happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// Once.
    At(Instant),
    /// Again and again, for the first time one such length after the clock's start.
    Every(Length),
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The process of a job dies, and starts again at once.
    Crash(CrashPoint),
    /// Calls to Kinesis go wrong.
    Kinesis(Trouble),
    /// Calls to S3 go wrong.
    S3(Trouble),
    /// Calls to Glue go wrong.
    Glue(Trouble),
    /// A stream's shards change.
    Reshard(Reshard),
    /// Nothing reaches a stream for a while; then everything does at once.
    Stall(Stall),
    /// A batch job is run by hand.
    Run(RunJob),
    /// Records are generated and put at once, whatever their event times.
    Put(PutFile),
}

/// Where in a batch a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrashPoint {
    /// Between two batches.
    #[default]
    Now,
    /// Before the batch is in the offset log.
    BeforePlan,
    /// The batch is in the offset log, nothing of it has run.
    AfterPlan,
    /// Before the batch's state is saved.
    BeforeState,
    /// Before the sink has anything.
    BeforeSink,
    /// The sink has the first of the batch's objects.
    DuringSink,
    /// The sink has everything, the commit log has nothing.
    BeforeCommit,
    /// The batch is in the commit log.
    AfterCommit,
}

impl CrashPoint {
    /// All of them, in the order of a batch.
    pub const ALL: [CrashPoint; 8] = [
        Self::Now,
        Self::BeforePlan,
        Self::AfterPlan,
        Self::BeforeState,
        Self::BeforeSink,
        Self::DuringSink,
        Self::BeforeCommit,
        Self::AfterCommit,
    ];
}

/// How calls to a service go wrong, and for how long.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trouble {
    /// The share of calls that are refused because there are too many.
    #[serde(default)]
    pub throttle: Share,
    /// The share of calls that fail.
    #[serde(default)]
    pub fail: Share,
    /// How much longer each call takes.
    #[serde(default)]
    pub slow: Length,
    /// Whether every shard iterator is too old.
    #[serde(default)]
    pub expire_iterators: bool,
    /// How long it goes on; when absent until the next trigger is over.
    #[serde(rename = "for")]
    pub length: Option<Length>,
}

/// A change of a stream's shards: either `split` or `merge`.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reshard {
    /// Which stream.
    #[schemars(with = "String")]
    pub stream: Spanned<String>,
    /// The shard that becomes two.
    #[schemars(with = "Option<String>")]
    pub split: Option<Spanned<String>>,
    /// Two neighbours that become one.
    #[schemars(with = "Option<[String; 2]>")]
    pub merge: Option<Spanned<[String; 2]>>,
}

/// A stream that nothing reaches.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stall {
    /// Which stream.
    #[schemars(with = "String")]
    pub stream: Spanned<String>,
    /// For how long.
    #[serde(rename = "for")]
    pub length: Length,
}

/// A run of a batch job that somebody starts.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunJob {
    /// Which job.
    #[schemars(with = "String")]
    pub job: Spanned<String>,
    /// Parameters in place of the job's own.
    #[serde(default)]
    pub parameters: Entries<String>,
}

/// A file that arrives out of turn.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutFile {
    /// Whose rows, by the name under `generate`.
    #[schemars(with = "String")]
    pub of: Spanned<String>,
    /// The event time of every row.
    pub event_time: Instant,
    /// How many rows.
    pub rows: u64,
}

/// One entry as written: when, and one of the faults.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultText {
    /// Once, at this instant.
    #[schemars(with = "Option<Instant>")]
    at: Option<Spanned<Instant>>,
    /// Again and again, for the first time so long after the clock's start.
    #[schemars(with = "Option<Length>")]
    every: Option<Spanned<Length>>,
    /// A job's process dies and starts again.
    #[schemars(with = "Option<CrashPoint>")]
    crash: Option<Spanned<CrashPoint>>,
    /// Calls to Kinesis go wrong.
    #[schemars(with = "Option<Trouble>")]
    kinesis: Option<Spanned<Trouble>>,
    /// Calls to S3 go wrong.
    #[schemars(with = "Option<Trouble>")]
    s3: Option<Spanned<Trouble>>,
    /// Calls to Glue go wrong.
    #[schemars(with = "Option<Trouble>")]
    glue: Option<Spanned<Trouble>>,
    /// A stream's shards change.
    #[schemars(with = "Option<Reshard>")]
    reshard: Option<Spanned<Reshard>>,
    /// Nothing reaches a stream for a while.
    #[schemars(with = "Option<Stall>")]
    stall: Option<Spanned<Stall>>,
    /// A batch job is run by hand.
    #[schemars(with = "Option<RunJob>")]
    run: Option<Spanned<RunJob>>,
    /// A file arrives out of turn.
    #[schemars(with = "Option<PutFile>")]
    put: Option<Spanned<PutFile>>,
}

/// The keys that name a fault.
pub(super) const FAULTS: &[&str] = &["crash", "kinesis", "s3", "glue", "reshard", "stall", "run", "put"];

impl FaultText {
    /// An entry of `faults:`.
    pub(super) fn entry(
        self,
        place: std::ops::Range<usize>,
        source: &Source,
    ) -> Result<FaultEntry, FileError> {
        let when = match (&self.at, &self.every) {
            (Some(at), None) => When::At(at.value),
            (None, Some(every)) => {
                super::above_zero(source, every, "`every`")?;
                When::Every(every.value)
            }
            (Some(_), Some(every)) => {
                let message = "a fault happens `at` an instant or `every` so often, and both are given";
                return Err(source.error_at(every, message).label("leave out this or `at`"));
            }
            (None, None) => {
                let help = "add `at: 10:20:00`, `at: +5m` or `every: 7m`";
                return Err(source.error(place, "this fault does not say when").label("no time").help(help));
            }
        };
        Ok(FaultEntry { when, fault: self.fault(place, source)? })
    }

    /// The fault of a line, which says when by where it stands.
    pub(super) fn of_line(
        self,
        place: std::ops::Range<usize>,
        source: &Source,
    ) -> Result<Spanned<Fault>, FileError> {
        let time = self.at.as_ref().map(|at| source.error_at(at, ""));
        if let Some(at) = time.or_else(|| self.every.as_ref().map(|every| source.error_at(every, ""))) {
            let message = "a fault in the timeline happens where it stands";
            return Err(at.with_message(message).label("leave this out"));
        }
        self.fault(place, source)
    }

    fn fault(self, place: std::ops::Range<usize>, source: &Source) -> Result<Spanned<Fault>, FileError> {
        fn turn<T>(value: Spanned<T>, into: fn(T) -> Fault) -> Spanned<Fault> {
            Spanned::new(into(value.value), value.referenced, value.defined)
        }
        let given = [
            self.crash.map(|v| turn(v, Fault::Crash)),
            self.kinesis.map(|v| turn(v, Fault::Kinesis)),
            self.s3.map(|v| turn(v, Fault::S3)),
            self.glue.map(|v| turn(v, Fault::Glue)),
            self.reshard.map(|v| turn(v, Fault::Reshard)),
            self.stall.map(|v| turn(v, Fault::Stall)),
            self.run.map(|v| turn(v, Fault::Run)),
            self.put.map(|v| turn(v, Fault::Put)),
        ];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(fault), None) => Ok(fault),
            (Some(_), Some(second)) => Err(source
                .error_at(&second, "an entry is one fault, and this is a second")
                .label("second fault")),
            (None, _) => {
                let help = format!("known faults: {}", super::suggest::name_list(FAULTS.iter().copied()));
                Err(source.error(place, "this entry has no fault").label("nothing happens").help(help))
            }
        }
    }
}

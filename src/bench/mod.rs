//! What `wavetank bench` measures: the parts that users wait for, each with the size and shape of its input as a number.
//!
//! A streaming workload ([`streaming`]) is a job like any other: records lie in the emulator's shards, every trigger is
//! one micro-batch from there to committed Parquet with a checkpoint, and nothing is left out. What is not measured is
//! drawing the records ([`data`]) and putting them. Every result carries a digest of the answer ([`answer`]), so that
//! nobody gets faster by changing it.
//!
//! | workload | a unit is | measured |
//! |---|---|---|
//! | `join` | a purchase or a recommendation | the nested join of the library: explode, flatten, join of two streams |
//! | `hourly` | a page hit | windows of one hour |
//! | `dedup` | an order | duplicates dropped, each id remembered |
//! | `kinesis` | a record | put and got, in process and over HTTP |
//! | `s3` | an object | put, got and listed |
//! | `athena` | a row | SQL over Parquet, from StartQueryExecution's text to rows |
//! | `startup` | a process | from nothing to the answer of a small scenario |

pub mod answer;
pub mod athena;
pub mod compare;
pub mod data;
pub mod kinesis;
pub mod memory;
pub mod report;
pub mod s3;
pub mod startup;
pub mod streaming;

use std::ops::ControlFlow;
use std::path::PathBuf;

use report::{Machine, Report};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Workload {
    /// Two streams joined.
    Join,
    /// Windows of one hour.
    Hourly,
    /// Duplicates dropped.
    Dedup,
    /// Kinesis alone.
    Kinesis,
    /// S3 alone.
    S3,
    /// Athena alone.
    Athena,
    /// A whole process.
    Startup,
}

impl Workload {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Workload::Join => "join",
            Workload::Hourly => "hourly",
            Workload::Dedup => "dedup",
            Workload::Kinesis => "kinesis",
            Workload::S3 => "s3",
            Workload::Athena => "athena",
            Workload::Startup => "startup",
        }
    }
}

/// The input of a workload. A workload that has no use for one of these leaves it alone.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Parameters {
    /// Records that are measured, about; of the join those of both streams together.
    pub events: u64,
    /// Share of the records that come much later than others, 0 to 1.
    pub late: f64,
    /// Distinct keys; 0 makes the keys of a join and of a deduplication unique.
    pub keys: u32,
    /// How uneven keys are: the exponent of Zipf's law, 0 is even.
    pub skew: f64,
    /// Rows that the join keeps; `None` is what an hour of event time for all records makes of it. Filling the state is
    /// not measured.
    pub state_rows: Option<u64>,
    /// Records of one micro-batch, about.
    pub batch_events: u64,
    /// Threads.
    pub parallelism: usize,
    /// Of every draw.
    pub seed: u64,
}

impl Default for Parameters {
    /// A million records of which one in a hundred is late, in ten batches, on one thread.
    fn default() -> Self {
        Self {
            events: 1_000_000,
            late: 0.01,
            keys: 0,
            skew: 1.1,
            state_rows: None,
            batch_events: 100_000,
            parallelism: 1,
            seed: 42,
        }
    }
}

/// How a workload is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Its input.
    pub parameters: Parameters,
    /// A folder that is given the input of each batch as JSON lines, and the objects that were written.
    pub keep: Option<PathBuf>,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The observer asked for an end.
    #[error("interrupted")]
    Interrupted,
    /// A part of the system failed: that is a bug, or the machine is too small.
    #[error("{doing} failed")]
    Failed {
        /// What was done, in words.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl BenchError {
    /// For `map_err`: what failed.
    pub(crate) fn failed<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        doing: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |source| BenchError::Failed { doing, source: source.into() }
    }
}

/// Told how far a workload has come.
pub trait Observer {
    /// A phase, and how much of it is done, from 0 to 1. A break ends the workload.
    fn progress(&mut self, phase: &'static str, share: f64) -> ControlFlow<()>;
}

impl Observer for () {
    fn progress(&mut self, _: &'static str, _: f64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

pub(crate) fn told(observer: &mut dyn Observer, phase: &'static str, share: f64) -> Result<(), BenchError> {
    match observer.progress(phase, share) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(BenchError::Interrupted),
    }
}

/// Runs a workload.
///
/// # Errors
/// [`BenchError`]; there are no half results.
pub fn run(workload: Workload, options: &Options, observer: &mut dyn Observer) -> Result<Report, BenchError> {
    let results = match workload {
        Workload::Join | Workload::Hourly | Workload::Dedup => streaming::run(workload, options, observer)?,
        Workload::Kinesis => kinesis::run(&options.parameters, observer)?,
        Workload::S3 => s3::run(&options.parameters, observer)?,
        Workload::Athena => athena::run(&options.parameters, observer)?,
        Workload::Startup => startup::run(&options.parameters, observer)?,
    };
    Ok(Report::new(workload, options.parameters.clone(), Machine::this(), results))
}

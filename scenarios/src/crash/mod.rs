//! Crash everywhere: a scenario is run once as it is, and then again for every place at which its process could die,
//! with torn writes, failing and slow calls, and a second crash during recovery on top.
//!
//! After each of these runs the sink's table and the ledger of lost rows must be those of the clean run. Spark itself
//! forgets at a restart what each stream's watermark had reached, so a faithful engine may drop another very late
//! row, or close a window later, than it would have without the restart; then they must be what the slow model
//! ([`crate::model`]) gives for the same batches and restarts, and the report says so.

mod outcome;
mod points;
mod report;

pub use outcome::Outcome;
pub(crate) use outcome::{Batches, Executed, Nobody, table_rows};
pub use points::{Disturbance, Point, points};
pub use report::{CrashFailure, CrashReport, DisturbanceReport, SCHEMA};

use wavetank_engine::error::EngineError;
use wavetank_engine::ports::PortError;
use wavetank_engine::sink::FileTarget;

use crate::adapters::BucketStore;
use crate::faults::{Call, Verdict};
use crate::rng::Rng;
use crate::scenario::Scenario;
use crate::world::{RunError, World, WorldOptions, sink_target};
use wavetank_emulator::Storage;

/// Why a scenario could not be tried.
#[derive(Debug, thiserror::Error)]
pub enum CrashError {
    /// It has no streaming job, or several.
    #[error("only a scenario with exactly one streaming job can be crashed everywhere")]
    NotOneJob,
    /// The run without any fault did not end.
    #[error("the run without any fault could not be finished")]
    Clean(#[source] RunError),
    /// The run without any fault has another result than the model.
    #[error("without any fault the engine and the model differ: {0}")]
    Model(String),
    /// The model cannot run the query.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The sink's rows cannot be shown.
    #[error("the sink's rows cannot be shown")]
    Arrow(#[from] arrow::error::ArrowError),
    /// The sink's objects cannot be fetched.
    #[error("the sink's objects cannot be fetched")]
    Port(#[source] PortError),
}

/// What came of a disturbed run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// The same tables as without the disturbance.
    AsClean,
    /// Other tables, and those that the model gives.
    AsModel,
    /// Something is lost or there twice, or the run did not end.
    Wrong(String),
}

/// A scenario with its clean run and the places to disturb it.
pub struct Crashes<'s> {
    scenario: &'s Scenario,
    events: Option<u64>,
    target: FileTarget,
    clean: Outcome,
    /// Calls of the clean run.
    pub calls: Vec<Call>,
    /// The runs to try, for [`Crashes::judge`].
    pub points: Vec<Point>,
}

impl<'s> Crashes<'s> {
    /// Runs the scenario as it is, holds it against the model, and finds the places.
    pub fn plan(scenario: &'s Scenario, events: Option<u64>) -> Result<Self, CrashError> {
        let Some((job, streaming, _)) = scenario.streaming() else { return Err(CrashError::NotOneJob) };
        let target = sink_target(job, streaming);
        let mut crashes =
            Self { scenario, events, target, clean: Outcome::default(), calls: vec![], points: vec![] };
        let mut batches = Batches::default();
        let mut world = crashes.world(&[]).map_err(CrashError::Clean)?;
        world.faults.trace();
        world.run(&mut batches, &mut ()).map_err(CrashError::Clean)?;
        crashes.calls = world.faults.take_trace();
        crashes.clean = crashes.outcome(&world, &batches)?;
        let modelled = batches.modelled(scenario, &crashes.target)?;
        if let Some(difference) = difference(&modelled, &crashes.clean) {
            return Err(CrashError::Model(difference));
        }
        crashes.points = points(&crashes.calls, &Rng::new(scenario.file.seed).fork("crash everywhere"));
        Ok(crashes)
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        self.scenario
    }

    /// Runs the scenario once more with a disturbance, and judges what it leaves behind.
    pub fn judge(&self, point: &Point) -> Result<Judgement, CrashError> {
        let mut batches = Batches::default();
        let ran = self.world(&point.verdicts).and_then(|mut w| w.run(&mut batches, &mut ()).map(|()| w));
        let world = match ran {
            Ok(world) => world,
            Err(error) => return Ok(Judgement::Wrong(chain(&error))),
        };
        let outcome = self.outcome(&world, &batches)?;
        if outcome == self.clean {
            return Ok(Judgement::AsClean);
        }
        let modelled = batches.modelled(self.scenario, &self.target)?;
        Ok(match difference(&modelled, &outcome) {
            None => Judgement::AsModel,
            Some(difference) => Judgement::Wrong(difference),
        })
    }

    fn world(&self, verdicts: &[(u64, Verdict)]) -> Result<World<'s>, RunError> {
        let options = WorldOptions {
            events: self.events,
            storage: Storage::Memory,
            spare: None,
            parallelism: 1,
            follow_advice: true,
            trace: false,
            remember_rows: false,
            live_from: None,
            streams: None,
        };
        World::new(self.scenario, options, verdicts.iter().copied())
    }

    fn outcome(&self, world: &World<'_>, batches: &Batches) -> Result<Outcome, CrashError> {
        let location = self.target.location.strip_prefix("s3://").unwrap_or(&self.target.location);
        let bucket = location.split('/').next().unwrap_or_default().to_owned();
        batches.outcome(&mut BucketStore { services: world.services.clone(), bucket }, &self.target)
    }
}

/// The first line in which two outcomes differ.
pub(crate) fn difference(expected: &Outcome, actual: &Outcome) -> Option<String> {
    let of = |what: &str, expected: &[String], actual: &[String]| {
        let (missing, extra) = unmatched(expected, actual);
        let some = |lines: &[&String], word: &str| match lines {
            [] => String::new(),
            [first, ..] => format!("; {} {word}, the first `{first}`", lines.len()),
        };
        (!missing.is_empty() || !extra.is_empty()).then(|| {
            format!(
                "{what}: {} expected, {} found{}{}",
                expected.len(),
                actual.len(),
                some(&missing, "missing"),
                some(&extra, "too many")
            )
        })
    };
    of("rows of the table", &expected.rows, &actual.rows)
        .or_else(|| of("lost rows in the ledger", &expected.losses, &actual.losses))
}

/// What is only in one of two sorted lists.
pub(crate) fn unmatched<'l>(
    expected: &'l [String],
    actual: &'l [String],
) -> (Vec<&'l String>, Vec<&'l String>) {
    let (mut missing, mut extra) = (Vec::new(), Vec::new());
    let (mut left, mut right) = (expected.iter().peekable(), actual.iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (Some(l), Some(r)) if l == r => {
                left.next();
                right.next();
            }
            (Some(l), r) if r.is_none_or(|r| l < r) => missing.extend(left.next()),
            (_, Some(_)) => extra.extend(right.next()),
            (_, None) => return (missing, extra),
        }
    }
}

/// An error and its causes as one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_says_what_is_missing_and_what_is_too_many() {
        let outcome = |rows: &[&str]| Outcome {
            rows: rows.iter().map(|row| (*row).to_owned()).collect(),
            losses: vec![],
        };
        assert_eq!(difference(&outcome(&["a", "b", "b"]), &outcome(&["a", "b", "b"])), None);
        assert_eq!(
            difference(&outcome(&["a", "b", "b"]), &outcome(&["b", "c"])).unwrap(),
            "rows of the table: 3 expected, 2 found; 2 missing, the first `a`; 1 too many, the first `c`"
        );
    }
}

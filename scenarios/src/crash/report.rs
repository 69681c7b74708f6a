//! What came of all disturbed runs: a plain value that the command line renders.

use serde::Serialize;

use super::{Crashes, Disturbance, Judgement, Point};

/// Version of the JSON form.
pub const SCHEMA: &str = "wavetank.crash/1";

/// The result of crashing a scenario everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CrashReport {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Title of the scenario.
    pub scenario: String,
    /// What every draw followed from.
    pub seed: u64,
    /// Calls of the engine's ports in the run without any fault.
    pub calls: u64,
    /// Places before and after each of these calls; each is covered by a run.
    pub places: u64,
    /// Per kind of disturbance.
    pub disturbances: Vec<DisturbanceReport>,
    /// Runs that left something wrong behind.
    pub failures: Vec<CrashFailure>,
}

/// Runs of one kind of disturbance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DisturbanceReport {
    /// Its name.
    pub disturbance: &'static str,
    /// How many runs were made.
    pub runs: u64,
    /// Runs that left the tables of the run without any fault.
    pub as_clean: u64,
    /// Runs that left other tables, and those of the model.
    pub as_model: u64,
}

/// A run that left something wrong behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CrashFailure {
    /// What was done.
    pub disturbance: &'static str,
    /// At which call, counted from 0.
    pub call: u64,
    /// What that call was.
    pub at: String,
    /// In which trigger, counted from 0.
    pub trigger: u32,
    /// What is wrong.
    pub problem: String,
}

impl CrashReport {
    /// The report on judged points.
    pub fn new(crashes: &Crashes<'_>, judged: &[(Point, Judgement)]) -> Self {
        let calls = crashes.calls.len() as u64;
        let of = |disturbance: Disturbance| {
            let count = |wanted: &dyn Fn(&Judgement) -> bool| {
                judged.iter().filter(|(p, j)| p.disturbance == disturbance && wanted(j)).count() as u64
            };
            DisturbanceReport {
                disturbance: disturbance.name(),
                runs: count(&|_| true),
                as_clean: count(&|j| *j == Judgement::AsClean),
                as_model: count(&|j| *j == Judgement::AsModel),
            }
        };
        let failure = |(point, judgement): &(Point, Judgement)| match judgement {
            Judgement::Wrong(problem) => Some(CrashFailure {
                disturbance: point.disturbance.name(),
                call: point.call.number,
                at: format!("{} {} {}", point.call.port, point.call.operation, point.call.target),
                trigger: point.call.trigger,
                problem: problem.clone(),
            }),
            _ => None,
        };
        Self {
            schema: SCHEMA,
            scenario: crashes.scenario().file.scenario.value.clone(),
            seed: crashes.scenario().file.seed,
            calls,
            places: calls * 2,
            disturbances: Disturbance::ALL.into_iter().map(of).collect(),
            failures: judged.iter().filter_map(failure).collect(),
        }
    }

    /// Whether every run left behind what it should.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

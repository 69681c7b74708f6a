//! What came of the properties of a scenario: a plain value that the command line renders.

use std::collections::BTreeMap;

use serde::Serialize;

/// Version of the JSON form.
pub const SCHEMA: &str = "wavetank.property/1";

/// The properties of one scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PropertyReport {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// What the scenario was named by.
    pub name: String,
    /// Title of the scenario.
    pub scenario: String,
    /// What every draw followed from.
    pub seed: u64,
    /// What came of each.
    pub properties: Vec<PropertyResult>,
}

/// What came of one property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PropertyResult {
    /// Its name.
    pub name: String,
    /// File and line (from 1) of what it holds.
    pub file: String,
    /// See `file`.
    pub line: usize,
    /// What was varied.
    pub vary: Vec<&'static str>,
    /// What was to hold, in a word.
    pub hold: &'static str,
    /// The number of the first case.
    pub first: u64,
    /// Cases that were tried; those up to the first that failed, if one did.
    pub cases: u64,
    /// Cases that say nothing, since a fault was more than a job gets over.
    pub discarded: u64,
    /// What came of it.
    #[serde(flatten)]
    pub result: Ending,
    /// How often each thing was met, by its name. Empty where a case failed.
    pub met: BTreeMap<&'static str, u64>,
    /// What should have been met and was not.
    pub never_met: Vec<&'static str>,
}

/// What came of a property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum Ending {
    /// No case failed.
    Held,
    /// A case failed.
    Failed(Box<Found>),
    /// The law could not be asked.
    Broken {
        /// Why.
        error: String,
    },
    /// Somebody ended it before all cases were tried; none of those that were has failed.
    Interrupted,
}

/// A case that failed, made small.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Its number.
    pub case: u64,
    /// How it failed, in a sentence.
    pub reason: String,
    /// What there is to show below that.
    pub details: Vec<String>,
    /// The smallest timeline that fails for the same reason.
    pub timeline: Vec<String>,
    /// Threads that it takes.
    pub parallelism: usize,
    /// Lines and records before it was made small.
    pub lines_before: usize,
    /// See `lines_before`.
    pub records_before: usize,
    /// Smaller cases that were tried.
    pub shrinks: usize,
    /// What to type to see it again.
    pub again: String,
    /// The scenario file that fails too, if it was written.
    pub written: Option<String>,
    /// Why no file was written.
    pub not_written: Option<String>,
}

impl PropertyReport {
    /// Whether every property held.
    pub fn passed(&self) -> bool {
        self.properties.iter().all(|property| property.result == Ending::Held)
    }

    /// Whether somebody ended it.
    pub fn interrupted(&self) -> bool {
        self.properties.iter().any(|property| property.result == Ending::Interrupted)
    }
}

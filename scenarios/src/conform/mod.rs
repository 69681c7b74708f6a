//! Conformance: recorded runs of real Spark, replayed here and compared batch by batch.
//!
//! A [`Vector`] is read from its file ([`load`]), its operators become a pipeline (`build`), its steps are run
//! (`execute`), and what came of it is held against the recording (`compare`). The recordings and their
//! format are described in `tests/spark/README.md`.

pub(crate) mod build;
pub(crate) mod compare;
pub(crate) mod execute;
mod load;
pub(crate) mod memory;
mod record;
pub(crate) mod value;
mod vector;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use serde::Serialize;

use build::BuildError;

pub use compare::{Difference, FieldDifference, RowPair, RowsDifference};
pub use load::{LoadError, Recording, load};
pub use record::Record;
pub use vector::{
    Aggregate, Batch, Case, Cause, Config, FORMAT, Failure, Join, Key, Mode, Op, Outcome, Phase, Policy,
    Restart, State, Step, Stream, Vector, Window, WindowKind,
};

/// Version of the JSON form.
pub const SCHEMA: &str = "wavetank.conform/1";

/// How many recordings were replayed, and which differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConformReport {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Recordings that agree.
    pub passed: usize,
    /// Recordings that differ.
    pub failed: usize,
    /// One entry per recording, in the order of their file names.
    pub vectors: Vec<Verdict>,
}

/// What became of one recording.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The recording's name.
    pub id: String,
    /// Where it is.
    pub file: PathBuf,
    /// Where the replay differs first; `None` when it agrees.
    pub difference: Option<Difference>,
}

impl ConformReport {
    /// Whether all recordings agree.
    pub fn passed(&self) -> bool {
        self.failed == 0
    }

    /// The recordings that differ.
    pub fn failures(&self) -> impl Iterator<Item = (&Verdict, &Difference)> {
        self.vectors.iter().filter_map(|v| v.difference.as_ref().map(|difference| (v, difference)))
    }
}

/// Replays recordings, one after the other.
pub fn check(recordings: &[Recording]) -> ConformReport {
    let verdict = |recording: &Recording| Verdict {
        id: recording.vector.id.clone(),
        file: recording.file.clone(),
        difference: difference(&recording.vector),
    };
    let vectors: Vec<Verdict> = recordings.iter().map(verdict).collect();
    let failed = vectors.iter().filter(|v| v.difference.is_some()).count();
    ConformReport { schema: SCHEMA, passed: vectors.len() - failed, failed, vectors }
}

/// Replays one recording; `None` when it agrees. A panic is a difference like any other, so that one recording
/// cannot hide the rest.
pub fn difference(vector: &Vector) -> Option<Difference> {
    // Everything that a replay touches is made by it and gone with it.
    let replayed = catch_unwind(AssertUnwindSafe(|| replay(vector)));
    match replayed.unwrap_or_else(|panic| Err(format!("panicked: {}", panic_text(&*panic)))) {
        Ok(outcome) => compare::compare(&vector.expected, &outcome, vector.config.ordered),
        Err(reason) => Some(Difference::NotRun { reason }),
    }
}

/// Runs a recording's query through its steps.
fn replay(vector: &Vector) -> Result<Outcome, String> {
    match build::build(vector) {
        Ok(pipeline) => execute::execute(vector, &pipeline),
        Err(BuildError::Query(message)) => Ok(Outcome::Failed(Failure { phase: Phase::Build, message })),
        Err(BuildError::Recording(problem)) => Err(problem),
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word")
}

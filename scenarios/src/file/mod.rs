//! The scenario file: a page of YAML that says which streams and tables there are, which job runs over them,
//! what traffic it meets, and what must be true afterwards.
//!
//! ```yaml
//! scenario: late and broken purchases
//! use: { pipeline: pipeline.sql }
//! resources: …      # streams, buckets, databases
//! job: …            # database, sink, checkpoint
//! clock: …          # start, tick, for
//! generate: …       # per stream: how much, when, what
//! checks: …         # SQL and the rows it must give
//! ```
//! [`ScenarioFile::parse`] reads it in four steps: the text as a tree with places (`tree`), the typed model by serde
//! (unknown keys are errors), the row templates from the tree (`template`), and last the names that must be somewhere
//! else in the file (`references`). Every error is one [`FileError`] that shows the line.
//!
//! One section is one file here. A new section is a new file with its types, a field in `Document` and one in
//! [`ScenarioFile`].

mod check;
mod clock;
mod duration;
mod engine;
mod entries;
mod error;
mod explain;
mod fake_name;
mod from_text;
#[cfg(test)]
mod golden_tests;
mod job;
mod load;
mod load_text;
mod pattern;
mod places;
mod rate;
mod references;
mod resources;
mod s3_path;
mod share;
mod suggest;
mod template;
mod tree;
mod utc_time;

use serde::Deserialize;
use serde_saphyr::Spanned;

pub use check::{At, Bound, Cell, Check, Expect, Expectation, ExpectedRows, Invariant, Question};
pub(crate) use check::{Canonical, canonical};
pub use clock::Clock;
pub use duration::Length;
pub use engine::Engine;
pub use entries::Entries;
pub use error::{FileError, Source, byte_range};
pub use fake_name::{FAKES, FakeName};
pub use job::{Job, Sink, SinkFormat, StartingPosition};
pub use load::{
    Arrival, Corrupt, CorruptKind, Delay, KeyForm, KeyRule, Late, Load, Origin, Percentiles, Skew, Volume,
};
pub use pattern::{IntRange, KeyPattern, Part, Pattern};
pub use rate::Rate;
pub use resources::{Resources, Stream, Table, TableFormat};
pub use s3_path::S3Path;
pub use share::Share;
pub use template::{Literal, Reference, Template, TimeForm};
pub use utc_time::UtcTime;

use tree::Node;

/// A scenario file that was read and found consistent.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioFile {
    /// The file's name and text, for errors that later stages find.
    pub source: Source,
    /// The title.
    pub scenario: Spanned<String>,
    /// The Glue release whose semantics hold.
    pub engine: Engine,
    /// Files that belong to the scenario.
    pub uses: Use,
    /// What exists before the first record.
    pub resources: Resources,
    /// The streaming job.
    pub job: Job,
    /// Virtual time.
    pub clock: Clock,
    /// The seed of everything drawn.
    pub seed: u64,
    /// Traffic by stream.
    pub generate: Entries<Load>,
    /// What must hold after the run.
    pub checks: Vec<Check>,
}

/// `use:` files that belong to the scenario.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// The pipeline's SQL, relative to the scenario file.
    pub pipeline: Spanned<String>,
}

/// The sections as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    scenario: Spanned<String>,
    engine: Option<Spanned<Engine>>,
    #[serde(rename = "use")]
    uses: Use,
    resources: Resources,
    job: Job,
    clock: Clock,
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    generate: Entries<load_text::LoadText>,
    #[serde(default)]
    checks: Vec<check::CheckText>,
}

impl ScenarioFile {
    /// Reads a scenario. `name` is the path that errors show.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place: YAML, an unknown or missing key, a value in a wrong notation, or
    /// a name that is nowhere defined.
    pub fn parse(name: &str, text: &str) -> Result<Self, FileError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let source = Source { name: name.to_owned(), text: text.to_owned() };
        let tree = Node::parse(&source)?;
        let document: Document =
            serde_saphyr::from_str(text).map_err(|error| explain::explain(&error, &source, &tree))?;
        Self::from_document(document, &tree, source)
    }

    /// The tables of `job.database`: what the pipeline can read.
    pub fn job_tables(&self) -> &Entries<Table> {
        let tables = self.resources.databases.get(&self.job.database.value);
        tables.expect("the job's database was looked up when the file was read")
    }

    fn from_document(document: Document, tree: &Node, source: Source) -> Result<Self, FileError> {
        let engine = document.engine.as_ref();
        engine.map_or(Ok(()), |engine| engine::check(engine, &source))?;
        let file = Self {
            scenario: document.scenario,
            engine: engine.map_or_else(Engine::default, |engine| engine.value),
            uses: document.uses,
            resources: document.resources,
            job: document.job,
            checks: check::checks(document.checks, &document.clock, tree, &source)?,
            clock: document.clock,
            seed: document.seed,
            generate: load_text::loads(document.generate, tree, &source)?,
            source,
        };
        references::check(&file)?;
        Ok(file)
    }
}

//! The scenario file: a page of YAML that says which streams and tables there are, which jobs run over them, what
//! arrives when, what goes wrong, and what must be true.
//!
//! ```yaml
//! scenario: late and broken purchases
//! use: { pipeline: pipeline.sql }
//! resources: …      # streams, buckets, databases
//! job: …            # database, sink, checkpoint; or several under `jobs`
//! clock: …          # start, tick, for
//! shapes: …         # short names for rows, and
//! timeline: …       # what is sent line by line, and what must hold then
//! generate: …       # per stream: how much, when, what
//! faults: …         # what goes wrong, and when
//! checks: …         # SQL and the rows it must give, invariants
//! properties: …     # what must hold however the timeline is disturbed
//! ```
//! [`ScenarioFile::parse`] reads it in four steps: the text as a tree with places (`tree`), the typed model by serde
//! (unknown keys are errors), rows and timeline from the tree (`template`, `timeline`), and last the names that must
//! be somewhere else in the file (`references`). Every error is one [`FileError`] that shows the line.
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
mod fault;
mod from_text;
#[cfg(test)]
mod golden_tests;
mod instant;
mod job;
mod load;
mod load_text;
mod object_pattern;
mod pattern;
mod places;
mod properties;
mod rate;
mod references;
mod resources;
mod s3_path;
mod schedule;
mod sections;
mod shape;
mod share;
mod suggest;
mod template;
mod timeline;
mod tree;
mod utc_time;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::Spanned;

pub use check::{At, Bound, Cell, Check, Expect, Expectation, ExpectedRows, Invariant, Question};
pub(crate) use check::{Canonical, canonical};
pub use clock::Clock;
pub use duration::Length;
pub use engine::Engine;
pub use entries::Entries;
pub use error::{FileError, Source, byte_range};
pub use fake_name::{FAKES, FakeName};
pub use fault::{CrashPoint, Fault, FaultEntry, PutFile, Reshard, RunJob, Stall, Trouble, When};
pub use instant::Instant;
pub use job::{
    BatchJob, ConnectionOptions, Job, JobKind, Mode, ObjectCreated, Parameter, ScheduledTime, Sink,
    SinkFormat, Start, StartingPosition, StreamingJob,
};
pub use load::{
    Arrival, Corrupt, CorruptKind, Delay, KeyForm, KeyRule, Late, Load, Order, Origin, Percentiles, Skew,
    Target, Volume,
};
pub use object_pattern::{ObjectPart, ObjectPattern, TimeUnit};
pub use pattern::{IntRange, KeyPattern, Part, Pattern};
pub use properties::{Hold, Property, Vary};
pub use rate::Rate;
pub use resources::{Resources, Stream, Table, TableFormat};
pub use s3_path::S3Path;
pub use schedule::Schedule;
pub use sections::Section;
pub use shape::{Body, Shape};
pub use share::Share;
pub(crate) use template::value as word_value;
pub use template::{Literal, Reference, Template, TimeForm};
pub use timeline::{Count, Expected, Line, LineExpectation, Send, Step, Timeline};
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
    /// What exists before the first record.
    pub resources: Resources,
    /// The jobs, in the order of the file.
    pub jobs: Vec<Job>,
    /// Virtual time.
    pub clock: Clock,
    /// The seed of everything drawn.
    pub seed: u64,
    /// What a line of the timeline can send.
    pub shapes: Entries<Shape>,
    /// What happens line by line.
    pub timeline: Timeline,
    /// Traffic by stream or table.
    pub generate: Entries<Load>,
    /// What goes wrong.
    pub faults: Vec<FaultEntry>,
    /// What must hold.
    pub checks: Vec<Check>,
    /// What must hold however the timeline is disturbed.
    pub properties: Vec<Property>,
}

/// `use:` files that belong to the scenario.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Use {
    /// The pipeline's SQL, relative to the scenario file; a job may have one of its own.
    #[schemars(with = "Option<String>")]
    pipeline: Option<Spanned<String>>,
}

/// The sections as written.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Document {
    /// The title.
    #[schemars(with = "String")]
    scenario: Spanned<String>,
    /// The Glue release whose Spark decides the semantics.
    #[schemars(with = "Option<Engine>")]
    engine: Option<Spanned<Engine>>,
    /// Files that belong to the scenario.
    #[serde(rename = "use", default)]
    uses: Use,
    /// What exists before the first record.
    #[serde(default)]
    resources: Resources,
    /// The only job.
    #[schemars(with = "Option<job::JobText>")]
    job: Option<Spanned<job::JobText>>,
    /// Several jobs by name, in place of `job`.
    #[serde(default)]
    #[schemars(with = "Option<std::collections::BTreeMap<String, job::JobText>>")]
    jobs: Option<Entries<job::JobText>>,
    /// Virtual time.
    #[schemars(with = "clock::ClockText")]
    clock: clock::ClockText,
    /// What every draw follows from.
    #[serde(default)]
    seed: u64,
    /// Short names for rows that lines of the timeline send.
    #[serde(default)]
    shapes: Entries<shape::ShapeText>,
    /// What is sent line by line, and what must hold then.
    #[schemars(with = "Option<String>")]
    #[serde(default, rename = "timeline")]
    _timeline: Option<IgnoredAny>,
    /// Traffic by stream or table.
    #[serde(default)]
    generate: Entries<load_text::LoadText>,
    /// What goes wrong, and when.
    #[serde(default)]
    #[schemars(with = "Vec<fault::FaultText>")]
    faults: Vec<Spanned<fault::FaultText>>,
    /// What must hold.
    #[serde(default)]
    checks: Vec<check::CheckText>,
    /// What must hold however the timeline is disturbed; tried by `wavetank test --property`.
    #[serde(default)]
    properties: Vec<properties::PropertyText>,
}

impl ScenarioFile {
    /// Whether some check's SQL has this in it.
    pub fn checks_mention(&self, table: &str) -> bool {
        self.checks.iter().any(|check| check.question.sql().is_some_and(|sql| sql.contains(table)))
    }

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

    /// When generated traffic begins: where the timeline ends.
    pub fn traffic_start(&self) -> UtcTime {
        let tick = self.clock.tick.value.micros();
        let length = |line: &Line| match &line.step {
            Step::Send(_) => tick,
            Step::Advance(length) => length.micros(),
            Step::Crash | Step::Restart | Step::Start | Step::Fault(_) => 0,
        };
        UtcTime(self.clock.start.value.0 + self.timeline.lines.iter().map(length).sum::<i64>())
    }

    /// When the scenario ends, unless something still waits to be read.
    pub fn traffic_end(&self) -> UtcTime {
        UtcTime(self.traffic_start().0 + self.clock.length.unwrap_or_default().micros())
    }

    /// The JSON Schema of scenario files.
    pub fn schema() -> schemars::Schema {
        schemars::schema_for!(Document)
    }

    /// The only streaming job, if there is exactly one.
    pub fn streaming_job(&self) -> Option<(&Job, &StreamingJob)> {
        let mut streaming = self.jobs.iter().filter_map(|job| match &job.kind {
            JobKind::Streaming(streaming) => Some((job, &**streaming)),
            JobKind::Batch(_) => None,
        });
        streaming.next().filter(|_| streaming.next().is_none())
    }

    /// The tables that a job's pipeline can read without naming a database.
    pub fn tables(&self, job: &Job) -> &Entries<Table> {
        let tables = self.resources.databases.get(&job.database.value);
        tables.expect("a job's database was looked up when the file was read")
    }

    fn from_document(document: Document, tree: &Node, source: Source) -> Result<Self, FileError> {
        let engine = document.engine.as_ref();
        engine.map_or(Ok(()), |engine| engine::check(engine, &source))?;
        let jobs = jobs(document.job, document.jobs, document.uses.pipeline.as_ref(), &source)?;
        let shapes = shape::shapes(document.shapes, tree, &source)?;
        let job_names: Vec<&str> = jobs.iter().map(|job| job.name.value.as_str()).collect();
        let names = timeline::Names { source: &source, shapes: &shapes, jobs: &job_names };
        let lines = tree.get("timeline").filter(|node| !node.is_null());
        let timeline = lines.map_or(Ok(Timeline::default()), |node| Timeline::read(node, &names))?;
        let faults = document.faults.into_iter().map(|text| {
            let place = byte_range(&text.referenced);
            text.value.entry(place, &source)
        });
        let clock = document.clock.clock(&source)?;
        let file = Self {
            scenario: document.scenario,
            engine: engine.map_or_else(Engine::default, |engine| engine.value),
            resources: document.resources,
            seed: document.seed,
            generate: load_text::loads(document.generate, tree, &source)?,
            faults: faults.collect::<Result<_, _>>()?,
            checks: check::checks(document.checks, &clock, tree, &source)?,
            properties: properties::properties(document.properties, &source)?,
            clock,
            jobs,
            shapes,
            timeline,
            source,
        };
        references::check(&file)?;
        Ok(file)
    }
}

/// The jobs of both sections; a file has one of them.
fn jobs(
    only: Option<Spanned<job::JobText>>,
    named: Option<Entries<job::JobText>>,
    pipeline: Option<&Spanned<String>>,
    source: &Source,
) -> Result<Vec<Job>, FileError> {
    match (only, named) {
        (Some(only), None) => {
            let name = Spanned::new(job::ONLY.to_owned(), only.referenced, only.defined);
            Ok(vec![only.value.job(name, pipeline, source)?])
        }
        (None, Some(named)) => {
            let jobs = named.into_entries().map(|(name, text)| text.job(name, pipeline, source));
            jobs.collect()
        }
        (Some(only), Some(_)) => {
            let message = "a scenario has one `job` or several `jobs`, and both are given";
            Err(source.error_at(&only, message).label("move this below `jobs`"))
        }
        (None, None) => Ok(Vec::new()),
    }
}

/// A value that the file does not give.
pub(crate) fn nowhere<T>(value: T) -> Spanned<T> {
    let nowhere = serde_saphyr::Location::UNKNOWN;
    Spanned::new(value, nowhere, nowhere)
}

fn above_zero(source: &Source, length: &Spanned<Length>, what: &str) -> Result<(), FileError> {
    match length.value.micros() {
        0 => Err(source.error_at(length, format!("{what} must be above zero")).label("no time passes")),
        _ => Ok(()),
    }
}

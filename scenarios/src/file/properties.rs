//! `properties:` what must hold however the timeline is disturbed. `wavetank test --property` tries them; a plain run
//! does not.
//!
//! ```yaml
//! properties:
//!   - name: duplicates never change the total       # what it holds, when absent
//!     vary: [arrival, duplicates, crash_points]
//!     within: 10m                                   # how far an arrival may be displaced
//!     hold: same_output                             # or { bounded_state: < 100 }, { sql: SELECT … } without a row
//! ```

use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::ScenarioFile;
use super::check::Bound;
use super::duration::Length;
use super::error::{FileError, Source, byte_range};
use super::fault::Fault;
use super::load::Target;
use super::timeline::Step;

/// One property.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// What reports call it.
    pub name: Spanned<String>,
    /// What is varied; at least one kind, each once.
    pub vary: Vec<Vary>,
    /// How far an arrival may be displaced; drawn when absent.
    pub within: Option<Length>,
    /// What must hold.
    pub hold: Spanned<Hold>,
}

/// A kind of disorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Vary {
    /// Records come in another order.
    Arrival,
    /// Lines are cut elsewhere, with triggers between them that find nothing.
    Batching,
    /// Records are sent again.
    Duplicates,
    /// Processes die, at every point of a batch and between batches.
    CrashPoints,
    /// Shards are split and merged.
    Resharding,
    /// Batches are decoded by several threads.
    Parallelism,
    /// Calls are throttled, fail or are slow; shard iterators expire.
    Faults,
}

impl Vary {
    /// All kinds, in the order in which they are told.
    pub const ALL: [Vary; 7] = [
        Self::Arrival,
        Self::Batching,
        Self::Duplicates,
        Self::CrashPoints,
        Self::Resharding,
        Self::Parallelism,
        Self::Faults,
    ];

    /// The word in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arrival => "arrival",
            Self::Batching => "batching",
            Self::Duplicates => "duplicates",
            Self::CrashPoints => "crash_points",
            Self::Resharding => "resharding",
            Self::Parallelism => "parallelism",
            Self::Faults => "faults",
        }
    }
}

/// What must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// The table is that of the same records in their own order, undisturbed.
    SameOutput,
    /// What the sink was given is in its table once.
    ExactlyOnce,
    /// Every record is in the output, in the state, or in the ledger.
    NoUnexplainedLoss,
    /// The table holds what one batch query over the accepted input gives.
    SameAsBatch,
    /// Table and ledger are those of the slow row-by-row model.
    SameAsModel,
    /// The greatest number of rows in state fulfils this.
    BoundedState(Bound),
    /// This query gives no row.
    Sql(String),
}

impl Hold {
    /// The word in the file.
    pub fn name(&self) -> &'static str {
        match self {
            Self::SameOutput => "same_output",
            Self::ExactlyOnce => "exactly_once",
            Self::NoUnexplainedLoss => "no_unexplained_loss",
            Self::SameAsBatch => "same_as_batch",
            Self::SameAsModel => "same_as_model",
            Self::BoundedState(_) => "bounded_state",
            Self::Sql(_) => "sql",
        }
    }
}

/// A property as it is written.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PropertyText {
    /// What reports call it.
    #[schemars(with = "Option<String>")]
    #[serde(default, deserialize_with = "super::from_text::given")]
    name: Option<Spanned<String>>,
    /// What is varied.
    #[schemars(with = "Vec<Vary>")]
    vary: Spanned<Vec<Spanned<Vary>>>,
    /// How far an arrival may be displaced; drawn when absent.
    #[schemars(with = "Option<Length>")]
    #[serde(default, deserialize_with = "super::from_text::given")]
    within: Option<Spanned<Length>>,
    /// What must hold.
    #[schemars(with = "HoldText")]
    hold: Spanned<HoldText>,
}

/// What must hold: a word, or a mapping with one key.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum HoldText {
    /// The table is that of the same records in their own order, undisturbed.
    SameOutput,
    /// What the sink was given is in its table once.
    ExactlyOnce,
    /// Every record is in the output, in the state, or in the ledger.
    NoUnexplainedLoss,
    /// The table holds what one batch query over the accepted input gives.
    SameAsBatch,
    /// Table and ledger are those of the slow row-by-row model.
    SameAsModel,
    /// The greatest number of rows in state fulfils this.
    BoundedState(Bound),
    /// This query gives no row.
    Sql(String),
}

impl From<HoldText> for Hold {
    fn from(text: HoldText) -> Self {
        match text {
            HoldText::SameOutput => Self::SameOutput,
            HoldText::ExactlyOnce => Self::ExactlyOnce,
            HoldText::NoUnexplainedLoss => Self::NoUnexplainedLoss,
            HoldText::SameAsBatch => Self::SameAsBatch,
            HoldText::SameAsModel => Self::SameAsModel,
            HoldText::BoundedState(bound) => Self::BoundedState(bound),
            HoldText::Sql(sql) => Self::Sql(sql),
        }
    }
}

/// Holds the parts of every property against each other.
pub(super) fn properties(written: Vec<PropertyText>, source: &Source) -> Result<Vec<Property>, FileError> {
    written.into_iter().map(|text| property(text, source)).collect()
}

fn property(text: PropertyText, source: &Source) -> Result<Property, FileError> {
    let PropertyText { name, vary, within, hold } = text;
    if vary.value.is_empty() {
        let names: Vec<&str> = Vary::ALL.iter().map(|vary| vary.name()).collect();
        let help = format!("it can vary {}", names.join(", "));
        return Err(source.error_at(&vary, "a property varies at least one thing").label("empty").help(help));
    }
    for (at, kind) in vary.value.iter().enumerate() {
        if vary.value[..at].iter().any(|earlier| earlier.value == kind.value) {
            let message = format!("`{}` is varied twice", kind.value.name());
            return Err(source.error_at(kind, message).label("again here"));
        }
    }
    let kinds: Vec<Vary> = vary.value.iter().map(|kind| kind.value).collect();
    if let Some(within) = &within {
        super::above_zero(source, within, "`within`")?;
        if !kinds.contains(&Vary::Arrival) && !kinds.contains(&Vary::Duplicates) {
            let message = "`within` is about arrivals, which this property does not vary";
            let help = "add `arrival` or `duplicates` to `vary`";
            return Err(source.error_at(within, message).label("nothing is displaced").help(help));
        }
    }
    let (referenced, defined) = (hold.referenced, hold.defined);
    let held = Hold::from(hold.value);
    let name = name.unwrap_or_else(|| Spanned::new(held.name().to_owned(), referenced, defined));
    let hold = Spanned::new(held, referenced, defined);
    Ok(Property { name, vary: kinds, within: within.map(|within| within.value), hold })
}

/// Refuses properties of scenarios whose records cannot become lines of a timeline.
pub(super) fn check(file: &ScenarioFile) -> Result<(), FileError> {
    let Some(first) = file.properties.first() else { return Ok(()) };
    let place = byte_range(&first.hold.referenced);
    if file.streaming_job().is_none() {
        let help = "properties are about scenarios with exactly one streaming job";
        return refuse(
            file,
            place,
            "there is not one streaming job whose table could be held against this",
            help,
        );
    }
    if file.timeline.lines.is_empty() && file.generate.is_empty() {
        let help = "add a `timeline` or `generate`";
        return refuse(file, place, "nothing is sent, so nothing can be varied", help);
    }
    let modelled = file.properties.iter().find(|property| property.hold.value == Hold::SameAsModel);
    if let Some(property) = modelled.filter(|_| file.clock.drain) {
        let place = byte_range(&property.hold.referenced);
        let help = "leave out `drain: true` of `clock`, or hold something else";
        return refuse(file, place, "the row-by-row model knows no end of input", help);
    }
    let objects = file.generate.spanned().find(|(_, load)| !matches!(load.target, Target::Stream));
    if let Some((name, _)) = objects {
        let place = byte_range(&name.referenced);
        let help = "leave out `properties`, or send these rows into a stream";
        return refuse(file, place, "properties vary a timeline, and objects have no lines", help);
    }
    let put = file.timeline.lines.iter().find(|line| match &line.step {
        Step::Fault(fault) => matches!(fault.value, Fault::Put(_)),
        _ => false,
    });
    match put {
        Some(line) => refuse(
            file,
            line.place.clone(),
            "properties vary a timeline, and `put` sends what is not in it",
            "leave out `properties`, or write a line for each row",
        ),
        None => Ok(()),
    }
}

fn refuse(file: &ScenarioFile, place: Range<usize>, message: &str, help: &str) -> Result<(), FileError> {
    Err(file.source.error(place, message).label("here").help(help))
}

//! `checks:` questions about what the run left behind, and the answers they must have.
//!
//! ```yaml
//! checks:
//!   - name: one row per order                 # a query and its rows
//!     sql: SELECT id, total FROM orders
//!     expect: |
//!       id | total
//!       T1 | 0.2 .. 1.5
//!   - { name: every order, sql: SELECT * FROM orders, snapshot: true }     # rows that were recorded before
//!   - { name: alarms, events: alarm-bus, expect: [{ detail_type: late }] } # what a bus has seen
//!   - invariant: no_unexplained_loss          # a law that holds for every job
//!   - { invariant: bounded_state, max: 10000, at: +1h }                    # asked at a moment of virtual time
//! ```
//! A check is read as it is written ([`CheckText`]) and then held together, so that an error shows its line.

mod at;
mod cell;
mod expect;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::clock::Clock;
use super::error::{FileError, Source, byte_range};
use super::tree::{Node, NodeKind};

pub use at::At;
pub use cell::{Bound, Cell};
pub(crate) use cell::{Canonical, canonical};
use expect::{EXPECTED, ExpectText};
pub use expect::{Expect, ExpectedRows};

/// One question and its expected answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What reports call it; an invariant without a name is called what it is.
    pub name: Spanned<String>,
    /// When it is asked; after the run if absent.
    pub at: Option<Spanned<At>>,
    /// What is asked.
    pub question: Question,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Question {
    /// One query.
    Sql {
        /// Its text.
        sql: Spanned<String>,
        /// Its rows.
        expect: Expectation,
    },
    /// What was put on an event bus, earliest first.
    Events {
        /// Name of the bus.
        bus: Spanned<String>,
        /// The events, as rows of `wavetank.events`.
        expect: Expectation,
    },
    /// A law.
    Invariant(Spanned<Invariant>),
}

/// What a query has to answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// The rows in the file.
    Rows(Spanned<Expect>),
    /// The rows that were recorded. Holds the place of the word.
    Snapshot(Spanned<()>),
}

/// A law that holds for every job, whatever it computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invariant {
    /// What the sink was given is in its table once.
    ExactlyOnce,
    /// Every record is in the output, in the state, or in the ledger.
    NoUnexplainedLoss,
    /// The state never has more rows than this.
    BoundedState {
        /// What the greatest number of rows has to fulfil.
        rows: Bound,
    },
    /// The table holds what one batch query over the accepted input gives.
    SameAsBatch,
}

impl Check {
    /// The bytes of the file that say what is asked.
    pub fn place(&self) -> Range<usize> {
        match &self.question {
            Question::Sql { sql: text, .. } | Question::Events { bus: text, .. } => {
                byte_range(&text.referenced)
            }
            Question::Invariant(invariant) => byte_range(&invariant.referenced),
        }
    }
}

impl Question {
    /// The query that is asked, if it is one.
    pub fn sql(&self) -> Option<Cow<'_, str>> {
        match self {
            Question::Sql { sql, .. } => Some(Cow::Borrowed(&sql.value)),
            Question::Events { bus, .. } => {
                let bus = bus.value.replace('\'', "''");
                Some(Cow::Owned(format!("SELECT * FROM wavetank.events WHERE bus = '{bus}' ORDER BY time")))
            }
            Question::Invariant(_) => None,
        }
    }

    /// What the query has to answer.
    pub fn expectation(&self) -> Option<&Expectation> {
        match self {
            Question::Sql { expect, .. } | Question::Events { expect, .. } => Some(expect),
            Question::Invariant(_) => None,
        }
    }
}

impl Invariant {
    /// The word in the file.
    pub fn name(&self) -> &'static str {
        match self {
            Invariant::ExactlyOnce => "exactly_once",
            Invariant::NoUnexplainedLoss => "no_unexplained_loss",
            Invariant::BoundedState { .. } => "bounded_state",
            Invariant::SameAsBatch => "same_as_batch",
        }
    }
}

/// A check as it is written. What is there must have a value: nothing is not the same as not there.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckText {
    /// What reports call it.
    #[schemars(with = "Option<String>")]
    #[serde(default, deserialize_with = "crate::file::from_text::given")]
    name: Option<Spanned<String>>,
    /// When it is asked; after the run if absent.
    #[schemars(with = "Option<At>")]
    #[serde(default, deserialize_with = "crate::file::from_text::given")]
    at: Option<Spanned<At>>,
    /// One query in DuckDB's SQL.
    #[schemars(with = "Option<String>")]
    #[serde(default, deserialize_with = "crate::file::from_text::given")]
    sql: Option<Spanned<String>>,
    /// An event bus, in place of a query: what it has seen, earliest first.
    #[schemars(with = "Option<String>")]
    #[serde(default, deserialize_with = "crate::file::from_text::given")]
    events: Option<Spanned<String>>,
    /// A law that holds for every job, in place of a query.
    #[schemars(with = "Option<Law>")]
    #[serde(default, deserialize_with = "crate::file::from_text::given")]
    invariant: Option<Spanned<Law>>,
    /// The rows of the answer: `empty`, a list of rows, or a table drawn with pipes.
    #[schemars(with = "Option<serde_json::Value>")]
    #[serde(default, deserialize_with = "crate::file::from_text::given")]
    expect: Option<Spanned<ExpectText>>,
    /// The answer is the one that was recorded before.
    #[schemars(with = "Option<bool>")]
    #[serde(default, deserialize_with = "crate::file::from_text::given")]
    snapshot: Option<Spanned<bool>>,
    /// The most rows of `bounded_state`.
    #[schemars(with = "Option<u64>")]
    #[serde(default, deserialize_with = "crate::file::from_text::given")]
    max: Option<Spanned<u64>>,
}

/// The invariants by their words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Law {
    ExactlyOnce,
    NoUnexplainedLoss,
    BoundedState,
    SameAsBatch,
}

/// Holds the parts of every check against each other.
pub(super) fn checks(
    written: Vec<CheckText>,
    clock: &Clock,
    tree: &Node,
    source: &Source,
) -> Result<Vec<Check>, FileError> {
    let sections = match tree.get("checks").map(|checks| &checks.kind) {
        Some(NodeKind::List(sections)) => sections.as_slice(),
        _ => &[],
    };
    let read = |(at, text): (usize, CheckText)| {
        let section = sections.get(at).expect("the check was read from it");
        CheckReader { source, clock, number: at + 1, section }.check(text)
    };
    written.into_iter().enumerate().map(read).collect()
}

/// Holds the parts of one check against each other.
struct CheckReader<'a> {
    source: &'a Source,
    clock: &'a Clock,
    /// From 1.
    number: usize,
    section: &'a Node,
}

impl CheckReader<'_> {
    fn check(&self, text: CheckText) -> Result<Check, FileError> {
        if let Some(at) = &text.at {
            self.check_at(at)?;
        }
        let CheckText { name, at, sql, events, invariant, expect, snapshot, max } = text;
        self.without("events", events.as_ref().filter(|_| sql.is_some()), "sql")?;
        self.without("invariant", invariant.as_ref().filter(|_| sql.is_some()), "sql")?;
        self.without("invariant", invariant.as_ref().filter(|_| events.is_some()), "events")?;
        if let Some(invariant) = invariant {
            self.without("snapshot", snapshot.as_ref(), "invariant")?;
            let law = self.invariant(invariant.value, expect, max)?;
            let known = Spanned::new(law.name().to_owned(), invariant.referenced, invariant.defined);
            let law = Spanned::new(law, invariant.referenced, invariant.defined);
            return Ok(Check { name: name.unwrap_or(known), at, question: Question::Invariant(law) });
        }
        let name = name.ok_or_else(|| self.missing("name"))?;
        if let Some(max) = max {
            let message = format!("`max` needs `invariant: bounded_state` in check {}", self.number);
            return Err(self.source.error_at(&max, message).label("not bounded by this"));
        }
        let question = match (sql, events) {
            (Some(sql), _) => Question::Sql { sql, expect: self.expectation(expect, snapshot)? },
            (None, Some(bus)) => Question::Events { bus, expect: self.expectation(expect, snapshot)? },
            (None, None) => {
                let help = "add `sql: SELECT …`, `events: BUS`, or `invariant: no_unexplained_loss`";
                let message = format!("check {} asks nothing", self.number);
                return Err(self.source.error(self.first_key(), message).label("no `sql`").help(help));
            }
        };
        Ok(Check { name, at, question })
    }

    fn expectation(
        &self,
        expect: Option<Spanned<ExpectText>>,
        snapshot: Option<Spanned<bool>>,
    ) -> Result<Expectation, FileError> {
        self.without("snapshot", snapshot.as_ref().filter(|_| expect.is_some()), "expect")?;
        match (expect, snapshot) {
            (Some(Spanned { value: ExpectText::Rows(rows), referenced, defined }), _) => {
                Ok(Expectation::Rows(Spanned::new(rows, referenced, defined)))
            }
            (Some(bound @ Spanned { value: ExpectText::Bound(_), .. }), _) => {
                let message = format!("expected {EXPECTED}, found a condition on one number");
                let help = "name the column: a line with its name, and the condition below it";
                Err(self.source.error_at(&bound, message).label("of which column?").help(help))
            }
            (None, Some(snapshot)) if snapshot.value => {
                Ok(Expectation::Snapshot(Spanned::new((), snapshot.referenced, snapshot.defined)))
            }
            (None, Some(snapshot)) => {
                let message =
                    format!("check {} expects nothing: `snapshot` is only ever `true`", self.number);
                Err(self.source.error_at(&snapshot, message).label("expected `true`"))
            }
            (None, None) => {
                Err(self.missing("expect").help("or add `snapshot: true`, which records the rows"))
            }
        }
    }

    fn invariant(
        &self,
        law: Law,
        expect: Option<Spanned<ExpectText>>,
        max: Option<Spanned<u64>>,
    ) -> Result<Invariant, FileError> {
        if law == Law::BoundedState {
            return Ok(Invariant::BoundedState { rows: self.bound(expect, max)? });
        }
        if let Some(max) = max {
            let message = format!("`max` needs `invariant: bounded_state` in check {}", self.number);
            return Err(self.source.error_at(&max, message).label("not bounded by this"));
        }
        self.without("expect", expect.as_ref(), "invariant")?;
        Ok(match law {
            Law::ExactlyOnce => Invariant::ExactlyOnce,
            Law::NoUnexplainedLoss => Invariant::NoUnexplainedLoss,
            Law::SameAsBatch => Invariant::SameAsBatch,
            Law::BoundedState => unreachable!("it is above"),
        })
    }

    /// The bound of the state's rows.
    fn bound(
        &self,
        expect: Option<Spanned<ExpectText>>,
        max: Option<Spanned<u64>>,
    ) -> Result<Bound, FileError> {
        self.without("expect", expect.as_ref().filter(|_| max.is_some()), "max")?;
        match (expect, max) {
            (_, Some(max)) => Ok(Bound::at_most(max.value)),
            (Some(Spanned { value: ExpectText::Bound(bound), .. }), None) if bound.is_of_numbers() => {
                Ok(bound)
            }
            (Some(expect), None) => {
                let message = "expected a condition on a number of rows, such as `< 10000`";
                Err(self
                    .source
                    .error_at(&expect, message)
                    .label(format!("`expect` of check {}", self.number)))
            }
            (None, None) => {
                Err(self.missing("max").help("`max: 10000` is the most rows that the state may have"))
            }
        }
    }

    fn check_at(&self, at: &Spanned<At>) -> Result<(), FileError> {
        if at.value.micros(self.clock.start.value) >= self.clock.start.value.0 {
            return Ok(());
        }
        let message = format!("check {} is asked before the clock starts", self.number);
        let help = "a time of day is meant on the day of `clock.start`; another day needs the whole instant";
        Err(self.source.error_at(at, message).label("before `clock.start`").help(help))
    }

    /// Refuses a key that has no meaning beside another.
    fn without<T>(&self, key: &str, value: Option<&Spanned<T>>, beside: &str) -> Result<(), FileError> {
        value.map_or(Ok(()), |value| {
            let message = format!("`{key}` cannot stand beside `{beside}` in check {}", self.number);
            Err(self.source.error_at(value, message).label(format!("leave out this or `{beside}`")))
        })
    }

    fn missing(&self, key: &str) -> FileError {
        let message = format!("check {} needs the key `{key}`", self.number);
        self.source.error(self.first_key(), message).label(format!("no `{key}`"))
    }

    fn first_key(&self) -> Range<usize> {
        let start = self.section.span.start;
        self.section.entries().first().map_or(start..start, |(key, _)| key.span.clone())
    }
}

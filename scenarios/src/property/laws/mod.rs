//! The tool's own laws: what holds for the engine whatever the query, whatever arrives, wherever it dies.
//!
//! | law | in |
//! |---|---|
//! | every batch does what the slow model does, which replays the same batches and restarts | [`Law::AsTheModel`] |
//! | each row is lost once, or kept, or has come out; nobody is told nothing | [`Law::AccountedOnce`] |
//! | watermarks never go back, and each batch runs with what the batch before has left | [`Law::WatermarksRise`] |
//! | at the end of input nothing is left in a state that a watermark takes out | [`Law::StateIsEmpty`] |
//! | crashes, batches and the order of arrival change nothing while disorder is within the delay | [`Law::WhateverTheBatches`] |
//! | threads and the form of the saved state do not change a byte | [`Law::ToTheByte`] |
//! | what came out is what one batch query gives over the rows that were let in | [`Law::AsOneBatch`] |
//!
//! A case is a query, a timeline and the ways in which the process dies, all drawn from a seed.

mod accounted_once;
mod as_one_batch;
mod as_the_model;
mod history;
mod line;
mod state_is_empty;
mod to_the_byte;
mod watermarks_rise;
mod whatever_the_batches;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use wavetank_engine::error::EngineError;
use wavetank_engine::plan::Pipeline;
use wavetank_engine::query::QueryOptions;
use wavetank_engine::seeded_bug::SeededBug;

use super::coverage::Coverage;
use super::draw::{self, Drawn, Family, Swarm};
use super::shrink::shrink;
use super::tank::TankOptions;
use crate::check::CheckDatabase;
use crate::conform::build::{BuildError, build};
use crate::conform::execute::options;
use crate::conform::{Case, FORMAT, Outcome, value};
use crate::rng::Rng;
pub use history::History;
pub use line::{Line, Stop};

/// One of the laws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Law {
    /// Every batch does what the slow model does.
    AsTheModel,
    /// Each row is lost once, or kept, or has come out.
    AccountedOnce,
    /// Watermarks never go back.
    WatermarksRise,
    /// At the end of input the state is empty.
    StateIsEmpty,
    /// Nothing depends on batches, order and crashes while disorder is within the delay.
    WhateverTheBatches,
    /// Nothing depends on threads and saved forms.
    ToTheByte,
    /// What came out is what DuckDB gives over the rows that were let in.
    AsOneBatch,
}

impl Law {
    /// All of them.
    pub const ALL: [Law; 7] = [
        Self::AsTheModel,
        Self::AccountedOnce,
        Self::WatermarksRise,
        Self::StateIsEmpty,
        Self::WhateverTheBatches,
        Self::ToTheByte,
        Self::AsOneBatch,
    ];
}

/// How a law was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which one.
    pub law: Law,
    /// By what.
    pub reason: String,
}

/// A query with what there is to know of it.
pub struct Subject {
    /// As it was drawn.
    pub drawn: Drawn,
    /// Which disorder its timeline has.
    pub swarm: Swarm,
    pipeline: Arc<Pipeline>,
    options: QueryOptions,
    /// Whether DuckDB is asked too.
    asks_duckdb: bool,
}

/// What one thread needs to judge.
#[derive(Default)]
pub struct Bench {
    /// A mistake that the engine is to make.
    bug: Option<SeededBug>,
    /// Opened when it is first needed.
    database: Option<CheckDatabase>,
}

impl Bench {
    /// For an engine that makes this mistake.
    pub fn with(bug: Option<SeededBug>) -> Self {
        Self { bug, database: None }
    }
}

impl Subject {
    /// Draws a query and its timeline. `None` when what was drawn is refused when it is planned.
    pub fn draw(rng: &Rng) -> Option<(Subject, Vec<Line>)> {
        let family = Family::ALL[rng.fork("family").below(Family::ALL.len() as u64) as usize];
        let (drawn, swarm) = (Drawn::draw(family, rng), Swarm::draw(rng));
        let lines = Line::of(draw::steps(&drawn, &swarm, rng), rng);
        let (config, streams, query) = (drawn.config.clone(), drawn.streams.clone(), drawn.query.clone());
        let case = Case {
            format: FORMAT,
            id: String::new(),
            kind: String::new(),
            description: String::new(),
            config,
            streams,
            query,
            steps: vec![],
        };
        let vector = case.recorded(Outcome::Ran { output_schema: vec![], batches: vec![] });
        match build(&vector) {
            Ok(pipeline) => {
                let pipeline = Arc::new(pipeline);
                let options = options(&vector.config).ok()?;
                let asks_duckdb = rng.fork("duckdb").chance(as_one_batch::SHARE);
                Some((Subject { drawn, swarm, pipeline, options, asks_duckdb }, lines))
            }
            Err(BuildError::Query(_)) => None,
            Err(BuildError::Recording(problem)) => panic!("drawn queries can be built: {problem}"),
        }
    }

    /// Runs a timeline on the engine.
    fn run(
        &self,
        lines: &[Line],
        options: &TankOptions,
        coverage: &mut Coverage,
    ) -> Result<History, EngineError> {
        history::run(&self.pipeline, options, lines, coverage)
    }

    fn tank(&self, bug: Option<SeededBug>) -> TankOptions {
        let query = QueryOptions { trace: true, seeded_bug: bug, ..self.options.clone() };
        TankOptions { query, snapshot_each_batch: false }
    }

    /// Holds a timeline against the laws; the first that it breaks.
    pub fn judge(
        &self,
        lines: &[Line],
        law: Option<Law>,
        bench: &mut Bench,
        coverage: &mut Coverage,
    ) -> Option<Broken> {
        let judged = catch_unwind(AssertUnwindSafe(|| self.judge_all(lines, law, bench, coverage)));
        judged.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            let reason = format!("panicked: {}", text.unwrap_or_default());
            Some(Broken { law: law.unwrap_or(Law::AsTheModel), reason })
        })
    }

    fn judge_all(
        &self,
        lines: &[Line],
        law: Option<Law>,
        bench: &mut Bench,
        coverage: &mut Coverage,
    ) -> Option<Broken> {
        let history = match self.run(lines, &self.tank(bench.bug), coverage) {
            Ok(history) => history,
            // As Spark refuses it.
            Err(EngineError::Refused { .. }) => return None,
            Err(error) => {
                return Some(Broken {
                    law: law.unwrap_or(Law::AsTheModel),
                    reason: format!("stops: {error}"),
                });
            }
        };
        let laws = law.map_or(Law::ALL.to_vec(), |law| vec![law]);
        laws.into_iter().find_map(|law| {
            let reason = match law {
                Law::AsTheModel => as_the_model::judge(self, &history, coverage),
                Law::AccountedOnce => accounted_once::judge(self, &history),
                Law::WatermarksRise => watermarks_rise::judge(&history),
                Law::StateIsEmpty => state_is_empty::judge(self, &history),
                Law::WhateverTheBatches => whatever_the_batches::judge(self, lines, bench.bug),
                Law::ToTheByte => to_the_byte::judge(self, lines, &history, bench.bug),
                Law::AsOneBatch => as_one_batch::judge(self, &history, bench),
            };
            reason.map(|reason| Broken { law, reason })
        })
    }

    /// The smallest timeline that breaks the law too, and how it does.
    pub fn shrink(&self, lines: Vec<Line>, broken: &Broken, bench: &mut Bench) -> (Vec<Line>, Broken) {
        const TRIES_MAX: usize = 4000;
        let (mut spare, mut last) = (Coverage::default(), broken.clone());
        let shrunk = shrink(lines, TRIES_MAX, |lines| {
            let judged = self.judge(lines, Some(broken.law), bench, &mut spare);
            let breaks = judged.is_some();
            last = judged.unwrap_or_else(|| last.clone());
            breaks
        });
        (shrunk.lines, last)
    }
}

/// Rows as texts, sorted.
fn texts(batches: &[RecordBatch]) -> Vec<String> {
    let mut texts = in_order(batches);
    texts.sort_unstable();
    texts
}

/// Rows as texts, in their order.
fn in_order(batches: &[RecordBatch]) -> Vec<String> {
    let rows =
        value::rows(batches).unwrap_or_else(|name| panic!("drawn queries have no values of type {name}"));
    rows.iter().map(ToString::to_string).collect()
}

/// What differs between two sorted lists.
fn difference(what: &str, expected: &[String], found: &[String]) -> Option<String> {
    let only = |of: &[String], in_other: &[String]| {
        let mut rest = in_other.to_vec();
        of.iter()
            .filter(|text| match rest.iter().position(|other| other == *text) {
                Some(at) => {
                    rest.swap_remove(at);
                    false
                }
                None => true,
            })
            .cloned()
            .collect::<Vec<_>>()
    };
    let (missing, extra) = (only(expected, found), only(found, expected));
    (!missing.is_empty() || !extra.is_empty())
        .then(|| format!("{what}: missing [{}], too many [{}]", missing.join(", "), extra.join(", ")))
}

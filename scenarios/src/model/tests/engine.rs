//! The engine held against the model: every row, every counter, every watermark, every loss and every row that is
//! kept has to agree. The queries are those of the recordings, once with the recorded batches and then with their
//! records dealt out to batches anew, and [`super::chains`].
//!
//! The queries run on from batch to batch here. Whether a query that was stopped goes on as the model says is for
//! those tests to find out that stop queries.

use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner};
use wavetank_engine::batch::{BatchId, RecordId};
use wavetank_engine::checkpoint::Checkpoint;
use wavetank_engine::error::Result;
use wavetank_engine::ledger::{KeptRow, Loss};
use wavetank_engine::plan::{LogicalPlan, OutputMode};
use wavetank_engine::query::{BatchReport, QueryParts, StreamingQuery};
use wavetank_engine::source::Source;
use wavetank_engine::watermark::WatermarkPolicy;

use super::super::Model;
use super::{Query, Records, in_recorded_terms, queries, states};
use crate::conform::memory::{Feed, FeedSource, KeepingSink, Objects, Written};
use crate::conform::{Batch, Cause, Outcome, compare, value};

/// What arrives before a trigger, and whether the query comes to rest after it.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    pub(super) records: Records,
    pub(super) rests: bool,
}

/// Draws the same values in every run of the tests.
pub(super) fn runner() -> TestRunner {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    TestRunner::new_with_rng(Runs { failure_persistence: None, ..Runs::default() }, rng)
}

/// The engine running a query.
struct Rig {
    query: StreamingQuery,
    feeds: Vec<Feed>,
    written: Written,
    now_millis: i64,
}

impl Rig {
    fn start(query: &Query) -> Rig {
        let feeds: Vec<Feed> = query.pipeline.sources.iter().map(|_| Feed::default()).collect();
        let source = |feed: &Feed| -> Box<dyn Source> { Box::new(FeedSource { feed: Rc::clone(feed) }) };
        let written: Written = Rc::new(RefCell::new(vec![]));
        let parts = QueryParts {
            sources: feeds.iter().map(source).collect(),
            sink: Box::new(KeepingSink { written: Rc::clone(&written) }),
            checkpoint: Checkpoint::new(Box::new(Objects::default()), ""),
            options: query.options.clone(),
        };
        let query = StreamingQuery::start(&query.pipeline, parts, 0).unwrap();
        Rig { query, feeds, written, now_millis: 0 }
    }

    /// One trigger, after these records have come; `None` when there is nothing to do.
    fn trigger(&mut self, records: &Records) -> Result<Option<(BatchReport, Batch)>> {
        for (feed, records) in self.feeds.iter().zip(records) {
            feed.borrow_mut().extend(records.iter().map(|text| Bytes::from(text.clone())));
        }
        self.now_millis += 1000;
        let Some(report) = self.query.run_batch(self.now_millis)? else { return Ok(None) };
        let num_input_rows = report.progress.input_records.iter().sum();
        let batch = Batch {
            batch: report.progress.batch.0,
            step: 0,
            cause: if num_input_rows > 0 { Cause::Data } else { Cause::NoData },
            num_input_rows,
            watermark_ms: report.progress.watermark.millis,
            next_watermark_ms: report.progress.next_watermark.millis,
            rows: value::rows(&std::mem::take(&mut *self.written.borrow_mut())).unwrap(),
            state: states(&report.progress.state),
        };
        Ok(Some((report, batch)))
    }
}

/// Runs engine and model side by side; the first difference, if there is one.
pub(super) fn difference(query: &Query, arrivals: &[Arrival]) -> Option<String> {
    let (mut rig, mut model) = (Rig::start(query), Model::new(&query.pipeline, &query.options).unwrap());
    let nothing: Records = vec![vec![]; query.pipeline.sources.len()];
    for arrival in arrivals {
        let mut records = &arrival.records;
        loop {
            match batch(query, &mut rig, &mut model, records) {
                Ok(true) if arrival.rests => records = &nothing,
                Ok(true) => break,
                Ok(false) => break,
                Err(End::Failed) => return None,
                Err(End::Differs(difference)) => return Some(difference),
            }
        }
    }
    None
}

/// Why a query does not go on.
enum End {
    /// It failed in both.
    Failed,
    Differs(String),
}

/// One trigger of both; whether there was a batch.
fn batch(query: &Query, rig: &mut Rig, model: &mut Model, records: &Records) -> Result<bool, End> {
    let differs = |what: String| Err(End::Differs(what));
    let has_data = records.iter().any(|records| !records.is_empty());
    let is_due = if has_data { Ok(true) } else { model.needs_batch() };
    let (is_due, triggered) = match (is_due, rig.trigger(records)) {
        (Ok(is_due), Ok(triggered)) => (is_due, triggered),
        (Err(_), Err(_)) => return Err(End::Failed),
        (Ok(_), Err(error)) => {
            let failed = model.run(query.batch(BatchId(0), records, false)).is_err();
            return if failed { Err(End::Failed) } else { differs(format!("the engine fails: {error}")) };
        }
        (Err(error), Ok(_)) => return differs(format!("the model fails: {error}")),
    };
    let Some((report, engines)) = triggered else {
        return if is_due { differs("the engine lacks a batch".into()) } else { Ok(false) };
    };
    if !is_due {
        return differs(format!("the engine runs batch {} and the model does not", engines.batch));
    }
    let batch = query.batch(report.progress.batch, records, false);
    let Ok(outcome) = model.run(batch.clone()) else { return differs("the model fails".into()) };
    let models = in_recorded_terms(&batch, 0, None, &outcome);
    let ran = |batch: Batch| Outcome::Ran { output_schema: vec![], batches: vec![batch] };
    if let Some(difference) = compare::compare(&ran(models), &ran(engines), false) {
        return differs(format!("model, then engine: {difference:?}"));
    }
    let (models, engines) = (losses(query, outcome.losses), losses(query, report.ledger.losses));
    if models != engines {
        return differs(format!("batch {}: model {models:#?} engine {engines:#?}", batch.batch));
    }
    let (models, engines) = (kept(query, model.kept_rows()), kept(query, rig.query.kept_rows()));
    if models != engines {
        return differs(format!("batch {}: model {models:#?} engine {engines:#?}", batch.batch));
    }
    Ok(true)
}

/// Losses as they are compared.
fn losses(query: &Query, mut losses: Vec<Loss>) -> Vec<Loss> {
    if orders_rows_of_a_join(&query.pipeline.plan) {
        losses.iter_mut().for_each(|loss| loss.record = SOME_RECORD);
    }
    losses.sort_by_key(|l| (l.record, l.operator, l.reason, l.event_time, l.watermark));
    losses
}

/// Kept rows as they are compared.
fn kept(query: &Query, mut kept: Vec<KeptRow>) -> Vec<KeptRow> {
    if orders_rows_of_a_join(&query.pipeline.plan) {
        kept.iter_mut().for_each(|kept| kept.record = SOME_RECORD);
    }
    kept.sort_by_key(|k| (k.record, k.operator, k.event_time, k.matched));
    kept
}

/// Stands for any record.
const SOME_RECORD: RecordId = RecordId { batch: BatchId(0), source: 0, index: 0 };

/// Whether some operator takes the first of the rows that leave a join, in an order that is not defined.
fn orders_rows_of_a_join(plan: &LogicalPlan) -> bool {
    let takes_first = matches!(plan, LogicalPlan::Deduplicate { .. } | LogicalPlan::Aggregate { .. });
    let mut inputs = plan.inputs().into_iter();
    inputs.any(|input| takes_first && has_join(input) || orders_rows_of_a_join(input))
}

fn has_join(plan: &LogicalPlan) -> bool {
    matches!(plan, LogicalPlan::Join { .. }) || plan.inputs().into_iter().any(has_join)
}

/// The recorded arrivals of a query.
fn recorded(query: &Query) -> Vec<Arrival> {
    let of_step = |step: &crate::conform::Step| {
        let of_source = |table: &str| {
            let records = step.data.get(table).into_iter().flatten();
            records.map(|record| record.0.clone()).collect()
        };
        let records = query.pipeline.sources.iter().map(|source| of_source(&source.table)).collect();
        Arrival { records, rests: step.drain }
    };
    query.vector.steps.iter().map(of_step).collect()
}

/// How records are dealt out.
#[derive(Debug, Clone)]
struct Deal {
    /// Records of each source that are taken from one place and put into another, so that some are late.
    moved: Vec<(Index, Index)>,
    /// Records per source, and whether the query comes to rest after the batch.
    batches: Vec<([usize; 4], bool)>,
    policy: WatermarkPolicy,
    mode: OutputMode,
}

fn deals() -> impl Strategy<Value = Deal> {
    let moved = prop::collection::vec(any::<(Index, Index)>(), 0..6);
    let batches = prop::collection::vec((prop::array::uniform4(0usize..5), any::<bool>()), 12);
    let policy = prop_oneof![Just(WatermarkPolicy::Min), Just(WatermarkPolicy::Max)];
    let mode = prop_oneof![Just(OutputMode::Append), Just(OutputMode::Update), Just(OutputMode::Complete)];
    (moved, batches, policy, mode).prop_map(|(moved, batches, policy, mode)| Deal {
        moved,
        batches,
        policy,
        mode,
    })
}

fn dealt(query: &Query, deal: &Deal) -> Vec<Arrival> {
    let mut records: Records = vec![vec![]; query.pipeline.sources.len()];
    for arrival in recorded(query) {
        records.iter_mut().zip(arrival.records).for_each(|(all, more)| all.extend(more));
    }
    for of_source in records.iter_mut().filter(|records| !records.is_empty()) {
        for (from, to) in &deal.moved {
            let moved = of_source.remove(from.index(of_source.len()));
            of_source.insert(to.index(of_source.len() + 1), moved);
        }
    }
    let of_batch = |(sizes, rests): &([usize; 4], bool)| {
        let taken = records.iter_mut().zip(sizes).map(|(records, size)| {
            let size = records.len().min(*size);
            records.drain(..size).collect()
        });
        Arrival { records: taken.collect(), rests: *rests }
    };
    deal.batches.iter().map(of_batch).collect()
}

#[test]
fn the_engine_does_what_the_model_says_with_the_recorded_batches() {
    for query in queries() {
        assert_eq!(difference(&query, &recorded(&query)), None, "{}", query.vector.id);
    }
}

/// Whether a deduplication takes the first of several groups: which one comes out first is left open.
fn order_of_groups_decides(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Deduplicate { input, .. } => has_groups(input),
        other => other.inputs().into_iter().any(order_of_groups_decides),
    }
}

fn has_groups(plan: &LogicalPlan) -> bool {
    matches!(plan, LogicalPlan::Aggregate { .. }) || plan.inputs().into_iter().any(has_groups)
}

#[test]
fn the_engine_does_what_the_model_says_however_the_records_are_dealt_out() {
    let mut runner = runner();
    for mut query in queries().into_iter().filter(|query| !order_of_groups_decides(&query.pipeline.plan)) {
        assert!(query.pipeline.sources.len() <= 4, "a deal is for four sources");
        for _ in 0..4 {
            let deal = deals().new_tree(&mut runner).unwrap().current();
            query.options.policy = deal.policy;
            let own = std::mem::replace(&mut query.options.mode, deal.mode);
            // What Spark refuses in another output mode runs in its own.
            if Model::new(&query.pipeline, &query.options).is_err() {
                query.options.mode = own;
            }
            assert_eq!(difference(&query, &dealt(&query, &deal)), None, "{} {deal:?}", query.vector.id);
        }
    }
}

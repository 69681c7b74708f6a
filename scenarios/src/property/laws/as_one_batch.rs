//! What came out is what one batch query gives over the rows that were let in: DuckDB's answer against the engine's.

use arrow::record_batch::RecordBatch;
use wavetank_engine::plan::OutputMode;

use super::{Bench, History, Subject};
use crate::check::{CheckDatabase, Recomputation, TableHolds};
use crate::conform::Join;
use crate::property::draw::Family;
use crate::report::Verdict;

/// DuckDB takes a hundred times as long as the engine: so great a share of the cases is asked.
pub(super) const SHARE: f64 = 0.02;

/// Null keys match each other in Spark's full outer join of streams, and in no batch join.
fn joins_nulls(subject: &Subject) -> bool {
    let swarm = &subject.swarm;
    subject.drawn.family == Family::Join(Join::FullOuter) && swarm.null_keys + swarm.malformed > 0.0
}

pub(super) fn judge(subject: &Subject, history: &History, bench: &mut Bench) -> Option<String> {
    if !subject.asks_duckdb || subject.options.mode != OutputMode::Append || joins_nulls(subject) {
        return None;
    }
    let mut recomputation = Recomputation::new(&subject.pipeline, &subject.options, TableHolds::EveryBatch);
    if recomputation.unsupported().is_some() {
        return None;
    }
    for ran in &history.batches {
        if let Err(error) = recomputation.take(&ran.report) {
            return Some(format!("the batch query cannot be asked: {error}"));
        }
    }
    let rows: Vec<RecordBatch> = history.batches.iter().flat_map(|ran| ran.rows.clone()).collect();
    let database = bench.database.get_or_insert_with(CheckDatabase::open);
    match recomputation.judge_rows(database, &rows) {
        Verdict::Passed => None,
        Verdict::Failed { summary, difference, .. } => Some(format!("{summary}: {}", difference.join("; "))),
        Verdict::Broken { error } => Some(error),
        other => Some(format!("{other:?}")),
    }
}

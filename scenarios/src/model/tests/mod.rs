//! The model held against the recordings of Spark, and against the engine.

mod chains;
mod engine;
mod recorded;

use std::path::Path;

use wavetank_engine::batch::BatchId;
use wavetank_engine::plan::Pipeline;
use wavetank_engine::progress::StateProgress;
use wavetank_engine::query::QueryOptions;

use super::{ModelBatch, ModelOutcome};
use crate::conform::execute::options;
use crate::conform::{Batch, Cause, Outcome, State, Vector, build, load, value};

/// What is there for a batch to read: the texts of each source's records.
type Records = Vec<Vec<String>>;

/// A query of a recording that is neither refused nor fails, so that there is something to recompute.
struct Query {
    vector: Vector,
    pipeline: Pipeline,
    options: QueryOptions,
}

/// Every recording but those whose outcome is an error: such a query has no batch that was run for good.
fn queries() -> Vec<Query> {
    let recordings = load(&[Path::new("../tests/spark/vectors").to_owned()]).unwrap();
    let ran = recordings.into_iter().filter(|r| matches!(r.vector.expected, Outcome::Ran { .. }));
    let query = |vector: Vector| Query {
        pipeline: build::build(&vector).unwrap(),
        options: options(&vector.config).unwrap(),
        vector,
    };
    let queries: Vec<Query> = ran.map(|recording| query(recording.vector)).collect();
    assert!(queries.len() > 250, "the recordings are there");
    queries
}

impl Query {
    /// The batch in which these records are read.
    fn batch(&self, batch: BatchId, records: &Records, restarted: bool) -> ModelBatch {
        let records: Vec<Vec<&[u8]>> =
            records.iter().map(|of_source| of_source.iter().map(|text| text.as_bytes()).collect()).collect();
        ModelBatch::decode(&self.pipeline, &self.options.session, batch, &records, restarted).unwrap()
    }
}

/// What came of a batch, in the terms of the recordings.
fn in_recorded_terms(batch: &ModelBatch, step: usize, cause: Option<Cause>, outcome: &ModelOutcome) -> Batch {
    let rows = |input: &super::ModelInput| input.rows.iter().map(|rows| rows.num_rows() as u64).sum::<u64>();
    let num_input_rows = batch.inputs.iter().map(rows).sum();
    Batch {
        batch: batch.batch.0,
        step,
        cause: cause.unwrap_or(if num_input_rows > 0 { Cause::Data } else { Cause::NoData }),
        num_input_rows,
        watermark_ms: outcome.watermark.millis,
        next_watermark_ms: outcome.next_watermark.millis,
        rows: value::rows(&outcome.rows).unwrap(),
        state: states(&outcome.state),
    }
}

fn states(state: &[(&'static str, StateProgress)]) -> Vec<State> {
    let state = state.iter().map(|(op, state)| State {
        op: (*op).to_owned(),
        rows_total: state.rows_total,
        rows_updated: state.rows_updated,
        rows_removed: state.rows_removed,
        rows_dropped_by_watermark: state.rows_dropped_by_watermark,
        dropped_duplicates: state.dropped_duplicates,
    });
    state.collect()
}

//! Every recording, recomputed: rows, watermarks and counters of each batch, and which batches there are.

use wavetank_engine::batch::BatchId;

use super::super::{Model, ModelBatch};
use super::{Query, Records, in_recorded_terms, queries};
use crate::conform::{Batch, Cause, Outcome, Restart, Step, compare};

/// A query on its way through the steps of its recording.
struct Replay<'q> {
    query: &'q Query,
    model: Model,
    /// The model before the last batch, and that batch.
    before_last: Option<(Model, ModelBatch)>,
    batches: Vec<Batch>,
}

impl<'q> Replay<'q> {
    fn of(query: &'q Query) -> Vec<Batch> {
        let model = Model::new(&query.pipeline, &query.options).unwrap();
        let mut replay = Replay { query, model, before_last: None, batches: vec![] };
        let mut rested = true;
        for (at, step) in query.vector.steps.iter().enumerate() {
            // As in the recorder, a query that has not come to rest is not restarted.
            let restart = step.restart.filter(|_| rested);
            if restart == Some(Restart::ReplayLast) {
                replay.run_last_again(at);
            }
            let records = replay.records(step);
            if records.iter().any(|records| !records.is_empty()) {
                replay.run(at, records, restart == Some(Restart::Clean), None);
            }
            if step.drain {
                replay.come_to_rest(at, None);
            }
            rested = step.drain;
        }
        replay.batches
    }

    /// The records of a step, once for every read of their stream.
    fn records(&self, step: &Step) -> Records {
        let of_source = |table: &str| {
            let records = step.data.get(table).into_iter().flatten();
            records.map(|record| record.0.clone()).collect()
        };
        self.query.pipeline.sources.iter().map(|source| of_source(&source.table)).collect()
    }

    fn run(&mut self, step: usize, records: Records, restarted: bool, cause: Option<Cause>) {
        let next = self.before_last.as_ref().map_or(BatchId(0), |(_, last)| last.batch.next());
        let batch = self.query.batch(next, &records, restarted);
        self.run_batch(step, batch, cause);
    }

    fn run_batch(&mut self, step: usize, batch: ModelBatch, cause: Option<Cause>) {
        let before = self.model.clone();
        let outcome = self.model.run(batch.clone()).unwrap();
        self.batches.push(in_recorded_terms(&batch, step, cause, &outcome));
        self.before_last = Some((before, batch));
    }

    fn run_last_again(&mut self, step: usize) {
        let (before, last) = self.before_last.take().expect("a batch has run");
        self.model = before;
        self.run_batch(step, ModelBatch { restarted: true, ..last }, Some(Cause::Restart));
        self.come_to_rest(step, Some(Cause::Restart));
    }

    fn come_to_rest(&mut self, step: usize, cause: Option<Cause>) {
        for count in 0.. {
            if !self.model.needs_batch().unwrap() {
                return;
            }
            assert!(count < 10, "a query comes to rest");
            self.run(step, vec![vec![]; self.query.pipeline.sources.len()], false, cause);
        }
    }
}

#[test]
fn the_model_does_in_every_recording_what_spark_did() {
    let queries = queries();
    let mut differences = Vec::new();
    for query in &queries {
        let Outcome::Ran { output_schema, .. } = &query.vector.expected else { unreachable!("it ran") };
        let ours = Outcome::Ran { output_schema: output_schema.clone(), batches: Replay::of(query) };
        let difference = compare::compare(&query.vector.expected, &ours, query.vector.config.ordered);
        differences.extend(difference.map(|difference| format!("{}: {difference:?}", query.vector.id)));
    }
    assert!(differences.is_empty(), "{} of {}\n{}", differences.len(), queries.len(), differences.join("\n"));
    let restarts = queries.iter().flat_map(|query| &query.vector.steps).filter(|step| step.restart.is_some());
    assert!(restarts.count() > 20, "the recordings restart queries");
}

//! The trace of a run, every port call and every batch, is the same again, with any number of threads.

use wavetank::emulator::Storage;
use wavetank::scenarios::generate::sent;
use wavetank::scenarios::scenario::Scenario;
use wavetank::scenarios::world::{Committed, RunError, Witness, World, WorldOptions};

/// What happened, line by line.
#[derive(Default)]
struct Trace(Vec<String>);

impl Witness for Trace {
    fn committed(&mut self, batch: Committed) -> Result<(), RunError> {
        let report = batch.report;
        let ledger = (&report.ledger.losses, &report.ledger.rejected, &report.ledger.traces);
        let reads: Vec<Vec<String>> = report
            .inputs
            .iter()
            .map(|read| read.records.iter().map(|record| record.sequence_number.to_string()).collect())
            .collect();
        self.0.push(format!(
            "{} {} {:?} {:?} {ledger:?} {reads:?}",
            batch.job, batch.restarted, report.progress, report.sink
        ));
        Ok(())
    }

    fn instant(&mut self, world: &mut World<'_>) -> Result<(), RunError> {
        self.0.extend(world.faults.take_trace().into_iter().map(|call| format!("{call:?}")));
        Ok(())
    }
}

fn trace(scenario: &Scenario, parallelism: usize) -> Vec<String> {
    let options = WorldOptions {
        events: Some(400),
        storage: Storage::Memory,
        spare: None,
        parallelism,
        follow_advice: false,
        trace: true,
        remember_rows: false,
        live_from: None,
        streams: None,
    };
    let mut world = World::new(scenario, options, []).unwrap();
    world.faults.trace();
    let mut trace = Trace::default();
    world.run(&mut trace, &mut ()).unwrap();
    trace.0
}

#[test]
fn two_runs_make_the_same_calls_and_the_same_batches_with_any_number_of_threads() {
    for name in ["nested-join-crashes", "bronze-silver-gold", "hourly-windows"] {
        let scenario = Scenario::load(name).unwrap();
        let first = trace(&scenario, 1);
        assert!(first.len() > 500, "{name} has {} events", first.len());
        for parallelism in [1, 2, 5] {
            let other = trace(&scenario, parallelism);
            let differs = first.iter().zip(&other).position(|(one, other)| one != other);
            assert_eq!(differs, None, "{name} with {parallelism} threads");
            assert_eq!(first.len(), other.len(), "{name} with {parallelism} threads");
        }
        assert_ne!(first, trace(&scenario.with_seed(Some(99)), 1), "{name}: the seed changes nothing");
    }
}

#[test]
fn one_more_draw_leaves_all_other_draws_where_they_were() {
    let entry = wavetank::scenarios::library::find("hourly-windows").unwrap();
    let read = |name: &str| Ok((name.to_owned(), entry.pipelines[0].1.to_owned()));
    let plan = |file: &str| Scenario::plan("hourly.wt.yaml", file, read).unwrap();
    let before = plan(entry.file);
    let more = entry.file.replace("      Language: {", "      Extra: { int: 1..9 }\n      Language: {");
    assert_ne!(more, entry.file);
    let after = plan(&more);
    let of = |scenario: &Scenario| -> Vec<(i64, i64, String, String)> {
        let record = |record: wavetank::scenarios::generate::Sent| {
            let mut row: serde_json::Value = serde_json::from_slice(&record.data).unwrap();
            row.as_object_mut().unwrap().remove("Extra");
            (record.event_time, record.arrival, record.partition_key.to_string(), row.to_string())
        };
        sent(&scenario.file, Some(300)).map(record).collect()
    };
    assert_eq!(of(&before), of(&after));
}

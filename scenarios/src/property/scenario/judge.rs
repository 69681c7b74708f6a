//! Runs a case and judges it by the property's law.
//!
//! Everything is used again from case to case: the emulator, the scenario whose lines are replaced, the table of the
//! undisturbed run of the same records.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use wavetank_emulator::{Emulator, Storage};
use wavetank_engine::batch::RecordId;
use wavetank_engine::error::EngineError;
use wavetank_engine::sink::FileTarget;

use super::base::Base;
use super::facts::{Facts, Wants, has_trouble};
use super::trial::{Trial, TrialLine, complete, file_lines, records_sent};
use crate::adapters::BucketStore;
use crate::check::SnapshotMode;
use crate::crash::{chain, difference, table_rows, unmatched};
use crate::file::{Check, Entries, Expect, Expectation, Hold, Invariant, Property, Question, nowhere};
use crate::property::coverage::Coverage;
use crate::report::Verdict;
use crate::run::{RunOptions, Runner, Shadow, Watcher};
use crate::scenario::Scenario;
use crate::world::{RunError, World, WorldOptions, sink_target};

/// Rows of a difference that are told.
const SHOWN: usize = 10;

/// Undisturbed tables that are kept.
const TABLES_KEPT: usize = 64;

/// What came of a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Judged {
    /// The law holds.
    Holds,
    /// The case says nothing: a fault was more than a job gets over, or asked for what cannot be.
    Discarded,
    /// The law does not hold.
    Fails(Failure),
    /// The law cannot be asked.
    Broken(String),
}

/// How a law does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong: a smaller case fails for the same reason if this is the same.
    pub kind: FailureKind,
    /// In a sentence.
    pub reason: String,
    /// What there is to show below it.
    pub details: Vec<String>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The table.
    Table,
    /// The ledger of lost rows.
    Ledger,
    /// The number of rows in state.
    State,
    /// The answer of a query.
    Answer,
    /// The run did not end.
    Stopped,
}

/// Judges cases of one property, one after the other.
pub struct Judge<'p> {
    /// The scenario, whose lines are those of the case that ran last.
    scenario: Scenario,
    property: &'p Property,
    target: FileTarget,
    bucket: String,
    wants: Wants,
    spare: Option<Arc<Emulator>>,
    /// Tables of undisturbed runs, by the records that they send.
    undisturbed: BTreeMap<Vec<usize>, Result<Vec<String>, String>>,
    runner: Runner,
    /// Where runs that ask DuckDB work.
    folder: PathBuf,
}

impl<'p> Judge<'p> {
    /// A judge of a scenario's property; `folder` is where runs that ask DuckDB work.
    ///
    /// # Panics
    /// When the scenario has not exactly one streaming job, which reading a file with properties rules out.
    pub fn new(scenario: &Scenario, property: &'p Property, folder: PathBuf) -> Self {
        let (job, streaming, _) = scenario.streaming().expect("a file with properties has one streaming job");
        let target = sink_target(job, streaming);
        let bucket = streaming.sink.path.value.bucket().to_owned();
        let mut scenario = scenario.clone();
        let file = &mut scenario.file;
        (file.generate, file.faults, file.properties) = (Entries::default(), Vec::new(), Vec::new());
        file.checks = check(&property.hold.value).into_iter().collect();
        let wants = Wants::of(&property.hold.value);
        let (undisturbed, runner) = (BTreeMap::new(), Runner::in_one_folder());
        Self { scenario, property, target, bucket, wants, spare: None, undisturbed, runner, folder }
    }

    /// The records have changed: what is known of them holds no more.
    pub fn forget(&mut self) {
        self.undisturbed.clear();
    }

    /// Runs a case of a base's records, and judges it.
    pub fn judge(&mut self, base: &Base, trial: &Trial, coverage: &mut Coverage) -> Judged {
        if !self.scenario.file.checks.is_empty() {
            return self.ask(base, trial, coverage);
        }
        let wanted = match self.property.hold.value {
            Hold::SameOutput => match self.undisturbed(base, &records_sent(&trial.lines)) {
                Ok(table) => table,
                Err(problem) => return Judged::Broken(problem),
            },
            _ => Vec::new(),
        };
        let mut facts = Facts::new(self.wants);
        let judged =
            match self.run(base, trial, &mut facts, |judge, world, facts| judge.law(world, facts, &wanted)) {
                Ok(judged) => judged,
                Err(error) => stopped(&error, trial),
            };
        coverage.merge(&facts.coverage);
        judged
    }

    /// The table of the same records in their own order, undisturbed.
    fn undisturbed(&mut self, base: &Base, records: &[usize]) -> Result<Vec<String>, String> {
        if let Some(known) = self.undisturbed.get(records) {
            return known.clone();
        }
        let plain = Trial { seed: 0, parallelism: 1, lines: base.undisturbed(records) };
        let mut facts = Facts::default();
        let table = self.run(base, &plain, &mut facts, |judge, world, _| judge.table(world));
        let table = match table {
            Ok(table) => table,
            Err(error) => Err(format!("the undisturbed run could not be finished: {}", chain(&error))),
        };
        if self.undisturbed.len() >= TABLES_KEPT {
            self.undisturbed.clear();
        }
        self.undisturbed.insert(records.to_vec(), table.clone());
        table
    }

    /// Runs lines, and looks at what is left.
    fn run<T>(
        &mut self,
        base: &Base,
        trial: &Trial,
        facts: &mut Facts,
        look: impl FnOnce(&LookingAt<'_>, &mut World<'_>, &Facts) -> T,
    ) -> Result<T, RunError> {
        let Trial { seed, parallelism, lines } = trial;
        self.set(base, *seed, lines);
        let options = WorldOptions {
            events: None,
            storage: Storage::Memory,
            spare: self.spare.take(),
            parallelism: *parallelism,
            follow_advice: false,
            trace: self.wants.fates,
            remember_rows: self.wants.given,
            live_from: None,
            streams: None,
        };
        let mut world = World::new(&self.scenario, options, [])?;
        let ran = world.run(facts, &mut ());
        facts.ended(&world);
        let looking = LookingAt {
            scenario: &self.scenario,
            property: self.property,
            target: &self.target,
            bucket: &self.bucket,
        };
        let seen = ran.map(|()| look(&looking, &mut world, facts));
        let emulator = Arc::clone(&world.services.emulator);
        self.spare = emulator.clear().is_ok().then_some(emulator);
        seen
    }

    /// Makes the scenario that of a case.
    fn set(&mut self, base: &Base, seed: u64, lines: &[TrialLine]) {
        let lines = complete(lines, base.tick);
        self.scenario.file.seed = seed;
        self.scenario.file.timeline.lines = file_lines(&lines, &base.records);
    }

    /// Has DuckDB judge, as a run with the law among its checks would.
    fn ask(&mut self, base: &Base, trial: &Trial, coverage: &mut Coverage) -> Judged {
        self.set(base, trial.seed, &trial.lines);
        let options = RunOptions {
            parallelism: trial.parallelism,
            snapshots: SnapshotMode::Compare,
            ..RunOptions::new(&self.folder)
        };
        let mut facts = Facts::default();
        let ran = self.runner.run_watched(&self.scenario, options, &mut (), &mut facts);
        coverage.merge(&facts.coverage);
        let report = match ran {
            Ok(report) => report,
            Err(error) => return stopped(&error, trial),
        };
        let verdict = report.checks.into_iter().next().map(|check| check.verdict);
        match verdict {
            Some(Verdict::Passed) | None => Judged::Holds,
            Some(Verdict::Broken { error }) => Judged::Broken(error),
            Some(Verdict::Pending { summary, .. }) => Judged::Broken(summary),
            Some(verdict) => {
                let details = verdict.details();
                let Verdict::Failed { summary, .. } = verdict else { return Judged::Holds };
                Judged::Fails(Failure { kind: FailureKind::Answer, reason: summary, details })
            }
        }
    }
}

/// What a law is asked with.
struct LookingAt<'a> {
    scenario: &'a Scenario,
    property: &'a Property,
    target: &'a FileTarget,
    bucket: &'a str,
}

impl LookingAt<'_> {
    fn law(&self, world: &mut World<'_>, facts: &Facts, wanted: &[String]) -> Judged {
        let verdict = match &self.property.hold.value {
            Hold::SameOutput => self.same_output(world, wanted),
            Hold::SameAsModel => self.same_as_model(world, facts),
            Hold::ExactlyOnce => self.exactly_once(world, facts),
            Hold::NoUnexplainedLoss => Ok(unexplained(world, facts)),
            Hold::BoundedState(bound) => {
                let (most, batch) = facts.state_most;
                Ok((!bound.accepts(Some(&most.to_string()))).then(|| Failure {
                    kind: FailureKind::State,
                    reason: format!("{most} rows are in state after batch {batch}, expected {bound}"),
                    details: vec![],
                }))
            }
            Hold::SameAsBatch | Hold::Sql(_) => Ok(None),
        };
        match verdict {
            Ok(None) => Judged::Holds,
            Ok(Some(failure)) => Judged::Fails(failure),
            Err(problem) => Judged::Broken(problem),
        }
    }

    fn table(&self, world: &World<'_>) -> Result<Vec<String>, String> {
        let services = world.services.clone();
        let mut store = BucketStore { services, bucket: self.bucket.to_owned() };
        table_rows(&mut store, self.target).map_err(|error| chain(&error))
    }

    fn same_output(&self, world: &World<'_>, wanted: &[String]) -> Result<Option<Failure>, String> {
        let found = self.table(world)?;
        if found == wanted {
            return Ok(None);
        }
        let (missing, extra) = unmatched(wanted, &found);
        let counted = |rows: &[&String], what: &str| match rows.len() {
            0 => None,
            1 => Some(format!("1 row {what}")),
            n => Some(format!("{n} rows {what}")),
        };
        let parts = [counted(&missing, "too few"), counted(&extra, "too many")];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let reason = format!(
            "the table has {}, compared with the undisturbed run of the same records",
            parts.join(" and ")
        );
        let line = |sign: char, row: &str| format!("{sign} {}", row.trim_start());
        let details = missing.iter().map(|row| line('-', row)).chain(extra.iter().map(|row| line('+', row)));
        let details = details.take(SHOWN).collect();
        Ok(Some(Failure { kind: FailureKind::Table, reason, details }))
    }

    fn same_as_model(&self, world: &World<'_>, facts: &Facts) -> Result<Option<Failure>, String> {
        let services = world.services.clone();
        let mut store = BucketStore { services, bucket: self.bucket.to_owned() };
        let found = facts.batches.outcome(&mut store, self.target).map_err(|error| chain(&error))?;
        let wanted = facts.batches.modelled(self.scenario, self.target).map_err(|error| chain(&error))?;
        let kind = if wanted.rows == found.rows { FailureKind::Ledger } else { FailureKind::Table };
        let failure = |reason| Failure { kind, reason, details: vec![] };
        Ok(difference(&wanted, &found).map(failure))
    }

    fn exactly_once(&self, world: &World<'_>, facts: &Facts) -> Result<Option<Failure>, String> {
        let Some(job) = world.jobs.first() else { return Ok(None) };
        let said = |error: EngineError| chain(&error);
        let mut shadow = Shadow::new(job).map_err(said)?;
        for executed in &facts.batches.0 {
            shadow.write(executed.batch, &job.take_given(executed.batch)).map_err(said)?;
        }
        let verdict = shadow.judge(&world.services);
        let details = verdict.details();
        match verdict {
            Verdict::Failed { summary, .. } => {
                Ok(Some(Failure { kind: FailureKind::Table, reason: summary, details }))
            }
            Verdict::Broken { error } => Err(error),
            Verdict::Passed | Verdict::Pending { .. } => Ok(None),
        }
    }
}

/// Records of which nobody knows what became of them: read and gone, or passed over.
fn unexplained(world: &World<'_>, facts: &Facts) -> Option<Failure> {
    let mut problems = Vec::new();
    let mut read: BTreeMap<(usize, &str), BTreeSet<String>> = BTreeMap::new();
    for executed in &facts.batches.0 {
        for (source, reads) in executed.reads.iter().enumerate() {
            for (index, record) in reads.records.iter().enumerate() {
                let id = RecordId { batch: executed.batch, source: source as u8, index: index as u32 };
                let shard = reads.shards[record.shard as usize].as_str();
                read.entry((source, shard)).or_default().insert(record.sequence_number.to_string());
                if !facts.explained.contains(&id.pack()) {
                    let data = String::from_utf8_lossy(&record.data);
                    problems.push(format!("- {data}"));
                }
            }
        }
    }
    problems.extend(passed_over(world, &read));
    let reason = match problems.len() {
        0 => return None,
        1 => "what became of 1 record is not explained".to_owned(),
        n => format!("what became of {n} records is not explained"),
    };
    problems.truncate(SHOWN);
    Some(Failure { kind: FailureKind::Ledger, reason, details: problems })
}

/// Records that were put and never read: by the end of a case the job has run behind everything that came.
fn passed_over(world: &World<'_>, read: &BTreeMap<(usize, &str), BTreeSet<String>>) -> Vec<String> {
    let mut problems = Vec::new();
    for job in &world.jobs {
        for (source, stream) in job.streams().iter().enumerate() {
            let Some(put) = world.producer.put(stream) else { continue };
            for (shard, records) in put {
                let shard = shard.to_string();
                let known = read.get(&(source, shard.as_str()));
                if known.map_or(0, BTreeSet::len) == records.len() {
                    continue;
                }
                for record in records {
                    let before_start =
                        job.latest_from_millis().is_some_and(|start| record.arrival_millis < start);
                    let trimmed = record.arrival_millis < world.trim_horizon_millis();
                    let number = record.sequence_number.to_string();
                    let was_read = known.is_some_and(|known| known.contains(number.as_str()));
                    if !before_start && !trimmed && !was_read {
                        problems.push(format!("- record {number} of {stream}, {shard}, was never read"));
                    }
                }
            }
        }
    }
    problems
}

/// What a run that did not end says: nothing where a fault was more than a job gets over.
fn stopped(error: &RunError, trial: &Trial) -> Judged {
    let beyond = match error {
        RunError::Query(EngineError::Port { .. }) => has_trouble(&trial.lines),
        RunError::Refused { .. } => true,
        _ => false,
    };
    match beyond {
        true => Judged::Discarded,
        false => {
            let reason = format!("the run stopped: {}", chain(error));
            Judged::Fails(Failure { kind: FailureKind::Stopped, reason, details: vec![] })
        }
    }
}

/// The check that asks a law, where only DuckDB can.
pub(super) fn check(hold: &Hold) -> Option<Check> {
    let question = match hold {
        Hold::Sql(sql) => {
            Question::Sql { sql: nowhere(sql.clone()), expect: Expectation::Rows(nowhere(Expect::Empty)) }
        }
        Hold::SameAsBatch => Question::Invariant(nowhere(Invariant::SameAsBatch)),
        _ => return None,
    };
    Some(Check { name: nowhere(hold.name().to_owned()), at: None, question })
}

#[cfg(test)]
mod tests {
    use super::super::vary::{Swarm, vary};
    use super::*;
    use crate::file::Vary;
    use crate::rng::Rng;

    const SCENARIO: &str = "\
scenario: three orders
resources:
  streams: { orders: { shards: 2 } }
  buckets: [lake]
  databases: { shop: { orders: { stream: orders, columns: { id: string, at: bigint } } } }
use: { pipeline: pipeline.sql }
job:
  database: shop
  sink: { table: minutes, path: s3://lake/minutes/, format: parquet }
  checkpoint: s3://lake/checkpoint/
  starting_position: trim_horizon
clock: { start: 2026-01-05T10:00:00Z, tick: 10s }
shapes: { O: { stream: orders, row: { id: $id, at: $t } } }
timeline: |
  O 1 10:00:00
  O 2 10:05:00
  O 3 10:09:00
properties:
  - { vary: [batching], hold: exactly_once }
  - { vary: [batching], hold: no_unexplained_loss }
  - { vary: [batching], hold: same_as_model }
  - { vary: [batching], hold: same_output }
";

    const PIPELINE: &str = "\
CREATE TEMPORARY VIEW o AS SELECT id, timestamp_seconds(at) AS at FROM STREAM(orders);
CREATE STREAMING TABLE minutes AS
SELECT window(at, '1 minute').start AS minute, count(*) AS orders
FROM STREAM(o) WATERMARK at DELAY OF INTERVAL 1 MINUTE GROUP BY window(at, '1 minute');
";

    /// Runs the scenario with a law's facts, changes them, and judges.
    fn judged(law: usize, change: impl FnOnce(&mut Facts)) -> Judged {
        let read = |_: &str| Ok(("pipeline.sql".to_owned(), PIPELINE.to_owned()));
        let scenario = Scenario::plan("a.wt.yaml", SCENARIO, read).unwrap();
        let property = &scenario.file.properties[law];
        let mut judge = Judge::new(&scenario, property, PathBuf::new());
        let base = Base::draw(&scenario, None, 1);
        let trial = Trial { seed: 0, parallelism: 1, lines: base.lines.clone() };
        let wanted = judge.undisturbed(&base, &[0, 1, 2]).unwrap();
        let mut facts = Facts::new(judge.wants);
        let looked = judge.run(&base, &trial, &mut facts, |looking, world, facts| {
            let mut facts = facts.clone();
            change(&mut facts);
            looking.law(world, &facts, &wanted)
        });
        looked.unwrap()
    }

    #[track_caller]
    fn fails(judged: Judged, kind: FailureKind, reason: &str) {
        match judged {
            Judged::Fails(failure) => {
                assert_eq!(failure.kind, kind);
                assert!(failure.reason.contains(reason), "{}", failure.reason);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_written_and_what_was_given_are_compared() {
        assert_eq!(judged(0, |_| {}), Judged::Holds);
        let forget = |facts: &mut Facts| drop(facts.batches.0.pop());
        fails(judged(0, forget), FailureKind::Table, "1 are too many");
    }

    #[test]
    fn a_record_without_a_fate_or_without_a_reader_is_noticed() {
        assert_eq!(judged(1, |_| {}), Judged::Holds);
        let lose = |facts: &mut Facts| assert!(facts.explained.pop_first().is_some());
        fails(judged(1, lose), FailureKind::Ledger, "what became of 1 record is not explained");
        let unread = |facts: &mut Facts| drop(facts.batches.0.remove(0));
        fails(judged(1, unread), FailureKind::Ledger, "what became of 1 record is not explained");
    }

    #[test]
    fn another_answer_than_the_models_is_noticed() {
        assert_eq!(judged(2, |_| {}), Judged::Holds);
        let forget = |facts: &mut Facts| drop(facts.batches.0.remove(0));
        fails(judged(2, forget), FailureKind::Table, "too many");
    }

    #[test]
    fn the_undisturbed_table_is_that_of_the_same_records() {
        let read = |_: &str| Ok(("pipeline.sql".to_owned(), PIPELINE.to_owned()));
        let scenario = Scenario::plan("a.wt.yaml", SCENARIO, read).unwrap();
        let mut judge = Judge::new(&scenario, &scenario.file.properties[3], PathBuf::new());
        let base = Base::draw(&scenario, None, 1);
        let two = judge.undisturbed(&base, &[0, 2]).unwrap();
        assert_eq!(two, [" 2026-01-05T10:00:00Z | 1"]);
        assert_eq!(judge.undisturbed(&base, &[0, 1, 2]).unwrap().len(), 2);
        let mut rng = Rng::new(0);
        let swarm = Swarm::draw(&[Vary::Batching], None, 0, &mut rng);
        let mut coverage = Coverage::default();
        for number in 0..8 {
            let trial = vary(&base, |record| record != 1, &swarm, &rng.fork(&number.to_string()));
            assert_eq!(judge.judge(&base, &trial, &mut coverage), Judged::Holds, "{trial:?}");
        }
        // With a record that comes too late it is another one.
        let mut lines = base.lines.clone();
        lines.rotate_left(1);
        let trial = Trial { seed: 0, parallelism: 1, lines };
        fails(judge.judge(&base, &trial, &mut coverage), FailureKind::Table, "1 row too few");
    }
}

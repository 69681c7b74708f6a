//! Checks: questions about what the run left behind, and what must come out of them.
//!
//! A [`Judge`] has everything that a question may need: the database, the snapshots, and what only the run knows.

mod compare;
mod database;
mod glue_view;
mod invariants;
mod many_objects;
mod snapshot;
mod table;
mod why;

pub use database::{CheckDatabase, DatabaseError, Rows};
pub use glue_view::ViewError;
pub(crate) use invariants::same_as_batch::put_table;
pub use invariants::same_as_batch::{Recomputation, TableHolds};
pub use snapshot::{SnapshotError, SnapshotMode, Snapshots, snapshot_path};
pub use why::why;

use crate::file::{Check, Expectation, Invariant, Source};
use crate::report::{CheckResult, Verdict};

/// Judges a law that only the run can judge.
pub type Law<'a> = dyn FnMut(&CheckDatabase) -> Verdict + 'a;

/// Asks and judges checks.
pub struct Judge<'a> {
    /// What the run left behind.
    pub database: &'a CheckDatabase,
    /// The scenario file, for the places of checks.
    pub source: &'a Source,
    /// What was recorded before.
    pub snapshots: &'a mut Snapshots,
    /// What is done with answers that are recorded.
    pub mode: SnapshotMode,
    /// [`Invariant::ExactlyOnce`], which needs to know what the sink was given.
    pub exactly_once: Option<&'a mut Law<'a>>,
    /// [`Invariant::SameAsBatch`], which needs the pipeline and all that it has read.
    pub same_as_batch: Option<&'a mut Law<'a>>,
}

impl Judge<'_> {
    /// Asks one check and judges the answer.
    pub fn judge(&mut self, check: &Check) -> CheckResult {
        let mut verdict = match &check.question {
            crate::file::Question::Invariant(invariant) => self.invariant(&invariant.value),
            question => {
                let sql = question.sql().expect("what is no law is a query");
                let expectation = question.expectation().expect("a query has an expectation");
                self.query(&check.name.value, &sql, expectation)
            }
        };
        let because = why(self.database, check, &verdict);
        if let Verdict::Failed { why, .. } = &mut verdict {
            why.extend(because);
        }
        let (line, _) = self.source.error(check.place(), "").line_column();
        CheckResult { name: check.name.value.clone(), file: self.source.name.clone(), line, verdict }
    }

    fn query(&mut self, name: &str, sql: &str, expectation: &Expectation) -> Verdict {
        let rows = match self.database.query(sql) {
            Ok(rows) => rows,
            Err(error) => return Verdict::Broken { error: error.to_string() },
        };
        match expectation {
            Expectation::Rows(expect) => compare::judge(&expect.value, &rows),
            Expectation::Snapshot(_) => self.snapshots.judge(name, &snapshot::stable(sql, rows), self.mode),
        }
    }

    fn invariant(&mut self, invariant: &Invariant) -> Verdict {
        let judged = |law: Option<&mut &mut Law<'_>>, database: &CheckDatabase| match law {
            Some(law) => law(database),
            None => Verdict::Broken { error: format!("`{}` cannot be judged here", invariant.name()) },
        };
        match invariant {
            Invariant::ExactlyOnce => judged(self.exactly_once.as_mut(), self.database),
            Invariant::SameAsBatch => judged(self.same_as_batch.as_mut(), self.database),
            Invariant::NoUnexplainedLoss => invariants::no_unexplained_loss::judge(self.database),
            Invariant::BoundedState { rows } => invariants::bounded_state::judge(self.database, rows),
        }
    }
}

/// Runs one check that needs nothing but the database, and judges the answer.
pub fn run(database: &CheckDatabase, check: &Check, source: &Source) -> CheckResult {
    let (mut snapshots, mode) = (Snapshots::default(), SnapshotMode::default());
    Judge { database, source, snapshots: &mut snapshots, mode, exactly_once: None, same_as_batch: None }
        .judge(check)
}

#[cfg(test)]
mod tests {
    use serde_saphyr::{Location, Spanned};

    use super::*;
    use crate::file::{Bound, Expect, Question};

    /// The system tables as the recorder makes them.
    const TABLES: &str = "
        DROP SCHEMA wavetank CASCADE; CREATE SCHEMA wavetank;
        CREATE TABLE wavetank.input (job VARCHAR, stream VARCHAR, shard VARCHAR, sequence_number VARCHAR,
          partition_key VARCHAR, arrival TIMESTAMP, batch BIGINT, position BIGINT, source BIGINT, id VARCHAR,
          file VARCHAR, line BIGINT, data VARCHAR);
        CREATE TABLE wavetank.dropped (job VARCHAR, stream VARCHAR, shard VARCHAR, sequence_number VARCHAR,
          event_time TIMESTAMP, arrival TIMESTAMP, watermark TIMESTAMP, operator VARCHAR, batch BIGINT, reason VARCHAR,
          file VARCHAR, line BIGINT);
        CREATE TABLE wavetank.rejected (job VARCHAR, stream VARCHAR, shard VARCHAR, sequence_number VARCHAR,
          batch BIGINT, field VARCHAR, detail VARCHAR);
        CREATE TABLE wavetank.state (job VARCHAR, stream VARCHAR, shard VARCHAR, sequence_number VARCHAR,
          event_time TIMESTAMP, operator VARCHAR, matched BOOLEAN);
        CREATE TABLE wavetank.batches (job VARCHAR, batch BIGINT, trigger_time TIMESTAMP, watermark TIMESTAMP,
          next_watermark TIMESTAMP, input_records UBIGINT, output_rows UBIGINT, late_rows UBIGINT,
          state_rows UBIGINT, restarted BOOLEAN);
        CREATE TABLE wavetank.progress (job VARCHAR, batch BIGINT, trigger_time TIMESTAMP, watermark TIMESTAMP,
          num_input_rows UBIGINT, num_output_rows UBIGINT, num_rows_total UBIGINT, num_rows_updated UBIGINT,
          num_rows_removed UBIGINT, num_rows_dropped_by_watermark UBIGINT);
        CREATE TABLE wavetank.lineage (job VARCHAR, stream VARCHAR, shard VARCHAR, sequence_number VARCHAR,
          batch BIGINT, operator VARCHAR, event VARCHAR, partner_stream VARCHAR, partner_shard VARCHAR,
          partner_sequence_number VARCHAR);
        CREATE TABLE wavetank.events (time TIMESTAMP, bus VARCHAR, source VARCHAR, detail_type VARCHAR,
          detail VARCHAR);
    ";

    /// A database with empty system tables, after some SQL.
    pub(super) fn database(sql: &str) -> CheckDatabase {
        let database = CheckDatabase::open();
        database.execute(&format!("{TABLES}{sql}")).unwrap();
        database
    }

    fn somewhere<T>(value: T) -> Spanned<T> {
        Spanned::new(value, Location::UNKNOWN, Location::UNKNOWN)
    }

    pub(super) fn sql_check(sql: &str) -> Check {
        let expect = Expectation::Rows(somewhere(Expect::Empty));
        let question = Question::Sql { sql: somewhere(sql.to_owned()), expect };
        Check { name: somewhere("a check".to_owned()), at: None, question }
    }

    fn judged(database: &CheckDatabase, question: Question) -> Verdict {
        let check = Check { name: somewhere("a check".to_owned()), at: None, question };
        run(database, &check, &Source::default()).verdict
    }

    #[test]
    fn events_of_a_bus_are_asked_by_its_name() {
        let database = database(
            "INSERT INTO wavetank.events VALUES ('2026-01-05 10:00:00', 'b''us', 's', 't', '{}'), (now(), 'x', '', '', '')",
        );
        let expect = Expectation::Rows(somewhere(Expect::Empty));
        let bus = somewhere("b'us".to_owned());
        match judged(&database, Question::Events { bus, expect }) {
            Verdict::Failed { summary, .. } => assert_eq!(summary, "expected no row, found 1"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_law_without_its_judge_is_not_passed() {
        for law in [Invariant::ExactlyOnce, Invariant::SameAsBatch] {
            let verdict = judged(&database(""), Question::Invariant(somewhere(law)));
            assert!(matches!(verdict, Verdict::Broken { .. }), "{verdict:?}");
        }
    }

    #[test]
    fn a_law_is_judged_by_whoever_can() {
        let database = database("");
        let (mut snapshots, mut asked) = (Snapshots::default(), 0);
        let mut law = |_: &CheckDatabase| {
            asked += 1;
            Verdict::Passed
        };
        let mut judge = Judge {
            database: &database,
            source: &Source::default(),
            snapshots: &mut snapshots,
            mode: SnapshotMode::Compare,
            exactly_once: Some(&mut law),
            same_as_batch: None,
        };
        let question = Question::Invariant(somewhere(Invariant::ExactlyOnce));
        let check = Check { name: somewhere("once".to_owned()), at: None, question };
        assert_eq!(judge.judge(&check).verdict, Verdict::Passed);
        assert_eq!(asked, 1);
    }

    #[test]
    fn a_bound_on_the_state_is_asked_of_the_database() {
        let rows = serde_saphyr::from_str::<crate::file::Cell>("'< 10'").unwrap();
        let crate::file::Cell::Bound(rows) = rows else { panic!("it is a bound") };
        let rows: Bound = rows;
        let question = Question::Invariant(somewhere(Invariant::BoundedState { rows }));
        assert_eq!(judged(&database(""), question), Verdict::Passed);
    }
}

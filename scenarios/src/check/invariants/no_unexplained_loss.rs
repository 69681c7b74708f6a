//! No row is lost without a reason: every record that was put is in the output, in the state, or in the ledger of
//! lost rows, and every entry of the ledger is about a record and has a reason.
//!
//! A record that was not read yet is not lost, unless one behind it was read, or the job has run since it came without
//! reading anything of its shard: then nobody will.

use crate::check::compare::judge_empty;
use crate::check::{CheckDatabase, Rows};
use crate::report::Verdict;

const UNEXPLAINED: &str = "
    WITH last_run AS (
      SELECT job, max(trigger_time) AS time FROM wavetank.batches GROUP BY job
    ), last_read AS (
      SELECT stream, shard, max((length(sequence_number), sequence_number)) AS last FROM wavetank.input
      WHERE batch IS NOT NULL GROUP BY stream, shard
    ), skipped AS (
      SELECT i.stream, i.shard, i.sequence_number, 'it was never read, and never will be' AS problem, i.data
      FROM wavetank.input i LEFT JOIN last_read r ON (r.stream, r.shard) = (i.stream, i.shard)
      WHERE i.batch IS NULL
        AND NOT EXISTS (SELECT 1 FROM wavetank.dropped d
                        WHERE (d.stream, d.shard, d.sequence_number) = (i.stream, i.shard, i.sequence_number)
                          AND d.job IS NOT DISTINCT FROM i.job)
        AND NOT EXISTS (SELECT 1 FROM wavetank.input o
                        WHERE (o.stream, o.shard, o.sequence_number) = (i.stream, i.shard, i.sequence_number)
                          AND o.batch IS NOT NULL)
        AND coalesce((length(i.sequence_number), i.sequence_number) < r.last,
                     i.arrival <= (SELECT max(time) FROM last_run
                                   WHERE i.job IS NULL OR job IS NOT DISTINCT FROM i.job))
    ), lost AS (
      SELECT i.stream, i.shard, i.sequence_number,
             'it was read, and is neither in the output, nor in the state, nor in the ledger' AS problem, i.data
      FROM wavetank.input i
      ANTI JOIN wavetank.lineage l ON (l.stream, l.shard, l.sequence_number) = (i.stream, i.shard, i.sequence_number)
        AND l.job IS NOT DISTINCT FROM i.job
      ANTI JOIN wavetank.lineage p
        ON (p.partner_stream, p.partner_shard, p.partner_sequence_number) = (i.stream, i.shard, i.sequence_number)
        AND p.job IS NOT DISTINCT FROM i.job
      ANTI JOIN wavetank.state s ON (s.stream, s.shard, s.sequence_number) = (i.stream, i.shard, i.sequence_number)
        AND s.job IS NOT DISTINCT FROM i.job
      ANTI JOIN wavetank.dropped d ON (d.stream, d.shard, d.sequence_number) = (i.stream, i.shard, i.sequence_number)
        AND d.job IS NOT DISTINCT FROM i.job
      WHERE i.batch IS NOT NULL
    ), without_reason AS (
      SELECT stream, shard, sequence_number, 'it was dropped without a reason' AS problem, NULL AS data
      FROM wavetank.dropped WHERE coalesce(reason, '') = ''
    ), unknown AS (
      SELECT d.stream, d.shard, d.sequence_number, 'it was dropped, and there is no such record' AS problem,
             NULL AS data
      FROM wavetank.dropped d
      ANTI JOIN wavetank.input i ON (d.stream, d.shard, d.sequence_number) = (i.stream, i.shard, i.sequence_number)
    )
    SELECT * FROM (FROM skipped UNION ALL FROM lost UNION ALL FROM without_reason UNION ALL FROM unknown)
    ORDER BY problem, stream, shard, length(sequence_number), sequence_number";

/// Judges every record of every job.
pub(in crate::check) fn judge(database: &CheckDatabase) -> Verdict {
    match database.query(UNEXPLAINED) {
        Ok(rows) => judge_empty(&rows, &summary(&rows)),
        Err(error) => Verdict::Broken { error: error.to_string() },
    }
}

fn summary(rows: &Rows) -> String {
    match rows.rows.len() {
        1 => "what became of 1 record is not explained".to_owned(),
        n => format!("what became of {n} records is not explained"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::database;

    /// Six records of one shard: written, kept, dropped, joined and still kept, and two without a fate.
    fn ledger(change: &str) -> CheckDatabase {
        database(&format!(
            "INSERT INTO wavetank.batches VALUES ('j', 0, '2026-01-05 10:01:00', NULL, NULL, 4, 0, 0, 0, false);
             INSERT INTO wavetank.input SELECT 'j', 's', 'shard', CAST(n AS VARCHAR), '', '2026-01-05 10:00:00', 0, n, 0,
               NULL, NULL, NULL, '' FROM range(8, 12) t(n);
             INSERT INTO wavetank.lineage VALUES ('j', 's', 'shard', '8', 0, 'sink', 'written', NULL, NULL, NULL);
             INSERT INTO wavetank.state VALUES ('j', 's', 'shard', '9', NULL, 'join', false);
             INSERT INTO wavetank.dropped VALUES ('j', 's', 'shard', '10', NULL, NULL, NULL, 'filter', 0, 'filtered', NULL, NULL);
             INSERT INTO wavetank.lineage VALUES ('j', 's', 'shard', '11', 0, 'agg', 'grouped', NULL, NULL, NULL);
             {change}"
        ))
    }

    fn problems(change: &str) -> Vec<String> {
        match judge(&ledger(change)) {
            Verdict::Passed => vec![],
            Verdict::Failed { unexpected, .. } => {
                let problem = |at: usize| {
                    unexpected
                        .iter()
                        .map(move |row| row.0[at].1.clone().unwrap_or_default())
                        .collect::<Vec<_>>()
                };
                problem(2)
                    .into_iter()
                    .zip(problem(3))
                    .map(|(number, what)| format!("{number}: {what}"))
                    .collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn records_with_a_fate_are_explained() {
        assert_eq!(problems(""), <[&str; 0]>::default());
    }

    #[test]
    fn the_other_side_of_a_match_is_explained_too() {
        let record = "INSERT INTO wavetank.input VALUES ('j', 's', 'shard', '20', '', NULL, 0, 9, 0, NULL, NULL, NULL, '');";
        assert_eq!(problems(record).len(), 1);
        let joined = "INSERT INTO wavetank.lineage VALUES ('j', 's', 'shard', '8', 0, 'join', 'joined', 's', 'shard', '20');";
        assert_eq!(problems(&format!("{record}{joined}")), <[&str; 0]>::default());
    }

    #[test]
    fn a_record_without_a_fate_is_listed() {
        let lost = "DELETE FROM wavetank.state";
        assert_eq!(
            problems(lost),
            ["9: it was read, and is neither in the output, nor in the state, nor in the ledger"]
        );
    }

    #[test]
    fn another_jobs_ledger_explains_nothing() {
        assert_eq!(problems("UPDATE wavetank.dropped SET job = 'other'").len(), 1);
    }

    #[test]
    fn entries_of_the_ledger_need_a_reason_and_a_record() {
        let nameless = "UPDATE wavetank.dropped SET reason = ''";
        assert_eq!(problems(nameless), ["10: it was dropped without a reason"]);
        let unknown =
            "INSERT INTO wavetank.dropped SELECT * REPLACE ('99' AS sequence_number) FROM wavetank.dropped";
        assert_eq!(problems(unknown), ["99: it was dropped, and there is no such record"]);
    }

    #[test]
    fn what_waits_to_be_read_is_not_lost() {
        let put = |number: &str, shard: &str, at: &str| {
            format!(
                "INSERT INTO wavetank.input VALUES (NULL, 's', '{shard}', '{number}', '', '{at}', NULL, NULL, NULL, NULL, NULL, NULL, '');"
            )
        };
        assert_eq!(problems(&put("12", "shard", "2026-01-05 10:00:30")), <[&str; 0]>::default());
        assert_eq!(
            problems(&put("7", "shard", "2026-01-05 10:00:00")),
            ["7: it was never read, and never will be"]
        );
        assert_eq!(problems(&put("1", "other", "2026-01-05 10:00:30")).len(), 1);
        assert_eq!(problems(&put("1", "other", "2026-01-05 10:02:00")), <[&str; 0]>::default());
    }
}

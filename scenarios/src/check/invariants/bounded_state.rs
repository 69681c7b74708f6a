//! The state stays within a bound: the greatest number of rows that the operators of a job kept after any batch.

use crate::check::CheckDatabase;
use crate::file::Bound;
use crate::report::Verdict;

const GREATEST: &str = "
    SELECT job, batch, num_rows_total FROM wavetank.progress
    QUALIFY row_number() OVER (PARTITION BY job ORDER BY num_rows_total DESC, batch) = 1
    ORDER BY num_rows_total DESC, job";

/// Judges every job.
pub(in crate::check) fn judge(database: &CheckDatabase, bound: &Bound) -> Verdict {
    let rows = match database.query(GREATEST) {
        Ok(rows) => rows.rows,
        Err(error) => return Verdict::Broken { error: error.to_string() },
    };
    let beyond = rows.iter().find(|row| !bound.accepts(row[2].as_deref()));
    match beyond {
        None => Verdict::Passed,
        Some(row) => {
            let said = |at: usize| row[at].as_deref().unwrap_or("?");
            let (job, batch, total) = (said(0), said(1), said(2));
            Verdict::failed(format!(
                "job {job} kept {total} rows in state after batch {batch}, expected {bound}"
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::tests::database;
    use crate::file::Cell;

    fn bound(text: &str) -> Bound {
        match serde_saphyr::from_str(&format!("'{text}'")).unwrap() {
            Cell::Bound(bound) => bound,
            other => panic!("{other} is no bound"),
        }
    }

    #[test]
    fn the_greatest_of_all_batches_counts() {
        let database = database(
            "INSERT INTO wavetank.progress SELECT job, batch, now(), now(), 0, 0, total, 0, 0, 0
             FROM (VALUES ('a', 0, 5), ('a', 1, 40), ('a', 2, 7), ('b', 0, 8)) t(job, batch, total)",
        );
        assert_eq!(judge(&database, &bound("<= 40")), Verdict::Passed);
        let expected = Verdict::failed("job a kept 40 rows in state after batch 1, expected < 40");
        assert_eq!(judge(&database, &bound("< 40")), expected);
    }
}

//! Threads and the form of the saved state do not change a byte: the same batches, the same rows in the same order.

use wavetank_engine::query::QueryOptions;
use wavetank_engine::seeded_bug::SeededBug;

use super::{History, Line, Subject, in_order};
use crate::property::coverage::Coverage;
use crate::property::tank::TankOptions;

pub(super) fn judge(
    subject: &Subject,
    lines: &[Line],
    history: &History,
    bug: Option<SeededBug>,
) -> Option<String> {
    let plain = subject.tank(bug);
    let options = TankOptions {
        query: QueryOptions { parallelism: 3, ..plain.query.clone() },
        snapshot_each_batch: true,
    };
    // Whole snapshots take other calls, so a crash at a call would be another crash.
    let (lines, again) = match Line::without_crashes(lines) {
        None => (lines.to_vec(), None),
        Some(lines) => {
            let again = subject.run(&lines, &plain, &mut Coverage::default())?;
            (lines, Some(again))
        }
    };
    let history = again.as_ref().unwrap_or(history);
    let Some(other) = subject.run(&lines, &options, &mut Coverage::default()) else {
        return Some("it fails with three threads and whole snapshots".to_owned());
    };
    if other.batches.len() != history.batches.len() {
        return Some(format!(
            "{} batches, and {} with three threads",
            history.batches.len(),
            other.batches.len()
        ));
    }
    history.batches.iter().zip(&other.batches).find_map(|(one, other)| {
        let same =
            one.report.progress == other.report.progress && in_order(&one.rows) == in_order(&other.rows);
        (!same).then(|| format!("batch {} differs with three threads", one.report.progress.batch))
    })
}

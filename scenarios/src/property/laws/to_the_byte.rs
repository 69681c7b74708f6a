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
    let calm = Line::without_crashes(lines);
    let lines = calm.as_deref().unwrap_or(lines);
    let run = |options: &TankOptions| {
        let ran = subject.run(lines, options, &mut Coverage::default());
        ran.map_err(|error| format!("with {} threads it stops: {error}", options.query.parallelism))
    };
    let both = match calm.is_some() {
        true => run(&plain).and_then(|again| Ok((Some(again), run(&options)?))),
        false => run(&options).map(|other| (None, other)),
    };
    let (again, other) = match both {
        Ok(both) => both,
        Err(reason) => return Some(reason),
    };
    let history = again.as_ref().unwrap_or(history);
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

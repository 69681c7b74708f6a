//! At the end of input nothing is left in a state that a watermark takes out.

use wavetank_engine::plan::OutputMode;

use super::{History, Subject};
use crate::conform::Op;

pub(super) fn judge(subject: &Subject, history: &History) -> Option<String> {
    if !is_bounded(subject) || has_nulls(subject) {
        return None;
    }
    let left = history.kept_at_end.len();
    (left > 0).then(|| format!("{left} rows are left: {:?}", history.kept_at_end))
}

/// Whether every operator lets go of all its rows when the watermark has passed everything.
pub(super) fn is_bounded(subject: &Subject) -> bool {
    let drawn = &subject.drawn;
    if subject.options.mode == OutputMode::Complete || drawn.delays.contains(&None) {
        return false;
    }
    drawn.query.iter().all(|op| match op {
        // Both ends of the range.
        Op::Join { on, .. } => {
            let comparisons = on.split(" AND ").filter(|part| part.contains("interval")).count();
            comparisons == 2 && !on.contains("lt = rt")
        }
        Op::Dedup { cols } => cols.is_empty() || cols.iter().any(|col| col == "t"),
        _ => true,
    })
}

/// A row without a time or a key is never passed by a watermark.
pub(super) fn has_nulls(subject: &Subject) -> bool {
    let swarm = &subject.swarm;
    swarm.null_keys + swarm.null_times + swarm.malformed > 0.0
}

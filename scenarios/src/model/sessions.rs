//! Sessions: groups of equal keys whose times touch.
//!
//! Source: `MergingSessionsExec`, `SessionWindowStateStoreRestoreExec`, `SessionWindowStateStoreSaveExec` (Spark
//! 3.5.4).

use arrow::array::types::TimestampMicrosecondType;
use arrow::array::{ArrayRef, cast::AsArray};
use wavetank_engine::error::Result;
use wavetank_engine::ledger::KeptRow;
use wavetank_engine::plan::{ColumnId, OutputMode};

use super::groups::{Group, Grouping};
use super::rows::{Key, Row, key_of};
use super::steps::span;
use super::tree::Turn;
use super::watermarks::{is_passed, refused};

/// The sessions that are kept.
#[derive(Clone)]
pub(super) struct Sessions {
    grouping: Grouping,
    /// Position of the session among the keys.
    at: usize,
    kept: Vec<Session>,
}

/// A session: a group, the keys beside the session, and its bounds in microseconds.
#[derive(Debug, Clone)]
struct Session {
    others: Key,
    start: i64,
    end: i64,
    group: Group,
}

impl Sessions {
    pub(super) fn new(grouping: Grouping, session: ColumnId) -> Result<Self> {
        if grouping.keys.len() < 2 {
            let message = "Global aggregation with session window in streaming query is not supported.";
            return Err(refused(message));
        }
        let at = grouping.keys.iter().position(|key| key.id == session);
        Ok(Self { at: at.expect("the planner made the session a key"), grouping, kept: vec![] })
    }

    pub(super) fn evicts(&self) -> bool {
        self.grouping.mode != OutputMode::Complete
    }

    pub(super) fn kept(&self, operator: &'static str) -> Vec<KeptRow> {
        self.grouping.kept(self.kept.iter().map(|session| &session.group), operator)
    }

    pub(super) fn run(&mut self, rows: Vec<Row>, turn: &mut Turn<'_>) -> Result<Vec<Row>> {
        // Rows of one batch with equal keys and equal sessions are one group; in every mode some may be late.
        let groups = self.grouping.of_batch(rows, true, turn)?;
        let new = groups.into_iter().map(|group| self.session(group)).collect::<Result<Vec<_>>>()?;
        let mut touched: Vec<Key> = new.iter().map(|session| session.others.clone()).collect();
        touched.sort();
        touched.dedup();
        for key in touched {
            let of_key = |session: &Session| session.others == key;
            let (stored, rest): (Vec<_>, Vec<_>) = self.kept.drain(..).partition(of_key);
            let parts = stored.iter().chain(new.iter().filter(|session| of_key(session)));
            let merged = merge(parts.cloned().collect());
            turn.counts.rows_updated += merged.len() as u64;
            let vanished = |old: &&Session| merged.iter().all(|session| session.start != old.start);
            turn.counts.rows_removed += stored.iter().filter(vanished).count() as u64;
            self.kept = rest.into_iter().chain(merged).collect();
        }
        for session in &mut self.kept {
            session.group.keys[self.at] =
                span(&self.grouping.keys[self.at].data_type, session.start, session.end);
        }
        self.emit(turn)
    }

    /// Append: the sessions that leave; else all of them.
    fn emit(&mut self, turn: &mut Turn<'_>) -> Result<Vec<Row>> {
        let leaves = |session: &Session| {
            let time = self.grouping.time_of(&session.group.keys);
            self.evicts() && is_passed(time, turn.watermarks.eviction)
        };
        let (leaving, staying): (Vec<Session>, Vec<Session>) = self.kept.iter().cloned().partition(leaves);
        let output = if self.evicts() { &leaving } else { &staying };
        let output = self.grouping.output(output.iter().map(|session| &session.group))?;
        turn.counts.rows_removed += leaving.len() as u64;
        turn.counts.rows_total = staying.len() as u64;
        self.kept = staying;
        Ok(output)
    }

    fn session(&self, group: Group) -> Result<Session> {
        let bound = |at: usize| {
            group.keys[self.at].as_struct().column(at).as_primitive::<TimestampMicrosecondType>().value(0)
        };
        let (start, end) = (bound(0), bound(1));
        let keys = group.keys.iter().enumerate().filter(|(at, _)| *at != self.at);
        let others: Vec<ArrayRef> = keys.map(|(_, key)| key.clone()).collect();
        Ok(Session { others: key_of(&others)?, start, end, group })
    }
}

/// One session out of those that touch: where one starts no later than the one before ends.
fn merge(mut parts: Vec<Session>) -> Vec<Session> {
    // Stable: of equal starts the stored one stays first.
    parts.sort_by_key(|part| part.start);
    let mut merged: Vec<Session> = Vec::new();
    for part in parts {
        match merged.last_mut().filter(|session| part.start <= session.end) {
            Some(session) => {
                session.end = session.end.max(part.end);
                session.group.record = session.group.record.min(part.group.record);
                session.group.rows.extend(part.group.rows);
            }
            None => merged.push(part),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use wavetank_engine::batch::{BatchId, RecordId};

    use super::*;

    fn session(start: i64, end: i64, index: u32) -> Session {
        let record = RecordId { batch: BatchId(0), source: 0, index };
        let rows = vec![Row { values: vec![], record }];
        Session { others: vec![], start, end, group: Group { key: vec![], keys: vec![], rows, record } }
    }

    #[test]
    fn sessions_that_touch_become_one_with_all_their_rows() {
        let merged = merge(vec![session(11, 16, 3), session(5, 8, 0), session(0, 5, 2), session(17, 20, 4)]);
        let spans: Vec<_> = merged.iter().map(|s| (s.start, s.end, s.group.rows.len())).collect();
        assert_eq!(spans, [(0, 8, 2), (11, 16, 1), (17, 20, 1)]);
        assert_eq!(merged[0].group.record.index, 0);
    }

    #[test]
    fn a_session_inside_another_does_not_shorten_it() {
        let merged = merge(vec![session(0, 20, 0), session(1, 3, 1), session(20, 25, 2)]);
        assert_eq!(merged.iter().map(|s| (s.start, s.end)).collect::<Vec<_>>(), [(0, 25)]);
    }
}

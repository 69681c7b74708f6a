//! Which sessions become one.
//!
//! Source: `MergingSessionsIterator.processCurrentSortedGroup` (Spark 3.5.4).

use std::ops::Range;

/// A session before merging.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    /// Number of its other keys.
    pub(super) key: u32,
    /// In microseconds.
    pub(super) start: i64,
    /// In microseconds.
    pub(super) end: i64,
    /// Its own number; of sessions with equal start the lower one is merged first.
    pub(super) number: u32,
}

/// A session after merging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// Its earliest start.
    pub(super) start: i64,
    /// Its latest end.
    pub(super) end: i64,
    /// Where in the order of merging its members are.
    pub(super) members: Range<usize>,
}

impl Run {
    /// Whether a member's number is not among the `stored` first ones.
    pub(super) fn has_new(&self, order: &[u32], stored: usize) -> bool {
        order[self.members.clone()].iter().any(|number| *number as usize >= stored)
    }
}

/// Joins sessions of equal key where one starts no later than the one before ends. Returns the merged sessions, and
/// the numbers of all members in the order in which they are merged.
pub(super) fn merge(members: &[Member]) -> (Vec<Run>, Vec<u32>) {
    let mut sorted = members.to_vec();
    sorted.sort_unstable_by_key(|member| (member.key, member.start, member.number));
    let mut runs: Vec<Run> = Vec::new();
    let mut key = None;
    for (at, member) in sorted.iter().enumerate() {
        match runs.last_mut().filter(|run| key == Some(member.key) && member.start <= run.end) {
            Some(run) => {
                run.end = run.end.max(member.end);
                run.members.end = at + 1;
            }
            None => runs.push(Run { start: member.start, end: member.end, members: at..at + 1 }),
        }
        key = Some(member.key);
    }
    (runs, sorted.iter().map(|member| member.number).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sessions(spans: &[(u32, i64, i64)]) -> Vec<Member> {
        let member = |(number, (key, start, end)): (usize, &(u32, i64, i64))| Member {
            key: *key,
            start: *start,
            end: *end,
            number: number as u32,
        };
        spans.iter().enumerate().map(member).collect()
    }

    fn spans(runs: &[Run]) -> Vec<(i64, i64)> {
        runs.iter().map(|run| (run.start, run.end)).collect()
    }

    #[test]
    fn touching_is_enough_and_keys_stay_apart() {
        let (runs, _) = merge(&sessions(&[(0, 5, 10), (0, 0, 5), (0, 11, 16), (1, 6, 11)]));
        assert_eq!(spans(&runs), [(0, 10), (11, 16), (6, 11)]);
    }

    #[test]
    fn a_session_inside_another_does_not_shorten_it() {
        let (runs, order) = merge(&sessions(&[(0, 0, 20), (0, 1, 3), (0, 20, 25)]));
        assert_eq!(spans(&runs), [(0, 25)]);
        assert_eq!(order, [0, 1, 2]);
    }

    #[test]
    fn the_stored_session_comes_first_among_equal_starts() {
        let (runs, order) = merge(&sessions(&[(0, 3, 8), (0, 3, 5)]));
        assert_eq!((spans(&runs), order.as_slice()), (vec![(3, 8)], &[0, 1][..]));
        assert!(runs[0].has_new(&order, 1));
        assert!(!runs[0].has_new(&order, 2));
    }

    proptest! {
        #[test]
        fn merged_sessions_lie_apart_and_hold_every_member(
            rows in prop::collection::vec((0u32..3, 0i64..60, 1i64..8), 0..30)
        ) {
            let members = sessions(&rows.iter().map(|(k, t, gap)| (*k, *t, t + gap)).collect::<Vec<_>>());
            let (runs, order) = merge(&members);
            prop_assert_eq!(runs.iter().map(|run| run.members.len()).sum::<usize>(), members.len());
            let key = |run: &Run| members[order[run.members.start] as usize].key;
            for run in &runs {
                for number in &order[run.members.clone()] {
                    let member = members[*number as usize];
                    prop_assert!(member.key == key(run) && run.start <= member.start && member.end <= run.end);
                }
            }
            for pair in runs.windows(2) {
                prop_assert!(key(&pair[0]) != key(&pair[1]) || pair[0].end < pair[1].start);
            }
        }
    }
}

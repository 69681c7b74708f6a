//! State rows in the order in which the watermark will reach them, so that eviction touches only what leaves.
//!
//! Each insertion is one sorted run; a heap of the runs' earliest times merges them lazily. Inserting n rows costs
//! a sort of n, evicting k rows costs k heap steps over the runs, and no other row is looked at.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The rows that have a time, as (time, position): in the order of the times, of equal ones in that of the rows.
pub(in crate::operator) fn in_time_order(times: impl Iterator<Item = Option<i64>>) -> Vec<(i64, u32)> {
    let mut timed: Vec<(i64, u32)> = (0..).zip(times).filter_map(|(row, time)| Some((time?, row))).collect();
    // Stable, and quick where rows come about in the order of their times.
    timed.sort_by_key(|(time, _)| *time);
    timed
}

/// Slots of state rows by event time in microseconds; rows of equal times in the order in which they came.
#[derive(Debug, Default)]
pub(in crate::operator) struct TimeIndex {
    runs: Vec<Run>,
    /// Emptied runs whose place can be taken again.
    free: Vec<u32>,
    /// Per run that is not empty: its earliest remaining time, its number, and its place.
    heads: BinaryHeap<Reverse<(i64, u64, u32)>>,
    /// Runs so far: of equal times those of the earlier run come first.
    numbered: u64,
}

/// The last to leave first, so that the first is popped off the end.
#[derive(Debug, Default)]
struct Run {
    times: Vec<i64>,
    slots: Vec<u32>,
}

impl TimeIndex {
    /// Adds rows given as (time, slot), in the order of the times; of equal times in the order in which they came.
    pub(in crate::operator) fn insert(&mut self, rows: impl DoubleEndedIterator<Item = (i64, u32)>) {
        let (times, slots): (Vec<i64>, Vec<u32>) = rows.rev().unzip();
        let Some(earliest) = times.last().copied() else { return };
        debug_assert!(times.is_sorted_by(|a, b| a >= b));
        let run = Run { times, slots };
        let id = match self.free.pop() {
            Some(id) => {
                self.runs[id as usize] = run;
                id
            }
            None => {
                self.runs.push(run);
                self.runs.len() as u32 - 1
            }
        };
        self.heads.push(Reverse((earliest, self.numbered, id)));
        self.numbered += 1;
    }

    /// Bytes of memory.
    pub(in crate::operator) fn bytes(&self) -> usize {
        self.runs.iter().map(|run| run.times.capacity() * 8 + run.slots.capacity() * 4).sum()
    }

    /// Takes out rows at or before `bound`, as (time, slot): earliest first, of equal times in the order in which they
    /// came; at most `limit` of them.
    pub(in crate::operator) fn take_until(&mut self, bound: i64, limit: usize) -> Vec<(i64, u32)> {
        let mut taken = Vec::new();
        while let Some(Reverse((time, number, id))) = self.heads.peek().copied() {
            if time > bound || taken.len() >= limit {
                break;
            }
            self.heads.pop();
            let run = &mut self.runs[id as usize];
            // Stays with the run while it is the first: one heap step per change of run, not per row.
            let next = self.heads.peek().map(|Reverse((time, number, _))| (*time, *number));
            let is_first = |time: i64| time <= bound && next.is_none_or(|next| (time, number) < next);
            while taken.len() < limit
                && let Some(time) = run.times.last().copied().filter(|time| is_first(*time))
            {
                run.times.pop();
                taken.push((time, run.slots.pop().expect("a run has as many slots as times")));
            }
            match run.times.last() {
                Some(next) => self.heads.push(Reverse((*next, number, id))),
                None => {
                    *run = Run::default();
                    self.free.push(id);
                }
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_bound_is_inclusive() {
        let mut index = TimeIndex::default();
        index.insert([(10, 1), (20, 2), (30, 3)].into_iter());
        assert_eq!(index.take_until(20, 10), [(10, 1), (20, 2)]);
        assert_eq!(index.take_until(29, 10), []);
        assert_eq!(index.take_until(30, 10), [(30, 3)]);
    }

    proptest! {
        #[test]
        fn rows_leave_once_in_order_when_the_bound_passes_them(
            batches in prop::collection::vec((prop::collection::vec(0i64..100, 0..8), 0i64..100), 1..20),
            limit in 1usize..10,
        ) {
            let mut index = TimeIndex::default();
            let (mut slot, mut waiting) = (0, Vec::new());
            for (times, bound) in batches {
                let rows: Vec<(i64, u32)> = times.iter().map(|t| { slot += 1; (*t, slot) }).collect();
                waiting.extend(rows.clone());
                let order = in_time_order(rows.iter().map(|(time, _)| Some(*time)));
                index.insert(order.into_iter().map(|(time, row)| (time, rows[row as usize].1)));
                let some = || Some(index.take_until(bound, limit)).filter(|some| !some.is_empty());
                let some: Vec<_> = std::iter::from_fn(some).collect();
                prop_assert!(some.iter().rev().skip(1).all(|some| some.len() == limit));
                let taken = some.concat();
                // Slots are given in the order in which rows come.
                prop_assert!(taken.is_sorted());
                let (mut due, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|r| r.0 <= bound);
                due.sort_unstable();
                let mut taken_sorted = taken;
                taken_sorted.sort_unstable();
                prop_assert_eq!(taken_sorted, due);
                waiting = rest;
            }
        }
    }
}

//! Work inside a micro-batch, spread over a fixed number of threads: the results come in the order of the items, so
//! the same items give the same results for any number.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::iter::Enumerate;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::vec::IntoIter;

/// What becomes of each item, in the order of the items. Threads take the next item when they are done with one; with
/// one thread, or one item, nothing is spawned.
pub(crate) fn map<T: Send, R: Send>(threads: usize, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let mut results = Vec::with_capacity(items.len());
    let Ok(()) = for_each(threads, items, work, |result| {
        results.push(result);
        Ok::<(), Infallible>(())
    });
    results
}

/// The same for work that may fail; the first failure in the order of the items counts.
pub(crate) fn try_map<T: Send, R: Send, E: Send>(
    threads: usize,
    items: Vec<T>,
    work: impl Fn(T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    map(threads, items, work).into_iter().collect()
}

/// Does something with what becomes of each item, in the order of the items: on this thread, while others go on with
/// the next ones. With one thread nothing is spawned. After a failure nothing more is begun.
pub(crate) fn for_each<T: Send, R: Send, E>(
    threads: usize,
    items: Vec<T>,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    if threads <= 1 || items.len() <= 1 {
        return items.into_iter().try_for_each(|item| take(work(item)));
    }
    let count = items.len();
    let line = Line::new(items);
    let help = || {
        let _ends = line.ends_with_me();
        while let Some((at, item)) = line.next() {
            line.finish(at, work(item));
        }
    };
    std::thread::scope(|scope| {
        let _ends = line.ends_with_me();
        let others: Vec<_> = (1..threads.min(count)).map(|_| scope.spawn(help)).collect();
        for at in 0..count {
            let done = loop {
                match line.turn(at) {
                    Turn::Take(done) => break Some(done),
                    Turn::Work(other, item) => line.finish(other, work(item)),
                    Turn::Over => break None,
                }
            };
            // Whoever has panicked says so when it is waited for.
            let Some(done) = done else { break };
            take(done)?;
        }
        others.into_iter().for_each(|other| {
            other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        });
        Ok(())
    })
}

/// Items on their way through several threads.
struct Line<T, R> {
    state: Mutex<LineState<T, R>>,
    changed: Condvar,
}

struct LineState<T, R> {
    waiting: Enumerate<IntoIter<T>>,
    /// Done, and not taken yet.
    done: BTreeMap<usize, R>,
    /// Somebody has left before the end.
    broken: bool,
}

/// What the thread that takes results does next.
enum Turn<T, R> {
    Take(R),
    Work(usize, T),
    Over,
}

/// Stops the others if its thread leaves early.
struct EndsWithMe<'a, T, R>(&'a Line<T, R>);

impl<T, R> Drop for EndsWithMe<'_, T, R> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        // Items left over, or a result that never comes.
        state.broken |= std::thread::panicking() || state.waiting.len() > 0;
        drop(state);
        self.0.changed.notify_all();
    }
}

impl<T, R> Line<T, R> {
    fn new(items: Vec<T>) -> Self {
        let waiting = items.into_iter().enumerate();
        let state = LineState { waiting, done: BTreeMap::new(), broken: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, LineState<T, R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ends_with_me(&self) -> EndsWithMe<'_, T, R> {
        EndsWithMe(self)
    }

    fn next(&self) -> Option<(usize, T)> {
        let mut state = self.state();
        if state.broken { None } else { state.waiting.next() }
    }

    fn finish(&self, at: usize, result: R) {
        self.state().done.insert(at, result);
        self.changed.notify_all();
    }

    /// The result of an item; as long as it is not there, another item to work on.
    fn turn(&self, at: usize) -> Turn<T, R> {
        let mut state = self.state();
        loop {
            if let Some(done) = state.done.remove(&at) {
                return Turn::Take(done);
            }
            if state.broken {
                return Turn::Over;
            }
            if let Some((other, item)) = state.waiting.next() {
                return Turn::Work(other, item);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for threads in [1, 2, 3, 8] {
            let items: Vec<u64> = (0..100).collect();
            let squares = map(threads, items, |n| n * n);
            assert!(squares.into_iter().eq((0..100).map(|n| n * n)), "{threads} threads");
        }
    }

    #[test]
    fn results_are_taken_in_order_until_one_fails() {
        for threads in [1, 2, 3, 8] {
            let mut taken = Vec::new();
            let take = |n: u64| {
                taken.push(n);
                if n == 49 * 49 { Err("enough") } else { Ok(()) }
            };
            assert_eq!(for_each(threads, (0..100).collect(), |n: u64| n * n, take), Err("enough"));
            assert!(taken.into_iter().eq((0..50).map(|n| n * n)), "{threads} threads");
        }
    }

    #[test]
    fn a_panic_at_work_is_passed_on() {
        for threads in [1, 2, 4] {
            let work = |n: u32| assert!(n != 30, "thirty");
            let all = || for_each(threads, (0..40).collect(), work, |()| Ok::<(), ()>(()));
            let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(all)).unwrap_err();
            assert_eq!(panic.downcast_ref::<&str>(), Some(&"thirty"), "{threads} threads");
        }
    }

    #[test]
    fn the_first_failure_in_order_counts() {
        let fails = |n: u32| if n % 7 == 3 { Err(n) } else { Ok(n) };
        for threads in [1, 2, 5] {
            assert_eq!(try_map(threads, (0..40).collect(), fails), Err(3));
        }
    }
}

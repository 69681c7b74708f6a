//! Work inside a micro-batch, spread over a fixed number of threads: the results come in the order of the items, so
//! the same items give the same results for any number.

use std::sync::Mutex;

/// What becomes of each item, in the order of the items. Threads take the next item when they are done with one; with
/// one thread, or one item, nothing is spawned.
pub(crate) fn map<T: Send, R: Send>(threads: usize, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    if threads <= 1 || items.len() <= 1 {
        return items.into_iter().map(work).collect();
    }
    let count = items.len();
    let waiting = Mutex::new(items.into_iter().enumerate());
    let next = || waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
    let take_turns = || {
        let mut done = Vec::new();
        while let Some((at, item)) = next() {
            done.push((at, work(item)));
        }
        done
    };
    let mut done = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.min(count)).map(|_| scope.spawn(take_turns)).collect();
        let mut done = take_turns();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

/// The same for work that may fail; the first failure in the order of the items counts.
pub(crate) fn try_map<T: Send, R: Send, E: Send>(
    threads: usize,
    items: Vec<T>,
    work: impl Fn(T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    map(threads, items, work).into_iter().collect()
}

/// Two things, of which the first may be done on another thread while this one does the second.
pub(crate) fn beside<A: Send, B>(
    threads: usize,
    there: impl FnOnce() -> A + Send,
    here: impl FnOnce() -> B,
) -> (A, B) {
    if threads <= 1 {
        return (there(), here());
    }
    std::thread::scope(|scope| {
        let there = scope.spawn(there);
        let here = here();
        (there.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), here)
    })
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
    fn both_are_done() {
        for threads in [1, 2] {
            assert_eq!(beside(threads, || 1, || 2), (1, 2));
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

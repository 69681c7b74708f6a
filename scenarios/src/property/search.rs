//! Tries a law on one case after the other, on several threads, until it breaks or has been tried often enough.
//!
//! A case is a function of the seed and of its number alone, so the first that breaks is the same for any number of
//! threads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::coverage::Coverage;
use crate::rng::Rng;

/// How long to search, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Search {
    /// The seed of all cases.
    pub seed: u64,
    /// The number of the first.
    pub first: u64,
    /// How many.
    pub cases: u64,
    /// Threads.
    pub jobs: usize,
}

/// What a search has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<F> {
    /// The first case that broke the law, and how.
    pub failure: Option<(u64, F)>,
    /// Cases that were tried.
    pub tried: u64,
    /// What they have met.
    pub coverage: Coverage,
    /// Whether it was ended from outside.
    pub interrupted: bool,
}

/// The draws of one case.
pub fn case_rng(seed: u64, number: u64) -> Rng {
    Rng::new(seed).fork("property").fork(&number.to_string())
}

/// Searches. `worker` makes what a thread needs; with it `try_case` tries the case of a number, and says how it broke
/// the law if it did. `after` is told of the cases that are done, and may end the search.
pub fn search<W, F: Send>(
    search: &Search,
    worker: impl Fn() -> W + Sync,
    try_case: impl Fn(&mut W, u64, Rng, &mut Coverage) -> Option<F> + Sync,
    after: impl Fn(u64) -> bool + Sync,
) -> Found<F> {
    let (next, tried) = (AtomicU64::new(0), AtomicU64::new(0));
    let (end, interrupted) = (AtomicU64::new(search.cases), AtomicBool::new(false));
    let found: Mutex<(Option<(u64, F)>, Coverage)> = Mutex::new((None, Coverage::default()));
    let work = || {
        let (mut worker, mut coverage) = (worker(), Coverage::default());
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            // Cases before one that failed are still tried: the first failure counts.
            if at >= end.load(Ordering::Relaxed) || interrupted.load(Ordering::Relaxed) {
                break;
            }
            let number = search.first + at;
            let failure = try_case(&mut worker, number, case_rng(search.seed, number), &mut coverage);
            if let Some(failure) = failure {
                end.fetch_min(at, Ordering::Relaxed);
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                if found.0.as_ref().is_none_or(|(earlier, _)| number < *earlier) {
                    found.0 = Some((number, failure));
                }
            }
            if !after(tried.fetch_add(1, Ordering::Relaxed) + 1) {
                interrupted.store(true, Ordering::Relaxed);
            }
        }
        found.lock().unwrap_or_else(PoisonError::into_inner).1.merge(&coverage);
    };
    std::thread::scope(|scope| {
        for _ in 0..search.jobs.max(1) {
            scope.spawn(work);
        }
    });
    let (failure, coverage) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    let interrupted = interrupted.into_inner();
    Found { failure, tried: tried.into_inner(), coverage, interrupted }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(jobs: usize, breaks: impl Fn(u64) -> bool + Sync) -> Found<u64> {
        let what = Search { seed: 1, first: 10, cases: 500, jobs };
        search(&what, || (), |(), number, mut rng, _| breaks(number).then(|| rng.next_u64()), |_| true)
    }

    #[test]
    fn the_first_failure_is_found_by_any_number_of_threads() {
        let breaks = |number: u64| number % 100 == 99;
        let (one, four) = (found(1, breaks), found(4, breaks));
        assert_eq!(one.failure.unwrap().0, 99);
        assert_eq!(one.failure, four.failure);
    }

    #[test]
    fn without_a_failure_every_case_is_tried() {
        let found = found(3, |_| false);
        assert_eq!((found.failure, found.tried, found.interrupted), (None, 500, false));
    }

    #[test]
    fn a_search_can_be_ended() {
        let what = Search { seed: 1, first: 0, cases: 1_000_000, jobs: 2 };
        let found = search(&what, || (), |(), _, _, _| None::<()>, |tried| tried < 50);
        assert!(found.interrupted && found.tried < 1000);
    }
}

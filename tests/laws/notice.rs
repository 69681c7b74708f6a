//! Mistakes that are put into the engine are found, and what is left of the timelines is short.

use wavetank::engine::seeded_bug::SeededBug;
use wavetank::scenarios::property::laws::Bench;
use wavetank::scenarios::property::search::Search;

use crate::rig::{number, searched};

/// Cases in which a mistake has to be found.
const CASES: u64 = 2000;

/// Lines that the shortest timeline may have.
const LINES: usize = 4;

#[test]
fn every_seeded_mistake_is_found_and_shrunk() {
    let mut missed = Vec::new();
    for bug in SeededBug::ALL {
        let what =
            Search { seed: number("SEED", 9), first: 0, cases: CASES, jobs: number("JOBS", 2) as usize };
        let found = searched(&what, Some(bug), None);
        let Some((case, mut failure)) = found.failure else {
            missed.push(format!("{bug:?}: not in {CASES} cases"));
            continue;
        };
        let mut bench = Bench::with(Some(bug));
        (failure.lines, failure.broken) = failure.subject.shrink(failure.lines, &failure.broken, &mut bench);
        println!("{bug:?}: case {case}, {} lines\n{}\n", failure.lines.len(), failure.told());
        if failure.lines.len() > LINES {
            missed.push(format!("{bug:?}: {} lines are left", failure.lines.len()));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

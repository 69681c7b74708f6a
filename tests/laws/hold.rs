//! The laws hold, and what is interesting has happened while they were tried.

use wavetank::scenarios::property::coverage::Event;
use wavetank::scenarios::property::laws::Bench;
use wavetank::scenarios::property::search::Search;

use crate::rig::{number, print, searched};

/// What no run of the tool's own laws meets: their streams have one shard, and their services do not fail.
const ELSEWHERE: [Event; 2] = [Event::SeveralShards, Event::FailedCall];

#[test]
fn every_law_holds_for_every_case() {
    let what = Search {
        seed: number("SEED", 9),
        first: number("FIRST", 0),
        cases: number("CASES", 1000),
        jobs: number("JOBS", 2) as usize,
    };
    let mut found = searched(&what, None, None);
    print(&found);
    if let Some((case, mut failure)) = found.failure.take() {
        let whole = std::mem::take(&mut failure.lines);
        (failure.lines, failure.broken) =
            failure.subject.shrink(whole, &failure.broken, &mut Bench::default());
        panic!("SEED={} FIRST={case} CASES=1\n{}", what.seed, failure.told());
    }
    let wanted: Vec<Event> = Event::ALL.into_iter().filter(|event| !ELSEWHERE.contains(event)).collect();
    let never: Vec<&str> = found.coverage.never(&wanted).map(Event::name).collect();
    if what.cases >= 1000 {
        assert!(never.is_empty(), "never reached: {never:?}");
    }
}

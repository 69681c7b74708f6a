//! Where a run can be disturbed: from the calls of a clean run to the runs that have to be tried.

use std::collections::BTreeSet;

use crate::faults::{Call, Verdict};
use crate::rng::Rng;

/// At most so many points of each kind of fault that is not a crash are tried, drawn from the seed.
const SAMPLE: usize = 200;

/// How long a slow call takes, in milliseconds: several triggers.
const SLOW_MILLIS: i64 = 35_000;

/// What is done to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Disturbance {
    /// The process dies at a call, before or after it takes effect.
    Crash,
    /// It dies while a checkpoint object is written, which is cut off.
    TornWrite,
    /// It dies at a call, and again while it recovers.
    CrashTwice,
    /// A call fails.
    FailedCall,
    /// A call takes long.
    SlowCall,
}

impl Disturbance {
    /// Every kind, in the order in which they are reported.
    pub const ALL: [Disturbance; 5] =
        [Self::Crash, Self::TornWrite, Self::CrashTwice, Self::FailedCall, Self::SlowCall];

    /// What people read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::TornWrite => "torn write",
            Self::CrashTwice => "crash while recovering",
            Self::FailedCall => "failed call",
            Self::SlowCall => "slow call",
        }
    }
}

/// One run to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// What is done to it.
    pub disturbance: Disturbance,
    /// At which calls.
    pub verdicts: Vec<(u64, Verdict)>,
    /// The first of these calls, for people.
    pub call: Call,
}

/// The runs to try for a clean run with these calls.
///
/// A crash before a call and one after the call before it are one run: a process that dies leaves nothing but what
/// its calls have changed outside, so of calls that change nothing only the first after a change is tried, once per
/// trigger. Every place before and after every call is covered by one of the crashes.
pub fn points(calls: &[Call], rng: &Rng) -> Vec<Point> {
    let distinct = distinct(calls);
    let point = |disturbance, call: &Call, verdicts| Point { disturbance, verdicts, call: call.clone() };
    let mut points: Vec<Point> = distinct
        .iter()
        .map(|call| point(Disturbance::Crash, call, vec![(call.number, Verdict::CrashBefore)]))
        .collect();
    if let Some(last) = calls.last() {
        points.push(point(Disturbance::Crash, last, vec![(last.number, Verdict::CrashAfter)]));
    }
    let mut torn = rng.fork("torn write");
    for call in calls.iter().filter(|call| call.port == "checkpoint" && call.operation == "put") {
        let bytes = torn.below(call.bytes.max(1) as u64) as usize;
        points.push(point(Disturbance::TornWrite, call, vec![(call.number, Verdict::Tear(bytes))]));
    }
    // A restart makes some ten calls before it runs a batch.
    let mut second = rng.fork("crash while recovering");
    for call in sample(&distinct, &mut rng.fork("points of a crash while recovering")) {
        let again = call.number + 1 + second.below(10);
        let verdicts = vec![(call.number, Verdict::CrashBefore), (again, Verdict::CrashBefore)];
        points.push(point(Disturbance::CrashTwice, call, verdicts));
    }
    for (disturbance, verdict) in
        [(Disturbance::FailedCall, Verdict::Fail), (Disturbance::SlowCall, Verdict::Slow(SLOW_MILLIS))]
    {
        let all: Vec<&Call> = calls.iter().collect();
        for call in sample(&all, &mut rng.fork(disturbance.name())) {
            points.push(point(disturbance, call, vec![(call.number, verdict)]));
        }
    }
    points
}

/// The first call of each trigger, and the first after each change.
fn distinct(calls: &[Call]) -> Vec<&Call> {
    let mut seen = BTreeSet::new();
    let mut changes = 0_u64;
    let mut distinct = Vec::new();
    for call in calls {
        if seen.insert((changes, call.trigger)) {
            distinct.push(call);
        }
        changes += u64::from(call.changes);
    }
    distinct
}

/// As many of the calls as are tried, in their order.
fn sample<'c>(calls: &[&'c Call], rng: &mut Rng) -> Vec<&'c Call> {
    if calls.len() <= SAMPLE {
        return calls.to_vec();
    }
    let mut chosen = BTreeSet::new();
    while chosen.len() < SAMPLE {
        chosen.insert(rng.below(calls.len() as u64) as usize);
    }
    chosen.into_iter().map(|at| calls[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: u64, changes: bool, trigger: u32) -> Call {
        let operation = if changes { "put" } else { "get" };
        Call {
            number,
            port: "checkpoint",
            operation,
            target: "x".into(),
            changes,
            bytes: 8,
            trigger,
            process: 0,
            millis: 0,
            verdict: None,
        }
    }

    #[test]
    fn every_place_is_covered_by_one_crash() {
        let calls = [
            call(0, false, 0),
            call(1, false, 0),
            call(2, true, 0),
            call(3, false, 0),
            call(4, true, 0),
            call(5, false, 1),
        ];
        let of = |kind| -> Vec<(u64, Verdict)> {
            let points = points(&calls, &Rng::new(1));
            points.iter().filter(|p| p.disturbance == kind).flat_map(|p| p.verdicts.clone()).collect()
        };
        let crashes = of(Disturbance::Crash);
        let before = |number| (number, Verdict::CrashBefore);
        // Before call 5 is after call 4, in the next trigger: the clock has moved on.
        assert_eq!(crashes, [before(0), before(3), before(5), (5, Verdict::CrashAfter)]);
        let torn = of(Disturbance::TornWrite);
        assert_eq!(torn.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2, 4]);
        assert!(torn.iter().all(|(_, verdict)| matches!(verdict, Verdict::Tear(bytes) if *bytes < 8)));
        assert_eq!(of(Disturbance::SlowCall).len(), calls.len());
    }
}

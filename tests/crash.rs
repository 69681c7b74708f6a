//! Small scenarios, disturbed at every place where a process can die, and the judge that holds what they leave behind
//! against the run without a fault and against the slow model.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

use wavetank::scenarios::crash::{Crashes, Disturbance, Judgement, Point};
use wavetank::scenarios::faults::{Call, Verdict};
use wavetank::scenarios::scenario::Scenario;

fn scenario(name: &str) -> Scenario {
    Scenario::load(&format!("tests/crash/{name}.wt.yaml")).unwrap()
}

/// Every point of these kinds leaves behind what it should. Returns how many left other tables than the clean run.
#[track_caller]
fn check(name: &str, kinds: &[Disturbance]) -> usize {
    let scenario = scenario(name);
    let crashes = Crashes::plan(&scenario, None).unwrap();
    let mut as_model = 0;
    let points = crashes.points.iter().filter(|point| kinds.contains(&point.disturbance));
    for (tried, point) in points.enumerate() {
        match crashes.judge(point).unwrap() {
            Judgement::AsClean => {}
            Judgement::AsModel => as_model += 1,
            Judgement::Wrong(problem) => panic!("run {tried}, {point:?}: {problem}"),
        }
    }
    as_model
}

#[test]
fn a_join_survives_a_crash_anywhere() {
    let kinds = [Disturbance::Crash, Disturbance::TornWrite];
    assert_eq!(check("paid-orders", &kinds), 0);
}

#[test]
fn windows_written_as_json_survive_a_crash_anywhere() {
    let kinds = [Disturbance::Crash, Disturbance::TornWrite];
    assert_eq!(check("clicks-per-minute", &kinds), 0);
}

#[test]
fn sessions_survive_every_disturbance() {
    // A slow call changes what later batches find, so the model is asked too.
    assert!(check("visits", &Disturbance::ALL) > 0);
}

/// Judges a run of the join with calls that a store acknowledges and forgets, found by what they put.
#[track_caller]
fn check_lost_write(wanted: impl Fn(&Call) -> bool, crash_behind_it: bool, problem: &str) {
    let scenario = scenario("paid-orders");
    let crashes = Crashes::plan(&scenario, None).unwrap();
    let call = crashes.calls.iter().find(|call| wanted(call)).unwrap().clone();
    let mut verdicts = vec![(call.number, Verdict::Lose)];
    if crash_behind_it {
        verdicts.push((call.number + 12, Verdict::CrashBefore));
    }
    let point = Point { disturbance: Disturbance::FailedCall, verdicts, call };
    match crashes.judge(&point).unwrap() {
        Judgement::Wrong(found) => assert!(found.contains(problem), "{found}"),
        other => panic!("a lost write is judged {other:?}"),
    }
}

#[test]
fn a_lost_object_of_the_sink_is_noticed() {
    check_lost_write(|call| call.port == "sink" && call.operation == "put", false, "2 missing, the first `");
}

#[test]
fn a_lost_state_is_noticed_when_it_is_needed() {
    let state = |call: &Call| call.target == "checkpoint/state/3.delta";
    check_lost_write(state, true, "checkpoint file `checkpoint/state/3.delta` cannot be used: it is missing");
}

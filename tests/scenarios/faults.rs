//! Faults, and the reasons for records that no batch has ever read.

use crate::rig::{problems, ran, shop};

#[test]
fn what_came_before_a_job_that_starts_at_latest_is_lost_for_that_reason() {
    let mut scenario = shop(
        "clock: { start: 2026-01-05T10:00:00Z, tick: 10s }
timeline: |
  O 1 10:00:00               | idle
  advance 1s
  start
  O 2 10:00:20, P 2 10:00:30 | emits 1
checks:
  - name: the first order came before the job
    sql: SELECT stream, reason, line FROM wavetank.dropped
    expect: [{ stream: orders, reason: before_latest, line: 21 }]
  - invariant: no_unexplained_loss
",
    );
    let wavetank::scenarios::file::JobKind::Streaming(job) = &mut scenario.file.jobs[0].kind else {
        panic!("it streams")
    };
    job.starting_position = wavetank::scenarios::file::StartingPosition::Latest;
    assert_eq!(problems(&ran(&scenario)), Vec::<String>::new());
}

#[test]
fn what_a_stream_forgot_before_it_was_read_is_lost_for_that_reason() {
    let scenario = shop(
        "clock: { start: 2026-01-05T10:00:00Z, tick: 10s }
timeline: |
  O 1 10:00:00               | state 1
  crash
  O 2 10:00:20               | idle
  advance 25h
  restart
  tick                       | emits 0
checks:
  - name: the second order was trimmed
    sql: SELECT stream, reason FROM wavetank.dropped
    expect: [{ stream: orders, reason: trimmed }]
  - invariant: no_unexplained_loss
",
    );
    assert_eq!(problems(&ran(&scenario)), Vec::<String>::new());
}

#[test]
fn throttling_expired_iterators_and_resharding_lose_nothing() {
    let scenario = shop(
        "clock: { start: 2026-01-05T10:00:00Z, tick: 10s }
timeline: |
  O 1 10:00:00               | state 1
  kinesis: { throttle: 40%, for: 15s }
  P 1 10:00:10               | emits 1
  kinesis: { expire_iterators: true }
  O 2 10:00:20, P 2 10:00:30 | emits 1
  reshard: { stream: orders, split: shardId-000000000000 }
  O 3 10:00:40, O 4 10:00:40, P 3 10:00:41, P 4 10:00:41 | emits 2
  reshard: { stream: orders, merge: [shardId-000000000002, shardId-000000000003] }
  O 5 10:00:50, P 5 10:00:51 | emits 1
  stall: { stream: payments, for: 1m }
  O 6 10:01:00, P 6 10:01:10 | emits 0
  advance 2m                 | emits 1
checks:
  - invariant: exactly_once
  - invariant: same_as_batch
  - name: iterators expired
    sql: SELECT count(*) > 0 AS some FROM wavetank.api_calls WHERE verdict = 'expired'
    expect: [{ some: true }]
",
    );
    assert_eq!(problems(&ran(&scenario)), Vec::<String>::new());
}

#[test]
fn a_drained_run_leaves_nothing_in_state() {
    let scenario = shop(
        "clock: { start: 2026-01-05T10:00:00Z, tick: 10s, drain: true }
timeline: |
  O 1 10:00:00, O 2 10:00:10 | state 2
checks:
  - { name: empty, sql: SELECT * FROM wavetank.state, expect: empty }
  - name: both left without a match
    sql: SELECT reason, count(*) AS n FROM wavetank.dropped GROUP BY 1
    expect: [{ reason: evicted_unmatched, n: 2 }]
  - invariant: no_unexplained_loss
",
    );
    assert_eq!(problems(&ran(&scenario)), Vec::<String>::new());
}

#[test]
fn a_check_can_be_asked_at_a_moment() {
    let scenario = shop(
        "clock: { start: 2026-01-05T10:00:00Z, tick: 10s }
timeline: |
  O 1 10:00:00, P 1 10:00:10 | emits 1
  O 2 10:00:20, P 2 10:00:30 | emits 1
checks:
  - { name: then, at: 10:00:10, sql: SELECT count(*) AS n FROM paid, expect: [{ n: 1 }] }
  - { name: later, at: +15s, sql: SELECT count(*) AS n FROM paid, expect: [{ n: 2 }] }
  - { name: at the end, sql: SELECT count(*) AS n FROM paid, expect: [{ n: 2 }] }
",
    );
    assert_eq!(problems(&ran(&scenario)), Vec::<String>::new());
}

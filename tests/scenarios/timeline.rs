//! A timeline holds to the letter: each of its lines, changed by one, fails at that line and says why.

use wavetank::scenarios::explain::explain;
use wavetank::scenarios::library;
use wavetank::scenarios::scenario::Scenario;

use crate::rig::{drawn, problems, ran, shop};

fn late(file: &str) -> Scenario {
    let entry = library::find("nested-join-late").unwrap();
    // The lines alone: what the checks say of the table is not in question here.
    let file = &file[..file.find("\nchecks:").unwrap()];
    let read = |name: &str| Ok((name.to_owned(), entry.pipelines[0].1.to_owned()));
    Scenario::plan("late.wt.yaml", file, read).unwrap()
}

/// The file with the number or the second that a line expects changed by one, for each line that expects something.
fn changed_by_one(file: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = file.lines().collect();
    let begin = lines.iter().position(|line| line.starts_with("timeline:")).unwrap();
    let mut changed = Vec::new();
    for (at, line) in lines.iter().enumerate().skip(begin + 1).take_while(|(_, line)| line.starts_with("  "))
    {
        let Some((sent, then)) = line.split_once('|').filter(|(sent, _)| !sent.trim_start().starts_with('#'))
        else {
            continue;
        };
        let wanted = then.split('#').next().unwrap().trim();
        let (word, number) = wanted.rsplit_once(' ').unwrap();
        let other = match number.parse::<u64>() {
            Ok(number) => (number + 1).to_string(),
            Err(_) => {
                let (head, seconds) = number.rsplit_once(':').unwrap();
                format!("{head}:{:02}", seconds.parse::<u32>().unwrap() + 1)
            }
        };
        let mut text: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        text[at] = format!("{sent}| {word} {other}");
        changed.push((at + 1, text.join("\n")));
    }
    changed
}

#[test]
fn each_line_changed_by_one_fails_at_that_line_and_says_why() {
    let file = library::find("nested-join-late").unwrap().file;
    assert_eq!(problems(&ran(&late(file))), Vec::<String>::new());
    let changed = changed_by_one(file);
    assert_eq!(changed.len(), 12);
    for (line, text) in changed {
        let report = ran(&late(&text));
        let failed: Vec<_> = report.timeline.iter().filter(|line| !line.failures.is_empty()).collect();
        assert_eq!(failed.iter().map(|failed| failed.line).collect::<Vec<_>>(), [line]);
        let shown = drawn(&failed[0].failures[0].error);
        assert!(shown.contains(&format!("[late.wt.yaml:{line}:")), "{shown}");
        let reasons =
            ["joined with", "late in batch", "waits in state", "came from", "left the state unmatched"];
        assert!(reasons.iter().any(|reason| shown.contains(reason)), "line {line} gives no reason\n{shown}");
    }
}

#[test]
fn a_late_row_is_shown_with_its_watermark_and_who_set_it() {
    let scenario = shop(
        "clock: { start: 2026-01-05T10:00:00Z, tick: 10s }
timeline: |
  O 1 10:00:00, P 1 10:00:20 | emits 1
  O 2 10:30:00, P 2 10:40:00 | watermark 10:20:00
  O 3 10:20:00               | drops 0
",
    );
    let report = ran(&scenario);
    insta::assert_snapshot!(problems(&report).join("\n"), @r"
      × the line dropped 1 row, expected 0
        ╭─[shop.wt.yaml:23:3]
     22 │   O 2 10:30:00, P 2 10:40:00 | watermark 10:20:00
     23 │   O 3 10:20:00               | drops 0
        ·   ──────┬─────                 ───┬───
        ·         │                         ╰── 1 row
        ·         ╰── late in batch 4: event time 10:20:00 <= watermark 10:20:00 (symmetricHashJoin)
        ╰────
      help: the watermark 10:20:00 came from orders: its greatest event time 10:30:00 - 10 m
            payments by itself had come to 10:30:00; its delay of 10 m has no effect as long as another stream is behind (spark.sql.streaming.multipleWatermarkPolicy = min)
            `wavetank explain shop.wt.yaml --row 3`
    ");
}

#[test]
fn arrivals_copies_fields_and_broken_records_are_sent_as_the_line_says() {
    let scenario = shop(
        "clock: { start: 2026-01-05T10:00:00Z, tick: 10s }
timeline: |
  O 1 10:00:00 @25s          | idle                  # not there yet
  tick                       | idle
  O 2 10:00:00 x3            | batches >=1, state 3
  tick                       | state 4               # there now: 25 s after the first line
  P 2 10:00:01               | emits 3
  O 3 10:00:00 id=other      | emits 0
  P other +0s, X broken      | rejects 1
  advance 1h                 | idle
",
    );
    assert_eq!(problems(&ran(&scenario)), Vec::<String>::new());
}

#[test]
fn a_dead_job_reads_nothing_and_goes_on_after_its_restart() {
    let scenario = shop(
        "clock: { start: 2026-01-05T10:00:00Z, tick: 10s }
timeline: |
  O 1 10:00:00               | state 1
  crash
  P 1 10:00:10               | idle
  restart
  tick                       | emits 1
  crash: before_commit
  O 2 10:00:20, P 2 10:00:30 | emits 1               # dies, starts again, and writes the same batch once
checks:
  - invariant: exactly_once
  - { name: one restart more, sql: SELECT count(*) AS n FROM wavetank.batches WHERE restarted, expect: [{ n: 2 }] }
",
    );
    assert_eq!(problems(&ran(&scenario)), Vec::<String>::new());
}

#[test]
fn the_life_of_a_late_row_is_told_from_its_line_to_what_would_have_saved_it() {
    let scenario = Scenario::load("nested-join-late").unwrap();
    let explanation = explain(&scenario, "P T5", None, &mut ()).unwrap();
    let life: Vec<String> =
        explanation.records[0].events.iter().map(|event| format!("{}: {}", event.what, event.text)).collect();
    assert_eq!(explanation.records.len(), 1);
    for wanted in [
        "sent: by nested-join-late.wt.yaml:",
        "arrived: at 10:01:10 in nestedPurchaseStream, shardId-",
        "read: in batch 9, triggered at 10:01:10; what is at or before 10:10:00 was late",
        "dropped: late in batch 9: event time 10:10:00 <= watermark 10:10:00",
        "because: the watermark 10:10:00 came from nestedPurchaseStream: its greatest event time 10:20:00 - 10 m",
        "saved by: an arrival by the trigger of batch 7",
    ] {
        assert!(life.iter().any(|line| line.starts_with(wanted)), "{wanted}\n{life:#?}");
    }
}

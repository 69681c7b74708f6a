//! The end of input: what waits for a watermark comes out, and the state is empty.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use duckdb::arrow::record_batch::RecordBatch;
use proptest::prelude::*;
use serde_json::json;
use wavetank::engine::batch::BatchId;
use wavetank::engine::checkpoint::Checkpoint;
use wavetank::engine::error::{EngineError, Result};
use wavetank::engine::frame::Frames;
use wavetank::engine::plan::{Pipeline, RecordFormat};
use wavetank::engine::query::{QueryOptions, QueryParts, StreamingQuery};
use wavetank::engine::sink::{Sink, SinkReport};
use wavetank::engine::source::Source;
use wavetank::engine::time::timestamp_text;
use wavetank::engine::types::parse_ddl_schema;
use wavetank::engine::watermark::Watermark;
use wavetank::scenarios::adapters::Services;

use crate::rig::{Batch, Feed, MemorySink, MemorySource, Rig, Settings, Written, services, store};
use crate::rows::lines;
use crate::script::{on_the_day, pipeline};

const SCHEMA: &str = "k STRING, t TIMESTAMP";
const TABLES: [&str; 2] = ["lefts", "rights"];

fn joined(select: &str, kind: &str) -> Pipeline {
    let sql = format!(
        "CREATE STREAMING TABLE pairs AS SELECT {select}
         FROM STREAM(lefts) WATERMARK t DELAY OF INTERVAL 10 SECONDS AS l
         {kind} JOIN STREAM(rights) WATERMARK t DELAY OF INTERVAL 5 SECONDS AS r
           ON l.k = r.k AND r.t >= l.t AND r.t <= l.t + INTERVAL 30 SECONDS"
    );
    pipeline(&sql, &TABLES.map(|table| (table, SCHEMA)))
}

fn grouped(by: &str) -> Pipeline {
    let sql = format!(
        "CREATE STREAMING TABLE counts AS SELECT k, {by}.start AS s, {by}.end AS e, count(*) AS n
         FROM STREAM(lefts) WATERMARK t DELAY OF INTERVAL 10 SECONDS GROUP BY k, {by}"
    );
    pipeline(&sql, &[("lefts", SCHEMA)])
}

fn deduplicated(columns: &[&str], within_watermark: bool) -> Pipeline {
    let mut frames = Frames::default();
    let schema = Arc::new(parse_ddl_schema(SCHEMA).unwrap());
    let rows = frames.stream("lefts", schema, RecordFormat::default());
    let rows = frames.with_watermark(rows, "t", "10 seconds").unwrap();
    let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
    let first = frames.deduplicate(rows, &columns, within_watermark).unwrap();
    frames.pipeline(first, "firsts")
}

fn record(key: &str, time: &str) -> String {
    json!({ "k": key, "t": on_the_day(time) }).to_string()
}

/// A rig that has read these rows (`a 10:00:00, …` per stream) and come to rest.
fn at_rest(pipeline: &Pipeline, rows: &[&str]) -> Rig {
    let mut rig = Rig::start(pipeline, Settings::default()).unwrap();
    for (table, rows) in TABLES.iter().zip(rows) {
        let words = rows.split(',').filter_map(|row| row.trim().split_once(' '));
        rig.add(table, words.map(|(key, time)| record(key, time)));
    }
    rig.drain().unwrap();
    rig
}

fn rows(batches: &[Batch]) -> Vec<String> {
    let mut rows: Vec<String> = batches.iter().flat_map(|batch| lines(&batch.rows)).collect();
    rows.sort();
    rows
}

/// What comes out at the end, after which nothing is kept and nothing is left to do.
#[track_caller]
fn check(pipeline: &Pipeline, sent: &[&str], expected: &[&str]) -> Vec<Batch> {
    let mut rig = at_rest(pipeline, sent);
    assert!(!rig.query.kept_rows().is_empty(), "the test is about something");
    let batches = rig.end().unwrap();
    assert_eq!(rows(&batches), expected);
    assert_eq!(rig.query.kept_rows(), []);
    let progress = &batches.last().unwrap().report.progress;
    assert!(progress.state.iter().all(|(_, state)| state.rows_total == 0));
    assert_eq!((progress.watermark, progress.next_watermark), (Watermark::END, Watermark::END));
    assert_eq!(progress.input_records.iter().sum::<u64>(), 0);
    assert!(rig.trigger().unwrap().is_none());
    batches
}

#[test]
fn windows_close() {
    let expected = ["a 10:00:00 10:00:10 2", "a 10:00:10 10:00:20 1", "b 10:00:00 10:00:10 1"];
    check(
        &grouped("window(t, '10 seconds')"),
        &["a 10:00:01, b 10:00:02, a 10:00:09, a 10:00:11"],
        &expected,
    );
    let expected = ["a 09:59:55 10:00:05 1", "a 10:00:00 10:00:10 1"];
    check(&grouped("window(t, '10 seconds', '5 seconds')"), &["a 10:00:01"], &expected);
}

#[test]
fn sessions_end() {
    let expected = ["a 10:00:01 10:00:11 2", "a 10:00:20 10:00:25 1"];
    check(&grouped("session_window(t, '5 seconds')"), &["a 10:00:01, a 10:00:06, a 10:00:20"], &expected);
}

#[test]
fn what_waits_in_an_inner_join_is_lost_for_want_of_a_match() {
    let sent = ["a 10:00:01, b 10:00:02", "a 10:00:03, c 10:00:04"];
    let batches = check(&joined("l.k, l.t, r.t AS rt", ""), &sent, &[]);
    let losses = batches.iter().flat_map(|batch| &batch.report.ledger.losses);
    let lost: Vec<_> =
        losses.map(|loss| (loss.record.source, loss.record.index, loss.reason.name())).collect();
    assert_eq!(lost, [(0, 1, "evicted_unmatched"), (1, 1, "evicted_unmatched")]);
}

#[test]
fn what_waits_in_an_outer_join_comes_out_with_nulls() {
    let sent = ["a 10:00:01, b 10:00:02", "a 10:00:03, c 10:00:04"];
    let select = "l.k, l.t, r.k AS rk, r.t AS rt";
    check(&joined(select, "LEFT OUTER"), &sent, &["b 10:00:02 - -"]);
    check(&joined(select, "FULL OUTER"), &sent, &["- - c 10:00:04", "b 10:00:02 - -"]);
    check(&joined("l.k, l.t", "LEFT SEMI"), &sent, &[]);
}

#[test]
fn keys_that_were_seen_are_forgotten() {
    check(&deduplicated(&["k"], true), &["a 10:00:01, a 10:00:02"], &[]);
    check(&deduplicated(&["k", "t"], false), &["a 10:00:01, b 10:00:02"], &[]);
}

#[test]
fn a_window_over_a_join_gets_the_last_rows_of_the_join_first() {
    let sql = "
        CREATE TEMPORARY VIEW pairs AS SELECT l.k AS k, l.t AS t, r.t AS rt
        FROM STREAM(lefts) WATERMARK t DELAY OF INTERVAL 10 SECONDS AS l
        LEFT OUTER JOIN STREAM(rights) WATERMARK t DELAY OF INTERVAL 5 SECONDS AS r
          ON l.k = r.k AND r.t >= l.t AND r.t <= l.t + INTERVAL 30 SECONDS;
        CREATE STREAMING TABLE counts AS
        SELECT window(t, '10 seconds').start AS s, count(*) AS n, count(rt) AS matched
        FROM pairs GROUP BY window(t, '10 seconds')";
    let pipeline = pipeline(sql, &TABLES.map(|table| (table, SCHEMA)));
    let sent = ["a 10:00:01, b 10:00:02, c 10:00:12", "a 10:00:03, a 10:00:04"];
    check(&pipeline, &sent, &["10:00:00 3 2", "10:00:10 1 0"]);
}

#[test]
fn a_window_over_a_window_closes_in_the_same_end() {
    let sql = "
        CREATE TEMPORARY VIEW small AS
        SELECT window(t, '10 seconds') AS w, k, count(*) AS n
        FROM STREAM(lefts) WATERMARK t DELAY OF INTERVAL 10 SECONDS GROUP BY window(t, '10 seconds'), k;
        CREATE STREAMING TABLE large AS
        SELECT window(w, '1 minute').start AS s, count(*) AS windows, sum(n) AS n
        FROM small GROUP BY window(w, '1 minute')";
    let pipeline = pipeline(sql, &[("lefts", SCHEMA)]);
    let sent = ["a 10:00:01, a 10:00:02, b 10:00:12, a 10:01:01"];
    check(&pipeline, &sent, &["10:00:00 2 3", "10:01:00 1 1"]);
}

#[test]
fn what_no_watermark_takes_out_stays_and_ends_nothing() {
    let plain = |sql: &str| pipeline(sql, &[("lefts", SCHEMA)]);
    let stateless = plain("CREATE STREAMING TABLE o AS SELECT k FROM STREAM(lefts)");
    let watermark = "FROM STREAM(lefts) WATERMARK t DELAY OF INTERVAL 1 SECOND";
    let empty = plain(&format!(
        "CREATE STREAMING TABLE o AS SELECT k, count(*) AS n {watermark} GROUP BY k, window(t, '1 hour')"
    ));
    let unbounded = pipeline(
        "CREATE STREAMING TABLE o AS SELECT l.k FROM STREAM(lefts) l JOIN STREAM(rights) r ON l.k = r.k",
        &TABLES.map(|table| (table, SCHEMA)),
    );
    for (pipeline, sent) in
        [(&stateless, &["a 10:00:00"][..]), (&empty, &[""]), (&unbounded, &["a 10:00:00", "b 10:00:00"])]
    {
        let mut rig = at_rest(pipeline, sent);
        let (next, kept) = (rig.query.next_batch(), rig.query.kept_rows());
        assert!(rig.end().unwrap().is_empty());
        assert_eq!((rig.query.next_batch(), rig.query.kept_rows()), (next, kept));
    }
}

#[test]
fn what_comes_after_the_end_is_late() {
    let mut rig = at_rest(&grouped("window(t, '10 seconds')"), &["a 10:00:01"]);
    assert_eq!(rows(&rig.end().unwrap()), ["a 10:00:00 10:00:10 1"]);
    rig.add("lefts", [record("a", "23:00:00")]);
    let batches = rig.drain().unwrap();
    let late: Vec<_> = batches.iter().flat_map(|batch| &batch.report.ledger.losses).collect();
    assert_eq!(late.iter().map(|loss| loss.reason.name()).collect::<Vec<_>>(), ["late"]);
    assert_eq!(late[0].watermark, Some(Watermark::END));
    assert!(rig.end().unwrap().is_empty());
}

#[test]
fn a_row_at_the_end_of_time_leaves_as_well() {
    let mut rig = at_rest(&joined("l.k, l.t", "LEFT OUTER"), &["", ""]);
    rig.add("lefts", [json!({ "k": "a", "t": "+294247-01-10T04:00:54.775807Z" }).to_string()]);
    rig.drain().unwrap();
    assert_eq!(rig.query.kept_rows()[0].event_time, Some(i64::MAX));
    assert_eq!(rows(&rig.end().unwrap()).len(), 1);
    assert_eq!(rig.query.kept_rows(), []);
}

/// A sink that takes nothing for once.
struct Stubborn {
    inner: MemorySink,
    refuses: Option<BatchId>,
}

impl Sink for Stubborn {
    fn prepare(&mut self) -> Result<()> {
        Ok(())
    }

    fn recover(&mut self, _: BatchId) -> Result<()> {
        Ok(())
    }

    fn write(&mut self, batch: BatchId, rows: &[RecordBatch]) -> Result<SinkReport> {
        match self.refuses == Some(batch) {
            true => {
                Err(EngineError::Port { operation: "writing".into(), source: "the sink is closed".into() })
            }
            false => self.inner.write(batch, rows),
        }
    }
}

/// A query on the checkpoint that `services` hold.
fn start(services: &Services, feed: &Feed, refuses: Option<BatchId>) -> (StreamingQuery, Written) {
    let pipeline = grouped("window(t, '10 seconds')");
    let written = Written::default();
    let source: Box<dyn Source> = Box::new(MemorySource { feed: Rc::clone(feed), always_new: false });
    let parts = QueryParts {
        sources: vec![source],
        sink: Box::new(Stubborn { inner: MemorySink { written: Rc::clone(&written) }, refuses }),
        checkpoint: Checkpoint::new(Box::new(store(services)), ""),
        options: QueryOptions::default(),
    };
    (StreamingQuery::start(&pipeline, parts, 0).unwrap(), written)
}

/// One call of the end, committed.
fn end(query: &mut StreamingQuery, now_millis: i64) -> Option<(BatchId, i64, Watermark)> {
    let report = query.drain(now_millis).unwrap();
    query.commit_batch().unwrap();
    report.map(|report| (report.progress.batch, report.progress.timestamp_millis, report.progress.watermark))
}

#[test]
fn the_end_runs_again_after_a_crash_and_only_once_after_its_commit() {
    let expected = ["a 10:00:00 10:00:10 1"];
    // The process dies while the sink is written, or just before the commit.
    for refuses in [true, false] {
        let (services, feed) = (services(), Feed::default());
        feed.borrow_mut().push(record("a", "10:00:01"));
        let (mut query, written) = start(&services, &feed, refuses.then_some(BatchId(2)));
        while query.run_batch(1000).unwrap().is_some() {}
        assert_eq!(query.next_batch(), BatchId(2));
        assert_eq!(query.drain(2000).is_err(), refuses);
        let said = if refuses { vec![] } else { expected.map(str::to_owned).to_vec() };
        assert_eq!(lines(&written.borrow()), said);
        // A record that came in between is none of the batch that runs again.
        feed.borrow_mut().push(record("a", "10:00:02"));
        let (mut query, written) = start(&services, &feed, None);
        assert_eq!(end(&mut query, 9000), Some((BatchId(2), 2000, Watermark::END)));
        assert_eq!(lines(&written.borrow()), expected);
        assert_eq!(end(&mut query, 9000), None);
        let (mut query, written) = start(&services, &feed, None);
        assert_eq!(query.watermark(), Watermark::END);
        assert_eq!(end(&mut query, 9000), None);
        let late = query.run_batch(9000).unwrap().unwrap();
        assert_eq!(late.ledger.losses.len(), 1);
        assert_eq!(lines(&written.borrow()), Vec::<String>::new());
    }
}

#[test]
fn a_query_goes_on_to_its_end_after_a_restart() {
    let (services, feed) = (services(), Feed::default());
    feed.borrow_mut().push(record("a", "10:00:01"));
    let (mut query, _) = start(&services, &feed, None);
    query.run_batch(1000).unwrap();
    let (mut query, written) = start(&services, &feed, None);
    assert_eq!(end(&mut query, 2000), Some((BatchId(1), 2000, Watermark::END)));
    assert_eq!(lines(&written.borrow()), ["a 10:00:00 10:00:10 1"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn with_the_end_windows_hold_every_row_that_was_not_late(
        batches in prop::collection::vec(prop::collection::vec((0u8..3, 0i64..90), 0..8), 1..6)
    ) {
        let mut rig = Rig::start(&grouped("window(t, '10 seconds')"), Settings::default()).unwrap();
        let (mut late, mut counted, mut windows) = (0, 0, 0);
        let mut take = |batches: &[Batch]| {
            late += batches.iter().map(|batch| batch.report.ledger.losses.len()).sum::<usize>();
            let counts = rows(batches).into_iter().map(|row| row.rsplit_once(' ').unwrap().1.parse::<usize>());
            windows += counts.clone().count();
            counted += counts.map(|count| count.unwrap()).sum::<usize>();
        };
        for batch in &batches {
            let text = |(key, second): &(u8, i64)| {
                json!({ "k": key.to_string(), "t": timestamp_text(second * 1_000_000) }).to_string()
            };
            rig.add("lefts", batch.iter().map(text));
            take(&rig.drain().unwrap());
        }
        take(&rig.end().unwrap());
        let sent: Vec<&(u8, i64)> = batches.iter().flatten().collect();
        prop_assert_eq!(counted + late, sent.len());
        if late == 0 {
            let expected: BTreeSet<(u8, i64)> = sent.iter().map(|(key, second)| (*key, second / 10)).collect();
            prop_assert_eq!(windows, expected.len());
        }
        prop_assert_eq!(rig.query.kept_rows(), []);
    }
}

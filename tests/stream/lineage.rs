//! What became of every record: a traced query accounts for each one that it has read, whatever it does with it.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;
use wavetank::engine::batch::{BatchId, RecordId};
use wavetank::engine::frame::Frames;
use wavetank::engine::ledger::TraceEvent;
use wavetank::engine::plan::{Pipeline, RecordFormat};
use wavetank::engine::time::timestamp_text;
use wavetank::engine::types::parse_ddl_schema;

use crate::rig::{Batch, Rig, Settings};
use crate::script::pipeline;

const TABLES: [&str; 2] = ["lefts", "rights"];
const SCHEMA: &str = "k STRING, t TIMESTAMP, n BIGINT";

/// One row as it is sent: `None` is null, or for the whole row a text that is no JSON.
type Sent = Option<(Option<u8>, Option<i64>)>;

/// Everything that the batches of a query said of its records.
#[derive(Default)]
struct Account {
    read: BTreeSet<RecordId>,
    lost: BTreeSet<RecordId>,
    traced: BTreeMap<RecordId, Vec<TraceEvent>>,
    written: usize,
}

impl Account {
    fn take(&mut self, batch: &Batch) {
        let report = &batch.report;
        for (source, read) in report.inputs.iter().enumerate() {
            let id = |index: usize| RecordId {
                batch: report.progress.batch,
                source: source as u8,
                index: index as u32,
            };
            self.read.extend((0..read.records.len()).map(id));
        }
        self.lost.extend(report.ledger.losses.iter().map(|loss| loss.record));
        for trace in &report.ledger.traces {
            assert_eq!(trace.batch, report.progress.batch);
            self.traced.entry(trace.record).or_default().push(trace.event);
            if let TraceEvent::Joined { with } = trace.event {
                self.traced.entry(with).or_default().push(trace.event);
            }
            self.written += usize::from(trace.event == TraceEvent::Written);
        }
        let rows: usize = batch.rows.iter().map(|rows| rows.num_rows()).sum();
        let written = report.ledger.traces.iter().filter(|trace| trace.event == TraceEvent::Written);
        assert_eq!(written.count(), rows, "every row that the sink got has a trace");
    }
}

fn join(kind: &str) -> Pipeline {
    let sql = format!(
        "CREATE STREAMING TABLE pairs AS SELECT l.k, l.n AS left_n
         FROM STREAM(lefts) WATERMARK t DELAY OF INTERVAL 2 SECONDS AS l
         {kind} JOIN STREAM(rights) WATERMARK t DELAY OF INTERVAL 1 SECONDS AS r
           ON l.k = r.k AND r.t >= l.t AND r.t <= l.t + INTERVAL 3 SECONDS AND l.n <> 3"
    );
    pipeline(&sql, &TABLES.map(|table| (table, SCHEMA)))
}

fn grouped(by: &str) -> Pipeline {
    let sql = format!(
        "CREATE STREAMING TABLE counts AS SELECT k, count(*) AS n
         FROM STREAM(lefts) WATERMARK t DELAY OF INTERVAL 2 SECONDS GROUP BY k, {by}"
    );
    pipeline(&sql, &[("lefts", SCHEMA)])
}

/// The first row of each key within the watermark, of all rows that a plain query passes on.
fn deduplicated() -> Pipeline {
    let mut frames = Frames::default();
    let schema = Arc::new(parse_ddl_schema(SCHEMA).expect("the schema is valid"));
    let rows = frames.stream("lefts", schema, RecordFormat::default());
    let rows = frames.with_watermark(rows, "t", "2 seconds").expect("`t` is a time");
    let first = frames.deduplicate(rows, &["k".to_owned()], true).expect("`k` is a column");
    frames.pipeline(first, "firsts")
}

fn text(row: &Sent, n: usize) -> String {
    match row {
        Some((key, time)) => {
            let time = time.map(|seconds| timestamp_text(seconds * 1_000_000));
            json!({ "k": key.map(|key| format!("k{key}")), "t": time, "n": n }).to_string()
        }
        None => "{\"k\":".to_owned(),
    }
}

/// Runs a query over batches of rows (per stream), each followed by idle triggers.
fn run(pipeline: &Pipeline, batches: &[[Vec<Sent>; 2]]) -> (Account, Rig) {
    let settings = Settings { trace: true, ..Settings::default() };
    let mut rig = Rig::start(pipeline, settings).expect("the query starts");
    let mut account = Account::default();
    let mut n = 0;
    for batch in batches {
        for (table, rows) in TABLES.iter().zip(batch).take(pipeline.sources.len()) {
            n += rows.len();
            rig.add(table, rows.iter().enumerate().map(|(at, row)| text(row, n - rows.len() + at)));
        }
        rig.drain().expect("nothing fails").iter().for_each(|batch| account.take(batch));
    }
    (account, rig)
}

fn rows() -> impl Strategy<Value = Vec<Sent>> {
    let row = (prop::option::weighted(0.9, 0u8..3), prop::option::weighted(0.9, 0i64..12));
    prop::collection::vec(prop::option::weighted(0.9, row), 0..6)
}

/// Batches whose times move on.
fn batches() -> impl Strategy<Value = Vec<[Vec<Sent>; 2]>> {
    prop::collection::vec((rows(), rows(), 0i64..8), 1..7).prop_map(|drawn| {
        let mut front = 0;
        let moved = |(left, right, advance): (Vec<Sent>, Vec<Sent>, i64)| {
            front += advance;
            let later = |rows: Vec<Sent>| {
                let time = |time: Option<i64>| time.map(|time| time + front);
                rows.into_iter().map(|row| row.map(|(key, t)| (key, time(t)))).collect()
            };
            [later(left), later(right)]
        };
        drawn.into_iter().map(moved).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_record_read_is_lost_or_kept_or_traced(batches in batches()) {
        let queries = [
            join("INNER"), join("LEFT OUTER"), join("FULL OUTER"), join("LEFT SEMI"),
            grouped("window(t, '5 seconds')"), grouped("window(t, '4 seconds', '2 seconds')"),
            grouped("session_window(t, '2 seconds')"), deduplicated(),
        ];
        for (which, pipeline) in queries.iter().enumerate() {
            let (account, rig) = run(pipeline, &batches);
            let kept: BTreeSet<RecordId> = rig.query.kept_rows().iter().map(|row| row.record).collect();
            for record in &account.read {
                prop_assert!(
                    account.lost.contains(record) || kept.contains(record) || account.traced.contains_key(record),
                    "query {}: nobody knows what became of {:?}", which, record
                );
            }
            for record in account.traced.keys() {
                prop_assert!(account.read.contains(record), "query {which}: {record:?} was never read");
            }
        }
    }
}

/// Rows of each side as (key, second).
fn rows_at(rows: &[(u8, i64)]) -> Vec<Sent> {
    rows.iter().map(|(key, time)| Some((Some(*key), Some(*time)))).collect()
}

fn id(batch: u32, source: u8, index: u32) -> RecordId {
    RecordId { batch: BatchId(batch), source, index }
}

#[test]
fn a_join_names_both_rows_of_each_pair() {
    for kind in ["INNER", "LEFT SEMI"] {
        let batches = [
            [rows_at(&[(1, 10), (2, 10)]), rows_at(&[(1, 11)])],
            [rows_at(&[]), rows_at(&[(1, 12), (2, 20)])],
        ];
        let (account, _) = run(&join(kind), &batches);
        let joined = |record| {
            let events = account.traced.get(&record).cloned().unwrap_or_default();
            let with = |event| match event {
                TraceEvent::Joined { with } => Some(with),
                _ => None,
            };
            events.into_iter().filter_map(with).collect::<Vec<_>>()
        };
        let second = account.read.iter().find(|record| record.batch > BatchId(0)).unwrap();
        // A semi join emits the left row once; the second right row has met it all the same.
        assert_eq!(joined(id(0, 0, 0)), [id(0, 1, 0), *second], "{kind}");
        assert_eq!(joined(id(0, 0, 1)), [], "{kind}");
    }
}

#[test]
fn an_outer_join_says_which_rows_come_out_alone() {
    let batches =
        [[rows_at(&[(1, 10), (2, 10)]), rows_at(&[(1, 11)])], [rows_at(&[(3, 60)]), rows_at(&[(3, 60)])]];
    let (account, _) = run(&join("LEFT OUTER"), &batches);
    let events = |record| account.traced.get(&record).cloned().unwrap_or_default();
    assert_eq!(events(id(0, 0, 0)), [TraceEvent::Joined { with: id(0, 1, 0) }, TraceEvent::Written]);
    assert_eq!(events(id(0, 0, 1)), [TraceEvent::EmittedUnmatched, TraceEvent::Written]);
}

#[test]
fn each_row_of_a_group_is_traced_and_the_group_is_written_under_the_first() {
    let batches = [[rows_at(&[(1, 10), (1, 11), (2, 12)]), vec![]], [rows_at(&[(1, 60)]), vec![]]];
    let (account, _) = run(&grouped("window(t, '5 seconds')"), &batches);
    let events = |index| account.traced[&id(0, 0, index)].clone();
    assert_eq!(events(0), [TraceEvent::Grouped, TraceEvent::Written]);
    assert_eq!(events(1), [TraceEvent::Grouped]);
    assert_eq!(account.written, 2);
}

#[test]
fn a_query_that_is_not_traced_says_nothing() {
    let mut rig = Rig::start(&grouped("window(t, '5 seconds')"), Settings::default()).unwrap();
    rig.add("lefts", [text(&rows_at(&[(1, 10)])[0], 0)]);
    assert!(rig.drain().unwrap().iter().all(|batch| batch.report.ledger.traces.is_empty()));
}

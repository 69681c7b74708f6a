//! The engine's answers held against the batch query: for the recordings of Spark, and for random records.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use arrow::array::RecordBatch;
use bytes::Bytes;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config as Runs, RngAlgorithm, TestRng, TestRunner};
use wavetank_emulator::Storage;
use wavetank_engine::checkpoint::Checkpoint;
use wavetank_engine::plan::{OutputMode, Pipeline};
use wavetank_engine::query::{QueryOptions, QueryParts, StreamingQuery, output_schema};
use wavetank_engine::source::Source;

use super::{Recomputation, TableHolds, types};
use crate::check::CheckDatabase;
use crate::check::database::quote;
use crate::conform::execute::options;
use crate::conform::memory::{Feed, FeedSource, KeepingSink, Objects, Written};
use crate::conform::{Outcome, Vector, build, load};
use crate::model::Model;
use crate::report::Verdict;
use crate::scenario::Scenario;
use crate::world::{Committed, RunError, Witness, World, WorldOptions, query_options};

/// What arrives before a trigger: the texts of each source's records, and whether the query comes to rest after it.
#[derive(Debug)]
struct Arrival {
    records: Vec<Vec<String>>,
    rests: bool,
}

/// What a query has read and written.
struct Ran {
    batches: Vec<Committed>,
    rows: Vec<RecordBatch>,
}

/// Runs a query; `None` when it fails in a batch, and so has no answer.
fn run(pipeline: &Pipeline, options: &QueryOptions, arrivals: &[Arrival]) -> Option<Ran> {
    let feeds: Vec<Feed> = pipeline.sources.iter().map(|_| Feed::default()).collect();
    let source = |feed: &Feed| -> Box<dyn Source> { Box::new(FeedSource { feed: Rc::clone(feed) }) };
    let written: Written = Rc::new(RefCell::new(vec![]));
    let parts = QueryParts {
        sources: feeds.iter().map(source).collect(),
        sink: Box::new(KeepingSink { written: Rc::clone(&written) }),
        checkpoint: Checkpoint::new(Box::new(Objects::default()), ""),
        options: options.clone(),
    };
    let mut query = StreamingQuery::start(pipeline, parts, 0).ok()?;
    let mut batches = Vec::new();
    for (at, arrival) in arrivals.iter().enumerate() {
        for (feed, records) in feeds.iter().zip(&arrival.records) {
            feed.borrow_mut().extend(records.iter().map(|text| Bytes::from(text.clone())));
        }
        while let Some(report) = query.run_batch(1000 * (1 + at as i64)).ok()? {
            batches.push(Committed { job: 0, report, restarted: false });
            if !arrival.rests {
                break;
            }
        }
    }
    let rows = std::mem::take(&mut *written.borrow_mut());
    Some(Ran { batches, rows })
}

fn put_table(database: &CheckDatabase, pipeline: &Pipeline, rows: &[RecordBatch]) {
    let schema = output_schema(pipeline);
    let columns: Vec<String> = schema
        .fields()
        .iter()
        .map(|field| format!("{} {}", quote(field.name()), types::name(field.data_type()).unwrap()))
        .collect();
    let rows: Vec<RecordBatch> = rows.iter().map(|rows| types::batch_in_duckdb(rows).unwrap()).collect();
    database.replace_table("main", "answer", &columns.join(", "), &rows).unwrap();
}

/// The batch query, after all that was read.
fn recomputation(pipeline: &Pipeline, options: &QueryOptions, ran: &Ran, holds: TableHolds) -> Recomputation {
    let mut recomputation = Recomputation::new(pipeline, options, holds);
    for batch in &ran.batches {
        recomputation.take(&batch.report).unwrap();
    }
    recomputation
}

/// What comes of a query: `None` when it cannot be asked.
fn judged(
    database: &CheckDatabase,
    pipeline: &Pipeline,
    options: &QueryOptions,
    arrivals: &[Arrival],
) -> Option<Verdict> {
    if Recomputation::new(pipeline, options, TableHolds::EveryBatch).unsupported().is_some() {
        return None;
    }
    let ran = run(pipeline, options, arrivals)?;
    put_table(database, pipeline, &ran.rows);
    Some(recomputation(pipeline, options, &ran, TableHolds::EveryBatch).judge(database, "answer", &[]))
}

/// The recorded arrivals of a query.
fn recorded(vector: &Vector, pipeline: &Pipeline) -> Vec<Arrival> {
    let of_source = |step: &crate::conform::Step, table: &str| -> Vec<String> {
        step.data.get(table).into_iter().flatten().map(|record| record.0.clone()).collect()
    };
    let arrival = |step: &crate::conform::Step| Arrival {
        records: pipeline.sources.iter().map(|source| of_source(step, &source.table)).collect(),
        rests: step.drain,
    };
    vector.steps.iter().map(arrival).collect()
}

/// Recorded queries in which Spark's answer is not that of a batch query, and why.
const NOT_AS_BATCH: &[(&str, &str)] = &[
    ("boundary_null_full_outer", "a full outer join finds a match for null keys"),
    ("join_full_outer_013", "a full outer join finds a match for null keys"),
    (
        "misc_dup_interval_terms",
        "two equal intervals in a sum count once, so rows leave before their matches come",
    ),
];

/// Recorded queries that DuckDB stops at, because of what is in their records.
const STOPPED: &[&str] = &[
    "aggfn_int_overflow",
    "aggfn_long_overflow",
    "misc_string_only_stream",
    "parsing_int_overflow",
    "parsing_time_casts2",
];

#[test]
fn recorded_answers_are_those_of_a_batch_query_or_known_not_to_be() {
    let recordings = load(&[Path::new("../tests/spark/vectors").to_owned()]).unwrap();
    let ran = recordings.into_iter().filter(|r| matches!(r.vector.expected, Outcome::Ran { .. }));
    let database = CheckDatabase::open();
    let (mut passed, mut differing, mut broken, mut unsupported) = (0, vec![], vec![], 0);
    for vector in ran.map(|recording| recording.vector) {
        let pipeline = build::build(&vector).unwrap();
        let names: Vec<String> =
            output_schema(&pipeline).fields().iter().map(|f| f.name().to_lowercase()).collect();
        if names.iter().enumerate().any(|(at, name)| names[..at].contains(name)) {
            continue;
        }
        let known = NOT_AS_BATCH.iter().any(|(id, _)| *id == vector.id);
        match judged(&database, &pipeline, &options(&vector.config).unwrap(), &recorded(&vector, &pipeline)) {
            None => unsupported += 1,
            Some(Verdict::Passed) if !known => passed += 1,
            Some(Verdict::Failed { .. }) if known => {}
            Some(Verdict::Broken { .. }) if STOPPED.contains(&vector.id.as_str()) => {}
            Some(Verdict::Broken { error }) => broken.push(format!("{}: {error}", vector.id)),
            Some(verdict) => differing.push(format!("{}: {:?} {:#?}", vector.id, verdict, verdict.details())),
        }
    }
    assert!(differing.is_empty(), "{}\n{}", differing.len(), differing.join("\n"));
    assert!(broken.is_empty(), "{}\n{}", broken.len(), broken.join("\n"));
    assert!(passed >= 300, "{passed} were recomputed, {unsupported} cannot be");
}

const STREAMS: &str = r#"[
  {"name": "L", "schema": "k STRING, t TIMESTAMP, v BIGINT, d DOUBLE, xs ARRAY<BIGINT>",
   "steps": [{"op": "watermark", "col": "t", "delay": "10 seconds"}]},
  {"name": "R", "schema": "rk STRING, rt TIMESTAMP, rv BIGINT, rd DOUBLE, rxs ARRAY<BIGINT>",
   "steps": [{"op": "watermark", "col": "rt", "delay": "5 seconds"}]}]"#;

const RANGE: &str = "k = rk AND rt >= t - interval 5 seconds AND rt <= t + interval 10 seconds";

/// A vector of the conformance tests around steps.
fn vector(steps: &str, mode: &str) -> Vector {
    let text = format!(
        r#"{{"format": 1, "id": "x", "config": {{"output_mode": "{mode}"}}, "streams": {STREAMS}, "query": [{steps}],
            "batches": [], "expected": {{"output_schema": [], "batches": []}}}}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn alone(steps: &str) -> String {
    format!(r#"{{"op": "from", "stream": "L"}}, {steps}"#)
}

fn join(kind: &str, on: &str) -> String {
    format!(r#"{{"op": "join", "left": "L", "right": "R", "type": "{kind}", "on": "{on}"}}"#)
}

fn window(kind: &str, keys: &str, aggs: &str) -> String {
    let slide = if kind == "sliding" { r#", "slide": "15 seconds""# } else { "" };
    format!(
        r#"{{"op": "aggregate", "window": {{"kind": "{kind}", "col": "t", "duration": "20 seconds"{slide}}},
            "keys": [{keys}], "aggs": [{aggs}]}}"#
    )
}

const AGGS: &str = r#"{"expr": "count(*)", "as": "n"}, {"expr": "sum(v)", "as": "s"}, {"expr": "avg(d)", "as": "a"},
    {"expr": "min(k)", "as": "m"}, {"expr": "max(d)", "as": "x"}, {"expr": "count(v) FILTER (WHERE v > 1)", "as": "f"}"#;

/// Expressions of every kind, as columns.
const EXPRESSIONS: &str = r#"{"op": "select", "exprs": ["k", "t", "v + 1 as a", "d / v as q", "v % 2 as r", "v div 2 as i",
    "pmod(v - 3, 2) as p", "case when v > 1 then 'x' else k end as c", "k in ('a', 'b') as e", "v between 1 and 2 as b",
    "k like 'a%' as l", "k <=> 'a' as n", "coalesce(v, 0) as o", "concat(k, '-', v) as j", "upper(k) as u",
    "length(k) as h", "substring(k, 1, 1) as g", "cast(d as bigint) as ci", "cast(v as string) as cs",
    "cast(k as bigint) as ck", "cast(concat(v, '.5') as int) as cp", "cast(concat(v, '.5') as double) as cd",
    "cast(t as bigint) as ct", "timestamp_seconds(v) as ts",
    "timestamp_millis(v) as tm", "date_trunc('minute', t) as dt", "year(t) as y", "dayofweek(t) as w", "hour(t) as hh",
    "to_date(t) as da", "t + interval 3 seconds as ti", "abs(v - 3) as ab", "round(d * 1.11, 1) as ro", "floor(d) as fl",
    "ceil(d) as ce", "size(xs) as sz", "xs[0] is null as x0", "array_contains(xs, 1) as ac", "isnan(d) as nn",
    "greatest(v, 1) as gr", "nullif(v, 2) as ni", "not (v > 1) as nt", "-v as ng", "unix_timestamp(t) as ut",
    "date_format(t, 'yyyy-MM-dd HH:mm') as df", "datediff(t, date '2024-02-27') as dd", "date_add(t, 3) as dp",
    "cast(t as date) as cdt", "cast('2024-03-01 10:00:00' as timestamp) as lit", "cast(v as boolean) as vb"]}"#;

/// Queries with the modes in which they run.
fn queries() -> Vec<(String, &'static [&'static str])> {
    const APPEND: &[&str] = &["append"];
    const ALL: &[&str] = &["append", "update", "complete"];
    let mut queries: Vec<(String, &[&str])> = vec![
        (alone(EXPRESSIONS), APPEND),
        (
            alone(
                r#"{"op": "filter", "expr": "v > 1 or k = 'a'"}, {"op": "explode", "expr": "xs", "as": "x", "outer": true}"#,
            ),
            APPEND,
        ),
        (alone(&window("tumbling", r#""k""#, AGGS)), ALL),
        (alone(&window("sliding", r#""d""#, AGGS)), ALL),
        (alone(&window("tumbling", "", AGGS)), APPEND),
        (
            alone(&format!(r#"{{"op": "aggregate", "keys": ["k"], "aggs": [{AGGS}]}}"#)),
            &["update", "complete"],
        ),
        (alone(&format!(r#"{{"op": "aggregate", "keys": [], "aggs": [{AGGS}]}}"#)), &["update", "complete"]),
        (alone(r#"{"op": "dedup", "cols": ["k", "t"]}"#), APPEND),
        (alone(r#"{"op": "dedup", "cols": ["k"]}"#), APPEND),
        (alone(r#"{"op": "dedup_within_watermark", "cols": ["k"]}"#), APPEND),
        (alone(r#"{"op": "explode", "expr": "xs", "as": "x"}, {"op": "dedup", "cols": ["x", "t"]}"#), APPEND),
    ];
    for kind in ["inner", "left_outer", "right_outer", "full_outer", "left_semi"] {
        // Full outer, null keys find a match, which is not as in a batch query.
        let (range, is_full) = match kind {
            "full_outer" => (RANGE.replace("k = rk", "coalesce(k, 'y') = coalesce(rk, 'z')"), true),
            _ => (RANGE.to_owned(), false),
        };
        queries.push((join(kind, &range), APPEND));
        queries.push((join(kind, &format!("{range} AND v < rv")), APPEND));
        queries.push((join(kind, "k <=> rk AND rt > t AND rt < t + interval 20 seconds"), APPEND));
        if !is_full {
            queries.push((join(kind, "k = rk AND t = rt"), APPEND));
        }
    }
    for kind in ["inner", "left_outer"] {
        let steps = [
            join(kind, RANGE),
            r#"{"op": "drop", "cols": ["rt"]}"#.into(),
            window("tumbling", r#""k""#, AGGS),
        ];
        queries.push((steps.join(", "), APPEND));
    }
    queries
}

fn record(r: &'static str) -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec!["null", r#""a""#, r#""a""#, r#""a""#, r#""b""#, r#""12""#]);
    let time = (0u32..66, prop::sample::select(vec![0, 500, 999]));
    let number = prop::sample::select(vec!["null", "0", "1", "2", "2", "4"]);
    let double = prop::sample::select(vec!["null", "0.0", "-0.0", "4.5", "0.1", "-2.25", r#""NaN""#]);
    let list = prop::sample::select(vec!["null", "[]", "[1]", "[1, null]", "[2, 1]"]);
    (key, time, number, double, list).prop_map(move |(k, (s, ms), v, d, xs)| match s {
        65 => "{".to_owned(),
        60..=64 => format!(r#"{{"{r}k": {k}, "{r}v": {v}, "{r}d": {d}, "{r}xs": {xs}}}"#),
        _ => format!(
            r#"{{"{r}k": {k}, "{r}t": "2024-03-01T10:00:{s:02}.{ms:03}Z", "{r}v": {v}, "{r}d": {d}, "{r}xs": {xs}}}"#
        ),
    })
}

fn arrivals(sources: &[&str]) -> impl Strategy<Value = Vec<Arrival>> {
    let left: Vec<bool> = sources.iter().map(|table| *table == "L").collect();
    let batch =
        (prop::collection::vec(record(""), 0..6), prop::collection::vec(record("r"), 0..6), any::<bool>());
    prop::collection::vec(batch, 1..10).prop_map(move |batches| {
        let arrival = |(l, r, rests): (Vec<String>, Vec<String>, bool)| Arrival {
            records: left.iter().map(|left| if *left { l.clone() } else { r.clone() }).collect(),
            rests,
        };
        batches.into_iter().map(arrival).collect()
    })
}

fn runner() -> TestRunner {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    TestRunner::new_with_rng(Runs { failure_persistence: None, ..Runs::default() }, rng)
}

fn drawn(pipeline: &Pipeline, runner: &mut TestRunner) -> Vec<Arrival> {
    let tables: Vec<&str> = pipeline.sources.iter().map(|source| source.table.as_str()).collect();
    arrivals(&tables).new_tree(runner).unwrap().current()
}

#[test]
fn answers_to_random_records_are_those_of_a_batch_query() {
    let (database, mut runner) = (CheckDatabase::open(), runner());
    let mut wrong = Vec::new();
    for (steps, modes) in queries() {
        for mode in modes {
            let vector = vector(&steps, mode);
            let (pipeline, options) = (build::build(&vector).unwrap(), options(&vector.config).unwrap());
            assert!(Model::new(&pipeline, &options).is_ok(), "{mode} {steps}");
            let why_not = Recomputation::new(&pipeline, &options, TableHolds::EveryBatch);
            assert_eq!(why_not.unsupported(), None, "{steps}");
            for _ in 0..8 {
                let arrivals = drawn(&pipeline, &mut runner);
                let verdict = judged(&database, &pipeline, &options, &arrivals);
                if verdict != Some(Verdict::Passed) {
                    wrong.push(format!("{mode} {steps}\n{verdict:#?}\n{arrivals:?}"));
                    break;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn answers_that_were_tampered_with_are_noticed() {
    let (database, mut runner) = (CheckDatabase::open(), runner());
    let tampered = [
        "DELETE FROM answer WHERE rowid = 0",
        "INSERT INTO answer SELECT * FROM answer LIMIT 1",
        "UPDATE answer SET k = coalesce(k, '') || 'x' WHERE rowid = 0",
    ];
    for (steps, _) in queries()
        .into_iter()
        .filter(|(steps, _)| !steps.contains(r#""keys": []"#) && !steps.contains(r#"["d"]"#))
    {
        let mode = if steps.contains(r#"{"op": "aggregate", "keys""#) { "update" } else { "append" };
        let vector = vector(&steps, mode);
        let (pipeline, options) = (build::build(&vector).unwrap(), options(&vector.config).unwrap());
        let ran = (0..100).find_map(|_| {
            run(&pipeline, &options, &drawn(&pipeline, &mut runner))
                .filter(|ran| ran.rows.iter().any(|rows| rows.num_rows() > 0))
        });
        let ran = ran.expect("some draw has an answer");
        let recomputation = recomputation(&pipeline, &options, &ran, TableHolds::EveryBatch);
        for change in tampered {
            put_table(&database, &pipeline, &ran.rows);
            assert_eq!(recomputation.judge(&database, "answer", &[]), Verdict::Passed, "{steps}");
            database.execute(change).unwrap();
            let verdict = recomputation.judge(&database, "answer", &[]);
            assert!(matches!(verdict, Verdict::Failed { .. }), "{change}: {steps}");
        }
    }
}

#[test]
fn a_table_that_is_merged_into_has_the_last_value_of_each_key() {
    let (database, mut runner) = (CheckDatabase::open(), runner());
    let steps = alone(r#"{"op": "aggregate", "keys": ["k"], "aggs": [{"expr": "count(*)", "as": "n"}]}"#);
    for mode in ["update", "complete"] {
        let vector = vector(&steps, mode);
        let (pipeline, options) = (build::build(&vector).unwrap(), options(&vector.config).unwrap());
        assert_ne!(options.mode, OutputMode::Append);
        let ran = run(&pipeline, &options, &drawn(&pipeline, &mut runner)).unwrap();
        put_table(&database, &pipeline, &ran.rows);
        // Counts only grow, so the last one is the greatest.
        database
            .execute("CREATE OR REPLACE TABLE merged AS SELECT k, max(n) AS n FROM answer GROUP BY k")
            .unwrap();
        let verdict =
            recomputation(&pipeline, &options, &ran, TableHolds::Latest).judge(&database, "merged", &[]);
        assert_eq!(verdict, Verdict::Passed, "{mode}");
    }
}

/// Takes in what a world's query reads.
struct Reader(Recomputation);

impl Witness for Reader {
    fn committed(&mut self, batch: Committed) -> Result<(), RunError> {
        Ok(self.0.take(&batch.report)?)
    }
}

#[test]
fn a_scenarios_table_is_read_from_its_objects() {
    let scenario = Scenario::load("nested-join").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = WorldOptions {
        events: Some(1500),
        storage: Storage::SmallScratch(folder.path().join("emulator")),
        spare: None,
        parallelism: 1,
        follow_advice: false,
        trace: false,
        remember_rows: false,
        live_from: None,
        streams: None,
    };
    let mut world = World::new(&scenario, options, []).unwrap();
    let (job, streaming, pipeline) = scenario.streaming().unwrap();
    let options = query_options(streaming, 1, false);
    let mut reader = Reader(Recomputation::new(pipeline, &options, TableHolds::EveryBatch));
    world.run(&mut reader, &mut ()).unwrap();
    let mut database = CheckDatabase::open();
    database.attach_catalog(&world.services, &job.database.value, &|_| true).unwrap();
    let partitions: Vec<String> =
        streaming.sink.partition_by.iter().map(|column| column.value.clone()).collect();
    let table = &streaming.sink.table.value;
    assert_eq!(reader.0.judge(&database, table, &partitions), Verdict::Passed);
    database.execute(&format!("DELETE FROM {table} WHERE rowid = 7")).unwrap();
    match reader.0.judge(&database, table, &partitions) {
        Verdict::Failed { summary, missing, .. } => {
            let lacks =
                "a batch query over the accepted input gives 1 rows that the table lacks, and lacks 0";
            assert!(summary.starts_with(lacks), "{summary}");
            assert_eq!(missing.len(), 1);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_cannot_be_recomputed_is_named() {
    for (steps, expected) in [
        (alone(r#"{"op": "select", "exprs": ["xxhash64(k) as h"]}"#), "function `xxhash64`"),
        (alone(r#"{"op": "select", "exprs": ["cast(d as string) as s"]}"#), "a cast from Float64 to Utf8"),
        (
            alone(
                r#"{"op": "aggregate", "window": {"kind": "session", "col": "t", "gap": "3 seconds"}, "keys": ["k"],
                "aggs": [{"expr": "count(*)", "as": "n"}]}"#,
            ),
            "session windows",
        ),
        (
            alone(&window("tumbling", "", r#"{"expr": "collect_list(v)", "as": "c"}"#)),
            "aggregate function `collect_list`",
        ),
    ] {
        let vector = vector(&steps, "append");
        let (pipeline, options) = (build::build(&vector).unwrap(), options(&vector.config).unwrap());
        let recomputation = Recomputation::new(&pipeline, &options, TableHolds::EveryBatch);
        assert_eq!(recomputation.unsupported(), Some(expected));
        let verdict = recomputation.judge(&CheckDatabase::open(), "answer", &[]);
        assert_eq!(verdict, Verdict::Broken { error: format!("same_as_batch cannot recompute {expected}") });
    }
}

//! Queries that no recording has, over random records: chains of operators, conditions and keys of many kinds.

use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::super::Model;
use super::engine::{Arrival, difference, runner};
use super::{Query, build, options};

const STREAMS: &str = r#"[
  {"name": "L", "schema": "k STRING, t TIMESTAMP, v BIGINT, d DOUBLE, s STRUCT<a: BIGINT, b: STRING>, xs ARRAY<BIGINT>",
   "steps": [{"op": "watermark", "col": "t", "delay": "10 seconds"}]},
  {"name": "R", "schema": "rk STRING, rt TIMESTAMP, rv BIGINT, rd DOUBLE, rs STRUCT<a: BIGINT, b: STRING>, rxs ARRAY<BIGINT>",
   "steps": [{"op": "watermark", "col": "rt", "delay": "5 seconds"}]}]"#;

const RANGE: &str = "k = rk AND rt >= t - interval 5 seconds AND rt <= t + interval 10 seconds";

/// What follows a join by [`RANGE`]. The order in which rows leave a join is not defined, so nothing here asks for it.
const AFTER_JOIN: &[&str] = &[
    r#"{"op": "select", "exprs": ["k", "t"]}, {"op": "dedup"}"#,
    r#"{"op": "select", "exprs": ["rk", "rt", "v"]}, {"op": "dedup_within_watermark"}"#,
    r#"{"op": "drop", "cols": ["rt"]},
       {"op": "aggregate", "window": {"kind": "sliding", "col": "t", "duration": "20 seconds", "slide": "15 seconds"},
        "keys": ["k"], "aggs": [{"expr": "count(rv)", "as": "n"}, {"expr": "sum(v)", "as": "s"}]}"#,
    r#"{"op": "drop", "cols": ["rt"]}, {"op": "explode", "expr": "xs", "as": "x"},
       {"op": "aggregate", "window": {"kind": "session", "col": "t", "gap": "4 seconds"},
        "keys": ["x"], "aggs": [{"expr": "count(*)", "as": "n"}, {"expr": "max(v)", "as": "m"}]}"#,
];

/// Conditions of joins.
const CONDITIONS: &[&str] = &[
    "k = rk AND v < rv AND rt >= t AND rt <= t + interval 20 seconds",
    "k = rk AND v > 3 AND rt >= t AND rt <= t + interval 20 seconds",
    "k = rk AND rv >= 2 AND rt >= t AND rt <= t + interval 20 seconds",
    "k = rk AND t >= timestamp '2024-03-01 10:00:05' AND rt >= t AND rt <= t + interval 20 seconds",
    "k <=> rk AND v = rv AND rt > t AND rt < t + interval 20 seconds",
    "k <=> rk AND t <=> rt AND rt >= t AND t >= rt",
    "d = rd AND rt >= t AND rt <= t + interval 20 seconds",
    "xs = rxs AND rt >= t AND rt <= t + interval 20 seconds",
    "s.a = rs.a AND rt >= t AND rt <= t + interval 20 seconds",
    "k = rk AND t = rt",
    "k = rk AND rt = t + interval 1 second",
    "v + 1 = rv AND rt >= t AND rt <= t + interval 1500 milliseconds",
];

/// What is done with one stream.
const ALONE: &[&str] = &[
    r#"{"op": "dedup_within_watermark", "cols": ["xs"]}"#,
    r#"{"op": "dedup_within_watermark", "cols": ["k"]},
       {"op": "aggregate", "window": {"kind": "tumbling", "col": "t", "duration": "10 seconds"}, "keys": ["k"],
        "aggs": [{"expr": "first(v)", "as": "f"}, {"expr": "last(v, true)", "as": "l"},
                 {"expr": "collect_list(v)", "as": "c"}, {"expr": "avg(d)", "as": "a"},
                 {"expr": "approx_count_distinct(v)", "as": "u"}, {"expr": "stddev(v)", "as": "sd"}]}"#,
    r#"{"op": "aggregate", "window": {"kind": "tumbling", "col": "t", "duration": "10 seconds"}, "keys": ["xs", "d"],
        "aggs": [{"expr": "count(*) FILTER (WHERE v > 2)", "as": "n"}]}"#,
    r#"{"op": "aggregate", "keys": ["t"], "aggs": [{"expr": "count(*)", "as": "n"}, {"expr": "min(k)", "as": "m"}]}"#,
    r#"{"op": "aggregate", "window": {"kind": "session", "col": "t", "gap": "3 seconds"}, "keys": ["k"],
        "aggs": [{"expr": "count(*)", "as": "n"}, {"expr": "first(v)", "as": "f"}]},
       {"op": "aggregate", "window": {"kind": "tumbling", "col": "window", "duration": "30 seconds"}, "keys": [],
        "aggs": [{"expr": "sum(n)", "as": "n"}, {"expr": "collect_list(k)", "as": "ks"}]}"#,
    r#"{"op": "aggregate", "window": {"kind": "tumbling", "col": "t", "duration": "5 seconds"}, "keys": ["k"],
        "aggs": [{"expr": "count(*)", "as": "n"}, {"expr": "sum(v)", "as": "v"}]},
       {"op": "aggregate", "window": {"kind": "tumbling", "col": "window", "duration": "20 seconds"}, "keys": ["n"],
        "aggs": [{"expr": "sum(v)", "as": "v"}, {"expr": "first(k)", "as": "f"}]},
       {"op": "filter", "expr": "v > 2"}"#,
    r#"{"op": "explode", "expr": "xs", "as": "x", "outer": true}, {"op": "dedup", "cols": ["x", "t"]},
       {"op": "filter", "expr": "x is null or x <> 2"}"#,
    r#"{"op": "filter", "expr": "v <> 1"}, {"op": "select", "exprs": ["k", "t as e", "s.a", "d / v as q"]},
       {"op": "aggregate", "window": {"kind": "tumbling", "col": "e", "duration": "10 seconds", "start": "3 seconds"},
        "keys": ["a"], "aggs": [{"expr": "max(q)", "as": "q"}]}"#,
];

fn texts() -> Vec<String> {
    let join = |kind: &str, on: &str| {
        format!(r#"{{"op": "join", "left": "L", "right": "R", "type": "{kind}", "on": "{on}"}}"#)
    };
    let mut texts: Vec<String> =
        ALONE.iter().map(|steps| format!(r#"{{"op": "from", "stream": "L"}}, {steps}"#)).collect();
    for kind in ["inner", "left_outer", "right_outer", "full_outer"] {
        texts.extend(AFTER_JOIN.iter().map(|steps| format!("{}, {steps}", join(kind, RANGE))));
        texts.extend(CONDITIONS.iter().map(|on| join(kind, on)));
    }
    texts.extend(CONDITIONS.iter().map(|on| join("left_semi", on)));
    texts.push(join("inner", "k = rk"));
    texts
}

/// The query, unless it is refused in this mode.
fn query(text: &str, mode: &str, policy: &str) -> Option<Query> {
    let config = format!(r#"{{"output_mode": "{mode}", "watermark_policy": "{policy}"}}"#);
    let text = format!(
        r#"{{"format": 1, "id": "x", "config": {config}, "streams": {STREAMS}, "query": [{text}], "batches": [],
            "expected": {{"output_schema": [], "batches": []}}}}"#
    );
    let vector = serde_json::from_str(&text).unwrap();
    let pipeline = build::build(&vector).unwrap();
    let query = Query { pipeline, options: options(&vector.config).unwrap(), vector };
    Model::new(&query.pipeline, &query.options).is_ok().then_some(query)
}

/// A record; the columns of the right stream have an `r` before their names.
fn record(r: &'static str) -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec!["null", r#""a""#, r#""a""#, r#""a""#, r#""b""#, r#""b""#]);
    let time = (0u32..66, prop::sample::select(vec![0, 500, 999]));
    let number = prop::sample::select(vec!["null", "0", "1", "2", "2", "4"]);
    let double = prop::sample::select(vec!["null", "0.0", "-0.0", "4.5", r#""NaN""#]);
    let group =
        prop::sample::select(vec!["null", "{}", r#"{"a": 1, "b": "x"}"#, r#"{"a": "one", "b": "x"}"#]);
    let list = prop::sample::select(vec!["null", "[]", "[1]", "[1, null]", "[2, 1]"]);
    (key, time, number, double, group, list).prop_map(move |(k, (s, ms), v, d, group, xs)| {
        let t = match s {
            0..60 => format!(r#""2024-03-01T10:00:{s:02}.{ms:03}Z""#),
            60..63 => r#""never""#.to_owned(),
            _ => "null".to_owned(),
        };
        format!(r#"{{"{r}k": {k}, "{r}t": {t}, "{r}v": {v}, "{r}d": {d}, "{r}s": {group}, "{r}xs": {xs}}}"#)
    })
}

fn arrivals(query: &Query) -> impl Strategy<Value = Vec<Arrival>> + use<> {
    let prefixes = query.pipeline.sources.iter().map(|source| if source.table == "L" { "" } else { "r" });
    let records: Vec<_> = prefixes.map(|r| prop::collection::vec(record(r), 0..6)).collect();
    let arrival = (records, any::<bool>()).prop_map(|(records, rests)| Arrival { records, rests });
    prop::collection::vec(arrival, 1..9)
}

#[test]
fn the_engine_does_what_the_model_says_of_queries_that_no_recording_has() {
    let mut runner = runner();
    for text in texts() {
        let mut ran = 0;
        for (mode, policy) in [("append", "min"), ("append", "max"), ("update", "min"), ("complete", "max")] {
            let Some(query) = query(&text, mode, policy) else { continue };
            for _ in 0..6 {
                let arrivals = arrivals(&query).new_tree(&mut runner).unwrap().current();
                assert_eq!(difference(&query, &arrivals), None, "{mode} {policy} {text} {arrivals:#?}");
            }
            ran += 1;
        }
        assert!(ran > 0, "{text} is refused");
    }
}

//! What may change about a query between two starts on one checkpoint.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use wavetank::engine::checkpoint::Checkpoint;
use wavetank::engine::error::{EngineError, Result};
use wavetank::engine::query::{QueryOptions, QueryParts, StreamingQuery};
use wavetank::engine::source::Source;
use wavetank::engine::types::parse_ddl_schema;
use wavetank::engine::watermark::WatermarkPolicy;
use wavetank::scenarios::adapters::Services;

use crate::rig::{Feed, MemorySink, MemorySource, Schemas, Written, plan, services, store};
use crate::rows::lines;

const COUNTS: &str = "
    CREATE STREAMING TABLE o AS SELECT k, window(t, '10 seconds').start AS s, count(*) AS n
    FROM STREAM(events) WATERMARK t DELAY OF INTERVAL 5 SECONDS
    GROUP BY k, window(t, '10 seconds')";

/// Two windows are open.
const RECORDS: [&str; 2] = [
    r#"{"k":"a","j":"x","t":"2026-01-05T10:00:01Z","v":1}"#,
    r#"{"k":"b","j":"x","t":"2026-01-05T10:00:02Z","v":2}"#,
];

/// Closes both.
const LATER: &str = r#"{"k":"c","j":"y","t":"2026-01-05T10:01:00Z","v":3}"#;

/// A query and its sink, from where the checkpoint says.
fn start(
    sql: &str,
    services: &Services,
    feed: &Feed,
    policy: WatermarkPolicy,
) -> Result<(StreamingQuery, Written)> {
    let schema = parse_ddl_schema("k STRING, j STRING, t TIMESTAMP, v BIGINT").unwrap();
    let schemas = ["events", "others"].map(|table| (table.to_owned(), Arc::new(schema.clone())));
    let pipeline = plan(sql, &Schemas(BTreeMap::from(schemas))).unwrap();
    let written = Written::default();
    // Nothing is ever sent to the other stream.
    let source = |table: &str| -> Box<dyn Source> {
        let feed = if table == "events" { Rc::clone(feed) } else { Feed::default() };
        Box::new(MemorySource { feed, always_new: false })
    };
    let parts = QueryParts {
        sources: pipeline.sources.iter().map(|s| source(&s.table)).collect(),
        sink: Box::new(MemorySink { written: Rc::clone(&written) }),
        checkpoint: Checkpoint::new(Box::new(store(services)), ""),
        options: QueryOptions { policy, ..QueryOptions::default() },
    };
    Ok((StreamingQuery::start(&pipeline, parts, 0)?, written))
}

/// Runs [`COUNTS`] over the records, then starts another query on its checkpoint; gives what that one writes.
fn change_to(sql: &str) -> Result<Vec<String>> {
    let (services, feed) = (services(), Feed::default());
    feed.borrow_mut().extend(RECORDS.map(str::to_owned));
    let (mut query, _) = start(COUNTS, &services, &feed, WatermarkPolicy::Min)?;
    while query.run_batch(0)?.is_some() {}
    feed.borrow_mut().push(LATER.to_owned());
    let (mut query, written) = start(sql, &services, &feed, WatermarkPolicy::Min)?;
    while query.run_batch(1000)?.is_some() {}
    Ok(lines(&written.borrow()))
}

#[track_caller]
fn check(sql: &str, expected: &[&str]) {
    assert_eq!(change_to(sql).unwrap(), expected);
}

#[track_caller]
fn check_refused(sql: &str, says: &str) {
    match change_to(sql) {
        Err(EngineError::Refused { message, help }) => {
            assert!(message.contains(says), "{message}");
            assert!(help.contains("new checkpoint location"), "{help}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_query_goes_on() {
    check(COUNTS, &["a 10:00:00 1", "b 10:00:00 1"]);
}

#[test]
fn filters_projections_and_delays_may_change() {
    check(&COUNTS.replace("GROUP BY", "WHERE v < 3 GROUP BY"), &[]);
    check(&COUNTS.replace("count(*) AS n", "count(*) + 0 AS m"), &["a 10:00:00 1", "b 10:00:00 1"]);
    check(&COUNTS.replace("INTERVAL 5 SECONDS", "INTERVAL 2 MINUTES"), &[]);
}

#[test]
fn another_key_is_refused() {
    check_refused(&COUNTS.replace("SELECT k", "SELECT j").replace("BY k", "BY j"), "its keys are j, window");
    check_refused(&COUNTS.replace("BY k,", "BY k, j,"), "its keys are k, j, window");
}

#[test]
fn another_type_of_what_is_kept_is_refused() {
    check_refused(
        &COUNTS.replace("count(*) AS n", "max(j) AS n"),
        "Provided schema doesn't match to the schema for existing state!",
    );
}

#[test]
fn another_operator_is_refused() {
    let rows =
        "CREATE STREAMING TABLE o AS SELECT k, t FROM STREAM(events) WATERMARK t DELAY OF INTERVAL 5 SECONDS";
    check_refused(rows, "the checkpoint has the state of stateStoreSave; now the query has nothing");
}

#[test]
fn other_sources_are_refused() {
    check_refused(&COUNTS.replace("STREAM(events)", "STREAM(others)"), "reads events; now it reads others");
    let two =
        "CREATE STREAMING TABLE o AS SELECT k FROM STREAM(events) UNION ALL SELECT k FROM STREAM(others)";
    check_refused(
        two,
        "There are [1] sources in the checkpoint offsets and now there are [2] sources requested by the query. \
         Cannot continue.",
    );
}

#[test]
fn the_watermark_policy_stays_what_it_was() {
    let union = "
        CREATE STREAMING TABLE o AS
        SELECT k FROM STREAM(events) WATERMARK t DELAY OF INTERVAL 5 SECONDS
        UNION ALL
        SELECT k FROM STREAM(others) WATERMARK t DELAY OF INTERVAL 5 SECONDS";
    let (services, feed) = (services(), Feed::default());
    feed.borrow_mut().extend(RECORDS.map(str::to_owned));
    let (mut query, _) = start(union, &services, &feed, WatermarkPolicy::Min).unwrap();
    query.run_batch(0).unwrap();
    feed.borrow_mut().push(LATER.to_owned());
    let (mut query, _) = start(union, &services, &feed, WatermarkPolicy::Max).unwrap();
    query.run_batch(1000).unwrap();
    // The other side is silent: under `max` the watermark would be at 10:00:55.
    assert_eq!(query.watermark().millis, 0);
}

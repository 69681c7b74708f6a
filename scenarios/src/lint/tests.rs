//! Each rule on a scenario that it warns of, and on one that it does not.

use wavetank_engine::plan::OutputMode;
use wavetank_engine::watermark::WatermarkPolicy;

use super::{Facts, Warning, lint, lint_facts};
use crate::scenario::Scenario;
use crate::world::source_streams;

const FILE: &str = "\
scenario: a test
use: { pipeline: pipeline.sql }
resources:
  streams: { orders: { shards: 2 }, answers: { shards: 2 } }
  buckets: [lake]
  databases:
    shop:
      o: { stream: orders, columns: { k: string, t: timestamp } }
      a: { stream: answers, columns: { k: string, t: timestamp } }
job:
  database: shop
  sink: { table: out, path: s3://lake/out/, format: parquet }
  checkpoint: s3://lake/checkpoint/
  starting_position: trim_horizon
clock: { start: 2026-01-05T10:00:00Z, tick: 10s, for: 1h }
generate:
  orders:
    events: 10
    key: { partition: { zipf: 1, keys: 9 } }
    row: { k: $key, t: $event_time.iso }
    arrival: { delay: { exp: 2s } }
";

const JOIN: &str = "CREATE STREAMING TABLE out AS SELECT o.k, a.t FROM STREAM(o) WATERMARK t DELAY OF INTERVAL 1 MINUTE \
                    AS o JOIN STREAM(a) WATERMARK t DELAY OF INTERVAL 1 MINUTE AS a ON o.k = a.k AND a.t BETWEEN o.t \
                    AND o.t + INTERVAL 10 SECONDS";

fn scenario(file: &str, sql: &str) -> Scenario {
    let read = |name: &str| Ok((name.to_owned(), sql.to_owned()));
    Scenario::plan("shop.wt.yaml", file, read).unwrap_or_else(|error| panic!("{error}: {sql}"))
}

fn names(warnings: &[Warning]) -> Vec<&'static str> {
    warnings.iter().map(|warning| warning.name).collect()
}

/// The one warning about the base scenario with something replaced in its file or in its query.
#[track_caller]
fn warned(from: &str, to: &str) -> Warning {
    let is_there = FILE.contains(from) || JOIN.contains(from);
    assert!(is_there, "the test replaces what is not there: {from}");
    let mut warnings = lint(&scenario(&FILE.replacen(from, to, 1), &JOIN.replacen(from, to, 1)));
    assert_eq!(warnings.len(), 1, "{warnings:#?}");
    warnings.remove(0)
}

#[test]
fn the_base_scenario_is_clean() {
    assert_eq!(names(&lint(&scenario(FILE, JOIN))), <[&str; 0]>::default());
}

#[test]
fn the_shorter_of_two_delays_is_inert() {
    let warning = warned("1 MINUTE AS a", "5 MINUTES AS a");
    assert_eq!(warning.name, "inert_watermark");
    assert!(
        warning.message.starts_with("the delay of 1 minute on `t` of stream `orders` has no effect"),
        "{}",
        warning.message
    );
    assert_eq!(warning.place.unwrap().line_column(), (2, 18));
}

#[test]
fn under_the_policy_max_the_shorter_delay_decides() {
    let scenario = scenario(FILE, &JOIN.replace("1 MINUTE AS a", "5 MINUTES AS a"));
    let (job, streaming, pipeline) = scenario.streaming().unwrap();
    let streams = source_streams(&scenario.file, job, pipeline);
    let facts = |policy| Facts {
        file: &scenario.file,
        job,
        streaming,
        pipeline,
        streams: &streams,
        policy,
        mode: OutputMode::Append,
    };
    assert_eq!(names(&lint_facts(&facts(WatermarkPolicy::Min))), ["inert_watermark"]);
    assert_eq!(names(&lint_facts(&facts(WatermarkPolicy::Max))), <[&str; 0]>::default());
}

#[test]
fn a_join_without_a_bound_in_time_is_never_evicted() {
    let unbounded = JOIN.replace(" AND a.t BETWEEN o.t AND o.t + INTERVAL 10 SECONDS", "");
    let warnings = lint(&scenario(FILE, &unbounded));
    assert_eq!(names(&warnings), ["state_never_evicted", "state_never_evicted"]);
    assert_eq!(warnings[0].place.as_ref().unwrap().line_column(), (2, 18));
}

#[test]
fn an_outer_side_without_a_watermark_never_comes_out() {
    let outer = JOIN.replace("WATERMARK t DELAY OF INTERVAL 1 MINUTE AS o JOIN", "AS o LEFT JOIN");
    assert!(names(&lint(&scenario(FILE, &outer))).contains(&"outer_join_never_emits"));
    let fine = JOIN.replace("AS o JOIN", "AS o LEFT JOIN");
    assert_eq!(names(&lint(&scenario(FILE, &fine))), <[&str; 0]>::default());
}

#[test]
fn one_partition_key_for_several_shards() {
    let warning = warned("keys: 9", "keys: 1");
    assert_eq!(warning.name, "constant_partition_key");
    assert_eq!(warning.place.unwrap().line_column(), (19, 23));
    let one_shard =
        FILE.replace("keys: 9", "keys: 1").replace("orders: { shards: 2 }", "orders: { shards: 1 }");
    assert_eq!(names(&lint(&scenario(&one_shard, JOIN))), <[&str; 0]>::default());
}

#[test]
fn traffic_that_is_slower_than_the_watermark() {
    let warning = warned("exp: 2s", "exp: 20s");
    assert_eq!(warning.name, "delay_shorter_than_traffic");
    assert!(
        warning
            .message
            .starts_with("5.0 % of the records of stream `orders` arrive more than 1 minute after"),
        "{}",
        warning.message
    );
    assert_eq!(warning.place.unwrap().line_column(), (21, 14));
    let in_order = FILE.replace("delay: { exp: 2s }", "delay: { exp: 20s }, out_of_order: none");
    assert_eq!(names(&lint(&scenario(&in_order, JOIN))), <[&str; 0]>::default());
    // One in a hundred is borne.
    let bearable = FILE.replace("exp: 2s", "exp: 13s");
    assert_eq!(names(&lint(&scenario(&bearable, JOIN))), <[&str; 0]>::default());
}

#[test]
fn a_job_that_starts_at_the_end() {
    let warning = warned("trim_horizon", "latest");
    assert_eq!(warning.name, "starts_at_latest");
    assert_eq!(warning.place.unwrap().line_column(), (14, 22));
}

#[test]
fn a_watermark_without_delay() {
    let both = JOIN.replace("1 MINUTE AS", "0 SECONDS AS");
    let quick = FILE.replace("delay: { exp: 2s }", "");
    assert_eq!(names(&lint(&scenario(&quick, &both))), ["zero_delay", "zero_delay"]);
}

#[test]
fn complete_mode_needs_groups() {
    let groups = "CREATE STREAMING TABLE out AS SELECT window(t, '1 minute') AS w, count(*) AS n FROM STREAM(o) WATERMARK t \
                  DELAY OF INTERVAL 1 MINUTE GROUP BY window(t, '1 minute')";
    for (sql, mode, expected) in [
        (JOIN, OutputMode::Complete, &["complete_without_aggregation"][..]),
        (groups, OutputMode::Complete, &[]),
        (JOIN, OutputMode::Append, &[]),
    ] {
        let scenario = scenario(FILE, sql);
        let (job, streaming, pipeline) = scenario.streaming().unwrap();
        let streams = source_streams(&scenario.file, job, pipeline);
        let (file, policy) = (&scenario.file, WatermarkPolicy::Min);
        assert_eq!(
            names(&lint_facts(&Facts { file, job, streaming, pipeline, streams: &streams, policy, mode })),
            expected,
            "{sql}"
        );
    }
}

//! What people see when a scenario file is wrong: whole diagnostics, plain, 80 columns wide.

use miette::{GraphicalReportHandler, GraphicalTheme};

use super::*;

/// A small file that is right. Each test breaks one thing in it.
const RIGHT: &str = "\
scenario: a test
use: { pipeline: pipeline.sql }
resources:
  streams:
    orders: { shards: 2 }
    answers: { shards: 1 }
  buckets: [lake]
  databases:
    shop:
      orders-table: { stream: orders, columns: { id: string, price: double } }
job:
  database: shop
  sink: { table: out, path: s3://lake/out/, format: parquet }
  checkpoint: s3://lake/checkpoint/
  starting_position: trim_horizon
clock: { start: 2026-01-05T10:00:00Z, tick: 10s, for: 1h }
generate:
  orders:
    events: 10
    row: { id: $key, price: { uniform: [1, 2], round: 2 } }
  answers:
    follows: orders
    row: { id: $parent.key }
checks:
  - name: rows
    sql: SELECT 1
    expect: empty
";

/// The error after `from` (which must be there) was replaced by `to`.
fn error(from: &str, to: &str) -> FileError {
    assert!(RIGHT.contains(from), "the test replaces what is not there: {from}");
    let text = RIGHT.replacen(from, to, 1);
    ScenarioFile::parse("shop.wt.yaml", &text).expect_err("the file is wrong")
}

fn rendered(error: &FileError) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(80);
    let mut text = String::new();
    handler.render_report(&mut text, error).expect("a string takes every write");
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[track_caller]
fn check(from: &str, to: &str, wanted: &str) {
    let found = rendered(&error(from, to));
    assert_eq!(found.trim_matches('\n'), wanted.trim_matches('\n'), "\n{found}");
}

#[track_caller]
fn check_message(from: &str, to: &str, wanted: &str, line_column: (usize, usize)) {
    let error = error(from, to);
    assert_eq!((error.message(), error.line_column()), (wanted, line_column), "\n{}", rendered(&error));
}

#[test]
fn file_that_is_right_parses() {
    let file = ScenarioFile::parse("shop.wt.yaml", RIGHT).expect("nothing is wrong");
    assert_eq!(file.engine, Engine::Glue50);
    assert_eq!(file.tables(&file.jobs[0]).names().collect::<Vec<_>>(), ["orders-table"]);
    assert_eq!(file.generate.names().collect::<Vec<_>>(), ["orders", "answers"]);
    let (_, streaming) = file.streaming_job().expect("there is one job");
    assert_eq!(streaming.max_fetch_records_per_shard.value, 100_000);
    let table = file.tables(&file.jobs[0]).get("orders-table").expect("it is there");
    let price = table.columns.get("price").expect("it is there");
    assert_eq!(file.source.error_at(price, "x").line_column(), (10, 69));
}

#[test]
fn library_scenarios_parse() {
    let text = include_str!("../../library/nested-join/nested-join.wt.yaml");
    let file = ScenarioFile::parse("nested-join.wt.yaml", text).unwrap_or_else(|error| {
        panic!("{}", rendered(&error));
    });
    assert_eq!(file.generate.names().collect::<Vec<_>>(), ["nestedPurchaseStream", "recommenderStream"]);
}

#[test]
fn unknown_key_names_the_nearest_and_the_known() {
    check(
        "shards: 2",
        "shard: 2",
        r#"
  × unknown key `shard` in stream `orders`; did you mean `shards`?
   ╭─[shop.wt.yaml:5:15]
 4 │   streams:
 5 │     orders: { shard: 2 }
   ·               ──┬──
   ·                 ╰── unknown key
 6 │     answers: { shards: 1 }
   ╰────
  help: known keys here: `shards`
"#,
    );
}

#[test]
fn value_in_a_wrong_notation_shows_the_right_one() {
    check(
        "tick: 10s",
        "tick: 10 parsecs",
        r#"
  × expected a duration such as `10s`, found `10 parsecs`
    ╭─[shop.wt.yaml:16:45]
 15 │   starting_position: trim_horizon
 16 │ clock: { start: 2026-01-05T10:00:00Z, tick: 10 parsecs, for: 1h }
    ·                                             ─────┬────
    ·                                                  ╰── `clock.tick`
 17 │ generate:
    ╰────
"#,
    );
}

#[test]
fn missing_key_points_at_the_mapping_that_lacks_it() {
    check(
        "sink: { table: out, path",
        "sink: { path",
        r#"
  × `job.sink` needs the key `table`
    ╭─[shop.wt.yaml:13:3]
 12 │   database: shop
 13 │   sink: { path: s3://lake/out/, format: parquet }
    ·   ──┬─
    ·     ╰── no `table`
 14 │   checkpoint: s3://lake/checkpoint/
    ╰────
"#,
    );
}

#[test]
fn unknown_stream_of_a_table_lists_the_known() {
    check(
        "stream: orders,",
        "stream: order,",
        r#"
  × table `orders-table` reads stream `order`, which is not in
  │ `resources.streams`; did you mean `orders`?
    ╭─[shop.wt.yaml:10:31]
  9 │     shop:
 10 │       orders-table: { stream: order, columns: { id: string, price: double } }
    ·                               ──┬──
    ·                                 ╰── not known
 11 │ job:
    ╰────
  help: `resources.streams` has `orders`, `answers`
"#,
    );
}

#[test]
fn missing_bucket_says_where_buckets_are_listed() {
    check(
        "s3://lake/out/",
        "s3://pond/out/",
        r#"
  × this path is in bucket `pond`, which is not in `resources.buckets`
    ╭─[shop.wt.yaml:13:29]
 12 │   database: shop
 13 │   sink: { table: out, path: s3://pond/out/, format: parquet }
    ·                             ───────┬──────
    ·                                    ╰── not known
 14 │   checkpoint: s3://lake/checkpoint/
    ╰────
  help: `resources.buckets` has `lake`
"#,
    );
}

#[test]
fn engine_without_recorded_runs_is_refused() {
    check(
        "use: { pipeline",
        "engine: glue-4.0\nuse: { pipeline",
        r#"
  × engine `glue-4.0` cannot be run yet
   ╭─[shop.wt.yaml:2:9]
 1 │ scenario: a test
 2 │ engine: glue-4.0
   ·         ────┬───
   ·             ╰── no recorded runs
 3 │ use: { pipeline: pipeline.sql }
   ╰────
  help: only `glue-5.0` has recorded runs of the real engine so far; use it or
        leave `engine` out
"#,
    );
}

#[test]
fn misspelt_generator_is_not_taken_for_an_object() {
    check(
        "uniform: [1, 2]",
        "unifrom: [1, 2]",
        r#"
  × unknown generator `unifrom`; did you mean `uniform`?
    ╭─[shop.wt.yaml:20:31]
 19 │     events: 10
 20 │     row: { id: $key, price: { unifrom: [1, 2], round: 2 } }
    ·                               ───┬───
    ·                                  ╰── in the row of stream `orders`
 21 │   answers:
    ╰────
  help: known generators: `pick`, `repeat`, `fake`, `uniform`, `int`,
        `weights`, `date`, `uuid`, `share`, `null`, `object`
        an object with this field is written `{ object: { unifrom: … } }`
"#,
    );
}

#[test]
fn unknown_reference_lists_the_known() {
    check(
        "$key",
        "$kye",
        r#"
  × unknown reference `$kye`; did you mean `$key`?
    ╭─[shop.wt.yaml:20:16]
 19 │     events: 10
 20 │     row: { id: $kye, price: { uniform: [1, 2], round: 2 } }
    ·                ──┬─
    ·                  ╰── unknown reference
 21 │   answers:
    ╰────
  help: known references: `$key`, `$event_time.epoch_s`,
        `$event_time.epoch_ms`, `$event_time.iso`; `$$` writes a dollar sign
"#,
    );
}

#[test]
fn stream_without_volume_is_told_its_choices() {
    check(
        "    events: 10\n",
        "",
        r#"
  × `generate` of stream `orders` does not say how much
    ╭─[shop.wt.yaml:18:3]
 17 │ generate:
 18 │   orders:
    ·   ───┬──
    ·      ╰── no volume
 19 │     row: { id: $key, price: { uniform: [1, 2], round: 2 } }
    ╰────
  help: add `events: 10000`, `rate: 200/s`, or `follows: STREAM`
"#,
    );
}

#[test]
fn broken_yaml_points_at_the_break() {
    check(
        "scenario: a test\n",
        "scenario: a: test\n",
        r#"
  × this is not YAML: mapping values are not allowed in this context
   ╭─[shop.wt.yaml:1:12]
 1 │ scenario: a: test
   ·            ┬
   ·            ╰── here
 2 │ use: { pipeline: pipeline.sql }
   ╰────
"#,
    );
}

#[test]
fn misspelt_kind_in_a_list_is_marked_alone() {
    check(
        "events: 10",
        "events: 10\n    corrupt: { share: 5%, as: [truncated_json, wrong_typ] }",
        r#"
  × unknown value `wrong_typ` for `corrupt.as` of stream `orders`; did you
  │ mean `wrong_type`?
    ╭─[shop.wt.yaml:20:48]
 19 │     events: 10
 20 │     corrupt: { share: 5%, as: [truncated_json, wrong_typ] }
    ·                                                ────┬────
    ·                                                    ╰── unknown value
 21 │     row: { id: $key, price: { uniform: [1, 2], round: 2 } }
    ╰────
  help: known values: `truncated_json`, `wrong_type`, `missing_field`,
        `null_field`, `not_utf8`, `empty`
"#,
    );
}

#[test]
fn wrong_types_and_notations() {
    check_message("tick: 10s", "tick: [10s]", "expected a duration such as `10s`, found a list", (16, 45));
    check_message("tick: 10s", "tick: ", "expected a duration such as `10s`, found nothing", (16, 43));
    check_message("shards: 2", "shards: two", "expected a whole number of at least 0, found `two`", (5, 23));
    check_message("shards: 2", "shards: { a: 1 }", "expected a single value, found a mapping", (5, 23));
    check_message("{ shards: 2 }", "[2]", "expected a mapping, found a list", (5, 13));
    check_message("{ shards: 2 }", "2", "expected a mapping, found `2`", (5, 13));
    check_message("  buckets: [lake]", "  buckets: lake", "expected a list, found `lake`", (7, 12));
    check_message(
        "events: 10",
        "events: ten",
        "expected a whole number of at least 0, found `ten`",
        (19, 13),
    );
    check_message(
        "events: 10",
        "rate: fast",
        "expected a rate such as `200/s`, `90/min` or `5/h`, found `fast`",
        (19, 11),
    );
    check_message(
        "follows: orders",
        "follows: orders\n    event_time: { after: noon, by: { exp: 5s } }",
        "an event time comes after `parent`, not after `noon`",
        (23, 26),
    );
    check_message(
        "follows: orders",
        "follows: orders\n    event_time: { after: parent, by: { exp: 5 } }",
        "expected a duration such as `10s`, found `5`",
        (23, 45),
    );
    check_message(
        "follows: orders",
        "follows: orders\n    event_time: { after: parent, by: 5s }",
        "expected a distribution such as `{ exp: 6s }`, found `5s`",
        (23, 38),
    );
    check_message(
        "follows: orders",
        "follows: orders\n    share: 97",
        "expected a share such as `0.5%` or `0.005`, found `97`",
        (23, 12),
    );
    check_message(
        "events: 10",
        "events: 10\n    arrival: { delay: { uniform: [1s] } }",
        "expected a list of 2, found a list of 1",
        (20, 34),
    );
    check_message(
        "events: 10",
        "events: 10\n    arrival: { delay: { uniform: [1s, x] } }",
        "expected a duration such as `10s`, found `x`",
        (20, 39),
    );
    check_message(
        "events: 10",
        "events: 10\n    key: { field: price }",
        "field `price` of the row is not the key",
        (20, 19),
    );
    check_message(
        "events: 10",
        "events: 10\n    key: { uuid: T }",
        "expected a pattern with `{}` where the value goes, such as `T-{}`, found `T`",
        (20, 18),
    );
    check_message("uniform: [1, 2]", "uniform: [1, b]", "expected a number, found `b`", (20, 44));
    check_message(
        "row: { id: $parent.key }",
        "row: [1]",
        "expected a mapping from field to value, found a list",
        (23, 10),
    );
    check_message(
        "start: 2026-01-05T10:00:00Z",
        "start: 2026-01-05 10:00:00",
        "expected an instant in UTC such as `2026-01-05T10:00:00Z`, found `2026-01-05 10:00:00`",
        (16, 17),
    );
    check_message(
        "s3://lake/out/",
        "lake/out/",
        "expected a place in S3 such as `s3://bucket/prefix/`, found `lake/out/`",
        (13, 29),
    );
    check_message(
        "expect: empty",
        "expect: nothing",
        "expected `empty`, a list of rows, or a table whose cells are divided by `|`, found `nothing`",
        (27, 13),
    );
    check_message(
        "expect: empty",
        "expect: |\n      a | b\n      1",
        "expected 2 cells in each row, as in the header, found the row `1`",
        (28, 7),
    );
    check_message("    sql: SELECT 1", "    sql: ", "expected text, found nothing", (26, 8));
    check_message(
        "resources:\n",
        "resources:\n  resources: [\n",
        "this is not YAML: while parsing a flow mapping, did not find expected ',' or '}'",
        (6, 11),
    );
    check_message(
        "columns: { id: string, price: double }",
        "columns: { id: [string] }",
        "expected a single value, found a list",
        (10, 54),
    );
    check_message(
        "columns: { id: string, price: double }",
        "columns: [id, price]",
        "expected a mapping, found a list",
        (10, 48),
    );
    check_message(
        "clock: {",
        "seed: -5\nclock: {",
        "expected a whole number of at least 0, found `-5`",
        (16, 7),
    );
    check_message(
        "starting_position: trim_horizon",
        "starting_position: trim_horizon\n  avoid_empty_batches: maybe",
        "expected `true` or `false`, found `maybe`",
        (16, 24),
    );
}

#[test]
fn more_retries_than_glue_allows() {
    check_message(
        "starting_position: trim_horizon",
        "starting_position: trim_horizon\n  batch_max_retries: 101",
        "Please specify the number of retries as an integer in the range of [0, 100].",
        (16, 22),
    );
}

#[test]
fn names_that_are_nowhere() {
    check_message(
        "  buckets: [lake]",
        "  buckets: [lakes]",
        "this path is in bucket `lake`, which is not in `resources.buckets`; did you mean `lakes`?",
        (13, 29),
    );
    check_message(
        "  buckets: [lake]",
        "  buckets: []",
        "this path is in bucket `lake`, which is not in `resources.buckets`",
        (13, 29),
    );
    check_message(
        "trim_horizon",
        "trim_horizn",
        "unknown value `trim_horizn` for `job.starting_position`; did you mean `trim_horizon`?",
        (15, 22),
    );
    check_message("format: parquet", "format: avro", "unknown value `avro` for `job.sink.format`", (13, 53));
    check_message(
        "database: shop",
        "database: shops",
        "the job uses database `shops`, which is not in `resources.databases`; did you mean `shop`?",
        (12, 13),
    );
    check_message(
        "follows: orders",
        "follows: ordrs",
        "stream `answers` follows `ordrs`, which is not in `generate`; did you mean `orders`?",
        (22, 14),
    );
    check_message(
        "follows: orders",
        "follows: answers",
        "stream `answers` follows itself in a circle",
        (22, 14),
    );
    check_message(
        "  orders:\n    events",
        "  ordres:\n    events",
        "`generate` names stream `ordres`, which is not in `resources.streams`; did you mean `orders`?",
        (18, 3),
    );
    check_message(
        "follows: orders",
        "follows: orders\n    event_time: { after: parent, by: { expo: 5s } }",
        "unknown key `expo` in `event_time.by` of stream `answers`; did you mean `exp`?",
        (23, 40),
    );
    check_message(
        "events: 10",
        "events: 10\n    arrival: { delay: { lognormal: { p50: 5s, p9: 1s } } }",
        "unknown key `p9` in `arrival.delay.lognormal` of stream `orders`; did you mean `p99`?",
        (20, 47),
    );
    check_message(
        "events: 10",
        "events: 10\n    key: { field: di }",
        "the row has no field `di`; did you mean `id`?",
        (20, 19),
    );
    check_message(
        "events: 10",
        "events: 10\n    timeline: x",
        "unknown key `timeline` in `generate` of stream `orders`",
        (20, 5),
    );
    check_message(
        "row: { id: $parent.key }",
        "rows: { id: $parent.key }",
        "unknown key `rows` in `generate` of stream `answers`; did you mean `row`?",
        (23, 5),
    );
    check_message(
        "use: { pipeline",
        "engine: glue-5\nuse: { pipeline",
        "unknown value `glue-5` for `engine`; did you mean `glue-5.0`?",
        (2, 9),
    );
    check_message(
        "expect: empty",
        "expected: empty",
        "unknown key `expected` in check 1; did you mean `expect`?",
        (27, 5),
    );
    check_message(
        "clock: {",
        "fault: []\nclock: {",
        "unknown key `fault` in the scenario file; did you mean `faults`?",
        (16, 1),
    );
}

#[test]
fn keys_missing_twice_or_out_of_place() {
    check_message("start: 2026-01-05T10:00:00Z, ", "", "`clock` needs the key `start`", (16, 1));
    check_message("  checkpoint: s3://lake/checkpoint/\n", "", "`job` needs the key `checkpoint`", (12, 3));
    check_message("scenario: a test\n", "", "the scenario file needs the key `scenario`", (1, 1));
    check_message("{ shards: 2 }", "{}", "stream `orders` needs the key `shards`", (5, 5));
    check_message("  buckets: [lake]", "  buckets: [lake, lake]", "bucket `lake` appears twice", (7, 19));
    check_message(
        "events: 10",
        "events: 10\n    rate: 5/s",
        "`rate` cannot stand beside `events` in `generate` of stream `orders`",
        (20, 11),
    );
    check_message(
        "events: 10",
        "events: 10\n    share: 5%",
        "`share` needs `follows` in `generate` of stream `orders`",
        (20, 12),
    );
    check_message(
        "follows: orders",
        "follows: orders\n    events: 5",
        "`events` cannot stand beside `follows` in `generate` of stream `answers`",
        (23, 13),
    );
    check_message(
        "events: 10",
        "events: 10\n    arrival: { delay: { lognormal: { p50: 5s, p99: 1s } } }",
        "a lognormal needs a `p50` above zero and a `p99` that is not below it",
        (20, 23),
    );
    check_message(
        "$key",
        "$parent.key",
        "`$parent.key` needs a parent, and stream `orders` follows none",
        (20, 16),
    );
    check_message(
        "    row: { id: $parent.key }\n",
        "",
        "`generate` of stream `answers` needs the key `row`",
        (21, 3),
    );
    check_message("    expect: empty\n", "", "check 1 needs the key `expect`", (25, 5));
    check_message(
        "    expect: empty\n",
        "    expect: empty\n  - name: rows\n    sql: SELECT 2\n    expect: empty\n",
        "check `rows` appears twice",
        (28, 11),
    );
    check_message(
        "scenario: a test\n",
        "scenario: a test\nscenario: another\n",
        "key `scenario` appears twice in the scenario file",
        (2, 1),
    );
    check_message(
        "columns: { id: string, price: double }",
        "columns: { id: string, ID: double }",
        "table `orders-table` has the column `ID` twice",
        (10, 62),
    );
    check_message(
        "columns: { id: string, price: double }",
        "columns: { id: string, id: double }",
        "key `id` appears twice in `columns` of table `orders-table`",
        (10, 62),
    );
}

#[test]
fn numbers_out_of_range() {
    check_message("shards: 2", "shards: 0", "`shards` of stream `orders` must be at least 1", (5, 23));
    check_message(
        "events: 10",
        "events: 10\n    key: { partition: { zipf: 1, keys: 0 } }",
        "expected 1 to 1000000 partition keys, found `0`",
        (20, 40),
    );
}

#[test]
fn file_without_content_is_called_empty() {
    for text in ["", "# only a comment\n", "\u{feff}"] {
        let error = ScenarioFile::parse("empty.wt.yaml", text).expect_err("there is nothing in it");
        assert_eq!((error.message(), error.line_column()), ("the file is empty", (1, 1)), "{text:?}");
    }
    let error = ScenarioFile::parse("list.wt.yaml", "[1]").expect_err("a list is no scenario");
    assert_eq!(error.message(), "expected a mapping, found a list");
}

#[test]
fn merge_keys_are_refused_wherever_they_stand() {
    let error = error("{ shards: 2 }", "{ <<: { shards: 2 } }");
    assert_eq!(error.message(), "merge keys are not supported: write the keys out");
}

#[test]
fn anchors_repeat_values_with_rows_too() {
    let text = RIGHT
        .replace("row: { id: $key,", "row: &row { id: $key,")
        .replace("row: { id: $parent.key }", "row: *row");
    let file = ScenarioFile::parse("shop.wt.yaml", &text).expect("anchors are YAML");
    let row = |stream| file.generate.get(stream).map(|load| load.row.clone());
    assert_eq!(row("orders"), row("answers"));
}

#[test]
fn byte_order_mark_is_not_part_of_the_text() {
    let text = format!("\u{feff}{RIGHT}");
    let file = ScenarioFile::parse("shop.wt.yaml", &text).expect("a mark is no mistake");
    assert_eq!(file.source.error_at(&file.scenario, "x").line_column(), (1, 11));
}

#[test]
fn messages_follow_the_house_style() {
    let error = error("tick: 10s", "tick: soon");
    assert!(error.message().starts_with(char::is_lowercase));
    assert!(!error.message().ends_with('.'));
    assert_eq!(error.file(), "shop.wt.yaml");
}

proptest::proptest! {
    /// Whatever is typed into a file, the answer is a scenario or an error with a place inside the text.
    #[test]
    fn no_edit_makes_the_reader_panic(
        edits in proptest::collection::vec((0usize..900, 0usize..12, proptest::sample::select(TYPED)), 1..5),
    ) {
        let mut text = RIGHT.to_owned();
        for (at, length, typed) in edits {
            let start = text.floor_char_boundary(at.min(text.len()));
            let end = text.floor_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, typed);
        }
        if let Err(error) = ScenarioFile::parse("typed.wt.yaml", &text) {
            proptest::prop_assert!(error.span().end <= text.len());
            proptest::prop_assert!(!rendered(&error).is_empty());
        }
    }
}

/// What a hand may type that means something to YAML.
const TYPED: &[&str] = &[
    "", "{", "}", "[", "]", ": ", "- ", "\n", "\n  ", "&a ", "*a", "|", "'", "\"", "$", "é", "!!int ", "0x1",
    "~", "? ", "#", "---\n", "\t", ", ", "%",
];

/// The file with properties behind its checks.
#[track_caller]
fn check_properties(properties: &str, wanted: &str) {
    check("    expect: empty\n", &format!("    expect: empty\nproperties:\n{properties}"), wanted);
}

#[test]
fn properties_are_read() {
    let text = RIGHT.to_owned()
        + "properties:
  - { vary: [arrival, crash_points], within: 10m, hold: same_output }
  - { name: few, vary: [duplicates], hold: { bounded_state: < 100 } }
  - { name: at most ten, vary: [faults], hold: { bounded_state: 10 } }
  - { vary: [batching], hold: { sql: SELECT 1 WHERE false } }
";
    let file =
        ScenarioFile::parse("shop.wt.yaml", &text).unwrap_or_else(|error| panic!("{}", rendered(&error)));
    let names: Vec<&str> = file.properties.iter().map(|p| p.name.value.as_str()).collect();
    assert_eq!(names, ["same_output", "few", "at most ten", "sql"]);
    assert_eq!(file.properties[0].vary, [Vary::Arrival, Vary::CrashPoints]);
    assert_eq!(file.properties[0].within.map(Length::micros), Some(600_000_000));
    let bounds: Vec<String> = file
        .properties
        .iter()
        .filter_map(|property| match &property.hold.value {
            Hold::BoundedState(bound) => Some(bound.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(bounds, ["< 100", "<= 10"]);
    assert_eq!(file.properties[3].hold.value, Hold::Sql("SELECT 1 WHERE false".to_owned()));
}

#[test]
fn what_can_be_varied_is_known() {
    check_properties(
        "  - { vary: [arival], hold: same_output }\n",
        r#"
  × unknown value `arival` for `vary` of property 1; did you mean `arrival`?
    ╭─[shop.wt.yaml:29:14]
 28 │ properties:
 29 │   - { vary: [arival], hold: same_output }
    ·              ───┬──
    ·                 ╰── unknown value
    ╰────
  help: known values: `arrival`, `batching`, `duplicates`, `crash_points`,
        `resharding`, `parallelism`, `faults`
"#,
    );
}

#[test]
fn what_can_be_held_is_known() {
    check_properties(
        "  - { vary: [arrival], hold: same_outputs }\n",
        r#"
  × unknown value `same_outputs` for `hold` of property 1; did you mean
  │ `same_output`?
    ╭─[shop.wt.yaml:29:30]
 28 │ properties:
 29 │   - { vary: [arrival], hold: same_outputs }
    ·                              ──────┬─────
    ·                                    ╰── unknown value
    ╰────
  help: known values: `same_output`, `exactly_once`, `no_unexplained_loss`,
        `same_as_batch`, `same_as_model`, `bounded_state`, `sql`
"#,
    );
}

#[test]
fn a_bound_of_the_state_is_a_condition_on_a_number() {
    check_properties(
        "  - { vary: [arrival], hold: { bounded_state: few } }\n",
        r#"
  × expected a condition on a number of rows, such as `< 10000`, found `few`
    ╭─[shop.wt.yaml:29:47]
 28 │ properties:
 29 │   - { vary: [arrival], hold: { bounded_state: few } }
    ·                                               ─┬─
    ·                                                ╰── `hold` of property 1
    ╰────
"#,
    );
}

#[test]
fn a_property_varies_something() {
    check_properties(
        "  - { vary: [], hold: same_output }\n",
        r#"
  × a property varies at least one thing
    ╭─[shop.wt.yaml:29:13]
 28 │ properties:
 29 │   - { vary: [], hold: same_output }
    ·             ┬
    ·             ╰── empty
    ╰────
  help: it can vary arrival, batching, duplicates, crash_points, resharding,
        parallelism, faults
"#,
    );
}

#[test]
fn a_property_varies_nothing_twice() {
    check_properties(
        "  - { vary: [arrival, batching, arrival], hold: same_output }\n",
        r#"
  × `arrival` is varied twice
    ╭─[shop.wt.yaml:29:33]
 28 │ properties:
 29 │   - { vary: [arrival, batching, arrival], hold: same_output }
    ·                                 ───┬───
    ·                                    ╰── again here
    ╰────
"#,
    );
}

#[test]
fn within_is_about_arrivals() {
    check_properties(
        "  - { vary: [batching], within: 10m, hold: same_output }\n",
        r#"
  × `within` is about arrivals, which this property does not vary
    ╭─[shop.wt.yaml:29:33]
 28 │ properties:
 29 │   - { vary: [batching], within: 10m, hold: same_output }
    ·                                 ─┬─
    ·                                  ╰── nothing is displaced
    ╰────
  help: add `arrival` or `duplicates` to `vary`
"#,
    );
}

#[test]
fn a_property_says_what_it_holds() {
    check_properties(
        "  - { name: nothing, vary: [batching] }\n",
        r#"
  × property 1 needs the key `hold`
    ╭─[shop.wt.yaml:29:7]
 28 │ properties:
 29 │   - { name: nothing, vary: [batching] }
    ·       ──┬─
    ·         ╰── no `hold`
    ╰────
"#,
    );
}

#[test]
fn properties_have_names_of_their_own() {
    check_properties(
        "  - { vary: [batching], hold: same_output }\n  - { vary: [arrival], hold: same_output }\n",
        r#"
  × property `same_output` appears twice
    ╭─[shop.wt.yaml:30:30]
 29 │   - { vary: [batching], hold: same_output }
 30 │   - { vary: [arrival], hold: same_output }
    ·                              ─────┬─────
    ·                                   ╰── again here
    ╰────
"#,
    );
}

#[test]
fn a_model_without_an_end_is_not_asked_about_one() {
    let properties = "properties: [{ vary: [batching], hold: same_as_model }]\nclock: { drain: true, ";
    check(
        "clock: { ",
        properties,
        r#"
  × the row-by-row model knows no end of input
    ╭─[shop.wt.yaml:16:40]
 15 │   starting_position: trim_horizon
 16 │ properties: [{ vary: [batching], hold: same_as_model }]
    ·                                        ──────┬──────
    ·                                              ╰── here
 17 │ clock: { drain: true, start: 2026-01-05T10:00:00Z, tick: 10s, for: 1h }
    ╰────
  help: leave out `drain: true` of `clock`, or hold something else
"#,
    );
}

//! Mistakes in what the user wrote: each is shown where it stands, and nothing is written.

use crate::user::{Answer, PIPELINE, SCENARIO, User};

/// Runs what the user has, and makes sure that it was refused before anything was written.
#[track_caller]
fn refused(user: &User, args: &[&str]) -> Answer {
    let before = user.belongings();
    let answer = user.says(&[args, &["--keep", "kept"]].concat());
    answer.ended(4);
    assert_eq!(answer.out, "", "a refusal goes to standard error");
    assert_eq!(user.belongings(), before, "something was written");
    answer
}

/// What standard error shows when `to` stands in the place of `from`, line ends trimmed.
#[track_caller]
fn shown(file: &str, from: &str, to: &str) -> String {
    let user = User::new();
    user.edit(file, from, to);
    trimmed(&refused(&user, &["run", SCENARIO]).err)
}

fn trimmed(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn missing_file_is_named_together_with_the_library() {
    let answer = refused(&User::new(), &["run", "orders.wt.yaml"]);
    insta::assert_snapshot!(answer.err, @r"
    error: there is no scenario `orders.wt.yaml`, in the library or as a file
      help: the library has nested-join-happy, nested-join-late, nested-join, nested-join-crashes, hourly-windows, hourly-aggregation, bronze-silver-gold, fake-users; a file is given by its path
    ");
}

#[test]
fn unknown_library_name_lists_the_library() {
    let answer = refused(&User::new(), &["run", "nested-joins"]);
    insta::assert_snapshot!(answer.err, @r"
    error: there is no scenario `nested-joins`, in the library or as a file
      help: the library has nested-join-happy, nested-join-late, nested-join, nested-join-crashes, hourly-windows, hourly-aggregation, bronze-silver-gold, fake-users; a file is given by its path
    ");
}

#[test]
fn folder_is_no_scenario() {
    let answer = refused(&User::new(), &["run", "."]);
    assert!(answer.err.starts_with("error: cannot read `.`\n  because: "), "{}", answer.err);
}

#[test]
fn yaml_that_breaks_off_is_shown_where_it_breaks() {
    let shown = shown(SCENARIO, "body.transaction_id, uuid", "body.transaction_id uuid");
    insta::assert_snapshot!(shown, @r#"
     × this is not YAML: while parsing a flow mapping, did not find expected ','
     │ or '}'
       ╭─[shop.wt.yaml:41:43]
    40 │     events: 10000                # spread evenly over the hour; `--events` replaces it
    41 │     key: { field: body.transaction_id uuid: "T-{}", partition: { zipf: 1.1, keys: 1000 } }   # hot partition keys
       ·                                           ┬
       ·                                           ╰── here
    42 │     row:
       ╰────
    "#);
}

#[test]
fn unknown_key_is_shown_with_the_nearest_known_one() {
    insta::assert_snapshot!(shown(SCENARIO, "seed: 42", "sede: 42"), @r"
     × unknown key `sede` in the scenario file; did you mean `seed`?
       ╭─[shop.wt.yaml:35:1]
    34 │ clock: { start: 2026-01-05T10:00:00Z, tick: 10s, for: 1h }
    35 │ sede: 42                         # every draw below follows from it
       · ──┬─
       ·   ╰── unknown key
    36 │
       ╰────
     help: known keys here: `scenario`, `engine`, `use`, `resources`, `job`,
           `jobs`, `clock`, `seed`, `shapes`, `timeline`, `generate`, `faults`,
           `checks`, `properties`
    ");
}

#[test]
fn unknown_column_type_is_shown_with_the_nearest_known_one() {
    insta::assert_snapshot!(shown(SCENARIO, "likelihood_score: bigint,", "likelihood_score: bigin,"), @r"
     × unknown type `bigin`; did you mean `bigint`?
       ╭─[shop.wt.yaml:21:90]
    20 │         stream: recommenderStream
    21 │         columns: { purchase_id: string, next_best_product_sku: string, likelihood_score: bigin, purchase_time: bigint, recommendation_processed_time: bigint }
       ·                                                                                          ─────
    22 │
       ╰────
     help: expected a type name
    ");
}

#[test]
fn sql_that_does_not_parse_is_shown_in_the_pipelines_own_file() {
    insta::assert_snapshot!(shown(PIPELINE, "INTERVAL 30 SECONDS;", "INTERVAL 30 SECONDZ;"), @r"
     × [PARSE_SYNTAX_ERROR] syntax error: INTERVAL requires a unit after the
     │ literal value
       ╭─[pipeline.sql:21:76]
    20 │   ON  p.transaction_id = r.purchase_id
    21 │  AND  r.rec_time BETWEEN p.purchase_time AND p.purchase_time + INTERVAL 30 SECONDZ;
       ·                                                                            ────────
       ╰────
    ");
}

#[test]
fn sql_that_ends_too_early_is_shown_at_its_last_word() {
    insta::assert_snapshot!(shown(PIPELINE, " + INTERVAL 30 SECONDS;\n", " +\n\n\n"), @r"
     × [PARSE_SYNTAX_ERROR] syntax error: expected: an expression, found: the end
     │ of the file
       ╭─[pipeline.sql:21:62]
    20 │   ON  p.transaction_id = r.purchase_id
    21 │  AND  r.rec_time BETWEEN p.purchase_time AND p.purchase_time +
       ·                                                              ─
    22 │
       ╰────
    ");
}

#[test]
fn unknown_column_is_shown_with_the_nearest_known_one() {
    insta::assert_snapshot!(shown(PIPELINE, "r.likelihood_score,", "r.likelyhood_score,"), @r"
     × [UNRESOLVED_COLUMN.WITH_SUGGESTION] a column or function parameter with
     │ name `r`.`likelyhood_score` cannot be resolved
       ╭─[pipeline.sql:16:38]
    15 │ CREATE STREAMING TABLE enriched_purchases AS
    16 │ SELECT p.*, r.next_best_product_sku, r.likelyhood_score, r.rec_time,
       ·                                      ──────────────────
    17 │        CAST(p.purchase_time AS DATE) AS purchase_date
       ╰────
     help: did you mean `likelihood_score`?
    ");
}

#[test]
fn unknown_table_is_shown_with_the_nearest_known_one() {
    insta::assert_snapshot!(shown(PIPELINE, "`recommender-stream-table`", "`recommended-stream-table`"), @r"
     × [TABLE_OR_VIEW_NOT_FOUND] The table or view `recommended-stream-table`
     │ cannot be found.
       ╭─[pipeline.sql:13:13]
    12 │        timestamp_seconds(recommendation_processed_time) AS rec_time
    13 │ FROM STREAM(`recommended-stream-table`);
       ·             ──────────────────────────
    14 │
       ╰────
     help: did you mean `recommender-stream-table`?
    ");
}

#[test]
fn pipeline_that_is_not_there_is_shown_where_it_is_named() {
    insta::assert_snapshot!(shown(SCENARIO, "{ pipeline: pipeline.sql }", "{ pipeline: pipelines.sql }"), @r"
     × cannot read the pipeline `pipelines.sql`
      ╭─[shop.wt.yaml:5:18]
    4 │ engine: glue-5.0                 # the Glue release whose Spark decides the semantics
    5 │ use: { pipeline: pipelines.sql }  # the query, in Spark's own SQL
      ·                  ──────┬──────
      ·                        ╰── No such file or directory (os error 2)
    6 │
      ╰────
     help: the path is relative to the scenario file
    ");
}

#[test]
fn sink_that_the_pipeline_does_not_write_is_shown_where_it_is_named() {
    insta::assert_snapshot!(shown(SCENARIO, "table: enriched_purchases", "table: purchases"), @r"
     × the pipeline writes `enriched_purchases`, not `purchases`
       ╭─[shop.wt.yaml:27:12]
    26 │   sink:
    27 │     table: purchases
       ·            ─────────
    28 │     path: s3://glue-streaming-join-blog-bucket/dataOutput/
       ╰────
     help: give both the same name
    ");
}

#[test]
fn file_in_another_folder_is_named_as_the_user_named_it() {
    let user = User::new();
    std::fs::create_dir(user.folder().join("shops")).expect("a folder can be made");
    for name in [SCENARIO, PIPELINE] {
        std::fs::rename(user.folder().join(name), user.folder().join("shops").join(name)).expect("it moves");
    }
    user.edit("shops/pipeline.sql", "explode(", "explod(");
    let answer = refused(&user, &["run", "shops/shop.wt.yaml"]);
    assert!(answer.err.contains("[shops/pipeline.sql:8:14]"), "{}", answer.err);
}

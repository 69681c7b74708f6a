//! The commands around a scenario: a new one, many at once, one row's story, a kept run asked again.

use crate::user::User;

fn begun() -> User {
    let user = User::new();
    user.says(&["init", "mine"]).ended(0);
    user
}

#[test]
fn a_new_scenario_passes_at_once_and_is_not_written_over() {
    let user = begun();
    let answer = user.says(&["run", "mine/orders.wt.yaml"]);
    assert!(answer.ended(0).out.contains("5 of 5 lines and 3 of 3 checks passed"), "{}", answer.out);
    let again = user.says(&["init", "mine"]);
    assert!(again.ended(4).err.contains("is there already, and nothing was written"), "{}", again.err);
}

#[test]
fn a_line_that_fails_is_drawn_and_its_row_explained() {
    let user = begun();
    user.edit("mine/orders.wt.yaml", "drops 1 late", "drops 0");
    let answer = user.says(&["run", "mine/orders.wt.yaml"]);
    answer.ended(1);
    assert!(answer.out.contains("× the line dropped 1 row, expected 0"), "{}", answer.out);
    assert!(answer.out.contains("`wavetank explain mine/orders.wt.yaml --row O6`"), "{}", answer.out);
    let story = user.says(&["explain", "mine/orders.wt.yaml", "--row", "O6"]);
    assert!(story.ended(0).out.contains("  saved by  "), "{}", story.out);
    assert!(story.out.lines().all(|line| line.chars().count() <= 80), "{}", story.out);
    let unknown = user.says(&["explain", "mine/orders.wt.yaml", "--row", "O77"]);
    assert!(unknown.ended(5).err.contains("is called `O77` or holds that value"), "{}", unknown.err);
}

#[test]
fn a_folder_is_tested_as_a_whole_and_in_the_forms_that_machines_read() {
    let user = begun();
    user.says(&["init", "mine", "--name", "other"]).ended(0);
    user.edit("mine/other.wt.yaml", "drops 1 late", "drops 0");
    let answer = user.says(&["test", "mine", "-j", "2"]);
    assert!(answer.ended(1).out.contains("1 of 2 scenarios passed"), "{}", answer.out);
    let github = user.says(&["test", "mine", "--format", "github"]).ended(1).out.clone();
    assert!(github.starts_with("::error file=mine/other.wt.yaml,line=31,col=45,title="), "{github}");
    let junit = user.says(&["test", "mine", "--format", "junit"]).ended(1).out.clone();
    assert!(junit.contains("<testsuite name=\"mine/orders.wt.yaml\" tests=\"8\""), "{junit}");
    assert_eq!(junit.matches("<failure").count(), 1, "{junit}");
    let json = user.says(&["test", "mine", "--format", "json"]).ended(1).out.clone();
    let lines: Vec<serde_json::Value> =
        json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["name"], "mine/orders.wt.yaml");
    user.says(&["test", "mine", "-k", "orders"]).ended(0);
    user.says(&["test", "mine", "-k", "nothing"]).ended(5);
}

#[test]
fn a_snapshot_is_recorded_on_request_and_never_in_ci() {
    let user = begun();
    let check = "checks:\n  - { name: all sales, sql: SELECT * FROM sales, snapshot: true }\n";
    user.edit("mine/orders.wt.yaml", "checks:\n", check);
    user.says(&["run", "mine/orders.wt.yaml", "--ci"]).ended(6);
    user.says(&["run", "mine/orders.wt.yaml"]).ended(1);
    user.says(&["run", "mine/orders.wt.yaml", "--update"]).ended(0);
    user.says(&["run", "mine/orders.wt.yaml", "--ci"]).ended(0);
    let snapshots = std::fs::read_to_string(user.folder().join("mine/orders.wt.snap")).unwrap();
    assert!(snapshots.contains("## all sales"), "{snapshots}");
    user.edit("mine/orders.wt.snap", "ann", "eve");
    user.says(&["run", "mine/orders.wt.yaml", "--ci"]).ended(1);
}

#[test]
fn a_kept_run_answers_queries() {
    let user = begun();
    user.says(&["run", "mine/orders.wt.yaml", "--keep", "kept", "-q"]).ended(0);
    let sql = "SELECT reason, line FROM wavetank.dropped";
    let answer = user.says(&["query", sql, "--run", "kept", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&answer.ended(0).out).unwrap();
    assert_eq!(document["rows"], serde_json::json!([["late", "31"]]));
    let sales = user.says(&["query", "SELECT orders FROM sales", "--run", "kept"]);
    assert!(sales.ended(0).out.contains("1 row"), "{}", sales.out);
    user.says(&["query", "SELECT 1", "--run", "mine"]).ended(4);
    user.says(&["query", "SELECT nothing", "--run", "kept"]).ended(4);
}

#[test]
fn generated_records_schema_and_completions_are_printed() {
    let user = User::new();
    let records = user.says(&["gen", "hourly-windows", "--limit", "9"]).ended(0).out.clone();
    assert_eq!(records.lines().count(), 9);
    assert!(
        records.starts_with("{\"to\":\"page_hits\",\"event_time\":\"2024-07-09T13:05:00.000Z\""),
        "{records}"
    );
    user.says(&["gen", "hourly-windows", "--stream", "page_hit"]).ended(4);
    let schema = user.says(&["schema"]).ended(0).out.clone();
    assert!(
        serde_json::from_str::<serde_json::Value>(&schema).unwrap()["properties"]["timeline"].is_object()
    );
    assert!(user.says(&["completions", "bash"]).ended(0).out.contains("_wavetank"));
}

#[test]
fn lint_says_what_can_be_said_without_running() {
    let user = User::new();
    let answer = user.says(&["lint", "nested-join-late"]);
    assert!(answer.ended(1).out.contains("inert_watermark"), "{}", answer.out);
}

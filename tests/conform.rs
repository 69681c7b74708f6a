//! The recordings of real Spark under `tests/spark`, replayed through the library, and the command that replays them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use wavetank::scenarios::conform;

/// Recordings that the checkout has at least, so that a folder that was lost does not pass.
const RECORDINGS_MIN: usize = 480;

fn vectors() -> PathBuf {
    std::path::absolute("tests/spark/vectors").expect("a test runs in the package's folder")
}

#[test]
fn every_recorded_run_of_spark_is_replayed_exactly() {
    let recordings = conform::load(&[vectors()]).expect("the recordings are in the checkout");
    assert!(recordings.len() >= RECORDINGS_MIN, "{} recordings", recordings.len());
    let report = conform::check(&recordings);
    let differences: Vec<String> = report
        .failures()
        .map(|(verdict, difference)| {
            let difference = serde_json::to_string_pretty(difference).expect("a report has string keys");
            format!("{}: {difference}", verdict.id)
        })
        .collect();
    assert!(
        differences.is_empty(),
        "{} passed, {} failed; `wavetank conform tests/spark/vectors` shows them side by side\n{}",
        report.passed,
        report.failed,
        differences.join("\n")
    );
}

#[test]
fn recordings_are_named_after_their_files() {
    for recording in conform::load(&[vectors()]).expect("the recordings are in the checkout") {
        let name = recording.file.file_stem().expect("a recording is a file").to_string_lossy().into_owned();
        assert_eq!(recording.vector.id, name);
    }
}

mod the_command {
    use super::*;

    const SIMPLE: &str = "boundary_range_edge_inner";

    fn conform(args: &[&Path]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wavetank"));
        command.arg("conform").arg("--no-color").args(args);
        command.output().expect("the command can be run")
    }

    fn stdout(output: &Output) -> String {
        String::from_utf8(output.stdout.clone()).expect("the report is text")
    }

    fn stderr(output: &Output) -> String {
        String::from_utf8(output.stderr.clone()).expect("errors are text")
    }

    fn recording(id: &str) -> PathBuf {
        vectors().join(format!("{id}.json"))
    }

    /// The same recording with one value of one row changed. Gives the batch of the row.
    fn doctor(id: &str, folder: &Path) -> (PathBuf, u64) {
        let text = std::fs::read_to_string(recording(id)).expect("the recording is in the checkout");
        let mut vector: Value = serde_json::from_str(&text).expect("recordings are JSON");
        let batches = vector["expected"]["batches"].as_array_mut().expect("the run was recorded");
        let has_rows = |batch: &&mut Value| batch["rows"].as_array().is_some_and(|rows| !rows.is_empty());
        let batch = batches.iter_mut().find(has_rows).expect("a batch has rows");
        let row = batch["rows"][0].as_object_mut().expect("a row is an object");
        let value = row.values_mut().next().expect("a row has columns");
        *value = json!("something else");
        let id = batch["batch"].as_u64().expect("batches have ids");
        let file = folder.join("doctored.json");
        std::fs::write(&file, vector.to_string()).expect("the folder is ours");
        (file, id)
    }

    fn empty_folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("temporary folders can be made")
    }

    #[test]
    fn passes_what_agrees() {
        let output = conform(&[&recording(SIMPLE)]);
        assert_eq!(stdout(&output), "1 passed, 0 failed\n", "{}", stderr(&output));
        assert_eq!(output.status.code(), Some(0));
    }

    #[test]
    fn fails_on_one_changed_row_and_names_its_batch() {
        let folder = empty_folder();
        let (file, batch) = doctor(SIMPLE, folder.path());
        let output = conform(&[&file]);
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(1));
        assert!(text.contains(&format!("FAILED {SIMPLE} ({})\n", file.display())), "{text}");
        assert!(text.contains(&format!("  batch {batch} (step ")), "{text}");
        assert!(text.contains("something else"), "{text}");
        assert!(text.ends_with("\n0 passed, 1 failed\n"), "{text}");
    }

    #[test]
    fn prints_one_json_document() {
        let folder = empty_folder();
        let (file, batch) = doctor(SIMPLE, folder.path());
        let output = conform(&[&file, &recording(SIMPLE), Path::new("--format"), Path::new("json")]);
        let report: Value = serde_json::from_str(&stdout(&output)).expect("the output is JSON");
        assert_eq!((&report["schema"], &report["passed"]), (&json!("wavetank.conform/1"), &json!(1)));
        let difference = |path: &Path| {
            let vectors = report["vectors"].as_array().expect("the report lists the recordings");
            let vector = vectors.iter().find(|v| v["file"] == json!(path.display().to_string()));
            vector.expect("the recording is in the report")["difference"].clone()
        };
        assert_eq!(difference(&file)["batch"], batch);
        assert_eq!(difference(&recording(SIMPLE)), Value::Null);
        assert_eq!(output.status.code(), Some(1));
    }

    #[test]
    fn points_into_a_broken_file() {
        let folder = empty_folder();
        std::fs::write(folder.path().join("broken.json"), "{\n  \"format\": 1,\n")
            .expect("the folder is ours");
        let output = conform(&[folder.path()]);
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(4), ""));
        assert!(stderr(&output).contains("broken.json:3:"), "{}", stderr(&output));
    }

    #[test]
    fn refuses_what_is_not_there_or_holds_nothing() {
        let folder = empty_folder();
        let output = conform(&[&folder.path().join("none")]);
        assert_eq!(output.status.code(), Some(4));
        assert!(stderr(&output).contains("none"), "{}", stderr(&output));
        assert_eq!(conform(&[folder.path()]).status.code(), Some(5));
        assert_eq!(conform(&[]).status.code(), Some(4));
    }

    #[test]
    fn replays_those_with_a_part_of_their_name() {
        let only = |part: &str| conform(&[&vectors(), Path::new("-k"), Path::new(part)]);
        let output = only("boundary_range_edge_inn");
        assert_eq!(stdout(&output), "1 passed, 0 failed\n", "{}", stderr(&output));
        let output = only("no such name");
        assert_eq!(output.status.code(), Some(5));
        assert!(stderr(&output).contains("none of"), "{}", stderr(&output));
    }
}

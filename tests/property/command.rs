//! `wavetank test --property` as people and scripts meet it.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What the command said, and how it ended.
struct Answer {
    code: i32,
    out: String,
    err: String,
}

/// A folder with the scenarios of this one.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["payments.wt.yaml", "payments.sql"] {
        std::fs::copy(Path::new("tests/property").join(name), folder.path().join(name)).unwrap();
    }
    folder
}

fn says(folder: &Path, args: &[&str]) -> Answer {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wavetank"));
    command.current_dir(folder).args(args).stdin(Stdio::null());
    let output = command.output().unwrap();
    Answer {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('\'').enumerate() {
        match at % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

#[test]
fn a_counterexample_is_shown_written_and_fails_again() {
    let folder = folder();
    let args = ["test", "payments.wt.yaml", "--property", "-k", "beyond", "--cases", "100"];
    let answer = says(folder.path(), &args);
    assert_eq!(answer.code, 1, "{}{}", answer.out, answer.err);
    let written = "payments-disorder-beyond-the-delay-changes-nothing.counterexample.wt.yaml";
    assert!(answer.out.contains(&format!("    written: {written}\n")), "{}", answer.out);
    assert!(answer.out.contains("0 of 1 property held"), "{}", answer.out);
    // What was written is a scenario like any other, and fails.
    let text = std::fs::read_to_string(folder.path().join(written)).unwrap();
    let run = says(folder.path(), &["run", written]);
    assert_eq!(run.code, 1, "{text}\n{}{}", run.out, run.err);
    assert!(run.out.contains("✗ disorder beyond the delay changes nothing"), "{}", run.out);
    assert!(says(folder.path(), &["test", written]).out.contains("0 of 1 scenarios passed"));
    // And so does the line to paste, in the same words.
    let again = answer.out.lines().find_map(|line| line.strip_prefix("    again:   wavetank ")).unwrap();
    let words = words(again);
    let repeated = says(folder.path(), &words.iter().map(String::as_str).collect::<Vec<_>>());
    let told = |out: &str| {
        let start = out.find("    shrunk from").unwrap();
        let end = out.find("\n    again:").unwrap();
        out[start..end].to_owned()
    };
    assert_eq!(told(&repeated.out), told(&answer.out));
    assert_eq!(std::fs::read_to_string(folder.path().join(written)).unwrap(), text);
}

#[test]
fn a_property_that_holds_says_what_was_met() {
    let folder = folder();
    let args =
        ["test", "payments.wt.yaml", "--property", "-k", "within the delay", "--cases", "64", "-j", "2"];
    let answer = says(folder.path(), &args);
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("  ✓ disorder within the delay changes nothing\n"), "{}", answer.out);
    assert!(answer.out.contains("64 cases ("), "{}", answer.out);
    assert!(answer.out.contains("a crash "), "{}", answer.out);
    assert!(answer.out.lines().all(|line| line.chars().count() <= 80), "{}", answer.out);
}

#[test]
fn one_case_that_cannot_fail_names_what_was_not_reached() {
    let folder = folder();
    let args = ["test", "payments.wt.yaml", "--property", "-k", "beyond", "--case", "0", "--seed", "3"];
    let answer = says(folder.path(), &args);
    if answer.code == 0 {
        assert!(answer.out.contains("1 case ("), "{}", answer.out);
    } else {
        assert!(answer.out.contains("--seed 3 --case 0"), "{}", answer.out);
    }
}

#[test]
fn json_has_a_schema_and_every_form_ends_alike() {
    let folder = folder();
    let args = |format: &'static str| {
        let args = ["test", "payments.wt.yaml", "--property", "-k", "very little", "--cases", "50"];
        [&args[..], &["--format", format]].concat()
    };
    let json = says(folder.path(), &args("json"));
    assert_eq!(json.code, 1, "{}", json.err);
    let report: Value = serde_json::from_str(json.out.trim()).unwrap();
    assert_eq!(report["schema"], "wavetank.property/1");
    let property = &report["properties"][0];
    assert_eq!((&property["result"], &property["hold"]), (&"failed".into(), &"bounded_state".into()));
    assert!(property["timeline"].as_array().is_some_and(|lines| !lines.is_empty()), "{property}");
    let junit = says(folder.path(), &args("junit"));
    assert_eq!(junit.code, 1);
    assert!(junit.out.contains("<testcase name=\"very little in state\""), "{}", junit.out);
    let github = says(folder.path(), &args("github"));
    assert_eq!(github.code, 1);
    assert!(github.out.starts_with("::error file=payments.wt.yaml,line="), "{}", github.out);
}

#[test]
fn properties_are_not_tried_unless_asked_for() {
    let folder = folder();
    let answer = says(folder.path(), &["run", "payments.wt.yaml"]);
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
    assert!(answer.out.contains("5 of 5 lines passed"), "{}", answer.out);
}

#[test]
fn a_scenario_without_properties_says_so() {
    let folder = folder();
    let answer = says(folder.path(), &["test", "fake-users", "--property"]);
    assert_eq!(answer.code, 5);
    assert!(answer.err.starts_with("error: the scenario has no `properties`\n"), "{}", answer.err);
    let answer = says(folder.path(), &["test", "payments.wt.yaml", "--property", "-k", "zebra"]);
    assert_eq!(answer.code, 5);
    assert!(answer.err.contains("has `zebra` in its name"), "{}", answer.err);
}

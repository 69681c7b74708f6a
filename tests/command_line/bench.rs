//! `wavetank bench`: every workload, small; what is kept; two results compared; mistakes.

use serde_json::Value;

use crate::user::{User, answer, interrupt};

/// A small run of a workload as JSON.
#[track_caller]
fn measured(user: &User, args: &[&str]) -> Value {
    let all = [&["bench"], args, &["--format", "json"]].concat();
    let answer = user.says(&all);
    serde_json::from_str(&answer.ended(0).out).expect("one JSON document")
}

#[test]
fn every_workload_prints_its_figures_within_80_columns() {
    let user = User::new();
    let small: [(&str, &[&str]); 7] = [
        ("join", &["--events", "2000", "--batch-events", "500"]),
        ("hourly", &["--events", "2000", "--batch-events", "500"]),
        ("dedup", &["--events", "2000", "--batch-events", "500", "--keys", "300", "--skew", "0"]),
        ("kinesis", &["--events", "2000"]),
        ("s3", &["--events", "20"]),
        ("athena", &["--events", "2000"]),
        ("startup", &["--events", "1"]),
    ];
    for (workload, args) in small {
        let answer = user.says(&[&["bench", workload], args].concat());
        let text = &answer.ended(0).out;
        assert!(text.starts_with(&format!("bench {workload} · seed 42 · ")), "{text}");
        assert!(text.contains("\n  answer "), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(!answer.err.contains("error"), "{}", answer.err);
    }
}

#[test]
fn the_same_question_has_the_same_answer_for_any_number_of_threads() {
    let user = User::new();
    let common = ["join", "--events", "4000", "--late", "5%", "--batch-events", "1000"];
    let one = measured(&user, &[&common[..], &["--parallelism", "1"]].concat());
    let three = measured(&user, &[&common[..], &["--parallelism", "3"]].concat());
    assert_eq!(one["schema"], "wavetank.bench/1");
    assert_eq!(one["results"]["answer"], three["results"]["answer"]);
    assert_eq!(one["results"]["written"]["table_bytes"], three["results"]["written"]["table_bytes"]);
    assert!((4..=5).contains(&one["results"]["batches"]["count"].as_u64().unwrap_or(0)), "{one}");
    assert!(one["results"]["rows"].as_u64() > Some(4000), "{one}");
}

#[test]
fn two_results_are_compared_and_another_answer_is_a_failure() {
    let user = User::new();
    let args = ["dedup", "--events", "1000", "--batch-events", "500"];
    let result = measured(&user, &args);
    let write = |name: &str, value: &Value| {
        std::fs::write(user.folder().join(name), value.to_string()).expect("it is written");
    };
    write("a.json", &result);
    let mut twice = result.clone();
    twice["results"]["events_per_second"] =
        (result["results"]["events_per_second"].as_f64().expect("a number") * 2.0).into();
    write("b.json", &twice);
    let answer = user.says(&["bench", "compare", "a.json", "b.json"]);
    let line = answer.ended(0).out.lines().find(|line| line.contains("events/s")).expect("a line");
    assert!(line.ends_with("2.00"), "{line}");
    twice["results"]["answer"] = "0000000000000000".into();
    write("c.json", &twice);
    let answer = user.says(&["bench", "compare", "a.json", "c.json"]);
    assert!(answer.ended(1).out.contains("the answers differ"), "{}", answer.out);
    let answer = user.says(&["bench", "compare", "a.json", "missing.json"]);
    assert!(answer.ended(4).err.starts_with("error: cannot read `missing.json`"), "{}", answer.err);
    write("d.json", &Value::from(1));
    let answer = user.says(&["bench", "compare", "d.json", "a.json"]);
    assert!(answer.ended(4).err.starts_with("error: `d.json` is not the result"), "{}", answer.err);
}

#[test]
fn input_objects_and_report_are_kept() {
    let user = User::new();
    let args = ["bench", "join", "--events", "900", "--batch-events", "300", "--keep", "kept", "-q"];
    assert_eq!(user.says(&args).ended(0).out, "");
    let kept = user.folder().join("kept");
    let report: Value =
        serde_json::from_slice(&std::fs::read(kept.join("report.json")).expect("a report")).expect("JSON");
    let lines = |table: &str| {
        let folder = std::fs::read_dir(kept.join("input").join(table)).expect("a folder");
        let files = folder.map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("text"));
        files.map(|text| text.lines().count() as u64).sum::<u64>()
    };
    let records = lines("nested-purchase-stream-table") + lines("recommender-stream-table");
    assert_eq!(report["results"]["events"].as_u64(), Some(records));
    assert!(kept.join("s3/lake/out/purchase_date=2026-01-05/part-00000.snappy.parquet").is_file());
    let again = user.says(&args);
    assert!(again.ended(4).err.contains("is not empty"), "{}", again.err);
}

#[test]
fn what_a_workload_cannot_do_is_refused() {
    let user = User::new();
    for (args, problem) in [
        (&["bench", "s3", "--keep", "kept"][..], "`bench s3` has nothing to keep"),
        (&["bench", "hourly", "--state-rows", "5"], "`bench hourly` cannot be given a number of state rows"),
        (&["bench", "join", "--late", "110%"], "a share is 0% to 100%"),
        (&["bench", "join", "--events", "0"], "0 is not in 1.."),
        (&["bench", "join", "--skew", "much"], "the exponent is 0 to 10"),
        (&["bench", "joins"], "unrecognized subcommand 'joins'"),
    ] {
        let answer = user.says(args);
        assert!(answer.ended(4).err.contains(problem), "{args:?}: {}", answer.err);
    }
}

#[test]
fn interrupted_benchmark_says_so_and_keeps_nothing() {
    let user = User::new();
    let before = user.belongings();
    let args = ["bench", "dedup", "--events", "1000000", "--batch-events", "100", "--keep", "kept"];
    let mut bench = user.command(&args).spawn().expect("the command starts");
    // The input is kept after the ear for Ctrl-C is open, and before the ten thousand batches.
    while !user.folder().join("kept/input/orders").exists() {
        assert_eq!(bench.try_wait().expect("it can be asked"), None, "it ended before it was under way");
        std::hint::spin_loop();
    }
    interrupt(bench.id());
    let answer = answer(bench.wait_with_output().expect("it ends"));
    answer.ended(2);
    assert_eq!((answer.out.as_str(), answer.err.as_str()), ("", "interrupted; nothing was kept\n"));
    assert_eq!(user.belongings(), before);
}

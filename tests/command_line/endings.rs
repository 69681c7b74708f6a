//! How the command ends, and what it leaves behind.

use std::fs;

use crate::user::{SCENARIO, User, answer, interrupt, nested_join};

/// Many enough that a run takes minutes unless it is interrupted.
const MANY: &str = "2000000";

#[test]
fn run_that_passes_leaves_nothing_behind() {
    let user = User::new();
    let before = user.belongings();
    user.runs(&[]).ended(0);
    assert_eq!(user.belongings(), before);
}

#[test]
fn run_of_the_library_needs_no_file() {
    let user = User::new();
    let answer = user.says(&["run", "nested-join", "--events", "50"]);
    answer.ended(0);
    assert!(answer.out.contains("5 of 5 checks passed"), "{}", answer.out);
}

#[test]
fn check_that_fails_is_shown_with_its_file_and_line() {
    let user = User::new();
    user.write_checks(
        "  - name: no purchase at all\n    sql: SELECT 'a purchase' AS found\n    expect: empty\n",
    );
    let text = fs::read_to_string(user.folder().join(SCENARIO)).expect("the file is there");
    let line = 1 + text.lines().position(|line| line.contains("a purchase")).expect("the check is there");
    let answer = user.runs(&[]);
    answer.ended(1);
    let wanted = format!(
        "  ✗ no purchase at all\n    {SCENARIO}:{line}: expected no row, found 1\n        found\n      + a purchase\n"
    );
    assert!(answer.out.contains(&wanted), "{}", answer.out);
    assert!(answer.out.contains("0 of 1 checks passed"), "{}", answer.out);
}

#[test]
fn keeping_leaves_what_the_readme_lists() {
    let user = User::new();
    let answer = user.runs(&["--keep", "kept"]);
    answer.ended(0);
    assert!(answer.out.ends_with("kept in kept\n"), "{}", answer.out);
    let belongings = user.belongings();
    let holds = |start: &str, end: &str| belongings.iter().any(|p| p.starts_with(start) && p.ends_with(end));
    let bucket = "work/kept/s3/glue-streaming-join-blog-bucket";
    assert!(holds(&format!("{bucket}/dataOutput/purchase_date=2026-01-05/part-"), ".snappy.parquet"));
    assert!(holds(&format!("{bucket}/checkpointing/"), ""));
    assert!(holds("work/kept/emulator/", ""));
    assert!(holds("work/kept/report.json", ""));
    for table in ["input", "dropped", "rejected", "state", "batches"] {
        assert!(holds(&format!("work/kept/ledger/{table}.parquet"), ""), "{table}: {belongings:#?}");
    }
}

#[test]
fn failed_checks_do_not_stop_results_from_being_kept() {
    let user = User::new();
    user.write_checks("  - name: wrong\n    sql: SELECT 1\n    expect: empty\n");
    user.runs(&["--keep", "kept"]).ended(1);
    assert!(user.belongings().contains(&"work/kept/report.json".to_owned()));
}

#[test]
fn folder_that_is_not_empty_is_not_written_to() {
    let user = User::new();
    fs::create_dir(user.folder().join("mine")).expect("a folder can be made");
    user.write("mine/letter.txt", "dear diary");
    let before = user.belongings();
    let answer = user.runs(&["--keep", "mine"]);
    answer.ended(4);
    assert_eq!(answer.err, "error: `mine` is not empty; --keep wants an empty or a new folder\n");
    assert_eq!((answer.out.as_str(), user.belongings()), ("", before));
}

#[test]
fn file_is_no_folder_to_keep_in() {
    let user = User::new();
    let answer = user.runs(&["--keep", SCENARIO]);
    answer.ended(4);
    assert!(answer.err.starts_with(&format!("error: cannot use `{SCENARIO}`: ")), "{}", answer.err);
    let text = fs::read_to_string(user.folder().join(SCENARIO)).expect("the file is there");
    assert_eq!(text, nested_join().file);
}

#[test]
fn wrong_arguments_are_usage_errors() {
    let user = User::new();
    let cases: [(&[&str], &str); 6] = [
        (&[], "Usage: wavetank"),
        (&["run"], "<SCENARIO>"),
        (&["run", "nested-join", "--bogus"], "'--bogus'"),
        (&["run", "nested-join", "--seed", "many"], "'many'"),
        (&["run", "nested-join", "--format", "xml"], "'xml'"),
        (&["swim"], "'swim'"),
    ];
    for (args, named) in cases {
        let answer = user.says(args);
        answer.ended(4);
        assert!(answer.err.contains(named), "{args:?} is not told about {named}: {}", answer.err);
        assert_eq!(answer.out, "", "{args:?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let user = User::new();
    for args in [["--help"].as_slice(), &["help"], &["run", "--help"]] {
        let answer = user.says(args);
        answer.ended(0);
        assert!(answer.out.contains("Usage: wavetank"), "{args:?}: {}", answer.out);
        assert_eq!(answer.err, "", "{args:?}");
    }
    assert!(user.says(&["--help"]).out.contains("Exit codes: 0 passed, 1 checks failed, 2 interrupted"));
    let version = format!("wavetank {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(user.says(&["--version"]).ended(0).out, version);
}

/// Starts a run that would take minutes, interrupts it when it is under way, and gives its answer.
fn interrupted(user: &User) -> crate::user::Answer {
    let mut command = user.command(&["run", SCENARIO, "--events", MANY, "--keep", "kept"]);
    let mut run = command.spawn().expect("the command starts");
    // The emulator's folder is made after the ear for Ctrl-C.
    let under_way = user.folder().join("kept/emulator");
    while !under_way.exists() {
        let ended = run.try_wait().expect("the run can be asked");
        assert_eq!(ended, None, "the run ended before it was under way");
        std::hint::spin_loop();
    }
    interrupt(run.id());
    answer(run.wait_with_output().expect("the run ends"))
}

#[test]
fn interrupted_run_ends_early_and_says_that_nothing_was_kept() {
    let user = User::new();
    let before = user.belongings();
    let answer = interrupted(&user);
    answer.ended(2);
    assert_eq!((answer.out.as_str(), answer.err.as_str()), ("", "interrupted; nothing was kept\n"));
    assert_eq!(user.belongings(), before);
}

#[test]
fn interrupted_run_leaves_the_users_own_folder_empty_and_in_its_place() {
    let user = User::new();
    fs::create_dir(user.folder().join("kept")).expect("a folder can be made");
    let before = user.belongings();
    interrupted(&user).ended(2);
    assert_eq!(user.belongings(), before);
}

#[test]
fn reader_that_has_read_enough_is_no_failure() {
    let user = User::new();
    let mut run = user.command(&["run", SCENARIO, "--events", "50"]).spawn().expect("the command starts");
    drop(run.stdout.take());
    let answer = answer(run.wait_with_output().expect("the run ends"));
    assert_eq!((answer.code, answer.err.as_str()), (Some(0), ""));
}

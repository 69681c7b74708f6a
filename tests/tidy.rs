//! What the compiler cannot hold: who may depend on whom, words that are not used here, the length of files, and
//! versions said once. Each rule is a pure function from the tree to its findings, and is proven twice: it finds
//! nothing in this checkout, and it finds the faults planted in a small tidy sample.

#[path = "tidy/code.rs"]
mod code;
#[path = "tidy/dependencies.rs"]
mod dependencies;
#[path = "tidy/length.rs"]
mod length;
#[path = "tidy/manifest.rs"]
mod manifest;
#[path = "tidy/sample.rs"]
mod sample;
#[path = "tidy/tree.rs"]
mod tree;
#[path = "tidy/versions.rs"]
mod versions;
#[path = "tidy/words.rs"]
mod words;

use std::path::Path;

use sample::{manifest, sample};
use tree::{Finding, Tree};

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: &[Rule] = &[
    dependencies::arrows,
    dependencies::cores,
    dependencies::owners,
    words::banned,
    words::marks,
    length::length,
    versions::from_workspace,
    versions::locked_once,
];

#[test]
fn this_checkout_is_tidy() {
    let tree = Tree::load(Path::new(".")).expect("the checkout can be read");
    assert_eq!(
        tree.manifests().count(),
        4,
        "a new crate belongs into the tables of tests/tidy/dependencies.rs"
    );
    assert!(tree.text("tests/tidy.rs").is_some(), "the walk reaches this file");
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.sort();
    let report: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    assert!(findings.is_empty(), "{} findings\n{report}", findings.len());
}

#[test]
fn the_sample_is_tidy() {
    check(|tree| RULES.iter().flat_map(|rule| rule(tree)).collect(), "src/lib.rs", "", &[]);
}

/// Writes the text into a copy of the sample, and holds what the rule finds there against what it must find.
#[track_caller]
fn check(rule: impl Fn(&Tree) -> Vec<Finding>, path: &str, text: &str, expected: &[&str]) {
    let mut tree = sample();
    tree.insert(path, text);
    let found: Vec<String> = rule(&tree).iter().map(Finding::to_string).collect();
    assert_eq!(found, expected);
}

mod arrows_are_held {
    use super::*;

    const PORT: &str =
        "use a port of the lower crate, joined to the other side in scenarios/src/adapters instead";

    #[test]
    fn in_manifests() {
        for (path, krate) in [
            ("engine/Cargo.toml", "wavetank-emulator"),
            ("emulator/Cargo.toml", "wavetank-engine"),
            ("engine/Cargo.toml", "wavetank-scenarios"),
            ("emulator/Cargo.toml", "wavetank-scenarios"),
            ("scenarios/Cargo.toml", "wavetank"),
        ] {
            let expected = format!("{path}:10: dependency on `{krate}`, {PORT}");
            check(dependencies::arrows, path, &manifest(&format!("{krate}.workspace = true")), &[&expected]);
        }
    }

    #[test]
    fn for_tests_and_single_targets_too() {
        let dev = "[dev-dependencies]\nwavetank-emulator.workspace = true\n";
        let expected = format!("engine/Cargo.toml:2: dependency on `wavetank-emulator`, {PORT}");
        check(dependencies::arrows, "engine/Cargo.toml", dev, &[&expected]);
        let target = "[target.'cfg(unix)'.dependencies]\nwavetank-emulator = { workspace = true }\n";
        check(dependencies::arrows, "engine/Cargo.toml", target, &[&expected]);
    }

    #[test]
    fn in_a_crate_that_the_table_does_not_know() {
        let expected = format!("tank/Cargo.toml:10: dependency on `wavetank-engine`, {PORT}");
        check(
            dependencies::arrows,
            "tank/Cargo.toml",
            &manifest("wavetank-engine.workspace = true"),
            &[&expected],
        );
    }

    #[test]
    fn in_use_lines() {
        let expected = format!("engine/src/query.rs:2: use of the crate `wavetank-emulator`, {PORT}");
        check(
            dependencies::arrows,
            "engine/src/query.rs",
            "//! Knows no wavetank_emulator::Emulator.\nuse wavetank_emulator::Emulator;\n",
            &[&expected],
        );
    }
}

mod cores_are_kept_pure {
    use super::*;

    #[test]
    fn in_manifests() {
        check(
            dependencies::cores,
            "engine/Cargo.toml",
            &manifest("clap.workspace = true\ntokio.workspace = true\n"),
            &[
                "engine/Cargo.toml:11: dependency on `tokio`, use a call that runs to completion instead",
                "engine/Cargo.toml:10: dependency on `clap`, use arguments parsed in src/ instead",
            ],
        );
        check(
            dependencies::cores,
            "emulator/Cargo.toml",
            &manifest("duckdb.workspace = true"),
            &[
                "emulator/Cargo.toml:10: dependency on `duckdb`, use a port that scenarios/ implements instead",
            ],
        );
    }

    #[test]
    fn in_use_lines() {
        check(
            dependencies::cores,
            "emulator/src/s3/mod.rs",
            "let report = miette::Report::new(e);",
            &[
                "emulator/src/s3/mod.rs:1: use of the crate `miette`, use an error enum made with thiserror instead",
            ],
        );
    }

    #[test]
    fn sockets_are_for_the_edges() {
        let waits = "use tokio::net::TcpListener;";
        let expected =
            "emulator/src/s3/mod.rs:1: use of the crate `tokio`, use a call that runs to completion instead";
        check(dependencies::cores, "emulator/src/s3/mod.rs", waits, &[expected]);
        for edge in ["emulator/src/http/server.rs", "scenarios/src/adapters/http.rs", "tests/sdk.rs"] {
            check(dependencies::cores, edge, waits, &[]);
        }
    }
}

mod owners_are_held {
    use super::*;

    #[test]
    fn in_manifests() {
        for (path, krate, home) in [
            ("engine/Cargo.toml", "rusqlite", "emulator/"),
            ("scenarios/Cargo.toml", "parquet", "engine/"),
            ("Cargo.toml", "duckdb", "scenarios/"),
            ("scenarios/Cargo.toml", "clap", "src/"),
            ("scenarios/Cargo.toml", "indicatif", "src/"),
            ("engine/Cargo.toml", "comfy-table", "src/"),
            ("emulator/Cargo.toml", "anstream", "src/"),
        ] {
            let expected =
                format!("{path}:10: dependency on `{krate}`, use what {home}, its owner, offers instead");
            check(dependencies::owners, path, &manifest(&format!("{krate}.workspace = true")), &[&expected]);
        }
    }

    #[test]
    fn but_the_roots_tests_may_use_duckdb() {
        let dev = "[dev-dependencies]\nduckdb.workspace = true\n";
        check(dependencies::owners, "Cargo.toml", dev, &[]);
        check(dependencies::owners, "benches/end_to_end.rs", "use duckdb::Connection;", &[]);
        let sqlite = "[dev-dependencies]\nrusqlite.workspace = true\n";
        check(
            dependencies::owners,
            "Cargo.toml",
            sqlite,
            &["Cargo.toml:2: dependency on `rusqlite`, use what emulator/, its owner, offers instead"],
        );
    }

    #[test]
    fn in_use_lines() {
        check(
            dependencies::owners,
            "src/report.rs",
            "use duckdb::Connection;",
            &["src/report.rs:1: use of the crate `duckdb`, use what scenarios/, its owner, offers instead"],
        );
    }
}

mod words_are_held {
    use super::*;

    const CLOCK: &str = "use a time passed in as an argument, or the scenario's VirtualClock instead";
    const SEED: &str = "use a seed passed in as an argument, or a fork of the scenario's Rng instead";
    const THREAD: &str = "use the caller's thread instead";

    #[test]
    fn every_banned_word_is_found() {
        for (line, word, instead) in [
            ("let now = SystemTime::now();", "SystemTime::now", CLOCK),
            ("let now = std::time::Instant::now();", "Instant::now", CLOCK),
            ("let now = chrono::Utc::now();", "Utc::now", CLOCK),
            ("let now = Local::now();", "Local::now", CLOCK),
            ("let mut rng = rand::rng();", "rand::rng(", SEED),
            ("let x: u8 = rand::random();", "rand::random", SEED),
            ("let mut rng = thread_rng();", "thread_rng", SEED),
            ("let rng = ChaCha8Rng::from_os_rng();", "from_os_rng", SEED),
            ("let rng = ChaCha8Rng::from_entropy();", "from_entropy", SEED),
            ("let x: u8 = random();", "random()", "use a fork of the scenario's Rng instead"),
            ("use std::thread;", "std::thread", THREAD),
            ("thread::spawn(|| {});", "thread::spawn", THREAD),
            ("thread::sleep(pause);", "thread::sleep", "use the virtual clock for waiting instead"),
            ("use std::collections::{BTreeMap, HashMap};", "HashMap", "use BTreeMap instead"),
            ("let x = std::collections::HashSet::new();", "HashSet", "use BTreeSet instead"),
            ("use hashbrown::HashTable;", "HashTable", "use BTreeMap instead"),
            ("todo!()", "todo!", "use an error that says so instead"),
            ("unimplemented!()", "unimplemented!", "use an error that says so instead"),
            ("dbg!(x);", "dbg!", "use a test that shows the value instead"),
            ("#[ignore = \"slow\"]", "#[ignore", "use a test that runs every time instead"),
            ("#[should_panic]", "#[should_panic", "use a Result and a check of its error instead"),
        ] {
            for path in ["engine/src/query.rs", "emulator/src/error.rs", "scenarios/src/world.rs"] {
                let expected = format!("{path}:2: `{word}`, {instead}");
                check(words::banned, path, &format!("//! A module.\n{line}\n"), &[&expected]);
            }
        }
    }

    #[test]
    fn the_tests_have_no_clock_but_may_hash() {
        let expected = format!("tests/crash.rs:1: `SystemTime::now`, {CLOCK}");
        check(words::banned, "tests/crash.rs", "SystemTime::now(); HashMap::new();", &[&expected]);
    }

    #[test]
    fn comments_strings_edges_and_longer_words_are_let_off() {
        check(
            words::banned,
            "engine/src/query.rs",
            "// SystemTime::now()\nsay(\"dbg!\"); /* todo!() */",
            &[],
        );
        check(words::banned, "src/command/run.rs", "SystemTime::now(); std::thread::spawn(f);", &[]);
        check(
            words::banned,
            "engine/src/query.rs",
            "VirtualInstant::now(); rng.random(); not_random();",
            &[],
        );
    }

    #[test]
    fn marks_are_found_in_comments_and_code() {
        let instead = "use a sentence on what is not handled instead";
        for (mark, text) in
            [("TODO", "// TODO: later"), ("FIXME", "/// FIXME(me) later"), ("TODO", "let TODO = 1;")]
        {
            for path in ["engine/src/query.rs", "src/main.rs", "tests/crash.rs", "build.rs"] {
                check(words::marks, path, text, &[&format!("{path}:1: `{mark}`, {instead}")]);
            }
        }
        check(
            words::marks,
            "engine/src/query.rs",
            "// The TODOS table and \"FIXME\"s\nsay(\"TODO\");",
            &["engine/src/query.rs:1: `FIXME`, use a sentence on what is not handled instead"],
        );
    }
}

#[test]
fn long_files_are_found() {
    check(length::length, "engine/src/query.rs", &"\n".repeat(900), &[]);
    check(
        length::length,
        "engine/src/query.rs",
        &"\n".repeat(901),
        &["engine/src/query.rs:901: 901 lines in one file where 900 are the most, \
           use one file for each of its ideas instead"],
    );
}

mod versions_are_held {
    use super::*;

    #[test]
    fn of_dependencies() {
        for entry in ["serde = \"1\"", "serde = { version = \"1\" }", "serde = { path = \"../serde\" }"] {
            check(
                versions::from_workspace,
                "engine/Cargo.toml",
                &manifest(entry),
                &[
                    "engine/Cargo.toml:10: `serde` with a version of its own, use `serde.workspace = true` instead",
                ],
            );
        }
        check(versions::from_workspace, "engine/Cargo.toml", &manifest("serde = { workspace = true }"), &[]);
    }

    #[test]
    fn of_packages_and_lints() {
        let edition = manifest("").replace("edition.workspace = true", "edition = \"2021\"");
        check(
            versions::from_workspace,
            "engine/Cargo.toml",
            &edition,
            &[
                "engine/Cargo.toml:1: a package with its own `edition`, use `edition.workspace = true` instead",
            ],
        );
        let lints =
            manifest("").replace("[lints]\nworkspace = true", "[lints.rust]\nunsafe_code = \"allow\"");
        check(
            versions::from_workspace,
            "engine/Cargo.toml",
            &lints,
            &["engine/Cargo.toml:7: a package with its own lints, use `[lints] workspace = true` instead"],
        );
    }

    #[test]
    fn of_arrow_in_the_lock_file() {
        let lock = sample().text("Cargo.lock").expect("the sample has one").to_owned();
        let meet = "use the one version on which DuckDB and DataFusion meet instead";
        let second = format!("{lock}[[package]]\nname = \"arrow\"\nversion = \"57.0.0\"\n");
        let expected = format!("Cargo.lock:13: 2 versions of `arrow` [58.4.1, 57.0.0], {meet}");
        check(versions::locked_once, "Cargo.lock", &second, &[&expected]);
        let none = lock.replace("\"arrow\"", "\"sparrow\"");
        check(
            versions::locked_once,
            "Cargo.lock",
            &none,
            &[&format!("Cargo.lock:1: 0 versions of `arrow` [], {meet}")],
        );
    }
}

//! A small tree that is tidy, for the faults to be planted in.

use super::tree::Tree;

/// Four crates and a lock file in a handful of lines.
pub fn sample() -> Tree {
    let mut tree = Tree::default();
    for (path, text) in FILES {
        tree.insert(path, text);
    }
    tree.insert("Cargo.toml", &manifest("clap.workspace = true\nwavetank-engine.workspace = true\n"));
    tree.insert("emulator/Cargo.toml", &manifest("rusqlite.workspace = true\n"));
    tree.insert("engine/Cargo.toml", &manifest("parquet.workspace = true\n"));
    tree.insert(
        "scenarios/Cargo.toml",
        &manifest("duckdb.workspace = true\nwavetank-engine.workspace = true\n"),
    );
    tree
}

/// A manifest that says nothing of its own but the dependencies. They start on line 9.
pub fn manifest(dependencies: &str) -> String {
    let inherited = "version.workspace = true\nedition.workspace = true\nrust-version.workspace = true\n\
                     license.workspace = true\npublish.workspace = true\n";
    format!("[package]\n{inherited}[lints]\nworkspace = true\n[dependencies]\n{dependencies}")
}

const FILES: &[(&str, &str)] = &[
    ("src/main.rs", "use clap::Parser;\nlet started = Instant::now();\nwavetank::run();\n"),
    ("tests/sql.rs", "use duckdb::Connection;\nuse wavetank::engine;\n"),
    ("benches/micro_batch.rs", "let started = std::time::Instant::now();\n"),
    ("emulator/src/lib.rs", "//! Never calls SystemTime::now.\nuse rusqlite::Connection;\n"),
    ("emulator/tests/wire.rs", "use wavetank_emulator::Emulator;\n"),
    ("engine/src/lib.rs", "use std::collections::BTreeMap;\nconst BANNED: &str = \"std::thread\";\n"),
    ("engine/src/operator/join.rs", "use hashbrown::HashTable;\n"),
    (
        "scenarios/src/lib.rs",
        "use duckdb::Connection;\nuse wavetank_engine::Query;\nlet x: u64 = rng.random();\n",
    ),
    ("scenarios/build.rs", "fn main() {}\n"),
    (
        "Cargo.lock",
        "[[package]]\nname = \"arrow\"\nversion = \"58.4.1\"\n\
         [[package]]\nname = \"arrow-array\"\nversion = \"58.4.1\"\n\
         [[package]]\nname = \"arrow-schema\"\nversion = \"58.4.1\"\n\
         [[package]]\nname = \"parquet\"\nversion = \"58.4.1\"\n",
    ),
];

//! Who may depend on whom: the two cores know neither each other nor what is above them, stay free of what
//! belongs at the edge, and each third-party crate of weight has one owner.

use super::{
    code,
    manifest::{Dependency, Manifest},
    tree::{Finding, Tree, crate_of},
};

/// Our own crates that a crate may depend on. A crate that is not listed may depend on none.
const ARROWS: &[(&str, &[&str])] = &[
    ("", &["wavetank-emulator", "wavetank-engine", "wavetank-scenarios"]),
    ("emulator", &[]),
    ("engine", &[]),
    ("scenarios", &["wavetank-emulator", "wavetank-engine"]),
];

const OUR_CRATES: &[&str] = &["wavetank", "wavetank-emulator", "wavetank-engine", "wavetank-scenarios"];

const CORES: &[&str] = &["emulator", "engine"];

/// What would make a core wait, roll dice, print, or know its surroundings.
const NOT_IN_A_CORE: &[(&str, &str)] = &[
    ("clap", "arguments parsed in src/"),
    ("duckdb", "a port that scenarios/ implements"),
    ("miette", "an error enum made with thiserror"),
    ("anyhow", "an error enum made with thiserror"),
    ("rand", "a seed or an id passed in"),
    ("rand_chacha", "a seed or an id passed in"),
    ("fake", "rows passed in"),
];

/// What waits and speaks over sockets, and the only libraries' code that may: the edges of the emulator and of the
/// harness. Whatever lies below them runs to completion.
const NETWORK: &[(&str, &str)] = &[
    ("tokio", "a call that runs to completion"),
    ("tokio-rustls", "a call that runs to completion"),
    ("hyper", "typed requests and responses"),
    ("hyper-util", "typed requests and responses"),
];
const NETWORK_EDGES: &[&str] = &[
    "emulator/src/http/",
    "emulator/tests/http",
    "emulator/tests/s3",
    "scenarios/src/adapters/http",
    "src/",
    "tests/",
    "benches/",
];
const NETWORK_MANIFESTS: &[&str] = &["Cargo.toml", "emulator/Cargo.toml", "scenarios/Cargo.toml"];

/// A third-party crate, and the only crates of ours that may depend on it.
struct Owner {
    owned: &'static str,
    by: &'static [&'static str],
    /// The root's tests and benches may use it too.
    root_tests: bool,
}

const OWNERS: &[Owner] = &[
    Owner { owned: "rusqlite", by: &["emulator"], root_tests: false },
    Owner { owned: "s3s", by: &["emulator"], root_tests: false },
    Owner { owned: "parquet", by: &["engine"], root_tests: false },
    // Spark's dialect there, Athena's here.
    Owner { owned: "sqlparser", by: &["engine", "scenarios"], root_tests: false },
    Owner { owned: "datafusion-common", by: &["engine"], root_tests: false },
    Owner { owned: "datafusion-expr", by: &["engine"], root_tests: false },
    Owner { owned: "datafusion-physical-expr", by: &["engine"], root_tests: false },
    Owner { owned: "duckdb", by: &["scenarios"], root_tests: true },
    Owner { owned: "fake", by: &["scenarios"], root_tests: false },
    Owner { owned: "serde-saphyr", by: &["scenarios"], root_tests: false },
    Owner { owned: "anstream", by: &[""], root_tests: false },
    Owner { owned: "clap", by: &[""], root_tests: false },
    Owner { owned: "comfy-table", by: &[""], root_tests: false },
    Owner { owned: "indicatif", by: &[""], root_tests: false },
];

/// An arrow between our own crates that [`ARROWS`] does not draw.
pub fn arrows(tree: &Tree) -> Vec<Finding> {
    let drawn = |folder: &str| ARROWS.iter().find(|(from, _)| *from == folder).map_or(&[][..], |(_, to)| to);
    let instead = "a port of the lower crate, joined to the other side in scenarios/src/adapters";
    let mut findings = Vec::new();
    for krate in OUR_CRATES {
        let forbidden = |path: &str| !itself(path, krate) && !drawn(crate_of(path)).contains(krate);
        findings.extend(uses(tree, krate, instead, |path, _| forbidden(path)));
    }
    findings
}

/// A crate in `emulator` or `engine` that [`NOT_IN_A_CORE`] keeps out, or one of [`NETWORK`] away from the edges.
pub fn cores(tree: &Tree) -> Vec<Finding> {
    let waits = |path: &str| {
        !NETWORK_MANIFESTS.contains(&path) && !NETWORK_EDGES.iter().any(|edge| path.starts_with(edge))
    };
    let network = NETWORK.iter();
    let network = network.flat_map(|(krate, instead)| uses(tree, krate, instead, |path, _| waits(path)));
    let each = NOT_IN_A_CORE.iter();
    let pure = each
        .flat_map(|(krate, instead)| uses(tree, krate, instead, |path, _| CORES.contains(&crate_of(path))));
    network.chain(pure).collect()
}

/// A third-party crate used by another than its owner.
pub fn owners(tree: &Tree) -> Vec<Finding> {
    let each = OWNERS.iter();
    each.flat_map(|owner| {
        let home = owner.by.iter().map(|by| if by.is_empty() { "src/".to_owned() } else { format!("{by}/") });
        let home = home.collect::<Vec<_>>().join(" or ");
        let instead = format!("what {home}, its owner, offers");
        uses(tree, owner.owned, &instead, |path, dev| {
            let roots_test = crate_of(path).is_empty()
                && (dev || path.starts_with("tests/") || path.starts_with("benches/"));
            !(owner.by.contains(&crate_of(path)) || owner.root_tests && roots_test)
        })
    })
    .collect()
}

/// Every forbidden place where a manifest lists the crate or a line of code names it. The question is put with the
/// path and with whether a manifest lists it for tests alone.
fn uses(tree: &Tree, krate: &str, instead: &str, forbidden: impl Fn(&str, bool) -> bool) -> Vec<Finding> {
    let finding =
        |path: &str, line, what| Finding { path: path.to_owned(), line, what, instead: instead.to_owned() };
    let mut findings = Vec::new();
    for (path, text) in tree.manifests() {
        let listed = |dependency: &Dependency| dependency.name == krate && forbidden(path, dependency.dev);
        for dependency in Manifest::parse(text).dependencies().into_iter().filter(listed) {
            findings.push(finding(path, dependency.line, format!("dependency on `{krate}`")));
        }
    }
    for (path, lines) in tree.sources().filter(|(path, _)| forbidden(path, false)) {
        for line in lines.iter().filter(|line| code::names_crate(&line.code, krate)) {
            findings.push(finding(path, line.number, format!("use of the crate `{krate}`")));
        }
    }
    findings
}

/// Whether the file belongs to the crate itself: its own tests name it, and the root's binary names the facade.
fn itself(path: &str, krate: &str) -> bool {
    krate.strip_prefix("wavetank").is_some_and(|rest| rest.trim_start_matches('-') == crate_of(path))
}

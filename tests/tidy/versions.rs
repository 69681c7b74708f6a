//! Versions are said once, in the root's `[workspace]`, and crates that share values share one version of them.

use super::{
    manifest::Manifest,
    tree::{Finding, Tree},
};

/// What a package takes from `[workspace.package]`.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

/// Crates whose types pass between the engine, DuckDB and us: a second version would not even link as one type.
const ONE_VERSION: &[&str] = &["arrow", "arrow-array", "arrow-schema", "parquet"];

/// A version, an edition or a lint level that a crate sets by itself.
pub fn from_workspace(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.manifests() {
        let manifest = Manifest::parse(text);
        let mut add =
            |line, what, instead| findings.push(Finding { path: path.to_owned(), line, what, instead });
        for dependency in manifest.dependencies().into_iter().filter(|dependency| !dependency.inherited) {
            let name = dependency.name;
            add(
                dependency.line,
                format!("`{name}` with a version of its own"),
                format!("`{name}.workspace = true`"),
            );
        }
        if !manifest.has_package() {
            continue;
        }
        for key in INHERITED.iter().filter(|key| !manifest.inherits("package", key)) {
            let what = format!("a package with its own `{key}`");
            add(manifest.line_of_section("package"), what, format!("`{key}.workspace = true`"));
        }
        if !manifest.inherits("lints", "") {
            add(
                manifest.line_of_section("lints"),
                "a package with its own lints".to_owned(),
                "`[lints] workspace = true`".to_owned(),
            );
        }
    }
    findings
}

/// A crate of [`ONE_VERSION`] that the lock file holds twice, or not at all.
pub fn locked_once(tree: &Tree) -> Vec<Finding> {
    let path = "Cargo.lock";
    let lock = Manifest::parse(tree.text(path).unwrap_or_default());
    let mut findings = Vec::new();
    for name in ONE_VERSION {
        let locked = lock.locked(name);
        if locked.len() != 1 {
            let versions: Vec<_> = locked.iter().map(|(version, _)| version.as_str()).collect();
            let line = locked.last().map_or(1, |(_, line)| *line);
            let what = format!("{} versions of `{name}` [{}]", locked.len(), versions.join(", "));
            let instead = "the one version on which DuckDB and DataFusion meet".to_owned();
            findings.push(Finding { path: path.to_owned(), line, what, instead });
        }
    }
    findings
}

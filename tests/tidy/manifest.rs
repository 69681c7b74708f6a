//! What a `Cargo.toml` says about dependencies, with the lines on which it says so.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// One entry of a table of dependencies.
pub struct Dependency {
    pub name: String,
    /// From `[dev-dependencies]`.
    pub dev: bool,
    /// Written `name.workspace = true`: the version stands in the root's manifest.
    pub inherited: bool,
    /// Counted from 1.
    pub line: usize,
}

/// A parsed file that knows its line numbers.
pub struct Manifest<'a> {
    text: &'a str,
    table: DeTable<'a>,
}

impl<'a> Manifest<'a> {
    /// Cargo has read the files of a real tree before, so what does not parse is a slip in a test.
    pub fn parse(text: &'a str) -> Self {
        let table = DeTable::parse(text).unwrap_or_else(|error| panic!("not a TOML file: {error}\n{text}"));
        Self { text, table: table.into_inner() }
    }

    /// The dependencies of all kinds and all targets.
    pub fn dependencies(&self) -> Vec<Dependency> {
        let targets = self.table.get("target").and_then(table).into_iter().flat_map(DeTable::values);
        let scopes = std::iter::once(&self.table).chain(targets.filter_map(table));
        scopes.flat_map(|scope| self.in_scope(scope)).collect()
    }

    /// Whether the manifest describes a package, as every one but a virtual workspace's does.
    pub fn has_package(&self) -> bool {
        self.table.get("package").is_some()
    }

    /// Whether `section.key`, or the section itself for an empty key, is taken from the workspace.
    pub fn inherits(&self, section: &str, key: &str) -> bool {
        let section = self.table.get(section);
        let entry = if key.is_empty() { section } else { section.and_then(table).and_then(|s| s.get(key)) };
        entry.is_some_and(inherited)
    }

    /// The line of the first entry of `section`, or 1 without one.
    pub fn line_of_section(&self, section: &str) -> usize {
        let entry = self.table.iter().find(|(key, _)| key.get_ref() == section);
        entry.map_or(1, |(key, _)| self.line(key.span().start))
    }

    /// In a `Cargo.lock`: the version and the line of every package of this name.
    pub fn locked(&self, name: &str) -> Vec<(String, usize)> {
        let packages = self.table.get("package").and_then(|packages| packages.get_ref().as_array());
        let packages =
            packages.into_iter().flat_map(|packages| packages.iter()).filter_map(|p| Some((p, table(p)?)));
        let named = packages.filter(|(_, package)| text_of(package, "name") == Some(name));
        named
            .map(|(entry, package)| {
                (text_of(package, "version").unwrap_or_default().to_owned(), self.line(entry.span().start))
            })
            .collect()
    }

    fn in_scope(&self, scope: &DeTable<'_>) -> Vec<Dependency> {
        const KINDS: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];
        let mut found = Vec::new();
        for kind in KINDS {
            for (name, entry) in scope.get(*kind).and_then(table).into_iter().flatten() {
                found.push(Dependency {
                    name: name.get_ref().to_string(),
                    dev: *kind == "dev-dependencies",
                    inherited: inherited(entry),
                    line: self.line(name.span().start),
                });
            }
        }
        found
    }

    fn line(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }
}

fn table<'t, 'a>(value: &'t Spanned<DeValue<'a>>) -> Option<&'t DeTable<'a>> {
    value.get_ref().as_table()
}

fn text_of<'t>(table: &'t DeTable<'_>, key: &str) -> Option<&'t str> {
    table.get(key)?.get_ref().as_str()
}

fn inherited(entry: &Spanned<DeValue<'_>>) -> bool {
    let workspace = table(entry).and_then(|entry| entry.get("workspace"));
    workspace.and_then(|flag| flag.get_ref().as_bool()).unwrap_or(false)
}

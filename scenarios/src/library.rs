//! The library: scenarios that come with the binary, each a page that teaches one thing.

/// A scenario of the library.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// What `wavetank run` calls it.
    pub name: &'static str,
    /// The text of `<name>.wt.yaml`.
    pub file: &'static str,
    /// The pipelines: file name, as the scenario writes it, and text.
    pub pipelines: &'static [(&'static str, &'static str)],
    /// The text of `<name>.wt.snap`; empty where nothing was recorded.
    pub snapshots: &'static str,
}

/// Every scenario of the library, by name.
pub const SCENARIOS: &[Entry] = &[Entry {
    name: "nested-join",
    file: include_str!("../library/nested-join/nested-join.wt.yaml"),
    pipelines: &[("pipeline.sql", include_str!("../library/nested-join/pipeline.sql"))],
    snapshots: "",
}];

/// The scenario of that name.
pub fn find(name: &str) -> Option<&'static Entry> {
    SCENARIOS.iter().find(|entry| entry.name == name)
}

/// All names.
pub fn names() -> Vec<&'static str> {
    SCENARIOS.iter().map(|entry| entry.name).collect()
}

/// A scenario to begin with, under a name: its files and their texts, the scenario itself first.
pub fn starter(name: &str) -> Vec<(String, String)> {
    let named = |text: &str| text.replace("NAME", name);
    vec![
        (format!("{name}.wt.yaml"), named(include_str!("../library/starter/starter.wt.yaml"))),
        (format!("{name}.sql"), named(include_str!("../library/starter/starter.sql"))),
    ]
}

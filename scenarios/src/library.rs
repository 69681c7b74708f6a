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

const NESTED_JOIN: &[(&str, &str)] = &[("pipeline.sql", include_str!("../library/nested-join/pipeline.sql"))];

/// Every scenario of the library, those to read first first.
pub const SCENARIOS: &[Entry] = &[
    Entry {
        name: "nested-join-happy",
        file: include_str!("../library/nested-join/nested-join-happy.wt.yaml"),
        pipelines: NESTED_JOIN,
        snapshots: "",
    },
    Entry {
        name: "nested-join-late",
        file: include_str!("../library/nested-join/nested-join-late.wt.yaml"),
        pipelines: NESTED_JOIN,
        snapshots: include_str!("../library/nested-join/nested-join-late.wt.snap"),
    },
    Entry {
        name: "nested-join",
        file: include_str!("../library/nested-join/nested-join.wt.yaml"),
        pipelines: NESTED_JOIN,
        snapshots: "",
    },
    Entry {
        name: "nested-join-crashes",
        file: include_str!("../library/nested-join/nested-join-crashes.wt.yaml"),
        pipelines: NESTED_JOIN,
        snapshots: "",
    },
    Entry {
        name: "hourly-windows",
        file: include_str!("../library/hourly-windows/hourly-windows.wt.yaml"),
        pipelines: &[("hourly-windows.sql", include_str!("../library/hourly-windows/hourly-windows.sql"))],
        snapshots: "",
    },
    Entry {
        name: "hourly-aggregation",
        file: include_str!("../library/hourly-aggregation/hourly-aggregation.wt.yaml"),
        pipelines: &[(
            "hourly-aggregation.sql",
            include_str!("../library/hourly-aggregation/hourly-aggregation.sql"),
        )],
        snapshots: "",
    },
    Entry {
        name: "bronze-silver-gold",
        file: include_str!("../library/bronze-silver-gold/bronze-silver-gold.wt.yaml"),
        pipelines: &[
            ("silver.sql", include_str!("../library/bronze-silver-gold/silver.sql")),
            ("gold.sql", include_str!("../library/bronze-silver-gold/gold.sql")),
        ],
        snapshots: "",
    },
    Entry {
        name: "fake-users",
        file: include_str!("../library/fake-users/fake-users.wt.yaml"),
        pipelines: &[("fake-users.sql", include_str!("../library/fake-users/fake-users.sql"))],
        snapshots: "",
    },
];

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

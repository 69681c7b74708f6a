//! How closely an emulator follows AWS where a laptop would rather not.

/// What is chosen when an emulator is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// Whether shards refuse what is too much for them.
    pub limits: Limits,
    /// How long streams are `CREATING`, `UPDATING` and `DELETING`, and consumers `CREATING`, in milliseconds. With 0,
    /// what is asked for is done when the call returns.
    pub transition_ms: i64,
}

/// Limits on what a client may do in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Limits {
    /// None: nothing is ever throttled.
    #[default]
    Off,
    /// Those of AWS: per shard 1,000 records and 1 MiB a second in, 5 reads and 2 MiB a second out; twice or half as
    /// many shards with one `UpdateShardCount`, which can be called ten times in 24 hours.
    Aws,
}

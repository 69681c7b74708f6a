//! How closely an emulator follows AWS where a laptop would rather not.

/// What is chosen when an emulator is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Whether shards refuse what is too much for them.
    pub limits: Limits,
    /// How long streams are `CREATING`, `UPDATING` and `DELETING`, and consumers `CREATING`, in milliseconds. With 0,
    /// what is asked for is done when the call returns.
    pub transition_ms: i64,
    /// Shards that an account may have open in a region.
    pub shard_limit: u32,
}

impl Default for Settings {
    /// Without limits in time, with changes that take none, and with the shards of AWS's greatest regions.
    fn default() -> Self {
        Self { limits: Limits::Off, transition_ms: 0, shard_limit: 20_000 }
    }
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

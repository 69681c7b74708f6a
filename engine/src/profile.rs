//! Engine profiles: which Glue version, hence which Spark, a query behaves like. Every version-dependent rule asks
//! the profile, here and nowhere else.

use std::fmt;

/// A Glue version with recorded Spark runs behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// Glue 5.0: Spark 3.5.4.
    #[default]
    Glue5_0,
}

impl Profile {
    /// The profile's name in scenario files.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Glue5_0 => "glue-5.0",
        }
    }

    /// The Spark version that the profile reproduces.
    pub fn spark(self) -> &'static str {
        match self {
            Profile::Glue5_0 => "3.5.4",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

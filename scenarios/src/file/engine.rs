//! `engine:` which Glue release, and with it which Spark, a scenario asks for.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::error::{FileError, Source};

/// A Glue release. Its Spark version decides the semantics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, schemars::JsonSchema)]
pub enum Engine {
    /// Spark 3.3.0.
    #[serde(rename = "glue-4.0")]
    Glue40,
    /// Spark 3.5.4.
    #[default]
    #[serde(rename = "glue-5.0")]
    Glue50,
    /// Spark 3.5.6.
    #[serde(rename = "glue-5.1")]
    Glue51,
    /// Spark 4.1.1.
    #[serde(rename = "glue-6.0")]
    Glue60,
}

impl Engine {
    /// The name as written in scenario files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Glue40 => "glue-4.0",
            Self::Glue50 => "glue-5.0",
            Self::Glue51 => "glue-5.1",
            Self::Glue60 => "glue-6.0",
        }
    }

    /// Whether recorded runs of the real engine stand behind this release.
    pub fn is_recorded(self) -> bool {
        self == Self::Glue50
    }
}

/// Refuses releases that nothing has been compared with yet.
pub(super) fn check(engine: &Spanned<Engine>, source: &Source) -> Result<(), FileError> {
    if engine.value.is_recorded() {
        return Ok(());
    }
    let message = format!("engine `{}` cannot be run yet", engine.value.name());
    Err(source
        .error_at(engine, message)
        .label("no recorded runs")
        .help("only `glue-5.0` has recorded runs of the real engine so far; use it or leave `engine` out"))
}

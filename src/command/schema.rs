//! `wavetank schema`: the JSON Schema of scenario files.

use wavetank::scenarios::file::ScenarioFile;

use crate::Outcome;
use crate::cli::OutputArgs;
use crate::exit::{self, Exit};

/// Prints the schema.
pub fn schema(output: &OutputArgs) -> Outcome {
    exit::print(&(serde_json::to_string_pretty(&ScenarioFile::schema())? + "\n"), output)?;
    Ok(Exit::Passed)
}

//! `wavetank lint`: what to know about a scenario before it runs.

use serde::Serialize;
use wavetank::engine::plan::lint;
use wavetank::scenarios::library;
use wavetank::scenarios::scenario::Scenario;

use super::run::cannot_load;
use crate::Outcome;
use crate::cli::{Format, LintArgs, OutputArgs};
use crate::exit::{self, Exit};

/// Version of the JSON form.
const SCHEMA: &str = "wavetank.lint/1";

#[derive(Serialize)]
struct LintReport {
    schema: &'static str,
    warnings: Vec<LintWarning>,
}

#[derive(Serialize)]
struct LintWarning {
    scenario: String,
    name: &'static str,
    message: String,
    help: &'static str,
}

/// Prints the warnings on the scenarios that were named, or on the whole library.
pub fn lint(args: &LintArgs, output: &OutputArgs) -> Outcome {
    let names: Vec<String> = match args.scenarios.is_empty() {
        true => library::names().into_iter().map(str::to_owned).collect(),
        false => args.scenarios.clone(),
    };
    let mut warnings = Vec::new();
    for name in &names {
        let scenario = match Scenario::load(name) {
            Ok(scenario) => scenario,
            Err(error) => return Ok(cannot_load(&error, output)),
        };
        let Some((_, _, pipeline)) = scenario.streaming() else { continue };
        let found = lint::lint(&pipeline.plan).into_iter();
        warnings.extend(found.map(|w| LintWarning {
            scenario: name.clone(),
            name: w.name,
            message: w.message,
            help: w.help,
        }));
    }
    let clean = warnings.is_empty();
    let text = match output.format {
        Format::Json => serde_json::to_string_pretty(&LintReport { schema: SCHEMA, warnings })? + "\n",
        _ if clean && output.quiet => String::new(),
        _ if clean => format!("{} linted, nothing to say\n", names.join(", ")),
        _ => warnings.iter().map(one).collect(),
    };
    exit::print(&text, output)?;
    Ok(if clean { Exit::Passed } else { Exit::ChecksFailed })
}

fn one(warning: &LintWarning) -> String {
    format!(
        "\x1b[33mwarning\x1b[0m [{}] in {}: {}\n  help: {}\n",
        warning.name, warning.scenario, warning.message, warning.help
    )
}

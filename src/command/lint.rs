//! `wavetank lint`: what to know about a scenario before it runs.

use serde::Serialize;
use wavetank::scenarios::library;
use wavetank::scenarios::lint::{self, Warning};
use wavetank::scenarios::scenario::Scenario;

use super::run::cannot_load;
use crate::cli::{Format, LintArgs, OutputArgs};
use crate::exit::{self, Exit};
use crate::{Outcome, report};

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
    help: String,
    file: Option<String>,
    line: Option<usize>,
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
        warnings.extend(lint::lint(&scenario).into_iter().map(|warning| (name.clone(), warning)));
    }
    let clean = warnings.is_empty();
    let text = match output.format {
        Format::Json => {
            let warnings = warnings.iter().map(json).collect();
            serde_json::to_string_pretty(&LintReport { schema: SCHEMA, warnings })? + "\n"
        }
        _ if clean && output.quiet => String::new(),
        _ if clean => format!("{} linted, nothing to say\n", names.join(", ")),
        _ => warnings.iter().map(|warning| one(warning, output)).collect(),
    };
    exit::print(&text, output)?;
    Ok(if clean { Exit::Passed } else { Exit::ChecksFailed })
}

fn json((scenario, warning): &(String, Warning)) -> LintWarning {
    let place = warning.place.as_ref();
    LintWarning {
        scenario: scenario.clone(),
        name: warning.name,
        message: warning.message.clone(),
        help: warning.help.clone(),
        file: place.map(|place| place.file().to_owned()),
        line: place.map(|place| place.line_column().0),
    }
}

fn one((scenario, warning): &(String, Warning), output: &OutputArgs) -> String {
    let head = format!("\x1b[33mwarning\x1b[0m [{}] in {scenario}", warning.name);
    match &warning.place {
        Some(place) => {
            format!("{head}\n{}", report::diagnostic::render_on(place, exit::colours_on_stdout(output)))
        }
        None => format!(
            "{head}\n  {}\n  help: {}\n",
            report::text::wrapped(&warning.message, 2),
            report::text::wrapped(&warning.help, 8)
        ),
    }
}

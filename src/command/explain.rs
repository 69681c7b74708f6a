//! `wavetank explain`: the life of a row.

use anyhow::Context;
use wavetank::scenarios::explain::{Explanation, explain as explained};
use wavetank::scenarios::run::RunError;
use wavetank::scenarios::scenario::Scenario;

use super::progress::Progress;
use super::run::cannot_load;
use crate::cli::{ExplainArgs, Format, OutputArgs};
use crate::exit::{self, Exit};
use crate::{Outcome, report};

/// Version of the JSON form.
const SCHEMA: &str = "wavetank.explain/1";

#[derive(serde::Serialize)]
struct Document<'a> {
    schema: &'static str,
    #[serde(flatten)]
    explanation: &'a Explanation,
}

/// Runs the scenario again and tells what became of a row.
pub fn explain(args: &ExplainArgs, output: &OutputArgs) -> Outcome {
    let scenario = match Scenario::load(&args.scenario) {
        Ok(scenario) => scenario.with_seed(args.seed),
        Err(error) => return Ok(cannot_load(&error, output)),
    };
    let mut progress = Progress::of_run(output);
    let explanation = explained(&scenario, &args.row, args.events, &mut progress);
    progress.bar.finish_and_clear();
    let explanation = match explanation {
        Ok(explanation) => explanation,
        Err(RunError::Interrupted) => {
            anstream::eprintln!("interrupted");
            return Ok(Exit::Interrupted);
        }
        Err(error) => {
            return Err(error).with_context(|| format!("scenario `{}` could not be finished", args.scenario));
        }
    };
    if explanation.records.is_empty() {
        anstream::eprintln!(
            "error: no record of `{}` is called `{}` or holds that value",
            args.scenario,
            args.row
        );
        anstream::eprintln!(
            "  help: give the id behind a shape in the timeline, a key, a sequence number, or a value;\n        \
             `wavetank gen {}` lists generated records",
            args.scenario
        );
        return Ok(Exit::NothingCollected);
    }
    let text = match output.format {
        Format::Json => {
            serde_json::to_string_pretty(&Document { schema: SCHEMA, explanation: &explanation })? + "\n"
        }
        _ => report::explain::render(&explanation),
    };
    exit::print(&text, output)?;
    Ok(Exit::Passed)
}

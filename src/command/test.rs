//! `wavetank test`: scenarios run one after the other, a line for each, what failed in full.

use std::time::Instant;

use anyhow::Context;
use wavetank::scenarios::library;
use wavetank::scenarios::run::{self, RunOptions};
use wavetank::scenarios::scenario::Scenario;

use super::{crash, run::cannot_load, threads};
use crate::cli::{Format, OutputArgs, TestArgs};
use crate::exit::{self, Exit};
use crate::{Outcome, report};

/// Runs the scenarios that were named, or the whole library.
pub fn test(args: &TestArgs, output: &OutputArgs) -> Outcome {
    let mut names: Vec<String> = match args.scenarios.is_empty() {
        true => library::names().into_iter().map(str::to_owned).collect(),
        false => args.scenarios.clone(),
    };
    if let Some(part) = &args.keyword {
        names.retain(|name| name.contains(part.as_str()));
    }
    if names.is_empty() {
        anstream::eprintln!("error: no scenario has `{}` in its name", args.keyword.as_deref().unwrap_or(""));
        anstream::eprintln!("  help: the library has {}", library::names().join(", "));
        return Ok(Exit::NothingCollected);
    }
    let mut scenarios = Vec::new();
    for name in &names {
        match Scenario::load(name) {
            Ok(scenario) => scenarios.push(scenario.with_seed(args.seed)),
            Err(error) => return Ok(cannot_load(&error, output)),
        }
    }
    let mut worst = Exit::Passed;
    for (name, scenario) in names.iter().zip(&scenarios) {
        let exit = match args.crash_everywhere {
            true => crash::everywhere(scenario, args.events, threads(args.parallelism), output)?,
            false => one(name, scenario, args, output)?,
        };
        match exit {
            Exit::Passed => {}
            Exit::Interrupted => return Ok(exit),
            failed => worst = failed,
        }
    }
    Ok(worst)
}

fn one(name: &str, scenario: &Scenario, args: &TestArgs, output: &OutputArgs) -> Outcome {
    let started = Instant::now();
    let folder = tempfile::Builder::new().prefix("wavetank-").tempdir();
    let options = RunOptions {
        seed: args.seed,
        events: args.events,
        folder: folder.context("cannot create a temporary folder")?.path().to_owned(),
        keep: false,
        parallelism: threads(args.parallelism),
    };
    let report = run::run(scenario, options, &mut ())
        .with_context(|| format!("scenario `{name}` could not be finished"))?;
    let text = match output.format {
        Format::Json => serde_json::to_string(&report)? + "\n",
        Format::Human if output.quiet && report.passed() => String::new(),
        Format::Human => report::text::line(name, &report, started.elapsed(), output),
    };
    exit::print(&text, output)?;
    Ok(if report.passed() { Exit::Passed } else { Exit::ChecksFailed })
}

//! `wavetank test --property`: the properties of scenarios, tried on timelines that nobody has thought of.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use wavetank::scenarios::file::Property;
use wavetank::scenarios::library;
use wavetank::scenarios::property::scenario::counterexample::NewFile;
use wavetank::scenarios::property::scenario::{
    Ending, Options, PropertyReport, PropertyResult, SCHEMA, try_property,
};
use wavetank::scenarios::property::search::Search;
use wavetank::scenarios::scenario::Scenario;

use super::progress::Progress;
use super::{test, threads};
use crate::cli::{OutputArgs, TestArgs};
use crate::exit::{self, Exit};
use crate::report::property::{self, Timed};
use crate::{Outcome, report};

/// Tries the properties of these scenarios.
pub fn properties(names: &[String], args: &TestArgs, output: &OutputArgs) -> Outcome {
    let Some(scenarios) = test::load(names, args, output) else { return Ok(Exit::Usage) };
    let chosen: Vec<(&String, &Scenario, Vec<&Property>)> = names
        .iter()
        .zip(&scenarios)
        .map(|(name, scenario)| (name, scenario, chosen(name, scenario, args.keyword.as_deref())))
        .filter(|(_, _, properties)| !properties.is_empty())
        .collect();
    if chosen.is_empty() {
        nothing_to_try(&scenarios, args);
        return Ok(Exit::NothingCollected);
    }
    let mut tried = Vec::new();
    for (name, scenario, properties) in chosen {
        let timed = try_all(name, scenario, &properties, args, output)?;
        exit::print(&property::scenario(&timed, output)?, output)?;
        let (interrupted, failed) = (timed.report.interrupted(), !timed.report.passed());
        tried.push(timed);
        if interrupted || (failed && args.fail_fast) {
            break;
        }
    }
    exit::print(&report::property::end(&tried, output)?, output)?;
    Ok(exit_of(&tried))
}

/// Those of a scenario's properties that were asked for by its name or by theirs.
fn chosen<'s>(name: &str, scenario: &'s Scenario, keyword: Option<&str>) -> Vec<&'s Property> {
    let part = keyword.unwrap_or_default();
    let properties = scenario.file.properties.iter();
    properties.filter(|property| name.contains(part) || property.name.value.contains(part)).collect()
}

fn nothing_to_try(scenarios: &[Scenario], args: &TestArgs) {
    let all: Vec<&str> =
        scenarios.iter().flat_map(|s| &s.file.properties).map(|p| p.name.value.as_str()).collect();
    match (&args.keyword, all.is_empty()) {
        (Some(part), false) => {
            anstream::eprintln!("error: no property, and no scenario with one, has `{part}` in its name");
            anstream::eprintln!("  help: there are {}", all.join(", "));
        }
        _ => {
            let of = if scenarios.len() == 1 { "the scenario has" } else { "the scenarios have" };
            anstream::eprintln!("error: {of} no `properties`");
            anstream::eprintln!(
                "  help: add `properties: [{{ vary: [batching], hold: same_output }}]` to a scenario file"
            );
        }
    }
}

/// Tries properties one after the other, each on all threads.
fn try_all(
    name: &str,
    scenario: &Scenario,
    properties: &[&Property],
    args: &TestArgs,
    output: &OutputArgs,
) -> anyhow::Result<Timed> {
    let mut report = PropertyReport {
        schema: SCHEMA,
        name: name.to_owned(),
        scenario: scenario.file.scenario.value.clone(),
        seed: scenario.file.seed,
        properties: Vec::new(),
    };
    let mut elapsed = Vec::new();
    for property in properties {
        let (result, time) = try_one(name, scenario, property, args, output)?;
        let ends = result.result == Ending::Interrupted || (result.result != Ending::Held && args.fail_fast);
        report.properties.push(result);
        elapsed.push(time);
        if ends {
            break;
        }
    }
    Ok(Timed { report, elapsed })
}

fn try_one(
    name: &str,
    scenario: &Scenario,
    property: &Property,
    args: &TestArgs,
    output: &OutputArgs,
) -> anyhow::Result<(PropertyResult, Duration)> {
    let (first, cases) = args.case.map_or((0, args.cases), |case| (case, 1));
    let progress = Progress::new(cases, "{bar:30} {pos} of {len} cases, {msg}", output);
    progress.bar.set_message(property.name.value.clone());
    let folder =
        tempfile::Builder::new().prefix("wavetank-").tempdir().context("cannot create a temporary folder")?;
    let after = |tried: u64| {
        if tried > 0 {
            progress.bar.set_position(tried);
        }
        !progress.interrupted()
    };
    let options = Options {
        name,
        search: Search { seed: scenario.file.seed, first, cases, jobs: threads(args.jobs) },
        events: args.events,
        folder: folder.path().to_owned(),
        after: &after,
    };
    let started = Instant::now();
    let (mut result, files) = try_property(scenario, property, &options);
    let elapsed = started.elapsed();
    progress.bar.finish_and_clear();
    if let (Ending::Failed(found), Some(_)) = (&mut result.result, files.first()) {
        found.written = Some(write(name, &files)?);
    }
    Ok((result, elapsed))
}

/// Writes a counterexample beside its scenario; one of the library's into this folder. Gives the path of the scenario.
fn write(name: &str, files: &[NewFile]) -> anyhow::Result<String> {
    let folder = match library::find(name) {
        Some(_) => Path::new(""),
        None => Path::new(name).parent().unwrap_or(Path::new("")),
    };
    for file in files {
        let path = folder.join(&file.name);
        std::fs::write(&path, &file.text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(files.first().map(|file| folder.join(&file.name).display().to_string()).unwrap_or_default())
}

fn exit_of(tried: &[Timed]) -> Exit {
    if tried.iter().any(|timed| timed.report.interrupted()) {
        return Exit::Interrupted;
    }
    match tried.iter().all(|timed| timed.report.passed()) {
        true => Exit::Passed,
        false => Exit::ChecksFailed,
    }
}

//! `wavetank test`: many scenarios, side by side, a line for each, what failed in full.

use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::Context;
use wavetank::scenarios::library;
use wavetank::scenarios::report::RunReport;
use wavetank::scenarios::run::{RunError, RunOptions, Runner};
use wavetank::scenarios::scenario::Scenario;

use super::progress::{Listening, Progress};
use super::run::cannot_load;
use super::{crash, property, snapshots, threads};
use crate::Outcome;
use crate::cli::{OutputArgs, TestArgs};
use crate::exit::{self, Exit};
use crate::report::suite::{self, Ended};

/// Runs the scenarios that were named, or those of this folder, or the whole library.
pub fn test(args: &TestArgs, output: &OutputArgs) -> Outcome {
    let mut names = match collect(&args.scenarios)? {
        Ok(names) => names,
        Err(exit) => return Ok(exit),
    };
    if args.property {
        return property::properties(&names, args, output);
    }
    let found = names.len();
    if let Some(part) = &args.keyword {
        names.retain(|name| name.contains(part.as_str()));
    }
    if names.is_empty() {
        nothing_to_run(args, found);
        return Ok(Exit::NothingCollected);
    }
    let Some(scenarios) = load(&names, args, output) else { return Ok(Exit::Usage) };
    if args.crash_everywhere {
        return crash_each(&scenarios, args, output);
    }
    let started = Instant::now();
    let ended = run_all(&names, &scenarios, args, output)?;
    let whole = names.len();
    exit::print(&suite::end(&ended, whole, started.elapsed(), output)?, output)?;
    Ok(worst(&ended, args))
}

/// The scenarios that paths mean. The inner error was said already.
fn collect(paths: &[String]) -> anyhow::Result<Result<Vec<String>, Exit>> {
    if paths.is_empty() {
        let here = in_folder(Path::new("."))?;
        return Ok(Ok(if here.is_empty() {
            library::names().into_iter().map(str::to_owned).collect()
        } else {
            here
        }));
    }
    let mut names = Vec::new();
    for path in paths {
        match Path::new(path).is_dir() {
            false => names.push(path.clone()),
            true => {
                let found = in_folder(Path::new(path))?;
                if found.is_empty() {
                    anstream::eprintln!("error: there is no *.wt.yaml file in `{path}` or below");
                    return Ok(Err(Exit::NothingCollected));
                }
                names.extend(found);
            }
        }
    }
    Ok(Ok(names))
}

/// Every scenario file below a folder, in the order of their paths. Hidden folders and build folders are left out.
fn in_folder(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "node_modules" {
                found.extend(in_folder(&path)?);
            }
        } else if name.ends_with(".wt.yaml") {
            let path = path.strip_prefix(".").unwrap_or(&path);
            found.push(path.display().to_string());
        }
    }
    found.sort();
    Ok(found)
}

fn nothing_to_run(args: &TestArgs, found: usize) {
    let part = args.keyword.as_deref().unwrap_or("");
    anstream::eprintln!("error: none of {found} scenarios has `{part}` in its name");
    anstream::eprintln!("  help: the library has {}", library::names().join(", "));
}

/// Loads every scenario, and says what is wrong with those that cannot be loaded.
pub(super) fn load(names: &[String], args: &TestArgs, output: &OutputArgs) -> Option<Vec<Scenario>> {
    let loaded: Vec<_> = names.iter().map(|name| Scenario::load(name)).collect();
    let mut scenarios = Vec::new();
    for result in loaded {
        match result {
            Ok(scenario) => scenarios.push(scenario.with_seed(args.seed)),
            Err(error) => {
                cannot_load(&error, output);
            }
        }
    }
    (scenarios.len() == names.len()).then_some(scenarios)
}

fn crash_each(scenarios: &[Scenario], args: &TestArgs, output: &OutputArgs) -> Outcome {
    let mut worst = Exit::Passed;
    for scenario in scenarios {
        match crash::everywhere(scenario, args.events, threads(args.parallelism), output)? {
            Exit::Passed => {}
            Exit::Interrupted => return Ok(Exit::Interrupted),
            failed if args.fail_fast => return Ok(failed),
            failed => worst = failed,
        }
    }
    Ok(worst)
}

/// Runs all, several at a time, and prints each line as soon as those before it are there.
fn run_all(
    names: &[String],
    scenarios: &[Scenario],
    args: &TestArgs,
    output: &OutputArgs,
) -> anyhow::Result<Vec<Ended>> {
    let progress = Progress::new(names.len() as u64, "{bar:30} {pos} of {len} scenarios", output);
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let ended: Mutex<Vec<Option<Ended>>> = Mutex::new((0..names.len()).map(|_| None).collect());
    let printed = AtomicUsize::new(0);
    let work = || -> anyhow::Result<()> {
        let mut runner = Runner::default();
        while !stop.load(Ordering::Relaxed) && !progress.interrupted() {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(scenario) = scenarios.get(at) else { break };
            let one = one(&names[at], scenario, &mut runner, args, &progress);
            if args.fail_fast && !one.passed() {
                stop.store(true, Ordering::Relaxed);
            }
            progress.bar.inc(1);
            let mut ended = ended.lock().unwrap_or_else(PoisonError::into_inner);
            ended[at] = Some(one);
            print_ready(&ended, &printed, &progress, output)?;
        }
        Ok(())
    };
    let workers = threads(args.jobs).min(names.len());
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        running
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    progress.bar.finish_and_clear();
    Ok(ended.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect())
}

fn print_ready(
    ended: &[Option<Ended>],
    printed: &AtomicUsize,
    progress: &Progress,
    output: &OutputArgs,
) -> anyhow::Result<()> {
    while let Some(Some(one)) = ended.get(printed.load(Ordering::Relaxed)) {
        let text = suite::line(one, output)?;
        if !text.is_empty() {
            progress.bar.suspend(|| exit::print(&text, output))?;
        }
        printed.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

fn one(name: &str, scenario: &Scenario, runner: &mut Runner, args: &TestArgs, progress: &Progress) -> Ended {
    let started = Instant::now();
    let outcome = run_one(name, scenario, runner, args, progress);
    Ended {
        name: name.to_owned(),
        outcome: outcome.map_err(|error| format!("{error:#}")),
        elapsed: started.elapsed(),
    }
}

fn run_one(
    name: &str,
    scenario: &Scenario,
    runner: &mut Runner,
    args: &TestArgs,
    progress: &Progress,
) -> anyhow::Result<RunReport> {
    let folder =
        tempfile::Builder::new().prefix("wavetank-").tempdir().context("cannot create a temporary folder")?;
    let options = RunOptions {
        events: args.events,
        parallelism: args.parallelism.map_or(1, std::num::NonZeroUsize::get),
        snapshots: snapshots::mode(&args.snapshots),
        ..RunOptions::new(folder.path())
    };
    let report = runner.run(scenario, options, &mut Listening(progress))?;
    snapshots::write(name, &report)?;
    Ok(report)
}

/// The exit code of all together: interrupted, then broken, then failed, then pending.
fn worst(ended: &[Ended], args: &TestArgs) -> Exit {
    let exit = |one: &Ended| match &one.outcome {
        Ok(report) => snapshots::exit(report, &args.snapshots),
        Err(error) if *error == RunError::Interrupted.to_string() => Exit::Interrupted,
        Err(_) => Exit::Internal,
    };
    let exits: Vec<Exit> = ended.iter().map(exit).collect();
    let order = [Exit::Interrupted, Exit::Internal, Exit::ChecksFailed, Exit::SnapshotPending];
    order.into_iter().find(|exit| exits.contains(exit)).unwrap_or(Exit::Passed)
}

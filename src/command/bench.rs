//! `wavetank bench`: measurements, and the comparison of two.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Context;
use wavetank::bench::report::Report;
use wavetank::bench::{BenchError, Observer, Options, Parameters, Workload, compare};

use super::progress::Progress;
use super::run::Folder;
use super::threads;
use crate::cli::{BenchArgs, BenchCommand, BenchInput, Format, OutputArgs};
use crate::exit::{self, Exit};
use crate::{Outcome, report};

/// Runs a workload, or compares two results.
pub fn bench(args: &BenchArgs, output: &OutputArgs) -> Outcome {
    match &args.what {
        BenchCommand::Join(input) => measure(Workload::Join, input, output),
        BenchCommand::Hourly(input) => measure(Workload::Hourly, input, output),
        BenchCommand::Dedup(input) => measure(Workload::Dedup, input, output),
        BenchCommand::Kinesis(input) => measure(Workload::Kinesis, input, output),
        BenchCommand::S3(input) => measure(Workload::S3, input, output),
        BenchCommand::Athena(input) => measure(Workload::Athena, input, output),
        BenchCommand::Startup(input) => measure(Workload::Startup, input, output),
        BenchCommand::Compare { before, after } => compare_results(before, after, output),
    }
}

/// How many events a workload has where nobody says: enough for some seconds.
fn events(workload: Workload) -> u64 {
    match workload {
        Workload::Join | Workload::Hourly | Workload::Dedup | Workload::Athena => 1_000_000,
        Workload::Kinesis => 200_000,
        Workload::S3 => 2000,
        Workload::Startup => 20,
    }
}

fn measure(workload: Workload, input: &BenchInput, output: &OutputArgs) -> Outcome {
    let streams = matches!(workload, Workload::Join | Workload::Hourly | Workload::Dedup);
    if input.keep.is_some() && !streams {
        anstream::eprintln!("error: `bench {}` has nothing to keep", workload.name());
        anstream::eprintln!("  help: `--keep` is for join, hourly and dedup");
        return Ok(Exit::Usage);
    }
    if input.state_rows.is_some() && workload != Workload::Join {
        anstream::eprintln!("error: `bench {}` cannot be given a number of state rows", workload.name());
        anstream::eprintln!("  help: `--state-rows` is for join");
        return Ok(Exit::Usage);
    }
    let folder = match input.keep.as_deref().map(|keep| Folder::prepare(Some(keep))).transpose()? {
        Some(Err(problem)) => {
            anstream::eprintln!("error: {problem}");
            return Ok(Exit::Usage);
        }
        Some(Ok(folder)) => Some(folder),
        None => None,
    };
    let parameters = Parameters {
        events: input.events.unwrap_or_else(|| events(workload)),
        late: input.late,
        keys: input.keys,
        skew: input.skew,
        state_rows: input.state_rows,
        batch_events: input.batch_events,
        parallelism: threads(input.parallelism),
        seed: input.seed,
    };
    let options = Options { parameters, keep: folder.as_ref().map(|folder| folder.path().to_owned()) };
    let mut watched = Watched(Progress::new(1000, "{bar:30} {msg}", output));
    let result = wavetank::bench::run(workload, &options, &mut watched);
    watched.0.bar.finish_and_clear();
    let result = match result {
        Ok(result) => result,
        Err(error) => {
            if let Some(folder) = folder {
                folder.discard();
            }
            return match error {
                BenchError::Interrupted => {
                    anstream::eprintln!("interrupted; nothing was kept");
                    Ok(Exit::Interrupted)
                }
                error => Err(error).context("the benchmark could not be finished"),
            };
        }
    };
    let json = serde_json::to_string_pretty(&result)? + "\n";
    if let Some(folder) = &folder {
        std::fs::write(folder.path().join("report.json"), &json).context("cannot keep the report")?;
    }
    let text = match output.format {
        Format::Json => json,
        _ if output.quiet => String::new(),
        _ => report::bench::render(&result),
    };
    exit::print(&text, output)?;
    Ok(Exit::Passed)
}

/// Shows how far it has come, and listens for Ctrl-C.
struct Watched(Progress);

impl Observer for Watched {
    fn progress(&mut self, phase: &'static str, share: f64) -> ControlFlow<()> {
        self.0.bar.set_position((share * 1000.0) as u64);
        self.0.bar.set_message(phase);
        match self.0.interrupted() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

fn compare_results(before: &Path, after: &Path, output: &OutputArgs) -> Outcome {
    let (before, after) = match (read(before), read(after)) {
        (Ok(before), Ok(after)) => (before, after),
        (Err(problem), _) | (_, Err(problem)) => {
            anstream::eprintln!("error: {problem}");
            anstream::eprintln!("  help: `wavetank bench join --format json > a.json` makes such a file");
            return Ok(Exit::Usage);
        }
    };
    let comparison = compare::compare(&before, &after);
    let text = match output.format {
        Format::Json => serde_json::to_string_pretty(&comparison)? + "\n",
        _ if output.quiet && comparison.same_answer => String::new(),
        _ => report::bench::render_comparison(&comparison),
    };
    exit::print(&text, output)?;
    Ok(if comparison.same_answer { Exit::Passed } else { Exit::ChecksFailed })
}

/// The inner error is the user's to mend.
fn read(path: &Path) -> Result<Report, String> {
    let text = std::fs::read(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    serde_json::from_slice(&text)
        .map_err(|error| format!("`{}` is not the result of a benchmark: {error}", path.display()))
}

//! `wavetank run`: one scenario from its first record to its verdicts.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use wavetank::scenarios::report::RunReport;
use wavetank::scenarios::run::{self, RunError, RunOptions};
use wavetank::scenarios::scenario::{LoadError, Scenario};

use super::progress::Progress;
use super::{crash, snapshots, threads};
use crate::cli::{Format, OutputArgs, RunArgs};
use crate::exit::{self, Exit};
use crate::{Outcome, report};

/// Runs the scenario and prints what came of it.
pub fn run(args: &RunArgs, output: &OutputArgs) -> Outcome {
    let started = Instant::now();
    let scenario = match Scenario::load(&args.scenario) {
        Ok(scenario) => scenario,
        Err(error) => return Ok(cannot_load(&error, output)),
    };
    if args.crash_everywhere {
        let scenario = scenario.with_seed(args.seed);
        return crash::everywhere(&scenario, args.events, threads(args.parallelism), output);
    }
    let folder = match Folder::prepare(args.keep.as_deref())? {
        Ok(folder) => folder,
        Err(problem) => {
            anstream::eprintln!("error: {problem}");
            return Ok(Exit::Usage);
        }
    };
    let options = RunOptions {
        seed: args.seed,
        events: args.events,
        folder: folder.path().to_owned(),
        keep: args.keep.is_some(),
        parallelism: threads(args.parallelism),
        snapshots: snapshots::mode(&args.snapshots),
    };
    let mut progress = Progress::of_run(output);
    let result = run::run(&scenario, options, &mut progress);
    progress.bar.finish_and_clear();
    let report = match result {
        Ok(report) => report,
        Err(RunError::Interrupted) => {
            anstream::eprintln!("interrupted; nothing was kept");
            folder.discard();
            return Ok(Exit::Interrupted);
        }
        Err(error) => {
            folder.discard();
            return Err(error).with_context(|| format!("scenario `{}` could not be finished", args.scenario));
        }
    };
    snapshots::write(&args.scenario, &report)?;
    print(&report, started, args.keep.as_deref(), output)?;
    Ok(snapshots::exit(&report, &args.snapshots))
}

pub(super) fn print(
    run: &RunReport,
    started: Instant,
    kept: Option<&Path>,
    output: &OutputArgs,
) -> anyhow::Result<()> {
    let text = match output.format {
        Format::Json => serde_json::to_string_pretty(run)? + "\n",
        _ if output.quiet && run.passed() => return Ok(()),
        _ => report::text::render(run, started.elapsed(), kept, output),
    };
    Ok(exit::print(&text, output)?)
}

/// Says why a scenario cannot be loaded.
pub(super) fn cannot_load(error: &LoadError, output: &OutputArgs) -> Exit {
    match error {
        LoadError::Invalid(error) => anstream::eprint!("{}", report::diagnostic::render(error, output)),
        LoadError::NotFound { library, .. } => {
            anstream::eprintln!("error: {error}, in the library or as a file");
            anstream::eprintln!(
                "  help: the library has {}; a file is given by its path",
                library.join(", ")
            );
        }
        LoadError::Snapshots { source, .. } => {
            anstream::eprintln!("error: {error}\n  because: {source}");
            anstream::eprintln!("  help: mend it, or remove it and run with --update");
        }
        LoadError::Unreadable { source, .. } => anstream::eprintln!("error: {error}\n  because: {source}"),
    }
    Exit::Usage
}

/// Where the run works.
pub(super) enum Folder {
    /// Removed when the run is over.
    Temporary(tempfile::TempDir),
    /// The user's.
    Kept { path: PathBuf, made: bool },
}

impl Folder {
    /// A temporary folder, or the user's if it is empty or new. The inner error is the user's to mend.
    pub fn prepare(keep: Option<&Path>) -> anyhow::Result<Result<Self, String>> {
        let Some(path) = keep else {
            let folder = tempfile::Builder::new().prefix("wavetank-").tempdir();
            return Ok(Ok(Self::Temporary(folder.context("cannot create a temporary folder")?)));
        };
        let made = match std::fs::read_dir(path).map(|mut entries| entries.next().is_none()) {
            Ok(true) => false,
            Ok(false) => {
                return Ok(Err(format!(
                    "`{}` is not empty; --keep wants an empty or a new folder",
                    path.display()
                )));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if let Err(error) = std::fs::create_dir_all(path) {
                    return Ok(Err(format!("cannot create `{}`: {error}", path.display())));
                }
                true
            }
            Err(error) => return Ok(Err(format!("cannot use `{}`: {error}", path.display()))),
        };
        // DuckDB reads objects by absolute path.
        Ok(Ok(Self::Kept { path: path.canonicalize().context("the folder exists")?, made }))
    }

    pub fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Kept { path, .. } => path,
        }
    }

    /// Leaves nothing half-written behind: a folder that the user made is empty again, one that we made is gone.
    pub fn discard(self) {
        let Self::Kept { path, made } = &self else { return };
        let removed = match made {
            true => std::fs::remove_dir_all(path),
            false => empty(path),
        };
        if let Err(error) = removed {
            anstream::eprintln!("warning: cannot remove what is in `{}`: {error}", path.display());
        }
    }
}

fn empty(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => std::fs::remove_dir_all(entry.path())?,
            false => std::fs::remove_file(entry.path())?,
        }
    }
    Ok(())
}

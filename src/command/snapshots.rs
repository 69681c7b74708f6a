//! Recorded answers on disk.

use std::path::Path;

use anyhow::Context;
use wavetank::scenarios::check::{SnapshotMode, snapshot_path};
use wavetank::scenarios::library;
use wavetank::scenarios::report::RunReport;

use crate::cli::SnapshotArgs;
use crate::exit::Exit;

/// What is done with answers that are recorded.
pub fn mode(args: &SnapshotArgs) -> SnapshotMode {
    match (args.update, args.ci) {
        (true, _) => SnapshotMode::Update,
        (false, true) => SnapshotMode::Ci,
        (false, false) => SnapshotMode::Compare,
    }
}

/// Writes the answers that a run has recorded beside its file; removes a file that has become empty.
pub fn write(scenario: &str, run: &RunReport) -> anyhow::Result<()> {
    let Some(text) = &run.snapshots else { return Ok(()) };
    if library::find(scenario).is_some() {
        return Ok(());
    }
    let path = snapshot_path(Path::new(scenario));
    let written = match text.is_empty() {
        false => std::fs::write(&path, text),
        true if path.exists() => std::fs::remove_file(&path),
        true => Ok(()),
    };
    written.with_context(|| format!("cannot write `{}`", path.display()))
}

/// How a run ends for the shell.
pub fn exit(run: &RunReport, args: &SnapshotArgs) -> Exit {
    match (run.passed(), run.is_pending() && args.ci) {
        (true, _) => Exit::Passed,
        (false, true) => Exit::SnapshotPending,
        (false, false) => Exit::ChecksFailed,
    }
}

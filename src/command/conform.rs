//! `wavetank conform`: recorded runs of real Spark, replayed and compared.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wavetank::scenarios::conform::{self, LoadError};
use wavetank::scenarios::property::draw;

use crate::cli::{ConformArgs, Format, OutputArgs};
use crate::exit::{self, Exit};
use crate::{Outcome, report};

/// Replays the recordings and prints where they differ.
pub fn conform(args: &ConformArgs, output: &OutputArgs) -> Outcome {
    if let Some(cases) = args.draw {
        return draw_into(&args.recordings, args.seed, cases);
    }
    let mut recordings = match conform::load(&args.recordings) {
        Ok(recordings) => recordings,
        Err(error) => return Ok(cannot_load(&error)),
    };
    let found = recordings.len();
    if let Some(part) = &args.keyword {
        recordings.retain(|recording| recording.vector.id.contains(part.as_str()));
    }
    if recordings.is_empty() {
        nothing_to_replay(args, found);
        return Ok(Exit::NothingCollected);
    }
    let report = conform::check(&recordings);
    print(&report, output)?;
    Ok(if report.passed() { Exit::Passed } else { Exit::ChecksFailed })
}

/// Writes cases that nobody has recorded yet, a file for each.
fn draw_into(folders: &[PathBuf], seed: u64, cases: u64) -> Outcome {
    let [folder] = folders else {
        anstream::eprintln!("error: cases are written into one folder, and {} are given", folders.len());
        return Ok(Exit::Usage);
    };
    let cannot = |path: &Path| format!("cannot write `{}`", path.display());
    std::fs::create_dir_all(folder).with_context(|| cannot(folder))?;
    for number in 0..cases {
        let case = draw::case(seed, number);
        let path = folder.join(format!("{}.json", case.id));
        let text = serde_json::to_string_pretty(&case)? + "\n";
        std::fs::write(&path, text).with_context(|| cannot(&path))?;
    }
    Ok(Exit::Passed)
}

fn print(conformity: &conform::ConformReport, output: &OutputArgs) -> Result<()> {
    let text = match output.format {
        Format::Json => serde_json::to_string_pretty(conformity)? + "\n",
        _ if output.quiet && conformity.passed() => return Ok(()),
        _ => report::conform::render(conformity),
    };
    Ok(exit::print(&text, output)?)
}

fn cannot_load(error: &LoadError) -> Exit {
    match error {
        LoadError::Unreadable { source, .. } => anstream::eprintln!("error: {error}\n  because: {source}"),
        LoadError::Invalid { .. } => anstream::eprintln!("error: {error}"),
    }
    Exit::Usage
}

fn nothing_to_replay(args: &ConformArgs, found: usize) {
    match &args.keyword {
        Some(part) if found > 0 => {
            anstream::eprintln!("error: none of {found} recordings has `{part}` in its name");
        }
        _ => {
            let paths: Vec<String> = args.recordings.iter().map(|p| format!("`{}`", p.display())).collect();
            anstream::eprintln!("error: no recordings in {}", paths.join(", "));
            anstream::eprintln!(
                "  help: recordings are files that end in .json; folders inside are not searched"
            );
        }
    }
}

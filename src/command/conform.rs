//! `wavetank conform`: recorded runs of real Spark, replayed and compared.

use anyhow::Result;
use wavetank::scenarios::conform::{self, LoadError};

use crate::cli::{ConformArgs, Format, OutputArgs};
use crate::exit::{self, Exit};
use crate::{Outcome, report};

/// Replays the recordings and prints where they differ.
pub fn conform(args: &ConformArgs, output: &OutputArgs) -> Outcome {
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

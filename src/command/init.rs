//! `wavetank init`: a scenario to begin with.

use std::path::Path;

use anyhow::Context;
use wavetank::scenarios::library::starter;

use crate::Outcome;
use crate::cli::{InitArgs, OutputArgs};
use crate::exit::{self, Exit};

/// Writes the files of a small scenario that passes, and says what to do next.
pub fn init(args: &InitArgs, output: &OutputArgs) -> Outcome {
    let named = !args.name.is_empty() && args.name.chars().all(|c| c.is_alphanumeric() || "-_".contains(c));
    if !named {
        anstream::eprintln!("error: `{}` cannot be the name of a scenario", args.name);
        anstream::eprintln!("  help: use letters, digits, `-` and `_`");
        return Ok(Exit::Usage);
    }
    let files = starter(&args.name);
    let paths: Vec<_> = files.iter().map(|(name, _)| args.folder.join(name)).collect();
    if let Some(there) = paths.iter().find(|path| path.exists()) {
        anstream::eprintln!("error: `{}` is there already, and nothing was written", there.display());
        anstream::eprintln!("  help: give the new scenario another name with --name");
        return Ok(Exit::Usage);
    }
    std::fs::create_dir_all(&args.folder)
        .with_context(|| format!("cannot create `{}`", args.folder.display()))?;
    for (path, (_, text)) in paths.iter().zip(&files) {
        std::fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    if !output.quiet {
        exit::print(&next_steps(&args.name, &paths[0]), output)?;
    }
    Ok(Exit::Passed)
}

fn next_steps(name: &str, scenario: &Path) -> String {
    let scenario = scenario.display();
    let steps = [
        (format!("wavetank run {scenario}"), "it passes"),
        (format!("wavetank explain {scenario} --row O6"), "why a row was lost"),
        ("wavetank test".to_owned(), "every scenario in this folder"),
    ];
    let width = steps.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
    let lines: String =
        steps.iter().map(|(command, says)| format!("  {command:width$}    {says}\n")).collect();
    format!(
        "wrote {scenario} and {name}.sql beside it\n\n{lines}\n\
         Change a line of its timeline, run it again, and read what it says.\n"
    )
}

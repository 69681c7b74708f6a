//! `wavetank completions`: a script that completes commands in a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::Outcome;
use crate::cli::{Cli, OutputArgs};
use crate::exit::{self, Exit};

/// Prints the script.
pub fn completions(shell: Shell, output: &OutputArgs) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "wavetank", &mut script);
    exit::print(&String::from_utf8_lossy(&script), output)?;
    Ok(Exit::Passed)
}

//! Exit codes, as pytest has them, and the last word on an error.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use anstream::eprintln;
use wavetank::engine::error::{EngineError, UnreadableRecord};
use wavetank::scenarios::run::RunError;

use crate::cli::OutputArgs;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything held.
    Passed = 0,
    /// A check failed.
    ChecksFailed = 1,
    /// The user ended it.
    Interrupted = 2,
    /// Something broke that should not.
    Internal = 3,
    /// The arguments or a file are wrong.
    Usage = 4,
    /// There was nothing to run.
    NothingCollected = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Help and version are answers; anything else that clap says is a usage error.
pub fn usage(error: &clap::Error) -> ExitCode {
    // Nothing is left to tell the user with when printing fails.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage.into() } else { Exit::Passed.into() }
}

/// Prints an error with its causes, and the help that the engine gives with a refusal.
pub fn failed(error: &anyhow::Error, output: &OutputArgs) -> Exit {
    if is_broken_pipe(error) {
        return Exit::Passed;
    }
    let (bold, plain) = if colours(output) { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    eprintln!("{bold}error:{plain} {error}");
    let mut exit = Exit::Internal;
    for cause in error.chain() {
        if !std::ptr::eq(cause, error.as_ref() as &dyn std::error::Error) {
            eprintln!("  because: {cause}");
        }
        if let Some(
            EngineError::Refused { help, .. }
            | EngineError::CorruptCheckpoint { help, .. }
            | EngineError::UnreadableObject { help, .. },
        ) = cause.downcast_ref()
        {
            eprintln!("  help: {help}");
            exit = Exit::Usage;
        }
        if let Some(EngineError::UnreadableRecord(record)) = cause.downcast_ref() {
            let UnreadableRecord { table, shard, sequence_number, detail, .. } = record.as_ref();
            eprintln!("  in `{table}`, shard {shard}, sequence number {sequence_number}: {detail}");
            exit = Exit::Usage;
        }
        // The service's own words say what the scenario asked for and cannot have.
        if let Some(RunError::Refused { .. }) = cause.downcast_ref() {
            exit = Exit::Usage;
        }
    }
    exit
}

/// Whether to colour what goes to standard error.
pub fn colours(output: &OutputArgs) -> bool {
    !output.no_color && std::env::var_os("NO_COLOR").is_none() && std::io::stderr().is_terminal()
}

/// A reader that has read enough (`| head`) is no failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |e: &std::io::Error| e.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().filter_map(|cause| cause.downcast_ref()).any(broken)
}

/// Writes to standard output.
pub fn print(text: &str, output: &OutputArgs) -> std::io::Result<()> {
    let stdout = std::io::stdout();
    let coloured = !output.no_color && std::env::var_os("NO_COLOR").is_none() && stdout.is_terminal();
    let mut stdout = stdout.lock();
    match coloured {
        true => stdout.write_all(text.as_bytes())?,
        false => stdout.write_all(anstream::adapter::strip_str(text).to_string().as_bytes())?,
    }
    stdout.flush()
}

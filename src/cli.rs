//! The command line: flags and help text, nothing else.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Local-first emulator and test harness for AWS streaming pipelines.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "Exit codes: 0 passed, 1 checks failed, 2 interrupted, 3 internal error, 4 usage or file error, \
                  5 nothing found to run."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run one scenario: fill the streams, run the job, check the result
    Run(RunArgs),
    /// Run several scenarios, by default the whole library, and print a line for each
    Test(TestArgs),
    /// Say what Spark would do to scenarios without a word: its bugs and surprises that their queries run into
    Lint(LintArgs),
    /// Replay recorded runs of real Spark and compare every batch
    Conform(ConformArgs),
}

/// How to show it.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// How to print the result
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Print nothing but what went wrong
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Use no colours (the environment variable NO_COLOR does the same)
    #[arg(long, global = true)]
    pub no_color: bool,
}

/// Forms of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A summary for people
    Human,
    /// One JSON document
    Json,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// A scenario of the library (nested-join) or the path of a *.wt.yaml file
    pub scenario: String,
    /// Seed of every random draw, instead of the scenario's own
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Events per generated stream that follows no other, instead of the scenario's own number
    #[arg(long, value_name = "N")]
    pub events: Option<u64>,
    /// Keep objects, ledger and report in this folder, which must be empty or new
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Threads, by default one per core; the result is the same for any number
    #[arg(long, value_name = "N")]
    pub parallelism: Option<NonZeroUsize>,
    /// Instead of the checks: run it again for every call at which it could crash, and compare what is left
    #[arg(long, conflicts_with = "keep")]
    pub crash_everywhere: bool,
}

/// Arguments of `test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Scenarios of the library or paths of *.wt.yaml files; without any the whole library
    #[arg(value_name = "SCENARIO")]
    pub scenarios: Vec<String>,
    /// Only scenarios that have this in their name
    #[arg(short = 'k', value_name = "SUBSTRING")]
    pub keyword: Option<String>,
    /// Seed of every random draw, instead of each scenario's own
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Events per generated stream that follows no other, instead of each scenario's own number
    #[arg(long, value_name = "N")]
    pub events: Option<u64>,
    /// Threads, by default one per core; the result is the same for any number
    #[arg(long, value_name = "N")]
    pub parallelism: Option<NonZeroUsize>,
    /// Instead of the checks: run each again for every call at which it could crash, and compare what is left
    #[arg(long)]
    pub crash_everywhere: bool,
}

/// Arguments of `lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Scenarios of the library or paths of *.wt.yaml files; without any the whole library
    #[arg(value_name = "SCENARIO")]
    pub scenarios: Vec<String>,
}

/// Arguments of `conform`.
#[derive(Debug, Args)]
pub struct ConformArgs {
    /// Recordings, or folders that hold them as *.json files
    #[arg(required = true, value_name = "DIR|FILE")]
    pub recordings: Vec<PathBuf>,
    /// Only recordings that have this in their name
    #[arg(short = 'k', value_name = "SUBSTRING")]
    pub keyword: Option<String>,
}

//! The `wavetank` command.

mod cli;
mod command;
mod exit;
mod report;

use clap::Parser;

use cli::{Cli, Command};
use exit::Exit;

/// Runs make and drop very many small things, which is what this allocator is good at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    let exit = match &cli.command {
        Command::Run(args) => command::run::run(args, &cli.output),
        Command::Test(args) => command::test::test(args, &cli.output),
        Command::Explain(args) => command::explain::explain(args, &cli.output),
        Command::Query(args) => command::query::query(args, &cli.output),
        Command::Gen(args) => command::generate::generate(args, &cli.output),
        Command::Init(args) => command::init::init(args, &cli.output),
        Command::Schema => command::schema::schema(&cli.output),
        Command::Completions { shell } => command::completions::completions(*shell, &cli.output),
        Command::Bench(args) => command::bench::bench(args, &cli.output),
        Command::Serve(args) => command::serve::serve(args, &cli.output),
        Command::Env(args) => command::environment::environment(args, &cli.output),
        Command::Lint(args) => command::lint::lint(args, &cli.output),
        Command::Conform(args) => command::conform::conform(args, &cli.output),
    };
    exit.unwrap_or_else(|error| exit::failed(&error, &cli.output)).into()
}

/// What a command ends with: an exit code, or an error that nobody has a better word for.
type Outcome = anyhow::Result<Exit>;

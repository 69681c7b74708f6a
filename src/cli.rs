//! The command line: flags and help text, nothing else.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use wavetank::emulator::http::Credentials;
use wavetank::emulator::{Limits, Settings};
use wavetank::scenarios::file::Length;

/// Local-first emulator and test harness for AWS streaming pipelines.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "Exit codes: 0 passed, 1 checks failed, 2 interrupted, 3 internal error, 4 usage or file error, \
                  5 nothing found to run, 6 snapshots missing under --ci."
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
    /// Run one scenario: fill the streams, run the jobs, check the result
    Run(RunArgs),
    /// Run several scenarios, by default those in this folder or the whole library, and print a line for each
    Test(TestArgs),
    /// Tell the whole life of a row: sent, read, why dropped or with whom joined, what would have saved it
    Explain(ExplainArgs),
    /// Ask the tables of a kept run with SQL
    Query(QueryArgs),
    /// Print the records that a scenario generates, a JSON line for each
    Gen(GenArgs),
    /// Say what can be said of scenarios without running them
    Lint(LintArgs),
    /// Write a new scenario that passes
    Init(InitArgs),
    /// Print the JSON Schema of scenario files, for an editor
    Schema,
    /// Replay recorded runs of real Spark and compare every batch
    Conform(ConformArgs),
    /// Measure how fast this machine runs joins, windows, and each service; compare two such measurements
    Bench(BenchArgs),
    /// Serve the emulated services on a port, for any AWS client, until Ctrl-C
    Serve(ServeArgs),
    /// Print the environment in which AWS clients find a local server: eval "$(wavetank env)"
    Env(EnvArgs),
    /// Print a script that completes commands in a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
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
    /// One JSON document; `test` prints one a line
    Json,
    /// JUnit's XML; of `test`
    Junit,
    /// Workflow commands of GitHub Actions; of `test`
    Github,
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
    #[command(flatten)]
    pub snapshots: SnapshotArgs,
}

/// What is done with recorded answers.
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// Record the answers of checks that say `snapshot: true`
    #[arg(long)]
    pub update: bool,
    /// Never record; exit with 6 where a recorded answer is missing
    #[arg(long, conflicts_with = "update")]
    pub ci: bool,
}

/// Arguments of `test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Scenarios of the library, *.wt.yaml files, or folders that hold some; without any this folder, or the library
    /// where it holds none
    #[arg(value_name = "PATH")]
    pub scenarios: Vec<String>,
    /// Only scenarios that have this in their name; with --property, properties too
    #[arg(short = 'k', value_name = "SUBSTRING")]
    pub keyword: Option<String>,
    /// Scenarios that run side by side, by default one per core
    #[arg(short = 'j', value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Stop at the first scenario that fails
    #[arg(short = 'x')]
    pub fail_fast: bool,
    /// Seed of every random draw, instead of each scenario's own
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Events per generated stream that follows no other, instead of each scenario's own number
    #[arg(long, value_name = "N")]
    pub events: Option<u64>,
    /// Threads of each scenario, by default one; the result is the same for any number
    #[arg(long, value_name = "N")]
    pub parallelism: Option<NonZeroUsize>,
    /// Instead of the checks: run each again for every call at which it could crash, and compare what is left
    #[arg(long)]
    pub crash_everywhere: bool,
    /// Instead of the checks: try each property on timelines that are drawn from the scenario's own
    #[arg(long, conflicts_with = "crash_everywhere")]
    pub property: bool,
    /// With --property: timelines that are tried
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "property")]
    pub cases: u64,
    /// With --property: only the timeline of this number
    #[arg(long, value_name = "N", requires = "property", conflicts_with = "cases")]
    pub case: Option<u64>,
    #[command(flatten)]
    pub snapshots: SnapshotArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A scenario of the library or the path of a *.wt.yaml file
    pub scenario: String,
    /// The row: its id in the timeline, its key, its sequence number, or a value in it
    #[arg(long, value_name = "ID")]
    pub row: String,
    /// Seed of every random draw, instead of the scenario's own
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Events per generated stream that follows no other, instead of the scenario's own number
    #[arg(long, value_name = "N")]
    pub events: Option<u64>,
}

/// Arguments of `query`.
#[derive(Debug, Args)]
pub struct QueryArgs {
    /// The query, in DuckDB's SQL: over the catalog's tables and over wavetank.input, .dropped, .batches, …
    pub sql: String,
    /// The folder that `run --keep` has filled
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub run: PathBuf,
    /// The query is in Athena's SQL, over the catalog's tables, and is answered as Athena answers it
    #[arg(long)]
    pub athena: bool,
    /// The folder of `serve --data-dir`, asked in Athena's SQL
    #[arg(long, value_name = "DIR", conflicts_with = "run")]
    pub data_dir: Option<PathBuf>,
    /// The database that names without one mean; by default that of the run's first table, or `default`
    #[arg(long, value_name = "NAME")]
    pub database: Option<String>,
}

/// Arguments of `gen`.
#[derive(Debug, Args)]
pub struct GenArgs {
    /// A scenario of the library or the path of a *.wt.yaml file
    pub scenario: String,
    /// Only this stream, or this table of objects
    #[arg(long, value_name = "NAME")]
    pub stream: Option<String>,
    /// Only the first records
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Only the records' own bytes, without when and where they arrive
    #[arg(long)]
    pub raw: bool,
    /// Seed of every random draw, instead of the scenario's own
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Events per generated stream that follows no other, instead of the scenario's own number
    #[arg(long, value_name = "N")]
    pub events: Option<u64>,
    /// Put the records into the streams at this endpoint, such as http://127.0.0.1:4566, instead of printing them
    #[arg(long, value_name = "URL", conflicts_with = "raw")]
    pub endpoint: Option<String>,
}

/// Arguments of `lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Scenarios of the library or paths of *.wt.yaml files; without any the whole library
    #[arg(value_name = "SCENARIO")]
    pub scenarios: Vec<String>,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder, made if it is not there
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// What the scenario is called
    #[arg(long, default_value = "orders")]
    pub name: String,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The address or name to listen on; anything but loopback can be reached from other machines
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    pub host: String,
    /// The port to listen on; 0 takes any that is free
    #[arg(long, value_name = "PORT", default_value_t = PORT)]
    pub port: u16,
    /// Keep everything in this folder, which is made if it is not there; without it all is gone at the end
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Speak TLS too, on the same port, with a certificate for localhost that is made at first use
    #[arg(long)]
    pub tls: bool,
    /// Verify signatures, and take only those of this key, or of these where it is given again; by default any will do
    #[arg(long, value_name = "KEY:SECRET", value_parser = credentials)]
    pub strict_auth: Vec<Credentials>,
    /// Whether shards refuse what is too much for them, as on AWS
    #[arg(long, value_enum, default_value_t)]
    pub limits: LimitsArg,
    /// How long streams are CREATING, UPDATING and DELETING, such as 500ms; by default all is done at once
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "0s")]
    pub transition: Duration,
    /// Shards that an account may have open in a region
    #[arg(long, value_name = "N", default_value_t = Settings::default().shard_limit)]
    pub shard_limit: u32,
    /// How long a query of Athena may run
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "30m")]
    pub query_timeout: Duration,
    /// Memory that a query of Athena may use, in MiB; what does not fit goes to the disk
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    pub query_memory: u64,
    /// Run the jobs of a scenario beside the server, on what clients put: of the library, or the path of a file
    #[arg(long, value_name = "SCENARIO")]
    pub job: Option<String>,
    /// With --job: read its streams at another endpoint, such as http://127.0.0.1:4567
    #[arg(long, value_name = "URL", requires = "job")]
    pub streams: Option<String>,
    /// With --job: at the end, write objects, report and system tables into this folder
    #[arg(long, value_name = "DIR", requires = "job", conflicts_with = "data_dir")]
    pub keep: Option<PathBuf>,
    /// The account whose resources these are, unless an access key of 12 digits names another
    #[arg(long, value_name = "ID", default_value = "123456789012", value_parser = account)]
    pub account: String,
    /// The region of clients that name none
    #[arg(long, value_name = "REGION", default_value = REGION)]
    pub region: String,
}

/// Values of `--limits`.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum LimitsArg {
    /// Take whatever comes
    #[default]
    Off,
    /// Per shard 1,000 records and 1 MiB a second in, 5 reads and 2 MiB a second out
    Aws,
}

impl From<LimitsArg> for Limits {
    fn from(limits: LimitsArg) -> Self {
        match limits {
            LimitsArg::Off => Self::Off,
            LimitsArg::Aws => Self::Aws,
        }
    }
}

/// Arguments of `env`.
#[derive(Debug, Args)]
pub struct EnvArgs {
    /// The port that `wavetank serve` listens on
    #[arg(long, value_name = "PORT", default_value_t = PORT)]
    pub port: u16,
    /// The region that clients are to ask for
    #[arg(long, value_name = "REGION", default_value = REGION)]
    pub region: String,
}

/// Where clients look for an emulator by habit.
const PORT: u16 = 4566;
pub const REGION: &str = "us-east-1";

/// Arguments of `conform`.
#[derive(Debug, Args)]
pub struct ConformArgs {
    /// Recordings, or folders that hold them as *.json files
    #[arg(required = true, value_name = "DIR|FILE")]
    pub recordings: Vec<PathBuf>,
    /// Only recordings that have this in their name
    #[arg(short = 'k', value_name = "SUBSTRING")]
    pub keyword: Option<String>,
    /// Instead: write this many cases, drawn from a seed, into the folder, to be recorded on Spark
    #[arg(long, value_name = "N", conflicts_with = "keyword")]
    pub draw: Option<u64>,
    /// The seed of what is drawn
    #[arg(long, value_name = "N", default_value_t = 0, requires = "draw")]
    pub seed: u64,
}

/// Arguments of `bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    #[command(subcommand)]
    pub what: BenchCommand,
}

/// What to measure.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// The nested join of the library: two streams, from JSON in shards to Parquet with a checkpoint per batch
    Join(BenchInput),
    /// Page hits in windows of one hour
    Hourly(BenchInput),
    /// Duplicates of orders dropped
    Dedup(BenchInput),
    /// Records put into Kinesis and got from it, in process and over HTTP
    Kinesis(BenchInput),
    /// Objects put into S3, got and listed
    S3(BenchInput),
    /// Questions to Athena about a table of so many rows
    Athena(BenchInput),
    /// Whole processes that run a small scenario
    Startup(BenchInput),
    /// Two results that were printed with --format json, figure by figure; exits with 1 where the same question had
    /// two answers
    Compare {
        /// The first
        before: PathBuf,
        /// The second
        after: PathBuf,
    },
}

/// The input of a benchmark.
#[derive(Debug, Args)]
pub struct BenchInput {
    /// Records, objects, rows or processes to measure, about; of the join those of both streams together
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub events: Option<u64>,
    /// Share of records that come a quarter of an hour later than others: 1% or 0.01
    #[arg(long, value_name = "SHARE", default_value = "1%", value_parser = share)]
    pub late: f64,
    /// Distinct keys; by default those of joins and orders are unique, and there are 1000 sites
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub keys: u32,
    /// How uneven keys are that repeat: the exponent of Zipf's law, 0 is even
    #[arg(long, value_name = "S", default_value_t = 1.1, value_parser = exponent)]
    pub skew: f64,
    /// Rows that the join keeps, about, filled before anything is measured; by default an hour's traffic decides
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub state_rows: Option<u64>,
    /// Records of one micro-batch, about
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub batch_events: u64,
    /// Threads, by default one per core; the answer is the same for any number
    #[arg(long, value_name = "N")]
    pub parallelism: Option<NonZeroUsize>,
    /// Seed of every random draw
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub seed: u64,
    /// Keep the input of each batch as JSON lines, the objects that were written, and the report, in this folder,
    /// which must be empty or new; of streaming workloads
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}

fn share(text: &str) -> Result<f64, String> {
    let (number, scale) = match text.strip_suffix('%') {
        Some(percent) => (percent, 100.0),
        None => (text, 1.0),
    };
    let share = number.trim().parse::<f64>().map(|number| number / scale);
    share.ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| "a share is 0% to 100%".to_owned())
}

fn exponent(text: &str) -> Result<f64, String> {
    let exponent = text.parse::<f64>().ok().filter(|s| (0.0..=10.0).contains(s));
    exponent.ok_or_else(|| "the exponent is 0 to 10".to_owned())
}

fn credentials(text: &str) -> Result<Credentials, &'static str> {
    match text.split_once(':') {
        Some((key, secret)) if !key.is_empty() && !secret.is_empty() => {
            Ok(Credentials { access_key: key.to_owned(), secret_key: secret.to_owned() })
        }
        _ => Err("a key and its secret are written KEY:SECRET"),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    text.parse::<Length>().map(|length| length.0)
}

fn account(text: &str) -> Result<String, &'static str> {
    let twelve_digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    twelve_digits.then(|| text.to_owned()).ok_or("an account has 12 digits")
}

//! `job:` what Glue would be told about the streaming job that runs the pipeline.

use serde::Deserialize;
use serde_saphyr::Spanned;
use wavetank_engine::retry::RETRIES_DEFAULT;
use wavetank_engine::sink::FileFormat;

use super::duration::Length;
use super::s3_path::S3Path;

/// A streaming job.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// The Glue database in which the pipeline looks its tables up.
    pub database: Spanned<String>,
    /// Where the result goes.
    pub sink: Sink,
    /// Where offsets and state are kept.
    pub checkpoint: Spanned<S3Path>,
    /// Where a query without checkpoint starts to read.
    pub starting_position: StartingPosition,
    /// The trigger interval; the clock's tick when absent.
    pub trigger: Option<Spanned<Length>>,
    /// Glue's option of the same name: do not call the batch function for empty batches.
    #[serde(default)]
    pub avoid_empty_batches: bool,
    /// The most records that one batch takes from one shard.
    #[serde(default = "default_fetch")]
    pub max_fetch_records_per_shard: Spanned<u64>,
    /// Glue's option of the same name: how often in a row the query is started again when a batch fails.
    #[serde(default = "default_retries")]
    pub batch_max_retries: Spanned<u32>,
}

/// The output table and its files.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sink {
    /// The table that the pipeline creates.
    pub table: Spanned<String>,
    /// Where its files go.
    pub path: Spanned<S3Path>,
    /// The files' format.
    pub format: SinkFormat,
    /// Columns that become directories, outermost first.
    #[serde(default)]
    pub partition_by: Vec<Spanned<String>>,
}

/// The formats a sink can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SinkFormat {
    /// Parquet files.
    Parquet,
    /// Files of JSON lines.
    Json,
}

impl From<SinkFormat> for FileFormat {
    fn from(format: SinkFormat) -> Self {
        match format {
            SinkFormat::Parquet => FileFormat::Parquet,
            SinkFormat::Json => FileFormat::Json,
        }
    }
}

/// Where in a stream to start. Source: `startingPosition` of Glue's Kinesis connection options.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartingPosition {
    /// The oldest record that is still there.
    TrimHorizon,
    /// What arrives after the start.
    Latest,
}

fn default_fetch() -> Spanned<u64> {
    nowhere(100_000)
}

fn default_retries() -> Spanned<u32> {
    nowhere(RETRIES_DEFAULT)
}

/// A value that the file does not give.
fn nowhere<T>(value: T) -> Spanned<T> {
    let nowhere = serde_saphyr::Location::UNKNOWN;
    Spanned::new(value, nowhere, nowhere)
}

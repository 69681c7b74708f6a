//! `job:` what Glue would be told about the streaming job that runs the pipeline.

use serde::Deserialize;
use serde_saphyr::Spanned;

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
    let nowhere = serde_saphyr::Location::UNKNOWN;
    Spanned::new(100_000, nowhere, nowhere)
}

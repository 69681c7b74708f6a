//! `resources:` the streams, buckets and tables that a scenario starts with, as a template would create them.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::entries::Entries;
use super::s3_path::S3Path;

/// Everything that exists before the first record.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    /// Kinesis streams by name.
    #[serde(default)]
    pub streams: Entries<Stream>,
    /// Names of S3 buckets.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub buckets: Vec<Spanned<String>>,
    /// Glue databases by name, each with its tables by name.
    #[serde(default)]
    pub databases: Entries<Entries<Table>>,
}

/// A Kinesis data stream.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// How many open shards it starts with; at least 1.
    #[schemars(with = "u32")]
    pub shards: Spanned<u32>,
}

/// A table of the Glue catalog.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The stream it reads, for streaming tables.
    #[schemars(with = "Option<String>")]
    pub stream: Option<Spanned<String>>,
    /// Where its files are, for tables on S3.
    #[schemars(with = "Option<S3Path>")]
    pub location: Option<Spanned<S3Path>>,
    /// The format of its records or files.
    #[serde(default)]
    pub format: TableFormat,
    /// Column names and Hive types, in table order.
    #[schemars(with = "Entries<String>")]
    pub columns: Entries<Spanned<String>>,
    /// Partition keys and Hive types, in path order.
    #[serde(default)]
    #[schemars(with = "Entries<String>")]
    pub partition_keys: Entries<Spanned<String>>,
}

/// How a table's rows are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableFormat {
    /// One JSON object per record or line.
    #[default]
    Json,
    /// Parquet files.
    Parquet,
}

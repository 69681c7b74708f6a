//! `job:` and `jobs:` what Glue would be told about the jobs that run the pipelines.
//!
//! A job with a checkpoint is a streaming job. One with a `schedule`, or with `on` an event, is a batch job.

use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;
use wavetank_engine::retry::RETRIES_DEFAULT;
use wavetank_engine::sink::FileFormat;

use super::duration::Length;
use super::entries::Entries;
use super::error::{FileError, Source};
use super::from_text::FromText;
use super::instant::Instant;
use super::nowhere;
use super::s3_path::S3Path;
use super::schedule::Schedule;
use super::utc_time::UtcTime;

/// A job and the pipeline that it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its name in reports and system tables.
    pub name: Spanned<String>,
    /// The file that holds its pipeline, relative to the scenario file.
    pub pipeline: Spanned<String>,
    /// The Glue database in which the pipeline looks its tables up.
    pub database: Spanned<String>,
    /// How it runs.
    pub kind: JobKind,
}

/// How a job runs.
#[derive(Debug, Clone, PartialEq)]
pub enum JobKind {
    /// In micro-batches, for as long as the scenario lasts.
    Streaming(Box<StreamingJob>),
    /// From beginning to end, each time that something starts it.
    Batch(Box<BatchJob>),
}

/// A streaming job.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamingJob {
    /// Where the result goes.
    pub sink: Sink,
    /// Where offsets and state are kept.
    pub checkpoint: Spanned<S3Path>,
    /// Where a query without checkpoint starts to read.
    pub starting_position: StartingPosition,
    /// The trigger interval; the clock's tick when absent.
    pub trigger: Option<Spanned<Length>>,
    /// Glue's option of the same name: do not call the batch function for empty batches.
    pub avoid_empty_batches: bool,
    /// Columns of the result whose duplicates are dropped: `DataFrame.dropDuplicates`, which SQL does not have.
    pub drop_duplicates: Vec<Spanned<String>>,
    /// The most records that one batch takes from one shard.
    pub max_fetch_records_per_shard: Spanned<u64>,
    /// Glue's option of the same name: how often in a row the query is started again when a batch fails.
    pub batch_max_retries: Spanned<u32>,
    /// How Kinesis is read.
    pub connection_options: ConnectionOptions,
}

/// A batch job.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchJob {
    /// What starts it.
    pub start: Start,
    /// What `${name}` means in its pipeline.
    pub parameters: Entries<Parameter>,
    /// The event bus that hears of a run that has failed.
    pub on_failure: Option<Spanned<String>>,
}

/// What starts a run of a batch job.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// The clock.
    Schedule(Schedule),
    /// Each new object under a prefix.
    ObjectCreated(ObjectCreated),
    /// Somebody, by a fault `run`.
    ByHand,
}

/// New objects under a prefix.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectCreated {
    /// Where they are put.
    #[schemars(with = "S3Path")]
    pub created: Spanned<S3Path>,
    /// How their keys end.
    #[serde(default)]
    pub suffix: String,
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Parameter {
    /// The same in every run.
    Text(String),
    /// An instant counted from the one at which the run was to start, such as `{ scheduled_time: -1h }`.
    Time(ScheduledTime),
}

/// An instant counted from the one at which a run was to start.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduledTime {
    /// How far from it: `-1h`, `now`.
    pub scheduled_time: Instant,
}

/// The output table and its files.
#[derive(Debug, Clone, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sink {
    /// The table that the pipeline creates.
    #[schemars(with = "String")]
    pub table: Spanned<String>,
    /// Where its files go.
    #[schemars(with = "S3Path")]
    pub path: Spanned<S3Path>,
    /// The files' format.
    pub format: SinkFormat,
    /// Columns that become directories, outermost first.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub partition_by: Vec<Spanned<String>>,
    /// What an aggregation hands to the table; `complete` replaces the table in each batch.
    #[serde(default)]
    #[schemars(with = "Mode")]
    pub mode: Option<Spanned<Mode>>,
}

/// Spark's output modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Rows that will not change any more.
    #[default]
    Append,
    /// Groups that the batch has changed, once more.
    Update,
    /// All groups; they replace what the table had.
    Complete,
}

/// The formats a sink can write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StartingPosition {
    /// The oldest record that is still there: `trim_horizon`, or `earliest`.
    TrimHorizon,
    /// What arrives after the start: `latest`.
    #[default]
    Latest,
    /// What has arrived from an instant on.
    At(UtcTime),
}

impl StartingPosition {
    const WORDS: &'static [&'static str] = &["trim_horizon", "earliest", "latest"];
}

impl<'de> Deserialize<'de> for StartingPosition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "trim_horizon" | "earliest" => Ok(Self::TrimHorizon),
            "latest" => Ok(Self::Latest),
            text => {
                let instant = UtcTime::from_text(text).map(Self::At);
                instant.ok_or_else(|| D::Error::unknown_variant(text, Self::WORDS))
            }
        }
    }
}

impl schemars::JsonSchema for StartingPosition {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StartingPosition".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Where in a stream to start; also an instant in UTC such as `2026-01-05T10:00:00Z`",
            "anyOf": [{ "enum": Self::WORDS }, { "type": "string", "format": "date-time" }],
        })
    }
}

/// How a streaming job reads Kinesis: Glue's connection options of the same names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConnectionOptions {
    /// Records in one call, at most.
    pub max_record_per_read: u32,
    /// Shards are listed again after this time at the earliest.
    pub describe_shard_interval: Length,
    /// Whether to pause between two calls for records. Over HTTP only: virtual time does not pass by itself.
    pub add_idle_time_between_reads: bool,
    /// How long.
    pub idle_time_between_reads: Length,
    /// How often a throttled call is made again.
    pub num_retries: u32,
    /// The pause before the first of these; each next one is twice as long.
    pub retry_interval: Length,
    /// The longest such pause.
    pub max_retry_interval: Length,
}

impl Default for ConnectionOptions {
    /// Glue's defaults.
    fn default() -> Self {
        let secs = |secs| Length(Duration::from_secs(secs));
        Self {
            max_record_per_read: 10_000,
            describe_shard_interval: secs(1),
            add_idle_time_between_reads: false,
            idle_time_between_reads: secs(1),
            num_retries: 3,
            retry_interval: secs(1),
            max_retry_interval: secs(10),
        }
    }
}

/// The section as written.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JobText {
    /// The file that holds the pipeline, relative to the scenario file; `use.pipeline` when absent.
    #[schemars(with = "Option<String>")]
    pipeline: Option<Spanned<String>>,
    /// The Glue database in which the pipeline looks its tables up.
    #[schemars(with = "String")]
    database: Spanned<String>,
    /// Where a streaming job's result goes.
    sink: Option<Sink>,
    /// Where a streaming job keeps offsets and state.
    #[schemars(with = "Option<S3Path>")]
    checkpoint: Option<Spanned<S3Path>>,
    /// Where a streaming job without checkpoint starts to read.
    #[schemars(with = "Option<StartingPosition>")]
    starting_position: Option<Spanned<StartingPosition>>,
    /// A streaming job's trigger interval; the clock's tick when absent.
    #[schemars(with = "Option<Length>")]
    trigger: Option<Spanned<Length>>,
    /// Glue's option of the same name: do not call the batch function for empty batches.
    #[schemars(with = "Option<bool>")]
    avoid_empty_batches: Option<Spanned<bool>>,
    /// Columns of a streaming job's result whose duplicates are dropped, as `DataFrame.dropDuplicates` does.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    drop_duplicates: Vec<Spanned<String>>,
    /// The most records that one batch takes from one shard.
    #[schemars(with = "Option<u64>")]
    max_fetch_records_per_shard: Option<Spanned<u64>>,
    /// Glue's option of the same name: how often in a row the query is started again when a batch fails.
    #[schemars(with = "Option<u32>")]
    batch_max_retries: Option<Spanned<u32>>,
    /// How a streaming job reads Kinesis: Glue's connection options.
    #[schemars(with = "Option<ConnectionOptions>")]
    connection_options: Option<Spanned<ConnectionOptions>>,
    /// When a batch job starts: `cron(0 * * * ? *)` or `rate(1 hour)`.
    #[schemars(with = "Option<Schedule>")]
    schedule: Option<Spanned<Schedule>>,
    /// The event that starts a batch job.
    #[schemars(with = "Option<ObjectCreated>")]
    on: Option<Spanned<ObjectCreated>>,
    /// What `${name}` means in a batch job's pipeline.
    #[schemars(with = "Option<std::collections::BTreeMap<String, Parameter>>")]
    parameters: Option<Spanned<Entries<Parameter>>>,
    /// The event bus that hears of a batch run that has failed.
    #[schemars(with = "Option<String>")]
    on_failure: Option<Spanned<String>>,
}

impl JobText {
    /// Holds the parts against each other. `shared` is the pipeline of the whole scenario, if it has one.
    pub(super) fn job(
        self,
        name: Spanned<String>,
        shared: Option<&Spanned<String>>,
        source: &Source,
    ) -> Result<Job, FileError> {
        let Some(pipeline) = self.pipeline.clone().or_else(|| shared.cloned()) else {
            let message = format!("{} has no pipeline", called(&name));
            let help =
                "add `use: { pipeline: pipeline.sql }` to the file or `pipeline: pipeline.sql` to the job";
            return Err(source.error_at(&name, message).label("no pipeline").help(help));
        };
        let database = self.database.clone();
        let kind = match self.checkpoint.is_some() || self.sink.is_some() {
            true => JobKind::Streaming(Box::new(self.streaming(&name, source)?)),
            false => JobKind::Batch(Box::new(self.batch(&name, source)?)),
        };
        Ok(Job { name, pipeline, database, kind })
    }

    fn streaming(self, name: &Spanned<String>, source: &Source) -> Result<StreamingJob, FileError> {
        let needs = |key: &str| {
            source
                .error_at(name, format!("{} needs the key `{key}`", called(name)))
                .label(format!("no `{key}`"))
        };
        let foreign = |key, place: Option<FileError>| refuse(key, "a streaming job", place);
        foreign("schedule", self.schedule.as_ref().map(|v| source.error_at(v, "")))?;
        foreign("on", self.on.as_ref().map(|v| source.error_at(v, "")))?;
        foreign("parameters", self.parameters.as_ref().map(|v| source.error_at(v, "")))?;
        foreign("on_failure", self.on_failure.as_ref().map(|v| source.error_at(v, "")))?;
        Ok(StreamingJob {
            sink: self.sink.ok_or_else(|| needs("sink"))?,
            checkpoint: self.checkpoint.ok_or_else(|| needs("checkpoint"))?,
            starting_position: self.starting_position.map(|position| position.value).unwrap_or_default(),
            trigger: self.trigger,
            avoid_empty_batches: self.avoid_empty_batches.is_some_and(|avoid| avoid.value),
            drop_duplicates: self.drop_duplicates,
            max_fetch_records_per_shard: self.max_fetch_records_per_shard.unwrap_or_else(|| nowhere(100_000)),
            batch_max_retries: self.batch_max_retries.unwrap_or_else(|| nowhere(RETRIES_DEFAULT)),
            connection_options: self.connection_options.map(|options| options.value).unwrap_or_default(),
        })
    }

    fn batch(self, name: &Spanned<String>, source: &Source) -> Result<BatchJob, FileError> {
        let foreign = |key, place: Option<FileError>| refuse(key, "a batch job", place);
        foreign("starting_position", self.starting_position.as_ref().map(|v| source.error_at(v, "")))?;
        foreign("trigger", self.trigger.as_ref().map(|v| source.error_at(v, "")))?;
        foreign("avoid_empty_batches", self.avoid_empty_batches.as_ref().map(|v| source.error_at(v, "")))?;
        let fetch = self.max_fetch_records_per_shard.as_ref();
        foreign("max_fetch_records_per_shard", fetch.map(|v| source.error_at(v, "")))?;
        foreign("drop_duplicates", self.drop_duplicates.first().map(|v| source.error_at(v, "")))?;
        foreign("batch_max_retries", self.batch_max_retries.as_ref().map(|v| source.error_at(v, "")))?;
        foreign("connection_options", self.connection_options.as_ref().map(|v| source.error_at(v, "")))?;
        let start = match (self.schedule, self.on) {
            (Some(schedule), None) => Start::Schedule(schedule.value),
            (None, Some(on)) => Start::ObjectCreated(on.value),
            (None, None) => Start::ByHand,
            (Some(_), Some(on)) => {
                let message = format!("{} has a `schedule` and starts `on` an event", called(name));
                return Err(source.error_at(&on, message).label("leave out this or `schedule`"));
            }
        };
        let parameters = self.parameters.map(|parameters| parameters.value).unwrap_or_default();
        Ok(BatchJob { start, parameters, on_failure: self.on_failure })
    }
}

/// How a message names a job: the only one has no name of its own.
fn called(name: &Spanned<String>) -> String {
    if name.value == ONLY { "`job`".to_owned() } else { format!("job `{}`", name.value) }
}

/// What the job under `job:` is called.
pub(super) const ONLY: &str = "job";

fn refuse(key: &str, what: &str, place: Option<FileError>) -> Result<(), FileError> {
    let help = "a job with `sink` and `checkpoint` is a streaming job, one without is a batch job";
    place.map_or(Ok(()), |at| Err(at.with_message(format!("`{key}` has no meaning for {what}")).help(help)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starting_positions_are_those_of_glue() {
        let position = |text: &str| serde_json::from_value::<StartingPosition>(text.into()).ok();
        assert_eq!(position("trim_horizon"), Some(StartingPosition::TrimHorizon));
        assert_eq!(position("earliest"), Some(StartingPosition::TrimHorizon));
        assert_eq!(position("latest"), Some(StartingPosition::Latest));
        let instant = UtcTime(1_767_607_200_000_000);
        assert_eq!(position("2026-01-05T10:00:00Z"), Some(StartingPosition::At(instant)));
        assert_eq!(position("2026-01-05"), None);
    }
}

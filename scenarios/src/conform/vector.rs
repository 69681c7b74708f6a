//! The recordings: one JSON file holds a query, the records that it was given step by step, and what Spark did.
//!
//! The format is described in `tests/spark/README.md`. Reading is strict: a field that is not known is an error
//! with its line and column, since a recording that asks for more than is replayed would prove nothing.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::record::Record;

/// The version of the format that is read.
pub const FORMAT: u32 = 1;

/// One recording.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// Version of the format; there is one.
    #[serde(deserialize_with = "known_format")]
    pub format: u32,
    /// Its name; that of the file without the extension.
    pub id: String,
    /// The family that it belongs to.
    #[serde(default)]
    pub kind: String,
    /// What it shows.
    #[serde(default)]
    pub description: String,
    /// How the query is run.
    #[serde(default)]
    pub config: Config,
    /// What is read.
    pub streams: Vec<Stream>,
    /// Operators in order; the last one's rows go to the sink.
    pub query: Vec<Op>,
    /// What arrives, step by step.
    #[serde(rename = "batches")]
    pub steps: Vec<Step>,
    /// What Spark did.
    pub expected: Outcome,
}

/// What a recording is made of: all but what Spark did.
#[derive(Debug, Clone, Serialize)]
pub struct Case {
    /// See [`Vector`].
    pub format: u32,
    /// See [`Vector`].
    pub id: String,
    /// See [`Vector`].
    pub kind: String,
    /// See [`Vector`].
    pub description: String,
    /// See [`Vector`].
    pub config: Config,
    /// See [`Vector`].
    pub streams: Vec<Stream>,
    /// See [`Vector`].
    pub query: Vec<Op>,
    /// See [`Vector`].
    #[serde(rename = "batches")]
    pub steps: Vec<Step>,
}

impl Case {
    /// The recording that it becomes.
    pub fn recorded(self, expected: Outcome) -> Vector {
        let Case { format, id, kind, description, config, streams, query, steps } = self;
        Vector { format, id, kind, description, config, streams, query, steps, expected }
    }
}

/// Settings of the query and of Spark's session.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What the sink receives.
    pub output_mode: Mode,
    /// Number of state partitions: decides nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shuffle_partitions: Option<u32>,
    /// How several event-time columns make one watermark.
    pub watermark_policy: Policy,
    /// Whether a batch runs when only the watermark has moved.
    pub no_data_batches: bool,
    /// For times as text without a zone.
    pub session_timezone: String,
    /// Whether the order of rows within a batch counts.
    pub ordered: bool,
    /// Whether overflows and bad casts are errors.
    pub ansi: bool,
    /// Further settings of Spark's session.
    pub spark_conf: BTreeMap<String, Value>,
}

/// Spark's output modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Rows that will not change any more.
    #[default]
    Append,
    /// Groups that the batch has changed.
    Update,
    /// All groups.
    Complete,
}

/// Spark's `multipleWatermarkPolicy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// The slowest stream decides.
    #[default]
    Min,
    /// The fastest stream decides.
    Max,
}

/// A stream of JSON texts, or of texts when it has no schema.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// What records and operators call it.
    pub name: String,
    /// Spark DDL of one record.
    #[serde(default)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// `PERMISSIVE` unless said.
    #[serde(default)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub json_mode: Option<String>,
    /// Further options of `from_json`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub json_options: BTreeMap<String, Value>,
    /// The struct column that keeps the record in one piece; without it each field is a column.
    #[serde(default)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_struct: Option<String>,
    /// Operators over the stream alone.
    #[serde(default)]
    pub steps: Vec<Op>,
}

/// One call on a Spark DataFrame. `name` is the field `as`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Spark's arguments")]
pub enum Op {
    /// Goes on with a named frame.
    From {
        stream: String,
        #[serde(rename = "as")]
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// `selectExpr`.
    Select { exprs: Vec<String> },
    /// `withColumn`.
    With { col: String, expr: String },
    /// `drop`.
    Drop { cols: Vec<String> },
    /// `where`.
    Filter { expr: String },
    /// `select("*", explode(expr).alias(as))`.
    Explode {
        expr: String,
        #[serde(rename = "as")]
        name: String,
        #[serde(default)]
        outer: bool,
    },
    /// `withWatermark`.
    Watermark { col: String, delay: String },
    /// `alias`.
    Alias {
        #[serde(rename = "as")]
        name: String,
    },
    /// `join` of two named frames, or of what there is with one.
    Join {
        #[serde(skip_serializing_if = "Option::is_none")]
        left: Option<String>,
        right: String,
        #[serde(rename = "type")]
        kind: Join,
        on: String,
        #[serde(rename = "as")]
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// `unionByName` of two named frames.
    Union {
        left: String,
        right: String,
        #[serde(rename = "as")]
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// `groupBy(window, keys…).agg(…)`.
    Aggregate {
        #[serde(skip_serializing_if = "Option::is_none")]
        window: Option<Window>,
        #[serde(default)]
        keys: Vec<Key>,
        aggs: Vec<Aggregate>,
        #[serde(rename = "as")]
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// `dropDuplicates`; no columns means all of them.
    Dedup {
        #[serde(default)]
        cols: Vec<String>,
    },
    /// `dropDuplicatesWithinWatermark`.
    DedupWithinWatermark {
        #[serde(default)]
        cols: Vec<String>,
    },
}

impl Op {
    /// The name under which later operators find the frame that this one makes.
    pub fn registers(&self) -> Option<&str> {
        match self {
            Op::From { name, .. }
            | Op::Join { name, .. }
            | Op::Union { name, .. }
            | Op::Aggregate { name, .. } => name.as_deref(),
            _ => None,
        }
    }
}

/// Spark's join types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are Spark's")]
pub enum Join {
    Inner,
    LeftOuter,
    RightOuter,
    FullOuter,
    LeftSemi,
    LeftAnti,
}

/// The window that an aggregation groups by; which fields count depends on the kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are Spark's arguments")]
pub struct Window {
    pub kind: WindowKind,
    pub col: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slide: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
    /// A SQL expression: the gap of each row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap_expr: Option<String>,
    /// Name of the window column, `window` unless said.
    #[serde(rename = "as")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Kinds of windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WindowKind {
    /// `window(col, duration)`.
    Tumbling,
    /// `window(col, duration, slide)`.
    Sliding,
    /// `session_window(col, gap)`.
    Session,
}

/// What groups are made by beside the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Key {
    /// A column under its own name.
    Column(String),
    /// An expression under a name.
    Named(Aggregate),
}

/// An expression and the name of its column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aggregate {
    /// SQL text.
    pub expr: String,
    /// The column's name.
    #[serde(rename = "as")]
    pub name: String,
}

/// Records that become available together.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Records per stream.
    #[serde(default)]
    pub data: BTreeMap<String, Vec<Record>>,
    /// Whether the query comes to rest before the next step's records are there.
    #[serde(default = "yes")]
    pub drain: bool,
    /// Whether the query is stopped and started before this step.
    #[serde(default)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart: Option<Restart>,
}

/// How a query was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restart {
    /// At rest.
    Clean,
    /// After the sink had taken the last batch, before the commit log had.
    ReplayLast,
}

/// What a run came to: recorded from Spark, or replayed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Recorded")]
pub enum Outcome {
    /// Everything was executed.
    Ran {
        /// Names and types of the output columns.
        output_schema: Vec<(String, String)>,
        /// One entry per executed micro-batch.
        batches: Vec<Batch>,
    },
    /// The query was refused, or a batch failed.
    Failed(Failure),
}

/// An error of the query. The name of Spark's exception class is not kept: there is nothing to hold it against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// When.
    pub phase: Phase,
    /// What was said.
    pub message: String,
}

/// When a query fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// While the query is put together.
    Build,
    /// When it is started.
    Start,
    /// In a batch.
    Run,
}

impl Phase {
    /// The name in the recordings.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Build => "build",
            Phase::Start => "start",
            Phase::Run => "run",
        }
    }
}

/// One executed micro-batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Spark's batch id.
    pub batch: u32,
    /// The step that caused it.
    pub step: usize,
    /// Why it ran.
    pub cause: Cause,
    /// Records read; those of a stream that is read twice count twice.
    pub num_input_rows: u64,
    /// The watermark that it ran with.
    pub watermark_ms: i64,
    /// The watermark of the next batch.
    pub next_watermark_ms: i64,
    /// Rows that the sink received.
    pub rows: Vec<Value>,
    /// Per stateful operator, last of the pipeline first.
    pub state: Vec<State>,
}

/// Why a batch ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// There were records.
    Data,
    /// The watermark had moved.
    NoData,
    /// The query was started again.
    Restart,
}

impl Cause {
    /// The name in the recordings.
    pub fn name(self) -> &'static str {
        match self {
            Cause::Data => "data",
            Cause::NoData => "no_data",
            Cause::Restart => "restart",
        }
    }
}

/// Counters of a stateful operator (Spark `StateOperatorProgress`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are Spark's")]
pub struct State {
    pub op: String,
    pub rows_total: u64,
    pub rows_updated: u64,
    pub rows_removed: u64,
    pub rows_dropped_by_watermark: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped_duplicates: Option<u64>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            output_mode: Mode::default(),
            shuffle_partitions: None,
            watermark_policy: Policy::default(),
            no_data_batches: true,
            session_timezone: "UTC".to_owned(),
            ordered: false,
            ansi: false,
            spark_conf: BTreeMap::new(),
        }
    }
}

/// The two forms of `expected` in one, so that a mistake in either is named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    error: Option<RecordedError>,
    #[serde(rename = "spark")]
    _spark: Option<String>,
    output_schema: Option<Vec<(String, String)>>,
    batches: Option<Vec<Batch>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordedError {
    #[serde(rename = "class")]
    _class: Option<String>,
    message: String,
    phase: Phase,
}

impl TryFrom<Recorded> for Outcome {
    type Error = &'static str;

    fn try_from(recorded: Recorded) -> Result<Self, Self::Error> {
        match recorded {
            Recorded {
                error: Some(RecordedError { message, phase, .. }),
                output_schema: None,
                batches: None,
                ..
            } => Ok(Outcome::Failed(Failure { phase, message })),
            Recorded { error: None, output_schema: Some(output_schema), batches: Some(batches), .. } => {
                Ok(Outcome::Ran { output_schema, batches })
            }
            _ => Err("`expected` holds either `error` or `output_schema` and `batches`"),
        }
    }
}

fn known_format<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        FORMAT => Ok(FORMAT),
        other => Err(D::Error::custom(format!("format {other} is not known, only format {FORMAT} is"))),
    }
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(config: &str, query: &str, expected: &str) -> Result<Vector, String> {
        let text = format!(
            r#"{{"format": 1, "id": "x", "config": {config}, "streams": [{{"name": "S"}}], "query": [{query}],
                "batches": [{{"data": {{"S": ["a"]}}}}], "expected": {expected}}}"#
        );
        serde_json::from_str(&text).map_err(|e| e.to_string())
    }

    const NOTHING: &str = r#"{"output_schema": [], "batches": []}"#;

    #[test]
    fn what_is_left_out_has_sparks_defaults() {
        let vector = read("{}", r#"{"op": "dedup"}"#, NOTHING).unwrap();
        assert!(vector.config.no_data_batches && vector.steps[0].drain);
        assert_eq!(vector.config.session_timezone, "UTC");
        assert_eq!(vector.query, [Op::Dedup { cols: vec![] }]);
    }

    #[test]
    fn fields_and_operators_that_are_not_known_are_refused_by_name() {
        let problem = read(r#"{"outputmode": "append"}"#, "", NOTHING).unwrap_err();
        assert!(problem.contains("unknown field `outputmode`"), "{problem}");
        let problem = read("{}", r#"{"op": "limit", "n": 3}"#, NOTHING).unwrap_err();
        assert!(problem.contains("unknown variant `limit`"), "{problem}");
        let problem = read("{}", r#"{"op": "filter", "exp": "a"}"#, NOTHING).unwrap_err();
        assert!(problem.contains("unknown field `exp`"), "{problem}");
    }

    #[test]
    fn a_recording_holds_an_error_or_batches() {
        let failed = read("{}", "", r#"{"error": {"class": "A", "message": "no", "phase": "start"}}"#);
        let failure = Failure { phase: Phase::Start, message: "no".into() };
        assert_eq!(failed.unwrap().expected, Outcome::Failed(failure));
        let problem = read("{}", "", r#"{"spark": "3.5.4"}"#).unwrap_err();
        assert!(problem.contains("either `error` or"), "{problem}");
    }

    #[test]
    fn another_format_is_refused() {
        let problem = serde_json::from_str::<Vector>(r#"{"format": 2}"#).unwrap_err().to_string();
        assert_eq!(problem, "format 2 is not known, only format 1 is at line 1 column 13");
    }
}

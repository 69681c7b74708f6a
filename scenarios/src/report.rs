//! What a run has to say: a plain value that the command line renders.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::file::FileError;

/// Version of the JSON form.
pub const SCHEMA: &str = "wavetank.run/2";

/// The result of one run.
#[derive(Debug, Clone, Serialize)]
pub struct RunReport {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Title of the scenario.
    pub scenario: String,
    /// Engine profile.
    pub engine: &'static str,
    /// What every draw followed from.
    pub seed: u64,
    /// What was sent, per stream and then per prefix of objects, in the order of the scenario.
    pub streams: Vec<StreamReport>,
    /// What each job did, in the order of the scenario.
    pub jobs: Vec<JobReport>,
    /// Rows lost, by stream and reason.
    pub lost: Vec<LostRows>,
    /// Records that did not decode, wholly or in a field.
    pub records_rejected: u64,
    /// Virtual time from the first trigger to the last, in seconds.
    pub virtual_seconds: i64,
    /// The lines of the timeline of which something is expected.
    pub timeline: Vec<LineReport>,
    /// The verdicts.
    pub checks: Vec<CheckResult>,
    /// The snapshots as they are now, in the form of their file, where the run was to record them.
    #[serde(skip)]
    pub snapshots: Option<String>,
}

/// What was sent to one stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StreamReport {
    /// Name of the stream.
    pub stream: String,
    /// Records put.
    pub sent: u64,
    /// How they were meant: on time, late, duplicate, corrupt.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Records that the job read.
    pub read: u64,
}

/// What a job did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct JobReport {
    /// Its name.
    pub job: String,
    /// What was done to the rows last: `joined`, `grouped`, or `written` if neither.
    pub by: &'static str,
    /// Database and table that it writes.
    pub table: String,
    /// Rows written.
    pub rows: u64,
    /// Objects written.
    pub objects: u64,
    /// Bytes written.
    pub bytes: u64,
    /// Micro-batches of a streaming job.
    pub batches: u64,
    /// Runs of a batch job that went well.
    pub runs: u64,
    /// Runs of a batch job that failed.
    pub failed: u64,
    /// The watermark at the end; none where no stream has one.
    pub watermark: Option<String>,
    /// Rows that wait in state at the end.
    pub state_rows: u64,
}

/// What came of a line of the timeline.
#[derive(Debug, Clone, Serialize)]
pub struct LineReport {
    /// File and line (from 1).
    pub file: String,
    /// See `file`.
    pub line: usize,
    /// The line itself.
    pub text: String,
    /// The expectations that do not hold; none of a line that passed.
    pub failures: Vec<LineFailure>,
}

/// An expectation that does not hold.
#[derive(Debug, Clone, Serialize)]
pub struct LineFailure {
    /// In a sentence.
    pub message: String,
    /// Where in the line, from 1.
    pub column: usize,
    /// What is known of it.
    pub help: Option<String>,
    /// The same with its place, to be drawn.
    #[serde(skip)]
    pub error: FileError,
}

impl From<FileError> for LineFailure {
    fn from(error: FileError) -> Self {
        Self {
            message: error.message().to_owned(),
            column: error.line_column().1,
            help: error.advice().map(str::to_owned),
            error,
        }
    }
}

/// Rows of one stream that were lost for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LostRows {
    /// Name of the stream.
    pub stream: String,
    /// Why.
    pub reason: &'static str,
    /// How many.
    pub rows: u64,
}

/// The verdict on one check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckResult {
    /// Its name.
    pub name: String,
    /// File and line (from 1) of its SQL.
    pub file: String,
    /// See `file`.
    pub line: usize,
    /// What came of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// The answer is as expected.
    Passed,
    /// The answer differs.
    Failed {
        /// In a sentence.
        summary: String,
        /// The expected rows as a table, the first of them if there are many. Empty where no row was expected.
        expected: Vec<String>,
        /// The rows of the answer, likewise.
        actual: Vec<String>,
        /// The rows that were expected and not found, and found and not expected: the two most alike one below the
        /// other, with carets under what differs.
        difference: Vec<String>,
        /// What is on file about the records behind the rows that are missing.
        why: Vec<String>,
        /// The rows that are missing, the first of them.
        missing: Vec<ReportRow>,
        /// The rows that were not expected, the first of them.
        unexpected: Vec<ReportRow>,
    },
    /// There is nothing to compare the answer with yet.
    Pending {
        /// In a sentence.
        summary: String,
        /// The rows of the answer as a table, the first of them if there are many.
        rows: Vec<String>,
    },
    /// The SQL could not be run.
    Broken {
        /// What DuckDB said.
        error: String,
    },
}

/// A row as columns and values; null is `None`. Serializes as an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportRow(pub Vec<(String, Option<String>)>);

impl Serialize for ReportRow {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(column, value)| (column, value)))
    }
}

impl Verdict {
    /// A failure of which there is nothing but a sentence to say.
    pub fn failed(summary: impl Into<String>) -> Self {
        Verdict::Failed {
            summary: summary.into(),
            expected: vec![],
            actual: vec![],
            difference: vec![],
            why: vec![],
            missing: vec![],
            unexpected: vec![],
        }
    }

    /// What there is to show below the summary, line by line, at most 72 columns wide but for `why`.
    pub fn details(&self) -> Vec<String> {
        let section = |title: &str, lines: &[String]| -> Vec<String> {
            let indented = lines.iter().map(|line| format!("  {line}"));
            lines.first().map(|_| title.to_owned()).into_iter().chain(indented).collect()
        };
        match self {
            Verdict::Passed | Verdict::Broken { .. } => vec![],
            Verdict::Pending { rows, .. } => rows.clone(),
            Verdict::Failed { expected, actual, difference, why, .. } if expected.is_empty() => {
                [section("actual", actual), difference.clone(), section("why", why)].concat()
            }
            Verdict::Failed { expected, actual, difference, why, .. } => [
                section("expected", expected),
                section("actual", actual),
                section("difference", difference),
                section("why", why),
            ]
            .concat(),
        }
    }
}

impl RunReport {
    /// Whether every check and every line of the timeline passed.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.verdict == Verdict::Passed)
            && self.timeline.iter().all(|line| line.failures.is_empty())
    }

    /// Whether nothing failed but that some answers have no snapshot yet.
    pub fn is_pending(&self) -> bool {
        let open = |check: &CheckResult| matches!(check.verdict, Verdict::Passed | Verdict::Pending { .. });
        !self.passed()
            && self.checks.iter().all(open)
            && self.timeline.iter().all(|line| line.failures.is_empty())
    }
}

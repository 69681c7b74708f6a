//! The law that what a sink was given is in its table once: every row of every batch that was committed, and nothing
//! else, whatever was crashed in between.
//!
//! What the sink was given is written a second time, into memory and by a sink that never fails; both tables are read
//! back and compared.

use std::collections::BTreeMap;

use arrow::record_batch::RecordBatch;
use wavetank_engine::batch::BatchId;
use wavetank_engine::error::EngineError;
use wavetank_engine::query::output_schema;
use wavetank_engine::session::Session;
use wavetank_engine::sink::{FileSink, FileTarget, Sink};

use crate::adapters::{BucketStore, Services};
use crate::conform::memory::Objects;
use crate::crash::{Nobody, table_rows};
use crate::report::Verdict;
use crate::world::{StreamingRun, sink_target};

/// Rows of a difference that are shown.
const SHOWN: usize = 10;

/// A table as it should be.
pub(crate) struct Shadow {
    target: FileTarget,
    bucket: String,
    sink: FileSink,
    objects: Objects,
}

impl Shadow {
    /// An empty table like a job's.
    pub fn new(job: &StreamingRun<'_>) -> Result<Self, EngineError> {
        let target = sink_target(job.job, job.streaming());
        let bucket = job.streaming().sink.path.value.bucket().to_owned();
        let objects = Objects::default();
        let schema = output_schema(job.pipeline());
        let store = Box::new(objects.clone());
        let sink = FileSink::new(target.clone(), &schema, Session::default(), store, Box::new(Nobody))?;
        Ok(Self { target, bucket, sink, objects })
    }

    /// Takes in the rows of a batch that was committed.
    pub fn write(&mut self, batch: BatchId, rows: &[RecordBatch]) -> Result<(), EngineError> {
        self.sink.write(batch, rows).map(|_| ())
    }

    /// Holds the real table against this one.
    pub fn judge(&mut self, services: &Services) -> Verdict {
        let mut store = BucketStore { services: services.clone(), bucket: self.bucket.clone() };
        let both = table_rows(&mut self.objects, &self.target)
            .and_then(|given| Ok((given, table_rows(&mut store, &self.target)?)));
        match both {
            Ok((given, found)) => compare(&self.target.table, &given, &found),
            Err(error) => Verdict::Broken { error: error.to_string() },
        }
    }
}

/// Compares two sorted lists of rows.
fn compare(table: &str, given: &[String], found: &[String]) -> Verdict {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    given.iter().for_each(|row| *counts.entry(row).or_default() += 1);
    found.iter().for_each(|row| *counts.entry(row).or_default() -= 1);
    let missing: i64 = counts.values().filter(|count| **count > 0).sum();
    let surplus: i64 = counts.values().filter(|count| **count < 0).map(|count| -count).sum();
    if missing == 0 && surplus == 0 {
        return Verdict::Passed;
    }
    let line = |(row, count): (&&str, &i64)| {
        let sign = if *count > 0 { '-' } else { '+' };
        let times = if count.abs() > 1 { format!(" ({} times)", count.abs()) } else { String::new() };
        (*count != 0).then(|| format!("{sign} {row}{times}"))
    };
    let lines = counts.iter().filter_map(line).take(SHOWN).collect();
    let summary = format!(
        "the sink was given {} rows for `{table}`, which has {}: {missing} are missing, {surplus} are too many",
        given.len(),
        found.len()
    );
    match Verdict::failed(summary) {
        Verdict::Failed { summary, expected, actual, why, missing, unexpected, .. } => {
            Verdict::Failed { summary, expected, actual, difference: lines, why, missing, unexpected }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&str]) -> Vec<String> {
        rows.iter().map(|row| (*row).to_owned()).collect()
    }

    #[test]
    fn a_row_that_is_missing_or_there_twice_is_named() {
        assert_eq!(compare("t", &rows(&["a", "b"]), &rows(&["b", "a"])), Verdict::Passed);
        match compare("t", &rows(&["a", "b", "b"]), &rows(&["a", "a", "b"])) {
            Verdict::Failed { summary, difference, .. } => {
                assert_eq!(
                    summary,
                    "the sink was given 3 rows for `t`, which has 3: 1 are missing, 1 are too many"
                );
                assert_eq!(difference, ["+ a", "- b"]);
            }
            other => panic!("{other:?}"),
        }
    }
}

//! The streaming answer is that of one batch query over the accepted input.
//!
//! A [`Recomputation`] takes in what every committed batch has read, translates the plan as it was written into one
//! DuckDB query ([`plan`]), and compares its rows with those of the table, as multisets. It shares with the engine the
//! decoder, the global watermarks, and nothing of what comes between: no operator, no state, no expression.
//!
//! Accepted is what was not late when it reached a stateful operator. What is not due yet (open windows, unmatched rows
//! that may still find a match) is not expected. Where Spark loses matches because it lets state go too early, the
//! answer is not that of a batch query, and the check fails: that is what it is for.
//!
//! What cannot be recomputed for sure is refused by name.

mod aggregate;
mod cast;
mod expr;
mod functions;
mod plan;
#[cfg(test)]
mod tests;
mod timing;
mod types;

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, Field, Schema};
use wavetank_engine::batch::BatchId;
use wavetank_engine::error::Result as EngineResult;
use wavetank_engine::plan::Pipeline;
use wavetank_engine::plan::optimize::optimize;
use wavetank_engine::query::{BatchReport, QueryOptions, output_schema};
use wavetank_engine::session::Session;
use wavetank_engine::source::SourceRead;
use wavetank_engine::watermark::Watermark;

use crate::check::compare::{judge_rows, named};
use crate::check::database::quote;
use crate::check::{CheckDatabase, Rows};
use crate::file::{Cell, ExpectedRows};
use crate::model::ModelBatch;
use crate::report::Verdict;
use plan::{Query, SourceColumn, translate};
use timing::{SCHEMA, Timing};

/// What cannot be recomputed, as it is named in a sentence.
type Unsupported = String;

/// Rows that only one of the two sides has and that are looked at.
const ROWS_MAX: usize = 2000;

/// Which of a group's rows the table has, outside append mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TableHolds {
    /// What every batch gave to the sink, as files that are only ever added.
    #[default]
    EveryBatch,
    /// What the last batch gave that gave anything of the group, as a table that is overwritten or merged into.
    Latest,
}

/// The batch query of a pipeline, and the input that it is asked of.
pub struct Recomputation {
    /// Or why there is none.
    parts: Result<Box<Parts>, Unsupported>,
}

struct Parts {
    pipeline: Pipeline,
    session: Session,
    timing: Timing,
    query: Query,
    /// Decoded rows per source, with the batch and the place of each.
    sources: Vec<Vec<RecordBatch>>,
    /// The batches with their watermarks.
    batches: Vec<(BatchId, Watermark)>,
}

impl Recomputation {
    /// The batch query of a pipeline. A pipeline that has none is told when it is judged.
    pub fn new(pipeline: &Pipeline, options: &QueryOptions, holds: TableHolds) -> Self {
        Self { parts: Parts::new(pipeline, options, holds).map(Box::new) }
    }

    /// Why this pipeline cannot be recomputed, if it cannot.
    pub fn unsupported(&self) -> Option<&str> {
        self.parts.as_ref().err().map(String::as_str)
    }

    /// Takes in what a batch has read. Batches come in their order, each once.
    ///
    /// # Errors
    /// Records that cannot be decoded.
    pub fn take(&mut self, report: &BatchReport) -> EngineResult<()> {
        let Ok(parts) = &mut self.parts else { return Ok(()) };
        let progress = &report.progress;
        let records: Vec<Vec<&[u8]>> = report.inputs.iter().map(SourceRead::data).collect();
        parts.take(progress.batch, progress.watermark, &records)
    }

    /// Compares rows that are in no table yet with what the batch query gives.
    pub fn judge_rows(&self, database: &CheckDatabase, rows: &[RecordBatch]) -> Verdict {
        let put =
            |parts: &Parts| put_table(database, SCHEMA, "answer", &output_schema(&parts.pipeline), rows);
        match self.parts.as_ref().map(|parts| put(parts)) {
            Ok(Err(error)) => {
                Verdict::Broken { error: format!("the rows cannot be shown to DuckDB: {error}") }
            }
            _ => self.judge(database, &format!("{SCHEMA}.answer"), &[]),
        }
    }

    /// Compares the table, as SQL names it, with what the batch query gives. Columns in `partition_by` are folders, in which an empty
    /// text is null.
    pub fn judge(&self, database: &CheckDatabase, table: &str, partition_by: &[String]) -> Verdict {
        let broken = |error: String| Verdict::Broken { error };
        let parts = match &self.parts {
            Ok(parts) => parts,
            Err(what) => return broken(format!("same_as_batch cannot recompute {what}")),
        };
        match parts.judge(database, table, partition_by) {
            Ok(verdict) => verdict,
            Err(error) => broken(format!("same_as_batch cannot recompute this: {error}")),
        }
    }
}

impl Parts {
    fn new(pipeline: &Pipeline, options: &QueryOptions, holds: TableHolds) -> Result<Self, Unsupported> {
        if !shows_utc(&options.session) {
            return Err("a query in another time zone than UTC".into());
        }
        let timing = Timing::new(pipeline, options).map_err(|error| format!("this query: {error}"))?;
        let sources = pipeline.sources.len();
        Ok(Self {
            // As it runs: what is late depends on which columns are left where.
            query: translate(&optimize(pipeline.plan.clone()), sources, &timing, options.mode, holds)?,
            pipeline: pipeline.clone(),
            session: options.session.clone(),
            timing,
            sources: vec![vec![]; sources],
            batches: vec![],
        })
    }

    fn take(&mut self, batch: BatchId, watermark: Watermark, records: &[Vec<&[u8]>]) -> EngineResult<()> {
        self.batches.push((batch, watermark));
        let decoded = ModelBatch::decode(&self.pipeline, &self.session, batch, records, false)?;
        for (at, input) in decoded.inputs.into_iter().enumerate() {
            let mut position = 0;
            for rows in input.rows.iter().filter(|rows| rows.num_rows() > 0) {
                self.sources[at].push(table_rows(rows, &self.query.sources[at], batch, position)?);
                position += rows.num_rows() as i64;
            }
        }
        Ok(())
    }

    fn judge(
        &self,
        database: &CheckDatabase,
        table: &str,
        partition_by: &[String],
    ) -> Result<Verdict, Box<dyn std::error::Error>> {
        self.fill(database)?;
        database.execute(&format!("CREATE OR REPLACE TABLE {SCHEMA}.expected AS {}", self.query.sql))?;
        let expected = format!("SELECT {} FROM {SCHEMA}.expected", self.columns(partition_by));
        let actual = format!("SELECT {} FROM {}", self.columns(&[]), table);
        let mut missing = self.only_in(database, &expected, &actual)?;
        let mut unexpected = self.only_in(database, &actual, &expected)?;
        if self.query.inexact {
            pair_up(&mut missing, &mut unexpected);
        }
        Ok(verdict(&missing, &unexpected))
    }

    /// The input as DuckDB's tables.
    fn fill(&self, database: &CheckDatabase) -> Result<(), Box<dyn std::error::Error>> {
        database.execute(&format!("CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))?;
        for (at, (columns, rows)) in self.query.sources.iter().zip(&self.sources).enumerate() {
            let columns = columns.iter().map(|column| format!("{} {}, ", column.name, column.kind));
            let columns: String = columns.collect();
            let columns = format!("{columns}__batch BIGINT, __position BIGINT");
            database.replace_table(SCHEMA, &format!("source{at}"), &columns, rows)?;
        }
        let columns: Vec<String> =
            self.timing.columns().iter().map(|name| format!("{name} BIGINT")).collect();
        let times = self.timing.table(&self.batches)?;
        database.replace_table(SCHEMA, "times", &columns.join(", "), &[times])?;
        Ok(())
    }

    /// The columns of the answer, in the types that the table's view has for them.
    fn columns(&self, partition_by: &[String]) -> String {
        let schema = output_schema(&self.pipeline);
        let item = |field: &Arc<Field>| {
            let kind = types::name(field.data_type()).expect("the query was translated with this type");
            let name = quote(field.name());
            let folder = partition_by.iter().any(|column| column.eq_ignore_ascii_case(field.name()));
            match folder && *field.data_type() == DataType::Utf8 {
                true => format!("nullif({name}, '') AS {name}"),
                false => format!("CAST({name} AS {kind}) AS {name}"),
            }
        };
        schema.fields().iter().map(item).collect::<Vec<_>>().join(", ")
    }

    /// The rows that one query gives more often than the other.
    fn only_in(&self, database: &CheckDatabase, one: &str, other: &str) -> Result<Rows, duckdb::Error> {
        if !self.query.inexact {
            return database.query(&format!("({one}) EXCEPT ALL ({other}) ORDER BY ALL LIMIT {ROWS_MAX}"));
        }
        // Ten digits of each number; what is left after that is looked at one by one.
        let schema = output_schema(&self.pipeline);
        let rounded = schema.fields().iter().filter(|field| field.data_type().is_floating()).map(|field| {
            let name = quote(field.name());
            format!(
                "CASE WHEN isfinite({name}) AND {name} <> 0 THEN round(CAST({name} AS DOUBLE), \
                 9 - CAST(floor(log10(abs({name}))) AS INTEGER)) ELSE {name} END AS {name}"
            )
        });
        let rounded = rounded.collect::<Vec<_>>().join(", ");
        let replace = if rounded.is_empty() { String::new() } else { format!(" REPLACE ({rounded})") };
        let digits = |query: &str| format!("SELECT *{replace} FROM ({query})");
        database.query(&format!(
            "({}) EXCEPT ALL ({}) ORDER BY ALL LIMIT {ROWS_MAX}",
            digits(one),
            digits(other)
        ))
    }
}

/// Makes a table of rows that no object holds.
///
/// # Errors
/// A type that DuckDB does not have, and what DuckDB refuses.
pub(crate) fn put_table(
    database: &CheckDatabase,
    schema: &str,
    table: &str,
    columns: &Schema,
    rows: &[RecordBatch],
) -> Result<(), Box<dyn std::error::Error>> {
    let column = |field: &Arc<Field>| {
        let kind = types::name(field.data_type()).map_err(|what| format!("DuckDB has no form of {what}"))?;
        Ok(format!("{} {kind}", quote(field.name())))
    };
    let columns = columns.fields().iter().map(column).collect::<Result<Vec<_>, String>>()?;
    let rows = rows.iter().map(types::batch_in_duckdb).collect::<Result<Vec<_>, _>>()?;
    database.execute(&format!("CREATE SCHEMA IF NOT EXISTS {}", quote(schema)))?;
    Ok(database.replace_table(schema, table, &columns.join(", "), &rows)?)
}

/// The columns that a source's table has, with the batch and the place of each row.
fn table_rows(
    rows: &RecordBatch,
    columns: &[SourceColumn],
    batch: BatchId,
    first: i64,
) -> EngineResult<RecordBatch> {
    let count = rows.num_rows();
    let mut arrays: Vec<ArrayRef> =
        columns.iter().map(|column| Arc::clone(rows.column(column.position))).collect();
    arrays.push(Arc::new(Int64Array::from_value(i64::from(batch.0), count)));
    arrays.push(Arc::new(Int64Array::from_iter_values(first..first + count as i64)));
    let names = columns.iter().map(|column| column.name.as_str()).chain(["__batch", "__position"]);
    let fields = names.zip(&arrays).map(|(name, array)| Field::new(name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = RecordBatchOptions::new().with_row_count(Some(count));
    let rows = RecordBatch::try_new_with_options(schema, arrays, &options)?;
    Ok(types::batch_in_duckdb(&rows)?)
}

/// Takes away rows that are the same but for the last digits of their numbers.
fn pair_up(missing: &mut Rows, unexpected: &mut Rows) {
    let same = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => a == b || is_close(a, b),
        (a, b) => a == b,
    };
    missing.rows.retain(|row| {
        let found = unexpected.rows.iter().position(|other| row.iter().zip(other).all(|(a, b)| same(a, b)));
        found.map(|at| unexpected.rows.swap_remove(at)).is_none()
    });
    unexpected.rows.sort();
}

fn is_close(a: &str, b: &str) -> bool {
    // Whole numbers are exact.
    let fraction = |text: &str| text.contains(['.', 'e', 'E']);
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) if fraction(a) && fraction(b) => (x - y).abs() <= 1e-8 * x.abs().max(y.abs()),
        _ => false,
    }
}

fn verdict(missing: &Rows, unexpected: &Rows) -> Verdict {
    if missing.rows.is_empty() && unexpected.rows.is_empty() {
        return Verdict::Passed;
    }
    let count = |rows: &Rows| match rows.rows.len() {
        ROWS_MAX => format!("{ROWS_MAX} or more"),
        rows => rows.to_string(),
    };
    let cell = |value: &Option<String>| value.clone().map_or(Cell::Null, Cell::Value);
    let expected = ExpectedRows {
        columns: missing.columns.clone(),
        rows: missing.rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
    };
    let says = format!(
        "a batch query over the accepted input gives {} rows that the table lacks, and lacks {} that the table has",
        count(missing),
        count(unexpected)
    );
    match judge_rows(&expected, unexpected) {
        Verdict::Failed { difference, why, .. } => Verdict::Failed {
            summary: says,
            // The rows that both have are not of interest.
            expected: vec![],
            actual: vec![],
            difference,
            why,
            missing: named(&missing.columns, &missing.rows),
            unexpected: named(&unexpected.columns, &unexpected.rows),
        },
        // Their texts are the same, so they differ in something that texts do not show.
        _ => Verdict::failed(says),
    }
}

/// Whether the session's clocks show UTC all year round, now and then.
fn shows_utc(session: &Session) -> bool {
    const MONTH: i64 = 30 * 86_400_000_000;
    (0..1200).all(|month| session.zone.offset_at(month * MONTH) == 0)
}

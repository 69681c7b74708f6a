//! What a tank holds, asked with DuckDB's SQL.
//!
//! | table | holds |
//! |---|---|
//! | the pipeline's own | what its sink was given: every batch's rows, in complete mode those of the last |
//! | each stream's own | what was read of it, in its columns |
//! | `input` | `stream`, `record` (its text), `batch` |
//! | `lost` | `stream`, `record`, `reason`, `operator`, `event_time`, `batch` |

use std::cell::OnceCell;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use arrow::error::ArrowError;
use wavetank_engine::batch::RecordId;
use wavetank_engine::plan::OutputMode;
use wavetank_engine::query::output_schema;

use super::tank::{Ran, Tank};
use crate::check::{CheckDatabase, Rows, put_table};
use crate::model::ModelBatch;

/// Where the tables are.
const SCHEMA: &str = "tank";

/// A database for the tables of one tank after the other. It opens when it is first asked.
#[derive(Default)]
pub struct Answers {
    database: OnceCell<CheckDatabase>,
}

/// A question that has no answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(#[from] Box<dyn std::error::Error>);

impl Answers {
    /// The rows of a query over what a tank holds now.
    ///
    /// # Errors
    /// What DuckDB says of the query.
    pub fn ask(&self, tank: &Tank, sql: &str) -> Result<Rows, NoAnswer> {
        let database = self.database.get_or_init(CheckDatabase::open);
        let told = || -> Result<Rows, Box<dyn std::error::Error>> {
            database.execute(&format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA};"))?;
            let pipeline = tank.pipeline();
            for (at, source) in pipeline.sources.iter().enumerate() {
                put_table(database, SCHEMA, &source.table, &source.schema, &decoded(tank, at)?)?;
            }
            // Of two tables with one name the more particular one stays.
            put_table(database, SCHEMA, &pipeline.target, &output_schema(pipeline), &output(tank))?;
            for (name, rows) in [("input", input(tank)?), ("lost", lost(tank)?)] {
                put_table(database, SCHEMA, name, rows.schema_ref(), std::slice::from_ref(&rows))?;
            }
            database.execute(&format!("SET schema = '{SCHEMA}';"))?;
            Ok(database.query(sql)?)
        };
        told().map_err(NoAnswer)
    }
}

/// What the table holds.
fn output(tank: &Tank) -> Vec<RecordBatch> {
    let batches = match tank.mode() {
        OutputMode::Complete => tank.batches().last().map(std::slice::from_ref).unwrap_or_default(),
        _ => tank.batches(),
    };
    batches.iter().flat_map(|ran| ran.rows.clone()).collect()
}

/// The rows that a source's records were decoded to.
fn decoded(tank: &Tank, source: usize) -> Result<Vec<RecordBatch>, Box<dyn std::error::Error>> {
    let (pipeline, mut all) = (tank.pipeline(), Vec::new());
    for ran in tank.batches() {
        let id = ran.report.progress.batch;
        let batch = ModelBatch::decode(pipeline, tank.session(), id, &ran.records(), false)?;
        let columns: Vec<usize> = (0..pipeline.sources[source].schema.fields().len()).collect();
        for rows in &batch.inputs[source].rows {
            all.push(rows.project(&columns)?);
        }
    }
    Ok(all)
}

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn input(tank: &Tank) -> Result<RecordBatch, ArrowError> {
    let all = || tank.batches().iter().flat_map(|ran| read(tank, ran));
    let streams: StringArray = all().map(|(stream, _, _)| Some(stream)).collect();
    let records: StringArray = all().map(|(_, _, record)| Some(record)).collect();
    let batches = Int64Array::from_iter_values(all().map(|(_, id, _)| i64::from(id.batch.0)));
    let fields = vec![text("stream"), text("record"), Field::new("batch", DataType::Int64, false)];
    let columns: Vec<ArrayRef> = vec![Arc::new(streams), Arc::new(records), Arc::new(batches)];
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

/// Stream, id and text of each record that a batch has read.
fn read<'t>(tank: &'t Tank, ran: &'t Ran) -> impl Iterator<Item = (&'t str, RecordId, String)> {
    let batch = ran.report.progress.batch;
    let sources = tank.pipeline().sources.iter().zip(&ran.report.inputs).enumerate();
    sources.flat_map(move |(source, (table, read))| {
        read.records.iter().enumerate().map(move |(index, record)| {
            let id = RecordId { batch, source: source as u8, index: index as u32 };
            (table.table.as_str(), id, String::from_utf8_lossy(&record.data).into_owned())
        })
    })
}

fn lost(tank: &Tank) -> Result<RecordBatch, ArrowError> {
    let records: std::collections::BTreeMap<RecordId, (&str, String)> = tank
        .batches()
        .iter()
        .flat_map(|ran| read(tank, ran))
        .map(|(stream, id, text)| (id, (stream, text)))
        .collect();
    let losses: Vec<_> = tank.batches().iter().flat_map(|ran| &ran.report.ledger.losses).collect();
    let of = |id: &RecordId| records.get(id);
    let streams: StringArray =
        losses.iter().map(|loss| of(&loss.record).map(|(stream, _)| *stream)).collect();
    let texts: StringArray =
        losses.iter().map(|loss| of(&loss.record).map(|(_, text)| text.as_str())).collect();
    let reasons: StringArray = losses.iter().map(|loss| Some(loss.reason.name())).collect();
    let operators: StringArray = losses.iter().map(|loss| Some(loss.operator)).collect();
    let times: TimestampMicrosecondArray = losses.iter().map(|loss| loss.event_time).collect();
    let batches = Int64Array::from_iter_values(losses.iter().map(|loss| i64::from(loss.batch.0)));
    let fields = vec![
        text("stream"),
        text("record"),
        text("reason"),
        text("operator"),
        Field::new("event_time", DataType::Timestamp(TimeUnit::Microsecond, None), true),
        Field::new("batch", DataType::Int64, false),
    ];
    let columns: Vec<ArrayRef> = vec![
        Arc::new(streams),
        Arc::new(texts),
        Arc::new(reasons),
        Arc::new(operators),
        Arc::new(times),
        Arc::new(batches),
    ];
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

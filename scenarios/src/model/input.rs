//! From the records that a batch read of a source to rows.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use wavetank_engine::batch::{BatchId, RECORD_ID, RecordId};
use wavetank_engine::decode::{JsonDecoder, JsonMode, JsonOptions};
use wavetank_engine::error::{EngineError, Result, UnreadableRecord};
use wavetank_engine::plan::{RecordFormat, SourceTable};
use wavetank_engine::session::Session;

use super::rows::{Row, rows_of};

/// What a batch read of one source.
#[derive(Debug, Clone, Default)]
pub struct ModelInput {
    /// Decoded rows as the engine's decoder gives them, the hidden record id last.
    pub rows: Vec<RecordBatch>,
    /// Records that did not decode in full.
    pub rejected: Vec<RecordId>,
}

impl ModelInput {
    pub(super) fn rows(&self) -> Vec<Row> {
        self.rows.iter().flat_map(rows_of).collect()
    }
}

/// Decodes the records that a batch read of one source, `source` being its place in the pipeline; a record's index is
/// its place among them.
pub(super) fn decode(
    table: &SourceTable,
    session: &Session,
    batch: BatchId,
    source: u8,
    records: &[&[u8]],
) -> Result<ModelInput> {
    let id = |index: u32| RecordId { batch, source, index };
    let (mut columns, rejected) = match &table.format {
        RecordFormat::Text => {
            let texts: StringArray = records.iter().map(|r| Some(String::from_utf8_lossy(r))).collect();
            (vec![Arc::new(texts) as ArrayRef], vec![])
        }
        RecordFormat::Json { mode, keep_struct } => json(table, *mode, *keep_struct, session, records)?,
    };
    let ids: UInt64Array = (0..records.len() as u32).map(|index| id(index).pack()).collect();
    columns.push(Arc::new(ids));
    let rows = RecordBatch::try_new(with_record_id(&table.schema), columns)?;
    Ok(ModelInput { rows: vec![rows], rejected: rejected.into_iter().map(id).collect() })
}

/// Columns, and the places of the records that did not decode in full.
fn json(
    table: &SourceTable,
    mode: JsonMode,
    keep_struct: bool,
    session: &Session,
    records: &[&[u8]],
) -> Result<(Vec<ArrayRef>, Vec<u32>)> {
    let options = JsonOptions { mode, zone: Arc::clone(&session.zone), ..JsonOptions::default() };
    let schema = match (keep_struct, table.schema.fields().first().map(|field| field.data_type())) {
        (true, Some(DataType::Struct(fields))) => Arc::new(Schema::new(fields.clone())),
        _ => Arc::clone(&table.schema),
    };
    let decoded = JsonDecoder::new(schema, options)?.decode(records.iter().map(|record| Some(*record)));
    if let Some(failed) = decoded.failed {
        return Err(EngineError::UnreadableRecord(Box::new(UnreadableRecord {
            table: table.table.clone(),
            shard: String::new(),
            sequence_number: failed.row.to_string(),
            detail: failed.detail,
            spark_error: failed.spark_error,
        })));
    }
    let columns = match keep_struct {
        true => vec![Arc::new(decoded.rows) as ArrayRef],
        false => decoded.rows.into_parts().1,
    };
    Ok((columns, decoded.rejected.iter().map(|rejection| rejection.row).collect()))
}

fn with_record_id(schema: &Schema) -> SchemaRef {
    let mut fields: Vec<Field> =
        schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true)).collect();
    fields.push(Field::new(RECORD_ID, DataType::UInt64, false));
    Arc::new(Schema::new(fields))
}

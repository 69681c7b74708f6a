//! One source of a query and the decoder of its records.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use crate::batch::{BatchId, RECORD_ID, RecordId};
use crate::decode::{DecodeError, JsonDecoder, JsonMode, JsonOptions};
use crate::error::{EngineError, Result, UnreadableRecord};
use crate::ledger::{Ledger, RejectedRecord};
use crate::plan::{RecordFormat, SourceTable};
use crate::session::Session;
use crate::source::{Source, SourceRead, SourceRecord};

/// Records that are decoded into one Arrow batch.
const RECORDS_PER_CHUNK: usize = 8192;

/// One source and the decoder of its records.
pub(crate) struct Input {
    table: String,
    pub(crate) source: Box<dyn Source>,
    format: Format,
    /// Columns of the source table and the hidden record id.
    schema: SchemaRef,
}

/// How records become columns.
enum Format {
    Json {
        decoder: Box<JsonDecoder>,
        keep_struct: bool,
    },
    Text,
    /// Spark looks at the mode when it parses its first record, so the query starts and that batch fails.
    Refused,
}

impl Input {
    /// # Errors
    /// A column type that JSON cannot be decoded into.
    pub(crate) fn new(table: &SourceTable, source: Box<dyn Source>, session: &Session) -> Result<Self> {
        let format = match &table.format {
            RecordFormat::Text => Format::Text,
            RecordFormat::Json { mode: JsonMode::DropMalformed, .. } => Format::Refused,
            RecordFormat::Json { mode, keep_struct } => {
                let options =
                    JsonOptions { mode: *mode, zone: Arc::clone(&session.zone), ..JsonOptions::default() };
                let schema = match keep_struct {
                    true => fields_of_only_column(&table.schema),
                    false => table.schema.clone(),
                };
                Format::Json {
                    decoder: Box::new(JsonDecoder::new(schema, options)?),
                    keep_struct: *keep_struct,
                }
            }
        };
        Ok(Self { table: table.table.clone(), source, format, schema: with_record_id(&table.schema) })
    }

    /// Decodes what a batch read, chunk by chunk; records that do not fit go on with nulls and into the ledger.
    pub(crate) fn decode(
        &mut self,
        batch: BatchId,
        source: u8,
        read: &SourceRead,
        ledger: &mut Ledger,
    ) -> Result<Vec<RecordBatch>> {
        let mut chunks = Vec::new();
        for (chunk, records) in read.records.chunks(RECORDS_PER_CHUNK).enumerate() {
            let first = (chunk * RECORDS_PER_CHUNK) as u32;
            let id = |offset: u32| RecordId { batch, source, index: first + offset };
            let mut arrays = self.columns(records, read, &id, ledger)?;
            let ids: UInt64Array = (0..records.len() as u32).map(|offset| id(offset).pack()).collect();
            arrays.push(Arc::new(ids));
            chunks.push(RecordBatch::try_new(self.schema.clone(), arrays)?);
        }
        Ok(chunks)
    }

    fn columns(
        &mut self,
        records: &[SourceRecord],
        read: &SourceRead,
        id: &dyn Fn(u32) -> RecordId,
        ledger: &mut Ledger,
    ) -> Result<Vec<ArrayRef>> {
        let (decoder, keep_struct) = match &mut self.format {
            Format::Json { decoder, keep_struct } => (decoder, keep_struct),
            Format::Refused => return Err(DecodeError::DropMalformed.into()),
            Format::Text => {
                let text = records.iter().map(|r| Some(String::from_utf8_lossy(&r.data)));
                return Ok(vec![Arc::new(text.collect::<StringArray>())]);
            }
        };
        let decoded = decoder.decode(records.iter().map(|r| Some(r.data.as_ref())));
        if let Some(failed) = decoded.failed {
            let record = &records[failed.row as usize];
            return Err(EngineError::UnreadableRecord(Box::new(UnreadableRecord {
                table: self.table.clone(),
                shard: read.shards[record.shard as usize].clone(),
                sequence_number: record.sequence_number.clone(),
                detail: failed.detail,
                spark_error: failed.spark_error,
            })));
        }
        ledger.rejected.extend(decoded.rejected.into_iter().map(|r| RejectedRecord {
            record: id(r.row),
            field: r.field,
            detail: r.detail,
        }));
        Ok(match keep_struct {
            true => vec![Arc::new(decoded.rows)],
            false => fields(decoded.rows),
        })
    }
}

/// The fields of a struct as columns; those of a null struct are null already.
fn fields(rows: arrow::array::StructArray) -> Vec<ArrayRef> {
    rows.into_parts().1
}

fn fields_of_only_column(schema: &Schema) -> SchemaRef {
    match schema.fields().first().map(|f| f.data_type()) {
        Some(DataType::Struct(fields)) => Arc::new(Schema::new(fields.clone())),
        _ => Arc::new(Schema::empty()),
    }
}

fn with_record_id(schema: &Schema) -> SchemaRef {
    let mut fields: Vec<Arc<Field>> =
        schema.fields().iter().map(|f| Arc::new(f.as_ref().clone().with_nullable(true))).collect();
    fields.push(Arc::new(Field::new(RECORD_ID, DataType::UInt64, false)));
    Arc::new(Schema::new(fields))
}

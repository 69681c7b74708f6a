//! One source of a query and the decoder of its records.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, StringArray, UInt32Array, UInt64Array};
use arrow::compute::take;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use crate::batch::{BatchId, RECORD_ID, RecordId};
use crate::decode::{DecodeError, Decoded, JsonDecoder, JsonMode, JsonOptions};
use crate::error::{EngineError, Result, UnreadableRecord};
use crate::ledger::{Ledger, RejectedRecord};
use crate::parallel;
use crate::plan::{RecordFormat, SourceTable};
use crate::session::Session;
use crate::source::{Source, SourceRead, SourceRecord};

/// Records that are decoded into one Arrow batch.
const RECORDS_PER_CHUNK: usize = 8192;

/// One source and the decoder of its records.
pub(crate) struct Input {
    pub(crate) source: Box<dyn Source>,
    decoder: RecordDecoder,
}

/// Makes rows of a source table of what was read.
pub(crate) struct RecordDecoder {
    table: String,
    format: Format,
    /// Columns of the source table and the hidden record id.
    schema: SchemaRef,
}

/// How records become columns.
enum Format {
    Json {
        /// One per thread.
        decoders: Vec<JsonDecoder>,
        keep_struct: bool,
    },
    Text,
    /// Spark looks at the mode when it parses its first record, so the query starts and that batch fails.
    Refused,
}

impl Input {
    /// # Errors
    /// A column type that JSON cannot be decoded into.
    pub(crate) fn new(
        table: &SourceTable,
        source: Box<dyn Source>,
        session: &Session,
        parallelism: usize,
    ) -> Result<Self> {
        Ok(Self { source, decoder: RecordDecoder::new(table, session, parallelism)? })
    }

    /// As [`RecordDecoder::decode`].
    pub(crate) fn decode(
        &mut self,
        batch: BatchId,
        source: u8,
        read: &SourceRead,
        ledger: &mut Ledger,
    ) -> Result<Vec<RecordBatch>> {
        self.decoder.decode(batch, source, read, ledger)
    }
}

impl RecordDecoder {
    /// # Errors
    /// A column type that JSON cannot be decoded into.
    pub(crate) fn new(table: &SourceTable, session: &Session, parallelism: usize) -> Result<Self> {
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
                let decoder = || JsonDecoder::new(schema.clone(), options.clone());
                let decoders = (0..parallelism.max(1)).map(|_| decoder());
                Format::Json { decoders: decoders.collect::<Result<_, _>>()?, keep_struct: *keep_struct }
            }
        };
        Ok(Self { table: table.table.clone(), format, schema: with_record_id(&table.schema) })
    }

    /// Decodes what a batch read, chunk by chunk; records that do not fit go on with nulls and into the ledger.
    pub(crate) fn decode(
        &mut self,
        batch: BatchId,
        source: u8,
        read: &SourceRead,
        ledger: &mut Ledger,
    ) -> Result<Vec<RecordBatch>> {
        if let Some(rows) = &read.rows {
            return self.typed(batch, source, read, rows);
        }
        let mut chunks = Vec::new();
        let mut first = 0;
        for (records, columns) in read.records.chunks(RECORDS_PER_CHUNK).zip(self.columns(&read.records)?) {
            let id = |offset: u32| RecordId { batch, source, index: first + offset };
            let mut arrays = match columns {
                Columns::Plain(arrays) => arrays,
                Columns::Decoded { decoded, keep_struct } => {
                    self.accept(decoded, keep_struct, records, read, &id, ledger)?
                }
            };
            replace_shard_columns(&mut arrays, records, read)?;
            arrays.push(ids(batch, source, first, records.len()));
            chunks.push(RecordBatch::try_new(self.schema.clone(), arrays)?);
            first += records.len() as u32;
        }
        Ok(chunks)
    }

    /// Rows that the source has decoded itself.
    fn typed(
        &self,
        batch: BatchId,
        source: u8,
        read: &SourceRead,
        rows: &[RecordBatch],
    ) -> Result<Vec<RecordBatch>> {
        let mut chunks = Vec::with_capacity(rows.len());
        let mut first = 0;
        for rows in rows {
            let records = &read.records[first..first + rows.num_rows()];
            let mut arrays = rows.columns().to_vec();
            replace_shard_columns(&mut arrays, records, read)?;
            arrays.push(ids(batch, source, first as u32, records.len()));
            chunks.push(RecordBatch::try_new(self.schema.clone(), arrays)?);
            first += records.len();
        }
        Ok(chunks)
    }

    /// Decodes records chunk by chunk, on as many threads as there are decoders; the answers come in the order of the
    /// chunks.
    fn columns(&mut self, records: &[SourceRecord]) -> Result<Vec<Columns>> {
        let chunks = records.chunks(RECORDS_PER_CHUNK);
        let (decoders, keep_struct) = match &mut self.format {
            Format::Json { decoders, keep_struct } => (decoders, *keep_struct),
            Format::Refused if records.is_empty() => return Ok(vec![]),
            Format::Refused => return Err(DecodeError::DropMalformed.into()),
            Format::Text => {
                let texts = |records: &[SourceRecord]| -> ArrayRef {
                    let text = records.iter().map(|r| Some(String::from_utf8_lossy(&r.data)));
                    Arc::new(text.collect::<StringArray>())
                };
                return Ok(chunks.map(|records| Columns::Plain(vec![texts(records)])).collect());
            }
        };
        let threads = decoders.len();
        // Never empty when one is wanted: there are as many as threads.
        let idle = Mutex::new(decoders.iter_mut().collect::<Vec<_>>());
        let idle = || idle.lock().unwrap_or_else(PoisonError::into_inner);
        let decode = |records: &[SourceRecord]| {
            let decoder = idle().pop().expect("a thread has one decoder at a time");
            let decoded = decoder.decode(records.iter().map(|r| Some(r.data.as_ref())));
            idle().push(decoder);
            Columns::Decoded { decoded, keep_struct }
        };
        Ok(parallel::map(threads, chunks.collect(), decode))
    }

    /// The columns of a decoded chunk; what was wrong with its records goes into the ledger.
    fn accept(
        &self,
        decoded: Decoded,
        keep_struct: bool,
        records: &[SourceRecord],
        read: &SourceRead,
        id: &dyn Fn(u32) -> RecordId,
        ledger: &mut Ledger,
    ) -> Result<Vec<ArrayRef>> {
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

/// The ids of records that follow each other.
fn ids(batch: BatchId, source: u8, first: u32, records: usize) -> ArrayRef {
    let id = |offset: u32| RecordId { batch, source, index: first + offset };
    Arc::new((0..records as u32).map(|offset| id(offset).pack()).collect::<UInt64Array>())
}

/// Puts the values that hold for whole shards into their columns.
fn replace_shard_columns(arrays: &mut [ArrayRef], records: &[SourceRecord], read: &SourceRead) -> Result<()> {
    if read.shard_columns.is_empty() {
        return Ok(());
    }
    let shards = UInt32Array::from_iter_values(records.iter().map(|record| record.shard));
    for (at, values) in &read.shard_columns {
        arrays[*at] = take(values, &shards, None)?;
    }
    Ok(())
}

/// What became of one chunk of records.
enum Columns {
    Plain(Vec<ArrayRef>),
    Decoded { decoded: Decoded, keep_struct: bool },
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

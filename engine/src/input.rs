//! One source of a query and the decoder of its records.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, StringArray, UInt32Array, UInt64Array};
use arrow::compute::take;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use crate::batch::{BatchId, RECORD_ID, RecordId, SourceRows};
use crate::decode::{DecodeError, JsonDecoder, JsonMode, JsonOptions, Rejection};
use crate::error::{EngineError, Result, UnreadableRecord};
use crate::ledger::{Ledger, RejectedRecord};
use crate::parallel;
use crate::plan::{RecordFormat, SourceTable};
use crate::session::Session;
use crate::source::{Source, SourceRead};

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
    /// Threads that decode, at least one.
    parallelism: usize,
}

/// How records become columns.
enum Format {
    Json {
        /// Those that no thread uses right now; there are as many as threads.
        idle: Mutex<Vec<JsonDecoder>>,
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

    /// As [`RecordDecoder::rows`].
    pub(crate) fn rows<'a>(&'a self, batch: BatchId, source: u8, read: &'a SourceRead) -> ReadRows<'a> {
        self.decoder.rows(batch, source, read)
    }
}

impl RecordDecoder {
    /// # Errors
    /// A column type that JSON cannot be decoded into.
    pub(crate) fn new(table: &SourceTable, session: &Session, parallelism: usize) -> Result<Self> {
        let parallelism = parallelism.max(1);
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
                let decoders = (0..parallelism).map(|_| decoder()).collect::<Result<_, _>>()?;
                Format::Json { idle: Mutex::new(decoders), keep_struct: *keep_struct }
            }
        };
        Ok(Self { table: table.table.clone(), format, schema: with_record_id(&table.schema), parallelism })
    }

    /// What a batch read, as rows.
    pub(crate) fn rows<'a>(&'a self, batch: BatchId, source: u8, read: &'a SourceRead) -> ReadRows<'a> {
        let behind = |end: &mut usize, rows: &RecordBatch| {
            let start = std::mem::replace(end, *end + rows.num_rows());
            Some(start..*end)
        };
        let pieces = match &read.rows {
            Some(rows) => rows.iter().scan(0, behind).collect(),
            None => read.records.pieces().collect(),
        };
        ReadRows { decoder: self, batch, source, read, pieces }
    }

    /// The columns of records without those that hold for whole shards, and what was wrong with the records.
    fn columns(&self, places: Range<usize>, read: &SourceRead) -> Result<(Vec<ArrayRef>, Vec<Rejection>)> {
        let (idle, keep_struct) = match &self.format {
            Format::Json { idle, keep_struct } => (idle, *keep_struct),
            Format::Refused => return Err(DecodeError::DropMalformed.into()),
            Format::Text => {
                let texts = read.records.data(places).map(|data| Some(String::from_utf8_lossy(data)));
                return Ok((vec![Arc::new(texts.collect::<StringArray>())], vec![]));
            }
        };
        let idle = || idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut decoder = idle().pop().expect("a thread has one decoder at a time");
        let decoded = decoder.decode(read.records.data(places.clone()).map(Some));
        idle().push(decoder);
        if let Some(failed) = decoded.failed {
            let record = read.records.get(places.start + failed.row as usize).expect("a record has failed");
            return Err(EngineError::UnreadableRecord(Box::new(UnreadableRecord {
                table: self.table.clone(),
                shard: read.shards[record.shard as usize].clone(),
                sequence_number: record.sequence_number.to_string(),
                detail: failed.detail,
                spark_error: failed.spark_error,
            })));
        }
        let columns = match keep_struct {
            true => vec![Arc::new(decoded.rows) as ArrayRef],
            false => fields(decoded.rows),
        };
        Ok((columns, decoded.rejected))
    }
}

/// What a batch read of one source, to be decoded piece by piece; records that do not fit go on with nulls and into the
/// ledger.
pub(crate) struct ReadRows<'a> {
    decoder: &'a RecordDecoder,
    batch: BatchId,
    source: u8,
    read: &'a SourceRead,
    /// The records of each piece.
    pieces: Vec<Range<usize>>,
}

impl SourceRows for ReadRows<'_> {
    fn pieces(&self) -> usize {
        self.pieces.len()
    }

    fn piece(&self, at: usize, ledger: &mut Ledger) -> Result<RecordBatch> {
        let Self { decoder, batch, source, read, pieces } = self;
        let places = pieces[at].clone();
        let id =
            |offset: u32| RecordId { batch: *batch, source: *source, index: places.start as u32 + offset };
        let mut columns = match &read.rows {
            // The source has decoded them itself.
            Some(rows) => rows[at].columns().to_vec(),
            None => {
                let (columns, rejected) = decoder.columns(places.clone(), read)?;
                ledger.rejected.extend(rejected.into_iter().map(|r| RejectedRecord {
                    record: id(r.row),
                    field: r.field,
                    detail: r.detail,
                }));
                columns
            }
        };
        replace_shard_columns(&mut columns, places.clone(), read)?;
        let ids = (0..places.len() as u32).map(|offset| id(offset).pack());
        columns.push(Arc::new(UInt64Array::from_iter_values(ids)));
        Ok(RecordBatch::try_new(Arc::clone(&decoder.schema), columns)?)
    }
}

impl ReadRows<'_> {
    /// All pieces, decoded side by side.
    pub(crate) fn decoded(&self, ledger: &mut Ledger) -> Result<Vec<RecordBatch>> {
        let traced = ledger.is_traced();
        let piece = |at: usize| -> Result<_> {
            let mut noted = Ledger::new(traced);
            Ok((self.piece(at, &mut noted)?, noted))
        };
        let pieces = parallel::try_map(self.decoder.parallelism, (0..self.pieces.len()).collect(), piece)?;
        let mut note = |(rows, noted)| {
            ledger.append(noted);
            rows
        };
        Ok(pieces.into_iter().map(&mut note).collect())
    }
}

/// Puts the values that hold for whole shards into their columns.
fn replace_shard_columns(arrays: &mut [ArrayRef], places: Range<usize>, read: &SourceRead) -> Result<()> {
    if read.shard_columns.is_empty() {
        return Ok(());
    }
    let shards = UInt32Array::from_iter_values(read.records.shards(places));
    for (at, values) in &read.shard_columns {
        arrays[*at] = take(values, &shards, None)?;
    }
    Ok(())
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

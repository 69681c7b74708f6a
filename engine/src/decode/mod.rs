//! JSON records to Arrow columns, with the answers of Spark's `from_json`.
//!
//! Decoding never fails as a whole: every record gives a row, and what is wrong with a record is a
//! [`Rejection`] beside the rows.
//!
//! | record | row |
//! |---|---|
//! | null, or nothing but blanks | null struct |
//! | not JSON, or not an object | struct of nulls, rejected |
//! | a field of another type | that field null, the others kept, rejected |
//! | a field missing or `null` | null |
//! | fields the schema lacks, text after the object | ignored |
//!
//! A failing element costs the whole array, a failing value the whole map; structs inside them lose
//! only the failing field. A field named twice keeps its last value that converts. Names are compared
//! by case. STRING takes the JSON text of any value. Records may use single quotes.
//!
//! Two readers share the work. `descent` is fast and only knows ordinary JSON; `exact` walks
//! through Jackson's states and knows what Spark makes of everything else. The first writes into the
//! columns (`builder`) as it reads, and is rolled back when it meets what only the second knows.
//!
//! Not handled: options of `from_json` other than the mode and the corrupt column (formats, comments,
//! unquoted names, locales, encodings), schemas whose root is no struct, intervals.
//!
//! Source: `JsonToStructs`, `FailureSafeParser`, `JacksonParser` of Spark 3.5.4 with jackson-core
//! 2.15.2; the tables in the tests were recorded there.

mod base64;
mod buffers;
mod builder;
mod cell;
mod conversion;
mod descent;
mod exact;
mod java_double;
mod number;
#[cfg(test)]
mod properties;
mod region;
mod rejection;
#[cfg(test)]
mod tests;
mod text;
mod timestamp;
mod tokens;
mod zone;

use crate::types::nullable_schema;
use arrow::array::{Array, RecordBatch, StructArray};
use arrow::datatypes::{DataType, Fields, Schema, SchemaRef};
use buffers::Bytes;
use builder::{StructColumn, struct_array};
use conversion::Conversion;
use descent::{Descent, Record};
use exact::Verdict;
use rejection::Note;
use std::sync::Arc;

pub use java_double::write_java_double;
pub use region::RegionZone;
pub use rejection::{Rejection, RejectionKind};
pub use timestamp::{parse_date, parse_timestamp, parse_timestamp_ntz, parse_timestamp_ntz_of_any_zone};
pub use zone::{FixedZone, Zone, zone_of};

/// What to do with a record that is not whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum JsonMode {
    /// Keep what converts.
    Permissive,
    /// Stop at the record.
    FailFast,
    /// Leave the record out: a mode of Spark's file readers that `from_json` refuses, so no decoder has it.
    DropMalformed,
}

/// The options of `from_json` that are supported.
#[derive(Debug, Clone)]
pub struct JsonOptions {
    /// What to do with a record that is not whole.
    pub mode: JsonMode,
    /// The column that receives the text of rejected records, if the schema has it.
    pub corrupt_column: Option<String>,
    /// The session's time zone, for times without one.
    pub zone: Arc<dyn Zone>,
}

impl Default for JsonOptions {
    /// Spark's defaults: permissive, `_corrupt_record`, UTC.
    fn default() -> Self {
        JsonOptions {
            mode: JsonMode::Permissive,
            corrupt_column: Some("_corrupt_record".to_owned()),
            zone: Arc::new(FixedZone::UTC),
        }
    }
}

/// Why a schema cannot be decoded into.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Spark's `from_json` does not read this type, or we do not.
    #[error("field `{field}` has type {data_type}, which JSON cannot be decoded into")]
    UnsupportedType {
        /// Dotted path.
        field: String,
        /// As SQL.
        data_type: String,
    },
    /// Map keys come from JSON names.
    #[error("map `{field}` has keys of type {key}, but JSON keys are STRING")]
    MapKey {
        /// Dotted path.
        field: String,
        /// As SQL.
        key: String,
    },
    /// Spark refuses a column for corrupt records that cannot hold their text.
    #[error("the field for corrupt records `{field}` must be of type STRING")]
    CorruptColumn {
        /// Its name.
        field: String,
    },
    /// Spark knows the mode, but not here (`QueryCompilationErrors.parseModeUnsupportedError`).
    #[error(
        "from_json() doesn't support the DROPMALFORMED mode. Acceptable modes are PERMISSIVE and FAILFAST."
    )]
    DropMalformed,
}

/// The rows of a batch of records and what was wrong with them.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// One row per record; null where the record was null or blank. All fields are nullable.
    pub rows: StructArray,
    /// One entry per record with a problem, in row order.
    pub rejected: Vec<Rejection>,
    /// The record the query fails with. The rows and rejections are those before it.
    pub failed: Option<Rejection>,
}

/// Decodes batches of JSON records into columns of one schema.
#[derive(Debug)]
pub struct JsonDecoder {
    fields: Fields,
    root: StructColumn,
    corrupt: Option<Corrupt>,
    mode: JsonMode,
    conversion: Conversion,
    scratch: String,
}

/// The column of rejected texts and its place among the fields.
#[derive(Debug)]
struct Corrupt {
    position: usize,
    texts: Bytes,
}

impl JsonDecoder {
    /// A decoder for a schema, which is read as if all its fields were nullable.
    ///
    /// Errors when a type cannot be decoded into, the corrupt column is not a STRING, or the mode is one that
    /// `from_json` refuses.
    pub fn new(schema: SchemaRef, options: JsonOptions) -> Result<Self, DecodeError> {
        if options.mode == JsonMode::DropMalformed {
            return Err(DecodeError::DropMalformed);
        }
        let schema = nullable_schema(&schema);
        let corrupt = corrupt_position(&schema, options.corrupt_column.as_deref())?;
        let decoded = schema.fields().iter().enumerate();
        let decoded = decoded.filter(|(at, _)| Some(*at) != corrupt);
        let decoded: Fields = decoded.map(|(_, field)| field.clone()).collect();
        Ok(JsonDecoder {
            fields: schema.fields().clone(),
            root: StructColumn::new(&decoded, "")?,
            corrupt: corrupt.map(|position| Corrupt { position, texts: Bytes::default() }),
            mode: options.mode,
            conversion: Conversion { zone: options.zone, now_micros: 0 },
            scratch: String::new(),
        })
    }

    /// The schema of the decoded rows.
    pub fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(self.fields.clone()))
    }

    /// Sets the instant whose date belongs to times without one (`10:00`), in microseconds.
    pub fn set_now(&mut self, now_micros: i64) {
        self.conversion.now_micros = now_micros;
    }

    /// Decodes a batch; records do not influence each other.
    pub fn decode<'r>(&mut self, records: impl IntoIterator<Item = Option<&'r [u8]>>) -> Decoded {
        let mut rejected = Vec::new();
        let mut failed = None;
        for (row, record) in records.into_iter().enumerate() {
            let row = u32::try_from(row).expect("a batch has less than 2^32 records");
            match self.record(record) {
                Ok(None) => {}
                Ok(Some(note)) => rejected.push(note.into_rejection(row)),
                Err(note) => {
                    failed = Some(note.into_rejection(row));
                    break;
                }
            }
        }
        Decoded { rows: self.finish(), rejected, failed }
    }

    /// Appends one row and gives its problem; an error appends nothing and fails the query.
    fn record(&mut self, record: Option<&[u8]>) -> Result<Option<Box<Note>>, Box<Note>> {
        let Some(record) = record else {
            self.push_null();
            return Ok(None);
        };
        let text = text::java_utf8(record);
        let row = self.root.len();
        let descent = Descent::new(&text, &mut self.scratch, &self.conversion);
        let note = match descent.record(&mut self.root) {
            Ok(Record::Blank) => {
                self.push_null();
                return Ok(None);
            }
            Ok(Record::Row(note)) => note,
            Err(descent::Unusual) => {
                self.root.truncate(row);
                match exact::read(&text, &self.root, &self.conversion) {
                    Verdict::Blank => {
                        self.push_null();
                        return Ok(None);
                    }
                    Verdict::Row(cells, note) => {
                        self.root.push(cells);
                        note
                    }
                    Verdict::Lost(note) => {
                        self.root.end_row();
                        Some(note)
                    }
                    Verdict::Fatal(note) => return Err(note),
                }
            }
        };
        if let (JsonMode::FailFast, Some(note)) = (self.mode, note.as_ref()) {
            self.root.truncate(row);
            return Err(note.clone());
        }
        if let Some(corrupt) = &mut self.corrupt {
            match &note {
                Some(_) => corrupt.texts.push(text.as_bytes()),
                None => corrupt.texts.push_null(),
            }
        }
        Ok(note)
    }

    fn push_null(&mut self) {
        self.root.push_null();
        if let Some(corrupt) = &mut self.corrupt {
            corrupt.texts.push_null();
        }
    }

    fn finish(&mut self) -> StructArray {
        let (mut arrays, nulls, len) = self.root.take();
        if let Some(corrupt) = &mut self.corrupt {
            arrays.insert(corrupt.position, corrupt.texts.finish_text());
        }
        struct_array(self.fields.clone(), arrays, nulls, len)
    }
}

impl Decoded {
    /// The fields as columns, as `select("s.*")` gives them: those of a null struct are null.
    pub fn into_batch(self) -> RecordBatch {
        let (fields, arrays, _) = self.rows.clone().into_parts();
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(self.rows.len()));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
            .expect("fields and arrays come from one struct")
    }
}

fn corrupt_position(schema: &Schema, name: Option<&str>) -> Result<Option<usize>, DecodeError> {
    let Some((position, field)) = name.and_then(|name| schema.column_with_name(name)) else {
        return Ok(None);
    };
    match field.data_type() {
        DataType::Utf8 => Ok(Some(position)),
        _ => Err(DecodeError::CorruptColumn { field: field.name().clone() }),
    }
}

//! Rows as one Parquet file, and back.

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::basic::Compression;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::SchemaDescriptor;

use crate::error::Result;

/// A file of no more rows has no dictionaries: they would be larger than what they stand for.
const FEW_ROWS: usize = 8;

fn properties() -> WriterPropertiesBuilder {
    WriterProperties::builder().set_compression(Compression::SNAPPY).set_created_by("wavetank".to_owned())
}

/// One Parquet file; the same rows give the same bytes.
pub(super) fn encode(rows: &RecordBatch) -> Result<Bytes> {
    write(rows, ArrowWriterOptions::new().with_properties(properties().build()))
}

fn write(rows: &RecordBatch, options: ArrowWriterOptions) -> Result<Bytes> {
    let mut body = Vec::new();
    let mut writer = ArrowWriter::try_new_with_options(&mut body, rows.schema(), options)?;
    writer.write(rows)?;
    writer.close()?;
    Ok(Bytes::from(body))
}

/// Writes many files of the same columns; what Arrow would note of its own types is left out, as in Spark's files.
pub(crate) struct FileWriter {
    schema: SchemaDescriptor,
    many: WriterProperties,
    few: WriterProperties,
}

impl FileWriter {
    pub(super) fn new(schema: &Schema) -> Result<Self> {
        Ok(Self {
            schema: ArrowSchemaConverter::new().convert(schema)?,
            many: properties().build(),
            few: properties().set_dictionary_enabled(false).set_offset_index_disabled(true).build(),
        })
    }

    /// One Parquet file; the same rows give the same bytes.
    pub(super) fn encode(&self, rows: &RecordBatch) -> Result<Bytes> {
        let properties = if rows.num_rows() <= FEW_ROWS { &self.few } else { &self.many };
        let options = ArrowWriterOptions::new()
            .with_properties(properties.clone())
            .with_skip_arrow_metadata(true)
            .with_parquet_schema(self.schema.clone());
        write(rows, options)
    }
}

/// The rows of a Parquet file.
pub fn read_parquet(file: Bytes) -> Result<Vec<RecordBatch>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
    Ok(reader.collect::<Result<_, _>>()?)
}

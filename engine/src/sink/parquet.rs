//! Rows as one Parquet file, and back.

use arrow::datatypes::Schema;
use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::SchemaDescriptor;

use crate::error::Result;

/// A file of no more rows has no dictionaries and no statistics of its pages: both would be larger than what they
/// are about, and take most of the time of a small file.
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
            few: properties()
                .set_dictionary_enabled(false)
                .set_statistics_enabled(EnabledStatistics::Chunk)
                .set_offset_index_disabled(true)
                .build(),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, StringArray, TimestampMicrosecondArray};

    use super::*;

    #[test]
    fn files_of_few_and_of_many_rows_come_back_as_they_were() {
        for rows in [0, 1, FEW_ROWS, FEW_ROWS + 1, 5000] {
            let columns: [(&str, ArrayRef); 3] = [
                ("n", Arc::new((0..rows as i64).map(|n| (n % 3 > 0).then_some(n)).collect::<Int64Array>())),
                ("s", Arc::new(StringArray::from_iter_values((0..rows).map(|n| format!("s{}", n % 7))))),
                (
                    "t",
                    Arc::new(
                        TimestampMicrosecondArray::from_iter_values(0..rows as i64).with_timezone("UTC"),
                    ),
                ),
            ];
            let batch =
                RecordBatch::try_from_iter_with_nullable(columns.map(|(name, c)| (name, c, true))).unwrap();
            let file = FileWriter::new(&batch.schema()).unwrap().encode(&batch).unwrap();
            let read = read_parquet(file).unwrap();
            let read = arrow::compute::concat_batches(&batch.schema(), &read).unwrap();
            assert_eq!(read, batch);
        }
    }
}

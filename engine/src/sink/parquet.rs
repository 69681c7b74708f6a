//! Rows as one Parquet file, and back.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use arrow::array::{Array, new_empty_array};
use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowWriterOptions, compute_leaves};
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::SchemaDescriptor;

use super::blocks::Blocks;
use crate::error::Result;
use crate::parallel;

/// A file of no more rows has no dictionaries and no statistics of its pages: both would be larger than what they
/// are about, and take most of the time of a small file.
const FEW_ROWS: usize = 8;

/// Rows of one group, at most: parquet-rs's own default.
const GROUP_ROWS_MAX: usize = 1024 * 1024;

fn properties() -> WriterPropertiesBuilder {
    WriterProperties::builder().set_compression(Compression::SNAPPY).set_created_by("wavetank".to_owned())
}

/// One Parquet file of batches of the same columns, which are encoded side by side; the same batches give the same
/// bytes for any number of threads.
pub(super) fn encode(rows: &[RecordBatch], schema: &SchemaRef, threads: usize) -> Result<Vec<Bytes>> {
    let options = ArrowWriterOptions::new().with_properties(properties().build());
    Ok(write(Blocks::default(), rows, schema, options, threads)?.into_pieces())
}

fn write<W: Write + Send>(
    file: W,
    rows: &[RecordBatch],
    schema: &SchemaRef,
    options: ArrowWriterOptions,
    threads: usize,
) -> Result<W> {
    let writer = ArrowWriter::try_new_with_options(file, Arc::clone(schema), options)?;
    let (mut file, factory) = writer.into_serialized_writer()?;
    for (number, rows) in row_groups(rows).into_iter().enumerate() {
        let mut writers = factory.create_column_writers(number)?.into_iter();
        let mut columns = Vec::new();
        for (at, field) in schema.fields().iter().enumerate() {
            let leaves = compute_leaves(field, &new_empty_array(field.data_type()))?.len();
            columns.push((at, field, writers.by_ref().take(leaves).collect::<Vec<_>>()));
        }
        // What takes longest comes first: no thread begins with it when the others are done.
        columns.sort_by_cached_key(|(at, ..)| Reverse(column_bytes(&rows, *at)));
        let encode = |(at, field, mut writers): (usize, &FieldRef, Vec<ArrowColumnWriter>)| -> Result<_> {
            for rows in &rows {
                for (writer, leaf) in writers.iter_mut().zip(compute_leaves(field, rows.column(at))?) {
                    writer.write(&leaf)?;
                }
            }
            let chunks = writers.into_iter().map(ArrowColumnWriter::close);
            Ok((at, chunks.collect::<Result<Vec<_>, _>>()?))
        };
        let mut group = file.next_row_group()?;
        // In the file they follow each other; those that come too early wait.
        let (mut waiting, mut next) = (BTreeMap::new(), 0);
        parallel::for_each(threads, columns, encode, |encoded| -> Result<()> {
            let (at, chunks) = encoded?;
            waiting.insert(at, chunks);
            while let Some(chunks) = waiting.remove(&next) {
                chunks.into_iter().try_for_each(|chunk| chunk.append_to_row_group(&mut group))?;
                next += 1;
            }
            Ok(())
        })?;
        group.close()?;
    }
    Ok(file.into_inner()?)
}

/// How large a column's values are, about.
fn column_bytes(rows: &[RecordBatch], column: usize) -> usize {
    rows.iter().map(|rows| rows.column(column).get_array_memory_size()).sum()
}

/// The rows in groups of at most [`GROUP_ROWS_MAX`].
fn row_groups(rows: &[RecordBatch]) -> Vec<Vec<RecordBatch>> {
    let (mut groups, mut room): (Vec<Vec<RecordBatch>>, usize) = (vec![], 0);
    for batch in rows {
        let mut at = 0;
        while at < batch.num_rows() {
            if room == 0 {
                groups.push(vec![]);
                room = GROUP_ROWS_MAX;
            }
            let taken = room.min(batch.num_rows() - at);
            if let Some(group) = groups.last_mut() {
                group.push(if taken == batch.num_rows() { batch.clone() } else { batch.slice(at, taken) });
            }
            (at, room) = (at + taken, room - taken);
        }
    }
    groups
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
        Ok(write(Vec::new(), std::slice::from_ref(rows), rows.schema_ref(), options, 1)?.into())
    }
}

/// The rows of a Parquet file.
pub fn read_parquet(file: Bytes) -> Result<Vec<RecordBatch>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
    Ok(reader.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Int64Array, StringArray, StructArray, TimestampMicrosecondArray};
    use arrow::datatypes::{DataType, Field};

    use super::*;

    #[test]
    fn a_file_of_many_groups_and_batches_is_the_same_for_any_number_of_threads() {
        let batch = |rows: usize| {
            let n: ArrayRef = Arc::new((0..rows as i64).collect::<Int64Array>());
            let nested = StructArray::from(vec![
                (Arc::new(Field::new("a", DataType::Int64, true)), n.clone()),
                (Arc::new(Field::new("b", DataType::Int64, true)), n.clone()),
            ]);
            RecordBatch::try_from_iter([("n", n), ("nested", Arc::new(nested) as ArrayRef)]).unwrap()
        };
        let rows = [batch(700_000), batch(0), batch(700_000), batch(3)];
        let schema = rows[0].schema();
        let one = encode(&rows, &schema, 1).unwrap();
        assert_eq!(encode(&rows, &schema, 4).unwrap(), one);
        let read = read_parquet(one.concat().into()).unwrap();
        let read = arrow::compute::concat_batches(&schema, &read).unwrap();
        assert_eq!(read, arrow::compute::concat_batches(&schema, &rows).unwrap());
        assert_eq!(row_groups(&rows).iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
        assert!(read_parquet(encode(&[], &schema, 2).unwrap().concat().into()).unwrap().is_empty());
    }

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

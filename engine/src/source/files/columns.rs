//! The rows of a Parquet object in the columns of a table.
//!
//! Columns and struct fields are found by name, in any case; what the object lacks is null, what the table lacks is
//! not read. Types have to be the same but for what Spark's reader takes for the same:
//!
//! | in the object | in the table |
//! |---|---|
//! | 32 bits: TINYINT, SMALLINT, INT, DATE | another of them, by its low bits |
//! | STRING, BINARY | the other |
//! | DECIMAL(p, s) | DECIMAL(q, s) with q ≥ p, if both take 32 bits, 64 bits or more |
//! | TIMESTAMP in any unit, INT96, TIMESTAMP_NTZ | TIMESTAMP |
//!
//! Everything else stops the query. Not followed: a decimal read as its digits (DECIMAL(10,2) 1.25 as BIGINT 125).
//!
//! Source: `ParquetVectorUpdaterFactory` (Spark 3.5.4), and a recorded table of all pairs of plain types.

use std::sync::Arc;

use arrow::array::types::{Int8Type, Int16Type, Int32Type};
use arrow::array::{Array, ArrayRef, ListArray, MapArray, StructArray, cast::AsArray, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use crate::error::{EngineError, Result};
use crate::types::sql_type_name;

const ROWS_PER_BATCH: usize = 8192;

/// The rows of an object in the columns of `schema`; the columns at `absent` are null and not looked for.
///
/// # Errors
/// [`EngineError::UnreadableObject`] when it is no Parquet file or holds other types.
pub(super) fn read(key: &str, body: Bytes, schema: &SchemaRef, absent: &[usize]) -> Result<Vec<RecordBatch>> {
    let damaged = |problem: String| {
        let help = "remove or replace the object, or correct the table's columns".into();
        EngineError::UnreadableObject { key: key.to_owned(), problem, help }
    };
    // What Arrow has noted of its own types is nothing to Spark.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(body, options)
        .map_err(|error| damaged(error.to_string()))?;
    let wanted = positions(builder.schema(), schema, absent).map_err(damaged)?;
    let roots = wanted.iter().flatten().copied();
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
    // What is read comes in the order of the file.
    let mut order: Vec<usize> = wanted.iter().flatten().copied().collect();
    order.sort_unstable();
    let place = |root: usize| order.binary_search(&root).expect("it is one of the wanted");
    let reader = builder.with_projection(mask).with_batch_size(ROWS_PER_BATCH).build();
    let mut batches = Vec::new();
    for batch in reader.map_err(|error| damaged(error.to_string()))? {
        let batch = batch.map_err(|error: ArrowError| damaged(error.to_string()))?;
        let column = |(field, root): (&Arc<Field>, &Option<usize>)| match root {
            None => Ok(new_null_array(field.data_type(), batch.num_rows())),
            Some(root) => {
                let found = batch.column(place(*root));
                conform(found, field.data_type())?.ok_or_else(|| {
                    damaged(format!(
                        "Parquet column cannot be converted. Column: [{}], Expected: {}, Found: {}",
                        field.name(),
                        sql_type_name(field.data_type()),
                        sql_type_name(found.data_type())
                    ))
                })
            }
        };
        let columns = schema.fields().iter().zip(&wanted).map(column).collect::<Result<_>>()?;
        let fields = schema.fields().iter().map(|f| f.as_ref().clone().with_nullable(true));
        let nullable = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        batches.push(RecordBatch::try_new_with_options(nullable, columns, &options)?);
    }
    Ok(batches)
}

/// Where each of the table's columns is in the object.
fn positions(found: &Schema, schema: &Schema, absent: &[usize]) -> Result<Vec<Option<usize>>, String> {
    let position = |(at, field): (usize, &Arc<Field>)| {
        let named = |f: &&Arc<Field>| f.name().eq_ignore_ascii_case(field.name());
        if absent.contains(&at) {
            return Ok(None);
        }
        match found.fields().iter().filter(named).count() {
            0 | 1 => Ok(found.fields().iter().position(|f| named(&f))),
            _ => Err(format!("Found duplicate field(s) \"{}\" in case-insensitive mode", field.name())),
        }
    };
    schema.fields().iter().enumerate().map(position).collect()
}

/// The same values in another type; `None` when Spark does not read one as the other.
fn conform(array: &ArrayRef, to: &DataType) -> Result<Option<ArrayRef>> {
    use DataType::*;
    let from = array.data_type();
    if from == to {
        return Ok(Some(Arc::clone(array)));
    }
    Ok(match (from, to) {
        (Null, _) => Some(new_null_array(to, array.len())),
        (Int8 | Int16 | Int32 | Date32 | UInt8 | UInt16, Int8 | Int16 | Int32 | Date32) => {
            Some(low_bits(&cast(array, &Int32)?, to)?)
        }
        (UInt32, Int64) | (UInt64, Decimal128(20, 0)) => Some(cast(array, to)?),
        (Utf8 | LargeUtf8 | Utf8View | Binary | LargeBinary | BinaryView, Utf8 | Binary) => {
            Some(cast(array, to)?)
        }
        (Decimal128(p, s), Decimal128(q, t)) if s == t && q >= p && width(*p) == width(*q) => {
            Some(cast(array, to)?)
        }
        (Timestamp(_, Some(_)), Timestamp(TimeUnit::Microsecond, Some(_))) => Some(cast(array, to)?),
        (Timestamp(TimeUnit::Nanosecond, None), Timestamp(_, None)) => None,
        (Timestamp(_, None), Timestamp(TimeUnit::Microsecond, _)) => {
            let micros = cast(array, &Timestamp(TimeUnit::Microsecond, None))?;
            // The same number of microseconds, whatever the zone is called.
            Some(cast(&cast(&micros, &Int64)?, to)?)
        }
        (Struct(_), Struct(fields)) => structs(array.as_struct(), fields)?,
        (List(_), List(item)) => {
            let list: &ListArray = array.as_list();
            conform(list.values(), item.data_type())?.map(|values| -> ArrayRef {
                let nullable = Arc::new(item.as_ref().clone().with_nullable(true));
                Arc::new(ListArray::new(nullable, list.offsets().clone(), values, list.nulls().cloned()))
            })
        }
        (Map(..), Map(entries, sorted)) => {
            let map: &MapArray = array.as_map();
            let Struct(pair) = entries.data_type() else { return Ok(None) };
            let found = map.entries();
            let key = conform(found.column(0), pair[0].data_type())?;
            let value = conform(found.column(1), pair[1].data_type())?;
            key.zip(value).map(|(key, value)| -> ArrayRef {
                let pairs = StructArray::new(pair.clone(), vec![key, value], None);
                let (offsets, nulls) = (map.offsets().clone(), map.nulls().cloned());
                Arc::new(MapArray::new(entries.clone(), offsets, pairs, nulls, *sorted))
            })
        }
        _ => None,
    })
}

fn structs(found: &StructArray, fields: &Fields) -> Result<Option<ArrayRef>> {
    let mut columns = Vec::with_capacity(fields.len());
    for field in fields {
        let at = found.fields().iter().position(|f| f.name().eq_ignore_ascii_case(field.name()));
        let column = match at {
            None => Some(new_null_array(field.data_type(), found.len())),
            Some(at) => conform(found.column(at), field.data_type())?,
        };
        let Some(column) = column else { return Ok(None) };
        columns.push(column);
    }
    let nullable: Fields = fields.iter().map(|f| f.as_ref().clone().with_nullable(true)).collect();
    let nulls = found.nulls().cloned();
    Ok(Some(Arc::new(StructArray::try_new_with_length(nullable, columns, nulls, found.len())?)))
}

/// Class of the bytes that a decimal takes in a file.
fn width(precision: u8) -> u8 {
    match precision {
        0..=9 => 4,
        10..=18 => 8,
        _ => 16,
    }
}

/// 32-bit integers as a narrower type, without a word about what does not fit.
fn low_bits(values: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    let values = values.as_primitive::<Int32Type>();
    Ok(match to {
        DataType::Int8 => Arc::new(values.unary::<_, Int8Type>(|v| v as i8)),
        DataType::Int16 => Arc::new(values.unary::<_, Int16Type>(|v| v as i16)),
        DataType::Int32 => Arc::new(values.clone()),
        _ => cast(values, to)?,
    })
}

#[cfg(test)]
mod tests {
    use arrow::array::{
        Date32Array, Decimal128Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray,
    };

    use super::*;
    use crate::ports::joined;
    use crate::session::Session;
    use crate::sink::{FileFormat, encode};
    use crate::types::{parse_ddl_schema, timestamp_type};

    fn object(columns: Vec<(&str, ArrayRef)>) -> Bytes {
        let rows = [RecordBatch::try_from_iter(columns).unwrap()];
        joined(encode(FileFormat::Parquet, &rows, rows[0].schema_ref(), &Session::default(), 1).unwrap())
    }

    fn through(columns: Vec<(&str, ArrayRef)>, ddl: &str) -> Result<RecordBatch> {
        let schema = Arc::new(parse_ddl_schema(ddl).unwrap());
        Ok(read("s3://lake/a.parquet", object(columns), &schema, &[])?.remove(0))
    }

    fn strings(values: &[&str]) -> ArrayRef {
        Arc::new(StringArray::from_iter_values(values))
    }

    #[test]
    fn columns_go_by_name_and_missing_ones_are_null() {
        let columns = vec![
            ("B", strings(&["x"])),
            ("c", strings(&["y"])),
            ("a", Arc::new(Int64Array::from(vec![1])) as _),
        ];
        let rows = through(columns, "a BIGINT, b STRING, d STRUCT<e: INT>").unwrap();
        assert_eq!(rows.column(0).as_ref(), &Int64Array::from(vec![1]));
        assert_eq!(rows.column(1).as_string::<i32>().value(0), "x");
        assert!(rows.column(2).is_null(0));
    }

    /// As Spark 3.5.4 read files that it had written.
    #[test]
    fn types_that_share_their_bytes_are_read_and_others_refused() {
        let int = || -> ArrayRef { Arc::new(Int32Array::from(vec![70_000])) };
        let rows = through(vec![("v", int())], "v SMALLINT").unwrap();
        assert_eq!(rows.column(0).as_primitive::<Int16Type>().value(0), 4464);
        let day: ArrayRef = Arc::new(Date32Array::from(vec![20_458]));
        assert_eq!(
            through(vec![("v", day)], "v INT").unwrap().column(0).as_primitive::<Int32Type>().value(0),
            20_458
        );
        let decimal = |precision| -> ArrayRef {
            Arc::new(Decimal128Array::from(vec![125]).with_precision_and_scale(precision, 2).unwrap())
        };
        let wider = through(vec![("v", decimal(10))], "v DECIMAL(12,2)").unwrap();
        assert_eq!(wider.column(0), &decimal(12));
        let wall: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![7]));
        let read = through(vec![("v", wall)], "v TIMESTAMP").unwrap();
        assert_eq!(read.column(0).data_type(), &timestamp_type());
        for (column, ddl) in [
            (int(), "v BIGINT"),
            (int(), "v STRING"),
            (strings(&["1"]), "v INT"),
            (decimal(10), "v DECIMAL(20,2)"),
            (decimal(12), "v DECIMAL(10,2)"),
            (Arc::new(TimestampMicrosecondArray::from(vec![7]).with_timezone("UTC")) as _, "v TIMESTAMP_NTZ"),
        ] {
            let error = through(vec![("v", column)], ddl).unwrap_err().to_string();
            assert!(error.starts_with("object `s3://lake/a.parquet` cannot be read: "), "{error}");
            assert!(error.contains("Column: [v], Expected: "), "{error}");
        }
    }

    #[test]
    fn structs_and_lists_are_read_by_their_parts() {
        let inner = Int32Array::from(vec![Some(300), None]);
        let fields: Fields = vec![Field::new("N", DataType::Int32, true)].into();
        let list = ListArray::new(
            Arc::new(Field::new_list_field(DataType::Struct(fields.clone()), true)),
            arrow::buffer::OffsetBuffer::from_lengths([2]),
            Arc::new(StructArray::new(fields, vec![Arc::new(inner)], None)),
            None,
        );
        let rows = through(vec![("v", Arc::new(list))], "v ARRAY<STRUCT<n: SMALLINT, m: STRING>>").unwrap();
        let items = rows.column(0).as_list::<i32>().value(0);
        assert_eq!(
            items.as_struct().column(0).as_ref(),
            &arrow::array::Int16Array::from(vec![Some(300), None])
        );
        assert_eq!(items.as_struct().column(1).null_count(), 2);
    }

    #[test]
    fn what_is_no_parquet_file_is_named() {
        let schema = Arc::new(parse_ddl_schema("a INT").unwrap());
        let error = read("lake/x.parquet", Bytes::from_static(b"{}"), &schema, &[]).unwrap_err();
        assert!(error.to_string().starts_with("object `lake/x.parquet` cannot be read: "), "{error}");
    }
}

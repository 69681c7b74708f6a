//! Rows one by one, and what can be asked of one row.

use std::sync::Arc;

use arrow::array::types::{Float32Type, Float64Type, TimestampMicrosecondType, UInt64Type};
use arrow::array::{Array, ArrayRef, ListArray, StructArray, cast::AsArray, new_empty_array, new_null_array};
use arrow::compute::concat;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};
use arrow::row::{RowConverter, SortField};
use wavetank_engine::batch::RecordId;
use wavetank_engine::error::Result;
use wavetank_engine::expr::{CompiledExpr, compile};
use wavetank_engine::plan::{Column, Expr};
use wavetank_engine::session::Session;

/// A row between two operators.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// One value per column: an array of length one.
    pub(super) values: Vec<ArrayRef>,
    /// The record that it came from.
    pub(super) record: RecordId,
}

/// What rows are equal by, as bytes: null is a value.
pub(super) type Key = Vec<u8>;

/// An expression over the columns of a row.
#[derive(Debug, Clone)]
pub(super) struct RowExpr {
    compiled: CompiledExpr,
    schema: SchemaRef,
}

impl RowExpr {
    pub(super) fn new(expr: &Expr, columns: &[Column], session: &Session) -> Result<Self> {
        Ok(Self { compiled: compile(expr, columns, session)?, schema: schema_of(columns) })
    }

    /// One value per row, as one array.
    pub(super) fn values(&self, rows: &[Row]) -> Result<ArrayRef> {
        self.compiled.evaluate(&batch_of(rows, &self.schema)?)
    }

    /// The value for one row, as an array of length one.
    pub(super) fn value(&self, row: &Row) -> Result<ArrayRef> {
        self.values(std::slice::from_ref(row))
    }

    /// Whether a condition is true of the row; null counts as false.
    pub(super) fn holds(&self, row: &Row) -> Result<bool> {
        let value = self.value(row)?;
        Ok(value.is_valid(0) && value.as_boolean().value(0))
    }
}

/// Whether all conditions are true of the row.
pub(super) fn all_hold(conditions: &[RowExpr], row: &Row) -> Result<bool> {
    for condition in conditions {
        if !condition.holds(row)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Columns of rows; nothing is said of nulls.
pub(super) fn schema_of(columns: &[Column]) -> SchemaRef {
    let field = |column: &Column| Field::new(&column.name, column.data_type.clone(), true);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// Rows side by side.
pub(super) fn batch_of(rows: &[Row], schema: &SchemaRef) -> Result<RecordBatch> {
    let column = |(at, field): (usize, &Arc<Field>)| -> Result<ArrayRef> {
        let values: Vec<&dyn Array> = rows.iter().map(|row| row.values[at].as_ref()).collect();
        match values.is_empty() {
            true => Ok(new_empty_array(field.data_type())),
            false => Ok(concat(&values)?),
        }
    };
    let columns = schema.fields().iter().enumerate().map(column).collect::<Result<Vec<_>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?)
}

/// The rows of a decoded batch, whose last column is the packed record id.
pub(super) fn rows_of(batch: &RecordBatch) -> Vec<Row> {
    let (ids, columns) = batch.columns().split_last().expect("the record id is always there");
    let ids = ids.as_primitive::<UInt64Type>();
    let row = |at: usize| Row {
        values: columns.iter().map(|column| column.slice(at, 1)).collect(),
        record: RecordId::unpack(ids.value(at)),
    };
    (0..batch.num_rows()).map(row).collect()
}

/// A null of a type.
pub(super) fn null(data_type: &DataType) -> ArrayRef {
    new_null_array(data_type, 1)
}

/// The instant that a value stands for, in microseconds: of a window its end.
pub(super) fn time_of(value: &ArrayRef) -> Option<i64> {
    if value.is_null(0) {
        return None;
    }
    match value.data_type() {
        DataType::Struct(_) => time_of(value.as_struct().columns().last()?),
        _ => Some(value.as_primitive::<TimestampMicrosecondType>().value(0)),
    }
}

/// The bytes of several values, in which both zeros differ, as in Spark's state stores.
pub(super) fn key_of(values: &[ArrayRef]) -> Result<Key> {
    if values.is_empty() {
        return Ok(Key::new());
    }
    let fields = values.iter().map(|value| SortField::new(value.data_type().clone())).collect();
    let rows = RowConverter::new(fields)?.convert_columns(values)?;
    Ok(rows.row(0).as_ref().to_vec())
}

/// A value with minus zero as zero, and with one NaN (Spark `NormalizeFloatingNumbers`).
pub(super) fn unique_floats(value: &ArrayRef) -> ArrayRef {
    match value.data_type() {
        DataType::Float64 => {
            let unique = |v: f64| if v.is_nan() { f64::NAN } else { v + 0.0 };
            Arc::new(value.as_primitive::<Float64Type>().unary::<_, Float64Type>(unique))
        }
        DataType::Float32 => {
            let unique = |v: f32| if v.is_nan() { f32::NAN } else { v + 0.0 };
            Arc::new(value.as_primitive::<Float32Type>().unary::<_, Float32Type>(unique))
        }
        DataType::Struct(fields) if !fields.is_empty() => {
            let whole = value.as_struct();
            let columns = whole.columns().iter().map(unique_floats).collect();
            Arc::new(StructArray::new(fields.clone(), columns, whole.nulls().cloned()))
        }
        DataType::List(item) => {
            let list = value.as_list::<i32>();
            let items = unique_floats(list.values());
            Arc::new(ListArray::new(Arc::clone(item), list.offsets().clone(), items, list.nulls().cloned()))
        }
        _ => Arc::clone(value),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Float64Array, Int64Array};

    use super::*;

    fn float(value: Option<f64>) -> ArrayRef {
        Arc::new(Float64Array::from(vec![value]))
    }

    fn key(value: ArrayRef) -> Key {
        key_of(&[value]).unwrap()
    }

    #[test]
    fn keys_take_nulls_for_values() {
        assert_eq!(key(float(None)), key(float(None)));
        assert_ne!(key(float(None)), key(float(Some(0.0))));
    }

    #[test]
    fn both_zeros_and_all_nan_can_be_made_one() {
        for (a, b) in [(-0.0, 0.0), (f64::NAN, -f64::NAN)] {
            let (a, b) = (float(Some(a)), float(Some(b)));
            assert_ne!(key(a.clone()), key(b.clone()));
            assert_eq!(key(unique_floats(&a)), key(unique_floats(&b)));
        }
    }

    #[test]
    fn a_key_without_values_is_one_key() {
        assert_eq!(key_of(&[]).unwrap(), key_of(&[]).unwrap());
        let one: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        assert_ne!(key_of(&[Arc::clone(&one)]).unwrap(), key_of(&[one.clone(), one]).unwrap());
    }
}

//! Rows of Arrow batches as JSON values and as words, to be compared and to be read.

use duckdb::arrow::array::{Array, cast::AsArray};
use duckdb::arrow::datatypes::{
    DataType, Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use duckdb::arrow::record_batch::RecordBatch;
use serde_json::{Map, Value};
use wavetank::engine::time::timestamp_text;

/// The day that times in scripts are on.
pub const DAY: &str = "2026-01-05";

/// One object per row.
pub fn objects(batches: &[RecordBatch]) -> Vec<Value> {
    let object = |batch: &RecordBatch, row: usize| {
        let schema = batch.schema();
        let fields = schema.fields().iter().zip(batch.columns());
        Value::Object(fields.map(|(f, column)| (f.name().clone(), value(column, row))).collect::<Map<_, _>>())
    };
    batches.iter().flat_map(|b| (0..b.num_rows()).map(move |row| object(b, row))).collect()
}

/// One line per row: values in the order of the columns, times of the script's day without their date, `-` for null.
pub fn lines(batches: &[RecordBatch]) -> Vec<String> {
    let line = |batch: &RecordBatch, row: usize| {
        let words = batch.columns().iter().map(|column| word(column, row));
        words.collect::<Vec<_>>().join(" ")
    };
    batches.iter().flat_map(|b| (0..b.num_rows()).map(move |row| line(b, row))).collect()
}

/// An instant as the recordings write it, in microseconds since the epoch.
fn iso(micros: i64) -> String {
    let text = timestamp_text(micros).replace(' ', "T");
    let (seconds, fraction) = text.split_once('.').unwrap_or((&text, ""));
    format!("{seconds}.{fraction:0<6}Z")
}

fn word(column: &dyn Array, row: usize) -> String {
    if column.is_null(row) {
        return "-".to_owned();
    }
    match column.data_type() {
        DataType::Timestamp(..) => {
            let text = timestamp_text(column.as_primitive::<TimestampMicrosecondType>().value(row));
            text.strip_prefix(DAY).map_or(text.clone(), |time| time.trim_start().to_owned())
        }
        _ => match value(column, row) {
            Value::String(text) => text,
            other => other.to_string(),
        },
    }
}

fn value(column: &dyn Array, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Utf8 => Value::from(column.as_string::<i32>().value(row)),
        DataType::Boolean => Value::from(column.as_boolean().value(row)),
        DataType::Int32 => Value::from(column.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => Value::from(column.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => Value::from(column.as_primitive::<Float64Type>().value(row)),
        DataType::Date32 => {
            let midnight = i64::from(column.as_primitive::<Date32Type>().value(row)) * 86_400_000_000;
            Value::from(&timestamp_text(midnight)[..10])
        }
        DataType::Timestamp(..) => {
            Value::from(iso(column.as_primitive::<TimestampMicrosecondType>().value(row)))
        }
        DataType::Struct(fields) => {
            let columns = column.as_struct().columns();
            let fields = fields.iter().zip(columns).map(|(f, c)| (f.name().clone(), value(c, row)));
            Value::Object(fields.collect())
        }
        other => panic!("no test reads {other} yet"),
    }
}

//! Rows as the JSON values that Spark's `to_json` makes of them, with the options of the recordings: instants in
//! UTC with six digits, null fields kept.

use arrow::array::{Array, StructArray, cast::AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimestampMicrosecondType,
};
use arrow::record_batch::RecordBatch;
use serde_json::{Map, Number, Value};
use wavetank_engine::time::timestamp_text;
use wavetank_engine::types::spark_type_name;

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// One object per row.
///
/// # Errors
/// The name of a type that has no form in the recordings.
pub fn rows(batches: &[RecordBatch]) -> Result<Vec<Value>, String> {
    let mut rows = Vec::new();
    for batch in batches {
        let whole = StructArray::from(batch.clone());
        for row in 0..batch.num_rows() {
            rows.push(object(&whole, row)?);
        }
    }
    Ok(rows)
}

fn object(whole: &StructArray, row: usize) -> Result<Value, String> {
    let fields = whole.fields().iter().zip(whole.columns());
    let fields = fields.map(|(field, column)| Ok((field.name().clone(), value(column, row)?)));
    Ok(Value::Object(fields.collect::<Result<Map<_, _>, String>>()?))
}

fn value(column: &dyn Array, row: usize) -> Result<Value, String> {
    if column.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match column.data_type() {
        DataType::Null => Value::Null,
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Int8 => column.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => column.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::Float32 => {
            let value = column.as_primitive::<Float32Type>().value(row);
            // Through the text: Spark writes the fewest digits that tell a float, not those of the double.
            double(value.to_string().parse().expect("a float is written as a number"))
        }
        DataType::Float64 => double(column.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(_, scale) => decimal(column.as_primitive::<Decimal128Type>().value(row), *scale),
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => column.as_string::<i64>().value(row).into(),
        DataType::Utf8View => column.as_string_view().value(row).into(),
        DataType::Binary => base64(column.as_binary::<i32>().value(row)).into(),
        DataType::LargeBinary => base64(column.as_binary::<i64>().value(row)).into(),
        DataType::Date32 => date(column.as_primitive::<Date32Type>().value(row)).into(),
        DataType::Timestamp(_, zone) => {
            let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
            if zone.is_some() { instant(micros) } else { local_time(micros) }.into()
        }
        DataType::Struct(_) => object(column.as_struct(), row)?,
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            let items = (0..items.len()).map(|item| value(&items, item));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        DataType::Map(_, _) => {
            let entries = column.as_map().value(row);
            let entry = |at: usize| Ok((key(entries.column(0), at)?, value(entries.column(1), at)?));
            Value::Object((0..entries.len()).map(entry).collect::<Result<Map<_, _>, String>>()?)
        }
        other => return Err(spark_type_name(other)),
    })
}

/// A key of a map, which JSON wants as a string.
fn key(keys: &dyn Array, at: usize) -> Result<String, String> {
    Ok(match value(keys, at)? {
        Value::String(text) => text,
        other => other.to_string(),
    })
}

/// What is no number in JSON is a string.
fn double(value: f64) -> Value {
    match Number::from_f64(value) {
        Some(number) => Value::Number(number),
        None if value.is_nan() => "NaN".into(),
        None if value > 0.0 => "Infinity".into(),
        None => "-Infinity".into(),
    }
}

/// The recordings have decimals as JSON numbers: whole ones exactly as far as JSON integers go, others as doubles.
fn decimal(unscaled: i128, scale: i8) -> Value {
    if scale <= 0
        && let Some(factor) = 10_i128.checked_pow(u32::from(scale.unsigned_abs()))
        && let Some(Ok(whole)) = unscaled.checked_mul(factor).map(i64::try_from)
    {
        return whole.into();
    }
    let text = format!("{unscaled}e{}", -i32::from(scale));
    double(text.parse().expect("digits with an exponent are a number"))
}

fn instant(micros: i64) -> String {
    let text = timestamp_text(micros).replace(' ', "T");
    let (seconds, fraction) = text.split_once('.').unwrap_or((&text, ""));
    format!("{seconds}.{fraction:0<6}Z")
}

/// A time without a zone, in Spark's default format, which stops at milliseconds.
fn local_time(micros: i64) -> String {
    let text = instant(micros);
    text.trim_end_matches('Z')[..text.len() - 4].to_owned()
}

fn date(days: i32) -> String {
    let midnight = timestamp_text(i64::from(days) * MICROS_PER_DAY);
    midnight.split(' ').next().unwrap_or_default().to_owned()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for digit in 0..4 {
            match digit <= group.len() {
                true => text.push(char::from(DIGITS[(bits >> (18 - 6 * digit)) as usize & 63])),
                false => text.push('='),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        ArrayRef, BinaryArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int64Array,
        Int64Builder, ListArray, MapBuilder, StringBuilder, TimestampMicrosecondArray,
    };
    use arrow::buffer::NullBuffer;
    use arrow::datatypes::{Field, Fields};

    use super::*;

    fn values(column: ArrayRef) -> Vec<Value> {
        (0..column.len()).map(|row| value(&column, row).unwrap()).collect()
    }

    fn texts(column: ArrayRef) -> Vec<String> {
        values(column).iter().map(Value::to_string).collect()
    }

    #[test]
    fn times_have_six_digits_and_a_zone() {
        let times = TimestampMicrosecondArray::from(vec![1_709_287_201_500_000, -1]);
        let ntz: ArrayRef = Arc::new(times.clone());
        assert_eq!(
            texts(Arc::new(times.with_timezone("UTC"))),
            [r#""2024-03-01T10:00:01.500000Z""#, r#""1969-12-31T23:59:59.999999Z""#]
        );
        assert_eq!(texts(ntz), [r#""2024-03-01T10:00:01.500""#, r#""1969-12-31T23:59:59.999""#]);
        assert_eq!(texts(Arc::new(Date32Array::from(vec![19783]))), [r#""2024-03-01""#]);
    }

    #[test]
    fn numbers_that_json_lacks_are_strings() {
        let column = Float64Array::from(vec![1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
        assert_eq!(texts(Arc::new(column)), ["1.0", r#""NaN""#, r#""Infinity""#, r#""-Infinity""#]);
        assert_eq!(texts(Arc::new(Float32Array::from(vec![0.1]))), ["0.1"]);
    }

    #[test]
    fn decimals_are_numbers() {
        let decimals = |scale| {
            let column = Decimal128Array::from(vec![12_345, -5]).with_precision_and_scale(20, scale).unwrap();
            texts(Arc::new(column))
        };
        assert_eq!(decimals(2), ["123.45", "-0.05"]);
        assert_eq!(decimals(0), ["12345", "-5"]);
    }

    #[test]
    fn bytes_are_base64() {
        let column = BinaryArray::from(vec![&b""[..], b"f", b"fo", b"foo", b"\xff\xfe\xfd\xfc"]);
        assert_eq!(
            texts(Arc::new(column)),
            [r#""""#, r#""Zg==""#, r#""Zm8=""#, r#""Zm9v""#, r#""//79/A==""#]
        );
    }

    #[test]
    fn nested_values_keep_their_null_fields() {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
        let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(vec![
            Some(vec![Some(3), None]),
            None,
        ]));
        let fields = Fields::from(vec![
            Field::new("a", DataType::Int64, true),
            Field::new("c", list.data_type().clone(), true),
        ]);
        let both = StructArray::new(fields.clone(), vec![numbers.clone(), list.clone()], None);
        assert_eq!(texts(Arc::new(both)), [r#"{"a":1,"c":[3,null]}"#, r#"{"a":null,"c":null}"#]);
        let none = StructArray::new(fields, vec![numbers, list], Some(NullBuffer::new_null(2)));
        assert_eq!(texts(Arc::new(none)), ["null", "null"]);
    }

    #[test]
    fn maps_are_objects() {
        let mut map = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
        map.keys().append_value("k");
        map.values().append_null();
        map.append(true).unwrap();
        assert_eq!(texts(Arc::new(map.finish())), [r#"{"k":null}"#]);
    }
}

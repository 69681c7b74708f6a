//! Everything to text, as Java writes numbers and Spark writes times and nested values.
//!
//! Source: `ToStringBase` (`[1, null]`, `{k -> v}`, `{a, b}`), `BigDecimal.toString`.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType,
};
use arrow::array::{Array, ArrayRef, ListArray, MapArray, StringArray, StructArray};
use arrow::datatypes::{ArrowPrimitiveType, DataType, TimeUnit};
use datafusion_common::Result;

use super::super::decimal;
use super::unsupported;
use crate::decode::{Zone, write_java_double};
use crate::time::{Date, Reading, date_text, reading_text};

/// Writes every value.
pub(super) fn to_text(array: &ArrayRef, zone: &dyn Zone) -> Result<ArrayRef> {
    use DataType::*;
    let text: StringArray = match array.data_type() {
        Null => return Ok(Arc::new(StringArray::new_null(array.len()))),
        Utf8 => return Ok(array.clone()),
        Boolean => array.as_boolean().iter().map(|v| v.map(|v| v.to_string())).collect(),
        Int8 => each::<Int8Type>(array, |v| v.to_string()),
        Int16 => each::<Int16Type>(array, |v| v.to_string()),
        Int32 => each::<Int32Type>(array, |v| v.to_string()),
        Int64 => each::<Int64Type>(array, |v| v.to_string()),
        Float32 => each::<Float32Type>(array, float_text),
        Float64 => each::<Float64Type>(array, double_text),
        Decimal128(_, scale) => each::<Decimal128Type>(array, |v| decimal::java_text(v, *scale)),
        Date32 => each::<Date32Type>(array, |v| date_text(Date::from_days(i64::from(v)))),
        Timestamp(TimeUnit::Microsecond, Some(_)) => {
            each::<TimestampMicrosecondType>(array, |v| reading_text(Reading::at(v, zone)))
        }
        Timestamp(TimeUnit::Microsecond, None) => {
            each::<TimestampMicrosecondType>(array, |micros| reading_text(Reading { micros }))
        }
        Binary => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            array.as_binary::<i32>().iter().map(|v| v.map(text)).collect()
        }
        List(_) => list_text(array.as_list(), zone)?,
        Map(..) => map_text(array.as_map(), zone)?,
        Struct(_) => struct_text(array.as_struct(), zone)?,
        other => return unsupported(other, &Utf8),
    };
    Ok(Arc::new(text))
}

fn each<T: ArrowPrimitiveType>(array: &ArrayRef, text: impl Fn(T::Native) -> String) -> StringArray {
    array.as_primitive::<T>().iter().map(|v| v.map(&text)).collect()
}

/// A double as Java writes it.
pub(crate) fn double_text(value: f64) -> String {
    let mut text = Vec::new();
    write_java_double(value, &mut text);
    String::from_utf8(text).expect("digits are ASCII")
}

/// The shortest digits of the float, laid out as a double's.
pub(in super::super) fn float_text(value: f32) -> String {
    double_text(value.to_string().parse().expect("a float's text is a number"))
}

fn list_text(lists: &ListArray, zone: &dyn Zone) -> Result<StringArray> {
    let items = texts(lists.values(), zone)?;
    let text = |row: usize| {
        let (start, end) = (lists.value_offsets()[row] as usize, lists.value_offsets()[row + 1] as usize);
        let items: Vec<&str> = (start..end).map(|at| shown(&items, at)).collect();
        format!("[{}]", items.join(", "))
    };
    Ok((0..lists.len()).map(|row| lists.is_valid(row).then(|| text(row))).collect())
}

fn map_text(maps: &MapArray, zone: &dyn Zone) -> Result<StringArray> {
    let (keys, values) = (texts(maps.keys(), zone)?, texts(maps.values(), zone)?);
    let text = |row: usize| {
        let (start, end) = (maps.value_offsets()[row] as usize, maps.value_offsets()[row + 1] as usize);
        let entry = |at: usize| format!("{} -> {}", shown(&keys, at), shown(&values, at));
        format!("{{{}}}", (start..end).map(entry).collect::<Vec<_>>().join(", "))
    };
    Ok((0..maps.len()).map(|row| maps.is_valid(row).then(|| text(row))).collect())
}

fn struct_text(rows: &StructArray, zone: &dyn Zone) -> Result<StringArray> {
    let fields = rows.columns().iter().map(|c| texts(c, zone)).collect::<Result<Vec<_>>>()?;
    let text = |row: usize| {
        let fields: Vec<&str> = fields.iter().map(|field| shown(field, row)).collect();
        format!("{{{}}}", fields.join(", "))
    };
    Ok((0..rows.len()).map(|row| rows.is_valid(row).then(|| text(row))).collect())
}

fn texts(array: &ArrayRef, zone: &dyn Zone) -> Result<StringArray> {
    Ok(to_text(array, zone)?.as_string().clone())
}

fn shown(text: &StringArray, at: usize) -> &str {
    if text.is_valid(at) { text.value(at) } else { "null" }
}

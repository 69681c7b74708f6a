//! Values of an answer as Athena writes them into its results.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
};

use super::text_form::*;
use super::types::Type;

/// A value as text; `None` is null.
pub fn cell(array: &dyn Array, row: usize, ty: &Type) -> Option<String> {
    if array.is_null(row) || matches!(array.data_type(), DataType::Null) {
        return None;
    }
    Some(match ty {
        Type::Unknown => return None,
        Type::Boolean => array.as_boolean().value(row).to_string(),
        Type::Tinyint => array.as_primitive::<Int8Type>().value(row).to_string(),
        Type::Smallint => array.as_primitive::<Int16Type>().value(row).to_string(),
        Type::Integer => array.as_primitive::<Int32Type>().value(row).to_string(),
        Type::Bigint => array.as_primitive::<Int64Type>().value(row).to_string(),
        Type::IntervalDay => interval_day_text(array.as_primitive::<Int64Type>().value(row)),
        Type::IntervalMonth => interval_month_text(array.as_primitive::<Int64Type>().value(row)),
        Type::Real => real_text(array.as_primitive::<Float32Type>().value(row)),
        Type::Double => double_text(array.as_primitive::<Float64Type>().value(row)),
        Type::Decimal(_, _) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        Type::Varchar(_) | Type::Char(_) | Type::Json | Type::Uuid => {
            array.as_string::<i32>().value(row).to_owned()
        }
        Type::Varbinary => bytes_text(array.as_binary::<i32>().value(row)),
        Type::Date => date_text(array.as_primitive::<Date32Type>().value(row).into()),
        Type::Time(precision) => {
            time_text(array.as_primitive::<Time64MicrosecondType>().value(row), *precision)
        }
        Type::Timestamp(precision) => {
            timestamp_text(array.as_primitive::<TimestampMicrosecondType>().value(row), *precision)
        }
        Type::TimestampTz(precision) => {
            let fields = array.as_struct();
            let utc = fields.column(0).as_primitive::<TimestampMicrosecondType>();
            let zone = fields.column(1).as_string::<i32>();
            if utc.is_null(row) || zone.is_null(row) {
                return None;
            }
            zoned_text(utc.value(row), zone.value(row), *precision)
        }
        Type::Array(element) => {
            let values = array.as_list::<i32>().value(row);
            format!("[{}]", elements(&values, element).join(", "))
        }
        Type::Map(key, value) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (elements(entries.column(0), key), elements(entries.column(1), value));
            let pairs = keys.into_iter().zip(values).map(|(key, value)| format!("{key}={value}"));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        Type::Row(fields) => {
            let columns = array.as_struct().columns();
            let parts = fields.iter().zip(columns).enumerate().map(|(at, (field, column))| {
                let value = cell(column, row, &field.ty).unwrap_or_else(|| "null".to_owned());
                match &field.name {
                    Some(name) => format!("{name}={value}"),
                    None => format!("field{at}={value}"),
                }
            });
            format!("{{{}}}", parts.collect::<Vec<_>>().join(", "))
        }
    })
}

fn elements(values: &ArrayRef, ty: &Type) -> Vec<String> {
    (0..values.len()).map(|at| cell(values, at, ty).unwrap_or_else(|| "null".to_owned())).collect()
}

/// Whether a column of an answer has the form that its type promises; what DuckDB gives otherwise is a fault here.
pub fn fits(data_type: &DataType, ty: &Type) -> bool {
    use DataType::*;
    match (data_type, ty) {
        (_, Type::Unknown) => true,
        (Boolean, Type::Boolean)
        | (Int8, Type::Tinyint)
        | (Int16, Type::Smallint)
        | (Int32, Type::Integer)
        | (Int64, Type::Bigint | Type::IntervalDay | Type::IntervalMonth)
        | (Float32, Type::Real)
        | (Float64, Type::Double)
        | (Utf8, Type::Varchar(_) | Type::Char(_) | Type::Json | Type::Uuid)
        | (Binary, Type::Varbinary)
        | (Date32, Type::Date)
        | (Time64(_), Type::Time(_))
        | (Timestamp(arrow::datatypes::TimeUnit::Microsecond, None), Type::Timestamp(_)) => true,
        (Decimal128(p, s), Type::Decimal(precision, scale)) => p == precision && *s as u8 == *scale,
        (List(item), Type::Array(element)) => fits(item.data_type(), element),
        (Map(entries, _), Type::Map(key, value)) => match entries.data_type() {
            Struct(pair) => fits(pair[0].data_type(), key) && fits(pair[1].data_type(), value),
            _ => false,
        },
        (Struct(fields), Type::Row(wanted)) => {
            fields.len() == wanted.len()
                && fields.iter().zip(wanted).all(|(field, wanted)| fits(field.data_type(), &wanted.ty))
        }
        (Struct(fields), Type::TimestampTz(_)) => fields.len() == 2,
        _ => false,
    }
}

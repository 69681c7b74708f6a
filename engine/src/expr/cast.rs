//! Spark's `CAST` with ANSI off: what cannot be converted is null, integers keep their low bits.
//!
//! Source: `org.apache.spark.sql.catalyst.expressions.Cast` with `EvalMode.LEGACY`. Text is trimmed first; text
//! to an integer drops a fraction (`'1.9'` is 1) but knows no exponent; epoch seconds as text are no timestamp.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::{
    ArrowPrimitiveType, Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType,
};
use arrow::array::{Array, ArrayRef, BooleanArray, PrimitiveArray, StringArray, new_null_array};
use arrow::datatypes::{DataType, TimeUnit};
use datafusion_common::{Result, exec_err};
use datafusion_expr::ScalarUDF;

use super::scalar::scalar_function;
use super::{parse_date, parse_timestamp};
use crate::decode::write_java_double;
use crate::session::Session;
use crate::types;

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// The cast to one type, as a scalar function of one argument.
pub(super) fn to(target: &DataType, _session: &Session) -> Arc<ScalarUDF> {
    scalar_function("cast", target.clone(), |args, target| cast(&args[0], target))
}

/// Whether Spark knows the cast at all; everything else is refused when the query is planned.
pub fn can_cast(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    let plain = |t: &DataType| t.is_numeric() || matches!(t, Boolean | Utf8 | Timestamp(..) | Date32);
    match (from, to) {
        (a, b) if a == b => true,
        (Null, _) => true,
        (Date32, t) | (t, Date32) if t.is_numeric() || *t == Boolean => false,
        (a, b) => plain(a) && plain(b),
    }
}

/// Converts every value; see the module documentation for what becomes null.
pub(super) fn cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    use DataType::*;
    let from = array.data_type();
    if from == to {
        return Ok(array.clone());
    }
    match (from, to) {
        (Null, _) => Ok(new_null_array(to, array.len())),
        (Utf8, _) => from_text(array.as_string(), to),
        (_, Utf8) => to_text(array),
        (Boolean, _) => from_boolean(array.as_boolean(), to),
        (Timestamp(TimeUnit::Microsecond, _), _) => from_timestamp(array, to),
        (Date32, Timestamp(..)) => {
            let days = array.as_primitive::<Date32Type>();
            let micros: PrimitiveArray<TimestampMicrosecondType> =
                days.unary(|d| i64::from(d) * MICROS_PER_DAY);
            Ok(Arc::new(micros.with_data_type(to.clone())))
        }
        (_, Decimal128(..)) | (Decimal128(..), _) if to.is_numeric() => Ok(arrow::compute::cast(array, to)?),
        (Float32 | Float64, _) => from_double(&arrow::compute::cast(array, &Float64)?, to),
        (Int8 | Int16 | Int32 | Int64, _) => from_integer(&arrow::compute::cast(array, &Int64)?, to),
        _ => unsupported(from, to),
    }
}

fn unsupported(from: &DataType, to: &DataType) -> Result<ArrayRef> {
    exec_err!("cannot cast {} to {}", types::sql_type_name(from), types::sql_type_name(to))
}

fn from_text(text: &StringArray, to: &DataType) -> Result<ArrayRef> {
    use DataType::*;
    Ok(match to {
        Int8 => parse_each::<Int8Type>(text, |s| i8::try_from(integer(s)?).ok()),
        Int16 => parse_each::<Int16Type>(text, |s| i16::try_from(integer(s)?).ok()),
        Int32 => parse_each::<Int32Type>(text, |s| i32::try_from(integer(s)?).ok()),
        Int64 => parse_each::<Int64Type>(text, integer),
        Float32 => parse_each::<Float32Type>(text, |s| double(s).map(|d| d as f32)),
        Float64 => parse_each::<Float64Type>(text, double),
        Boolean => Arc::new(text.iter().map(|s| boolean(s?)).collect::<BooleanArray>()),
        Date32 => parse_each::<Date32Type>(text, parse_date),
        Timestamp(TimeUnit::Microsecond, _) => {
            let micros: PrimitiveArray<TimestampMicrosecondType> =
                text.iter().map(|s| parse_timestamp(s?)).collect();
            Arc::new(micros.with_data_type(to.clone()))
        }
        Decimal128(..) => {
            let trimmed: StringArray = text.iter().map(|s| s.map(str::trim)).collect();
            arrow::compute::cast(&trimmed, to)?
        }
        _ => return unsupported(&Utf8, to),
    })
}

fn parse_each<T: ArrowPrimitiveType>(
    text: &StringArray,
    parse: impl Fn(&str) -> Option<T::Native>,
) -> ArrayRef {
    Arc::new(text.iter().map(|s| parse(s?)).collect::<PrimitiveArray<T>>())
}

/// Sign, digits, and a fraction that is dropped (`UTF8String.toLong`).
fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match whole {
        "" | "+" | "-" => (text.contains('.') && !fraction.is_empty()).then_some(0),
        digits => digits.parse().ok(),
    }
}

/// Java's `Double.valueOf`, which allows a trailing `d` or `f`, plus `inf` and `nan` in any case.
fn double(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(value) = text.parse() {
        return Some(value);
    }
    let unsuffixed = text.strip_suffix(['d', 'D', 'f', 'F'])?;
    unsuffixed.ends_with(|c: char| c.is_ascii_digit() || c == '.').then(|| unsuffixed.parse().ok())?
}

fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "0" => Some(false),
        _ => None,
    }
}

fn from_boolean(values: &BooleanArray, to: &DataType) -> Result<ArrayRef> {
    let ones: PrimitiveArray<Int64Type> = values.iter().map(|v| v.map(i64::from)).collect();
    match to {
        DataType::Timestamp(..) => {
            let micros: PrimitiveArray<TimestampMicrosecondType> = ones.unary(|v| v);
            Ok(Arc::new(micros.with_data_type(to.clone())))
        }
        _ => from_integer(&(Arc::new(ones) as ArrayRef), to),
    }
}

/// Narrowing keeps the low bits; to a timestamp the number is seconds.
fn from_integer(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    use DataType::*;
    let values = array.as_primitive::<Int64Type>();
    Ok(match to {
        Int8 => Arc::new(values.unary::<_, Int8Type>(|v| v as i8)),
        Int16 => Arc::new(values.unary::<_, Int16Type>(|v| v as i16)),
        Int32 => Arc::new(values.unary::<_, Int32Type>(|v| v as i32)),
        Int64 => array.clone(),
        Float32 => Arc::new(values.unary::<_, Float32Type>(|v| v as f32)),
        Float64 => Arc::new(values.unary::<_, Float64Type>(|v| v as f64)),
        Boolean => Arc::new(values.iter().map(|v| v.map(|v| v != 0)).collect::<BooleanArray>()),
        Timestamp(TimeUnit::Microsecond, _) => {
            let micros: PrimitiveArray<TimestampMicrosecondType> =
                values.unary(|v| v.saturating_mul(MICROS_PER_SECOND));
            Arc::new(micros.with_data_type(to.clone()))
        }
        _ => return unsupported(&Int64, to),
    })
}

/// To an integer as the JVM's `d2i`/`d2l`: truncate, saturate, NaN is 0; bytes and shorts narrow from the int.
fn from_double(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    use DataType::*;
    let values = array.as_primitive::<Float64Type>();
    Ok(match to {
        Int8 => Arc::new(values.unary::<_, Int8Type>(|v| v as i32 as i8)),
        Int16 => Arc::new(values.unary::<_, Int16Type>(|v| v as i32 as i16)),
        Int32 => Arc::new(values.unary::<_, Int32Type>(|v| v as i32)),
        Int64 => Arc::new(values.unary::<_, Int64Type>(|v| v as i64)),
        Float32 => Arc::new(values.unary::<_, Float32Type>(|v| v as f32)),
        Float64 => array.clone(),
        Boolean => Arc::new(values.iter().map(|v| v.map(|v| v != 0.0)).collect::<BooleanArray>()),
        Timestamp(TimeUnit::Microsecond, _) => {
            let micros: PrimitiveArray<TimestampMicrosecondType> = values
                .iter()
                .map(|v| v.filter(|v| v.is_finite()).map(|v| (v * MICROS_PER_SECOND as f64) as i64))
                .collect();
            Arc::new(micros.with_data_type(to.clone()))
        }
        _ => return unsupported(&Float64, to),
    })
}

fn from_timestamp(array: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    use DataType::*;
    let micros = array.as_primitive::<TimestampMicrosecondType>();
    Ok(match to {
        Timestamp(TimeUnit::Microsecond, _) => Arc::new(micros.clone().with_data_type(to.clone())),
        Date32 => Arc::new(micros.unary::<_, Date32Type>(|v| v.div_euclid(MICROS_PER_DAY) as i32)),
        Float32 | Float64 => {
            let seconds = micros.unary::<_, Float64Type>(|v| v as f64 / MICROS_PER_SECOND as f64);
            from_double(&(Arc::new(seconds) as ArrayRef), to)?
        }
        Int8 | Int16 | Int32 | Int64 => {
            let seconds = micros.unary::<_, Int64Type>(|v| v.div_euclid(MICROS_PER_SECOND));
            from_integer(&(Arc::new(seconds) as ArrayRef), to)?
        }
        _ => return unsupported(array.data_type(), to),
    })
}

fn to_text(array: &ArrayRef) -> Result<ArrayRef> {
    use DataType::*;
    let text: StringArray = match array.data_type() {
        Boolean => array.as_boolean().iter().map(|v| v.map(|v| v.to_string())).collect(),
        Float32 => array.as_primitive::<Float32Type>().iter().map(|v| v.map(float_text)).collect(),
        Float64 => array.as_primitive::<Float64Type>().iter().map(|v| v.map(double_text)).collect(),
        Timestamp(TimeUnit::Microsecond, _) => array
            .as_primitive::<TimestampMicrosecondType>()
            .iter()
            .map(|v| v.map(crate::time::timestamp_text))
            .collect(),
        t if t.is_integer() || t.is_decimal() || *t == Date32 => {
            return Ok(arrow::compute::cast(array, &Utf8)?);
        }
        other => return unsupported(other, &Utf8),
    };
    Ok(Arc::new(text))
}

fn double_text(value: f64) -> String {
    let mut text = Vec::new();
    write_java_double(value, &mut text);
    String::from_utf8(text).expect("digits are ASCII")
}

/// The shortest digits of the float, laid out as a double's.
fn float_text(value: f32) -> String {
    double_text(value.to_string().parse().expect("a float's text is a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_to_integer_drops_a_fraction_and_knows_no_exponent() {
        let cases = [
            ("1.9", Some(1)),
            (" 42 ", Some(42)),
            ("-7", Some(-7)),
            ("+7", Some(7)),
            (".5", Some(0)),
            ("1e3", None),
            ("", None),
            ("-", None),
            ("9223372036854775808", None),
        ];
        for (text, expected) in cases {
            assert_eq!(integer(text), expected, "{text:?}");
        }
    }

    #[test]
    fn narrowing_keeps_the_low_bits() {
        let wide: ArrayRef = Arc::new(PrimitiveArray::<Int64Type>::from(vec![Some(4_294_967_297), None]));
        let narrow = cast(&wide, &DataType::Int32).unwrap();
        assert_eq!(narrow.as_primitive::<Int32Type>().iter().collect::<Vec<_>>(), [Some(1), None]);
    }
}

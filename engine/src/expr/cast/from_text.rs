//! Text to everything else. What is not a value of the type is null.
//!
//! Source: `UTF8String.toLong`, `Double.parseDouble`, `Decimal.fromString`, `StringUtils.isTrueString`.

use std::sync::Arc;

use arrow::array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, DurationMicrosecondType, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, IntervalMonthDayNanoType, TimestampMicrosecondType,
};
use arrow::array::{ArrayRef, BinaryArray, BooleanArray, PrimitiveArray, StringArray};
use arrow::datatypes::{DataType, IntervalUnit, TimeUnit};
use datafusion_common::Result;

use super::super::decimal;
use super::unsupported;
use crate::decode::{Zone, parse_date, parse_timestamp, parse_timestamp_ntz_of_any_zone};
use crate::types::interval::parse_interval;

/// Reads every text as a value of `to`.
pub(super) fn from_text(text: &StringArray, to: &DataType, zone: &dyn Zone) -> Result<ArrayRef> {
    use DataType::*;
    Ok(match to {
        Int8 => each::<Int8Type>(text, to, |s| i8::try_from(integer(s)?).ok()),
        Int16 => each::<Int16Type>(text, to, |s| i16::try_from(integer(s)?).ok()),
        Int32 => each::<Int32Type>(text, to, |s| i32::try_from(integer(s)?).ok()),
        Int64 => each::<Int64Type>(text, to, integer),
        Float32 => each::<Float32Type>(text, to, floating),
        Float64 => each::<Float64Type>(text, to, floating),
        Decimal128(precision, scale) => each::<Decimal128Type>(text, to, |s| {
            decimal::parse(s.trim_matches(|c| c <= ' '), *precision, *scale)
        }),
        Boolean => Arc::new(text.iter().map(|s| boolean(s?)).collect::<BooleanArray>()),
        // An interval with months has no fixed length.
        Duration(TimeUnit::Microsecond) => {
            each::<DurationMicrosecondType>(text, to, |s| parse_interval(s).ok()?.fixed_micros())
        }
        Interval(IntervalUnit::MonthDayNano) => each::<IntervalMonthDayNanoType>(text, to, |s| {
            let interval = parse_interval(s).ok()?;
            let nanos = interval.micros.checked_mul(1000)?;
            Some(IntervalMonthDayNanoType::make_value(interval.months.try_into().ok()?, 0, nanos))
        }),
        Binary => Arc::new(text.iter().map(|s| s.map(str::as_bytes)).collect::<BinaryArray>()),
        Date32 => each::<Date32Type>(text, to, parse_date),
        Timestamp(TimeUnit::Microsecond, Some(_)) => {
            each::<TimestampMicrosecondType>(text, to, |s| parse_timestamp(s, zone, 0))
        }
        Timestamp(TimeUnit::Microsecond, None) => {
            each::<TimestampMicrosecondType>(text, to, parse_timestamp_ntz_of_any_zone)
        }
        _ => return unsupported(&Utf8, to),
    })
}

fn each<T: ArrowPrimitiveType>(
    text: &StringArray,
    to: &DataType,
    parse: impl Fn(&str) -> Option<T::Native>,
) -> ArrayRef {
    let values: PrimitiveArray<T> = text.iter().map(|s| parse(s?)).collect();
    Arc::new(values.with_data_type(to.clone()))
}

/// White space and control characters of ASCII off both ends (`UTF8String.trimAll`).
pub(in super::super) fn trim_all(text: &str) -> &str {
    text.trim_matches(|c: char| c <= ' ' || c == '\u{7f}')
}

/// Sign, digits, and a fraction that is dropped.
fn integer(text: &str) -> Option<i64> {
    let text = trim_all(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match whole {
        "" | "+" | "-" => text.contains('.').then_some(0),
        digits => digits.parse().ok(),
    }
}

/// Decimal notation, which may end in `d` or `f`, and the words for infinity and NaN in any case.
fn floating<T: std::str::FromStr>(text: &str) -> Option<T> {
    let text = text.trim_matches(|c| c <= ' ');
    if let Ok(value) = text.parse() {
        return Some(value);
    }
    let unsuffixed = text.strip_suffix(['d', 'D', 'f', 'F'])?;
    unsuffixed.ends_with(|c: char| c.is_ascii_digit() || c == '.').then(|| unsuffixed.parse().ok())?
}

fn boolean(text: &str) -> Option<bool> {
    match trim_all(text).to_ascii_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_to_integer_drops_a_fraction_and_knows_no_exponent() {
        let cases = [
            ("1.9", Some(1)),
            ("\t42\n", Some(42)),
            ("-7", Some(-7)),
            ("+7", Some(7)),
            (".5", Some(0)),
            ("-.5", Some(0)),
            (".", Some(0)),
            ("1e3", None),
            ("1.x", None),
            ("", None),
            ("-", None),
            ("+-1", None),
            ("\u{a0}1", None),
            ("9223372036854775808", None),
        ];
        for (text, expected) in cases {
            assert_eq!(integer(text), expected, "{text:?}");
        }
    }

    #[test]
    fn doubles_take_javas_suffixes_and_sparks_words() {
        for (text, expected) in
            [("1d", 1.0), (" 2.F ", 2.0), ("-inf", f64::NEG_INFINITY), ("+Infinity", f64::INFINITY)]
        {
            assert_eq!(floating::<f64>(text), Some(expected), "{text}");
        }
        for text in ["", "d", "1dd", "infd", "1_0", "0x10", "."] {
            assert_eq!(floating::<f64>(text), None, "{text}");
        }
    }
}

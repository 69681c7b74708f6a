//! Spark's `CAST` with ANSI off: what cannot be converted is null, integers keep their low bits.
//!
//! Text is trimmed first; text to an integer drops a fraction (`'1.9'` is 1) but knows no exponent; epoch seconds as
//! text are no timestamp. Times meet text and dates in the session's zone. Arrays, maps and structs are cast by
//! their elements.
//!
//! Source: `org.apache.spark.sql.catalyst.expressions.Cast` with `EvalMode.LEGACY`.

mod from_text;
mod nested;
mod number;
mod time;
mod to_text;

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::{Array, ArrayRef, new_null_array};
use arrow::datatypes::DataType;
use datafusion_common::{Result, exec_err};
use datafusion_expr::ScalarUDF;

use super::scalar::scalar_function;
use crate::decode::Zone;
use crate::session::Session;
use crate::types;

pub(super) use from_text::trim_all;
pub(crate) use to_text::double_text;
pub(super) use to_text::float_text;

/// The cast to one type, as a scalar function of one argument.
pub(super) fn to(target: &DataType, session: &Session) -> Arc<ScalarUDF> {
    let zone = session.zone.clone();
    scalar_function("cast", target.clone(), move |args, target| cast(&args[0], target, &*zone))
}

/// Whether Spark knows the cast at all; everything else is refused when the query is planned.
/// Source: `Cast.canCast`.
pub fn can_cast(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    let number = |t: &DataType| t.is_numeric();
    match (from, to) {
        (a, b) if a == b => true,
        (Null, _) => true,
        (_, Utf8) => !matches!(from, Duration(_) | Interval(_)),
        (Utf8, Boolean | Timestamp(..) | Date32 | Binary | Duration(_) | Interval(_)) => true,
        (Utf8, t) => number(t),
        (Boolean, Timestamp(_, Some(_))) => true,
        (Boolean, t) => number(t),
        (Date32, Boolean | Timestamp(..)) => true,
        (Date32, t) => number(t),
        (Timestamp(..), Timestamp(..) | Date32) => true,
        (Timestamp(_, Some(_)), t) => number(t) || *t == Boolean,
        (Int8 | Int16 | Int32 | Int64, Binary) => true,
        (f, Boolean | Timestamp(_, Some(_))) if number(f) => true,
        (f, t) if number(f) && number(t) => true,
        (List(from), List(to)) => can_cast(from.data_type(), to.data_type()),
        (Map(from, _), Map(to, _)) => can_cast(from.data_type(), to.data_type()),
        (Struct(from), Struct(to)) => {
            let mut pairs = from.iter().zip(to);
            from.len() == to.len() && pairs.all(|(f, t)| can_cast(f.data_type(), t.data_type()))
        }
        _ => false,
    }
}

/// Converts every value; see the module documentation for what becomes null.
pub(super) fn cast(array: &ArrayRef, to: &DataType, zone: &dyn Zone) -> Result<ArrayRef> {
    use DataType::*;
    let from = array.data_type();
    if from == to {
        return Ok(array.clone());
    }
    match (from, to) {
        (Null, _) => Ok(new_null_array(to, array.len())),
        (Utf8, _) => from_text::from_text(array.as_string(), to, zone),
        (_, Utf8) => to_text::to_text(array, zone),
        (Timestamp(..) | Date32, _) => time::from_time(array, to, zone),
        (_, Timestamp(..)) => number::to_timestamp(array, to),
        (List(_) | Map(..) | Struct(_), _) => nested::by_elements(array, to, zone),
        _ => number::from_number(array, to),
    }
}

fn unsupported(from: &DataType, to: &DataType) -> Result<ArrayRef> {
    exec_err!("cannot cast {} to {}", types::sql_type_name(from), types::sql_type_name(to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::parse_ddl_type;
    use arrow::array::StringArray;
    use proptest::prelude::*;

    /// Casts text through a chain of types and back to text.
    fn through(text: &str, types: &[&str], zone: &str) -> Option<String> {
        let session = Session::in_zone(zone).expect(zone);
        let mut array: ArrayRef = Arc::new(StringArray::from(vec![text]));
        for name in types.iter().chain(&["STRING"]) {
            let to = parse_ddl_type(name).expect(name);
            assert!(can_cast(array.data_type(), &to), "{} to {to}", array.data_type());
            array = cast(&array, &to, &*session.zone).expect("a known cast");
            assert_eq!(array.data_type(), &to);
        }
        let text = array.as_string::<i32>();
        text.is_valid(0).then(|| text.value(0).to_owned())
    }

    /// Recorded with Spark 3.5.4 (vector `parsing_num_casts`): bigint, int, double, boolean, decimal(10,2).
    #[test]
    fn text_becomes_numbers_and_booleans_as_recorded() {
        let cases: [(&str, [&str; 5]); 19] = [
            ("1", ["1", "1", "1.0", "true", "1.00"]),
            ("1.9", ["1", "1", "1.9", "", "1.90"]),
            ("-1.9", ["-1", "-1", "-1.9", "", "-1.90"]),
            (" 5 ", ["5", "5", "5.0", "", "5.00"]),
            ("1e3", ["", "", "1000.0", "", "1000.00"]),
            ("9223372036854775808", ["", "", "9.223372036854776E18", "", ""]),
            ("2147483648", ["2147483648", "", "2.147483648E9", "", ""]),
            ("", ["", "", "", "", ""]),
            ("x", ["", "", "", "", ""]),
            ("NaN", ["", "", "NaN", "", ""]),
            ("Infinity", ["", "", "Infinity", "", ""]),
            ("true", ["", "", "", "true", ""]),
            ("T", ["", "", "", "true", ""]),
            ("yes", ["", "", "", "true", ""]),
            ("0x10", ["", "", "", "", ""]),
            ("1_0", ["", "", "", "", ""]),
            ("+7", ["7", "7", "7.0", "", "7.00"]),
            (".5", ["0", "0", "0.5", "", "0.50"]),
            ("5.", ["5", "5", "5.0", "", "5.00"]),
        ];
        for (text, expected) in cases {
            let types = ["BIGINT", "INT", "DOUBLE", "BOOLEAN", "DECIMAL(10,2)"];
            for (to, expected) in types.iter().zip(expected) {
                let found = through(text, &[to], "UTC");
                assert_eq!(found.as_deref().unwrap_or_default(), expected, "{text:?} to {to}");
            }
        }
    }

    #[test]
    fn chains_of_casts_end_as_in_spark() {
        let utc: &[(&str, &[&str], Option<&str>)] = &[
            ("4294967297", &["BIGINT", "INT"], Some("1")),
            ("300", &["INT", "TINYINT"], Some("44")),
            ("3000000000.7", &["DOUBLE", "INT"], Some("2147483647")),
            ("3000000000.7", &["DOUBLE", "SMALLINT"], Some("-1")),
            ("NaN", &["DOUBLE", "BIGINT"], Some("0")),
            ("NaN", &["DOUBLE", "DECIMAL(10,2)"], None),
            ("1.005", &["DOUBLE", "DECIMAL(10,2)"], Some("1.01")),
            ("0.1", &["FLOAT", "DECIMAL(20,17)"], Some("0.10000000149011612")),
            ("0.1", &["FLOAT", "DOUBLE"], Some("0.10000000149011612")),
            ("123.99", &["DECIMAL(10,2)", "INT"], Some("123")),
            ("-123.99", &["DECIMAL(10,2)", "BIGINT"], Some("-123")),
            ("4294967297.5", &["DECIMAL(20,2)", "INT"], Some("1")),
            ("123.45", &["DECIMAL(10,2)", "DECIMAL(4,1)"], Some("123.5")),
            ("123.45", &["DECIMAL(10,2)", "DECIMAL(3,1)"], None),
            ("123", &["INT", "DECIMAL(2,0)"], None),
            ("0.0000001", &["DECIMAL(10,7)"], Some("1E-7")),
            ("0.00", &["DECIMAL(10,2)", "BOOLEAN"], Some("false")),
            ("true", &["BOOLEAN", "DECIMAL(3,1)"], Some("1.0")),
            ("true", &["BOOLEAN", "TIMESTAMP", "DOUBLE"], Some("1.0E-6")),
            ("0.5", &["DOUBLE", "BOOLEAN"], Some("true")),
            ("1709287200.9", &["DOUBLE", "TIMESTAMP"], Some("2024-03-01 10:00:00.9")),
            ("1709287200.123456", &["DECIMAL(20,6)", "TIMESTAMP"], Some("2024-03-01 10:00:00.123456")),
            ("-1", &["INT", "TIMESTAMP"], Some("1969-12-31 23:59:59")),
            ("1969-12-31 23:59:59.5", &["TIMESTAMP", "BIGINT"], Some("-1")),
            ("1969-12-31 23:59:59.5", &["TIMESTAMP", "DOUBLE"], Some("-0.5")),
            ("2024-03-01 10:00:00.25", &["TIMESTAMP", "DECIMAL(20,3)"], Some("1709287200.250")),
            ("1970-01-01 00:00:00", &["TIMESTAMP", "BOOLEAN"], Some("false")),
            ("2024-03-01 10:00:00", &["TIMESTAMP", "DATE"], Some("2024-03-01")),
            ("2024-03-01", &["DATE", "INT"], None),
            ("2024-03-01", &["DATE", "BOOLEAN"], None),
            ("abc", &["BINARY"], Some("abc")),
            ("1e40", &["FLOAT"], Some("Infinity")),
            ("99999999999", &["BIGINT", "TIMESTAMP"], Some("5138-11-16 09:46:39")),
            ("9223372036854775807", &["BIGINT", "TIMESTAMP", "BIGINT"], Some("9223372036854")),
        ];
        for (text, types, expected) in utc {
            assert_eq!(through(text, types, "UTC").as_deref(), *expected, "{text} {types:?}");
        }
    }

    /// Recorded with Spark 3.5.4 (vector `parsing_time_casts_ny`), but for the dates.
    #[test]
    fn times_meet_text_and_dates_in_the_sessions_zone() {
        let cases: &[(&str, &[&str], &str)] = &[
            ("2024-03-01", &["TIMESTAMP", "BIGINT"], "1709269200"),
            ("2024-03-10 02:30:00", &["TIMESTAMP", "BIGINT"], "1710055800"),
            ("2024-11-03 01:30:00", &["TIMESTAMP", "BIGINT"], "1730611800"),
            ("1730615400", &["BIGINT", "TIMESTAMP"], "2024-11-03 01:30:00"),
            ("99999999999", &["BIGINT", "TIMESTAMP"], "5138-11-16 04:46:39"),
            ("2024-03-01", &["DATE", "TIMESTAMP", "BIGINT"], "1709269200"),
            ("1709269199", &["BIGINT", "TIMESTAMP", "DATE"], "2024-02-29"),
            ("1709269200", &["BIGINT", "TIMESTAMP", "TIMESTAMP_NTZ"], "2024-03-01 00:00:00"),
            ("2024-03-10 02:30:00", &["TIMESTAMP_NTZ", "TIMESTAMP"], "2024-03-10 03:30:00"),
        ];
        for (text, types, expected) in cases {
            let found = through(text, types, "America/New_York");
            assert_eq!(found.as_deref(), Some(*expected), "{text} {types:?}");
        }
    }

    #[test]
    fn casts_that_spark_does_not_know_are_refused() {
        for (from, to) in [
            ("INT", "DATE"),
            ("BINARY", "INT"),
            ("DOUBLE", "BINARY"),
            ("ARRAY<INT>", "INT"),
            ("ARRAY<BINARY>", "ARRAY<INT>"),
            ("STRUCT<a: INT>", "STRUCT<a: INT, b: INT>"),
        ] {
            let [from, to] = [from, to].map(|t| parse_ddl_type(t).expect(t));
            assert!(!can_cast(&from, &to), "{from} to {to}");
        }
    }

    proptest! {
        #[test]
        fn whole_numbers_survive_text_and_decimals(number: i64) {
            let text = number.to_string();
            prop_assert_eq!(through(&text, &["BIGINT"], "UTC"), Some(text.clone()));
            prop_assert_eq!(through(&text, &["DECIMAL(38,5)", "BIGINT"], "UTC"), Some(text));
        }

        #[test]
        fn any_text_is_cast_or_null(text in "\\PC{0,12}") {
            for to in ["BIGINT", "DOUBLE", "FLOAT", "BOOLEAN", "DECIMAL(38,18)", "DATE", "TIMESTAMP"] {
                through(&text, &[to], "Europe/Paris");
            }
        }
    }
}

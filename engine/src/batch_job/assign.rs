//! Storing a value in a column of another type: what Spark's INSERT allows (`spark.sql.storeAssignmentPolicy=ANSI`).
//!
//! Numbers go into any type of number, everything plain into STRING, dates and timestamps into each other; text goes
//! into nothing else. What does not fit stops the job, where a cast in a query would give null or low bits: but for a
//! double that is beyond FLOAT, which becomes infinite.
//!
//! Source: `Cast.canANSIStoreAssign`, and a recorded table of all pairs of plain types (Spark 3.5.4).

use arrow::array::types::{Decimal128Type, Float32Type, Float64Type, Int64Type};
use arrow::array::{Array, ArrayRef, cast::AsArray};
use arrow::datatypes::DataType;

use crate::error::{EngineError, Result};
use crate::hive::converted;
use crate::session::Session;
use crate::types::sql_type_name;

/// Whether values of a type can be stored in a column of another.
pub(crate) fn can_assign(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    match (from, to) {
        (a, b) if a == b => true,
        (Null, _) => true,
        (List(_) | Struct(_) | Map(..) | Duration(_) | Interval(_), Utf8) => false,
        (_, Utf8) => true,
        (Date32 | Timestamp(..), Date32 | Timestamp(..)) => true,
        (List(a), List(b)) => cannot_overflow(a.data_type(), b.data_type()),
        (Struct(_) | Map(..), Struct(_) | Map(..)) => cannot_overflow(from, to),
        (a, b) => a.is_numeric() && b.is_numeric(),
    }
}

/// Whether values inside arrays, maps and structs can be stored without looking at each.
fn cannot_overflow(from: &DataType, to: &DataType) -> bool {
    use DataType::*;
    const WIDTHS: [DataType; 4] = [Int8, Int16, Int32, Int64];
    let width = |t: &DataType| WIDTHS.iter().position(|known| known == t);
    match (from, to) {
        (a, b) if a == b => true,
        (List(a), List(b)) => cannot_overflow(a.data_type(), b.data_type()),
        (Map(a, _), Map(b, _)) => cannot_overflow(a.data_type(), b.data_type()),
        (Struct(a), Struct(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| cannot_overflow(a.data_type(), b.data_type()))
        }
        (Decimal128(p, s), Decimal128(q, t)) => {
            t >= s && i16::from(*q) - i16::from(*t) >= i16::from(*p) - i16::from(*s)
        }
        (a, b) if width(a).is_some() && width(b).is_some() => width(a) <= width(b),
        (a, Float32 | Float64) => a.is_numeric(),
        (a, Utf8) => can_assign(a, to),
        (Date32 | Timestamp(..), Date32 | Timestamp(..)) | (Null, _) => true,
        _ => false,
    }
}

/// Values as a column of the target stores them.
///
/// # Errors
/// [`EngineError::Expression`] for a number that the column cannot hold.
pub(super) fn assign(values: &ArrayRef, to: &DataType, column: &str, session: &Session) -> Result<ArrayRef> {
    let from = values.data_type().clone();
    if from == *to {
        return Ok(ArrayRef::clone(values));
    }
    let stored = converted(values, to, session)?;
    match (0..values.len()).any(|row| is_lost(values, &stored, row)) {
        false => Ok(stored),
        true => Err(EngineError::Expression(format!(
            "[CAST_OVERFLOW_IN_TABLE_INSERT] Fail to insert a value of \"{}\" type into the \"{}\" type column \
             `{column}` due to an overflow. Use `try_cast` on the input value to tolerate overflow and return NULL \
             instead.",
            sql_type_name(&from),
            sql_type_name(to)
        ))),
    }
}

/// Whether a number has not come through.
fn is_lost(values: &ArrayRef, stored: &ArrayRef, row: usize) -> bool {
    let (from, to) = (values.data_type(), stored.data_type());
    if from == to || !from.is_numeric() || values.is_null(row) {
        return false;
    }
    let (least, greatest) = match to {
        DataType::Int8 => (i64::from(i8::MIN), i64::from(i8::MAX)),
        DataType::Int16 => (i64::from(i16::MIN), i64::from(i16::MAX)),
        DataType::Int32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
        DataType::Int64 => (i64::MIN, i64::MAX),
        DataType::Decimal128(..) => return stored.is_null(row),
        _ => return false,
    };
    let outside = |value: f64| !(value.floor() <= greatest as f64 && value.ceil() >= least as f64);
    match from {
        DataType::Float64 => outside(values.as_primitive::<Float64Type>().value(row)),
        DataType::Float32 => outside(f64::from(values.as_primitive::<Float32Type>().value(row))),
        DataType::Decimal128(_, scale) => {
            let unit = 10_i128.pow((*scale).max(0) as u32);
            let whole = values.as_primitive::<Decimal128Type>().value(row) / unit;
            !(i128::from(least)..=i128::from(greatest)).contains(&whole)
        }
        _ => integer(values, row).is_some_and(|value| !(least..=greatest).contains(&value)),
    }
}

fn integer(values: &ArrayRef, row: usize) -> Option<i64> {
    use arrow::array::types::{Int8Type, Int16Type, Int32Type};
    Some(match values.data_type() {
        DataType::Int8 => i64::from(values.as_primitive::<Int8Type>().value(row)),
        DataType::Int16 => i64::from(values.as_primitive::<Int16Type>().value(row)),
        DataType::Int32 => i64::from(values.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => values.as_primitive::<Int64Type>().value(row),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hive::typed;
    use crate::types::parse_ddl_type;

    /// What Spark 3.5.4 did with one value of each type: `*` stored, `-` refused when planned.
    #[test]
    fn the_pairs_of_types_are_sparks() {
        let types = [
            "TINYINT",
            "SMALLINT",
            "INT",
            "BIGINT",
            "FLOAT",
            "DOUBLE",
            "DECIMAL(10,2)",
            "STRING",
            "BINARY",
            "BOOLEAN",
            "DATE",
            "TIMESTAMP",
            "TIMESTAMP_NTZ",
            "VOID",
        ];
        let expected = [
            ("TINYINT", "*******------*"),
            ("BIGINT", "*******------*"),
            ("DOUBLE", "*******------*"),
            ("DECIMAL(10,2)", "*******------*"),
            ("STRING", "**************"),
            ("BINARY", "--------*----*"),
            ("BOOLEAN", "---------*---*"),
            ("DATE", "----------****"),
            ("TIMESTAMP", "----------****"),
            ("TIMESTAMP_NTZ", "----------****"),
        ];
        for (to, row) in expected {
            let to_type = parse_ddl_type(to).unwrap();
            for (from, mark) in types.iter().zip(row.chars()) {
                assert_eq!(
                    can_assign(&parse_ddl_type(from).unwrap(), &to_type),
                    mark == '*',
                    "{from} into {to}"
                );
            }
        }
    }

    /// As Spark 3.5.4 stored them or stopped.
    #[test]
    fn numbers_that_do_not_fit_stop_the_job() {
        let session = Session::default();
        for (value, from, to, stored) in [
            ("300", "INT", "TINYINT", None),
            ("127", "INT", "TINYINT", Some("127")),
            ("5000000000", "BIGINT", "INT", None),
            ("2.7", "DOUBLE", "INT", Some("2")),
            ("128.5", "DOUBLE", "TINYINT", None),
            ("NaN", "DOUBLE", "BIGINT", None),
            ("2.7", "DECIMAL(5,1)", "INT", Some("2")),
            ("12345", "INT", "DECIMAL(4,1)", None),
            ("123.45", "DECIMAL(5,2)", "DECIMAL(4,1)", Some("123.5")),
            ("1e300", "DOUBLE", "FLOAT", Some("Infinity")),
            ("true", "BOOLEAN", "STRING", Some("true")),
            ("2026-01-05 10:00:00", "TIMESTAMP", "DATE", Some("2026-01-05")),
        ] {
            let [from, to] = [from, to].map(|t| parse_ddl_type(t).unwrap());
            let values = typed([Some(value.to_owned()), None], &from, &session).unwrap();
            let found = assign(&values, &to, "c", &session).map(|found| {
                assert!(found.is_null(1));
                crate::hive::texts(&found, &session).unwrap().value(0).to_owned()
            });
            match stored {
                Some(stored) => assert_eq!(found.unwrap(), stored, "{value}"),
                None => {
                    let error = found.unwrap_err().to_string();
                    assert!(error.starts_with("[CAST_OVERFLOW_IN_TABLE_INSERT]"), "{value}: {error}");
                }
            }
        }
    }

    #[test]
    fn inside_of_arrays_and_structs_only_what_always_fits() {
        for (from, to, fits) in [
            ("ARRAY<INT>", "ARRAY<BIGINT>", true),
            ("ARRAY<BIGINT>", "ARRAY<INT>", false),
            ("STRUCT<a: INT, b: DATE>", "STRUCT<x: STRING, y: TIMESTAMP>", true),
            ("STRUCT<a: INT>", "STRUCT<a: INT, b: INT>", false),
            ("ARRAY<DECIMAL(10,2)>", "ARRAY<DECIMAL(12,3)>", true),
            ("ARRAY<DECIMAL(10,2)>", "ARRAY<DECIMAL(10,3)>", false),
            ("ARRAY<INT>", "STRING", false),
        ] {
            assert_eq!(
                can_assign(&parse_ddl_type(from).unwrap(), &parse_ddl_type(to).unwrap()),
                fits,
                "{from} {to}"
            );
        }
    }
}

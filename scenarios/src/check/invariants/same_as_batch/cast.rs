//! Casts with ANSI off. A text in a notation that is not written down here makes DuckDB fail.
//!
//! Source: `Cast` (Spark 3.5.4), `UTF8String.toLong`, `Double.parseDouble`.

use arrow::datatypes::DataType;

use super::{Unsupported, types};

/// White space and control characters of ASCII, which Spark takes off both ends of a text.
const BLANKS: &str = r"^[\x00-\x20\x7F]+|[\x00-\x20\x7F]+$";

/// The cast of a value.
pub(super) fn sql(value: &str, from: &DataType, to: &DataType) -> Result<String, Unsupported> {
    use DataType::*;
    let refused = || Err(format!("a cast from {from} to {to}"));
    if from == to {
        return Ok(value.to_owned());
    }
    let target = types::name(to)?;
    let plain = format!("CAST({value} AS {target})");
    Ok(match (from, to) {
        (Null, _) => plain,
        (Utf8, _) => return from_text(value, to, &target),
        // Where an integer would wrap, DuckDB reports an overflow.
        (Boolean | Int8 | Int16 | Int32 | Int64, to) if to.is_integer() => plain,
        (Int8 | Int16 | Int32 | Int64, Float32 | Float64 | Utf8 | Decimal128(..)) => plain,
        (Boolean, Float32 | Float64) => format!("CAST(CAST({value} AS INTEGER) AS {target})"),
        (Boolean, Utf8) => plain,
        (Int8 | Int16 | Int32 | Int64, Boolean) => format!("({value} <> 0)"),
        (Float32 | Float64, Boolean) => format!("({value} <> 0)"),
        (Float32, Float64) | (Float64, Float32) => plain,
        // By way of the digits: DuckDB's own cast divides, which may be off in the last bit.
        (Decimal128(..), Float64) => format!("CAST(CAST({value} AS VARCHAR) AS DOUBLE)"),
        (Float32 | Float64, Int32 | Int64) => truncated(value, to, &target),
        (Int8 | Int16 | Int32 | Int64, Timestamp(..)) => {
            format!("make_timestamp(CAST({value} AS BIGINT) * 1000000)")
        }
        (Float32 | Float64, Timestamp(..)) => format!(
            "(CASE WHEN isfinite({value}) THEN make_timestamp(CAST(trunc(CAST({value} AS DOUBLE) * 1000000) AS \
             BIGINT)) END)"
        ),
        (Timestamp(..), Int64) => floor_div(&format!("epoch_us({value})"), 1_000_000),
        (Timestamp(..), Int32) => {
            format!("CAST({} AS INTEGER)", floor_div(&format!("epoch_us({value})"), 1_000_000))
        }
        (Timestamp(..), Float64) => format!("(CAST(epoch_us({value}) AS DOUBLE) / 1000000)"),
        (Timestamp(..), Boolean) => format!("(epoch_us({value}) <> 0)"),
        // Readings of a clock are instants where the clock shows UTC.
        (Timestamp(..), Timestamp(..)) => value.to_owned(),
        (Timestamp(..), Date32) | (Date32, Timestamp(..)) | (Timestamp(..) | Date32, Utf8) => plain,
        _ => return refused(),
    })
}

/// A quotient of whole numbers, towards minus infinity.
pub(super) fn floor_div(value: &str, by: i64) -> String {
    format!("(({value} - ((({value} % {by}) + {by}) % {by})) // {by})")
}

/// As the JVM does it: towards zero, NaN is 0, what is too large is the largest.
fn truncated(value: &str, to: &DataType, target: &str) -> String {
    let (least, greatest) = match to {
        DataType::Int32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    // `greatest` of a bigint is no double: the next one is 2^63.
    format!(
        "(CASE WHEN isnan({value}) THEN CAST(0 AS {target}) WHEN {value} >= CAST('{greatest}' AS DOUBLE) \
         THEN CAST('{greatest}' AS {target}) WHEN {value} <= CAST('{least}' AS DOUBLE) \
         THEN CAST('{least}' AS {target}) ELSE CAST(trunc({value}) AS {target}) END)"
    )
}

fn from_text(value: &str, to: &DataType, target: &str) -> Result<String, Unsupported> {
    use DataType::*;
    let bare = format!("regexp_replace({value}, '{BLANKS}', '', 'g')");
    let matches = |pattern: &str| format!("regexp_full_match({bare}, '{pattern}')");
    Ok(match to {
        Int8 | Int16 | Int32 | Int64 => {
            // The fraction is dropped; a lone point is zero.
            let whole = format!("regexp_extract({bare}, '^[+-]?[0-9]*')");
            format!(
                "(CASE WHEN {} THEN TRY_CAST(CASE WHEN {whole} IN ('', '+', '-') THEN '0' ELSE \
                 ltrim({whole}, '+') END AS {target}) END)",
                matches(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]*)")
            )
        }
        Float32 | Float64 => {
            let digits = matches(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?");
            let words = matches(r"(?i)[+-]?(nan|inf|infinity|[0-9.]+(e[+-]?[0-9]+)?[df])");
            format!(
                "(CASE WHEN {digits} THEN CAST(ltrim({bare}, '+') AS {target}) WHEN {words} \
                 THEN error('the number ' || {value}) END)"
            )
        }
        Boolean => format!(
            "(CASE WHEN lower({bare}) IN ('t', 'true', 'y', 'yes', '1') THEN true \
             WHEN lower({bare}) IN ('f', 'false', 'n', 'no', '0') THEN false END)"
        ),
        Date32 => dated(value, &bare, &matches(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), target),
        Timestamp(..) => {
            let pattern = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z?)?";
            // DuckDB's timestamps take no zone.
            let without_zone = format!("rtrim({bare}, 'Z')");
            dated(value, &without_zone, &matches(pattern), target)
        }
        _ => return Err(format!("a cast from text to {to}")),
    })
}

/// Dates and times in the one notation that is known; what has no digit at all is none, in whatever notation.
fn dated(value: &str, bare: &str, known: &str, target: &str) -> String {
    format!(
        "(CASE WHEN {known} THEN TRY_CAST({bare} AS {target}) WHEN regexp_matches({value}, '[0-9]') \
         THEN error('the time ' || {value}) END)"
    )
}

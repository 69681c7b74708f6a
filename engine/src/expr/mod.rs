//! Evaluation of plan expressions on Arrow columns, through DataFusion's physical expressions.
//!
//! Where Spark (ANSI off) and DataFusion agree, DataFusion's own kernels run: comparisons, three-valued logic,
//! wrapping integer arithmetic, `CASE`. Where they differ the difference is one scalar function here: casts that
//! give null ([`cast`]), division by zero ([`division`]), decimals ([`decimal_arithmetic`]), and the table of
//! functions ([`functions`]).

mod arithmetic;
mod cast;
mod compile;
mod decimal;
mod decimal_arithmetic;
mod division;
mod functions;
mod scalar;

pub(crate) use crate::types::timestamp_type as timestamp;
pub(crate) use arithmetic::shifted;
pub use cast::can_cast;
pub(crate) use cast::double_text;
pub(crate) use compile::true_rows;
pub use compile::{CompiledExpr, compile};
pub use decimal_arithmetic::decimal_result;
pub(crate) use functions::item_field;
pub use functions::{
    CASTS, CommonType, Function, Misuse, Signature, all as functions, find as find_function,
    names as function_names,
};
pub(crate) use functions::{cast_to, json_texts};

/// Text to an instant in microseconds, in UTC where the text names no zone (Spark `stringToTimestamp`).
pub(crate) fn parse_timestamp(text: &str) -> Option<i64> {
    crate::decode::parse_timestamp(text, &crate::decode::FixedZone::UTC, 0)
}

/// Text to a day number (Spark `stringToDate`).
pub(crate) fn parse_date(text: &str) -> Option<i32> {
    crate::decode::parse_date(text)
}

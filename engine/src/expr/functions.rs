//! The table of scalar functions that SQL can call. A function is one line here: name, arguments, result, kernel.
//!
//! A name that is not here is refused when the query is planned, never passed through.

use std::fmt;
use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::{Int64Type, TimestampMicrosecondType};
use arrow::array::{ArrayRef, PrimitiveArray};
use arrow::datatypes::{DataType, TimeUnit};
use datafusion_expr::ScalarUDF;

use super::scalar::scalar_function;
use crate::session::Session;

/// What a function takes and gives.
#[derive(Debug, Clone, Copy)]
pub enum Signature {
    /// Each argument is cast to the type given; the result has the last one.
    Exact(&'static [fn() -> DataType], fn() -> DataType),
    /// One or more arguments, brought to their common type, which is the result's.
    Common,
}

/// A scalar function known to the planner.
pub struct Function {
    /// Name in lower case.
    pub name: &'static str,
    /// Arguments and result.
    pub signature: Signature,
    /// What evaluates it.
    pub implementation: fn(&Session) -> Arc<ScalarUDF>,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Timestamp with microseconds, an instant: Spark's `TIMESTAMP`.
pub(crate) fn timestamp() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn string() -> DataType {
    DataType::Utf8
}

fn bigint() -> DataType {
    DataType::Int64
}

use Signature::{Common, Exact};

/// Every scalar function, by name.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "coalesce",
        signature: Common,
        implementation: |_| datafusion_functions::core::coalesce(),
    },
    Function {
        name: "lower",
        signature: Exact(&[string], string),
        implementation: |_| datafusion_functions::string::lower(),
    },
    Function {
        name: "timestamp_seconds",
        signature: Exact(&[bigint], timestamp),
        implementation: timestamp_seconds,
    },
    Function {
        name: "upper",
        signature: Exact(&[string], string),
        implementation: |_| datafusion_functions::string::upper(),
    },
];

/// The function of that name, in any case.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|f| f.name.eq_ignore_ascii_case(name))
}

/// Seconds since the epoch as an instant; null beyond the range of a timestamp.
fn timestamp_seconds(_: &Session) -> Arc<ScalarUDF> {
    scalar_function("timestamp_seconds", timestamp(), |args, returns| {
        let seconds = args[0].as_primitive::<Int64Type>();
        let micros: PrimitiveArray<TimestampMicrosecondType> =
            seconds.unary_opt(|s| s.checked_mul(1_000_000));
        Ok(Arc::new(micros.with_data_type(returns.clone())) as ArrayRef)
    })
}

//! Types that are functions too: `int(x)` is `CAST(x AS INT)`.
//!
//! Source: `FunctionRegistry.castAlias`.

use arrow::datatypes::DataType;

use super::Implementation::Rewrite;
use super::signature::Class::Any;
use super::signature::{Signature, cast_to};
use super::{Function, function};
use crate::expr::can_cast;
use crate::plan::Expr;
use crate::types::{sql_type_name, timestamp_type};

/// The names of these functions.
pub const CASTS: [&str; 12] = [
    "bigint",
    "binary",
    "boolean",
    "date",
    "decimal",
    "double",
    "float",
    "int",
    "smallint",
    "string",
    "timestamp",
    "tinyint",
];

macro_rules! cast {
    ($name:literal, $to:expr) => {
        function($name, &[], Signature::is(&[Any], || $to), Rewrite(|args, _| cast(args, &$to)))
    };
}

pub(super) const FUNCTIONS: &[Function] = &[
    cast!("bigint", DataType::Int64),
    cast!("binary", DataType::Binary),
    cast!("boolean", DataType::Boolean),
    cast!("date", DataType::Date32),
    cast!("decimal", DataType::Decimal128(10, 0)),
    cast!("double", DataType::Float64),
    cast!("float", DataType::Float32),
    cast!("int", DataType::Int32),
    cast!("smallint", DataType::Int16),
    cast!("string", DataType::Utf8),
    cast!("timestamp", timestamp_type()),
    cast!("tinyint", DataType::Int8),
];

fn cast(mut args: Vec<Expr>, to: &DataType) -> Result<Expr, String> {
    let value = args.remove(0);
    let from = value.data_type();
    match can_cast(&from, to) {
        true => Ok(cast_to(value, to)),
        false => Err(format!(
            "[DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION] cannot cast \"{}\" to \"{}\"",
            sql_type_name(&from),
            sql_type_name(to)
        )),
    }
}

//! Types as DuckDB has them.
//!
//! Instants are `TIMESTAMP` in UTC. A length of time is a `BIGINT` of microseconds: DuckDB's own intervals keep months
//! and days apart, which Spark's day-time intervals do not.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, TimeUnit};
use arrow::error::ArrowError;

use super::Unsupported;
use crate::check::database::sql_type;

/// DuckDB's name of a type.
pub(super) fn name(data_type: &DataType) -> Result<String, Unsupported> {
    match is_known(data_type) {
        true => Ok(sql_type(&in_duckdb(data_type))),
        false => Err(format!("a value of type {data_type}")),
    }
}

/// Whether values of a type can be brought into DuckDB without a change of meaning.
fn is_known(data_type: &DataType) -> bool {
    use DataType::*;
    match data_type {
        Boolean | Int8 | Int16 | Int32 | Int64 | Float32 | Float64 | Utf8 | Binary | Date32 => true,
        Decimal128(_, scale) => *scale >= 0,
        Duration(unit) | Timestamp(unit, _) => *unit == TimeUnit::Microsecond,
        List(element) => is_known(element.data_type()),
        Struct(fields) => {
            // DuckDB's names of fields do not tell upper from lower case.
            let same = |a: &FieldRef, b: &FieldRef| a.name().eq_ignore_ascii_case(b.name());
            let unique = fields.iter().enumerate().all(|(at, a)| fields[..at].iter().all(|b| !same(a, b)));
            !fields.is_empty() && unique && fields.iter().all(|field| is_known(field.data_type()))
        }
        _ => false,
    }
}

/// Whether a type has floating numbers somewhere below its surface.
pub(super) fn hides_floats(data_type: &DataType) -> bool {
    match data_type {
        DataType::List(element) => has_floats(element.data_type()),
        DataType::Struct(fields) => fields.iter().any(|field| has_floats(field.data_type())),
        _ => false,
    }
}

/// Whether a type is, or has, floating numbers.
pub(super) fn has_floats(data_type: &DataType) -> bool {
    data_type.is_floating() || hides_floats(data_type)
}

/// The Arrow type of a value in DuckDB's tables.
fn in_duckdb(data_type: &DataType) -> DataType {
    let field = |field: &FieldRef| -> FieldRef {
        Arc::new(Field::new(field.name(), in_duckdb(field.data_type()), true))
    };
    match data_type {
        DataType::Timestamp(unit, _) => DataType::Timestamp(*unit, None),
        DataType::Duration(_) => DataType::Int64,
        DataType::List(element) => DataType::List(field(element)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(field).collect()),
        other => other.clone(),
    }
}

/// Columns as they go into DuckDB's tables.
pub(super) fn batch_in_duckdb(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let cast = |column: &ArrayRef| cast(column, &in_duckdb(column.data_type()));
    let columns = batch.columns().iter().map(cast).collect::<Result<Vec<_>, _>>()?;
    let schema = batch.schema();
    let fields = schema.fields().iter().zip(&columns);
    let fields = fields.map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true));
    RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), columns)
}

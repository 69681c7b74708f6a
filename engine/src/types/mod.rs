//! Type text to Arrow types and back.
//!
//! The one type tree of the engine is Arrow's [`DataType`] and [`Field`].
//! Text comes in two dialects: the column types of the Glue Data Catalog (Hive's, `struct<a:bigint>`)
//! and Spark's DDL (`a BIGINT, s STRUCT<d: DOUBLE NOT NULL>`).
//! Text goes out in three: as Glue stores it, as Spark names it in a schema (`long`), and as Spark's
//! error messages and SQL write it (`BIGINT`).
//!
//! | text | Arrow |
//! |---|---|
//! | boolean · tinyint · smallint · int · bigint | Boolean · Int8 · Int16 · Int32 · Int64 |
//! | float · double · decimal(p,s) | Float32 · Float64 · Decimal128(p, s) |
//! | string, char(n), varchar(n) · binary | Utf8 · Binary |
//! | date · timestamp · timestamp_ntz | Date32 · Timestamp(µs, UTC) · Timestamp(µs) |
//! | `array<T>` · `map<K,V>` · `struct<n:T,…>` | List · Map · Struct |
//!
//! Not handled: intervals, unions, collations, variant.
//!
//! Sources: the Athena and Glue data type pages, Hive's `TypeInfoUtils`, Spark's `DataTypeParser` and
//! `DataType.sql`.

mod grammar;
pub(crate) mod interval;
mod known;
mod names;

use arrow::datatypes::{DataType, Field, Fields, Schema, TimeUnit};
use std::sync::Arc;

pub use grammar::{parse_ddl_schema, parse_ddl_type, parse_hive_type};
pub use names::{hive_type_name, spark_type_name, sql_type_name};

/// Why a text is not a type.
///
/// Shown to people with a caret below `offset`, so the sentence does not repeat the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TypeError {
    /// Where in the text, in bytes.
    pub offset: usize,
    /// What was found, with a suggestion when a known type is near.
    pub message: String,
    /// What would have been accepted there.
    pub expected: String,
}

/// Spark's TIMESTAMP: an instant, microseconds since the epoch.
pub fn timestamp_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from("UTC")))
}

/// Spark's TIMESTAMP_NTZ: a wall-clock reading, microseconds since 1970-01-01 00:00.
pub fn timestamp_ntz_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, None)
}

/// An array type; the element field is called `item` as everywhere in Arrow.
pub fn array_type(element: DataType) -> DataType {
    DataType::List(Arc::new(Field::new_list_field(element, true)))
}

/// A map type with entries `key` (never null) and `value` (nullable), keys not sorted.
pub fn map_type(key: DataType, value: DataType) -> DataType {
    let entries = Fields::from(vec![Field::new("key", key, false), Field::new("value", value, true)]);
    DataType::Map(Arc::new(Field::new("entries", DataType::Struct(entries), false)), false)
}

/// The same schema with every field nullable at every depth, as `from_json` reads it.
/// Source: `JsonToStructs.nullableSchema`.
pub fn nullable_schema(schema: &Schema) -> Schema {
    Schema::new_with_metadata(nullable_fields(schema.fields()), schema.metadata().clone())
}

fn nullable_fields(fields: &Fields) -> Fields {
    fields.iter().map(|field| nullable_field(field)).collect()
}

fn nullable_field(field: &Field) -> Arc<Field> {
    let data_type = nullable_type(field.data_type());
    Arc::new(field.clone().with_nullable(true).with_data_type(data_type))
}

fn nullable_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Struct(fields) => DataType::Struct(nullable_fields(fields)),
        DataType::List(item) => DataType::List(nullable_field(item)),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(pair) if pair.len() == 2 => {
                map_type(pair[0].data_type().clone(), nullable_type(pair[1].data_type()))
            }
            _ => data_type.clone(),
        },
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nullable_schema_reaches_every_depth() {
        let strict = parse_ddl_schema("a STRUCT<b: ARRAY<STRUCT<c: INT NOT NULL>> NOT NULL> NOT NULL")
            .expect("valid DDL");
        let loose = parse_ddl_schema("a STRUCT<b: ARRAY<STRUCT<c: INT>>>").expect("valid DDL");
        assert_ne!(strict, loose);
        assert_eq!(nullable_schema(&strict), loose);
    }
}

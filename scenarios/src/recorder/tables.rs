//! The system tables' columns, and rows on their way into them.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, StringArray, TimestampMicrosecondArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::record_batch::RecordBatch;

/// A system table with the rows that have come together since it was last taken.
pub struct SystemRows {
    /// Name within the schema `wavetank`.
    pub table: &'static str,
    /// The rows.
    pub rows: RecordBatch,
}

/// The type of a column.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Time,
    Number,
    Count,
    Flag,
}

/// Every table with its columns.
const TABLES: &[(&str, &[(&str, Kind)])] = &[
    (
        "input",
        &[
            ("job", Kind::Text),
            ("source", Kind::Number),
            ("stream", Kind::Text),
            ("shard", Kind::Text),
            ("sequence_number", Kind::Text),
            ("partition_key", Kind::Text),
            ("arrival", Kind::Time),
            ("batch", Kind::Number),
            ("position", Kind::Number),
            ("id", Kind::Text),
            ("file", Kind::Text),
            ("line", Kind::Number),
            ("data", Kind::Text),
        ],
    ),
    (
        "dropped",
        &[
            ("job", Kind::Text),
            ("stream", Kind::Text),
            ("shard", Kind::Text),
            ("sequence_number", Kind::Text),
            ("event_time", Kind::Time),
            ("arrival", Kind::Time),
            ("watermark", Kind::Time),
            ("operator", Kind::Text),
            ("batch", Kind::Number),
            ("reason", Kind::Text),
            ("file", Kind::Text),
            ("line", Kind::Number),
        ],
    ),
    (
        "rejected",
        &[
            ("job", Kind::Text),
            ("stream", Kind::Text),
            ("shard", Kind::Text),
            ("sequence_number", Kind::Text),
            ("batch", Kind::Number),
            ("field", Kind::Text),
            ("detail", Kind::Text),
        ],
    ),
    (
        "state",
        &[
            ("job", Kind::Text),
            ("stream", Kind::Text),
            ("shard", Kind::Text),
            ("sequence_number", Kind::Text),
            ("event_time", Kind::Time),
            ("operator", Kind::Text),
            ("matched", Kind::Flag),
        ],
    ),
    (
        "lineage",
        &[
            ("job", Kind::Text),
            ("stream", Kind::Text),
            ("shard", Kind::Text),
            ("sequence_number", Kind::Text),
            ("batch", Kind::Number),
            ("operator", Kind::Text),
            ("event", Kind::Text),
            ("partner_stream", Kind::Text),
            ("partner_shard", Kind::Text),
            ("partner_sequence_number", Kind::Text),
        ],
    ),
    (
        "batches",
        &[
            ("job", Kind::Text),
            ("batch", Kind::Number),
            ("trigger_time", Kind::Time),
            ("watermark", Kind::Time),
            ("next_watermark", Kind::Time),
            ("input_records", Kind::Count),
            ("output_rows", Kind::Count),
            ("late_rows", Kind::Count),
            ("state_rows", Kind::Count),
            ("restarted", Kind::Flag),
        ],
    ),
    (
        "progress",
        &[
            ("job", Kind::Text),
            ("batch", Kind::Number),
            ("trigger_time", Kind::Time),
            ("watermark", Kind::Time),
            ("num_input_rows", Kind::Count),
            ("num_output_rows", Kind::Count),
            ("num_rows_total", Kind::Count),
            ("num_rows_updated", Kind::Count),
            ("num_rows_removed", Kind::Count),
            ("num_rows_dropped_by_watermark", Kind::Count),
        ],
    ),
    (
        "watermarks",
        &[
            ("job", Kind::Text),
            ("batch", Kind::Number),
            ("column_name", Kind::Text),
            ("stream", Kind::Text),
            ("delay_ms", Kind::Number),
            ("max_event_time", Kind::Time),
            ("reached", Kind::Time),
            ("watermark", Kind::Time),
        ],
    ),
    (
        "api_calls",
        &[
            ("number", Kind::Count),
            ("time", Kind::Time),
            ("job", Kind::Text),
            ("port", Kind::Text),
            ("operation", Kind::Text),
            ("target", Kind::Text),
            ("changes", Kind::Flag),
            ("bytes", Kind::Count),
            ("verdict", Kind::Text),
        ],
    ),
    (
        "events",
        &[
            ("time", Kind::Time),
            ("bus", Kind::Text),
            ("source", Kind::Text),
            ("detail_type", Kind::Text),
            ("detail", Kind::Text),
        ],
    ),
];

impl Kind {
    fn data_type(self) -> DataType {
        match self {
            Kind::Text => DataType::Utf8,
            Kind::Time => DataType::Timestamp(TimeUnit::Microsecond, None),
            Kind::Number => DataType::Int64,
            Kind::Count => DataType::UInt64,
            Kind::Flag => DataType::Boolean,
        }
    }
}

/// Every system table with its columns.
pub fn schemas() -> Vec<(&'static str, SchemaRef)> {
    TABLES.iter().map(|(name, columns)| (*name, schema(columns))).collect()
}

fn schema(columns: &[(&str, Kind)]) -> SchemaRef {
    let field = |(name, kind): &(&str, Kind)| Field::new(*name, kind.data_type(), true);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// Rows of a table from its columns, which come in the table's order.
pub(super) fn rows(table: &'static str, columns: Vec<ArrayRef>) -> SystemRows {
    let (_, wanted) = TABLES.iter().find(|(name, _)| *name == table).expect("the table is listed");
    let rows = RecordBatch::try_new(schema(wanted), columns);
    SystemRows { table, rows: rows.expect("a system table's columns follow its schema") }
}

pub(super) fn text<T: AsRef<str>>(values: impl Iterator<Item = T>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

pub(super) fn texts<T: AsRef<str>>(values: impl Iterator<Item = Option<T>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

pub(super) fn times(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<TimestampMicrosecondArray>())
}

pub(super) fn numbers(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

pub(super) fn counts(values: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(UInt64Array::from_iter_values(values))
}

pub(super) fn flags(values: impl Iterator<Item = bool>) -> ArrayRef {
    Arc::new(values.map(Some).collect::<BooleanArray>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_says_whose_its_rows_are_first() {
        for (name, schema) in schemas() {
            let first = schema.field(0).name().as_str();
            assert!(matches!(first, "job" | "number" | "time"), "{name} begins with {first}");
        }
    }
}

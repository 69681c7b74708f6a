//! What several benches need.
#![allow(dead_code)] // Each bench is a crate of its own and uses some of it.

pub mod memory;
pub mod nested;

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use wavetank::bench::Parameters;

/// Whether it is measured, or only run.
pub fn is_measured() -> bool {
    std::env::args().any(|arg| arg == "--bench")
}

/// The middle one.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The input of `wavetank bench`, with its defaults.
pub fn parameters(events: u64) -> Parameters {
    Parameters { events, ..Parameters::default() }
}

/// Rows with ids of records behind their columns, as they stand between operators.
pub fn with_ids(rows: &RecordBatch, name: &str, first: u64) -> RecordBatch {
    let mut fields: Vec<Arc<Field>> = rows.schema_ref().fields().to_vec();
    fields.push(Arc::new(Field::new(name, DataType::UInt64, false)));
    let mut columns: Vec<ArrayRef> = rows.columns().to_vec();
    let ids = first..first + rows.num_rows() as u64;
    columns.push(Arc::new(UInt64Array::from_iter_values(ids)));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("one id for each row")
}

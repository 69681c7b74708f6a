//! Row-by-row application of plain Rust functions to Arrow arrays.

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::types::{Date32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType};
use arrow::array::{Array, ArrayRef, PrimitiveArray, StringArray};
use arrow::datatypes::{ArrowPrimitiveType, DataType};
use datafusion_common::Result;

/// One value per row; null where an argument is.
pub(super) fn strict<T, A>(args: &[ArrayRef], mut value: impl FnMut(usize) -> Option<T>) -> ArrayRef
where
    A: FromIterator<Option<T>> + Array + 'static,
{
    let whole = |row: usize| args.iter().all(|a| a.is_valid(row));
    Arc::new((0..args[0].len()).map(|row| if whole(row) { value(row) } else { None }).collect::<A>())
}

/// The same for values whose computation can fail the query.
pub(super) fn try_strict<T, A>(
    args: &[ArrayRef],
    mut value: impl FnMut(usize) -> Result<Option<T>>,
) -> Result<ArrayRef>
where
    A: FromIterator<Option<T>> + Array + 'static,
{
    let whole = |row: usize| args.iter().all(|a| a.is_valid(row));
    let rows = (0..args[0].len()).map(|row| if whole(row) { value(row) } else { Ok(None) });
    Ok(Arc::new(rows.collect::<Result<A>>()?))
}

/// Text per row; null where an argument is.
pub(super) fn strict_text<S: AsRef<str>>(
    args: &[ArrayRef],
    value: impl FnMut(usize) -> Option<S>,
) -> ArrayRef {
    strict::<S, StringArray>(args, value)
}

/// Numbers, dates or instants per row, labelled with their type; null where an argument is.
pub(super) fn strict_typed<T: ArrowPrimitiveType>(
    args: &[ArrayRef],
    data_type: &DataType,
    mut value: impl FnMut(usize) -> Option<T::Native>,
) -> ArrayRef {
    let whole = |row: usize| args.iter().all(|a| a.is_valid(row));
    let rows = (0..args[0].len()).map(|row| if whole(row) { value(row) } else { None });
    Arc::new(rows.collect::<PrimitiveArray<T>>().with_data_type(data_type.clone()))
}

/// Text argument.
pub(super) fn text(args: &[ArrayRef], at: usize) -> &StringArray {
    args[at].as_string()
}

/// INT argument.
pub(super) fn ints(args: &[ArrayRef], at: usize) -> &PrimitiveArray<Int32Type> {
    args[at].as_primitive()
}

/// BIGINT argument.
pub(super) fn bigints(args: &[ArrayRef], at: usize) -> &PrimitiveArray<Int64Type> {
    args[at].as_primitive()
}

/// DOUBLE argument.
pub(super) fn doubles(args: &[ArrayRef], at: usize) -> &PrimitiveArray<Float64Type> {
    args[at].as_primitive()
}

/// DATE argument, in days.
pub(super) fn dates(args: &[ArrayRef], at: usize) -> &PrimitiveArray<Date32Type> {
    args[at].as_primitive()
}

/// TIMESTAMP argument, in microseconds.
pub(super) fn instants(args: &[ArrayRef], at: usize) -> &PrimitiveArray<TimestampMicrosecondType> {
    args[at].as_primitive()
}

/// An argument that may be missing: its value in a row, or a default.
pub(super) fn int_or(args: &[ArrayRef], at: usize, row: usize, default: i32) -> i32 {
    if at < args.len() { ints(args, at).value(row) } else { default }
}

/// The last value that was computed from a text: patterns are constant as a rule.
pub(super) struct Remembered<T> {
    last: Option<(String, T)>,
}

impl<T> Remembered<T> {
    pub(super) fn new() -> Self {
        Self { last: None }
    }

    /// The value for a text, computed unless it is the one remembered.
    pub(super) fn get(&mut self, text: &str, make: impl FnOnce(&str) -> Result<T>) -> Result<&T> {
        if self.last.as_ref().is_none_or(|(known, _)| known != text) {
            self.last = Some((text.to_owned(), make(text)?));
        }
        Ok(&self.last.as_ref().expect("it was just set").1)
    }
}

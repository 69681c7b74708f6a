//! A table of the state on its way into the checkpoint: which rows are saved, and their values in pieces that are made
//! when they are wanted, so that a large state is never copied as a whole.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, SchemaRef};

use super::change::{StateChange, saved_schema};
use super::keyed_rows::{KeyedRows, Saved};
use crate::error::Result;

/// See the module. In the layout of [`StateChange::rows`].
pub struct StateTable<'a> {
    kept: &'a KeyedRows,
    saved: Saved,
    /// Further columns of the saved rows, which are kept elsewhere.
    more: Vec<ArrayRef>,
    schema: SchemaRef,
}

impl<'a> StateTable<'a> {
    pub(super) fn new(kept: &'a KeyedRows, saved: Saved, more: Vec<ArrayRef>) -> Self {
        let mut fields = kept.schema().fields().to_vec();
        let named = |(i, column): (usize, &ArrayRef)| {
            Arc::new(Field::new(format!("__state{i}"), column.data_type().clone(), true))
        };
        fields.extend(more.iter().enumerate().map(named));
        Self { kept, saved, more, schema: saved_schema(fields) }
    }

    /// How many rows are saved.
    pub fn rows(&self) -> usize {
        self.saved.slots.len()
    }

    /// Some of them.
    pub fn piece(&self, rows: Range<usize>) -> Result<RecordBatch> {
        let mut columns = self.kept.values(&self.saved.slots[rows.clone()])?;
        let (serials, flags) = (columns.pop(), columns.pop());
        columns.extend(self.more.iter().map(|column| column.slice(rows.start, rows.len())));
        columns.extend(flags);
        columns.extend(serials);
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    /// Serial numbers of rows that have left.
    pub fn removed(&self) -> &[u64] {
        &self.saved.removed
    }

    /// Serial numbers of rows that have found their first match.
    pub fn matched(&self) -> &[u64] {
        &self.saved.matched
    }

    /// What the next new row will be numbered.
    pub fn next_serial(&self) -> u64 {
        self.kept.next_serial()
    }

    /// All of it at once.
    pub fn whole(&self) -> Result<StateChange> {
        Ok(StateChange {
            rows: self.piece(0..self.rows())?,
            removed: self.removed().to_vec(),
            matched: self.matched().to_vec(),
            next_serial: self.next_serial(),
        })
    }
}

//! What is saved of a table of the state: all of it, or what a batch has changed.
//!
//! Every kept row has a serial number, given in the order in which rows are first kept and never given again. Saved
//! rows are told apart by it, and sorted by it they are in the order in which the state was built up.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::types::UInt64Type;
use arrow::array::{ArrayRef, BooleanArray, RecordBatch, cast::AsArray};
use arrow::compute::interleave_record_batch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

/// Column of a saved table that says whether a row has matched.
const MATCHED: &str = "__matched";

/// Column of a saved table with the serial number.
const SERIAL: &str = "__serial";

/// How much of the state is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Snapshot,
    /// What has changed since the state was last saved or loaded.
    Delta,
}

/// A saved table, or how it has changed. Applied to an empty table, everything is a change.
#[derive(Debug, Clone, PartialEq)]
pub struct StateChange {
    /// Rows that are new or have other values: their columns, then `__matched: Boolean` and `__serial: UInt64`;
    /// in the order of the serial numbers.
    pub rows: RecordBatch,
    /// Serial numbers of rows that have left.
    pub removed: Vec<u64>,
    /// Serial numbers of rows that have found their first match.
    pub matched: Vec<u64>,
    /// What the next new row will be numbered.
    pub next_serial: u64,
}

impl StateChange {
    /// The columns of the rows without what is saved about each row.
    pub fn columns(&self) -> &[ArrayRef] {
        &self.rows.columns()[..self.rows.num_columns() - 2]
    }

    /// Whether each row has matched.
    pub fn matched_flags(&self) -> &BooleanArray {
        self.rows.column(self.rows.num_columns() - 2).as_boolean()
    }

    /// The same, and nothing has ever matched.
    pub(in crate::operator) fn without_matches(&self) -> StateChange {
        let mut columns = self.rows.columns().to_vec();
        let at = columns.len() - 2;
        columns[at] = Arc::new(BooleanArray::from(vec![false; self.rows.num_rows()]));
        let rows = RecordBatch::try_new(self.rows.schema(), columns).expect("only flags have changed");
        StateChange { rows, matched: vec![], ..self.clone() }
    }

    /// Serial number of each row.
    pub fn serials(&self) -> &[u64] {
        self.rows.column(self.rows.num_columns() - 1).as_primitive::<UInt64Type>().values()
    }

    /// One change that does what several of the same table do one after the other.
    ///
    /// # Errors
    /// What is wrong with them as the history of one table.
    pub fn fold(changes: &[StateChange]) -> Result<StateChange, String> {
        let last = changes.last().ok_or("a table has no history")?;
        let mut living: BTreeMap<u64, (usize, usize)> = BTreeMap::new();
        let mut matched = BTreeMap::new();
        for (at, change) in changes.iter().enumerate() {
            for (row, serial) in change.serials().iter().enumerate() {
                living.insert(*serial, (at, row));
                matched.insert(*serial, change.matched_flags().value(row));
            }
            for serial in &change.matched {
                matched.insert(*serial, true);
            }
            for serial in &change.removed {
                living.remove(serial).ok_or_else(|| format!("row {serial} leaves without having come"))?;
            }
        }
        if let Some((serial, _)) = living.last_key_value().filter(|(serial, _)| **serial >= last.next_serial)
        {
            return Err(format!("row {serial} is not numbered yet"));
        }
        let places: Vec<(usize, usize)> = living.values().copied().collect();
        let batches: Vec<&RecordBatch> = changes.iter().map(|change| &change.rows).collect();
        let rows = interleave_record_batch(&batches, &places).map_err(|error| error.to_string())?;
        let mut columns = rows.columns().to_vec();
        let flags: BooleanArray = living.keys().map(|serial| matched.get(serial).copied()).collect();
        let at = columns.len() - 2;
        columns[at] = Arc::new(flags);
        let rows = RecordBatch::try_new(rows.schema(), columns).map_err(|error| error.to_string())?;
        Ok(StateChange { rows, removed: vec![], matched: vec![], next_serial: last.next_serial })
    }
}

/// Layout of a saved table whose rows have the given fields.
pub(super) fn saved_schema(mut fields: Vec<Arc<Field>>) -> SchemaRef {
    fields.push(Arc::new(Field::new(MATCHED, DataType::Boolean, false)));
    fields.push(Arc::new(Field::new(SERIAL, DataType::UInt64, false)));
    Arc::new(Schema::new(fields))
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, UInt64Array};

    use super::*;

    fn change(rows: &[(u64, i64)], removed: &[u64], matched: &[u64], next_serial: u64) -> StateChange {
        let values: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.1)));
        let fields = vec![Arc::new(Field::new("v", DataType::Int64, false))];
        let flags = BooleanArray::from(vec![false; rows.len()]);
        let serials = UInt64Array::from_iter_values(rows.iter().map(|row| row.0));
        let columns: Vec<ArrayRef> = vec![values, Arc::new(flags), Arc::new(serials)];
        StateChange {
            rows: RecordBatch::try_new(saved_schema(fields), columns).unwrap(),
            removed: removed.to_vec(),
            matched: matched.to_vec(),
            next_serial,
        }
    }

    #[test]
    fn the_last_value_counts_and_who_has_left_is_gone() {
        let history = [
            change(&[(0, 10), (1, 11), (2, 12)], &[], &[], 3),
            change(&[(1, 21), (4, 14)], &[0], &[2], 5),
            change(&[], &[4], &[], 7),
        ];
        let folded = StateChange::fold(&history).unwrap();
        let mut expected = change(&[(1, 21), (2, 12)], &[], &[], 7);
        let flags: ArrayRef = Arc::new(BooleanArray::from(vec![false, true]));
        let columns = vec![expected.rows.column(0).clone(), flags, expected.rows.column(2).clone()];
        expected.rows = RecordBatch::try_new(expected.rows.schema(), columns).unwrap();
        assert_eq!(folded, expected);
    }

    #[test]
    fn a_history_that_cannot_be_is_refused() {
        let leaves = [change(&[(0, 10)], &[], &[], 1), change(&[], &[3], &[], 1)];
        assert_eq!(StateChange::fold(&leaves).unwrap_err(), "row 3 leaves without having come");
        assert_eq!(
            StateChange::fold(&[change(&[(4, 10)], &[], &[], 4)]).unwrap_err(),
            "row 4 is not numbered yet"
        );
        assert!(StateChange::fold(&[]).is_err());
    }
}

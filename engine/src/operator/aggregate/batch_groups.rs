//! The groups of the running micro-batch, before they meet the state (Spark's partial aggregate).

use std::sync::Arc;

use arrow::array::types::{Float32Type, Float64Type, UInt64Type};
use arrow::array::{Array, ArrayRef, StructArray, UInt32Array, UInt64Array, cast::AsArray};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::record_batch::RecordBatch;

use super::calls::{Accumulators, Calls, take_all};
use crate::batch::{RecordId, record_ids, row_schema};
use crate::error::Result;
use crate::operator::state::{KeyedRows, find_slots, group_rows, hash};
use crate::plan::Column;

/// Groups by key, numbered in the order of their first rows.
pub(super) struct BatchGroups {
    /// Key columns, then the id of the group's first record.
    schema: SchemaRef,
    width: usize,
    groups: KeyedRows,
    accumulators: Accumulators,
}

/// Groups and what is known of them.
pub(super) struct Partial {
    pub(super) keys: Vec<ArrayRef>,
    /// First record of each group.
    pub(super) ids: UInt64Array,
    /// As columns of [`Accumulators::state`].
    pub(super) state: Vec<ArrayRef>,
}

impl Partial {
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The groups at the given positions.
    pub(super) fn take(&self, groups: &UInt32Array) -> Result<Partial> {
        let ids = arrow::compute::take(&self.ids, groups, None)?;
        Ok(Partial {
            keys: take_all(&self.keys, groups)?,
            ids: ids.as_primitive::<UInt64Type>().clone(),
            state: take_all(&self.state, groups)?,
        })
    }
}

impl BatchGroups {
    pub(super) fn new(keys: &[Column], calls: &Calls) -> Result<Self> {
        let schema = row_schema(keys);
        let groups = KeyedRows::new(Arc::clone(&schema));
        Ok(Self { schema, width: keys.len(), groups, accumulators: calls.accumulators()? })
    }

    /// Takes rows in whose keys are at the given positions.
    pub(super) fn add(&mut self, rows: &RecordBatch, positions: &[usize], calls: &Calls) -> Result<()> {
        let keys: Vec<ArrayRef> = positions.iter().map(|at| normalized(rows.column(*at))).collect();
        let hashes = hash(&keys, rows.num_rows())?;
        let groups = group_rows(&keys, &hashes)?;
        let first = UInt32Array::from(groups.first_rows);
        let ids = arrow::compute::take(record_ids(rows), &first, None)?;
        let first_hashes: Vec<u64> = first.values().iter().map(|row| hashes[*row as usize]).collect();
        let numbers = self.numbers(&take_all(&keys, &first)?, &ids, &first_hashes)?;
        let of_row: Vec<u32> = groups.of_row.iter().map(|group| numbers[*group as usize]).collect();
        calls.update(&mut self.accumulators, &of_row, rows)
    }

    /// The batch has its one group even without rows: an aggregation without keys.
    pub(super) fn add_empty(&mut self, first: RecordId) -> Result<()> {
        let ids: ArrayRef = Arc::new(UInt64Array::from(vec![first.pack()]));
        self.numbers(&[], &ids, &hash(&[], 1)?)?;
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.groups.len() == 0
    }

    /// All groups of the batch; the next batch starts without any.
    pub(super) fn finish(&mut self, calls: &Calls) -> Result<Partial> {
        let numbers: Vec<u32> = (0..self.groups.len() as u32).collect();
        let columns: Vec<usize> = (0..=self.width).collect();
        let mut keys = self.groups.gather(&columns, &numbers)?;
        let ids = keys.pop().expect("the record id is the last column");
        let state = self.accumulators.state(&numbers)?;
        self.groups = KeyedRows::new(Arc::clone(&self.schema));
        self.accumulators = calls.accumulators()?;
        Ok(Partial { keys, ids: ids.as_primitive::<UInt64Type>().clone(), state })
    }

    /// The number of each key; keys that are new get the next numbers. The keys differ.
    fn numbers(&mut self, keys: &[ArrayRef], ids: &ArrayRef, hashes: &[u64]) -> Result<Vec<u32>> {
        let stored: Vec<usize> = (0..self.width).collect();
        let found = find_slots(keys, hashes, &mut self.groups, &stored)?;
        let new: Vec<u32> = (0..found.len() as u32).filter(|key| found[*key as usize].is_none()).collect();
        let new_hashes: Vec<u64> = new.iter().map(|key| hashes[*key as usize]).collect();
        let new = UInt32Array::from(new);
        let mut arrays = take_all(keys, &new)?;
        arrays.push(arrow::compute::take(ids, &new, None)?);
        let rows = RecordBatch::try_new(Arc::clone(&self.schema), arrays)?;
        let slots = self.groups.insert(rows, &new_hashes, &vec![false; new.len()], &[])?;
        self.accumulators.resize(self.groups.len());
        let mut slots = slots.into_iter();
        let number = |found: Option<u32>| found.or_else(|| slots.next()).expect("every new key has a slot");
        Ok(found.into_iter().map(number).collect())
    }
}

/// Keys as they come out: minus zero is zero, all NaN are one (Spark `NormalizeFloatingNumbers`).
fn normalized(key: &ArrayRef) -> ArrayRef {
    match key.data_type() {
        DataType::Float64 => {
            let unique = |v: f64| if v.is_nan() { f64::NAN } else { v + 0.0 };
            Arc::new(key.as_primitive::<Float64Type>().unary::<_, Float64Type>(unique))
        }
        DataType::Float32 => {
            let unique = |v: f32| if v.is_nan() { f32::NAN } else { v + 0.0 };
            Arc::new(key.as_primitive::<Float32Type>().unary::<_, Float32Type>(unique))
        }
        DataType::Struct(fields) if !fields.is_empty() => {
            let parent = key.as_struct();
            let columns = parent.columns().iter().map(normalized).collect();
            Arc::new(StructArray::new(fields.clone(), columns, parent.nulls().cloned()))
        }
        _ => Arc::clone(key),
    }
}

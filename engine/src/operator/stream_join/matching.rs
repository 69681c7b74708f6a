//! Finding matches: input rows of one side against the rows that the other side keeps.

use arrow::array::{ArrayRef, BooleanArray, UInt32Array, cast::AsArray};
use arrow::compute::filter;
use arrow::record_batch::RecordBatch;

use crate::error::Result;
use crate::operator::state::{KeyedRows, Keys, equal, hash};

/// Input rows of one side, with their keys.
pub(super) struct Probe {
    /// Columns, record id, computed keys: the layout of the state.
    pub(super) rows: RecordBatch,
    pub(super) keys: Vec<ArrayRef>,
    pub(super) hashes: Vec<u64>,
}

impl Probe {
    pub(super) fn new(input: RecordBatch, keys: &Keys) -> Result<Self> {
        let (rows, keys) = keys.extend(input)?;
        let hashes = hash(&keys, rows.num_rows())?;
        Ok(Self { rows, keys, hashes })
    }
}

/// Pairs that may match: a row of the probe and a slot of the other side each.
pub(super) struct Candidates {
    pub(super) rows: UInt32Array,
    pub(super) slots: Vec<u32>,
}

impl Candidates {
    /// Every pair of equal keys, in the order of the probe.
    pub(super) fn of(probe: &Probe, other: &KeyedRows, key_columns: &[usize]) -> Result<Self> {
        let (rows, slots) = other.candidates(&probe.hashes);
        let mut candidates = Self { rows: UInt32Array::from(rows), slots };
        if !candidates.slots.is_empty() {
            let other_keys = other.gather(key_columns, &candidates.slots)?;
            candidates.retain(&equal(&probe.keys, &candidates.rows, &other_keys)?)?;
        }
        Ok(candidates)
    }

    pub(super) fn retain(&mut self, mask: &BooleanArray) -> Result<()> {
        if mask.true_count() == mask.len() {
            return Ok(());
        }
        self.rows = filter(&self.rows, mask)?.as_primitive().clone();
        let mut keep = mask.values().iter();
        self.slots.retain(|_| keep.next().expect("one verdict per candidate"));
        Ok(())
    }

    /// Whether each probe row has a match.
    pub(super) fn matched(&self, probe_rows: usize) -> Vec<bool> {
        let mut matched = vec![false; probe_rows];
        self.rows.values().iter().for_each(|row| matched[*row as usize] = true);
        matched
    }
}

//! Counting rows.

use std::sync::Arc;

use arrow::array::types::Int64Type;
use arrow::array::{Array, ArrayRef, Int64Array, cast::AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::DataType;

use super::{Accumulator, grow, pick};
use crate::error::Result;

/// Rows whose arguments are all not null.
#[derive(Default)]
pub(super) struct Count {
    counts: Vec<i64>,
}

impl Accumulator for Count {
    fn resize(&mut self, groups: usize) {
        grow(&mut self.counts, groups, 0);
    }

    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()> {
        let nulls = args
            .iter()
            .fold(None, |nulls, arg| NullBuffer::union(nulls.as_ref(), arg.logical_nulls().as_ref()));
        match nulls {
            None => groups.iter().for_each(|group| self.counts[*group as usize] += 1),
            Some(nulls) => nulls.valid_indices().for_each(|row| self.counts[groups[row] as usize] += 1),
        }
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        let counts = state[0].as_primitive::<Int64Type>();
        for (group, count) in groups.iter().zip(counts.values()) {
            self.counts[*group as usize] += count;
        }
        Ok(())
    }

    fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(groups)?])
    }

    fn state_types(&self) -> Vec<DataType> {
        vec![DataType::Int64]
    }

    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef> {
        Ok(Arc::new(Int64Array::from_iter_values(pick(&self.counts, groups))))
    }

    fn clear(&mut self, groups: &[u32]) {
        groups.iter().for_each(|group| self.counts[*group as usize] = 0);
    }
}

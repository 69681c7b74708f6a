//! Sums that wrap or round, and means of doubles.
//!
//! Source: `Sum`, `Average` (Spark 3.5.4). A sum of doubles starts at 0.0, so a lone -0.0 sums to 0.0.

use std::sync::Arc;

use arrow::array::types::{ArrowPrimitiveType, Float64Type, Int64Type};
use arrow::array::{Array, ArrayRef, Float64Array, Int64Array, PrimitiveArray, cast::AsArray};
use arrow::datatypes::{ArrowNativeTypeOp, DataType};

use super::{Accumulator, grow, pick};
use crate::error::Result;

/// The sum of integers or doubles; null without values.
pub(super) struct Sum<T: ArrowPrimitiveType> {
    sums: Vec<T::Native>,
    any: Vec<bool>,
}

impl<T: ArrowPrimitiveType> Default for Sum<T> {
    fn default() -> Self {
        Self { sums: vec![], any: vec![] }
    }
}

impl<T: ArrowPrimitiveType> Accumulator for Sum<T> {
    fn resize(&mut self, groups: usize) {
        grow(&mut self.sums, groups, T::Native::ZERO);
        grow(&mut self.any, groups, false);
    }

    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()> {
        each_value(groups, args[0].as_primitive::<T>(), |group, value| {
            self.sums[group] = self.sums[group].add_wrapping(value);
            self.any[group] = true;
        });
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        self.update(groups, state)
    }

    fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(groups)?])
    }

    fn state_types(&self) -> Vec<DataType> {
        vec![T::DATA_TYPE]
    }

    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef> {
        let sums = pick(&self.sums, groups).zip(pick(&self.any, groups));
        Ok(Arc::new(sums.map(|(sum, any)| any.then_some(sum)).collect::<PrimitiveArray<T>>()))
    }

    fn clear(&mut self, groups: &[u32]) {
        for group in groups {
            self.sums[*group as usize] = T::Native::ZERO;
            self.any[*group as usize] = false;
        }
    }
}

/// The mean of doubles; null without values.
#[derive(Default)]
pub(super) struct Average {
    sums: Vec<f64>,
    counts: Vec<i64>,
}

impl Accumulator for Average {
    fn resize(&mut self, groups: usize) {
        grow(&mut self.sums, groups, 0.0);
        grow(&mut self.counts, groups, 0);
    }

    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()> {
        each_value(groups, args[0].as_primitive::<Float64Type>(), |group, value| {
            self.sums[group] += value;
            self.counts[group] += 1;
        });
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        each_value(groups, state[0].as_primitive::<Float64Type>(), |group, sum| self.sums[group] += sum);
        each_value(groups, state[1].as_primitive::<Int64Type>(), |group, count| self.counts[group] += count);
        Ok(())
    }

    fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
        let sums = Float64Array::from_iter_values(pick(&self.sums, groups));
        let counts = Int64Array::from_iter_values(pick(&self.counts, groups));
        Ok(vec![Arc::new(sums), Arc::new(counts)])
    }

    fn state_types(&self) -> Vec<DataType> {
        vec![DataType::Float64, DataType::Int64]
    }

    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef> {
        let parts = pick(&self.sums, groups).zip(pick(&self.counts, groups));
        let mean = |(sum, count): (f64, i64)| (count > 0).then(|| sum / count as f64);
        Ok(Arc::new(parts.map(mean).collect::<Float64Array>()))
    }

    fn clear(&mut self, groups: &[u32]) {
        for group in groups {
            self.sums[*group as usize] = 0.0;
            self.counts[*group as usize] = 0;
        }
    }
}

/// Calls with the group and value of each row that has one.
pub(super) fn each_value<T: ArrowPrimitiveType>(
    groups: &[u32],
    values: &PrimitiveArray<T>,
    mut take: impl FnMut(usize, T::Native),
) {
    match values.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => groups.iter().zip(values.values()).for_each(|(group, value)| take(*group as usize, *value)),
        Some(nulls) => nulls.valid_indices().for_each(|row| take(groups[row] as usize, values.value(row))),
    }
}

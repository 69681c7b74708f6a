//! How many different values there are, without keeping them: HyperLogLog++.
//!
//! Each value is hashed to 64 bits. The first `precision` bits choose a register; a register remembers the longest
//! run of zeros that began the remaining bits of any value. Few values are counted by the registers left empty,
//! many by the harmonic mean of the registers, corrected by the bias measured in the paper.
//!
//! Sources: `HyperLogLogPlusPlusHelper` (Spark 3.5.4); Heule, Nunkesser and Hall, "HyperLogLog in Practice" (2013),
//! whose appendix the thresholds and `bias.txt` are.

mod bias;
mod hash;

use std::sync::Arc;

use arrow::array::types::Int64Type;
use arrow::array::{Array, ArrayRef, BinaryArray, PrimitiveArray, cast::AsArray};
use arrow::datatypes::DataType;

use super::{Accumulator, grow};
use crate::error::Result;

/// Binary logarithm of the number of registers for a relative error; `None` where it would be out of range.
pub(super) fn precision(relative_error: f64) -> Option<u8> {
    let precision = (2.0 * (1.106 / relative_error).ln() / 2f64.ln()).ceil();
    (4.0..=24.0).contains(&precision).then_some(precision as u8)
}

/// Registers per group.
pub(super) struct ApproximateDistinct {
    precision: u8,
    /// One byte per register; none while a group is empty.
    registers: Vec<Vec<u8>>,
}

impl ApproximateDistinct {
    pub(super) fn new(precision: u8) -> Self {
        Self { precision, registers: vec![] }
    }

    fn registers(&mut self, group: u32) -> &mut [u8] {
        let registers = &mut self.registers[group as usize];
        if registers.is_empty() {
            registers.resize(1 << self.precision, 0);
        }
        registers
    }
}

impl Accumulator for ApproximateDistinct {
    fn resize(&mut self, groups: usize) {
        grow(&mut self.registers, groups, vec![]);
    }

    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()> {
        let mut hashes = vec![hash::SEED; groups.len()];
        hash::hash(&args[0], &mut hashes)?;
        let nulls = args[0].logical_nulls();
        let is_valid = |row: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row));
        let bits = u32::from(self.precision);
        for row in (0..groups.len()).filter(is_valid) {
            let hash = hashes[row];
            let run = (hash << bits | 1 << (bits - 1)).leading_zeros() as u8 + 1;
            let register = &mut self.registers(groups[row])[(hash >> (64 - bits)) as usize];
            *register = run.max(*register);
        }
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        for (group, other) in groups.iter().zip(state[0].as_binary::<i32>()) {
            let Some(other) = other.filter(|other| !other.is_empty()) else { continue };
            let registers = self.registers(*group).iter_mut().zip(other);
            registers.for_each(|(register, other)| *register = (*other).max(*register));
        }
        Ok(())
    }

    fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
        let registers = groups.iter().map(|group| &self.registers[*group as usize]);
        Ok(vec![Arc::new(BinaryArray::from_iter_values(registers))])
    }

    fn state_types(&self) -> Vec<DataType> {
        vec![DataType::Binary]
    }

    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef> {
        let counts = groups.iter().map(|group| estimate(self.precision, &self.registers[*group as usize]));
        Ok(Arc::new(PrimitiveArray::<Int64Type>::from_iter_values(counts)))
    }

    fn clear(&mut self, groups: &[u32]) {
        groups.iter().for_each(|group| self.registers[*group as usize] = vec![]);
    }
}

/// The number of different values that left the registers as they are.
fn estimate(precision: u8, registers: &[u8]) -> i64 {
    if registers.is_empty() {
        return 0;
    }
    let count = registers.len() as f64;
    let inverse: f64 = registers.iter().map(|register| 1.0 / (1u64 << register) as f64).sum();
    let empty = registers.iter().filter(|register| **register == 0).count() as f64;
    let raw = alpha(precision) * count * count / inverse;
    let by_empty = count * (count / empty).ln();
    let few =
        empty > 0.0 && (bias::threshold(precision).is_some_and(|t| by_empty <= t) || raw <= 2.5 * count);
    let estimate = match few {
        true => by_empty,
        false if raw < 5.0 * count => raw - bias::bias(precision, raw),
        false => raw,
    };
    (estimate + 0.5).floor() as i64
}

/// Corrects the mean for the number of registers.
fn alpha(precision: u8) -> f64 {
    match precision {
        4 => 0.673,
        5 => 0.697,
        6 => 0.709,
        _ => 0.7213 / (1.0 + 1.079 / f64::from(1u32 << precision)),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::Int64Array;

    use super::*;

    fn count(precision: u8, values: impl IntoIterator<Item = i64>) -> i64 {
        let values: ArrayRef = Arc::new(Int64Array::from_iter_values(values));
        let mut accumulator = ApproximateDistinct::new(precision);
        accumulator.resize(1);
        accumulator.update(&vec![0; values.len()], &[values]).unwrap();
        accumulator.evaluate(&[0]).unwrap().as_primitive::<Int64Type>().value(0)
    }

    #[test]
    fn the_usual_error_takes_512_registers() {
        assert_eq!(precision(0.05), Some(9));
        assert_eq!(precision(0.39), Some(4));
        assert_eq!(precision(0.4), None);
        assert_eq!(precision(0.0), None);
    }

    #[test]
    fn small_counts_are_exact() {
        for n in [0, 1, 2, 5, 10] {
            assert_eq!(count(9, (0..n).chain(0..n)), n);
        }
    }

    #[test]
    fn the_error_stays_within_bounds_from_linear_counting_to_the_raw_estimate() {
        for (precision, n) in [(9, 300), (9, 1000), (9, 2000), (9, 100_000), (14, 20_000), (4, 40)] {
            let error = (count(precision, 0..n) - n) as f64 / n as f64;
            let allowed = 3.0 * 1.04 / f64::from(1u32 << precision).sqrt();
            assert!(error.abs() < allowed, "{n} at {precision}: {error}");
        }
    }
}

//! Sums and means of decimals. A sum beyond its precision is lost for good: the result stays null.
//!
//! Source: `Sum`, `Average`, `DecimalDivideWithOverflowCheck` (Spark 3.5.4). Spark looks at the precision between
//! stages only, so a sum that leaves its range and comes back within one batch can survive there; here it is lost.

use std::sync::Arc;

use arrow::array::types::{Decimal128Type, Int64Type};
use arrow::array::{ArrayRef, BooleanArray, Decimal128Array, Int64Array, cast::AsArray};
use arrow::datatypes::DataType;

use super::sum::each_value;
use super::{Accumulator, grow, pick};
use crate::error::Result;

/// Sums of decimals with one precision and scale; `None` once one is too large.
struct Totals {
    data_type: DataType,
    limit: u128,
    sums: Vec<Option<i128>>,
}

impl Totals {
    fn new(data_type: &DataType) -> Self {
        Self { data_type: data_type.clone(), limit: limit(data_type), sums: vec![] }
    }

    fn add(&mut self, group: usize, value: Option<i128>) {
        let sum = self.sums[group].zip(value).and_then(|(sum, value)| sum.checked_add(value));
        self.sums[group] = sum.filter(|sum| sum.unsigned_abs() < self.limit);
    }

    /// Row i of a column of sums goes to `groups[i]`.
    fn merge(&mut self, groups: &[u32], sums: &ArrayRef) {
        for (group, sum) in groups.iter().zip(sums.as_primitive::<Decimal128Type>()) {
            self.add(*group as usize, sum);
        }
    }

    fn column(&self, groups: &[u32]) -> ArrayRef {
        let sums: Decimal128Array = pick(&self.sums, groups).collect();
        Arc::new(sums.with_data_type(self.data_type.clone()))
    }
}

/// The sum of decimals; null without values.
pub(super) struct DecimalSum {
    totals: Totals,
    empty: Vec<bool>,
}

impl DecimalSum {
    pub(super) fn new(result: &DataType) -> Self {
        Self { totals: Totals::new(result), empty: vec![] }
    }
}

impl Accumulator for DecimalSum {
    fn resize(&mut self, groups: usize) {
        grow(&mut self.totals.sums, groups, Some(0));
        grow(&mut self.empty, groups, true);
    }

    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()> {
        each_value(groups, args[0].as_primitive::<Decimal128Type>(), |group, value| {
            self.totals.add(group, Some(value));
            self.empty[group] = false;
        });
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        self.totals.merge(groups, &state[0]);
        for (group, empty) in groups.iter().zip(state[1].as_boolean()) {
            self.empty[*group as usize] &= empty != Some(false);
        }
        Ok(())
    }

    fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
        let empty: BooleanArray = pick(&self.empty, groups).map(Some).collect();
        Ok(vec![self.totals.column(groups), Arc::new(empty)])
    }

    fn state_types(&self) -> Vec<DataType> {
        vec![self.totals.data_type.clone(), DataType::Boolean]
    }

    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef> {
        let sums = pick(&self.totals.sums, groups).zip(pick(&self.empty, groups));
        let sums: Decimal128Array = sums.map(|(sum, empty)| sum.filter(|_| !empty)).collect();
        Ok(Arc::new(sums.with_data_type(self.totals.data_type.clone())))
    }

    fn clear(&mut self, groups: &[u32]) {
        for group in groups {
            self.totals.sums[*group as usize] = Some(0);
            self.empty[*group as usize] = true;
        }
    }
}

/// The mean of decimals, rounded half away from zero; null without values.
pub(super) struct DecimalAverage {
    totals: Totals,
    counts: Vec<i64>,
    result: DataType,
    /// What a sum is multiplied with to have the result's scale.
    factor: i128,
}

impl DecimalAverage {
    /// For values of the type `arg`.
    pub(super) fn new(arg: &DataType, result: &DataType) -> Self {
        let (precision, scale) = parts(arg);
        let (_, result_scale) = parts(result);
        let sum = DataType::Decimal128((precision + 10).min(38), scale);
        let factor = 10i128.pow(u32::from((result_scale - scale).unsigned_abs()));
        Self { totals: Totals::new(&sum), counts: vec![], result: result.clone(), factor }
    }

    /// Null where the result has too many digits.
    fn mean(&self, sum: i128, count: i64) -> Option<i128> {
        let count = i128::from(count);
        let rest = sum % count * self.factor;
        let rounding = if (rest % count).abs() * 2 >= count { sum.signum() } else { 0 };
        let whole = (sum / count).checked_mul(self.factor)?;
        let mean = whole.checked_add(rest / count + rounding)?;
        Some(mean).filter(|mean| mean.unsigned_abs() < limit(&self.result))
    }
}

impl Accumulator for DecimalAverage {
    fn resize(&mut self, groups: usize) {
        grow(&mut self.totals.sums, groups, Some(0));
        grow(&mut self.counts, groups, 0);
    }

    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()> {
        each_value(groups, args[0].as_primitive::<Decimal128Type>(), |group, value| {
            self.totals.add(group, Some(value));
            self.counts[group] += 1;
        });
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        self.totals.merge(groups, &state[0]);
        each_value(groups, state[1].as_primitive::<Int64Type>(), |group, count| self.counts[group] += count);
        Ok(())
    }

    fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
        let counts = Int64Array::from_iter_values(pick(&self.counts, groups));
        Ok(vec![self.totals.column(groups), Arc::new(counts)])
    }

    fn state_types(&self) -> Vec<DataType> {
        vec![self.totals.data_type.clone(), DataType::Int64]
    }

    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef> {
        let parts = pick(&self.totals.sums, groups).zip(pick(&self.counts, groups));
        let mean = |(sum, count): (Option<i128>, i64)| self.mean(sum.filter(|_| count > 0)?, count);
        let means: Decimal128Array = parts.map(mean).collect();
        Ok(Arc::new(means.with_data_type(self.result.clone())))
    }

    fn clear(&mut self, groups: &[u32]) {
        for group in groups {
            self.totals.sums[*group as usize] = Some(0);
            self.counts[*group as usize] = 0;
        }
    }
}

fn parts(decimal: &DataType) -> (u8, i8) {
    match decimal {
        DataType::Decimal128(precision, scale) => (*precision, *scale),
        other => unreachable!("decimals are accumulated, not {other}"),
    }
}

/// The least number with too many digits.
fn limit(decimal: &DataType) -> u128 {
    10u128.pow(u32::from(parts(decimal).0))
}

//! Variance and standard deviation from count, mean and sum of squared distances.
//!
//! Source: `CentralMomentAgg` (Spark 3.5.4), with its formulas in its order of operations, so that a query in one
//! partition gets the same bits.

use std::sync::Arc;

use arrow::array::types::Float64Type;
use arrow::array::{ArrayRef, Float64Array, cast::AsArray};
use arrow::datatypes::DataType;

use super::sum::each_value;
use super::{Accumulator, Spread, grow, pick};
use crate::error::Result;

/// What is known of some values.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Moment {
    count: f64,
    mean: f64,
    /// Sum of squared distances from the mean.
    squares: f64,
}

impl Moment {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let distance = value - self.mean;
        let step = distance / self.count;
        self.mean += step;
        self.squares += distance * (distance - step);
    }

    fn combined(self, other: Moment) -> Moment {
        let count = self.count + other.count;
        let distance = other.mean - self.mean;
        let step = if count == 0.0 { 0.0 } else { distance / count };
        Moment {
            count,
            mean: self.mean + step * other.count,
            squares: self.squares + other.squares + distance * step * self.count * other.count,
        }
    }

    /// What an empty buffer becomes that this one is merged into: the mean's last bit can change.
    fn rebased(self) -> Moment {
        Moment::default().combined(self)
    }
}

/// Moments per group.
pub(super) struct Moments {
    spread: Spread,
    moments: Vec<Moment>,
}

impl Moments {
    pub(super) fn new(spread: Spread) -> Self {
        Self { spread, moments: vec![] }
    }

    fn result(&self, moment: Moment) -> Option<f64> {
        let Moment { count, squares, .. } = moment;
        match self.spread {
            _ if count == 0.0 => None,
            Spread::VariancePopulation => Some(squares / count),
            Spread::DeviationPopulation => Some((squares / count).sqrt()),
            _ if count == 1.0 => None,
            Spread::VarianceSample => Some(squares / (count - 1.0)),
            Spread::DeviationSample => Some((squares / (count - 1.0)).sqrt()),
        }
    }

    fn each(&mut self, groups: &[u32], state: &[ArrayRef], take: fn(&mut Moment, Moment)) {
        let [count, mean, squares] = [0, 1, 2].map(|i| state[i].as_primitive::<Float64Type>().values());
        for (row, group) in groups.iter().enumerate() {
            let moment = Moment { count: count[row], mean: mean[row], squares: squares[row] };
            take(&mut self.moments[*group as usize], moment);
        }
    }
}

impl Accumulator for Moments {
    fn resize(&mut self, groups: usize) {
        grow(&mut self.moments, groups, Moment::default());
    }

    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()> {
        each_value(groups, args[0].as_primitive::<Float64Type>(), |group, value| {
            self.moments[group].add(value)
        });
        Ok(())
    }

    /// Spark merges the batch's buffer into an empty one, then the stored one into another, then the first into
    /// that.
    fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        self.each(groups, state, |stored, batch| *stored = stored.rebased().combined(batch.rebased()));
        Ok(())
    }

    fn restore(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        self.each(groups, state, |stored, saved| *stored = saved);
        Ok(())
    }

    fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
        let column = |part: fn(Moment) -> f64| -> ArrayRef {
            Arc::new(Float64Array::from_iter_values(pick(&self.moments, groups).map(part)))
        };
        Ok(vec![column(|m| m.count), column(|m| m.mean), column(|m| m.squares)])
    }

    fn state_types(&self) -> Vec<DataType> {
        vec![DataType::Float64; 3]
    }

    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef> {
        Ok(Arc::new(pick(&self.moments, groups).map(|m| self.result(m)).collect::<Float64Array>()))
    }

    fn clear(&mut self, groups: &[u32]) {
        groups.iter().for_each(|group| self.moments[*group as usize] = Moment::default());
    }
}

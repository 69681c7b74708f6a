//! The least and the greatest value. NaN is greater than any number; of equal values the first stays.
//!
//! Source: `Min`, `Max` (Spark 3.5.4). Text compares by its bytes.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::types::*;
use arrow::array::{Array, ArrayRef, PrimitiveArray, cast::AsArray, downcast_primitive};
use arrow::datatypes::{ArrowNativeTypeOp, DataType};

use super::encoding::{Encoded, Encoding, Winners};
use super::sum::each_value;
use super::{Accumulator, Extreme, grow, pick};
use crate::error::Result;

/// The accumulator for values of the given type.
pub(super) fn accumulator(extreme: Extreme, data_type: &DataType) -> Result<Box<dyn Accumulator>> {
    macro_rules! primitive {
        ($t:ty) => {
            Ok(Box::new(PrimitiveExtreme::<$t>::new(extreme, data_type)))
        };
    }
    downcast_primitive! {
        data_type => (primitive),
        _ => Ok(Box::new(EncodedExtreme::new(extreme, data_type)?)),
    }
}

/// Extremes of numbers and times.
struct PrimitiveExtreme<T: ArrowPrimitiveType> {
    extreme: Extreme,
    data_type: DataType,
    values: Vec<T::Native>,
    any: Vec<bool>,
}

impl<T: ArrowPrimitiveType> PrimitiveExtreme<T> {
    fn new(extreme: Extreme, data_type: &DataType) -> Self {
        Self { extreme, data_type: data_type.clone(), values: vec![], any: vec![] }
    }
}

impl<T: ArrowPrimitiveType> Accumulator for PrimitiveExtreme<T> {
    fn resize(&mut self, groups: usize) {
        grow(&mut self.values, groups, T::Native::ZERO);
        grow(&mut self.any, groups, false);
    }

    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()> {
        each_value(groups, args[0].as_primitive::<T>(), |group, value| {
            if !self.any[group] || self.extreme.prefers(order(&value, &self.values[group])) {
                self.values[group] = value;
                self.any[group] = true;
            }
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
        vec![self.data_type.clone()]
    }

    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef> {
        let values = pick(&self.values, groups).zip(pick(&self.any, groups));
        let values: PrimitiveArray<T> = values.map(|(value, any)| any.then_some(value)).collect();
        Ok(Arc::new(values.with_data_type(self.data_type.clone())))
    }

    fn clear(&mut self, groups: &[u32]) {
        groups.iter().for_each(|group| self.any[*group as usize] = false);
    }
}

/// Extremes of everything else: text, booleans, structs.
struct EncodedExtreme {
    extreme: Extreme,
    encoding: Encoding,
    values: Vec<Option<Encoded>>,
    winners: Winners,
}

impl EncodedExtreme {
    fn new(extreme: Extreme, data_type: &DataType) -> Result<Self> {
        let encoding = Encoding::new(data_type)?;
        Ok(Self { extreme, encoding, values: vec![], winners: Winners::default() })
    }
}

impl Accumulator for EncodedExtreme {
    fn resize(&mut self, groups: usize) {
        grow(&mut self.values, groups, None);
        self.winners.resize(groups);
    }

    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()> {
        let rows = self.encoding.encode(&args[0])?;
        let nulls = args[0].logical_nulls();
        let is_valid = |row: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row));
        for row in (0..groups.len()).filter(is_valid) {
            let group = groups[row];
            let old = match self.winners.get(group) {
                Some(winner) => Some(rows.row(winner).data()),
                None => self.values[group as usize].as_deref(),
            };
            if old.is_none_or(|old| self.extreme.prefers(rows.row(row).data().cmp(old))) {
                self.winners.set(group, row);
            }
        }
        for (group, row) in self.winners.take() {
            self.values[group] = Some(rows.row(row).data().into());
        }
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        self.update(groups, state)
    }

    fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(groups)?])
    }

    fn state_types(&self) -> Vec<DataType> {
        vec![self.encoding.data_type().clone()]
    }

    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef> {
        self.encoding.decode(groups.iter().map(|group| self.values[*group as usize].as_deref()))
    }

    fn clear(&mut self, groups: &[u32]) {
        groups.iter().for_each(|group| self.values[*group as usize] = None);
    }
}

/// Numbers by size, minus zero equal to zero, NaN last (`SQLOrderingUtil.compareDoubles`).
fn order<N: PartialOrd>(left: &N, right: &N) -> Ordering {
    let is_nan = |value: &N| value.partial_cmp(value).is_none();
    left.partial_cmp(right).unwrap_or_else(|| is_nan(left).cmp(&is_nan(right)))
}

//! The value of the first or last row, in order of arrival.
//!
//! A null is a value unless nulls are passed over. Source: `First`, `Last` (Spark 3.5.4).

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, cast::AsArray};
use arrow::datatypes::DataType;

use super::encoding::{Encoded, Encoding, Winners};
use super::{Accumulator, grow, pick};
use crate::error::Result;

/// One value per group, and whether it has been decided.
struct Picked {
    ignore_nulls: bool,
    encoding: Encoding,
    values: Vec<Option<Encoded>>,
    any: Vec<bool>,
    winners: Winners,
}

impl Picked {
    fn new(ignore_nulls: bool, data_type: &DataType) -> Result<Self> {
        let encoding = Encoding::new(data_type)?;
        Ok(Self { ignore_nulls, encoding, values: vec![], any: vec![], winners: Winners::default() })
    }

    fn resize(&mut self, groups: usize) {
        grow(&mut self.values, groups, None);
        grow(&mut self.any, groups, false);
        self.winners.resize(groups);
    }

    /// Rows that can decide a group.
    fn deciding(&self, values: &ArrayRef) -> Vec<bool> {
        let nulls = values.logical_nulls().filter(|_| self.ignore_nulls);
        (0..values.len()).map(|row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row))).collect()
    }

    /// The winners' values become the groups'.
    fn settle(&mut self, values: &ArrayRef) -> Result<()> {
        let winners = self.winners.take();
        if winners.is_empty() {
            return Ok(());
        }
        let rows = self.encoding.encode(values)?;
        for (group, row) in winners {
            self.values[group] = Some(rows.row(row).data().into());
            self.any[group] = true;
        }
        Ok(())
    }

    fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
        let any: BooleanArray = pick(&self.any, groups).map(Some).collect();
        Ok(vec![self.evaluate(groups)?, Arc::new(any)])
    }

    fn state_types(&self) -> Vec<DataType> {
        vec![self.encoding.data_type().clone(), DataType::Boolean]
    }

    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef> {
        self.encoding.decode(groups.iter().map(|group| self.values[*group as usize].as_deref()))
    }

    fn clear(&mut self, groups: &[u32]) {
        for group in groups {
            self.values[*group as usize] = None;
            self.any[*group as usize] = false;
        }
    }
}

/// Which rows of a saved state have been decided.
fn decided(state: &[ArrayRef]) -> Vec<bool> {
    state[1].as_boolean().iter().map(|any| any == Some(true)).collect()
}

/// The first row's value.
pub(super) struct First(Picked);

impl First {
    pub(super) fn new(ignore_nulls: bool, data_type: &DataType) -> Result<Self> {
        Picked::new(ignore_nulls, data_type).map(First)
    }

    fn take(&mut self, groups: &[u32], values: &ArrayRef, deciding: Vec<bool>) -> Result<()> {
        for (row, group) in groups.iter().enumerate().filter(|(row, _)| deciding[*row]) {
            if !self.0.any[*group as usize] && self.0.winners.get(*group).is_none() {
                self.0.winners.set(*group, row);
            }
        }
        self.0.settle(values)
    }
}

/// The last row's value.
pub(super) struct Last(Picked);

impl Last {
    pub(super) fn new(ignore_nulls: bool, data_type: &DataType) -> Result<Self> {
        Picked::new(ignore_nulls, data_type).map(Last)
    }

    fn take(&mut self, groups: &[u32], values: &ArrayRef, deciding: Vec<bool>) -> Result<()> {
        for (row, group) in groups.iter().enumerate().filter(|(row, _)| deciding[*row]) {
            self.0.winners.set(*group, row);
        }
        self.0.settle(values)
    }
}

macro_rules! accumulate {
    ($t:ty) => {
        impl Accumulator for $t {
            fn resize(&mut self, groups: usize) {
                self.0.resize(groups);
            }

            fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()> {
                let deciding = self.0.deciding(&args[0]);
                self.take(groups, &args[0], deciding)
            }

            fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
                self.take(groups, &state[0], decided(state))
            }

            fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
                self.0.state(groups)
            }

            fn state_types(&self) -> Vec<DataType> {
                self.0.state_types()
            }

            fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef> {
                self.0.evaluate(groups)
            }

            fn clear(&mut self, groups: &[u32]) {
                self.0.clear(groups);
            }
        }
    };
}

accumulate!(First);
accumulate!(Last);

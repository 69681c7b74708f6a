//! The value of the row whose order is least or greatest: `min_by(value, order)`, `max_by(value, order)`.
//!
//! Rows without an order do not count; of rows with equal order the last one wins. Source: `MaxMinBy` (Spark 3.5.4).

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::encoding::{Encoded, Encoding, Winners, comparable};
use super::{Accumulator, Extreme, grow};
use crate::error::Result;

/// One value and its order per group.
pub(super) struct ExtremeBy {
    extreme: Extreme,
    value: Encoding,
    order: Encoding,
    /// Value and order; `None` while no row had an order.
    best: Vec<Option<(Encoded, Encoded)>>,
    winners: Winners,
}

impl ExtremeBy {
    pub(super) fn new(extreme: Extreme, value: &DataType, order: &DataType) -> Result<Self> {
        let (value, order) = (Encoding::new(value)?, Encoding::new(order)?);
        Ok(Self { extreme, value, order, best: vec![], winners: Winners::default() })
    }

    fn column(
        &self,
        groups: &[u32],
        encoding: &Encoding,
        part: fn(&(Encoded, Encoded)) -> &Encoded,
    ) -> Result<ArrayRef> {
        let best = groups.iter().map(|group| self.best[*group as usize].as_ref());
        encoding.decode(best.map(|best| best.map(|best| &**part(best))))
    }
}

impl Accumulator for ExtremeBy {
    fn resize(&mut self, groups: usize) {
        grow(&mut self.best, groups, None);
        self.winners.resize(groups);
    }

    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()> {
        let orders = self.order.encode(&comparable(&args[1]))?;
        let nulls = args[1].logical_nulls();
        let is_valid = |row: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row));
        for row in (0..groups.len()).filter(is_valid) {
            let group = groups[row];
            let old = match self.winners.get(group) {
                Some(winner) => Some(orders.row(winner).data()),
                None => self.best[group as usize].as_ref().map(|(_, order)| &**order),
            };
            // The old one stays only if it is strictly better.
            if !old.is_some_and(|old| self.extreme.prefers(old.cmp(orders.row(row).data()))) {
                self.winners.set(group, row);
            }
        }
        let values = self.value.encode(&args[0])?;
        for (group, row) in self.winners.take() {
            self.best[group] = Some((values.row(row).data().into(), orders.row(row).data().into()));
        }
        Ok(())
    }

    fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        self.update(groups, state)
    }

    fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(groups)?, self.column(groups, &self.order, |best| &best.1)?])
    }

    fn state_types(&self) -> Vec<DataType> {
        vec![self.value.data_type().clone(), self.order.data_type().clone()]
    }

    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef> {
        self.column(groups, &self.value, |best| &best.0)
    }

    fn clear(&mut self, groups: &[u32]) {
        groups.iter().for_each(|group| self.best[*group as usize] = None);
    }
}

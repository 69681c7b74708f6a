//! All values of a group as an array, in order of arrival: `collect_list`, `collect_set`. Nulls are left out.
//!
//! A set keeps the first of equal values; its order is not defined in Spark. As in Spark minus zero equals zero in a
//! set, and a NaN equals nothing, so each one is kept.
//!
//! Source: `CollectList`, `CollectSet` (Spark 3.5.4).

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::types::{Float32Type, Float64Type};
use arrow::array::{Array, ArrayRef, ListArray, cast::AsArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field};

use super::Accumulator;
use super::encoding::{Encoded, Encoding, comparable};
use crate::error::Result;
use crate::types::array_type;

/// The values of one group.
#[derive(Default)]
struct Values {
    bytes: Vec<u8>,
    /// Where each value ends.
    ends: Vec<usize>,
    /// Of a set: what its values are compared by.
    known: BTreeSet<Encoded>,
}

impl Values {
    fn push(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.ends.push(self.bytes.len());
    }

    fn all(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }

    /// Keeps a value unless one with an equal key is there.
    fn insert(&mut self, value: &[u8], key: &[u8]) {
        if !self.known.contains(key) {
            self.known.insert(key.into());
            self.push(value);
        }
    }
}

/// Values per group.
pub(super) struct Collect {
    distinct: bool,
    encoding: Encoding,
    groups: Vec<Values>,
}

impl Collect {
    pub(super) fn new(distinct: bool, data_type: &DataType) -> Result<Self> {
        Ok(Self { distinct, encoding: Encoding::new(data_type)?, groups: vec![] })
    }

    /// Takes in values that are not null; the iterator gives group and row.
    fn take(&mut self, values: &ArrayRef, rows: impl Iterator<Item = (u32, usize)>) -> Result<()> {
        let encoded = self.encoding.encode(values)?;
        if !self.distinct {
            rows.for_each(|(group, row)| self.groups[group as usize].push(encoded.row(row).data()));
            return Ok(());
        }
        let keys = self.encoding.encode(&comparable(values))?;
        for (group, row) in rows {
            let group = &mut self.groups[group as usize];
            match is_nan(values, row) {
                true => group.push(encoded.row(row).data()),
                false => group.insert(encoded.row(row).data(), keys.row(row).data()),
            }
        }
        Ok(())
    }
}

impl Accumulator for Collect {
    fn resize(&mut self, groups: usize) {
        self.groups.resize_with(groups.max(self.groups.len()), Values::default);
    }

    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()> {
        let nulls = args[0].logical_nulls();
        let is_valid = |row: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row));
        self.take(&args[0], (0..groups.len()).filter(is_valid).map(|row| (groups[row], row)))
    }

    fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        let lists = state[0].as_list::<i32>();
        let offsets = lists.value_offsets();
        let rows = |row: usize| offsets[row] as usize..offsets[row + 1] as usize;
        let rows = groups.iter().enumerate().flat_map(|(i, group)| rows(i).map(move |row| (*group, row)));
        self.take(lists.values(), rows)
    }

    fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(groups)?])
    }

    fn state_types(&self) -> Vec<DataType> {
        vec![array_type(self.encoding.data_type().clone())]
    }

    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef> {
        let of_group = |group: &u32| &self.groups[*group as usize];
        let values = self.encoding.decode(groups.iter().flat_map(|g| of_group(g).all()).map(Some))?;
        let lengths = groups.iter().map(|group| of_group(group).ends.len());
        let item = Field::new_list_field(self.encoding.data_type().clone(), true);
        Ok(Arc::new(ListArray::new(Arc::new(item), OffsetBuffer::from_lengths(lengths), values, None)))
    }

    fn clear(&mut self, groups: &[u32]) {
        groups.iter().for_each(|group| self.groups[*group as usize] = Values::default());
    }
}

fn is_nan(values: &ArrayRef, row: usize) -> bool {
    match values.data_type() {
        DataType::Float64 => values.as_primitive::<Float64Type>().value(row).is_nan(),
        DataType::Float32 => values.as_primitive::<Float32Type>().value(row).is_nan(),
        _ => false,
    }
}

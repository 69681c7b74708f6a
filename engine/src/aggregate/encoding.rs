//! Values of any type as bytes that compare as the values do.
//!
//! A value per group must not cost a column rewrite per batch, so values that are no plain numbers are held as
//! Arrow's row encoding, one byte string per group. A map, which that encoding does not know, is encoded as the
//! list of its entries.

use std::sync::Arc;

use arrow::array::types::{Float32Type, Float64Type};
use arrow::array::{Array, ArrayData, ArrayRef, cast::AsArray, make_array, new_null_array};
use arrow::datatypes::{DataType, Field, Fields};
use arrow::row::{RowConverter, Rows, SortField};

use crate::error::Result;

/// A value's bytes.
pub(super) type Encoded = Box<[u8]>;

/// How values of one type become bytes.
pub(super) struct Encoding {
    data_type: DataType,
    /// The type without maps.
    listed: DataType,
    converter: RowConverter,
    null: Encoded,
}

impl Encoding {
    pub(super) fn new(data_type: &DataType) -> Result<Self> {
        let listed = without_maps(data_type);
        let converter = RowConverter::new(vec![SortField::new(listed.clone())])?;
        let null = converter.convert_columns(&[new_null_array(&listed, 1)])?;
        let null = null.row(0).data().into();
        Ok(Self { data_type: data_type.clone(), listed, converter, null })
    }

    pub(super) fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// One byte string per value, nulls included.
    pub(super) fn encode(&self, values: &ArrayRef) -> Result<Rows> {
        Ok(self.converter.convert_columns(&[relabelled(values, &self.listed)?])?)
    }

    /// The values again.
    pub(super) fn decode<'a>(&self, values: impl Iterator<Item = Option<&'a [u8]>>) -> Result<ArrayRef> {
        let parser = self.converter.parser();
        let bytes: Vec<&[u8]> = values.map(|value| value.unwrap_or(&self.null)).collect();
        let rows = bytes.into_iter().map(|bytes| parser.parse(bytes));
        relabelled(&self.converter.convert_rows(rows)?[0], &self.data_type)
    }
}

/// Which row each group has settled on while a batch is being read.
#[derive(Default)]
pub(super) struct Winners {
    /// Row of each group plus one; 0 for none.
    rows: Vec<u32>,
    groups: Vec<u32>,
}

impl Winners {
    pub(super) fn resize(&mut self, groups: usize) {
        super::grow(&mut self.rows, groups, 0);
    }

    pub(super) fn get(&self, group: u32) -> Option<usize> {
        self.rows[group as usize].checked_sub(1).map(|row| row as usize)
    }

    pub(super) fn set(&mut self, group: u32, row: usize) {
        let winner = &mut self.rows[group as usize];
        if *winner == 0 {
            self.groups.push(group);
        }
        *winner = row as u32 + 1;
    }

    /// Group and row of every winner; forgets them.
    pub(super) fn take(&mut self) -> Vec<(usize, usize)> {
        let settle = |group: u32| {
            let row = std::mem::take(&mut self.rows[group as usize]) - 1;
            (group as usize, row as usize)
        };
        std::mem::take(&mut self.groups).into_iter().map(settle).collect()
    }
}

/// Floats so that their bytes compare as Spark compares them: minus zero is zero, all NaN are one.
pub(super) fn comparable(values: &ArrayRef) -> ArrayRef {
    match values.data_type() {
        DataType::Float64 => {
            let unique = |v: f64| if v.is_nan() { f64::NAN } else { v + 0.0 };
            Arc::new(values.as_primitive::<Float64Type>().unary::<_, Float64Type>(unique))
        }
        DataType::Float32 => {
            let unique = |v: f32| if v.is_nan() { f32::NAN } else { v + 0.0 };
            Arc::new(values.as_primitive::<Float32Type>().unary::<_, Float32Type>(unique))
        }
        _ => Arc::clone(values),
    }
}

/// The same type with every map as the list of its entries.
fn without_maps(data_type: &DataType) -> DataType {
    let inner = |field: &Arc<Field>| -> Arc<Field> {
        Arc::new(field.as_ref().clone().with_data_type(without_maps(field.data_type())))
    };
    match data_type {
        DataType::Map(entries, _) => DataType::List(inner(entries)),
        DataType::List(item) => DataType::List(inner(item)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect::<Fields>()),
        other => other.clone(),
    }
}

/// The same values under a type of the same layout.
fn relabelled(values: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
    match values.data_type() == to {
        true => Ok(Arc::clone(values)),
        false => Ok(make_array(relabelled_data(values.to_data(), to)?)),
    }
}

fn relabelled_data(data: ArrayData, to: &DataType) -> Result<ArrayData> {
    let children: Vec<&DataType> = match to {
        DataType::Map(field, _) | DataType::List(field) => vec![field.data_type()],
        DataType::Struct(fields) => fields.iter().map(|field| field.data_type()).collect(),
        _ => vec![],
    };
    let parts = data.child_data().iter().cloned().zip(children);
    let parts = parts.map(|(child, to)| relabelled_data(child, to)).collect::<Result<_>>()?;
    Ok(data.into_builder().data_type(to.clone()).child_data(parts).build()?)
}

//! Keys of kept rows: computed per row, hashed, and compared column by column.
//!
//! A struct counts as whether it is there and its fields, a list as its encoding. Of floats minus zero is zero and all NaN are one (Spark
//! `NormalizeFloatingNumbers`).

use std::sync::Arc;

use arrow::array::types::{Float32Type, Float64Type, Int32Type, Int64Type};
use arrow::array::{Array, ArrayRef, BooleanArray, UInt32Array, cast::AsArray};
use arrow::compute::kernels::cmp::not_distinct;
use arrow::compute::{and_kleene, is_not_null, take};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use arrow::row::{RowConverter, SortField};
use datafusion_common::hash_utils::{RandomState, create_hashes};

use crate::batch::row_schema;
use crate::error::{EngineError, Result};
use crate::expr::{CompiledExpr, compile, true_rows};
use crate::plan::{Column, Expr};
use crate::session::Session;
use crate::types::spark_type_name;

/// Fixed, so that the same rows take the same way through the state in every run.
const HASH_SEED: u64 = 0x77617665_74616e6b;

/// How the keys of rows are obtained: plain columns are read where they are, others are computed and appended.
pub(in crate::operator) struct Keys {
    names: Vec<String>,
    positions: Vec<usize>,
    computed: Vec<(CompiledExpr, Field)>,
}

impl Keys {
    pub(in crate::operator) fn new<'a>(
        keys: impl Iterator<Item = &'a Expr>,
        columns: &[Column],
        session: &Session,
    ) -> Result<Self> {
        let (mut names, mut positions, mut computed) = (Vec::new(), Vec::new(), Vec::new());
        for key in keys {
            let plain = match key {
                Expr::Column { id, .. } => columns.iter().position(|c| c.id == *id),
                _ => None,
            };
            names.push(match plain {
                Some(position) => columns[position].name.clone(),
                None => format!("an expression of type {}", spark_type_name(&key.data_type())),
            });
            positions.push(match plain {
                Some(position) => position,
                None => {
                    let field = Field::new(format!("__key{}", computed.len()), key.data_type(), true);
                    computed.push((compile(key, columns, session)?, field));
                    // Behind the columns and the record id.
                    columns.len() + computed.len()
                }
            });
        }
        Ok(Self { names, positions, computed })
    }

    /// Names of the keys, for people.
    pub(in crate::operator) fn names(&self) -> &[String] {
        &self.names
    }

    /// Positions of the keys in a stored row.
    pub(in crate::operator) fn positions(&self) -> Vec<usize> {
        self.positions.clone()
    }

    /// Layout of a stored row: columns, record id, computed keys.
    pub(in crate::operator) fn stored_schema(&self, columns: &[Column]) -> SchemaRef {
        let rows = row_schema(columns);
        let mut fields: Vec<_> = rows.fields().iter().cloned().collect();
        fields.extend(self.computed.iter().map(|(_, field)| Arc::new(field.clone())));
        Arc::new(Schema::new(fields))
    }

    /// Appends the computed keys to input rows; returns the stored layout and the key columns.
    pub(in crate::operator) fn extend(&self, input: RecordBatch) -> Result<(RecordBatch, Vec<ArrayRef>)> {
        let rows = match self.computed.is_empty() {
            true => input,
            false => {
                let mut arrays = input.columns().to_vec();
                let mut fields: Vec<_> = input.schema_ref().fields().iter().cloned().collect();
                for (expr, field) in &self.computed {
                    arrays.push(expr.evaluate(&input)?);
                    fields.push(Arc::new(field.clone()));
                }
                RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?
            }
        };
        let keys = self.positions.iter().map(|p| rows.column(*p).clone()).collect();
        Ok((rows, keys))
    }
}

/// Key columns in which minus zero is not zero: floats of the row itself as their bits, with one NaN.
pub(in crate::operator) fn exact(keys: Vec<ArrayRef>) -> Vec<ArrayRef> {
    let bits = |key: ArrayRef| -> ArrayRef {
        match key.data_type() {
            DataType::Float64 => {
                let bits = |v: f64| if v.is_nan() { f64::NAN } else { v }.to_bits() as i64;
                Arc::new(key.as_primitive::<Float64Type>().unary::<_, Int64Type>(bits))
            }
            DataType::Float32 => {
                let bits = |v: f32| if v.is_nan() { f32::NAN } else { v }.to_bits() as i32;
                Arc::new(key.as_primitive::<Float32Type>().unary::<_, Int32Type>(bits))
            }
            _ => key,
        }
    };
    keys.into_iter().map(bits).collect()
}

/// The type of an [`exact`] key.
pub(in crate::operator) fn exact_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Float64 => DataType::Int64,
        DataType::Float32 => DataType::Int32,
        other => other.clone(),
    }
}

/// One hash per row over all key columns.
pub(in crate::operator) fn hash(keys: &[ArrayRef], rows: usize) -> Result<Vec<u64>> {
    let mut hashes = vec![0; rows];
    let leaves = leaves(keys);
    create_hashes(&leaves, &RandomState::with_seed(HASH_SEED), &mut hashes)
        .map_err(EngineError::evaluation)?;
    Ok(hashes)
}

/// Which candidates really have equal keys: row `rows[i]` of `probe` against row i of `other`. Null equals null, as
/// Spark's state stores compare bytes; where a null must not match, a filter below has removed it.
pub(in crate::operator) fn equal(
    probe: &[ArrayRef],
    rows: &UInt32Array,
    other: &[ArrayRef],
) -> Result<BooleanArray> {
    let mut all = BooleanArray::new(arrow::buffer::BooleanBuffer::new_set(rows.len()), None);
    for (probe, other) in leaves(probe).iter().zip(&leaves(other)) {
        let probe = take(probe, rows, None)?;
        all = and_kleene(&all, &not_distinct(&probe, other)?)?;
    }
    Ok(true_rows(&all))
}

/// Key columns as hashing and comparing want them: structs taken apart, floats made unique.
fn leaves(keys: &[ArrayRef]) -> Vec<ArrayRef> {
    keys.iter().flat_map(leaves_of).collect()
}

fn leaves_of(key: &ArrayRef) -> Vec<ArrayRef> {
    match key.data_type() {
        DataType::Struct(_) => {
            let parent = key.as_struct();
            let child = |column: &ArrayRef| leaves_of(&with_parent_nulls(column, parent.nulls()));
            // A null struct is not a struct of nulls.
            let there = is_not_null(key).expect("whether a struct is null can be asked of any");
            let there: ArrayRef = Arc::new(there);
            std::iter::once(there).chain(parent.columns().iter().flat_map(child)).collect()
        }
        DataType::Float64 => {
            let unique = |v: f64| if v.is_nan() { f64::NAN } else { v + 0.0 };
            vec![Arc::new(key.as_primitive::<Float64Type>().unary::<_, Float64Type>(unique))]
        }
        DataType::Float32 => {
            let unique = |v: f32| if v.is_nan() { f32::NAN } else { v + 0.0 };
            vec![Arc::new(key.as_primitive::<Float32Type>().unary::<_, Float32Type>(unique))]
        }
        DataType::List(_) => vec![encoded(key)],
        _ => vec![Arc::clone(key)],
    }
}

/// A list as bytes, which can be compared; Arrow compares no lists.
fn encoded(list: &ArrayRef) -> ArrayRef {
    let rows = RowConverter::new(vec![SortField::new(list.data_type().clone())])
        .and_then(|converter| converter.convert_columns(&[Arc::clone(list)])?.try_into_binary());
    match rows {
        Ok(bytes) => Arc::new(bytes),
        // Lists of maps: comparing them says so.
        Err(_) => Arc::clone(list),
    }
}

/// A field of a null struct is null.
fn with_parent_nulls(column: &ArrayRef, parent: Option<&arrow::buffer::NullBuffer>) -> ArrayRef {
    let Some(parent) = parent.filter(|nulls| nulls.null_count() > 0) else { return Arc::clone(column) };
    let nulls = arrow::buffer::NullBuffer::union(Some(parent), column.nulls());
    let data = column.to_data().into_builder().nulls(nulls);
    arrow::array::make_array(data.build().expect("only the nulls have changed"))
}

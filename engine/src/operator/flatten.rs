//! Explode and the projection above it in one step: what a row says by itself is computed once per row and repeated,
//! what an element says is computed where the elements lie, and nothing else of the row is copied.
//!
//! Schema: one column per expression, then the record id. Rows as those of [`super::explode`]. An expression that
//! reads both the row and the element does not fit: the two operators then stand one above the other.
//!
//! ```text
//! SELECT id, item.price * 2 FROM orders LATERAL VIEW explode(items) AS item
//! id | items              id | price * 2
//! 1  | [{5}, {7}]     →   1  | 10
//! 2  | [{1}]              1  | 14
//!                         2  | 2
//! ```

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::{Array, ArrayRef, ListArray, UInt32Array};
use arrow::compute::{take, take_record_batch};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};

use super::Operator;
use super::explode::{Expansion, expand, report_barren};
use crate::batch::{BatchContext, Output, row_schema};
use crate::error::Result;
use crate::expr::{CompiledExpr, compile};
use crate::plan::{Column, ColumnId, Expr, ids};
use crate::session::Session;

pub(super) struct Flatten {
    array: CompiledExpr,
    outer: bool,
    values: Vec<Value>,
    /// The element alone.
    element: SchemaRef,
    schema: SchemaRef,
}

/// What an output column is computed from.
enum Value {
    OfRow(CompiledExpr),
    OfElement(CompiledExpr),
}

impl Flatten {
    /// `None` when some expression reads both the row and the element, or neither.
    pub(super) fn new(
        columns: &[(Expr, Column)],
        (array, outer, element): (&Expr, bool, &Column),
        input: &[Column],
        session: &Session,
    ) -> Result<Option<Self>> {
        let of_input = ids(input);
        let mut values = Vec::new();
        for (expr, _) in columns {
            let reads = expr.references();
            let only_element = |id: &ColumnId| *id == element.id;
            values.push(match reads.is_empty() {
                true => return Ok(None),
                false if reads.iter().all(only_element) => {
                    Value::OfElement(compile(expr, std::slice::from_ref(element), session)?)
                }
                false if reads.is_subset(&of_input) => Value::OfRow(compile(expr, input, session)?),
                false => return Ok(None),
            });
        }
        let output: Vec<Column> = columns.iter().map(|(_, column)| column.clone()).collect();
        Ok(Some(Self {
            array: compile(array, input, session)?,
            outer,
            values,
            element: Arc::new(Schema::new(vec![element.field()])),
            schema: row_schema(&output),
        }))
    }

    /// A column of the output from one of the input.
    fn of_row(
        expr: &CompiledExpr,
        input: &RecordBatch,
        expansion: &Expansion,
        rows: &UInt32Array,
    ) -> Result<ArrayRef> {
        match expr.evaluate(input) {
            Ok(values) => Ok(take(&values, rows, None)?),
            // A row without elements may be what it failed for, and nobody asks for its value.
            Err(_) if !expansion.barren.is_empty() => expr.evaluate(&take_record_batch(input, rows)?),
            Err(error) => Err(error),
        }
    }
}

/// The elements of the output rows, where they lie if nothing lies between them.
fn elements(lists: &ListArray, expansion: &Expansion) -> Result<ArrayRef> {
    let (first, rows) = (lists.value_offsets()[0], expansion.elements.len());
    let end = lists.value_offsets()[lists.len()];
    // As many as there are, none of them a null row's: each is there once, in order.
    if expansion.nulls == 0 && (end - first) as usize == rows {
        return Ok(lists.values().slice(first as usize, rows));
    }
    let elements = UInt32Array::from(expansion.elements.clone());
    Ok(take(lists.values(), &elements, None)?)
}

impl Operator for Flatten {
    fn process(&self, input: RecordBatch, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        let lists = self.array.evaluate(&input)?;
        let lists = lists.as_list::<i32>();
        let expansion = expand(lists, self.outer);
        report_barren(&input, &expansion, ctx);
        let rows = UInt32Array::from(expansion.rows.clone());
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        let element = vec![elements(lists, &expansion)?];
        let element = RecordBatch::try_new_with_options(Arc::clone(&self.element), element, &options)?;
        let column = |value: &Value| match value {
            Value::OfRow(expr) => Self::of_row(expr, &input, &expansion, &rows),
            Value::OfElement(expr) => expr.evaluate(&element),
        };
        let mut arrays = self.values.iter().map(column).collect::<Result<Vec<_>>>()?;
        let ids = input.columns().last().expect("the record id is always there");
        arrays.push(take(ids, &rows, None)?);
        out(RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)?)
    }
}

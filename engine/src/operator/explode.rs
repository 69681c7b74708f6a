//! Explode: one row per array element, the other columns repeated.
//!
//! Schema: input columns, then the element column, then the record id (repeated, so that each row still knows its
//! record). A null or empty array gives no row, or one row with a null element when `outer`.
//!
//! ```text
//! id | items     →   id | items     | item
//! 1  | [a, b]        1  | [a, b]    | a
//! 2  | []            1  | [a, b]    | b
//! ```

use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::{Array, ArrayRef, ListArray, UInt32Array};
use arrow::compute::{take, take_record_batch};
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::Operator;
use crate::batch::{BatchContext, Output, RecordId, record_ids, row_schema};
use crate::error::Result;
use crate::expr::{CompiledExpr, compile};
use crate::ledger::{Loss, LossReason};
use crate::plan::{Column, Expr};
use crate::session::Session;

pub(super) struct Explode {
    array: CompiledExpr,
    outer: bool,
    schema: SchemaRef,
}

impl Explode {
    pub(super) fn new(
        array: &Expr,
        outer: bool,
        column: &Column,
        input: &[Column],
        session: &Session,
    ) -> Result<Self> {
        let mut output = input.to_vec();
        output.push(column.clone());
        Ok(Self { array: compile(array, input, session)?, outer, schema: row_schema(&output) })
    }
}

/// For each output row, the input row and the element; `None` elements are the null rows of `outer`.
pub(super) struct Expansion {
    pub(super) rows: Vec<u32>,
    pub(super) elements: Vec<Option<u32>>,
    /// How many elements are `None`.
    pub(super) nulls: usize,
    /// Input rows that gave no output row.
    pub(super) barren: Vec<u32>,
}

pub(super) fn expand(lists: &ListArray, outer: bool) -> Expansion {
    let mut expansion = Expansion {
        rows: Vec::with_capacity(lists.values().len()),
        elements: Vec::with_capacity(lists.values().len()),
        nulls: 0,
        barren: vec![],
    };
    for row in 0..lists.len() {
        let (start, end) = (lists.value_offsets()[row] as u32, lists.value_offsets()[row + 1] as u32);
        if lists.is_null(row) || start == end {
            if outer {
                expansion.rows.push(row as u32);
                expansion.elements.push(None);
                expansion.nulls += 1;
            } else {
                expansion.barren.push(row as u32);
            }
            continue;
        }
        expansion.rows.extend(std::iter::repeat_n(row as u32, (end - start) as usize));
        expansion.elements.extend((start..end).map(Some));
    }
    expansion
}

/// Writes the rows that gave none into the ledger.
pub(super) fn report_barren(input: &RecordBatch, expansion: &Expansion, ctx: &mut BatchContext<'_>) {
    let ids = record_ids(input);
    ctx.ledger.losses.extend(expansion.barren.iter().map(|row| Loss {
        record: RecordId::unpack(ids.value(*row as usize)),
        batch: ctx.batch,
        reason: LossReason::NoElements,
        operator: "explode",
        event_time: None,
        watermark: None,
    }));
}

impl Operator for Explode {
    fn process(&self, input: RecordBatch, ctx: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        let lists = self.array.evaluate(&input)?;
        let lists = lists.as_list::<i32>();
        let expansion = expand(lists, self.outer);
        report_barren(&input, &expansion, ctx);
        let repeated = take_record_batch(&input, &UInt32Array::from(expansion.rows))?;
        let elements: ArrayRef = take(lists.values(), &UInt32Array::from(expansion.elements), None)?;
        let mut arrays: Vec<ArrayRef> = repeated.columns().to_vec();
        arrays.insert(arrays.len() - 1, elements);
        out(RecordBatch::try_new(Arc::clone(&self.schema), arrays)?)
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::types::Int32Type;

    use super::*;

    fn lists() -> ListArray {
        let rows = vec![Some(vec![Some(1), None]), None, Some(vec![]), Some(vec![Some(4)])];
        ListArray::from_iter_primitive::<Int32Type, _, _>(rows)
    }

    #[test]
    fn null_and_empty_arrays_give_no_row_and_are_reported() {
        let expansion = expand(&lists(), false);
        assert_eq!(expansion.rows, [0, 0, 3]);
        assert_eq!(expansion.elements, [Some(0), Some(1), Some(2)]);
        assert_eq!(expansion.barren, [1, 2]);
    }

    #[test]
    fn outer_gives_one_null_row_instead() {
        let expansion = expand(&lists(), true);
        assert_eq!(expansion.rows, [0, 0, 1, 2, 3]);
        assert_eq!(expansion.elements, [Some(0), Some(1), None, None, Some(2)]);
        assert!(expansion.barren.is_empty());
    }
}

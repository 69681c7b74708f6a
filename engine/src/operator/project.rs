//! Projection: one expression per output column.
//!
//! Schema: input columns → one column per expression; the record id passes through. Rows: one for one.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::{RecordBatch, RecordBatchOptions};

use super::Operator;
use crate::batch::{BatchContext, Output, row_schema};
use crate::error::Result;
use crate::expr::{CompiledExpr, compile};
use crate::plan::{Column, Expr};
use crate::session::Session;

pub(super) struct Project {
    exprs: Vec<CompiledExpr>,
    schema: SchemaRef,
}

impl Project {
    pub(super) fn new(columns: &[(Expr, Column)], input: &[Column], session: &Session) -> Result<Self> {
        let exprs = columns.iter().map(|(expr, _)| compile(expr, input, session)).collect::<Result<_>>()?;
        let output: Vec<Column> = columns.iter().map(|(_, column)| column.clone()).collect();
        Ok(Self { exprs, schema: row_schema(&output) })
    }
}

impl Operator for Project {
    fn process(&self, input: RecordBatch, _: &mut BatchContext<'_>, out: &mut Output<'_>) -> Result<()> {
        let mut arrays = self.exprs.iter().map(|e| e.evaluate(&input)).collect::<Result<Vec<_>>>()?;
        arrays.push(Arc::clone(input.columns().last().expect("the record id is always there")));
        let options = RecordBatchOptions::new().with_row_count(Some(input.num_rows()));
        out(RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options)?)
    }
}

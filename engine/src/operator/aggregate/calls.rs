//! The aggregate calls of a query, and one accumulator for each.

use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::filter;
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;

use crate::aggregate::{Accumulation, Accumulator, accumulator};
use crate::error::Result;
use crate::expr::{CompiledExpr, compile};
use crate::plan::{AggregateExpr, Column};
use crate::session::Session;

struct Call {
    accumulation: Accumulation,
    args: Vec<CompiledExpr>,
    arg_types: Vec<DataType>,
    /// Rows for which this is not true do not count.
    filter: Option<CompiledExpr>,
    result: DataType,
}

/// The calls, ready to run over input rows.
pub(super) struct Calls(Vec<Call>);

impl Calls {
    pub(super) fn new(
        aggregates: &[(AggregateExpr, Column)],
        input: &[Column],
        session: &Session,
    ) -> Result<Self> {
        let call = |(aggregate, _): &(AggregateExpr, Column)| {
            let compiled = |expr| compile(expr, input, session);
            Ok(Call {
                accumulation: aggregate.accumulation.clone(),
                args: aggregate.args.iter().map(compiled).collect::<Result<_>>()?,
                arg_types: aggregate.args.iter().map(|arg| arg.data_type()).collect(),
                filter: aggregate.filter.as_ref().map(compiled).transpose()?,
                result: aggregate.data_type.clone(),
            })
        };
        aggregates.iter().map(call).collect::<Result<_>>().map(Calls)
    }

    /// New accumulators without groups.
    pub(super) fn accumulators(&self) -> Result<Accumulators> {
        let one = |call: &Call| accumulator(&call.accumulation, &call.arg_types, &call.result);
        self.0.iter().map(one).collect::<Result<_>>().map(Accumulators)
    }

    /// Takes rows in: row i belongs to `groups[i]`.
    pub(super) fn update(
        &self,
        accumulators: &mut Accumulators,
        groups: &[u32],
        rows: &RecordBatch,
    ) -> Result<()> {
        for (call, accumulator) in self.0.iter().zip(&mut accumulators.0) {
            let args = call.args.iter().map(|arg| arg.evaluate(rows)).collect::<Result<Vec<_>>>()?;
            match &call.filter {
                None => accumulator.update(groups, &args)?,
                Some(condition) => {
                    let mask = condition.matches(rows)?;
                    let kept: Vec<u32> = mask.values().set_indices().map(|row| groups[row]).collect();
                    let args = args.iter().map(|arg| Ok(filter(arg, &mask)?)).collect::<Result<Vec<_>>>()?;
                    accumulator.update(&kept, &args)?;
                }
            }
        }
        Ok(())
    }
}

/// One accumulator per call, over the same groups. Their states are handed on as one list of columns.
pub(super) struct Accumulators(Vec<Box<dyn Accumulator>>);

impl Accumulators {
    pub(super) fn resize(&mut self, groups: usize) {
        self.0.iter_mut().for_each(|accumulator| accumulator.resize(groups));
    }

    pub(super) fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        self.each(state, |accumulator, state| accumulator.merge(groups, state))
    }

    pub(super) fn restore(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        self.each(state, |accumulator, state| accumulator.restore(groups, state))
    }

    pub(super) fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
        let states = self.0.iter().map(|accumulator| accumulator.state(groups));
        Ok(states.collect::<Result<Vec<_>>>()?.concat())
    }

    pub(super) fn evaluate(&self, groups: &[u32]) -> Result<Vec<ArrayRef>> {
        self.0.iter().map(|accumulator| accumulator.evaluate(groups)).collect()
    }

    pub(super) fn clear(&mut self, groups: &[u32]) {
        self.0.iter_mut().for_each(|accumulator| accumulator.clear(groups));
    }

    /// Hands each accumulator its own columns of the state.
    fn each(
        &mut self,
        mut state: &[ArrayRef],
        mut take: impl FnMut(&mut dyn Accumulator, &[ArrayRef]) -> Result<()>,
    ) -> Result<()> {
        for accumulator in &mut self.0 {
            let (own, rest) = state.split_at(accumulator.state_types().len());
            take(accumulator.as_mut(), own)?;
            state = rest;
        }
        Ok(())
    }
}

/// Rows of several columns, by position.
pub(super) fn take_all(columns: &[ArrayRef], rows: &UInt32Array) -> Result<Vec<ArrayRef>> {
    columns.iter().map(|column| Ok(arrow::compute::take(column, rows, None)?)).collect()
}

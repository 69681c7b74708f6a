//! Aggregate functions with Spark's types, nulls and overflow, over many groups at once.
//!
//! A function is one line in [`AGGREGATES`]: its name, and how arguments become an [`Accumulation`]. An
//! [`Accumulator`] holds one value per group in columns; groups are numbered densely from 0 by whoever groups.
//! What an accumulator knows of a group can be taken out as columns ([`Accumulator::state`]) and merged into
//! another accumulator of the same kind: that is how a batch's groups meet the stored ones, how sessions merge,
//! and how state is written down.
//!
//! Source: `org.apache.spark.sql.catalyst.expressions.aggregate` (Spark 3.5.4), ANSI off.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;

use crate::error::Result;
use crate::plan::Expr;

/// What is accumulated: plain data that an [`Accumulator`] can be made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Accumulation {
    /// Rows whose arguments are all not null; without arguments, all rows.
    Count,
}

/// An aggregate call whose arguments have been coerced.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundAggregate {
    /// What is accumulated.
    pub accumulation: Accumulation,
    /// Arguments that are evaluated for each row; constant parameters are in the accumulation.
    pub args: Vec<Expr>,
    /// Type of the result.
    pub data_type: DataType,
    /// Whether the result can be null.
    pub nullable: bool,
}

/// Why arguments do not fit a function, in Spark's words where it has some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BindError {
    /// Another number of arguments is expected, such as `1 or 2`.
    Count {
        /// What is expected.
        expected: &'static str,
    },
    /// An argument has a type that the function does not take.
    Type {
        /// Position of the argument, from 0.
        argument: usize,
        /// What is expected, such as `a number`.
        expected: &'static str,
    },
}

/// An aggregate function known to the planner.
#[derive(Debug)]
pub struct AggregateFunction {
    /// Name in lower case.
    pub name: &'static str,
    /// Checks and coerces arguments.
    pub bind: fn(Vec<Expr>) -> Result<BoundAggregate, BindError>,
}

/// Every aggregate function, by name.
pub const AGGREGATES: &[AggregateFunction] = &[AggregateFunction { name: "count", bind: bind_count }];

/// The aggregate function of that name, in any case.
pub fn find(name: &str) -> Option<&'static AggregateFunction> {
    AGGREGATES.iter().find(|f| f.name.eq_ignore_ascii_case(name))
}

fn bind_count(args: Vec<Expr>) -> Result<BoundAggregate, BindError> {
    Ok(BoundAggregate {
        accumulation: Accumulation::Count,
        args,
        data_type: DataType::Int64,
        nullable: false,
    })
}

/// One aggregate over groups numbered from 0.
pub trait Accumulator {
    /// Makes room for groups up to `groups`; new ones are empty.
    fn resize(&mut self, groups: usize);
    /// Takes rows in: row i belongs to `groups[i]`. There is one array per argument.
    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()>;
    /// Takes in what another accumulator knew: row i of the state belongs to `groups[i]`.
    fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()>;
    /// What is known of the given groups, as columns of [`Accumulator::state_types`].
    fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>>;
    /// Types of the state's columns.
    fn state_types(&self) -> Vec<DataType>;
    /// The results of the given groups.
    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef>;
    /// Makes groups empty again.
    fn clear(&mut self, groups: &[u32]);
}

/// A new accumulator without groups, for arguments of the given types.
pub fn accumulator(
    accumulation: &Accumulation,
    _args: &[DataType],
    _result: &DataType,
) -> Box<dyn Accumulator> {
    match accumulation {
        Accumulation::Count => unimplemented!(),
    }
}

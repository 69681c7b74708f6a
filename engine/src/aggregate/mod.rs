//! Aggregate functions with Spark's types, nulls and overflow, over many groups at once.
//!
//! A function is one line in [`AGGREGATES`]: its name, and how arguments become an [`Accumulation`]. An
//! [`Accumulator`] holds one value per group in columns; groups are numbered densely from 0 by whoever groups.
//! What an accumulator knows of a group can be taken out as columns ([`Accumulator::state`]) and merged into
//! another accumulator of the same kind: that is how a batch's groups meet the stored ones, how sessions merge,
//! and how state is written down. Order of merging is the order of arrival: the stored group first, then the batch.
//!
//! Nulls do not count, except where a function says otherwise. What cannot be is null: an empty sum, the deviation
//! of a single value, a decimal beyond its precision. Integers wrap.
//!
//! Source: `org.apache.spark.sql.catalyst.expressions.aggregate` (Spark 3.5.4), ANSI off.

mod bind;
mod collect;
mod count;
mod decimal;
mod distinct;
mod encoding;
mod extreme;
mod extreme_by;
mod first_last;
mod moments;
mod sum;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, Float64Type, Int64Type};

use crate::error::Result;
use crate::plan::Expr;

/// What is accumulated: plain data that an [`Accumulator`] can be made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Accumulation {
    /// Rows whose arguments are all not null; without arguments, all rows.
    Count,
    /// The sum of numbers: 64-bit integers, doubles or decimals.
    Sum,
    /// The mean of doubles or decimals.
    Average,
    /// The least or greatest value.
    Extreme(Extreme),
    /// The first argument's value where the second is least or greatest; the last such row wins.
    ExtremeBy(Extreme),
    /// The value of the first row.
    First {
        /// Whether rows without a value are passed over.
        ignore_nulls: bool,
    },
    /// The value of the last row.
    Last {
        /// Whether rows without a value are passed over.
        ignore_nulls: bool,
    },
    /// Every value as an array, in order of arrival.
    Collect {
        /// Whether a value appears once only, at its first place.
        distinct: bool,
    },
    /// How many values there are, each counted once, more or less (HyperLogLog++).
    ApproximateDistinct {
        /// Binary logarithm of the number of registers, 4 to 24.
        precision: u8,
    },
    /// Spread around the mean.
    Spread(Spread),
}

/// Which end of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extreme {
    /// The least.
    Min,
    /// The greatest; NaN is greater than any number.
    Max,
}

impl Extreme {
    /// Whether a new value takes the place of the old one, given how it compares with it.
    fn prefers(self, new_to_old: Ordering) -> bool {
        match self {
            Extreme::Min => new_to_old.is_lt(),
            Extreme::Max => new_to_old.is_gt(),
        }
    }
}

/// A measure of spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// Variance of a whole population: divided by n.
    VariancePopulation,
    /// Variance estimated from a sample: divided by n - 1; null for a single value.
    VarianceSample,
    /// Square root of the population's variance.
    DeviationPopulation,
    /// Square root of the sample's variance.
    DeviationSample,
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

/// Why arguments do not fit a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BindError {
    /// Another number of arguments is expected, such as `1 or 2`.
    Count {
        /// What is expected.
        expected: &'static str,
    },
    /// An argument has a type or value that the function does not take.
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

const fn function(
    name: &'static str,
    bind: fn(Vec<Expr>) -> Result<BoundAggregate, BindError>,
) -> AggregateFunction {
    AggregateFunction { name, bind }
}

/// Every aggregate function, by name. `bool_and` is the least boolean and `bool_or` the greatest, as in Spark.
pub const AGGREGATES: &[AggregateFunction] = &[
    function("any", |args| bind::boolean(args, Extreme::Max)),
    function("any_value", bind::first),
    function("approx_count_distinct", bind::approximate_distinct),
    function("array_agg", |args| bind::collect(args, false)),
    function("avg", bind::average),
    function("bool_and", |args| bind::boolean(args, Extreme::Min)),
    function("bool_or", |args| bind::boolean(args, Extreme::Max)),
    function("collect_list", |args| bind::collect(args, false)),
    function("collect_set", |args| bind::collect(args, true)),
    function("count", bind::count),
    function("count_if", bind::count_if),
    function("every", |args| bind::boolean(args, Extreme::Min)),
    function("first", bind::first),
    function("first_value", bind::first),
    function("last", bind::last),
    function("last_value", bind::last),
    function("max", |args| bind::extreme(args, Extreme::Max)),
    function("max_by", |args| bind::extreme_by(args, Extreme::Max)),
    function("mean", bind::average),
    function("min", |args| bind::extreme(args, Extreme::Min)),
    function("min_by", |args| bind::extreme_by(args, Extreme::Min)),
    function("some", |args| bind::boolean(args, Extreme::Max)),
    function("std", |args| bind::spread(args, Spread::DeviationSample)),
    function("stddev", |args| bind::spread(args, Spread::DeviationSample)),
    function("stddev_pop", |args| bind::spread(args, Spread::DeviationPopulation)),
    function("stddev_samp", |args| bind::spread(args, Spread::DeviationSample)),
    function("sum", bind::sum),
    function("var_pop", |args| bind::spread(args, Spread::VariancePopulation)),
    function("var_samp", |args| bind::spread(args, Spread::VarianceSample)),
    function("variance", |args| bind::spread(args, Spread::VarianceSample)),
];

/// The aggregate function of that name, in any case.
pub fn find(name: &str) -> Option<&'static AggregateFunction> {
    AGGREGATES.iter().find(|f| f.name.eq_ignore_ascii_case(name))
}

/// One aggregate over groups numbered from 0.
pub trait Accumulator {
    /// Makes room for groups up to `groups`; new ones are empty. Never takes room away.
    fn resize(&mut self, groups: usize);
    /// Takes rows in: row i belongs to `groups[i]`. There is one array per argument.
    fn update(&mut self, groups: &[u32], args: &[ArrayRef]) -> Result<()>;
    /// Takes in what another accumulator knew of later rows: row i of the state belongs to `groups[i]`.
    fn merge(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()>;
    /// Takes over into empty groups what another accumulator knew, to the last bit.
    fn restore(&mut self, groups: &[u32], state: &[ArrayRef]) -> Result<()> {
        self.merge(groups, state)
    }
    /// What is known of the given groups, as columns of [`Accumulator::state_types`].
    fn state(&self, groups: &[u32]) -> Result<Vec<ArrayRef>>;
    /// Types of the state's columns; each of them can be null.
    fn state_types(&self) -> Vec<DataType>;
    /// The results of the given groups.
    fn evaluate(&self, groups: &[u32]) -> Result<ArrayRef>;
    /// Makes groups empty again.
    fn clear(&mut self, groups: &[u32]);
}

/// A new accumulator without groups, for arguments of the given types.
///
/// # Errors
/// When a type has no order or no encoding; the planner refuses such calls.
pub fn accumulator(
    accumulation: &Accumulation,
    args: &[DataType],
    result: &DataType,
) -> Result<Box<dyn Accumulator>> {
    let is_decimal = args.first().is_some_and(DataType::is_decimal);
    Ok(match accumulation {
        Accumulation::Count => Box::new(count::Count::default()),
        Accumulation::Sum if is_decimal => Box::new(decimal::DecimalSum::new(result)),
        Accumulation::Sum if *result == DataType::Int64 => Box::new(sum::Sum::<Int64Type>::default()),
        Accumulation::Sum => Box::new(sum::Sum::<Float64Type>::default()),
        Accumulation::Average if is_decimal => Box::new(decimal::DecimalAverage::new(&args[0], result)),
        Accumulation::Average => Box::new(sum::Average::default()),
        Accumulation::Extreme(extreme) => extreme::accumulator(*extreme, result)?,
        Accumulation::ExtremeBy(extreme) => {
            Box::new(extreme_by::ExtremeBy::new(*extreme, &args[0], &args[1])?)
        }
        Accumulation::First { ignore_nulls } => Box::new(first_last::First::new(*ignore_nulls, result)?),
        Accumulation::Last { ignore_nulls } => Box::new(first_last::Last::new(*ignore_nulls, result)?),
        Accumulation::Collect { distinct } => Box::new(collect::Collect::new(*distinct, &args[0])?),
        Accumulation::ApproximateDistinct { precision } => {
            Box::new(distinct::ApproximateDistinct::new(*precision))
        }
        Accumulation::Spread(spread) => Box::new(moments::Moments::new(*spread)),
    })
}

/// Makes room for groups up to `groups`.
fn grow<T: Clone>(values: &mut Vec<T>, groups: usize, empty: T) {
    values.resize(groups.max(values.len()), empty);
}

/// The values of the given groups.
fn pick<'a, T: Copy>(values: &'a [T], groups: &'a [u32]) -> impl Iterator<Item = T> + 'a {
    groups.iter().map(|group| values[*group as usize])
}

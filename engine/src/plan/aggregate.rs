//! Aggregate expressions: a function over the rows of a group.

use arrow::datatypes::DataType;

use super::Expr;
use crate::aggregate::Accumulation;

/// One aggregate of an [`LogicalPlan::Aggregate`](super::LogicalPlan::Aggregate), typed and coerced.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateExpr {
    /// The function's name in lower case.
    pub function: &'static str,
    /// What is accumulated.
    pub accumulation: Accumulation,
    /// Arguments, one value per row each.
    pub args: Vec<Expr>,
    /// Rows for which this is not true do not count (`FILTER (WHERE …)`).
    pub filter: Option<Expr>,
    /// `DISTINCT`: known to be refused, as Spark does in streaming.
    pub distinct: bool,
    /// Type of the result.
    pub data_type: DataType,
    /// Whether the result can be null.
    pub nullable: bool,
}

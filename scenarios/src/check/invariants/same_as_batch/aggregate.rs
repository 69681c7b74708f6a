//! Aggregate calls as DuckDB's SQL.
//!
//! What depends on the order of rows, or is an estimate, cannot be recomputed.

use arrow::datatypes::DataType;
use wavetank_engine::aggregate::{Accumulation, Extreme, Spread};
use wavetank_engine::plan::AggregateExpr;

use super::expr::Exprs;
use super::{Unsupported, types};

/// A call over the rows of a group; a row without a batch is none.
pub(super) fn sql(exprs: &Exprs, call: &AggregateExpr) -> Result<String, Unsupported> {
    let args = call.args.iter().map(|arg| exprs.sql(arg)).collect::<Result<Vec<_>, _>>()?;
    let mut counted = vec!["__batch IS NOT NULL".to_owned()];
    counted.extend(call.filter.as_ref().map(|filter| exprs.sql(filter)).transpose()?);
    let result = types::name(&call.data_type)?;
    let floats = call.args.iter().any(|arg| arg.data_type().is_floating());
    let function = match (&call.accumulation, args.as_slice()) {
        (Accumulation::Count, args) => {
            counted.extend(args.iter().map(|arg| format!("{arg} IS NOT NULL")));
            "count(*)".to_owned()
        }
        (Accumulation::Sum, [arg]) => format!("sum({arg})"),
        (Accumulation::Average, [arg]) if call.data_type == DataType::Float64 => format!("avg({arg})"),
        (Accumulation::Extreme(extreme), [arg]) if !call.data_type.is_nested() => match extreme {
            Extreme::Min => format!("min({arg})"),
            Extreme::Max => format!("max({arg})"),
        },
        (Accumulation::Spread(spread), [arg]) => match spread {
            Spread::VariancePopulation => format!("var_pop({arg})"),
            Spread::VarianceSample => format!("var_samp({arg})"),
            Spread::DeviationPopulation => format!("stddev_pop({arg})"),
            Spread::DeviationSample => format!("stddev_samp({arg})"),
        },
        _ => return Err(format!("aggregate function `{}`", call.function)),
    };
    // Sums of floating numbers depend on their order in the last digits.
    if floats && !matches!(call.accumulation, Accumulation::Count | Accumulation::Extreme(_)) {
        exprs.inexact.set(true);
    }
    Ok(format!("CAST({function} FILTER (WHERE {}) AS {result})", counted.join(" AND ")))
}

//! `DISTINCT` in aggregates, said with other aggregates.
//!
//! | call | the same as |
//! |---|---|
//! | `count(DISTINCT a)` | `size(collect_set(a))` |
//! | `count(DISTINCT a, b)` | `size(collect_set(struct(a, b)))` of the rows where neither is null |
//! | `min`, `max`, `bool_*`, `first`, `last`, `collect_set` with it | the same without it |
//! | `collect_list(DISTINCT a)` | `collect_set(a)` |
//!
//! Others are refused.

use arrow::datatypes::DataType;
use datafusion_common::ScalarValue;

use crate::aggregate::{self, Accumulation};
use crate::error::{EngineError, Result};
use crate::expr::{cast_to, find_function};
use crate::plan::{AggregateExpr, BinaryOp, Column, ColumnId, Expr, LogicalPlan, conjunction};

/// An aggregation whose aggregates are all plain, and which gives the same columns.
///
/// # Errors
/// [`EngineError::Refused`] for an aggregate that cannot be said in another way.
pub(super) fn without_distinct(
    input: Box<LogicalPlan>,
    keys: Vec<ColumnId>,
    session: Option<ColumnId>,
    aggregates: Vec<(AggregateExpr, Column)>,
) -> Result<LogicalPlan> {
    if aggregates.iter().all(|(aggregate, _)| !aggregate.distinct) {
        return Ok(LogicalPlan::Aggregate { input, keys, session, aggregates });
    }
    let mut counted = Vec::new();
    let mut plain = Vec::with_capacity(aggregates.len());
    for (aggregate, column) in aggregates {
        let is_count = aggregate.distinct && aggregate.accumulation == Accumulation::Count;
        let aggregate = said_plainly(aggregate)?;
        let mut own = column.clone();
        if is_count {
            own.data_type = aggregate.data_type.clone();
            counted.push(column.id);
        }
        plain.push((aggregate, own));
    }
    let plan = LogicalPlan::Aggregate { input, keys, session, aggregates: plain };
    let project = |column: Column| {
        if !counted.contains(&column.id) {
            return (column.reference(), column);
        }
        let size = find_function("size").expect("it is a function of arrays");
        let size = Expr::Call { function: size, args: vec![column.reference()], data_type: DataType::Int32 };
        (cast_to(size, &DataType::Int64), Column { data_type: DataType::Int64, ..column })
    };
    let columns = plan.columns().into_iter().map(project).collect();
    Ok(LogicalPlan::Project { input: Box::new(plan), columns })
}

fn said_plainly(mut aggregate: AggregateExpr) -> Result<AggregateExpr> {
    if !aggregate.distinct {
        return Ok(aggregate);
    }
    aggregate.distinct = false;
    match aggregate.accumulation {
        Accumulation::Extreme(_) | Accumulation::First { .. } | Accumulation::Last { .. } => Ok(aggregate),
        Accumulation::Collect { .. } => {
            Ok(AggregateExpr { accumulation: Accumulation::Collect { distinct: true }, ..aggregate })
        }
        Accumulation::Count if !aggregate.args.is_empty() => {
            let (value, there) = counted_value(&aggregate.args);
            let set = aggregate::find("collect_set").expect("it is an aggregate");
            let bound = (set.bind)(vec![value]).map_err(|_| refused(aggregate.function))?;
            Ok(AggregateExpr {
                function: set.name,
                accumulation: bound.accumulation,
                args: bound.args,
                filter: conjunction(aggregate.filter.into_iter().chain(there)),
                distinct: false,
                data_type: bound.data_type,
                nullable: bound.nullable,
            })
        }
        _ => Err(refused(aggregate.function)),
    }
}

/// The value that is counted once, and the condition under which it is counted at all.
fn counted_value(args: &[Expr]) -> (Expr, Option<Expr>) {
    let args: Vec<Expr> = args.iter().map(one_zero).collect();
    if let [value] = &args[..] {
        return (value.clone(), None);
    }
    let there = args.iter().map(|arg| Expr::IsNotNull(Box::new(arg.clone())));
    let there = conjunction(there);
    let names: Vec<Option<String>> = (0..args.len()).map(|at| Some(format!("col{at}"))).collect();
    let structs = find_function("struct").expect("it is a function");
    let value = structs.call(args, &names, |_, _| None).expect("a struct holds values of any types");
    (value, there)
}

/// Minus zero is zero where values are told apart (`NormalizeFloatingNumbers`).
fn one_zero(value: &Expr) -> Expr {
    let zero = match value.data_type() {
        DataType::Float64 => ScalarValue::Float64(Some(0.0)),
        DataType::Float32 => ScalarValue::Float32(Some(0.0)),
        _ => return value.clone(),
    };
    Expr::binary(BinaryOp::Add, value.clone(), Expr::Literal(zero))
}

fn refused(function: &str) -> EngineError {
    EngineError::Refused {
        message: format!("`{function}(DISTINCT …)` is not supported in a batch job"),
        help: "take SELECT DISTINCT in a view, and aggregate that".into(),
    }
}

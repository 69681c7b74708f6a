//! Functions that choose between values.
//!
//! Source: `nullExpressions.scala`, `conditionalExpressions.scala`, `arithmetic.scala` (`Greatest`, `Least`).

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::cast::AsArray;
use arrow::array::{Array, ArrayRef, BooleanArray, make_comparator, new_null_array};
use arrow::compute::{SortOptions, interleave};
use arrow::datatypes::{DataType, Float64Type};
use datafusion_common::{Result, ScalarValue, exec_err};

use super::Implementation::{Kernel, Rewrite};
use super::rows::doubles;
use super::signature::Class::*;
use super::signature::{Signature, cast_to, gives};
use super::{CommonType, Function, find, function};
use crate::plan::{BinaryOp, Expr};
use crate::types::sql_type_name;

const COMMON: Signature = Signature::like(&[Common, Common], 0).repeats();
const TWO: Signature = Signature::like(&[Common, Common], 0);

pub(super) const FUNCTIONS: &[Function] = &[
    function("coalesce", &[], COMMON, Kernel(coalesce)),
    function("greatest", &[], AT_LEAST_TWO, Kernel(|a, _| extreme(a, Ordering::Greater))),
    function("if", &[], Signature::like(&[Boolean, Common, Common], 1), Rewrite(if_else)),
    function("ifnull", &["nvl"], TWO, Rewrite(|args, _| Ok(first_not_null(args)))),
    function("isnan", &[], Signature::is(&[Double], gives::boolean).never_null(), Kernel(is_nan)),
    function("isnotnull", &[], Signature::is(&[Any], gives::boolean).never_null(), Rewrite(is_not_null)),
    function("isnull", &[], Signature::is(&[Any], gives::boolean).never_null(), Rewrite(is_null)),
    function("least", &[], AT_LEAST_TWO, Kernel(|a, _| extreme(a, Ordering::Less))),
    function("nanvl", &[], Signature::is(&[Double, Double], gives::double), Kernel(nanvl)),
    function("nullif", &[], Signature::like(&[Any, Any], 0), Rewrite(null_if)),
    function("raise_error", &[], Signature::is(&[Text], || DataType::Null), Kernel(raise_error)),
    function("equal_null", &[], Signature::is(&[Common, Common], gives::boolean), Rewrite(equal_null)),
    function("decode", &[], Signature::of(&[Any, Any, Any], any_of).repeats(), Rewrite(decode)),
    function("typeof", &[], Signature::is(&[Any], gives::string).never_null(), Rewrite(type_of)),
    function("nvl2", &[], Signature::like(&[Any, Common, Common], 1), Rewrite(nvl2)),
];

const AT_LEAST_TWO: Signature = Signature::like(&[Common, Common, Common], 0).repeats();

fn any_of(_: &[Expr]) -> Result<DataType, String> {
    Ok(DataType::Null)
}

fn equal_null(mut args: Vec<Expr>, _: CommonType) -> Result<Expr, String> {
    let right = args.remove(1);
    Ok(Expr::binary(BinaryOp::NullSafeEq, args.remove(0), right))
}

/// `decode(value, search, result, …[, default])`: null finds null.
fn decode(mut args: Vec<Expr>, common: CommonType) -> Result<Expr, String> {
    let value = args.remove(0);
    let otherwise = (!args.len().is_multiple_of(2)).then(|| args.pop()).flatten();
    let met = |types: Vec<DataType>| {
        types.iter().try_fold(DataType::Null, |met, next| common(&met, next)).ok_or_else(|| {
            "[DATATYPE_MISMATCH.DATA_DIFF_TYPES] the arguments of `decode` must have a common type".to_owned()
        })
    };
    let searched = met(args.iter().step_by(2).chain([&value]).map(Expr::data_type).collect())?;
    let found = met(args.iter().skip(1).step_by(2).chain(&otherwise).map(Expr::data_type).collect())?;
    let branch = |pair: &[Expr]| {
        let (value, search) = (cast_to(value.clone(), &searched), cast_to(pair[0].clone(), &searched));
        (Expr::binary(BinaryOp::NullSafeEq, value, search), cast_to(pair[1].clone(), &found))
    };
    let branches = args.chunks(2).map(branch).collect();
    Ok(Expr::Case { branches, otherwise: otherwise.map(|e| Box::new(cast_to(e, &found))) })
}

/// The type as SQL has it in small letters.
fn type_of(args: Vec<Expr>, _: CommonType) -> Result<Expr, String> {
    let name = match args[0].data_type() {
        DataType::Null => "void".to_owned(),
        other => sql_type_name(&other).to_lowercase().replace(": ", ":").replace(", ", ","),
    };
    Ok(Expr::Literal(name.as_str().into()))
}

/// The query stops with these words, unless there is no row.
fn raise_error(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    match args[0].as_string::<i32>().iter().next() {
        Some(message) => exec_err!("{}", message.unwrap_or("null")),
        None => Ok(new_null_array(&DataType::Null, 0)),
    }
}

/// The first value of each row that is not null.
fn coalesce(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let chosen = |row: usize| args.iter().position(|a| a.is_valid(row)).unwrap_or(0);
    pick(args, chosen)
}

/// The greatest or least value of each row; nulls are left out.
fn extreme(args: &[ArrayRef], wanted: Ordering) -> Result<ArrayRef> {
    let mut best: Vec<usize> = vec![0; args[0].len()];
    for at in 1..args.len() {
        let against = |other: usize| make_comparator(&args[at], &args[other], SortOptions::default());
        let comparators = (0..at).map(against).collect::<Result<Vec<_>, _>>()?;
        for (row, best) in best.iter_mut().enumerate().filter(|(row, _)| args[at].is_valid(*row)) {
            if args[*best].is_null(row) || comparators[*best](row, row) == wanted {
                *best = at;
            }
        }
    }
    pick(args, |row| best[row])
}

fn pick(args: &[ArrayRef], chosen: impl Fn(usize) -> usize) -> Result<ArrayRef> {
    let arrays: Vec<&dyn Array> = args.iter().map(|a| a.as_ref()).collect();
    let indices: Vec<(usize, usize)> = (0..args[0].len()).map(|row| (chosen(row), row)).collect();
    Ok(interleave(&arrays, &indices)?)
}

fn is_nan(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let is_nan = |v: Option<f64>| Some(v.is_some_and(f64::is_nan));
    Ok(Arc::new(args[0].as_primitive::<Float64Type>().iter().map(is_nan).collect::<BooleanArray>()))
}

fn nanvl(args: &[ArrayRef], _: &DataType) -> Result<ArrayRef> {
    let values = doubles(args, 0);
    pick(args, |row| usize::from(values.is_valid(row) && values.value(row).is_nan()))
}

fn first_not_null(args: Vec<Expr>) -> Expr {
    let function = find("coalesce").expect("it is in the table above");
    let data_type = args[0].data_type();
    Expr::Call { function, args, data_type }
}

fn is_null(mut args: Vec<Expr>, _: CommonType) -> Result<Expr, String> {
    Ok(Expr::IsNull(Box::new(args.remove(0))))
}

fn is_not_null(mut args: Vec<Expr>, _: CommonType) -> Result<Expr, String> {
    Ok(Expr::IsNotNull(Box::new(args.remove(0))))
}

fn if_else(mut args: Vec<Expr>, _: CommonType) -> Result<Expr, String> {
    let otherwise = Box::new(args.remove(2));
    let then = args.remove(1);
    Ok(Expr::Case { branches: vec![(args.remove(0), then)], otherwise: Some(otherwise) })
}

fn nvl2(mut args: Vec<Expr>, common: CommonType) -> Result<Expr, String> {
    let tested = Expr::IsNotNull(Box::new(args.remove(0)));
    args.insert(0, tested);
    if_else(args, common)
}

/// Null where both are equal, else the first.
fn null_if(mut args: Vec<Expr>, common: CommonType) -> Result<Expr, String> {
    let (right, left) = (args.remove(1), args.remove(0));
    let met = common(&left.data_type(), &right.data_type());
    let met =
        met.ok_or("[DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES] the arguments of `nullif` cannot be compared")?;
    let equal = Expr::binary(BinaryOp::Eq, cast_to(left.clone(), &met), cast_to(right, &met));
    let null = cast_to(Expr::Literal(ScalarValue::Null), &left.data_type());
    Ok(Expr::Case { branches: vec![(equal, null)], otherwise: Some(Box::new(left)) })
}

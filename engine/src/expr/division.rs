//! Division and remainder as Spark does them with ANSI off: a zero divisor gives null.

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::compute::kernels::{cmp, numeric};
use arrow::compute::nullif;
use arrow::datatypes::DataType;
use datafusion_common::{Result, ScalarValue};
use datafusion_expr::ScalarUDF;

use super::scalar::scalar_function;

/// `left / right` on doubles.
pub(super) fn divide() -> Arc<ScalarUDF> {
    scalar_function("divide", DataType::Float64, |args, _| {
        Ok(numeric::div(&args[0], &null_where_zero(&args[1])?)?)
    })
}

/// `left % right`; the sign is the dividend's.
pub(super) fn remainder() -> Arc<ScalarUDF> {
    scalar_function("remainder", DataType::Float64, |args, _| {
        Ok(numeric::rem(&args[0], &null_where_zero(&args[1])?)?)
    })
}

/// Adding zero turns minus zero into zero, which Arrow's total order of floats would tell apart.
pub(super) fn null_where_zero(divisor: &ArrayRef) -> Result<ArrayRef> {
    let zero = ScalarValue::new_zero(divisor.data_type())?.to_scalar()?;
    let is_zero = match divisor.data_type().is_floating() {
        true => cmp::eq(&numeric::add(divisor, &zero)?, &zero)?,
        false => cmp::eq(divisor, &zero)?,
    };
    Ok(nullif(divisor, &is_zero)?)
}

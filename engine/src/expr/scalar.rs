//! The smallest wrapper that lets a plain function over Arrow arrays stand where DataFusion wants a scalar UDF.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion_common::Result;
use datafusion_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};

/// Arrays in (all of the same length) and the type of the result, array out.
type Kernel = Box<dyn Fn(&[ArrayRef], &DataType) -> Result<ArrayRef> + Send + Sync>;

/// A named kernel with a fixed result type.
struct KernelFunction {
    name: &'static str,
    returns: DataType,
    kernel: Kernel,
    signature: Signature,
}

impl fmt::Debug for KernelFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for KernelFunction {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.returns == other.returns
    }
}

impl Eq for KernelFunction {}

impl Hash for KernelFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
        self.returns.hash(state);
    }
}

impl ScalarUDFImpl for KernelFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.returns.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let returns = args.return_type().clone();
        let constant = args.args.iter().all(|a| matches!(a, ColumnarValue::Scalar(_)));
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let result = (self.kernel)(&arrays, &returns)?;
        if constant && result.len() == 1 {
            // Keeps constants constant, so that the operators above take their scalar paths.
            return Ok(ColumnarValue::Scalar(datafusion_common::ScalarValue::try_from_array(&result, 0)?));
        }
        Ok(ColumnarValue::Array(result))
    }
}

/// A scalar function out of a kernel. The kernel sees the type that the expression declared, so `returns` only
/// has to be right where DataFusion asks for it itself.
pub(super) fn scalar_function(
    name: &'static str,
    returns: DataType,
    kernel: impl Fn(&[ArrayRef], &DataType) -> Result<ArrayRef> + Send + Sync + 'static,
) -> Arc<ScalarUDF> {
    let kernel = Box::new(kernel);
    let signature = Signature::variadic_any(Volatility::Immutable);
    Arc::new(ScalarUDF::from(KernelFunction { name, returns, kernel, signature }))
}

//! Plan expression → DataFusion physical expression, bound to the positions of an operator's input columns.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, cast::AsArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;
use datafusion_common::ScalarValue;
use datafusion_common::config::ConfigOptions;
use datafusion_expr::{Operator, ScalarUDF};
use datafusion_physical_expr::expressions::{
    BinaryExpr, CaseExpr, Column as PhysicalColumn, IsNotNullExpr, IsNullExpr, Literal, NotExpr,
};
use datafusion_physical_expr::{PhysicalExpr, ScalarFunctionExpr};

use super::{arithmetic, cast, decimal_arithmetic, division};
use crate::error::{EngineError, Result};
use crate::plan::{BinaryOp, Column, Expr};
use crate::session::Session;

/// An expression ready to run over batches whose columns are laid out as it was compiled for.
#[derive(Debug, Clone)]
pub struct CompiledExpr {
    physical: Arc<dyn PhysicalExpr>,
}

impl CompiledExpr {
    /// One value per row of the batch.
    pub fn evaluate(&self, batch: &RecordBatch) -> Result<ArrayRef> {
        let value = self.physical.evaluate(batch).map_err(EngineError::evaluation)?;
        value.into_array(batch.num_rows()).map_err(EngineError::evaluation)
    }

    /// The rows for which a boolean expression is true; null counts as false.
    pub fn matches(&self, batch: &RecordBatch) -> Result<BooleanArray> {
        let mask = self.evaluate(batch)?;
        let mask = mask.as_boolean();
        Ok(true_rows(mask))
    }
}

/// A mask without nulls: null counts as false.
pub(crate) fn true_rows(mask: &BooleanArray) -> BooleanArray {
    match mask.nulls() {
        Some(_) => arrow::compute::prep_null_mask_filter(mask),
        None => mask.clone(),
    }
}

/// Binds `expr` to the positions of `input`. Every column it reads must be there: the planner's promise.
pub fn compile(expr: &Expr, input: &[Column], session: &Session) -> Result<CompiledExpr> {
    let schema = Schema::new(input.iter().map(Column::field).collect::<Vec<_>>());
    let physical = Compiler { input, schema: &schema, session }.compile(expr)?;
    Ok(CompiledExpr { physical })
}

struct Compiler<'a> {
    input: &'a [Column],
    schema: &'a Schema,
    session: &'a Session,
}

impl Compiler<'_> {
    fn compile(&self, expr: &Expr) -> Result<Arc<dyn PhysicalExpr>> {
        Ok(match expr {
            Expr::Column { id, .. } => self.column(*id),
            Expr::Literal(value) => Arc::new(Literal::new(value.clone())),
            Expr::Cast { input, to } => {
                self.call(cast::to(to, self.session), "cast", &[input], Field::new("cast", to.clone(), true))?
            }
            Expr::Field { input, name, data_type, .. } => {
                let args = vec![self.compile(input)?, literal(name)];
                function(
                    datafusion_functions::core::get_field(),
                    "field",
                    args,
                    Field::new(name, data_type.clone(), true),
                )
            }
            Expr::Binary { op, left, right } => self.binary(*op, left, right, expr)?,
            Expr::Not(input) => Arc::new(NotExpr::new(self.compile(input)?)),
            Expr::Negate(input) => {
                let returns = Field::new("negative", input.data_type(), true);
                self.call(arithmetic::negative(&input.data_type()), "negative", &[input], returns)?
            }
            Expr::IsNull(input) => Arc::new(IsNullExpr::new(self.compile(input)?)),
            Expr::IsNotNull(input) => Arc::new(IsNotNullExpr::new(self.compile(input)?)),
            Expr::Case { branches, otherwise } => self.case(branches, otherwise.as_deref())?,
            Expr::Call { function, args, data_type } => {
                let args: Vec<&Expr> = args.iter().collect();
                let field = Field::new(function.name, data_type.clone(), true);
                self.call(function.compiled(data_type, self.session), function.name, &args, field)?
            }
        })
    }

    fn column(&self, id: crate::plan::ColumnId) -> Arc<dyn PhysicalExpr> {
        let index = self.input.iter().position(|c| c.id == id).expect("the planner resolved this column");
        Arc::new(PhysicalColumn::new(&self.input[index].name, index))
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr, whole: &Expr) -> Result<Arc<dyn PhysicalExpr>> {
        let decimals = matches!(
            (left.data_type(), right.data_type(), whole.data_type()),
            (DataType::Decimal128(..), DataType::Decimal128(..), DataType::Decimal128(..))
        );
        let division = match op {
            BinaryOp::Add | BinaryOp::Subtract if by_the_calendar(left, right) => {
                Some(arithmetic::shift_time(op, self.session.zone.clone()))
            }
            _ if decimals => Some(decimal_arithmetic::operation(op, &whole.data_type())),
            BinaryOp::Divide => Some(division::divide()),
            BinaryOp::Remainder => Some(division::remainder()),
            _ => None,
        };
        match division {
            Some(udf) => {
                self.call(udf, "divide", &[left, right], Field::new("divide", whole.data_type(), true))
            }
            None => {
                let operand = |operand: &Expr| match op.is_comparison() && operand.data_type().is_floating() {
                    true => self.call(
                        arithmetic::one_zero(&operand.data_type()),
                        "zero",
                        &[operand],
                        Field::new("zero", operand.data_type(), true),
                    ),
                    false => self.compile(operand),
                };
                let (left, right) = (operand(left)?, operand(right)?);
                Ok(Arc::new(BinaryExpr::new(left, operator(op), right)))
            }
        }
    }

    fn case(&self, branches: &[(Expr, Expr)], otherwise: Option<&Expr>) -> Result<Arc<dyn PhysicalExpr>> {
        let branches = branches
            .iter()
            .map(|(when, then)| Ok((self.compile(when)?, self.compile(then)?)))
            .collect::<Result<Vec<_>>>()?;
        let otherwise = otherwise.map(|e| self.compile(e)).transpose()?;
        Ok(Arc::new(CaseExpr::try_new(None, branches, otherwise).map_err(EngineError::evaluation)?))
    }

    fn call(
        &self,
        udf: Arc<ScalarUDF>,
        name: &str,
        args: &[&Expr],
        returns: Field,
    ) -> Result<Arc<dyn PhysicalExpr>> {
        let args = args.iter().map(|a| self.compile(a)).collect::<Result<Vec<_>>>()?;
        debug_assert!(args.iter().all(|a| a.data_type(self.schema).is_ok()));
        Ok(function(udf, name, args, returns))
    }
}

fn function(
    udf: Arc<ScalarUDF>,
    name: &str,
    args: Vec<Arc<dyn PhysicalExpr>>,
    returns: Field,
) -> Arc<dyn PhysicalExpr> {
    let config = Arc::new(ConfigOptions::default());
    Arc::new(ScalarFunctionExpr::new(name, udf, args, Arc::new(returns), config))
}

/// Whether a time is moved by days or months, which are as long as the zone's calendar has them. A constant length
/// below a day is as long as it is.
fn by_the_calendar(time: &Expr, length: &Expr) -> bool {
    const MICROS_PER_DAY: i64 = 86_400_000_000;
    let zoned = matches!(time.data_type(), DataType::Timestamp(_, Some(_)));
    match (length, length.data_type()) {
        (Expr::Literal(ScalarValue::DurationMicrosecond(Some(micros))), _) => {
            zoned && micros.abs() >= MICROS_PER_DAY
        }
        (_, DataType::Duration(_) | DataType::Interval(_)) => zoned,
        _ => false,
    }
}

fn literal(text: &str) -> Arc<dyn PhysicalExpr> {
    Arc::new(Literal::new(ScalarValue::from(text)))
}

fn operator(op: BinaryOp) -> Operator {
    match op {
        BinaryOp::Add => Operator::Plus,
        BinaryOp::Subtract => Operator::Minus,
        BinaryOp::Multiply => Operator::Multiply,
        BinaryOp::Divide => Operator::Divide,
        BinaryOp::Remainder => Operator::Modulo,
        BinaryOp::Eq => Operator::Eq,
        BinaryOp::NotEq => Operator::NotEq,
        BinaryOp::Lt => Operator::Lt,
        BinaryOp::LtEq => Operator::LtEq,
        BinaryOp::Gt => Operator::Gt,
        BinaryOp::GtEq => Operator::GtEq,
        BinaryOp::NullSafeEq => Operator::IsNotDistinctFrom,
        BinaryOp::And => Operator::And,
        BinaryOp::Or => Operator::Or,
    }
}

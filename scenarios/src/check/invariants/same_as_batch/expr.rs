//! Expressions as DuckDB's SQL.
//!
//! Everything here has Spark's meaning with ANSI off, or DuckDB fails: where an integer wraps in Spark, DuckDB reports
//! an overflow, and where a text can be read in ways that are not written down here, `error()` does. What has no
//! translation is refused by name.

use std::cell::Cell;

use arrow::array::{Array, ArrayRef, cast::AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, DurationMicrosecondType, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType,
};
use wavetank_engine::plan::{BinaryOp, ColumnId, Expr};

use super::{Unsupported, cast, functions, types};

/// Translates the expressions of one query.
#[derive(Debug, Default)]
pub(super) struct Exprs {
    /// Whether some value is computed in another order or by another library than the engine's.
    pub(super) inexact: Cell<bool>,
}

/// The name of a column.
pub(super) fn column(id: ColumnId) -> String {
    format!("c{}", id.0)
}

/// A text literal.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

impl Exprs {
    /// An expression over columns that are called as [`column`] says.
    pub(super) fn sql(&self, expr: &Expr) -> Result<String, Unsupported> {
        match expr {
            Expr::Column { id, .. } => Ok(column(*id)),
            Expr::Literal(_) => literal(&constant(expr).ok_or("a constant that has no value")?),
            Expr::Cast { input, to } => cast::sql(&self.sql(input)?, &input.data_type(), to),
            Expr::Field { input, name, .. } => {
                types::name(&input.data_type())?;
                Ok(format!("struct_extract({}, {})", self.sql(input)?, text(name)))
            }
            Expr::Binary { op, left, right } => self.binary(*op, left, right),
            Expr::Not(input) => Ok(format!("(NOT {})", self.sql(input)?)),
            Expr::Negate(input) => Ok(format!("(-{})", self.sql(input)?)),
            Expr::IsNull(input) => Ok(format!("({} IS NULL)", self.sql(input)?)),
            Expr::IsNotNull(input) => Ok(format!("({} IS NOT NULL)", self.sql(input)?)),
            Expr::Case { branches, otherwise } => self.case(branches, otherwise.as_deref()),
            Expr::Call { function, args, data_type } => functions::sql(self, function.name, args, data_type),
        }
    }

    fn case(&self, branches: &[(Expr, Expr)], otherwise: Option<&Expr>) -> Result<String, Unsupported> {
        let mut sql = "(CASE".to_owned();
        for (condition, value) in branches {
            sql += &format!(" WHEN {} THEN {}", self.sql(condition)?, self.sql(value)?);
        }
        if let Some(otherwise) = otherwise {
            sql += &format!(" ELSE {}", self.sql(otherwise)?);
        }
        Ok(sql + " END)")
    }

    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr) -> Result<String, Unsupported> {
        let (l, r) = (self.sql(left)?, self.sql(right)?);
        let operator = match op {
            BinaryOp::Eq => "=",
            BinaryOp::NotEq => "<>",
            BinaryOp::Lt => "<",
            BinaryOp::LtEq => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::GtEq => ">=",
            BinaryOp::NullSafeEq => "IS NOT DISTINCT FROM",
            BinaryOp::And => "AND",
            BinaryOp::Or => "OR",
            arithmetic => return self.arithmetic(arithmetic, (left, &l), (right, &r)),
        };
        if op.is_comparison() && matches!(left.data_type(), DataType::Struct(_) | DataType::Map(..)) {
            let equality = matches!(op, BinaryOp::Eq | BinaryOp::NotEq | BinaryOp::NullSafeEq);
            if !equality || types::hides_floats(&left.data_type()) {
                return Err(format!("`{operator}` on values of type {}", left.data_type()));
            }
        }
        Ok(format!("({l} {operator} {r})"))
    }

    fn arithmetic(
        &self,
        op: BinaryOp,
        (left, l): (&Expr, &str),
        (right, r): (&Expr, &str),
    ) -> Result<String, Unsupported> {
        use BinaryOp::{Add, Divide, Multiply, Remainder, Subtract};
        use DataType::{Duration, Timestamp};
        Ok(match (op, left.data_type(), right.data_type()) {
            (Add, Timestamp(..), Duration(_)) => format!("make_timestamp(epoch_us({l}) + {r})"),
            (Add, Duration(_), Timestamp(..)) => format!("make_timestamp(epoch_us({r}) + {l})"),
            (Subtract, Timestamp(..), Duration(_)) => format!("make_timestamp(epoch_us({l}) - {r})"),
            (Subtract, Timestamp(..), Timestamp(..)) => format!("(epoch_us({l}) - epoch_us({r}))"),
            (Add, Duration(_), Duration(_)) => format!("({l} + {r})"),
            (Subtract, Duration(_), Duration(_)) => format!("({l} - {r})"),
            (op, a, b) if a == b && (a.is_integer() || a.is_floating()) => match op {
                Add => format!("({l} + {r})"),
                Subtract => format!("({l} - {r})"),
                Multiply => format!("({l} * {r})"),
                Divide if a.is_floating() => format!("({l} / nullif({r}, 0))"),
                Remainder => format!("({l} % nullif({r}, 0))"),
                _ => return Err(format!("the operator {op:?} on values of type {a}")),
            },
            (op, a, b) => return Err(format!("the operator {op:?} on values of type {a} and {b}")),
        })
    }
}

/// The value of a literal, as an array of length one.
pub(super) fn constant(expr: &Expr) -> Option<ArrayRef> {
    match expr {
        Expr::Literal(value) => value.to_array().ok(),
        _ => None,
    }
}

/// A constant.
fn literal(value: &ArrayRef) -> Result<String, Unsupported> {
    let data_type = value.data_type();
    if value.is_null(0) || *data_type == DataType::Null {
        return match data_type {
            DataType::Null => Ok("NULL".to_owned()),
            data_type => Ok(format!("CAST(NULL AS {})", types::name(data_type)?)),
        };
    }
    let as_number = |number: String, name: &str| format!("CAST('{number}' AS {name})");
    Ok(match data_type {
        DataType::Boolean => value.as_boolean().value(0).to_string(),
        DataType::Int8 => as_number(value.as_primitive::<Int8Type>().value(0).to_string(), "TINYINT"),
        DataType::Int16 => as_number(value.as_primitive::<Int16Type>().value(0).to_string(), "SMALLINT"),
        DataType::Int32 => as_number(value.as_primitive::<Int32Type>().value(0).to_string(), "INTEGER"),
        DataType::Int64 => as_number(value.as_primitive::<Int64Type>().value(0).to_string(), "BIGINT"),
        DataType::Float32 => as_number(value.as_primitive::<Float32Type>().value(0).to_string(), "FLOAT"),
        DataType::Float64 => as_number(value.as_primitive::<Float64Type>().value(0).to_string(), "DOUBLE"),
        DataType::Decimal128(..) => {
            as_number(value.as_primitive::<Decimal128Type>().value_as_string(0), &types::name(data_type)?)
        }
        DataType::Utf8 => match value.as_string::<i32>().value(0) {
            zero if zero.contains('\0') => return Err("a text with a zero byte".into()),
            value => text(value),
        },
        DataType::Date32 => {
            format!("(DATE '1970-01-01' + CAST({} AS INTEGER))", value.as_primitive::<Date32Type>().value(0))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            format!("make_timestamp({})", value.as_primitive::<TimestampMicrosecondType>().value(0))
        }
        DataType::Duration(TimeUnit::Microsecond) => {
            as_number(value.as_primitive::<DurationMicrosecondType>().value(0).to_string(), "BIGINT")
        }
        other => return Err(format!("a constant of type {other}")),
    })
}

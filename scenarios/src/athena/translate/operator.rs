//! Operators with two sides, by the types of the sides.
//!
//! Source: Trino's `DecimalOperators`, `IntegerOperators`, `DateTimeOperators`.

use sqlparser::ast::{BinaryOperator, Expr};

use super::super::error::{Place, SqlError};
use super::super::types::{Type, common};
use super::equality::equals;
use super::{Scope, Translator, Typed, coerce, place};

/// What two values are compared for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    pub fn of(op: &BinaryOperator) -> Option<Self> {
        Some(match op {
            BinaryOperator::Eq => Self::Equal,
            BinaryOperator::NotEq => Self::NotEqual,
            BinaryOperator::Lt => Self::Less,
            BinaryOperator::LtEq => Self::AtMost,
            BinaryOperator::Gt => Self::Greater,
            BinaryOperator::GtEq => Self::AtLeast,
            _ => return None,
        })
    }

    pub fn sql(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// A value in the form in which DuckDB compares it as Trino does: an instant without its zone.
pub(super) fn comparable(value: Typed) -> Typed {
    match value.ty {
        Type::TimestampTz(precision) => {
            Typed::new(format!("({}).utc", value.sql), Type::Timestamp(precision))
        }
        _ => value,
    }
}

pub(super) fn comparison(a: Typed, op: Comparison, b: Typed, at: Place) -> Result<Typed, SqlError> {
    let refusal = || {
        let message = format!("Cannot apply operator: {} {} {}", a.ty, op.sql(), b.ty);
        SqlError::type_mismatch(at, message)
    };
    let ty = common(&a.ty, &b.ty).ok_or_else(refusal)?;
    let is_order = !matches!(op, Comparison::Equal | Comparison::NotEqual);
    if is_order && !ty.is_orderable() {
        return Err(refusal());
    }
    let (a, b) = (coerce(a, &ty), coerce(b, &ty));
    let sql = match &ty {
        Type::Real | Type::Double => of_floats(&a.sql, op, &b.sql),
        Type::Array(_) | Type::Map(_, _) | Type::Row(_) if !is_order => {
            let not = if op == Comparison::NotEqual { "NOT " } else { "" };
            format!("({not}{})", equals(&a.sql, &b.sql, &ty))
        }
        _ => format!("({} {} {})", comparable(a).sql, op.sql(), comparable(b).sql),
    };
    Ok(Typed::new(sql, Type::Boolean))
}

/// What is no number is equal to nothing, and neither more nor less; to DuckDB it is the greatest number.
fn of_floats(a: &str, op: Comparison, b: &str) -> String {
    let plain = format!("{a} {} {b}", op.sql());
    match op {
        Comparison::Equal => format!("({plain} AND NOT (isnan({a}) AND isnan({b})))"),
        Comparison::NotEqual => format!("({plain} OR (isnan({a}) AND isnan({b})))"),
        Comparison::Less => format!("({plain} AND NOT isnan({b}))"),
        Comparison::Greater => format!("({plain} AND NOT isnan({a}))"),
        Comparison::AtMost | Comparison::AtLeast => {
            format!("({plain} AND NOT (isnan({a}) OR isnan({b})))")
        }
    }
}

impl Translator<'_> {
    pub(super) fn binary(
        &mut self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        scope: &Scope<'_>,
    ) -> Result<Typed, SqlError> {
        let at = place(left);
        if let BinaryOperator::And | BinaryOperator::Or = op {
            let clause = format!("Left side of logical {op} expression");
            let a = self.condition(left, scope, &clause)?;
            let b = self.condition(right, scope, &clause.replace("Left", "Right"))?;
            return Ok(Typed::new(format!("({} {op} {})", a.sql, b.sql), Type::Boolean));
        }
        let (a, b) = (self.expression(left, scope)?, self.expression(right, scope)?);
        if let Some(op) = Comparison::of(op) {
            return comparison(a, op, b, at);
        }
        match op {
            BinaryOperator::Plus => plus(a, b, at),
            BinaryOperator::Minus => minus(a, b, at),
            BinaryOperator::Multiply => multiply(a, b, at),
            BinaryOperator::Divide => divide(a, b, at),
            BinaryOperator::Modulo => modulo(a, b, at),
            BinaryOperator::StringConcat => concat(a, b, at),
            other => Err(SqlError::syntax(at, format!("mismatched input '{other}'"))),
        }
    }
}

fn refused(a: &Typed, op: &str, b: &Typed, at: Place) -> SqlError {
    SqlError::type_mismatch(at, format!("Cannot apply operator: {} {op} {}", a.ty, b.ty))
}

/// Two numbers in the type where they meet; decimals and whole numbers only as far as digits go.
fn numbers(a: &Typed, op: &str, b: &Typed, at: Place) -> Result<Type, SqlError> {
    let ty = common(&a.ty, &b.ty).filter(|ty| ty.is_number() || *ty == Type::Unknown);
    match ty {
        Some(Type::Unknown) => Ok(Type::Integer),
        Some(ty) => Ok(ty),
        None => Err(refused(a, op, b, at)),
    }
}

/// Digits of both sides where at least one is a decimal.
fn decimals(a: &Typed, b: &Typed) -> Option<((u8, u8), (u8, u8))> {
    let one = matches!(a.ty, Type::Decimal(_, _)) || matches!(b.ty, Type::Decimal(_, _));
    let pair = a.ty.as_decimal().zip(b.ty.as_decimal());
    pair.filter(|_| one)
}

fn as_decimal(value: Typed, (precision, scale): (u8, u8)) -> String {
    coerce(value, &Type::Decimal(precision, scale)).sql
}

fn plus(a: Typed, b: Typed, at: Place) -> Result<Typed, SqlError> {
    match (&a.ty, &b.ty) {
        (
            Type::Date | Type::Time(_) | Type::Timestamp(_) | Type::TimestampTz(_),
            Type::IntervalDay | Type::IntervalMonth,
        ) => super::interval::shifted(a, b, false, at),
        (
            Type::IntervalDay | Type::IntervalMonth,
            Type::Date | Type::Time(_) | Type::Timestamp(_) | Type::TimestampTz(_),
        ) => super::interval::shifted(b, a, false, at),
        (Type::IntervalDay, Type::IntervalDay) | (Type::IntervalMonth, Type::IntervalMonth) => {
            let ty = a.ty.clone();
            Ok(Typed::new(format!("({} + {})", a.sql, b.sql), ty))
        }
        _ => sum(a, "+", b, at),
    }
}

fn minus(a: Typed, b: Typed, at: Place) -> Result<Typed, SqlError> {
    match (&a.ty, &b.ty) {
        (
            Type::Date | Type::Time(_) | Type::Timestamp(_) | Type::TimestampTz(_),
            Type::IntervalDay | Type::IntervalMonth,
        ) => super::interval::shifted(a, b, true, at),
        (Type::IntervalDay, Type::IntervalDay) | (Type::IntervalMonth, Type::IntervalMonth) => {
            let ty = a.ty.clone();
            Ok(Typed::new(format!("({} - {})", a.sql, b.sql), ty))
        }
        (
            Type::Date | Type::Timestamp(_) | Type::TimestampTz(_),
            Type::Date | Type::Timestamp(_) | Type::TimestampTz(_),
        ) => {
            let micros = |value: Typed| {
                let value = comparable(value);
                format!("epoch_us(CAST({} AS TIMESTAMP))", value.sql)
            };
            Ok(Typed::new(format!("({} - {})", micros(a), micros(b)), Type::IntervalDay))
        }
        _ => sum(a, "-", b, at),
    }
}

fn sum(a: Typed, op: &str, b: Typed, at: Place) -> Result<Typed, SqlError> {
    let ty = numbers(&a, op, &b, at)?;
    if let Some(((ap, a_scale), (bp, b_scale))) = decimals(&a, &b) {
        let scale = a_scale.max(b_scale);
        let precision = (scale + (ap - a_scale).max(bp - b_scale) + 1).min(38);
        let wide = (precision, scale);
        let sql = format!("({} {op} {})", as_decimal(a, wide), as_decimal(b, wide));
        return Ok(in_type(sql, Type::Decimal(precision, scale)));
    }
    let (a, b) = (coerce(a, &ty), coerce(b, &ty));
    Ok(Typed::new(format!("({} {op} {})", a.sql, b.sql), ty))
}

/// DuckDB may keep more digits than Trino does.
fn in_type(sql: String, ty: Type) -> Typed {
    Typed::new(format!("CAST({sql} AS {})", ty.duckdb()), ty)
}

fn multiply(a: Typed, b: Typed, at: Place) -> Result<Typed, SqlError> {
    match (&a.ty, &b.ty) {
        (Type::IntervalDay | Type::IntervalMonth, ty) if ty.is_number() => {
            let ty = a.ty.clone();
            return Ok(in_type(format!("({} * {})", a.sql, b.sql), ty));
        }
        (ty, Type::IntervalDay | Type::IntervalMonth) if ty.is_number() => {
            let ty = b.ty.clone();
            return Ok(in_type(format!("({} * {})", a.sql, b.sql), ty));
        }
        _ => {}
    }
    let ty = numbers(&a, "*", &b, at)?;
    if let Some(((ap, a_scale), (bp, b_scale))) = decimals(&a, &b) {
        let scale = a_scale + b_scale;
        if scale > 38 {
            return Err(SqlError::type_mismatch(
                at,
                format!("DECIMAL scale {scale} must be in range [0, 38]"),
            ));
        }
        let precision = (ap + bp).min(38);
        let sql = format!("({} * {})", as_decimal(a, (ap, a_scale)), as_decimal(b, (bp, b_scale)));
        return Ok(in_type(sql, Type::Decimal(precision, scale)));
    }
    let (a, b) = (coerce(a, &ty), coerce(b, &ty));
    Ok(Typed::new(format!("({} * {})", a.sql, b.sql), ty))
}

fn divide(a: Typed, b: Typed, at: Place) -> Result<Typed, SqlError> {
    if matches!(a.ty, Type::IntervalDay | Type::IntervalMonth) && b.ty.is_number() {
        let ty = a.ty.clone();
        return Ok(in_type(format!("trunc({} / CAST({} AS DOUBLE))", a.sql, b.sql), ty));
    }
    let ty = numbers(&a, "/", &b, at)?;
    if let Some(((ap, a_scale), (_, b_scale))) = decimals(&a, &b) {
        let scale = a_scale.max(b_scale);
        let precision = (ap + b_scale + scale.saturating_sub(a_scale)).min(38);
        let text = |value: Typed| format!("CAST({} AS VARCHAR)", value.sql);
        let sql = format!("wt_decimal_divide({}, {}, {scale})", text(a), text(b));
        return Ok(in_type(sql, Type::Decimal(precision, scale)));
    }
    let (a, b) = (coerce(a, &ty), coerce(b, &ty));
    let sql = match ty.is_integer() {
        true => format!("({} // {})", a.sql, not_zero(&b.sql)),
        false => format!("({} / {})", a.sql, b.sql),
    };
    Ok(in_type(sql, ty))
}

pub(in super::super) fn modulo(a: Typed, b: Typed, at: Place) -> Result<Typed, SqlError> {
    let ty = numbers(&a, "%", &b, at)?;
    if let Some(((ap, a_scale), (bp, b_scale))) = decimals(&a, &b) {
        let scale = a_scale.max(b_scale);
        let precision = ((ap - a_scale).min(bp - b_scale) + scale).min(38);
        let text = |value: Typed| format!("CAST({} AS VARCHAR)", value.sql);
        let sql = format!("wt_decimal_modulo({}, {}, {scale})", text(a), text(b));
        return Ok(in_type(sql, Type::Decimal(precision, scale)));
    }
    let (a, b) = (coerce(a, &ty), coerce(b, &ty));
    let sql = match ty.is_integer() {
        true => format!("({} % {})", a.sql, not_zero(&b.sql)),
        false => format!("wt_remainder({}, {})", a.sql, b.sql),
    };
    Ok(in_type(sql, ty))
}

/// A divisor that fails the query where it is zero, as DuckDB would answer NULL.
fn not_zero(divisor: &str) -> String {
    let digits = divisor.strip_prefix("CAST(").and_then(|rest| rest.split(' ').next());
    let is_written = digits.and_then(|digits| digits.parse::<i128>().ok()).is_some_and(|number| number != 0);
    match is_written {
        true => divisor.to_owned(),
        false => format!(
            "(CASE WHEN CASE WHEN {divisor} = 0 THEN wt_fail('DIVISION_BY_ZERO', 'Division by zero') END THEN NULL ELSE {divisor} END)"
        ),
    }
}

fn concat(a: Typed, b: Typed, at: Place) -> Result<Typed, SqlError> {
    match (&a.ty, &b.ty) {
        (Type::Array(_), Type::Array(_)) => {
            let ty = common(&a.ty, &b.ty).ok_or_else(|| refused(&a, "||", &b, at))?;
            let (a, b) = (coerce(a, &ty), coerce(b, &ty));
            Ok(Typed::new(format!("wt_concat_lists({}, {})", a.sql, b.sql), ty))
        }
        (Type::Array(element), other) => {
            let ty = common(element, other).ok_or_else(|| refused(&a, "||", &b, at))?;
            let list = Type::array(ty.clone());
            let (a, b) = (coerce(a, &list), coerce(b, &ty));
            Ok(Typed::new(format!("wt_concat_lists({}, [{}])", a.sql, b.sql), list))
        }
        (other, Type::Array(element)) => {
            let ty = common(element, other).ok_or_else(|| refused(&a, "||", &b, at))?;
            let list = Type::array(ty.clone());
            let (a, b) = (coerce(a, &ty), coerce(b, &list));
            Ok(Typed::new(format!("wt_concat_lists([{}], {})", a.sql, b.sql), list))
        }
        (Type::Varbinary, Type::Varbinary) => {
            Ok(Typed::new(format!("({} || {})", a.sql, b.sql), Type::Varbinary))
        }
        (one, other) if one.is_text() && other.is_text() => {
            let (a, b) = (coerce(a, &Type::VARCHAR), coerce(b, &Type::VARCHAR));
            // Folded to a bare NULL it would be of no type.
            Ok(Typed::new(format!("CAST(({} || {}) AS VARCHAR)", a.sql, b.sql), Type::VARCHAR))
        }
        _ => {
            let message = format!("Unexpected parameters ({}, {}) for function concat", a.ty, b.ty);
            Err(SqlError::at(at, "FUNCTION_NOT_FOUND", message))
        }
    }
}

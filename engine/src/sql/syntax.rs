//! Syntax that is a function by another name: `LIKE`, `SUBSTRING(… FROM …)`, `a DIV b`, `a[i]` and their like.

use arrow::datatypes::DataType;
use datafusion_common::ScalarValue;
use sqlparser::ast::{BinaryOperator, CeilFloorKind, Expr as Ast, TrimWhereField, UnaryOperator};

use super::error::SqlError;
use super::expr::{Resolver, column_name};
use crate::expr::find_function;
use crate::plan::{BinaryOp, Expr};

impl Resolver<'_> {
    /// The call that a piece of syntax stands for; `None` for everything else.
    pub(super) fn call_by_syntax(&self, ast: &Ast) -> Result<Option<Expr>, SqlError> {
        let call = |name: &'static str, args: &[&Ast]| -> Result<Expr, SqlError> {
            let args = args.iter().map(|arg| self.resolve(arg)).collect::<Result<Vec<_>, _>>()?;
            self.call_of(name, args, ast)
        };
        let negated = |negated: bool, expr: Expr| if negated { Expr::Not(Box::new(expr)) } else { expr };
        Ok(Some(match ast {
            Ast::Like { negated: not, any: false, expr, pattern, escape_char } => {
                negated(*not, self.like("like", expr, pattern, escape_char.as_ref(), ast)?)
            }
            Ast::ILike { negated: not, any: false, expr, pattern, escape_char } => {
                negated(*not, self.like("ilike", expr, pattern, escape_char.as_ref(), ast)?)
            }
            Ast::RLike { negated: not, expr, pattern, .. } => negated(*not, call("rlike", &[expr, pattern])?),
            Ast::Ceil { expr, field: CeilFloorKind::DateTimeField(_) } => call("ceil", &[expr])?,
            Ast::Floor { expr, field: CeilFloorKind::DateTimeField(_) } => call("floor", &[expr])?,
            Ast::Position { expr, r#in } => call("locate", &[expr, r#in])?,
            Ast::Substring { expr, substring_from: Some(from), substring_for: None, .. } => {
                call("substring", &[expr, from])?
            }
            Ast::Substring { expr, substring_from: Some(from), substring_for: Some(length), .. } => {
                call("substring", &[expr, from, length])?
            }
            Ast::Trim { trim_where, trim_what, expr, trim_characters: None } => {
                let name = match trim_where {
                    Some(TrimWhereField::Leading) => "ltrim",
                    Some(TrimWhereField::Trailing) => "rtrim",
                    _ => "trim",
                };
                match trim_what {
                    Some(what) => call(name, &[what, expr])?,
                    None => call(name, &[expr])?,
                }
            }
            Ast::Extract { field, expr, .. } => {
                let field = Expr::Literal(ScalarValue::from(field.to_string()));
                let value = self.resolve(expr)?;
                self.call_of("date_part", vec![field, value], ast)?
            }
            Ast::Struct { values, fields } if fields.is_empty() => {
                let named = |value: &Ast| match value {
                    Ast::Named { expr, name } => Ok((self.resolve(expr)?, Some(name.value.clone()))),
                    plain => Ok((self.resolve(plain)?, column_name(plain))),
                };
                let fields = values.iter().map(named).collect::<Result<Vec<_>, SqlError>>()?;
                let (args, names) = fields.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
                self.named_call("struct", args, &names, ast)?
            }
            Ast::Overlay { expr, overlay_what, overlay_from, overlay_for } => match overlay_for {
                Some(length) => call("overlay", &[expr, overlay_what, overlay_from, length])?,
                None => call("overlay", &[expr, overlay_what, overlay_from])?,
            },
            Ast::IsUnknown(expr) => Expr::IsNull(Box::new(self.resolve(expr)?)),
            Ast::IsNotUnknown(expr) => Expr::IsNotNull(Box::new(self.resolve(expr)?)),
            Ast::UnaryOp { op: UnaryOperator::BitwiseNot, expr } => call("~", &[expr])?,
            Ast::BinaryOp { left, op: BinaryOperator::BitwiseAnd, right } => call("&", &[left, right])?,
            Ast::BinaryOp { left, op: BinaryOperator::BitwiseOr, right } => call("|", &[left, right])?,
            Ast::BinaryOp { left, op: BinaryOperator::BitwiseXor, right } => call("^", &[left, right])?,
            Ast::IsDistinctFrom(left, right) => {
                let same =
                    self.binary(BinaryOp::NullSafeEq, self.resolve(left)?, self.resolve(right)?, ast)?;
                Expr::Not(Box::new(same))
            }
            Ast::IsNotDistinctFrom(left, right) => {
                self.binary(BinaryOp::NullSafeEq, self.resolve(left)?, self.resolve(right)?, ast)?
            }
            Ast::IsTrue(expr) => self.is(expr, true, ast)?,
            Ast::IsFalse(expr) => self.is(expr, false, ast)?,
            Ast::IsNotTrue(expr) => Expr::Not(Box::new(self.is(expr, true, ast)?)),
            Ast::IsNotFalse(expr) => Expr::Not(Box::new(self.is(expr, false, ast)?)),
            Ast::BinaryOp { left, op: BinaryOperator::MyIntegerDivide, right } => {
                call("div", &[left, right])?
            }
            Ast::BinaryOp { left, op: BinaryOperator::StringConcat, right } => {
                call("concat", &[left, right])?
            }
            _ => return Ok(None),
        }))
    }

    /// `value[index]`: an array counts from 0, a map goes by key.
    pub(super) fn element(&self, value: Expr, index: Expr, ast: &Ast) -> Result<Expr, SqlError> {
        let name = if matches!(value.data_type(), DataType::Map(..)) { "element_at" } else { "get" };
        self.call_of(name, vec![value, index], ast)
    }

    fn is(&self, expr: &Ast, truth: bool, ast: &Ast) -> Result<Expr, SqlError> {
        let truth = Expr::Literal(ScalarValue::from(truth));
        self.binary(BinaryOp::NullSafeEq, self.resolve(expr)?, truth, ast)
    }

    fn like(
        &self,
        name: &'static str,
        expr: &Ast,
        pattern: &Ast,
        escape: Option<&sqlparser::ast::ValueWithSpan>,
        ast: &Ast,
    ) -> Result<Expr, SqlError> {
        let mut args = vec![self.resolve(expr)?, self.resolve(pattern)?];
        if let Some(escape) = escape {
            args.push(self.resolve(&Ast::Value(escape.clone()))?);
        }
        self.call_of(name, args, ast)
    }

    fn call_of(&self, name: &str, args: Vec<Expr>, ast: &Ast) -> Result<Expr, SqlError> {
        let names = vec![None; args.len()];
        self.named_call(name, args, &names, ast)
    }

    fn named_call(
        &self,
        name: &str,
        args: Vec<Expr>,
        names: &[Option<String>],
        ast: &Ast,
    ) -> Result<Expr, SqlError> {
        let function = find_function(name).expect("syntax stands for functions that exist");
        function
            .call(args, names, super::coerce::common_type)
            .map_err(|misuse| SqlError::at(self.span(ast), misuse.to_string()))
    }
}

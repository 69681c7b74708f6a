//! Parsed expression → typed [`Expr`]: names resolved, operands coerced, functions looked up.

use std::ops::Range;

use arrow::datatypes::DataType;
use datafusion_common::ScalarValue;
use sqlparser::ast::{
    AccessExpr, BinaryOperator, DateTimeField, Expr as Ast, Function as AstFunction, FunctionArg,
    FunctionArgExpr, FunctionArguments, Ident, Interval as AstInterval, Spanned, Subscript, UnaryOperator,
    Value,
};

use super::coerce::{self, cast_to, common_type};
use super::error::{Places, SqlError, nearest};
use super::hoist::Hoist;
use super::naming::pretty;
use super::scope::{Name, Scope, field};
use crate::aggregate::AGGREGATES;
use crate::expr::{can_cast, find_function, function_names, parse_date, parse_timestamp};
use crate::plan::{BinaryOp, ColumnIds, Expr};
use crate::types;
use crate::types::interval::{parse_field_interval, parse_interval};

/// What an expression is resolved against.
#[derive(Clone, Copy)]
pub(super) struct Resolver<'a> {
    pub(super) places: &'a Places<'a>,
    pub(super) scope: &'a Scope,
    /// What the arguments of windows and aggregates are resolved against: the rows that are grouped.
    pub(super) input: &'a Scope,
    pub(super) ids: &'a ColumnIds,
    /// Receives the parts that are operators of their own: windows, aggregates.
    pub(super) hoist: &'a Hoist,
    /// Whether aggregates may occur.
    pub(super) aggregation: Aggregation,
}

/// Whether aggregates may occur, and what Spark says where they may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aggregation {
    /// They are columns of the aggregation.
    Allowed,
    /// In the arguments of an aggregate.
    Nested,
    /// Among the grouping keys.
    InKeys,
    /// In a condition that rows are filtered by before they are grouped.
    InCondition,
}

impl Resolver<'_> {
    /// The typed form of a parsed expression.
    pub(super) fn resolve(&self, ast: &Ast) -> Result<Expr, SqlError> {
        if let Some(call) = self.call_by_syntax(ast)? {
            return Ok(call);
        }
        match ast {
            Ast::Identifier(ident) => self.scope.resolve(&[self.name(ident)]),
            Ast::CompoundIdentifier(parts) => {
                self.scope.resolve(&parts.iter().map(|p| self.name(p)).collect::<Vec<_>>())
            }
            Ast::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain),
            Ast::Nested(inner) => self.resolve(inner),
            Ast::Value(value) => self.value(&value.value, ast),
            Ast::TypedString(typed) => self.typed(&typed.data_type.to_string(), &typed.value.value, ast),
            Ast::Interval(interval) => self.interval(interval, ast),
            Ast::IsNull(inner) => Ok(Expr::IsNull(Box::new(self.resolve(inner)?))),
            Ast::IsNotNull(inner) => Ok(Expr::IsNotNull(Box::new(self.resolve(inner)?))),
            Ast::UnaryOp { op, expr } => self.unary(*op, expr, ast),
            Ast::BinaryOp { left, op, right } => {
                let (l, mut r) = (self.resolve(left)?, self.resolve(right)?);
                // Whole days move a date to another date; any other length makes it an instant.
                if l.data_type() == DataType::Date32
                    && let Some(days) = whole_days(right, &r)
                {
                    r = days;
                }
                match binary_op(op) {
                    Some(op) => self.binary(op, l, r, ast),
                    None => Err(self.unsupported(ast, &format!("operator `{op}`"))),
                }
            }
            Ast::Between { expr, negated, low, high } => {
                let value = self.resolve(expr)?;
                let low = self.binary(BinaryOp::GtEq, value.clone(), self.resolve(low)?, ast)?;
                let high = self.binary(BinaryOp::LtEq, value, self.resolve(high)?, ast)?;
                let between = Expr::binary(BinaryOp::And, low, high);
                Ok(if *negated { Expr::Not(Box::new(between)) } else { between })
            }
            Ast::InList { expr, list, negated } => self.in_list(expr, list, *negated, ast),
            Ast::Cast { expr, data_type, .. } => self.cast(expr, data_type, ast),
            Ast::Case { operand, conditions, else_result, .. } => {
                let branches = conditions.iter().map(|c| (&c.condition, &c.result)).collect::<Vec<_>>();
                self.case(operand.as_deref(), &branches, else_result.as_deref(), ast)
            }
            Ast::Function(function) => self.function(function, ast),
            _ => Err(self.unsupported(ast, "this expression")),
        }
    }

    /// A boolean expression, as CASE, HAVING and FILTER want it.
    pub(super) fn predicate(&self, ast: &Ast) -> Result<Expr, SqlError> {
        self.condition(ast, |_, found| {
            format!("[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] expected a condition, found a value of type {found}")
        })
    }

    /// A boolean expression. `refusal` makes the message for another one of its text and its type.
    pub(super) fn condition(
        &self,
        ast: &Ast,
        refusal: impl FnOnce(&str, &str) -> String,
    ) -> Result<Expr, SqlError> {
        let expr = self.resolve(ast)?;
        match expr.data_type() {
            DataType::Boolean => Ok(expr),
            DataType::Null => Ok(cast_to(expr, &DataType::Boolean)),
            other => {
                let message = refusal(&pretty(ast), &types::sql_type_name(&other));
                Err(SqlError::at(self.span(ast), message).help("compare it with something"))
            }
        }
    }

    pub(super) fn name(&self, ident: &Ident) -> Name {
        Name { value: ident.value.clone(), span: self.places.range(ident.span) }
    }

    pub(super) fn span(&self, ast: &Ast) -> Range<usize> {
        self.places.range(ast.span())
    }

    pub(super) fn unsupported(&self, ast: &Ast, what: &str) -> SqlError {
        SqlError::at(self.span(ast), format!("{what} is not supported: `{ast}`"))
    }

    fn access(&self, root: &Ast, chain: &[AccessExpr]) -> Result<Expr, SqlError> {
        let mut value = self.resolve(root)?;
        for access in chain {
            value = match access {
                AccessExpr::Dot(Ast::Identifier(ident)) => field(value, &self.name(ident))?,
                AccessExpr::Subscript(Subscript::Index { index }) => {
                    self.element(value, self.resolve(index)?, root)?
                }
                _ => return Err(self.unsupported(root, "element access")),
            };
        }
        Ok(value)
    }

    fn value(&self, value: &Value, ast: &Ast) -> Result<Expr, SqlError> {
        let literal = match value {
            Value::Number(text, long) => return self.number(text, *long, ast),
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => {
                ScalarValue::from(text.as_str())
            }
            Value::Boolean(value) => ScalarValue::from(*value),
            Value::Null => ScalarValue::Null,
            _ => return Err(self.unsupported(ast, "this literal")),
        };
        Ok(Expr::Literal(literal))
    }

    /// Integers are int, then bigint; a point makes a decimal, an exponent a double.
    fn number(&self, text: &str, long: bool, ast: &Ast) -> Result<Expr, SqlError> {
        let bad = || SqlError::at(self.span(ast), format!("`{text}` is not a number"));
        let literal = if text.contains(['e', 'E']) {
            ScalarValue::from(text.parse::<f64>().map_err(|_| bad())?)
        } else if let Some((whole, fraction)) = text.split_once('.') {
            let unscaled: i128 = format!("{whole}{fraction}").parse().map_err(|_| bad())?;
            let scale = fraction.len().min(38) as i8;
            let precision = (unscaled.unsigned_abs().to_string().len() as i8).max(scale).max(1) as u8;
            ScalarValue::Decimal128(Some(unscaled), precision, scale)
        } else {
            match (text.parse::<i32>(), text.parse::<i64>()) {
                (Ok(value), _) if !long => ScalarValue::from(value),
                (_, Ok(value)) => ScalarValue::from(value),
                // What no BIGINT holds is a decimal.
                _ if long => return Err(bad()),
                _ => ScalarValue::Decimal128(Some(text.parse().map_err(|_| bad())?), digits(text), 0),
            }
        };
        Ok(Expr::Literal(literal))
    }

    /// `TIMESTAMP '…'` and `DATE '…'`.
    fn typed(&self, data_type: &str, value: &Value, ast: &Ast) -> Result<Expr, SqlError> {
        let Value::SingleQuotedString(text) = value else {
            return Err(self.unsupported(ast, "this literal"));
        };
        let number = |to: &DataType| {
            let literal = self.number(text, false, ast)?;
            match (to, &literal) {
                (DataType::Decimal128(..), Expr::Literal(ScalarValue::Decimal128(..))) => Ok(literal),
                _ => {
                    let text = Expr::Literal(ScalarValue::from(text.as_str()));
                    Ok(cast_to(text, to))
                }
            }
        };
        let literal = match data_type.to_uppercase().as_str() {
            "TINYINT" => return number(&DataType::Int8),
            "SMALLINT" => return number(&DataType::Int16),
            "FLOAT" => return number(&DataType::Float32),
            "DOUBLE" => return number(&DataType::Float64),
            "DECIMAL" => return number(&DataType::Decimal128(digits(text), 0)),
            // Text without a zone is in the session's, which is known when the query runs.
            "TIMESTAMP" if parse_timestamp(text).is_some() => {
                let text = Expr::Literal(ScalarValue::from(text.as_str()));
                return Ok(cast_to(text, &crate::expr::timestamp()));
            }
            "TIMESTAMP" => None,
            "DATE" => parse_date(text).map(|days| ScalarValue::Date32(Some(days))),
            _ => return Err(self.unsupported(ast, "this literal")),
        };
        literal.map(Expr::Literal).ok_or_else(|| {
            SqlError::at(
                self.span(ast),
                format!(
                    "[INVALID_TYPED_LITERAL] The value of the typed literal \"{}\" is invalid: '{text}'.",
                    data_type.to_uppercase()
                ),
            )
            .help("write it as '2026-01-05 10:00:00'")
        })
    }

    fn interval(&self, interval: &AstInterval, ast: &Ast) -> Result<Expr, SqlError> {
        let text = match interval.value.as_ref() {
            Ast::Value(value) => match &value.value {
                Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => text.clone(),
                other => other.to_string(),
            },
            other => other.to_string(),
        };
        let parsed = match (&interval.leading_field, &interval.last_field) {
            (Some(from), Some(to)) => parse_field_interval(&text, &from.to_string(), &to.to_string()),
            (Some(unit), None) => parse_interval(&format!("{text} {unit}")),
            _ => parse_interval(&text),
        };
        let parsed = parsed.map_err(|problem| SqlError::at(self.span(ast), problem))?;
        match parsed.months {
            0 => Ok(Expr::Literal(ScalarValue::DurationMicrosecond(Some(parsed.micros)))),
            months => {
                let months =
                    i32::try_from(months).map_err(|_| self.unsupported(ast, "so long an interval"))?;
                let nanos = parsed.micros.saturating_mul(1000);
                Ok(Expr::Literal(ScalarValue::new_interval_mdn(months, 0, nanos)))
            }
        }
    }

    fn unary(&self, op: UnaryOperator, operand: &Ast, ast: &Ast) -> Result<Expr, SqlError> {
        match op {
            // The sign belongs to the number: 2147483648 alone would be no INT.
            UnaryOperator::Minus if matches!(operand, Ast::Value(v) if matches!(v.value, Value::Number(..))) =>
            {
                let Ast::Value(value) = operand else { unreachable!("it was just matched") };
                match &value.value {
                    Value::Number(text, long) => self.number(&format!("-{text}"), *long, ast),
                    _ => unreachable!("it was just matched"),
                }
            }
            UnaryOperator::Not | UnaryOperator::BangNot => Ok(Expr::Not(Box::new(self.predicate(operand)?))),
            UnaryOperator::Plus => self.resolve(operand),
            UnaryOperator::Minus => match self.resolve(operand)? {
                Expr::Literal(text) if text.data_type() == DataType::Utf8 => {
                    Ok(Expr::Negate(Box::new(cast_to(Expr::Literal(text), &DataType::Float64))))
                }
                Expr::Literal(value) => value
                    .arithmetic_negate()
                    .map(Expr::Literal)
                    .map_err(|_| self.unsupported(ast, "negation of this literal")),
                other if other.data_type() == DataType::Utf8 => {
                    Ok(Expr::Negate(Box::new(cast_to(other, &DataType::Float64))))
                }
                other if other.data_type().is_numeric() => Ok(Expr::Negate(Box::new(other))),
                _ => Err(self.unsupported(ast, "negation")),
            },
            _ => Err(self.unsupported(ast, &format!("operator `{op}`"))),
        }
    }

    pub(super) fn binary(&self, op: BinaryOp, left: Expr, right: Expr, ast: &Ast) -> Result<Expr, SqlError> {
        if op.is_comparison()
            && let Some(unordered) = [&left, &right].into_iter().find(|e| holds_map(&e.data_type()))
        {
            let data_type = types::sql_type_name(&unordered.data_type());
            return Err(SqlError::at(
                self.span(ast),
                format!(
                    "[DATATYPE_MISMATCH.INVALID_ORDERING_TYPE] `{ast}` compares values of type {data_type}"
                ),
            )
            .help("maps cannot be compared: compare their entries"));
        }
        let (l, r) = (types::sql_type_name(&left.data_type()), types::sql_type_name(&right.data_type()));
        coerce::binary(op, left, right).ok_or_else(|| {
            SqlError::at(
                self.span(ast),
                format!("[DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES] cannot resolve `{ast}` due to data type mismatch: \
                         the operands are {l} and {r}"),
            )
            .help("cast one of them, such as CAST(x AS BIGINT)")
        })
    }

    fn in_list(&self, value: &Ast, list: &[Ast], negated: bool, ast: &Ast) -> Result<Expr, SqlError> {
        let value = self.resolve(value)?;
        let items = list.iter().map(|item| self.resolve(item)).collect::<Result<Vec<_>, _>>()?;
        // All of them meet in one type, which is text as soon as one of them is.
        let mut kinds = items.iter().map(Expr::data_type);
        let common = kinds.try_fold(value.data_type(), |common, kind| common_type(&common, &kind));
        let met = |expr: &Expr| common.as_ref().map_or_else(|| expr.clone(), |to| cast_to(expr.clone(), to));
        let equal = |item: &Expr| self.binary(BinaryOp::Eq, met(&value), met(item), ast);
        let equals = items.iter().map(equal).collect::<Result<Vec<_>, _>>()?;
        let any = equals.into_iter().reduce(|a, b| Expr::binary(BinaryOp::Or, a, b));
        let any = any.ok_or_else(|| self.unsupported(ast, "an empty list"))?;
        Ok(if negated { Expr::Not(Box::new(any)) } else { any })
    }

    fn cast(&self, value: &Ast, to: &sqlparser::ast::DataType, ast: &Ast) -> Result<Expr, SqlError> {
        let target = types::parse_ddl_type(&to.to_string())
            .map_err(|error| self.unknown_type(error, self.cast_type(value), ast))?;
        let value = self.resolve(value)?;
        let from = value.data_type();
        if !can_cast(&from, &target) {
            let (from, target) = (types::sql_type_name(&from), types::sql_type_name(&target));
            return Err(SqlError::at(
                self.span(ast),
                format!("[DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION] cannot cast \"{from}\" to \"{target}\""),
            ));
        }
        Ok(cast_to(value, &target))
    }

    /// Where the type of `CAST(value AS type)` stands: the parser does not say.
    fn cast_type(&self, value: &Ast) -> Option<Range<usize>> {
        let rest = self.span(value).end;
        let text = self.places.text(rest..self.places.len());
        let start = rest + after_as(text)?;
        let length = cast_type_length(self.places.text(start..self.places.len()));
        Some(start..start + length)
    }

    /// Points at the part of the type that is wrong, where the place of the type is known.
    fn unknown_type(&self, error: types::TypeError, place: Option<Range<usize>>, ast: &Ast) -> SqlError {
        let part = |place: Range<usize>| {
            let written = self.places.text(place.clone());
            let offset = types::parse_ddl_type(written).err()?.offset.min(written.len());
            let word = |c: char| !c.is_alphanumeric() && c != '_';
            let length = written[offset..].find(word).unwrap_or(written.len() - offset);
            Some(place.start + offset..place.start + offset + length)
        };
        let span = place.clone().and_then(part).or(place).unwrap_or_else(|| self.span(ast));
        let says_so = error.message.starts_with("expected ");
        let placed = SqlError::at(span, format!("[UNSUPPORTED_DATATYPE] {}", error.message));
        if says_so { placed } else { placed.help(format!("expected {}", error.expected)) }
    }

    fn case(
        &self,
        operand: Option<&Ast>,
        branches: &[(&Ast, &Ast)],
        otherwise: Option<&Ast>,
        ast: &Ast,
    ) -> Result<Expr, SqlError> {
        let operand = operand.map(|o| self.resolve(o)).transpose()?;
        let mut resolved = Vec::new();
        for (when, then) in branches {
            let when = match &operand {
                Some(operand) => self.binary(BinaryOp::Eq, operand.clone(), self.resolve(when)?, ast)?,
                None => self.predicate(when)?,
            };
            resolved.push((when, self.resolve(then)?));
        }
        let otherwise = otherwise.map(|e| self.resolve(e)).transpose()?;
        let values = resolved.iter().map(|(_, v)| v).chain(otherwise.as_ref());
        let common = self.common(values.map(Expr::data_type), ast)?;
        Ok(Expr::Case {
            branches: resolved.into_iter().map(|(w, v)| (w, cast_to(v, &common))).collect(),
            otherwise: otherwise.map(|e| Box::new(cast_to(e, &common))),
        })
    }

    fn common(&self, mut kinds: impl Iterator<Item = DataType>, ast: &Ast) -> Result<DataType, SqlError> {
        let first = kinds.next().expect("there is at least one value");
        kinds.try_fold(first, |a, b| {
            common_type(&a, &b).ok_or_else(|| {
                let (a, b) = (types::sql_type_name(&a), types::sql_type_name(&b));
                SqlError::at(
                    self.span(ast),
                    format!("[DATATYPE_MISMATCH.DATA_DIFF_TYPES] {a} and {b} have no common type"),
                )
            })
        })
    }

    fn function(&self, call: &AstFunction, ast: &Ast) -> Result<Expr, SqlError> {
        let name = called(call);
        if let Some(hoisted) = self.hoisted(call, &name, ast)? {
            return Ok(hoisted);
        }
        let args = self.arguments(call, ast)?;
        if let Some(moved) = self.by_unit(&name, &args, ast)? {
            return Ok(moved);
        }
        let Some(function) = find_function(&name) else { return Err(self.unknown_function(call, &name)) };
        let names: Vec<Option<String>> = args.iter().map(column_name).collect();
        let args = args.iter().map(|a| self.resolve(a)).collect::<Result<Vec<_>, _>>()?;
        function
            .call(args, &names, common_type)
            .map_err(|misuse| SqlError::at(self.places.range(call.name.span()), misuse.to_string()))
    }

    /// `dateadd(HOUR, n, time)` and `datediff(DAY, start, end)`: the first argument is a word, not a column.
    fn by_unit(&self, name: &str, args: &[Ast], ast: &Ast) -> Result<Option<Expr>, SqlError> {
        let function = match name {
            "timestampadd" | "dateadd" | "date_add" => "timestampadd",
            "timestampdiff" | "datediff" | "date_diff" => "timestampdiff",
            _ => return Ok(None),
        };
        let [Ast::Identifier(unit), rest @ ..] = args else { return Ok(None) };
        if rest.len() != 2 {
            return Ok(None);
        }
        let mut args = vec![Expr::Literal(ScalarValue::from(unit.value.as_str()))];
        args.extend(rest.iter().map(|arg| self.resolve(arg)).collect::<Result<Vec<_>, _>>()?);
        let function = find_function(function).expect("it is a function of times");
        let moved = function.call(args, &[None, None, None], common_type);
        moved.map(Some).map_err(|misuse| SqlError::at(self.span(ast), misuse.to_string()))
    }

    /// Plain positional arguments; everything else a call can carry is refused by name.
    pub(super) fn arguments(&self, call: &AstFunction, ast: &Ast) -> Result<Vec<Ast>, SqlError> {
        let extras = [
            (call.over.is_some(), "OVER"),
            (call.filter.is_some(), "FILTER"),
            (call.null_treatment.is_some(), "IGNORE NULLS"),
            (!call.within_group.is_empty(), "WITHIN GROUP"),
        ];
        if let Some((_, what)) = extras.iter().find(|(present, _)| *present) {
            return Err(self.unsupported(ast, what));
        }
        let list = match &call.args {
            FunctionArguments::None => return Ok(vec![]),
            FunctionArguments::List(list)
                if list.duplicate_treatment.is_none() && list.clauses.is_empty() =>
            {
                list
            }
            _ => return Err(self.unsupported(ast, "this form of arguments")),
        };
        let plain = |arg: &FunctionArg| match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Ok(expr.clone()),
            _ => Err(self.unsupported(ast, "this form of arguments")),
        };
        list.args.iter().map(plain).collect()
    }

    fn unknown_function(&self, call: &AstFunction, name: &str) -> SqlError {
        let aggregates = AGGREGATES.iter().map(|f| f.name);
        let near = nearest(name, function_names().chain(aggregates));
        let error = SqlError::at(
            self.places.range(call.name.span()),
            format!("[UNRESOLVED_ROUTINE] cannot resolve function `{name}`"),
        );
        match near.is_empty() {
            false => error.help(format!("did you mean `{}`?", near.join("`, `"))),
            true => {
                let known: Vec<&str> = function_names().collect();
                error.help(format!("known functions are {}", known.join(", ")))
            }
        }
    }
}

/// The name of a function, in lower case.
pub(super) fn called(call: &AstFunction) -> String {
    let parts = call.name.0.iter();
    let parts =
        parts.map(|part| part.as_ident().map_or_else(|| part.to_string(), |ident| ident.value.clone()));
    parts.collect::<Vec<_>>().join(".").to_lowercase()
}

/// Whether values of a type cannot be compared, nor grouped by.
pub(super) fn holds_map(data_type: &DataType) -> bool {
    match data_type {
        DataType::Map(..) => true,
        DataType::List(item) => holds_map(item.data_type()),
        DataType::Struct(fields) => fields.iter().any(|f| holds_map(f.data_type())),
        _ => false,
    }
}

/// How many digits a whole number has.
fn digits(text: &str) -> u8 {
    text.trim_start_matches(['-', '0']).len().clamp(1, 38) as u8
}

/// The days of `INTERVAL n DAY`.
fn whole_days(ast: &Ast, value: &Expr) -> Option<Expr> {
    let Ast::Interval(AstInterval {
        leading_field: Some(DateTimeField::Day | DateTimeField::Days),
        last_field: None,
        ..
    }) = ast
    else {
        return None;
    };
    let Expr::Literal(ScalarValue::DurationMicrosecond(Some(micros))) = value else { return None };
    let days = i32::try_from(micros / 86_400_000_000).ok()?;
    Some(Expr::Literal(ScalarValue::from(days)))
}

/// The name that an argument has as a column.
pub(super) fn column_name(ast: &Ast) -> Option<String> {
    match ast {
        Ast::Identifier(ident) => Some(ident.value.clone()),
        Ast::CompoundIdentifier(parts) => parts.last().map(|part| part.value.clone()),
        _ => None,
    }
}

/// Offset of the first word after the keyword AS.
fn after_as(text: &str) -> Option<usize> {
    let end_of_word = |at: usize| text[at..].chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '_');
    let mut blanks = text.char_indices().filter(|(_, c)| c.is_whitespace() || *c == ')');
    let at = blanks.find_map(|(blank, c)| {
        let at = blank + c.len_utf8();
        let word = text.get(at..at + 2)?;
        (word.eq_ignore_ascii_case("as") && end_of_word(at + 2)).then_some(at + 2)
    })?;
    Some(at + (text[at..].len() - text[at..].trim_start().len()))
}

/// How far the type reaches that a text begins with: up to the parenthesis that closes the CAST.
fn cast_type_length(text: &str) -> usize {
    let mut depth = 0;
    let closes = |c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth < 0
    };
    text[..text.find(closes).unwrap_or(text.len())].trim_end().len()
}

fn binary_op(op: &BinaryOperator) -> Option<BinaryOp> {
    Some(match op {
        BinaryOperator::Plus => BinaryOp::Add,
        BinaryOperator::Minus => BinaryOp::Subtract,
        BinaryOperator::Multiply => BinaryOp::Multiply,
        BinaryOperator::Divide => BinaryOp::Divide,
        BinaryOperator::Modulo => BinaryOp::Remainder,
        BinaryOperator::Eq => BinaryOp::Eq,
        BinaryOperator::NotEq => BinaryOp::NotEq,
        BinaryOperator::Lt => BinaryOp::Lt,
        BinaryOperator::LtEq => BinaryOp::LtEq,
        BinaryOperator::Gt => BinaryOp::Gt,
        BinaryOperator::GtEq => BinaryOp::GtEq,
        BinaryOperator::Spaceship => BinaryOp::NullSafeEq,
        BinaryOperator::And => BinaryOp::And,
        BinaryOperator::Or => BinaryOp::Or,
        _ => return None,
    })
}

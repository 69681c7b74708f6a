//! Expressions, one kind at a time.

use sqlparser::ast::{
    AccessExpr, BinaryOperator, CaseWhen, CastKind, CeilFloorKind, DataType, DateTimeField, Expr, Function,
    FunctionArguments, Query, Subscript, TrimWhereField, TypedString, UnaryOperator, Value,
};

use super::super::dialect::parse_expression;
use super::super::error::{Place, SqlError};
use super::super::type_text::parse_type;
use super::super::types::{Type, common, literal};
use super::operator::{Comparison, comparison};
use super::scope::place_of;
use super::{Scope, Translator, Typed, coerce, place};

impl Translator<'_> {
    /// Translates an expression.
    pub(in super::super) fn expression(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<Typed, SqlError> {
        match expr {
            Expr::Identifier(name) => match name.quote_style {
                None => match self.keyword(&name.value.to_lowercase()) {
                    Some(value) => Ok(value),
                    None => self.name(std::slice::from_ref(name), scope),
                },
                Some(_) => self.name(std::slice::from_ref(name), scope),
            },
            Expr::CompoundIdentifier(names) => self.name(names, scope),
            Expr::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain, scope),
            Expr::Nested(inner) => self.expression(inner, scope),
            Expr::Value(value) => self.value(&value.value, place(expr)),
            Expr::TypedString(text) => self.typed_string(text, place(expr)),
            Expr::Interval(interval) => super::interval::literal(interval, place(expr)),
            Expr::Prefixed { prefix, value } => self.prefixed(&prefix.value, value, scope, place(expr)),
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right, scope),
            Expr::UnaryOp { op, expr: operand } => self.unary(*op, operand, scope),
            Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsDistinctFrom(_, _)
            | Expr::IsNotDistinctFrom(_, _) => self.is(expr, scope),
            Expr::Between { expr: value, negated, low, high } => {
                self.between(value, *negated, low, high, scope)
            }
            Expr::InList { expr: value, list, negated } => self.in_list(value, list, *negated, scope),
            Expr::InSubquery { expr: value, subquery, negated } => {
                self.in_subquery(value, subquery, *negated, scope)
            }
            Expr::Like { negated, any: false, expr: value, pattern, escape_char } => {
                self.like(value, pattern, escape_char.as_ref().map(|escape| &escape.value), *negated, scope)
            }
            Expr::AnyOp { left, compare_op, right, .. } => {
                self.quantified(left, compare_op, right, "ANY", scope)
            }
            Expr::AllOp { left, compare_op, right } => self.quantified(left, compare_op, right, "ALL", scope),
            Expr::Exists { subquery, negated } => {
                self.is_opaque();
                let relation = self.query(subquery, Some(scope))?;
                let not = if *negated { "NOT " } else { "" };
                Ok(Typed::new(format!("({not}EXISTS ({}))", relation.sql), Type::Boolean))
            }
            Expr::Subquery(query) => self.scalar_subquery(query, scope, place(expr)),
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), scope)
            }
            Expr::Cast { kind, expr: value, data_type, .. } => {
                self.cast_expression(kind, value, data_type, scope)
            }
            Expr::AtTimeZone { timestamp, time_zone } => {
                self.named_call("at_timezone", &[timestamp, time_zone], scope, place(expr))
            }
            Expr::Extract { field, expr: value, .. } => self.extract(field, value, scope),
            Expr::Ceil { expr: value, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
                self.named_call("ceil", &[value], scope, place(expr))
            }
            Expr::Floor { expr: value, field: CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) } => {
                self.named_call("floor", &[value], scope, place(expr))
            }
            Expr::Position { expr: needle, r#in } => {
                self.named_call("strpos", &[r#in, needle], scope, place(expr))
            }
            Expr::Substring { expr: value, substring_from: Some(from), substring_for, .. } => {
                match substring_for {
                    None => self.named_call("substr", &[value, from], scope, place(expr)),
                    Some(length) => self.named_call("substr", &[value, from, length], scope, place(expr)),
                }
            }
            Expr::Substring { expr: value, substring_from: None, .. } => {
                self.named_call("substr", &[value], scope, place(expr))
            }
            Expr::Trim { trim_where, trim_what, expr: value, trim_characters: None } => {
                let name = match trim_where {
                    Some(TrimWhereField::Leading) => "ltrim",
                    Some(TrimWhereField::Trailing) => "rtrim",
                    _ => "trim",
                };
                match trim_what {
                    None => self.named_call(name, &[value], scope, place(expr)),
                    Some(what) => self.named_call(name, &[value, what], scope, place(expr)),
                }
            }
            Expr::IsNormalized { .. } => {
                Err(SqlError::not_supported(place(expr), "IS NORMALIZED is not supported"))
            }
            Expr::Tuple(values) => self.row(values, scope),
            Expr::Array(array) => self.array(&array.elem, scope),
            Expr::Function(function) => self.function(function, scope),
            Expr::IsTrue(_)
            | Expr::IsFalse(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNotFalse(_)
            | Expr::IsNotUnknown(_) => Err(SqlError::syntax(
                place(expr),
                "mismatched input 'TRUE'. Expecting: 'DISTINCT', 'NOT', 'NULL'",
            )),
            Expr::Lambda(_) => Err(SqlError::at(
                place(expr),
                "SYNTAX_ERROR",
                "Lambda expression should always be used inside a function",
            )),
            other => Err(SqlError::not_supported(
                place(other),
                format!("the expression `{other}` is not supported"),
            )),
        }
    }

    fn value(&mut self, value: &Value, at: Place) -> Result<Typed, SqlError> {
        match value {
            Value::Placeholder(_) => {
                let text = self.parameter_text(at)?;
                // A parameter is the text of an expression that sees nothing around it.
                let expr = parse_expression(&text)?;
                self.expression(&expr, &Scope::default())
            }
            other => super::literal::value(other, at),
        }
    }

    fn typed_string(&mut self, text: &TypedString, at: Place) -> Result<Typed, SqlError> {
        let Value::SingleQuotedString(value) = &text.value.value else {
            return Err(SqlError::syntax(at, "a typed literal takes a text in single quotes"));
        };
        let name = text.data_type.to_string().to_lowercase();
        let ty = match &text.data_type {
            DataType::Timestamp(_, _) => return super::literal::timestamp(value, at),
            _ => parse_type(&name),
        };
        let Some(ty) = ty else { return Err(SqlError::type_mismatch(at, format!("Unknown type: {name}"))) };
        super::literal::typed(&ty, value, at)
    }

    /// `X'65'` and whatever else stands before a text.
    fn prefixed(
        &mut self,
        prefix: &str,
        value: &Expr,
        scope: &Scope<'_>,
        at: Place,
    ) -> Result<Typed, SqlError> {
        match (prefix.to_lowercase().as_str(), value) {
            (name, Expr::Value(value)) => match (&value.value, parse_type(name)) {
                (Value::SingleQuotedString(text), Some(ty)) => super::literal::typed(&ty, text, at),
                _ => Err(SqlError::type_mismatch(at, format!("Unknown type: {name}"))),
            },
            _ => self.expression(value, scope),
        }
    }

    fn access(&mut self, root: &Expr, chain: &[AccessExpr], scope: &Scope<'_>) -> Result<Typed, SqlError> {
        let mut value = self.expression(root, scope)?;
        for access in chain {
            value = match access {
                AccessExpr::Dot(Expr::Identifier(name)) => {
                    self.fields(value, &[name.value.to_lowercase()], place_of(name))?
                }
                AccessExpr::Subscript(Subscript::Index { index }) => {
                    let at = place(index);
                    let index = self.expression(index, scope)?;
                    subscript(value, index, at)?
                }
                _ => return Err(SqlError::syntax(place(root), "mismatched input ':'. Expecting: ']'")),
            };
        }
        Ok(value)
    }

    fn unary(&mut self, op: UnaryOperator, operand: &Expr, scope: &Scope<'_>) -> Result<Typed, SqlError> {
        match op {
            UnaryOperator::Not => {
                let value = self.condition(operand, scope, "Value of logical NOT expression")?;
                Ok(Typed::new(format!("(NOT {})", value.sql), Type::Boolean))
            }
            UnaryOperator::Minus | UnaryOperator::Plus => {
                if let (UnaryOperator::Minus, Expr::Value(value)) = (op, operand)
                    && let Value::Number(digits, _) = &value.value
                {
                    return super::literal::number(&format!("-{digits}"), place(operand));
                }
                let value = self.expression(operand, scope)?;
                let fits = value.ty.is_number()
                    || matches!(value.ty, Type::IntervalDay | Type::IntervalMonth | Type::Unknown);
                if !fits {
                    let message = format!("Cannot negate {}", value.ty);
                    return Err(SqlError::type_mismatch(place(operand), message));
                }
                let sign = if op == UnaryOperator::Minus { "-" } else { "" };
                Ok(Typed::new(format!("({sign}{})", value.sql), value.ty))
            }
            other => Err(SqlError::syntax(place(operand), format!("mismatched input '{other}'"))),
        }
    }

    fn is(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<Typed, SqlError> {
        let text = match expr {
            Expr::IsNull(value) => format!("({} IS NULL)", self.expression(value, scope)?.sql),
            Expr::IsNotNull(value) => format!("({} IS NOT NULL)", self.expression(value, scope)?.sql),
            Expr::IsDistinctFrom(one, other) | Expr::IsNotDistinctFrom(one, other) => {
                let not = if matches!(expr, Expr::IsNotDistinctFrom(_, _)) { "NOT " } else { "" };
                let (a, b) = (self.expression(one, scope)?, self.expression(other, scope)?);
                let Some(ty) = common(&a.ty, &b.ty) else {
                    let message = format!("Cannot check if {} is distinct from {}", a.ty, b.ty);
                    return Err(SqlError::type_mismatch(place(one), message));
                };
                let (a, b) = (coerce(a, &ty), coerce(b, &ty));
                format!("({} IS {not}DISTINCT FROM {})", a.sql, b.sql)
            }
            _ => unreachable!("asked for these alone"),
        };
        Ok(Typed::new(text, Type::Boolean))
    }

    fn between(
        &mut self,
        value: &Expr,
        negated: bool,
        low: &Expr,
        high: &Expr,
        scope: &Scope<'_>,
    ) -> Result<Typed, SqlError> {
        let subject = self.expression(value, scope)?;
        let (low, high) = (self.expression(low, scope)?, self.expression(high, scope)?);
        let above = comparison(subject.clone(), Comparison::AtLeast, low, place(value))?;
        let below = comparison(subject, Comparison::AtMost, high, place(value))?;
        let not = if negated { "NOT " } else { "" };
        Ok(Typed::new(format!("({not}({} AND {}))", above.sql, below.sql), Type::Boolean))
    }

    fn in_list(
        &mut self,
        value: &Expr,
        list: &[Expr],
        negated: bool,
        scope: &Scope<'_>,
    ) -> Result<Typed, SqlError> {
        let at = place(value);
        let subject = self.expression(value, scope)?;
        let items = list.iter().map(|item| self.expression(item, scope)).collect::<Result<Vec<_>, _>>()?;
        let mut ty = subject.ty.clone();
        for item in &items {
            let Some(met) = common(&ty, &item.ty) else {
                let message =
                    format!("IN value and list items must be the same type: {} vs {}", subject.ty, item.ty);
                return Err(SqlError::type_mismatch(at, message));
            };
            ty = met;
        }
        let subject = super::operator::comparable(coerce(subject, &ty));
        let items = items.into_iter().map(|item| super::operator::comparable(coerce(item, &ty)).sql);
        let items = items.collect::<Vec<_>>().join(", ");
        let not = if negated { " NOT" } else { "" };
        Ok(Typed::new(format!("({}{not} IN ({items}))", subject.sql), Type::Boolean))
    }

    fn in_subquery(
        &mut self,
        value: &Expr,
        subquery: &Query,
        negated: bool,
        scope: &Scope<'_>,
    ) -> Result<Typed, SqlError> {
        self.is_opaque();
        let subject = self.expression(value, scope)?;
        let relation = self.query(subquery, Some(scope))?;
        let (subject, rows) = self.one_type(subject, relation, place(value))?;
        let not = if negated { " NOT" } else { "" };
        Ok(Typed::new(format!("({}{not} IN ({rows}))", subject.sql), Type::Boolean))
    }

    fn quantified(
        &mut self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        quantifier: &str,
        scope: &Scope<'_>,
    ) -> Result<Typed, SqlError> {
        self.is_opaque();
        let (Expr::Subquery(query), Some(op)) = (right, Comparison::of(op)) else {
            return Err(SqlError::syntax(place(right), "a quantified comparison takes a subquery"));
        };
        let subject = self.expression(left, scope)?;
        let relation = self.query(query, Some(scope))?;
        let (subject, rows) = self.one_type(subject, relation, place(left))?;
        Ok(Typed::new(format!("({} {} {quantifier} ({rows}))", subject.sql, op.sql()), Type::Boolean))
    }

    /// A value and the one column of a query, in the type where they meet.
    fn one_type(
        &mut self,
        subject: Typed,
        relation: super::Relation,
        at: Place,
    ) -> Result<(Typed, String), SqlError> {
        let [column] = relation.columns.as_slice() else {
            let message = "Multiple columns returned by subquery are not yet supported";
            return Err(SqlError::at(at, "NOT_SUPPORTED", message));
        };
        let Some(ty) = common(&subject.ty, &column.ty) else {
            let message = format!(
                "value and result of subquery must be of the same type for IN expression: {} vs {}",
                subject.ty, column.ty
            );
            return Err(SqlError::type_mismatch(at, message));
        };
        let rows = self.converted(relation, std::slice::from_ref(&ty));
        Ok((coerce(subject, &ty), rows))
    }

    fn scalar_subquery(&mut self, query: &Query, scope: &Scope<'_>, at: Place) -> Result<Typed, SqlError> {
        self.is_opaque();
        let relation = self.query(query, Some(scope))?;
        match relation.columns.as_slice() {
            [column] => Ok(Typed::new(format!("({})", relation.sql), column.ty.clone())),
            _ => Err(SqlError::not_supported(
                at,
                "Multiple columns returned by subquery are not yet supported",
            )),
        }
    }

    fn like(
        &mut self,
        value: &Expr,
        pattern: &Expr,
        escape: Option<&Value>,
        negated: bool,
        scope: &Scope<'_>,
    ) -> Result<Typed, SqlError> {
        let (subject, mut wanted) = (self.expression(value, scope)?, self.expression(pattern, scope)?);
        for (side, expr) in [(&subject, value), (&wanted, pattern)] {
            if !side.ty.is_text() {
                let message =
                    format!("Left side of LIKE expression must evaluate to a varchar (actual: {})", side.ty);
                return Err(SqlError::type_mismatch(place(expr), message));
            }
        }
        let escape = match escape {
            None => String::new(),
            Some(Value::SingleQuotedString(text)) if text.chars().count() == 1 => {
                wanted.sql = format!("wt_like_pattern({}, {})", wanted.sql, literal(text));
                format!(" ESCAPE {}", literal(text))
            }
            Some(_) => {
                return Err(SqlError::at(
                    place(pattern),
                    "INVALID_FUNCTION_ARGUMENT",
                    "Escape string must be a single character",
                ));
            }
        };
        let not = if negated { "NOT " } else { "" };
        Ok(Typed::new(format!("({} {not}LIKE {}{escape})", subject.sql, wanted.sql), Type::Boolean))
    }

    fn case(
        &mut self,
        operand: Option<&Expr>,
        branches: &[CaseWhen],
        otherwise: Option<&Expr>,
        scope: &Scope<'_>,
    ) -> Result<Typed, SqlError> {
        let operand = operand.map(|operand| self.expression(operand, scope)).transpose()?;
        let (mut conditions, mut results) = (Vec::new(), Vec::new());
        for CaseWhen { condition, result } in branches {
            let condition = match &operand {
                None => self.condition(condition, scope, "CASE WHEN clause")?,
                Some(operand) => {
                    let wanted = self.expression(condition, scope)?;
                    comparison(operand.clone(), Comparison::Equal, wanted, place(condition))?
                }
            };
            conditions.push(condition.sql);
            results.push((self.expression(result, scope)?, place(result)));
        }
        if let Some(otherwise) = otherwise {
            results.push((self.expression(otherwise, scope)?, place(otherwise)));
        }
        let ty = meet(&results, "All CASE results must be the same type")?;
        let mut results = results.into_iter().map(|(result, _)| coerce(result, &ty).sql);
        let mut text = String::from("(CASE");
        for when in conditions {
            let then = results.next().unwrap_or_default();
            text += &format!(" WHEN {when} THEN {then}");
        }
        if let Some(otherwise) = results.next() {
            text += &format!(" ELSE {otherwise}");
        }
        Ok(Typed::new(text + " END)", ty))
    }

    fn cast_expression(
        &mut self,
        kind: &CastKind,
        value: &Expr,
        data_type: &DataType,
        scope: &Scope<'_>,
    ) -> Result<Typed, SqlError> {
        let at = place(value);
        if matches!(kind, CastKind::DoubleColon) {
            return Err(SqlError::syntax(at, "mismatched input ':'"));
        }
        let text = match data_type {
            DataType::Custom(name, _) => name
                .0
                .first()
                .and_then(|part| part.as_ident())
                .map_or_else(String::new, |ident| ident.value.clone()),
            other => other.to_string(),
        };
        let Some(ty) = parse_type(&text) else {
            return Err(SqlError::type_mismatch(at, format!("Unknown type: {}", text.trim().to_lowercase())));
        };
        let value = self.expression(value, scope)?;
        let cast = super::cast::cast(value, &ty, at)?;
        Ok(match kind {
            CastKind::TryCast | CastKind::SafeCast => Typed::new(format!("TRY({})", cast.sql), ty),
            _ => cast,
        })
    }

    fn extract(&mut self, field: &DateTimeField, value: &Expr, scope: &Scope<'_>) -> Result<Typed, SqlError> {
        let name = match field.to_string().to_uppercase().as_str() {
            "YEAR" => "year",
            "QUARTER" => "quarter",
            "MONTH" => "month",
            "WEEK" => "week",
            "DAY" | "DAY_OF_MONTH" => "day",
            "DAY_OF_WEEK" | "DOW" => "day_of_week",
            "DAY_OF_YEAR" | "DOY" => "day_of_year",
            "YEAR_OF_WEEK" | "YOW" => "year_of_week",
            "HOUR" => "hour",
            "MINUTE" => "minute",
            "SECOND" => "second",
            "TIMEZONE_HOUR" => "timezone_hour",
            "TIMEZONE_MINUTE" => "timezone_minute",
            other => return Err(SqlError::syntax(place(value), format!("Invalid EXTRACT field: {other}"))),
        };
        self.named_call(name, &[value], scope, place(value))
    }

    /// `(1, 'x')`: a row without names, or the value itself in plain parentheses.
    fn row(&mut self, values: &[Expr], scope: &Scope<'_>) -> Result<Typed, SqlError> {
        let values =
            values.iter().map(|value| self.expression(value, scope)).collect::<Result<Vec<_>, _>>()?;
        Ok(super::call::row(values))
    }

    fn array(&mut self, elements: &[Expr], scope: &Scope<'_>) -> Result<Typed, SqlError> {
        let mut values = Vec::new();
        for element in elements {
            values.push((self.expression(element, scope)?, place(element)));
        }
        let ty = meet(&values, "All ARRAY elements must be the same type")?;
        let items =
            values.into_iter().map(|(value, _)| coerce(value, &ty).sql).collect::<Vec<_>>().join(", ");
        let list = Type::array(ty);
        Ok(Typed::new(format!("CAST([{items}] AS {})", list.duckdb()), list))
    }

    /// Names that mean a value without being a column.
    fn keyword(&mut self, name: &str) -> Option<Typed> {
        matches!(
            name,
            "current_timestamp"
                | "current_date"
                | "localtimestamp"
                | "localtime"
                | "current_user"
                | "current_catalog"
                | "current_schema"
        )
        .then(|| super::call::now(self, name))
        .flatten()
    }

    fn function(&mut self, function: &Function, scope: &Scope<'_>) -> Result<Typed, SqlError> {
        if matches!(function.args, FunctionArguments::None)
            && let Some(name) = function.name.0.first().and_then(|part| part.as_ident())
            && let Some(value) = self.keyword(&name.value.to_lowercase())
        {
            return Ok(value);
        }
        self.call(function, scope)
    }
}

/// The type in which values meet.
pub(super) fn meet(values: &[(Typed, Place)], sentence: &str) -> Result<Type, SqlError> {
    let mut ty = Type::Unknown;
    for (value, at) in values {
        let Some(met) = common(&ty, &value.ty) else {
            return Err(SqlError::type_mismatch(*at, format!("{sentence}: {ty} vs {}", value.ty)));
        };
        ty = met;
    }
    Ok(ty)
}

/// `list[index]` and `map[key]`: unlike `element_at`, what is not there is an error.
fn subscript(value: Typed, index: Typed, at: Place) -> Result<Typed, SqlError> {
    match value.ty.clone() {
        Type::Array(element) => {
            if !index.ty.is_integer() {
                let message = format!("Cannot use {} for subscript of {}", index.ty, value.ty);
                return Err(SqlError::type_mismatch(at, message));
            }
            let sql = format!("wt_subscript({}, {})", value.sql, index.sql);
            Ok(Typed::new(sql, *element))
        }
        Type::Map(key, element) => {
            let Some(ty) = common(&key, &index.ty).filter(|ty| *ty == *key) else {
                let message = format!("Cannot use {} for subscript of {}", index.ty, value.ty);
                return Err(SqlError::type_mismatch(at, message));
            };
            let index = coerce(index, &ty);
            let shown = super::cast::cast(index.clone(), &Type::VARCHAR, at)
                .map_or("'?'".to_owned(), |text| text.sql);
            Ok(Typed::new(format!("wt_map_subscript({}, {}, {shown})", value.sql, index.sql), *element))
        }
        Type::Row(fields) => {
            let position =
                index.sql.trim_start_matches("CAST(").split(' ').next().and_then(|n| n.parse::<usize>().ok());
            let field =
                position.filter(|at| *at >= 1).and_then(|at| fields.get(at - 1).map(|field| (at - 1, field)));
            let Some((position, field)) = field else {
                return Err(SqlError::at(at, "INVALID_FUNCTION_ARGUMENT", "Invalid subscript index for ROW"));
            };
            let key = field.name.clone().unwrap_or(format!("field{position}"));
            Ok(Typed::new(format!("struct_extract({}, {})", value.sql, literal(&key)), field.ty.clone()))
        }
        other => {
            Err(SqlError::type_mismatch(at, format!("Cannot use {} for subscript of {other}", index.ty)))
        }
    }
}

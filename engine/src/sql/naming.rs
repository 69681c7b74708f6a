//! The column names that Spark gives to expressions without an alias.
//!
//! Source: `toPrettySQL`, `ResolveAliases` (Spark 3.5.4).

use sqlparser::ast::{
    AccessExpr, BinaryOperator, CaseWhen, CastKind, DateTimeField, Expr as Ast, Function as AstFunction,
    FunctionArg, FunctionArgExpr, FunctionArguments, Interval, Subscript, TrimWhereField, UnaryOperator,
    Value,
};

use super::expr::called;
use crate::expr::double_text;

/// The name of an unaliased select item: the column's or the field's own name, else the expression as SQL.
pub(super) fn default_name(ast: &Ast) -> String {
    match ast {
        Ast::Identifier(ident) => ident.value.clone(),
        Ast::CompoundIdentifier(parts) => parts.last().map(|p| p.value.clone()).unwrap_or_default(),
        Ast::Nested(inner) => default_name(inner),
        // A column that is only cast keeps its name.
        Ast::Cast { expr, .. } => column_under(expr).unwrap_or_else(|| pretty(ast)),
        Ast::Function(call) => match called(call).as_str() {
            "explode" | "explode_outer" => "col".to_owned(),
            name if is_type(name) => {
                let column = arguments(call).and_then(|args| column_under(args.first().copied()?));
                column.unwrap_or_else(|| pretty(ast))
            }
            _ => pretty(ast),
        },
        other => pretty(other),
    }
}

fn column_under(ast: &Ast) -> Option<String> {
    match ast {
        Ast::Identifier(_) | Ast::CompoundIdentifier(_) => Some(default_name(ast)),
        Ast::Nested(inner) | Ast::Cast { expr: inner, .. } => column_under(inner),
        Ast::Value(value) if value.value == Value::Null => Some(pretty(ast)),
        _ => None,
    }
}

/// The types that are functions too: `int(x)` is a cast.
fn is_type(name: &str) -> bool {
    crate::expr::CASTS.contains(&name)
}

/// An expression as Spark writes it: operators in parentheses, names without quotes.
pub(super) fn pretty(ast: &Ast) -> String {
    match ast {
        Ast::Identifier(ident) => ident.value.clone(),
        Ast::CompoundIdentifier(parts) => {
            parts.iter().map(|p| p.value.as_str()).collect::<Vec<_>>().join(".")
        }
        Ast::CompoundFieldAccess { root, access_chain } => {
            access_chain.iter().fold(pretty(root), |text, step| text + &access(step))
        }
        Ast::Nested(inner) => pretty(inner),
        Ast::Value(value) => literal(&value.value),
        Ast::TypedString(typed) => {
            let text = literal(&typed.value.value);
            match typed.data_type.to_string().to_uppercase().as_str() {
                kind @ ("DATE" | "TIMESTAMP" | "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ") => {
                    format!("{kind} '{text}'")
                }
                _ => text,
            }
        }
        Ast::Interval(interval) => interval_text(interval),
        Ast::BinaryOp { left, op, right } => operation(left, op, right),
        Ast::UnaryOp { op, expr } => match op {
            UnaryOperator::Minus if matches!(expr.as_ref(), Ast::Value(_)) => format!("-{}", pretty(expr)),
            UnaryOperator::Not | UnaryOperator::BangNot => not(true, pretty(expr)),
            UnaryOperator::BitwiseNot => format!("~{}", pretty(expr)),
            op => format!("({op} {})", pretty(expr)),
        },
        Ast::IsNull(inner) | Ast::IsUnknown(inner) => format!("({} IS NULL)", pretty(inner)),
        Ast::IsNotNull(inner) | Ast::IsNotUnknown(inner) => format!("({} IS NOT NULL)", pretty(inner)),
        Ast::IsTrue(inner) => format!("({} <=> true)", pretty(inner)),
        Ast::IsFalse(inner) => format!("({} <=> false)", pretty(inner)),
        Ast::IsNotTrue(inner) => format!("(NOT ({} <=> true))", pretty(inner)),
        Ast::IsNotFalse(inner) => format!("(NOT ({} <=> false))", pretty(inner)),
        Ast::IsDistinctFrom(left, right) => format!("(NOT ({} <=> {}))", pretty(left), pretty(right)),
        Ast::IsNotDistinctFrom(left, right) => format!("({} <=> {})", pretty(left), pretty(right)),
        Ast::Between { expr, negated, low, high } => {
            let value = pretty(expr);
            not(*negated, format!("(({value} >= {}) AND ({value} <= {}))", pretty(low), pretty(high)))
        }
        Ast::InList { expr, list, negated } => {
            not(*negated, format!("({} IN ({}))", pretty(expr), all(list.iter())))
        }
        Ast::Like { negated, expr, pattern, .. } => {
            not(*negated, format!("{} LIKE {}", pretty(expr), pretty(pattern)))
        }
        Ast::ILike { negated, expr, pattern, .. } => {
            not(*negated, format!("ilike({}, {})", pretty(expr), pretty(pattern)))
        }
        Ast::RLike { negated, expr, pattern, .. } => {
            not(*negated, format!("RLIKE({}, {})", pretty(expr), pretty(pattern)))
        }
        Ast::Cast { kind, expr, data_type, .. } => {
            let name = if *kind == CastKind::TryCast { "TRY_CAST" } else { "CAST" };
            format!("{name}({} AS {})", pretty(expr), data_type.to_string().to_uppercase())
        }
        Ast::Case { operand, conditions, else_result, .. } => {
            let branch = |c: &CaseWhen| match operand {
                Some(operand) => {
                    format!(
                        " WHEN ({} = {}) THEN {}",
                        pretty(operand),
                        pretty(&c.condition),
                        pretty(&c.result)
                    )
                }
                None => format!(" WHEN {} THEN {}", pretty(&c.condition), pretty(&c.result)),
            };
            let otherwise = else_result.as_ref().map(|e| format!(" ELSE {}", pretty(e))).unwrap_or_default();
            format!("CASE{}{otherwise} END", conditions.iter().map(branch).collect::<String>())
        }
        Ast::Extract { field, expr, .. } => {
            format!("extract({} FROM {})", field_name(field), pretty(expr))
        }
        Ast::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
            let length = overlay_for.as_ref().map_or("-1".to_owned(), |length| pretty(length));
            format!("overlay({}, {}, {}, {length})", pretty(expr), pretty(overlay_what), pretty(overlay_from))
        }
        Ast::Position { expr, r#in } => format!("locate({}, {}, 1)", pretty(expr), pretty(r#in)),
        Ast::Trim { trim_where, trim_what: Some(what), expr, .. } => trim(trim_where.as_ref(), what, expr),
        Ast::Trim { expr, .. } => format!("trim({})", pretty(expr)),
        Ast::Struct { values, .. } => format!("struct({})", all(values.iter())),
        Ast::Named { expr, name } => format!("{} AS {}", pretty(expr), name.value),
        Ast::Function(call) => function(call),
        other => other.to_string(),
    }
}

fn all<'a>(items: impl Iterator<Item = &'a Ast>) -> String {
    items.map(pretty).collect::<Vec<_>>().join(", ")
}

fn not(negated: bool, text: String) -> String {
    if negated { format!("(NOT {text})") } else { text }
}

fn literal(value: &Value) -> String {
    match value {
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => text.clone(),
        Value::Null => "NULL".to_owned(),
        Value::Number(digits, _) if digits.contains(['e', 'E']) => {
            digits.parse().map_or_else(|_| digits.clone(), double_text)
        }
        Value::Number(digits, _) => digits.clone(),
        other => other.to_string(),
    }
}

fn access(step: &AccessExpr) -> String {
    match step {
        AccessExpr::Dot(name) => format!(".{}", pretty(name)),
        AccessExpr::Subscript(Subscript::Index { index }) => format!("[{}]", pretty(index)),
        AccessExpr::Subscript(other) => format!("[{other}]"),
    }
}

fn operation(left: &Ast, op: &BinaryOperator, right: &Ast) -> String {
    let (l, r) = (pretty(left), pretty(right));
    let is_interval = |ast: &Ast| matches!(ast, Ast::Interval(_));
    match op {
        BinaryOperator::StringConcat => format!("concat({l}, {r})"),
        BinaryOperator::NotEq => format!("(NOT ({l} = {r}))"),
        BinaryOperator::MyIntegerDivide => format!("({l} div {r})"),
        BinaryOperator::And => format!("({l} AND {r})"),
        BinaryOperator::Or => format!("({l} OR {r})"),
        _ if is_interval(left) || is_interval(right) => format!("{l} {op} {r}"),
        op => format!("({l} {op} {r})"),
    }
}

/// One unit, hours and below with two digits.
fn interval_text(interval: &Interval) -> String {
    let number = pretty(&interval.value);
    match (&interval.leading_field, &interval.last_field) {
        (Some(unit), None) => {
            let unit = unit.to_string().to_uppercase();
            let unit = unit.strip_suffix('S').unwrap_or(&unit);
            match unit {
                "HOUR" | "MINUTE" | "SECOND" => format!("INTERVAL '{number:0>2}' {unit}"),
                _ => format!("INTERVAL '{number}' {unit}"),
            }
        }
        _ => interval.to_string(),
    }
}

fn field_name(field: &DateTimeField) -> String {
    field.to_string().to_lowercase()
}

fn trim(place: Option<&TrimWhereField>, what: &Ast, from: &Ast) -> String {
    let place = place.map_or("BOTH".to_owned(), ToString::to_string);
    format!("TRIM({place} {} FROM {})", pretty(what), pretty(from))
}

/// Functions whose names Spark writes in capitals.
const CAPITALS: [&str; 33] = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "cos",
    "cosh",
    "cot",
    "csc",
    "degrees",
    "e",
    "exp",
    "expm1",
    "floor",
    "hypot",
    "log",
    "log10",
    "log1p",
    "log2",
    "pi",
    "power",
    "radians",
    "regexp_like",
    "rlike",
    "sec",
    "signum",
    "sin",
    "sqrt",
    "tan",
];

/// Arguments that Spark writes although they were left out, by function and how many there are.
const DEFAULTS: [(&str, usize, &str); 18] = [
    ("bround", 1, "0"),
    ("from_unixtime", 1, "yyyy-MM-dd HH:mm:ss"),
    ("locate", 2, "1"),
    ("lpad", 2, " "),
    ("months_between", 2, "true"),
    ("position", 2, "1"),
    ("regexp_extract", 2, "1"),
    ("regexp_extract_all", 2, "1"),
    ("regexp_replace", 3, "1"),
    ("replace", 2, ""),
    ("round", 1, "0"),
    ("rpad", 2, " "),
    ("sort_array", 1, "true"),
    ("split", 2, "-1"),
    ("substr", 2, "2147483647"),
    ("substring", 2, "2147483647"),
    ("to_unix_timestamp", 1, "yyyy-MM-dd HH:mm:ss"),
    ("unix_timestamp", 1, "yyyy-MM-dd HH:mm:ss"),
];

fn function(call: &AstFunction) -> String {
    let name = called(call);
    let parsed = arguments(call).unwrap_or_default();
    let mut args: Vec<String> = match &call.args {
        FunctionArguments::List(list) => list.args.iter().map(argument).collect(),
        _ => vec![],
    };
    let defaults = DEFAULTS.iter().find(|(function, count, _)| *function == name && *count == args.len());
    args.extend(defaults.map(|(_, _, default)| (*default).to_owned()));
    match (name.as_str(), &parsed[..]) {
        ("window" | "session_window", _) => return name,
        ("log", [_]) => args.insert(0, "E()".to_owned()),
        ("if", _) => return format!("(IF({}))", args.join(", ")),
        ("positive", _) => return format!("(+ {})", args.join(", ")),
        ("trim", [what, from]) => return trim(None, what, from),
        ("ltrim", [what, from]) => return trim(Some(&TrimWhereField::Leading), what, from),
        ("rtrim", [what, from]) => return trim(Some(&TrimWhereField::Trailing), what, from),
        // Neither the schema nor whether nulls are ignored is a part of the name.
        ("from_json" | "first" | "last" | "first_value" | "last_value" | "any_value", _) => args.truncate(1),
        // A cast that is written as a call is none of Spark's business when it names a column.
        (name, [value]) if is_type(name) => return pretty(value),
        ("isnull", [value]) => return format!("({} IS NULL)", pretty(value)),
        ("isnotnull", [value]) => return format!("({} IS NOT NULL)", pretty(value)),
        _ => {}
    }
    let shown = match name.as_str() {
        "position" => "locate".to_owned(),
        "sinh" | "tanh" => name.to_uppercase(),
        name if CAPITALS.contains(&name) => name.to_uppercase(),
        name => name.to_owned(),
    };
    let distinct = match &call.args {
        FunctionArguments::List(list) if list.duplicate_treatment.is_some() => "DISTINCT ",
        _ => "",
    };
    let filter = call.filter.as_ref().map(|f| format!(" FILTER (WHERE {})", pretty(f)));
    format!("{shown}({distinct}{}){}", args.join(", "), filter.unwrap_or_default())
}

/// The arguments of a call that are plain expressions; `None` when one is not.
fn arguments(call: &AstFunction) -> Option<Vec<&Ast>> {
    let FunctionArguments::List(list) = &call.args else { return None };
    let plain = |arg| match arg {
        &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Some(expr),
        _ => None,
    };
    list.args.iter().map(plain).collect()
}

fn argument(arg: &FunctionArg) -> String {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => pretty(expr),
        // Spark counts a constant.
        FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => "1".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexical::{Spark, tokenize};
    use sqlparser::parser::Parser;

    use super::*;

    #[test]
    fn unaliased_expressions_are_named_as_spark_names_them() {
        let cases = [
            ("a", "a"),
            ("s.d", "d"),
            ("s.d + 1", "(s.d + 1)"),
            ("upper(b)", "upper(b)"),
            ("upper('x')", "upper(x)"),
            ("count(*)", "count(1)"),
            ("sum(v) / count(*)", "(sum(v) / count(1))"),
            ("cast(t as bigint)", "t"),
            ("cast(t + 1 as bigint)", "CAST((t + 1) AS BIGINT)"),
            ("round(d)", "round(d, 0)"),
            ("sqrt(d)", "SQRT(d)"),
            ("s like 'a%'", "s LIKE a%"),
            ("a not in (1, 2)", "(NOT (a IN (1, 2)))"),
            ("s || 'x'", "concat(s, x)"),
            ("ts + interval 5 seconds", "ts + INTERVAL '05' SECOND"),
            ("a is null", "(a IS NULL)"),
            ("-a", "(- a)"),
            ("window(ts, '10 minutes')", "window"),
            ("if(a > 1, 'x', 'y')", "(IF((a > 1), x, y))"),
        ];
        for (text, expected) in cases {
            let words = tokenize(text).unwrap();
            let ast = Parser::new(&Spark).with_tokens_with_locations(words).parse_expr().unwrap();
            assert_eq!(default_name(&ast), expected);
        }
    }
}

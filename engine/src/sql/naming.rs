//! The column names that Spark gives to expressions without an alias.
//!
//! Source: `toPrettySQL`, `ResolveAliases` (Spark 3.5.4).

use sqlparser::ast::{
    CastKind, Expr as Ast, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value,
};

/// The name of an unaliased select item: the column's or the field's own name, else the expression as SQL.
pub(super) fn default_name(ast: &Ast) -> String {
    match ast {
        Ast::Identifier(ident) => ident.value.clone(),
        Ast::CompoundIdentifier(parts) => parts.last().map(|p| p.value.clone()).unwrap_or_default(),
        Ast::Nested(inner) => default_name(inner),
        Ast::Function(call) => match call.name.to_string().to_lowercase().as_str() {
            "explode" | "explode_outer" => "col".to_owned(),
            name @ ("window" | "session_window") => name.to_owned(),
            _ => pretty(ast),
        },
        other => pretty(other),
    }
}

/// An expression as Spark writes it: operators in parentheses, names without quotes.
fn pretty(ast: &Ast) -> String {
    match ast {
        Ast::Identifier(ident) => ident.value.clone(),
        Ast::CompoundIdentifier(parts) => {
            parts.iter().map(|p| p.value.as_str()).collect::<Vec<_>>().join(".")
        }
        Ast::Nested(inner) => pretty(inner),
        Ast::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => text.clone(),
            Value::Null => "NULL".to_owned(),
            other => other.to_string(),
        },
        Ast::BinaryOp { left, op, right } => format!("({} {op} {})", pretty(left), pretty(right)),
        Ast::UnaryOp { op: UnaryOperator::Minus, expr } => match expr.as_ref() {
            Ast::Value(_) => format!("-{}", pretty(expr)),
            _ => format!("(- {})", pretty(expr)),
        },
        Ast::UnaryOp { op: UnaryOperator::Not, expr } => format!("(NOT {})", pretty(expr)),
        Ast::IsNull(inner) => format!("({} IS NULL)", pretty(inner)),
        Ast::IsNotNull(inner) => format!("({} IS NOT NULL)", pretty(inner)),
        Ast::Between { expr, negated: false, low, high } => {
            let value = pretty(expr);
            format!("(({value} >= {}) AND ({value} <= {}))", pretty(low), pretty(high))
        }
        Ast::Cast { kind: CastKind::Cast, expr, data_type, .. } => {
            format!("CAST({} AS {})", pretty(expr), data_type.to_string().to_uppercase())
        }
        Ast::Case { operand: None, conditions, else_result, .. } => {
            let branches = conditions.iter();
            let branches =
                branches.map(|c| format!(" WHEN {} THEN {}", pretty(&c.condition), pretty(&c.result)));
            let otherwise = else_result.as_ref().map(|e| format!(" ELSE {}", pretty(e))).unwrap_or_default();
            format!("CASE{}{otherwise} END", branches.collect::<String>())
        }
        Ast::Function(call) => {
            let name = call.name.to_string().to_lowercase();
            let args = match &call.args {
                FunctionArguments::List(list) => {
                    list.args.iter().map(argument).collect::<Vec<_>>().join(", ")
                }
                _ => String::new(),
            };
            let name = if name == "if" { "(IF".to_owned() } else { name };
            let close = if name == "(IF" { "))" } else { ")" };
            let filter = call.filter.as_ref().map(|f| format!(" FILTER (WHERE {})", pretty(f)));
            format!("{name}({args}{close}{}", filter.unwrap_or_default())
        }
        other => other.to_string(),
    }
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
    use sqlparser::dialect::SparkSqlDialect;
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
            ("cast(t as bigint)", "CAST(t AS BIGINT)"),
            ("a is null", "(a IS NULL)"),
            ("-a", "(- a)"),
            ("window(ts, '10 minutes')", "window"),
            ("if(a > 1, 'x', 'y')", "(IF((a > 1), x, y))"),
        ];
        for (text, expected) in cases {
            let ast = Parser::new(&SparkSqlDialect {}).try_with_sql(text).unwrap().parse_expr().unwrap();
            assert_eq!(default_name(&ast), expected);
        }
    }
}

//! Where calls of aggregates and windows may stand, and what may stand beside them.
//!
//! Source: Trino's `ExpressionAnalyzer`, `AggregationAnalyzer`.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Function, GroupByExpr, Ident, OneOrManyWithParens, OrderByExpr, Query, Select, SelectItem, Value,
    ValueWithSpan, Visit, Visitor,
};

use super::super::error::SqlError;
use super::super::functions;
use super::{Scope, Translator, place};

fn name(function: &Function) -> String {
    function.name.to_string().to_lowercase()
}

fn is_aggregate(function: &Function) -> bool {
    function.over.is_none() && functions::is_aggregate(&name(function))
}

/// Calls inside an expression, queries inside it aside.
#[derive(Default)]
struct Calls {
    queries: usize,
    found: Vec<(Function, Expr)>,
}

impl Visitor for Calls {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let (0, Expr::Function(function)) = (self.queries, expr) {
            self.found.push((function.clone(), expr.clone()));
        }
        ControlFlow::Continue(())
    }
}

fn calls(node: &impl Visit) -> Vec<(Function, Expr)> {
    let mut calls = Calls::default();
    let _ = node.visit(&mut calls);
    calls.found
}

/// Refuses a condition on single rows that has aggregates or windows in it.
pub(super) fn of_single_rows(expr: &Expr, clause: &str) -> Result<(), SqlError> {
    let is_many = |function: &Function| {
        function.over.is_some() || is_aggregate(function) || name(function) == "grouping"
    };
    match calls(expr).into_iter().find(|(function, _)| is_many(function)) {
        None => Ok(()),
        Some((_, call)) => {
            let message = format!(
                "{clause} cannot contain aggregations, window functions or grouping operations: [{call}]"
            );
            Err(SqlError::at(place(expr), "EXPRESSION_NOT_SCALAR", message))
        }
    }
}

/// Refuses an aggregate inside an aggregate, and a window inside either.
fn not_nested(expr: &Expr) -> Result<(), SqlError> {
    for (function, call) in calls(expr) {
        let (outer, is_window) = (name(&function), function.over.is_some());
        if !is_window && !is_aggregate(&function) {
            continue;
        }
        for (inner, nested) in calls(&function.args) {
            let (code, message) = match (inner.over.is_some(), is_window) {
                (true, true) => (
                    "NESTED_WINDOW",
                    format!(
                        "Cannot nest window functions or row pattern measures inside window function '{outer}'"
                    ),
                ),
                (true, false) => {
                    ("NESTED_WINDOW", format!("Cannot nest window functions inside aggregation '{outer}'"))
                }
                (false, false) if is_aggregate(&inner) => {
                    ("NESTED_AGGREGATION", format!("Cannot nest aggregations inside aggregation '{outer}'"))
                }
                _ => continue,
            };
            return Err(SqlError::at(place(&call), code, format!("{message}: [{nested}]")));
        }
    }
    Ok(())
}

/// What rows are grouped by: as it is written, and as it is translated.
struct Keys {
    written: Vec<String>,
    translated: Vec<String>,
}

impl Keys {
    fn has(&self, sql: &str) -> bool {
        let field_of = |key: &String| sql.starts_with(&format!("struct_extract({key}, "));
        self.translated.iter().any(|key| key == sql || field_of(key))
    }
}

impl Translator<'_> {
    /// Checks that each column of a grouping SELECT is grouped by or aggregated. `items` are names and texts of the
    /// columns of the answer.
    pub(super) fn check_grouping(
        &mut self,
        select: &Select,
        order: &[OrderByExpr],
        items: &[(String, String)],
        scope: &Scope<'_>,
    ) -> Result<(), SqlError> {
        let written: Vec<&Expr> = select.projection.iter().filter_map(written).collect();
        let ordered: Vec<&Expr> = order.iter().map(|key| &key.expr).collect();
        let all: Vec<&Expr> = written.iter().copied().chain(&select.having).collect();
        let mut is_grouping =
            !matches!(&select.group_by, GroupByExpr::Expressions(keys, _) if keys.is_empty());
        for expr in all.iter().chain(&ordered) {
            not_nested(expr)?;
            is_grouping |= calls(*expr).iter().any(|(function, _)| is_aggregate(function));
        }
        if !is_grouping && select.having.is_none() {
            return Ok(());
        }
        let keys = self.grouping_keys(&select.group_by, &written, items, scope)?;
        let has_star = |item: &&SelectItem| matches!(item, SelectItem::Wildcard(_));
        if select.projection.iter().any(|item| has_star(&item)) {
            let columns = scope.relations.iter().flat_map(|relation| &relation.columns);
            if let Some(column) = columns.filter(|column| !column.hidden).find(|c| !keys.has(&c.value.sql)) {
                let message =
                    format!("'{}' must be an aggregate expression or appear in GROUP BY clause", column.name);
                return Err(SqlError::new("EXPRESSION_NOT_AGGREGATE", message));
            }
        }
        for expr in all {
            self.check_grouped(expr, &keys, vec![], scope)?;
        }
        let aliases: Vec<String> = items.iter().map(|(name, _)| name.clone()).collect();
        for expr in ordered {
            self.check_grouped(expr, &keys, aliases.clone(), scope)?;
        }
        Ok(())
    }

    fn grouping_keys(
        &mut self,
        groups: &GroupByExpr,
        written: &[&Expr],
        items: &[(String, String)],
        scope: &Scope<'_>,
    ) -> Result<Keys, SqlError> {
        let mut keys = Keys { written: vec![], translated: vec![] };
        let GroupByExpr::Expressions(exprs, _) = groups else { return Ok(keys) };
        let mut flat = Vec::new();
        exprs.iter().for_each(|expr| flatten(expr, &mut flat));
        for expr in flat {
            of_single_rows(expr, "GROUP BY clause")?;
            if let Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. }) = expr {
                let at = digits.parse::<usize>().unwrap_or_default().wrapping_sub(1);
                keys.translated.extend(items.get(at).map(|(_, sql)| sql.clone()));
                // Stars stand for more columns than they are written with.
                if let Some(expr) = written.get(at).filter(|_| written.len() == items.len()) {
                    of_single_rows(expr, "GROUP BY clause")?;
                    keys.written.push(expr.to_string());
                }
                continue;
            }
            keys.written.push(expr.to_string());
            keys.translated.extend(self.tried(expr, scope));
        }
        Ok(keys)
    }

    /// An expression as it is translated, leaving no trace.
    fn tried(&mut self, expr: &Expr, scope: &Scope<'_>) -> Option<String> {
        let scans = self.scans.len();
        let translated = self.expression(expr, scope);
        self.scans.truncate(scans);
        translated.ok().map(|value| value.sql)
    }

    fn check_grouped(
        &mut self,
        expr: &Expr,
        keys: &Keys,
        bound: Vec<String>,
        scope: &Scope<'_>,
    ) -> Result<(), SqlError> {
        let mut check = Grouped { translator: self, scope, keys, bound: vec![bound], queries: 0, passed: 0 };
        match expr.visit(&mut check) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => {
                let message =
                    format!("'{expr}' must be an aggregate expression or appear in GROUP BY clause");
                Err(SqlError::at(place(expr), "EXPRESSION_NOT_AGGREGATE", message))
            }
        }
    }
}

fn written(item: &SelectItem) -> Option<&Expr> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    }
}

/// Keys of all grouping sets.
fn flatten<'e>(expr: &'e Expr, out: &mut Vec<&'e Expr>) {
    match expr {
        Expr::GroupingSets(sets) | Expr::Cube(sets) | Expr::Rollup(sets) => {
            sets.iter().flatten().for_each(|expr| flatten(expr, out));
        }
        Expr::Tuple(exprs) => exprs.iter().for_each(|expr| flatten(expr, out)),
        Expr::Nested(inner) => flatten(inner, out),
        expr => out.push(expr),
    }
}

/// Looks for a column that stands neither in an aggregate nor in a key.
struct Grouped<'w, 't, 's> {
    translator: &'w mut Translator<'t>,
    scope: &'w Scope<'s>,
    keys: &'w Keys,
    /// Names of aliases and of lambdas' parameters, the innermost last.
    bound: Vec<Vec<String>>,
    queries: usize,
    /// How deep we are below something that is in order.
    passed: usize,
}

impl Grouped<'_, '_, '_> {
    fn is_in_order(&mut self, expr: &Expr) -> ControlFlow<(), bool> {
        let is_key = self.keys.written.contains(&expr.to_string());
        ControlFlow::Continue(match expr {
            _ if is_key => true,
            Expr::Function(function) if is_aggregate(function) || name(function) == "grouping" => true,
            Expr::Identifier(name) => return self.column(std::slice::from_ref(name)),
            Expr::CompoundIdentifier(names) => return self.column(names),
            Expr::Value(_) | Expr::Lambda(_) | Expr::Subquery(_) => false,
            expr => {
                let translated = self.translator.tried(expr, self.scope);
                translated.is_some_and(|sql| self.keys.has(&sql))
            }
        })
    }

    fn column(&mut self, names: &[Ident]) -> ControlFlow<(), bool> {
        let first = names.first().map(|name| name.value.to_lowercase()).unwrap_or_default();
        if self.bound.iter().flatten().any(|name| *name == first) {
            return ControlFlow::Continue(true);
        }
        // What is not of these relations is of a query around, where it is one value.
        let own = Scope { relations: self.scope.relations.clone(), variables: vec![], parent: None };
        match self.translator.name(names, &own) {
            Ok(value) if !self.keys.has(&value.sql) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(true),
        }
    }
}

impl Visitor for Grouped<'_, '_, '_> {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if self.queries > 0 {
            return ControlFlow::Continue(());
        }
        if self.passed > 0 || self.is_in_order(expr)? {
            self.passed += 1;
        }
        if let Expr::Lambda(lambda) = expr {
            let params = match &lambda.params {
                OneOrManyWithParens::One(param) => std::slice::from_ref(param),
                OneOrManyWithParens::Many(params) => params.as_slice(),
            };
            self.bound.push(params.iter().map(|param| param.name.value.to_lowercase()).collect());
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if self.queries == 0 {
            self.passed = self.passed.saturating_sub(1);
            if matches!(expr, Expr::Lambda(_)) {
                self.bound.pop();
            }
        }
        ControlFlow::Continue(())
    }
}

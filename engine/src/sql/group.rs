//! GROUP BY: keys, aggregates inside expressions, HAVING.
//!
//! Keys that are computed become columns below the aggregation, aggregates become its columns, and what the SELECT
//! list makes of both is a projection above it.

use sqlparser::ast::{Expr as Ast, GroupByExpr, Select, SelectItem, Spanned, Value};

use super::error::SqlError;
use super::expr::{Aggregation, called, holds_map};
use super::hoist::Hoist;
use super::naming::default_name;
use super::scope::{Entry, Scope};
use super::select::{Planner, Relation};
use crate::aggregate;
use crate::plan::{Column, ColumnId, Expr, FilterOrigin, LogicalPlan};
use crate::types;

impl Planner<'_> {
    /// The SELECT list of a query, grouped if it says so or aggregates.
    pub(super) fn grouped_or_plain(
        &mut self,
        relation: Relation,
        select: &Select,
    ) -> Result<LogicalPlan, SqlError> {
        let keys = match &select.group_by {
            GroupByExpr::Expressions(keys, modifiers) if modifiers.is_empty() => keys,
            other => return Err(self.not_yet(self.places.range(other.span()), "this form of GROUP BY")),
        };
        if keys.is_empty() && select.having.is_none() && !select.projection.iter().any(aggregates) {
            return self.project(relation, &select.projection);
        }
        let keys = keys.iter().map(|key| meant_item(key, &select.projection)).collect::<Vec<_>>();
        self.group(relation, &keys, &select.projection, select.having.as_ref())
    }

    fn group(
        &mut self,
        relation: Relation,
        keys: &[&Ast],
        items: &[SelectItem],
        having: Option<&Ast>,
    ) -> Result<LogicalPlan, SqlError> {
        let hoist = Hoist::default();
        let keys = self.keys(&relation.scope, &hoist, keys)?;
        self.check_windows(&hoist)?;
        // The windows of the keys go by their names in the SELECT list.
        let scope = with_columns(&relation.scope, hoist.window_columns());
        let mut resolver = self.resolver(&scope, &hoist);
        resolver.aggregation = Aggregation::Allowed;
        resolver.input = &relation.scope;
        let mut selected = Vec::new();
        for item in items {
            let (ast, name) = match item {
                SelectItem::UnnamedExpr(expr) => (expr, default_name(expr)),
                SelectItem::ExprWithAlias { expr, alias } => (expr, alias.value.clone()),
                other => {
                    let span = self.places.range(other.span());
                    return Err(self.not_yet(span, "a star in a query that aggregates"));
                }
            };
            let expr = resolver.resolve(ast)?.rewrite(&|e| key_of(e, &keys));
            let mut column = self.plans.ids.column(name, expr.data_type(), expr.nullable());
            column.delay = resolver.tag(&expr).or_else(|| tag_of_key(&expr, &keys));
            selected.push((expr, column, ast));
        }
        let having = match having {
            Some(having) => Some((resolver.predicate(having)?.rewrite(&|e| key_of(e, &keys)), having)),
            None => None,
        };
        let aggregates = hoist.take_aggregates();
        let known: Vec<ColumnId> =
            keys.iter().map(|k| k.column.id).chain(aggregates.iter().map(|a| a.1.id)).collect();
        for (expr, ast) in
            selected.iter().map(|(e, _, ast)| (e, *ast)).chain(having.iter().map(|(e, a)| (e, *a)))
        {
            self.check_grouped(expr, &known, ast, keys.is_empty())?;
        }
        let (plan, windows) = hoist.apply_windows(relation.plan);
        let session =
            windows.iter().find(|w| w.is_session() && known.contains(&w.column.id)).map(|w| w.column.id);
        let input = Box::new(computed_keys(plan, &keys));
        let keys = keys.into_iter().map(|key| key.column.id).collect();
        let mut plan = LogicalPlan::Aggregate { input, keys, session, aggregates };
        if let Some((predicate, _)) = having {
            plan = LogicalPlan::Filter { input: Box::new(plan), predicate, origin: FilterOrigin::Query };
        }
        let columns = selected.into_iter().map(|(expr, column, _)| (expr, column)).collect();
        Ok(LogicalPlan::Project { input: Box::new(plan), columns })
    }

    fn keys(&self, scope: &Scope, hoist: &Hoist, keys: &[&Ast]) -> Result<Vec<Key>, SqlError> {
        let mut resolved: Vec<Key> = Vec::new();
        for ast in keys {
            let mut resolver = self.resolver(scope, hoist);
            resolver.aggregation = Aggregation::InKeys;
            let expr = resolver.resolve(ast)?;
            if holds_map(&expr.data_type()) {
                let data_type = types::sql_type_name(&expr.data_type());
                return Err(SqlError::at(
                    self.places.range(ast.span()),
                    format!(
                        "[GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE] The expression \"{}\" cannot be used as a grouping \
                         expression because its data type \"{data_type}\" is not an orderable data type.",
                        default_name(ast)
                    ),
                )
                .help("group by the map's entries, such as m['key']"));
            }
            if resolved.iter().any(|key| key.expr == expr) {
                continue;
            }
            let plain = match &expr {
                Expr::Column { id, .. } => {
                    let windows = hoist.window_columns();
                    let columns = scope.entries.iter().map(|e| &e.column).chain(&windows);
                    columns.into_iter().find(|c| c.id == *id).cloned()
                }
                _ => None,
            };
            let computed = plain.is_none();
            let column = plain.unwrap_or_else(|| {
                let mut column = self.plans.ids.column(default_name(ast), expr.data_type(), expr.nullable());
                column.delay = resolver.tag(&expr);
                column
            });
            resolved.push(Key { expr, column, computed });
        }
        Ok(resolved)
    }

    /// One row in several windows of several kinds would be each pair of them.
    pub(super) fn check_windows(&self, hoist: &Hoist) -> Result<(), SqlError> {
        match hoist.window_columns().len() {
            0 | 1 => Ok(()),
            _ => Err(SqlError::at(
                0..self.places.len(),
                "Multiple time/session window expressions would result in a cartesian product of rows, therefore \
                 they are currently not supported.",
            )
            .help("group by one window, and by another in a query of its own")),
        }
    }

    fn check_grouped(
        &self,
        expr: &Expr,
        known: &[ColumnId],
        ast: &Ast,
        without_keys: bool,
    ) -> Result<(), SqlError> {
        match expr.references().iter().all(|id| known.contains(id)) {
            true => Ok(()),
            false if without_keys => Err(SqlError::at(
                self.places.range(ast.span()),
                "[MISSING_GROUP_BY] The query does not include a GROUP BY clause. Add GROUP BY or turn it into the \
                 window functions using OVER clauses.",
            )
            .help("add GROUP BY, or aggregate it, such as first(x)")),
            false => Err(SqlError::at(
                self.places.range(ast.span()),
                format!(
                    "[MISSING_AGGREGATION] The non-aggregating expression \"{}\" is based on columns which are not \
                     participating in the GROUP BY clause.",
                    default_name(ast)
                ),
            )
            .help("add it to GROUP BY, or aggregate it, such as first(x)")),
        }
    }
}

/// A grouping expression and the column that holds its value.
struct Key {
    expr: Expr,
    column: Column,
    computed: bool,
}

/// A part of the SELECT list that is a grouping expression.
fn key_of(expr: &Expr, keys: &[Key]) -> Option<Expr> {
    keys.iter().find(|key| key.expr == *expr).map(|key| key.column.reference())
}

fn tag_of_key(expr: &Expr, keys: &[Key]) -> Option<crate::plan::Delay> {
    match expr {
        Expr::Column { id, .. } => {
            keys.iter().find(|key| key.column.id == *id).and_then(|key| key.column.delay)
        }
        _ => None,
    }
}

/// The plan with its columns and one more per computed key.
fn computed_keys(plan: LogicalPlan, keys: &[Key]) -> LogicalPlan {
    if keys.iter().all(|key| !key.computed) {
        return plan;
    }
    let mut columns: Vec<(Expr, Column)> = plan.columns().into_iter().map(|c| (c.reference(), c)).collect();
    columns.extend(keys.iter().filter(|key| key.computed).map(|key| (key.expr.clone(), key.column.clone())));
    LogicalPlan::Project { input: Box::new(plan), columns }
}

/// The scope with more columns, which hide others of their names.
fn with_columns(scope: &Scope, columns: Vec<Column>) -> Scope {
    let hidden = |entry: &&Entry| columns.iter().any(|c| c.name.eq_ignore_ascii_case(&entry.column.name));
    let mut entries: Vec<Entry> = scope.entries.iter().filter(|e| !hidden(e)).cloned().collect();
    entries.extend(columns.into_iter().map(|column| Entry { qualifier: None, column }));
    Scope { entries }
}

/// `GROUP BY 2` and `GROUP BY alias` mean an item of the SELECT list.
fn meant_item<'a>(key: &'a Ast, items: &'a [SelectItem]) -> &'a Ast {
    match key {
        Ast::Value(value) => match &value.value {
            Value::Number(position, _) => {
                let position: usize = position.parse().unwrap_or(0);
                items.get(position.wrapping_sub(1)).and_then(expr_of).unwrap_or(key)
            }
            _ => key,
        },
        Ast::Identifier(ident) => {
            let named = items.iter().find_map(|item| match item {
                SelectItem::ExprWithAlias { expr, alias }
                    if alias.value.eq_ignore_ascii_case(&ident.value) =>
                {
                    Some(expr)
                }
                _ => None,
            });
            // A column of that name comes first; an alias of a plain column is that column anyway.
            match named {
                Some(expr) if !matches!(expr, Ast::Identifier(_) | Ast::CompoundIdentifier(_)) => expr,
                _ => key,
            }
        }
        _ => key,
    }
}

fn expr_of(item: &SelectItem) -> Option<&Ast> {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => Some(expr),
        _ => None,
    }
}

/// Whether an item calls an aggregate function anywhere.
fn aggregates(item: &SelectItem) -> bool {
    let mut found = false;
    let _ = sqlparser::ast::visit_expressions(item, |expr: &Ast| {
        if let Ast::Function(call) = expr {
            found |= call.over.is_none() && aggregate::find(&called(call)).is_some();
        }
        std::ops::ControlFlow::<()>::Continue(())
    });
    found
}

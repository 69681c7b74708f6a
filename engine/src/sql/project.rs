//! SELECT lists: stars, names, expressions, and `explode` among them.

use arrow::datatypes::DataType;
use sqlparser::ast::{Expr as Ast, ObjectName, SelectItem, SelectItemQualifiedWildcardKind, Spanned};

use super::error::SqlError;
use super::expr::{Resolver, called};
use super::hoist::Hoist;
use super::naming::default_name;
use super::scope::Scope;
use super::select::{Planner, Relation, name_parts};
use crate::plan::{Column, Expr, LogicalPlan};
use crate::types;

impl Planner<'_> {
    /// A SELECT list without aggregates.
    pub(super) fn project(
        &mut self,
        mut relation: Relation,
        items: &[SelectItem],
    ) -> Result<LogicalPlan, SqlError> {
        let mut columns: Vec<(Expr, Column)> = Vec::new();
        let hoist = Hoist::default();
        for item in items {
            match item {
                SelectItem::Wildcard(_) => {
                    let all: Vec<Column> = relation.scope.entries.iter().map(|e| e.column.clone()).collect();
                    columns.extend(all.iter().map(|c| self.renamed(c, &c.name)));
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                    columns.extend(self.qualified_wildcard(&relation.scope, name)?);
                }
                SelectItem::UnnamedExpr(expr) => {
                    let name = default_name(expr);
                    columns.push(self.item(&mut relation, &hoist, expr, &name)?);
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    columns.push(self.item(&mut relation, &hoist, expr, &alias.value)?);
                }
                other => return Err(self.not_yet(self.places.range(other.span()), "this select item")),
            }
        }
        self.check_windows(&hoist)?;
        let (input, _) = hoist.apply_windows(relation.plan);
        Ok(LogicalPlan::Project { input: Box::new(input), columns })
    }

    /// `alias.*` or `struct_column.*`
    pub(super) fn qualified_wildcard(
        &mut self,
        scope: &Scope,
        name: &ObjectName,
    ) -> Result<Vec<(Expr, Column)>, SqlError> {
        let parts = name_parts(name, self.places)?;
        if let [one] = &parts[..]
            && let Some(columns) = scope.qualified(&one.value)
        {
            return Ok(columns.iter().map(|c| self.renamed(c, &c.name)).collect());
        }
        let value = scope.resolve(&parts)?;
        let DataType::Struct(fields) = value.data_type() else {
            return Err(SqlError::at(
                parts[0].span.start..parts[parts.len() - 1].span.end,
                format!("`{name}` is neither a relation nor a struct"),
            ));
        };
        let field = |(index, f): (usize, &arrow::datatypes::FieldRef)| {
            let data_type = f.data_type().clone();
            let name = f.name().clone();
            let column = self.plans.ids.column(&name, data_type.clone(), true);
            (Expr::Field { input: Box::new(value.clone()), index, name, data_type }, column)
        };
        Ok(fields.iter().enumerate().map(field).collect())
    }

    fn item(
        &mut self,
        relation: &mut Relation,
        hoist: &Hoist,
        ast: &Ast,
        name: &str,
    ) -> Result<(Expr, Column), SqlError> {
        if let Some((array, outer)) = explode_call(&self.resolver(&relation.scope, hoist), ast)? {
            let column = self.element(name, &array);
            let empty = LogicalPlan::Stream { source: 0, columns: vec![] };
            let input = Box::new(std::mem::replace(&mut relation.plan, empty));
            relation.plan = LogicalPlan::Explode { input, array, outer, column: column.clone() };
            return Ok(self.renamed(&column, name));
        }
        let resolver = self.resolver(&relation.scope, hoist);
        let expr = resolver.resolve(ast)?;
        // A plain rename keeps the event-time tag; any computation loses it.
        let delay = resolver.tag(&expr);
        let mut column = self.plans.ids.column(name, expr.data_type(), expr.nullable());
        column.delay = delay;
        Ok((expr, column))
    }

    pub(super) fn renamed(&mut self, column: &Column, name: &str) -> (Expr, Column) {
        let mut renamed = self.plans.ids.column(name, column.data_type.clone(), column.nullable);
        renamed.delay = column.delay;
        (column.reference(), renamed)
    }
}

/// The array and whether null arrays count, if the expression is `explode(array)` or `explode_outer(array)`.
pub(super) fn explode_call(resolver: &Resolver<'_>, ast: &Ast) -> Result<Option<(Expr, bool)>, SqlError> {
    let Ast::Function(call) = ast else { return Ok(None) };
    let outer = match called(call).as_str() {
        "explode" => false,
        "explode_outer" => true,
        _ => return Ok(None),
    };
    let args = resolver.arguments(call, ast)?;
    let [arg] = &args[..] else {
        return Err(SqlError::at(resolver.span(ast), "explode takes one array"));
    };
    let array = resolver.resolve(arg)?;
    match array.data_type() {
        DataType::List(_) => Ok(Some((array, outer))),
        other => Err(SqlError::at(
            resolver.span(arg),
            format!(
                "[DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE] explode requires an array, found {}",
                types::sql_type_name(&other)
            ),
        )),
    }
}

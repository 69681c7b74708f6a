//! A query: `WITH`, its body, its order, its limits.

use sqlparser::ast::{
    Expr, LimitClause, OrderBy, OrderByExpr, OrderByKind, Query, SetExpr, SetOperator, SetQuantifier,
    Spanned, Value, ValueWithSpan, With,
};

use super::super::error::{Place, SqlError};
use super::super::types::Type;
use super::scope::{Visible, VisibleColumn, place_of};
use super::{OutputColumn, Relation, Scope, Translator, Typed, coerce, place};

/// Levels of recursion, at most: Athena's `max_recursion_depth`.
const RECURSION_MAX: usize = 10;

/// A common table expression in sight.
#[derive(Clone)]
pub(super) struct Cte {
    pub name: String,
    pub sql_name: String,
    pub columns: Vec<OutputColumn>,
}

impl Translator<'_> {
    /// Translates a query that can see `parent`.
    pub(in super::super) fn query(
        &mut self,
        query: &Query,
        parent: Option<&Scope<'_>>,
    ) -> Result<Relation, SqlError> {
        refuse_extras(query)?;
        let in_sight = self.ctes.len();
        let with = query.with.as_ref().map(|with| self.with(with, parent)).transpose()?;
        let mut relation = self.body(query, parent)?;
        self.ctes.truncate(in_sight);
        relation.sql += &self.limits(query)?;
        if let Some(with) = with {
            relation.sql = format!("{with} {}", relation.sql);
        }
        Ok(relation)
    }

    fn with(&mut self, with: &With, parent: Option<&Scope<'_>>) -> Result<String, SqlError> {
        let mut parts = Vec::new();
        for cte in &with.cte_tables {
            let name = cte.alias.name.value.to_lowercase();
            let sql_name = format!("w{}", self.alias());
            let aliases = cte.alias.columns.iter().map(|column| &column.name);
            let aliases: Vec<String> = aliases.map(|name| name.value.to_lowercase()).collect();
            let recursive = with.recursive
                && matches!(&*cte.query.body, SetExpr::SetOperation { op: SetOperator::Union, .. });
            let relation = match recursive {
                true => self.recursive(&cte.query, (&name, &sql_name), &aliases, parent)?,
                false => self.query(&cte.query, parent)?,
            };
            let columns = renamed(relation.columns, &aliases, &name, place_of(&cte.alias.name))?;
            parts.push(format!("{sql_name}({}) AS ({})", column_names(columns.len()), relation.sql));
            self.ctes.push(Cte { name, sql_name, columns });
        }
        Ok(format!("WITH {}", parts.join(", ")))
    }

    /// `base UNION ALL step`, where the step reads what the step before it has given: written out ten times, as
    /// Athena does, and refused where that is not enough.
    fn recursive(
        &mut self,
        query: &Query,
        (name, sql_name): (&str, &str),
        aliases: &[String],
        parent: Option<&Scope<'_>>,
    ) -> Result<Relation, SqlError> {
        let SetExpr::SetOperation { left, right, set_quantifier, .. } = &*query.body else {
            return self.query(query, parent);
        };
        if *set_quantifier != SetQuantifier::All {
            return Err(SqlError::not_supported(start_of(query), "a recursive query takes UNION ALL"));
        }
        let base = self.set_expression(left, parent)?;
        let columns = renamed(base.columns.clone(), aliases, name, start_of(query))?;
        let wanted: Vec<Type> = columns.iter().map(|column| column.ty.clone()).collect();
        let names = column_names(columns.len());
        let mut levels = vec![format!("{sql_name}_0({names}) AS ({})", base.sql)];
        for level in 1..=RECURSION_MAX + 1 {
            let before = format!("{sql_name}_{}", level - 1);
            self.ctes.push(Cte { name: name.to_owned(), sql_name: before, columns: columns.clone() });
            let step = self.set_expression(right, parent);
            self.ctes.pop();
            let step = step?;
            if step.columns.len() != columns.len() {
                let message = "base and step relations of recursion have different number of fields";
                return Err(SqlError::type_mismatch(start_of(query), message));
            }
            let step = self.converted(step, &wanted);
            levels.push(format!("{sql_name}_{level}({names}) AS ({step})"));
        }
        let all = (0..=RECURSION_MAX).map(|level| format!("SELECT * FROM {sql_name}_{level}"));
        let too_deep = format!(
            "SELECT * FROM {sql_name}_{} WHERE wt_fail('NOT_SUPPORTED', 'Recursion depth limit exceeded \
             ({RECURSION_MAX}). Use ''max_recursion_depth'' session property to modify the limit.')",
            RECURSION_MAX + 1
        );
        let all = all.chain(std::iter::once(too_deep)).collect::<Vec<_>>().join(" UNION ALL ");
        Ok(Relation { sql: format!("WITH {} {all}", levels.join(", ")), columns })
    }

    /// The body with its order.
    fn body(&mut self, query: &Query, parent: Option<&Scope<'_>>) -> Result<Relation, SqlError> {
        let order = order_of(query)?;
        let ties = query.fetch.as_ref().filter(|fetch| fetch.with_ties);
        let ties = ties.map(|fetch| fetch.quantity.as_ref().map_or(Ok(1), |quantity| self.count(quantity)));
        let ties = ties.transpose()?;
        if ties.is_some() && order.is_empty() {
            let message = "FETCH FIRST WITH TIES clause requires ORDER BY";
            return Err(SqlError::at(start_of(query), "MISSING_ORDER_BY", message));
        }
        match &*query.body {
            SetExpr::Select(select) => self.select(select, order, ties, parent),
            body => {
                let mut relation = self.set_expression(body, parent)?;
                if !order.is_empty() {
                    let alias = self.alias();
                    let scope = Scope {
                        relations: vec![visible(&relation.columns, &alias, vec![])],
                        variables: vec![],
                        parent,
                    };
                    let keys = self.order_keys(order, &relation.columns, &scope, &[])?;
                    if ties.is_some() {
                        let message = "FETCH FIRST WITH TIES over a set operation is not supported";
                        return Err(SqlError::not_supported(start_of(query), message));
                    }
                    relation.sql = format!("SELECT * FROM ({}) {alias}{keys}", relation.sql);
                }
                Ok(relation)
            }
        }
    }

    /// ` ORDER BY …`: positions, names of output columns, or expressions. `outputs` are the texts of the output
    /// columns, where there are any besides their names.
    pub(super) fn order_keys(
        &mut self,
        order: &[OrderByExpr],
        columns: &[OutputColumn],
        scope: &Scope<'_>,
        outputs: &[Typed],
    ) -> Result<String, SqlError> {
        let mut keys = Vec::new();
        for key in order {
            let value = match position(&key.expr, columns)? {
                Some(at) => Typed::new(format!("c{at}"), columns[at].ty.clone()),
                None => {
                    let value = self.expression(&key.expr, scope)?;
                    match outputs.iter().position(|output| output.sql == value.sql) {
                        Some(at) => Typed::new(format!("c{at}"), value.ty),
                        None => value,
                    }
                }
            };
            if !value.ty.is_orderable() {
                let message =
                    format!("Type {} is not orderable, and therefore cannot be used in ORDER BY", value.ty);
                return Err(SqlError::type_mismatch(place(&key.expr), message));
            }
            keys.push(format!("{}{}", value.sql, direction(key)));
        }
        Ok(if keys.is_empty() { String::new() } else { format!(" ORDER BY {}", keys.join(", ")) })
    }

    fn limits(&mut self, query: &Query) -> Result<String, SqlError> {
        let mut text = String::new();
        let (mut limit, mut offset) = (None, None);
        match &query.limit_clause {
            None => {}
            Some(LimitClause::LimitOffset { limit: l, offset: o, limit_by }) if limit_by.is_empty() => {
                limit = l.as_ref();
                offset = o.as_ref().map(|offset| &offset.value);
                if let (Some(limit), Some(offset)) = (limit, offset)
                    && (place(limit).line, place(limit).column) < (place(offset).line, place(offset).column)
                {
                    return Err(SqlError::syntax(
                        place(offset),
                        "mismatched input 'OFFSET'. Expecting: <EOF>",
                    ));
                }
            }
            Some(_) => return Err(SqlError::syntax(start_of(query), "mismatched input ','")),
        }
        if let Some(fetch) = &query.fetch {
            if fetch.percent {
                return Err(SqlError::syntax(start_of(query), "mismatched input 'PERCENT'"));
            }
            if fetch.with_ties {
                return Ok(text);
            }
            match &fetch.quantity {
                Some(quantity) => limit = Some(quantity),
                None => text += " LIMIT 1",
            }
        }
        if let Some(limit) = limit {
            text += &format!(" LIMIT {}", self.count(limit)?);
        }
        if let Some(offset) = offset {
            text += &format!(" OFFSET {}", self.count(offset)?);
        }
        Ok(text)
    }

    /// A number of rows: written, or a parameter.
    fn count(&mut self, expr: &Expr) -> Result<u64, SqlError> {
        let text = match expr {
            Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. }) => digits.clone(),
            Expr::Value(ValueWithSpan { value: Value::Placeholder(_), .. }) => {
                self.parameter_text(place(expr))?
            }
            _ => return Err(SqlError::syntax(place(expr), "LIMIT and OFFSET take a number of rows")),
        };
        let text = text.trim().trim_matches('\'');
        text.parse().map_err(|_| {
            SqlError::at(place(expr), "TYPE_MISMATCH", format!("Cannot take '{text}' for a number of rows"))
        })
    }
}

/// What sqlparser takes and Athena does not.
fn refuse_extras(query: &Query) -> Result<(), SqlError> {
    let extras = [
        (!query.locks.is_empty(), "FOR UPDATE"),
        (query.for_clause.is_some(), "FOR"),
        (query.settings.is_some(), "SETTINGS"),
        (query.format_clause.is_some(), "FORMAT"),
        (!query.pipe_operators.is_empty(), "|>"),
    ];
    match extras.iter().find(|(there, _)| *there) {
        Some((_, what)) => Err(SqlError::syntax(start_of(query), format!("mismatched input '{what}'"))),
        None => Ok(()),
    }
}

fn order_of(query: &Query) -> Result<&[OrderByExpr], SqlError> {
    match &query.order_by {
        None => Ok(&[]),
        Some(OrderBy { kind: OrderByKind::Expressions(keys), interpolate: None })
            if keys.iter().all(|key| key.with_fill.is_none()) =>
        {
            Ok(keys)
        }
        Some(_) => Err(SqlError::syntax(start_of(query), "mismatched input 'ALL'. Expecting: <expression>")),
    }
}

pub(super) fn start_of(query: &Query) -> Place {
    let start = query.span().start;
    Place { line: start.line.max(1), column: start.column.max(1) }
}

/// ` ASC NULLS LAST`; nulls come last in either direction unless it is said otherwise.
pub(super) fn direction(key: &OrderByExpr) -> String {
    let direction = if key.options.asc == Some(false) { "DESC" } else { "ASC" };
    let nulls = if key.options.nulls_first == Some(true) { "FIRST" } else { "LAST" };
    format!(" {direction} NULLS {nulls}")
}

/// The output column that an ordering key names by its position or its name.
fn position(expr: &Expr, columns: &[OutputColumn]) -> Result<Option<usize>, SqlError> {
    match expr {
        Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. }) => match digits.parse::<usize>() {
            Ok(at) if (1..=columns.len()).contains(&at) => Ok(Some(at - 1)),
            _ => {
                let message = format!("ORDER BY position {digits} is not in select list");
                Err(SqlError::at(place(expr), "INVALID_COLUMN_REFERENCE", message))
            }
        },
        Expr::Identifier(name) => {
            let name = name.value.to_lowercase();
            let mut named = columns.iter().enumerate().filter(|(_, column)| column.name == name);
            let first = named.next().map(|(at, _)| at);
            Ok(first.filter(|_| named.next().is_none()))
        }
        _ => Ok(None),
    }
}

/// `c0, c1, …`.
pub(super) fn column_names(count: usize) -> String {
    (0..count).map(|at| format!("c{at}")).collect::<Vec<_>>().join(", ")
}

/// Columns with other names, where there are any.
pub(super) fn renamed(
    columns: Vec<OutputColumn>,
    aliases: &[String],
    name: &str,
    place: Place,
) -> Result<Vec<OutputColumn>, SqlError> {
    if aliases.is_empty() {
        return Ok(columns);
    }
    if aliases.len() != columns.len() {
        let message = format!(
            "Column alias list has {} entries but '{name}' has {} columns available",
            aliases.len(),
            columns.len()
        );
        return Err(SqlError::at(place, "MISMATCHED_COLUMN_ALIASES", message));
    }
    let named = columns.into_iter().zip(aliases);
    Ok(named.map(|(column, name)| OutputColumn { name: name.clone(), ty: column.ty }).collect())
}

/// A relation under an alias of DuckDB's, as expressions see it.
pub(super) fn visible(columns: &[OutputColumn], alias: &str, qualifiers: Vec<String>) -> Visible {
    let column = |(at, column): (usize, &OutputColumn)| VisibleColumn {
        name: column.name.clone(),
        value: Typed::new(format!("{alias}.c{at}"), column.ty.clone()),
        origin: None,
        hidden: false,
    };
    Visible { qualifiers, columns: columns.iter().enumerate().map(column).collect() }
}

impl Translator<'_> {
    /// A relation's text with its columns in other types.
    pub(super) fn converted(&mut self, relation: Relation, wanted: &[Type]) -> String {
        let same = relation.columns.iter().map(|column| &column.ty).eq(wanted);
        if same {
            return relation.sql;
        }
        let alias = self.alias();
        let items = relation.columns.iter().zip(wanted).enumerate().map(|(at, (column, ty))| {
            let value = coerce(Typed::new(format!("{alias}.c{at}"), column.ty.clone()), ty);
            format!("{} AS c{at}", value.sql)
        });
        let items = items.collect::<Vec<_>>().join(", ");
        format!("SELECT {items} FROM ({}) {alias}", relation.sql)
    }
}

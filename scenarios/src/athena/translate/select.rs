//! One SELECT: from its relations to its columns.

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, OrderByExpr, Select, SelectItem, SelectItemQualifiedWildcardKind, Value,
    ValueWithSpan, WildcardAdditionalOptions,
};

use super::super::error::{Place, SqlError};
use super::super::types::{Type, literal};
use super::aggregation::of_single_rows;
use super::scope::{VisibleColumn, not_found, place_of};
use super::{OutputColumn, Relation, Scope, Translator, Typed, place};

/// A column of the answer on its way.
struct Item {
    name: String,
    value: Typed,
}

impl Translator<'_> {
    /// Translates a SELECT with the order of its query.
    pub(super) fn select(
        &mut self,
        select: &Select,
        order: &[OrderByExpr],
        ties: Option<u64>,
        parent: Option<&Scope<'_>>,
    ) -> Result<Relation, SqlError> {
        refuse_extras(select)?;
        let (from, relations) = self.from(&select.from, parent)?;
        let scope = Scope { relations, variables: vec![], parent };
        self.windows.push(select.named_window.clone());
        let translated = self.clauses(select, order, &from, &scope);
        self.windows.pop();
        let (mut relation, keys) = translated?;
        relation.sql += &keys;
        match ties {
            None => Ok(relation),
            Some(count) => Ok(with_ties(relation, &keys, count)),
        }
    }

    fn clauses(
        &mut self,
        select: &Select,
        order: &[OrderByExpr],
        from: &str,
        scope: &Scope<'_>,
    ) -> Result<(Relation, String), SqlError> {
        if let Some(filter) = &select.selection {
            of_single_rows(filter, "WHERE clause")?;
        }
        let filter = select.selection.as_ref().map(|filter| self.filter(filter, scope, "WHERE clause"));
        let filter = filter.transpose()?;
        let items = self.items(select, scope)?;
        let groups = self.groups(&select.group_by, &items, scope)?;
        let shown: Vec<_> = items.iter().map(|item| (item.name.clone(), item.value.sql.clone())).collect();
        self.check_grouping(select, order, &shown, scope)?;
        let having = select.having.as_ref().map(|having| self.condition(having, scope, "HAVING clause"));
        let having = having.transpose()?;
        let columns: Vec<_> = items
            .iter()
            .map(|item| OutputColumn { name: item.name.clone(), ty: item.value.ty.clone() })
            .collect();
        let keys = self.keys(order, &columns, &items, scope)?;
        let distinct = match &select.distinct {
            None | Some(Distinct::All) => "",
            Some(Distinct::Distinct) => "DISTINCT ",
            Some(Distinct::On(_)) => return Err(SqlError::syntax(start(select), "mismatched input 'ON'")),
        };
        let items = items.iter().enumerate().map(|(at, item)| format!("{} AS c{at}", item.value.sql));
        let mut sql = format!("SELECT {distinct}{}", items.collect::<Vec<_>>().join(", "));
        if !from.is_empty() {
            sql += &format!(" FROM {from}");
        }
        if let Some(filter) = filter {
            sql += &format!(" WHERE {}", filter.sql);
        }
        sql += &groups;
        if let Some(having) = having {
            sql += &format!(" HAVING {}", having.sql);
        }
        let is_distinct = !distinct.is_empty();
        if is_distinct && let Some(key) = order.iter().find(|key| !keys_among(&keys, key, &columns)) {
            let message = "For SELECT DISTINCT, ORDER BY expressions must appear in select list";
            return Err(SqlError::at(place(&key.expr), "EXPRESSION_NOT_IN_DISTINCT", message));
        }
        Ok((Relation { sql, columns }, keys))
    }

    /// Names in ORDER BY mean columns of the answer first, then those of the relations.
    fn keys(
        &mut self,
        order: &[OrderByExpr],
        columns: &[OutputColumn],
        items: &[Item],
        scope: &Scope<'_>,
    ) -> Result<String, SqlError> {
        if order.is_empty() {
            return Ok(String::new());
        }
        let outputs: Vec<Typed> = items.iter().map(|item| item.value.clone()).collect();
        let aliases = items.iter().filter(|item| !item.name.starts_with("_col"));
        let variables = aliases.map(|item| (item.name.clone(), item.value.clone())).collect();
        let scope = Scope { relations: vec![], variables, parent: Some(scope) };
        self.order_keys(order, columns, &scope, &outputs)
    }

    fn items(&mut self, select: &Select, scope: &Scope<'_>) -> Result<Vec<Item>, SqlError> {
        let mut items = Vec::new();
        for item in &select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    let value = self.expression(expr, scope)?;
                    items.push(Item { name: name_of(expr).unwrap_or(format!("_col{}", items.len())), value });
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    let value = self.expression(expr, scope)?;
                    items.push(Item { name: alias.value.to_lowercase(), value });
                }
                SelectItem::Wildcard(options) => {
                    plain(options, start(select))?;
                    if scope.relations.is_empty() {
                        let message = "SELECT * not allowed in queries without FROM clause";
                        return Err(SqlError::syntax(start(select), message));
                    }
                    let columns: Vec<_> =
                        scope.relations.iter().flat_map(|relation| relation.columns.clone()).collect();
                    self.all(columns, &mut items);
                }
                SelectItem::QualifiedWildcard(kind, options) => {
                    plain(options, start(select))?;
                    self.qualified_wildcard(kind, scope, &mut items, start(select))?;
                }
                SelectItem::ExprWithAliases { expr, .. } => {
                    return Err(SqlError::syntax(place(expr), "mismatched input '('"));
                }
            }
        }
        Ok(items)
    }

    fn all(&mut self, columns: Vec<VisibleColumn>, items: &mut Vec<Item>) {
        let mut seen: Vec<String> = Vec::new();
        for column in columns.into_iter().filter(|column| !column.hidden) {
            // A column that USING has merged stands in both relations.
            if column.value.sql.starts_with("coalesce(") && seen.contains(&column.value.sql) {
                continue;
            }
            seen.push(column.value.sql.clone());
            self.touch(column.origin);
            items.push(Item { name: column.name, value: column.value });
        }
    }

    /// `orders.*`, or the fields of a row.
    fn qualified_wildcard(
        &mut self,
        kind: &SelectItemQualifiedWildcardKind,
        scope: &Scope<'_>,
        items: &mut Vec<Item>,
        at: Place,
    ) -> Result<(), SqlError> {
        let row = match kind {
            SelectItemQualifiedWildcardKind::ObjectName(name) => {
                let idents: Vec<_> = name.0.iter().filter_map(|part| part.as_ident().cloned()).collect();
                let at = idents.first().map_or(at, place_of);
                let parts: Vec<String> = idents.iter().map(|ident| ident.value.to_lowercase()).collect();
                let mut named =
                    scope.relations.iter().filter(|relation| relation.qualifiers.ends_with(&parts));
                if let Some(relation) = named.next() {
                    let columns = relation.columns.clone();
                    self.all(columns, items);
                    return Ok(());
                }
                match self.name(&idents, scope) {
                    Ok(row) => row,
                    Err(_) => return Err(not_found(&parts.join("."), at)),
                }
            }
            SelectItemQualifiedWildcardKind::Expr(expr) => self.expression(expr, scope)?,
        };
        let Type::Row(fields) = &row.ty else {
            return Err(SqlError::type_mismatch(at, format!("Cannot take all fields of {}", row.ty)));
        };
        for (position, field) in fields.iter().enumerate() {
            let key = field.name.clone().unwrap_or(format!("field{position}"));
            let value =
                Typed::new(format!("struct_extract({}, {})", row.sql, literal(&key)), field.ty.clone());
            items.push(Item { name: field.name.clone().unwrap_or(format!("_col{}", items.len())), value });
        }
        Ok(())
    }

    fn groups(
        &mut self,
        groups: &GroupByExpr,
        items: &[Item],
        scope: &Scope<'_>,
    ) -> Result<String, SqlError> {
        let GroupByExpr::Expressions(exprs, modifiers) = groups else {
            let message = "mismatched input 'ALL'. Expecting: <expression>";
            return Err(SqlError::syntax(Place { line: 1, column: 1 }, message));
        };
        if !modifiers.is_empty() {
            let message = "mismatched input 'WITH'";
            return Err(SqlError::syntax(Place { line: 1, column: 1 }, message));
        }
        if exprs.is_empty() {
            return Ok(String::new());
        }
        let keys = exprs.iter().map(|expr| self.group(expr, items, scope)).collect::<Result<Vec<_>, _>>()?;
        Ok(format!(" GROUP BY {}", keys.join(", ")))
    }

    fn group(&mut self, expr: &Expr, items: &[Item], scope: &Scope<'_>) -> Result<String, SqlError> {
        let mut sets = |sets: &[Vec<Expr>]| -> Result<String, SqlError> {
            let set = |set: &Vec<Expr>| {
                let keys =
                    set.iter().map(|expr| self.group(expr, items, scope)).collect::<Result<Vec<_>, _>>()?;
                Ok(format!("({})", keys.join(", ")))
            };
            Ok(sets.iter().map(set).collect::<Result<Vec<_>, SqlError>>()?.join(", "))
        };
        match expr {
            Expr::GroupingSets(all) => Ok(format!("GROUPING SETS ({})", sets(all)?)),
            Expr::Cube(all) => Ok(format!("CUBE ({})", sets(all)?)),
            Expr::Rollup(all) => Ok(format!("ROLLUP ({})", sets(all)?)),
            Expr::Tuple(exprs) => {
                let keys =
                    exprs.iter().map(|expr| self.group(expr, items, scope)).collect::<Result<Vec<_>, _>>()?;
                Ok(if keys.is_empty() { "()".to_owned() } else { keys.join(", ") })
            }
            Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. }) => {
                let at = digits.parse::<usize>().ok().filter(|at| (1..=items.len()).contains(at));
                let Some(at) = at else {
                    let message = format!("GROUP BY position {digits} is not in select list");
                    return Err(SqlError::at(place(expr), "INVALID_COLUMN_REFERENCE", message));
                };
                Ok(items[at - 1].value.sql.clone())
            }
            expr => {
                let value = self.expression(expr, scope)?;
                if matches!(value.ty, Type::Map(_, _)) {
                    let message =
                        format!("{} is not comparable, and therefore cannot be used in GROUP BY", value.ty);
                    return Err(SqlError::type_mismatch(place(expr), message));
                }
                Ok(value.sql)
            }
        }
    }
}

/// Whether all ordering keys are columns of the answer: then each is written as `c0`, `c1`, ….
fn keys_among(keys: &str, _key: &OrderByExpr, _columns: &[OutputColumn]) -> bool {
    let keys = keys.trim_start_matches(" ORDER BY ").split(", ");
    keys.into_iter().all(|key| {
        let name = key.split(' ').next().unwrap_or_default();
        name.strip_prefix('c').is_some_and(|digits| digits.parse::<usize>().is_ok())
    })
}

/// The rows that come first, and those that are equal to the last of them.
fn with_ties(relation: Relation, keys: &str, count: u64) -> Relation {
    let names = super::query::column_names(relation.columns.len());
    let body = relation.sql.strip_suffix(keys).unwrap_or(&relation.sql);
    let body = body.replacen(" FROM ", &format!(", rank() OVER ({}) AS r FROM ", keys.trim_start()), 1);
    let sql = format!("SELECT {names} FROM ({body}) WHERE r <= {count} ORDER BY r");
    Relation { sql, columns: relation.columns }
}

/// The name that a column gets from its expression.
fn name_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(name.value.to_lowercase()),
        Expr::CompoundIdentifier(names) => names.last().map(|name| name.value.to_lowercase()),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
            Some(sqlparser::ast::AccessExpr::Dot(Expr::Identifier(name))) => Some(name.value.to_lowercase()),
            _ => None,
        },
        Expr::Nested(inner) => name_of(inner),
        _ => None,
    }
}

fn start(select: &Select) -> Place {
    let start = select.select_token.0.span.start;
    Place { line: start.line.max(1), column: start.column.max(1) }
}

fn plain(options: &WildcardAdditionalOptions, at: Place) -> Result<(), SqlError> {
    let extras = [
        options.opt_ilike.is_some(),
        options.opt_exclude.is_some(),
        options.opt_except.is_some(),
        options.opt_replace.is_some(),
        options.opt_rename.is_some(),
    ];
    match extras.contains(&true) {
        true => Err(SqlError::syntax(at, "mismatched input after '*'. Expecting: ',', 'FROM'")),
        false => Ok(()),
    }
}

/// What sqlparser takes and Athena does not.
fn refuse_extras(select: &Select) -> Result<(), SqlError> {
    let extras = [
        (select.top.is_some(), "TOP"),
        (select.into.is_some(), "INTO"),
        (!select.lateral_views.is_empty(), "LATERAL VIEW"),
        (select.prewhere.is_some(), "PREWHERE"),
        (!select.connect_by.is_empty(), "CONNECT BY"),
        (!select.cluster_by.is_empty(), "CLUSTER BY"),
        (!select.distribute_by.is_empty(), "DISTRIBUTE BY"),
        (!select.sort_by.is_empty(), "SORT BY"),
        (select.qualify.is_some(), "QUALIFY"),
        (select.exclude.is_some(), "EXCLUDE"),
        (select.value_table_mode.is_some(), "AS STRUCT"),
    ];
    match extras.iter().find(|(there, _)| *there) {
        Some((_, what)) => Err(SqlError::syntax(start(select), format!("mismatched input '{what}'"))),
        None => Ok(()),
    }
}

/// The name of an alias, in lower case.
pub(super) fn alias_name(alias: &sqlparser::ast::TableAlias) -> (String, Vec<String>, Place) {
    let columns = alias.columns.iter().map(|column| column.name.value.to_lowercase()).collect();
    (alias.name.value.to_lowercase(), columns, place_of(&alias.name))
}

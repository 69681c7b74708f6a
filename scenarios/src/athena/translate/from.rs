//! FROM: tables, views, subqueries, UNNEST, and how they are joined.

use sqlparser::ast::{
    Expr, Ident, Join, JoinConstraint, JoinOperator, ObjectName, TableAlias, TableFactor, TableSample,
    TableSampleKind, TableSampleMethod, TableWithJoins,
};

use super::super::dialect::parse_query;
use super::super::error::{Place, SqlError};
use super::super::types::{Type, common, literal};
use super::query::{renamed, visible};
use super::scope::{Origin, Visible, VisibleColumn, place_of};
use super::select::alias_name;
use super::{Found, Listing, OutputColumn, Scan, Scope, TableShape, Translator, Typed, coerce, place};

/// Views in views, at most.
const VIEW_DEPTH_MAX: usize = 32;

impl Translator<'_> {
    /// The text of FROM, and what can be seen of it; nothing for a SELECT without one.
    pub(super) fn from(
        &mut self,
        from: &[TableWithJoins],
        parent: Option<&Scope<'_>>,
    ) -> Result<(String, Vec<Visible>), SqlError> {
        let (mut text, mut relations): (String, Vec<Visible>) = (String::new(), vec![]);
        for tree in from {
            let (sql, more) = self.joined(tree, &relations, parent)?;
            text = if text.is_empty() { sql } else { format!("{text} CROSS JOIN {sql}") };
            relations.extend(more);
        }
        Ok((text, relations))
    }

    /// A relation with all that is joined to it. UNNEST and LATERAL can see what is left of them.
    fn joined(
        &mut self,
        tree: &TableWithJoins,
        left_of: &[Visible],
        parent: Option<&Scope<'_>>,
    ) -> Result<(String, Vec<Visible>), SqlError> {
        let first_scan = self.scans.len();
        let (mut text, mut relations) = self.factor(&tree.relation, left_of, parent)?;
        for join in &tree.joins {
            let right_scan = self.scans.len();
            let in_sight: Vec<Visible> = left_of.iter().chain(&relations).cloned().collect();
            let (right, right_relations) = self.factor(&join.relation, &in_sight, parent)?;
            let sides = Sides { left: first_scan..right_scan, right: right_scan..self.scans.len() };
            let (kind, constraint) = kind_of(join)?;
            unnested_on_true(&join.relation, kind, constraint)?;
            // Rows that the other side lacks are filled with nulls.
            let filled = match kind {
                "LEFT" => vec![sides.right.clone()],
                "RIGHT" => vec![sides.left.clone()],
                "FULL" => vec![sides.left.clone(), sides.right.clone()],
                _ => vec![],
            };
            let mut all: Vec<Visible> = relations.drain(..).chain(right_relations).collect();
            let on = match constraint {
                Some(constraint) => self.constraint(
                    constraint,
                    kind,
                    &sides,
                    &mut all,
                    in_sight.len() - left_of.len(),
                    parent,
                )?,
                None => String::new(),
            };
            self.unpruned.extend(filled.into_iter().flatten());
            relations = all;
            let join = if kind == "CROSS" { "CROSS JOIN".to_owned() } else { format!("{kind} JOIN") };
            text = format!("{text} {join} {right}{on}");
        }
        Ok((text, relations))
    }

    fn constraint(
        &mut self,
        constraint: &JoinConstraint,
        kind: &str,
        sides: &Sides,
        relations: &mut [Visible],
        left_count: usize,
        parent: Option<&Scope<'_>>,
    ) -> Result<String, SqlError> {
        match constraint {
            JoinConstraint::On(expr) => {
                // ON decides about the partitions of a side whose rows need not all be there.
                let kept: Vec<_> = match kind {
                    "LEFT" => sides.left.clone().collect(),
                    "RIGHT" => sides.right.clone().collect(),
                    "FULL" => sides.left.clone().chain(sides.right.clone()).collect(),
                    _ => vec![],
                };
                let before = self.unpruned.clone();
                self.unpruned.extend(kept);
                super::aggregation::of_single_rows(expr, "JOIN clause")?;
                let scope = Scope { relations: relations.to_vec(), variables: vec![], parent };
                let value = self.filter(expr, &scope, "JOIN ON clause");
                self.unpruned = before;
                Ok(format!(" ON {}", value?.sql))
            }
            JoinConstraint::Using(names) => {
                let names = names.iter().filter_map(|name| name.0.last()?.as_ident().cloned());
                let names: Vec<Ident> = names.collect();
                self.using(&names, kind, relations, left_count)
            }
            JoinConstraint::Natural => Err(SqlError::new("NOT_SUPPORTED", "Natural join not supported")),
            JoinConstraint::None if kind == "CROSS" => Ok(String::new()),
            JoinConstraint::None => {
                Err(SqlError::syntax(Place { line: 1, column: 1 }, "a join needs ON or USING"))
            }
        }
    }

    /// Columns of the same name on both sides are equal, and one.
    fn using(
        &mut self,
        names: &[Ident],
        kind: &str,
        relations: &mut [Visible],
        left_count: usize,
    ) -> Result<String, SqlError> {
        let mut equal = Vec::new();
        for ident in names {
            let name = ident.value.to_lowercase();
            let (left, right) = relations.split_at_mut(left_count);
            let find = |side: &[Visible]| {
                let mut columns = side.iter().flat_map(|relation| &relation.columns);
                columns.find(|column| column.name == name).cloned()
            };
            let (Some(one), Some(other)) = (find(left), find(right)) else {
                let side = if find(left).is_none() { "left" } else { "right" };
                let message = format!("Column '{name}' is missing from {side} side of join");
                return Err(SqlError::at(place_of(ident), "COLUMN_NOT_FOUND", message));
            };
            self.touch(one.origin);
            self.touch(other.origin);
            let Some(ty) = common(&one.value.ty, &other.value.ty) else {
                let (one, other) = (&one.value.ty, &other.value.ty);
                let message = format!("Column types of '{name}' do not match: {one} vs {other}");
                return Err(SqlError::type_mismatch(place_of(ident), message));
            };
            let (a, b) = (coerce(one.value.clone(), &ty), coerce(other.value.clone(), &ty));
            equal.push(format!("{} = {}", a.sql, b.sql));
            // One column is left, which has a value where either side has; in an inner join its origin still counts.
            let merged = format!("coalesce({}, {})", a.sql, b.sql);
            let value = Typed::new(merged, ty);
            let origin = if kind == "INNER" || kind == "LEFT" { one.origin } else { None };
            for column in
                left.iter_mut().flat_map(|relation| &mut relation.columns).filter(|c| c.name == name)
            {
                column.value = value.clone();
                column.origin = origin.filter(|_| false);
            }
            for column in
                right.iter_mut().flat_map(|relation| &mut relation.columns).filter(|c| c.name == name)
            {
                column.value = value.clone();
                column.origin = None;
                column.hidden = true;
            }
        }
        // The merged columns come first in `*`.
        Ok(format!(" ON {}", equal.join(" AND ")))
    }

    fn factor(
        &mut self,
        factor: &TableFactor,
        left_of: &[Visible],
        parent: Option<&Scope<'_>>,
    ) -> Result<(String, Vec<Visible>), SqlError> {
        match factor {
            TableFactor::Table { name, alias, args: None, sample, with_ordinality: false, .. } => {
                let (sql, relation) = self.table(name, alias.as_ref())?;
                let sample = sample.as_ref().map(sampled).transpose()?.unwrap_or_default();
                Ok((format!("{sql}{sample}"), vec![relation]))
            }
            TableFactor::Derived { lateral, subquery, alias, sample } => {
                let scope = Scope { relations: left_of.to_vec(), variables: vec![], parent };
                let relation = self.query(subquery, if *lateral { Some(&scope) } else { parent })?;
                let (columns, qualifiers) = aliased(relation.columns, alias.as_ref())?;
                let t = self.alias();
                let sample = sample.as_ref().map(sampled).transpose()?.unwrap_or_default();
                let lateral = if *lateral { "LATERAL " } else { "" };
                let sql = format!("{lateral}({}) {t}{sample}", relation.sql);
                Ok((sql, vec![visible(&columns, &t, qualifiers)]))
            }
            TableFactor::UNNEST { alias, array_exprs, with_ordinality, with_offset: false, .. } => {
                self.unnest(array_exprs, *with_ordinality, alias.as_ref(), left_of, parent)
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                let (sql, relations) = self.joined(table_with_joins, left_of, parent)?;
                Ok((format!("({sql})"), relations))
            }
            TableFactor::Function { lateral: true, .. } => {
                Err(SqlError::new("NOT_SUPPORTED", "LATERAL takes a subquery"))
            }
            TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } => {
                let shown = name.to_string().to_lowercase();
                Err(SqlError::new("FUNCTION_NOT_FOUND", format!("Table function '{shown}' not registered")))
            }
            TableFactor::TableFunction { .. } => {
                Err(SqlError::new("FUNCTION_NOT_FOUND", "Table functions are not supported"))
            }
            TableFactor::MatchRecognize { .. } => {
                Err(SqlError::new("NOT_SUPPORTED", "MATCH_RECOGNIZE is not supported"))
            }
            _ => Err(SqlError::new("NOT_SUPPORTED", "this kind of relation is not supported")),
        }
    }

    fn table(
        &mut self,
        name: &ObjectName,
        alias: Option<&TableAlias>,
    ) -> Result<(String, Visible), SqlError> {
        let idents: Vec<&Ident> = name.0.iter().filter_map(|part| part.as_ident()).collect();
        let parts: Vec<String> = idents.iter().map(|ident| ident.value.to_lowercase()).collect();
        let at = idents.first().map_or(Place { line: 1, column: 1 }, |ident| place_of(ident));
        if let [name] = parts.as_slice()
            && let Some(cte) = self.ctes.iter().rev().find(|cte| cte.name == *name).cloned()
        {
            let t = self.alias();
            let (columns, _) = aliased(cte.columns, alias)?;
            let qualifier = alias.map_or(cte.name, |alias| alias.name.value.to_lowercase());
            return Ok((format!("{} {t}", cte.sql_name), visible(&columns, &t, vec![qualifier])));
        }
        let (database, table) = match parts.as_slice() {
            [table] => match &self.database {
                Some(database) => (database.clone(), table.clone()),
                None => {
                    let message = "Schema must be specified when session schema is not set";
                    return Err(SqlError::at(at, "MISSING_SCHEMA_NAME", message));
                }
            },
            [database, table] => (database.clone(), table.clone()),
            [catalog, database, table] if catalog == "awsdatacatalog" => (database.clone(), table.clone()),
            [catalog, _, _] => {
                return Err(SqlError::at(
                    at,
                    "CATALOG_NOT_FOUND",
                    format!("Catalog '{catalog}' does not exist"),
                ));
            }
            _ => return Err(SqlError::syntax(at, format!("Too many dots in table name: {name}"))),
        };
        match self.tables.find(&database, &table)? {
            Some(Found::Table(shape)) => self.scan(shape, alias),
            Some(Found::Listing(listing)) => self.listing(&listing, (&database, &table), alias),
            Some(Found::View { sql, database: of_view }) => {
                self.view(&sql, of_view, (&database, &table), alias)
            }
            None if !self.tables.has_database(&database)? => {
                Err(SqlError::at(at, "SCHEMA_NOT_FOUND", format!("Schema '{database}' does not exist")))
            }
            None => {
                let message = format!("Table 'awsdatacatalog.{database}.{table}' does not exist");
                Err(SqlError::at(at, "TABLE_NOT_FOUND", message))
            }
        }
    }

    /// Rows that are known stand in the query itself.
    fn listing(
        &mut self,
        listing: &Listing,
        (database, name): (&str, &str),
        alias: Option<&TableAlias>,
    ) -> Result<(String, Visible), SqlError> {
        let cell = |(cell, column): (&Option<String>, &OutputColumn)| {
            let text = cell.as_deref().map_or_else(|| "NULL".to_owned(), literal);
            format!("CAST({text} AS {})", column.ty.duckdb())
        };
        let row = |row: &Vec<Option<String>>| {
            let cells: Vec<String> = row.iter().zip(&listing.columns).map(cell).collect();
            format!("({})", cells.join(", "))
        };
        let nothing = vec![None; listing.columns.len()];
        let (rows, limit) = match listing.rows.is_empty() {
            true => (row(&nothing), " WHERE false"),
            false => (listing.rows.iter().map(row).collect::<Vec<_>>().join(", "), ""),
        };
        let names: Vec<String> = (0..listing.columns.len()).map(|at| format!("c{at}")).collect();
        let (columns, _) = aliased(listing.columns.clone(), alias)?;
        let qualifiers = match alias {
            Some(alias) => vec![alias.name.value.to_lowercase()],
            None => vec![database.to_owned(), name.to_owned()],
        };
        let t = self.alias();
        let sql = format!("(SELECT * FROM (VALUES {rows}) listed({}){limit}) {t}", names.join(", "));
        Ok((sql, visible(&columns, &t, qualifiers)))
    }

    fn scan(
        &mut self,
        shape: std::sync::Arc<TableShape>,
        alias: Option<&TableAlias>,
    ) -> Result<(String, Visible), SqlError> {
        let scan = self.scans.len();
        let t = self.alias();
        let all: Vec<OutputColumn> = shape.columns.iter().chain(&shape.keys).cloned().collect();
        let (columns, _) = aliased(all, alias)?;
        let qualifiers = match alias {
            Some(alias) => vec![alias.name.value.to_lowercase()],
            None => vec![shape.database.clone(), shape.name.clone()],
        };
        let mut relation = visible(&columns, &t, qualifiers);
        for (at, column) in relation.columns.iter_mut().enumerate() {
            column.origin = Some(Origin { scan, column: Some(at) });
        }
        relation.columns.push(VisibleColumn {
            name: "$path".to_owned(),
            value: Typed::new(format!("{t}.path"), Type::VARCHAR),
            origin: Some(Origin { scan, column: None }),
            hidden: true,
        });
        self.scans.push(Scan {
            table: shape,
            used: std::collections::BTreeSet::new(),
            path: false,
            conditions: vec![],
            alias: t.clone(),
        });
        Ok((format!("scan{scan} {t}"), relation))
    }

    /// A view is its query, in which plain names mean tables of the view's database and nothing around is in sight.
    fn view(
        &mut self,
        sql: &str,
        of_view: String,
        (database, name): (&str, &str),
        alias: Option<&TableAlias>,
    ) -> Result<(String, Visible), SqlError> {
        if self.view_depth >= VIEW_DEPTH_MAX {
            return Err(SqlError::new("VIEW_IS_RECURSIVE", format!("View '{database}.{name}' is recursive")));
        }
        let query = parse_query(sql)?;
        let outer = self.database.replace(of_view);
        let ctes = std::mem::take(&mut self.ctes);
        self.view_depth += 1;
        let relation = self.query(&query, None);
        self.view_depth -= 1;
        self.ctes = ctes;
        self.database = outer;
        let relation = relation.map_err(|error| SqlError {
            code: "INVALID_VIEW",
            place: None,
            message: format!("Failed analyzing stored view 'awsdatacatalog.{database}.{name}': {error}"),
        })?;
        let (columns, _) = aliased(relation.columns, alias)?;
        let qualifiers = match alias {
            Some(alias) => vec![alias.name.value.to_lowercase()],
            None => vec![database.to_owned(), name.to_owned()],
        };
        let t = self.alias();
        Ok((format!("({}) {t}", relation.sql), visible(&columns, &t, qualifiers)))
    }

    /// UNNEST: each list becomes a column, each map two, each list of rows as many as the rows have fields. Shorter
    /// lists are filled with nulls.
    fn unnest(
        &mut self,
        exprs: &[Expr],
        ordinality: bool,
        alias: Option<&TableAlias>,
        left_of: &[Visible],
        parent: Option<&Scope<'_>>,
    ) -> Result<(String, Vec<Visible>), SqlError> {
        let scope = Scope { relations: left_of.to_vec(), variables: vec![], parent };
        let (mut lists, mut columns): (Vec<String>, Vec<Typed>) = (vec![], vec![]);
        let t = self.alias();
        for expr in exprs {
            let value = self.expression(expr, &scope)?;
            let element = format!("{t}.e{}", lists.len());
            match &value.ty {
                Type::Array(inner) => {
                    lists.push(value.sql.clone());
                    match &**inner {
                        Type::Row(fields) => columns.extend(fields.iter().enumerate().map(|(at, field)| {
                            let key = field.name.clone().unwrap_or(format!("field{at}"));
                            let key = literal(&key);
                            Typed::new(format!("struct_extract({element}, {key})"), field.ty.clone())
                        })),
                        other => columns.push(Typed::new(element, other.clone())),
                    }
                }
                Type::Map(key, value_type) => {
                    lists.push(format!("map_keys({})", value.sql));
                    columns.push(Typed::new(element, (**key).clone()));
                    let element = format!("{t}.e{}", lists.len());
                    lists.push(format!("map_values({})", value.sql));
                    columns.push(Typed::new(element, (**value_type).clone()));
                }
                other => {
                    let message = format!("Cannot unnest type: {other}");
                    return Err(SqlError::type_mismatch(place(expr), message));
                }
            }
        }
        let items = lists.iter().enumerate().map(|(at, list)| format!("unnest({list}) AS e{at}"));
        let mut items: Vec<String> = items.collect();
        if ordinality {
            let lengths = lists.iter().map(|list| format!("coalesce(len({list}), 0)"));
            let lengths = lengths.collect::<Vec<_>>().join(", ");
            items.push(format!("unnest(generate_series(1, greatest({lengths}))) AS o"));
            columns.push(Typed::new(format!("{t}.o"), Type::Bigint));
        }
        let names: Vec<OutputColumn> = columns
            .iter()
            .enumerate()
            .map(|(at, value)| {
                let is_last = ordinality && at + 1 == columns.len();
                let name = if is_last { "ordinality".to_owned() } else { format!("_col{at}") };
                OutputColumn { name, ty: value.ty.clone() }
            })
            .collect();
        let (names, qualifiers) = aliased(names, alias)?;
        let visible = names.into_iter().zip(columns).map(|(column, value)| VisibleColumn {
            name: column.name,
            value,
            origin: None,
            hidden: false,
        });
        let relation = Visible { qualifiers, columns: visible.collect() };
        Ok((format!("LATERAL (SELECT {}) {t}", items.join(", ")), vec![relation]))
    }
}

struct Sides {
    left: std::ops::Range<usize>,
    right: std::ops::Range<usize>,
}

fn kind_of(join: &Join) -> Result<(&'static str, Option<&JoinConstraint>), SqlError> {
    Ok(match &join.join_operator {
        JoinOperator::Join(on) | JoinOperator::Inner(on) => ("INNER", Some(on)),
        JoinOperator::Left(on) | JoinOperator::LeftOuter(on) => ("LEFT", Some(on)),
        JoinOperator::Right(on) | JoinOperator::RightOuter(on) => ("RIGHT", Some(on)),
        JoinOperator::FullOuter(on) => ("FULL", Some(on)),
        JoinOperator::CrossJoin(_) => ("CROSS", None),
        _ => return Err(SqlError::new("NOT_SUPPORTED", "this kind of join is not supported")),
    })
}

/// UNNEST is joined by nothing but ON TRUE, and it is never the side that is kept.
fn unnested_on_true(
    relation: &TableFactor,
    kind: &str,
    constraint: Option<&JoinConstraint>,
) -> Result<(), SqlError> {
    let TableFactor::UNNEST { .. } = relation else { return Ok(()) };
    let is_true = match constraint {
        None => true,
        Some(JoinConstraint::On(Expr::Value(value))) => value.value == sqlparser::ast::Value::Boolean(true),
        Some(_) => false,
    };
    if is_true && !matches!(kind, "RIGHT" | "FULL") {
        return Ok(());
    }
    let what = match kind {
        "RIGHT" | "FULL" => "not supported",
        _ => "only supported with condition ON TRUE",
    };
    Err(SqlError::new("NOT_SUPPORTED", format!("{kind} JOIN involving UNNEST is {what}")))
}

/// Columns and qualifiers under an alias.
fn aliased(
    columns: Vec<OutputColumn>,
    alias: Option<&TableAlias>,
) -> Result<(Vec<OutputColumn>, Vec<String>), SqlError> {
    match alias {
        None => Ok((columns, vec![])),
        Some(alias) => {
            let (name, names, at) = alias_name(alias);
            Ok((renamed(columns, &names, &name, at)?, vec![name]))
        }
    }
}

/// `TABLESAMPLE BERNOULLI (10)`.
fn sampled(sample: &TableSampleKind) -> Result<String, SqlError> {
    let (TableSampleKind::BeforeTableAlias(sample) | TableSampleKind::AfterTableAlias(sample)) = sample;
    let TableSample { name, quantity, .. } = &**sample;
    let method = match name {
        Some(TableSampleMethod::Bernoulli) => "bernoulli",
        Some(TableSampleMethod::System) => "system",
        _ => return Err(SqlError::new("SYNTAX_ERROR", "TABLESAMPLE takes BERNOULLI or SYSTEM")),
    };
    let percent = quantity.as_ref().map(|quantity| quantity.value.to_string());
    let percent = percent.and_then(|text| text.parse::<f64>().ok()).filter(|p| (0.0..=100.0).contains(p));
    let Some(percent) = percent else {
        return Err(SqlError::new("INVALID_ARGUMENTS", "Sample percentage must be between 0 and 100"));
    };
    Ok(format!(" TABLESAMPLE {method}({percent}%)"))
}

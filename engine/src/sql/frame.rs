//! What the DataFrame front end ([`crate::frame`]) needs of this one: relations under construction, with expressions
//! as text.
//!
//! A list of expressions is put into a SELECT and planned like one, so an error's place is a place in that text.

use std::collections::BTreeMap;

use arrow::datatypes::SchemaRef;
use sqlparser::ast::{Expr as Ast, Select, SetExpr, Statement};

use super::error::{Places, SqlError};
use super::hoist::cannot_parse;
use super::prepass::{WatermarkClause, prepare};
use super::scope::{Entry, Name, Scope};
use super::select::{Planner, Reading};
pub(crate) use super::select::{Plans, Relation};
use super::{Tables, parse};
use crate::plan::{Column, Expr, JoinKind, LogicalPlan, RecordFormat, SourceTable};
use crate::types::interval::parse_interval;

/// There are no tables in sight: streams are made by calls.
struct NoTables;

impl Tables for NoTables {
    fn schema(&self, _: &str) -> Option<SchemaRef> {
        None
    }

    fn names(&self) -> Vec<String> {
        vec![]
    }
}

impl Plans {
    /// A planner of one text.
    fn planner<'a>(&'a mut self, places: &'a Places<'a>) -> Planner<'a> {
        let reading = Reading::Streams;
        Planner { reading, places, tables: &NoTables, watermarks: BTreeMap::new(), plans: self }
    }

    /// The records of a table as a relation.
    pub(crate) fn stream(&mut self, table: &str, schema: SchemaRef, format: RecordFormat) -> Relation {
        let fields = schema.fields().iter();
        let columns = fields.map(|f| self.ids.column(f.name(), f.data_type().clone(), true)).collect();
        self.sources.push(SourceTable { table: table.to_owned(), schema, format });
        Relation::of(LogicalPlan::Stream { source: self.sources.len() - 1, columns }, None)
    }

    /// The streams that were made.
    pub(crate) fn into_sources(self) -> Vec<SourceTable> {
        self.sources
    }

    /// `SELECT items` over a relation; `grouping` follows the items.
    pub(crate) fn select_over(
        &mut self,
        relation: Relation,
        items: &str,
        grouping: &str,
    ) -> Result<Relation, SqlError> {
        let text = format!("SELECT {items} FROM rows{grouping}");
        let places = Places::new(&text);
        let select = parse_select(&text, &places)?;
        let plan = self.planner(&places).select_over(relation, &select)?;
        Ok(Relation::of(plan, None))
    }

    /// The relation with a column replaced or appended; the others keep their names and qualifiers.
    pub(crate) fn with_column(
        &mut self,
        relation: Relation,
        name: &str,
        expr: &str,
    ) -> Result<Relation, SqlError> {
        let (before, qualifiers) = (relation.scope.clone(), relation.scope.entries.clone());
        let computed =
            self.select_over(relation, &format!("{}, {expr} AS `{name}`", placeholders(&before)), "");
        // The projection has one column per column before, and the new one at its end.
        let Relation { plan: LogicalPlan::Project { input, columns: mut projected }, .. } = computed? else {
            unreachable!("a SELECT without aggregates is a projection")
        };
        let new = projected.pop().expect("the new column is the last");
        let mut columns: Vec<(Expr, Column)> =
            before.entries.iter().map(|e| (e.column.reference(), e.column.clone())).collect();
        let mut entries = qualifiers;
        let entry = Entry { qualifier: None, column: new.1.clone() };
        match before.entries.iter().position(|e| e.column.name.eq_ignore_ascii_case(name)) {
            Some(at) => {
                entries[at] = entry;
                columns[at] = new;
            }
            None => {
                entries.push(entry);
                columns.push(new);
            }
        }
        let plan = LogicalPlan::Project { input, columns };
        Ok(Relation { plan, scope: Scope { entries } })
    }

    /// The relation without the named columns.
    pub(crate) fn drop_columns(&mut self, relation: Relation, names: &[String]) -> Relation {
        let Relation { plan, scope } = relation;
        let dropped = |e: &Entry| names.iter().any(|name| is_called(e, name));
        let entries: Vec<Entry> = scope.entries.into_iter().filter(|e| !dropped(e)).collect();
        let columns = entries.iter().map(|e| (e.column.reference(), e.column.clone())).collect();
        Relation { plan: LogicalPlan::Project { input: Box::new(plan), columns }, scope: Scope { entries } }
    }

    /// The rows for which a condition is true.
    pub(crate) fn filter_rows(&mut self, relation: Relation, predicate: &str) -> Result<Relation, SqlError> {
        let places = Places::new(predicate);
        let predicate = parse_expr(predicate, &places)?;
        self.planner(&places).filter(relation, &predicate)
    }

    /// `withWatermark`
    pub(crate) fn with_watermark(
        &mut self,
        relation: Relation,
        column: &str,
        delay: &str,
    ) -> Result<Relation, SqlError> {
        let places = Places::new(delay);
        let clause = WatermarkClause {
            column: column.to_owned(),
            column_span: 0..0,
            delay: parse_interval(delay).map_err(|_| cannot_parse(delay, 0..delay.len()))?,
            delay_text: delay.to_owned(),
            delay_span: 0..delay.len(),
        };
        let plan = self.planner(&places).event_time(relation.plan, &clause)?;
        let mut scope = relation.scope;
        for (entry, column) in scope.entries.iter_mut().zip(plan.columns()) {
            entry.column = column;
        }
        Ok(Relation { plan, scope })
    }

    /// The relation under another name.
    pub(crate) fn aliased(relation: Relation, name: &str) -> Relation {
        let Relation { plan, mut scope } = relation;
        scope.entries.iter_mut().for_each(|e| e.qualifier = Some(name.to_owned()));
        Relation { plan, scope }
    }

    /// `join`
    pub(crate) fn join(
        &mut self,
        left: Relation,
        right: Relation,
        kind: JoinKind,
        on: &str,
    ) -> Result<Relation, SqlError> {
        let places = Places::new(on);
        let on = parse_expr(on, &places)?;
        self.planner(&places).join_on(left, right, kind, &on)
    }

    /// `unionByName`
    pub(crate) fn union_by_name(&mut self, left: Relation, right: Relation) -> Result<Relation, SqlError> {
        let places = Places::new("");
        missing_columns(&left.scope.names(), &right.scope.names())?;
        let find = |entry: &Entry| -> Result<(Expr, Column), SqlError> {
            let name = Name { value: entry.column.name.clone(), span: 0..0 };
            let expr = right.scope.resolve(&[name])?;
            let id = *expr.references().first().expect("a name resolves to a column");
            let column = right.scope.entries.iter().find(|e| e.column.id == id);
            Ok((expr, column.expect("the column is in scope").column.clone()))
        };
        let mut columns = left.scope.entries.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        // Columns that only the right side has make it too wide, which is for the union to say.
        let extra = right.scope.entries.iter().filter(|e| columns.iter().all(|(_, c)| c.id != e.column.id));
        let extra: Vec<_> = extra.map(|e| (e.column.reference(), e.column.clone())).collect();
        columns.extend(extra);
        let aligned = LogicalPlan::Project { input: Box::new(right.plan), columns };
        let plan = self.planner(&places).union(vec![left.plan, aligned], 0..0)?;
        Ok(Relation::of(plan, None))
    }

    /// `dropDuplicates`; no names means all columns.
    pub(crate) fn deduplicate(
        &mut self,
        relation: Relation,
        names: &[String],
        within_watermark: bool,
    ) -> Result<Relation, SqlError> {
        let Relation { plan, scope } = relation;
        let mut keys = Vec::new();
        missing_columns(names, &scope.names())?;
        self.planner(&Places::new("")).check_set_operation(&plan.columns(), 0..0)?;
        for name in names {
            let name = Name { value: name.clone(), span: 0..0 };
            let key = scope.resolve(&[name])?;
            keys.extend(key.references());
        }
        if names.is_empty() {
            keys = scope.entries.iter().map(|e| e.column.id).collect();
        }
        let plan = LogicalPlan::Deduplicate { input: Box::new(plan), keys, within_watermark };
        Ok(Relation { plan, scope })
    }
}

impl Relation {
    /// The plan of the relation.
    pub(crate) fn into_plan(self) -> LogicalPlan {
        self.plan
    }
}

/// Refuses the first name that is none of a frame's columns.
fn missing_columns(names: &[String], columns: &[String]) -> Result<(), SqlError> {
    let is_there = |name: &&String| columns.iter().any(|c| c.eq_ignore_ascii_case(name));
    match names.iter().find(|name| !is_there(name)) {
        None => Ok(()),
        Some(name) => Err(SqlError::at(
            0..0,
            format!("Cannot resolve column name \"{name}\" among ({}).", columns.join(", ")),
        )),
    }
}

fn is_called(entry: &Entry, name: &str) -> bool {
    let (qualifier, column) = match name.rsplit_once('.') {
        Some((qualifier, column)) => (Some(qualifier), column),
        None => (None, name),
    };
    let qualifies =
        qualifier.is_none_or(|q| entry.qualifier.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(q)));
    qualifies && entry.column.name.eq_ignore_ascii_case(column)
}

/// As many constants as there are columns: they are replaced by the columns themselves, so that two columns of one
/// name are no problem.
fn placeholders(scope: &Scope) -> String {
    match scope.entries.len() {
        0 => "NULL".to_owned(),
        columns => vec!["NULL"; columns].join(", "),
    }
}

fn parse_select(text: &str, places: &Places<'_>) -> Result<Select, SqlError> {
    let statements = parse(&prepare(text, places)?, places)?;
    let body = match <[Statement; 1]>::try_from(statements) {
        Ok([Statement::Query(query)]) if query.order_by.is_none() && query.limit_clause.is_none() => {
            *query.body
        }
        _ => return Err(SqlError::at(0..text.len(), "expected expressions, found a statement")),
    };
    match body {
        SetExpr::Select(select) => Ok(*select),
        _ => Err(SqlError::at(0..text.len(), "expected expressions, found a query")),
    }
}

/// One expression; its places are those in `text`.
fn parse_expr(text: &str, places: &Places<'_>) -> Result<Ast, SqlError> {
    super::parse_expression(&prepare(text, places)?, places)
}

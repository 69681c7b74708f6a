//! Parsed query → [`LogicalPlan`]: relations, lateral views, conditions, projection.

use std::collections::BTreeMap;
use std::ops::Range;

use arrow::datatypes::DataType;
use sqlparser::ast::{
    Expr as Ast, FunctionArg, FunctionArgExpr, GroupByExpr, Join, JoinConstraint, JoinOperator, LateralView,
    ObjectName, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Spanned, TableAlias,
    TableFactor, TableFunctionArgs, TableWithJoins,
};

use super::Tables;
use super::error::{Places, SqlError, nearest};
use super::expr::Resolver;
use super::prepass::WatermarkClause;
use super::scope::{Name, Scope, column_expr};
use crate::plan::{
    Column, ColumnIds, Delay, Expr, FilterOrigin, JoinKind, LogicalPlan, Pipeline, RecordFormat, SourceTable,
};
use crate::types;

/// A temporary view: planned anew wherever it is used, so that two uses are two streams with columns of their own.
#[derive(Debug, Clone)]
pub(super) struct View {
    query: Query,
    views: BTreeMap<String, View>,
    plan: LogicalPlan,
}

/// Plans the queries of one pipeline.
pub(super) struct Planner<'a> {
    places: &'a Places<'a>,
    tables: &'a dyn Tables,
    watermarks: BTreeMap<usize, WatermarkClause>,
    ids: ColumnIds,
    sources: Vec<SourceTable>,
}

/// A relation and the names that its columns go by.
struct Relation {
    plan: LogicalPlan,
    scope: Scope,
}

type Views = BTreeMap<String, View>;

impl<'a> Planner<'a> {
    pub(super) fn new(
        places: &'a Places<'a>,
        tables: &'a dyn Tables,
        watermarks: BTreeMap<usize, WatermarkClause>,
    ) -> Self {
        Self { places, tables, watermarks, ids: ColumnIds::default(), sources: vec![] }
    }

    /// Plans a query as a view. Its streams count only where the view is used.
    pub(super) fn query(&mut self, query: &Query, views: &Views) -> Result<View, SqlError> {
        let plan = self.plan_query(query, views)?;
        self.sources.clear();
        Ok(View { query: query.clone(), views: views.clone(), plan })
    }

    /// The pipeline that writes a planned query to a table.
    pub(super) fn pipeline(&mut self, view: View, target: String) -> Pipeline {
        self.sources.clear();
        let plan = self.plan_query(&view.query, &view.views).unwrap_or(view.plan);
        Pipeline { sources: std::mem::take(&mut self.sources), plan, target }
    }

    fn plan_query(&mut self, query: &Query, views: &Views) -> Result<LogicalPlan, SqlError> {
        let unsupported = [
            (query.with.is_some(), "WITH"),
            (query.order_by.is_some(), "ORDER BY"),
            (query.limit_clause.is_some(), "LIMIT"),
            (query.fetch.is_some(), "FETCH"),
        ];
        if let Some((_, what)) = unsupported.iter().find(|(present, _)| *present) {
            return Err(self.not_yet(self.places.range(query.span()), what));
        }
        match query.body.as_ref() {
            SetExpr::Select(select) => self.select(select, views),
            SetExpr::Query(query) => self.plan_query(query, views),
            other => Err(self.not_yet(self.places.range(other.span()), "this kind of query")),
        }
    }

    fn select(&mut self, select: &Select, views: &Views) -> Result<LogicalPlan, SqlError> {
        self.refuse_clauses(select)?;
        let [from] = &select.from[..] else {
            let span = self.places.range(select.span());
            return Err(SqlError::at(span, "a streaming query reads from one relation")
                .help("join further streams with JOIN … ON"));
        };
        let mut relation = self.from(from, views)?;
        for view in &select.lateral_views {
            relation = self.lateral_view(relation, view)?;
        }
        if let Some(selection) = &select.selection {
            let predicate = self.resolver(&relation.scope).predicate(selection)?;
            let input = Box::new(relation.plan);
            relation.plan = LogicalPlan::Filter { input, predicate, origin: FilterOrigin::Query };
        }
        self.project(relation, &select.projection)
    }

    fn refuse_clauses(&self, select: &Select) -> Result<(), SqlError> {
        let grouped =
            !matches!(&select.group_by, GroupByExpr::Expressions(e, m) if e.is_empty() && m.is_empty());
        let clauses = [
            (select.distinct.is_some(), "SELECT DISTINCT"),
            (grouped, "GROUP BY"),
            (select.having.is_some(), "HAVING"),
            (select.qualify.is_some(), "QUALIFY"),
            (!select.sort_by.is_empty(), "SORT BY"),
            (!select.cluster_by.is_empty(), "CLUSTER BY"),
            (!select.distribute_by.is_empty(), "DISTRIBUTE BY"),
            (!select.named_window.is_empty(), "WINDOW"),
        ];
        match clauses.iter().find(|(present, _)| *present) {
            Some((_, what)) => Err(self.not_yet(self.places.range(select.span()), what)),
            None => Ok(()),
        }
    }

    fn not_yet(&self, span: Range<usize>, what: &str) -> SqlError {
        SqlError::at(span, format!("{what} is not supported in a streaming query"))
            .help("supported are SELECT, WHERE, LATERAL VIEW explode and inner JOIN … ON over STREAM(table)")
    }

    fn resolver<'s>(&'s self, scope: &'s Scope) -> Resolver<'s> {
        Resolver { places: self.places, scope }
    }

    fn from(&mut self, from: &TableWithJoins, views: &Views) -> Result<Relation, SqlError> {
        let first = self.relation(&from.relation, views)?;
        from.joins.iter().try_fold(first, |left, join| self.join(left, join, views))
    }

    fn join(&mut self, left: Relation, join: &Join, views: &Views) -> Result<Relation, SqlError> {
        let span = self.places.range(join.relation.span());
        let on = match &join.join_operator {
            JoinOperator::Join(JoinConstraint::On(on)) | JoinOperator::Inner(JoinConstraint::On(on)) => on,
            JoinOperator::Join(_) | JoinOperator::Inner(_) => {
                return Err(
                    SqlError::at(span, "a join needs a condition").help("write JOIN … ON a.id = b.id")
                );
            }
            _ => return Err(self.not_yet(span, "a join other than INNER JOIN")),
        };
        let right = self.relation(&join.relation, views)?;
        let mut scope = left.scope;
        scope.entries.extend(right.scope.entries);
        let condition = Some(self.resolver(&scope).predicate(on)?);
        let (left, right) = (Box::new(left.plan), Box::new(right.plan));
        Ok(Relation { plan: LogicalPlan::Join { left, right, kind: JoinKind::Inner, condition }, scope })
    }

    fn relation(&mut self, factor: &TableFactor, views: &Views) -> Result<Relation, SqlError> {
        match factor {
            TableFactor::Table { name, alias, args, .. } => {
                let written = object_name(name, self.places)?;
                let is_stream = written.value.eq_ignore_ascii_case("stream");
                match args {
                    Some(args) if is_stream => self.stream(&written, args, alias.as_ref(), views),
                    Some(_) => {
                        Err(SqlError::at(written.span, format!("unknown table function `{}`", written.value))
                            .help("streams are read with STREAM(table)"))
                    }
                    None => self.named(&written, &written, alias.as_ref(), views, false),
                }
            }
            TableFactor::Derived { subquery, alias, .. } => {
                let plan = self.plan_query(subquery, views)?;
                let qualifier = alias_name(alias.as_ref(), self.places)?;
                let scope = Scope::of(plan.columns(), qualifier.as_deref());
                Ok(Relation { plan, scope })
            }
            other => Err(self.not_yet(self.places.range(other.span()), "this kind of relation")),
        }
    }

    /// `STREAM(name) [WATERMARK …] [AS alias]`
    fn stream(
        &mut self,
        keyword: &Name,
        args: &TableFunctionArgs,
        alias: Option<&TableAlias>,
        views: &Views,
    ) -> Result<Relation, SqlError> {
        let name = match &args.args[..] {
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))] => match expr {
                Ast::Identifier(ident) => {
                    Some(Name { value: ident.value.clone(), span: self.places.range(ident.span) })
                }
                Ast::CompoundIdentifier(parts) => parts.last().map(|ident| Name {
                    value: ident.value.clone(),
                    span: self.places.range(expr.span().union(&ident.span)),
                }),
                _ => None,
            },
            _ => None,
        };
        let name = name.ok_or_else(|| {
            SqlError::at(keyword.span.clone(), "STREAM takes the name of one table")
                .help("write STREAM(`my-table`)")
        })?;
        self.named(&name, keyword, alias, views, true)
    }

    /// A view or table by name, with the watermark clause that stands behind `place`.
    fn named(
        &mut self,
        name: &Name,
        place: &Name,
        alias: Option<&TableAlias>,
        views: &Views,
        streaming: bool,
    ) -> Result<Relation, SqlError> {
        let mut plan = match views.get(&name.value.to_lowercase()) {
            Some(view) => self.plan_query(&view.query.clone(), &view.views.clone())?,
            None => self.table(name, views, streaming)?,
        };
        if let Some(clause) = self.watermarks.get(&place.span.start).cloned() {
            plan = self.event_time(plan, &clause)?;
        }
        let qualifier = alias_name(alias, self.places)?.unwrap_or_else(|| name.value.clone());
        let scope = Scope::of(plan.columns(), Some(&qualifier));
        Ok(Relation { plan, scope })
    }

    fn table(&mut self, name: &Name, views: &Views, streaming: bool) -> Result<LogicalPlan, SqlError> {
        let Some(schema) = self.tables.schema(&name.value) else {
            let tables = self.tables.names();
            let known: Vec<&str> =
                tables.iter().map(String::as_str).chain(views.keys().map(String::as_str)).collect();
            let near = nearest(&name.value, known.iter().copied());
            let error = SqlError::at(
                name.span.clone(),
                format!("[TABLE_OR_VIEW_NOT_FOUND] The table or view `{}` cannot be found.", name.value),
            );
            return Err(match near.first() {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None if known.is_empty() => error.help("the job's database has no tables"),
                None => error.help(format!("there are {}", known.join(", "))),
            });
        };
        if !streaming {
            return Err(SqlError::at(
                name.span.clone(),
                format!("`{}` is a table, not a stream", name.value),
            )
            .help(format!("read it as STREAM(`{}`)", name.value)));
        }
        let fields = schema.fields().iter();
        let columns = fields.map(|f| self.ids.column(f.name(), f.data_type().clone(), true)).collect();
        self.sources.push(SourceTable {
            table: name.value.clone(),
            schema: schema.clone(),
            format: RecordFormat::default(),
        });
        Ok(LogicalPlan::Stream { source: self.sources.len() - 1, columns })
    }

    fn event_time(&self, plan: LogicalPlan, clause: &WatermarkClause) -> Result<LogicalPlan, SqlError> {
        let scope = Scope::of(plan.columns(), None);
        let name = Name { value: clause.column.clone(), span: clause.column_span.clone() };
        let Expr::Column { id, data_type, .. } = scope.resolve(&[name])? else {
            unreachable!("one name without a dot resolves to a column")
        };
        if !matches!(data_type, DataType::Timestamp(..)) {
            let found = types::sql_type_name(&data_type);
            return Err(SqlError::at(
                clause.column_span.clone(),
                format!(
                    "[EVENT_TIME_IS_NOT_ON_TIMESTAMP_TYPE] The event time `{}` has the invalid type \"{found}\", \
                     but expected \"TIMESTAMP\".",
                    clause.column
                ),
            )
            .help("make it a timestamp first: timestamp_seconds(x) for epoch seconds, CAST(x AS TIMESTAMP) for text"));
        }
        let millis = clause.delay.delay_millis();
        if millis < 0 {
            let delay = self.places.text(clause.delay_span.clone());
            let message = format!("requirement failed: delay threshold ({delay}) should not be negative.");
            return Err(SqlError::at(clause.delay_span.clone(), message));
        }
        Ok(LogicalPlan::EventTime { input: Box::new(plan), column: id, delay: Delay { millis } })
    }

    fn lateral_view(&mut self, relation: Relation, view: &LateralView) -> Result<Relation, SqlError> {
        let Ast::Function(call) = &view.lateral_view else {
            return Err(self.not_yet(self.places.range(view.lateral_view.span()), "this LATERAL VIEW"));
        };
        let qualifier = object_name(&view.lateral_view_name, self.places)?;
        let name = match &view.lateral_col_alias[..] {
            [] => "col".to_owned(),
            [one] => one.value.clone(),
            [_, second, ..] => {
                return Err(SqlError::at(self.places.range(second.span), "explode gives one column")
                    .help("name it with AS item"));
            }
        };
        let resolver = self.resolver(&relation.scope);
        let Some((array, mut outer)) = explode_call(&resolver, &view.lateral_view)? else {
            return Err(SqlError::at(
                self.places.range(call.name.span()),
                format!("unknown table-generating function `{}`", call.name),
            )
            .help("LATERAL VIEW takes explode(array) or explode_outer(array)"));
        };
        outer |= view.outer;
        let column = self.element(&name, &array);
        let mut scope = relation.scope;
        scope.entries.extend(Scope::of(vec![column.clone()], Some(&qualifier.value)).entries);
        Ok(Relation {
            plan: LogicalPlan::Explode { input: Box::new(relation.plan), array, outer, column },
            scope,
        })
    }

    fn element(&mut self, name: &str, array: &Expr) -> Column {
        let DataType::List(element) = array.data_type() else {
            unreachable!("explode_call checked the type")
        };
        self.ids.column(name, element.data_type().clone(), true)
    }

    fn project(&mut self, mut relation: Relation, items: &[SelectItem]) -> Result<LogicalPlan, SqlError> {
        let mut columns: Vec<(Expr, Column)> = Vec::new();
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
                    columns.push(self.item(&mut relation, expr, &name)?);
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    columns.push(self.item(&mut relation, expr, &alias.value)?);
                }
                other => return Err(self.not_yet(self.places.range(other.span()), "this select item")),
            }
        }
        Ok(LogicalPlan::Project { input: Box::new(relation.plan), columns })
    }

    /// `alias.*` or `struct_column.*`
    fn qualified_wildcard(
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
            let column = self.ids.column(&name, data_type.clone(), true);
            (Expr::Field { input: Box::new(value.clone()), index, name, data_type }, column)
        };
        Ok(fields.iter().enumerate().map(field).collect())
    }

    fn item(&mut self, relation: &mut Relation, ast: &Ast, name: &str) -> Result<(Expr, Column), SqlError> {
        if let Some((array, outer)) = explode_call(&self.resolver(&relation.scope), ast)? {
            let column = self.element(name, &array);
            let input = Box::new(std::mem::replace(
                &mut relation.plan,
                LogicalPlan::Stream { source: 0, columns: vec![] },
            ));
            relation.plan = LogicalPlan::Explode { input, array, outer, column: column.clone() };
            return Ok(self.renamed(&column, name));
        }
        let expr = self.resolver(&relation.scope).resolve(ast)?;
        let mut column = self.ids.column(name, expr.data_type(), expr.nullable());
        if let Expr::Column { id, .. } = &expr {
            // A plain rename keeps the event-time tag; any computation loses it.
            column.delay =
                relation.scope.entries.iter().find(|e| e.column.id == *id).and_then(|e| e.column.delay);
        }
        Ok((expr, column))
    }

    fn renamed(&mut self, column: &Column, name: &str) -> (Expr, Column) {
        let mut renamed = self.ids.column(name, column.data_type.clone(), column.nullable);
        renamed.delay = column.delay;
        (column_expr(column), renamed)
    }
}

/// The array and whether null arrays count, if the expression is `explode(array)` or `explode_outer(array)`.
fn explode_call(resolver: &Resolver<'_>, ast: &Ast) -> Result<Option<(Expr, bool)>, SqlError> {
    let Ast::Function(call) = ast else { return Ok(None) };
    let outer = match call.name.to_string().to_lowercase().as_str() {
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

/// The column name that Spark gives to an expression without alias.
fn default_name(ast: &Ast) -> String {
    match ast {
        Ast::Identifier(ident) => ident.value.clone(),
        Ast::CompoundIdentifier(parts) => parts.last().map(|p| p.value.clone()).unwrap_or_default(),
        Ast::Nested(inner) => default_name(inner),
        Ast::Function(call) if call.name.to_string().to_lowercase().starts_with("explode") => {
            "col".to_owned()
        }
        Ast::BinaryOp { .. } => format!("({ast})"),
        other => other.to_string(),
    }
}

fn alias_name(alias: Option<&TableAlias>, places: &Places<'_>) -> Result<Option<String>, SqlError> {
    let Some(alias) = alias else { return Ok(None) };
    match alias.columns.first() {
        None => Ok(Some(alias.name.value.clone())),
        Some(column) => Err(SqlError::at(
            places.range(column.name.span),
            "column aliases of a relation are not supported",
        )
        .help("rename the columns in a view")),
    }
}

/// The last part of a name; a database in front of it is the job's own.
pub(super) fn object_name(name: &ObjectName, places: &Places<'_>) -> Result<Name, SqlError> {
    Ok(name_parts(name, places)?.pop().expect("a name has at least one part"))
}

fn name_parts(name: &ObjectName, places: &Places<'_>) -> Result<Vec<Name>, SqlError> {
    let part = |part: &sqlparser::ast::ObjectNamePart| match part.as_ident() {
        Some(ident) => Ok(Name { value: ident.value.clone(), span: places.range(ident.span) }),
        None => Err(SqlError::at(places.range(name.span()), format!("`{name}` is not a plain name"))),
    };
    name.0.iter().map(part).collect()
}

//! Parsed query → [`LogicalPlan`]: relations, lateral views, conditions, projection.

use std::collections::BTreeMap;
use std::ops::Range;

use arrow::datatypes::DataType;
use sqlparser::ast::{
    Distinct, Expr as Ast, FunctionArg, FunctionArgExpr, Join, JoinConstraint, JoinOperator, LateralView,
    ObjectName, Query, Select, SetExpr, SetOperator, SetQuantifier, Spanned, TableAlias, TableFactor,
    TableFunctionArgs, TableWithJoins,
};

use super::Tables;
use super::coerce::{cast_to, common_type};
use super::error::{Places, SqlError, nearest};
use super::expr::{Aggregation, Resolver, holds_map};
use super::hoist::{Hoist, window_type};
use super::prepass::WatermarkClause;
use super::project::explode_call;
use super::scope::{Name, Scope};
use crate::plan::{
    Column, ColumnIds, Delay, Expr, FilterOrigin, JoinKind, LogicalPlan, Pipeline, RecordFormat, SourceTable,
};
use crate::types;

/// A temporary view: planned anew wherever it is used, so that two uses are two streams with columns of their own.
#[derive(Debug, Clone)]
pub(super) struct View {
    query: Query,
    views: Views,
    plan: LogicalPlan,
}

/// What the queries of one pipeline share.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    pub(super) ids: ColumnIds,
    pub(super) sources: Vec<SourceTable>,
}

/// What relations are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// `STREAM(table)`: everything that a table will ever hold.
    Streams,
    /// `table`: what it holds now.
    Tables,
}

/// Plans the queries of one text.
pub(super) struct Planner<'a> {
    pub(super) reading: Reading,
    pub(super) places: &'a Places<'a>,
    pub(super) tables: &'a dyn Tables,
    pub(super) watermarks: BTreeMap<usize, WatermarkClause>,
    pub(super) plans: &'a mut Plans,
}

/// A relation and the names that its columns go by.
#[derive(Debug, Clone)]
pub(crate) struct Relation {
    pub(super) plan: LogicalPlan,
    pub(super) scope: Scope,
}

impl Relation {
    /// All columns of a plan under one name.
    pub(super) fn of(plan: LogicalPlan, qualifier: Option<&str>) -> Self {
        Self { scope: Scope::of(plan.columns(), qualifier), plan }
    }
}

pub(super) type Views = BTreeMap<String, View>;

impl Planner<'_> {
    /// Plans a query as a view. Its streams count only where the view is used.
    pub(super) fn query(&mut self, query: &Query, views: &Views) -> Result<View, SqlError> {
        let plan = self.plan_query(query, views)?;
        self.plans.sources.clear();
        Ok(View { query: query.clone(), views: views.clone(), plan })
    }

    /// The pipeline that writes a planned query to a table.
    pub(super) fn pipeline(&mut self, view: View, target: String) -> Pipeline {
        self.plans.sources.clear();
        let plan = self.plan_query(&view.query, &view.views).unwrap_or(view.plan);
        Pipeline { sources: std::mem::take(&mut self.plans.sources), plan, target }
    }

    fn plan_query(&mut self, query: &Query, views: &Views) -> Result<LogicalPlan, SqlError> {
        self.refuse_ordering(query)?;
        let mut with = views.clone();
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            let planned = self.plan_query(&cte.query, &with)?;
            let view = View { query: (*cte.query).clone(), views: with.clone(), plan: planned };
            with.insert(cte.alias.name.value.to_lowercase(), view);
        }
        self.set_expr(&query.body, &with)
    }

    fn set_expr(&mut self, body: &SetExpr, views: &Views) -> Result<LogicalPlan, SqlError> {
        match body {
            SetExpr::Select(select) => self.select(select, views),
            SetExpr::Query(query) => self.plan_query(query, views),
            SetExpr::SetOperation {
                op: SetOperator::Union,
                set_quantifier: SetQuantifier::All,
                left,
                right,
            } => {
                let inputs = vec![self.set_expr(left, views)?, self.set_expr(right, views)?];
                self.union(inputs, self.places.range(body.span()))
            }
            other => Err(self.not_yet(self.places.range(other.span()), "this kind of query")),
        }
    }

    /// Spark has no order in a stream.
    fn refuse_ordering(&self, query: &Query) -> Result<(), SqlError> {
        let span = || self.places.range(query.span());
        if query.order_by.is_some() && self.reading == Reading::Tables {
            return Err(self.not_yet(span(), "ORDER BY"));
        }
        if query.order_by.is_some() {
            return Err(SqlError::at(
                span(),
                "Sorting is not supported on streaming DataFrames/Datasets, unless it is on aggregated \
                 DataFrame/Dataset in Complete output mode",
            )
            .help("order the rows where they are read"));
        }
        match query.limit_clause.is_some() || query.fetch.is_some() {
            true => Err(self.not_yet(span(), "LIMIT")),
            false => Ok(()),
        }
    }

    fn select(&mut self, select: &Select, views: &Views) -> Result<LogicalPlan, SqlError> {
        let [from] = &select.from[..] else {
            let span = self.places.range(select.span());
            let kind = self.kind();
            return Err(SqlError::at(span, format!("a {kind} reads from one relation"))
                .help("join further ones with JOIN … ON"));
        };
        let relation = self.from(from, views)?;
        self.select_over(relation, select)
    }

    /// Everything of a SELECT behind its FROM.
    pub(super) fn select_over(
        &mut self,
        mut relation: Relation,
        select: &Select,
    ) -> Result<LogicalPlan, SqlError> {
        self.refuse_clauses(select)?;
        for view in &select.lateral_views {
            relation = self.lateral_view(relation, view)?;
        }
        if let Some(selection) = &select.selection {
            relation = self.filter(relation, selection)?;
        }
        let plan = self.grouped_or_plain(relation, select)?;
        match &select.distinct {
            None | Some(Distinct::All) => Ok(plan),
            Some(Distinct::Distinct) => {
                self.check_set_operation(&plan.columns(), self.places.range(select.span()))?;
                let keys = plan.columns().iter().map(|c| c.id).collect();
                Ok(LogicalPlan::Aggregate { input: Box::new(plan), keys, session: None, aggregates: vec![] })
            }
            Some(other) => Err(self.not_yet(self.places.range(select.span()), &other.to_string())),
        }
    }

    /// Rows with maps are not compared with each other.
    pub(super) fn check_set_operation(&self, columns: &[Column], span: Range<usize>) -> Result<(), SqlError> {
        match columns.iter().find(|c| holds_map(&c.data_type)) {
            Some(column) => Err(SqlError::at(
                span,
                format!(
                    "[UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE] The feature is not supported: Cannot have MAP \
                     type columns in DataFrame which calls set operations (INTERSECT, EXCEPT, etc.), but the type of \
                     column `{}` is \"{}\".",
                    column.name,
                    types::sql_type_name(&column.data_type)
                ),
            )
            .help("drop the map, or take the columns that tell rows apart")),
            None => Ok(()),
        }
    }

    /// Rows for which a condition is true.
    pub(super) fn filter(&mut self, relation: Relation, predicate: &Ast) -> Result<Relation, SqlError> {
        let hoist = Hoist::default();
        let predicate = self.resolver(&relation.scope, &hoist).condition(predicate, |text, found| {
            format!(
                "[DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN] Cannot resolve \"{text}\" due to data type mismatch: Filter \
                 expression \"{text}\" of type \"{found}\" is not a boolean."
            )
        })?;
        let (input, _) = hoist.apply_windows(relation.plan);
        let plan = LogicalPlan::Filter { input: Box::new(input), predicate, origin: FilterOrigin::Query };
        Ok(Relation { plan, scope: relation.scope })
    }

    fn refuse_clauses(&self, select: &Select) -> Result<(), SqlError> {
        let clauses = [
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

    pub(super) fn not_yet(&self, span: Range<usize>, what: &str) -> SqlError {
        let relations = match self.reading {
            Reading::Streams => "STREAM(table)",
            Reading::Tables => "tables",
        };
        SqlError::at(span, format!("{what} is not supported in a {}", self.kind())).help(format!(
            "supported are SELECT [DISTINCT], WHERE, GROUP BY, HAVING, LATERAL VIEW explode, JOIN … ON and UNION ALL \
             over {relations}"
        ))
    }

    fn kind(&self) -> &'static str {
        match self.reading {
            Reading::Streams => "streaming query",
            Reading::Tables => "batch job",
        }
    }

    pub(super) fn resolver<'s>(&'s self, scope: &'s Scope, hoist: &'s Hoist) -> Resolver<'s> {
        let aggregation = Aggregation::InCondition;
        Resolver { places: self.places, scope, input: scope, ids: &self.plans.ids, hoist, aggregation }
    }

    fn from(&mut self, from: &TableWithJoins, views: &Views) -> Result<Relation, SqlError> {
        let first = self.relation(&from.relation, views)?;
        from.joins.iter().try_fold(first, |left, join| self.join(left, join, views))
    }

    fn join(&mut self, left: Relation, join: &Join, views: &Views) -> Result<Relation, SqlError> {
        use JoinOperator as J;
        let span = self.places.range(join.relation.span());
        let (kind, constraint) = match &join.join_operator {
            J::Join(on) | J::Inner(on) => (JoinKind::Inner, Some(on)),
            J::Left(on) | J::LeftOuter(on) => (JoinKind::LeftOuter, Some(on)),
            J::Right(on) | J::RightOuter(on) => (JoinKind::RightOuter, Some(on)),
            J::FullOuter(on) => (JoinKind::FullOuter, Some(on)),
            J::Semi(on) | J::LeftSemi(on) => (JoinKind::LeftSemi, Some(on)),
            J::Anti(on) | J::LeftAnti(on) => (JoinKind::LeftAnti, Some(on)),
            _ => (JoinKind::Inner, None),
        };
        let Some(JoinConstraint::On(on)) = constraint else {
            return Err(SqlError::at(span, "a join needs a condition").help("write JOIN … ON a.id = b.id"));
        };
        let right = self.relation(&join.relation, views)?;
        self.join_on(left, right, kind, on)
    }

    /// Two relations joined on a condition over both.
    pub(super) fn join_on(
        &mut self,
        left: Relation,
        right: Relation,
        kind: JoinKind,
        on: &Ast,
    ) -> Result<Relation, SqlError> {
        let mut scope = left.scope;
        let left_width = scope.entries.len();
        scope.entries.extend(right.scope.entries);
        let hoist = Hoist::default();
        let condition = self.resolver(&scope, &hoist).condition(on, |text, found| {
            format!(
                "[JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE] The join condition \"{text}\" has the invalid type \"{found}\", \
                 expected \"BOOLEAN\"."
            )
        });
        let condition = Some(condition?);
        if !hoist.window_columns().is_empty() {
            let span = self.places.range(on.span());
            return Err(self.not_yet(span, "window() in a join condition"));
        }
        let (left, right) = (Box::new(left.plan), Box::new(right.plan));
        let plan = LogicalPlan::Join { left, right, kind, condition };
        if kind.is_left_only() {
            scope.entries.truncate(left_width);
        }
        for (entry, column) in scope.entries.iter_mut().zip(plan.columns()) {
            entry.column.nullable = column.nullable;
        }
        Ok(Relation { plan, scope })
    }

    /// The rows of all inputs; columns meet by position in their common types.
    pub(super) fn union(
        &mut self,
        inputs: Vec<LogicalPlan>,
        span: Range<usize>,
    ) -> Result<LogicalPlan, SqlError> {
        let columns: Vec<Vec<Column>> = inputs.iter().map(LogicalPlan::columns).collect();
        let (first, second) = (&columns[0], &columns[1]);
        if first.len() != second.len() {
            return Err(SqlError::at(
                span,
                format!(
                    "[NUM_COLUMNS_MISMATCH] UNION can only be performed on inputs with the same number of columns, \
                     but the first input has {} columns and the second input has {} columns.",
                    first.len(),
                    second.len()
                ),
            ));
        }
        let mut output = Vec::new();
        for (a, b) in first.iter().zip(second) {
            let Some(data_type) = common_type(&a.data_type, &b.data_type) else {
                let (left, right) = (types::sql_type_name(&a.data_type), types::sql_type_name(&b.data_type));
                return Err(SqlError::at(
                    span,
                    format!(
                        "[INCOMPATIBLE_COLUMN_TYPE] column `{}` is {left} in one input and {right} in the other",
                        a.name
                    ),
                ));
            };
            let mut column = self.plans.ids.column(&a.name, data_type, a.nullable || b.nullable);
            column.delay = a.delay;
            output.push(column);
        }
        let coerced = inputs.into_iter().zip(&columns);
        let inputs = coerced.map(|(input, columns)| self.coerced(input, columns, &output)).collect();
        Ok(LogicalPlan::Union { inputs, columns: output })
    }

    /// An input of a union in the types of its output.
    fn coerced(&self, input: LogicalPlan, columns: &[Column], to: &[Column]) -> LogicalPlan {
        if columns.iter().zip(to).all(|(a, b)| a.data_type == b.data_type) {
            return input;
        }
        let cast = |(from, to): (&Column, &Column)| {
            let column = self.plans.ids.column(&from.name, to.data_type.clone(), true);
            (cast_to(from.reference(), &to.data_type), column)
        };
        LogicalPlan::Project { input: Box::new(input), columns: columns.iter().zip(to).map(cast).collect() }
    }

    fn relation(&mut self, factor: &TableFactor, views: &Views) -> Result<Relation, SqlError> {
        match factor {
            TableFactor::Table { name, alias, args, .. } => {
                let (database, written) = match self.reading {
                    Reading::Streams => (None, object_name(name, self.places)?),
                    Reading::Tables => qualified_name(name, self.places)?,
                };
                let is_stream = written.value.eq_ignore_ascii_case("stream");
                match args {
                    Some(_) if is_stream && self.reading == Reading::Tables => {
                        Err(SqlError::at(written.span, "a batch job reads tables, not streams")
                            .help("read it by its name alone"))
                    }
                    Some(args) if is_stream => self.stream(&written, args, alias.as_ref(), views),
                    Some(_) => {
                        Err(SqlError::at(written.span, format!("unknown table function `{}`", written.value))
                            .help("streams are read with STREAM(table)"))
                    }
                    None => self.named(database, &written, &written, alias.as_ref(), views, false),
                }
            }
            TableFactor::Derived { subquery, alias, .. } => {
                let plan = self.plan_query(subquery, views)?;
                let qualifier = alias_name(alias.as_ref(), self.places)?;
                Ok(Relation::of(plan, qualifier.as_deref()))
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
        self.named(None, &name, keyword, alias, views, true)
    }

    /// A view or table by name, with the watermark clause that stands behind `place`.
    fn named(
        &mut self,
        database: Option<Name>,
        name: &Name,
        place: &Name,
        alias: Option<&TableAlias>,
        views: &Views,
        streaming: bool,
    ) -> Result<Relation, SqlError> {
        let view = views.get(&name.value.to_lowercase()).filter(|_| database.is_none());
        let mut plan = match view {
            Some(view) => self.plan_query(&view.query.clone(), &view.views.clone())?,
            None => self.table(&qualified(database, name), views, streaming)?,
        };
        if let Some(clause) = self.watermarks.get(&place.span.start).cloned() {
            plan = self.event_time(plan, &clause)?;
        }
        let qualifier = alias_name(alias, self.places)?.unwrap_or_else(|| name.value.clone());
        Ok(Relation::of(plan, Some(&qualifier)))
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
        if !streaming && self.reading == Reading::Streams {
            return Err(SqlError::at(
                name.span.clone(),
                format!("`{}` is a table, not a stream", name.value),
            )
            .help(format!("read it as STREAM(`{}`)", name.value)));
        }
        let fields = schema.fields().iter();
        let columns = fields.map(|f| self.plans.ids.column(f.name(), f.data_type().clone(), true)).collect();
        self.plans.sources.push(SourceTable {
            table: name.value.clone(),
            schema: schema.clone(),
            format: RecordFormat::default(),
        });
        Ok(LogicalPlan::Stream { source: self.plans.sources.len() - 1, columns })
    }

    /// Declares the event time of a relation.
    pub(super) fn event_time(
        &self,
        plan: LogicalPlan,
        clause: &WatermarkClause,
    ) -> Result<LogicalPlan, SqlError> {
        let scope = Scope::of(plan.columns(), None);
        let name = Name { value: clause.column.clone(), span: clause.column_span.clone() };
        let Expr::Column { id, data_type, .. } = scope.resolve(&[name])? else {
            unreachable!("one name without a dot resolves to a column")
        };
        if !matches!(data_type, DataType::Timestamp(..)) && data_type != window_type() {
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
            let delay = &clause.delay_text;
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
        let hoist = Hoist::default();
        let resolver = self.resolver(&relation.scope, &hoist);
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

    pub(super) fn element(&mut self, name: &str, array: &Expr) -> Column {
        let DataType::List(element) = array.data_type() else {
            unreachable!("explode_call checked the type")
        };
        self.plans.ids.column(name, element.data_type().clone(), true)
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

/// A table's name under its database, as one.
fn qualified(database: Option<Name>, table: &Name) -> Name {
    match database {
        None => table.clone(),
        Some(database) => Name {
            value: format!("{}.{}", database.value, table.value),
            span: database.span.start..table.span.end,
        },
    }
}

/// A table's name and that of its database, if there is one.
pub(super) fn qualified_name(
    name: &ObjectName,
    places: &Places<'_>,
) -> Result<(Option<Name>, Name), SqlError> {
    let mut parts = name_parts(name, places)?;
    if parts.len() == 3 && parts[0].value.eq_ignore_ascii_case("spark_catalog") {
        parts.remove(0);
    }
    let span = parts[0].span.start..parts[parts.len() - 1].span.end;
    match <[Name; 2]>::try_from(parts) {
        Ok([database, table]) => Ok((Some(database), table)),
        Err(mut parts) if parts.len() == 1 => Ok((None, parts.remove(0))),
        Err(_) => {
            Err(SqlError::at(span, format!("[REQUIRES_SINGLE_PART_NAMESPACE] `{name}` has too many parts"))
                .help("write database.table"))
        }
    }
}

/// The last part of a name; a database in front of it is the job's own.
pub(super) fn object_name(name: &ObjectName, places: &Places<'_>) -> Result<Name, SqlError> {
    Ok(name_parts(name, places)?.pop().expect("a name has at least one part"))
}

pub(super) fn name_parts(name: &ObjectName, places: &Places<'_>) -> Result<Vec<Name>, SqlError> {
    let part = |part: &sqlparser::ast::ObjectNamePart| match part.as_ident() {
        Some(ident) => Ok(Name { value: ident.value.clone(), span: places.range(ident.span) }),
        None => Err(SqlError::at(places.range(name.span()), format!("`{name}` is not a plain name"))),
    };
    name.0.iter().map(part).collect()
}

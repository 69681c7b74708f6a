//! A plan as one DuckDB query: every operator is a common table expression over those below it.
//!
//! Rows carry, beside the columns that somebody above asks for:
//!
//! | column | |
//! |---|---|
//! | `__batch` | the batch in which the row came to be: was read, found its match, or was final |
//! | `__order` | its place in that batch, as a list of numbers; null where the engine defines none |
//!
//! A stateful operator drops what is late by the watermark of the row's batch. What it lets out belongs to the batch
//! in which the watermark has passed it; what no batch has let out yet is not there.

use std::collections::BTreeSet;

use arrow::datatypes::DataType;
use wavetank_engine::plan::{
    AggregateExpr, Column, ColumnId, Expr, JoinKind, LogicalPlan, OutputMode, TimeWindow,
};

use super::expr::{Exprs, column};
use super::timing::{SCHEMA, Timing};
use super::{TableHolds, Unsupported, aggregate, types};
use crate::model::SideTiming;

/// A query that recomputes a plan's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    /// One row per row of the answer, under the plan's column names.
    pub(super) sql: String,
    /// Per source, the columns of its table: name, type, and position in a record.
    pub(super) sources: Vec<Vec<SourceColumn>>,
    /// Whether floating numbers may differ in their last digits.
    pub(super) inexact: bool,
}

/// A column of a source's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourceColumn {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) position: usize,
}

/// Rows under construction.
struct Rows {
    /// Name of the table expression.
    name: String,
    /// Whether `__order` is defined.
    ordered: bool,
}

type Needed = BTreeSet<ColumnId>;

struct Translator<'t> {
    timing: &'t Timing,
    mode: OutputMode,
    holds: TableHolds,
    exprs: Exprs,
    /// Table expressions in the order of their definition.
    expressions: Vec<String>,
    sources: Vec<Vec<SourceColumn>>,
    /// Stateful operators met so far, in plan pre-order.
    stateful: usize,
}

/// Translates a plan as it was written, before the engine's optimizer.
pub(super) fn translate(
    plan: &LogicalPlan,
    sources: usize,
    timing: &Timing,
    mode: OutputMode,
    holds: TableHolds,
) -> Result<Query, Unsupported> {
    let mut translator = Translator {
        timing,
        mode,
        holds,
        exprs: Exprs::default(),
        expressions: vec![],
        sources: vec![vec![]; sources],
        stateful: 0,
    };
    let columns = plan.columns();
    let rows = translator.node(plan, &columns.iter().map(|column| column.id).collect())?;
    let items = columns.iter().map(|c| {
        let name = crate::check::database::quote(&c.name);
        Ok(format!("CAST({} AS {}) AS {name}", column(c.id), types::name(&c.data_type)?))
    });
    let items = items.collect::<Result<Vec<_>, Unsupported>>()?.join(", ");
    let with = translator.expressions.join(",\n");
    Ok(Query {
        sql: format!("WITH RECURSIVE {with}\nSELECT {items} FROM {}", rows.name),
        sources: translator.sources,
        inexact: translator.exprs.inexact.get(),
    })
}

impl Translator<'_> {
    /// Adds a table expression.
    fn define(&mut self, sql: &str) -> String {
        let name = format!("t{}", self.expressions.len());
        self.expressions.push(format!("{name} AS ({sql})"));
        name
    }

    /// Adds a table expression that is computed once, whoever reads it.
    fn define_once(&mut self, sql: &str) -> String {
        let name = format!("t{}", self.expressions.len());
        self.expressions.push(format!("{name} AS MATERIALIZED ({sql})"));
        name
    }

    fn node(&mut self, plan: &LogicalPlan, needed: &Needed) -> Result<Rows, Unsupported> {
        match plan {
            LogicalPlan::Stream { source, columns } => self.stream(*source, columns, needed),
            LogicalPlan::Project { input, columns } => self.project(input, columns, needed),
            LogicalPlan::Filter { input, predicate, .. } => {
                let below = self.node(input, &with(needed, predicate.references()))?;
                let condition = self.exprs.sql(predicate)?;
                let items = carried(&input.columns(), needed);
                let sql = format!("SELECT {items}__batch, __order FROM {} WHERE {condition}", below.name);
                Ok(Rows { name: self.define(&sql), ..below })
            }
            LogicalPlan::EventTime { input, .. } => self.node(input, needed),
            LogicalPlan::Explode { input, array, outer, column } => {
                self.explode(input, array, *outer, column, needed)
            }
            LogicalPlan::Window { input, time, window, column } => {
                self.window(input, time, *window, column, needed)
            }
            LogicalPlan::Union { inputs, columns } => self.union(inputs, columns, needed),
            LogicalPlan::Aggregate { input, keys, session: None, aggregates } => {
                self.aggregate(input, keys, aggregates, needed)
            }
            LogicalPlan::Deduplicate { input, keys, within_watermark } => {
                self.deduplicate(input, keys, *within_watermark, needed)
            }
            LogicalPlan::Join { left, right, kind, condition } => {
                self.join([left, right], *kind, condition.as_ref(), needed)
            }
            LogicalPlan::Session { .. } | LogicalPlan::Aggregate { session: Some(_), .. } => {
                Err("session windows".into())
            }
            LogicalPlan::RowWindow { function, .. } => Err(format!("`{function}` over neighbouring rows")),
        }
    }

    fn stream(&mut self, source: usize, columns: &[Column], needed: &Needed) -> Result<Rows, Unsupported> {
        let mut table = Vec::new();
        for (position, c) in columns.iter().enumerate().filter(|(_, c)| needed.contains(&c.id)) {
            table.push(SourceColumn { name: column(c.id), kind: types::name(&c.data_type)?, position });
        }
        let items = carried(columns, needed);
        self.sources[source] = table;
        let order = format!("[{source}, __position]::BIGINT[]");
        let sql = format!("SELECT {items}__batch, {order} AS __order FROM {SCHEMA}.source{source}");
        Ok(Rows { name: self.define(&sql), ordered: true })
    }

    fn project(
        &mut self,
        input: &LogicalPlan,
        columns: &[(Expr, Column)],
        needed: &Needed,
    ) -> Result<Rows, Unsupported> {
        let wanted: Vec<&(Expr, Column)> = columns.iter().filter(|(_, c)| needed.contains(&c.id)).collect();
        let below = self.node(input, &wanted.iter().flat_map(|(expr, _)| expr.references()).collect())?;
        let mut items = String::new();
        for (expr, c) in wanted {
            items += &format!("{} AS {}, ", self.exprs.sql(expr)?, column(c.id));
        }
        let sql = format!("SELECT {items}__batch, __order FROM {}", below.name);
        Ok(Rows { name: self.define(&sql), ..below })
    }

    fn explode(
        &mut self,
        input: &LogicalPlan,
        array: &Expr,
        outer: bool,
        element: &Column,
        needed: &Needed,
    ) -> Result<Rows, Unsupported> {
        let below = self.node(input, &with(needed, array.references()))?;
        let kind = types::name(&array.data_type())?;
        let mut list = self.exprs.sql(array)?;
        if outer {
            list =
                format!("CASE WHEN coalesce(len({list}), 0) = 0 THEN CAST([NULL] AS {kind}) ELSE {list} END");
        }
        let items = carried(&input.columns(), needed);
        let lists = self.define(&format!("SELECT *, {list} AS __list FROM {}", below.name));
        let sql = format!(
            "SELECT {items}{element}, __batch, list_append(__order, __at) AS __order FROM (SELECT *, unnest(__list) AS \
             {element}, generate_subscripts(__list, 1) AS __at FROM {lists})",
            element = column(element.id),
        );
        Ok(Rows { name: self.define(&sql), ..below })
    }

    fn window(
        &mut self,
        input: &LogicalPlan,
        time: &Expr,
        window: TimeWindow,
        into: &Column,
        needed: &Needed,
    ) -> Result<Rows, Unsupported> {
        let below = self.node(input, &with(needed, time.references()))?;
        let time = format!("epoch_us({})", self.exprs.sql(time)?);
        let TimeWindow { duration, slide, offset } = window;
        let last = format!("{time} - ((({time} - {offset}) % {slide}) + {slide}) % {slide}");
        let starts = format!("range({last}, {time} - {duration}, -{slide})");
        let lists = self.define(&format!("SELECT *, {starts} AS __list FROM {}", below.name));
        let bounds =
            format!("\"start\" := make_timestamp(__start), \"end\" := make_timestamp(__start + {duration})");
        let items = carried(&input.columns(), needed);
        let sql = format!(
            "SELECT {items}struct_pack({bounds}) AS {}, __batch, list_append(__order, __at) AS __order FROM (SELECT *, \
             unnest(__list) AS __start, generate_subscripts(__list, 1) AS __at FROM {lists})",
            column(into.id),
        );
        Ok(Rows { name: self.define(&sql), ..below })
    }

    fn union(
        &mut self,
        inputs: &[LogicalPlan],
        columns: &[Column],
        needed: &Needed,
    ) -> Result<Rows, Unsupported> {
        let mut selects = Vec::new();
        let mut ordered = true;
        for input in inputs {
            let own = input.columns();
            let pairs = own.iter().zip(columns).filter(|(_, c)| needed.contains(&c.id));
            let pairs: Vec<(ColumnId, ColumnId)> = pairs.map(|(own, c)| (own.id, c.id)).collect();
            let below = self.node(input, &pairs.iter().map(|(own, _)| *own).collect())?;
            ordered &= below.ordered;
            let items = pairs.iter().map(|(own, c)| format!("{} AS {}, ", column(*own), column(*c)));
            let items: String = items.collect();
            selects.push(format!("SELECT {items}__batch, __order FROM {}", below.name));
        }
        Ok(Rows { name: self.define(&selects.join(" UNION ALL ")), ordered })
    }

    /// The number of the stateful operator that is entered.
    fn enter(&mut self) -> usize {
        self.stateful += 1;
        self.stateful - 1
    }

    /// The rows that are not late at an operator.
    fn accepted(&mut self, rows: &Rows, operator: usize, time: Option<&Column>) -> String {
        let Some(time) = time.map(micros_of) else { return rows.name.clone() };
        self.define(&format!(
            "SELECT r.* FROM {} r JOIN {SCHEMA}.times w ON w.batch = r.__batch \
             WHERE NOT coalesce({time} <= w.late{operator}, false)",
            rows.name
        ))
    }

    /// The first batch whose watermark of that name has reached a mark.
    fn closing(&mut self, watermark: &str) -> String {
        self.define(&format!(
            "SELECT {watermark} AS __mark, min(batch) AS __closed FROM {SCHEMA}.times WHERE {watermark} IS NOT NULL \
             GROUP BY 1"
        ))
    }

    fn aggregate(
        &mut self,
        input: &LogicalPlan,
        keys: &[ColumnId],
        aggregates: &[(AggregateExpr, Column)],
        needed: &Needed,
    ) -> Result<Rows, Unsupported> {
        let operator = self.enter();
        let wanted: Vec<&(AggregateExpr, Column)> =
            aggregates.iter().filter(|(_, c)| needed.contains(&c.id)).collect();
        let reads = wanted.iter().flat_map(|(call, _)| call.args.iter().chain(&call.filter));
        let below = with(&keys.iter().copied().collect(), reads.flat_map(Expr::references));
        let rows = self.node(input, &below)?;
        let columns = input.columns();
        let keys: Vec<&Column> = columns.iter().filter(|c| keys.contains(&c.id)).collect();
        if let Some(key) = keys.iter().find(|key| types::hides_floats(&key.data_type)) {
            return Err(format!("groups by a value of type {}", key.data_type));
        }
        let time = keys.iter().copied().find(|key| key.delay.is_some());
        let accepted = match self.mode {
            OutputMode::Complete => rows.name,
            _ => self.accepted(&rows, operator, time),
        };
        // Minus zero is zero.
        let unique = |c: &Column| {
            let name = column(c.id);
            let is_key = c.data_type.is_floating() && keys.iter().any(|key| key.id == c.id);
            if is_key { format!("({name} + 0) AS {name}, ") } else { format!("{name}, ") }
        };
        let items: String = columns.iter().filter(|c| below.contains(&c.id)).map(unique).collect();
        let grouped = self.define_once(&format!("SELECT {items}__batch FROM {accepted}"));
        let mut calls = String::new();
        for (call, c) in wanted {
            calls += &format!("{} AS {}, ", aggregate::sql(&self.exprs, call)?, column(c.id));
        }
        let names: Vec<String> = keys.iter().map(|key| column(key.id)).collect();
        let name = match self.mode {
            OutputMode::Append => self.final_groups(&grouped, &names, &calls, operator, time)?,
            OutputMode::Update | OutputMode::Complete => self.versions(&grouped, &names, &calls),
        };
        Ok(Rows { name, ordered: false })
    }

    /// Groups that a watermark has passed, in the batch in which it did.
    fn final_groups(
        &mut self,
        rows: &str,
        keys: &[String],
        calls: &str,
        operator: usize,
        time: Option<&Column>,
    ) -> Result<String, Unsupported> {
        let time = time.map(micros_of).ok_or("groups without an event time in append mode")?;
        let keys = keys.join(", ");
        let groups = self.define(&format!(
            "SELECT {keys}, {calls}max(__batch) AS __last, {time} AS __time FROM {rows} GROUP BY {keys}"
        ));
        let closing = self.closing(&format!("evict{operator}"));
        Ok(self.define(&format!(
            "SELECT g.* EXCLUDE (__last, __time), greatest(g.__last, k.__closed) AS __batch, \
             CAST(NULL AS BIGINT[]) AS __order FROM {groups} g ASOF JOIN {closing} k ON g.__time <= k.__mark"
        )))
    }

    /// Groups as they stood after every batch that gave them to the sink, or after the last of these.
    fn versions(&mut self, rows: &str, keys: &[String], calls: &str) -> String {
        let named: String = keys.iter().map(|key| format!("{key} AS k_{key}, ")).collect();
        let list: String = keys.iter().map(|key| format!("{key}, ")).collect();
        let given = match (self.mode, self.holds, keys) {
            (_, TableHolds::EveryBatch, []) => format!("SELECT batch AS __at FROM {SCHEMA}.times"),
            (_, TableHolds::Latest, []) => {
                format!("SELECT max(batch) AS __at FROM {SCHEMA}.times HAVING count(*) > 0")
            }
            (OutputMode::Complete, TableHolds::EveryBatch, _) => format!(
                "SELECT DISTINCT {named}w.batch AS __at FROM {rows} r JOIN {SCHEMA}.times w ON w.batch >= r.__batch"
            ),
            (OutputMode::Complete, TableHolds::Latest, _) => {
                format!("SELECT DISTINCT {named}(SELECT max(batch) FROM {SCHEMA}.times) AS __at FROM {rows}")
            }
            (_, TableHolds::EveryBatch, _) => format!("SELECT DISTINCT {named}__batch AS __at FROM {rows}"),
            (_, TableHolds::Latest, _) => {
                let keys = keys.join(", ");
                format!("SELECT {named}max(__batch) AS __at FROM {rows} GROUP BY {keys}")
            }
        };
        let given = self.define(&given);
        let same: String =
            keys.iter().map(|key| format!("{key} IS NOT DISTINCT FROM k_{key} AND ")).collect();
        self.define(&format!(
            "SELECT {list}{calls}__at AS __batch, CAST(NULL AS BIGINT[]) AS __order \
             FROM {given} LEFT JOIN {rows} ON {same}__batch <= __at GROUP BY {list}__at"
        ))
    }

    fn deduplicate(
        &mut self,
        input: &LogicalPlan,
        keys: &[ColumnId],
        within_watermark: bool,
        needed: &Needed,
    ) -> Result<Rows, Unsupported> {
        let operator = self.enter();
        let columns = input.columns();
        let time = columns.iter().find(|c| c.delay.is_some());
        let below = with(&with(needed, keys.iter().copied()), time.map(|c| c.id));
        let rows = self.node(input, &below)?;
        if let Some(key) = columns.iter().find(|c| keys.contains(&c.id) && types::has_floats(&c.data_type)) {
            return Err(format!("duplicates by a value of type {}", key.data_type));
        }
        // Which of a key's rows is the first matters only where they differ in something.
        let remembers = within_watermark.then_some(time).flatten().map(|c| c.id);
        let all_in_key = needed.iter().copied().chain(remembers).all(|id| keys.contains(&id));
        if !rows.ordered && !all_in_key {
            return Err("the first of rows whose order is not defined".into());
        }
        let accepted = self.accepted(&rows, operator, time);
        let items = carried(&columns, needed);
        let names: Vec<String> = keys.iter().map(|key| column(*key)).collect();
        let names = names.join(", ");
        let name = match time.filter(|_| within_watermark) {
            Some(time) => self.first_within(&accepted, &names, &items, operator, time),
            None => self.define(&format!(
                "SELECT {items}__batch, __order FROM {accepted} \
                 QUALIFY row_number() OVER (PARTITION BY {names} ORDER BY __batch, __order) = 1"
            )),
        };
        Ok(Rows { name, ..rows })
    }

    /// The rows that no remembered row of their key is before: a row that passes is remembered until the watermark has
    /// passed its time and the delay.
    fn first_within(
        &mut self,
        rows: &str,
        keys: &str,
        items: &str,
        operator: usize,
        time: &Column,
    ) -> String {
        let delay = time.delay.map_or(0, |delay| delay.millis * 1000);
        let ranked = self.define(&format!(
            "SELECT *, dense_rank() OVER (ORDER BY {keys}) AS __key, \
             row_number() OVER (PARTITION BY {keys} ORDER BY __batch, __order) AS __rank, \
             coalesce({}, 0) + {delay} AS __until FROM {rows}",
            micros_of(time)
        ));
        let closing = self.closing(&format!("evict{operator}"));
        let remembered = self.define_once(&format!(
            "SELECT r.*, CASE WHEN k.__closed IS NOT NULL THEN greatest(r.__batch, k.__closed) END AS __gone \
             FROM {ranked} r ASOF LEFT JOIN {closing} k ON r.__until <= k.__mark"
        ));
        let next = self.define_once(&format!(
            "SELECT a.__key, a.__rank, min(b.__rank) AS __next FROM {remembered} a JOIN {remembered} b \
             ON a.__key = b.__key AND b.__batch > a.__gone GROUP BY a.__key, a.__rank"
        ));
        let passed = format!("t{}", self.expressions.len());
        self.expressions.push(format!(
            "{passed}(__key, __rank) AS (SELECT __key, __rank FROM {remembered} WHERE __rank = 1 UNION ALL \
             SELECT n.__key, n.__next FROM {passed} p JOIN {next} n ON n.__key = p.__key AND n.__rank = p.__rank)"
        ));
        self.define(&format!(
            "SELECT {items}__batch, __order FROM {remembered} JOIN {passed} USING (__key, __rank)"
        ))
    }

    fn join(
        &mut self,
        inputs: [&LogicalPlan; 2],
        kind: JoinKind,
        condition: Option<&Expr>,
        needed: &Needed,
    ) -> Result<Rows, Unsupported> {
        let operator = self.enter();
        let Some(condition) = condition else { return Err("a join without a condition".into()) };
        let timing = self.timing.join(operator).ok_or("a join whose operator is not found")?;
        let columns = inputs.map(LogicalPlan::columns);
        let mut accepted = Vec::new();
        for (input, (own, timing)) in inputs.into_iter().zip(columns.iter().zip(timing)) {
            let time = own.iter().find(|c| c.delay.is_some());
            let conditions = timing.conditions.iter().flat_map(Expr::references);
            let reads = condition.references().into_iter().chain(conditions);
            let reads = reads.chain(timing.time.iter().flat_map(Expr::references)).chain(time.map(|c| c.id));
            let below: Needed = with(needed, reads);
            let below = own.iter().map(|c| c.id).filter(|id| below.contains(id)).collect();
            let rows = self.node(input, &below)?;
            let rows = self.accepted(&rows, operator, time);
            accepted.push(self.define_once(&format!("SELECT *, row_number() OVER () AS __row FROM {rows}")));
        }
        let [left, right] = [&accepted[0], &accepted[1]];
        let on = self.exprs.sql(condition)?;
        let pairs = self.define_once(&format!(
            "SELECT l.* EXCLUDE (__batch, __order, __row), r.* EXCLUDE (__batch, __order, __row), \
             l.__row AS __left, r.__row AS __right, greatest(l.__batch, r.__batch) AS __batch \
             FROM {left} l JOIN {right} r ON {on}"
        ));
        let [left_items, right_items] = [0, 1].map(|side| carried(&columns[side], needed));
        if kind == JoinKind::LeftSemi {
            let name = self.define(&format!(
                "SELECT {left_items}m.__batch, CAST(NULL AS BIGINT[]) AS __order FROM {left} l JOIN \
                 (SELECT __left, min(__batch) AS __batch FROM {pairs} GROUP BY __left) m ON l.__row = m.__left"
            ));
            return Ok(Rows { name, ordered: false });
        }
        let mut selects = vec![format!(
            "SELECT {left_items}{right_items}__batch, CAST(NULL AS BIGINT[]) AS __order FROM {pairs}"
        )];
        if kind.keeps_left() {
            let nulls = nulls(&columns[1], needed)?;
            let items = format!("{left_items}{nulls}");
            selects.push(self.unmatched(left, &pairs, "left", operator, &timing[0], &items)?);
        }
        if kind.keeps_right() {
            let nulls = nulls(&columns[0], needed)?;
            let items = format!("{nulls}{right_items}");
            selects.push(self.unmatched(right, &pairs, "right", operator, &timing[1], &items)?);
        }
        Ok(Rows { name: self.define(&selects.join(" UNION ALL ")), ordered: false })
    }

    /// The rows of a side without a match that have come out: at once if they cannot have one, else when the watermark
    /// has passed them.
    fn unmatched(
        &mut self,
        rows: &str,
        pairs: &str,
        side: &str,
        operator: usize,
        timing: &SideTiming,
        items: &str,
    ) -> Result<String, Unsupported> {
        let mut waits = vec!["true".to_owned()];
        for condition in &timing.conditions {
            waits.push(format!("coalesce({}, false)", self.exprs.sql(condition)?));
        }
        let time = match &timing.time {
            Some(time) => micros(&self.exprs.sql(time)?, &time.data_type()),
            None => "CAST(NULL AS BIGINT)".to_owned(),
        };
        let alone = self.define(&format!(
            "SELECT *, {time} AS __time, {} AS __waits FROM {rows} \
             WHERE __row NOT IN (SELECT __{side} FROM {pairs})",
            waits.join(" AND ")
        ));
        let closing = self.closing(&format!("{side}{operator}"));
        let closed = self.define(&format!(
            "SELECT a.*, k.__closed FROM {alone} a ASOF LEFT JOIN {closing} k ON a.__time <= k.__mark"
        ));
        Ok(format!(
            "SELECT {items}CASE WHEN __waits THEN greatest(__batch, __closed) ELSE __batch END AS __batch, \
             CAST(NULL AS BIGINT[]) AS __order FROM {closed} WHERE NOT __waits OR __closed IS NOT NULL"
        ))
    }
}

fn with(needed: &Needed, more: impl IntoIterator<Item = ColumnId>) -> Needed {
    needed.iter().copied().chain(more).collect()
}

/// The columns that are asked for, each with a comma behind it.
fn carried(columns: &[Column], needed: &Needed) -> String {
    columns.iter().filter(|c| needed.contains(&c.id)).map(|c| format!("{}, ", column(c.id))).collect()
}

/// Nulls in their place.
fn nulls(columns: &[Column], needed: &Needed) -> Result<String, Unsupported> {
    let null = |c: &Column| Ok(format!("CAST(NULL AS {}) AS {}, ", types::name(&c.data_type)?, column(c.id)));
    columns.iter().filter(|c| needed.contains(&c.id)).map(null).collect()
}

/// The instant by which a row is judged: of a window its end.
fn micros_of(c: &Column) -> String {
    micros(&column(c.id), &c.data_type)
}

fn micros(value: &str, data_type: &DataType) -> String {
    match data_type {
        DataType::Struct(_) => format!("epoch_us(struct_extract({value}, 'end'))"),
        _ => format!("epoch_us({value})"),
    }
}

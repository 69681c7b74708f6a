//! The DataFrame front end: streams, columns and operators as calls, expressions as SQL text.
//!
//! It gives the same plan as the SQL front end and shares its resolver; whoever has a list of operators rather than
//! a query text (recordings of Spark, bindings for other languages) uses this one.

use arrow::datatypes::SchemaRef;

use crate::plan::{JoinKind, Pipeline, RecordFormat};
use crate::sql::SqlError;
use crate::sql::frame::{Plans, Relation};

/// The frames of one query under construction.
#[derive(Debug, Default)]
pub struct Frames {
    plans: Plans,
}

/// A relation: rows with named columns. It can be an input once: to use the same steps twice, make them twice.
#[derive(Debug, Clone)]
pub struct Frame {
    relation: Relation,
}

/// A window to group by, its lengths as interval text such as `10 minutes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupWindow {
    /// `window(column, duration[, slide[, start]])`.
    Time {
        /// Timestamp or window column.
        column: String,
        /// Length.
        duration: String,
        /// Distance of the starts; the length when absent.
        slide: Option<String>,
        /// Shift of the starts.
        start: Option<String>,
    },
    /// `session_window(column, gap)` with a fixed gap.
    Session {
        /// Timestamp column.
        column: String,
        /// Gap as interval text.
        gap: String,
    },
    /// `session_window(column, gap)` with a gap that is computed per row.
    DynamicSession {
        /// Timestamp column.
        column: String,
        /// SQL expression of an interval or of interval text.
        gap: String,
    },
}

/// An expression and the name of its column; without a name Spark's own naming applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// SQL text.
    pub expr: String,
    /// The column's name.
    pub name: Option<String>,
}

impl Frames {
    /// The records of a table as rows. Each call reads the stream once more.
    pub fn stream(&mut self, table: &str, schema: SchemaRef, format: RecordFormat) -> Frame {
        Frame { relation: self.plans.stream(table, schema, format) }
    }

    /// `selectExpr`: `*`, `struct.*`, expressions with or without `AS name`, `explode(array)`.
    pub fn select(&mut self, frame: Frame, exprs: &[String]) -> Result<Frame, SqlError> {
        Ok(Frame { relation: self.plans.select_over(frame.relation, &exprs.join(", "), "")? })
    }

    /// `withColumn`: replaces the column of that name, or appends it.
    pub fn with_column(&mut self, frame: Frame, name: &str, expr: &str) -> Result<Frame, SqlError> {
        Ok(Frame { relation: self.plans.with_column(frame.relation, name, expr)? })
    }

    /// `drop`: names that are not there are ignored.
    pub fn drop_columns(&mut self, frame: Frame, columns: &[String]) -> Result<Frame, SqlError> {
        Ok(Frame { relation: self.plans.drop_columns(frame.relation, columns) })
    }

    /// `where`.
    pub fn filter(&mut self, frame: Frame, predicate: &str) -> Result<Frame, SqlError> {
        Ok(Frame { relation: self.plans.filter_rows(frame.relation, predicate)? })
    }

    /// `select("*", explode(array).alias(name))`.
    pub fn explode(&mut self, frame: Frame, array: &str, name: &str, outer: bool) -> Result<Frame, SqlError> {
        let function = if outer { "explode_outer" } else { "explode" };
        let items = format!("*, {function}({array}) AS {}", quoted(name));
        Ok(Frame { relation: self.plans.select_over(frame.relation, &items, "")? })
    }

    /// `withWatermark`.
    pub fn with_watermark(&mut self, frame: Frame, column: &str, delay: &str) -> Result<Frame, SqlError> {
        Ok(Frame { relation: self.plans.with_watermark(frame.relation, column, delay)? })
    }

    /// `alias`: columns can be qualified with it.
    pub fn alias(&mut self, frame: Frame, name: &str) -> Frame {
        Frame { relation: Plans::aliased(frame.relation, name) }
    }

    /// `join`.
    pub fn join(&mut self, left: Frame, right: Frame, kind: JoinKind, on: &str) -> Result<Frame, SqlError> {
        Ok(Frame { relation: self.plans.join(left.relation, right.relation, kind, on)? })
    }

    /// `unionByName`.
    pub fn union_by_name(&mut self, left: Frame, right: Frame) -> Result<Frame, SqlError> {
        Ok(Frame { relation: self.plans.union_by_name(left.relation, right.relation)? })
    }

    /// `groupBy(window, keys…).agg(…)`: the window under its name, keys, aggregates.
    pub fn aggregate(
        &mut self,
        frame: Frame,
        window: Option<(&GroupWindow, &str)>,
        keys: &[Named],
        aggregates: &[Named],
    ) -> Result<Frame, SqlError> {
        let window = window.map(|(window, name)| Named { expr: window.call(), name: Some(name.to_owned()) });
        let keys: Vec<&Named> = window.iter().chain(keys).collect();
        let items: Vec<String> = keys.iter().copied().chain(aggregates).map(Named::item).collect();
        let grouping = match keys.is_empty() {
            true => String::new(),
            false => {
                format!(" GROUP BY {}", keys.iter().map(|k| k.expr.as_str()).collect::<Vec<_>>().join(", "))
            }
        };
        Ok(Frame { relation: self.plans.select_over(frame.relation, &items.join(", "), &grouping)? })
    }

    /// `dropDuplicates` and `dropDuplicatesWithinWatermark`; no columns means all of them.
    pub fn deduplicate(
        &mut self,
        frame: Frame,
        columns: &[String],
        within_watermark: bool,
    ) -> Result<Frame, SqlError> {
        Ok(Frame { relation: self.plans.deduplicate(frame.relation, columns, within_watermark)? })
    }

    /// The query that writes a frame to a table.
    pub fn pipeline(self, frame: Frame, target: &str) -> Pipeline {
        let plan = frame.relation.into_plan();
        Pipeline { sources: self.plans.into_sources(), plan, target: target.to_owned() }
    }
}

impl GroupWindow {
    /// The window as a call in SQL.
    fn call(&self) -> String {
        match self {
            Self::Time { column, duration, slide, start } => {
                let slide = slide.as_ref().or(start.as_ref().map(|_| duration));
                let lengths = [Some(duration), slide, start.as_ref()].into_iter().flatten();
                let lengths = lengths.map(|length| format!(", '{length}'")).collect::<String>();
                format!("window({column}{lengths})")
            }
            Self::Session { column, gap } => format!("session_window({column}, '{gap}')"),
            Self::DynamicSession { column, gap } => format!("session_window({column}, {gap})"),
        }
    }
}

impl Named {
    fn item(&self) -> String {
        match &self.name {
            Some(name) => format!("{} AS {}", self.expr, quoted(name)),
            None => self.expr.clone(),
        }
    }
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

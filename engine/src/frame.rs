//! The DataFrame front end: streams, columns and operators as calls, expressions as SQL text.
//!
//! It gives the same plan as the SQL front end and shares its resolver; whoever has a list of operators rather than
//! a query text (recordings of Spark, bindings for other languages) uses this one.

use arrow::datatypes::SchemaRef;

use crate::plan::{JoinKind, Pipeline, RecordFormat};
use crate::sql::SqlError;

/// The frames of one query under construction.
#[derive(Debug, Default)]
pub struct Frames {}

/// A relation: rows with named columns. Used twice it is the same stream, read twice.
#[derive(Debug, Clone)]
pub struct Frame {}

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
        let _ = (table, schema, format);
        todo!()
    }

    /// `selectExpr`: `*`, `struct.*`, expressions with or without `AS name`, `explode(array)`.
    pub fn select(&mut self, frame: Frame, exprs: &[String]) -> Result<Frame, SqlError> {
        let _ = (frame, exprs);
        todo!()
    }

    /// `withColumn`: replaces the column of that name, or appends it.
    pub fn with_column(&mut self, frame: Frame, name: &str, expr: &str) -> Result<Frame, SqlError> {
        let _ = (frame, name, expr);
        todo!()
    }

    /// `drop`: names that are not there are ignored.
    pub fn drop_columns(&mut self, frame: Frame, columns: &[String]) -> Result<Frame, SqlError> {
        let _ = (frame, columns);
        todo!()
    }

    /// `where`.
    pub fn filter(&mut self, frame: Frame, predicate: &str) -> Result<Frame, SqlError> {
        let _ = (frame, predicate);
        todo!()
    }

    /// `select("*", explode(array).alias(name))`.
    pub fn explode(&mut self, frame: Frame, array: &str, name: &str, outer: bool) -> Result<Frame, SqlError> {
        let _ = (frame, array, name, outer);
        todo!()
    }

    /// `withWatermark`.
    pub fn with_watermark(&mut self, frame: Frame, column: &str, delay: &str) -> Result<Frame, SqlError> {
        let _ = (frame, column, delay);
        todo!()
    }

    /// `alias`: columns can be qualified with it.
    pub fn alias(&mut self, frame: Frame, name: &str) -> Frame {
        let _ = (frame, name);
        todo!()
    }

    /// `join`.
    pub fn join(&mut self, left: Frame, right: Frame, kind: JoinKind, on: &str) -> Result<Frame, SqlError> {
        let _ = (left, right, kind, on);
        todo!()
    }

    /// `unionByName`.
    pub fn union_by_name(&mut self, left: Frame, right: Frame) -> Result<Frame, SqlError> {
        let _ = (left, right);
        todo!()
    }

    /// `groupBy(window, keys…).agg(…)`: the window (named `window` unless a name is given), keys, aggregates.
    pub fn aggregate(
        &mut self,
        frame: Frame,
        window: Option<(&GroupWindow, &str)>,
        keys: &[Named],
        aggregates: &[Named],
    ) -> Result<Frame, SqlError> {
        let _ = (frame, window, keys, aggregates);
        todo!()
    }

    /// `dropDuplicates` and `dropDuplicatesWithinWatermark`; no columns means all of them.
    pub fn deduplicate(
        &mut self,
        frame: Frame,
        columns: &[String],
        within_watermark: bool,
    ) -> Result<Frame, SqlError> {
        let _ = (frame, columns, within_watermark);
        todo!()
    }

    /// The query that writes a frame to a table.
    pub fn pipeline(self, frame: Frame, target: &str) -> Pipeline {
        let _ = (frame, target);
        todo!()
    }
}

//! The logical plan: a plain tree of relational operators over streams.
//!
//! Every front end produces this type and nothing else (today the SQL front end in [`crate::sql`]); everything
//! after it ([`crate::plan::optimize`], [`crate::operator`]) consumes it. Columns are identified by [`ColumnId`],
//! never by name, so two columns called `ts` cannot be confused. Names live in [`Column::name`] for output only.

mod column;
mod expr;
pub mod optimize;

pub use column::{Column, ColumnId, ColumnIds, Delay};
pub use expr::{BinaryOp, Expr, conjunction, split_conjunction};

/// One relational operator and its inputs.
#[derive(Debug, Clone, PartialEq)]
pub enum LogicalPlan {
    /// The decoded records of one source, in arrival order per shard.
    Stream {
        /// Index into [`Pipeline::sources`].
        source: usize,
        /// One column per field of the source table.
        columns: Vec<Column>,
    },
    /// Computes one column per expression.
    Project {
        /// Rows to compute from.
        input: Box<LogicalPlan>,
        /// Expression and the column that it becomes.
        columns: Vec<(Expr, Column)>,
    },
    /// Keeps the rows for which the predicate is true (null counts as false).
    Filter {
        /// Rows to choose from.
        input: Box<LogicalPlan>,
        /// A boolean expression.
        predicate: Expr,
        /// Who asked for the filter: decides what the ledger says of a removed row.
        origin: FilterOrigin,
    },
    /// One row per element of an array, all other columns repeated (`LATERAL VIEW explode`).
    Explode {
        /// Rows to expand.
        input: Box<LogicalPlan>,
        /// An expression of array type.
        array: Expr,
        /// Whether a null or empty array gives one row with a null element (`explode_outer`) or none.
        outer: bool,
        /// The element column, appended to the input's.
        column: Column,
    },
    /// Declares the event-time column of a stream and how late its rows may be (`withWatermark`).
    /// Observes event times; drops nothing itself.
    EventTime {
        /// Rows to observe.
        input: Box<LogicalPlan>,
        /// The declared column.
        column: ColumnId,
        /// How far the watermark trails the greatest event time.
        delay: Delay,
    },
    /// Joins two streams on equal keys and further conditions.
    Join {
        /// Processed first in every micro-batch.
        left: Box<LogicalPlan>,
        /// Processed second.
        right: Box<LogicalPlan>,
        /// Which unmatched rows come out.
        kind: JoinKind,
        /// A boolean expression over both sides.
        condition: Option<Expr>,
    },
}

/// Which rows a join emits besides matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinKind {
    /// Matches only.
    Inner,
}

/// Why a [`LogicalPlan::Filter`] exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterOrigin {
    /// The query's own `WHERE` or a one-sided join condition.
    Query,
    /// Inferred from a join key: a null key can never match (Spark `InferFiltersFromConstraints`).
    NullKey,
    /// Inferred from a join's time condition: a null event time can never match.
    NullEventTime,
}

/// A table that the pipeline reads as a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceTable {
    /// Name as the catalog knows it.
    pub table: String,
    /// Field types of one record.
    pub schema: arrow::datatypes::SchemaRef,
}

/// A whole streaming job: what is read, what is computed, what it is called.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    /// Streams in the order of their first appearance in the plan (left before right).
    pub sources: Vec<SourceTable>,
    /// The query.
    pub plan: LogicalPlan,
    /// Name of the table that receives the rows.
    pub target: String,
}

impl LogicalPlan {
    /// Columns of the rows that this operator emits, in order.
    pub fn columns(&self) -> Vec<Column> {
        match self {
            Self::Stream { columns, .. } => columns.clone(),
            Self::Project { columns, .. } => columns.iter().map(|(_, c)| c.clone()).collect(),
            Self::Filter { input, .. } => input.columns(),
            Self::Explode { input, column, .. } => {
                let mut columns = input.columns();
                columns.push(column.clone());
                columns
            }
            Self::EventTime { input, column, delay } => {
                let mut columns = input.columns();
                for c in &mut columns {
                    c.delay = (c.id == *column).then_some(*delay);
                }
                columns
            }
            Self::Join { left, right, kind: JoinKind::Inner, .. } => {
                let mut columns = left.columns();
                columns.extend(right.columns());
                columns
            }
        }
    }

    /// The inputs, left before right.
    pub fn inputs(&self) -> Vec<&LogicalPlan> {
        match self {
            Self::Stream { .. } => vec![],
            Self::Project { input, .. }
            | Self::Filter { input, .. }
            | Self::Explode { input, .. }
            | Self::EventTime { input, .. } => vec![input],
            Self::Join { left, right, .. } => vec![left, right],
        }
    }
}

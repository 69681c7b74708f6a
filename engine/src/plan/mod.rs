//! The logical plan: a plain tree of relational operators over streams.
//!
//! Every front end produces this type and nothing else (today the SQL front end in [`crate::sql`]); everything
//! after it ([`crate::plan::optimize`], [`crate::operator`]) consumes it. Columns are identified by [`ColumnId`],
//! never by name, so two columns called `ts` cannot be confused. Names live in [`Column::name`] for output only.

mod aggregate;
mod column;
mod constraints;
mod expr;
pub mod lint;
pub mod optimize;
mod prune;
pub mod support;
mod window;

pub use aggregate::AggregateExpr;
pub(crate) use column::ids;
pub use column::{Column, ColumnId, ColumnIds, Delay};
pub use expr::{BinaryOp, Expr, conjunction, split_conjunction};
pub use window::TimeWindow;

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
    /// One row per time window that a row falls into, the window appended as `struct<start,end>`. Rows without a
    /// time fall into none.
    Window {
        /// Rows to assign.
        input: Box<LogicalPlan>,
        /// An expression of timestamp type.
        time: Expr,
        /// Which windows there are.
        window: TimeWindow,
        /// The window column, appended to the input's.
        column: Column,
    },
    /// The session that a row would be alone in, `[time, time + gap)`, appended as `struct<start,end>`. Rows
    /// without a time, or with a gap that is null or not positive, are in none. The [`LogicalPlan::Aggregate`]
    /// above merges them.
    Session {
        /// Rows to assign.
        input: Box<LogicalPlan>,
        /// An expression of timestamp type.
        time: Expr,
        /// An expression of duration type.
        gap: Expr,
        /// The session column, appended to the input's.
        column: Column,
    },
    /// One row per group.
    Aggregate {
        /// Rows to group.
        input: Box<LogicalPlan>,
        /// The columns that make a group; they come out first. Empty: everything is one group.
        keys: Vec<ColumnId>,
        /// The key that holds sessions, which merge where they touch.
        session: Option<ColumnId>,
        /// What is computed of each group, and the column that it becomes.
        aggregates: Vec<(AggregateExpr, Column)>,
    },
    /// A function over neighbouring rows (`… OVER (…)`): known to be refused, as Spark does in streaming.
    RowWindow {
        /// Rows to look at.
        input: Box<LogicalPlan>,
        /// The call as written.
        function: String,
        /// The window specification as written.
        specification: String,
        /// The result, appended to the input's columns.
        column: Column,
    },
    /// The first row of each key (`dropDuplicates`).
    Deduplicate {
        /// Rows to choose from.
        input: Box<LogicalPlan>,
        /// The columns that make a key.
        keys: Vec<ColumnId>,
        /// Whether a key is forgotten when the watermark passes its first row's time plus the watermark's delay
        /// (`dropDuplicatesWithinWatermark`).
        within_watermark: bool,
    },
    /// The rows of all inputs, column by position.
    Union {
        /// Inputs of equal column types.
        inputs: Vec<LogicalPlan>,
        /// Columns of the result.
        columns: Vec<Column>,
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
    /// Left rows without match too, with nulls, once none can come any more.
    LeftOuter,
    /// Right rows without match too.
    RightOuter,
    /// Both sides' rows without match too.
    FullOuter,
    /// Left rows with a match, once each, without right columns.
    LeftSemi,
    /// Left rows without a match: known to be refused, as Spark does.
    LeftAnti,
}

impl JoinKind {
    /// Whether unmatched rows of the left side come out.
    pub fn keeps_left(self) -> bool {
        matches!(self, JoinKind::LeftOuter | JoinKind::FullOuter)
    }

    /// Whether unmatched rows of the right side come out.
    pub fn keeps_right(self) -> bool {
        matches!(self, JoinKind::RightOuter | JoinKind::FullOuter)
    }

    /// Whether only left columns come out.
    pub fn is_left_only(self) -> bool {
        matches!(self, JoinKind::LeftSemi | JoinKind::LeftAnti)
    }

    /// Spark's name (`JoinType.toString`).
    pub fn name(self) -> &'static str {
        match self {
            JoinKind::Inner => "Inner",
            JoinKind::LeftOuter => "LeftOuter",
            JoinKind::RightOuter => "RightOuter",
            JoinKind::FullOuter => "FullOuter",
            JoinKind::LeftSemi => "LeftSemi",
            JoinKind::LeftAnti => "LeftAnti",
        }
    }
}

/// What a batch hands to the sink of a query that aggregates (Spark's output mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OutputMode {
    /// Rows that will not change any more: a group when the watermark has passed it.
    #[default]
    Append,
    /// Groups that the batch has changed.
    Update,
    /// All groups, every time.
    Complete,
}

impl OutputMode {
    /// The name in scenario files and recordings.
    pub fn name(self) -> &'static str {
        match self {
            OutputMode::Append => "append",
            OutputMode::Update => "update",
            OutputMode::Complete => "complete",
        }
    }
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
    /// Inferred from an exploded array: without elements there are no rows (Spark `InferFiltersFromGenerate`).
    NoElements,
}

/// A table that the pipeline reads as a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceTable {
    /// Name as the catalog knows it.
    pub table: String,
    /// Field types of one record.
    pub schema: arrow::datatypes::SchemaRef,
    /// How records become rows.
    pub format: RecordFormat,
}

/// How a record's bytes become the columns of its row.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordFormat {
    /// A JSON object, read as `from_json` reads it.
    Json {
        /// What to do with a record that is not whole.
        mode: crate::decode::JsonMode,
        /// Whether the schema's single column, a struct, holds the whole record; else each field is a column.
        keep_struct: bool,
    },
    /// The record's text is the single column.
    Text,
}

impl Default for RecordFormat {
    fn default() -> Self {
        Self::Json { mode: crate::decode::JsonMode::Permissive, keep_struct: false }
    }
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
            Self::Explode { input, column, .. }
            | Self::Window { input, column, .. }
            | Self::Session { input, column, .. }
            | Self::RowWindow { input, column, .. } => {
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
            Self::Aggregate { input, keys, aggregates, .. } => {
                let all = input.columns();
                let key = |id: &ColumnId| all.iter().find(|c| c.id == *id).cloned();
                let mut columns: Vec<Column> = keys.iter().filter_map(key).collect();
                columns.extend(aggregates.iter().map(|(_, column)| column.clone()));
                columns
            }
            Self::Deduplicate { input, .. } => input.columns(),
            Self::Union { columns, .. } => columns.clone(),
            Self::Join { left, right, kind, .. } => {
                let side = |plan: &LogicalPlan, nullable: bool| {
                    let mut columns = plan.columns();
                    columns.iter_mut().for_each(|c| c.nullable |= nullable);
                    columns
                };
                let mut columns = side(left, kind.keeps_right());
                if !kind.is_left_only() {
                    columns.extend(side(right, kind.keeps_left()));
                }
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
            | Self::EventTime { input, .. }
            | Self::Window { input, .. }
            | Self::Session { input, .. }
            | Self::RowWindow { input, .. }
            | Self::Aggregate { input, .. }
            | Self::Deduplicate { input, .. } => vec![input],
            Self::Union { inputs, .. } => inputs.iter().collect(),
            Self::Join { left, right, .. } => vec![left, right],
        }
    }
}

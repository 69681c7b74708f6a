//! Columns of a plan: identity, type, and the event-time tag.

use std::cell::Cell;
use std::collections::BTreeSet;

use arrow::datatypes::{DataType, Field};

use super::Expr;

/// Identity of one column within a plan; survives filters and joins, renewed by every projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnId(pub u32);

/// How far a watermark trails the greatest event time seen, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delay {
    /// Never negative.
    pub millis: i64,
}

/// One column of the rows between two operators.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Identity.
    pub id: ColumnId,
    /// Name in the output schema; need not be unique.
    pub name: String,
    /// Value type; times are `Timestamp(µs, UTC)`.
    pub data_type: DataType,
    /// Whether null can occur.
    pub nullable: bool,
    /// Set on the event-time column of a stream: Spark's column metadata `spark.watermarkDelayMs`.
    pub delay: Option<Delay>,
}

impl Column {
    /// The Arrow field of this column.
    pub fn field(&self) -> Field {
        Field::new(&self.name, self.data_type.clone(), self.nullable)
    }

    /// An expression that is the column's value.
    pub fn reference(&self) -> Expr {
        Expr::Column { id: self.id, data_type: self.data_type.clone(), nullable: self.nullable }
    }

    /// A column of stored rows that holds the time at which each is due, in microseconds.
    pub(crate) fn due() -> Column {
        let id = ColumnId(u32::MAX);
        Column { id, name: "__due".into(), data_type: DataType::Int64, nullable: true, delay: None }
    }
}

/// Hands out fresh [`ColumnId`]s to one plan.
#[derive(Debug, Default)]
pub struct ColumnIds {
    next: Cell<u32>,
}

impl ColumnIds {
    /// The next unused identity.
    pub fn fresh(&self) -> ColumnId {
        self.next.set(self.next.get() + 1);
        ColumnId(self.next.get())
    }

    /// A new untagged column.
    pub fn column(&self, name: impl Into<String>, data_type: DataType, nullable: bool) -> Column {
        Column { id: self.fresh(), name: name.into(), data_type, nullable, delay: None }
    }
}

/// Identities of a set of columns.
pub(crate) fn ids(columns: &[Column]) -> BTreeSet<ColumnId> {
    columns.iter().map(|c| c.id).collect()
}

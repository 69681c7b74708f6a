//! Aggregation.

use super::StatefulOperator;
use super::tree::TreeOptions;
use crate::error::Result;
use crate::plan::{AggregateExpr, Column, ColumnId};

/// The operator of an aggregation.
pub(super) fn aggregate(
    _keys: &[ColumnId],
    _sessions: Option<ColumnId>,
    _aggregates: &[(AggregateExpr, Column)],
    _input: &[Column],
    _options: &TreeOptions<'_>,
) -> Result<Box<dyn StatefulOperator>> {
    unimplemented!()
}

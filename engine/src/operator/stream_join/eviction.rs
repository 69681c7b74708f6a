//! When a kept row leaves the join: by its own time, by its key's time, or never.

use super::condition::JoinCondition;
use super::state_bound::StateBound;
use crate::operator::Side;
use crate::plan::Column;
use crate::watermark::Watermark;

/// When a kept row of one side leaves.
#[derive(Debug, Clone)]
pub(super) enum Eviction {
    /// Never: nothing bounds the side.
    Never,
    /// When its own event time (column position) is at or before the bound.
    ByValue { column: usize, bound: StateBound },
    /// When its key's event time (column position in the stored row) is at or before the watermark.
    ByKey { column: usize },
}

impl Eviction {
    /// Derives the eviction of a side (Spark `getStateWatermarkPredicates`); `keys` are the positions of the join
    /// keys in a stored row, `event_time` that of the side's own event-time column.
    pub(super) fn derive(
        condition: &JoinCondition,
        side: Side,
        left: &[Column],
        right: &[Column],
        keys: &[usize],
        event_time: Option<usize>,
    ) -> Self {
        if let Some(ordinal) = condition.event_time_key(left, right) {
            return Eviction::ByKey { column: keys[ordinal] };
        }
        let (own, other) = if side == Side::Left { (left, right) } else { (right, left) };
        match (event_time, StateBound::derive(&condition.residual, own, other)) {
            (Some(column), Some(bound)) => Eviction::ByValue { column, bound },
            _ => Eviction::Never,
        }
    }

    /// Position of the time that decides, if any does.
    pub(super) fn column(&self) -> Option<usize> {
        match self {
            Eviction::Never => None,
            Eviction::ByValue { column, .. } | Eviction::ByKey { column } => Some(*column),
        }
    }

    /// Rows at or before this leave.
    pub(super) fn state_watermark(&self, watermark: Watermark) -> Option<Watermark> {
        match self {
            Eviction::Never => None,
            Eviction::ByValue { bound, .. } => Some(bound.at(watermark)),
            Eviction::ByKey { .. } => Some(watermark),
        }
    }
}

//! The ledger: one fact for every row that did not make it, and why. No I/O; the harness stores and joins it.

use crate::batch::{BatchId, RecordId};
use crate::watermark::Watermark;

/// Why a row is not (or no longer) on its way to the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LossReason {
    /// Its event time was at or before the late watermark when it arrived at a stateful operator.
    Late,
    /// Its record did not decode, wholly or in the field that mattered.
    Malformed,
    /// A join key was null, which can never match.
    NullKey,
    /// The event time was null, which can never match.
    NullEventTime,
    /// The query's own filter removed it.
    Filtered,
    /// An exploded array was null or empty.
    NoElements,
    /// Its key had been seen already.
    Duplicate,
    /// The gap of its session was null or not positive.
    NoSession,
    /// It waited in the join state for a match until the watermark passed.
    EvictedUnmatched,
}

impl LossReason {
    /// Every reason, in the order in which summaries list them.
    pub const ALL: [LossReason; 9] = [
        Self::Late,
        Self::Malformed,
        Self::NullKey,
        Self::NullEventTime,
        Self::NoElements,
        Self::NoSession,
        Self::Duplicate,
        Self::EvictedUnmatched,
        Self::Filtered,
    ];

    /// The name in `wavetank.dropped.reason`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Malformed => "malformed",
            Self::NullKey => "null_key",
            Self::NullEventTime => "null_event_time",
            Self::Filtered => "filtered",
            Self::NoElements => "no_elements",
            Self::NoSession => "no_session",
            Self::Duplicate => "duplicate",
            Self::EvictedUnmatched => "evicted_unmatched",
        }
    }
}

/// One row that was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// The record that the row came from.
    pub record: RecordId,
    /// The batch in which it was lost.
    pub batch: BatchId,
    /// Why.
    pub reason: LossReason,
    /// The operator that let it go, by Spark's operator name.
    pub operator: &'static str,
    /// Its event time in microseconds, where the operator knew it.
    pub event_time: Option<i64>,
    /// The watermark that decided, where one did.
    pub watermark: Option<Watermark>,
}

/// A record that did not decode as its schema says. Its row goes on with nulls (Spark's PERMISSIVE mode).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRecord {
    /// The record.
    pub record: RecordId,
    /// Dotted path of the field that failed; `None` when the whole record is unreadable.
    pub field: Option<String>,
    /// What was found and what was expected.
    pub detail: String,
}

/// A row that an operator keeps in its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptRow {
    /// The record that the row came from.
    pub record: RecordId,
    /// The operator that keeps it, by Spark's operator name.
    pub operator: &'static str,
    /// Its event time in microseconds, where it has one.
    pub event_time: Option<i64>,
    /// Whether it has found a match already.
    pub matched: bool,
}

/// What one micro-batch lost and rejected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Rows lost, in the order in which it happened.
    pub losses: Vec<Loss>,
    /// Records rejected by the decoder, by source and position.
    pub rejected: Vec<RejectedRecord>,
}

impl Ledger {
    /// Attributes losses that follow from a rejected record to the rejection: a null key that is null because
    /// its field did not decode was lost as malformed. `rejected` holds packed ids of all rejected records that
    /// may still have rows under way.
    pub(crate) fn blame_rejections(&mut self, rejected: &std::collections::BTreeSet<u64>) {
        for loss in &mut self.losses {
            let consequence = matches!(
                loss.reason,
                LossReason::NullKey
                    | LossReason::NullEventTime
                    | LossReason::NoElements
                    | LossReason::NoSession
            );
            if consequence && rejected.contains(&loss.record.pack()) {
                loss.reason = LossReason::Malformed;
            }
        }
    }
}

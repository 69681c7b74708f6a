//! The ledger: one fact for every row that did not make it, and why; on request, one for every row that did. No I/O;
//! the harness stores and joins it.

use std::collections::BTreeSet;

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

/// What became of a row that was not lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TraceEvent {
    /// A row of the left side of a join met one of the right side, which came from this record.
    Joined {
        /// Record of the right row.
        with: RecordId,
    },
    /// It left an outer join without a match, with nulls for the other side.
    EmittedUnmatched,
    /// It went into a group.
    Grouped,
    /// It was handed to the sink. A group is written under the first record that went into it; where there was none,
    /// under an id that no record has.
    Written,
}

impl TraceEvent {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Joined { .. } => "joined",
            Self::EmittedUnmatched => "emitted_unmatched",
            Self::Grouped => "grouped",
            Self::Written => "written",
        }
    }
}

/// One step of a row on its way.
///
/// Every record read has a [`Loss`], a [`KeptRow`] or a trace. A row has many: one per match, per group, per writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// The record that the row came from; of a joined row, the one of its left side.
    pub record: RecordId,
    /// The batch in which it happened.
    pub batch: BatchId,
    /// The operator, by Spark's operator name; [`Trace::SINK`] at the end.
    pub operator: &'static str,
    /// Its event time in microseconds, where the operator knew it. A window counts by its end.
    pub event_time: Option<i64>,
    /// What happened.
    pub event: TraceEvent,
}

impl Trace {
    /// [`Trace::operator`] of rows that were written.
    pub const SINK: &'static str = "sink";

    /// Whether a row of this record took part, on either side.
    pub fn concerns(&self, record: RecordId) -> bool {
        self.record == record || matches!(self.event, TraceEvent::Joined { with } if with == record)
    }
}

/// What one micro-batch lost and rejected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Rows lost, in the order in which it happened.
    pub losses: Vec<Loss>,
    /// Records rejected by the decoder, by source and position.
    pub rejected: Vec<RejectedRecord>,
    /// What became of the other rows, in the order in which it happened; only of a query that is traced
    /// ([`crate::query::QueryOptions::trace`]).
    pub traces: Vec<Trace>,
    traced: bool,
}

impl Ledger {
    /// An empty ledger, which takes traces or not.
    pub fn new(traced: bool) -> Self {
        Self { traced, ..Self::default() }
    }

    /// What has been noted so far; goes on empty.
    pub(crate) fn take(&mut self) -> Ledger {
        let empty = Ledger::new(self.traced);
        std::mem::replace(self, empty)
    }

    /// What somebody else has noted, behind what is noted here.
    pub(crate) fn append(&mut self, other: Ledger) {
        append(&mut self.losses, other.losses);
        append(&mut self.rejected, other.rejected);
        append(&mut self.traces, other.traces);
    }

    /// Whether operators are to write traces.
    pub(crate) fn is_traced(&self) -> bool {
        self.traced
    }

    /// Attributes losses that follow from a rejected record to the rejection: a null key that is null because
    /// its field did not decode was lost as malformed.
    pub(crate) fn blame_rejections(&mut self) {
        let rejected: BTreeSet<RecordId> = self.rejected.iter().map(|rejected| rejected.record).collect();
        for loss in &mut self.losses {
            let consequence = matches!(
                loss.reason,
                LossReason::NullKey
                    | LossReason::NullEventTime
                    | LossReason::NoElements
                    | LossReason::NoSession
            );
            if consequence && rejected.contains(&loss.record) {
                loss.reason = LossReason::Malformed;
            }
        }
    }
}

/// Puts a list behind another; what a batch loses at once is not copied for that.
fn append<T>(to: &mut Vec<T>, mut list: Vec<T>) {
    match to.is_empty() {
        true => *to = list,
        false => to.append(&mut list),
    }
}

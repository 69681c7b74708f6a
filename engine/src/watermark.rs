//! Event times, watermarks, and the tracker that advances them: pure arithmetic, no clock.
//!
//! Event times are microseconds, watermarks milliseconds, both since the epoch, as in Spark. A watermark says
//! "no earlier row is expected any more"; whoever is at or before it is late.
//!
//! Source: `WatermarkTracker`, `EventTimeWatermarkExec`, `WatermarkPropagator` (Spark 3.5.4).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::plan::Delay;

/// A watermark: milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Watermark {
    /// Milliseconds since the epoch; a global watermark is never negative.
    pub millis: i64,
}

impl Watermark {
    /// Where every query starts: the epoch. Rows from before 1970 are late from the first batch on.
    pub const ZERO: Watermark = Watermark { millis: 0 };

    /// Behind every event time there is: nothing is expected any more. The least number of milliseconds whose
    /// microseconds are the greatest of all.
    pub const END: Watermark = Watermark { millis: i64::MAX / 1000 + 1 };

    /// The same instant on the event-time scale.
    pub fn micros(self) -> i64 {
        self.millis.saturating_mul(1000)
    }
}

impl fmt::Display for Watermark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::time::timestamp_text(self.micros()))
    }
}

/// The two watermarks that a stateful operator works with in one micro-batch.
///
/// `late` is the previous batch's watermark: input at or before it is dropped (`time <= late`, inclusive; a
/// window is judged by its end). `eviction` is this batch's: state at or before it leaves after the input was
/// processed. They are two since Spark 3.4 (SPARK-40925), so a row can be accepted, join, and be evicted in one
/// batch. Both have been propagated through the operators below: a join's output watermark is the least of its
/// sides' state watermarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watermarks {
    /// Rows at or before this are dropped on arrival.
    pub late: Watermark,
    /// State at or before this leaves at the end of the batch.
    pub eviction: Watermark,
}

/// How several event-time columns make one global watermark
/// (`spark.sql.streaming.multipleWatermarkPolicy`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WatermarkPolicy {
    /// The slowest stream decides: nothing is lost, a silent stream stalls everything.
    #[default]
    Min,
    /// The fastest stream decides: slower streams' rows become late.
    Max,
}

impl WatermarkPolicy {
    /// The wrong one.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Min => Self::Max,
            Self::Max => Self::Min,
        }
    }
}

/// The greatest event time that one event-time operator saw in a batch, floored to milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventTimeObservation {
    /// `None` when no row came by.
    pub max_millis: Option<i64>,
}

impl EventTimeObservation {
    /// Adds one event time in microseconds.
    pub fn observe(&mut self, micros: i64) {
        let millis = micros.div_euclid(1000);
        self.max_millis = Some(self.max_millis.map_or(millis, |max| max.max(millis)));
    }

    /// Adds what a part of the batch has seen.
    pub(crate) fn absorb(&mut self, part: EventTimeObservation) {
        self.max_millis = self.max_millis.max(part.max_millis);
    }
}

/// The global watermark and what each event-time operator has contributed to it.
///
/// Per-operator values are not checkpointed, as in Spark: after a restart every operator starts unknown.
#[derive(Debug, Clone)]
pub struct WatermarkTracker {
    policy: WatermarkPolicy,
    delays: Vec<Delay>,
    /// Per operator in plan pre-order; `None` until it has taken part in a batch.
    operators: Vec<Option<i64>>,
    global: Watermark,
    /// A mistake to make: who has not spoken is left out.
    pub(crate) ignores_silence: bool,
}

impl WatermarkTracker {
    /// A tracker for a plan's event-time operators (pre-order, left before right), starting at `global`.
    pub fn new(policy: WatermarkPolicy, delays: Vec<Delay>, global: Watermark) -> Self {
        let operators = vec![None; delays.len()];
        Self { policy, delays, operators, global, ignores_silence: false }
    }

    /// The watermark that the next batch runs with.
    pub fn current(&self) -> Watermark {
        self.global
    }

    /// The value that each operator has reached on its own; `None` before its first batch.
    pub fn operators(&self) -> &[Option<i64>] {
        &self.operators
    }

    /// Puts the global watermark behind every event time, for good. What single operators have reached stays.
    pub fn end(&mut self) {
        self.global = Watermark::END;
    }

    /// Takes in what a finished batch observed. The global watermark only ever rises.
    pub fn update(&mut self, observations: &[EventTimeObservation]) {
        assert_eq!(observations.len(), self.operators.len(), "one observation per event-time operator");
        for ((value, delay), seen) in self.operators.iter_mut().zip(&self.delays).zip(observations) {
            let reached = seen.max_millis.map(|max| max.saturating_sub(delay.millis));
            *value = match (*value, reached) {
                (Some(old), Some(new)) => Some(old.max(new)),
                (None, Some(new)) => Some(new),
                (Some(old), None) => Some(old),
                (None, None) if self.ignores_silence => None,
                (None, None) => Some(0),
            };
        }
        let values = self.operators.iter().flatten().copied();
        let candidate = match self.policy {
            WatermarkPolicy::Min => values.min(),
            WatermarkPolicy::Max => values.max(),
        };
        if let Some(millis) = candidate {
            self.global = self.global.max(Watermark { millis });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(millis: Option<i64>) -> EventTimeObservation {
        EventTimeObservation { max_millis: millis }
    }

    fn tracker(policy: WatermarkPolicy) -> WatermarkTracker {
        WatermarkTracker::new(policy, vec![Delay { millis: 10 }, Delay { millis: 5 }], Watermark::ZERO)
    }

    #[test]
    fn min_policy_waits_for_a_stream_that_never_spoke() {
        let mut tracker = tracker(WatermarkPolicy::Min);
        tracker.update(&[seen(Some(1000)), seen(None)]);
        assert_eq!(tracker.current(), Watermark::ZERO);
        tracker.update(&[seen(None), seen(Some(500))]);
        assert_eq!(tracker.current(), Watermark { millis: 495 });
    }

    #[test]
    fn max_policy_follows_the_fastest_stream() {
        let mut tracker = tracker(WatermarkPolicy::Max);
        tracker.update(&[seen(Some(1000)), seen(None)]);
        assert_eq!(tracker.current(), Watermark { millis: 990 });
    }

    #[test]
    fn the_watermark_never_falls() {
        let mut tracker = tracker(WatermarkPolicy::Min);
        tracker.update(&[seen(Some(1000)), seen(Some(1000))]);
        let before = tracker.current();
        tracker.update(&[seen(Some(10)), seen(Some(10))]);
        assert_eq!(tracker.current(), before);
    }

    #[test]
    fn behind_the_end_there_is_nothing() {
        assert_eq!(Watermark::END.micros(), i64::MAX);
        assert!(Watermark { millis: Watermark::END.millis - 1 }.micros() < i64::MAX);
        assert_eq!(Watermark::END.to_string(), "+294247-01-10 04:00:54.775807");
        let mut tracker = tracker(WatermarkPolicy::Min);
        tracker.end();
        tracker.update(&[seen(Some(i64::MIN / 1000)), seen(Some(i64::MAX / 1000))]);
        assert_eq!(tracker.current(), Watermark::END);
    }

    #[test]
    fn observations_floor_to_milliseconds_before_the_epoch_too() {
        let mut observation = EventTimeObservation::default();
        observation.observe(-1);
        assert_eq!(observation.max_millis, Some(-1));
        observation.observe(1999);
        assert_eq!(observation.max_millis, Some(1));
    }
}

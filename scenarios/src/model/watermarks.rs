//! How the global watermark rises, and which column rows are judged by.
//!
//! Source: `WatermarkTracker`, `EventTimeWatermarkExec`, `WatermarkSupport` (Spark 3.5.4).

use wavetank_engine::error::{EngineError, Result};
use wavetank_engine::plan::{Column, Delay};
use wavetank_engine::watermark::{Watermark, WatermarkPolicy};

/// The global watermark and what each event-time operator has reached, in milliseconds.
#[derive(Debug, Clone)]
pub(super) struct Tracker {
    policy: WatermarkPolicy,
    delays: Vec<Delay>,
    /// `None` for an operator that has taken part in no batch since the query was started.
    reached: Vec<Option<i64>>,
    global: Watermark,
}

impl Tracker {
    pub(super) fn new(policy: WatermarkPolicy, delays: Vec<Delay>) -> Self {
        Self { policy, reached: vec![None; delays.len()], delays, global: Watermark::ZERO }
    }

    pub(super) fn global(&self) -> Watermark {
        self.global
    }

    /// Number of event-time operators.
    pub(super) fn operators(&self) -> usize {
        self.delays.len()
    }

    /// What a restart forgets: it is in no checkpoint.
    pub(super) fn forget(&mut self) {
        self.reached.fill(None);
    }

    /// The end of a batch in which each operator saw no later event time than this, in milliseconds; `None` where no
    /// row came by.
    pub(super) fn advance(&mut self, seen: &[Option<i64>]) {
        for (operator, seen) in seen.iter().enumerate() {
            let now = seen.map(|latest| latest - self.delays[operator].millis);
            let best = self.reached[operator].max(now);
            // Who never saw a row holds the others back at the epoch.
            self.reached[operator] = Some(best.unwrap_or(0));
        }
        let all = self.reached.iter().flatten().copied();
        let candidate = match self.policy {
            WatermarkPolicy::Min => all.min(),
            WatermarkPolicy::Max => all.max(),
        };
        if let Some(millis) = candidate.filter(|millis| *millis > self.global.millis) {
            self.global = Watermark { millis };
        }
    }
}

/// Takes one row's event time in microseconds into the greatest one in milliseconds. A null counts as the epoch.
pub(super) fn observe(seen: &mut Option<i64>, time: Option<i64>) {
    let millis = time.unwrap_or(0).div_euclid(1000);
    *seen = (*seen).max(Some(millis));
}

/// Whether a time is at or before a watermark; a null never is.
pub(super) fn is_passed(time: Option<i64>, by: Watermark) -> bool {
    time.is_some_and(|micros| micros <= by.millis * 1000)
}

/// Position of the one column that carries a watermark.
///
/// # Errors
/// When there are two, which Spark refuses.
pub(super) fn event_time_column(columns: &[Column]) -> Result<Option<usize>> {
    let tagged: Vec<usize> = (0..columns.len()).filter(|at| columns[*at].delay.is_some()).collect();
    match tagged[..] {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        _ => Err(refused("More than one event time columns are available.")),
    }
}

/// What Spark says when it plans the first batch.
pub(super) fn refused(message: &str) -> EngineError {
    EngineError::Refused { message: message.to_owned(), help: "the engine's refusal says more".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracker(policy: WatermarkPolicy) -> Tracker {
        Tracker::new(policy, vec![Delay { millis: 10 }, Delay { millis: 0 }])
    }

    #[test]
    fn an_operator_that_saw_nothing_holds_the_slowest_back_but_not_the_fastest() {
        for (policy, expected) in [(WatermarkPolicy::Min, 0), (WatermarkPolicy::Max, 990)] {
            let mut tracker = tracker(policy);
            tracker.advance(&[Some(1000), None]);
            assert_eq!(tracker.global().millis, expected);
        }
    }

    #[test]
    fn a_restart_forgets_operators_and_keeps_the_watermark() {
        let mut tracker = tracker(WatermarkPolicy::Min);
        tracker.advance(&[Some(1000), Some(2000)]);
        tracker.forget();
        tracker.advance(&[Some(5000), None]);
        assert_eq!(tracker.global().millis, 990);
        tracker.advance(&[None, Some(3000)]);
        assert_eq!(tracker.global().millis, 3000);
    }

    #[test]
    fn event_times_floor_and_null_is_the_epoch() {
        let mut seen = None;
        observe(&mut seen, Some(-1));
        assert_eq!(seen, Some(-1));
        observe(&mut seen, None);
        assert_eq!(seen, Some(0));
        observe(&mut seen, Some(1999));
        assert_eq!(seen, Some(1));
    }

    #[test]
    fn a_time_at_the_watermark_is_passed_and_a_microsecond_later_is_not() {
        let watermark = Watermark { millis: 5 };
        assert!(is_passed(Some(5000), watermark));
        assert!(!is_passed(Some(5001), watermark));
        assert!(!is_passed(None, watermark));
    }
}

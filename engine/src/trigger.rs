//! When the next micro-batch starts.

/// What starts a micro-batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// At multiples of an interval since the epoch (Glue's `windowSize`); the first batch starts at once.
    ProcessingTime {
        /// Length of the interval, positive.
        interval_millis: i64,
    },
}

impl Trigger {
    /// Start of the trigger after one that started at `started`. A batch that overruns makes its successors miss
    /// their slots: the next trigger is in the past and fires at once (Spark `ProcessingTimeExecutor`).
    pub fn next(self, started_millis: i64) -> i64 {
        let Trigger::ProcessingTime { interval_millis } = self;
        started_millis.div_euclid(interval_millis) * interval_millis + interval_millis
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triggers_align_to_multiples_of_the_interval() {
        let trigger = Trigger::ProcessingTime { interval_millis: 10_000 };
        assert_eq!(trigger.next(0), 10_000);
        assert_eq!(trigger.next(10_000), 20_000);
        assert_eq!(trigger.next(14_999), 20_000);
    }
}

//! What Glue does when a batch fails: it starts the query again from its checkpoint, after a pause that grows.
//!
//! A restart gives the batch the same id, offsets and watermark, and forgets what single event-time operators have
//! reached.
//!
//! Source: `GlueContext.forEachBatch` (awslabs/aws-glue-libs), option `batchMaxRetries`.

/// How often a batch is retried unless the job says otherwise.
pub const RETRIES_DEFAULT: u32 = 3;

/// The most retries that a job may ask for.
pub const RETRIES_MAX: u32 = 100;

/// The pauses before the first restarts, in milliseconds; the last one is the pause before every later one.
const PAUSES_MILLIS: [i64; 3] = [1000, 2000, 5000];

/// Counts the failures of one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchRetries {
    max: u32,
    failures: u32,
}

impl BatchRetries {
    /// Nothing has failed yet; `max` restarts in a row are allowed.
    pub fn new(max: u32) -> Self {
        Self { max, failures: 0 }
    }

    /// The batch has failed: how long to wait before the restart, in milliseconds. `None`: it has failed for good.
    pub fn failed(&mut self) -> Option<i64> {
        let pause = PAUSES_MILLIS[(self.failures as usize).min(PAUSES_MILLIS.len() - 1)];
        self.failures += 1;
        (self.failures <= self.max).then_some(pause)
    }

    /// A batch has gone through: the next one has all its retries again.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_five_seconds_and_end() {
        let mut retries = BatchRetries::new(5);
        let pauses: Vec<_> = std::iter::from_fn(|| retries.failed()).collect();
        assert_eq!(pauses, [1000, 2000, 5000, 5000, 5000]);
        retries.succeeded();
        assert_eq!(retries.failed(), Some(1000));
    }

    #[test]
    fn no_retries_are_no_retries() {
        assert_eq!(BatchRetries::new(0).failed(), None);
    }
}

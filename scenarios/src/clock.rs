//! The virtual clock: one hand for the services and the engine, moved by the harness and by nobody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use wavetank_emulator::Timestamp;

/// A shared clock; clones show the same time.
#[derive(Debug, Clone)]
pub struct VirtualClock {
    millis: Arc<AtomicI64>,
}

impl VirtualClock {
    /// A clock that stands at an instant, in milliseconds since the epoch.
    pub fn at(millis: i64) -> Self {
        Self { millis: Arc::new(AtomicI64::new(millis)) }
    }

    /// The time shown, in milliseconds since the epoch.
    pub fn now_millis(&self) -> i64 {
        self.millis.load(Ordering::Relaxed)
    }

    /// The time shown, as the emulator takes it.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.now_millis())
    }

    /// Moves the clock forward; a time that has passed already leaves it where it is.
    pub fn advance_to(&self, millis: i64) {
        self.millis.fetch_max(millis, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_goes_back() {
        let clock = VirtualClock::at(1000);
        let other = clock.clone();
        clock.advance_to(2000);
        clock.advance_to(1500);
        assert_eq!(other.now_millis(), 2000);
    }
}

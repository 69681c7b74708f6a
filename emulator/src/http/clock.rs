//! The clock of a server: real time, moved or stopped on request.

use std::sync::{Mutex, PoisonError};

use crate::time::Timestamp;

/// What time it is for every call that a server answers.
///
/// It follows a real clock until it is set for the first time; from then on it stands still, and only moves when it
/// is told to, until it is given back to the real clock.
pub struct ServerClock {
    real: Box<dyn Fn() -> Timestamp + Send + Sync>,
    mode: Mutex<Mode>,
}

#[derive(Debug, Clone, Copy)]
enum Mode {
    /// So many milliseconds ahead of the real clock.
    Running {
        ahead_ms: i64,
    },
    Still(Timestamp),
}

impl ServerClock {
    /// A clock that follows `real`.
    pub fn new(real: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { real: Box::new(real), mode: Mutex::new(Mode::Running { ahead_ms: 0 }) }
    }

    /// The time of a call that comes now.
    pub fn now(&self) -> Timestamp {
        match *self.lock() {
            Mode::Running { ahead_ms } => self.real_now().plus_millis(ahead_ms),
            Mode::Still(time) => time,
        }
    }

    /// What the real clock says: the time by which clients sign.
    pub fn real_now(&self) -> Timestamp {
        (self.real)()
    }

    /// Whether the time differs from that of the real clock.
    pub fn is_virtual(&self) -> bool {
        !matches!(*self.lock(), Mode::Running { ahead_ms: 0 })
    }

    /// Stops the clock at a time, or with `None` gives it back to the real clock.
    pub fn set(&self, time: Option<Timestamp>) {
        *self.lock() = time.map_or(Mode::Running { ahead_ms: 0 }, Mode::Still);
    }

    /// Moves the clock ahead by milliseconds. One that stands still goes on standing still.
    pub fn advance(&self, millis: i64) {
        let mut mode = self.lock();
        *mode = match *mode {
            Mode::Running { ahead_ms } => Mode::Running { ahead_ms: ahead_ms.saturating_add(millis) },
            Mode::Still(time) => Mode::Still(time.plus_millis(millis)),
        };
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Mode> {
        self.mode.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[test]
    fn clock_runs_until_it_is_set_and_again_when_it_is_given_back() {
        let real = Arc::new(AtomicI64::new(1000));
        let read = real.clone();
        let clock = ServerClock::new(move || Timestamp::from_millis(read.load(Ordering::Relaxed)));
        let now = |clock: &ServerClock| (clock.now().as_millis(), clock.is_virtual());
        assert_eq!(now(&clock), (1000, false));
        clock.advance(50);
        real.store(2000, Ordering::Relaxed);
        assert_eq!(now(&clock), (2050, true));
        clock.set(Some(Timestamp::from_millis(7)));
        real.store(3000, Ordering::Relaxed);
        assert_eq!(now(&clock), (7, true));
        clock.advance(3);
        assert_eq!(now(&clock), (10, true));
        assert_eq!(clock.real_now().as_millis(), 3000);
        clock.set(None);
        assert_eq!(now(&clock), (3000, false));
    }
}

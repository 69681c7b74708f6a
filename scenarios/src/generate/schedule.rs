//! When the events of a stream happen: spread evenly, each at a drawn place of its own slot.

use crate::rng::Rng;

/// Event times in ascending order. Event `i` of `count` lies in slot `[i/count, (i+1)/count)` of the length.
#[derive(Debug)]
pub(super) struct Schedule {
    start: i64,
    length_micros: u64,
    count: u64,
    made: u64,
    next: Option<i64>,
    rng: Rng,
}

impl Schedule {
    /// Event times of `count` events in `[start, start + length)`, in microseconds.
    pub fn new(start: i64, length_micros: u64, count: u64, rng: Rng) -> Self {
        assert!(length_micros > 0, "a clock runs for some time");
        let mut schedule = Self { start, length_micros, count, made: 0, next: None, rng };
        schedule.advance();
        schedule
    }

    /// The next event time; none when all have happened.
    pub fn next(&self) -> Option<i64> {
        self.next
    }

    /// Goes on to the event time after that.
    pub fn advance(&mut self) {
        self.next = (self.made < self.count).then(|| {
            let length = u128::from(self.length_micros);
            let place = u128::from(self.rng.below(self.length_micros));
            let offset = (u128::from(self.made) * length + place) / u128::from(self.count);
            self.made += 1;
            self.start + offset as i64
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(count: u64) -> Vec<i64> {
        let mut schedule = Schedule::new(1_000, 600, count, Rng::new(1));
        let mut times = Vec::new();
        while let Some(time) = schedule.next() {
            times.push(time);
            schedule.advance();
        }
        times
    }

    #[test]
    fn each_slot_has_one_event() {
        for (index, time) in times(6).into_iter().enumerate() {
            let slot = 1_000 + 100 * index as i64;
            assert!((slot..slot + 100).contains(&time), "{time} is outside of {slot}");
        }
    }

    #[test]
    fn more_events_than_microseconds_stay_in_order_and_inside() {
        let times = times(5_000);
        assert_eq!(times.len(), 5_000);
        assert!(times.is_sorted());
        assert!(times.iter().all(|time| (1_000..1_600).contains(time)));
    }

    #[test]
    fn no_events_is_no_time() {
        assert_eq!(times(0), Vec::<i64>::new());
    }
}

//! Durations drawn from the distributions of a scenario file, in whole microseconds.

use crate::file::{Delay, Percentiles};
use crate::rng::Rng;

/// No delay is longer than this (about a century), so that sums of times stay inside `i64`.
const LONGEST_MICROS: f64 = 3.2e15;

/// A distribution with its own draws.
#[derive(Debug)]
pub(super) struct DelaySource {
    delay: Delay,
    rng: Rng,
}

impl DelaySource {
    pub fn new(delay: Delay, rng: Rng) -> Self {
        Self { delay, rng }
    }

    /// One delay in microseconds; never negative.
    pub fn draw(&mut self) -> i64 {
        match self.delay {
            Delay::Constant(length) => length.micros(),
            Delay::Uniform([low, high]) => self.rng.between(low.micros(), high.micros()),
            Delay::Exp(mean) => bounded(self.rng.exponential(mean.micros() as f64)),
            Delay::Lognormal(Percentiles { p50, p99 }) => {
                bounded(self.rng.lognormal(p50.micros() as f64, p99.micros() as f64))
            }
        }
    }
}

fn bounded(micros: f64) -> i64 {
    micros.clamp(0.0, LONGEST_MICROS) as i64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::file::Length;

    fn draws(delay: Delay) -> Vec<i64> {
        let mut source = DelaySource::new(delay, Rng::new(3));
        let mut draws: Vec<i64> = (0..20_000).map(|_| source.draw()).collect();
        draws.sort_unstable();
        draws
    }

    fn secs(seconds: u64) -> Length {
        Length(Duration::from_secs(seconds))
    }

    #[test]
    fn constant_and_uniform_stay_where_they_are_put() {
        assert!(draws(Delay::Constant(secs(2))).iter().all(|micros| *micros == 2_000_000));
        let uniform = draws(Delay::Uniform([secs(1), secs(3)]));
        assert!((1_000_000..1_010_000).contains(&uniform[0]));
        assert!((2_990_000..=3_000_000).contains(&uniform[19_999]));
    }

    #[test]
    fn exponential_has_its_mean() {
        let draws = draws(Delay::Exp(secs(6)));
        let mean = draws.iter().sum::<i64>() / draws.len() as i64;
        assert!((5_800_000..6_200_000).contains(&mean), "{mean}");
    }

    #[test]
    fn lognormal_has_its_percentiles() {
        let draws = draws(Delay::Lognormal(Percentiles { p50: secs(1), p99: secs(45) }));
        assert!((950_000..1_050_000).contains(&draws[10_000]), "{}", draws[10_000]);
        assert!((38_000_000..52_000_000).contains(&draws[19_800]), "{}", draws[19_800]);
    }

    #[test]
    fn mean_of_zero_is_no_delay() {
        assert!(draws(Delay::Exp(secs(0))).iter().all(|micros| *micros == 0));
    }
}

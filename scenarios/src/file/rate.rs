//! Rates of events: `200/s`, `90/min`, `5/h`.

use std::time::Duration;

use super::from_text::{FromText, deserialize_from_text};

/// Events per second.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Rate(pub f64);

impl Rate {
    /// How many events a span of time holds, rounded to the nearest whole.
    pub fn events_in(self, length: Duration) -> u64 {
        (self.0 * length.as_secs_f64()).round() as u64
    }
}

impl FromText for Rate {
    const EXPECTED: &'static str = "a rate such as `200/s`, `90/min` or `5/h`";

    fn from_text(text: &str) -> Option<Self> {
        let (count, unit) = text.split_once('/')?;
        let seconds = match unit.trim() {
            "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        let count = count.trim().parse::<f64>().ok()?;
        (count.is_finite() && count >= 0.0).then_some(Self(count / seconds))
    }
}

deserialize_from_text!(Rate);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_counts_the_events_of_a_length() {
        let events =
            |text, seconds| Rate::from_text(text).map(|rate| rate.events_in(Duration::from_secs(seconds)));
        assert_eq!(events("200/s", 3600), Some(720_000));
        assert_eq!(events("90/min", 60), Some(90));
        assert_eq!(events("5/h", 3600), Some(5));
        assert_eq!(events("0.5/s", 3), Some(2));
        assert_eq!(events("200", 1), None);
        assert_eq!(events("-1/s", 1), None);
        assert_eq!(events("2/week", 1), None);
    }
}

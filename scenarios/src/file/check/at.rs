//! `at:` when a check is asked, in virtual time.

use crate::file::duration::Length;
use crate::file::from_text::{FromText, deserialize_from_text};
use crate::file::utc_time::UtcTime;

/// A moment of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// `15:05:00`: a time of day, in microseconds since midnight, on the day on which the clock starts.
    TimeOfDay(i64),
    /// `2026-01-05T15:05:00Z`
    Instant(UtcTime),
    /// `+1h5m`: so long after the clock has started.
    After(Length),
}

const MICROS_PER_DAY: i64 = 86_400_000_000;

impl At {
    /// The instant, in microseconds since the epoch, in a scenario whose clock starts at `start`.
    pub fn micros(self, start: UtcTime) -> i64 {
        match self {
            At::TimeOfDay(micros) => start.0.div_euclid(MICROS_PER_DAY) * MICROS_PER_DAY + micros,
            At::Instant(instant) => instant.0,
            At::After(length) => start.0 + length.micros(),
        }
    }
}

impl FromText for At {
    const EXPECTED: &'static str =
        "a moment such as `15:05:00`, `2026-01-05T15:05:00Z`, or `+1h5m` after the clock's start";

    fn from_text(text: &str) -> Option<Self> {
        if let Some(length) = text.strip_prefix('+') {
            return Length::from_text(length).map(At::After);
        }
        if text.contains('T') {
            return UtcTime::from_text(text).map(At::Instant);
        }
        let seconds = if text.matches(':').count() == 1 { ":00" } else { "" };
        let of_day = UtcTime::from_text(&format!("1970-01-01T{text}{seconds}Z"))?;
        Some(At::TimeOfDay(of_day.0))
    }
}

deserialize_from_text!(At);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<String> {
        let start = UtcTime::from_text("2026-01-05T10:00:00Z").unwrap();
        let instant = UtcTime(At::from_text(text)?.micros(start));
        Some(String::from_utf8(instant.iso_millis().to_vec()).unwrap())
    }

    #[test]
    fn three_notations_give_one_instant() {
        for text in ["15:05:00", "15:05", "2026-01-05T15:05:00Z", "+5h5m"] {
            assert_eq!(at(text).as_deref(), Some("2026-01-05T15:05:00.000Z"), "{text}");
        }
        assert_eq!(at("15:05:00.5").as_deref(), Some("2026-01-05T15:05:00.500Z"));
    }

    #[test]
    fn other_notations_are_refused() {
        for text in
            ["", "noon", "25:00:00", "15", "15:5", "5h", "2026-01-05", "2026-01-05T15:05:00+01:00", "+5"]
        {
            assert_eq!(at(text), None, "{text}");
        }
    }
}

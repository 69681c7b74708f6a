//! Instants of a scenario, in the shortest form that says which: a time of day, a whole date and time, or a length of
//! time from somewhere.

use super::duration::Length;
use super::from_text::{FromText, deserialize_from_text};
use super::utc_time::UtcTime;

/// An instant as written. [`Instant::resolve`] says when it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instant {
    /// `10:00:00` or `10:00:00.5`: microseconds since midnight UTC of the day on which the clock starts.
    OfDay(i64),
    /// `2026-01-05T10:00:00Z`
    At(UtcTime),
    /// `+5m`, `-30s` or `now`: microseconds from the instant that the place of the text is about.
    From(i64),
}

const MICROS_PER_DAY: i64 = 86_400_000_000;

impl Instant {
    /// The instant in a scenario whose clock starts at `start`, where lengths of time count from `base`.
    pub fn resolve(self, start: UtcTime, base: UtcTime) -> UtcTime {
        match self {
            Self::OfDay(micros) => UtcTime(start.0.div_euclid(MICROS_PER_DAY) * MICROS_PER_DAY + micros),
            Self::At(time) => time,
            Self::From(micros) => UtcTime(base.0 + micros),
        }
    }
}

impl FromText for Instant {
    const EXPECTED: &'static str = "an instant such as `10:20:00`, `+5m` or `2026-01-05T10:20:00Z`";

    fn from_text(text: &str) -> Option<Self> {
        let length = |text: &str| Length::from_text(text).map(Length::micros);
        match text.as_bytes().first()? {
            b'+' => length(&text[1..]).map(Self::From),
            b'-' => length(&text[1..]).map(|micros| Self::From(-micros)),
            _ if text == "now" => Some(Self::From(0)),
            _ if text.contains('T') => UtcTime::from_text(text).map(Self::At),
            // The epoch's own day stands in for the day, which is not known here.
            _ => UtcTime::from_text(&format!("1970-01-01T{text}Z")).map(|time| Self::OfDay(time.0)),
        }
    }
}

deserialize_from_text!(Instant);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_of_the_day_absolute_or_relative() {
        let time = |text| UtcTime::from_text(text).unwrap();
        let (start, base) = (time("2026-01-05T10:00:00Z"), time("2026-01-05T10:01:00Z"));
        for (text, wanted) in [
            ("09:59:59", "2026-01-05T09:59:59Z"),
            ("10:00:00.25", "2026-01-05T10:00:00.25Z"),
            ("2026-01-06T00:00:00Z", "2026-01-06T00:00:00Z"),
            ("+1m30s", "2026-01-05T10:02:30Z"),
            ("-1m", "2026-01-05T10:00:00Z"),
            ("now", "2026-01-05T10:01:00Z"),
        ] {
            assert_eq!(
                Instant::from_text(text).map(|i| i.resolve(start, base)),
                Some(time(wanted)),
                "{text}"
            );
        }
        for text in ["", "10:00", "25:00:00", "+", "5m", "tomorrow"] {
            assert_eq!(Instant::from_text(text), None, "{text}");
        }
    }
}

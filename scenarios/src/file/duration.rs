//! Durations as people write them: `10s`, `800ms`, `1h30m`, `7d`.

use std::time::Duration;

use super::from_text::{FromText, deserialize_from_text};

/// A length of virtual time, to the microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Length(pub Duration);

/// Units from the widest to the narrowest, with their microseconds. A duration names them in this order, each once.
const UNITS: &[(&str, u64)] = &[
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];

/// The longest duration, about a hundred years: sums of a few stay far from any overflow.
const LONGEST_MICROS: u64 = 36_500 * 86_400_000_000;

impl Length {
    /// The whole length in microseconds.
    pub fn micros(self) -> i64 {
        self.0.as_micros() as i64
    }
}

impl std::fmt::Display for Length {
    /// As it would be written, with a blank between the units: `1 h 30 m`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rest = self.micros() as u64;
        let mut parts = Vec::new();
        for (unit, micros) in UNITS {
            if rest >= *micros {
                parts.push(format!("{} {unit}", rest / micros));
                rest %= micros;
            }
        }
        f.write_str(if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }.as_str())
    }
}

impl std::str::FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::from_text(text).ok_or_else(|| format!("expected {}", Self::EXPECTED))
    }
}

impl FromText for Length {
    const EXPECTED: &'static str = "a duration such as `10s`";

    fn from_text(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut micros = 0u64;
        let mut units = UNITS;
        while !rest.is_empty() {
            let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
            let (unit, after) =
                after.split_at(after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len()));
            let index = units.iter().position(|(name, _)| *name == unit)?;
            micros = micros.checked_add(number.parse::<u64>().ok()?.checked_mul(units[index].1)?)?;
            units = &units[index + 1..];
            rest = after;
        }
        let valid = !text.is_empty() && micros <= LONGEST_MICROS;
        valid.then_some(Self(Duration::from_micros(micros)))
    }
}

deserialize_from_text!(Length);

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str) -> Option<u128> {
        Length::from_text(text).map(|length| length.0.as_millis())
    }

    #[test]
    fn units_add_up_from_wide_to_narrow() {
        assert_eq!(millis("10s"), Some(10_000));
        assert_eq!(millis("800ms"), Some(800));
        assert_eq!(millis("30m"), Some(1_800_000));
        assert_eq!(millis("1h30m"), Some(5_400_000));
        assert_eq!(millis("7d"), Some(604_800_000));
        assert_eq!(millis("0s"), Some(0));
        assert_eq!(Length::from_text("5us").map(Length::micros), Some(5));
    }

    #[test]
    fn other_notations_are_refused() {
        for text in [
            "",
            "10",
            "s",
            "10 s",
            "10 parsecs",
            "1m1h",
            "1s1s",
            "1.5s",
            "-1s",
            "999999999d",
            "18446744073709551616s",
        ] {
            assert_eq!(millis(text), None, "{text}");
        }
    }
}

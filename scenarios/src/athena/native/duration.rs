//! Spans of time as text: `parse_duration` and `human_readable_seconds`.
//!
//! Source: `Duration` of airlift's units; Trino's `HumanReadableSeconds`.

use super::{Answer, Failure};

/// Microseconds (in whole milliseconds) of `42.8ms`, `3.81 d`.
pub fn parse(text: &str) -> Answer<i64> {
    let refusal = || Failure::argument(format!("duration is not a valid data duration string: {text}"));
    let trimmed = text.trim();
    let end = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
    let (number, unit) = (&trimmed[..end], trimmed[end..].trim());
    let is_number = number.starts_with(|c: char| c.is_ascii_digit()) && !number.ends_with('.');
    let is_unit = !unit.is_empty() && unit.bytes().all(|c| c.is_ascii_alphabetic());
    if !is_number || !is_unit {
        return Err(refusal());
    }
    let value: f64 = number.parse().map_err(|_| refusal())?;
    let millis = match unit {
        "ns" => 1e-6,
        "us" => 1e-3,
        "ms" => 1.0,
        "s" => 1_000.0,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        "d" => 86_400_000.0,
        _ => return Err(Failure::argument(format!("Unknown time unit: {unit}"))),
    };
    let whole = (value * millis + 0.5).floor();
    if whole > 9e15 {
        return Err(Failure::argument(format!("value is too large: {text}")));
    }
    Ok(Some(whole as i64 * 1_000))
}

/// `1 minute, 36 seconds`: weeks to seconds, units of which there are none left out.
pub fn human_readable(seconds: f64) -> Answer<String> {
    if !seconds.is_finite() {
        let shown = super::super::text_form::double_text(seconds);
        return Err(Failure::argument(format!("Invalid argument found: {shown}")));
    }
    let mut rest = (seconds + 0.5).floor().abs() as i64;
    let mut parts = vec![];
    for (unit, length) in [("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)]
    {
        let count = rest / length;
        rest %= length;
        match count {
            0 => {}
            1 => parts.push(format!("1 {unit}")),
            _ => parts.push(format!("{count} {unit}s")),
        }
    }
    Ok(Some(if parts.is_empty() { "0 seconds".to_owned() } else { parts.join(", ") }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_rounded_to_milliseconds() {
        assert!(matches!(parse("42.8ms"), Ok(Some(43_000))));
        assert!(matches!(parse("3.81 d"), Ok(Some(329_184_000_000))));
        for text in ["abc", "5", "5 parsecs", "1.2.3s", "-1s", "5.s"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn seconds_are_told_in_words() {
        assert_eq!(human_readable(3_762.0).unwrap().unwrap(), "1 hour, 2 minutes, 42 seconds");
        assert_eq!(human_readable(0.3).unwrap().unwrap(), "0 seconds");
        assert!(human_readable(f64::NAN).is_err());
    }
}

//! How Athena reads values from text: in casts from varchar, and in typed literals.
//!
//! Source: Trino's `VarcharOperators`, `DecimalCasts`, `DateOperators`, `VarcharToTimestampCast`, `DateTimes`; the
//! grammars of `Long.parseLong`, `Double.parseDouble` and `BigDecimal` of Java.

use super::text_form::days_of;
use super::zone::Zone;

const DAY: i64 = 86_400_000_000;

/// What `String.trim` of Java takes away.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c <= ' ')
}

/// `true`, `T`, `1`, and their opposites; no space around them.
pub fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" => Some(true),
        "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// A whole number between two others.
pub fn integer(text: &str, least: i64, most: i64) -> Option<i64> {
    trimmed(text).parse().ok().filter(|number| (least..=most).contains(number))
}

/// `1.5`, `-1e10`, `NaN`, `Infinity`, `1.5d`; nothing else that Rust would take.
pub fn double(text: &str) -> Option<f64> {
    plain_float(text)?.parse().ok()
}

/// The same in 32 bits, rounded once.
pub fn real(text: &str) -> Option<f32> {
    plain_float(text)?.parse().ok()
}

fn plain_float(text: &str) -> Option<&str> {
    let text = trimmed(text);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, "NaN" | "Infinity") {
        return Some(text);
    }
    let has_digit = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let end = if has_digit { text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text) } else { text };
    has_digit.then_some(end)
}

/// A decimal of a scale, rounded half away from zero; an error says whether it is no number or too large.
pub fn decimal(text: &str, precision: usize, scale: usize) -> Result<String, &'static str> {
    const NO_NUMBER: &str = "Value is not a number.";
    const TOO_LARGE: &str = "Value too large.";
    let text = trimmed(text);
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent: i64 = exponent.parse().map_err(|_| NO_NUMBER)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return Err(NO_NUMBER);
    }
    let digits = digits.trim_start_matches('0');
    // How many of the digits are left, or zeros to be added.
    let kept = digits.len() as i64 - fraction.len() as i64 + exponent.clamp(-100_000, 100_000) + scale as i64;
    if !digits.is_empty() && kept > precision as i64 {
        return Err(TOO_LARGE);
    }
    let unscaled = rounded(digits, kept);
    if unscaled.len() > precision {
        return Err(TOO_LARGE);
    }
    let padded = format!("{unscaled:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    let sign = if unscaled.is_empty() { "" } else { sign };
    Ok(if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// The first digits of a number, the last of them rounded half up; without leading zeros.
fn rounded(digits: &str, kept: i64) -> String {
    if digits.is_empty() || kept < 0 {
        return String::new();
    }
    let kept = kept as usize;
    if kept >= digits.len() {
        return format!("{digits:0<kept$}");
    }
    let number = digits[..kept].parse::<u128>().unwrap_or_default();
    let up = u128::from(digits.as_bytes()[kept] >= b'5');
    match number + up {
        0 => String::new(),
        number => number.to_string(),
    }
}

/// Days since 1970 of `2024-01-31`; a year may have a sign, months and days one digit.
pub fn date(text: &str) -> Option<i32> {
    let (date, rest) = day(text.trim())?;
    rest.is_empty().then_some(i32::try_from(date).ok()?)
}

/// A day, and the text behind it.
fn day(text: &str) -> Option<(i64, &str)> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (year, rest) = number(unsigned, 1, 9)?;
    let (month, rest) = number(rest.strip_prefix('-')?, 1, 2)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 1, 2)?;
    Some((days_of(sign * year, month as u32, day as u32)?, rest))
}

/// A number of so many digits, and the text behind it.
fn number(text: &str, least: usize, most: usize) -> Option<(i64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let fits = (least..=most).contains(&digits);
    fits.then(|| Some((text[..digits].parse().ok()?, &text[digits..])))?
}

/// What a time of day says.
struct Clock<'a> {
    micros: i64,
    rest: &'a str,
}

/// `10:11`, `10:11:12`, `10:11:12.345`, the fraction rounded to so many digits.
fn clock(text: &str, digits: u8) -> Option<Clock<'_>> {
    let (hour, rest) = number(text, 1, 2)?;
    let (minute, mut rest) = number(rest.strip_prefix(':')?, 1, 2)?;
    let (mut second, mut fraction) = (0, 0);
    if let Some(behind) = rest.strip_prefix(':') {
        (second, rest) = number(behind, 1, 2)?;
        if let Some(behind) = rest.strip_prefix('.') {
            let length = behind.bytes().take_while(u8::is_ascii_digit).count();
            fraction = fraction_micros(&behind[..length], digits)?;
            rest = &behind[length..];
        }
    }
    let fits = hour < 24 && minute < 60 && second < 60;
    fits.then_some(Clock { micros: ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction, rest })
}

/// Microseconds of the digits of a fraction, rounded to so many of them.
fn fraction_micros(text: &str, digits: u8) -> Option<i64> {
    let digits = usize::from(digits.min(6));
    if text.is_empty() {
        return None;
    }
    let padded = format!("{text:0<7}");
    let kept = padded[..digits].parse::<i64>().unwrap_or_default();
    let up = i64::from(padded.as_bytes()[digits] >= b'5');
    Some((kept + up) * 10_i64.pow(6 - digits as u32))
}

/// Microseconds since midnight of `10:11:12.345`.
pub fn time(text: &str, digits: u8) -> Option<i64> {
    let clock = clock(text.trim(), digits)?;
    clock.rest.is_empty().then_some(clock.micros % DAY)
}

/// A wall-clock reading, and the zone behind it.
pub fn timestamp(text: &str, digits: u8) -> Option<(i64, Option<&str>)> {
    let text = text.trim();
    let (date, rest) = day(text)?;
    let midnight = date.checked_mul(DAY)?;
    let Some(rest) = rest.strip_prefix(' ') else {
        return rest.is_empty().then_some((midnight, None));
    };
    let (micros, rest) = match clock(rest, digits) {
        Some(clock) => (clock.micros, clock.rest),
        None => (0, rest),
    };
    let zone = rest.trim();
    Some((midnight.checked_add(micros)?, (!zone.is_empty()).then_some(zone)))
}

/// An instant and its zone, which is UTC where none is written.
pub fn instant(text: &str, digits: u8) -> Option<(i64, String)> {
    let (local, zone) = timestamp(text, digits)?;
    let zone = Zone::parse(zone.unwrap_or("UTC"))?;
    Some((zone.utc(local), zone.name()))
}

/// Digits behind the second's point in a literal.
pub fn fraction_digits(text: &str) -> u8 {
    let digits = text.split_once('.').map_or("", |(_, rest)| rest);
    digits.chars().take_while(char::is_ascii_digit).count().min(6) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_java_reads_them() {
        assert_eq!(integer(" +12 ", -128, 127), Some(12));
        assert_eq!(integer("128", -128, 127), None);
        assert_eq!(double("1e3"), Some(1000.0));
        assert_eq!(double(".5d"), Some(0.5));
        for text in ["", "inf", "nan", "infinity", "0x", "d", "1_0"] {
            assert_eq!(double(text), None, "{text}");
        }
    }

    #[test]
    fn decimals_are_rounded_half_away_from_zero() {
        assert_eq!(decimal("1.005", 4, 2).as_deref(), Ok("1.01"));
        assert_eq!(decimal("-0.005", 4, 2).as_deref(), Ok("-0.01"));
        assert_eq!(decimal("-0.004", 4, 2).as_deref(), Ok("0.00"));
        assert_eq!(decimal("9.995", 3, 2), Err("Value too large."));
        assert_eq!(decimal("15e-1", 3, 0).as_deref(), Ok("2"));
        assert_eq!(decimal("2e3", 4, 0).as_deref(), Ok("2000"));
        assert_eq!(decimal("2e1000", 38, 0), Err("Value too large."));
        assert_eq!(decimal("1.5.2", 4, 0), Err("Value is not a number."));
    }

    #[test]
    fn times_may_leave_their_end_out() {
        assert_eq!(timestamp("1970-01-02", 3), Some((DAY, None)));
        assert_eq!(timestamp("1970-01-01 00:01", 3), Some((60_000_000, None)));
        assert_eq!(timestamp("1970-01-01 00:00:00.1239 UTC", 3), Some((124_000, Some("UTC"))));
        assert_eq!(instant("1970-01-01 01:00:00 +01:00", 3), Some((0, "+01:00".to_owned())));
        assert_eq!(date("2024-1-5"), days_of(2024, 1, 5).map(|days| days as i32));
        assert_eq!(date("2024-01-31 10:00:00"), None);
        assert_eq!(time("24:00:00", 3), None);
    }
}

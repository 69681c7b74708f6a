//! Numbers with a point for `format`: rounded half up from the fewest digits that are the number.

use super::format::{Specifier, Value};

/// Digits with a comma for each thousand.
pub fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Digits with their sign, and zeros up to the width where the flag is there.
pub fn signed(specifier: &Specifier<'_>, negative: bool, digits: &str, width: Option<usize>) -> String {
    let (before, after) = match (negative, specifier.has('(')) {
        (true, true) => ("(", ")"),
        (true, false) => ("-", ""),
        (false, _) if specifier.has('+') => ("+", ""),
        (false, _) if specifier.has(' ') => (" ", ""),
        (false, _) => ("", ""),
    };
    let width = if specifier.has('0') { width.unwrap_or(0) } else { 0 };
    let zeros = "0".repeat(width.saturating_sub(before.len() + digits.len() + after.len()));
    format!("{before}{zeros}{digits}{after}")
}

/// `0.` and these digits, times ten to the exponent.
struct Digits {
    digits: Vec<u8>,
    exponent: i32,
}

impl Digits {
    /// Of a number without a sign, as `1.5e3` or `1500.0`.
    fn of(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
        let zeros = all.iter().take_while(|digit| **digit == 0).count();
        let exponent = exponent.parse::<i32>().unwrap_or(0) + whole.len() as i32 - zeros as i32;
        let digits = all[zeros..].to_vec();
        Self { exponent: if digits.is_empty() { 1 } else { exponent }, digits }
    }

    /// Keeps so many digits, rounding half up.
    fn round(&mut self, keep: i32) {
        let Ok(keep) = usize::try_from(keep) else {
            self.digits.clear();
            return;
        };
        let up = self.digits.get(keep).is_some_and(|digit| *digit >= 5);
        self.digits.truncate(keep);
        if !up {
            return;
        }
        for digit in self.digits.iter_mut().rev() {
            if *digit < 9 {
                *digit += 1;
                return;
            }
            *digit = 0;
        }
        self.digits.insert(0, 1);
        self.exponent += 1;
    }

    fn at(&self, at: i32) -> char {
        let digit = usize::try_from(at).ok().and_then(|at| self.digits.get(at)).copied().unwrap_or(0);
        (b'0' + digit) as char
    }

    /// Plainly, with so many digits behind the point.
    fn plain(&self, precision: usize) -> (String, String) {
        let whole: String = (0..self.exponent.max(0)).map(|at| self.at(at)).collect();
        let fraction = (0..precision as i32).map(|at| self.at(self.exponent + at)).collect();
        (if whole.is_empty() { "0".to_owned() } else { whole }, fraction)
    }
}

/// A number by `%f`, `%e` or `%g`.
pub fn number(specifier: &Specifier<'_>, value: Value<'_>, width: Option<usize>) -> String {
    let text = match value {
        Value::Float(value, _) if value.is_nan() => return "NaN".to_owned(),
        Value::Float(value, _) if value.is_infinite() => {
            let sign = if value > 0.0 { if specifier.has('+') { "+" } else { "" } } else { "-" };
            return match specifier.has('(') && value < 0.0 {
                true => "(Infinity)".to_owned(),
                false => format!("{sign}Infinity"),
            };
        }
        Value::Float(value, _) => format!("{value:e}"),
        Value::Decimal(text) => text.to_owned(),
        _ => return String::new(),
    };
    let unsigned = text.trim_start_matches('-');
    let digits = Digits::of(unsigned);
    let precision = specifier.precision.unwrap_or(6);
    let written = match specifier.conversion.to_ascii_lowercase() {
        'f' => plain(specifier, digits, precision),
        'e' => scientific(specifier, digits, precision),
        _ => general(specifier, digits, precision.max(1)),
    };
    signed(specifier, unsigned.len() != text.len(), &written, width)
}

fn point(specifier: &Specifier<'_>, whole: &str, fraction: &str) -> String {
    match fraction.is_empty() && !specifier.has('#') {
        true => whole.to_owned(),
        false => format!("{whole}.{fraction}"),
    }
}

fn plain(specifier: &Specifier<'_>, mut digits: Digits, precision: usize) -> String {
    digits.round(digits.exponent + precision as i32);
    let (whole, fraction) = digits.plain(precision);
    let whole = if specifier.has(',') { grouped(&whole) } else { whole };
    point(specifier, &whole, &fraction)
}

fn scientific(specifier: &Specifier<'_>, mut digits: Digits, precision: usize) -> String {
    digits.round(precision as i32 + 1);
    let fraction: String = (1..=precision as i32).map(|at| digits.at(at)).collect();
    let exponent = digits.exponent - 1;
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", point(specifier, &digits.at(0).to_string(), &fraction), exponent.abs())
}

/// Plainly from a ten-thousandth on, as far as the digits go.
fn general(specifier: &Specifier<'_>, mut digits: Digits, precision: usize) -> String {
    digits.round(precision as i32);
    let is_zero = digits.digits.iter().all(|digit| *digit == 0);
    match digits.exponent {
        _ if is_zero => plain(specifier, digits, precision - 1),
        exponent if (-3..=precision as i32).contains(&exponent) => {
            plain(specifier, digits, (precision as i32 - exponent) as usize)
        }
        _ => scientific(specifier, digits, precision - 1),
    }
}

/// A number without a sign to so many digits behind the point, half of one upwards.
pub fn rounded(value: f64, precision: usize) -> String {
    // As many digits as a double below 1,000 can have.
    let mut digits = Digits::of(&format!("{value:.60}"));
    digits.round(digits.exponent + precision as i32);
    let (whole, fraction) = digits.plain(precision);
    if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") }
}

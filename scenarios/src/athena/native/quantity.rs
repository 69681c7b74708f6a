//! Large numbers with a unit: `format_number` and `parse_data_size`.
//!
//! Source: Trino's `FormatNumberFunction` and `DataSizeFunctions`.

use super::registrar::Registrar;

use super::column::{Int, Text, function1};
use super::format_number::rounded;
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function1::<Int, Text>(c, "wt_format_number", |number| Ok(Some(shortened(number))))?;
    function1::<Text, Text>(c, "wt_data_size", data_size)
}

/// Three digits and a unit; of numbers below 0 two digits behind the point.
fn shortened(number: i64) -> String {
    let mut value = number as f64;
    let mut unit = "";
    for larger in ["K", "M", "B", "T", "Q"] {
        if value.abs() < 1000.0 {
            break;
        }
        value /= 1000.0;
        unit = larger;
    }
    let precision = match value {
        value if value < 10.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    let text = rounded(value.abs(), precision);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{}{text}{unit}", if value < 0.0 { "-" } else { "" })
}

/// Units, each 1,024 times the one before it.
const UNITS: [&str; 9] = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];

fn data_size(text: &str) -> Answer<String> {
    let invalid = || Failure::argument(format!("Invalid data size: '{text}'"));
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let (whole, fraction) =
        text[..text.len() - unit.len()].split_once('.').unwrap_or((text.trim_end_matches(unit), ""));
    let power = UNITS.iter().position(|known| *known == unit).ok_or_else(invalid)?;
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || digits.contains('.') {
        return Err(invalid());
    }
    let bytes = digits.parse::<u128>().ok().and_then(|digits| digits.checked_mul(1 << (10 * power)));
    let bytes = bytes.zip(10_u128.checked_pow(fraction.len() as u32)).map(|(bytes, scale)| bytes / scale);
    match bytes.filter(|bytes| *bytes < 10_u128.pow(38)) {
        Some(bytes) => Ok(Some(bytes.to_string())),
        None => Err(Failure::named("NUMERIC_VALUE_OUT_OF_RANGE", format!("Value out of range: '{text}'"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1125, "1.13K"),
            (12_345, "12.3K"),
            (123_456, "123K"),
            (1_000_000, "1M"),
            (-1234, "-1.23K"),
        ] {
            assert_eq!(shortened(number), text);
        }
    }

    #[test]
    fn sizes_are_powers_of_1024() {
        assert_eq!(data_size("2.3MB").unwrap().as_deref(), Some("2411724"));
        assert_eq!(data_size("1YB").unwrap().as_deref(), Some("1208925819614629174706176"));
        for text in ["", "B", "1", "1.2.3B", "1KB", ".B", "99999999999999YB"] {
            assert!(data_size(text).is_err(), "{text}");
        }
    }
}

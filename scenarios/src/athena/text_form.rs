//! How Athena writes values as text: in casts to varchar, and in results.
//!
//! Source: Trino's cast operators; `Double.toString` and `Float.toString` of Java.

use super::zone::Zone;

/// A double as Java writes it: `1.0`, `1.0E10`, `NaN`, `-Infinity`.
pub fn double_text(value: f64) -> String {
    java_float(value, value.abs(), format!("{value:e}"), format!("{value:?}"))
}

/// A real, likewise.
pub fn real_text(value: f32) -> String {
    java_float(value.into(), value.abs().into(), format!("{value:e}"), format!("{value:?}"))
}

fn java_float(value: f64, size: f64, scientific: String, plain: String) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    // Java writes plainly what lies between a thousandth and ten million.
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{exponent}")
}

/// A double or real as a cast writes it, from Rust's own `1.5e0`: `1.5E0`, with so many digits behind the point.
pub fn scientific(text: &str, fraction_digits: usize) -> String {
    let Some((mantissa, exponent)) = text.split_once('e') else {
        // Rust's own names of what is no number.
        return text.replace("inf", "Infinity");
    };
    let (sign, unsigned) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    if unsigned == "0" {
        return format!("{sign}0E0");
    }
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    if fraction.len() <= fraction_digits {
        return format!("{sign}{whole}.{fraction}E{exponent}");
    }
    // More digits than a real shows: its value again, rounded half to even.
    let rounded = format!("{:.fraction_digits$e}", text.parse::<f64>().unwrap_or_default());
    let (mantissa, exponent) = rounded.split_once('e').unwrap_or((&rounded, "0"));
    let shortest = mantissa.trim_end_matches('0');
    let zero = if shortest.ends_with('.') { "0" } else { "" };
    format!("{shortest}{zero}E{exponent}")
}

/// Year, month and day of a number of days since 1970, by the calendar of today at all times.
pub fn civil(days: i64) -> (i64, u32, u32) {
    // Source: http://howardhinnant.github.io/date_algorithms.html#civil_from_days
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 } as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Names of the months.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Days since 1970 of a day that there is.
pub fn days_of(year: i64, month: u32, day: u32) -> Option<i64> {
    if !(1..=12).contains(&month) || day == 0 || day > days_in(year, month) {
        return None;
    }
    let y = year - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let month_from_march = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Days of a month.
pub fn days_in(year: i64, month: u32) -> u32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `2024-01-31`.
pub fn date_text(days: i64) -> String {
    let (year, month, day) = civil(days);
    match year {
        0..=9999 => format!("{year:04}-{month:02}-{day:02}"),
        _ if year < 0 => format!("-{:04}-{month:02}-{day:02}", -year),
        _ => format!("{year}-{month:02}-{day:02}"),
    }
}

/// `10:00:00.000`, with so many digits of the second.
pub fn time_text(micros: i64, precision: u8) -> String {
    let seconds = micros / 1_000_000;
    let mut text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if precision > 0 {
        let fraction = format!("{:06}", micros % 1_000_000);
        text.push('.');
        text += &fraction[..usize::from(precision.min(6))];
    }
    text
}

/// `2024-01-31 10:00:00.000`.
pub fn timestamp_text(micros: i64, precision: u8) -> String {
    const DAY: i64 = 86_400_000_000;
    format!("{} {}", date_text(micros.div_euclid(DAY)), time_text(micros.rem_euclid(DAY), precision))
}

/// `2024-01-31 10:00:00.000 Europe/Berlin`.
pub fn zoned_text(utc: i64, zone: &str, precision: u8) -> String {
    let local = Zone::parse(zone).map_or(utc, |zone| zone.local(utc));
    format!("{} {zone}", timestamp_text(local, precision))
}

/// `2 00:00:00.000`.
pub fn interval_day_text(micros: i64) -> String {
    const DAY: i64 = 86_400_000_000;
    let size = micros.abs();
    let sign = if micros < 0 { "-" } else { "" };
    format!("{sign}{} {}", size / DAY, time_text(size % DAY, 3))
}

/// `1-2`: years and months.
pub fn interval_month_text(months: i64) -> String {
    let size = months.abs();
    format!("{}{}-{}", if months < 0 { "-" } else { "" }, size / 12, size % 12)
}

/// `68 65 6c`: bytes in results.
pub fn bytes_text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        let cases = [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e10, "1.0E10"),
            (1.5e-4, "1.5E-4"),
            (0.001, "0.001"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (-0.0, "-0.0"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
            (123_456_789.125, "1.23456789125E8"),
        ];
        for (value, text) in cases {
            assert_eq!(double_text(value), text);
        }
        assert_eq!(real_text(0.1), "0.1");
    }

    #[test]
    fn casts_write_every_double_with_an_exponent() {
        let cases = [(1.5, "1.5E0"), (100.0, "1.0E2"), (-0.25, "-2.5E-1"), (0.0, "0E0"), (f64::NAN, "NaN")];
        for (value, text) in cases {
            assert_eq!(scientific(&format!("{value:e}"), 20), text);
        }
        assert_eq!(scientific(&format!("{:e}", f64::NEG_INFINITY), 20), "-Infinity");
        assert_eq!(scientific(&format!("{:e}", 1.000_000_1_f32), 6), "1.0E0");
    }

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        for days in (-800_000..800_000).step_by(97) {
            let (year, month, day) = civil(days);
            assert_eq!(days_of(year, month, day), Some(days));
        }
        assert_eq!(days_of(2023, 2, 29), None);
        assert_eq!(date_text(0), "1970-01-01");
    }

    #[test]
    fn times_have_as_many_digits_as_asked_for() {
        assert_eq!(timestamp_text(1_706_695_200_123_456, 3), "2024-01-31 10:00:00.123");
        assert_eq!(timestamp_text(-1, 6), "1969-12-31 23:59:59.999999");
        assert_eq!(zoned_text(0, "Europe/Berlin", 0), "1970-01-01 01:00:00 Europe/Berlin");
        assert_eq!(interval_day_text(-90_000_000), "-0 00:01:30.000");
        assert_eq!(interval_month_text(14), "1-2");
    }
}

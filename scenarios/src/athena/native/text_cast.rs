//! Casts from and to text, and those between numbers whose rounding or whose errors DuckDB has otherwise.
//!
//! Source: Trino's `VarcharOperators`, `DoubleOperators`, `DecimalCasts`, `DecimalConversions`, `VarcharToTimestampCast`.

use super::registrar::Registrar;

use super::super::text_form::{date_text, scientific};
use super::super::text_value;
use super::super::zone::Zone;
use super::column::{
    Bool, Clock, Date, Float, Float32, Instant, Int, Int32, Text, Zoned, function1, function2, function3,
};
use super::{Answer, Failure};

pub(super) fn register(c: &Registrar<'_>) -> duckdb::Result<()> {
    function1::<Text, Bool>(c, "wt_text_to_boolean", |text| {
        found(text_value::boolean(text), || cannot_cast(text, "BOOLEAN"))
    })?;
    function2::<Text, Text, Int>(c, "wt_text_to_integer", integer)?;
    function2::<Text, Text, Float>(c, "wt_text_to_double", |text, ty| {
        found(text_value::double(text), || cannot_cast(text, ty))
    })?;
    function1::<Text, Float32>(c, "wt_text_to_real", |text| {
        found(text_value::real(text), || cannot_cast(text, "REAL"))
    })?;
    function3::<Text, Int32, Int32, Text>(c, "wt_text_to_decimal", |text, precision, scale| {
        decimal("VARCHAR", text, text, precision, scale)
    })?;
    function1::<Text, Date>(c, "wt_text_to_date", |text| {
        found(text_value::date(text), || cannot_be(text, "date"))
    })?;
    function2::<Text, Int32, Clock>(c, "wt_text_to_time", |text, digits| {
        found(text_value::time(text, digits as u8), || cannot_be(text, "time"))
    })?;
    function2::<Text, Int32, Instant>(c, "wt_text_to_timestamp", |text, digits| {
        let read = text_value::timestamp(text, digits as u8);
        found(read.map(|(local, _)| local), || cannot_be(text, "timestamp"))
    })?;
    function2::<Text, Int32, Zoned>(c, "wt_text_to_zoned", |text, digits| {
        found(text_value::instant(text, digits as u8), || cannot_be(text, "timestamp"))
    })?;
    function2::<Float, Text, Int>(c, "wt_double_to_integer", whole)?;
    function3::<Float, Int32, Int32, Text>(c, "wt_double_to_decimal", |value, precision, scale| {
        let shown = super::super::text_form::double_text(value);
        decimal("DOUBLE", &shown, &format!("{value}"), precision, scale)
    })?;
    function3::<Float32, Int32, Int32, Text>(c, "wt_real_to_decimal", |value, precision, scale| {
        let shown = super::super::text_form::real_text(value);
        decimal("REAL", &shown, &format!("{value}"), precision, scale)
    })?;
    register_narrowing(c)?;
    register_texts(c)
}

fn register_narrowing(c: &Registrar<'_>) -> duckdb::Result<()> {
    function2::<Int, Text, Int>(c, "wt_narrow", |value, ty| {
        let (least, most) = range(ty);
        match (least..=most).contains(&value) {
            true => Ok(Some(value)),
            false => Err(out_of_range(ty, &value.to_string())),
        }
    })?;
    function3::<Text, Int32, Int32, Text>(c, "wt_integer_to_decimal", |digits, precision, scale| {
        decimal("BIGINT", digits, digits, precision, scale)
    })?;
    function3::<Text, Int32, Int32, Text>(c, "wt_decimal_to_decimal", |digits, precision, scale| {
        decimal("DECIMAL", digits, digits, precision, scale)
    })?;
    function2::<Text, Text, Int>(c, "wt_decimal_to_integer", |digits, ty| {
        let (least, most) = range(ty);
        let rounded = text_value::decimal(digits, 38, 0).ok();
        let value = rounded.and_then(|rounded| text_value::integer(&rounded, least, most));
        found(value, || cannot_cast(digits, ty))
    })
}

fn register_texts(c: &Registrar<'_>) -> duckdb::Result<()> {
    function1::<Float, Text>(c, "wt_double_cast_text", |value| {
        Ok(Some(scientific(&format!("{value:e}"), 20)))
    })?;
    function1::<Float32, Text>(c, "wt_real_cast_text", |value| {
        Ok(Some(scientific(&format!("{value:e}"), 6)))
    })?;
    function1::<Date, Text>(c, "wt_date_text", |days| Ok(Some(date_text(days.into()))))?;
    function2::<Text, Text, Text>(c, "wt_like_pattern", like_pattern)?;
    function2::<Text, Int32, Text>(c, "wt_fitting", |text, length| {
        match text.chars().count() <= length as usize {
            true => Ok(Some(text.to_owned())),
            false => Err(Failure::cast(format!("Value {text} cannot be represented as varchar({length})"))),
        }
    })?;
    function2::<Instant, Int32, Instant>(c, "wt_round_timestamp", |time, digits| {
        Ok(Some(rounded(time, digits)))
    })?;
    function2::<Clock, Int32, Clock>(c, "wt_round_time", |time, digits| {
        Ok(Some(rounded(time, digits) % 86_400_000_000))
    })?;
    function2::<Zoned, Int32, Zoned>(c, "wt_round_zoned", |(utc, zone), digits| {
        Ok(Some((rounded(utc, digits), zone.to_owned())))
    })?;
    function1::<Instant, Zoned>(c, "wt_in_utc", |time| Ok(Some((time, "UTC".to_owned()))))?;
    function1::<Zoned, Instant>(c, "wt_wall", |(utc, zone)| {
        Ok(Some(Zone::parse(zone).map_or(utc, |zone| zone.local(utc))))
    })
}

fn found<T>(value: Option<T>, failure: impl FnOnce() -> Failure) -> Answer<T> {
    value.map(Some).ok_or_else(failure)
}

fn cannot_cast(text: &str, ty: &str) -> Failure {
    Failure::cast(format!("Cannot cast '{text}' to {ty}"))
}

fn cannot_be(text: &str, ty: &str) -> Failure {
    Failure::cast(format!("Value cannot be cast to {ty}: {text}"))
}

/// What a type of whole numbers holds.
fn range(ty: &str) -> (i64, i64) {
    match ty {
        "TINYINT" => (i8::MIN.into(), i8::MAX.into()),
        "SMALLINT" => (i16::MIN.into(), i16::MAX.into()),
        "INTEGER" => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN, i64::MAX),
    }
}

fn integer(text: &str, ty: &str) -> Answer<i64> {
    let (least, most) = range(ty);
    // Trino calls it by its short name here alone.
    let shown = if ty == "INTEGER" { "INT" } else { ty };
    found(text_value::integer(text, least, most), || cannot_cast(text, shown))
}

/// A double as a whole number: half away from zero.
fn whole(value: f64, ty: &str) -> Answer<i64> {
    let name = ty.to_lowercase();
    let shown = super::super::text_form::double_text(value);
    let (least, most) = range(ty);
    let rounded = value.round();
    if ty == "BIGINT" {
        let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&rounded);
        return match fits {
            true => Ok(Some(rounded as i64)),
            false => Err(Failure::cast(format!("Unable to cast {shown} to bigint"))),
        };
    }
    if value.is_nan() {
        return Err(Failure::cast(format!("Cannot cast double NaN to {name}")));
    }
    match (least as f64..=most as f64).contains(&rounded) {
        true => Ok(Some(rounded as i64)),
        false => Err(out_of_range(ty, &shown)),
    }
}

fn out_of_range(ty: &str, value: &str) -> Failure {
    let message = format!("Out of range for {}: {value}", ty.to_lowercase());
    Failure::named("NUMERIC_VALUE_OUT_OF_RANGE", message)
}

/// A number's digits as a decimal's; `shown` is what an error calls it.
fn decimal(from: &str, shown: &str, digits: &str, precision: i32, scale: i32) -> Answer<String> {
    text_value::decimal(digits, precision as usize, scale as usize).map(Some).map_err(|reason| {
        let reason = if from == "VARCHAR" { format!(". {reason}") } else { String::new() };
        Failure::cast(format!("Cannot cast {from} '{shown}' to DECIMAL({precision}, {scale}){reason}"))
    })
}

/// A time with fewer digits of the second: half up.
fn rounded(micros: i64, digits: i32) -> i64 {
    let unit = 10_i64.pow(6 - digits.clamp(0, 6) as u32);
    // Below zero as Trino's `DateTimes.roundDiv` does it.
    let half = if micros >= 0 || unit == 1 { unit / 2 } else { 1 - unit / 2 };
    (micros + half) / unit * unit
}

/// A pattern of LIKE in which every escape stands before something that can be escaped.
fn like_pattern(pattern: &str, escape: &str) -> Answer<String> {
    let mut chars = pattern.chars();
    let is_escape = |c: char| escape.starts_with(c);
    while let Some(c) = chars.next() {
        if is_escape(c) && !chars.next().is_some_and(|next| is_escape(next) || "%_".contains(next)) {
            let message = "Escape character must be followed by '%', '_' or the escape character itself";
            return Err(Failure::argument(message));
        }
    }
    Ok(Some(pattern.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_half_up() {
        assert_eq!(rounded(1_500, 3), 2_000);
        assert_eq!(rounded(1_499, 3), 1_000);
        assert_eq!(rounded(-1_501, 3), -2_000);
        assert_eq!(rounded(-7, 6), -7);
    }

    #[test]
    fn doubles_become_whole_numbers_half_away_from_zero() {
        assert!(matches!(whole(-2.5, "INTEGER"), Ok(Some(-3))));
        assert!(whole(f64::NAN, "INTEGER").is_err());
        assert!(whole(3e9, "INTEGER").is_err());
        assert!(whole(1e19, "BIGINT").is_err());
    }
}

//! Intervals: microseconds, or months.

use sqlparser::ast::{DateTimeField, Expr, Interval, UnaryOperator, Value};

use super::super::error::{Place, SqlError};
use super::super::types::Type;
use super::Typed;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// `INTERVAL '2' DAY`, `INTERVAL '1-6' YEAR TO MONTH`.
pub(super) fn literal(interval: &Interval, at: Place) -> Result<Typed, SqlError> {
    let refusal = || SqlError::at(at, "INVALID_LITERAL", "Invalid INTERVAL literal");
    let (sign, value) = match &*interval.value {
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => (-1, &**expr),
        Expr::UnaryOp { op: UnaryOperator::Plus, expr } => (1, &**expr),
        other => (1, other),
    };
    let Expr::Value(value) = value else { return Err(refusal()) };
    let Value::SingleQuotedString(text) = &value.value else { return Err(refusal()) };
    let (sign, text) = match text.trim().strip_prefix('-') {
        Some(rest) => (-sign, rest),
        None => (sign, text.trim()),
    };
    let first = interval.leading_field.as_ref().ok_or_else(refusal)?;
    let last = interval.last_field.as_ref().unwrap_or(first);
    let (amount, ty) = match (unit(first), unit(last)) {
        (Some(Unit::Months(from)), Some(Unit::Months(to))) => {
            (months(text, from, to).ok_or_else(refusal)?, Type::IntervalMonth)
        }
        (Some(Unit::Micros(from)), Some(Unit::Micros(to))) => {
            (micros(text, from, to).ok_or_else(refusal)?, Type::IntervalDay)
        }
        _ => return Err(refusal()),
    };
    let amount = amount.checked_mul(sign).ok_or_else(refusal)?;
    Ok(Typed::new(format!("CAST({amount} AS BIGINT)"), ty))
}

enum Unit {
    Months(i64),
    Micros(i64),
}

fn unit(field: &DateTimeField) -> Option<Unit> {
    Some(match field.to_string().to_uppercase().trim_end_matches('S') {
        "YEAR" => Unit::Months(12),
        "MONTH" => Unit::Months(1),
        "WEEK" => Unit::Micros(7 * DAY),
        "DAY" => Unit::Micros(DAY),
        "HOUR" => Unit::Micros(HOUR),
        "MINUTE" => Unit::Micros(MINUTE),
        "SECOND" => Unit::Micros(SECOND),
        _ => return None,
    })
}

/// `18`, or `1-6` from years to months.
fn months(text: &str, from: i64, to: i64) -> Option<i64> {
    match text.split_once('-') {
        Some((years, months)) if from == 12 && to == 1 => {
            years.parse::<i64>().ok()?.checked_mul(12)?.checked_add(months.parse().ok()?)
        }
        Some(_) => None,
        None => text.parse::<i64>().ok()?.checked_mul(from),
    }
}

/// `3`, or `3 04:05:06.789` from days to seconds.
fn micros(text: &str, from: i64, to: i64) -> Option<i64> {
    const UNITS: [i64; 4] = [DAY, HOUR, MINUTE, SECOND];
    if from == to {
        return in_micros(text, from);
    }
    let parts = text.split([' ', ':']);
    let units = UNITS.iter().filter(|unit| **unit <= from && **unit >= to);
    let pairs: Vec<_> = parts.clone().zip(units.clone()).collect();
    if pairs.len() != parts.count() || pairs.len() != units.count() {
        return None;
    }
    pairs.into_iter().try_fold(0i64, |sum, (part, unit)| sum.checked_add(in_micros(part, *unit)?))
}

fn in_micros(text: &str, unit: i64) -> Option<i64> {
    match text.split_once('.') {
        None => text.parse::<i64>().ok()?.checked_mul(unit),
        Some((whole, fraction)) if unit == SECOND && fraction.len() <= 6 => {
            let micros = format!("{fraction:0<6}").parse::<i64>().ok()?;
            whole.parse::<i64>().ok()?.checked_mul(unit)?.checked_add(micros)
        }
        Some(_) => None,
    }
}

/// A time moved by an interval.
pub(super) fn shifted(time: Typed, interval: Typed, back: bool, at: Place) -> Result<Typed, SqlError> {
    let sign = if back { "-" } else { "" };
    let amount = format!("({sign}{})", interval.sql);
    let by = match interval.ty {
        Type::IntervalMonth => format!("to_months(CAST({amount} AS INTEGER))"),
        _ => format!("to_microseconds({amount})"),
    };
    let sql = match (&time.ty, &interval.ty) {
        (Type::Date, Type::IntervalDay) => format!("wt_date_plus({}, {amount})", time.sql),
        (Type::Date, _) => format!("CAST({} + {by} AS DATE)", time.sql),
        (Type::Timestamp(_), _) => format!("({} + {by})", time.sql),
        (Type::Time(_), Type::IntervalDay) => format!("({} + {by})", time.sql),
        // Days of an instant are 24 hours; months are counted on the clock of its zone.
        (Type::TimestampTz(_), Type::IntervalDay) => {
            format!("wt_zoned_plus({}, {amount})", time.sql)
        }
        (Type::TimestampTz(_), _) => format!("wt_add_zoned('month', {amount}, {})", time.sql),
        _ => {
            let op = if back { "-" } else { "+" };
            let message = format!("Cannot apply operator: {} {op} {}", time.ty, interval.ty);
            return Err(SqlError::type_mismatch(at, message));
        }
    };
    Ok(Typed::new(sql, time.ty))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_an_interval_add_up() {
        assert_eq!(micros("3 04:05:06.789", DAY, SECOND), Some(3 * DAY + 4 * HOUR + 5 * MINUTE + 6_789_000));
        assert_eq!(micros("1:30", HOUR, MINUTE), Some(90 * MINUTE));
        assert_eq!(micros("1.5", SECOND, SECOND), Some(1_500_000));
        assert_eq!(micros("1:30", DAY, SECOND), None);
        assert_eq!(months("1-6", 12, 1), Some(18));
        assert_eq!(months("x", 12, 12), None);
    }
}

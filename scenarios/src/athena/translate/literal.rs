//! Values written in a query.

use sqlparser::ast::Value;

use super::super::error::{Place, SqlError};
use super::super::text_value;
use super::super::types::{self, Type};
use super::Typed;
use super::cast::cast;

pub(super) fn value(value: &Value, at: Place) -> Result<Typed, SqlError> {
    match value {
        Value::Null => Ok(Typed::new("NULL", Type::Unknown)),
        Value::Boolean(truth) => Ok(Typed::new(truth.to_string(), Type::Boolean)),
        Value::Number(digits, _) => number(digits, at),
        Value::SingleQuotedString(text) | Value::UnicodeStringLiteral(text) => Ok(text_typed(text)),
        Value::HexStringLiteral(hex) => bytes(hex, at),
        other => Err(SqlError::syntax(at, format!("mismatched input '{other}'"))),
    }
}

fn text_typed(text: &str) -> Typed {
    let sql = types::literal(text);
    let sql = if sql.contains(" || ") { format!("({sql})") } else { sql };
    Typed::new(sql, Type::Varchar(Some(text.chars().count() as u32)))
}

/// Whole numbers are integers or bigints, numbers with a point decimals, numbers with an exponent doubles.
pub(super) fn number(digits: &str, at: Place) -> Result<Typed, SqlError> {
    let unsigned = digits.trim_start_matches('-');
    if unsigned.contains(['e', 'E']) {
        return Ok(Typed::new(format!("CAST({digits} AS DOUBLE)"), Type::Double));
    }
    if let Some((whole, fraction)) = unsigned.split_once('.') {
        let precision = whole.trim_start_matches('0').len() + fraction.len();
        if precision > 38 || fraction.len() > 38 {
            return Err(SqlError::at(
                at,
                "NUMERIC_VALUE_OUT_OF_RANGE",
                format!("Invalid decimal literal: {digits}"),
            ));
        }
        let ty = Type::Decimal(precision.max(1) as u8, fraction.len() as u8);
        return Ok(Typed::new(format!("CAST({digits} AS {})", ty.duckdb()), ty));
    }
    match digits.parse::<i64>() {
        Ok(number) => {
            let ty = if i32::try_from(number).is_ok() { Type::Integer } else { Type::Bigint };
            Ok(Typed::new(format!("CAST({digits} AS {})", ty.duckdb()), ty))
        }
        Err(_) => Err(SqlError::at(at, "INVALID_LITERAL", format!("Invalid numeric literal: {digits}"))),
    }
}

fn bytes(hex: &str, at: Place) -> Result<Typed, SqlError> {
    let hex: String = hex.chars().filter(|c| !c.is_whitespace()).collect();
    let fits = hex.len().is_multiple_of(2) && hex.chars().all(|c| c.is_ascii_hexdigit());
    match fits {
        true => Ok(Typed::new(format!("from_hex('{hex}')"), Type::Varbinary)),
        false => Err(SqlError::syntax(at, "Binary literal must contain an even number of digits")),
    }
}

/// `DATE '2024-01-31'`, `DECIMAL '1.5'`, `JSON '{}'`.
pub(super) fn typed(ty: &Type, text: &str, at: Place) -> Result<Typed, SqlError> {
    if let Type::Decimal(_, _) = ty {
        return decimal(text, at);
    }
    let digits = text_value::fraction_digits(text);
    let ty = match ty {
        Type::Time(_) => Type::Time(digits),
        other => other.clone(),
    };
    if !is_value(&ty, text) {
        return Err(invalid(text, &ty, at));
    }
    match ty {
        Type::Json => Ok(Typed::new(format!("wt_json_parse({})", types::literal(text)), Type::Json)),
        ty => cast(text_typed(text), &ty, at),
    }
}

fn invalid(text: &str, ty: &Type, at: Place) -> SqlError {
    let name = ty.to_string().to_uppercase();
    let name = name.split('(').next().unwrap_or_default();
    SqlError::at(at, "INVALID_LITERAL", format!("'{text}' is not a valid {name} literal"))
}

/// Whether a text is a value of a type, as far as a cast could fail.
fn is_value(ty: &Type, text: &str) -> bool {
    let within = |least: i64, most: i64| text_value::integer(text, least, most).is_some();
    match ty {
        Type::Boolean => text_value::boolean(text).is_some(),
        Type::Tinyint => within(i8::MIN.into(), i8::MAX.into()),
        Type::Smallint => within(i16::MIN.into(), i16::MAX.into()),
        Type::Integer => within(i32::MIN.into(), i32::MAX.into()),
        Type::Bigint => within(i64::MIN, i64::MAX),
        Type::Real | Type::Double => text_value::double(text).is_some(),
        Type::Date => text_value::date(text).is_some(),
        Type::Time(digits) => text_value::time(text, *digits).is_some(),
        Type::Timestamp(digits) => {
            text_value::timestamp(text, *digits).is_some_and(|(_, zone)| zone.is_none())
        }
        Type::TimestampTz(digits) => text_value::instant(text, *digits).is_some(),
        _ => true,
    }
}

/// As many digits as are written, zeros in front too.
fn decimal(text: &str, at: Place) -> Result<Typed, SqlError> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let (precision, scale) = (whole.len() + fraction.len(), fraction.len());
    let is_number = precision > 0 && unsigned.bytes().all(|c| c.is_ascii_digit() || c == b'.');
    if !is_number || precision > 38 || fraction.contains('.') {
        return Err(invalid(text, &Type::Decimal(38, 0), at));
    }
    let ty = Type::Decimal(precision as u8, scale as u8);
    Ok(Typed::new(format!("CAST('{text}' AS {})", ty.duckdb()), ty))
}

/// `TIMESTAMP '2024-01-31 10:00:00.123 Europe/Berlin'`: with a zone when it names one, with as many digits as it has.
pub(super) fn timestamp(text: &str, at: Place) -> Result<Typed, SqlError> {
    let digits = text_value::fraction_digits(text);
    let ty = match text_value::timestamp(text, digits) {
        Some((_, Some(_))) => Type::TimestampTz(digits),
        _ => Type::Timestamp(digits),
    };
    if !is_value(&ty, text) {
        return Err(invalid(text, &Type::Timestamp(digits), at));
    }
    cast(text_typed(text), &ty, at)
}

//! Conditional expressions that are written as functions, and what is known of a value besides itself.

use super::super::error::SqlError;
use super::super::translate::{Call, Translator, Typed, coerce, now, row};
use super::super::types::{Type, common, literal};
use super::Special::{self, Scalar};

/// See [`super`].
pub(super) const SIGNATURES: &[&str] = &["uuid() uuid = CAST(uuid() AS VARCHAR)", "version() varchar = '3'"];

/// See [`super`].
pub(super) const SPECIALS: &[(&str, Special)] = &[
    ("coalesce", Scalar(coalesce)),
    ("greatest", Scalar(extreme)),
    ("if", Scalar(if_else)),
    ("least", Scalar(extreme)),
    ("now", Scalar(instant)),
    ("nullif", Scalar(nullif)),
    ("row", Scalar(row_of)),
    ("try", Scalar(try_)),
    ("typeof", Scalar(type_of)),
];

/// All arguments in the type where they meet.
fn met(call: Call<'_>) -> Result<(Vec<Typed>, Type), SqlError> {
    let (name, place) = (call.name.clone(), call.place);
    let values = call.values()?;
    let mut ty = Type::Unknown;
    for value in &values {
        let Some(met) = common(&ty, &value.ty) else {
            let message =
                format!("All {} operands must be the same type: {ty} vs {}", name.to_uppercase(), value.ty);
            return Err(SqlError::type_mismatch(place, message));
        };
        ty = met;
    }
    Ok((values.into_iter().map(|value| coerce(value, &ty)).collect(), ty))
}

fn joined(values: &[Typed]) -> String {
    values.iter().map(|value| value.sql.as_str()).collect::<Vec<_>>().join(", ")
}

fn coalesce(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    if call.arguments.len() < 2 {
        return Err(SqlError::syntax(call.place, "The 'coalesce' function must have at least two arguments"));
    }
    let (values, ty) = met(call)?;
    Ok(Typed::new(format!("coalesce({})", joined(&values)), ty))
}

/// Null when one of them is null, unlike DuckDB's.
fn extreme(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let (name, place) = (call.name.clone(), call.place);
    let (values, ty) = met(call)?;
    if values.is_empty() {
        return Err(SqlError::at(
            place,
            "FUNCTION_NOT_FOUND",
            format!("Unexpected parameters () for function {name}"),
        ));
    }
    let nulls = values.iter().map(|value| format!("{} IS NULL", value.sql)).collect::<Vec<_>>().join(" OR ");
    Ok(Typed::new(format!("(CASE WHEN {nulls} THEN NULL ELSE {name}({}) END)", joined(&values)), ty))
}

fn if_else(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let place = call.place;
    let mut values = call.values()?;
    if !(2..=3).contains(&values.len()) {
        return Err(SqlError::syntax(place, "Invalid number of arguments for 'if' function"));
    }
    let condition = values.remove(0);
    if !matches!(condition.ty, Type::Boolean | Type::Unknown) {
        let message = format!("IF condition must evaluate to a boolean (actual: {})", condition.ty);
        return Err(SqlError::type_mismatch(place, message));
    }
    let otherwise = values.get(1).cloned().unwrap_or(Typed::new("NULL", Type::Unknown));
    let Some(ty) = common(&values[0].ty, &otherwise.ty) else {
        let message = format!("All IF results must be the same type: {} vs {}", values[0].ty, otherwise.ty);
        return Err(SqlError::type_mismatch(place, message));
    };
    let (then, otherwise) = (coerce(values.remove(0), &ty), coerce(otherwise, &ty));
    Ok(Typed::new(format!("(CASE WHEN {} THEN {} ELSE {} END)", condition.sql, then.sql, otherwise.sql), ty))
}

fn nullif(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let place = call.place;
    let values = call.values()?;
    let [a, b] = values.as_slice() else {
        return Err(SqlError::syntax(place, "Invalid number of arguments for 'nullif' function"));
    };
    let Some(ty) = common(&a.ty, &b.ty) else {
        let message = format!("Types are not comparable with NULLIF: {} vs {}", a.ty, b.ty);
        return Err(SqlError::type_mismatch(place, message));
    };
    let (one, other) = (coerce(a.clone(), &ty), coerce(b.clone(), &ty));
    Ok(Typed::new(
        format!("(CASE WHEN {} = {} THEN NULL ELSE {} END)", one.sql, other.sql, a.sql),
        a.ty.clone(),
    ))
}

fn row_of(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    Ok(row(call.values()?))
}

/// Null where the argument fails.
fn try_(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let place = call.place;
    let mut values = call.values()?;
    match (values.pop(), values.pop()) {
        (Some(value), None) => Ok(Typed::new(format!("TRY({})", value.sql), value.ty)),
        _ => Err(SqlError::syntax(place, "The 'try' function must have exactly one argument")),
    }
}

fn type_of(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let place = call.place;
    match call.values()?.as_slice() {
        [value] => Ok(Typed::new(literal(&value.ty.to_string()), Type::VARCHAR)),
        _ => Err(SqlError::at(place, "FUNCTION_NOT_FOUND", "Unexpected parameters for function typeof")),
    }
}

fn instant(translator: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    match call.arguments.is_empty() {
        true => Ok(now(translator, "now").expect("it always has a value")),
        false => Err(call.unexpected(&[])),
    }
}

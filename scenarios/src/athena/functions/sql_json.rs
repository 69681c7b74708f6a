//! `json_exists`, `json_value`, `json_query`, `json_array` and `json_object`, their clauses as arguments
//! ([`super::super::sql_json`]).
//!
//! Source: <https://trino.io/docs/current/functions/json.html>.

use super::super::error::{Place, SqlError};
use super::super::translate::{Call, Translator, Typed, cast, coerce, json_of};
use super::super::type_text::parse_type;
use super::super::types::{Type, coerces};
use super::Special::{self, Scalar};

/// See [`super`].
pub(super) const SPECIALS: &[(&str, Special)] = &[
    ("json_array", Scalar(array)),
    ("json_exists", Scalar(exists)),
    ("json_object", Scalar(object)),
    ("json_query", Scalar(query)),
    ("json_value", Scalar(value)),
];

/// The arguments, at least as many as the parser has made.
fn arguments(call: Call<'_>, least: usize) -> Result<(Vec<Typed>, Place), SqlError> {
    if call.arguments.len() < least {
        return Err(call.unexpected(&[]));
    }
    let place = call.place;
    Ok((call.values()?, place))
}

/// A word that stands in quotes.
fn word(value: &Typed) -> &str {
    value.sql.trim_matches('\'').trim()
}

fn document(value: &Typed, at: Place) -> Result<&str, SqlError> {
    match value.ty.is_text() {
        true => Ok(&value.sql),
        false => {
            let message = format!("Cannot read input of type {} as JSON using formatting JSON", value.ty);
            Err(SqlError::type_mismatch(at, message))
        }
    }
}

/// The type behind RETURNING.
fn returned(value: &Typed, at: Place) -> Result<Type, SqlError> {
    let name = word(value);
    parse_type(name).ok_or_else(|| SqlError::type_mismatch(at, format!("Unknown type: {name}")))
}

/// Text in the type behind RETURNING, which must be text.
fn as_returned(sql: String, ty: &Type, at: Place) -> Result<Typed, SqlError> {
    match ty {
        Type::Varchar(_) => cast(Typed::new(sql, Type::VARCHAR), ty, at),
        other => Err(SqlError::not_supported(at, format!("RETURNING {other} is not supported here"))),
    }
}

fn exists(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let (values, at) = arguments(call, 3)?;
    let input = document(&values[0], at)?;
    let sql = format!("wt_json_exists({input}, {}, {})", values[1].sql, values[2].sql);
    Ok(Typed::new(sql, Type::Boolean))
}

fn value(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let (values, at) = arguments(call, 6)?;
    let input = document(&values[0], at)?;
    let ty = returned(&values[2], at)?;
    let kind = match &ty {
        Type::Varchar(_) => "varchar".to_owned(),
        Type::Boolean
        | Type::Tinyint
        | Type::Smallint
        | Type::Integer
        | Type::Bigint
        | Type::Real
        | Type::Double => ty.to_string(),
        other => return Err(SqlError::not_supported(at, format!("RETURNING {other} is not supported here"))),
    };
    let defaults = values[4..6].iter().map(|default| {
        if !coerces(&default.ty, &ty) {
            let message = format!(
                "Function JSON_VALUE default result must evaluate to a {ty} (actual: {})",
                default.ty
            );
            return Err(SqlError::type_mismatch(at, message));
        }
        let default = coerce(default.clone(), &ty);
        Ok(if kind == "varchar" { default.sql } else { json_of(&default.sql, &ty) })
    });
    let defaults = defaults.collect::<Result<Vec<_>, _>>()?.join(", ");
    let sql = format!(
        "wt_json_value({input}, {}, '{kind} {}', CAST([{defaults}] AS VARCHAR[]))",
        values[1].sql,
        word(&values[3])
    );
    let from = if kind == "varchar" { Type::VARCHAR } else { Type::Json };
    cast(Typed::new(sql, from), &ty, at)
}

fn query(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let (values, at) = arguments(call, 4)?;
    let input = document(&values[0], at)?;
    let sql = format!("wt_json_query({input}, {}, {})", values[1].sql, values[3].sql);
    as_returned(sql, &returned(&values[2], at)?, at)
}

/// A value as JSON; null stays null where it is to be absent.
fn item(value: &Typed, on_null: &str, at: Place) -> Result<String, SqlError> {
    if matches!(value.ty, Type::Array(_) | Type::Map(_, _) | Type::Row(_) | Type::Varbinary) {
        return Err(SqlError::type_mismatch(at, format!("Cannot cast {} to varchar", value.ty)));
    }
    let json = json_of(&value.sql, &value.ty);
    Ok(if on_null == "null" { format!("coalesce({json}, 'null')") } else { json })
}

fn joined(items: &[String], open: char, close: char) -> String {
    format!("('{open}' || wt_concat_ws(',', CAST([{}] AS VARCHAR[])) || '{close}')", items.join(", "))
}

fn array(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let (values, at) = arguments(call, 2)?;
    let on_null = word(&values[0]);
    let items = values[2..].iter().map(|value| item(value, on_null, at)).collect::<Result<Vec<_>, _>>()?;
    as_returned(joined(&items, '[', ']'), &returned(&values[1], at)?, at)
}

fn object(_: &mut Translator<'_>, call: Call<'_>) -> Result<Typed, SqlError> {
    let (values, at) = arguments(call, 2)?;
    let on_null = word(&values[0]);
    let members = values[2..].chunks_exact(2).map(|pair| {
        let key = &pair[0];
        if !key.ty.is_text() || key.ty == Type::Unknown {
            let message = format!("Invalid type of JSON object key: {}", key.ty);
            return Err(SqlError::type_mismatch(at, message));
        }
        let checked = format!(
            "CASE WHEN {0} IS NULL THEN CAST(wt_fail('INVALID_FUNCTION_ARGUMENT', 'null value passed for JSON object key to JSON_OBJECT function') AS VARCHAR) ELSE {0} END",
            key.sql
        );
        let checked = if key.sql.starts_with('\'') { &key.sql } else { &checked };
        Ok(format!("wt_json_quote({checked}) || ':' || {}", item(&pair[1], on_null, at)?))
    });
    let members = members.collect::<Result<Vec<_>, _>>()?;
    as_returned(joined(&members, '{', '}'), &returned(&values[1], at)?, at)
}

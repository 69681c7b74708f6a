//! Casts: those that are made without being asked for, and those that are written.
//!
//! Source: Trino's cast operators (`VarcharOperators`, `DoubleOperators`, `DecimalCasts`, `JsonOperators`, …).

use super::super::error::{Place, SqlError};
use super::super::types::{RowField, Type, coerces, literal, row_key};
use super::Typed;

/// A value in a type that it becomes by itself ([`super::super::types::coerces`]).
pub(in super::super) fn coerce(value: Typed, ty: &Type) -> Typed {
    if value.ty == *ty {
        return value;
    }
    let sql = value.sql;
    let text = match (&value.ty, ty) {
        (Type::Unknown, _) => format!("CAST({sql} AS {})", ty.duckdb()),
        (Type::Date | Type::Timestamp(_), Type::TimestampTz(_)) => {
            in_utc(&format!("CAST({sql} AS TIMESTAMP)"))
        }
        (from, to) if from.duckdb() == to.duckdb() => sql,
        (Type::Array(from), Type::Array(to)) if has_zone(to) => {
            format!("list_transform({sql}, lambda e: {})", coerce(Typed::new("e", (**from).clone()), to).sql)
        }
        (from @ Type::Row(fields), Type::Row(wanted)) => row_as(&sql, from, fields, wanted, coerce),
        (Type::Array(from), Type::Array(to)) if has_row(to) => {
            format!("list_transform({sql}, lambda e: {})", coerce(Typed::new("e", (**from).clone()), to).sql)
        }
        _ => format!("CAST({sql} AS {})", ty.duckdb()),
    };
    Typed::new(text, ty.clone())
}

fn in_utc(timestamp: &str) -> String {
    format!("wt_in_utc({timestamp})")
}

fn has_zone(ty: &Type) -> bool {
    match ty {
        Type::TimestampTz(_) => true,
        Type::Array(element) => has_zone(element),
        Type::Map(key, value) => has_zone(key) || has_zone(value),
        Type::Row(fields) => fields.iter().any(|field| has_zone(&field.ty)),
        _ => false,
    }
}

fn has_row(ty: &Type) -> bool {
    match ty {
        Type::Row(_) => true,
        Type::Array(element) => has_row(element),
        _ => false,
    }
}

/// A row field by field, since DuckDB casts by name and Trino by position.
fn row_as(
    sql: &str,
    from: &Type,
    fields: &[RowField],
    wanted: &[RowField],
    convert: impl Fn(Typed, &Type) -> Typed,
) -> String {
    let _ = from;
    let parts = fields.iter().zip(wanted).enumerate().map(|(at, (field, to))| {
        let key = field.name.clone().unwrap_or(format!("field{at}"));
        let value = Typed::new(format!("struct_extract({sql}, {})", literal(&key)), field.ty.clone());
        format!("{} := {}", row_key(to, at), convert(value, &to.ty).sql)
    });
    let parts = parts.collect::<Vec<_>>().join(", ");
    format!("(CASE WHEN {sql} IS NULL THEN NULL ELSE struct_pack({parts}) END)")
}

/// `CAST(value AS type)`.
pub(in super::super) fn cast(value: Typed, ty: &Type, at: Place) -> Result<Typed, SqlError> {
    let refusal = |from: &Type| SqlError::type_mismatch(at, format!("Cannot cast {from} to {ty}"));
    if value.ty == *ty {
        return Ok(value);
    }
    let Typed { sql, ty: from } = value;
    let text = match (&from, ty) {
        (Type::Unknown, _) => format!("CAST({sql} AS {})", ty.duckdb()),
        (from, Type::Varchar(length)) => {
            let text = text_of(&sql, from).ok_or_else(|| refusal(from))?;
            match from.is_text() || *from == Type::Json {
                true => shortened(text, *length),
                false => fitting(text, *length),
            }
        }
        (from, Type::Char(length)) => {
            let text = text_of(&sql, from).ok_or_else(|| refusal(from))?;
            format!("rpad({text}, {length}, ' ')")
        }
        (Type::Varchar(_) | Type::Char(_), _) => of_text(&sql, ty).ok_or_else(|| refusal(&from))?,
        (from, Type::Json) if !is_json(from) => return Err(refusal(from)),
        (from, Type::Json) => json_of(&sql, from),
        (Type::Json, _) => of_json(&sql, ty).ok_or_else(|| refusal(&from))?,
        (Type::Array(a), Type::Array(b)) => {
            let element = cast(Typed::new("e", (**a).clone()), b, at)?;
            format!("list_transform({sql}, lambda e: {})", element.sql)
        }
        (Type::Map(ak, av), Type::Map(bk, bv)) => {
            let key = cast(Typed::new("k", (**ak).clone()), bk, at)?.sql;
            let value = cast(Typed::new("v", (**av).clone()), bv, at)?.sql;
            format!(
                "map(list_transform(map_keys({sql}), lambda k: {key}), list_transform(map_values({sql}), lambda v: {value}))"
            )
        }
        (Type::Row(fields), Type::Row(wanted)) if fields.len() == wanted.len() => {
            for (field, to) in fields.iter().zip(wanted) {
                cast(Typed::new("e", field.ty.clone()), &to.ty, at)?;
            }
            // Each of them can be cast: it was tried just now.
            row_as(&sql, &from, fields, wanted, |value, to| cast(value.clone(), to, at).unwrap_or(value))
        }
        (from, to) => scalar(&sql, from, to).ok_or_else(|| refusal(from))?,
    };
    Ok(Typed::new(text, ty.clone()))
}

fn shortened(text: String, length: Option<u32>) -> String {
    match length {
        None => text,
        Some(length) => format!("substr({text}, 1, {length})"),
    }
}

/// Text that is no shorter than its value is fails where it is too long.
fn fitting(text: String, length: Option<u32>) -> String {
    match length {
        None => text,
        Some(length) => format!("wt_fitting({text}, {length})"),
    }
}

fn scalar(sql: &str, from: &Type, to: &Type) -> Option<String> {
    use Type::*;
    let plain = || format!("CAST({sql} AS {})", to.duckdb());
    Some(match (from, to) {
        (Boolean, to) if to.is_number() => plain(),
        (from, Boolean) if from.is_number() => format!("({sql} <> 0)"),
        // Half away from zero, as DuckDB does not do it from floating point.
        (Real | Double, to) if to.is_integer() => {
            format!("CAST(wt_double_to_integer(CAST({sql} AS DOUBLE), '{0}') AS {0})", to.duckdb())
        }
        (Double, Decimal(precision, scale)) => {
            format!("CAST(wt_double_to_decimal({sql}, {precision}, {scale}) AS {})", to.duckdb())
        }
        (Real, Decimal(precision, scale)) => {
            format!("CAST(wt_real_to_decimal({sql}, {precision}, {scale}) AS {})", to.duckdb())
        }
        (from, to) if from.is_number() && to.is_number() && coerces(from, to) => plain(),
        (from, to) if from.is_integer() && to.is_integer() => {
            format!("CAST(wt_narrow(CAST({sql} AS BIGINT), '{0}') AS {0})", to.duckdb())
        }
        (Decimal(_, _), to) if to.is_integer() => {
            format!("CAST(wt_decimal_to_integer(CAST({sql} AS VARCHAR), '{0}') AS {0})", to.duckdb())
        }
        (from, Decimal(precision, scale)) if from.as_decimal().is_some() => {
            let by = if from.is_integer() { "wt_integer_to_decimal" } else { "wt_decimal_to_decimal" };
            format!("CAST({by}(CAST({sql} AS VARCHAR), {precision}, {scale}) AS {})", to.duckdb())
        }
        (from, to) if from.is_number() && to.is_number() => plain(),
        (Date, Timestamp(_)) | (Timestamp(_), Date) => plain(),
        (Timestamp(a), Timestamp(b)) if b >= a => sql.to_owned(),
        (Timestamp(_), Timestamp(b)) => format!("wt_round_timestamp({sql}, {b})"),
        (Timestamp(a), Time(b)) if b >= a => plain(),
        (Timestamp(_), Time(b)) => format!("wt_round_time({}, {b})", plain()),
        (Time(a), Time(b)) if b >= a => sql.to_owned(),
        (Time(_), Time(b)) => format!("wt_round_time({sql}, {b})"),
        (Date | Timestamp(_), TimestampTz(_)) => in_utc(&format!("CAST({sql} AS TIMESTAMP)")),
        (TimestampTz(a), TimestampTz(b)) if b >= a => sql.to_owned(),
        (TimestampTz(_), TimestampTz(b)) => format!("wt_round_zoned({sql}, {b})"),
        (TimestampTz(p), Date | Timestamp(_) | Time(_)) => {
            return scalar(&format!("wt_wall({sql})"), &Timestamp(*p), to);
        }
        (Varbinary, Varbinary) | (Uuid, Uuid) => sql.to_owned(),
        (Varbinary, Uuid) => format!("wt_bytes_to_uuid({sql})"),
        (Uuid, Varbinary) => format!("wt_uuid_to_bytes({sql})"),
        (from, to) if from == to => sql.to_owned(),
        _ => return None,
    })
}

/// A value as text.
pub(in super::super) fn text_of(sql: &str, from: &Type) -> Option<String> {
    use Type::*;
    Some(match from {
        Varchar(_) | Char(_) | Unknown | Uuid => sql.to_owned(),
        Real => format!("wt_real_cast_text({sql})"),
        Double => format!("wt_double_cast_text({sql})"),
        Date => format!("wt_date_text({sql})"),
        Time(precision) => format!("wt_time_text({sql}, {precision})"),
        Timestamp(precision) => format!("wt_timestamp_text({sql}, {precision})"),
        TimestampTz(precision) => format!("wt_zoned_text({sql}, {precision})"),
        IntervalDay => format!("wt_interval_day_text({sql})"),
        IntervalMonth => format!("wt_interval_month_text({sql})"),
        Json => format!("wt_json_scalar_text({sql})"),
        Varbinary | Array(_) | Map(_, _) | Row(_) => return None,
        _ => format!("CAST({sql} AS VARCHAR)"),
    })
}

/// A value as text, floating point as Java writes it (`1.5`) and casts do not (`1.5E0`).
pub(in super::super) fn plain_text_of(sql: &str, from: &Type) -> Option<String> {
    match from {
        Type::Real => Some(format!("wt_real_text({sql})")),
        Type::Double => Some(format!("wt_double_text({sql})")),
        other => text_of(sql, other),
    }
}

/// Text as a value; what it does not look like fails.
fn of_text(sql: &str, to: &Type) -> Option<String> {
    use Type::*;
    Some(match to {
        Boolean => format!("wt_text_to_boolean({sql})"),
        Tinyint | Smallint | Integer | Bigint => {
            format!("CAST(wt_text_to_integer({sql}, '{0}') AS {0})", to.duckdb())
        }
        Real => format!("wt_text_to_real({sql})"),
        Double => format!("wt_text_to_double({sql}, 'DOUBLE')"),
        Decimal(precision, scale) => {
            format!("CAST(wt_text_to_decimal({sql}, {precision}, {scale}) AS {})", to.duckdb())
        }
        Varbinary => format!("encode({sql})"),
        Date => format!("wt_text_to_date({sql})"),
        Time(precision) => format!("wt_text_to_time({sql}, {precision})"),
        Timestamp(precision) => format!("wt_text_to_timestamp({sql}, {precision})"),
        TimestampTz(precision) => format!("wt_text_to_zoned({sql}, {precision})"),
        Json => format!("wt_json_quote({sql})"),
        Uuid => format!("wt_text_to_uuid({sql})"),
        _ => return None,
    })
}

/// Whether values of a type become JSON.
fn is_json(ty: &Type) -> bool {
    use Type::*;
    match ty {
        Array(element) => is_json(element),
        Map(key, value) => {
            (key.is_number() || matches!(**key, Boolean | Varchar(_) | Unknown)) && is_json(value)
        }
        Row(fields) => fields.iter().all(|field| is_json(&field.ty)),
        Unknown | Boolean | Varchar(_) | Char(_) | Json | Date | Timestamp(_) => true,
        ty => ty.is_number(),
    }
}

/// A value as a JSON document.
pub(in super::super) fn json_of(sql: &str, from: &Type) -> String {
    use Type::*;
    match from {
        Unknown => "CAST(NULL AS VARCHAR)".to_owned(),
        Json => sql.to_owned(),
        Boolean | Tinyint | Smallint | Integer | Bigint | Decimal(_, _) => format!("CAST({sql} AS VARCHAR)"),
        Real => format!("wt_json_real({sql})"),
        Double => format!("wt_json_number({sql})"),
        Varchar(_) | Char(_) => format!("wt_json_quote({sql})"),
        Array(element) => {
            let element = json_of("e", element);
            format!(
                "('[' || array_to_string(list_transform({sql}, lambda e: coalesce({element}, 'null')), ',') || ']')"
            )
        }
        Map(key, value) => {
            let key = plain_text_of("m.key", key).unwrap_or_else(|| "m.key".to_owned());
            let value = json_of("m.v", value);
            format!(
                "('{{' || array_to_string(list_transform(list_sort(list_transform(map_entries({sql}), \
                 lambda m: struct_pack(k := {key}, v := m.value))), lambda m: \
                 wt_json_quote(m.k) || ':' || coalesce({value}, 'null')), ',') || '}}')"
            )
        }
        Row(fields) => {
            let parts = fields.iter().enumerate().map(|(at, field)| {
                let key = field.name.clone().unwrap_or(format!("field{at}"));
                let value = json_of(&format!("struct_extract({sql}, {})", literal(&key)), &field.ty);
                let shown = field.name.clone().unwrap_or_default().replace('\\', "\\\\").replace('"', "\\\"");
                format!("{} || coalesce({value}, 'null')", literal(&format!("\"{shown}\":")))
            });
            let parts = parts.collect::<Vec<_>>().join(" || ',' || ");
            format!("(CASE WHEN {sql} IS NULL THEN NULL ELSE '{{' || {parts} || '}}' END)")
        }
        other => {
            let text = text_of(sql, other).unwrap_or_else(|| sql.to_owned());
            format!("wt_json_quote({text})")
        }
    }
}

/// A JSON document as a value.
fn of_json(sql: &str, to: &Type) -> Option<String> {
    use Type::*;
    Some(match to {
        Boolean => format!("wt_json_to_boolean({sql})"),
        Tinyint | Smallint | Integer | Bigint => {
            format!("CAST(wt_json_to_integer({sql}, '{to}') AS {})", to.duckdb())
        }
        Real | Double => format!("CAST(wt_json_to_double({sql}, '{to}') AS {})", to.duckdb()),
        Decimal(_, _) => of_text(&format!("wt_json_to_digits({sql}, '{to}')"), to)?,
        Array(element) => {
            let element = of_json("e", element)?;
            format!("list_transform(wt_json_elements({sql}), lambda e: {element})")
        }
        Map(key, value) => {
            let key = of_text_or_same("k", key)?;
            let value = of_json("v", value)?;
            format!(
                "map(list_transform(wt_json_keys({sql}), lambda k: {key}), \
                 list_transform(wt_json_values({sql}), lambda v: {value}))"
            )
        }
        Row(fields) => {
            let is_named = fields.iter().any(|field| field.name.is_some());
            let parts = fields.iter().enumerate().map(|(at, field)| {
                let name = literal(field.name.as_deref().unwrap_or_default());
                let value = of_json(&format!("wt_json_field({sql}, {name}, {at})"), &field.ty)?;
                Some(format!("{} := {value}", row_key(field, at)))
            });
            let parts = parts.collect::<Option<Vec<_>>>()?.join(", ");
            let row = format!("wt_json_row({sql}, {}, {is_named})", fields.len());
            format!("(CASE WHEN {row} IS NULL THEN NULL ELSE struct_pack({parts}) END)")
        }
        Json => sql.to_owned(),
        Varchar(length) => shortened(format!("wt_json_scalar_text({sql})"), *length),
        _ => return None,
    })
}

fn of_text_or_same(sql: &str, to: &Type) -> Option<String> {
    match to {
        Type::Varchar(_) => Some(sql.to_owned()),
        other => of_text(sql, other),
    }
}

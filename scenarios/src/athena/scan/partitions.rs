//! Which partitions a scan reads: those that are registered, or projected, less those that the query does not want.
//!
//! The query's own conditions on keys are asked of a list of the partitions, so they mean there what they mean in the
//! query.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray};
use wavetank_emulator::glue::TableInput;

use super::super::duck_error::in_athenas_words;
use super::super::error::SqlError;
use super::super::lake::Lake;
use super::super::session::Session;
use super::super::translate::Scan;
use super::super::types::Type;
use super::projection::project;

/// Hive's name for a null.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// Values and location of each partition; the table itself where it has no keys.
pub(super) fn all(
    scan: &Scan,
    table: &TableInput,
    lake: &Lake<'_>,
) -> Result<Vec<(Vec<String>, String)>, SqlError> {
    let shape = &scan.table;
    let name = format!("{}.{}", shape.database, shape.name);
    let location = table.storage_descriptor.as_ref().and_then(|storage| storage.location.clone());
    let location = location.filter(|location| !location.is_empty());
    let location = location
        .ok_or_else(|| SqlError::new("HIVE_INVALID_METADATA", format!("table '{name}' has no location")))?;
    if shape.keys.is_empty() {
        return Ok(vec![(vec![], location)]);
    }
    let parameters = table.parameters.clone().unwrap_or_default();
    let projected = project(&name, &parameters, &shape.keys, &location, lake.now_micros(), &injected(scan))?;
    match projected {
        Some(projected) => Ok(projected.into_iter().map(|part| (part.values, part.location)).collect()),
        None => registered(scan, lake),
    }
}

/// Those for which the query's conditions hold.
pub(super) fn wanted(
    at: usize,
    scan: &Scan,
    mut all: Vec<(Vec<String>, String)>,
    session: &Session,
) -> Result<Vec<(Vec<String>, String)>, SqlError> {
    if scan.conditions.is_empty() || scan.table.keys.is_empty() {
        return Ok(all);
    }
    let kept = kept(at, scan, &all, session)?;
    let mut position = 0;
    all.retain(|_| {
        position += 1;
        kept.contains(&(position - 1))
    });
    Ok(all)
}

fn registered(scan: &Scan, lake: &Lake<'_>) -> Result<Vec<(Vec<String>, String)>, SqlError> {
    let partitions = lake.partitions(&scan.table.database, &scan.table.name)?;
    let one = partitions.into_iter().map(|partition| {
        let location = partition.input.storage_descriptor.and_then(|storage| storage.location);
        (partition.input.values.unwrap_or_default(), location.unwrap_or_default())
    });
    Ok(one.filter(|(_, location)| !location.is_empty()).collect())
}

/// Positions of the partitions for which the conditions hold.
fn kept(
    at: usize,
    scan: &Scan,
    all: &[(Vec<String>, String)],
    session: &Session,
) -> Result<std::collections::BTreeSet<usize>, SqlError> {
    let refused = |error: duckdb::Error| in_athenas_words(&error);
    let keys = scan.table.keys.len();
    let columns: Vec<String> = (0..keys).map(|key| format!("k{key} VARCHAR")).collect();
    let raw = format!("parts{at}");
    let table = format!("CREATE TEMP TABLE {raw} (part INTEGER, {})", columns.join(", "));
    let connection = session.connection_for(&scan.conditions.join(" "))?;
    connection.execute_batch(&table).map_err(refused)?;
    let mut arrays: Vec<(String, ArrayRef)> =
        vec![("part".to_owned(), Arc::new(Int32Array::from_iter_values(0..all.len() as i32)))];
    for key in 0..keys {
        let texts = all.iter().map(|(values, _)| values.get(key).map(String::as_str));
        arrays.push((format!("k{key}"), Arc::new(StringArray::from_iter(texts))));
    }
    let batch =
        RecordBatch::try_from_iter_with_nullable(arrays.into_iter().map(|(name, array)| (name, array, true)));
    let batch = batch.map_err(|error| SqlError::new("GENERIC_INTERNAL_ERROR", error.to_string()))?;
    if batch.num_rows() > 0 {
        let mut appender = connection.appender(&raw).map_err(refused)?;
        appender.append_record_batch(batch).map_err(refused)?;
        appender.flush().map_err(refused)?;
    }
    let first_key = scan.table.columns.len();
    let typed = scan.table.keys.iter().enumerate();
    let typed = typed.map(|(key, column)| {
        format!("{} AS c{}", key_value(&format!("k{key}"), &column.ty), first_key + key)
    });
    let sql = format!(
        "SELECT part FROM (SELECT part, {} FROM {raw}) {} WHERE {}",
        typed.collect::<Vec<_>>().join(", "),
        scan.alias,
        scan.conditions.join(" AND ")
    );
    let mut statement = connection.prepare(&sql).map_err(refused)?;
    let rows = statement.query_map([], |row| row.get::<_, i32>(0)).map_err(refused)?;
    rows.map(|part| part.map(|part| part as usize)).collect::<Result<_, _>>().map_err(refused)
}

/// A key's text as a value of its type.
pub(super) fn key_value(text: &str, ty: &Type) -> String {
    format!("CAST(nullif({text}, '{NULL}') AS {})", ty.duckdb())
}

/// Values that conditions ask of keys one by one, which is how an injected key gets its values: `(t1.c2 = 'a')`,
/// `(t1.c2 IN ('a', 'b'))`.
fn injected(scan: &Scan) -> BTreeMap<String, Vec<String>> {
    let first_key = scan.table.columns.len();
    let mut found = BTreeMap::new();
    for (key, column) in scan.table.keys.iter().enumerate() {
        let name = format!("({}.c{} ", scan.alias, first_key + key);
        let asked = scan.conditions.iter().filter_map(|condition| condition.strip_prefix(&name));
        let values = asked.flat_map(|rest| match (rest.strip_prefix("= "), rest.strip_prefix("IN (")) {
            (Some(value), _) => texts(value),
            (_, Some(values)) => texts(values),
            _ => vec![],
        });
        let values: Vec<String> = values.collect();
        if !values.is_empty() {
            found.insert(column.name.clone(), values);
        }
    }
    found
}

/// The literals in a list of them: texts in quotes, and numbers in `CAST(1 AS INTEGER)`.
fn texts(list: &str) -> Vec<String> {
    let (mut values, mut rest) = (Vec::new(), list);
    loop {
        rest = rest.trim_start_matches([',', ' ']);
        if let Some(text) = rest.strip_prefix('\'') {
            let mut value = String::new();
            let mut chars = text.char_indices().peekable();
            let mut end = text.len();
            while let Some((at, c)) = chars.next() {
                if c == '\'' && chars.next_if(|(_, next)| *next == '\'').is_none() {
                    end = at + 1;
                    break;
                }
                value.push(c);
            }
            values.push(value);
            rest = &text[end..];
        } else if let Some(number) = rest.strip_prefix("CAST(") {
            let (value, after) = number.split_once(" AS ").unwrap_or((number, ""));
            values.push(value.to_owned());
            rest = after.split_once(')').map_or("", |(_, after)| after);
        } else {
            return values;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_of_conditions_are_found() {
        assert_eq!(texts("'a')"), ["a"]);
        assert_eq!(texts("'it''s', 'b'))"), ["it's", "b"]);
        assert_eq!(texts("CAST(7 AS INTEGER), CAST(8 AS INTEGER)))"), ["7", "8"]);
    }
}

//! Partitions of a table.

use wavetank_emulator::glue::{PartitionInput, TableInput};

use super::super::answer::Answer;
use super::super::error::DdlError;
use super::super::statement::{Comparison, NewPartition, PartitionCondition, PartitionSpec, TableName};
use super::super::text::backquoted;
use super::create_table::DDL_TIME;
use super::{Found, Outcome, Run};

pub(super) fn show(run: &Run<'_>, table: &TableName) -> Outcome {
    let found = run.find(table)?;
    let keys = keys(&found.input);
    if keys.is_empty() {
        let message = format!("Table {} is not a partitioned table", found.name);
        return Err(DdlError::execution(message));
    }
    let partitions = run.catalog.partitions(&found.database, &found.name, "")?;
    let values = partitions.into_iter().filter_map(|partition| partition.values);
    let mut lines: Vec<_> = values.map(|values| folder(&keys, &values)).collect();
    lines.sort_unstable();
    Ok(Answer::of(&["partition"], lines))
}

/// Names of partition keys.
pub(super) fn keys(table: &TableInput) -> Vec<&str> {
    let keys = table.partition_keys.iter().flatten();
    keys.filter_map(|key| key.name.as_deref()).collect()
}

/// `year=2024/month=01`, as Hive names folders.
pub(super) fn folder(keys: &[&str], values: &[String]) -> String {
    let pairs = keys.iter().zip(values).map(|(key, value)| format!("{}={}", escaped(key), escaped(value)));
    pairs.collect::<Vec<_>>().join("/")
}

/// What Hive does not put into a path. An empty value has a name of its own.
fn escaped(text: &str) -> String {
    const ESCAPED: &str = "\"#%'*/:=?\\{[]^\u{7f}";
    if text.is_empty() {
        return DEFAULT_PARTITION.to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c < ' ' || ESCAPED.contains(c) {
            true => escaped.push_str(&format!("%{:02X}", u32::from(c))),
            false => escaped.push(c),
        }
    }
    escaped
}

/// Where rows go whose partition key is null.
pub(super) const DEFAULT_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

/// The values that a specification gives to all keys, in the order of the keys.
fn values(table: &TableInput, spec: &PartitionSpec) -> Result<Vec<String>, DdlError> {
    let keys = keys(table);
    let value = |key: &&str| spec.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    let values: Vec<_> = keys.iter().filter_map(|key| value(key).map(|(_, value)| value.clone())).collect();
    if values.len() == keys.len() && spec.len() == keys.len() {
        check_types(table, &values)?;
        return Ok(values);
    }
    let shown: Vec<_> = spec.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let message =
        format!("Partition spec {{{}}} contains non-partition columns or misses some", shown.join(", "));
    Err(DdlError::semantic(10098, message))
}

/// Whole numbers are the one type that Athena holds values against.
fn check_types(table: &TableInput, values: &[String]) -> Result<(), DdlError> {
    for (key, value) in table.partition_keys.iter().flatten().zip(values) {
        let column_type = key.r#type.as_deref().unwrap_or_default();
        let whole = ["tinyint", "smallint", "int", "bigint"].contains(&column_type);
        if whole && value.parse::<i64>().is_err() && value != DEFAULT_PARTITION {
            let name = key.name.as_deref().unwrap_or_default();
            let message = format!(
                "Cannot add partition column {name} of type string as it cannot be converted to type {column_type}"
            );
            return Err(DdlError::semantic(10248, message));
        }
    }
    Ok(())
}

/// A partition with the files of its table's kind.
pub(super) fn described(
    found: &Found,
    values: Vec<String>,
    location: Option<&str>,
    now_secs: u64,
) -> PartitionInput {
    let mut descriptor = found.input.storage_descriptor.clone().unwrap_or_default();
    let below = || {
        let table = descriptor.location.as_deref().unwrap_or_default().trim_end_matches('/');
        format!("{table}/{}", folder(&keys(&found.input), &values))
    };
    descriptor.location = Some(location.map_or_else(below, str::to_owned));
    PartitionInput {
        values: Some(values),
        storage_descriptor: Some(descriptor),
        parameters: Some([(DDL_TIME.to_owned(), now_secs.to_string())].into()),
        ..PartitionInput::default()
    }
}

/// One that exists is in the way of all, unless `IF NOT EXISTS` lets it be.
pub(super) fn add(run: &Run<'_>, found: &Found, if_not_exists: bool, partitions: &[NewPartition]) -> Outcome {
    let now = run.context.now.as_secs();
    let mut added = Vec::new();
    for partition in partitions {
        let values = values(&found.input, &partition.spec)?;
        if !if_not_exists && find(run, found, &values)?.is_some() {
            return Err(DdlError::execution(format_args!(
                "AlreadyExistsException(message:Partition already exists.)"
            )));
        }
        added.push(described(found, values, partition.location.as_deref(), now));
    }
    run.catalog.create_partitions(&found.database, &found.name, added)?;
    Ok(Answer::done())
}

pub(super) fn drop(
    run: &Run<'_>,
    found: &Found,
    if_exists: bool,
    partitions: &[Vec<PartitionCondition>],
) -> Outcome {
    let mut dropped = Vec::new();
    for conditions in partitions {
        let expression = expression(&found.input, conditions)?;
        let matching = match exactly(&found.input, conditions) {
            Some(values) => find(run, found, &values)?.into_iter().collect(),
            None => run.catalog.partitions(&found.database, &found.name, &expression)?,
        };
        if matching.is_empty() && !if_exists {
            return Err(DdlError::partition_not_found(&format!("({})", expression.replace('`', ""))));
        }
        dropped.extend(matching.into_iter().filter_map(|partition| partition.values));
    }
    dropped.sort_unstable();
    dropped.dedup();
    run.catalog.delete_partitions(&found.database, &found.name, dropped)?;
    Ok(Answer::done())
}

/// The values that conditions demand, where keys are of types that `GetPartitions` cannot compare.
fn exactly(table: &TableInput, conditions: &[PartitionCondition]) -> Option<Vec<String>> {
    const NOT_COMPARED: [&str; 4] = ["boolean", "double", "float", "binary"];
    let mut types = table.partition_keys.iter().flatten().filter_map(|key| key.r#type.as_deref());
    if !types.any(|column_type| NOT_COMPARED.contains(&column_type)) {
        return None;
    }
    let value = |key: &str| {
        let condition = conditions.iter().find(|condition| condition.key == key)?;
        (condition.operator == Comparison::Equal).then(|| condition.value.clone())
    };
    keys(table).into_iter().map(value).collect()
}

/// Conditions in the words of `GetPartitions`.
fn expression(table: &TableInput, conditions: &[PartitionCondition]) -> Result<String, DdlError> {
    let mut terms = Vec::new();
    for PartitionCondition { key, operator, value } in conditions {
        let columns = table.partition_keys.iter().flatten();
        let column = columns.into_iter().find(|column| column.name.as_deref() == Some(key));
        let Some(column) = column else {
            return Err(DdlError::semantic(10098, format_args!("Column not found {key}")));
        };
        let sign = match operator {
            Comparison::Equal => "=",
            Comparison::NotEqual => "<>",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        };
        let literal = literal(column.r#type.as_deref(), value);
        terms.push(format!("{} {sign} {literal}", backquoted(key)));
    }
    Ok(terms.join(" AND "))
}

/// A value of a partition key, as its type is written: only whole numbers and decimals go without quotes.
fn literal(column_type: Option<&str>, value: &str) -> String {
    let numeric = ["tinyint", "smallint", "int", "bigint", "decimal"];
    let base = column_type.unwrap_or_default().split('(').next().unwrap_or_default();
    let is_number = value.parse::<f64>().is_ok_and(f64::is_finite);
    match numeric.contains(&base) && is_number {
        true => value.to_owned(),
        false => format!("'{}'", value.replace('\'', "''")),
    }
}

fn find(run: &Run<'_>, found: &Found, values: &[String]) -> Result<Option<PartitionInput>, DdlError> {
    Ok(run.catalog.partition(&found.database, &found.name, values)?)
}

/// The partition of a specification that must be there.
pub(super) fn existing(
    run: &Run<'_>,
    found: &Found,
    spec: &PartitionSpec,
) -> Result<(Vec<String>, PartitionInput), DdlError> {
    let values = values(&found.input, spec)?;
    match find(run, found, &values)? {
        Some(partition) => Ok((values, partition)),
        None => Err(DdlError::partition_not_found(&folder(&keys(&found.input), &values))),
    }
}

pub(super) fn set_location(run: &Run<'_>, found: &Found, spec: &PartitionSpec, location: &str) -> Outcome {
    let (values, mut partition) = existing(run, found, spec)?;
    partition.storage_descriptor.get_or_insert_default().location = Some(location.to_owned());
    run.catalog.update_partition(&found.database, &found.name, &values, partition)?;
    Ok(Answer::done())
}

/// An external partition keeps its place.
pub(super) fn rename(run: &Run<'_>, found: &Found, from: &PartitionSpec, to: &PartitionSpec) -> Outcome {
    let (before, mut partition) = existing(run, found, from)?;
    let after = values(&found.input, to)?;
    if after != before && find(run, found, &after)?.is_some() {
        let shown = folder(&keys(&found.input), &after);
        return Err(DdlError::already_exists("Partition", &shown));
    }
    partition.values = Some(after);
    run.catalog.update_partition(&found.database, &found.name, &before, partition)?;
    Ok(Answer::done())
}

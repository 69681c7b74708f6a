//! Partition projection: partitions that follow from a table's properties, and are in no catalog.
//!
//! ```text
//! projection.enabled          true
//! projection.region.type      enum        .values   eu-west-1,us-east-1
//! projection.hour.type        integer     .range    0,23   .interval 1   .digits 2
//! projection.day.type         date        .range    2024/01/01,NOW   .format yyyy/MM/dd   (see `date_range`)
//! projection.device.type      injected                       what the query itself compares the key with
//! storage.location.template   s3://logs/${region}/${day}/${hour}/${device}/
//! ```
//!
//! Partitions are all combinations of the keys' values, the last key fastest. A key of type date or timestamp has
//! the value that Hive writes for it, and the format's only in the location.
//!
//! Sources: <https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html> and its neighbours;
//! the limit and what no AWS page tells, from Trino's `io.trino.plugin.hive.projection`.

use std::collections::BTreeMap;

use super::super::error::SqlError;
use super::super::text_form::{date_text, timestamp_text};
use super::super::translate::OutputColumn;
use super::super::types::Type;
use super::date_pattern::{DAY, DatePattern};
use super::date_range::{DateRange, Settings};

/// The most partitions that a query may read.
const PARTITIONS_LIMIT: usize = 1_000_000;

/// A partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Projected {
    /// The value of every key.
    pub values: Vec<String>,
    /// The folder of its objects, which ends with a slash.
    pub location: String,
}

/// The partitions of a table (`database.table`) at a location; `None` when the catalog has them.
///
/// # Errors
/// When the properties do not say what the partitions are, when a query gives no value to an injected key, and when
/// there are too many.
pub fn project(
    table: &str,
    parameters: &BTreeMap<String, String>,
    keys: &[OutputColumn],
    location: &str,
    now_micros: i64,
    injected: &BTreeMap<String, Vec<String>>,
) -> Result<Option<Vec<Projected>>, SqlError> {
    let enabled =
        parameters.get("projection.enabled").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    if !enabled || keys.is_empty() {
        return Ok(None);
    }
    check_configured(table, parameters, keys)?;
    let template = Template::read(parameters.get("storage.location.template"), location, keys)?;
    let columns = keys.iter().map(|key| Column { table, parameters, key, now_micros, injected }.values());
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let count = columns.iter().try_fold(1_usize, |product, values| product.checked_mul(values.len()));
    if count.is_none_or(|count| count > PARTITIONS_LIMIT) {
        return Err(too_many(table));
    }
    Ok(Some(combinations(&columns, &template)))
}

/// Every key has a type.
fn check_configured(
    table: &str,
    parameters: &BTreeMap<String, String>,
    keys: &[OutputColumn],
) -> Result<(), SqlError> {
    let without =
        keys.iter().filter(|key| !parameters.contains_key(&format!("projection.{}.type", key.name)));
    let names: Vec<_> = without.map(|key| key.name.as_str()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let message = format!(
        "Table {table} is configured for partition projection, but the following partition columns are missing \
         projection configuration: [{}] (table {table})",
        names.join(", ")
    );
    Err(SqlError::new("HIVE_METASTORE_ERROR", message))
}

fn invalid(message: impl Into<String>) -> SqlError {
    SqlError::new("INVALID_TABLE_PROPERTY", message)
}

fn too_many(table: &str) -> SqlError {
    let message =
        format!("Query over table '{table}' can potentially read more than {PARTITIONS_LIMIT} partitions");
    SqlError::new("HIVE_EXCEEDED_PARTITION_LIMIT", message)
}

/// A value of a key, and how locations have it.
struct Value {
    value: String,
    in_location: String,
}

impl Value {
    fn same(value: impl Into<String>) -> Self {
        let value = value.into();
        Self { in_location: value.clone(), value }
    }
}

/// A key, and where its values come from.
struct Column<'a> {
    table: &'a str,
    parameters: &'a BTreeMap<String, String>,
    key: &'a OutputColumn,
    now_micros: i64,
    injected: &'a BTreeMap<String, Vec<String>>,
}

impl<'a> Column<'a> {
    fn values(&self) -> Result<Vec<Value>, SqlError> {
        let kind = self.needed("type")?.trim().to_ascii_lowercase();
        match kind.as_str() {
            "enum" => Ok(self.needed("values")?.split(',').map(Value::same).collect()),
            "integer" => self.integers(),
            "date" => self.dates(),
            "injected" => self.injected(),
            _ => Err(invalid(format!(
                "Unknown projection type '{kind}' of partition column '{}': it is enum, integer, date or injected",
                self.key.name
            ))),
        }
    }

    fn property(&self, name: &str) -> Option<&'a str> {
        self.parameters.get(&format!("projection.{}.{name}", self.key.name)).map(String::as_str)
    }

    fn needed(&self, name: &str) -> Result<&'a str, SqlError> {
        let found = self.property(name).filter(|value| !value.is_empty());
        found.ok_or_else(|| invalid(format!("Missing table property: projection.{}.{name}", self.key.name)))
    }

    fn integers(&self) -> Result<Vec<Value>, SqlError> {
        let ends = self.needed("range")?.split(',').map(integer).collect::<Result<Vec<_>, _>>()?;
        let [first, last] = ends[..] else {
            return Err(self.refused("range", "is two integers, separated by a comma"));
        };
        if first > last {
            return Err(self.refused("range", "ends before it begins"));
        }
        let interval = self.positive("interval")?.unwrap_or(1);
        let digits = self.positive("digits")?.unwrap_or(1);
        let digits = usize::try_from(digits).ok().filter(|digits| *digits <= 100);
        let digits = digits.ok_or_else(|| self.refused("digits", "is a number of digits"))?;
        let next = |value: &i64| value.checked_add(interval);
        let numbers = std::iter::successors(Some(first), next).take_while(|value| *value <= last);
        self.limited(numbers.map(|number| Value::same(format!("{number:0digits$}"))))
    }

    fn dates(&self) -> Result<Vec<Value>, SqlError> {
        let pattern = DatePattern::parse(self.needed("format")?).map_err(invalid)?;
        let interval = self.positive("interval")?;
        let settings =
            Settings { range: self.needed("range")?, interval, unit: self.property("interval.unit") };
        let range = DateRange::read(&settings, &pattern, self.now_micros).map_err(invalid)?;
        let values = range.instants().map(|instant| {
            let in_location = pattern.write(instant);
            let value = match self.key.ty {
                Type::Date => date_text(instant.div_euclid(DAY)),
                Type::Timestamp(_) => timestamp_text(instant, 3),
                _ => in_location.clone(),
            };
            Value { value, in_location }
        });
        let mut values = self.limited(values)?;
        // An interval may be finer than what the format tells.
        values.dedup_by(|later, earlier| later.in_location == earlier.in_location);
        Ok(values)
    }

    fn injected(&self) -> Result<Vec<Value>, SqlError> {
        match self.injected.get(&self.key.name) {
            Some(values) if !values.is_empty() => Ok(values.iter().map(Value::same).collect()),
            _ => Err(SqlError::new(
                "CONSTRAINT_VIOLATION",
                format!(
                    "For the injected projected partition column {}, the WHERE clause must contain only static \
                     equality conditions, and at least one such condition must be present.",
                    self.key.name
                ),
            )),
        }
    }

    fn positive(&self, name: &str) -> Result<Option<i64>, SqlError> {
        let Some(text) = self.property(name) else { return Ok(None) };
        let value = integer(text)?;
        if value > 0 { Ok(Some(value)) } else { Err(self.refused(name, "is a positive integer")) }
    }

    fn limited(&self, values: impl Iterator<Item = Value>) -> Result<Vec<Value>, SqlError> {
        let values: Vec<_> = values.take(PARTITIONS_LIMIT + 1).collect();
        if values.len() > PARTITIONS_LIMIT { Err(too_many(self.table)) } else { Ok(values) }
    }

    fn refused(&self, name: &str, why: &str) -> SqlError {
        let value = self.property(name).unwrap_or_default();
        invalid(format!("Table property projection.{}.{name} {why}: \"{value}\"", self.key.name))
    }
}

/// An integer, as Java's `Long.parseLong` reads it, with white space around.
fn integer(text: &str) -> Result<i64, SqlError> {
    let text = text.trim();
    text.parse().map_err(|_| invalid(format!("For input string: \"{text}\"")))
}

/// Where partitions are.
struct Template {
    parts: Vec<Part>,
    /// Whether values are escaped, as they are in the folders that Hive names.
    escapes: bool,
}

enum Part {
    Text(String),
    /// The value of a key.
    Key(usize),
}

impl Template {
    fn read(template: Option<&String>, location: &str, keys: &[OutputColumn]) -> Result<Self, SqlError> {
        let Some(template) = template else { return Ok(Self::of_hive(location, keys)) };
        let mut parts = Vec::new();
        let mut rest = template.as_str();
        while let Some((before, (name, after))) =
            rest.split_once("${").and_then(|(before, after)| Some((before, after.split_once('}')?)))
        {
            let key = keys.iter().position(|key| key.name == name).ok_or_else(|| {
                invalid(format!(
                    "storage.location.template has a placeholder of no partition column: ${{{name}}}"
                ))
            })?;
            parts.extend([Part::Text(before.to_owned()), Part::Key(key)]);
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        for (index, key) in keys.iter().enumerate() {
            if !parts.iter().any(|part| matches!(part, Part::Key(found) if *found == index)) {
                return Err(invalid(format!(
                    "storage.location.template has no placeholder for partition column '{}': {template}",
                    key.name
                )));
            }
        }
        Ok(Self { parts, escapes: false })
    }

    /// `location/key=value/…`.
    fn of_hive(location: &str, keys: &[OutputColumn]) -> Self {
        let mut parts = vec![Part::Text(location.trim_end_matches('/').to_owned())];
        for (index, key) in keys.iter().enumerate() {
            parts.extend([Part::Text(format!("/{}=", key.name)), Part::Key(index)]);
        }
        Self { parts, escapes: true }
    }

    fn location(&self, values: &[&Value]) -> String {
        let mut location = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => location += text,
                Part::Key(key) if self.escapes => push_escaped(&mut location, &values[*key].in_location),
                Part::Key(key) => location += &values[*key].in_location,
            }
        }
        if !location.ends_with('/') {
            location.push('/');
        }
        location
    }
}

/// A value in a folder's name, as Hive escapes it.
fn push_escaped(location: &mut String, value: &str) {
    for c in value.chars() {
        if c < ' ' || "\"#%'*/:=?\\{[]^\u{7f}".contains(c) {
            location.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            location.push(c);
        }
    }
}

/// All combinations, the last column fastest.
fn combinations(columns: &[Vec<Value>], template: &Template) -> Vec<Projected> {
    let mut rows: Vec<Vec<&Value>> = vec![Vec::new()];
    for values in columns {
        rows = rows
            .iter()
            .flat_map(|row| values.iter().map(|value| [row.as_slice(), &[value]].concat()))
            .collect();
    }
    let projected = rows.iter().map(|row| Projected {
        values: row.iter().map(|value| value.value.clone()).collect(),
        location: template.location(row),
    });
    projected.collect()
}

#[cfg(test)]
#[path = "projection_tests.rs"]
mod tests;

//! Generated rows as objects of S3: JSON lines, put when the unit of time that the object's key names is over, or one
//! object a row. A new partition of a table of the catalog is registered with its first object, as a crawler would.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde_json::Value;
use wavetank_emulator::glue::{
    Column, CreatePartition, CreatePartitionRequest, PartitionInput, StorageDescriptor,
};
use wavetank_emulator::s3::{PutObject, PutObjectRequest};
use wavetank_emulator::{ApiError, ErrorCode};

use super::line;
use crate::adapters::Services;
use crate::file::{ObjectPart, ObjectPattern, ScenarioFile, TimeUnit, UtcTime};
use crate::generate::Arrival;
use crate::report::StreamReport;

pub(super) struct ObjectWriter {
    pattern: ObjectPattern,
    /// Objects that rows still come to, and when they are put.
    open: BTreeMap<String, (i64, Vec<u8>)>,
    /// Objects that were put before a row came too late for them.
    closed: BTreeSet<String>,
    table: Option<PartitionedTable>,
    pub report: StreamReport,
}

/// A table of the catalog whose partitions are folders under its location.
struct PartitionedTable {
    database: String,
    table: String,
    prefix: String,
    keys: Vec<String>,
    storage: StorageDescriptor,
    known: BTreeSet<Vec<String>>,
}

impl ObjectWriter {
    pub fn new(name: &str, pattern: ObjectPattern, file: &ScenarioFile) -> Self {
        let report = StreamReport { stream: name.to_owned(), ..Default::default() };
        let table = PartitionedTable::of(&pattern, file);
        Self { pattern, open: BTreeMap::new(), closed: BTreeSet::new(), table, report }
    }

    /// Takes a row in; if it has an object of its own, that is put at once.
    pub fn add(&mut self, row: &Arrival, at_millis: i64, services: &Services) -> Result<(), ApiError> {
        self.count(row);
        let key = self.key(row);
        if self.pattern.has_key() {
            let mut body = Vec::new();
            line(&row.data, &mut body);
            return self.put(key, body, services);
        }
        let unit = self.pattern.unit().unwrap_or(TimeUnit::Minute);
        let over = end_of(unit, row.event_time).div_euclid(1000);
        let (key, due) = match self.closed.contains(&key) || over <= at_millis {
            false => (key, over),
            // Its object is there already, so it goes into one beside it.
            true => {
                let due = end_of(unit, at_millis * 1000).div_euclid(1000);
                (beside(&key, &format!("late-{due}")), due)
            }
        };
        line(&row.data, &mut self.open.entry(key).or_insert((due, Vec::new())).1);
        Ok(())
    }

    /// Puts the objects that are due.
    pub fn put_due(&mut self, until_millis: i64, services: &Services) -> Result<(), ApiError> {
        let mut due: Vec<(i64, String)> = self
            .open
            .iter()
            .map(|(key, (due, _))| (*due, key.clone()))
            .filter(|(due, _)| *due <= until_millis)
            .collect();
        due.sort();
        for (_, key) in due {
            if let Some((_, body)) = self.open.remove(&key) {
                self.put(key.clone(), body, services)?;
                self.closed.insert(key);
            }
        }
        Ok(())
    }

    /// Puts rows into objects of their own, one for each place that the pattern gives them.
    pub fn put_apart(&mut self, rows: &[Arrival], name: &str, services: &Services) -> Result<(), ApiError> {
        let mut bodies: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for row in rows {
            self.count(row);
            line(&row.data, bodies.entry(beside(&self.key(row), name)).or_default());
        }
        bodies.into_iter().try_for_each(|(key, body)| self.put(key, body, services))
    }

    /// When the next object is put.
    pub fn next_due(&self) -> Option<i64> {
        self.open.values().map(|(due, _)| *due).min()
    }

    fn count(&mut self, row: &Arrival) {
        self.report.sent += 1;
        *self.report.kinds.entry(row.kind.name()).or_default() += 1;
    }

    fn put(&mut self, key: String, body: Vec<u8>, services: &Services) -> Result<(), ApiError> {
        let bucket = &self.pattern.bucket;
        services.call::<PutObject>(PutObjectRequest::new(bucket, &key, Bytes::from(body)))?;
        if let Some(table) = &mut self.table {
            table.register(bucket, &key, services)?;
        }
        Ok(())
    }

    fn key(&self, row: &Arrival) -> String {
        let mut parsed: Option<Value> = None;
        let time = UtcTime(row.event_time).iso_millis();
        let time = std::str::from_utf8(&time).expect("digits are ASCII");
        let mut key = String::new();
        for part in &self.pattern.parts {
            match part {
                ObjectPart::Text(text) => key += text,
                ObjectPart::Key => key += &row.key,
                ObjectPart::Time(unit) => key += digits(*unit, time),
                ObjectPart::Field(field) => {
                    let row =
                        parsed.get_or_insert_with(|| serde_json::from_slice(&row.data).unwrap_or_default());
                    match row.get(field) {
                        Some(Value::String(text)) => key += text,
                        Some(Value::Null) | None => key += "__HIVE_DEFAULT_PARTITION__",
                        Some(other) => key += &other.to_string(),
                    }
                }
            }
        }
        key
    }
}

impl PartitionedTable {
    /// The table under whose location the objects lie, if it has partitions.
    fn of(pattern: &ObjectPattern, file: &ScenarioFile) -> Option<Self> {
        let tables = file.resources.databases.iter();
        let mut tables =
            tables.flat_map(|(database, tables)| tables.iter().map(move |(name, t)| (database, name, t)));
        tables.find_map(|(database, name, table)| {
            let location = &table.location.as_ref()?.value;
            let lies_under =
                location.bucket() == pattern.bucket && pattern.prefix().starts_with(location.prefix());
            (lies_under && !table.partition_keys.is_empty()).then(|| Self {
                database: database.to_owned(),
                table: name.to_owned(),
                prefix: location.prefix().to_owned(),
                keys: table.partition_keys.names().map(str::to_owned).collect(),
                storage: StorageDescriptor {
                    columns: Some(
                        table.columns.iter().map(|(n, kind)| Column::new(n, &kind.value)).collect(),
                    ),
                    ..Default::default()
                },
                known: BTreeSet::new(),
            })
        })
    }

    fn register(&mut self, bucket: &str, key: &str, services: &Services) -> Result<(), ApiError> {
        let Some((values, folder)) = self.values(key) else { return Ok(()) };
        if !self.known.insert(values.clone()) {
            return Ok(());
        }
        let location = Some(format!("s3://{bucket}/{folder}"));
        let partition = PartitionInput {
            values: Some(values),
            storage_descriptor: Some(StorageDescriptor { location, ..self.storage.clone() }),
            ..Default::default()
        };
        let request = CreatePartitionRequest::new(&self.database, &self.table, partition);
        match services.call::<CreatePartition>(request) {
            Err(error) if error.code != ErrorCode::AlreadyExistsException => Err(error),
            _ => Ok(()),
        }
    }

    /// The values of the partition that a key lies in, and its folder: `year=2024/month=07/`.
    fn values(&self, key: &str) -> Option<(Vec<String>, String)> {
        let mut folder = self.prefix.clone();
        let mut rest = key.strip_prefix(self.prefix.as_str())?;
        let mut values = Vec::new();
        for name in &self.keys {
            let (part, after) = rest.split_once('/')?;
            let (found, value) = part.split_once('=')?;
            if !found.eq_ignore_ascii_case(name) {
                return None;
            }
            values.push(value.to_owned());
            folder += part;
            folder.push('/');
            rest = after;
        }
        Some((values, folder))
    }
}

/// The digits of one part of `2026-01-05T10:00:00.000Z`.
fn digits(unit: TimeUnit, time: &str) -> &str {
    match unit {
        TimeUnit::Year => &time[..4],
        TimeUnit::Month => &time[5..7],
        TimeUnit::Day => &time[8..10],
        TimeUnit::Hour => &time[11..13],
        TimeUnit::Minute => &time[14..16],
    }
}

/// The end of the unit of time that an instant lies in, in microseconds. Longer units than a day end with it: their
/// objects are put day by day.
fn end_of(unit: TimeUnit, micros: i64) -> i64 {
    let length = match unit {
        TimeUnit::Minute => 60_000_000,
        TimeUnit::Hour => 3_600_000_000,
        TimeUnit::Day | TimeUnit::Month | TimeUnit::Year => 86_400_000_000,
    };
    (micros.div_euclid(length) + 1) * length
}

/// The key of another object in the same folder: `hits.json` becomes `hits-late-3.json`.
fn beside(key: &str, name: &str) -> String {
    let file = key.rfind('/').map_or(0, |slash| slash + 1);
    let dot = key[file..].rfind('.').map_or(key.len(), |dot| file + dot);
    format!("{}-{name}{}", &key[..dot], &key[dot..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_end_at_their_next_beginning() {
        const HOUR: i64 = 3_600_000_000;
        assert_eq!(end_of(TimeUnit::Minute, 5 * HOUR), 5 * HOUR + 60_000_000);
        assert_eq!(end_of(TimeUnit::Hour, 6 * HOUR - 1), 6 * HOUR);
        assert_eq!(end_of(TimeUnit::Month, 23 * HOUR), 24 * HOUR);
    }

    #[test]
    fn an_object_beside_another_keeps_its_ending() {
        assert_eq!(beside("raw/d=1.5/hits.json", "late-1"), "raw/d=1.5/hits-late-1.json");
        assert_eq!(beside("raw/d=1.5/hits", "late-1"), "raw/d=1.5/hits-late-1");
    }
}

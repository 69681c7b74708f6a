//! The file sink: one object per batch and partition, under a name that follows from both, registered in the
//! catalog.
//!
//! `<prefix>/<key>=<value>/…/part-<batch>.<extension>`. Partition columns are in the path and not in the file, as
//! Hive, Spark and Athena have it; a null or empty value becomes `__HIVE_DEFAULT_PARTITION__`. A batch without rows
//! writes nothing.
//!
//! Readers see each row once, however often its batch runs: a batch that runs again writes the same objects over
//! those it has written before. What it might not write again, because the query was changed or its plan was lost,
//! is removed when the query starts again ([`Sink::recover`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray, UInt32Array, cast::AsArray};
use arrow::compute::{cast, concat_batches, take_record_batch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use bytes::Bytes;

use super::{FileFormat, Sink, SinkReport, json, parquet};
use crate::batch::BatchId;
use crate::error::{EngineError, Result};
use crate::ports::{Catalog, ObjectStore, PortError, TableDefinition};
use crate::session::Session;

/// Hive's name for the partition of null.
const NULL_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

const NAME_START: &str = "part-";

/// Which table is written, and where its objects are.
#[derive(Debug, Clone, PartialEq)]
pub struct FileTarget {
    /// Database name.
    pub database: String,
    /// Table name.
    pub table: String,
    /// Location of the table: `s3://bucket/prefix/`.
    pub location: String,
    /// The same location as a key prefix of the object store, ending in `/` unless empty.
    pub prefix: String,
    /// Partition columns, outermost first; each must be a column of the query.
    pub partition_by: Vec<String>,
    /// What the objects are.
    pub format: FileFormat,
}

/// Writes batches as objects of a table.
pub struct FileSink {
    target: FileTarget,
    definition: TableDefinition,
    /// Positions of the partition columns in the query's output.
    partition_columns: Vec<usize>,
    /// Positions of the others.
    data_columns: Vec<usize>,
    session: Session,
    store: Box<dyn ObjectStore>,
    catalog: Box<dyn Catalog>,
}

impl FileSink {
    /// A sink for rows of the given schema.
    ///
    /// # Errors
    /// [`EngineError::Refused`] when a partition column is not among the columns, or two columns share a name.
    pub fn new(
        target: FileTarget,
        schema: &Schema,
        session: Session,
        store: Box<dyn ObjectStore>,
        catalog: Box<dyn Catalog>,
    ) -> Result<Self> {
        refuse_duplicate_names(schema)?;
        let partition_columns =
            target.partition_by.iter().map(|name| position(schema, name)).collect::<Result<Vec<_>>>()?;
        let data_columns: Vec<usize> =
            (0..schema.fields().len()).filter(|i| !partition_columns.contains(i)).collect();
        let fields = |columns: &[usize]| -> SchemaRef {
            Arc::new(Schema::new(columns.iter().map(|i| schema.field(*i).clone()).collect::<Vec<Field>>()))
        };
        let definition = TableDefinition {
            database: target.database.clone(),
            table: target.table.clone(),
            schema: fields(&data_columns),
            partition_keys: fields(&partition_columns),
            location: target.location.clone(),
            format: target.format,
        };
        Ok(Self { target, definition, partition_columns, data_columns, session, store, catalog })
    }

    fn put(&mut self, key: &str, body: Bytes) -> Result<()> {
        self.store.put(key, body).map_err(|e| failed(format!("writing `{key}`"), e))
    }

    /// Path below the table's location for one partition: `day=2026-01-05/hour=10/`, empty without partitions.
    fn partition_path(&self, values: &[String]) -> String {
        let parts = self.target.partition_by.iter().zip(values);
        parts.map(|(key, value)| format!("{key}={}/", escape(value))).collect()
    }
}

fn failed(operation: String, source: PortError) -> EngineError {
    EngineError::Port { operation, source }
}

fn refuse_duplicate_names(schema: &Schema) -> Result<()> {
    let mut names: Vec<String> = schema.fields().iter().map(|f| f.name().to_lowercase()).collect();
    names.sort();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(pair) => Err(EngineError::Refused {
            message: format!("[COLUMN_ALREADY_EXISTS] The column `{}` already exists.", pair[0]),
            help: "give one of the columns another name with AS".into(),
        }),
    }
}

fn position(schema: &Schema, name: &str) -> Result<usize> {
    let found = schema.fields().iter().position(|f| f.name().eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
        EngineError::Refused {
            message: format!("partition column `{name}` is not a column of the query"),
            help: format!("the query has {}", names.join(", ")),
        }
    })
}

/// Hive's escaping of characters that a path cannot hold.
fn escape(value: &str) -> String {
    let special = |c: char| c.is_control() || "\"#%'*/:=?\\{[]^".contains(c);
    let escape_one = |c: char| if special(c) { format!("%{:02X}", c as u32) } else { c.to_string() };
    value.chars().map(escape_one).collect()
}

/// Name of a batch's object in each of its partitions.
fn object_name(batch: BatchId, format: FileFormat) -> String {
    format!("{NAME_START}{:05}.{}", batch.0, format.extension())
}

/// The batch that an object was written by, in whatever format; `None` for a key that this sink gives to nothing.
fn batch_of(key: &str) -> Option<BatchId> {
    let name = key.rsplit('/').next().unwrap_or(key);
    let (batch, _) = name.strip_prefix(NAME_START)?.split_once('.')?;
    let batch = BatchId(batch.parse().ok()?);
    FileFormat::ALL.iter().any(|format| object_name(batch, *format) == name).then_some(batch)
}

/// Rows per combination of partition values.
fn group_rows(values: &[StringArray], rows: usize) -> BTreeMap<Vec<String>, Vec<u32>> {
    let mut groups: BTreeMap<Vec<&str>, Vec<u32>> = BTreeMap::new();
    for row in 0..rows {
        let of = |column: &'_ StringArray| column.is_valid(row) && !column.value(row).is_empty();
        let key = values.iter().map(|c| if of(c) { c.value(row) } else { NULL_PARTITION }).collect();
        groups.entry(key).or_default().push(row as u32);
    }
    groups.into_iter().map(|(key, rows)| (key.into_iter().map(str::to_owned).collect(), rows)).collect()
}

impl Sink for FileSink {
    fn prepare(&mut self) -> Result<()> {
        let table = format!("registering table `{}`", self.target.table);
        self.catalog.ensure_table(&self.definition).map_err(|e| failed(table, e))
    }

    fn recover(&mut self, next: BatchId) -> Result<()> {
        let prefix = &self.target.prefix;
        let keys = self.store.list(prefix).map_err(|e| failed(format!("listing `{prefix}`"), e))?;
        for key in keys.iter().filter(|key| batch_of(key).is_some_and(|batch| batch >= next)) {
            self.store.delete(key).map_err(|e| failed(format!("removing `{key}`"), e))?;
        }
        Ok(())
    }

    fn write(&mut self, batch: BatchId, rows: &[RecordBatch]) -> Result<SinkReport> {
        let Some(first) = rows.first() else { return Ok(SinkReport::default()) };
        let all = concat_batches(&first.schema(), rows)?;
        let data = all.project(&self.data_columns)?.with_schema(self.definition.schema.clone())?;
        let values =
            self.partition_columns.iter().map(|i| text(all.column(*i))).collect::<Result<Vec<_>>>()?;
        let groups = group_rows(&values, all.num_rows());
        let mut report = SinkReport { rows: all.num_rows() as u64, ..Default::default() };
        let mut partitions = BTreeMap::new();
        for (values, rows) in groups {
            let path = self.partition_path(&values);
            let part = match rows.len() == data.num_rows() {
                true => data.clone(),
                false => take_record_batch(&data, &UInt32Array::from(rows))?,
            };
            let body = match self.target.format {
                FileFormat::Parquet => parquet::encode(&part)?,
                FileFormat::Json => json::encode(&part, &self.session)?,
            };
            report.objects += 1;
            report.bytes += body.len() as u64;
            self.put(
                &format!("{}{path}{}", self.target.prefix, object_name(batch, self.target.format)),
                body,
            )?;
            partitions.insert(values, format!("{}{path}", self.target.location));
        }
        if !self.partition_columns.is_empty() {
            let registering = format!("registering partitions of `{}`", self.target.table);
            let registered = self.catalog.ensure_partitions(&self.definition, &partitions);
            registered.map_err(|e| failed(registering, e))?;
        }
        Ok(report)
    }
}

fn text(column: &ArrayRef) -> Result<StringArray> {
    Ok(cast(column, &DataType::Utf8)?.as_string::<i32>().clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_empty_values_share_the_default_partition() {
        let values = StringArray::from(vec![Some("a"), None, Some(""), Some("a")]);
        let groups = group_rows(&[values], 4);
        assert_eq!(groups[&vec!["a".to_owned()]], [0, 3]);
        assert_eq!(groups[&vec![NULL_PARTITION.to_owned()]], [1, 2]);
    }

    #[test]
    fn objects_tell_their_batch() {
        for batch in [BatchId(0), BatchId(7), BatchId(123_456)] {
            for format in FileFormat::ALL {
                assert_eq!(batch_of(&format!("a/b={}/{}", batch.0, object_name(batch, format))), Some(batch));
            }
        }
        assert_eq!(batch_of("a/part-7.snappy.parquet"), None);
        assert_eq!(batch_of("a/other.snappy.parquet"), None);
    }

    #[test]
    fn paths_escape_what_hive_escapes() {
        assert_eq!(escape("10:30/a b"), "10%3A30%2Fa b");
    }
}

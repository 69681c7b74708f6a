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
//!
//! A table may also hold the last batch alone ([`FileTarget::replace`]), which is what complete mode wants: a batch
//! puts its own objects first and then deletes every other one, so a batch that runs again ends in the same objects,
//! wherever it was stopped before. Until it has, readers may see objects of two batches.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{ArrayRef, Scalar, UInt32Array};
use arrow::compute::kernels::cmp::not_distinct;
use arrow::compute::take_record_batch;
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use bytes::Bytes;

use super::{FileFormat, Sink, SinkReport, encode};
use crate::batch::BatchId;
use crate::error::{EngineError, Result};
use crate::hive;
use crate::ports::{Catalog, ObjectStore, PortError, TableDefinition};
use crate::session::Session;

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
    /// Whether each batch replaces all rows of the table, as in complete mode, where it has all of them.
    pub replace: bool,
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
    /// Threads that encode an object.
    parallelism: usize,
    store: Box<dyn ObjectStore>,
    catalog: Box<dyn Catalog>,
}

/// An object that is not written yet.
struct Encoded {
    /// Values of the partition, as names of folders.
    values: Vec<String>,
    /// The object in pieces.
    body: Vec<Bytes>,
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
        Ok(Self {
            target,
            definition,
            partition_columns,
            data_columns,
            session,
            parallelism: 1,
            store,
            catalog,
        })
    }

    /// The same, with so many threads for encoding; the bytes are the same for any number.
    #[must_use]
    pub fn with_parallelism(self, threads: usize) -> Self {
        Self { parallelism: threads.max(1), ..self }
    }

    fn put(&mut self, key: &str, body: Vec<Bytes>) -> Result<()> {
        self.store.put_pieces(key, body).map_err(|e| failed(format!("writing `{key}`"), e))
    }

    fn delete(&mut self, key: &str) -> Result<()> {
        self.store.delete(key).map_err(|e| failed(format!("removing `{key}`"), e))
    }

    fn list(&mut self) -> Result<Vec<String>> {
        let prefix = &self.target.prefix;
        self.store.list(prefix).map_err(|e| failed(format!("listing `{prefix}`"), e))
    }

    /// Removes every object of the table but those of the batch. What has a hidden name is not the table's.
    fn delete_others(&mut self, written: &BTreeSet<String>) -> Result<()> {
        for key in self.list()? {
            let path = key.strip_prefix(&self.target.prefix).unwrap_or(&key);
            if !hive::is_hidden(path) && !written.contains(&key) {
                self.delete(&key)?;
            }
        }
        Ok(())
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

impl Sink for FileSink {
    fn prepare(&mut self) -> Result<()> {
        let table = format!("registering table `{}`", self.target.table);
        self.catalog.ensure_table(&self.definition).map_err(|e| failed(table, e))
    }

    fn recover(&mut self, next: BatchId) -> Result<()> {
        // A batch that replaces takes nothing back: what it has not finished it finishes when it runs again.
        if self.target.replace {
            return Ok(());
        }
        for key in self.list()?.iter().filter(|key| batch_of(key).is_some_and(|batch| batch >= next)) {
            self.delete(key)?;
        }
        Ok(())
    }

    fn write(&mut self, batch: BatchId, rows: &[RecordBatch]) -> Result<SinkReport> {
        let encoded = self.encoded(rows)?;
        let rows = rows.iter().map(|batch| batch.num_rows() as u64).sum();
        let mut written = BTreeSet::new();
        let report = self.put_objects(batch, encoded, &mut written)?;
        if self.target.replace {
            self.delete_others(&written)?;
        }
        Ok(SinkReport { rows, ..report })
    }
}

impl FileSink {
    /// One object per partition.
    fn encoded(&self, rows: &[RecordBatch]) -> Result<Vec<Encoded>> {
        let (keys, data) = (&self.partition_columns, &self.data_columns);
        let encoded = |part: Part| {
            let (format, schema) = (self.target.format, &self.definition.schema);
            let body = encode(format, &part.rows, schema, &self.session, self.parallelism)?;
            Ok(Encoded { values: part.values, body })
        };
        let parts = partitioned(rows, &self.definition, keys, data, &self.session)?;
        parts.into_iter().map(encoded).collect()
    }

    /// Puts objects, and their partitions into the catalog; adds the keys of the objects to `written`.
    fn put_objects(
        &mut self,
        batch: BatchId,
        objects: Vec<Encoded>,
        written: &mut BTreeSet<String>,
    ) -> Result<SinkReport> {
        let mut report = SinkReport::default();
        let name = object_name(batch, self.target.format);
        let mut partitions = BTreeMap::new();
        for Encoded { values, body } in objects {
            let path = hive::folder(self.target.partition_by.iter().map(String::as_str), &values);
            report.objects += 1;
            report.bytes += body.iter().map(|piece| piece.len() as u64).sum::<u64>();
            let key = format!("{}{path}{name}", self.target.prefix);
            self.put(&key, body)?;
            written.insert(key);
            partitions.insert(values, format!("{}{path}", self.target.location));
        }
        if !self.partition_columns.is_empty() && !partitions.is_empty() {
            let registering = format!("registering partitions of `{}`", self.target.table);
            let registered = self.catalog.ensure_partitions(&self.definition, &partitions);
            registered.map_err(|e| failed(registering, e))?;
        }
        Ok(report)
    }
}

/// Rows of one partition.
pub(crate) struct Part {
    /// As names of folders.
    pub(crate) values: Vec<String>,
    /// In the columns of the table's files.
    pub(crate) rows: Vec<RecordBatch>,
}

/// Rows by partition, in the order of the partitions' values; rows without partitions are one.
pub(crate) fn partitioned(
    batches: &[RecordBatch],
    table: &TableDefinition,
    partition_columns: &[usize],
    data_columns: &[usize],
    session: &Session,
) -> Result<Vec<Part>> {
    let mut parts: BTreeMap<Vec<String>, Vec<RecordBatch>> = BTreeMap::new();
    for batch in batches.iter().filter(|batch| batch.num_rows() > 0) {
        let data = batch.project(data_columns)?.with_schema(table.schema.clone())?;
        for (values, rows) in groups(batch, partition_columns, session)? {
            let rows = match rows {
                Group::All => data.clone(),
                Group::Some(rows) => take_record_batch(&data, &UInt32Array::from(rows))?,
            };
            parts.entry(values).or_default().push(rows);
        }
    }
    Ok(parts.into_iter().map(|(values, rows)| Part { values, rows }).collect())
}

/// The rows of a batch that have the same values in its partition columns.
enum Group {
    All,
    Some(Vec<u32>),
}

/// The rows of a batch by the values of its partition columns. Mostly there is one value.
fn groups(batch: &RecordBatch, columns: &[usize], session: &Session) -> Result<Vec<(Vec<String>, Group)>> {
    let is_constant = |column: &ArrayRef| {
        let first = Scalar::new(column.slice(0, 1));
        not_distinct(column, &first).is_ok_and(|same| same.true_count() == same.len())
    };
    let columns = columns.iter().map(|at| batch.column(*at));
    if columns.clone().all(is_constant) {
        let values = columns.map(|column| hive::texts(&column.slice(0, 1), session));
        let first = hive::group_rows(&values.collect::<Result<Vec<_>>>()?, 1);
        return Ok(first.into_keys().map(|values| (values, Group::All)).collect());
    }
    let values = columns.map(|column| hive::texts(column, session)).collect::<Result<Vec<_>>>()?;
    let groups = hive::group_rows(&values, batch.num_rows());
    Ok(groups.into_iter().map(|(values, rows)| (values, Group::Some(rows))).collect())
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, StringArray};

    use super::*;
    use crate::memory::{MemoryCatalog, MemoryStore};

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

    fn counts(names: &[&str]) -> RecordBatch {
        let names: ArrayRef = Arc::new(StringArray::from_iter_values(names));
        let one: ArrayRef = Arc::new(Int64Array::from(vec![1; names.len()]));
        RecordBatch::try_from_iter([("name", names), ("count", one)]).unwrap()
    }

    fn replacing(store: &MemoryStore, partition_by: &[&str]) -> FileSink {
        let target = FileTarget {
            database: "gold".into(),
            table: "counts".into(),
            location: "s3://lake/gold/".into(),
            prefix: "gold/".into(),
            partition_by: partition_by.iter().map(|name| (*name).to_owned()).collect(),
            format: FileFormat::Json,
            replace: true,
        };
        let (store, catalog) = (Box::new(store.clone()), Box::new(MemoryCatalog::default()));
        FileSink::new(target, &counts(&[]).schema(), Session::default(), store, catalog).unwrap()
    }

    #[test]
    fn a_batch_that_replaces_leaves_its_own_objects_alone() {
        let store = MemoryStore::default();
        store.clone().put("gold/_checkpoint/offsets/0", Bytes::new()).unwrap();
        store.clone().put("gold/from-elsewhere.json", Bytes::new()).unwrap();
        store.clone().put("golden/x.json", Bytes::new()).unwrap();
        let mut sink = replacing(&store, &["name"]);
        sink.write(BatchId(0), &[counts(&["a", "b"])]).unwrap();
        let others = ["gold/_checkpoint/offsets/0", "golden/x.json"];
        let table = || -> Vec<String> {
            store.keys().into_iter().filter(|k| !others.contains(&k.as_str())).collect()
        };
        assert_eq!(table(), ["gold/name=a/part-00000.json", "gold/name=b/part-00000.json"]);
        sink.write(BatchId(1), &[counts(&["b", "c"])]).unwrap();
        assert_eq!(table(), ["gold/name=b/part-00001.json", "gold/name=c/part-00001.json"]);
        sink.write(BatchId(2), &[]).unwrap();
        assert!(table().is_empty());
        assert!(others.iter().all(|key| store.keys().contains(&(*key).to_owned())));
    }

    #[test]
    fn a_batch_that_replaces_ends_the_same_wherever_it_was_stopped() {
        for changes in 0..4 {
            let store = MemoryStore::default();
            let mut sink = replacing(&store, &["name"]);
            sink.write(BatchId(0), &[counts(&["a", "b"])]).unwrap();
            store.fail_after(Some(changes));
            sink.write(BatchId(1), &[counts(&["b", "c"])]).unwrap_err();
            // Nothing of the old table is gone before all of the new one is there.
            let old = store.keys().iter().filter(|key| key.contains("00000")).count();
            assert!(changes > 2 || old == 2, "{changes}");
            store.fail_after(None);
            let mut again = replacing(&store, &["name"]);
            again.recover(BatchId(1)).unwrap();
            again.write(BatchId(1), &[counts(&["b", "c"])]).unwrap();
            assert_eq!(store.keys(), ["gold/name=b/part-00001.json", "gold/name=c/part-00001.json"]);
        }
    }
}

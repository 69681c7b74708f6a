//! The file source: objects under a key prefix, each read once (`readStream.format("parquet").load(path)`).
//!
//! A trigger takes the objects that no trigger before it has taken, in the order of their keys, and notes them in the
//! checkpoint ([`log`]); its offset is the number of that note. An object that is put again under its old key is not
//! read again. Objects with hidden names and empty objects hold no rows.
//!
//! Folders `key=value/` below the prefix are columns where the table has columns of those names; either all objects
//! of a batch have such a folder or none.
//!
//! Source: `FileStreamSource` (Spark 3.5.4), which orders by modification time.

mod columns;
mod lines;
mod log;
mod read;

use std::collections::BTreeMap;

use arrow::datatypes::SchemaRef;

pub(crate) use read::{ObjectReader, TableObject};

use super::{OffsetRange, Offsets, ShardOffset, Source, SourceRead};
use crate::error::{EngineError, Result};
use crate::hive;
use crate::ports::ObjectStore;
use crate::session::Session;
use log::FileLog;

/// The one name in the offsets of a file source.
const LOG: &str = "log";

/// How rows lie in the objects of a table that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectFormat {
    /// Parquet, with any compression that Spark writes by default.
    Parquet,
    /// One JSON object per line.
    JsonLines,
    /// The whole object is one JSON object, or an array of them (`multiLine`).
    JsonDocument,
}

/// Which objects are a stream, and how they are read.
#[derive(Debug, Clone)]
pub struct FileOptions {
    /// Keys begin with it; ends in `/` unless empty.
    pub prefix: String,
    /// What the objects are.
    pub format: ObjectFormat,
    /// The table's columns: those of the pipeline's source table.
    pub schema: SchemaRef,
    /// `maxFilesPerTrigger`; `None` takes everything that is there.
    pub files_per_trigger_max: Option<usize>,
    /// For the values in names of folders.
    pub session: Session,
}

/// Reads objects as a stream.
pub struct FileSource {
    prefix: String,
    schema: SchemaRef,
    files_per_trigger_max: usize,
    reader: ObjectReader,
    objects: Box<dyn ObjectStore>,
    log: FileLog,
}

impl FileSource {
    /// A source over `objects` that keeps its log in the query's checkpoint: `checkpoint` is the checkpoint's store and
    /// prefix, `index` the position of the source in the pipeline.
    pub fn new(
        options: FileOptions,
        objects: Box<dyn ObjectStore>,
        checkpoint: (Box<dyn ObjectStore>, &str),
        index: usize,
    ) -> Self {
        let (store, location) = checkpoint;
        Self {
            reader: ObjectReader::new(options.format, options.schema.clone(), options.session),
            prefix: options.prefix,
            schema: options.schema,
            files_per_trigger_max: options.files_per_trigger_max.unwrap_or(usize::MAX),
            objects,
            log: FileLog::new(store, format!("{location}sources/{index}/")),
        }
    }

    /// An object's path below the prefix.
    fn path<'k>(&self, key: &'k str) -> &'k str {
        key.strip_prefix(&self.prefix).unwrap_or(key)
    }

    fn object(&mut self, key: String, names: &[String]) -> Result<TableObject> {
        let failed = |source| EngineError::Port { operation: format!("reading `{key}`"), source };
        let unreadable = |problem: &str, help: &str| EngineError::UnreadableObject {
            key: key.clone(),
            problem: problem.into(),
            help: help.into(),
        };
        let body = self.objects.get(&key).map_err(failed)?.ok_or_else(|| {
            unreadable(
                "it was there when the batch was planned and does not exist any more",
                "put the object back: a batch that runs again reads the same objects; or begin anew with another \
                 checkpoint location",
            )
        })?;
        let mut values = hive::values_in(self.path(&key));
        let partition = names.iter().map(|name| {
            values.remove(name).ok_or_else(|| {
                unreadable(
                    &format!("Conflicting partition column names detected: it is in no folder `{name}=…`"),
                    "keep all objects of a table in folders of the same keys",
                )
            })
        });
        let partition = partition.collect::<Result<_>>()?;
        Ok(TableObject { key, body, partition })
    }
}

impl Source for FileSource {
    fn initial(&mut self, _: i64) -> Result<Offsets> {
        Ok(offsets(0))
    }

    fn latest(&mut self, start: &Offsets, _: i64) -> Result<Offsets> {
        let steps = self.log.steps(steps_of(start))?;
        let failed = |source| EngineError::Port { operation: format!("listing `{}`", self.prefix), source };
        let mut keys = self.objects.list(&self.prefix).map_err(failed)?;
        keys.retain(|key| !hive::is_hidden(self.path(key)) && !self.log.has(key));
        keys.truncate(self.files_per_trigger_max);
        if keys.is_empty() {
            return Ok(offsets(steps));
        }
        self.log.append(keys)?;
        Ok(offsets(steps + 1))
    }

    fn read(&mut self, range: &OffsetRange) -> Result<SourceRead> {
        let keys = self.log.files(steps_of(&range.start), steps_of(&range.end))?;
        // The folders of the first object say which columns are in folders.
        let folders = keys.first().map(|key| hive::values_in(self.path(key))).unwrap_or_default();
        let named = |at: &usize| folders.contains_key(&self.schema.field(*at).name().to_lowercase());
        let columns: Vec<usize> = (0..self.schema.fields().len()).filter(named).collect();
        let names: Vec<String> =
            columns.iter().map(|at| self.schema.field(*at).name().to_lowercase()).collect();
        let objects = keys.into_iter().map(|key| self.object(key, &names)).collect::<Result<_>>()?;
        self.reader.read(objects, &columns)
    }
}

/// The offset behind a number of steps; it names the last of them, as Spark's does.
fn offsets(steps: usize) -> Offsets {
    Offsets(BTreeMap::from([(
        LOG.to_owned(),
        match steps.checked_sub(1) {
            None => ShardOffset::TrimHorizon,
            Some(last) => ShardOffset::After(last.to_string()),
        },
    )]))
}

fn steps_of(offsets: &Offsets) -> usize {
    match offsets.0.get(LOG) {
        Some(ShardOffset::After(last)) => last.parse::<usize>().map_or(0, |last| last + 1),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;

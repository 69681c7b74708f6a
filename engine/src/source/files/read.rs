//! Objects of a table as what a source reads: each object is a shard, each row a record of it.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use bytes::Bytes;

use super::{ObjectFormat, columns, lines};
use crate::decode::{JsonDecoder, JsonOptions};
use crate::error::Result;
use crate::hive;
use crate::ports::ShardRecord;
use crate::session::Session;
use crate::source::{PartitionKey, SequenceNumber, SourceRead};

/// An object to be read.
pub(crate) struct TableObject {
    /// Its key.
    pub(crate) key: String,
    /// What it holds.
    pub(crate) body: Bytes,
    /// The values of the partition columns.
    pub(crate) partition: Vec<Option<String>>,
}

/// Reads objects of one table.
pub(crate) struct ObjectReader {
    format: ObjectFormat,
    schema: SchemaRef,
    session: Session,
    /// Looks into arrays; made when the first one comes.
    check: Option<JsonDecoder>,
}

impl ObjectReader {
    pub(crate) fn new(format: ObjectFormat, schema: SchemaRef, session: Session) -> Self {
        Self { format, schema, session, check: None }
    }

    /// The rows of all objects, in their order. The columns at `partition_columns` have the values of the object
    /// that a row is in.
    ///
    /// # Errors
    /// [`crate::error::EngineError::UnreadableObject`], and a column type that JSON cannot be decoded into.
    pub(crate) fn read(
        &mut self,
        objects: Vec<TableObject>,
        partition_columns: &[usize],
    ) -> Result<SourceRead> {
        let mut read = SourceRead::default();
        let mut values = vec![Vec::with_capacity(objects.len()); partition_columns.len()];
        for object in objects {
            values.iter_mut().zip(object.partition).for_each(|(values, value)| values.push(value));
            self.add(&mut read, object.key, object.body, partition_columns)?;
        }
        for (at, values) in partition_columns.iter().zip(values) {
            let typed = hive::typed(values, self.schema.field(*at).data_type(), &self.session)?;
            read.shard_columns.push((*at, typed));
        }
        Ok(read)
    }

    fn add(&mut self, read: &mut SourceRead, key: String, body: Bytes, absent: &[usize]) -> Result<()> {
        let shard = read.shards.len() as u32;
        let record = |(row, data): (usize, Bytes)| ShardRecord {
            sequence_number: SequenceNumber::number([row as u64, 0, 0], |[row, ..]| format!("{row:010}")),
            partition_key: PartitionKey::default(),
            arrival_millis: 0,
            data,
        };
        let records: Vec<_> = match self.format {
            ObjectFormat::Parquet => {
                let rows = read.rows.get_or_insert_default();
                let first = rows.len();
                if !body.is_empty() {
                    rows.extend(columns::read(&key, body, &self.schema, absent)?);
                }
                let count: usize = rows[first..].iter().map(|batch| batch.num_rows()).sum();
                (0..count).map(|row| record((row, Bytes::new()))).collect()
            }
            ObjectFormat::JsonLines => {
                lines::lines(&body, self.check()?).into_iter().enumerate().map(record).collect()
            }
            ObjectFormat::JsonDocument => {
                lines::document(&body, self.check()?).into_iter().enumerate().map(record).collect()
            }
        };
        read.records.push(shard, Arc::new(records));
        read.shards.push(key);
        Ok(())
    }

    fn check(&mut self) -> Result<&mut JsonDecoder> {
        if self.check.is_none() {
            let options = JsonOptions { zone: Arc::clone(&self.session.zone), ..JsonOptions::default() };
            self.check = Some(JsonDecoder::new(Arc::clone(&self.schema), options)?);
        }
        Ok(self.check.as_mut().expect("it has just been made"))
    }
}

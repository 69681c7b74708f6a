//! The checkpoint: what a query writes down so that it could be continued.
//!
//! In the order in which a batch writes them:
//!
//! | object | written | holds |
//! |---|---|---|
//! | `metadata` | once, when the query first starts | format version |
//! | `offsets/<batch>` | before anything of the batch is read | end offsets per source, batch time, watermark |
//! | `commits/<batch>` | after the sink has taken the batch | the watermark of the next batch |
//!
//! A batch with an offset entry and no commit entry was planned and may have been written in part: it runs again.
//! Operator state is not in the checkpoint yet. A query that keeps state can go on only with a state that was saved
//! in the same process; a start without one is refused rather than answered wrongly.

mod log;
mod recovery;

pub use log::{CommitEntry, OffsetEntry};
pub use recovery::{Recovery, recover};

use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::batch::BatchId;
use crate::error::{EngineError, Result};
use crate::ports::{ObjectStore, PortError};

const FORMAT_VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    version: u32,
}

/// The checkpoint of one query under a prefix of an object store.
pub struct Checkpoint {
    store: Box<dyn ObjectStore>,
    prefix: String,
}

impl Checkpoint {
    /// Starts a checkpoint at a prefix (`checkpointing/`, empty for the whole store).
    ///
    /// # Errors
    /// [`EngineError::CheckpointInUse`] when batches are recorded there already.
    pub fn create(store: Box<dyn ObjectStore>, prefix: impl Into<String>) -> Result<Self> {
        let mut checkpoint = Self { store, prefix: prefix.into() };
        if let Some(batch) = checkpoint.latest_planned()? {
            return Err(EngineError::CheckpointInUse { prefix: checkpoint.prefix, batch });
        }
        checkpoint.put("metadata", &Metadata { version: FORMAT_VERSION })?;
        Ok(checkpoint)
    }

    /// Opens a checkpoint that may have been used, and says how to go on.
    ///
    /// # Errors
    /// [`EngineError::CorruptCheckpoint`] when a log that has to be there is missing.
    pub fn open(store: Box<dyn ObjectStore>, prefix: impl Into<String>) -> Result<(Self, Option<Recovery>)> {
        let mut checkpoint = Self { store, prefix: prefix.into() };
        let Some(batch) = checkpoint.latest_planned()? else {
            checkpoint.put("metadata", &Metadata { version: FORMAT_VERSION })?;
            return Ok((checkpoint, None));
        };
        let latest = checkpoint.planned_or_missing(batch)?;
        let before = match batch.0.checked_sub(1) {
            Some(before) => Some(checkpoint.planned_or_missing(BatchId(before))?),
            None => None,
        };
        let committed = checkpoint.committed(batch)?;
        Ok((checkpoint, Some(recover(latest, before, committed.as_ref()))))
    }

    /// The name of the checkpoint, for messages.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    fn planned_or_missing(&mut self, batch: BatchId) -> Result<OffsetEntry> {
        let missing = |prefix: &str| EngineError::CorruptCheckpoint {
            key: format!("{prefix}offsets/{batch}"),
            problem: format!("batch {batch} doesn't exist"),
        };
        self.planned(batch)?.ok_or_else(|| missing(&self.prefix))
    }

    /// Records what a batch is going to read, before it reads it.
    pub fn plan(&mut self, entry: &OffsetEntry) -> Result<()> {
        self.put(&format!("offsets/{}", entry.batch), entry)
    }

    /// Records that the sink has the batch.
    pub fn commit(&mut self, entry: &CommitEntry) -> Result<()> {
        self.put(&format!("commits/{}", entry.batch), entry)
    }

    /// The plan of a batch, if it was ever planned.
    pub fn planned(&mut self, batch: BatchId) -> Result<Option<OffsetEntry>> {
        self.get(&format!("offsets/{batch}"))
    }

    /// The commit of a batch, if it was ever committed.
    pub fn committed(&mut self, batch: BatchId) -> Result<Option<CommitEntry>> {
        self.get(&format!("commits/{batch}"))
    }

    fn latest_planned(&mut self) -> Result<Option<BatchId>> {
        let prefix = format!("{}offsets/", self.prefix);
        let keys = self.store.list(&prefix).map_err(|e| failed("listing", &prefix, e))?;
        let batches = keys.iter().filter_map(|key| key.strip_prefix(&prefix)?.parse().ok());
        Ok(batches.max().map(BatchId))
    }

    fn put<T: Serialize>(&mut self, name: &str, entry: &T) -> Result<()> {
        let key = format!("{}{name}", self.prefix);
        let body = serde_json::to_vec(entry).expect("checkpoint entries have string keys only");
        self.store.put(&key, Bytes::from(body)).map_err(|e| failed("writing", &key, e))
    }

    fn get<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>> {
        let key = format!("{}{name}", self.prefix);
        let Some(body) = self.store.get(&key).map_err(|e| failed("reading", &key, e))? else {
            return Ok(None);
        };
        match serde_json::from_slice(&body) {
            Ok(entry) => Ok(Some(entry)),
            Err(error) => Err(EngineError::CorruptCheckpoint { key, problem: error.to_string() }),
        }
    }
}

fn failed(doing: &str, key: &str, source: PortError) -> EngineError {
    EngineError::Port { operation: format!("{doing} checkpoint object `{key}`"), source }
}

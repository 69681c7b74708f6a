//! The checkpoint: what a query writes down so that it can go on after any crash with the same answer.
//!
//! In the order in which batch n writes them, each in an envelope with format version and checksum:
//!
//! | object | written | holds |
//! |---|---|---|
//! | `metadata` | before batch 0 | the sources and the watermark policy |
//! | `sources/i/n` | before the plan of a batch that reads files | what source i reads ([`crate::source::FileSource`]) |
//! | `offsets/n` | before anything of the batch is read | end offsets per source, batch time, watermark |
//! | `state/n+1.delta` or `.snapshot` | after the operators, before the sink | what the operators keep for batch n+1 |
//! | (the sink's objects) | then | the rows |
//! | `commits/n` | last | the watermark of batch n+1 |
//!
//! What a crash leads to, by the last of these that was written ([`recover`] decides):
//!
//! | last written | what follows |
//! |---|---|
//! | nothing, `metadata` | batch 0 is planned, with the offsets that the sources have by then |
//! | `offsets/n` | batch n runs again from state version n: same offsets, batch time and watermark |
//! | `state/n+1` | the same; version n+1 is forgotten first, and written again with the same bytes |
//! | some or all of the sink's objects | the same; the sink's objects get the same names and the same bytes |
//! | `commits/n` | batch n+1 is planned from state version n+1 |
//!
//! So a batch reaches a sink that writes under names once, however often it runs. What single event-time operators
//! have reached is not kept, as in Spark: after a restart the global watermark stands until every stream speaks.
//!
//! A delta holds what one batch has changed. A snapshot is written when ten deltas have come and they cost four times
//! as much together as the last snapshot, so that neither writing nor reading costs more than a constant factor,
//! however large the state is. Plans, commits and states that no restart can need are removed [`RETAINED_BATCHES`] later.
//!
//! One query writes a checkpoint at a time; its store replaces an object as a whole or not at all.
//!
//! Source: `MicroBatchExecution`, `OffsetSeqLog`, `CommitLog`, `HDFSBackedStateStoreProvider` (Spark 3.5.4).

pub mod continuation;
pub(crate) mod envelope;
mod layout;
mod log;
mod recovery;
mod state_file;

pub use log::{CommitEntry, Identity, OffsetEntry};
pub use recovery::{Inconsistent, Recovery, recover};

use std::collections::BTreeSet;

use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};

use crate::batch::BatchId;
use crate::error::{EngineError, Result};
use crate::operator::{Extent, OperatorState, SavedOperator};
use crate::ports::{ObjectStore, PortError};
use envelope::Envelope;
use layout::StateFile;

/// How many committed batches can be gone back to (`spark.sql.streaming.minBatchesToRetain`).
pub const RETAINED_BATCHES: u32 = 100;

/// Old objects are looked for once in so many batches.
const CLEANING_INTERVAL: u32 = 10;

/// As many deltas come behind a snapshot at least (`spark.sql.streaming.stateStore.minDeltasForSnapshot`).
const DELTAS_MIN: u32 = 10;

/// How much the deltas behind a snapshot may cost, in snapshots: what a restart may have to read.
const DELTAS_PER_SNAPSHOT: u64 = 4;

/// What an object costs beside its bytes, as bytes: a state that hardly changes is not spread over ever more deltas.
const OBJECT_BYTES: u64 = 16 * 1024;

/// The checkpoint of one query under a prefix of an object store.
pub struct Checkpoint {
    store: Box<dyn ObjectStore>,
    prefix: String,
    chain: Chain,
    /// Names of the objects there are.
    kept: BTreeSet<String>,
    /// Versions of the state that are snapshots.
    snapshots: BTreeSet<u32>,
    /// Plans and commits of earlier batches have been removed.
    cleaned: u32,
    /// States of earlier versions have been removed.
    oldest_state: u32,
    snapshots_only: bool,
}

/// The state files that the latest version consists of.
#[derive(Debug, Clone, Copy, Default)]
struct Chain {
    /// Bytes of the snapshot; `None` before the first.
    snapshot_bytes: Option<u64>,
    deltas: u32,
    delta_bytes: u64,
}

/// What a query with a used checkpoint goes on from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// As it was when the query first started.
    pub identity: Identity,
    /// The batch that comes next.
    pub next: BatchId,
    /// Its plan, if it was planned but not committed: it runs again with the same offsets, time and watermark.
    pub replay: Option<OffsetEntry>,
    /// The plan of the batch before, where there was one: where reading ended, and the watermark that decides what
    /// is late.
    pub before: Option<OffsetEntry>,
    /// The global watermark of the next batch, in milliseconds since the epoch.
    pub watermark_millis: i64,
}

impl Checkpoint {
    /// The checkpoint at a prefix (`checkpointing/`, empty for the whole store); nothing is read yet.
    pub fn new(store: Box<dyn ObjectStore>, prefix: impl Into<String>) -> Self {
        Self {
            store,
            prefix: prefix.into(),
            chain: Chain::default(),
            kept: BTreeSet::new(),
            snapshots: BTreeSet::new(),
            cleaned: 0,
            oldest_state: 0,
            snapshots_only: false,
        }
    }

    /// The same, with the whole state written by every batch: more bytes, never another answer.
    #[must_use]
    pub fn with_snapshots_only(self) -> Self {
        Self { snapshots_only: true, ..self }
    }

    /// Says how to go on; `None` when nothing was ever planned here, and the query begins under this identity.
    ///
    /// # Errors
    /// [`EngineError::CorruptCheckpoint`] when an object that is needed is missing or damaged.
    pub fn open(&mut self, identity: &Identity) -> Result<Option<Past>> {
        self.kept = self.list()?;
        self.snapshots = self.states().filter(|file| file.snapshot).map(|file| file.version).collect();
        self.oldest_state = self.states().map(|file| file.version).min().unwrap_or(0);
        self.cleaned = self.logged().map(|batch| batch.0).min().unwrap_or(0);
        let latest = |folder| self.kept.iter().filter_map(|name| layout::batch(name, folder)).max();
        let (planned, committed) = (latest(layout::OFFSETS), latest(layout::COMMITS));
        let recovery = recover(planned, committed).map_err(|found| self.missing(&found.missing))?;
        self.refuse_later_states(recovery)?;
        match recovery {
            Recovery::Start => self.put(layout::METADATA, identity).map(|()| None),
            Recovery::Continue { next } => {
                let last = BatchId(next.0 - 1);
                let plan: OffsetEntry = self.get_needed(&layout::offsets(last))?;
                let commit: CommitEntry = self.get_needed(&layout::commits(last))?;
                let watermark_millis = plan.batch_watermark_millis.max(commit.next_batch_watermark_millis);
                let identity = self.get_needed(layout::METADATA)?;
                Ok(Some(Past { identity, next, replay: None, before: Some(plan), watermark_millis }))
            }
            Recovery::Replay { batch } => {
                let plan: OffsetEntry = self.get_needed(&layout::offsets(batch))?;
                let before = batch.0.checked_sub(1).map(|last| layout::offsets(BatchId(last)));
                let before = before.map(|name| self.get_needed(&name)).transpose()?;
                let watermark_millis = plan.batch_watermark_millis;
                let identity = self.get_needed(layout::METADATA)?;
                Ok(Some(Past { identity, next: batch, replay: Some(plan), before, watermark_millis }))
            }
        }
    }

    /// The name of the checkpoint, for messages.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Records what a batch is going to read, before it reads it.
    pub fn plan(&mut self, entry: &OffsetEntry) -> Result<()> {
        self.put(&layout::offsets(entry.batch), entry)
    }

    /// Records that the sink has the batch, and removes what no restart can need any more.
    pub fn commit(&mut self, entry: &CommitEntry) -> Result<()> {
        self.put(&layout::commits(entry.batch), entry)?;
        match entry.batch.0 % CLEANING_INTERVAL {
            0 => self.clean(entry.batch),
            _ => Ok(()),
        }
    }

    /// How much of the state the next version has to hold.
    pub fn next_extent(&self) -> Extent {
        let Chain { snapshot_bytes, deltas, delta_bytes } = self.chain;
        let due = match snapshot_bytes {
            None => true,
            Some(_) if self.snapshots_only => true,
            Some(bytes) => {
                let cost = delta_bytes + u64::from(deltas) * OBJECT_BYTES;
                deltas >= DELTAS_MIN && cost >= DELTAS_PER_SNAPSHOT * bytes
            }
        };
        if due { Extent::Snapshot } else { Extent::Delta }
    }

    /// Records the state that a batch starts with, in the extent that [`Checkpoint::next_extent`] has asked for; it is
    /// encoded by so many threads.
    pub(crate) fn save_state(
        &mut self,
        batch: BatchId,
        states: &[SavedOperator<'_>],
        threads: usize,
    ) -> Result<()> {
        let file = StateFile { version: batch.0, snapshot: self.next_extent() == Extent::Snapshot };
        let mut envelope = Envelope::new();
        state_file::encode(file, states, threads, |piece| envelope.add(piece))?;
        let object = envelope.seal();
        self.chain.add(file, object.iter().map(|piece| piece.len() as u64).sum());
        if file.snapshot {
            self.snapshots.insert(file.version);
        }
        self.put_pieces(&file.name(), object)
    }

    /// The state that a batch starts with; later versions, of a batch that is going to run again, are removed.
    ///
    /// # Errors
    /// [`EngineError::CorruptCheckpoint`] when an object that is needed is missing or damaged.
    pub fn load_state(&mut self, batch: BatchId) -> Result<Vec<OperatorState>> {
        let later =
            self.states().filter(|file| file.version > batch.0).map(StateFile::name).collect::<Vec<_>>();
        self.delete(&later)?;
        self.snapshots.retain(|version| *version <= batch.0);
        let Some(snapshot) = self.snapshots.last().copied() else {
            let oldest = self.states().map(|file| file.version).min();
            let file = StateFile { version: oldest.unwrap_or(batch.0), snapshot: true };
            return Err(self.missing(&file.name()));
        };
        let mut versions = Vec::new();
        for version in snapshot..=batch.0 {
            let file = StateFile { version, snapshot: version == snapshot };
            let name = file.name();
            let object = self.get_object(&name)?.ok_or_else(|| self.missing(&name))?;
            self.chain.add(file, object.len() as u64);
            let contents = envelope::open(&object).map_err(|problem| self.damaged(&name, problem))?;
            versions.push(
                state_file::decode(version, &contents).map_err(|problem| self.damaged(&name, problem))?,
            );
        }
        let latest = StateFile { version: batch.0, snapshot: snapshot == batch.0 };
        state_file::fold(&versions).map_err(|problem| self.damaged(&latest.name(), problem))
    }

    /// A state later than the logs can account for means that a plan was lost after its batch had run.
    fn refuse_later_states(&self, recovery: Recovery) -> Result<()> {
        let latest = match recovery {
            Recovery::Start => 0,
            Recovery::Continue { next } => next.0,
            Recovery::Replay { batch } => batch.0 + 1,
        };
        match self.states().map(|file| file.version).filter(|version| *version > latest).max() {
            Some(version) => Err(self.missing(&layout::offsets(BatchId(version - 1)))),
            None => Ok(()),
        }
    }

    /// Removes plans, commits and states that are older than any batch that can be gone back to. Looks at what has
    /// become old since the last time, and at the states only when there is a newer snapshot to begin with.
    fn clean(&mut self, committed: BatchId) -> Result<()> {
        let Some(oldest) = (committed.0 + 1).checked_sub(RETAINED_BATCHES) else { return Ok(()) };
        let mut old: Vec<String> = (self.cleaned..oldest)
            .map(BatchId)
            .flat_map(|batch| [layout::offsets(batch), layout::commits(batch)])
            .filter(|name| self.kept.contains(name))
            .collect();
        self.cleaned = oldest;
        if let Some(base) = self.snapshots.range(..=oldest).next_back().copied() {
            let versions = std::mem::replace(&mut self.oldest_state, base)..base;
            let files =
                versions.flat_map(|version| [false, true].map(|snapshot| StateFile { version, snapshot }));
            old.extend(files.map(StateFile::name).filter(|name| self.kept.contains(name)));
            self.snapshots.retain(|version| *version >= base);
        }
        self.delete(&old)
    }

    /// The state files there are.
    fn states(&self) -> impl Iterator<Item = StateFile> {
        self.kept.iter().filter_map(|name| StateFile::parse(name))
    }

    /// The batches whose plans or commits there are.
    fn logged(&self) -> impl Iterator<Item = BatchId> {
        let of =
            |name: &String| [layout::OFFSETS, layout::COMMITS].iter().find_map(|f| layout::batch(name, f));
        self.kept.iter().filter_map(of)
    }

    fn put<T: Serialize>(&mut self, name: &str, entry: &T) -> Result<()> {
        let contents = serde_json::to_vec(entry).expect("checkpoint entries have string keys only");
        self.put_pieces(name, vec![envelope::seal(&contents)])
    }

    fn put_pieces(&mut self, name: &str, object: Vec<Bytes>) -> Result<()> {
        let key = self.key(name);
        self.store.put_pieces(&key, object).map_err(|e| failed("writing", &key, e))?;
        self.kept.insert(name.to_owned());
        Ok(())
    }

    fn get_needed<T: DeserializeOwned>(&mut self, name: &str) -> Result<T> {
        let object = self.get_object(name)?.ok_or_else(|| self.missing(name))?;
        let contents = envelope::open(&object).map_err(|problem| self.damaged(name, problem))?;
        serde_json::from_slice(&contents).map_err(|error| self.damaged(name, error.to_string()))
    }

    fn get_object(&mut self, name: &str) -> Result<Option<Bytes>> {
        let key = self.key(name);
        self.store.get(&key).map_err(|e| failed("reading", &key, e))
    }

    fn delete(&mut self, names: &[String]) -> Result<()> {
        for name in names {
            let key = self.key(name);
            self.store.delete(&key).map_err(|e| failed("removing", &key, e))?;
            self.kept.remove(name);
        }
        Ok(())
    }

    /// Names of the objects there are.
    fn list(&mut self) -> Result<BTreeSet<String>> {
        let keys = self.store.list(&self.prefix).map_err(|e| failed("listing", &self.prefix, e))?;
        Ok(keys.iter().filter_map(|key| key.strip_prefix(&self.prefix)).map(str::to_owned).collect())
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn missing(&self, name: &str) -> EngineError {
        self.damaged(name, "it is missing".into())
    }

    fn damaged(&self, name: &str, problem: String) -> EngineError {
        let removable = self.removable(name).iter().map(|name| self.key(name)).collect::<Vec<_>>();
        let help = match removable.is_empty() {
            true => format!(
                "put `{}` back from a copy; or begin anew with another checkpoint location and an empty table",
                self.key(name)
            ),
            false => format!(
                "remove {}: its batch was not finished, or writes the same objects when it runs again",
                removable.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ")
            ),
        };
        EngineError::CorruptCheckpoint { key: self.key(name), problem, help, removable }
    }

    /// What can be removed when an object is damaged, because the latest batch can be done again: its commit; or,
    /// if it has none, its plan and the state that has come of it.
    fn removable(&self, name: &str) -> Vec<String> {
        let latest = self.kept.iter().filter_map(|name| layout::batch(name, layout::OFFSETS)).max();
        let Some(batch) = latest.filter(|_| self.kept.contains(name)) else { return vec![] };
        let commit = layout::commits(batch);
        if name == commit {
            return vec![commit];
        }
        if name != layout::offsets(batch) || self.kept.contains(&commit) {
            return vec![];
        }
        let states = [false, true].map(|snapshot| StateFile { version: batch.0 + 1, snapshot }.name());
        let states = states.into_iter().filter(|state| self.kept.contains(state));
        std::iter::once(name.to_owned()).chain(states).collect()
    }
}

impl Chain {
    fn add(&mut self, file: StateFile, bytes: u64) {
        match file.snapshot {
            true => *self = Chain { snapshot_bytes: Some(bytes), ..Chain::default() },
            false => {
                self.deltas += 1;
                self.delta_bytes += bytes;
            }
        }
    }
}

fn failed(doing: &str, key: &str, source: PortError) -> EngineError {
    EngineError::Port { operation: format!("{doing} checkpoint object `{key}`"), source }
}

//! What a file source has taken: one object of the checkpoint per step, with the keys of the files of that step.
//!
//! `sources/<index>/<n>` is written before the plan of the batch that reads it. A step that no plan came to is read by
//! the next batch, so a file belongs to one step for ever and to one batch.
//!
//! Source: `FileStreamSourceLog` (Spark 3.5.4).

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::checkpoint::envelope;
use crate::error::{EngineError, Result};
use crate::ports::{ObjectStore, PortError};

/// The files of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    files: Vec<String>,
}

/// The log of one source.
pub(super) struct FileLog {
    store: Box<dyn ObjectStore>,
    /// Folder of the log.
    folder: String,
    /// `None` before it was read.
    steps: Option<Vec<Step>>,
    seen: BTreeSet<String>,
}

impl FileLog {
    pub(super) fn new(store: Box<dyn ObjectStore>, folder: String) -> Self {
        Self { store, folder, steps: None, seen: BTreeSet::new() }
    }

    /// Number of steps. Those from `needed` on are planned by nobody, so a damaged one can be given up.
    pub(super) fn steps(&mut self, needed: usize) -> Result<usize> {
        Ok(self.load(needed)?.len())
    }

    /// Whether a file is in some step; the log has been read.
    pub(super) fn has(&self, file: &str) -> bool {
        self.seen.contains(file)
    }

    /// Appends a step.
    pub(super) fn append(&mut self, files: Vec<String>) -> Result<()> {
        let next = self.steps.as_ref().map_or(0, Vec::len);
        let step = Step { files };
        let contents = serde_json::to_vec(&step).expect("a list of keys is JSON");
        let key = self.key(next);
        self.store.put(&key, envelope::seal(&contents)).map_err(|e| failed("writing", &key, e))?;
        self.seen.extend(step.files.iter().cloned());
        self.steps.get_or_insert_default().push(step);
        Ok(())
    }

    /// The files of the steps from `start` to before `end`, step by step.
    pub(super) fn files(&mut self, start: usize, end: usize) -> Result<Vec<String>> {
        let steps = self.load(end)?;
        match steps.get(start..end) {
            Some(steps) => Ok(steps.iter().flat_map(|step| step.files.clone()).collect()),
            None => {
                let missing = steps.len();
                Err(self.damaged(missing, "it is missing".into(), end..end))
            }
        }
    }

    fn load(&mut self, needed: usize) -> Result<&Vec<Step>> {
        if self.steps.is_none() {
            let keys = self.store.list(&self.folder).map_err(|e| failed("listing", &self.folder, e))?;
            let number = |key: &String| key.strip_prefix(&self.folder)?.parse::<usize>().ok();
            let count = keys.iter().filter_map(number).max().map_or(0, |last| last + 1);
            let steps = (0..count).map(|step| self.get(step, needed..count)).collect::<Result<Vec<_>>>()?;
            self.seen = steps.iter().flat_map(|step| step.files.iter().cloned()).collect();
            self.steps = Some(steps);
        }
        Ok(self.steps.as_ref().expect("it has just been read"))
    }

    /// Reads a step; those in `unplanned` are in no plan.
    fn get(&mut self, step: usize, unplanned: Range<usize>) -> Result<Step> {
        let key = self.key(step);
        let object = self.store.get(&key).map_err(|e| failed("reading", &key, e))?;
        let damaged = |problem| self.damaged(step, problem, unplanned);
        let Some(object) = object else { return Err(damaged("it is missing".into())) };
        let contents = match envelope::open(&object) {
            Ok(contents) => contents,
            Err(problem) => return Err(damaged(problem)),
        };
        serde_json::from_slice(&contents).map_err(|error| damaged(error.to_string()))
    }

    fn damaged(&self, step: usize, problem: String, unplanned: Range<usize>) -> EngineError {
        let key = self.key(step);
        let removable: Vec<String> = match unplanned.contains(&step) {
            true => (step..unplanned.end).map(|step| self.key(step)).collect(),
            false => vec![],
        };
        let help = match removable.is_empty() {
            true => format!(
                "put `{key}` back from a copy; or begin anew with another checkpoint location and an empty table"
            ),
            false => format!("remove `{}`: no batch has planned their files yet", removable.join("` and `")),
        };
        EngineError::CorruptCheckpoint { key, problem, help, removable }
    }

    fn key(&self, step: usize) -> String {
        format!("{}{step}", self.folder)
    }
}

fn failed(doing: &str, key: &str, source: PortError) -> EngineError {
    EngineError::Port { operation: format!("{doing} checkpoint object `{key}`"), source }
}

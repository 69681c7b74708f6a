//! The chronicle of a run: what every batch read, lost, joined and wrote, kept so that it can be told.
//!
//! It is kept whole in memory, so only for runs that somebody asks about: a timeline, or one row to be explained.

use std::collections::BTreeMap;

use wavetank_engine::batch::{BatchId, RecordId};
use wavetank_engine::ledger::{KeptRow, Loss, RejectedRecord, Trace};
use wavetank_engine::query::BatchReport;
use wavetank_engine::source::SourceRecord;

use crate::faults::Process;
use crate::world::Committed;

/// Everything that batches have reported.
#[derive(Default)]
pub struct Chronicle {
    /// Per job, its batches in order.
    chapters: BTreeMap<Process, Vec<Chapter>>,
    /// What was in state at the end, per job.
    kept: BTreeMap<Process, Vec<KeptRow>>,
}

/// One batch.
pub struct Chapter {
    /// What it did.
    pub report: BatchReport,
    /// Whether the query was started again before it.
    pub restarted: bool,
}

/// A record as a job has read it.
#[derive(Clone)]
pub struct Reading<'a> {
    /// The record itself.
    pub record: SourceRecord,
    /// Its shard.
    pub shard: &'a str,
    /// When the batch that read it was triggered, in milliseconds.
    pub trigger_millis: i64,
}

impl Chronicle {
    /// Takes a batch in. Batches come in order.
    pub fn add(&mut self, batch: Committed) {
        let Committed { job, report, restarted } = batch;
        self.chapters.entry(job).or_default().push(Chapter { report, restarted });
    }

    /// Takes in what a job has in state at the end.
    pub fn end(&mut self, job: Process, kept: Vec<KeptRow>) {
        self.kept.insert(job, kept);
    }

    /// The batches of a job.
    pub fn chapters(&self, job: Process) -> &[Chapter] {
        self.chapters.get(&job).map_or(&[], Vec::as_slice)
    }

    /// The jobs that have run a batch.
    pub fn jobs(&self) -> impl Iterator<Item = Process> {
        self.chapters.keys().copied()
    }

    /// Some batches of a job.
    pub fn batches(&self, job: Process, batches: &std::ops::Range<u32>) -> &[Chapter] {
        let chapters = self.chapters(job);
        let at = |batch: u32| chapters.partition_point(|chapter| chapter.report.progress.batch.0 < batch);
        &chapters[at(batches.start)..at(batches.end)]
    }

    /// A record as it was read.
    pub fn reading(&self, job: Process, id: RecordId) -> Option<Reading<'_>> {
        let chapter = self.chapter(job, id.batch)?;
        let read = chapter.report.inputs.get(usize::from(id.source))?;
        let record = read.records.get(id.index as usize)?;
        let shard = &read.shards[record.shard as usize];
        Some(Reading { record, shard, trigger_millis: chapter.report.progress.timestamp_millis })
    }

    fn chapter(&self, job: Process, batch: BatchId) -> Option<&Chapter> {
        self.batches(job, &(batch.0..batch.0 + 1)).first()
    }

    /// Every record that a job has read, in order.
    pub fn records(&self, job: Process) -> impl Iterator<Item = (RecordId, SourceRecord, &str)> {
        self.chapters(job).iter().flat_map(|chapter| {
            let batch = chapter.report.progress.batch;
            chapter.report.inputs.iter().enumerate().flat_map(move |(source, read)| {
                read.records.iter().enumerate().map(move |(index, record)| {
                    let id = RecordId { batch, source: source as u8, index: index as u32 };
                    let shard = read.shards[record.shard as usize].as_str();
                    (id, record, shard)
                })
            })
        })
    }

    /// What became of a record in batches before `end`.
    pub fn facts(&self, job: Process, id: RecordId, end: u32) -> Vec<Fact<'_>> {
        let mut facts = Vec::new();
        for chapter in self.batches(job, &(id.batch.0..end)) {
            let ledger = &chapter.report.ledger;
            facts.extend(ledger.rejected.iter().filter(|r| r.record == id).map(Fact::Rejected));
            facts.extend(ledger.losses.iter().filter(|loss| loss.record == id).map(Fact::Lost));
            facts.extend(ledger.traces.iter().filter(|trace| trace.concerns(id)).map(Fact::Traced));
        }
        if self.chapters(job).last().is_some_and(|chapter| chapter.report.progress.batch.0 < end) {
            let kept = self.kept.get(&job).map_or(&[][..], Vec::as_slice);
            facts.extend(kept.iter().filter(|row| row.record == id).map(Fact::Kept));
        }
        facts
    }
}

/// Something that happened to a row of a record.
#[derive(Debug, Clone, Copy)]
pub enum Fact<'a> {
    /// The record did not decode in full.
    Rejected(&'a RejectedRecord),
    /// The row was lost.
    Lost(&'a Loss),
    /// The row went on.
    Traced(&'a Trace),
    /// The row is in state at the end.
    Kept(&'a KeptRow),
}

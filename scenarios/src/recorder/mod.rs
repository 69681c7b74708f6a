//! The system tables: what a run knows about its rows, as columns that SQL can query.
//!
//! | table | one row per |
//! |---|---|
//! | `wavetank.input` | record and job that reads its stream; `batch` is null where it was never read |
//! | `wavetank.dropped` | row lost |
//! | `wavetank.rejected` | record that did not decode in full |
//! | `wavetank.state` | row kept at the end |
//! | `wavetank.lineage` | step of a row that was not lost; only of runs that are traced |
//! | `wavetank.batches`, `.progress` | micro-batch: in our words, and in Spark's (`StreamingQueryProgress`) |
//! | `wavetank.watermarks` | micro-batch and event-time column |
//! | `wavetank.api_calls` | call that a job made |
//! | `wavetank.events` | event that was put on a bus |
//!
//! The columns stand in [`tables`]. Times are timestamps in UTC. `data` is null where the bytes are no text.

mod tables;
mod unread;

use std::collections::BTreeMap;
use std::sync::Arc;

use wavetank_engine::batch::RecordId;
use wavetank_engine::ledger::{KeptRow, LossReason, TraceEvent};
use wavetank_engine::query::BatchReport;
use wavetank_engine::source::SourceRecord;
use wavetank_engine::watermark::Watermark;

use crate::faults::{Call, Process};
use crate::file::{ScenarioFile, Step};
use crate::producer::Producer;
use crate::world::{BusEvent, Committed};
use tables::{counts, flags, numbers, rows, text, texts, times};

pub use tables::{SystemRows, schemas};
pub use unread::ReadFrom;

/// A job as far as its rows name it.
#[derive(Debug, Clone)]
pub struct RecordedJob {
    /// Its name.
    pub name: String,
    /// The stream behind each of its sources.
    pub streams: Vec<String>,
}

/// Remembers where each record came from, so that every fact about a row can name it.
pub struct Recorder {
    jobs: BTreeMap<Process, RecordedJob>,
    origins: BTreeMap<(Process, u32, u8), Vec<Origin>>,
    /// Rows lost by job, source and reason.
    lost: BTreeMap<(Process, u8, &'static str), u64>,
    rejected: u64,
}

#[derive(Clone)]
struct Origin {
    shard: Arc<str>,
    sequence_number: String,
    arrival_micros: i64,
    /// The line of the timeline that sent it.
    line: Option<i64>,
}

impl Recorder {
    /// A recorder for streaming jobs.
    pub fn new(jobs: BTreeMap<Process, RecordedJob>) -> Self {
        Self { jobs, origins: BTreeMap::new(), lost: BTreeMap::new(), rejected: 0 }
    }

    /// Rows lost so far: stream, reason, count.
    pub fn lost(&self) -> impl Iterator<Item = (&str, &'static str, u64)> {
        self.lost.iter().map(|((job, source, reason), rows)| (self.stream(*job, *source), *reason, *rows))
    }

    /// Records rejected so far.
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// Counts what a batch has lost.
    pub fn count(&mut self, batch: &Committed) {
        for loss in &batch.report.ledger.losses {
            *self.lost.entry((batch.job, loss.record.source, loss.reason.name())).or_default() += 1;
        }
        self.rejected += batch.report.ledger.rejected.len() as u64;
    }

    /// Takes in one batch and gives the rows for the system tables.
    pub fn batch(&mut self, batch: &Committed, file: &ScenarioFile, producer: &Producer) -> Vec<SystemRows> {
        let Committed { job, report, .. } = batch;
        let mut tables = vec![self.batches(batch), self.progress(*job, report)];
        if !report.progress.event_time.is_empty() {
            tables.push(self.watermarks(*job, report));
        }
        for (source, read) in report.inputs.iter().enumerate().filter(|(_, read)| !read.records.is_empty()) {
            let stream = self.stream(*job, source as u8);
            let shards: Vec<Arc<str>> = read.shards.iter().map(|s| s.as_str().into()).collect();
            let sent = read.records.iter().map(|record| {
                producer.sent_at(stream, &shards[record.shard as usize], &record.sequence_number)
            });
            let sent: Vec<Option<usize>> = sent.collect();
            let line = |sent: &Option<usize>| {
                let line = producer.sent_by_lines().get((*sent)?)?.line;
                Some(file.timeline.lines[line].number as i64)
            };
            let origins = read.records.iter().zip(&sent).map(|(record, sent)| Origin {
                shard: shards[record.shard as usize].clone(),
                sequence_number: record.sequence_number.to_string(),
                arrival_micros: record.arrival_millis * 1000,
                line: line(sent),
            });
            self.origins.insert((*job, report.progress.batch.0, source as u8), origins.collect());
            let ids: Vec<Option<String>> = sent.iter().map(|sent| id(file, producer, *sent)).collect();
            tables.push(self.input(*job, report, source, &ids, &file.source.name));
        }
        if !report.ledger.losses.is_empty() {
            tables.push(self.dropped(*job, report, &file.source.name));
        }
        if !report.ledger.rejected.is_empty() {
            tables.push(self.rejected_rows(*job, report));
        }
        if !report.ledger.traces.is_empty() {
            tables.push(self.lineage(*job, report));
        }
        tables
    }

    /// The rows that a job's operators keep.
    pub fn state(&self, job: Process, kept: &[KeptRow]) -> SystemRows {
        let origins: Vec<&Origin> = kept.iter().map(|row| self.origin(job, row.record)).collect();
        rows(
            "state",
            vec![
                self.job(job, kept.len()),
                text(kept.iter().map(|row| self.stream(job, row.record.source))),
                text(origins.iter().map(|o| &*o.shard)),
                text(origins.iter().map(|o| &o.sequence_number)),
                times(kept.iter().map(|row| row.event_time)),
                text(kept.iter().map(|row| row.operator)),
                flags(kept.iter().map(|row| row.matched)),
            ],
        )
    }

    /// The calls that jobs have made.
    pub fn api_calls(&self, calls: &[Call]) -> SystemRows {
        rows(
            "api_calls",
            vec![
                counts(calls.iter().map(|call| call.number)),
                times(calls.iter().map(|call| Some(call.millis * 1000))),
                texts(calls.iter().map(|call| self.jobs.get(&call.process).map(|job| &job.name))),
                text(calls.iter().map(|call| call.port)),
                text(calls.iter().map(|call| call.operation)),
                text(calls.iter().map(|call| &call.target)),
                flags(calls.iter().map(|call| call.changes)),
                counts(calls.iter().map(|call| call.bytes as u64)),
                texts(calls.iter().map(|call| call.verdict.map(|verdict| verdict.name()))),
            ],
        )
    }

    /// Events on buses.
    pub fn events(events: &[BusEvent]) -> SystemRows {
        rows(
            "events",
            vec![
                times(events.iter().map(|event| Some(event.millis * 1000))),
                text(events.iter().map(|event| &event.bus)),
                text(events.iter().map(|event| &event.source)),
                text(events.iter().map(|event| &event.detail_type)),
                text(events.iter().map(|event| &event.detail)),
            ],
        )
    }

    fn stream(&self, job: Process, source: u8) -> &str {
        &self.jobs[&job].streams[usize::from(source)]
    }

    fn job(&self, job: Process, rows: usize) -> arrow::array::ArrayRef {
        text(std::iter::repeat_n(&self.jobs[&job].name, rows))
    }

    fn origin(&self, job: Process, record: RecordId) -> &Origin {
        &self.origins[&(job, record.batch.0, record.source)][record.index as usize]
    }

    fn input(
        &self,
        job: Process,
        report: &BatchReport,
        source: usize,
        ids: &[Option<String>],
        file: &str,
    ) -> SystemRows {
        let (batch, read) = (i64::from(report.progress.batch.0), &report.inputs[source]);
        let records: Vec<SourceRecord> = read.records.iter().collect();
        let origins = &self.origins[&(job, report.progress.batch.0, source as u8)];
        rows(
            "input",
            vec![
                self.job(job, records.len()),
                numbers(records.iter().map(|_| Some(source as i64))),
                text(records.iter().map(|_| self.stream(job, source as u8))),
                text(records.iter().map(|r| &read.shards[r.shard as usize])),
                text(origins.iter().map(|o| &o.sequence_number)),
                text(records.iter().map(|r| r.partition_key.to_string())),
                times(records.iter().map(|r| Some(r.arrival_millis * 1000))),
                numbers(records.iter().map(|_| Some(batch))),
                numbers((0..records.len() as i64).map(Some)),
                texts(ids.iter().map(Option::as_deref)),
                texts(origins.iter().map(|o| o.line.map(|_| file))),
                numbers(origins.iter().map(|o| o.line)),
                texts(records.iter().map(|r| std::str::from_utf8(&r.data).ok())),
            ],
        )
    }

    fn dropped(&self, job: Process, report: &BatchReport, file: &str) -> SystemRows {
        let losses = &report.ledger.losses;
        let origins: Vec<&Origin> = losses.iter().map(|loss| self.origin(job, loss.record)).collect();
        rows(
            "dropped",
            vec![
                self.job(job, losses.len()),
                text(losses.iter().map(|loss| self.stream(job, loss.record.source))),
                text(origins.iter().map(|o| &*o.shard)),
                text(origins.iter().map(|o| &o.sequence_number)),
                times(losses.iter().map(|loss| loss.event_time)),
                times(origins.iter().map(|o| Some(o.arrival_micros))),
                times(losses.iter().map(|loss| loss.watermark.map(Watermark::micros))),
                text(losses.iter().map(|loss| loss.operator)),
                numbers(losses.iter().map(|loss| Some(i64::from(loss.batch.0)))),
                text(losses.iter().map(|loss| loss.reason.name())),
                texts(origins.iter().map(|o| o.line.map(|_| file))),
                numbers(origins.iter().map(|o| o.line)),
            ],
        )
    }

    fn rejected_rows(&self, job: Process, report: &BatchReport) -> SystemRows {
        let rejected = &report.ledger.rejected;
        let origins: Vec<&Origin> = rejected.iter().map(|r| self.origin(job, r.record)).collect();
        rows(
            "rejected",
            vec![
                self.job(job, rejected.len()),
                text(rejected.iter().map(|r| self.stream(job, r.record.source))),
                text(origins.iter().map(|o| &*o.shard)),
                text(origins.iter().map(|o| &o.sequence_number)),
                numbers(rejected.iter().map(|r| Some(i64::from(r.record.batch.0)))),
                texts(rejected.iter().map(|r| r.field.as_deref())),
                text(rejected.iter().map(|r| &r.detail)),
            ],
        )
    }

    /// Steps of records: a group of nothing is written under an id that no record has, and is left out.
    fn lineage(&self, job: Process, report: &BatchReport) -> SystemRows {
        let known = |record: RecordId| {
            let origins = self.origins.get(&(job, record.batch.0, record.source));
            origins.is_some_and(|origins| (record.index as usize) < origins.len())
        };
        let traces: Vec<_> = report.ledger.traces.iter().filter(|trace| known(trace.record)).collect();
        let origins: Vec<&Origin> = traces.iter().map(|t| self.origin(job, t.record)).collect();
        let partner = |event: TraceEvent| match event {
            TraceEvent::Joined { with } => Some((self.stream(job, with.source), self.origin(job, with))),
            _ => None,
        };
        let partners: Vec<_> = traces.iter().map(|t| partner(t.event)).collect();
        rows(
            "lineage",
            vec![
                self.job(job, traces.len()),
                text(traces.iter().map(|t| self.stream(job, t.record.source))),
                text(origins.iter().map(|o| &*o.shard)),
                text(origins.iter().map(|o| &o.sequence_number)),
                numbers(traces.iter().map(|t| Some(i64::from(t.batch.0)))),
                text(traces.iter().map(|t| t.operator)),
                text(traces.iter().map(|t| t.event.name())),
                texts(partners.iter().map(|p| p.map(|(stream, _)| stream))),
                texts(partners.iter().map(|p| p.map(|(_, origin)| &*origin.shard))),
                texts(partners.iter().map(|p| p.map(|(_, origin)| &origin.sequence_number))),
            ],
        )
    }

    fn batches(&self, batch: &Committed) -> SystemRows {
        let progress = &batch.report.progress;
        let late: u64 = progress.state.iter().map(|(_, state)| state.rows_dropped_by_watermark).sum();
        let kept: u64 = progress.state.iter().map(|(_, state)| state.rows_total).sum();
        let one = |n: u64| counts([n].into_iter());
        let time = |micros: i64| times([Some(micros)].into_iter());
        rows(
            "batches",
            vec![
                self.job(batch.job, 1),
                numbers([Some(i64::from(progress.batch.0))].into_iter()),
                time(progress.timestamp_millis * 1000),
                time(progress.watermark.micros()),
                time(progress.next_watermark.micros()),
                one(progress.input_records.iter().sum()),
                one(progress.output_rows),
                one(late),
                one(kept),
                flags([batch.restarted].into_iter()),
            ],
        )
    }

    fn progress(&self, job: Process, report: &BatchReport) -> SystemRows {
        let progress = &report.progress;
        let sum = |of: fn(&wavetank_engine::progress::StateProgress) -> u64| {
            counts([progress.state.iter().map(|(_, state)| of(state)).sum()].into_iter())
        };
        rows(
            "progress",
            vec![
                self.job(job, 1),
                numbers([Some(i64::from(progress.batch.0))].into_iter()),
                times([Some(progress.timestamp_millis * 1000)].into_iter()),
                times([Some(progress.watermark.micros())].into_iter()),
                counts([progress.input_records.iter().sum()].into_iter()),
                counts([progress.output_rows].into_iter()),
                sum(|state| state.rows_total),
                sum(|state| state.rows_updated),
                sum(|state| state.rows_removed),
                sum(|state| state.rows_dropped_by_watermark),
            ],
        )
    }

    fn watermarks(&self, job: Process, report: &BatchReport) -> SystemRows {
        let progress = &report.progress;
        let all = &progress.event_time;
        let streams = |sources: &[usize]| {
            sources.iter().map(|source| self.stream(job, *source as u8)).collect::<Vec<_>>().join(", ")
        };
        rows(
            "watermarks",
            vec![
                self.job(job, all.len()),
                numbers(all.iter().map(|_| Some(i64::from(progress.batch.0)))),
                text(all.iter().map(|one| &one.column)),
                text(all.iter().map(|one| streams(&one.sources))),
                numbers(all.iter().map(|one| Some(one.delay.millis))),
                times(all.iter().map(|one| one.max_millis.map(|millis| millis * 1000))),
                times(all.iter().map(|one| Some(one.reached_millis * 1000))),
                times(all.iter().map(|_| Some(progress.next_watermark.micros()))),
            ],
        )
    }
}

/// What people call a record that a line has sent.
fn id(file: &ScenarioFile, producer: &Producer, sent: Option<usize>) -> Option<String> {
    let sent = producer.sent_by_lines().get(sent?)?;
    match &file.timeline.lines[sent.line].step {
        Step::Send(sends) => Some(sends[sent.index].id.clone()),
        _ => None,
    }
}

/// The reasons that a summary lists, in its order: the engine's, then those of records that it never saw.
pub fn reasons() -> impl Iterator<Item = &'static str> {
    LossReason::ALL.iter().map(|reason| reason.name()).chain([unread::BEFORE_LATEST, unread::TRIMMED])
}

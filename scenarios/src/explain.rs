//! `explain`: the whole life of a row, in plain words.
//!
//! The scenario is run again, which gives the same run, and everything that it did is kept. Then the records that the
//! row's id means are found, and what became of them is told: sent, arrived, read, why dropped or with whom joined, who
//! set the watermark, what would have saved it.

use std::collections::BTreeMap;

use wavetank_emulator::Storage;
use wavetank_engine::batch::RecordId;
use wavetank_engine::ledger::{Loss, LossReason, TraceEvent};
use wavetank_engine::watermark::Watermark;

use crate::chronicle::{Chronicle, Fact};
use crate::faults::Process;
use crate::file::{Length, UtcTime};
use crate::scenario::Scenario;
use crate::story::Teller;
use crate::world::{Committed, Observer, RunError, Witness, World, WorldOptions};

/// Records that are told at most.
const RECORDS_TOLD: usize = 20;

/// What there is to say of a row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Explanation {
    /// What was asked for.
    pub row: String,
    /// The records that it means, in the order in which they were read.
    pub records: Vec<Life>,
    /// Further records that it means.
    pub more: usize,
}

/// The life of one record.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Life {
    /// What it is called.
    pub name: String,
    /// The job that read it, or was to read it.
    pub job: String,
    /// What happened, in order.
    pub events: Vec<LifeEvent>,
}

/// One thing that happened to a record.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LifeEvent {
    /// In a word: `sent`, `arrived`, `read`, `dropped`, …
    pub what: &'static str,
    /// In a sentence.
    pub text: String,
}

/// Keeps everything.
#[derive(Default)]
struct Keeping(Chronicle);

impl Witness for Keeping {
    fn committed(&mut self, batch: Committed) -> Result<(), RunError> {
        self.0.add(batch);
        Ok(())
    }
}

/// Runs the scenario and tells what became of a row. `row` is the id that a line of the timeline gives it, its partition
/// key, its sequence number, or any value in the record.
///
/// # Errors
/// As running it.
pub fn explain(
    scenario: &Scenario,
    row: &str,
    events: Option<u64>,
    observer: &mut dyn Observer,
) -> Result<Explanation, RunError> {
    let options = WorldOptions {
        events,
        storage: Storage::Memory,
        spare: None,
        parallelism: 1,
        follow_advice: false,
        trace: true,
        remember_rows: false,
        live_from: None,
        streams: None,
    };
    let mut keeping = Keeping::default();
    let mut world = World::new(scenario, options, [])?;
    world.run(&mut keeping, observer)?;
    let mut chronicle = keeping.0;
    let mut streams = BTreeMap::new();
    for job in &world.jobs {
        chronicle.end(job.process, job.query().map(|query| query.kept_rows()).unwrap_or_default());
        streams.insert(job.process, job.streams());
    }
    let teller =
        Teller { file: &scenario.file, producer: &world.producer, chronicle: &chronicle, streams: &streams };
    let found = find(&teller, row);
    let told = found.iter().take(RECORDS_TOLD).map(|(job, id)| life(&teller, *job, *id));
    let mut records: Vec<Life> = told.collect();
    if records.is_empty() {
        records.extend(never_read(&teller, row));
    }
    Ok(Explanation { row: row.to_owned(), more: found.len().saturating_sub(RECORDS_TOLD), records })
}

/// The records that an id means: first by what people call them, else by any value in them.
fn find(teller: &Teller<'_>, row: &str) -> Vec<(Process, RecordId)> {
    let (mut named, mut holding) = (Vec::new(), Vec::new());
    let quoted = format!("\"{row}\"");
    for job in teller.chronicle.jobs() {
        for (id, record, shard) in teller.chronicle.records(job) {
            let stream = teller.stream(job, id.source);
            let sent = teller.producer.sent_at(stream, shard, &record.sequence_number);
            let name = sent.and_then(|sent| teller.sent_name(sent)).unwrap_or_default();
            let called = name == row || name.split(' ').nth(1) == Some(row);
            if called || record.partition_key == *row || record.sequence_number == *row {
                named.push((job, id));
            } else if named.is_empty() && holds(&record.data, &quoted, row) {
                holding.push((job, id));
            }
        }
    }
    if named.is_empty() { holding } else { named }
}

/// Whether a JSON text has this value somewhere, as text or as a number.
fn holds(data: &[u8], quoted: &str, row: &str) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let number = row.parse::<f64>().is_ok();
    text.contains(quoted) || number && text.split([':', ',', '[', ']', '}', ' ']).any(|word| word == row)
}

/// What there is to say of records that lines have sent and no job has read.
fn never_read(teller: &Teller<'_>, row: &str) -> Vec<Life> {
    let sent = teller.producer.sent_by_lines().iter().enumerate();
    let named = sent.filter_map(|(number, sent)| {
        let name = teller.sent_name(number)?;
        (name == row || name.split(' ').nth(1) == Some(row)).then_some((name, sent))
    });
    let life = |(name, sent): (String, &crate::producer::SentByLine)| {
        let line = teller.file.timeline.lines[sent.line].number;
        let text = format!("in line {line} of {}, and no job has read it", teller.file.source.name);
        Life { name, job: String::new(), events: vec![LifeEvent { what: "sent", text }] }
    };
    named.map(life).collect()
}

fn life(teller: &Teller<'_>, job: Process, id: RecordId) -> Life {
    let mut events = Vec::new();
    let mut tell = |what, text: String| events.push(LifeEvent { what, text });
    if let Some(reading) = teller.chronicle.reading(job, id) {
        let stream = teller.stream(job, id.source);
        let record = reading.record;
        let sent = teller.producer.sent_at(stream, reading.shard, &record.sequence_number);
        if let Some(sent) = sent.map(|sent| &teller.producer.sent_by_lines()[sent]) {
            let line = &teller.file.timeline.lines[sent.line];
            let place = format!("{}:{}", teller.file.source.name, line.number);
            tell(
                "sent",
                format!(
                    "by {place} `{}`, event time {}",
                    teller.file.line_text(line),
                    teller.time(sent.event_time)
                ),
            );
        }
        let arrival = teller.time(UtcTime(record.arrival_millis * 1000));
        tell(
            "arrived",
            format!(
                "at {arrival} in {stream}, {}, sequence number {}, partition key {}",
                reading.shard, record.sequence_number, record.partition_key
            ),
        );
        let trigger = teller.time(UtcTime(reading.trigger_millis * 1000));
        let batch = id.batch;
        let late = late_watermark(teller, job, batch.0)
            .map_or("there was no watermark yet".to_owned(), |w| {
                format!("what is at or before {} was late", teller.watermark(w))
            });
        tell("read", format!("in batch {batch}, triggered at {trigger}; {late}"));
    }
    for fact in teller.chronicle.facts(job, id, u32::MAX) {
        events.extend(fact_events(teller, job, id, &fact));
    }
    events.dedup();
    let job_name = teller.file.jobs.get(job).map(|job| job.name.value.clone()).unwrap_or_default();
    Life { name: teller.name(job, id), job: job_name, events }
}

/// The watermark that a batch drops late rows by: that of the batch before.
fn late_watermark(teller: &Teller<'_>, job: Process, batch: u32) -> Option<Watermark> {
    let before = batch.checked_sub(1)?;
    let chapter = teller.chronicle.batches(job, &(before..batch)).first()?;
    Some(chapter.report.progress.watermark).filter(|watermark| *watermark != Watermark::ZERO)
}

fn fact_events(teller: &Teller<'_>, job: Process, id: RecordId, fact: &Fact<'_>) -> Vec<LifeEvent> {
    let Some(text) = teller.fact(job, id, fact) else { return Vec::new() };
    let event = |what, text| LifeEvent { what, text };
    match fact {
        Fact::Rejected(_) => vec![event("rejected", text)],
        Fact::Kept(_) => vec![event("kept", text)],
        Fact::Traced(trace) => {
            let what = match trace.event {
                TraceEvent::Joined { .. } => "joined",
                TraceEvent::EmittedUnmatched => "unmatched",
                TraceEvent::Grouped => "grouped",
                TraceEvent::Written => "written",
            };
            vec![event(what, text)]
        }
        Fact::Lost(loss) => {
            let what = if loss.reason == LossReason::EvictedUnmatched { "evicted" } else { "dropped" };
            let mut events = vec![event(what, text)];
            let watermark = loss.watermark.filter(|_| loss.reason == LossReason::Late);
            let because = watermark.into_iter().flat_map(|watermark| teller.who_set(job, watermark));
            events.extend(because.map(|text| event("because", text)));
            events.extend(rescue(teller, job, loss).map(|text| event("saved by", text)));
            events
        }
    }
}

/// What would have saved a row.
fn rescue(teller: &Teller<'_>, job: Process, loss: &Loss) -> Option<String> {
    Some(match loss.reason {
        LossReason::Late => {
            let (watermark, event_time) = (loss.watermark?, loss.event_time?);
            let chapters = teller.chronicle.chapters(job);
            let set = chapters.iter().find(|chapter| chapter.report.progress.next_watermark == watermark)?;
            let progress = &set.report.progress;
            let setter = progress.event_time.iter().find(|one| one.reached_millis == watermark.millis)?;
            let greatest = (setter.reached_millis + setter.delay.millis) * 1000;
            let needed = std::time::Duration::from_micros((greatest - event_time).max(0) as u64);
            let batch = progress.batch;
            let at = teller.time(UtcTime(progress.timestamp_millis * 1000));
            format!(
                "an arrival by the trigger of batch {} (batch {batch}, triggered at {at}, set the watermark), or a \
                 watermark delay of more than {} on `{}`",
                batch.0 + 1,
                Length(needed),
                setter.column
            )
        }
        LossReason::EvictedUnmatched => {
            format!(
                "a match that had been read before batch {}, with an event time in the join's bounds",
                loss.batch
            )
        }
        LossReason::NullKey | LossReason::NullEventTime => "a value where the record has null".to_owned(),
        LossReason::Malformed => {
            "a record that decodes as its table says; `wavetank.rejected` has what is wrong".to_owned()
        }
        LossReason::NoElements => "`LATERAL VIEW OUTER`, which keeps rows whose array is empty".to_owned(),
        LossReason::NoSession => "a gap above zero".to_owned(),
        LossReason::Duplicate | LossReason::Filtered => return None,
    })
}

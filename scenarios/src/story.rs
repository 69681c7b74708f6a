//! What became of one record, in words: who sent it, what the watermark was, why it was dropped or whom it met.

use std::collections::BTreeMap;

use wavetank_engine::batch::RecordId;
use wavetank_engine::ledger::{Loss, LossReason, Trace, TraceEvent};
use wavetank_engine::progress::EventTimeProgress;
use wavetank_engine::watermark::Watermark;

use crate::chronicle::{Chronicle, Fact};
use crate::faults::Process;
use crate::file::{Length, ScenarioFile, Step, UtcTime};
use crate::producer::Producer;

/// How much of a record is shown.
const RECORD_CHARACTERS_SHOWN: usize = 200;

/// Tells what a run knows of its records.
pub struct Teller<'a> {
    /// The scenario's file.
    pub file: &'a ScenarioFile,
    /// What was sent.
    pub producer: &'a Producer,
    /// What was done with it.
    pub chronicle: &'a Chronicle,
    /// The streams behind each job's sources.
    pub streams: &'a BTreeMap<Process, Vec<String>>,
}

/// What became of a record's rows, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Lost,
    Evicted,
    Joined,
    Unmatched,
    Grouped,
    Written,
    Kept,
    Rejected,
}

impl Teller<'_> {
    /// An instant as people read it beside others of the scenario.
    pub fn time(&self, time: UtcTime) -> String {
        time.beside(self.file.clock.start.value)
    }

    fn micros(&self, micros: i64) -> String {
        self.time(UtcTime(micros))
    }

    /// A watermark, or that there is none yet.
    pub fn watermark(&self, watermark: Watermark) -> String {
        match watermark == Watermark::ZERO {
            true => "none".to_owned(),
            false => self.micros(watermark.micros()),
        }
    }

    /// What a record is called: by the line that sent it, or by its stream and partition key.
    pub fn name(&self, job: Process, id: RecordId) -> String {
        let stream = self.stream(job, id.source);
        let Some(reading) = self.chronicle.reading(job, id) else { return format!("a record of {stream}") };
        let sent = self.producer.sent_at(stream, reading.shard, &reading.record.sequence_number);
        match sent.and_then(|sent| self.sent_name(sent)) {
            Some(name) => name,
            None => format!("a record of {stream} with the key {}", reading.record.partition_key),
        }
    }

    /// The beginning of a record as it was sent.
    pub fn text(&self, job: Process, id: RecordId) -> Option<String> {
        let reading = self.chronicle.reading(job, id)?;
        let text = String::from_utf8_lossy(&reading.record.data);
        Some(match text.char_indices().nth(RECORD_CHARACTERS_SHOWN) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.into_owned(),
        })
    }

    /// `P T5`: shape and id of a record that a line sent.
    pub fn sent_name(&self, sent: usize) -> Option<String> {
        let sent = self.producer.sent_by_lines().get(sent)?;
        let line = self.file.timeline.lines.get(sent.line)?;
        let Step::Send(sends) = &line.step else { return None };
        sends.get(sent.index).map(|send| format!("{} {}", send.shape, send.id))
    }

    /// Where a job read a record that a line sent, if it did.
    pub fn read_as(&self, job: Process, sent: usize) -> Option<RecordId> {
        let mut records = self.chronicle.records(job);
        let found = records.find(|(id, record, shard)| {
            self.producer.sent_at(self.stream(job, id.source), shard, &record.sequence_number) == Some(sent)
        });
        found.map(|(id, _, _)| id)
    }

    /// The stream behind a job's source.
    pub fn stream(&self, job: Process, source: u8) -> &str {
        self.streams.get(&job).and_then(|streams| streams.get(usize::from(source))).map_or("", String::as_str)
    }

    /// What became of a record by the end of a batch, in a few words.
    pub fn fate(&self, job: Process, id: RecordId, end: u32) -> String {
        let facts = self.chronicle.facts(job, id, end);
        let mut told: Vec<(Rank, String)> =
            facts.iter().filter_map(|fact| self.tell(job, id, fact)).collect();
        told.sort();
        let Some((rank, first)) = told.first().cloned() else { return "read; it waits in state".to_owned() };
        let same = told.iter().filter(|(_, text)| *text == first).count();
        let other = told.iter().find(|(other, text)| *other == rank && *text != first).map(|(_, text)| text);
        let times = if same > 1 { format!(", {same} times") } else { String::new() };
        let other = other.map(|text| format!("; {text}")).unwrap_or_default();
        format!("{first}{times}{other}")
    }

    /// One fact about a record in a sentence.
    pub fn fact(&self, job: Process, id: RecordId, fact: &Fact<'_>) -> Option<String> {
        self.tell(job, id, fact).map(|(_, text)| text)
    }

    fn tell(&self, job: Process, id: RecordId, fact: &Fact<'_>) -> Option<(Rank, String)> {
        Some(match fact {
            Fact::Lost(loss) if loss.reason == LossReason::EvictedUnmatched => {
                (Rank::Evicted, self.loss(loss))
            }
            Fact::Lost(loss) => (Rank::Lost, self.loss(loss)),
            Fact::Rejected(rejected) => {
                let field = rejected.field.as_ref().map(|f| format!("field `{f}`: ")).unwrap_or_default();
                (Rank::Rejected, format!("did not decode in full: {field}{}", rejected.detail))
            }
            Fact::Kept(kept) if kept.matched => (Rank::Kept, "in state, for further matches".to_owned()),
            Fact::Kept(_) => (Rank::Kept, "in state, waiting for a match".to_owned()),
            Fact::Traced(trace) => self.trace(job, id, trace)?,
        })
    }

    fn trace(&self, job: Process, id: RecordId, trace: &Trace) -> Option<(Rank, String)> {
        let batch = trace.batch;
        Some(match trace.event {
            TraceEvent::Joined { with } => {
                let partner = if trace.record == id { with } else { trace.record };
                (Rank::Joined, format!("joined with {} in batch {batch}", self.name(job, partner)))
            }
            TraceEvent::EmittedUnmatched => {
                (Rank::Unmatched, format!("came out without a match in batch {batch}"))
            }
            TraceEvent::Grouped => {
                let of = trace.event_time.map(|end| format!(" that ends at {}", self.micros(end)));
                let of = of.filter(|_| trace.operator != Trace::SINK).unwrap_or_default();
                (Rank::Grouped, format!("counted in a group{of}, in batch {batch}"))
            }
            TraceEvent::Written => (Rank::Written, format!("written in batch {batch}")),
        })
    }

    /// A lost row's reason with the facts that decided.
    pub fn loss(&self, loss: &Loss) -> String {
        let at = format!("in batch {}", loss.batch);
        let event_time =
            loss.event_time.map(|micros| self.micros(micros)).unwrap_or_else(|| "none".to_owned());
        let watermark = loss.watermark.map(|watermark| self.watermark(watermark)).unwrap_or_default();
        let operator = loss.operator;
        match loss.reason {
            LossReason::Late => {
                format!("late {at}: event time {event_time} <= watermark {watermark} ({operator})")
            }
            LossReason::EvictedUnmatched => {
                format!(
                    "left the state without a match {at}: the watermark had come to {watermark} ({operator})"
                )
            }
            LossReason::Malformed => {
                format!("it did not decode, and the field matters, {at} ({operator})")
            }
            LossReason::NullKey => {
                format!("its key is null, which matches nothing, {at} ({operator})")
            }
            LossReason::NullEventTime => format!("its event time is null, {at} ({operator})"),
            LossReason::Filtered => format!("filtered out by the query, {at} ({operator})"),
            LossReason::NoElements => {
                format!("the exploded array has no elements, {at} ({operator})")
            }
            LossReason::Duplicate => {
                format!("a duplicate, its key was seen before, {at} ({operator})")
            }
            LossReason::NoSession => {
                format!("the gap of its session is not positive, {at} ({operator})")
            }
        }
    }

    /// Who set a watermark, and who had no say: one sentence each.
    pub fn who_set(&self, job: Process, watermark: Watermark) -> Vec<String> {
        let chapters = self.chronicle.chapters(job);
        let found = chapters.iter().find(|chapter| chapter.report.progress.next_watermark == watermark);
        let Some(chapter) = found.filter(|_| watermark != Watermark::ZERO) else { return Vec::new() };
        let progress = &chapter.report.progress;
        let (setters, others): (Vec<_>, Vec<_>) =
            progress.event_time.iter().partition(|one| one.reached_millis == watermark.millis);
        let mut told = Vec::new();
        if let Some(setter) = setters.first() {
            let of = self.event_time_name(job, setter);
            let greatest = self.micros((setter.reached_millis + setter.delay.millis) * 1000);
            let delay = self.delay(setter);
            let watermark = self.watermark(watermark);
            told.push(format!(
                "the watermark {watermark} came from {of}: its greatest event time {greatest} - {delay}"
            ));
        }
        for other in others.iter().filter(|other| other.reached_millis > 0) {
            let (of, delay) = (self.event_time_name(job, other), self.delay(other));
            let reached = self.micros(other.reached_millis * 1000);
            told.push(format!(
                "{of} by itself had come to {reached}; its delay of {delay} has no effect as long as another \
                 stream is behind (spark.sql.streaming.multipleWatermarkPolicy = min)"
            ));
        }
        told
    }

    fn event_time_name(&self, job: Process, one: &EventTimeProgress) -> String {
        let streams: Vec<&str> = one.sources.iter().map(|source| self.stream(job, *source as u8)).collect();
        streams.join(" and ")
    }

    fn delay(&self, one: &EventTimeProgress) -> String {
        Length(std::time::Duration::from_millis(one.delay.millis.max(0) as u64)).to_string()
    }
}

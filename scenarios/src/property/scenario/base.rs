//! What a scenario sends, as data: the records of its timeline and of its traffic, and the lines that send them in
//! their own order.

use wavetank_engine::plan::LogicalPlan;

use super::literal;
use super::records::{Record, RecordShape, Records, with_fields};
use super::trial::{Sent, TrialLine};
use crate::file::{Body, Fault, Length, Line, ScenarioFile, Send, Step, UtcTime};
use crate::generate::{self, ArrivalKind, Generator, Settings};
use crate::rng::Rng;
use crate::scenario::Scenario;

/// Records of generated traffic that a case has, about.
const GENERATED_MAX: usize = 40;

/// A scenario as data.
#[derive(Debug, Clone, PartialEq)]
pub struct Base {
    /// What is sent.
    pub records: Records,
    /// What happens, in its own order.
    pub lines: Vec<TrialLine>,
    /// Length of a tick in microseconds.
    pub tick: i64,
    /// The longest delay of the query's watermarks, in microseconds.
    pub delay: i64,
    /// The streams with their shards.
    pub streams: Vec<(String, u32)>,
}

impl Base {
    /// The scenario's timeline, and behind it traffic that is drawn from a seed: so many events per stream that
    /// follows no other, or few.
    pub fn draw(scenario: &Scenario, events: Option<u64>, seed: u64) -> Self {
        let file = &scenario.file;
        let streams = file.resources.streams.iter();
        let mut base = Self {
            records: Records::default(),
            lines: Vec::new(),
            tick: file.clock.tick.value.micros(),
            delay: scenario.streaming().map_or(0, |(_, _, pipeline)| delay(&pipeline.plan)) * 1000,
            streams: streams.map(|(name, stream)| (name.to_owned(), stream.shards.value)).collect(),
        };
        for (name, shape) in file.shapes.iter() {
            base.records.shapes.push(RecordShape {
                name: name.to_owned(),
                stream: shape.stream.value.clone(),
                key: shape.key.value.clone(),
                body: shape.body.clone(),
                is_own: true,
            });
        }
        let mut reader = Reader { base, file, now: file.clock.start.value.0, arrivals: Vec::new() };
        file.timeline.lines.iter().for_each(|line| reader.line(line));
        reader.traffic(events, seed);
        reader.finish()
    }

    /// The records without some of them, in the same lines.
    pub fn only(&self, keep: impl Fn(usize) -> bool) -> Vec<TrialLine> {
        let line = |line: &TrialLine| match line {
            TrialLine::Send(sent) if !sent.is_empty() => {
                let kept: Vec<Sent> = sent.iter().copied().filter(|sent| keep(sent.record)).collect();
                (!kept.is_empty()).then_some(TrialLine::Send(kept))
            }
            other => Some(other.clone()),
        };
        self.lines.iter().filter_map(line).collect()
    }

    /// What happens to these records alone when nothing disturbs it.
    pub fn undisturbed(&self, records: &[usize]) -> Vec<TrialLine> {
        let mut lines = self.only(|record| records.binary_search(&record).is_ok());
        lines.retain(|line| !line.disturbs());
        lines
    }
}

/// The longest delay of a watermark, in milliseconds.
fn delay(plan: &LogicalPlan) -> i64 {
    let own = match plan {
        LogicalPlan::EventTime { delay, .. } => delay.millis,
        _ => 0,
    };
    plan.inputs().into_iter().map(delay).fold(own, i64::max)
}

struct Reader<'f> {
    base: Base,
    file: &'f ScenarioFile,
    /// In microseconds.
    now: i64,
    /// When each record arrives, in microseconds.
    arrivals: Vec<i64>,
}

impl Reader<'_> {
    fn line(&mut self, line: &Line) {
        let own = match &line.step {
            Step::Send(sends) => {
                self.now += self.base.tick;
                let rng = Rng::new(self.file.seed).fork("timeline").fork(&line.number.to_string());
                let sent = sends.iter().enumerate();
                TrialLine::Send(sent.map(|(at, send)| self.send(send, &rng.fork(&at.to_string()))).collect())
            }
            Step::Advance(length) => {
                self.now += length.micros();
                TrialLine::Advance(*length)
            }
            Step::Crash => TrialLine::Crash,
            Step::Restart => TrialLine::Restart,
            Step::Start => TrialLine::Start,
            Step::Fault(fault) => {
                assert!(!matches!(fault.value, Fault::Put(_)), "a file with properties puts nothing");
                TrialLine::Fault(Box::new(fault.value.clone()))
            }
        };
        self.base.lines.push(own);
    }

    fn send(&mut self, send: &Send, rng: &Rng) -> Sent {
        let time = send.time.resolve(self.file.clock.start.value, UtcTime(self.now));
        let records = &mut self.base.records;
        let is_fixed = match &send.body {
            Body::Row(row) => row.is_fixed(),
            Body::Raw(_) => true,
        };
        let own = records.shapes.iter().position(|shape| shape.name == send.shape);
        let own = own.expect("a line sends a shape of the file");
        let (shape, fields, body) = match is_fixed {
            true => {
                let fields = send.fields.clone();
                let body = with_fields(&records.shapes[own].body, &fields);
                (own, fields, body)
            }
            // Something in it is drawn: it is drawn here, once.
            false => {
                let data = generate::record(&send.body, &send.id, time, rng);
                let template = match &send.body {
                    Body::Row(row) => Some(row),
                    Body::Raw(_) => None,
                };
                let body = literal::body(&data, template, &send.id);
                let key = records.shapes[own].key.clone();
                (records.shape(&send.shape, &send.stream, &key, body.clone()), Vec::new(), body)
            }
        };
        let line = self.base.lines.len();
        let record = Record { shape, id: send.id.clone(), time, fields, body, line, due: time.0 };
        self.push(record, self.now + send.after.micros(), send.after, send.times)
    }

    fn push(&mut self, record: Record, arrival: i64, after: Length, times: u32) -> Sent {
        self.base.records.all.push(record);
        self.arrivals.push(arrival);
        Sent { record: self.base.records.all.len() - 1, again: false, after, times }
    }

    /// Generated records, in the lines in whose ticks they arrive.
    fn traffic(&mut self, events: Option<u64>, seed: u64) {
        if self.file.generate.is_empty() {
            return;
        }
        let generator = self.generator(events, seed);
        let names = generator.streams().to_vec();
        let mut tick = None;
        for arrival in generator {
            let load = self.file.generate.iter().nth(usize::from(arrival.stream));
            let Some((stream, load)) = load else { continue };
            let whole = !matches!(arrival.kind, ArrivalKind::Corrupt(_));
            let id = if is_word(&arrival.key) { arrival.key.to_string() } else { format!("r{}", arrival.id) };
            let body = literal::body(&arrival.data, whole.then_some(&load.row), &id);
            let key = if *arrival.partition_key == *id { "$id" } else { &*arrival.partition_key };
            let stem = stem(&names[usize::from(arrival.stream)]);
            let shape = self.base.records.shape(&stem, stream, key, body.clone());
            let of_tick = Some(arrival.arrival.div_euclid(self.base.tick));
            if tick != of_tick {
                tick = of_tick;
                self.base.lines.push(TrialLine::Send(Vec::new()));
            }
            let line = self.base.lines.len() - 1;
            let time = UtcTime(arrival.event_time);
            let record = Record { shape, id, time, fields: Vec::new(), body, line, due: arrival.arrival };
            let sent = self.push(record, arrival.arrival, Length::default(), 1);
            if let Some(TrialLine::Send(line)) = self.base.lines.last_mut() {
                line.push(sent);
            }
        }
    }

    /// The whole traffic where somebody says how much, or where it is little; else as much as there may be.
    fn generator(&self, events: Option<u64>, seed: u64) -> Generator {
        let of = |events: Option<u64>| {
            let settings = Settings {
                start: self.now,
                length: self.file.clock.length.unwrap_or_default().0,
                seed,
                events,
            };
            Generator::new(&self.file.generate, &settings)
        };
        if events.is_some() {
            return of(events);
        }
        let mut few = GENERATED_MAX as u64;
        let mut tried = (generate::leading_events(self.file, None) <= few).then_some(None);
        loop {
            let events = tried.take().unwrap_or(Some(few));
            if of(events).take(GENERATED_MAX + 1).count() <= GENERATED_MAX || few <= 1 {
                return of(events);
            }
            few = if events.is_none() { few } else { few / 2 };
        }
    }

    /// A record is due when the latest of those that have arrived by then happened.
    fn finish(mut self) -> Base {
        let mut order: Vec<usize> = (0..self.arrivals.len()).collect();
        order.sort_by_key(|record| self.arrivals[*record]);
        let mut latest = i64::MIN;
        for record in order {
            let due = &mut self.base.records.all[record].due;
            latest = latest.max(*due);
            *due = latest;
        }
        self.base
    }
}

/// Whether a key can stand in a line as it is.
fn is_word(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/+".contains(c))
}

/// The name of a stream's first shape: its first letter.
fn stem(stream: &str) -> String {
    let letter = stream.chars().find(char::is_ascii_alphabetic).unwrap_or('S');
    letter.to_ascii_uppercase().to_string()
}

//! Traffic from a seed: records in the order in which they reach their streams.
//!
//! Events are made in the order of their *event times* and wait in a heap until no earlier *arrival* can come any
//! more: nothing arrives before it happens, so an arrival is due once every stream's next event is not before it.
//! The heap therefore holds only what is under way, however long the whole traffic is.
//!
//! Each stream has its own draws for each purpose (key, delay, row field …), named by a path of names. Adding a field
//! to one row leaves every other draw where it was.
//!
//! Times are microseconds since 1970-01-01T00:00:00Z.

mod corrupt;
mod fakes;
mod json_text;
mod json_tree;
mod keys;
mod program;
mod schedule;
mod stream;
mod timing;
mod words;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::file::{Body, CorruptKind, Entries, Load, Origin, ScenarioFile, Step, UtcTime};
use crate::rng::Rng;
pub use fakes::text as fake;
use program::{Moment, Program};
use stream::{Event, StreamState};

/// A record on its way into a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Which stream; [`Generator::streams`] has the names.
    pub stream: u16,
    /// The event's key.
    pub key: Arc<str>,
    /// Decides the shard.
    pub partition_key: Arc<str>,
    /// The record: one JSON object, unless it is corrupt.
    pub data: Bytes,
    /// When it happened, in microseconds. A duplicate has the time of its original.
    pub event_time: i64,
    /// When it reaches the stream, in microseconds; never before `event_time`.
    pub arrival: i64,
    /// Unique; counts in the order of generation, from 0.
    pub id: u64,
    /// What is special about it.
    pub kind: ArrivalKind,
}

/// What is special about an arrival. One that is corrupt and late is called corrupt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArrivalKind {
    /// Delayed no more than usual.
    OnTime,
    /// Drawn to be later than usual.
    Late,
    /// The bytes of an earlier arrival again.
    Duplicate,
    /// Broken on the way.
    Corrupt(CorruptKind),
}

impl ArrivalKind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            ArrivalKind::OnTime => "on_time",
            ArrivalKind::Late => "late",
            ArrivalKind::Duplicate => "duplicate",
            ArrivalKind::Corrupt(_) => "corrupt",
        }
    }
}

/// Where traffic lies in time, and what it is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The first instant, in microseconds.
    pub start: i64,
    /// How long events keep happening.
    pub length: Duration,
    /// The seed of every draw.
    pub seed: u64,
    /// Replaces the count of events of each stream that follows no other.
    pub events: Option<u64>,
}

/// The traffic of all streams of a scenario, in order of arrival; equal arrivals in order of generation.
#[derive(Debug)]
pub struct Generator {
    names: Vec<Arc<str>>,
    streams: Vec<StreamState>,
    waiting: BinaryHeap<Reverse<Waiting>>,
    next_id: u64,
}

/// An arrival in the heap, ordered by arrival and then by generation.
#[derive(Debug, PartialEq, Eq)]
struct Waiting(Arrival);

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0.arrival, self.0.id).cmp(&(other.0.arrival, other.0.id))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Settings {
    fn of(file: &ScenarioFile, events: Option<u64>) -> Self {
        let clock = &file.clock;
        let length = clock.length.unwrap_or_default().0;
        Self { start: file.traffic_start().0, length, seed: file.seed, events }
    }
}

/// How many events a scenario file begins with; those that follow others and duplicates come on top.
pub fn leading_events(file: &ScenarioFile, events: Option<u64>) -> u64 {
    let settings = Settings::of(file, events);
    let leading = file.generate.iter().filter_map(|(_, load)| match &load.origin {
        Origin::Clock(volume) => Some(stream::event_count(volume, &settings)),
        Origin::Follows { .. } => None,
    });
    leading.sum()
}

/// A record that a scenario sends, wherever it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The stream, or the table of objects.
    pub to: Arc<str>,
    /// When it happened, in microseconds.
    pub event_time: i64,
    /// When it reaches the stream, in microseconds.
    pub arrival: i64,
    /// Decides the shard.
    pub partition_key: Arc<str>,
    /// How it was meant: on time, late, duplicate, corrupt; or sent by a line.
    pub kind: &'static str,
    /// The record.
    pub data: Bytes,
}

/// Every record that a scenario sends: those of its timeline line by line, then those that it generates, in the order
/// of their arrivals.
pub fn sent(file: &ScenarioFile, events: Option<u64>) -> impl Iterator<Item = Sent> {
    let generator = Generator::for_file(file, events);
    let names = generator.streams().to_vec();
    let generated = generator.map(move |arrival| Sent {
        to: Arc::clone(&names[usize::from(arrival.stream)]),
        event_time: arrival.event_time,
        arrival: arrival.arrival,
        partition_key: arrival.partition_key,
        kind: arrival.kind.name(),
        data: arrival.data,
    });
    sent_by_lines(file).into_iter().chain(generated)
}

fn sent_by_lines(file: &ScenarioFile) -> Vec<Sent> {
    let start = file.clock.start.value;
    let mut now = start.0;
    let mut records = Vec::new();
    for line in &file.timeline.lines {
        let sends = match &line.step {
            Step::Send(sends) => sends,
            Step::Advance(length) => {
                now += length.micros();
                continue;
            }
            _ => continue,
        };
        now += file.clock.tick.value.micros();
        let rng = Rng::new(file.seed).fork("timeline").fork(&line.number.to_string());
        for (index, send) in sends.iter().enumerate() {
            let event_time = send.time.resolve(start, UtcTime(now));
            let data = record(&send.body, &send.id, event_time, &rng.fork(&index.to_string()));
            let one = Sent {
                to: Arc::from(send.stream.as_str()),
                event_time: event_time.0,
                arrival: now + send.after.micros(),
                partition_key: Arc::from(send.partition_key.as_str()),
                kind: "line",
                data,
            };
            records.extend(std::iter::repeat_n(one, send.times as usize));
        }
    }
    records
}

/// The bytes of a record that a line of the timeline sends; `rng` is the record's own.
pub(crate) fn record(body: &Body, id: &str, event_time: UtcTime, rng: &Rng) -> Bytes {
    match body {
        Body::Raw(text) => Bytes::copy_from_slice(text.as_bytes()),
        Body::Row(template) => {
            let mut data = Vec::new();
            let moment = Moment { key: id, event_time: event_time.0, parent: None };
            Program::compile(template, rng).write(&moment, &mut data);
            Bytes::from(data)
        }
    }
}

/// Rows of one load, all of the same event time. `number` tells several such calls apart: they draw other rows.
pub(crate) fn rows_at(
    file: &ScenarioFile,
    events: Option<u64>,
    load: usize,
    event_time: UtcTime,
    rows: u64,
    number: u64,
) -> Vec<Arrival> {
    let Some((name, of)) = file.generate.iter().nth(load) else { return Vec::new() };
    let settings = Settings::of(file, events);
    let rng = Rng::new(settings.seed).fork("put").fork(&number.to_string()).fork(name);
    let mut state = StreamState::new(of, &settings, &rng);
    let row = |_| {
        let event = state.event(event_time.0, None);
        state.arrivals(load as u16, &event, None).0
    };
    (0..rows).map(row).collect()
}

impl Generator {
    /// Prepares the traffic of the loads. Nothing is generated before the first call of `next`.
    ///
    /// # Panics
    /// When a load follows a stream that is not among them, which reading a file rules out.
    pub fn new(loads: &Entries<Load>, settings: &Settings) -> Self {
        let rng = Rng::new(settings.seed).fork("generate");
        let names: Vec<Arc<str>> = loads.names().map(Arc::from).collect();
        let mut streams: Vec<StreamState> =
            loads.iter().map(|(name, load)| StreamState::new(load, settings, &rng.fork(name))).collect();
        for (index, (_, load)) in loads.iter().enumerate() {
            if let Some(parent) = load.parent() {
                let parent = names.iter().position(|name| **name == *parent);
                let parent = parent.expect("a scenario file follows only streams it generates");
                streams[parent].followers.push(index);
            }
        }
        Self { names, streams, waiting: BinaryHeap::new(), next_id: 0 }
    }

    /// The traffic that a scenario file describes; `events` replaces its counts.
    pub fn for_file(file: &ScenarioFile, events: Option<u64>) -> Self {
        Self::new(&file.generate, &Settings::of(file, events))
    }

    /// The names of the streams; [`Arrival::stream`] is an index into them.
    pub fn streams(&self) -> &[Arc<str>] {
        &self.names
    }

    /// How many generated arrivals wait for their turn: the generator's memory.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The stream whose next event is the earliest, and that event's time. Ties go to the stream listed first.
    fn next_event(&self) -> Option<(usize, i64)> {
        let times = self.streams.iter().enumerate();
        times.filter_map(|(index, stream)| Some((index, stream.next_time()?))).min_by_key(|(_, time)| *time)
    }

    /// Makes one event of a stream, and whatever follows it.
    fn happen(&mut self, stream: usize, time: i64, parent: Option<&Event>) {
        let state = &mut self.streams[stream];
        let event = state.event(time, parent);
        let (original, duplicate) = state.arrivals(stream as u16, &event, parent);
        self.wait(original);
        duplicate.into_iter().for_each(|duplicate| self.wait(duplicate));
        for position in 0..self.streams[stream].followers.len() {
            let follower = self.streams[stream].followers[position];
            if let Some(time) = self.streams[follower].follow(event.time) {
                self.happen(follower, time, Some(&event));
            }
        }
    }

    fn wait(&mut self, mut arrival: Arrival) {
        assert!(arrival.arrival >= arrival.event_time, "nothing arrives before it happens");
        arrival.id = self.next_id;
        self.next_id += 1;
        self.waiting.push(Reverse(Waiting(arrival)));
    }
}

impl Iterator for Generator {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        while let Some((stream, time)) = self.next_event() {
            // What is generated from now on arrives at `time` or later, and has a larger id.
            if self.waiting.peek().is_some_and(|Reverse(first)| first.0.arrival <= time) {
                break;
            }
            self.streams[stream].advance();
            self.happen(stream, time, None);
        }
        self.waiting.pop().map(|Reverse(Waiting(arrival))| arrival)
    }
}

#[cfg(test)]
mod tests;

//! The producers: what a scenario generates and what its timeline sends, on its way into streams and objects.
//!
//! Records for streams become `PutRecords` calls, as a client with a small buffer makes them: a record waits for at
//! most a second of virtual time, or until 500 are together; then the clock moves to the moment of the call, which is
//! the arrival time that the stream stamps. Rows for S3 become objects ([`objects`]).

mod buffer;
mod objects;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::iter::Peekable;
use std::sync::Arc;

use bytes::Bytes;
use wavetank_emulator::ApiError;
use wavetank_emulator::kinesis::{SequenceNumber, ShardId};

use crate::adapters::Services;
use crate::file::{Line, PutFile, ScenarioFile, Send, Target, UtcTime};
use crate::generate::{self, Arrival, ArrivalKind, Generator};
use crate::report::StreamReport;
use crate::rng::Rng;
use buffer::{Buffer, Outgoing};
use objects::ObjectWriter;

/// A record that a line of the timeline sent.
#[derive(Debug, Clone, PartialEq)]
pub struct SentByLine {
    /// Index of the line in the timeline.
    pub line: usize,
    /// Index of the record in the line.
    pub index: usize,
    /// When it happened.
    pub event_time: UtcTime,
}

/// Where a record is: stream, shard and sequence number.
pub type Place = (Arc<str>, ShardId, SequenceNumber);

/// Puts what a scenario sends into its streams and objects.
pub struct Producer {
    arrivals: Peekable<Generator>,
    /// Where the generator's records go, by its index of the load.
    targets: Vec<Way>,
    buffers: Vec<Buffer>,
    writers: Vec<ObjectWriter>,
    /// What lines have sent and does not arrive yet, and what a stall holds back.
    waiting: BinaryHeap<Reverse<Waiting>>,
    waited: u64,
    /// Until when nothing reaches a stream, in milliseconds.
    stalls: BTreeMap<usize, i64>,
    /// What lines have sent.
    lines: Vec<SentByLine>,
    put_files: u64,
}

/// Into a buffer or an object writer, by its index.
#[derive(Clone, Copy)]
enum Way {
    Stream(usize),
    Objects(usize),
}

/// A record that waits for its arrival, ordered by arrival and then by when it was sent.
struct Waiting {
    at_millis: i64,
    number: u64,
    buffer: usize,
    record: Outgoing,
}

impl Waiting {
    fn order(&self) -> (i64, u64) {
        (self.at_millis, self.number)
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

impl Producer {
    /// Producers for everything that the scenario sends.
    pub fn new(file: &ScenarioFile, events: Option<u64>) -> Self {
        let generator = Generator::for_file(file, events);
        let buffers: Vec<Buffer> = file.resources.streams.names().map(Buffer::new).collect();
        let (mut writers, mut targets) = (Vec::new(), Vec::new());
        for (name, load) in file.generate.iter() {
            targets.push(match &load.target {
                Target::Stream => {
                    let stream = buffers.iter().position(|buffer| &*buffer.stream == name);
                    Way::Stream(stream.expect("the stream was looked up when the file was read"))
                }
                Target::Objects(pattern) => {
                    writers.push(ObjectWriter::new(name, pattern.value.clone(), file));
                    Way::Objects(writers.len() - 1)
                }
            });
        }
        Self {
            arrivals: generator.peekable(),
            targets,
            buffers,
            writers,
            waiting: BinaryHeap::new(),
            waited: 0,
            stalls: BTreeMap::new(),
            lines: Vec::new(),
            put_files: 0,
        }
    }

    /// Takes in what a line sends at `now_millis`: what arrives at once and what arrives later.
    pub fn send_line(
        &mut self,
        file: &ScenarioFile,
        at: usize,
        line: &Line,
        sends: &[Send],
        now_millis: i64,
    ) {
        let rng = Rng::new(file.seed).fork("timeline").fork(&line.number.to_string());
        for (index, send) in sends.iter().enumerate() {
            let event_time = send.time.resolve(file.clock.start.value, UtcTime(now_millis * 1000));
            let data = generate::record(&send.body, &send.id, event_time, &rng.fork(&index.to_string()));
            let stream = self.buffers.iter().position(|buffer| *buffer.stream == *send.stream);
            let buffer = stream.expect("the stream was looked up when the file was read");
            for _ in 0..send.times {
                let sent = Some(self.lines.len());
                self.lines.push(SentByLine { line: at, index, event_time });
                let record = Outgoing {
                    partition_key: Arc::from(send.partition_key.as_str()),
                    data: data.clone(),
                    kind: ArrivalKind::OnTime,
                    sent,
                };
                self.wait(now_millis + send.after.micros() / 1000, buffer, record);
            }
        }
    }

    /// Nothing reaches a stream before `until_millis`.
    pub fn stall(&mut self, stream: &str, until_millis: i64) {
        if let Some(index) = self.buffers.iter().position(|buffer| &*buffer.stream == stream) {
            let end = self.stalls.entry(index).or_insert(until_millis);
            *end = (*end).max(until_millis);
        }
    }

    /// Puts rows that are generated here and now, all of one event time.
    pub fn put_file(
        &mut self,
        file: &ScenarioFile,
        put: &PutFile,
        events: Option<u64>,
        services: &Services,
    ) -> Result<(), ApiError> {
        let event_time =
            put.event_time.resolve(file.clock.start.value, UtcTime(services.clock.now_millis() * 1000));
        let at = file.generate.names().position(|name| name == put.of.value);
        let at = at.expect("it was looked up when the file was read");
        self.put_files += 1;
        let rows = generate::rows_at(file, events, at, event_time, put.rows, self.put_files);
        match self.targets[at] {
            Way::Stream(buffer) => {
                rows.into_iter().for_each(|row| self.buffers[buffer].add(Outgoing::from(row), i64::MIN));
                self.flush(services, |_| true)
            }
            Way::Objects(writer) => {
                let name = format!("put-{}", self.put_files);
                self.writers[writer].put_apart(&rows, &name, services)
            }
        }
    }

    /// Sends everything that arrives up to and at `until_millis`, moving the clock along.
    pub fn send_until(&mut self, until_millis: i64, services: &Services) -> Result<(), ApiError> {
        while let Some(at) = self.next_arrival().filter(|at| *at <= until_millis) {
            if let Some(due) = self.buffers.iter().map(|b| b.due_millis).min().filter(|due| *due <= at) {
                services.clock.advance_to(due);
                self.flush(services, |buffer| buffer.due_millis <= at)?;
            }
            self.take_one(at, services)?;
        }
        services.clock.advance_to(until_millis);
        for writer in &mut self.writers {
            writer.put_due(until_millis, services)?;
        }
        self.flush(services, |_| true)
    }

    /// When the next record or object arrives, if any is still to come.
    pub fn next_arrival(&mut self) -> Option<i64> {
        let generated = self.arrivals.peek().map(|arrival| arrival.arrival.div_euclid(1000));
        let waiting = self.waiting.peek().map(|Reverse(first)| first.at_millis);
        generated.into_iter().chain(waiting).min()
    }

    /// When the next thing happens that may start a job: an arrival, or an object that is put.
    pub fn next_event(&mut self) -> Option<i64> {
        let objects = self.writers.iter().filter_map(ObjectWriter::next_due).min();
        self.next_arrival().into_iter().chain(objects).min()
    }

    /// Whether everything has been sent.
    pub fn is_done(&mut self) -> bool {
        self.next_event().is_none() && self.buffers.iter().all(Buffer::is_empty)
    }

    /// Records sent so far.
    pub fn sent(&self) -> u64 {
        let objects: u64 = self.writers.iter().map(|writer| writer.report.sent).sum();
        self.buffers.iter().map(|buffer| buffer.report.sent).sum::<u64>() + objects
    }

    /// What was sent to each stream, then to each prefix of objects.
    pub fn reports(&self) -> Vec<StreamReport> {
        let streams = self.buffers.iter().map(|buffer| buffer.report.clone());
        streams.chain(self.writers.iter().map(|writer| writer.report.clone())).collect()
    }

    /// The records that lines have sent, in order.
    pub fn sent_by_lines(&self) -> &[SentByLine] {
        &self.lines
    }

    /// Which of [`Producer::sent_by_lines`] stands at a place, if one does.
    pub fn sent_at(
        &self,
        stream: &str,
        shard: &str,
        sequence_number: impl std::fmt::Display,
    ) -> Option<usize> {
        let buffer = self.buffers.iter().find(|buffer| &*buffer.stream == stream)?;
        buffer.sent_at(shard, sequence_number)
    }

    /// The records that were put into a stream, by shard, in the order of their sequence numbers.
    pub fn put(&self, stream: &str) -> Option<&BTreeMap<ShardId, Vec<buffer::PutRecord>>> {
        self.buffers.iter().find(|buffer| &*buffer.stream == stream).map(Buffer::put_records)
    }

    /// Takes the record that arrives first, at `at`. Of two, the generated one.
    fn take_one(&mut self, at: i64, services: &Services) -> Result<(), ApiError> {
        let generated = self.arrivals.next_if(|arrival| arrival.arrival.div_euclid(1000) <= at);
        let (buffer, record) = match generated {
            Some(arrival) => match self.targets[usize::from(arrival.stream)] {
                Way::Stream(buffer) => (buffer, Outgoing::from(arrival)),
                Way::Objects(writer) => {
                    services.clock.advance_to(at);
                    return self.writers[writer].add(&arrival, at, services);
                }
            },
            None => {
                let Some(Reverse(first)) = self.waiting.pop() else { return Ok(()) };
                (first.buffer, first.record)
            }
        };
        if let Some(end) = self.stalls.get(&buffer).copied().filter(|end| *end > at) {
            self.wait(end, buffer, record);
            return Ok(());
        }
        self.buffers[buffer].add(record, at);
        if self.buffers[buffer].is_full() {
            services.clock.advance_to(at);
            self.buffers[buffer].put(services)?;
        }
        Ok(())
    }

    fn wait(&mut self, at_millis: i64, buffer: usize, record: Outgoing) {
        let number = self.waited;
        self.waited += 1;
        self.waiting.push(Reverse(Waiting { at_millis, number, buffer, record }));
    }

    /// Sends the buffers that are ready, the one that has waited longest first. A buffer goes out when its time is
    /// up, or now if something else (a trigger) wants it earlier.
    fn flush(&mut self, services: &Services, ready: impl Fn(&Buffer) -> bool) -> Result<(), ApiError> {
        let waiting = (0..self.buffers.len()).filter(|i| !self.buffers[*i].is_empty());
        let mut due: Vec<usize> = waiting.filter(|i| ready(&self.buffers[*i])).collect();
        due.sort_by_key(|i| self.buffers[*i].due_millis);
        due.into_iter().try_for_each(|i| self.buffers[i].put(services))
    }
}

impl From<Arrival> for Outgoing {
    fn from(arrival: Arrival) -> Self {
        let Arrival { partition_key, data, kind, .. } = arrival;
        Self { partition_key, data, kind, sent: None }
    }
}

/// The bytes of a JSON object as one line of a file.
fn line(data: &Bytes, file: &mut Vec<u8>) {
    file.extend_from_slice(data);
    file.push(b'\n');
}

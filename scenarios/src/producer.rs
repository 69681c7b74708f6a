//! The producers: arrivals become `PutRecords` calls, as a client with a small buffer makes them.
//!
//! A record waits for at most a second of virtual time, or until 500 are together; then the clock moves to the
//! moment of the call, which is the arrival time that the stream stamps.

use std::collections::BTreeMap;
use std::iter::Peekable;

use wavetank_emulator::ApiError;
use wavetank_emulator::kinesis::{
    PUT_RECORDS_ENTRIES_MAX, PutRecords, PutRecordsRequest, PutRecordsRequestEntry,
};

use crate::adapters::Services;
use crate::file::ScenarioFile;
use crate::generate::{Arrival, ArrivalKind, Generator};
use crate::report::StreamReport;

/// How long a record may wait for company.
const LINGER_MILLIS: i64 = 1000;

/// Puts a scenario's generated arrivals into its streams.
pub struct Producer {
    arrivals: Peekable<Generator>,
    buffers: Vec<Buffer>,
}

struct Buffer {
    entries: Vec<PutRecordsRequestEntry>,
    /// When the oldest entry has waited long enough.
    due_millis: i64,
    report: StreamReport,
}

impl Producer {
    /// Producers for every stream that the scenario generates for.
    pub fn new(file: &ScenarioFile, events: Option<u64>) -> Self {
        let generator = Generator::for_file(file, events);
        let buffer = |name: &std::sync::Arc<str>| Buffer {
            entries: vec![],
            due_millis: i64::MAX,
            report: StreamReport { stream: name.to_string(), ..Default::default() },
        };
        let buffers = generator.streams().iter().map(buffer).collect();
        Self { arrivals: generator.peekable(), buffers }
    }

    /// Sends everything that arrives up to and at `until_millis`, moving the clock along.
    pub fn send_until(&mut self, until_millis: i64, services: &Services) -> Result<(), ApiError> {
        while let Some(arrival) = self.arrivals.next_if(|a| a.arrival.div_euclid(1000) <= until_millis) {
            let at = arrival.arrival.div_euclid(1000);
            if let Some(due) = self.buffers.iter().map(|b| b.due_millis).min().filter(|due| *due <= at) {
                services.clock.advance_to(due);
                self.flush(services, |buffer| buffer.due_millis <= at)?;
            }
            let stream = usize::from(arrival.stream);
            self.buffers[stream].add(arrival, at);
            if self.buffers[stream].entries.len() == PUT_RECORDS_ENTRIES_MAX {
                services.clock.advance_to(at);
                self.buffers[stream].put(services)?;
            }
        }
        services.clock.advance_to(until_millis);
        self.flush(services, |_| true)
    }

    /// Sends the buffers that are ready, the one that has waited longest first. A buffer goes out when its time is
    /// up, or now if something else (a trigger) wants it earlier.
    fn flush(&mut self, services: &Services, ready: impl Fn(&Buffer) -> bool) -> Result<(), ApiError> {
        let waiting = (0..self.buffers.len()).filter(|i| !self.buffers[*i].entries.is_empty());
        let mut due: Vec<usize> = waiting.filter(|i| ready(&self.buffers[*i])).collect();
        due.sort_by_key(|i| self.buffers[*i].due_millis);
        due.into_iter().try_for_each(|i| self.buffers[i].put(services))
    }

    /// Whether everything has been sent.
    pub fn is_done(&mut self) -> bool {
        self.arrivals.peek().is_none() && self.buffers.iter().all(|buffer| buffer.entries.is_empty())
    }

    /// Records sent so far.
    pub fn sent(&self) -> u64 {
        self.buffers.iter().map(|buffer| buffer.report.sent).sum()
    }

    /// What was sent to each stream.
    pub fn reports(&self) -> BTreeMap<String, StreamReport> {
        self.buffers.iter().map(|buffer| (buffer.report.stream.clone(), buffer.report.clone())).collect()
    }
}

impl Buffer {
    fn add(&mut self, arrival: Arrival, at_millis: i64) {
        if self.entries.is_empty() {
            self.due_millis = at_millis + LINGER_MILLIS;
        }
        *self.report.kinds.entry(kind_name(arrival.kind)).or_default() += 1;
        self.entries.push(PutRecordsRequestEntry::new(arrival.partition_key.as_ref(), arrival.data));
    }

    fn put(&mut self, services: &Services) -> Result<(), ApiError> {
        let entries = std::mem::take(&mut self.entries);
        self.report.sent += entries.len() as u64;
        self.due_millis = i64::MAX;
        let answer = services.call::<PutRecords>(PutRecordsRequest::new(&self.report.stream, entries))?;
        assert_eq!(answer.failed_record_count, 0, "nothing throttles a scenario without faults");
        Ok(())
    }
}

/// The name of a kind of arrival in reports.
fn kind_name(kind: ArrivalKind) -> &'static str {
    match kind {
        ArrivalKind::OnTime => "on_time",
        ArrivalKind::Late => "late",
        ArrivalKind::Duplicate => "duplicate",
        ArrivalKind::Corrupt(_) => "corrupt",
    }
}

//! A stream's buffer: records that wait for company, and what is known of those that were put.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use wavetank_emulator::ApiError;
use wavetank_emulator::kinesis::{
    PUT_RECORDS_ENTRIES_MAX, PutRecords, PutRecordsRequest, PutRecordsRequestEntry, SequenceNumber, ShardId,
};

use crate::adapters::Services;
use crate::generate::ArrivalKind;
use crate::report::StreamReport;

/// How long a record may wait for company.
const LINGER_MILLIS: i64 = 1000;

/// A record that is about to be put.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub partition_key: Arc<str>,
    pub data: Bytes,
    pub kind: ArrivalKind,
    /// Which of the records that lines have sent it is, if it is one.
    pub sent: Option<usize>,
}

/// A record that a stream has.
#[derive(Debug, Clone, Copy)]
pub struct PutRecord {
    /// Orders the records of a shard.
    pub sequence_number: SequenceNumber,
    /// When the stream took it in, in milliseconds.
    pub arrival_millis: i64,
}

pub(super) struct Buffer {
    pub stream: Arc<str>,
    entries: Vec<Outgoing>,
    /// When the oldest entry has waited long enough.
    pub due_millis: i64,
    pub report: StreamReport,
    put: BTreeMap<ShardId, Vec<PutRecord>>,
    /// Records that lines have sent, by shard and sequence number.
    by_place: BTreeMap<(String, String), usize>,
}

impl Buffer {
    pub fn new(stream: &str) -> Self {
        Self {
            stream: Arc::from(stream),
            entries: Vec::new(),
            due_millis: i64::MAX,
            report: StreamReport { stream: stream.to_owned(), ..Default::default() },
            put: BTreeMap::new(),
            by_place: BTreeMap::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.entries.len() == PUT_RECORDS_ENTRIES_MAX
    }

    pub fn add(&mut self, record: Outgoing, at_millis: i64) {
        if self.entries.is_empty() {
            self.due_millis = at_millis.saturating_add(LINGER_MILLIS);
        }
        self.entries.push(record);
    }

    /// Puts what waits, in as many calls as it takes.
    pub fn put(&mut self, services: &Services) -> Result<(), ApiError> {
        let waiting = std::mem::take(&mut self.entries);
        self.due_millis = i64::MAX;
        for records in waiting.chunks(PUT_RECORDS_ENTRIES_MAX) {
            self.put_some(records, services)?;
        }
        Ok(())
    }

    fn put_some(&mut self, records: &[Outgoing], services: &Services) -> Result<(), ApiError> {
        let entry = |r: &Outgoing| PutRecordsRequestEntry::new(r.partition_key.as_ref(), r.data.clone());
        let entries = records.iter().map(entry).collect();
        let arrival_millis = services.clock.now_millis();
        let answer = services.call::<PutRecords>(PutRecordsRequest::new(&*self.stream, entries))?;
        assert_eq!(answer.failed_record_count, 0, "producers are not throttled");
        for (record, result) in records.iter().zip(answer.records) {
            let (Some(shard), Some(sequence_number)) = (result.shard_id, result.sequence_number) else {
                continue;
            };
            self.report.sent += 1;
            *self.report.kinds.entry(record.kind.name()).or_default() += 1;
            self.put.entry(shard).or_default().push(PutRecord { sequence_number, arrival_millis });
            if let Some(sent) = record.sent {
                self.by_place.insert((shard.to_string(), sequence_number.to_string()), sent);
            }
        }
        Ok(())
    }

    pub fn sent_at(&self, shard: &str, sequence_number: impl std::fmt::Display) -> Option<usize> {
        if self.by_place.is_empty() {
            return None;
        }
        self.by_place.get(&(shard.to_owned(), sequence_number.to_string())).copied()
    }

    pub fn put_records(&self) -> &BTreeMap<ShardId, Vec<PutRecord>> {
        &self.put
    }
}

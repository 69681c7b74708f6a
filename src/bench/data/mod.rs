//! The records of the streaming workloads, drawn from a seed: what an hour of a shop or of a web site looks like.
//!
//! An event happens, is delayed, and reaches its stream; records are cut into batches in the order of their arrivals.
//! A late one is delayed by a quarter of an hour more on average, which is more than the watermark waits for.

mod hits;
mod orders;
mod shop;

use bytes::Bytes;

use super::{Parameters, Workload};
use crate::emulator::kinesis::{PutRecordsRequest, PutRecordsRequestEntry};
use crate::scenarios::rng::{Rng, Weights};

/// When the first event happens, in seconds since 1970: 2026-01-05T10:00:00Z.
pub const START_SECONDS: i64 = 1_767_607_200;

/// Event time that all records lie in where nothing else is asked for, in seconds.
const SPAN_SECONDS: f64 = 3600.0;

/// How much later late records are, on average, in seconds.
const LATE_SECONDS: f64 = 900.0;

/// A record on its way into a stream.
#[derive(Debug, Clone)]
pub struct Record {
    /// Decides the shard.
    pub partition_key: String,
    /// One JSON object.
    pub data: Bytes,
}

/// The call that puts records, 500 at most.
pub fn put_request(stream: &str, records: &[Record]) -> PutRecordsRequest {
    let entry = |r: &Record| PutRecordsRequestEntry::new(r.partition_key.as_str(), r.data.clone());
    PutRecordsRequest::new(stream, records.iter().map(entry).collect())
}

/// What one micro-batch is going to read: per table, in the order of [`Traffic::tables`].
pub type Batch = Vec<Vec<Record>>;

/// The records of a workload.
#[derive(Debug)]
pub struct Traffic {
    /// Name of each table and of the stream behind it.
    pub tables: &'static [(&'static str, &'static str)],
    /// Batches that fill the state; not measured.
    pub fill: Vec<Batch>,
    /// Batches that are measured.
    pub measured: Vec<Batch>,
}

impl Traffic {
    /// Draws the records of a streaming workload.
    pub fn draw(workload: Workload, parameters: &Parameters) -> Self {
        match workload {
            Workload::Hourly => hits::draw(parameters),
            Workload::Dedup => orders::draw(parameters),
            _ => shop::draw(parameters),
        }
    }
}

/// A record with the moment of its arrival, in seconds after the start.
struct Arrival {
    at: f64,
    table: usize,
    record: Record,
}

/// Puts records in the order of their arrivals and cuts them into batches; `fill` of them, about, are not measured.
fn batches(
    tables: &'static [(&'static str, &'static str)],
    mut arrivals: Vec<Arrival>,
    fill: usize,
    batch_events: u64,
) -> Traffic {
    arrivals.sort_by(|a, b| a.at.total_cmp(&b.at));
    let measured = arrivals.split_off(fill.min(arrivals.len()));
    let cut = |arrivals: Vec<Arrival>| {
        let size = (batch_events.max(1) as usize).min(arrivals.len().max(1));
        // Batches of equal size, so that none is a rest.
        let count = arrivals.len().div_ceil(size).max(1);
        let size = arrivals.len().div_ceil(count).max(1);
        let mut batches: Vec<Batch> = Vec::new();
        for (at, arrival) in arrivals.into_iter().enumerate() {
            if at % size == 0 {
                batches.push(tables.iter().map(|_| Vec::new()).collect());
            }
            if let Some(batch) = batches.last_mut() {
                batch[arrival.table].push(arrival.record);
            }
        }
        batches
    };
    Traffic { tables, fill: cut(arrivals), measured: cut(measured) }
}

/// How much later than it happened a record arrives, in seconds.
fn delay(parameters: &Parameters, p50: f64, p99: f64, rng: &mut Rng) -> f64 {
    let usual = rng.lognormal(p50, p99);
    let late = rng.chance(parameters.late);
    let more = rng.exponential(LATE_SECONDS);
    if late { usual + more } else { usual }
}

/// Keys that some records share, or that none do.
struct Keys {
    shared: Option<Weights>,
    prefix: &'static str,
    rng: Rng,
}

impl Keys {
    fn new(parameters: &Parameters, prefix: &'static str, rng: Rng) -> Self {
        let shared = (parameters.keys > 0).then(|| Weights::zipf(parameters.keys as usize, parameters.skew));
        Self { shared, prefix, rng }
    }

    /// A key: one of the shared ones, or a UUID of its own (version 4).
    fn draw(&mut self) -> String {
        match &self.shared {
            Some(weights) => format!("{}-{}", self.prefix, weights.draw(&mut self.rng)),
            None => {
                let (a, b) = (self.rng.next_u64(), self.rng.next_u64());
                format!(
                    "{}-{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
                    self.prefix,
                    a >> 32,
                    a >> 16 & 0xffff,
                    a & 0xfff,
                    b >> 48 & 0x3fff | 0x8000,
                    b & 0xffff_ffff_ffff
                )
            }
        }
    }
}

fn json(row: &impl serde::Serialize) -> Bytes {
    serde_json::to_vec(row).expect("rows have names for keys and finite numbers").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(events: u64) -> Parameters {
        Parameters { events, batch_events: 100, ..Parameters::default() }
    }

    fn records(traffic: &Traffic) -> Vec<Bytes> {
        traffic.measured.iter().flatten().flatten().map(|record| record.data.clone()).collect()
    }

    #[test]
    fn the_same_seed_draws_the_same_records() {
        for workload in [Workload::Join, Workload::Hourly, Workload::Dedup] {
            let (a, b) = (parameters(500), Parameters { seed: 2, ..parameters(500) });
            assert_eq!(records(&Traffic::draw(workload, &a)), records(&Traffic::draw(workload, &a)));
            assert_ne!(records(&Traffic::draw(workload, &a)), records(&Traffic::draw(workload, &b)));
        }
    }

    #[test]
    fn there_are_about_as_many_as_asked_for_in_batches_of_about_the_size_asked_for() {
        for workload in [Workload::Join, Workload::Hourly, Workload::Dedup] {
            let traffic = Traffic::draw(workload, &parameters(1000));
            let sizes: Vec<usize> =
                traffic.measured.iter().map(|batch| batch.iter().map(Vec::len).sum()).collect();
            let total: usize = sizes.iter().sum();
            assert!((980..=1020).contains(&total), "{total} records");
            assert!(sizes.iter().all(|size| (80..=101).contains(size)), "{sizes:?}");
        }
    }

    #[test]
    fn a_state_is_filled_before_anything_is_measured() {
        let parameters = Parameters { state_rows: Some(4000), ..parameters(1000) };
        let traffic = Traffic::draw(Workload::Join, &parameters);
        let fill: usize = traffic.fill.iter().flatten().map(Vec::len).sum();
        assert!((1500..3000).contains(&fill), "{fill} records fill the state");
    }
}

//! The result of a workload, as it is printed and compared.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::answer::Digest;
use super::{Parameters, Workload};

/// Name and version of the JSON form.
pub const SCHEMA: &str = "wavetank.bench/1";

/// One run of one workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// What was measured.
    pub workload: Workload,
    /// Its input.
    pub parameters: Parameters,
    /// Where.
    pub machine: Machine,
    /// Version of wavetank.
    pub version: String,
    /// What came of it.
    pub results: Results,
}

impl Report {
    /// Of a run that is over.
    pub fn new(workload: Workload, parameters: Parameters, machine: Machine, results: Results) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self { schema: SCHEMA.to_owned(), workload, parameters, machine, version, results }
    }
}

/// What it ran on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Operating system and architecture.
    pub system: String,
    /// Model of the processor, where the system names it.
    pub processor: Option<String>,
    /// Cores that the process may use.
    pub cores: usize,
}

impl Machine {
    /// This one.
    pub fn this() -> Self {
        let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find(|line| line.starts_with("model name"));
        Self {
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            processor: model.and_then(|line| line.split_once(':')).map(|(_, model)| model.trim().to_owned()),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
        }
    }
}

/// Figures of a run. What a workload does not have is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Records, objects, rows or processes that were measured.
    pub events: u64,
    /// Bytes of them.
    pub input_bytes: u64,
    /// What they took, without what is not measured.
    pub seconds: f64,
    /// `events / seconds`.
    pub events_per_second: f64,
    /// Millions of bytes of input a second.
    pub megabytes_per_second: f64,
    /// Micro-batches with records, or calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batches: Option<Latency>,
    /// Rows that came out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// State of the query when it was largest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<StateCost>,
    /// Most memory that the process had from the first measured batch on, records in streams included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_memory_bytes: Option<u64>,
    /// What went to S3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
    /// Of workloads that measure several things one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// What the answer is known by: the same for the same input, whatever the batches and the threads.
    pub answer: Digest,
}

impl Results {
    /// The figures that every workload has.
    pub fn new(events: u64, input_bytes: u64, seconds: f64) -> Self {
        Self {
            events,
            input_bytes,
            seconds,
            events_per_second: per(events as f64, seconds),
            megabytes_per_second: per(input_bytes as f64 / 1e6, seconds),
            batches: None,
            rows: None,
            state: None,
            peak_memory_bytes: None,
            written: None,
            parts: vec![],
            answer: Digest::default(),
        }
    }

    /// Of parts that follow each other.
    pub fn of_parts(parts: Vec<Part>, answer: Digest) -> Self {
        let events = parts.iter().map(|part| part.events).sum();
        let bytes = parts.iter().map(|part| part.bytes).sum();
        let seconds = parts.iter().map(|part| part.seconds).sum();
        Self { parts, answer, ..Self::new(events, bytes, seconds) }
    }
}

/// One of several things that a workload measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What was done.
    pub name: String,
    /// How often.
    pub events: u64,
    /// Bytes of content.
    pub bytes: u64,
    /// What all of them took.
    pub seconds: f64,
    /// `events / seconds`.
    pub events_per_second: f64,
    /// Of the calls that it took.
    pub calls: Latency,
}

impl Part {
    /// Calls that were measured one by one.
    pub fn new(name: impl Into<String>, events: u64, bytes: u64, calls: &[Duration]) -> Self {
        let seconds = calls.iter().map(Duration::as_secs_f64).sum();
        let events_per_second = per(events as f64, seconds);
        Self { name: name.into(), events, bytes, seconds, events_per_second, calls: Latency::of(calls) }
    }
}

/// How long single batches or calls took.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Latency {
    /// How many there were.
    pub count: u64,
    /// Half of them took no longer, in milliseconds.
    pub p50_millis: f64,
    /// 99 in 100 took no longer, in milliseconds.
    pub p99_millis: f64,
}

impl Latency {
    /// Of measured times; the percentile is the smallest time that so many do not exceed.
    pub fn of(times: &[Duration]) -> Self {
        let mut times: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
        times.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let rank = (share * times.len() as f64).ceil() as usize;
            times.get(rank.clamp(1, times.len().max(1)) - 1).copied().unwrap_or_default()
        };
        Self { count: times.len() as u64, p50_millis: at(0.5), p99_millis: at(0.99) }
    }
}

/// What a state costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StateCost {
    /// Rows that are kept.
    pub rows: u64,
    /// Memory that they take, everything by which they are found included.
    pub bytes: u64,
}

impl StateCost {
    /// Of rows and bytes.
    pub fn new(rows: u64, bytes: u64) -> Self {
        Self { rows, bytes }
    }

    /// Memory for each row.
    pub fn bytes_per_row(&self) -> f64 {
        per(self.bytes as f64, self.rows as f64)
    }

    /// The one of more rows.
    #[must_use]
    pub fn or_larger(self, other: Self) -> Self {
        if other.rows > self.rows { other } else { self }
    }
}

/// What a job has put into S3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Objects of the table.
    pub objects: u64,
    /// Their bytes.
    pub table_bytes: u64,
    /// Bytes of the checkpoint as it is at the end.
    pub checkpoint_bytes: u64,
}

fn per(amount: f64, of: f64) -> f64 {
    if of > 0.0 { amount / of } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        let latency = Latency::of(&times);
        assert_eq!((latency.count, latency.p50_millis, latency.p99_millis), (200, 100.0, 198.0));
        assert_eq!(Latency::of(&times[..1]).p99_millis, 200.0);
        assert_eq!(Latency::of(&[]), Latency::default());
    }

    #[test]
    fn a_report_comes_back_from_json() {
        let results = Results { answer: Digest(7), ..Results::new(10, 1000, 2.0) };
        let parameters = Parameters {
            events: 10,
            late: 0.1,
            batch_events: 5,
            parallelism: 2,
            seed: 1,
            ..Parameters::default()
        };
        let report = Report::new(Workload::Join, parameters, Machine::this(), results);
        let text = serde_json::to_string(&report).unwrap();
        assert!(text.contains(r#""answer":"0000000000000007""#), "{text}");
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }
}

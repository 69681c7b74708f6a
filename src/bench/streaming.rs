//! Streaming jobs, batch by batch: from records in shards to committed Parquet.
//!
//! The job is the scenario of the workload, in a world of its own; its clock is moved by one tick for each batch. What
//! a batch takes is one trigger: every shard is read to its end, the offset log written, records decoded, operators
//! run, their state saved, Parquet put and registered, the commit log written.

use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::emulator::kinesis::{PUT_RECORDS_ENTRIES_MAX, PutRecords};
use crate::emulator::s3::{GetObject, input};
use crate::emulator::{ApiError, Storage};
use crate::engine::sink::read_parquet;
use crate::scenarios::adapters::Services;
use crate::scenarios::scenario::Scenario;
use crate::scenarios::world::{Committed, RunError, Witness, World, WorldOptions};

use super::answer::Digest;
use super::data::{Batch, START_SECONDS, Traffic, put_request};
use super::report::{Latency, Results, StateCost, Written};
use super::{BenchError, Observer, Options, Workload, memory, told};

const BUCKET: &str = "lake";

/// Triggers without records after the last one with some: what the watermark still lets out, twice over.
const SETTLING_TRIGGERS: usize = 4;

/// Between two triggers, in milliseconds.
const TICK_MILLIS: i64 = 10_000;

struct Job {
    name: &'static str,
    file: &'static str,
    pipeline: &'static str,
}

fn job(workload: Workload) -> Job {
    match workload {
        Workload::Hourly => Job {
            name: "hourly.wt.yaml",
            file: include_str!("jobs/hourly.wt.yaml"),
            pipeline: include_str!("jobs/hourly.sql"),
        },
        Workload::Dedup => Job {
            name: "dedup.wt.yaml",
            file: include_str!("jobs/dedup.wt.yaml"),
            pipeline: include_str!("jobs/dedup.sql"),
        },
        _ => Job {
            name: "join.wt.yaml",
            file: include_str!("jobs/join.wt.yaml"),
            pipeline: include_str!("../../scenarios/library/nested-join/pipeline.sql"),
        },
    }
}

/// The scenario of a streaming workload, without any records.
///
/// # Panics
/// When the scenario that comes with the binary is wrong, which a test would have found.
pub fn scenario(workload: Workload) -> Scenario {
    let job = job(workload);
    let read = |name: &str| Ok((name.to_owned(), job.pipeline.to_owned()));
    Scenario::plan(job.name, job.file, read).expect("the scenario of a workload is right")
}

/// Adds up what committed batches did.
#[derive(Default)]
struct Tally {
    rows: u64,
    bytes: u64,
    objects: u64,
    read: u64,
    state_rows: u64,
}

impl Witness for Tally {
    fn committed(&mut self, batch: Committed) -> Result<(), RunError> {
        let (progress, sink) = (&batch.report.progress, &batch.report.sink);
        self.rows += sink.rows;
        self.bytes += sink.bytes;
        self.objects += sink.objects;
        self.read += progress.input_records.iter().sum::<u64>();
        self.state_rows = progress.state.iter().map(|(_, state)| state.rows_total).sum();
        Ok(())
    }
}

/// A job in its world, one trigger at a time.
pub struct Stage<'a> {
    world: World<'a>,
    tally: Tally,
    now_millis: i64,
}

impl<'a> Stage<'a> {
    /// The job, before its first trigger. Streams and objects are in memory, as `serve` has them without a folder.
    ///
    /// # Errors
    /// When the world cannot be made.
    pub fn new(scenario: &'a Scenario, storage: Storage, parallelism: usize) -> Result<Self, RunError> {
        let options = WorldOptions {
            events: None,
            storage,
            spare: None,
            parallelism,
            follow_advice: false,
            trace: false,
            remember_rows: false,
            live_from: Some(START_SECONDS * 1000),
            streams: None,
        };
        let world = World::new(scenario, options, [])?;
        Ok(Self { world, tally: Tally::default(), now_millis: START_SECONDS * 1000 })
    }

    /// Puts the records of a batch into their streams.
    ///
    /// # Errors
    /// When a stream refuses them.
    pub fn put(&self, tables: &[(&str, &str)], batch: &Batch) -> Result<(), ApiError> {
        for ((_, stream), records) in tables.iter().zip(batch) {
            for records in records.chunks(PUT_RECORDS_ENTRIES_MAX) {
                self.services().call::<PutRecords>(put_request(stream, records))?;
            }
        }
        Ok(())
    }

    /// One trigger, and how long it took.
    ///
    /// # Errors
    /// When the batch fails.
    pub fn trigger(&mut self) -> Result<Duration, RunError> {
        self.now_millis += TICK_MILLIS;
        let begun = Instant::now();
        self.world.run_live(self.now_millis, &mut self.tally)?;
        Ok(begun.elapsed())
    }

    /// The services that the job works with.
    pub fn services(&self) -> &Services {
        &self.world.services
    }

    /// Rows that the sink was given so far, and bytes that it has written.
    pub fn written(&self) -> (u64, u64) {
        (self.tally.rows, self.tally.bytes)
    }

    /// Rows in state and the bytes that they take.
    fn state(&self) -> StateCost {
        let bytes = self.world.jobs[0].query().and_then(|query| query.state_bytes().ok());
        StateCost::new(self.tally.state_rows, bytes.unwrap_or(0) as u64)
    }
}

/// Runs a streaming workload.
pub(super) fn run(
    workload: Workload,
    options: &Options,
    observer: &mut dyn Observer,
) -> Result<Results, BenchError> {
    let parameters = &options.parameters;
    told(observer, "drawing records", 0.0)?;
    let traffic = Traffic::draw(workload, parameters);
    if let Some(folder) = &options.keep {
        keep_input(&traffic, folder).map_err(BenchError::failed("keeping the input"))?;
    }
    let scenario = scenario(workload);
    let stage = Stage::new(&scenario, Storage::Memory, parameters.parallelism);
    let mut stage = stage.map_err(BenchError::failed("setting the job up"))?;
    let Traffic { tables, fill, measured } = traffic;
    let batches = fill.len() as f64;
    for (at, batch) in fill.into_iter().enumerate() {
        told(observer, "filling the state", at as f64 / batches)?;
        stage.put(tables, &batch).map_err(BenchError::failed("putting records"))?;
        // From here on the streams alone have them: a job does not run beside a copy of its input.
        drop(batch);
        stage.trigger().map_err(BenchError::failed("a batch that fills the state"))?;
    }
    let measured = measure(&mut stage, tables, measured, observer)?;
    told(observer, "reading the answer", 0.0)?;
    let digest = digest(stage.services()).map_err(BenchError::failed("reading the answer"))?;
    if let Some(folder) = &options.keep {
        keep_objects(stage.services(), folder).map_err(BenchError::failed("keeping the objects"))?;
    }
    Ok(Results { answer: digest, ..measured })
}

/// The measured batches, and then those without records that they lead to.
fn measure(
    stage: &mut Stage<'_>,
    tables: &[(&str, &str)],
    measured: Vec<Batch>,
    observer: &mut dyn Observer,
) -> Result<Results, BenchError> {
    stage.tally = Tally { state_rows: stage.tally.state_rows, ..Tally::default() };
    memory::reset_peak();
    let (mut times, mut input_bytes, mut state) = (Vec::new(), 0, StateCost::default());
    let batches = measured.len() as f64;
    for (at, batch) in measured.into_iter().enumerate() {
        told(observer, "running batches", at as f64 / batches)?;
        input_bytes += batch.iter().flatten().map(|record| record.data.len() as u64).sum::<u64>();
        stage.put(tables, &batch).map_err(BenchError::failed("putting records"))?;
        drop(batch);
        times.push(stage.trigger().map_err(BenchError::failed("a batch"))?);
        state = state.or_larger(stage.state());
    }
    let mut seconds: f64 = times.iter().map(Duration::as_secs_f64).sum();
    for _ in 0..SETTLING_TRIGGERS {
        seconds += stage.trigger().map_err(BenchError::failed("a batch without records"))?.as_secs_f64();
    }
    let checkpoint = stage.services().objects(BUCKET, "checkpoint/");
    let checkpoint = checkpoint.map_err(BenchError::failed("listing the checkpoint"))?;
    let tally = &stage.tally;
    Ok(Results {
        batches: Some(Latency::of(&times)),
        rows: Some(tally.rows),
        state: Some(state),
        peak_memory_bytes: memory::peak_bytes(),
        written: Some(Written {
            objects: tally.objects,
            table_bytes: tally.bytes,
            checkpoint_bytes: checkpoint.iter().map(|(_, bytes)| bytes).sum(),
        }),
        ..Results::new(tally.read, input_bytes, seconds)
    })
}

fn body(services: &Services, key: &str) -> Result<Bytes, Box<dyn std::error::Error + Send + Sync>> {
    Ok(services.call::<GetObject>(input::get_object(BUCKET, key))?.into_bytes()?)
}

fn digest(services: &Services) -> Result<Digest, Box<dyn std::error::Error + Send + Sync>> {
    let mut digest = Digest::default();
    for (key, _) in services.objects(BUCKET, "out/")? {
        let body = body(services, &key)?;
        let folder = key.rsplit_once('/').map_or("", |(folder, _)| folder);
        for rows in read_parquet(body)? {
            digest.add(folder, &rows)?;
        }
    }
    Ok(digest)
}

/// Writes `s3/<bucket>/<key>` for each object of the table.
fn keep_objects(services: &Services, folder: &Path) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    for (key, _) in services.objects(BUCKET, "out/")? {
        let path = folder.join("s3").join(BUCKET).join(&key);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, body(services, &key)?)?;
    }
    Ok(())
}

/// Writes `input/<table>/<batch>.json`, a record a line.
fn keep_input(traffic: &Traffic, folder: &Path) -> std::io::Result<()> {
    for (at, (table, _)) in traffic.tables.iter().enumerate() {
        let folder = folder.join("input").join(table);
        std::fs::create_dir_all(&folder)?;
        for (number, batch) in traffic.fill.iter().chain(&traffic.measured).enumerate() {
            let mut lines = Vec::new();
            for record in &batch[at] {
                lines.extend_from_slice(&record.data);
                lines.push(b'\n');
            }
            std::fs::write(folder.join(format!("{number:05}.json")), lines)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Parameters;
    use super::*;

    fn results(workload: Workload, change: impl Fn(&mut Parameters)) -> Results {
        let mut parameters = Parameters {
            events: 2000,
            late: 0.05,
            batch_events: 400,
            parallelism: 1,
            seed: 42,
            ..Parameters::default()
        };
        change(&mut parameters);
        run(workload, &Options { parameters, keep: None }, &mut ()).unwrap()
    }

    #[test]
    fn every_streaming_workload_has_an_answer_that_threads_do_not_change() {
        for workload in [Workload::Join, Workload::Hourly, Workload::Dedup] {
            let one = results(workload, |_| {});
            let two = results(workload, |parameters| parameters.parallelism = 3);
            assert!(one.rows.unwrap() > 100, "{workload:?} gave {:?} rows", one.rows);
            assert_eq!(one.answer, two.answer, "{workload:?}");
            let other = results(workload, |parameters| parameters.seed = 43);
            assert_ne!(one.answer, other.answer, "{workload:?}");
        }
    }

    #[test]
    fn a_join_keeps_about_as_many_rows_as_asked_for() {
        let results = results(Workload::Join, |parameters| {
            (parameters.state_rows, parameters.batch_events) = (Some(5000), 100);
        });
        let state = results.state.unwrap();
        assert!((4500..5500).contains(&state.rows), "{} rows are kept", state.rows);
        assert!(state.bytes_per_row() > 20.0);
    }

    #[test]
    fn what_is_kept_is_what_was_read_and_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let parameters = Parameters {
            events: 300,
            late: 0.0,
            batch_events: 100,
            parallelism: 1,
            seed: 1,
            ..Parameters::default()
        };
        let options = Options { parameters, keep: Some(folder.path().to_owned()) };
        let results = run(Workload::Dedup, &options, &mut ()).unwrap();
        let lines: usize = std::fs::read_dir(folder.path().join("input/orders"))
            .unwrap()
            .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap().lines().count())
            .sum();
        assert_eq!(lines as u64, results.events);
        assert!(folder.path().join("s3/lake/out").is_dir());
    }
}

//! The checkpoint, seen from outside: ports that keep a journal show in which order a batch is logged, read, written
//! and committed, and what is left behind when one of them gives up.

use std::cell::RefCell;
use std::rc::Rc;

use duckdb::arrow::record_batch::RecordBatch;
use serde_json::{Value, json};
use wavetank::engine::batch::BatchId;
use wavetank::engine::checkpoint::Checkpoint;
use wavetank::engine::error::{EngineError, Result};
use wavetank::engine::plan::Pipeline;
use wavetank::engine::ports::{Bytes, ObjectStore, PortResult};
use wavetank::engine::query::{BatchReport, QueryOptions, QueryParts, StreamingQuery};
use wavetank::engine::sink::{Sink, SinkReport};
use wavetank::engine::source::{OffsetRange, Offsets, Source, SourceRead};
use wavetank::scenarios::adapters::Services;

use crate::rig::{Feed, MemorySink, MemorySource, Written, services, store};
use crate::rows::lines;
use crate::scripts::{event, pairs};

/// Calls of the ports in the order in which they were made.
type Journal = Rc<RefCell<Vec<String>>>;

const PREFIX: &str = "checkpointing/";

/// A port whose calls go into the journal.
struct Recorded<T> {
    port: T,
    name: String,
    journal: Journal,
    /// The entry of the journal at which the port gives up, once.
    fails_at: Option<&'static str>,
}

impl<T> Recorded<T> {
    fn called(&mut self, what: &str) -> Result<(), &'static str> {
        let call = format!("{what}{}", self.name);
        let fails = self.fails_at.take_if(|at| *at == call).is_some();
        self.journal.borrow_mut().push(call);
        if fails { Err("the port is closed") } else { Ok(()) }
    }
}

impl<T: Source> Source for Recorded<T> {
    fn initial(&mut self, now_millis: i64) -> Result<Offsets> {
        self.port.initial(now_millis)
    }

    fn latest(&mut self, start: &Offsets, now_millis: i64) -> Result<Offsets> {
        self.called("ask ").map_err(closed)?;
        self.port.latest(start, now_millis)
    }

    fn read(&mut self, range: &OffsetRange) -> Result<SourceRead> {
        self.called("read ").map_err(closed)?;
        self.port.read(range)
    }
}

impl<T: Sink> Sink for Recorded<T> {
    fn prepare(&mut self) -> Result<()> {
        self.port.prepare()
    }

    fn recover(&mut self, next: BatchId) -> Result<()> {
        self.called(&format!("recover {next}")).map_err(closed)?;
        self.port.recover(next)
    }

    fn write(&mut self, batch: BatchId, rows: &[RecordBatch]) -> Result<SinkReport> {
        self.called(&format!("write {batch}")).map_err(closed)?;
        self.port.write(batch, rows)
    }
}

impl<T: ObjectStore> ObjectStore for Recorded<T> {
    fn put_pieces(&mut self, key: &str, pieces: Vec<Bytes>) -> PortResult<()> {
        self.called(&format!("put {key}"))?;
        self.port.put_pieces(key, pieces)
    }

    fn get(&mut self, key: &str) -> PortResult<Option<Bytes>> {
        self.port.get(key)
    }

    fn delete(&mut self, key: &str) -> PortResult<()> {
        self.called(&format!("delete {key}"))?;
        self.port.delete(key)
    }

    fn list(&mut self, prefix: &str) -> PortResult<Vec<String>> {
        self.port.list(prefix)
    }
}

fn closed(source: &'static str) -> EngineError {
    EngineError::Port { operation: "a recorded call".to_owned(), source: source.into() }
}

/// A query over recorded ports, with a checkpoint in a bucket that outlives it.
struct Watched {
    query: StreamingQuery,
    feeds: Vec<Feed>,
    written: Written,
    journal: Journal,
}

impl Watched {
    /// `fails_at` is the entry of the journal at which its port gives up, once.
    fn start(services: &Services, fails_at: Option<&'static str>) -> Result<Watched> {
        let pipeline = pairs().pipeline;
        let feeds = pipeline.sources.iter().map(|_| Feed::default()).collect();
        Watched::start_with(services, &pipeline, feeds, fails_at)
    }

    /// A new query over the same streams and the same checkpoint.
    fn restart(&self, services: &Services, pipeline: &Pipeline) -> Result<Watched> {
        Watched::start_with(services, pipeline, self.feeds.clone(), None)
    }

    fn start_with(
        services: &Services,
        pipeline: &Pipeline,
        feeds: Vec<Feed>,
        fails_at: Option<&'static str>,
    ) -> Result<Watched> {
        let (journal, written) = (Journal::default(), Written::default());
        let name = |name: &str| (name.to_owned(), Rc::clone(&journal));
        let source = |(feed, table): (&Feed, &str)| -> Box<dyn Source> {
            let port = MemorySource { feed: Rc::clone(feed), always_new: false };
            let (name, journal) = name(table);
            Box::new(Recorded { port, name, journal, fails_at })
        };
        let tables = pipeline.sources.iter().map(|source| source.table.as_str());
        let (sink_name, sink_journal) = name("");
        let sink = MemorySink { written: Rc::clone(&written) };
        let (store_name, store_journal) = name("");
        let store = Recorded { port: store(services), name: store_name, journal: store_journal, fails_at };
        let parts = QueryParts {
            sources: feeds.iter().zip(tables).map(source).collect(),
            sink: Box::new(Recorded { port: sink, name: sink_name, journal: sink_journal, fails_at }),
            checkpoint: Checkpoint::new(Box::new(store), PREFIX),
            options: QueryOptions::default(),
        };
        let query = StreamingQuery::start(pipeline, parts, 0)?;
        journal.borrow_mut().clear();
        Ok(Watched { query, feeds, written, journal })
    }

    /// Puts the same row into both streams.
    fn add(&self, key: &str, time: &str) {
        for feed in &self.feeds {
            feed.borrow_mut().push(event(&[key, time]));
        }
    }

    /// One trigger, and the calls that it made.
    fn trigger(&mut self, now_millis: i64) -> (Result<Option<BatchReport>>, Vec<String>) {
        let report = self.query.run_batch(now_millis);
        (report, std::mem::take(&mut *self.journal.borrow_mut()))
    }

    fn rows(&self) -> Vec<String> {
        lines(&self.written.borrow())
    }
}

/// Every object of the checkpoint.
fn objects(services: &Services) -> Vec<(String, Bytes)> {
    let mut store = store(services);
    let keys = store.list(PREFIX).expect("the bucket is there");
    let body = |key: &String| store.get(key).expect("the bucket is there").expect("the key was listed");
    let bodies: Vec<Bytes> = keys.iter().map(body).collect();
    keys.iter().map(|key| key[PREFIX.len()..].to_owned()).zip(bodies).collect()
}

/// What the objects outside the state say behind their first line.
fn entries(services: &Services) -> Vec<(String, Value)> {
    let logs = objects(services).into_iter().filter(|(key, _)| !key.starts_with("state/"));
    let value = |body: &Bytes| {
        let line = body.iter().position(|byte| *byte == b'\n').expect("a first line");
        serde_json::from_slice(&body[line + 1..]).expect("a log holds JSON")
    };
    logs.map(|(key, body)| (key, value(&body))).collect()
}

fn keys(services: &Services) -> Vec<String> {
    objects(services).into_iter().map(|(key, _)| key).collect()
}

#[test]
fn a_batch_is_logged_before_it_is_read_and_committed_after_it_is_written() {
    let mut watched = Watched::start(&services(), None).unwrap();
    watched.add("a", "10:01:00");
    let batch = |n: u32| {
        let (offsets, commits) = (format!("put {PREFIX}offsets/{n}"), format!("put {PREFIX}commits/{n}"));
        let kind = if n == 0 { "snapshot" } else { "delta" };
        let (state, write) = (format!("put {PREFIX}state/{}.{kind}", n + 1), format!("write {n}"));
        ["ask lefts", "ask rights", &offsets, "read lefts", "read rights", &state, &write, &commits]
            .map(str::to_owned)
            .to_vec()
    };
    assert_eq!(watched.trigger(1000).1, batch(0));
    // The watermark has moved: one batch without data, logged like any other.
    assert_eq!(watched.trigger(2000).1, batch(1));
    assert_eq!(watched.trigger(3000).1, ["ask lefts", "ask rights"]);
}

#[test]
fn the_logs_say_what_was_read_and_how_far_the_watermark_came() {
    let services = services();
    let mut watched = Watched::start(&services, None).unwrap();
    let read = |left: &str, right: &str| json!([{ "shard-0": { "after": left } }, { "shard-0": { "after": right } }]);
    let watermark = 1_767_607_250_000_i64; // 10:01:00 less the 10 seconds of the left side
    watched.add("a", "10:01:00");
    watched.trigger(1000).0.unwrap();
    watched.feeds[1].borrow_mut().push(event(&["b", "10:01:00"]));
    watched.trigger(2000).0.unwrap();
    let offsets = |batch: u32, time: i64, watermark: i64, sources: Value| {
        json!({
            "batch": batch, "batch_timestamp_millis": time, "batch_watermark_millis": watermark, "sources": sources
        })
    };
    let commit = |batch: u32| json!({ "batch": batch, "next_batch_watermark_millis": watermark });
    let expected = [
        ("commits/0", commit(0)),
        ("commits/1", commit(1)),
        (
            "metadata",
            json!({
                "sources": ["lefts", "rights"],
                "operators": ["symmetricHashJoin"],
                "watermark_policy": "min"
            }),
        ),
        ("offsets/0", offsets(0, 1000, 0, read("0", "0"))),
        ("offsets/1", offsets(1, 2000, watermark, read("0", "1"))),
    ];
    assert_eq!(entries(&services), expected.map(|(key, value)| (key.to_owned(), value)));
}

#[test]
fn a_source_that_has_never_had_a_record_is_logged_at_its_horizon() {
    let services = services();
    let mut watched = Watched::start(&services, None).unwrap();
    watched.feeds[0].borrow_mut().push(event(&["a", "10:01:00"]));
    watched.trigger(1000).0.unwrap();
    let (_, offsets) = entries(&services).pop().unwrap();
    assert_eq!(offsets["sources"], json!([{ "shard-0": { "after": "0" } }, { "shard-0": "trim_horizon" }]));
}

#[test]
fn a_query_goes_on_where_it_has_stopped() {
    let services = services();
    let mut watched = Watched::start(&services, None).unwrap();
    watched.feeds[0].borrow_mut().push(event(&["a", "10:01:00"]));
    watched.trigger(1000).0.unwrap();
    let mut again = watched.restart(&services, &pairs().pipeline).unwrap();
    again.feeds[1].borrow_mut().push(event(&["a", "10:01:00"]));
    let report = again.trigger(2000).0.unwrap().unwrap();
    // The left row was read by the first process.
    assert_eq!((report.progress.batch, report.progress.input_records), (BatchId(1), vec![0, 1]));
    assert_eq!(again.rows(), ["a 10:01:00 10:01:00"]);
}

#[test]
fn a_batch_that_runs_again_writes_the_same_objects() {
    let services = services();
    let mut watched = Watched::start(&services, Some("put checkpointing/commits/12")).unwrap();
    let mut batch = 0;
    loop {
        watched.add("a", &format!("10:{:02}:00", 10 + batch));
        watched.feeds[0].borrow_mut().push(event(&["b", &format!("10:{:02}:30", 10 + batch)]));
        batch += 1;
        if watched.trigger(batch * 1000).0.is_err() {
            break;
        }
    }
    let (rows, before) = (watched.rows(), objects(&services));
    assert!(before.iter().any(|(key, _)| key.starts_with("state/13.")));
    let mut again = watched.restart(&services, &pairs().pipeline).unwrap();
    let forgotten = objects(&services);
    assert!(!forgotten.iter().any(|(key, _)| key.starts_with("state/13.")));
    assert_eq!(forgotten.len(), before.len() - 1);
    // More has arrived since; the batch reads what it was going to read.
    again.add("c", "10:40:00");
    again.trigger(99_000).0.unwrap();
    assert_eq!(again.rows(), [rows.last().unwrap().as_str()]);
    let after: Vec<_> = objects(&services).into_iter().filter(|(key, _)| key != "commits/12").collect();
    assert_eq!(after, before);
}

#[test]
fn what_no_restart_needs_is_removed() {
    let services = services();
    let mut watched = Watched::start(&services, None).unwrap();
    for batch in 0..145 {
        watched.add("a", &format!("10:{:02}:{:02}", batch / 60, batch % 60));
        watched.trigger(1000).0.unwrap();
    }
    let keys = keys(&services);
    let count = |folder: &str| keys.iter().filter(|key| key.starts_with(folder)).count();
    // Cleaned after batch 140, which was the 141st.
    assert_eq!((count("offsets/"), count("commits/")), (104, 104));
    assert!(keys.contains(&"offsets/41".to_owned()) && !keys.contains(&"offsets/40".to_owned()));
    assert!((104..160).contains(&count("state/")), "{} state files", count("state/"));
    let mut again = watched.restart(&services, &pairs().pipeline).unwrap();
    again.add("a", "10:02:30");
    assert_eq!(again.trigger(2000).0.unwrap().unwrap().progress.batch, BatchId(145));
}

#[test]
fn a_failing_sink_leaves_an_offset_entry_without_a_commit() {
    let services = services();
    let mut watched = Watched::start(&services, Some("write 1")).unwrap();
    watched.add("a", "10:01:00");
    watched.trigger(1000).0.unwrap();
    watched.add("a", "10:02:00");
    let (report, calls) = watched.trigger(2000);
    assert_eq!(report.unwrap_err().to_string(), "a recorded call failed");
    assert_eq!(calls.last().unwrap(), "write 1");
    let left = ["commits/0", "metadata", "offsets/0", "offsets/1", "state/1.snapshot", "state/2.delta"];
    assert_eq!(keys(&services), left);
    let mut again = watched.restart(&services, &pairs().pipeline).unwrap();
    let (report, calls) = again.trigger(3000);
    let progress = report.unwrap().unwrap().progress;
    // It runs as it was planned, without asking the sources again.
    assert_eq!((progress.batch, progress.timestamp_millis), (BatchId(1), 2000));
    assert_eq!(calls[..2], ["read lefts", "read rights"]);
    assert_eq!(again.rows(), ["a 10:02:00 10:02:00"]);
}

#[test]
fn a_query_that_failed_in_a_batch_stays_stopped() {
    let services = services();
    let mut watched = Watched::start(&services, Some("write 0")).unwrap();
    watched.add("a", "10:01:00");
    watched.trigger(1000).0.unwrap_err();
    // The sink would take the rows now, but the operators have had the batch: a second time would join it twice.
    let (report, calls) = watched.trigger(2000);
    assert_eq!(report.unwrap_err().to_string(), "the query stopped in batch 0 and cannot go on");
    assert_eq!(calls, Vec::<String>::new());
    assert_eq!(watched.rows(), Vec::<String>::new());
    assert_eq!(keys(&services), ["metadata", "offsets/0", "state/1.snapshot"]);
}

#[test]
fn a_batch_that_cannot_be_logged_is_not_read() {
    let services = services();
    let mut watched = Watched::start(&services, Some("put checkpointing/offsets/0")).unwrap();
    watched.add("a", "10:01:00");
    let (report, calls) = watched.trigger(1000);
    assert_eq!(report.unwrap_err().to_string(), "writing checkpoint object `checkpointing/offsets/0` failed");
    assert_eq!(calls, ["ask lefts", "ask rights", "put checkpointing/offsets/0"]);
    assert_eq!(keys(&services), ["metadata"]);
}

#[test]
fn a_batch_that_could_not_be_committed_has_reached_the_sink() {
    let services = services();
    let mut watched = Watched::start(&services, Some("put checkpointing/commits/0")).unwrap();
    watched.add("a", "10:01:00");
    watched.trigger(1000).0.unwrap_err();
    assert_eq!(watched.rows(), ["a 10:01:00 10:01:00"]);
    assert_eq!(keys(&services), ["metadata", "offsets/0", "state/1.snapshot"]);
}

#[test]
fn a_source_that_cannot_say_how_far_it_reaches_stops_nothing() {
    let services = services();
    let mut watched = Watched::start(&services, Some("ask rights")).unwrap();
    watched.add("a", "10:01:00");
    watched.trigger(1000).0.unwrap_err();
    assert_eq!(keys(&services), ["metadata"]);
    watched.trigger(2000).0.unwrap();
    assert_eq!(watched.rows(), ["a 10:01:00 10:01:00"]);
}

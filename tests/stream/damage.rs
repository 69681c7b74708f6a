//! A damaged checkpoint: every object of it cut off, with a flipped bit, or gone. The query says which object it is and
//! what to do, or it does not need the object and gives the right answer; it never gives a wrong one.

#![allow(clippy::unwrap_used)] // In a test, a panic is the report.

use std::rc::Rc;

use wavetank::engine::checkpoint::Checkpoint;
use wavetank::engine::error::{EngineError, Result};
use wavetank::engine::ports::{Bytes, ObjectStore};
use wavetank::engine::query::{QueryOptions, QueryParts, StreamingQuery};
use wavetank::engine::source::Source;
use wavetank::scenarios::adapters::{BucketStore, Services};

use crate::rig::{Feed, MemorySink, MemorySource, Written, services, store};
use crate::rows::lines;
use crate::scripts::{event, pairs};

const PREFIX: &str = "checkpointing/";

/// Enough for a snapshot, deltas behind it, and a second snapshot.
const BATCHES: usize = 14;

/// Damages per object and kind are spread over its bytes.
const PLACES: usize = 12;

/// A join that has run some batches, and its checkpoint.
struct Past {
    services: Services,
    feeds: Vec<Feed>,
    objects: Vec<(String, Bytes)>,
    /// What a query that goes on from the undamaged checkpoint does next.
    answer: Vec<String>,
}

impl Past {
    /// With `unfinished` the last batch has been written and not committed.
    fn new(unfinished: bool) -> Self {
        let services = services();
        let feeds = vec![Feed::default(), Feed::default()];
        let mut query = start(&services, &feeds, &Written::default()).unwrap();
        for batch in 0..BATCHES {
            // Each left row waits in state for the right row of the next batch.
            feeds[0].borrow_mut().push(event(&[&format!("k{batch}"), &time(3 * batch)]));
            if let Some(before) = batch.checked_sub(1) {
                feeds[1].borrow_mut().push(event(&[&format!("k{before}"), &time(3 * batch - 1)]));
            }
            query.run_batch(1000 * batch as i64).unwrap();
        }
        let mut store = store(&services);
        if unfinished {
            store.delete(&format!("{PREFIX}commits/{}", BATCHES - 1)).unwrap();
        }
        let keys = store.list(PREFIX).unwrap();
        let objects = keys.into_iter().map(|key| (key.clone(), store.get(&key).unwrap().unwrap())).collect();
        let mut past = Self { services, feeds, objects, answer: vec![] };
        past.feeds[1].borrow_mut().push(event(&[&format!("k{}", BATCHES - 1), &time(3 * BATCHES - 1)]));
        past.answer = past.go_on().unwrap();
        assert!(!past.answer.is_empty());
        past
    }

    /// Starts a query and runs it until it rests; the checkpoint is put back as it was.
    fn go_on(&self) -> Result<Vec<String>> {
        let written = Written::default();
        let run = || {
            let mut query = start(&self.services, &self.feeds, &written)?;
            while query.run_batch(1_000_000)?.is_some() {}
            Ok(lines(&written.borrow()))
        };
        let ran = run();
        let mut store = store(&self.services);
        for key in store.list(PREFIX).unwrap() {
            store.delete(&key).unwrap();
        }
        self.objects.iter().for_each(|(key, object)| store.put(key, object.clone()).unwrap());
        ran
    }

    /// Damages one object, and says whether the query refuses to go on.
    fn refuses(&self, key: &str, damaged: Option<Bytes>) -> bool {
        let mut store: BucketStore = store(&self.services);
        match damaged {
            Some(object) => store.put(key, object).unwrap(),
            None => store.delete(key).unwrap(),
        }
        match self.go_on() {
            Ok(rows) => {
                // Of a batch that is done again the sink is given the rows again.
                let right = rows.ends_with(&self.answer);
                assert!(right, "`{key}` was damaged, and the answer is {rows:?}, not {:?}", self.answer);
                false
            }
            Err(EngineError::CorruptCheckpoint { key: named, help, .. }) => {
                assert!(help.contains('`'), "`{key}`: {help}");
                // What is missed because this object is gone may be another one.
                assert!(named == key || named.starts_with(PREFIX), "`{key}` was damaged, `{named}` is named");
                true
            }
            Err(other) => panic!("`{key}` was damaged: {other}"),
        }
    }
}

fn start(services: &Services, feeds: &[Feed], written: &Written) -> Result<StreamingQuery> {
    let source = |feed: &Feed| -> Box<dyn Source> {
        Box::new(MemorySource { feed: Rc::clone(feed), always_new: false })
    };
    let parts = QueryParts {
        sources: feeds.iter().map(source).collect(),
        sink: Box::new(MemorySink { written: Rc::clone(written) }),
        checkpoint: Checkpoint::new(Box::new(store(services)), PREFIX),
        options: QueryOptions::default(),
    };
    StreamingQuery::start(&pairs().pipeline, parts, 0)
}

fn time(seconds: usize) -> String {
    format!("10:10:{seconds:02}")
}

/// Positions spread over so many bytes, the first and the last among them.
fn places(bytes: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..=PLACES).map(|n| n * (bytes - 1) / PLACES).collect();
    places.dedup();
    places
}

/// Objects that a restart needs: the latest plan and commit, the one before, the latest state.
fn is_needed(key: &str, unfinished: bool) -> bool {
    let (last, next) = (BATCHES - 1, BATCHES);
    let name = &key[PREFIX.len()..];
    let version = name.strip_prefix("state/").and_then(|name| name.split('.').next()?.parse::<usize>().ok());
    match unfinished {
        false => {
            name == "metadata"
                || name == format!("offsets/{last}")
                || name == format!("commits/{last}")
                || version == Some(next)
        }
        true => {
            name == "metadata"
                || name == format!("offsets/{last}")
                || name == format!("offsets/{}", last - 1)
                || version == Some(last)
        }
    }
}

#[test]
fn every_damage_is_named_or_does_no_harm() {
    for unfinished in [false, true] {
        let past = Past::new(unfinished);
        let mut refused = 0;
        for (key, object) in &past.objects {
            let needed = is_needed(key, unfinished);
            for length in places(object.len()) {
                let refuses = past.refuses(key, Some(object.slice(..length)));
                assert!(refuses || !needed, "`{key}` cut off after {length} bytes is not noticed");
                refused += usize::from(refuses);
            }
            for at in places(object.len()) {
                let mut flipped = object.to_vec();
                flipped[at] ^= 1 << (at % 8);
                // A hexadecimal digit of the checksum may change its case and nothing else.
                let same = flipped.eq_ignore_ascii_case(object);
                let refuses = past.refuses(key, Some(Bytes::from(flipped)));
                assert!(refuses || !needed || same, "a flipped bit in byte {at} of `{key}` is not noticed");
                refused += usize::from(refuses);
            }
        }
        assert!(refused > 4 * PLACES, "{refused}");
    }
}

#[test]
fn every_object_that_is_gone_is_named_or_not_needed() {
    for unfinished in [false, true] {
        let past = Past::new(unfinished);
        for (key, _) in &past.objects {
            let refuses = past.refuses(key, None);
            // Without the last commit the last batch runs again, which is right; an earlier one must be there.
            let last = key.ends_with(&format!("commits/{}", BATCHES - 1));
            let earlier = unfinished && key.ends_with(&format!("commits/{}", BATCHES - 2));
            let expected = is_needed(key, unfinished) && !last || earlier || is_history(key, &past);
            assert_eq!(refuses, expected, "`{key}`");
        }
    }
}

/// Whether the latest state is made of this file and others.
fn is_history(key: &str, past: &Past) -> bool {
    let snapshots = past.objects.iter().filter(|(key, _)| key.ends_with(".snapshot"));
    let version =
        |key: &str| key[PREFIX.len()..].strip_prefix("state/")?.split('.').next()?.parse::<usize>().ok();
    let wanted = if past.objects.iter().any(|(k, _)| k.ends_with(&format!("commits/{}", BATCHES - 1))) {
        BATCHES
    } else {
        BATCHES - 1
    };
    let base = snapshots.filter_map(|(key, _)| version(key)).filter(|v| *v <= wanted).max();
    version(key).is_some_and(|version| Some(version) >= base && version <= wanted)
}

#[test]
fn advice_that_is_followed_leads_to_the_right_answer() {
    for unfinished in [false, true] {
        let past = Past::new(unfinished);
        let kinds = ["offsets", "commits"].map(|folder| format!("{PREFIX}{folder}/{}", BATCHES - 1));
        for (key, object) in past.objects.iter().filter(|(key, _)| kinds.contains(key)) {
            let mut store = store(&past.services);
            store.put(key, object.slice(..object.len() / 2)).unwrap();
            let removable = match start(&past.services, &past.feeds, &Written::default()) {
                Err(EngineError::CorruptCheckpoint { removable, .. }) => removable,
                Err(other) => panic!("{other}"),
                Ok(_) => panic!("`{key}` was cut off"),
            };
            // A plan whose batch is committed cannot be made again.
            let redone = key.contains("commits") || unfinished;
            assert_eq!(!removable.is_empty(), redone, "`{key}`: {removable:?}");
            removable.iter().for_each(|key| store.delete(key).unwrap());
            if redone {
                assert!(past.go_on().unwrap().ends_with(&past.answer), "`{key}`");
            } else {
                past.go_on().unwrap_err();
            }
        }
    }
}

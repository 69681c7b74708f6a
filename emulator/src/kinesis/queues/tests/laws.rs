//! A queue against a plain model of it, under random steps: what is visible is received, oldest first per shard; what
//! is acknowledged never again; nothing is lost.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const VISIBILITY_SECS: i32 = 10;
const MAX_RECEIVES: i32 = 3;

#[derive(Debug, Clone)]
enum Step {
    Put(u8),
    Wait(i64),
    Receive {
        is_dead: bool,
        limit: i32,
        secs: Option<i32>,
    },
    /// The handle is one of those handed out so far.
    Acknowledge {
        is_dead: bool,
        handle: usize,
    },
    ChangeVisibility {
        is_dead: bool,
        handle: usize,
        secs: i32,
    },
    Restore {
        handle: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    // Most handles in flight are among the last that were handed out.
    let handle = 0_usize..12;
    prop_oneof![
        2 => (1_u8..6).prop_map(Step::Put),
        3 => (0_i64..8_000).prop_map(Step::Wait),
        6 => (prop::bool::weighted(0.3), 1..=10, prop::option::weighted(0.3, 0..20))
            .prop_map(|(is_dead, limit, secs)| Step::Receive { is_dead, limit, secs }),
        3 => (prop::bool::weighted(0.3), handle.clone())
            .prop_map(|(is_dead, handle)| Step::Acknowledge { is_dead, handle }),
        2 => (prop::bool::weighted(0.3), handle.clone(), 0..20)
            .prop_map(|(is_dead, handle, secs)| Step::ChangeVisibility { is_dead, handle, secs }),
        1 => handle.prop_map(|handle| Step::Restore { handle }),
    ]
}

/// What a record should be.
#[derive(Debug, Clone)]
struct Expected {
    acknowledged: bool,
    is_dead: bool,
    visible: Timestamp,
    receives: i64,
    first_received: Option<Timestamp>,
    /// That of the latest receive, and whether it is one of a dead letter.
    handle: Option<(String, bool)>,
}

struct Run {
    fixture: Fixture,
    now: Timestamp,
    /// By what was put: the records are put under numbers.
    records: Vec<Expected>,
    /// Shard of each record, once seen.
    shards: BTreeMap<usize, String>,
    /// Handles as they were handed out, with their records.
    handles: Vec<(String, usize)>,
}

impl Run {
    fn new() -> Self {
        let fixture = Fixture::new(attributes(VISIBILITY_SECS, Some(MAX_RECEIVES)));
        let (records, shards, handles) = (Vec::new(), BTreeMap::new(), Vec::new());
        Self { fixture, now: NOW, records, shards, handles }
    }

    fn take(&mut self, step: Step) {
        self.bury();
        match step {
            Step::Put(count) => self.put(count),
            Step::Wait(millis) => self.now = self.now.plus_millis(millis),
            Step::Receive { is_dead, limit, secs } => {
                self.receive(is_dead, limit, secs);
            }
            Step::Acknowledge { is_dead, handle } => {
                let Some((handle, record, valid)) = self.handle(handle, is_dead) else { return };
                let request = self.fixture.receipts(&[&handle]);
                let response = match is_dead {
                    false => self.fixture.emulator.call::<AcknowledgeQueueRecords>(self.now, request),
                    true => {
                        self.fixture.emulator.call::<AcknowledgeDeadLetterQueueRecords>(self.now, request)
                    }
                };
                assert_eq!(response.unwrap().failed.is_empty(), valid);
                self.records[record].acknowledged |= valid;
            }
            Step::ChangeVisibility { is_dead, handle, secs } => {
                let Some((handle, record, valid)) = self.handle(handle, is_dead) else { return };
                let request = self.fixture.visibility(&handle, secs);
                let emulator = &self.fixture.emulator;
                let response = match is_dead {
                    false => emulator.call::<UpdateQueueRecordsVisibility>(self.now, request),
                    true => emulator.call::<UpdateDeadLetterQueueRecordsVisibility>(self.now, request),
                };
                assert_eq!(response.unwrap().failed.is_empty(), valid);
                if valid {
                    self.records[record].visible = self.now.plus_millis(i64::from(secs) * 1000);
                }
            }
            Step::Restore { handle } => {
                let Some((handle, record, valid)) = self.handle(handle, true) else { return };
                let request = self.fixture.receipts(&[&handle]);
                let emulator = &self.fixture.emulator;
                let response = emulator.call::<RestoreDeadLetterQueueRecords>(self.now, request).unwrap();
                assert_eq!(response.failed.is_empty(), valid);
                if valid {
                    let record = &mut self.records[record];
                    (record.is_dead, record.receives, record.visible) = (false, 0, self.now);
                }
            }
        }
    }

    /// Makes dead letters of what is visible again and was received often enough.
    fn bury(&mut self) {
        for record in &mut self.records {
            record.is_dead |= record.receives >= MAX_RECEIVES.into() && record.visible <= self.now;
        }
    }

    fn put(&mut self, count: u8) {
        let first = self.records.len();
        let entry =
            |index: usize| PutRecordsRequestEntry::new(format!("key-{}", index % 7), index.to_string());
        let entries = (first..first + usize::from(count)).map(entry).collect();
        let request = PutRecordsRequest::new("orders", entries);
        self.fixture.emulator.call::<PutRecords>(self.now, request).unwrap();
        self.records.extend((0..count).map(|_| Expected {
            acknowledged: false,
            is_dead: false,
            visible: self.now,
            receives: 0,
            first_received: None,
            handle: None,
        }));
    }

    fn visible(&self, is_dead: bool) -> Vec<usize> {
        let visible = |record: &Expected| {
            !record.acknowledged && record.is_dead == is_dead && record.visible <= self.now
        };
        (0..self.records.len()).filter(|index| visible(&self.records[*index])).collect()
    }

    /// Receives, compares with the model, and answers how many records came.
    fn receive(&mut self, is_dead: bool, limit: i32, secs: Option<i32>) -> usize {
        let visible = self.visible(is_dead);
        let request =
            ReceiveRequest { limit: Some(limit), visibility_timeout_seconds: secs, ..self.fixture.request() };
        let response = match is_dead {
            false => self.fixture.emulator.call::<ReceiveQueueRecords>(self.now, request),
            true => self.fixture.emulator.call::<ReceiveDeadLetterQueueRecords>(self.now, request),
        };
        let received = response.unwrap().queue_records;
        assert_eq!(received.len(), visible.len().min(limit as usize));
        let mut indexes = Vec::new();
        for record in &received {
            let index: usize = std::str::from_utf8(&record.data).unwrap().parse().unwrap();
            assert!(visible.contains(&index), "{index} is not visible");
            let shard = record.record_id[12..20].to_owned();
            assert_eq!(self.shards.entry(index).or_insert(shard.clone()), &shard);
            let expected = &mut self.records[index];
            expected.receives += 1;
            expected.visible = self.now.plus_millis(i64::from(secs.unwrap_or(VISIBILITY_SECS)) * 1000);
            expected.handle = Some((record.receipt_handle.clone(), is_dead));
            assert_eq!(record.receive_count, expected.receives);
            let first = *expected.first_received.get_or_insert(self.now);
            assert_eq!(record.first_receive_timestamp, first);
            self.handles.push((record.receipt_handle.clone(), index));
            indexes.push(index);
        }
        self.check_order(&visible, &indexes);
        received.len()
    }

    /// No record came while an older visible one of its shard did not.
    fn check_order(&self, visible: &[usize], received: &[usize]) {
        for left in visible.iter().filter(|index| !received.contains(index)) {
            let Some(shard) = self.shards.get(left) else { continue };
            let later = received.iter().filter(|index| self.shards.get(index) == Some(shard));
            assert!(later.max().is_none_or(|last| last < left), "{left} was left behind");
        }
    }

    /// A handle counted from the latest, its record, and whether it should be taken.
    fn handle(&self, back: usize, is_dead: bool) -> Option<(String, usize, bool)> {
        let (handle, index) = self.handles.iter().rev().nth(back)?.clone();
        let record = &self.records[index];
        let latest = record.handle.as_ref() == Some(&(handle.clone(), is_dead));
        Some((handle, index, latest && !record.acknowledged && record.is_dead == is_dead))
    }

    /// Acknowledges everything that there is.
    fn drain(&mut self) {
        self.now = self.now.plus_millis(60_000);
        for is_dead in [false, true] {
            self.bury();
            while self.receive(is_dead, 10, None) > 0 {
                for back in 0..10 {
                    if let Some((_, _, true)) = self.handle(back, is_dead) {
                        self.take(Step::Acknowledge { is_dead, handle: back });
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn queue_does_what_its_model_does(steps in prop::collection::vec(step(), 1..120)) {
        let mut run = Run::new();
        for step in steps {
            run.take(step);
        }
        run.drain();
        // Each was received, and acknowledged in the end: none is lost.
        prop_assert!(run.records.iter().all(|record| record.acknowledged && record.first_received.is_some()));
        run.now = run.now.plus_millis(60_000);
        prop_assert_eq!(run.receive(false, 10, None) + run.receive(true, 10, None), 0);
    }
}

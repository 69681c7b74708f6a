//! One stream's traffic: its own draws, and how an event becomes arrivals.

use bytes::Bytes;

use super::corrupt::Corruption;
use super::keys::{KeySource, Keys};
use super::program::{Moment, Program};
use super::schedule::Schedule;
use super::timing::DelaySource;
use super::{Arrival, ArrivalKind, Settings};
use crate::file::{Delay, Length, Load, Order, Origin, Share, Volume};
use crate::rng::Rng;

/// How long after its original a duplicate comes: exponential with this mean, at least a millisecond.
/// A producer that saw no answer sends again after a second or so.
const DUPLICATE_GAP_MEAN_MICROS: f64 = 1_000_000.0;
const DUPLICATE_GAP_LEAST_MICROS: i64 = 1_000;

/// Something that happened, before it is sent.
#[derive(Debug)]
pub(super) struct Event {
    pub time: i64,
    pub keys: Keys,
}

/// A stream's traffic while it is generated.
#[derive(Debug)]
pub(super) struct StreamState {
    /// Which streams follow this one.
    pub followers: Vec<usize>,
    source: EventSource,
    keys: KeySource,
    row: Program,
    delay: DelaySource,
    late: Option<(Chance, DelaySource)>,
    corrupt: Option<(Chance, Corruption)>,
    duplicate: Chance,
    duplicate_gap: Rng,
    order: Order,
    /// The latest arrival so far, for a stream in which nobody overtakes.
    latest: i64,
    buffer: Vec<u8>,
}

/// What makes this stream's events happen.
#[derive(Debug)]
enum EventSource {
    Clock(Box<Schedule>),
    Parent(Box<Following>),
}

/// Which of a parent's events are followed, and after how long.
#[derive(Debug)]
struct Following {
    share: Chance,
    after: DelaySource,
}

/// A share with its own draws.
#[derive(Debug)]
struct Chance {
    share: f64,
    rng: Rng,
}

impl Chance {
    fn new(share: Share, rng: Rng) -> Self {
        Self { share: share.0, rng }
    }

    fn hits(&mut self) -> bool {
        self.rng.chance(self.share)
    }
}

impl StreamState {
    /// Prepares a stream; `rng` is the stream's own.
    pub fn new(load: &Load, settings: &Settings, rng: &Rng) -> Self {
        let late = load.arrival.late.as_ref().map(|late| {
            (Chance::new(late.share, rng.fork("late")), DelaySource::new(late.by, rng.fork("late_by")))
        });
        let corrupt = load.corrupt.as_ref().map(|corrupt| {
            (Chance::new(corrupt.share, rng.fork("corrupt")), Corruption::new(&corrupt.kinds, rng))
        });
        Self {
            followers: Vec::new(),
            source: EventSource::new(&load.origin, settings, rng),
            keys: KeySource::new(&load.key, rng),
            row: Program::compile(&load.row, &rng.fork("row")),
            delay: DelaySource::new(load.arrival.delay.unwrap_or(NO_DELAY), rng.fork("delay")),
            late,
            corrupt,
            duplicate: Chance::new(load.duplicates, rng.fork("duplicate")),
            duplicate_gap: rng.fork("duplicate_gap"),
            order: load.arrival.out_of_order,
            latest: i64::MIN,
            buffer: Vec::new(),
        }
    }

    /// When the clock makes this stream's next event happen; none for followers and at the end.
    pub fn next_time(&self) -> Option<i64> {
        match &self.source {
            EventSource::Clock(schedule) => schedule.next(),
            EventSource::Parent(_) => None,
        }
    }

    /// Moves the clock past the next event.
    pub fn advance(&mut self) {
        if let EventSource::Clock(schedule) = &mut self.source {
            schedule.advance();
        }
    }

    /// When, if at all, an event of this stream follows a parent's event.
    pub fn follow(&mut self, parent_time: i64) -> Option<i64> {
        match &mut self.source {
            EventSource::Clock(_) => None,
            EventSource::Parent(following) => {
                let gap = following.after.draw();
                following.share.hits().then_some(parent_time + gap)
            }
        }
    }

    /// The event that happens at `time`.
    pub fn event(&mut self, time: i64, parent: Option<&Event>) -> Event {
        Event { time, keys: self.keys.draw(parent) }
    }

    /// The record of an event, and its duplicate if it has one. Ids are given by the caller.
    pub fn arrivals(
        &mut self,
        stream: u16,
        event: &Event,
        parent: Option<&Event>,
    ) -> (Arrival, Option<Arrival>) {
        let (data, mut kind) = self.record(event, parent);
        let mut arrival = event.time + self.delay.draw();
        if let Some((share, by)) = &mut self.late {
            let further = by.draw();
            if share.hits() {
                arrival += further;
                kind = if kind == ArrivalKind::OnTime { ArrivalKind::Late } else { kind };
            }
        }
        if self.order == Order::None {
            self.latest = self.latest.max(arrival);
            arrival = self.latest;
        }
        let partition_key = event.keys.partition_key.clone();
        let key = event.keys.key.clone();
        let original =
            Arrival { stream, key, partition_key, data, event_time: event.time, arrival, id: 0, kind };
        let gap = self.duplicate_gap.exponential(DUPLICATE_GAP_MEAN_MICROS) as i64;
        let duplicate = self.duplicate.hits().then(|| Arrival {
            arrival: arrival + gap.max(DUPLICATE_GAP_LEAST_MICROS),
            kind: ArrivalKind::Duplicate,
            ..original.clone()
        });
        (original, duplicate)
    }

    /// The bytes of an event's record, broken if it is drawn to be.
    fn record(&mut self, event: &Event, parent: Option<&Event>) -> (Bytes, ArrivalKind) {
        self.buffer.clear();
        self.row.write(&moment(event, parent), &mut self.buffer);
        let mut kind = ArrivalKind::OnTime;
        if let Some((share, corruption)) = &mut self.corrupt
            && share.hits()
        {
            kind = ArrivalKind::Corrupt(corruption.apply(&mut self.buffer));
        }
        (Bytes::copy_from_slice(&self.buffer), kind)
    }
}

/// How many events a stream that follows no other has.
pub(super) fn event_count(volume: &Volume, settings: &Settings) -> u64 {
    settings.events.unwrap_or_else(|| match volume {
        Volume::Events(events) => *events,
        Volume::Rate(rate) => rate.events_in(settings.length),
    })
}

const NO_DELAY: Delay = Delay::Constant(Length(std::time::Duration::ZERO));

impl EventSource {
    fn new(origin: &Origin, settings: &Settings, rng: &Rng) -> Self {
        match origin {
            Origin::Clock(volume) => {
                let count = event_count(volume, settings);
                let length_micros = settings.length.as_micros() as u64;
                let rng = rng.fork("event_time");
                Self::Clock(Box::new(Schedule::new(settings.start, length_micros, count, rng)))
            }
            Origin::Follows { share, after, .. } => Self::Parent(Box::new(Following {
                share: Chance::new(*share, rng.fork("share")),
                after: DelaySource::new(*after, rng.fork("event_time")),
            })),
        }
    }
}

fn moment<'a>(event: &'a Event, parent: Option<&'a Event>) -> Moment<'a> {
    Moment {
        key: &event.keys.key,
        event_time: event.time,
        parent: parent.map(|parent| (&*parent.keys.key, parent.time)),
    }
}

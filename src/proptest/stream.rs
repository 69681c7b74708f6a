//! Streams as they come in real life.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use wavetank_scenarios::file::CrashPoint;

/// 2026-01-05 10:00:00 in milliseconds.
const START_MILLIS: i64 = 1_767_607_200_000;

/// An instant at which something happened: milliseconds since the epoch. Shown as Spark reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventTime {
    /// Milliseconds since the epoch.
    pub millis: i64,
}

impl fmt::Display for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&wavetank_engine::time::timestamp_text(self.millis * 1000))
    }
}

/// What arrives, trigger by trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline<T> {
    /// One line for each trigger.
    pub lines: Vec<Line<T>>,
}

/// What is there before a trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<T> {
    /// Where in the batch the process dies, if it does.
    pub crash: Option<CrashPoint>,
    /// Events in the order of arrival.
    pub events: Vec<T>,
}

impl<T> Timeline<T> {
    /// All events in the order of arrival.
    pub fn events(&self) -> impl Iterator<Item = &T> {
        self.lines.iter().flat_map(|line| &line.events)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lines.iter().map(|line| line.events.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How a stream is to come: see [`events`].
#[derive(Debug, Clone)]
pub struct Events<S: Strategy> {
    event: S,
    stamp: fn(S::Value, EventTime) -> S::Value,
    count: Range<usize>,
    start: EventTime,
    span: Duration,
    out_of_order: (f64, Duration),
    late: (f64, Duration),
    twice: (f64, Duration),
    slow: Duration,
    per_trigger: usize,
    crashes: f64,
}

/// Streams of events that a strategy draws. `stamp` gives an event the time at which it happened.
pub fn events<S: Strategy>(event: S, stamp: fn(S::Value, EventTime) -> S::Value) -> Events<S> {
    Events {
        event,
        stamp,
        count: 0..20,
        start: EventTime { millis: START_MILLIS },
        span: Duration::from_secs(3600),
        out_of_order: (0.0, Duration::ZERO),
        late: (0.0, Duration::ZERO),
        twice: (0.0, Duration::ZERO),
        slow: Duration::ZERO,
        per_trigger: 4,
        crashes: 0.0,
    }
}

impl<S: Strategy> Events<S> {
    /// How many happen; below 20 unless said.
    #[must_use]
    pub fn count(self, count: Range<usize>) -> Self {
        Self { count, ..self }
    }

    /// When the first happens.
    #[must_use]
    pub fn from(self, start: EventTime) -> Self {
        Self { start, ..self }
    }

    /// How long it goes on: when each event happens is drawn from this time; an hour unless said.
    #[must_use]
    pub fn over(self, span: Duration) -> Self {
        Self { span, ..self }
    }

    /// So great a share arrives behind what happened later, by up to so much.
    #[must_use]
    pub fn out_of_order(self, share: f64, by: Duration) -> Self {
        Self { out_of_order: (share, by), ..self }
    }

    /// The same for events that are to be late: give more than the watermark's delay.
    #[must_use]
    pub fn late(self, share: f64, by: Duration) -> Self {
        Self { late: (share, by), ..self }
    }

    /// So great a share arrives a second time, up to so much later.
    #[must_use]
    pub fn twice(self, share: f64, later: Duration) -> Self {
        Self { twice: (share, later), ..self }
    }

    /// The clock that stamps them all is slow, by up to so much.
    #[must_use]
    pub fn slow_clock(self, by: Duration) -> Self {
        Self { slow: by, ..self }
    }

    /// How many come before one trigger, by and large; four unless said.
    #[must_use]
    pub fn per_trigger(self, events: usize) -> Self {
        Self { per_trigger: events.max(1), ..self }
    }

    /// So great a share of triggers is one in which the process dies.
    #[must_use]
    pub fn crashes(self, share: f64) -> Self {
        Self { crashes: share, ..self }
    }

    /// The strategy.
    pub fn strategy(self) -> impl Strategy<Value = Timeline<S::Value>>
    where
        S::Value: Clone,
    {
        let some = |(share, by): (f64, Duration)| sometimes(share, 1..=millis(by).max(1));
        let one = (
            self.event,
            0..=millis(self.span),
            some(self.out_of_order),
            some(self.late),
            some(self.twice),
            proptest::bool::weighted(1.0 / self.per_trigger as f64),
            sometimes(self.crashes, select(CrashPoint::ALL.to_vec())),
        );
        let one = one.prop_map(|(event, offset, out_of_order, late, again, ends, crash)| Drawn {
            event,
            offset,
            out_of_order,
            late,
            again,
            ends,
            crash,
        });
        let (stamp, start) = (self.stamp, self.start);
        let slow = 0..=millis(self.slow);
        // What is off is off for the whole case.
        let on = [any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()];
        (on, slow, vec(one, self.count)).prop_map(move |(on, slow, drawn)| {
            let start = EventTime { millis: start.millis - slow };
            arranged(drawn, on, start, stamp)
        })
    }
}

/// A value in so great a share of cases; it shrinks to none.
fn sometimes<T: fmt::Debug + Clone + 'static>(
    share: f64,
    strategy: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<T>> {
    match share {
        share if share <= 0.0 => Just(None).boxed(),
        share if share >= 1.0 => strategy.prop_map(Some).boxed(),
        share => option::weighted(share, strategy).boxed(),
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

/// One event and what is odd about it; lengths in milliseconds.
#[derive(Debug, Clone)]
struct Drawn<T> {
    event: T,
    /// When it happens, from the start of the stream.
    offset: i64,
    out_of_order: Option<i64>,
    late: Option<i64>,
    again: Option<i64>,
    /// Whether a trigger fires behind it.
    ends: bool,
    crash: Option<CrashPoint>,
}

/// Events in the order in which they arrive: by when they happened and how long they were under way.
fn arranged<T: Clone>(
    drawn: Vec<Drawn<T>>,
    [out_of_order, late, twice, crashes]: [bool; 4],
    start: EventTime,
    stamp: fn(T, EventTime) -> T,
) -> Timeline<T> {
    let mut arrivals = Vec::new();
    for one in drawn {
        let happened = start.millis + one.offset;
        let under_way =
            one.out_of_order.filter(|_| out_of_order).into_iter().chain(one.late.filter(|_| late));
        let arrival = happened + under_way.max().unwrap_or(0);
        let event = stamp(one.event, EventTime { millis: happened });
        let again = one.again.filter(|_| twice).map(|later| (arrival + later, event.clone(), false, None));
        arrivals.push((arrival, event, one.ends, one.crash.filter(|_| crashes)));
        arrivals.extend(again);
    }
    arrivals.sort_by_key(|(arrival, ..)| *arrival);
    let (mut lines, mut line) = (Vec::new(), Line { crash: None, events: Vec::new() });
    for (_, event, ends, crash) in arrivals {
        line.events.push(event);
        line.crash = line.crash.or(crash);
        if ends {
            lines.push(std::mem::replace(&mut line, Line { crash: None, events: Vec::new() }));
        }
    }
    if !line.events.is_empty() {
        lines.push(line);
    }
    Timeline { lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(event: u32, offset: i64) -> Drawn<(u32, i64)> {
        Drawn {
            event: (event, 0),
            offset,
            out_of_order: None,
            late: None,
            again: None,
            ends: true,
            crash: None,
        }
    }

    fn arrange(drawn: Vec<Drawn<(u32, i64)>>, on: bool) -> Vec<Vec<(u32, i64)>> {
        let timeline = arranged(drawn, [on; 4], EventTime { millis: 0 }, |(n, _), at| (n, at.millis));
        timeline.lines.into_iter().map(|line| line.events).collect()
    }

    #[test]
    fn what_is_under_way_for_long_arrives_behind_what_happened_later() {
        let late = Drawn { late: Some(25), ..drawn(1, 10) };
        let case = vec![late.clone(), drawn(2, 20), drawn(3, 30)];
        assert_eq!(arrange(case.clone(), true), [[(2, 20)], [(3, 30)], [(1, 10)]]);
        assert_eq!(arrange(case, false), [[(1, 10)], [(2, 20)], [(3, 30)]]);
    }

    #[test]
    fn what_comes_twice_is_the_same_event() {
        let again = Drawn { again: Some(15), ..drawn(1, 10) };
        assert_eq!(arrange(vec![again, drawn(2, 20)], true), [vec![(1, 10)], vec![(2, 20)], vec![(1, 10)]]);
    }

    #[test]
    fn event_times_are_shown_as_spark_reads_them() {
        assert_eq!(EventTime { millis: START_MILLIS + 1 }.to_string(), "2026-01-05 10:00:00.001");
    }
}
